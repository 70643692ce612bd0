/* guard.c - conditions of a procedure, judged against a case: total, without side effects */
#include "daemon/core/bench.h"

#include <stdlib.h>
#include <string.h>

static const struct value *part_now(const struct bench *b)
{
    return b->part ? v_get(v_get(bench_get(b, "parts"), b->part_kind), b->part) : NULL;
}

static bool suspended_now(const struct bench *b)
{
    const struct value *all = bench_get(b, "suspensions");
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *s = all->u.map.pair[i].val;
        if (!text_same(v_get_str(s, "state", ""), "ended") && b->part && text_same(v_get_str(s, "part", ""), b->part) &&
            text_same(v_get_str(s, "kind", ""), b->part_kind))
            return true;
    }
    return false;
}

static bool suspension_there(const struct bench *b, const struct words *which)
{
    bool open = words_have(which, "open");
    const struct value *all = bench_get(b, "suspensions");
    for (size_t i = 0; i < v_count(all); i++) {
        const char *state = v_get_str(all->u.map.pair[i].val, "state", "");
        if (text_same(state, "unconfirmed") || (open && text_same(state, "confirmed")))
            return true;
    }
    return false;
}

static bool manages(const struct bench *b, const struct guard *g)
{
    const struct department *d = bench_role(b, g->name);
    const char *unit = v_get_str(bench_get(b, "roles"), g->other, NULL);
    return d && (!unit || register_manages(b->j->reg, d->id, unit));
}

/* The head of the house that makes the entry: another principal of the same department. */
static bool second_person(const struct bench *b)
{
    const char *second = v_get_str(b->j->command, "second", NULL);
    if (!second || text_same(second, b->j->principal) || !(register_rights(b->j->reg, second) & RIGHT_APPROVE))
        return false;
    if (b->j->past)
        return true;
    const char *own = bench_principal_department(b, b->j->principal), *other = bench_principal_department(b, second);
    return own && other && text_same(own, other);
}

/* ---- parts ---- */

static bool among(const struct bench *b, const char *fact, const char *id)
{
    if (!fact)
        return true;
    const struct value *list = bench_fact(b, fact);
    for (size_t i = 0; i < v_count(list); i++)
        if (v_number(v_at(list, i), -1) == strtoll(id, NULL, 10))
            return true;
    return false;
}

/* How many of the parts meant there are, and how many satisfy the condition. */
static void count_parts(struct bench *b, const struct guard *g, size_t *ret_all, size_t *ret_true)
{
    const char *kind = b->part_kind, *part = b->part;
    const struct value *parts = v_get(bench_get(b, "parts"), g->name);
    size_t all = 0, yes = 0;
    for (size_t i = 0; i < v_count(parts); i++) {
        const char *id = parts->u.map.pair[i].key;
        if (!among(b, g->other, id))
            continue;
        b->part_kind = g->name;
        b->part = id;
        all++;
        yes += guard_holds(b, g->kid[0]);
    }
    b->part_kind = kind;
    b->part = part;
    *ret_all = all;
    *ret_true = yes;
}

/* ---- circumstances and bars ---- */

bool circumstance_holds(struct bench *b, const struct circumstance *c)
{
    const struct value *confirmed = v_get(bench_fact_of(b, FACT_CIRCUMSTANCES), c->name);
    for (size_t i = 0; i < c->nchecks; i++) {
        bool found = false;
        for (size_t k = 0; k < v_count(confirmed) && !found; k++)
            found = text_same(v_text(v_at(confirmed, k), ""), c->checks[i].word);
        if (!found)
            return false;
    }
    return confirmed && guard_holds(b, c->degree);
}

/* held: at least one that is claimed holds. consistent: whatever is claimed agrees with the graded facts. */
static bool circumstances(struct bench *b, bool at_least_one)
{
    const struct value *claimed = bench_fact_of(b, FACT_CIRCUMSTANCES);
    for (size_t i = 0; i < b->p->ncircumstances; i++) {
        const struct circumstance *c = &b->p->circumstances[i];
        if (!v_get(claimed, c->name))
            continue;
        if (at_least_one && circumstance_holds(b, c))
            return true;
        if (!at_least_one && !guard_holds(b, c->degree))
            return false;
    }
    return !at_least_one;
}

const char *guard_bars(struct bench *b)
{
    const char *all = "";
    for (size_t i = 0; i < b->p->nbars; i++)
        if (guard_holds(b, b->p->bars[i].when))
            all = arena_printf(b->a, "%s;%s%s", all, b->p->bars[i].number, b->p->bars[i].text);
    return all;
}

/* ---- all of them ---- */

static bool same_holder(const struct bench *b, const struct guard *g)
{
    const struct department *x = bench_role(b, g->name), *y = bench_role(b, g->other);
    return x && y && text_same(x->id, y->id);
}

static bool of_kind(const struct bench *b, const struct guard *g)
{
    const struct department *d = register_department(b->j->reg, v_text(bench_fact(b, g->name), ""));
    return d && words_have(&g->words, d->kind);
}

/* A day that is not given is in order. */
static bool in_order(const struct bench *b, const struct words *facts)
{
    struct day before = DAY_NONE, day;
    for (size_t i = 0; i < facts->n; i++) {
        if (day_parse(v_text(bench_fact(b, facts->word[i]), ""), &day))
            continue;
        if (day.n > b->done.n || (day_is(before) && day.n < before.n))
            return false;
        before = day;
    }
    return true;
}

/* What this act proposes, else what was concluded: of the part in question where each part is concluded by itself. */
static const char *outcome_now(const struct bench *b)
{
    const struct part_kind *k = procedure_part(b->p, b->part_kind);
    bool own = !k || !k->concluded || (b->act && b->part == b->acted_on);
    if (!own)
        return v_get_str(part_now(b), "outcome", "");
    for (size_t i = 0; b->act && i < b->act->nfields; i++)
        if (b->act->fields[i].def->type == FACT_OUTCOME)
            return v_text(bench_fact(b, b->act->fields[i].fact), "");
    return v_get_str(k && k->concluded ? part_now(b) : b->kase, "outcome", "");
}

/* The stage of the main course, or where a track stands. */
static bool in_stage(const struct bench *b, const struct words *stages)
{
    if (words_have(stages, v_text(bench_get(b, "stage"), "")))
        return true;
    const struct value *tracks = bench_get(b, "tracks");
    for (size_t i = 0; i < v_count(tracks); i++)
        if (words_have(stages, v_get_str(tracks->u.map.pair[i].val, "stage", "")))
            return true;
    return false;
}

static bool linked_in(struct bench *b, const struct guard *g)
{
    const struct value *v = v_get(v_get(v_get(bench_get(b, "links"), g->name), "facts"), g->other);
    return words_have(&g->words, v ? bench_word(b, v) : "false");
}

static bool linked_given(const struct bench *b, const struct guard *g)
{
    const struct value *link = v_get(bench_get(b, "links"), g->name);
    return g->other ? v_get(v_get(link, "facts"), g->other) != NULL : link != NULL;
}

/* What nobody said is the same as nothing. */
static bool linked_same(struct bench *b, const struct guard *g)
{
    const struct value *theirs = v_get(v_get(v_get(bench_get(b, "links"), g->name), "facts"), g->other);
    const struct value *own = bench_fact(b, g->other);
    return theirs && own && v_equal(theirs, own);
}

static bool another(const struct bench *b, const struct guard *g)
{
    const char *before = v_get_str(bench_get(b, "did"), g->name, NULL);
    /* who enters the past did none of it: whoever confirms the whole import answers for this */
    return b->j->past || !before || !text_same(before, b->j->principal);
}

static bool kids_hold(struct bench *b, const struct guard *g)
{
    size_t yes = 0;
    for (size_t i = 0; i < g->nkids; i++)
        yes += guard_holds(b, g->kid[i]);
    return g->op == GUARD_ALL ? yes == g->nkids : g->op == GUARD_ANY ? yes > 0 : yes == 0;
}

static bool parts_hold(struct bench *b, const struct guard *g)
{
    size_t all, yes;
    count_parts(b, g, &all, &yes);
    return g->op == GUARD_EVERY ? yes == all : g->op == GUARD_SOME ? yes > 0 : yes == 0;
}

bool guard_holds(struct bench *b, const struct guard *g)
{
    if (!g)
        return true;
    switch (g->op) {
    case GUARD_ALL:
    case GUARD_ANY:
    case GUARD_NONE:
        return kids_hold(b, g);
    case GUARD_EVERY:
    case GUARD_SOME:
    case GUARD_NO:
        return parts_hold(b, g);
    case GUARD_FACT_IN: {
        const struct value *v = bench_fact(b, g->name);
        return words_have(&g->words, v ? bench_word(b, v) : "false"); /* a yes that nobody said is a no */
    }
    case GUARD_IN_ORDER:
        return in_order(b, &g->words);
    case GUARD_FACT_GIVEN:
        return bench_given(b, g->name) == g->yes;
    case GUARD_PART_IN:
        return words_have(&g->words, bench_word(b, v_get(part_now(b), g->name)));
    case GUARD_PART_GIVEN:
        return (v_get(part_now(b), g->name) != NULL) == g->yes;
    case GUARD_SWITCH: {
        const struct switch_row *s = procedure_switch(b->p, g->name);
        return (s && s->on) == g->yes;
    }
    case GUARD_KIND:
        return words_have(&g->words, v_text(bench_get(b, "kind"), ""));
    case GUARD_STAGE:
        return in_stage(b, &g->words);
    case GUARD_SERVING:
        return text_same(v_get_str(b->task, "act", ""), "serve") &&
               words_have(&g->words, v_get_str(b->task, "type", ""));
    case GUARD_NEW:
        return b->opening == g->yes;
    case GUARD_OUTCOME:
        return words_have(&g->words, outcome_now(b));
    case GUARD_SAME:
        return same_holder(b, g);
    case GUARD_BOUND:
        return (bench_role(b, g->name) != NULL) == g->yes;
    case GUARD_DEPARTMENT:
        return of_kind(b, g);
    case GUARD_MANAGES:
        return manages(b, g);
    case GUARD_CLOCK_OVER:
        return ledger_over(b, bench_clock(b, g->name)) == g->yes;
    case GUARD_PAPER:
        return v_count(v_get(bench_get(b, "papers"), g->name)) > 0;
    case GUARD_SUSPENDED:
        return suspended_now(b) == g->yes;
    case GUARD_SUSPENSION:
        return suspension_there(b, &g->words);
    case GUARD_SECOND:
        return second_person(b) == g->yes;
    case GUARD_ANOTHER:
        return another(b, g);
    case GUARD_CIRCUMSTANCES:
        return circumstances(b, words_have(&g->words, "held"));
    case GUARD_BARS:
        return !*guard_bars(b);
    case GUARD_BODY_CONVENED:
        return body_convened(b, g->name) == g->yes;
    case GUARD_BODY_QUORUM:
        return body_quorum(b, g->name) == g->yes;
    case GUARD_BODY_DECIDED:
        return body_decided(b, g->name) == g->yes;
    case GUARD_BODY_SEAT:
        return body_seat(b, g->name) == g->yes;
    case GUARD_LINKED_IN:
        return linked_in(b, g);
    case GUARD_LINKED_GIVEN:
        return linked_given(b, g) == g->yes;
    case GUARD_LINKED_SAME:
        return linked_same(b, g) == g->yes;
    }
    return false;
}
