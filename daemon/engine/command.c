/* An act of a procedure: who sends it, which case, which law; then the judge. */
#include "daemon/engine/inside.h"

#include <string.h>

/* Only those who inspect, watch or monitor may not act at all. */
static bool may_act(const struct engine *e, const char *principal, struct draft *ret)
{
    if (register_rights(e->fold->reg, principal) & (RIGHT_ACT | RIGHT_ENTER))
        return true;
    *ret = draft_refused("right", "no-right-to-act", "the principal has neither the right act nor enter");
    return false;
}

/* The event that a correction names, if it is of this case. */
static enum status event_named(struct engine *e, struct arena *a, const struct value *message, int64_t kase,
                               const struct value **ret)
{
    int64_t n = v_number(v_path(message, "fields.corrected-event"), 0);
    struct value *event;
    *ret = NULL;
    if (n <= 0)
        return ST_OK;
    enum status st = event_read(a, e->txn, (uint64_t)n, &event);
    if (st)
        return st == ST_NOT_FOUND ? ST_OK : st;
    const struct value *cases = v_get(event, "cases");
    for (size_t i = 0; i < v_count(cases); i++)
        if (v_get_int(v_at(cases, i), "case", 0) == kase)
            *ret = event;
    return ST_OK;
}

/* The procedure of the case, or for an opening act the newest version in force on the day it was done. */
static const struct procedure *procedure_for(struct engine *e, struct arena *a, const struct value *kase,
                                             const struct value *message, struct when now, struct draft *ret)
{
    const char *name = v_get_str(kase ? kase : message, "procedure", NULL);
    const struct procedure *p;
    if (kase) {
        p = laws_version(e->laws, name, v_get_int(kase, "procedure-version", 0));
    } else {
        struct day done;
        if (day_parse(v_get_str(message, "done", ""), &done))
            done = engine_day(e, now);
        p = laws_active(e->laws, name, done);
    }
    if (!p)
        *ret = draft_refused("form", "procedure-unknown",
                             name ? arena_printf(a, "no version of the procedure %.64s is in force on that day", name)
                                  : "say in `procedure` which one");
    return p;
}

enum status judge_numbers(struct engine *e, struct judge *j)
{
    int64_t cases, tasks;
    enum status st = engine_now(e, &j->now);
    if (!st)
        st = engine_event(e, &j->event);
    if (!st)
        st = fold_head(e->fold, e->txn, HEAD_CASE, &cases);
    if (!st)
        st = fold_head(e->fold, e->txn, HEAD_TASK, &tasks);
    if (st)
        return st;
    j->next_case = cases + 1;
    j->next_task = tasks + 1;
    j->reg = e->fold->reg;
    j->calendar = laws_calendar(e->laws);
    return ST_OK;
}

enum status cases_linked(struct engine *e, struct arena *a, const struct procedure *p, const struct value *message,
                         const struct value **ret)
{
    const struct value *fields = v_get(message, "fields");
    struct value *linked = v_map(a);
    *ret = linked;
    for (size_t i = 0; v_kind(fields) == V_MAP && i < v_count(fields); i++) {
        const struct pair *field = &fields->u.map.pair[i];
        const struct fact *f = procedure_fact(p, field->key);
        struct value *other;
        if (!f || f->type != FACT_LINK || v_number(field->val, 0) <= 0)
            continue;
        enum status st = case_load(e, a, v_number(field->val, 0), &other);
        if (st && st != ST_NOT_FOUND)
            return st;
        if (!st)
            v_put(a, linked, field->key, other);
    }
    return ST_OK;
}

enum status command_draft(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    struct judge j = {.command = o->message, .principal = o->principal};
    int64_t number = v_get_int(o->message, "case", 0);
    struct value *kase = NULL;
    size_t bytes = 0;
    if (!may_act(e, o->principal, ret))
        return ST_OK;
    enum status st = judge_numbers(e, &j);
    if (!st && v_get(o->message, "case"))
        st = case_measure(e, a, number, &kase, &bytes);
    if (st == ST_NOT_FOUND) {
        *ret = draft_refused("form", "case-unknown", "there is no such case");
        return ST_OK;
    }
    if (!st)
        st = event_named(e, a, o->message, number, &j.named);
    if (st)
        return st;
    j.kase = kase;
    j.procedure = procedure_for(e, a, kase, o->message, j.now, ret);
    if (!j.procedure)
        return ST_OK;
    st = cases_linked(e, a, j.procedure, o->message, &j.linked);
    if (st)
        return st;
    struct decision d = decide(a, &j);
    e->fold->hint = kase;
    e->fold->hint_case = number;
    return draft_decision(e, a, j.procedure, kase, bytes, &d, "act", ret);
}
