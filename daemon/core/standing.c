#include "daemon/core/standing.h"

#include "daemon/core/case.h"

#include <string.h>

static const char *const answers[] = {[STANDING_PROTECTED] = "protected", [STANDING_GENERALLY] = "protected-generally",
                                      [STANDING_PERMITTED] = "permitted", [STANDING_CONDITIONAL] = "conditional",
                                      [STANDING_PENDING] = "pending",     [STANDING_NONE] = "not-protected"};

const char *standing_word(enum standing s)
{
    return answers[s];
}

static bool is(const struct value *map, const char *key, const char *word)
{
    return word && strcmp(v_get_str(map, key, ""), word) == 0;
}

/* ---- whom and what work a case is about ---- */

/* The subject's entry in `subjects`; a case from before it was kept has only the fact. */
struct about {
    const char *part_kind, *part; /* NULL: the whole case */
};

static bool about_person(const struct value *kase, const char *person, size_t *at, struct about *ret)
{
    const struct value *all = v_get(kase, "subjects");
    for (; *at < v_count(all); ++*at) {
        const struct value *s = v_at(all, *at);
        if (!is(s, "id", person))
            continue;
        *ret = (struct about){v_get_str(s, "part-kind", NULL), v_get_str(s, "part", NULL)};
        ++*at;
        return true;
    }
    if (v_count(all) || *at || strcmp(v_text(v_path(kase, "facts.subject"), ""), person) != 0)
        return false;
    *ret = (struct about){NULL, NULL};
    ++*at;
    return true;
}

static const struct value *part_of(const struct value *kase, const struct about *who)
{
    return who->part ? v_get(v_get(v_get(kase, "parts"), who->part_kind), who->part) : NULL;
}

static const char *outcome_of(const struct value *kase, const struct about *who)
{
    return v_get_str(part_of(kase, who), "outcome", v_get_str(kase, "outcome", NULL));
}

/* ---- every grant of a file ---- */

typedef void grant_fn(struct arena *a, const struct effect *e, void *ctx);

static void each_grant_of(struct arena *a, const struct effect *e, size_t n, grant_fn *fn, void *ctx)
{
    for (size_t i = 0; i < n; i++) {
        if (e[i].verb == DO_GRANT)
            fn(a, &e[i], ctx);
        each_grant_of(a, e[i].kids, e[i].nkids, fn, ctx);
    }
}

static void each_grant(struct arena *a, const struct procedure *p, grant_fn *fn, void *ctx)
{
    for (size_t i = 0; p && i < p->nacts; i++)
        for (size_t k = 0; k < p->acts[i].nrules; k++)
            each_grant_of(a, p->acts[i].rules[k].effects, p->acts[i].rules[k].neffects, fn, ctx);
}

static void take_areas(struct arena *a, const struct effect *e, void *ctx)
{
    for (size_t i = 0; i < e->nareas; i++)
        v_put_str(a, ctx, e->areas[i].word, e->areas[i].label);
    for (size_t i = 0; !e->nareas && i < e->words.n; i++) /* a list: the document's words are all there is */
        v_put_str(a, ctx, e->words.word[i], e->words.word[i]);
}

void standing_areas(struct arena *a, const struct procedure *p, struct value *areas)
{
    each_grant(a, p, take_areas, areas);
}

static void take_work(struct arena *a, const struct effect *e, void *ctx)
{
    (void)a;
    const char **fact = ctx;
    *fact = e->work ? e->work : *fact;
}

/* The piece of work of a case in which nothing was granted (yet): what a grant would name. */
static const char *work_of(struct arena *a, const struct procedure *p, const struct value *kase)
{
    const char *fact = NULL;
    each_grant(a, p, take_work, &fact);
    return fact ? v_text(v_get(v_get(kase, "facts"), fact), NULL) : NULL;
}

/* ---- findings ---- */

static bool among(const struct value *words, const char *word)
{
    for (size_t i = 0; i < v_count(words); i++)
        if (strcmp(v_text(v_at(words, i), ""), word) == 0)
            return true;
    return false;
}

/* What the document calls an area that is asked for by its word. */
static const char *area_label(struct arena *a, const struct procedure *p, const char *area)
{
    struct value *areas = v_map(a);
    standing_areas(a, p, areas);
    return v_get_str(areas, area, area);
}

/* The outcome that it rests on stands, and it is this person's. */
static bool grant_stands(const struct value *kase, const struct value *grant, const struct about *who,
                         const struct standing_question *q)
{
    const char *part = v_get_str(grant, "part", NULL), *outcome = outcome_of(kase, who);
    struct day since = case_day(grant, "since");
    bool mine = !part || !who->part || (strcmp(part, who->part) == 0 && is(grant, "part-kind", who->part_kind));
    return mine && (!day_is(since) || since.n <= q->today.n) &&
           (!outcome || !v_get(grant, "outcome") || is(grant, "outcome", outcome));
}

static bool same_text(const struct value *a, const struct value *b, const char *key)
{
    return strcmp(v_get_str(a, key, ""), v_get_str(b, key, "")) == 0;
}

/* What was missing has been shown since: a later grant gives the same and misses nothing. */
static bool made_good(const struct value *kase, const struct value *grant, const char *area)
{
    const struct value *all = v_get(kase, "grants");
    for (size_t i = 0; v_get(grant, "missing") && i < v_count(all); i++) {
        const struct value *g = v_at(all, i);
        bool names = among(v_get(g, "ids"), area) || among(v_get(g, "areas"), area);
        if (names && !v_get(g, "missing") && v_get_int(g, "event", 0) > v_get_int(grant, "event", 0) &&
            same_text(g, grant, "part") && same_text(g, grant, "part-kind") && same_text(g, grant, "work"))
            return true;
    }
    return false;
}

static enum standing standing_of(const struct value *grant, bool work_known)
{
    if (v_get(grant, "missing") || !work_known)
        return STANDING_CONDITIONAL;
    return is(grant, "force", "must")        ? STANDING_PROTECTED
           : is(grant, "force", "generally") ? STANDING_GENERALLY
                                             : STANDING_PERMITTED;
}

static struct value *finding_new(struct arena *a, const struct value *kase, const struct about *who, enum standing s)
{
    struct value *f = v_map(a);
    v_put_str(a, f, "answer", standing_word(s));
    v_put_int(a, f, "case", v_get_int(kase, "case", 0));
    v_put_str(a, f, "procedure", v_get_str(kase, "procedure", NULL));
    v_put_str(a, f, "kind", v_get_str(kase, "kind", NULL));
    v_put_str(a, f, "stage", v_get_str(kase, "stage", NULL));
    v_put_str(a, f, "outcome", outcome_of(kase, who));
    return f;
}

/* Did the asking department depart from this grant before? */
static void put_departed(struct arena *a, struct value *f, const struct value *kase, const struct value *grant,
                         const struct standing_question *q)
{
    const struct value *all = v_get(kase, "departures");
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *d = v_at(all, i);
        if (is(d, "department", q->department) && is(d, "area", q->area) && is(d, "person", q->person) &&
            v_get_int(d, "grant", 0) == v_get_int(grant, "event", 0))
            v_put_int(a, f, "departed", v_get_int(d, "event", 0));
    }
}

/* A grant that does not say for what work it is cannot be matched to the one that is asked about. */
#define WORK_NOT_NAMED "认定未写明所涉工作,须核对是否同一项工作"

static bool grant_find(struct arena *a, const struct procedure *p, const struct value *kase, const struct value *grant,
                       const struct about *who, const struct standing_question *q, struct value *findings)
{
    const char *work = v_get_str(grant, "work", NULL), *missing = v_get_str(grant, "missing", NULL);
    bool names = among(v_get(grant, "ids"), q->area) || among(v_get(grant, "areas"), q->area);
    if (!names || !grant_stands(kase, grant, who, q) || made_good(kase, grant, q->area))
        return false;
    if (q->work && work && strcmp(q->work, work) != 0)
        return true; /* about other work: nothing is said of this one */
    bool known = !q->work || work;
    struct value *f = finding_new(a, kase, who, standing_of(grant, known));
    v_put_int(a, f, "event", v_get_int(grant, "event", 0));
    v_put_str(a, f, "day", v_get_str(grant, "since", NULL));
    v_put_str(a, f, "article", v_get_str(grant, "article", NULL));
    v_put_str(a, f, "area", area_label(a, p, q->area));
    v_put_str(a, f, "force", v_get_str(grant, "force", NULL));
    v_put_str(a, f, "work", work);
    v_put_str(a, f, "missing",
              known || !missing ? (known ? missing : WORK_NOT_NAMED)
                                : arena_printf(a, "%s;%s", missing, WORK_NOT_NAMED));
    put_departed(a, f, kase, grant, q);
    v_push(a, findings, f);
    return true;
}

/* Kinds that end in a determination; filings, visits, early signs do not. */
static bool is_determined_kind(const struct procedure *p, const struct value *kase)
{
    static const char *const ways[] = {"application", "ex-officio", "finding"};
    const struct kind *k = p ? procedure_kind(p, v_get_str(kase, "kind", NULL)) : NULL;
    for (size_t i = 0; k && k->way_in && i < sizeof ways / sizeof *ways; i++)
        if (strcmp(k->way_in, ways[i]) == 0)
            return true;
    return !k || !k->way_in;
}

/* The end of an abeyance: the due day of a running clock that ends on a day that was told. */
static const char *abeyance_end(const struct procedure *p, const struct value *kase)
{
    const struct value *clocks = v_get(kase, "clocks");
    for (size_t i = 0; p && i < v_count(clocks); i++) {
        const struct pair *c = &clocks->u.map.pair[i];
        const struct clock_rule *rule = procedure_clock_of(p, c->key);
        if (rule && rule->until && is(c->val, "state", "running"))
            return v_get_str(c->val, "due", NULL);
    }
    return NULL;
}

/* When the person's outcome went out; NULL: not yet. */
static const struct value *determination(const struct procedure *p, const struct value *kase, const struct about *who)
{
    const struct value *issued = v_get(kase, "determined"), *concluded = v_get(part_of(kase, who), "concluded");
    if (!concluded)
        concluded = v_get(kase, "concluded");
    if (issued || (p && procedure_notice(p, "determination-issued") && !v_get_bool(kase, "ended")))
        return issued;
    return concluded;
}

/* Nothing is granted in this area: because nothing is determined yet, or because the outcome has no such consequence.
 */
static void ungranted_find(struct arena *a, const struct procedure *p, const struct value *kase,
                           const struct about *who, const struct standing_question *q, struct value *findings)
{
    const char *work = work_of(a, p, kase);
    const struct value *issued = outcome_of(kase, who) ? determination(p, kase, who) : NULL;
    if (!is_determined_kind(p, kase) || (q->work && work && strcmp(q->work, work) != 0))
        return;
    bool pending = !issued && !v_get_bool(kase, "ended");
    struct value *f = finding_new(a, kase, who, pending ? STANDING_PENDING : STANDING_NONE);
    if (issued) {
        v_put_int(a, f, "event", v_get_int(issued, "event", 0));
        v_put_str(a, f, "day", v_get_str(issued, "day", NULL));
    }
    v_put_str(a, f, "until", pending ? abeyance_end(p, kase) : NULL);
    v_put_str(a, f, "work", work);
    v_push(a, findings, f);
}

void standing_find(struct arena *a, const struct procedure *p, const struct value *kase,
                   const struct standing_question *q, struct value *findings)
{
    const struct value *grants = v_get(kase, "grants");
    struct about who;
    for (size_t at = 0; about_person(kase, q->person, &at, &who);) {
        bool granted = false;
        for (size_t i = 0; i < v_count(grants); i++)
            granted = grant_find(a, p, kase, v_at(grants, i), &who, q, findings) || granted;
        if (!granted)
            ungranted_find(a, p, kase, &who, q, findings);
    }
}

/* ---- what they come to ---- */

static enum standing standing_by_word(const char *word)
{
    for (enum standing s = STANDING_PROTECTED; s < STANDING_NONE; s++)
        if (strcmp(answers[s], word) == 0)
            return s;
    return STANDING_NONE;
}

const char *standing_answer(const struct value *findings, bool work_asked)
{
    enum standing best = STANDING_NONE, worst = STANDING_PROTECTED;
    for (size_t i = 0; i < v_count(findings); i++) {
        enum standing s = standing_by_word(v_get_str(v_at(findings, i), "answer", ""));
        best = s < best ? s : best;
        worst = s > worst ? s : worst;
    }
    if (!work_asked && v_count(findings) > 1 && best != worst)
        return "depends-on-work";
    return standing_word(best);
}

bool standing_departable(const struct value *finding)
{
    return (is(finding, "answer", answers[STANDING_GENERALLY]) || is(finding, "answer", answers[STANDING_PERMITTED])) &&
           !v_get(finding, "departed");
}

void standing_trim(struct value *finding)
{
    static const char *const inner[] = {"procedure", "kind", "stage", "outcome"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        v_del(finding, inner[i]);
}
