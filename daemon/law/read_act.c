/* read_act.c - acts and their rules, from a procedure file */
#include "daemon/law/read.h"

#include <string.h>

static const char *const act_keys[] = {"act", "label", "article", "note",   "cite",   "opens", "from",
                                       "by",  "to",    "on",      "fields", "papers", "parts", "rules"};
static const char *const rule_keys[] = {"rule", "cite", "article", "when", "require", "missing", "who", "do"};

static enum need read_need(struct reader *r, const struct node *n)
{
    static const char *const needs[] = {"optional", "required", "opening"};
    int i = node_choice(n, needs, 3, r->p);
    return i < 0 ? NEED_OPTIONAL : (enum need)(i + NEED_OPTIONAL);
}

static void read_fields(struct reader *r, const struct node *map, struct act *act)
{
    act->fields = ARENA_ARRAY(r->a, struct act_field, node_entry_count(map) + 1);
    for (size_t i = 0; i < node_entry_count(map); i++) {
        const char *fact = read_name_of(r, node_key(map, i), OF_FACT);
        if (fact)
            act->fields[act->nfields++] = (struct act_field){.fact = fact, .need = read_need(r, node_value(map, i))};
    }
}

static void read_slots(struct reader *r, const struct node *map, bool parts, struct act_slot **ret, size_t *ret_n)
{
    struct act_slot *slots = ARENA_ARRAY(r->a, struct act_slot, node_entry_count(map) + 1);
    size_t n = 0;
    for (size_t i = 0; i < node_entry_count(map); i++) {
        const struct node *key = node_key(map, i);
        const char *name = parts ? read_name_of(r, key, OF_PART) : read_keep(r, node_name(key, NULL, r->p));
        if (name)
            slots[n++] = (struct act_slot){name, read_need(r, node_value(map, i))};
    }
    *ret = slots;
    *ret_n = n;
}

static void read_rule(struct reader *r, const struct node *n, struct rule *rule)
{
    node_known_keys(n, rule_keys, sizeof rule_keys / sizeof rule_keys[0], r->p);
    const struct node *require = node_get(n, "require"), *effects = node_get(n, "do"), *who = node_get(n, "who");
    rule->name = read_keep(r, node_name(node_need(n, "rule", r->p), "", r->p));
    rule->article = read_text(r, node_get(n, "article"), NULL);
    rule->cite = read_words(r, node_get(n, "cite"));
    rule->when = read_guard(r, node_get(n, "when"));
    rule->require = read_guard(r, require);
    rule->missing = read_text(r, node_get(n, "missing"), NULL);
    rule->who = who ? read_name_of(r, who, OF_ROLE) : NULL;
    read_effects(r, effects, &rule->effects, &rule->neffects);
    if (!require && !effects)
        problems_add(r->p, n, "rule '%s' neither requires nor does anything", rule->name);
    if (require && (!rule->missing || !rule->who))
        problems_add(r->p, n,
                     "rule '%s' requires something: say in 'missing' what, and in 'who' the role that could "
                     "supply it",
                     rule->name);
}

/* Each rule of an act once. */
static void check_rule_names(struct reader *r, const struct node *list, const struct act *act)
{
    for (size_t i = 0; i < act->nrules; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(act->rules[i].name, act->rules[k].name) == 0)
                problems_add(r->p, node_get(node_item(list, i), "rule"), "rule '%s' stands twice in act '%s'",
                             act->rules[i].name, act->name);
}

static void read_rules(struct reader *r, const struct node *list, struct act *act)
{
    size_t n = node_item_count(list);
    act->rules = ARENA_ARRAY(r->a, struct rule, n + 1);
    for (size_t i = 0; i < n; i++)
        read_rule(r, node_item(list, i), &act->rules[act->nrules++]);
    check_rule_names(r, list, act);
}

/* Stages, or `any` for every one. */
static struct words read_from(struct reader *r, const struct node *n)
{
    if (!n || n->kind != NODE_SCALAR || strcmp(n->text, "any") != 0)
        return read_names_of(r, n, OF_STAGE);
    struct words all = {.word = ARENA_ARRAY(r->a, const char *, r->proc->nstages + 1)};
    for (size_t i = 0; i < r->proc->nstages; i++)
        all.word[all.n++] = r->proc->stages[i].name;
    return all;
}

/* An act that opens a kind leads to a stage of that kind, in the main course. */
static void check_kinds(struct reader *r, const struct node *to, const struct act *act)
{
    const struct stage *s = procedure_stage(r->proc, act->to);
    if (s && act->opens && s->track)
        problems_add(r->p, to, "act '%s' opens a case and must lead to a stage of the main course", act->name);
    else if (s && act->opens && s->kinds.n && !words_have(&s->kinds, act->opens))
        problems_add(r->p, to, "stage '%s' is not one of the kind '%s'", s->name, act->opens);
}

static void read_act(struct reader *r, const struct node *n, struct act *act)
{
    node_known_keys(n, act_keys, sizeof act_keys / sizeof act_keys[0], r->p);
    const struct node *opens = node_get(n, "opens"), *to = node_get(n, "to"), *on = node_get(n, "on");
    act->label = read_text(r, node_need(n, "label", r->p), act->name);
    act->article = read_text(r, node_get(n, "article"), NULL);
    if (!act->article && !act->standing)
        problems_add(r->p, n, "act '%s' quotes no article", act->name);
    act->cite = read_words(r, node_get(n, "cite"));
    act->opens = opens ? read_name_of(r, opens, OF_KIND) : NULL;
    act->from = read_from(r, node_get(n, "from"));
    if (!act->opens && !act->from.n)
        problems_add(r->p, n, "act '%s' can never happen: it opens no kind and comes from no stage", act->name);
    act->to = to ? read_name_of(r, to, OF_STAGE) : NULL;
    check_kinds(r, to, act);
    act->on = on ? read_name_of(r, on, OF_PART) : NULL;
    r->part = procedure_part(r->proc, act->on);
    r->added = NULL;
    act->by = read_addressees(r, node_need(n, "by", r->p));
    read_fields(r, node_get(n, "fields"), act);
    read_slots(r, node_get(n, "papers"), false, &act->papers, &act->npapers);
    read_slots(r, node_get(n, "parts"), true, &act->parts, &act->nparts);
    read_rules(r, node_get(n, "rules"), act);
    r->part = NULL;
}

static void paper_names_of(struct reader *r, const struct node *list, size_t *cap)
{
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *papers = node_get(node_item(list, i), "papers");
        for (size_t k = 0; k < node_entry_count(papers); k++) {
            ARENA_GROW(r->a, r->slots.word, r->slots.n, *cap);
            r->slots.word[r->slots.n++] = read_keep(r, node_key_text(papers, k));
        }
    }
}

void read_paper_names(struct reader *r, const struct node *root)
{
    size_t cap = 0;
    paper_names_of(r, node_get(root, "acts"), &cap);
    paper_names_of(r, node_get(root, "standing"), &cap);
}

/* The names first: rules refer to acts that stand further down. */
static void read_act_names(struct reader *r, const struct node *list, bool standing)
{
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *name = node_need(node_item(list, i), "act", r->p);
        struct act *act = &r->proc->acts[r->proc->nacts];
        act->name = read_keep(r, node_name(name, "", r->p));
        act->standing = standing;
        if (words_have(&r->act_names, act->name))
            problems_add(r->p, name, "act '%s' stands twice", act->name);
        r->act_names.word[r->act_names.n++] = act->name;
        r->proc->nacts++;
    }
}

void read_acts(struct reader *r, const struct node *acts, const struct node *standing)
{
    size_t n = node_item_count(acts), m = node_item_count(standing);
    r->proc->acts = ARENA_ARRAY(r->a, struct act, n + m + 1);
    r->act_names.word = ARENA_ARRAY(r->a, const char *, n + m + 1);
    read_act_names(r, acts, false);
    read_act_names(r, standing, true);
    if (r->proc->nacts != n + m)
        return;
    for (size_t i = 0; i < n + m; i++)
        read_act(r, i < n ? node_item(acts, i) : node_item(standing, i - n), &r->proc->acts[i]);
}
