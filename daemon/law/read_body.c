/* read_body.c - deciding bodies of a procedure file: seats, quorum, rule; sitting, stepping back, voting, deciding */
#include "daemon/law/read.h"

#include <stdio.h>
#include <string.h>

#define KEYS(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

/* ---- seats ---- */

/* A seat is held by a department: no party, and nobody's superior. */
static const char *seat_role(struct reader *r, const struct node *n)
{
    const char *name = read_name_of(r, n, OF_ROLE);
    const struct role *role = procedure_role(r->proc, name);
    if (role && role->party)
        problems_add(r->p, n, "role '%s' is no department and holds no seat", name);
    return name;
}

static void read_seats(struct reader *r, const struct node *n, struct body *b)
{
    const struct node *fixed = node_get(n, "seats"), *of_case = node_get(n, "case-seats");
    const struct node *size = node_get(n, "size");
    b->seats = ARENA_ARRAY(r->a, struct seat, node_item_count(fixed) + node_item_count(of_case) + 1);
    for (size_t i = 0; i < node_item_count(fixed); i++)
        b->seats[b->nseats++].role = seat_role(r, node_item(fixed, i));
    for (size_t i = 0; i < node_item_count(of_case); i++) {
        const struct node *one = node_item(of_case, i), *otherwise = node_get(one, "else");
        const struct node *unless = node_get(one, "unless");
        struct seat *s = &b->seats[b->nseats++];
        node_known_keys(one, KEYS("role", "unless", "else", "cite"), r->p);
        s->role = seat_role(r, node_need(one, "role", r->p));
        s->otherwise = otherwise ? seat_role(r, otherwise) : NULL;
        s->unless = read_guard(r, unless);
        if (!otherwise != !unless)
            problems_add(r->p, one, "'unless' and 'else' stand together");
    }
    b->size = size ? read_number(r, size, 1, 1000) : 0;
    if (!b->nseats && !size)
        problems_add(r->p, n, "a body needs 'seats', 'case-seats' or a 'size' that the register fills");
}

/* A number of members, "$parameter", or {of-seats: 2/3}. */
static void read_quorum(struct reader *r, const struct node *n, struct body *b)
{
    if (!n || n->kind != NODE_MAP) {
        b->quorum = n ? read_number(r, n, 1, 1000) : 1;
        return;
    }
    node_known_keys(n, KEYS("of-seats"), r->p);
    const struct node *part = node_need(n, "of-seats", r->p);
    const char *text = part && part->kind == NODE_SCALAR ? part->text : "";
    char rest;
    if (sscanf(text, "%3d/%3d%c", &b->quorum_of, &b->quorum_in, &rest) != 2 || b->quorum_of < 1 ||
        b->quorum_in < b->quorum_of) {
        problems_add(r->p, part ? part : n, "expected a part of the seats as 2/3");
        b->quorum_of = b->quorum_in = 1;
    }
}

void read_bodies(struct reader *r, const struct node *list)
{
    static const char *const rules[] = {"majority", "two-thirds", "consensus"};
    struct procedure *p = r->proc;
    p->bodies = ARENA_ARRAY(r->a, struct body, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct body *b = &p->bodies[p->nbodies];
        node_known_keys(
            n, KEYS("body", "label", "chair", "seats", "case-seats", "size", "quorum", "rule", "cite", "article"),
            r->p);
        b->name = read_row_name(r, n, "body", p->bodies, sizeof *b, p->nbodies);
        b->label = read_text(r, node_need(n, "label", r->p), b->name);
        b->chair = read_name_of(r, node_need(n, "chair", r->p), OF_ROLE);
        read_seats(r, n, b);
        read_quorum(r, node_need(n, "quorum", r->p), b);
        int rule = node_choice(node_need(n, "rule", r->p), rules, 3, r->p);
        b->rule = rule < 0 ? RULE_MAJORITY : (enum body_rule)(rule + RULE_MAJORITY);
        p->nbodies++;
    }
}

/* ---- what it does ---- */

static const char *fact_of_type(struct reader *r, const struct node *map, const char *key, enum fact_type type,
                                const char *word)
{
    const struct node *n = node_get(map, key);
    const char *name = n ? read_name_of(r, n, OF_FACT) : NULL;
    read_type_of(r, n, name, type, word);
    return name;
}

/* What is voted on is a choice, an outcome, or yes and no. */
static const char *ballot(struct reader *r, const struct node *map, const char *key)
{
    const struct node *n = node_need(map, key, r->p);
    const char *name = n ? read_name_of(r, n, OF_FACT) : NULL;
    const struct fact *f = procedure_fact(r->proc, name);
    if (f && f->is_private)
        problems_add(r->p, n, "fact '%s' is private: votes are counted", name);
    else if (f && f->type != FACT_CHOICE && f->type != FACT_OUTCOME && f->type != FACT_BOOL)
        problems_add(r->p, n, "fact '%s' is no choice, no outcome and no bool: nothing to vote on", name);
    return name;
}

void read_body_effect(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->name = read_name_of(r, main, OF_BODY);
    if (node_get(map, "convene") == main) {
        e->verb = DO_CONVENE;
        e->from = fact_of_type(r, map, "attendance", FACT_DEPARTMENTS, "list of departments");
    } else if (node_get(map, "recuse") == main) {
        e->verb = DO_RECUSE;
        e->from = fact_of_type(r, map, "member", FACT_DEPARTMENT, "department");
        e->value = fact_of_type(r, map, "alternate", FACT_DEPARTMENT, "department");
    } else if (node_get(map, "vote") == main) {
        e->verb = DO_VOTE;
        e->from = ballot(r, map, "from");
    } else {
        e->verb = DO_DECIDE;
        e->from = ballot(r, map, "outcome");
    }
    if (r->after_miss)
        problems_add(r->p, map, "nobody acts when a clock is missed: a body does nothing");
}

void read_body_guard(struct reader *r, const struct node *map, const struct node *main, struct guard *g)
{
    static const char *const keys[] = {"convened", "quorum", "decided", "seat"};
    static const enum guard_op ops[] = {GUARD_BODY_CONVENED, GUARD_BODY_QUORUM, GUARD_BODY_DECIDED, GUARD_BODY_SEAT};
    size_t n = 0;
    g->op = GUARD_BODY_CONVENED;
    g->name = read_name_of(r, main, OF_BODY);
    for (size_t i = 0; i < 4; i++) {
        const struct node *yes = node_get(map, keys[i]);
        if (!yes)
            continue;
        g->op = ops[i];
        g->yes = node_bool(yes, true, r->p);
        n++;
    }
    if (n != 1)
        problems_add(r->p, map, "expected one of 'convened', 'quorum', 'decided', 'seat'");
}
