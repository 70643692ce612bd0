/* effect.c - what a rule does, carried out on the judge's copy of the case */
#include "daemon/core/bench.h"

#include <stdlib.h>
#include <string.h>

/* ---- facts and roles ---- */

static void do_set(struct bench *b, const struct effect *e)
{
    const struct value *from = e->from ? bench_fact(b, e->from) : NULL;
    const struct fact *f = procedure_fact(b->p, e->name);
    const struct path *path = PATH("facts", e->name);
    if (from)
        bench_put(b, path, v_copy(b->a, from));
    else if (e->value && f && f->type == FACT_BOOL)
        bench_put(b, path, v_bool(b->a, text_same(e->value, "true")));
    else if (e->value && f && f->type == FACT_INT)
        bench_put(b, path, v_int(b->a, strtoll(e->value, NULL, 10)));
    else if (e->value)
        bench_put_str(b, path, e->value);
}

static void do_bind(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const struct role *role = procedure_role(b->p, e->name);
    const char *id = NULL;
    if (!e->from) {
        const struct department *only = register_only(b->j->reg, role->one_kind, NULL);
        id = only ? only->id : NULL;
    } else if (text_same(e->from, "actor")) {
        id = b->department;
    } else {
        id = v_text(bench_fact(b, e->from), NULL);
    }
    const struct department *d = id ? register_heir(b->j->reg, id) : NULL;
    if (!d)
        return; /* the register has none of that kind, or several: whoever needs the role finds it unbound */
    if (role->kinds.n && !words_have(&role->kinds, d->kind))
        bench_refuse_rule(b, rule, "wrong-kind-of-department", "%s不能作为%s", d->name, role->label);
    else
        bench_put_str(b, PATH("roles", e->name), d->id);
    if (role->reads || text_same(e->name, b->p->lead))
        bench_put_str(b, PATH("readers", e->name), d->id);
}

/* ---- clocks ---- */

static void do_start(struct bench *b, const struct effect *e)
{
    if (e->from)
        ledger_start_from(b, procedure_clock(b->p, e->name), e->from);
    else
        ledger_start(b, procedure_clock(b->p, e->name));
}

static void do_extend(struct bench *b, const struct effect *e, const struct rule *rule)
{
    ledger_extend(b, bench_clock(b, e->name), v_number(bench_fact(b, e->from), 0), rule);
}

static void do_pause(struct bench *b, const struct effect *e)
{
    const char *clock = bench_clock(b, e->name);
    if (e->verb == DO_PAUSE)
        ledger_pause(b, clock);
    else
        ledger_resume(b, clock);
}

static void do_stop_clocks(struct bench *b)
{
    const struct value *clocks = bench_get(b, "clocks");
    for (size_t i = 0; i < v_count(clocks); i++)
        ledger_end(b, clocks->u.map.pair[i].key);
}

/* ---- suspensions ---- */

static void put_words(struct bench *b, struct value *map, const char *key, const struct words *w)
{
    struct value *list = v_list(b->a);
    for (size_t i = 0; i < w->n; i++)
        v_push(b->a, list, v_str(b->a, w->word[i]));
    if (w->n)
        v_put(b->a, map, key, list);
}

/* A clock that another open suspension stops as well stands still. */
static bool stopped(const struct bench *b, const char *clock)
{
    const struct value *all = bench_get(b, "suspensions");
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *s = all->u.map.pair[i].val, *stops = v_get(s, "stops");
        for (size_t k = 0; !text_same(v_get_str(s, "state", ""), "ended") && k < v_count(stops); k++)
            if (text_same(v_text(v_at(stops, k), ""), clock))
                return true;
    }
    return false;
}

static void let_run(struct bench *b, const struct value *stops)
{
    for (size_t i = 0; i < v_count(stops); i++)
        if (!stopped(b, v_text(v_at(stops, i), "")))
            ledger_resume(b, v_text(v_at(stops, i), ""));
}

static void suspend_part(struct bench *b, const struct effect *e, const char *id)
{
    struct value *s = v_map(b->a);
    v_add_str(b->a, s, "kind", e->name);
    v_add_str(b->a, s, "part", id);
    v_add_str(b->a, s, "ground", e->value);
    v_add_str(b->a, s, "since", b->done_text);
    v_add_str(b->a, s, "state", e->confirmed ? "confirmed" : "unconfirmed");
    v_add_int(b->a, s, "event", b->j->event);
    put_words(b, s, "holds", &e->holds);
    struct words stops = {ARENA_ARRAY(b->a, const char *, e->stops.n + 1), 0};
    for (size_t i = 0; i < e->stops.n; i++)
        stops.word[stops.n++] = bench_clock(b, e->stops.word[i]);
    put_words(b, s, "stops", &stops);
    size_t n = v_count(bench_get(b, "suspensions"));
    bench_put(b, PATH("suspensions", bench_key(b, (int64_t)n + 1)), s);
    for (size_t i = 0; i < stops.n; i++)
        ledger_pause(b, stops.word[i]);
}

static void do_suspend(struct bench *b, const struct effect *e)
{
    const struct value *parts = v_get(bench_get(b, "parts"), e->name);
    const char *kind = b->part_kind, *part = b->part;
    for (size_t i = 0; i < v_count(parts); i++) {
        b->part_kind = e->name;
        b->part = parts->u.map.pair[i].key;
        if (guard_holds(b, e->where))
            suspend_part(b, e, b->part);
    }
    b->part_kind = kind;
    b->part = part;
}

static void each_suspension(struct bench *b, bool end)
{
    const struct value *all = bench_get(b, "suspensions");
    for (size_t i = 0; i < v_count(all); i++) {
        const char *id = all->u.map.pair[i].key;
        const char *state = v_get_str(all->u.map.pair[i].val, "state", "");
        if (text_same(state, "ended") || (!end && !text_same(state, "unconfirmed")))
            continue;
        bench_put_str(b, PATH("suspensions", id, "state"), end ? "ended" : "confirmed");
        bench_put_str(b, PATH("suspensions", id, end ? "ended" : "confirmed"), b->done_text);
        const struct value *stops = v_copy(b->a, v_get(all->u.map.pair[i].val, "stops"));
        if (end)
            let_run(b, stops);
        const char *outcome = v_text(bench_get(b, "outcome"), NULL);
        if (end && outcome)
            bench_put_str(b, PATH("suspensions", id, "outcome"), outcome);
    }
}

/* ---- parts, conclusion, consequences ---- */

static void do_add(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const struct part_kind *k = procedure_part(b->p, e->name);
    size_t n = v_count(v_get(bench_get(b, "parts"), e->name));
    struct value *part = v_map(b->a);
    if (n >= PARTS_MOST) {
        bench_refuse_rule(b, rule, "too-many-parts", "%s至多%d项", k->label, PARTS_MOST);
        return;
    }
    v_put_str(b->a, part, "state", k->states[0].word);
    for (size_t i = 0; i < e->nwith; i++) {
        const struct value *v = bench_fact(b, e->with[i].fact);
        if (v)
            v_put(b->a, part, e->with[i].field, v_copy(b->a, v));
    }
    b->added_kind = e->name;
    b->added = bench_key(b, (int64_t)n + 1);
    bench_put(b, PATH("parts", e->name, b->added), part);
}

static void do_fill(struct bench *b, const struct effect *e)
{
    for (size_t i = 0; i < e->nwith; i++) {
        const struct value *v = bench_fact(b, e->with[i].fact);
        if (v)
            bench_put(b, PATH("parts", b->part_kind, b->part, e->with[i].field), v_copy(b->a, v));
    }
}

/* Every grant by itself, with what it rests on: which area by the word others ask with, for whom, for what work. */
static void add_grant(struct bench *b, const struct effect *e, struct value *grant, const char *article)
{
    struct value *ids = v_list(b->a);
    for (size_t i = 0; i < e->nareas; i++)
        v_push(b->a, ids, v_str(b->a, e->areas[i].word));
    v_put(b->a, grant, "ids", ids);
    v_put_str(b->a, grant, "since", b->done_text);
    v_put_str(b->a, grant, "article", article);
    v_put_str(b->a, grant, "part-kind", b->part_kind);
    v_put_str(b->a, grant, "part", b->part);
    v_put_str(b->a, grant, "missing", e->missing);
    const struct value *part = b->part ? v_get(v_get(bench_get(b, "parts"), b->part_kind), b->part) : NULL;
    v_put_str(b->a, grant, "outcome", v_get_str(part, "outcome", v_text(bench_get(b, "outcome"), NULL)));
    const struct value *work = e->work ? bench_fact(b, e->work) : NULL;
    if (work)
        v_put(b->a, grant, "work", v_copy(b->a, work));
    bench_push(b, PATH("grants"), grant);
}

static void do_grant(struct bench *b, const struct effect *e, const char *article)
{
    struct value *areas = v_list(b->a), *c = v_map(b->a);
    for (size_t i = 0; i < e->words.n; i++)
        v_push(b->a, areas, v_str(b->a, e->words.word[i]));
    v_put(b->a, c, "areas", areas);
    v_put_str(b->a, c, "force", e->value);
    v_put_int(b->a, c, "event", b->j->event);
    if (!b->part)
        bench_put(b, PATH("consequences"), c);
    add_grant(b, e, v_copy(b->a, c), article);
}

static void do_conclude(struct bench *b, const struct effect *e)
{
    const char *outcome = v_text(bench_fact(b, e->name), NULL);
    if (!outcome)
        return;
    if (b->part) {
        bench_put_str(b, PATH("parts", b->part_kind, b->part, "outcome"), outcome);
        bench_put(b, PATH("parts", b->part_kind, b->part, "concluded"), subjects_moment(b));
    } else {
        bench_put_str(b, PATH("outcome"), outcome);
        bench_put(b, PATH("concluded"), subjects_moment(b));
    }
}

/* The case is open again: the register of consequences finds it pending, until it is concluded anew. */
static void do_reopen(struct bench *b)
{
    static const char *const fallen[] = {"outcome", "concluded", "determined", "grants"};
    for (size_t i = 0; i < sizeof fallen / sizeof *fallen; i++)
        if (v_get(b->kase, fallen[i]))
            bench_del(b, PATH(fallen[i]));
    for (size_t k = 0; k < b->p->nparts; k++) {
        const char *kind = b->p->parts[k].name;
        const struct value *parts = v_copy(b->a, v_get(bench_get(b, "parts"), kind));
        for (size_t i = 0; i < v_count(parts); i++)
            for (size_t f = 0; f < 2; f++)
                if (v_get(parts->u.map.pair[i].val, fallen[f]))
                    bench_del(b, PATH("parts", kind, parts->u.map.pair[i].key, fallen[f]));
    }
}

/* ---- the course ---- */

static void do_turn(struct bench *b, const struct effect *e)
{
    struct value *turned = v_map(b->a);
    v_put_str(b->a, turned, "from", v_text(bench_get(b, "kind"), ""));
    v_put_str(b->a, turned, "to", e->name);
    v_put_str(b->a, turned, "day", b->done_text);
    v_put_int(b->a, turned, "event", b->j->event);
    bench_push(b, PATH("turned"), turned);
    bench_put_str(b, PATH("kind"), e->name);
}

static void do_each(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const struct value *parts = v_copy(b->a, v_get(bench_get(b, "parts"), e->name));
    const char *kind = b->part_kind, *part = b->part;
    for (size_t i = 0; i < v_count(parts); i++) {
        b->part_kind = e->name;
        b->part = parts->u.map.pair[i].key;
        if (guard_holds(b, e->where))
            effects_do(b, e->kids, e->nkids, rule);
    }
    b->part_kind = kind;
    b->part = part;
}

static void do_reassign(struct bench *b, const struct effect *e)
{
    const char *id = bench_word(b, bench_fact(b, e->name));
    const struct department *to = register_heir(b->j->reg, v_text(bench_fact(b, e->from), ""));
    if (!*id || !v_get(bench_get(b, "tasks"), id))
        bench_refuse(b, "conflict", "task-gone", "the case has no open task %s", id);
    else if (!to)
        bench_refuse(b, "form", "department-unknown", "the register has no such department");
    else
        bench_put_str(b, PATH("tasks", id, "department"), to->id);
}

/* ---- tasks ---- */

/* What waits to be served on paper is served by whoever issued it. */
static bool is_service(const struct value *task)
{
    return text_same(v_get_str(task, "act", ""), "serve");
}

static void do_move_tasks(struct bench *b, const struct effect *e)
{
    const struct department *holder = bench_role(b, e->name);
    const struct value *tasks = bench_get(b, "tasks");
    for (size_t i = 0; holder && i < v_count(tasks); i++)
        if (text_same(v_get_str(tasks->u.map.pair[i].val, "role", ""), e->name) &&
            !is_service(tasks->u.map.pair[i].val))
            bench_put_str(b, PATH("tasks", tasks->u.map.pair[i].key, "department"), holder->id);
    const struct value *clocks = bench_get(b, "clocks");
    for (size_t i = 0; holder && i < v_count(clocks); i++) {
        const char *clock = clocks->u.map.pair[i].key;
        const struct clock_rule *rule = procedure_clock_of(b->p, clock);
        if (rule && text_same(rule->owner, e->name))
            bench_put_str(b, PATH("clocks", clock, "owner"), holder->id);
    }
}

static void do_close_tasks(struct bench *b, const char *act)
{
    const struct value *tasks = v_copy(b->a, bench_get(b, "tasks"));
    for (size_t i = 0; i < v_count(tasks); i++)
        if (!act || text_same(v_get_str(tasks->u.map.pair[i].val, "act", ""), act))
            bench_del(b, PATH("tasks", tasks->u.map.pair[i].key));
}

/* ---- service on paper ---- */

static void do_serve(struct bench *b)
{
    if (!b->task) {
        bench_refuse(b, "law", "no-such-task", "说明送达的是哪一项:需要待办编号(task)");
        return;
    }
    struct value *s = v_map(b->a);
    v_put_str(b->a, s, "type", v_get_str(b->task, "type", NULL));
    v_put_str(b->a, s, "party", v_get_str(b->task, "party", NULL));
    v_put_str(b->a, s, "done", b->done_text);
    v_put_str(b->a, s, "manner", v_text(bench_fact(b, "manner"), NULL));
    v_put_bool(b->a, s, "receipt", v_truth(bench_fact(b, "receipt")));
    v_put_int(b->a, s, "event", b->j->event);
    bench_put(b, PATH("served", b->task_id), s);
}

/* ---- the table ---- */

static void effect_do(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const char *article = rule && rule->article ? rule->article : b->act ? b->act->article : NULL;
    switch (e->verb) {
    case DO_SET:
        do_set(b, e);
        break;
    case DO_BIND:
        do_bind(b, e, rule);
        break;
    case DO_START:
        do_start(b, e);
        break;
    case DO_STOP:
        ledger_stop(b, bench_clock(b, e->name));
        break;
    case DO_EXTEND:
        do_extend(b, e, rule);
        break;
    case DO_PAUSE:
    case DO_RESUME:
        do_pause(b, e);
        break;
    case DO_SUSPEND:
        do_suspend(b, e);
        break;
    case DO_CONFIRM:
    case DO_RELEASE:
        each_suspension(b, e->verb == DO_RELEASE);
        break;
    case DO_TELL:
    case DO_TASK:
        e->verb == DO_TASK ? tell_task(b, e) : tell(b, e, article);
        break;
    case DO_ADD:
        do_add(b, e, rule);
        break;
    case DO_STATE:
        bench_put_str(b, PATH("parts", b->part_kind, b->part, "state"), e->name);
        break;
    case DO_FILL:
        do_fill(b, e);
        break;
    case DO_CONCLUDE:
    case DO_REOPEN:
        e->verb == DO_REOPEN ? do_reopen(b) : do_conclude(b, e);
        break;
    case DO_GRANT:
        do_grant(b, e, article);
        break;
    case DO_MOVE_TASKS:
        do_move_tasks(b, e);
        break;
    case DO_CLOSE_TASKS:
        do_close_tasks(b, e->name);
        break;
    case DO_STOP_CLOCKS:
        do_stop_clocks(b);
        break;
    case DO_SERVE:
        do_serve(b);
        break;
    case DO_CORRECT:
        correct(b);
        break;
    case DO_TURN:
        do_turn(b, e);
        break;
    case DO_EACH:
        do_each(b, e, rule);
        break;
    case DO_REASSIGN:
        do_reassign(b, e);
        break;
    case DO_CONVENE:
    case DO_RECUSE:
    case DO_VOTE:
    case DO_DECIDE:
        body_do(b, e, rule);
        break;
    }
}

void effects_do(struct bench *b, const struct effect *e, size_t n, const struct rule *rule)
{
    for (size_t i = 0; i < n && !b->refused; i++)
        if (guard_holds(b, e[i].when))
            effect_do(b, &e[i], rule);
}
