/* tell.c - who learns of a step: transitions for everyone who watches, notices for those concerned, tasks for those
 * asked
 *
 * A department with a key reads its notice in its stream. Who has none (the person, an expert, a department without a
 * key) is served on paper: the notice becomes a task "serve" of the department that issued it.
 */
#include "daemon/core/bench.h"

#include <stdlib.h>
#include <string.h>

/* The department as it stands now, when it has a key. */
static const char *keyed(const struct bench *b, const char *id)
{
    const struct department *d = id ? register_heir(b->j->reg, id) : NULL;
    return d && !d->keyless ? d->id : NULL;
}

/* The department that issues a step, and serves it on paper: who did the act, who entered it for a party or for a
 * department without a key, or, when the daemon itself tells (a limit), who leads the case. */
static const char *issuer(struct bench *b)
{
    const char *did = keyed(b, b->department);
    const char *entered = did ? did : keyed(b, bench_principal_department(b, b->j->principal));
    const struct department *lead = entered ? NULL : bench_role(b, b->p->lead);
    return lead ? lead->id : entered;
}

/* ---- tasks ---- */

struct ask {
    const char *act, *department, *role, *type, *party, *part;
    const struct words *or_acts;
    struct calendar_due due;
    const char *clock;
    int workdays; /* that `due` was counted by; 0: it follows a clock, or there is none */
};

static int64_t open_task(struct bench *b, const struct ask *ask)
{
    char text[DAY_TEXT];
    struct value *t = v_map(b->a);
    int64_t id = b->j->next_task + b->tasks_used++;
    v_add_str(b->a, t, "act", ask->act);
    v_add_str(b->a, t, "department", ask->department);
    v_add_str(b->a, t, "role", ask->role);
    v_add_str(b->a, t, "type", ask->type);
    v_add_str(b->a, t, "party", ask->party);
    v_add_str(b->a, t, "part", ask->part);
    v_add_str(b->a, t, "clock", ask->clock);
    if (ask->or_acts && ask->or_acts->n) {
        struct value *others = v_list(b->a);
        for (size_t i = 0; i < ask->or_acts->n; i++)
            v_push(b->a, others, v_str(b->a, ask->or_acts->word[i]));
        v_add(b->a, t, "or", others);
    }
    v_add_str(b->a, t, "opened", b->done_text);
    if (day_is(ask->due.day)) {
        v_add_str(b->a, t, "due", day_text(ask->due.day, text));
        v_add_bool(b->a, t, "provisional", ask->due.provisional);
        if (ask->workdays) /* so that it can be counted anew by another calendar */
            v_add_int(b->a, t, "workdays", ask->workdays);
        /* a task that follows a clock is escalated by the clock's own miss */
        if (!ask->clock && !ask->due.provisional) {
            v_add_int(b->a, t, "remind-at", ledger_remind_at(b, ask->due.day).ms);
            v_add_int(b->a, t, "due-at", ledger_missed_at(b, ask->due.day).ms);
        }
    }
    bench_put(b, PATH("tasks", bench_key(b, id)), t);
    v_push(b->a, b->opened, v_int(b->a, id));
    return id;
}

static struct calendar_due due_of(struct bench *b, const struct effect *e)
{
    const struct value *clock = e->clock ? v_get(bench_get(b, "clocks"), bench_clock(b, e->clock)) : NULL;
    if (clock)
        return (struct calendar_due){value_day(v_get(clock, "due")), v_get_bool(clock, "provisional")};
    return e->within ? ledger_limit(b, b->done, e->within) : (struct calendar_due){DAY_NONE, false};
}

/* The working days by which due_of() counted; 0: it took the limit of a clock. */
static int days_of(struct bench *b, const struct effect *e)
{
    return e->clock && v_get(bench_get(b, "clocks"), bench_clock(b, e->clock)) ? 0 : e->within;
}

/* ---- notices ---- */

static struct value *public_fields(struct bench *b, const struct notice_type *t)
{
    struct value *fields = v_map(b->a);
    for (size_t i = 0; t && i < t->fields.n; i++) {
        const struct value *v = bench_fact(b, t->fields.word[i]);
        if (v)
            v_put(b->a, fields, t->fields.word[i], v_copy(b->a, v));
    }
    return fields;
}

/* Types that the daemon tells in every procedure; a file may give them a label of its own. */
static const char *standing_label(const char *type)
{
    if (text_same(type, "case-imported"))
        return "已补录以往案件";
    return text_same(type, "limit-moved") ? "期限随工作日安排变动" : type;
}

static struct value *notice_new(struct bench *b, const char *stream, const char *type, const char *role)
{
    const struct notice_type *t = procedure_notice(b->p, type);
    struct value *n = v_map(b->a), *fields = public_fields(b, t);
    v_add_str(b->a, n, "stream", stream);
    v_add_str(b->a, n, "type", type);
    v_add_str(b->a, n, "label", t ? t->label : standing_label(type));
    v_add_str(b->a, n, "role", role);
    if (v_count(fields))
        v_add(b->a, n, "fields", fields);
    return n;
}

static void put_task(struct bench *b, struct value *n, const struct ask *ask)
{
    char text[DAY_TEXT];
    v_add_str(b->a, n, "answer", ask->act);
    v_add_int(b->a, n, "task", open_task(b, ask));
    if (day_is(ask->due.day)) {
        v_add_str(b->a, n, "due", day_text(ask->due.day, text));
        v_add_bool(b->a, n, "provisional", ask->due.provisional);
    }
}

static void note_told(struct bench *b, const char *type, const char *stream)
{
    const struct value *told = v_get(bench_get(b, "told"), type);
    for (size_t i = 0; i < v_count(told); i++)
        if (text_same(v_text(v_at(told, i), ""), stream))
            return;
    bench_push(b, PATH("told", type), v_str(b->a, stream));
}

static void notice_out(struct bench *b, struct value *n, const char *article)
{
    v_add_str(b->a, n, "article", article);
    v_add_str(b->a, n, "part", b->part);
    v_add_str(b->a, n, "clock", b->clock);
    if (b->clock && !v_get(n, "due")) /* who is asked reads until when, not which limit is near or was missed */
        v_add_str(b->a, n, "due", v_get_str(v_get(bench_get(b, "clocks"), b->clock), "due", NULL));
    v_push(b->a, b->notices, n);
    note_told(b, v_get_str(n, "type", ""), v_get_str(n, "stream", ""));
}

static void notify(struct bench *b, const struct effect *e, const char *role, const char *department,
                   const char *article)
{
    struct value *n = notice_new(b, department, e->name, role);
    struct ask ask = {e->answer, department,  role,         e->name, NULL,
                      b->part,   &e->or_acts, due_of(b, e), NULL,    days_of(b, e)};
    ask.clock = e->clock ? bench_clock(b, e->clock) : NULL;
    if (e->answer)
        put_task(b, n, &ask);
    notice_out(b, n, article);
}

/* Served on paper by whoever issued the step. */
static void serve(struct bench *b, const struct effect *e, const char *role, const char *whom, const char *article)
{
    const char *stream = issuer(b);
    if (!stream)
        return;
    struct value *n = notice_new(b, stream, "serve-notice", role), *fields = v_map(b->a);
    struct ask ask = {"serve", stream,
                      role,    e->name,
                      whom,    b->part,
                      NULL,    ledger_limit(b, b->done, b->p->service_days),
                      NULL,    b->p->service_days};
    const struct notice_type *t = procedure_notice(b->p, e->name);
    v_put_str(b->a, n, "label", t ? t->label : e->name);
    v_put_str(b->a, n, "party", whom);
    v_put_str(b->a, fields, "notice", e->name);
    v_put(b->a, n, "fields", fields);
    put_task(b, n, &ask);
    notice_out(b, n, article);
}

/* ---- transitions ---- */

static struct value *transition_of(struct bench *b, const char *kind)
{
    for (size_t i = 0; i < v_count(b->transitions); i++)
        if (text_same(v_get_str(v_at(b->transitions, i), "kind", ""), kind))
            return v_at(b->transitions, i);
    struct value *t = v_map(b->a);
    v_add_str(b->a, t, "kind", kind);
    v_add(b->a, t, "departments", v_list(b->a));
    v_push(b->a, b->transitions, t);
    return t;
}

static void add_department(struct bench *b, struct value *transition, const char *id)
{
    struct value *list = v_get(transition, "departments");
    for (size_t i = 0; i < v_count(list); i++)
        if (text_same(v_text(v_at(list, i), ""), id))
            return;
    v_push(b->a, list, v_str(b->a, id));
}

/* ---- all of it ---- */

/* A department without a key is served, and asked all the same: somebody enters its answer. */
static void serve_department(struct bench *b, const struct effect *e, const char *role, const char *id,
                             const char *article)
{
    struct ask ask = {e->answer, id, role, e->name, NULL, b->part, &e->or_acts, due_of(b, e), e->clock, days_of(b, e)};
    serve(b, e, role, id, article);
    if (e->answer)
        open_task(b, &ask);
}

static void tell_one(struct bench *b, const struct effect *e, const char *role, struct value *transition,
                     const char *article)
{
    const struct role *r = procedure_role(b->p, role);
    bool same = r && r->same_as && guard_holds(b, r->same_when);
    const struct department *d = r && r->party && !same ? NULL : bench_role(b, same ? r->same_as : role);
    if (!d && r && r->party) {
        serve(b, e, role, role, article);
    } else if (d) {
        add_department(b, transition, d->id);
        if (d->keyless)
            serve_department(b, e, role, d->id, article);
        else
            notify(b, e, role, d->id, article);
    }
}

/* Each member of a body, whether its role is bound in this case or only the register says who it is. */
static void tell_member(struct bench *b, const struct effect *e, const struct value *member, struct value *transition,
                        const char *article)
{
    const char *role = v_get_str(member, "role", ""), *id = v_get_str(member, "department", "");
    add_department(b, transition, id);
    if (!keyed(b, id))
        serve(b, e, role, id, article);
    else
        notify(b, e, role, id, article);
}

/* Whoever is named by a field of a part that this act added is told about that part. */
static void turn_to_added(struct bench *b, const char *role)
{
    size_t n = b->added_kind ? strlen(b->added_kind) : 0;
    if (n && strncmp(role, b->added_kind, n) == 0 && role[n] == '.') {
        b->part_kind = b->added_kind;
        b->part = b->added;
    }
}

void tell(struct bench *b, const struct effect *e, const char *article)
{
    struct value *transition = transition_of(b, e->name);
    const char *kind = b->part_kind, *part = b->part;
    for (size_t i = 0; i < e->to.n; i++) {
        bool chair = true;
        const struct body *body = procedure_body_of(b->p, e->to.word[i], &chair);
        const struct value *members = body && !chair ? body_members(b, body) : NULL;
        for (size_t k = 0; k < v_count(members); k++)
            tell_member(b, e, members->u.map.pair[k].val, transition, article);
        turn_to_added(b, e->to.word[i]);
        if (!body || chair)
            tell_one(b, e, body ? body->chair : e->to.word[i], transition, article);
        b->part_kind = kind;
        b->part = part;
    }
}

void tell_task(struct bench *b, const struct effect *e)
{
    const char *kind = b->part_kind, *part = b->part, *role = e->to.n ? e->to.word[0] : "";
    turn_to_added(b, role);
    const struct department *d = bench_role(b, role);
    struct ask ask = {e->answer, d ? d->id : NULL, role, NULL, NULL, b->part, NULL, due_of(b, e), NULL, days_of(b, e)};
    ask.clock = e->clock ? bench_clock(b, e->clock) : NULL;
    if (d)
        open_task(b, &ask);
    b->part_kind = kind;
    b->part = part;
}

void tell_reminder(struct bench *b, const char *id)
{
    const struct value *task = v_get(bench_get(b, "tasks"), id);
    const struct department *d = register_heir(b->j->reg, v_get_str(task, "department", ""));
    struct value *transition = transition_of(b, "task-reminder");
    struct effect e = {.verb = DO_TELL, .name = "task-reminder"};
    if (!d)
        return;
    add_department(b, transition, d->id);
    if (d->keyless) {
        serve(b, &e, v_get_str(task, "role", NULL), d->id, NULL);
        return;
    }
    struct value *n = notice_new(b, d->id, "task-reminder", v_get_str(task, "role", NULL));
    v_put_int(b->a, n, "task", strtoll(id, NULL, 10));
    v_put_str(b->a, n, "due", v_get_str(task, "due", NULL));
    notice_out(b, n, NULL);
}

void tell_open(struct bench *b, const char *id)
{
    const struct value *task = v_get(bench_get(b, "tasks"), id);
    const struct department *d = register_heir(b->j->reg, v_get_str(task, "department", ""));
    const char *type = v_get_str(task, "type", NULL), *part = b->part;
    if (!d || d->keyless || !type)
        return; /* on paper it was told then; what only stands in the list of tasks still does */
    b->part = v_get_str(task, "part", NULL);
    b->clock = v_get_str(task, "clock", NULL);
    struct value *n = notice_new(b, d->id, type, v_get_str(task, "role", NULL));
    v_put_str(b->a, n, "answer", v_get_str(task, "act", NULL));
    v_put_int(b->a, n, "task", strtoll(id, NULL, 10));
    v_put_str(b->a, n, "due", v_get_str(task, "due", NULL));
    v_put_bool(b->a, n, "provisional", v_get_bool(task, "provisional"));
    notice_out(b, n, NULL);
    b->part = part;
    b->clock = NULL;
}

static bool stands_before(const struct value *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (text_same(v_text(v_at(list, i), ""), text))
            return true;
    return false;
}

void tell_again(struct bench *b, const char *type, const struct value *streams)
{
    struct value *transition = transition_of(b, type);
    struct effect e = {.verb = DO_TELL, .name = type};
    for (size_t i = 0; i < v_count(streams); i++) {
        const char *stream = v_text(v_at(streams, i), "");
        const struct department *d = register_heir(b->j->reg, stream);
        if (!d || stands_before(streams, i, stream))
            continue;
        add_department(b, transition, d->id);
        if (d->keyless)
            serve(b, &e, NULL, d->id, NULL);
        else
            notice_out(b, notice_new(b, d->id, type, NULL), NULL);
    }
}

static void notice_moved(struct bench *b, const char *stream, const char *was, const char *task)
{
    const struct value *of = task ? v_get(bench_get(b, "tasks"), task) : v_get(bench_get(b, "clocks"), b->clock);
    struct value *n = notice_new(b, stream, "limit-moved", NULL), *fields = v_map(b->a);
    v_put_str(b->a, fields, "due-before", was);
    v_put_str(b->a, fields, "calendar", calendar_version(b->j->calendar));
    v_put(b->a, n, "fields", fields);
    v_put_str(b->a, n, "due", v_get_str(of, "due", NULL));
    v_put_bool(b->a, n, "provisional", v_get_bool(of, "provisional"));
    if (task)
        v_put_int(b->a, n, "task", strtoll(task, NULL, 10));
    notice_out(b, n, NULL);
}

void tell_moved(struct bench *b, const struct value *streams, const char *was, const char *task)
{
    struct value *transition = transition_of(b, "limit-moved");
    struct effect e = {.verb = DO_TELL, .name = "limit-moved"};
    for (size_t i = 0; i < v_count(streams); i++) {
        const char *stream = v_text(v_at(streams, i), "");
        const struct department *d = register_heir(b->j->reg, stream);
        if (!d || stands_before(streams, i, stream))
            continue;
        add_department(b, transition, d->id);
        if (d->keyless)
            serve(b, &e, NULL, d->id, NULL);
        else
            notice_moved(b, d->id, was, task);
    }
}

void tell_again_on_paper(struct bench *b, const char *type, const struct value *notice)
{
    struct effect e = {.verb = DO_TELL, .name = type};
    transition_of(b, type);
    serve(b, &e, v_get_str(notice, "role", NULL), v_get_str(notice, "party", NULL), NULL);
}

static struct value *running_clocks(struct bench *b)
{
    struct value *list = v_list(b->a);
    const struct value *clocks = bench_get(b, "clocks");
    for (size_t i = 0; i < v_count(clocks); i++) {
        const struct value *c = clocks->u.map.pair[i].val;
        if (!text_same(v_get_str(c, "state", ""), "running"))
            continue;
        struct value *one = v_map(b->a);
        v_add_str(b->a, one, "clock", clocks->u.map.pair[i].key);
        v_add_str(b->a, one, "due", v_get_str(c, "due", NULL));
        v_push(b->a, list, one);
    }
    return list;
}

void tell_finish(struct bench *b)
{
    if (!v_count(b->transitions))
        return;
    const struct department *lead = bench_role(b, b->p->lead);
    const char *leader = lead ? lead->id : issuer(b);
    struct value *clocks = running_clocks(b);
    for (size_t i = 0; i < v_count(b->transitions); i++) {
        struct value *t = v_at(b->transitions, i);
        const char *first = v_text(v_at(v_get(t, "departments"), 0), leader);
        v_add_str(b->a, t, "department", first ? first : "");
        v_add(b->a, t, "clocks", clocks);
    }
}
