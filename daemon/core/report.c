#include "daemon/core/report.h"

#include "daemon/core/case.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"kind", "stage", "outcome", "circumstance", "act",     "department", "decider",
                                    "unit", "month", "year",    "facts",        "reasons", "lenient",    "days"};
enum { WORDS = sizeof words / sizeof *words };

static bool is_countable(const struct fact *f)
{
    return f && !f->is_private && (f->type == FACT_CHOICE || f->type == FACT_GRADE || f->type == FACT_BOOL);
}

bool report_knows(const struct procedure *p, const char *dimension)
{
    for (size_t i = 0; i < WORDS; i++)
        if (strcmp(words[i], dimension) == 0)
            return true;
    return is_countable(procedure_fact(p, dimension));
}

const char *report_known(struct arena *a, const struct procedure *p)
{
    const char *text = words[0];
    for (size_t i = 1; i < WORDS; i++)
        text = arena_printf(a, "%s, %s", text, words[i]);
    for (size_t i = 0; i < p->nfacts; i++)
        if (is_countable(&p->facts[i]))
            text = arena_printf(a, "%s, %s", text, p->facts[i].name);
    return text;
}

/* ---- one look at a case: as a whole, for one of its subjects, for one act or stay of it ---- */

struct look {
    struct arena *a;
    const struct procedure *p;
    const struct value *kase, *part; /* part: of the subject; NULL: the case */
    const char *part_kind;
    const struct report_question *q;
    const char *act, *stage; /* the act, the stay that is looked at; or NULL */
    int days;
    struct day day; /* by which the period is judged */
    struct report_row *row;
    size_t n, cap;
};

static const char *outcome_of(const struct look *l)
{
    return v_get_str(l->part, "outcome", v_get_str(l->kase, "outcome", NULL));
}

static const struct value *concluded_of(const struct look *l)
{
    const struct value *mine = v_get(l->part, "concluded");
    return mine ? mine : v_get(l->kase, "concluded");
}

/* ---- texts of a dimension that has one value ---- */

static const char *lead_of(const struct look *l)
{
    return v_text(v_get(v_get(l->kase, "roles"), l->p->lead), v_get_str(l->kase, "lead", ""));
}

/* The role that a party may be: the unit it belongs to. */
static const char *unit_of(const struct look *l)
{
    const struct value *roles = v_get(l->kase, "roles");
    for (size_t i = 0; i < l->p->nroles; i++)
        if (l->p->roles[i].same_as)
            return v_text(v_get(roles, l->p->roles[i].same_as), "");
    return v_text(v_get(roles, "unit"), v_text(v_get(roles, "subject-unit"), ""));
}

static bool is_lenient(const struct look *l, const char *outcome)
{
    const struct outcome *o = outcome ? procedure_outcome(l->p, outcome) : NULL;
    return o && o->lenient;
}

static const char *fact_word(const struct look *l, const char *name)
{
    const struct value *v = v_get(v_get(l->kase, "facts"), name);
    return v_kind(v) == V_BOOL ? (v_truth(v) ? "true" : "false") : v_text(v, "");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const struct value *claimed(const struct look *l)
{
    for (size_t i = 0; i < l->p->nfacts; i++)
        if (l->p->facts[i].type == FACT_CIRCUMSTANCES)
            return v_get(v_get(l->kase, "facts"), l->p->facts[i].name);
    return NULL;
}

/* Cases that were found to be the same in all that the procedure grades: "c1+c4;loss=some". */
static const char *alike(const struct look *l)
{
    const struct value *c = claimed(l);
    const char **name = ARENA_ARRAY(l->a, const char *, v_count(c) + 1), *text = "";
    size_t n = 0;
    for (size_t i = 0; i < v_count(c) && c->kind == V_MAP; i++)
        name[n++] = c->u.map.pair[i].key;
    if (n)
        qsort(name, n, sizeof *name, by_text);
    for (size_t i = 0; i < n; i++)
        text = arena_printf(l->a, "%s%s%s", text, i ? "+" : "", name[i]);
    for (size_t i = 0; i < l->p->nfacts; i++)
        if (l->p->facts[i].type == FACT_GRADE && *fact_word(l, l->p->facts[i].name))
            text = arena_printf(l->a, "%s;%s=%s", text, l->p->facts[i].name, fact_word(l, l->p->facts[i].name));
    return text;
}

/* Did a text or a paper come with the conclusion? What is private is told by `given`, papers by their slot. */
static bool has_reasons(const struct look *l)
{
    const struct value *cases = v_get(l->q->conclusion, "cases");
    for (size_t i = 0; i < v_count(cases); i++) {
        const struct value *changes = v_get(v_at(cases, i), "changes");
        if (v_get_int(v_at(cases, i), "case", 0) != v_get_int(l->kase, "case", 0))
            continue;
        for (size_t k = 0; k < v_count(changes); k++) {
            const char *path = v_text(v_at(v_at(changes, k), 1), "");
            const struct fact *f = strncmp(path, "facts.", 6) == 0 ? procedure_fact(l->p, path + 6) : NULL;
            if (strncmp(path, "given.", 6) == 0 || strncmp(path, "papers.", 7) == 0 || (f && f->type == FACT_TEXT))
                return true;
        }
    }
    return false;
}

static const char *text_of(const struct look *l, const char *dimension)
{
    char day[DAY_TEXT];
    const char *word = dimension;
    if (strcmp(word, "kind") == 0)
        return v_get_str(l->kase, "kind", "");
    if (strcmp(word, "stage") == 0)
        return l->stage ? l->stage : v_get_str(l->kase, "stage", "");
    if (strcmp(word, "act") == 0)
        return l->act ? l->act : "";
    if (strcmp(word, "outcome") == 0)
        return outcome_of(l) ? outcome_of(l) : "";
    if (strcmp(word, "department") == 0)
        return lead_of(l);
    if (strcmp(word, "decider") == 0)
        return v_get_str(concluded_of(l), "by", "");
    if (strcmp(word, "unit") == 0)
        return unit_of(l);
    if (strcmp(word, "month") == 0 || strcmp(word, "year") == 0)
        return day_is(l->day) ? arena_strn(l->a, day_text(l->day, day), *word == 'm' ? 7 : 4) : "";
    if (strcmp(word, "facts") == 0)
        return alike(l);
    if (strcmp(word, "reasons") == 0)
        return has_reasons(l) ? "given" : "none";
    if (strcmp(word, "lenient") == 0)
        return outcome_of(l) ? (is_lenient(l, outcome_of(l)) ? "yes" : "no") : "";
    if (strcmp(word, "days") == 0)
        return l->stage ? arena_printf(l->a, "%d", l->days) : "";
    return fact_word(l, dimension);
}

/* ---- rows ---- */

static bool row_same(const struct look *l, const struct report_row *a, const struct report_row *b)
{
    for (size_t i = 0; i < l->q->ndimensions; i++)
        if (strcmp(a->value[i], b->value[i]) != 0)
            return false;
    return true;
}

static void row_keep(struct look *l, const struct report_row *row)
{
    for (size_t i = 0; i < l->n; i++)
        if (row_same(l, row, &l->row[i]))
            return;
    if (l->n == REPORT_ROWS)
        return;
    ARENA_GROW(l->a, l->row, l->n, l->cap);
    l->row[l->n++] = *row;
}

/* Every combination, from the i-th dimension on; only circumstances have several values of their own. */
static void rows_from(struct look *l, size_t i, struct report_row *row)
{
    if (i == l->q->ndimensions) {
        row_keep(l, row);
        return;
    }
    bool many = strcmp(l->q->dimension[i], "circumstance") == 0;
    const struct value *c = many ? claimed(l) : NULL;
    row->value[i] = many ? "" : text_of(l, l->q->dimension[i]);
    if (!v_count(c))
        rows_from(l, i + 1, row);
    for (size_t k = 0; k < v_count(c); k++) {
        row->value[i] = c->u.map.pair[k].key;
        rows_from(l, i + 1, row);
    }
}

static void look_count(struct look *l)
{
    struct report_row row = {{NULL}};
    if (day_is(l->q->from) && (!day_is(l->day) || l->day.n < l->q->from.n))
        return;
    if (day_is(l->q->to) && (!day_is(l->day) || l->day.n > l->q->to.n))
        return;
    if (day_is(l->day))
        rows_from(l, 0, &row);
}

/* ---- the day, the acts, the stays ---- */

static struct day day_of(const struct look *l)
{
    struct day issued = case_day(v_get(l->kase, "determined"), "day");
    switch (l->q->on) {
    case REPORT_DETERMINED:
        if (day_is(issued) || procedure_notice(l->p, "determination-issued"))
            return outcome_of(l) ? issued : DAY_NONE; /* an opinion that never went out determined nothing */
        return outcome_of(l) ? case_day(concluded_of(l), "day") : DAY_NONE;
    case REPORT_ENDED:
        return v_get_bool(l->kase, "ended") ? case_day(l->kase, "since") : DAY_NONE;
    case REPORT_OPENED:
        break;
    }
    return case_day(l->kase, "opened-done");
}

static bool asks_for(const struct report_question *q, const char *dimension)
{
    for (size_t i = 0; i < q->ndimensions; i++)
        if (strcmp(q->dimension[i], dimension) == 0)
            return true;
    return false;
}

/* An act about one part was done for its subject alone. */
static void acts_count(struct look *l)
{
    const struct value *done = v_get(l->kase, "done"), *mine = v_get(l->part, "acts-done");
    for (size_t i = 0; i < v_count(done); i++) {
        const char *name = done->u.map.pair[i].key;
        const struct act *act = procedure_act(l->p, name);
        bool of_part = l->part_kind && act && act->on && strcmp(act->on, l->part_kind) == 0;
        if (of_part && l->part && !v_get(mine, name))
            continue;
        l->act = name;
        l->day = case_day(of_part && l->part ? mine : done, name);
        look_count(l);
    }
    l->act = NULL;
}

struct stay {
    const char *stage;
    struct day from;
    size_t order;
};

static int by_day(const void *a, const void *b)
{
    const struct stay *x = a, *y = b;
    return x->from.n != y->from.n ? (x->from.n > y->from.n) - (x->from.n < y->from.n)
                                  : (x->order > y->order) - (x->order < y->order);
}

/* From the day a stage was entered (the last time) to the day the next one was; the one it is in, to today. */
static void stays_count(struct look *l)
{
    const struct value *entered = v_get(l->kase, "entered");
    size_t n = 0, all = v_count(entered);
    struct stay *stay = ARENA_ARRAY(l->a, struct stay, all + 1);
    for (size_t i = 0; i < all; i++) {
        struct day d = case_day(entered, entered->u.map.pair[i].key);
        if (day_is(d))
            stay[n++] = (struct stay){entered->u.map.pair[i].key, d, i};
    }
    if (n)
        qsort(stay, n, sizeof *stay, by_day);
    for (size_t i = 0; i < n; i++) {
        const struct stage *s = procedure_stage(l->p, stay[i].stage);
        if (s && s->end)
            continue;
        struct day until = i + 1 < n ? stay[i + 1].from : l->q->today;
        l->stage = stay[i].stage;
        l->days = calendar_between(l->q->calendar, stay[i].from, until).days;
        l->day = stay[i].from;
        look_count(l);
    }
    l->stage = NULL;
}

static void look_at(struct look *l, const char *part_kind, const char *part)
{
    l->part_kind = part_kind;
    l->part = part ? v_get(v_get(v_get(l->kase, "parts"), part_kind), part) : NULL;
    l->day = day_of(l);
    if (l->q->stays)
        stays_count(l);
    else if (asks_for(l->q, "act"))
        acts_count(l);
    else
        look_count(l);
}

/* Each subject has its own outcome; a matter has all of theirs. */
size_t report_rows(struct arena *a, const struct procedure *p, const struct value *kase,
                   const struct report_question *q, struct report_row **ret)
{
    struct look l = {.a = a, .p = p, .kase = kase, .q = q};
    const struct value *all = v_get(kase, "subjects");
    bool found = false;
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *s = v_at(all, i);
        const char *part = v_get_str(s, "part", NULL);
        if (q->person ? strcmp(q->person, v_get_str(s, "id", "")) != 0 : !part)
            continue;
        found = true;
        look_at(&l, v_get_str(s, "part-kind", NULL), part);
    }
    bool by_fact = q->person && strcmp(q->person, v_text(v_path(kase, "facts.subject"), "")) == 0;
    if (!found && (!q->person || by_fact))
        look_at(&l, NULL, NULL);
    *ret = l.row;
    return l.n;
}

int64_t report_conclusion(const struct value *kase)
{
    int64_t n = v_get_int(v_get(kase, "concluded"), "event", 0);
    const struct value *all = v_get(kase, "subjects");
    for (size_t i = 0; !n && i < v_count(all); i++) {
        const struct value *s = v_at(all, i), *kind = v_get(v_get(kase, "parts"), v_get_str(s, "part-kind", ""));
        n = v_get_int(v_get(v_get(kind, v_get_str(s, "part", "")), "concluded"), "event", 0);
    }
    return n;
}
