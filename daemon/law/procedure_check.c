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

/* Stages of the main course, then those of the tracks. */
static const struct stage *nth_stage(const struct procedure *p, size_t i)
{
    return i < p->nstages ? &p->stages[i] : &p->track_stages[i - p->nstages];
}

static size_t stage_index(const struct procedure *p, const struct stage *s)
{
    return s->track ? p->nstages + (size_t)(s - p->track_stages) : (size_t)(s - p->stages);
}

/* Mark the stage that the act leads to when the act can happen; true: it was not marked before. */
static bool reach(const struct procedure *p, const struct act *act, bool *reached)
{
    bool can = act->opens != NULL;
    for (size_t i = 0; i < p->nstages + p->ntrack_stages && !can; i++)
        can = reached[i] && words_have(&act->from, nth_stage(p, i)->name);
    const struct stage *to = can ? procedure_stage(p, act->to) : NULL;
    if (!to || reached[stage_index(p, to)])
        return false;
    return reached[stage_index(p, to)] = true;
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
    bool *reached = ARENA_ARRAY(r->a, bool, p->nstages + p->ntrack_stages + 1);
    for (bool more = true; more;) {
        more = false;
        for (size_t k = 0; k < p->nacts; k++)
            more = reach(p, &p->acts[k], reached) || more;
    }
    for (size_t i = 0; i < p->nstages + p->ntrack_stages; i++) {
        const struct stage *s = nth_stage(p, i);
        if (!reached[i])
            problems_add(r->p, row(root, "stages", "stage", s->name), "no act leads to stage '%s'", s->name);
        else if (!s->end && !left_by_an_act(p, s->name))
            problems_add(r->p, row(root, "stages", "stage", s->name),
                         "no act leads out of stage '%s', and it is no end", s->name);
    }
}

static bool any_effect(const struct procedure *p, effect_test *test, const char *name)
{
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            if (effects_any(p->acts[k].rules[i].effects, p->acts[k].rules[i].neffects, test, name))
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

/* Whoever is asked must be one who may do it. */
static bool may_answer(const struct act *asked, const struct words *to)
{
    for (size_t i = 0; i < to->n; i++)
        if (!words_have(&asked->by, to->word[i]) && !words_have(&asked->by, TASK_HOLDER))
            return false;
    return true;
}

static void check_answer(struct reader *r, const struct node *at, const struct act *asking, const struct effect *e)
{
    const struct act *asked = procedure_act(r->proc, e->answer);
    if (!asked)
        return;
    if (!possible_somewhere(asked, asking))
        problems_add(r->p, at, "act '%s' asks for '%s', which is not possible in the stage it leads to", asking->name,
                     asked->name);
    if (!may_answer(asked, &e->to))
        problems_add(r->p, at, "act '%s' asks for '%s' somebody who may not do it", asking->name, asked->name);
}

static void check_answers_of(struct reader *r, const struct node *at, const struct act *asking, const struct effect *e,
                             size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_answer(r, at, asking, &e[i]);
        check_answers_of(r, at, asking, e[i].kids, e[i].nkids);
    }
}

static void check_answers(struct reader *r, const struct node *root)
{
    const struct procedure *p = r->proc;
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            check_answers_of(r, row(root, "acts", "act", p->acts[k].name), &p->acts[k], p->acts[k].rules[i].effects,
                             p->acts[k].rules[i].neffects);
}

static void check_miss_of(struct reader *r, const struct node *at, const struct clock_rule *c, const struct effect *e,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct act *asked = procedure_act(r->proc, e[i].answer);
        if (asked && !may_answer(asked, &e[i].to))
            problems_add(r->p, at, "the miss of clock '%s' asks for '%s' somebody who may not do it", c->name,
                         asked->name);
        check_miss_of(r, at, c, e[i].kids, e[i].nkids);
    }
}

/* A missed clock asks too, in whatever stage the case then is. */
static void check_misses(struct reader *r, const struct node *root)
{
    const struct procedure *p = r->proc;
    for (size_t i = 0; i < p->nclocks; i++)
        check_miss_of(r, row(root, "clocks", "clock", p->clocks[i].name), &p->clocks[i], p->clocks[i].on_miss,
                      p->clocks[i].non_miss);
}

/* The judge itself asks for the act `serve` of whoever must serve a notice on paper. */
static void check_service(struct reader *r, const struct node *root)
{
    const struct act *serve = procedure_act(r->proc, "serve");
    if (!serve)
        problems_add(r->p, root, "the act 'serve' is missing: whoever has no key is served on paper");
    else if (!words_have(&serve->by, TASK_HOLDER) || serve->from.n != r->proc->nstages)
        problems_add(r->p, row(root, "acts", "act", "serve"),
                     "the act 'serve' must be possible from any stage by the '" TASK_HOLDER "'");
}

/* ---- suspensions that hold acts; bodies that decide ---- */

/* Some act that ends suspensions must not be held by one. */
static bool can_release(const struct procedure *p, const struct words *held)
{
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            if (!words_have(held, p->acts[k].name) &&
                effects_any(p->acts[k].rules[i].effects, p->acts[k].rules[i].neffects, releases, NULL))
                return true;
    return false;
}

static bool votes(const struct effect *e, const char *body)
{
    return e->verb == DO_VOTE && strcmp(e->name, body) == 0;
}

static bool convenes(const struct effect *e, const char *body)
{
    return e->verb == DO_CONVENE && strcmp(e->name, body) == 0;
}

static void check_one_effect(struct reader *r, const struct node *at, const struct effect *e)
{
    const struct procedure *p = r->proc;
    if (e->verb == DO_SUSPEND && e->holds.n && !can_release(p, &e->holds))
        problems_add(r->p, at, "the suspension of '%s' holds every act that could end it", e->name);
    if (e->verb == DO_DECIDE && !any_effect(p, votes, e->name))
        problems_add(r->p, at, "body '%s' decides, but nobody votes in it", e->name);
    if ((e->verb == DO_VOTE || e->verb == DO_RECUSE) && !any_effect(p, convenes, e->name))
        problems_add(r->p, at, "body '%s' is never convened", e->name);
    for (size_t i = 0; i < e->nkids; i++)
        check_one_effect(r, at, &e->kids[i]);
}

static void check_effects(struct reader *r, const struct node *root)
{
    const struct procedure *p = r->proc;
    for (size_t k = 0; k < p->nacts; k++)
        for (size_t i = 0; i < p->acts[k].nrules; i++)
            for (size_t e = 0; e < p->acts[k].rules[i].neffects; e++)
                check_one_effect(r, row(root, "acts", "act", p->acts[k].name), &p->acts[k].rules[i].effects[e]);
}

void procedure_check(struct reader *r, const struct node *root)
{
    check_effects(r, root);
    check_stages(r, root);
    check_clocks(r, root);
    check_answers(r, root);
    check_misses(r, root);
    check_service(r, root);
}
