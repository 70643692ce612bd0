#include "daemon/core/bench.h"

#include "daemon/base/text.h"

#include <string.h>

/* ---- begin and end ---- */

void bench_begin(struct bench *b, struct arena *a, const struct judge *j)
{
    *b = (struct bench){.a = a, .j = j, .p = j->procedure, .opening = !j->kase};
    b->changes = v_list(a);
    b->edit = ARENA_NEW(a, struct edit);
    *b->edit = edit_copy(a, j->kase, b->changes);
    b->kase = b->edit->kase;
    b->notices = v_list(a);
    b->transitions = v_list(a);
    b->opened = v_list(a);
    b->today = when_day(j->now, j->procedure->zone_minutes);
    bench_done_on(b, b->today);
    b->rejection.earliest = DAY_NONE;
}

static struct value *who_did(struct bench *b)
{
    struct value *by = v_map(b->a);
    v_add_str(b->a, by, "party", b->party);
    v_add_str(b->a, by, "department", b->department);
    return by;
}

struct decision bench_end(struct bench *b, const char *act)
{
    struct decision d = {.accepted = !b->refused, .rejection = b->rejection, .act = act, .done = b->done};
    if (b->refused)
        return d;
    subjects_note(b);
    bench_put(b, PATH("version"), v_int(b->a, v_number(bench_get(b, "version"), 0) + 1));
    tell_finish(b);
    d.kase = v_number(bench_get(b, "case"), 0);
    d.changes = b->changes;
    d.others = b->others;
    d.by = who_did(b);
    d.private_ = b->private_;
    d.notices = b->notices;
    d.transitions = b->transitions;
    d.tasks = b->tasks_used;
    d.opened = b->opened;
    d.stage = v_text(bench_get(b, "stage"), "");
    return d;
}

/* ---- which act, from where ---- */

static const char *stage_label(const struct bench *b, const char *stage)
{
    const struct stage *s = procedure_stage(b->p, stage);
    return s ? s->label : stage;
}

static void refuse_unknown_act(struct bench *b, const char *name)
{
    const char **names = ARENA_ARRAY(b->a, const char *, b->p->nacts + 1);
    for (size_t i = 0; i < b->p->nacts; i++)
        names[i] = b->p->acts[i].name;
    const char *near = text_nearest(name, names, b->p->nacts);
    bench_refuse(b, "form", "act-unknown", "the procedure '%s' has no act '%s'%s%s%s", b->p->name, name,
                 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void refuse_stage(struct bench *b)
{
    const char *stages = "";
    for (size_t i = 0; i < b->act->from.n; i++)
        stages = arena_printf(b->a, "%s%s%s", stages, i ? "、" : "", stage_label(b, b->act->from.word[i]));
    bench_refuse(b, "law", "act-not-possible", "“%s”在“%s”阶段不能进行;可以进行的阶段:%s", b->act->label,
                 stage_label(b, v_text(bench_get(b, "stage"), "")), stages);
    b->rejection.article = b->act->article;
    b->rejection.missing = stages;
}

/* The stages that are named must be those in which the case is: one of the main course, and one of each track that is
 * named. A track that has not begun is in none. */
static bool comes_from(const struct bench *b, const struct words *from)
{
    bool main_named = false, main_fits = false, fits = true;
    for (size_t i = 0; i < from->n; i++) {
        const struct stage *s = procedure_stage(b->p, from->word[i]);
        if (!s->track) {
            main_named = true;
            main_fits = main_fits || text_same(v_text(bench_get(b, "stage"), ""), s->name);
            continue;
        }
        const char *there = v_get_str(v_get(bench_get(b, "tracks"), s->track), "stage", "");
        fits = fits && words_have(from, there);
    }
    return from->n && fits && (main_fits || !main_named);
}

static void find_act(struct bench *b)
{
    const char *name = v_get_str(b->j->command, "act", "");
    b->act = procedure_act(b->p, name);
    if (!b->act) {
        refuse_unknown_act(b, name);
        return;
    }
    if (b->opening && !b->act->opens)
        bench_refuse(b, "form", "case-missing", "the act '%s' opens no case: say which one in 'case'", name);
}

static void check_stage(struct bench *b)
{
    if (!b->opening && !comes_from(b, &b->act->from))
        refuse_stage(b);
    int64_t expect = v_get_int(b->j->command, "expect", -1), version = v_number(bench_get(b, "version"), 0);
    if (expect >= 0 && expect != version)
        bench_refuse(b, "conflict", "case-moved-on", "the case is at version %lld, the command expects %lld",
                     (long long)version, (long long)expect);
}

/* ---- the two dates ---- */

static void refuse_done(struct bench *b, const char *code, const char *text, const char *missing)
{
    bench_refuse(b, "law", code, "%s", text);
    b->rejection.missing = missing;
}

/* Older than the entry lag: a reason, a paper that shows the date, and a second person. */
static void check_lag(struct bench *b)
{
    if (b->j->past || calendar_between(b->j->calendar, b->done, b->today).days <= b->p->entry_lag)
        return;
    static const struct words none = {0};
    struct guard second = {.op = GUARD_SECOND, .yes = true, .words = none};
    if (!v_get_str(b->j->command, "reason", NULL))
        refuse_done(b, "late-entry-reason", "补录超过宽限,需要说明理由(reason)", "补录理由");
    else if (!v_count(v_path(b->j->command, "papers.date-proof")))
        refuse_done(b, "late-entry-paper", "补录超过宽限,需要能证明日期的材料(papers.date-proof)", "证明日期的材料");
    else if (!guard_holds(b, &second))
        refuse_done(b, "late-entry-second", "补录超过宽限,需要第二人确认(second)", "第二人确认");
}

/* The day before which the act cannot have taken effect: an act that moves the case on presupposes that its stage was
 * entered; one beside the main course, that the earliest of the stages was entered in which it is possible. */
static struct day presupposed(const struct bench *b)
{
    struct day first = DAY_NONE;
    if (b->act->to)
        return value_day(bench_get(b, "since"));
    for (size_t i = 0; i < b->act->from.n; i++) {
        struct day entered = value_day(v_get(bench_get(b, "entered"), b->act->from.word[i]));
        if (day_is(entered) && (!day_is(first) || entered.n < first.n))
            first = entered;
    }
    return first;
}

static void find_done(struct bench *b)
{
    char today[DAY_TEXT], since[DAY_TEXT];
    const char *text = v_get_str(b->j->command, "done", NULL);
    if (b->j->past && !text)
        bench_refuse(b, "form", "done-missing", "say on which day it took effect");
    struct day done = b->today;
    if (text && day_parse(text, &done) != ST_OK) {
        bench_refuse(b, "form", "done-wrong", "done: expected a day as 2026-02-13, not '%s'", text);
        return;
    }
    if (text)
        bench_done_on(b, done);
    struct day before = presupposed(b);
    if (b->done.n > b->today.n) {
        refuse_done(b, "done-in-future",
                    arena_printf(b->a, "办理日期%s在今天(%s)之后", text, day_text(b->today, today)), NULL);
        b->rejection.earliest = b->done;
    } else if (day_is(before) && b->done.n < before.n) {
        refuse_done(b, "done-before-presupposed",
                    arena_printf(b->a, "办理日期%s在它所依据的行为的日期(%s)之前",
                                 text ? text : day_text(b->today, today), day_text(before, since)),
                    NULL);
        b->rejection.earliest = before;
    } else {
        check_lag(b);
    }
}

/* ---- the act itself ---- */

static void begin_case(struct bench *b)
{
    bench_put(b, PATH("case"), v_int(b->a, b->j->next_case));
    bench_put(b, PATH("version"), v_int(b->a, 0));
    bench_put_str(b, PATH("procedure"), b->p->name);
    bench_put(b, PATH("procedure-version"), v_int(b->a, b->p->version));
    if (b->p->circumstances_version)
        bench_put_str(b, PATH("circumstances-version"), b->p->circumstances_version);
    bench_put_str(b, PATH("kind"), b->act->opens);
    bench_put(b, PATH("opened"), v_int(b->a, b->j->event));
    bench_put_str(b, PATH("opened-done"), b->done_text);
    bench_put_str(b, PATH("stage"), "");
}

/* The acts that wait for the end of a suspension: of the part in question, or of the case. */
static void check_held(struct bench *b)
{
    const struct value *all = bench_get(b, "suspensions");
    for (size_t i = 0; i < v_count(all) && !b->refused; i++) {
        const struct value *s = all->u.map.pair[i].val, *holds = v_get(s, "holds");
        bool other = b->part && (!text_same(v_get_str(s, "kind", ""), b->part_kind) ||
                                 !text_same(v_get_str(s, "part", ""), b->part));
        bool ended = text_same(v_get_str(s, "state", ""), "ended");
        for (size_t k = 0; !other && !ended && k < v_count(holds); k++)
            if (text_same(v_text(v_at(holds, k), ""), b->act->name))
                bench_refuse(b, "law", "held-by-suspension", "“%s”暂缓进行,依据“%s”", b->act->label,
                             v_get_str(s, "ground", ""));
    }
}

/* Tasks that come again: after the act that begins them, and each time one of them is answered. */
static void open_recurring(struct bench *b)
{
    for (size_t i = 0; i < b->p->nrecurring; i++) {
        const struct recurring *r = &b->p->recurring[i];
        bool begins = text_same(r->after, b->act->name), again = text_same(r->task, b->act->name);
        if ((!begins && !again) || !guard_holds(b, r->during))
            continue;
        const char *role = r->role;
        struct effect e = {.verb = DO_TASK, .answer = r->task, .to = {&role, 1}, .within = r->workdays};
        tell_task(b, &e);
    }
}

static void apply_rules(struct bench *b)
{
    for (size_t i = 0; i < b->act->nrules && !b->refused; i++) {
        const struct rule *r = &b->act->rules[i];
        if (!guard_holds(b, r->when))
            continue;
        if (guard_holds(b, r->require))
            effects_do(b, r->effects, r->neffects, r);
        else
            bench_refuse_rule(b, r, "rule", "“%s”缺少:%s%s", b->act->label, r->missing,
                              r->require->op == GUARD_BARS ? guard_bars(b) : "");
    }
}

static void enter_stage(struct bench *b)
{
    const struct stage *to = procedure_stage(b->p, b->act->to);
    if (to && to->kinds.n && !words_have(&to->kinds, v_text(bench_get(b, "kind"), "")))
        bench_refuse(b, "law", "not-of-this-kind", "“%s”阶段不适用于该类事项", to->label);
    if (to && to->track) {
        bench_put_str(b, PATH("tracks", to->track, "stage"), to->name);
        bench_put_str(b, PATH("tracks", to->track, "since"), b->done_text);
        bench_put(b, PATH("tracks", to->track, "ended"), v_bool(b->a, to->end));
    } else if (to) {
        bench_put_str(b, PATH("stage"), b->act->to);
        bench_put_str(b, PATH("since"), b->done_text);
        bench_put_str(b, PATH("entered", b->act->to), b->done_text);
    }
    bench_put_str(b, PATH("did", b->act->name), b->j->principal);
}

struct decision decide(struct arena *a, const struct judge *j)
{
    /* whose act it is before how the case stands: a stranger learns nothing of it */
    static void (*const steps[])(struct bench *) = {
        find_act,    actor_find,       actor_find_task,  actor_find_part, actor_check, actor_check_enterer,
        check_stage, actor_check_task, actor_check_part, find_done,       check_held};
    static void (*const deeds[])(struct bench *) = {
        form_take,          actor_check_party,   actor_close_tasks, apply_rules,
        actor_check_opener, actor_check_entered, enter_stage,       open_recurring,
    };
    struct bench b;
    bench_begin(&b, a, j);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !b.refused; i++)
        steps[i](&b);
    if (!b.refused && b.opening)
        begin_case(&b);
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0] && !b.refused; i++)
        deeds[i](&b);
    return bench_end(&b, v_get_str(j->command, "act", ""));
}

/* ---- due moments ---- */

/* What a clock of one part brings about is about that part. */
static void about_part(struct bench *b, const char *clock)
{
    const struct value *c = v_get(bench_get(b, "clocks"), clock);
    b->part_kind = v_get_str(c, "part-kind", NULL);
    b->part = v_get_str(c, "part", NULL);
}

static void clock_near(struct bench *b, const char *clock)
{
    const struct clock_rule *rule = procedure_clock_of(b->p, clock);
    about_part(b, clock);
    struct effect e = {.verb = DO_TELL, .name = "limit-near", .to = {(const char *[]){rule->owner}, 1}};
    b->clock = clock;
    bench_del(b, PATH("clocks", clock, "near-at"));
    tell(b, &e, rule->article);
}

static void clock_missed(struct bench *b, const char *clock)
{
    const struct clock_rule *rule = procedure_clock_of(b->p, clock);
    about_part(b, clock);
    struct rule because = {.name = rule->name, .article = rule->article};
    b->about = v_get_str(v_get(bench_get(b, "clocks"), clock), "owner", NULL);
    b->clock = clock;
    ledger_miss(b, clock);
    effects_do(b, rule->on_miss, rule->non_miss, &because);
    struct value *told = v_list(b->a);
    for (size_t i = 0; i < v_count(b->notices); i++)
        v_push(b->a, told, v_str(b->a, v_get_str(v_at(b->notices, i), "stream", "")));
    bench_put(b, PATH("clocks", clock, "miss-told"), told);
}

/* What was asked of whom: for the superior, who was not there when it was asked. */
static void add_overdue(struct bench *b, struct value *notice, const struct value *task)
{
    static const char *const keys[] = {"act", "department", "due", "party"};
    struct value *fields = v_get(notice, "fields");
    if (!fields)
        v_put(b->a, notice, "fields", fields = v_map(b->a));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        v_put_str(b->a, fields, keys[i], v_get_str(task, keys[i], NULL));
}

static void task_remind(struct bench *b, const char *id)
{
    const struct value *task = v_get(bench_get(b, "tasks"), id);
    b->part = v_get_str(task, "part", NULL);
    bench_del(b, PATH("tasks", id, "remind-at"));
    bench_put(b, PATH("tasks", id, "reminded"), v_bool(b->a, true));
    tell_reminder(b, id);
    for (size_t i = 0; i < v_count(b->notices); i++)
        add_overdue(b, v_at(b->notices, i), task);
}

static void task_overdue(struct bench *b, const char *id)
{
    struct effect e = {.verb = DO_TELL, .name = "task-escalated"};
    const char *superior = NULL;
    for (size_t i = 0; i < b->p->nroles && !superior; i++)
        superior = b->p->roles[i].superior ? b->p->roles[i].name : NULL;
    e.to = (struct words){&superior, superior ? 1 : 0};
    b->about = v_get_str(v_get(bench_get(b, "tasks"), id), "department", NULL);
    bench_del(b, PATH("tasks", id, "due-at"));
    bench_put(b, PATH("tasks", id, "escalated"), v_bool(b->a, true));
    tell(b, &e, NULL);
    for (size_t i = 0; i < v_count(b->notices); i++)
        add_overdue(b, v_at(b->notices, i), v_get(bench_get(b, "tasks"), id));
}

struct decision decide_due(struct arena *a, const struct judge *j, const char *what, const char *name)
{
    static const struct {
        const char *what, *path;
        void (*deed)(struct bench *, const char *);
    } kinds[] = {{"near", "clocks.%s.near-at", clock_near},
                 {"miss", "clocks.%s.miss-at", clock_missed},
                 {"remind", "tasks.%s.remind-at", task_remind},
                 {"task", "tasks.%s.due-at", task_overdue}};
    struct bench b;
    bench_begin(&b, a, j);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!text_same(kinds[i].what, what))
            continue;
        const char *table = i < 2 ? "clocks" : "tasks", *key = strrchr(kinds[i].path, '.') + 1;
        int64_t at = v_get_int(v_get(v_get(b.kase, table), name), key, INT64_MAX);
        if (at > j->now.ms || (i < 2 && !procedure_clock_of(b.p, name)))
            bench_refuse(&b, "conflict", "not-due", "%s %s of the case is not due", what, name);
        else
            kinds[i].deed(&b, name);
    }
    if (!v_count(b.changes))
        bench_refuse(&b, "conflict", "not-due", "nothing is due");
    return bench_end(&b, what);
}
