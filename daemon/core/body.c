/* body.c - deciding bodies: who sits, who steps back, who votes what, and what comes of it
 *
 * A sitting stands in the case:
 *
 *   sittings: { "1": { body, number, day, event, state: open|adjourned,
 *                      members: { "1": { role, department, recused?, alternate?, by? } },
 *                      attendance: [department …],
 *                      votes:   { case | lead-2: { "1": { vote, day, event } } },   by seat
 *                      changed: [ { about, seat, vote, event } ],                   votes that were changed or fell
 * away results: { case | lead-2: { result, tally, dissent: [department …], day, event } } } }
 *
 * Who sits is fixed when the body is convened. A body that is convened again sits anew; the sitting before is closed.
 * One department has one seat and one vote. A result follows from the votes alone, whatever order they came in.
 */
#include "daemon/core/bench.h"

#include <stdlib.h>
#include <string.h>

/* ---- who sits ---- */

static const struct department *body_seated(struct bench *b, const struct seat *seat)
{
    bool other = seat->otherwise && seat->unless && guard_holds(b, seat->unless);
    const char *role = other ? seat->otherwise : seat->role;
    const struct department *d = bench_role(b, role);
    const struct role *r = procedure_role(b->p, role);
    return d || !r || !r->one_kind ? d : register_only(b->j->reg, r->one_kind, NULL);
}

/* The newest sitting of a body that is open; *ret_id its number. */
static const struct value *sitting_of(const struct bench *b, const char *body, const char **ret_id)
{
    const struct value *all = bench_get(b, "sittings"), *found = NULL;
    for (size_t i = 0; i < v_count(all); i++) {
        const struct pair *p = &all->u.map.pair[i];
        if (!text_same(v_get_str(p->val, "body", ""), body) || !text_same(v_get_str(p->val, "state", ""), "open"))
            continue;
        found = p->val;
        if (ret_id)
            *ret_id = p->key;
    }
    return found;
}

/* The seat of a department that may take part; NULL: none, or it has stepped back. */
static const char *seat_of(const struct value *sitting, const char *department, bool *ret_recused)
{
    const struct value *members = v_get(sitting, "members");
    *ret_recused = false;
    for (size_t i = 0; department && i < v_count(members); i++) {
        const struct pair *p = &members->u.map.pair[i];
        const char *alternate = v_get_str(p->val, "alternate", NULL);
        bool own = text_same(v_get_str(p->val, "department", ""), department);
        bool recused = v_get_bool(p->val, "recused");
        if ((own && !recused) || (alternate && text_same(alternate, department)))
            return p->key;
        *ret_recused = *ret_recused || own;
    }
    return NULL;
}

static bool seated_once(const struct value *members, const char *department)
{
    for (size_t i = 0; i < v_count(members); i++)
        if (text_same(v_get_str(members->u.map.pair[i].val, "department", ""), department))
            return true;
    return false;
}

static void member_add(struct bench *b, struct value *members, const char *role, const struct department *d)
{
    if (!d || seated_once(members, d->id))
        return;
    struct value *m = v_map(b->a);
    v_put_str(b->a, m, "role", role);
    v_put_str(b->a, m, "department", d->id);
    v_put(b->a, members, arena_printf(b->a, "%zu", v_count(members) + 1), m);
}

struct value *body_members(struct bench *b, const struct body *body)
{
    struct value *members = v_map(b->a);
    const struct department *d;
    for (size_t i = 0; i < body->nseats; i++)
        member_add(b, members, body->seats[i].role, body_seated(b, &body->seats[i]));
    for (size_t i = 0; body->size && (d = register_member(b->j->reg, body->name, i)) != NULL; i++)
        member_add(b, members, arena_printf(b->a, "%s.member", body->name), d);
    return members;
}

/* ---- conditions ---- */

/* What is voted about: the case, or the part in question. */
static const char *subject_of(const struct bench *b)
{
    return b->part ? arena_printf(b->a, "%s-%s", b->part_kind, b->part) : "case";
}

bool body_convened(const struct bench *b, const char *body)
{
    return sitting_of(b, body, NULL) != NULL;
}

bool body_decided(const struct bench *b, const char *body)
{
    return v_get(v_get(sitting_of(b, body, NULL), "results"), subject_of(b)) != NULL;
}

bool body_seat(struct bench *b, const char *name)
{
    const struct body *body = procedure_body(b->p, name);
    const struct value *sitting = sitting_of(b, name, NULL);
    bool recused;
    if (!b->department)
        return false;
    if (sitting)
        return seat_of(sitting, b->department, &recused) != NULL;
    return seated_once(body_members(b, body), b->department);
}

static bool attends(const struct value *sitting, const char *department)
{
    const struct value *there = v_get(sitting, "attendance");
    for (size_t i = 0; department && i < v_count(there); i++)
        if (text_same(v_text(v_at(there, i), ""), department))
            return true;
    return false;
}

/* There: on the list of those who attend, or has voted. Who has stepped back without an alternate is not. */
static size_t count_present(const struct value *sitting, const char *about)
{
    const struct value *members = v_get(sitting, "members"), *votes = v_get(v_get(sitting, "votes"), about);
    size_t n = 0;
    for (size_t i = 0; i < v_count(members); i++) {
        const struct pair *p = &members->u.map.pair[i];
        const char *alternate = v_get_str(p->val, "alternate", NULL);
        bool recused = v_get_bool(p->val, "recused");
        const char *who = recused ? alternate : v_get_str(p->val, "department", NULL);
        n += who && (attends(sitting, who) || v_get(votes, p->key));
    }
    return n;
}

bool body_quorum(struct bench *b, const char *name)
{
    const struct body *body = procedure_body(b->p, name);
    const struct value *sitting = sitting_of(b, name, NULL);
    size_t there = count_present(sitting, subject_of(b)), seats = v_count(v_get(sitting, "members"));
    if (!sitting)
        return false;
    if (body->quorum_in)
        return there > 0 && there * (size_t)body->quorum_in >= seats * (size_t)body->quorum_of;
    return there >= (size_t)body->quorum;
}

/* ---- sitting, stepping back ---- */

static void convene(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const struct body *body = procedure_body(b->p, e->name);
    const struct value *all = bench_get(b, "sittings");
    const char *before;
    int64_t number = 1;
    for (size_t i = 0; i < v_count(all); i++)
        number += text_same(v_get_str(all->u.map.pair[i].val, "body", ""), e->name);
    if (sitting_of(b, e->name, &before))
        bench_put_str(b, PATH("sittings", before, "state"), "adjourned");
    struct value *s = v_map(b->a), *members = body_members(b, body);
    if (!v_count(members))
        bench_refuse_rule(b, rule, "no-members", "%s没有成员", body->label);
    else if (body->size && v_count(members) != (size_t)body->size)
        bench_refuse_rule(b, rule, "wrong-number-of-members", "%s应有%d个成员,登记簿列明%zu个", body->label, body->size,
                          v_count(members));
    v_put_str(b->a, s, "body", e->name);
    v_put_int(b->a, s, "number", number);
    v_put_str(b->a, s, "day", b->done_text);
    v_put_int(b->a, s, "event", b->j->event);
    v_put_str(b->a, s, "state", "open");
    v_put(b->a, s, "members", members);
    const struct value *there = e->from ? bench_fact(b, e->from) : NULL;
    if (there)
        v_put(b->a, s, "attendance", v_copy(b->a, there));
    bench_put(b, PATH("sittings", bench_key(b, (int64_t)v_count(bench_get(b, "sittings")) + 1)), s);
}

static const struct value *open_sitting(struct bench *b, const struct effect *e, const struct rule *rule,
                                        const char **ret_id)
{
    const struct value *s = sitting_of(b, e->name, ret_id);
    if (!s)
        bench_refuse_rule(b, rule, "no-sitting", "%s尚未召开", procedure_body(b->p, e->name)->label);
    return s;
}

/* A vote that is changed or falls away stays readable. */
static void keep_old_vote(struct bench *b, const char *id, const char *about, const char *seat,
                          const struct value *vote)
{
    struct value *old = v_copy(b->a, vote);
    v_put_str(b->a, old, "about", about);
    v_put_str(b->a, old, "seat", seat);
    bench_push(b, PATH("sittings", id, "changed"), old);
}

static void drop_votes(struct bench *b, const struct value *sitting, const char *id, const char *seat)
{
    const struct value *votes = v_copy(b->a, v_get(sitting, "votes"));
    for (size_t i = 0; i < v_count(votes); i++) {
        const struct pair *p = &votes->u.map.pair[i];
        if (!v_get(p->val, seat) || v_path(sitting, arena_printf(b->a, "results.%s", p->key)))
            continue;
        keep_old_vote(b, id, p->key, seat, v_get(p->val, seat));
        bench_del(b, PATH("sittings", id, "votes", p->key, seat));
    }
}

static void recuse(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const char *id = NULL, *member = e->from ? v_text(bench_fact(b, e->from), NULL) : b->department;
    const struct value *sitting = open_sitting(b, e, rule, &id), *instead = e->value ? bench_fact(b, e->value) : NULL;
    bool recused, taken;
    const char *seat = sitting ? seat_of(sitting, member, &recused) : NULL;
    const char *alternate = v_text(instead, NULL);
    bool own = alternate && member && text_same(alternate, member);
    if (sitting && !seat)
        bench_refuse_rule(b, rule, "no-seat", "该部门在%s没有席位", procedure_body(b->p, e->name)->label);
    else if (seat && alternate && !own && seat_of(sitting, alternate, &taken))
        bench_refuse_rule(b, rule, "alternate-has-seat", "替补部门已有席位");
    if (b->refused)
        return;
    drop_votes(b, sitting, id, seat);
    bench_put(b, PATH("sittings", id, "members", seat, "recused"), v_bool(b->a, true));
    bench_put_str(b, PATH("sittings", id, "members", seat, "by"), b->j->principal);
    if (alternate)
        bench_put_str(b, PATH("sittings", id, "members", seat, "alternate"), alternate);
    else
        bench_del(b, PATH("sittings", id, "members", seat, "alternate"));
}

/* ---- voting ---- */

/* In a department whose member has stepped back, another person votes. */
static bool same_person(const struct bench *b, const struct value *member)
{
    const char *own = bench_principal_department(b, b->j->principal);
    return v_get_bool(member, "recused") && text_same(v_get_str(member, "by", ""), b->j->principal) && own &&
           text_same(own, v_get_str(member, "department", ""));
}

static void cast(struct bench *b, const struct effect *e, const struct rule *rule)
{
    bool recused = false;
    const char *id = NULL, *about = subject_of(b), *label = procedure_body(b->p, e->name)->label;
    const struct value *sitting = open_sitting(b, e, rule, &id), *what = bench_fact(b, e->from);
    const char *seat = sitting ? seat_of(sitting, b->department, &recused) : NULL;
    if (sitting && !seat)
        bench_refuse_rule(b, rule, recused ? "recused" : "no-seat", recused ? "已在%s回避" : "在%s没有席位", label);
    else if (seat && same_person(b, v_get(v_get(sitting, "members"), seat)))
        bench_refuse_rule(b, rule, "recused", "已在%s回避,应由同一部门的另一人表决", label);
    else if (sitting && body_decided(b, e->name))
        bench_refuse_rule(b, rule, "already-decided", "%s已作出决定", label);
    else if (sitting && !what)
        bench_refuse_rule(b, rule, "no-vote", "没有填写表决意见");
    if (b->refused)
        return;
    const struct value *old = v_get(v_get(v_get(sitting, "votes"), about), seat);
    if (old)
        keep_old_vote(b, id, about, seat, old);
    struct value *vote = v_map(b->a);
    v_put_str(b->a, vote, "vote", bench_word(b, what));
    v_put_str(b->a, vote, "day", b->done_text);
    v_put_int(b->a, vote, "event", b->j->event);
    bench_put(b, PATH("sittings", id, "votes", about, seat), vote);
}

/* ---- deciding ---- */

static struct value *count_votes(struct bench *b, const struct value *votes)
{
    struct value *tally = v_map(b->a);
    for (size_t i = 0; i < v_count(votes); i++) {
        const char *word = v_get_str(votes->u.map.pair[i].val, "vote", "");
        v_put_int(b->a, tally, word, v_get_int(tally, word, 0) + 1);
    }
    return tally;
}

static bool enough(enum body_rule rule, int64_t n, int64_t present)
{
    switch (rule) {
    case RULE_MAJORITY:
        return 2 * n > present;
    case RULE_TWO_THIRDS:
        return 3 * n >= 2 * present;
    case RULE_CONSENSUS:
        return n == present;
    }
    return false;
}

static const char *winner(const struct value *tally, enum body_rule rule, int64_t present)
{
    for (size_t i = 0; i < v_count(tally); i++)
        if (enough(rule, v_number(tally->u.map.pair[i].val, 0), present))
            return tally->u.map.pair[i].key;
    return NULL;
}

/* Who voted otherwise. */
static struct value *dissent_of(struct bench *b, const struct value *sitting, const struct value *votes,
                                const char *result)
{
    struct value *list = v_list(b->a);
    for (size_t i = 0; i < v_count(votes); i++) {
        const struct pair *p = &votes->u.map.pair[i];
        const struct value *m = v_get(v_get(sitting, "members"), p->key);
        const char *who = v_get_str(m, "alternate", v_get_str(m, "department", ""));
        if (!text_same(v_get_str(p->val, "vote", ""), result))
            v_push(b->a, list, v_str(b->a, who));
    }
    return list;
}

static void decide_votes(struct bench *b, const struct effect *e, const struct rule *rule)
{
    const struct body *body = procedure_body(b->p, e->name);
    const char *id = NULL, *about = subject_of(b);
    const struct value *sitting = open_sitting(b, e, rule, &id), *votes = v_get(v_get(sitting, "votes"), about);
    if (sitting && body_decided(b, e->name))
        bench_refuse_rule(b, rule, "already-decided", "%s已作出决定", body->label);
    else if (sitting && !body_quorum(b, e->name))
        bench_refuse_rule(b, rule, "below-quorum", "%s未达到法定人数(回避的不计)", body->label);
    struct value *tally = count_votes(b, votes);
    /* of those who are there: whoever sits and is silent has not agreed */
    const char *result = winner(tally, body->rule, (int64_t)count_present(sitting, about));
    if (!result)
        bench_refuse_rule(b, rule, "no-decision", "%s的表决没有形成决定", body->label);
    if (b->refused)
        return;
    struct value *r = v_map(b->a);
    v_put_str(b->a, r, "result", result);
    v_put(b->a, r, "tally", tally);
    v_put(b->a, r, "dissent", dissent_of(b, sitting, votes, result));
    v_put_str(b->a, r, "day", b->done_text);
    v_put_int(b->a, r, "event", b->j->event);
    bench_put(b, PATH("sittings", id, "results", about), r);
    bool yes_no = procedure_fact(b->p, e->from)->type == FACT_BOOL;
    bench_put(b, PATH("facts", e->from), yes_no ? v_bool(b->a, text_same(result, "true")) : v_str(b->a, result));
}

void body_do(struct bench *b, const struct effect *e, const struct rule *rule)
{
    if (e->verb == DO_CONVENE)
        convene(b, e, rule);
    else if (e->verb == DO_RECUSE)
        recuse(b, e, rule);
    else if (e->verb == DO_VOTE)
        cast(b, e, rule);
    else
        decide_votes(b, e, rule);
}
