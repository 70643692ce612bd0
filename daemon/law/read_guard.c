/* read_guard.c - conditions of a procedure file
 *
 * A condition is a map with one main key and its companions ({fact: loss, in: [none, some]}); `cite` and `article` may
 * stand beside it. A list of conditions means all of them.
 */
#include "daemon/law/read.h"

#include <string.h>

typedef void guard_reader(struct reader *r, const struct node *map, const struct node *main, struct guard *g);

static struct guard *guard_new(struct reader *r, enum guard_op op)
{
    struct guard *g = ARENA_NEW(r->a, struct guard);
    g->op = op;
    return g;
}

static void kids_of(struct reader *r, const struct node *list, struct guard *g)
{
    size_t n = node_item_count(list);
    g->kid = ARENA_ARRAY(r->a, struct guard *, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct guard *kid = read_guard(r, node_item(list, i));
        if (kid)
            g->kid[g->nkids++] = kid;
    }
}

static void read_all(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_ALL;
    kids_of(r, main, g);
}

static void read_any(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_ANY;
    kids_of(r, main, g);
}

static void read_none(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_NONE;
    kids_of(r, main, g);
}

/* `is: word` or `in: [words]` beside the main key. */
static struct words compared(struct reader *r, const struct node *map, const struct fact *f)
{
    const struct node *is = node_get(map, "is"), *in = node_get(map, "in");
    if (!is == !in)
        problems_add(r->p, map, "expected either 'is' with a word or 'in' with a list of words");
    return read_words_of_fact(r, is ? is : in, f);
}

static void read_fact(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->name = read_name_of(r, main, OF_FACT);
    const struct node *given = node_get(map, "given");
    const struct fact *f = procedure_fact(r->proc, g->name);
    g->op = given ? GUARD_FACT_GIVEN : GUARD_FACT_IN;
    if (!given)
        g->words = compared(r, map, f);
    else if (node_get(map, "is") || node_get(map, "in"))
        problems_add(r->p, given, "'given' stands alone: a fact with a certain word is given");
    else
        g->yes = node_bool(given, true, r->p);
    if (f && f->is_private && !given)
        problems_add(r->p, main, "fact '%s' is private: a rule can only ask whether it is given", f->name);
}

/* in-order: facts that are days. */
static void read_in_order(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_IN_ORDER;
    g->words = read_names_of(r, main, OF_FACT);
    for (size_t i = 0; i < g->words.n; i++)
        read_type_of(r, main, g->words.word[i], FACT_DAY, "day");
}

static void read_part(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_PART_IN;
    g->name = read_text(r, main, NULL);
    const struct part_kind *k = r->part;
    if (!k) {
        problems_add(r->p, main,
                     "no part is in question here: 'part' stands under some, every, no, suspend, or in an "
                     "act with 'on'");
        return;
    }
    struct fact state = {.name = "state", .type = FACT_CHOICE, .of = k->states, .nof = k->nstates};
    struct fact outcome = {.name = "outcome", .type = FACT_OUTCOME};
    const struct fact *f = !g->name ? NULL : strcmp(g->name, "state") == 0 ? &state : NULL;
    if (g->name && strcmp(g->name, "outcome") == 0)
        f = &outcome;
    const char **names = ARENA_ARRAY(r->a, const char *, k->nfields + 3);
    names[0] = "state";
    names[1] = "outcome";
    for (size_t i = 0; i < k->nfields; i++) {
        names[i + 2] = k->fields[i].name;
        if (g->name && strcmp(k->fields[i].name, g->name) == 0)
            f = &k->fields[i];
    }
    if (!f)
        node_unknown(main, "field", names, k->nfields + 2, r->p);
    else if (f->is_private)
        problems_add(r->p, main, "field '%s' is private: no rule can ask for it", f->name);
    const struct node *given = node_get(map, "given");
    if (given) {
        g->op = GUARD_PART_GIVEN;
        g->yes = node_bool(given, true, r->p);
    } else {
        g->words = compared(r, map, f);
    }
}

static void read_switch(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_SWITCH;
    g->name = read_name_of(r, main, OF_SWITCH);
    g->yes = node_bool(node_need(map, "on", r->p), true, r->p);
}

static void read_kind(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_KIND;
    g->words = read_names_of(r, main, OF_KIND);
}

/* A fact that a linked case handed over: one of linked-facts. */
static void read_linked(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    static const char *const links[] = {"covers", "repeats", "same-proceeding"};
    const struct node *fact = node_get(map, "fact"), *given = node_get(map, "given"), *same = node_get(map, "same");
    int l = node_choice(main, links, 3, r->p);
    g->name = l < 0 ? NULL : links[l];
    g->other = fact ? read_name_of(r, fact, OF_FACT) : NULL;
    if (g->other && !words_have(&r->proc->linked_facts, g->other))
        node_unknown(fact, "linked fact", r->proc->linked_facts.word, r->proc->linked_facts.n, r->p);
    g->op = given ? GUARD_LINKED_GIVEN : same ? GUARD_LINKED_SAME : GUARD_LINKED_IN;
    if (given)
        g->yes = node_bool(given, true, r->p);
    else if (!fact)
        problems_add(r->p, map, "expected 'fact' with its words, or 'given'");
    else if (same)
        g->yes = node_bool(same, true, r->p);
    else
        g->words = compared(r, map, procedure_fact(r->proc, g->other));
}

static void read_stage(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_STAGE;
    g->words = read_names_of(r, main, OF_STAGE);
}

static void read_serving(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_SERVING;
    g->words = read_names_of(r, main, OF_NOTICE);
}

static void read_new(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_NEW;
    g->yes = node_bool(main, true, r->p);
}

static void read_outcome(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_OUTCOME;
    if (main->kind != NODE_SCALAR || strcmp(main->text, "lenient") != 0) {
        g->words = read_names_of(r, main, OF_OUTCOME);
        return;
    }
    g->words.word = ARENA_ARRAY(r->a, const char *, r->proc->noutcomes + 1);
    for (size_t i = 0; i < r->proc->noutcomes; i++)
        if (r->proc->outcomes[i].lenient)
            g->words.word[g->words.n++] = r->proc->outcomes[i].name;
}

static void read_same(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_SAME;
    struct words w = read_names_of(r, main, OF_ROLE);
    if (node_item_count(main) != 2)
        problems_add(r->p, main, "expected two roles, as in same: [receiver, accountability-organ]");
    if (w.n == 2) {
        g->name = w.word[0];
        g->other = w.word[1];
    }
}

static void read_role(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_BOUND;
    g->name = read_name_of(r, main, OF_ROLE);
    g->yes = node_bool(node_need(map, "bound", r->p), true, r->p);
}

static void read_department(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_DEPARTMENT;
    g->name = read_name_of(r, main, OF_FACT);
    read_type_of(r, main, g->name, FACT_DEPARTMENT, "department");
    g->words = read_words(r, node_need(map, "kinds", r->p));
}

static void read_manages(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_MANAGES;
    g->name = read_name_of(r, main, OF_ROLE);
    g->other = read_name_of(r, node_need(map, "unit", r->p), OF_ROLE);
}

static void read_clock(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_CLOCK_OVER;
    g->name = read_name_of(r, main, OF_CLOCK);
    g->yes = node_bool(node_need(map, "over", r->p), true, r->p);
    read_each_clock(r, main, g->name);
}

static void read_paper(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_PAPER;
    g->name = read_text(r, main, "");
    if (!words_have(&r->slots, g->name))
        node_unknown(main, "paper", r->slots.word, r->slots.n, r->p);
}

static void read_suspended(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_SUSPENDED;
    if (!r->part)
        problems_add(r->p, main, "no part is in question here: only a part can be suspended");
    g->yes = node_bool(main, true, r->p);
}

static void one_word(struct reader *r, const struct node *main, struct guard *g, const char *const *words, size_t n)
{
    int i = node_choice(main, words, n, r->p);
    g->words.word = ARENA_ARRAY(r->a, const char *, 1);
    if (i >= 0)
        g->words.word[g->words.n++] = words[i];
}

static void read_suspension(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    static const char *const words[] = {"open", "unconfirmed"};
    (void)map;
    g->op = GUARD_SUSPENSION;
    one_word(r, main, g, words, 2);
}

static void read_second(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_SECOND;
    g->yes = node_bool(main, true, r->p);
}

static void read_another(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    (void)map;
    g->op = GUARD_ANOTHER;
    g->name = read_name_of(r, main, OF_ACT);
}

static void read_circumstances(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    static const char *const words[] = {"held", "consistent"};
    (void)map;
    g->op = GUARD_CIRCUMSTANCES;
    one_word(r, main, g, words, 2);
}

static void read_bars(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    static const char *const words[] = {"none"};
    (void)map;
    g->op = GUARD_BARS;
    one_word(r, main, g, words, 1);
}

/* some, every, no: a kind of part, `where` a condition on each, `of` a fact that lists the ones meant. */
static void quantified(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->name = read_name_of(r, main, OF_PART);
    const struct node *of = node_get(map, "of");
    g->other = of ? read_name_of(r, of, OF_FACT) : NULL;
    const struct fact *list = procedure_fact(r->proc, g->other);
    if (list && (list->type != FACT_PART_LIST || !list->part || !g->name || strcmp(list->part, g->name) != 0))
        problems_add(r->p, of, "fact '%s' does not list parts of this kind", list->name);
    const struct part_kind *outer = r->part;
    r->part = procedure_part(r->proc, g->name);
    struct guard *kid = read_guard(r, node_need(map, "where", r->p));
    r->part = outer;
    g->kid = ARENA_ARRAY(r->a, struct guard *, 1);
    g->kid[0] = kid ? kid : guard_new(r, GUARD_ALL);
    g->nkids = 1;
}

static void read_some(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_SOME;
    quantified(r, map, main, g);
}

static void read_every(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_EVERY;
    quantified(r, map, main, g);
}

static void read_no(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    g->op = GUARD_NO;
    quantified(r, map, main, g);
}

enum { COMPANIONS = 5 };
static const struct form {
    const char *key;
    guard_reader *read;
    const char *companion[COMPANIONS];
} forms[] = {
    {"all", read_all, {0}},
    {"any", read_any, {0}},
    {"none", read_none, {0}},
    {"linked", read_linked, {"fact", "is", "in", "given", "same"}},
    {"fact", read_fact, {"is", "in", "given"}},
    {"in-order", read_in_order, {0}},
    {"part", read_part, {"is", "in", "given"}},
    {"switch", read_switch, {"on"}},
    {"kind", read_kind, {0}},
    {"body", read_body_guard, {"convened", "quorum", "decided", "seat"}},
    {"stage", read_stage, {0}},
    {"serving", read_serving, {0}},
    {"new", read_new, {0}},
    {"outcome", read_outcome, {0}},
    {"same", read_same, {0}},
    {"role", read_role, {"bound"}},
    {"department", read_department, {"kinds"}},
    {"manages", read_manages, {"unit"}},
    {"clock", read_clock, {"over"}},
    {"paper", read_paper, {0}},
    {"suspended", read_suspended, {0}},
    {"suspension", read_suspension, {0}},
    {"second", read_second, {0}},
    {"another-person-than", read_another, {0}},
    {"circumstances", read_circumstances, {0}},
    {"bars", read_bars, {0}},
    {"some", read_some, {"where", "of"}},
    {"every", read_every, {"where", "of"}},
    {"no", read_no, {"where", "of"}},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static const struct form *form_of(const struct node *map)
{
    for (size_t i = 0; i < FORMS; i++)
        if (node_get(map, forms[i].key))
            return &forms[i];
    return NULL;
}

static void unknown_form(struct reader *r, const struct node *map)
{
    const char *keys[FORMS];
    for (size_t i = 0; i < FORMS; i++)
        keys[i] = forms[i].key;
    if (node_entry_count(map))
        node_unknown(node_key(map, 0), "condition", keys, FORMS, r->p);
    else
        problems_add(r->p, map, "expected a condition, as in {fact: loss, is: none}");
}

struct guard *read_guard(struct reader *r, const struct node *n)
{
    if (!n)
        return NULL;
    struct guard *g = guard_new(r, GUARD_ALL);
    if (n->kind == NODE_LIST) {
        kids_of(r, n, g);
        return g;
    }
    const struct form *f = n->kind == NODE_MAP ? form_of(n) : NULL;
    if (!f) {
        unknown_form(r, n);
        return NULL;
    }
    const char *known[3 + COMPANIONS] = {f->key, "cite", "article"};
    size_t nknown = 3;
    for (size_t i = 0; i < COMPANIONS && f->companion[i]; i++)
        known[nknown++] = f->companion[i];
    node_known_keys(n, known, nknown, r->p);
    f->read(r, n, node_get(n, f->key), g);
    return g;
}
