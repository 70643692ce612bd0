/* procedure_check.c - the first step of the proof at load: everything named can be reached
 *
 * A stage that no act leads to, a stage that is no end and that no act leaves, a clock that nothing starts or stops, a
 * fact that nobody can give, an act that nobody can do, an answer that cannot be given from any stage in which it is
 * asked: each is a finding at its place in the file. The full exploration of combinations is a later step.
 */
#include "daemon/law/read.h"

#include <string.h>

static const struct node *row(const struct node *root, const char *table, const char *key, const char *name)
{
    static const char *const tables[] = {"acts", "standing"};
    for (size_t t = 0; t < 2; t++) {
        const struct node *list = node_get(root, t == 0 ? table : strcmp(table, "acts") == 0 ? tables[1] : table);
        for (size_t i = 0; i < node_item_count(list); i++) {
            const struct node *n = node_get(node_item(list, i), key);
            if (n && n->kind == NODE_SCALAR && strcmp(n->text, name) == 0)
                return n;
        }
    }
    return root;
}

static void reach(const struct procedure *p, const char *stage, bool *reached)
{
    for (size_t i = 0; i < p->nstages; i++) {
        if (strcmp(p->stages[i].name, stage) != 0 || reached[i])
            continue;
        reached[i] = true;
        for (size_t k = 0; k < p->nacts; k++)
            if (p->acts[k].to && words_have(&p->acts[k].from, stage))
                reach(p, p->acts[k].to, reached);
    }
}

static bool left_by_an_act(const struct procedure *p, const char *stage)
{
    for (size_t k = 0; k < p->nacts; k++)
        if (p->acts[k].to && !p->acts[k].standing && words_have(&p->acts[k].from, stage))
            return true;
    return false;
}

static void check_stages(struct reader *r, const struct node *root)
{
    const struct procedure *p = r->proc;
    bool *reached = ARENA_ARRAY(r->a, bool, p->nstages + 1);
    for (size_t k = 0; k < p->nacts; k++)
        if (p->acts[k].opens && p->acts[k].to)
            reach(p, p->acts[k].to, reached);
    for (size_t i = 0; i < p->nstages; i++) {
        const struct stage *s = &p->stages[i];
        if (!reached[i])
            problems_add(r->p, row(root, "stages", "stage", s->name), "no act leads to stage '%s'", s->name);
        else if (!s->end && !left_by_an_act(p, s->name))
            problems_add(r->p, row(root, "stages", "stage", s->name),
                         "no act leads out of stage '%s', and it is no end", s->name);
    }
}

typedef bool effect_test(const struct effect *e, const char *name);

static bool any_effect(const struct procedure *p, effect_test *test, const char *name)
{
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            for (size_t e = 0; e < p->acts[k].rules[i].neffects; e++)
                if (test(&p->acts[k].rules[i].effects[e], name))
                    return true;
    return false;
}

static bool suspends(const struct effect *e, const char *name)
{
    (void)name;
    return e->verb == DO_SUSPEND;
}

static bool releases(const struct effect *e, const char *name)
{
    (void)name;
    return e->verb == DO_RELEASE;
}

static bool stops_clock(const struct effect *e, const char *name)
{
    return e->verb == DO_STOP_CLOCKS || (e->verb == DO_STOP && strcmp(e->name, name) == 0);
}

/* A clock that a rule counts on and nothing starts is not an error: taking a rule out must leave a file that loads. But
 * one that nothing can ever stop would run for ever. */
static void check_clocks(struct reader *r, const struct node *root)
{
    for (size_t i = 0; i < r->proc->nclocks; i++) {
        const char *name = r->proc->clocks[i].name;
        if (!any_effect(r->proc, stops_clock, name))
            problems_add(r->p, row(root, "clocks", "clock", name), "nothing stops clock '%s'", name);
    }
    if (any_effect(r->proc, suspends, NULL) && !any_effect(r->proc, releases, NULL))
        problems_add(r->p, root, "suspensions begin, but no rule ends them");
}

static bool possible_somewhere(const struct act *asked, const struct act *asking)
{
    if (asking->to)
        return words_have(&asked->from, asking->to);
    for (size_t i = 0; i < asking->from.n; i++)
        if (words_have(&asked->from, asking->from.word[i]))
            return true;
    return false;
}

static void check_answers(struct reader *r, const struct node *root)
{
    const struct procedure *p = r->proc;
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            for (size_t e = 0; e < p->acts[k].rules[i].neffects; e++) {
                const struct act *asked = procedure_act(p, p->acts[k].rules[i].effects[e].answer);
                if (asked && !possible_somewhere(asked, &p->acts[k]))
                    problems_add(r->p, row(root, "acts", "act", p->acts[k].name),
                                 "act '%s' asks for '%s', which is not possible in the stage it leads to",
                                 p->acts[k].name, asked->name);
            }
}

void procedure_check(struct reader *r, const struct node *root)
{
    check_stages(r, root);
    check_clocks(r, root);
    check_answers(r, root);
}
