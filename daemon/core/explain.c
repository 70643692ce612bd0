/* explain.c - what an act needs, and how each limit was counted: the judge's reasons, for a person to read */
#include "daemon/core/decide.h"

#include <string.h>

/* ---- form ---- */

static struct value *options_of(struct arena *a, const struct procedure *p, const struct fact *f)
{
    struct value *of = v_list(a);
    for (size_t i = 0; i < f->nof; i++) {
        struct value *o = v_map(a);
        v_put_str(a, o, "word", f->of[i].word);
        v_put_str(a, o, "label", f->of[i].label);
        v_push(a, of, o);
    }
    for (size_t i = 0; f->type == FACT_OUTCOME && i < p->noutcomes; i++) {
        struct value *o = v_map(a);
        v_put_str(a, o, "word", p->outcomes[i].name);
        v_put_str(a, o, "label", p->outcomes[i].label);
        v_push(a, of, o);
    }
    return of;
}

static const char *type_word(enum fact_type t)
{
    static const char *const words[] = {"",        "choice",     "grade",         "bool",        "int",
                                        "day",     "department", "subject",       "word",        "text",
                                        "outcome", "part-list",  "circumstances", "departments", "link"};
    return words[t];
}

static bool is_needed(enum need need, bool opening)
{
    return need == NEED_REQUIRED || (need == NEED_OPENING && opening);
}

static struct value *field_of(struct arena *a, const struct procedure *p, const struct fact *f, bool required,
                              const char *article)
{
    struct value *v = v_map(a), *of = options_of(a, p, f);
    v_put_str(a, v, "field", f->name);
    v_put_str(a, v, "label", f->label);
    v_put_str(a, v, "type", type_word(f->type));
    if (v_count(of))
        v_put(a, v, "of", of);
    v_put_bool(a, v, "required", required);
    v_put_bool(a, v, "private", f->is_private);
    v_put_str(a, v, "article", article);
    return v;
}

static struct value *circumstances_of(struct arena *a, const struct procedure *p)
{
    struct value *list = v_list(a);
    for (size_t i = 0; i < p->ncircumstances; i++) {
        const struct circumstance *c = &p->circumstances[i];
        struct value *v = v_map(a), *checks = v_list(a);
        v_put_str(a, v, "circumstance", c->name);
        v_put_str(a, v, "number", c->number);
        v_put_str(a, v, "text", c->text);
        for (size_t k = 0; k < c->nchecks; k++) {
            struct value *o = v_map(a);
            v_put_str(a, o, "word", c->checks[k].word);
            v_put_str(a, o, "label", c->checks[k].label);
            v_push(a, checks, o);
        }
        v_put(a, v, "checks", checks);
        v_push(a, list, v);
    }
    return list;
}

static struct value *fields_of(struct arena *a, const struct procedure *p, const struct act *act, bool opening)
{
    struct value *fields = v_list(a);
    for (size_t i = 0; i < act->nfields; i++) {
        const struct fact *f = procedure_fact(p, act->fields[i].fact);
        struct value *v = field_of(a, p, f, is_needed(act->fields[i].need, opening), act->article);
        if (f->type == FACT_CIRCUMSTANCES)
            v_put(a, v, "of", circumstances_of(a, p));
        v_push(a, fields, v);
    }
    for (size_t i = 0; i < act->nparts; i++) {
        const struct part_kind *k = procedure_part(p, act->parts[i].slot);
        struct value *v = v_map(a), *inner = v_list(a);
        v_put_str(a, v, "field", k->name);
        v_put_str(a, v, "label", k->label);
        v_put_str(a, v, "type", "parts");
        v_put_bool(a, v, "required", is_needed(act->parts[i].need, opening));
        for (size_t f = 0; f < k->nfields; f++)
            v_push(a, inner, field_of(a, p, &k->fields[f], k->fields[f].required, NULL));
        v_put(a, v, "of", inner);
        v_push(a, fields, v);
    }
    return fields;
}

static struct value *papers_of(struct arena *a, const struct act *act, bool opening)
{
    struct value *papers = v_list(a);
    for (size_t i = 0; i < act->npapers; i++) {
        struct value *v = v_map(a);
        bool required = is_needed(act->papers[i].need, opening);
        const char *label = act->papers[i].slot;
        for (size_t r = 0; r < act->nrules; r++) {
            const struct guard *g = act->rules[r].require;
            if (g && g->op == GUARD_PAPER && strcmp(g->name, act->papers[i].slot) == 0) {
                required = true;
                label = act->rules[r].missing;
            }
        }
        v_put_str(a, v, "slot", act->papers[i].slot);
        v_put_str(a, v, "label", label);
        v_put_bool(a, v, "required", required);
        v_put_str(a, v, "article", act->article);
        v_push(a, papers, v);
    }
    return papers;
}

/* Clocks that the act starts and types of notices that it sends, whatever the conditions. */
static void consequences_of(struct arena *a, const struct procedure *p, const struct act *act, struct value *form)
{
    struct value *starts = v_list(a), *tells = v_list(a);
    for (size_t r = 0; r < act->nrules; r++)
        for (size_t i = 0; i < act->rules[r].neffects; i++) {
            const struct effect *e = &act->rules[r].effects[i];
            if (e->verb == DO_START) {
                const struct clock_rule *c = procedure_clock(p, e->name);
                struct value *v = v_map(a);
                v_put_str(a, v, "clock", c->name);
                v_put_str(a, v, "label", c->label);
                v_put_int(a, v, c->workdays ? "workdays" : "days", c->workdays ? c->workdays : c->days);
                v_put_str(a, v, "article", c->article);
                v_push(a, starts, v);
            }
            for (size_t t = 0; e->verb == DO_TELL && t < e->to.n; t++) {
                struct value *v = v_map(a);
                v_put_str(a, v, "notice", e->name);
                v_put_str(a, v, "label", procedure_notice(p, e->name)->label);
                v_put_str(a, v, "to", procedure_role_label(p, e->to.word[t]));
                v_push(a, tells, v);
            }
        }
    v_put(a, form, "starts", starts);
    v_put(a, form, "tells", tells);
}

struct value *decide_form(struct arena *a, const struct procedure *p, const struct value *kase, const char *name)
{
    const struct act *act = procedure_act(p, name);
    if (!act)
        return NULL;
    struct value *form = v_map(a), *by = v_list(a);
    v_put_str(a, form, "act", act->name);
    v_put_str(a, form, "label", act->label);
    v_put_str(a, form, "article", act->article);
    v_put(a, form, "fields", fields_of(a, p, act, !kase));
    v_put(a, form, "papers", papers_of(a, act, !kase));
    consequences_of(a, p, act, form);
    for (size_t i = 0; i < act->by.n; i++) {
        const struct role *role = procedure_role(p, act->by.word[i]);
        struct value *v = v_map(a);
        v_put_str(a, v, "role", act->by.word[i]);
        v_put_str(a, v, "label", procedure_role_label(p, act->by.word[i]));
        v_put_bool(a, v, "party", role && role->party);
        v_push(a, by, v);
    }
    v_put(a, form, "by", by);
    v_put_str(a, form, "on", act->on);
    v_put_str(a, form, "to", act->to);
    return form;
}

/* ---- explain ---- */

enum { EXPLAIN_MOST = 400 };

static struct value *day_line(struct arena *a, const struct calendar *cal, struct day d)
{
    char text[DAY_TEXT];
    struct calendar_day c = calendar_day(cal, d);
    struct value *v = v_map(a);
    v_put_str(a, v, "day", day_text(d, text));
    v_put_bool(a, v, "counts", c.counts);
    v_put_str(a, v, "why", c.name);
    v_put_str(a, v, "source", c.source);
    v_put_bool(a, v, "known", c.known);
    return v;
}

/* Was the clock paused on a day? The day of the pause itself still counts. */
static bool paused_on(const struct value *ledger, struct day d)
{
    bool paused = false;
    for (size_t i = 0; i < v_count(ledger); i++) {
        const char *op = v_get_str(v_at(ledger, i), "op", "");
        if (value_day(v_get(v_at(ledger, i), "day")).n < d.n)
            paused = strcmp(op, "pause") == 0 || (paused && strcmp(op, "resume") != 0);
    }
    return paused;
}

/* A corrected start counts from its day. */
static struct day start_of(const struct value *clock)
{
    struct day start = value_day(v_get(clock, "start"));
    const struct value *ledger = v_get(clock, "ledger");
    for (size_t i = 0; i < v_count(ledger); i++)
        if (strcmp(v_get_str(v_at(ledger, i), "op", ""), "start") == 0)
            start = value_day(v_get(v_at(ledger, i), "day"));
    return start;
}

/* From the day after the start to the due day, which of them the count went by. Of calendar days each counts, up to the
 * budget; behind it the end only moves on to a working day. */
static struct value *days_of(struct arena *a, const struct calendar *cal, const struct value *clock)
{
    struct value *days = v_list(a);
    struct day start = start_of(clock), due = value_day(v_get(clock, "due"));
    const struct value *ledger = v_get(clock, "ledger");
    bool calendar_days = v_get_bool(clock, "calendar-days");
    int64_t n = 0, budget = v_get_int(clock, "budget", 0);
    for (size_t i = 0; i < v_count(ledger); i++)
        budget += v_get_int(v_at(ledger, i), "n", 0);
    for (struct day d = {start.n + 1}; day_is(start) && d.n <= due.n && v_count(days) < EXPLAIN_MOST; d.n++) {
        struct value *line = day_line(a, cal, d);
        bool paused = paused_on(ledger, d);
        if (calendar_days)
            v_put_bool(a, line, "counts", n < budget);
        if (paused)
            v_put_bool(a, line, "paused", true);
        else if (v_get_bool(line, "counts"))
            v_put_int(a, line, "n", ++n);
        v_push(a, days, line);
    }
    return days;
}

struct value *decide_explain(struct arena *a, const struct procedure *p, const struct calendar *cal,
                             const struct value *kase)
{
    struct value *list = v_list(a);
    const struct value *clocks = v_get(kase, "clocks");
    for (size_t i = 0; i < v_count(clocks); i++) {
        const struct clock_rule *rule = procedure_clock_of(p, clocks->u.map.pair[i].key);
        const struct value *clock = clocks->u.map.pair[i].val;
        struct value *v = v_copy(a, clock);
        v_put_str(a, v, "clock", clocks->u.map.pair[i].key);
        v_put_str(a, v, "label", rule ? rule->label : NULL);
        v_put_str(a, v, "article", rule ? rule->article : NULL);
        v_put(a, v, "days", days_of(a, cal, clock));
        v_push(a, list, v);
    }
    return list;
}
