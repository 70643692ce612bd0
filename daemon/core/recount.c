/* recount.c - limits of a case by another calendar than the one that they were counted by
 *
 * A limit is a clock, or the working days in which a task is to be answered where no clock measures them. One decision
 * is about one limit: what it was, what it is, who must be told. A limit whose count the calendar does not touch stays
 * as it is, with the version that counted it.
 */
#include "daemon/core/bench.h"

#include <string.h>

/* ---- tasks ---- */

static const struct value *task_of(const struct bench *b, const char *id)
{
    return v_get(bench_get(b, "tasks"), id);
}

struct asked {
    struct calendar_due due;
    struct when at; /* when it counts as overdue; WHEN_NEVER: it does not yet */
    bool over;
};

static struct asked asked_by(const struct bench *b, const struct value *task)
{
    struct asked a = {.at = WHEN_NEVER};
    a.due = ledger_limit(b, value_day(v_get(task, "opened")), (int)v_get_int(task, "workdays", 0));
    if (!a.due.provisional)
        a.at = ledger_missed_at(b, a.due.day);
    a.over = a.at.ms <= b->j->now.ms;
    return a;
}

static bool task_stale(const struct bench *b, const char *id)
{
    const struct value *task = task_of(b, id);
    if (!v_get_int(task, "workdays", 0) || !day_is(value_day(v_get(task, "opened"))))
        return false;
    const struct asked a = asked_by(b, task);
    if (a.due.day.n != value_day(v_get(task, "due")).n || a.due.provisional != v_get_bool(task, "provisional"))
        return true;
    return !v_get_bool(task, "escalated") && v_get_int(task, "due-at", WHEN_NEVER.ms) != a.at.ms;
}

/* When it is reminded (again, if that lies ahead once more) and when the superior is told. */
static void task_moments(struct bench *b, const char *id, const struct asked *a)
{
    bool firm = a->at.ms != WHEN_NEVER.ms && !v_get_bool(task_of(b, id), "escalated");
    struct when remind = firm ? ledger_remind_at(b, a->due.day) : WHEN_NEVER;
    if (firm && remind.ms > b->j->now.ms)
        bench_del(b, PATH("tasks", id, "reminded"));
    if (firm && !v_get_bool(task_of(b, id), "reminded"))
        bench_put(b, PATH("tasks", id, "remind-at"), v_int(b->a, remind.ms));
    else
        bench_del(b, PATH("tasks", id, "remind-at"));
    if (firm)
        bench_put(b, PATH("tasks", id, "due-at"), v_int(b->a, a->at.ms));
    else
        bench_del(b, PATH("tasks", id, "due-at"));
}

/* Whoever is asked; and, when the superior was told too early, whoever was told that. */
static void task_recount(struct bench *b, const char *id)
{
    char text[DAY_TEXT];
    struct value *streams = v_list(b->a);
    const struct asked a = asked_by(b, task_of(b, id));
    const char *was = arena_str(b->a, v_get_str(task_of(b, id), "due", ""));
    bool told = !text_same(was, day_text(a.due.day, text)) || v_get_bool(task_of(b, id), "provisional");
    bench_put_str(b, PATH("tasks", id, "due"), text);
    bench_put(b, PATH("tasks", id, "provisional"), v_bool(b->a, a.due.provisional));
    v_push(b->a, streams, v_str(b->a, v_get_str(task_of(b, id), "department", "")));
    if (v_get_bool(task_of(b, id), "escalated") && !a.over) {
        bench_del(b, PATH("tasks", id, "escalated"));
        const struct value *superiors = v_get(bench_get(b, "told"), "task-escalated");
        for (size_t i = 0; i < v_count(superiors); i++)
            v_push(b->a, streams, v_at(superiors, i));
    }
    task_moments(b, id, &a);
    b->part = v_get_str(task_of(b, id), "part", NULL);
    if (told)
        tell_moved(b, streams, was, id);
}

/* ---- clocks ---- */

static void about_part(struct bench *b, const struct value *clock)
{
    b->part_kind = v_get_str(clock, "part-kind", NULL);
    b->part = v_get_str(clock, "part", NULL);
}

/* Who answers for the clock, who leads the case, who is asked for what it measures. */
static const struct value *concerned(struct bench *b, const char *name)
{
    struct value *streams = v_list(b->a);
    const struct value *tasks = bench_get(b, "tasks");
    const struct department *lead = bench_role(b, b->p->lead);
    v_push(b->a, streams, v_str(b->a, v_get_str(v_get(bench_get(b, "clocks"), name), "owner", "")));
    if (lead)
        v_push(b->a, streams, v_str(b->a, lead->id));
    for (size_t i = 0; i < v_count(tasks); i++)
        if (text_same(v_get_str(tasks->u.map.pair[i].val, "clock", ""), name))
            v_push(b->a, streams, v_str(b->a, v_get_str(tasks->u.map.pair[i].val, "department", "")));
    return streams;
}

static void clock_recount(struct bench *b, const char *name)
{
    const struct value *clock = v_get(bench_get(b, "clocks"), name);
    const char *was = arena_str(b->a, v_get_str(clock, "due", ""));
    bool provisional = v_get_bool(clock, "provisional");
    about_part(b, clock);
    ledger_recount(b, name);
    clock = v_get(bench_get(b, "clocks"), name);
    if (text_same(was, v_get_str(clock, "due", "")) && provisional == v_get_bool(clock, "provisional"))
        return; /* only the moment at which the entry lag ends */
    b->clock = name;
    if (!text_same(v_get_str(clock, "state", ""), "met"))
        tell_moved(b, concerned(b, name), was, NULL);
}

/* ---- one limit ---- */

struct limit_kind {
    const char *what, *table;
    bool (*stale)(const struct bench *b, const char *name);
    void (*recount)(struct bench *b, const char *name);
};

static const struct limit_kind kinds[] = {{"clock", "clocks", ledger_stale, clock_recount},
                                          {"task", "tasks", task_stale, task_recount}};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *label_of(const struct bench *b, const struct limit_kind *kind, const char *name,
                            const struct value *limit)
{
    const struct clock_rule *rule = procedure_clock_of(b->p, name);
    const struct act *act = procedure_act(b->p, v_get_str(limit, "act", NULL));
    if (kind == &kinds[0])
        return rule ? rule->label : name;
    return act ? act->label : v_get_str(limit, "act", "");
}

static void put_limit(struct arena *a, struct value *moved, const struct value *limit, bool before)
{
    v_put_str(a, moved, before ? "due-before" : "due", v_get_str(limit, "due", NULL));
    v_put_bool(a, moved, before ? "provisional-before" : "provisional", v_get_bool(limit, "provisional"));
}

/* What became of it, for people: by how many days, whether it is firm now, whether a miss is undone or it is over. */
static struct value *moved_of(struct bench *b, const struct limit_kind *kind, const char *name)
{
    struct value *moved = v_map(b->a);
    const struct value *was = v_get(v_get(b->j->kase, kind->table), name),
                       *is = v_get(v_get(b->kase, kind->table), name);
    struct day before = value_day(v_get(was, "due")), due = value_day(v_get(is, "due"));
    v_put_str(b->a, moved, kind->what, name);
    v_put_str(b->a, moved, "label", label_of(b, kind, name, was));
    v_put_str(b->a, moved, "state", v_get_str(is, "state", "open"));
    put_limit(b->a, moved, was, true);
    put_limit(b->a, moved, is, false);
    if (day_is(before) && day_is(due))
        v_put_int(b->a, moved, "days", due.n - before.n);
    bool undone = text_same(v_get_str(was, "state", ""), "missed") && !text_same(v_get_str(is, "state", ""), "missed");
    if (undone || (v_get_bool(was, "escalated") && !v_get_bool(is, "escalated")) ||
        (v_get_bool(was, "late") && !v_get_bool(is, "late")))
        v_put_bool(b->a, moved, "miss-undone", true);
    int64_t at = v_get_int(is, "miss-at", v_get_int(is, "due-at", WHEN_NEVER.ms));
    if (at <= b->j->now.ms)
        v_put_bool(b->a, moved, "past", true);
    return moved;
}

size_t decide_stale(struct arena *a, const struct judge *j, struct limit **ret)
{
    struct bench b;
    bench_begin(&b, a, j);
    struct limit *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t k = 0; k < KINDS; k++) {
        const struct value *all = v_get(b.kase, kinds[k].table);
        for (size_t i = 0; i < v_count(all); i++) {
            if (!kinds[k].stale(&b, all->u.map.pair[i].key))
                continue;
            ARENA_GROW(a, list, n, cap);
            list[n++] = (struct limit){kinds[k].what, all->u.map.pair[i].key};
        }
    }
    *ret = list;
    return n;
}

struct decision decide_recount(struct arena *a, const struct judge *j, const char *what, const char *name)
{
    struct bench b;
    struct value *moved = NULL;
    bench_begin(&b, a, j);
    for (size_t k = 0; k < KINDS && !moved; k++) {
        if (!text_same(kinds[k].what, what) || !v_get(v_get(b.kase, kinds[k].table), name) || !kinds[k].stale(&b, name))
            continue;
        kinds[k].recount(&b, name);
        moved = moved_of(&b, &kinds[k], name);
    }
    if (!moved)
        bench_refuse(&b, "conflict", "not-moved", "the calendar counts %s %s as it stands", what, name);
    struct decision d = bench_end(&b, "recount");
    d.moved = moved;
    return d;
}
