/* scenario_council.c - expectations about parts, bodies, links, kinds, consequences and readers: read and looked at */
#include "tests/lib/scenario_expect.h"

#include "daemon/engine/view.h"
#include "tests/lib/house.h"

#include <stdlib.h>
#include <string.h>

static bool is_text(const struct value *map, const char *key, const char *text)
{
    return strcmp(v_get_str(map, key, ""), text) == 0;
}

static bool fits(const struct value *map, const char *key, const char *text)
{
    return !text || is_text(map, key, text);
}

/* ---- parts: N [STATE] [暂缓…] [结果 O] [FIELD 为 VALUE] [自 DAY] ---- */

static const char *suspension_word(const char *word)
{
    static const char *const states[][2] = {
        {"暂缓", "suspended"}, {"未暂缓", "free"}, {"暂缓待确认", "unconfirmed"}, {"暂缓已确认", "confirmed"}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i][0], word) == 0)
            return states[i][1];
    return NULL;
}

static void read_part_field(struct cursor *c, struct expect *e, const struct word *w, const struct part_kind *k)
{
    const struct fact *f = word_part_field(c->s, c->l, w, k);
    e->field = f ? f->name : NULL;
    cursor_take(c, "为");
    const struct word *v = cursor_need(c, "a value");
    e->value = f && v ? word_value(c->s, c->l, v, f, NULL) : NULL;
}

void council_read_part(struct cursor *c, struct expect *e)
{
    const struct part_kind *k = procedure_part(c->s->law, e->part_kind);
    const struct word *w = cursor_need(c, "the number of a part");
    e->number = w ? atoi(w->s) : 0;
    if (w && c->i >= c->l->n)
        (void)cursor_need(c, "what is said of it");
    while (k && c->i < c->l->n) {
        if ((e->day = cursor_day(c, "自")) != NULL)
            continue;
        w = cursor_next(c);
        const char *suspension = suspension_word(w->s);
        if (suspension) {
            e->state = suspension;
        } else if (strcmp(w->s, "结果") == 0) {
            const struct word *o = cursor_need(c, "an outcome, or 无");
            e->outcome = !o ? NULL : strcmp(o->s, "无") == 0 ? "" : word_outcome(c->s, c->l, o);
        } else if (c->i < c->l->n && strcmp(c->l->word[c->i].s, "为") == 0) {
            read_part_field(c, e, w, k);
        } else {
            e->name = word_state(c->s, c->l, w, k->name);
        }
    }
}

void council_read_lead(struct cursor *c, struct expect *e)
{
    e->part_kind = "lead";
    council_read_part(c, e);
}

/* The newest suspension of a part; NULL: never suspended. How many of its suspensions are open: at most one is right.
 */
static const struct value *suspension_of(const struct play *p, const char *kind, const char *part, int *ret_open)
{
    const struct value *all = v_get(p->folded, "suspensions"), *found = NULL;
    *ret_open = 0;
    for (size_t i = 0; i < v_count(all); i++) {
        if (!is_text(all->u.map.pair[i].val, "part", part) || !is_text(all->u.map.pair[i].val, "kind", kind))
            continue;
        found = all->u.map.pair[i].val;
        *ret_open += !is_text(found, "state", "ended");
    }
    return found;
}

static bool suspension_fits(const char *state, const char *want)
{
    bool open = strcmp(state, "unconfirmed") == 0 || strcmp(state, "confirmed") == 0;
    if (strcmp(want, "suspended") == 0)
        return open;
    return strcmp(want, "free") == 0 ? !open : strcmp(state, want) == 0;
}

bool part_is(struct play *p, const struct expect *e)
{
    const char *id = arena_printf(p->a, "%d", e->number);
    const struct value *part = v_get(v_get(v_get(p->folded, "parts"), e->part_kind), id);
    int open_ones;
    const struct value *suspension = suspension_of(p, e->part_kind, id, &open_ones);
    const char *state = v_get_str(suspension, "state", "none");
    buf_printf(&p->seen, "%s, 结果 %s, suspension %s 自 %s, %d 项暂缓 ", v_get_str(part, "state", "-"),
               v_get_str(part, "outcome", "无"), state, v_get_str(suspension, "since", "-"), open_ones);
    if (e->field)
        look_value(&p->seen, v_get(part, e->field));
    if (!part || open_ones > 1 || !fits(suspension, "since", look_known(p, e->day)) || !fits(part, "state", e->name))
        return false;
    if (e->field && !(v_get(part, e->field) && v_equal(v_get(part, e->field), play_value(p, e->value))))
        return false;
    return (!e->state || suspension_fits(state, e->state)) && fits(part, "outcome", e->outcome);
}

/* ---- bodies: 会议 BODY [关于 KIND N] and what is said of its newest sitting ---- */

enum { TAKES_NOTHING = 0, TAKES_DEPARTMENT = 1, TAKES_WORD = 2, TAKES_NUMBER = 4 };

static const struct {
    const char *key;
    int takes;
} sayings[] = {
    {"成员", TAKES_DEPARTMENT},   {"非成员", TAKES_DEPARTMENT}, {"到会", TAKES_DEPARTMENT},
    {"回避", TAKES_DEPARTMENT},   {"替补", TAKES_DEPARTMENT},   {"表决", TAKES_DEPARTMENT | TAKES_WORD},
    {"未表决", TAKES_DEPARTMENT}, {"改变", TAKES_NUMBER},       {"决定", TAKES_WORD},
    {"未决定", TAKES_NOTHING},    {"异议", TAKES_DEPARTMENT},   {"次数", TAKES_NUMBER},
    {"未召开", TAKES_NOTHING},
};
enum { SAYINGS = sizeof sayings / sizeof *sayings };

/* A vote: an outcome, or 是 and 否 where it is a yes or no. */
static const char *vote_word(struct cursor *c, const struct word *w)
{
    if (strcmp(w->s, "是") == 0 || strcmp(w->s, "否") == 0)
        return strcmp(w->s, "是") == 0 ? "true" : "false";
    return word_outcome(c->s, c->l, w);
}

static void read_saying(struct cursor *c, struct expect *e, size_t k)
{
    struct says says = {.key = sayings[k].key};
    const struct word *w;
    if ((sayings[k].takes & TAKES_DEPARTMENT) && (w = cursor_need(c, "a department")) != NULL)
        says.department = cursor_department(c, w);
    if ((sayings[k].takes & TAKES_WORD) && (w = cursor_need(c, "what was voted")) != NULL)
        says.word = vote_word(c, w);
    if ((sayings[k].takes & TAKES_NUMBER) && (w = cursor_need(c, "a number")) != NULL)
        says.number = atoi(w->s);
    ARENA_GROW(c->s->a, e->says, e->nsays, e->says_cap);
    e->says[e->nsays++] = says;
}

void council_read_body(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a body");
    const struct body *body = w ? word_body(c->s, c->l, w) : NULL;
    e->name = body ? body->name : NULL;
    if (cursor_take(c, "关于"))
        cursor_part(c, e);
    if (w && c->i >= c->l->n)
        (void)cursor_need(c, "what is said of it");
    while ((w = cursor_next(c)) != NULL) {
        size_t k = 0;
        while (k < SAYINGS && strcmp(sayings[k].key, w->s) != 0)
            k++;
        if (k < SAYINGS)
            read_saying(c, e, k);
        else
            word_problem(
                c->s, c->l, w,
                "expected 成员, 非成员, 到会, 回避, 替补, 表决, 未表决, 改变, 决定, 未决定, 异议, 次数 or 未召开");
    }
}

static const struct value *sitting_of(const struct play *p, const char *body)
{
    const struct value *all = v_get(p->folded, "sittings"), *found = NULL;
    for (size_t i = 0; i < v_count(all); i++)
        if (is_text(all->u.map.pair[i].val, "body", body))
            found = all->u.map.pair[i].val;
    return found;
}

/* The member of a department, as member or as alternate; *ret_seat its seat. */
static const struct value *member_of(const struct value *sitting, const char *key, const char *department,
                                     const char **ret_seat)
{
    const struct value *members = v_get(sitting, "members");
    for (size_t i = 0; department && i < v_count(members); i++)
        if (is_text(members->u.map.pair[i].val, key, department)) {
            *ret_seat = members->u.map.pair[i].key;
            return members->u.map.pair[i].val;
        }
    *ret_seat = "";
    return NULL;
}

static bool listed(const struct value *list, const char *department)
{
    for (size_t i = 0; department && i < v_count(list); i++)
        if (strcmp(v_text(v_at(list, i), ""), department) == 0)
            return true;
    return false;
}

static bool saying_holds(const struct value *sitting, const char *about, const struct says *says)
{
    const char *key = says->key, *seat, *instead;
    const struct value *member = member_of(sitting, "department", says->department, &seat);
    const struct value *alternate = member_of(sitting, "alternate", says->department, &instead);
    const struct value *votes = v_get(v_get(sitting, "votes"), about), *vote = v_get(votes, alternate ? instead : seat);
    const struct value *result = v_get(v_get(sitting, "results"), about);
    if (strcmp(key, "成员") == 0 || strcmp(key, "非成员") == 0)
        return sitting && (member != NULL) == (strcmp(key, "成员") == 0);
    if (strcmp(key, "到会") == 0)
        return listed(v_get(sitting, "attendance"), says->department);
    if (strcmp(key, "回避") == 0)
        return v_get_bool(member, "recused");
    if (strcmp(key, "替补") == 0)
        return alternate != NULL;
    if (strcmp(key, "表决") == 0)
        return says->word && is_text(vote, "vote", says->word);
    if (strcmp(key, "未表决") == 0)
        return sitting && !vote;
    if (strcmp(key, "改变") == 0)
        return (int)v_count(v_get(sitting, "changed")) == says->number;
    if (strcmp(key, "决定") == 0)
        return says->word && is_text(result, "result", says->word);
    if (strcmp(key, "未决定") == 0)
        return sitting && !result;
    if (strcmp(key, "异议") == 0)
        return listed(v_get(result, "dissent"), says->department);
    if (strcmp(key, "次数") == 0)
        return v_get_int(sitting, "number", 0) == says->number;
    return !sitting; /* 未召开 */
}

static void see_sitting(struct play *p, const struct value *sitting, const char *about)
{
    const struct value *members = v_get(sitting, "members"), *votes = v_get(v_get(sitting, "votes"), about);
    const struct value *result = v_get(v_get(sitting, "results"), about);
    buf_printf(&p->seen, "第%lld次", (long long)v_get_int(sitting, "number", 0));
    for (size_t i = 0; i < v_count(members); i++) {
        const struct pair *m = &members->u.map.pair[i];
        const char *alternate = v_get_str(m->val, "alternate", NULL);
        buf_printf(&p->seen, "\n      成员 %s%s", look_department(p, v_get_str(m->val, "department", NULL)),
                   v_get_bool(m->val, "recused") ? " 回避" : "");
        if (alternate)
            buf_printf(&p->seen, " 替补 %s", look_department(p, alternate));
        buf_printf(&p->seen, " 表决 %s", v_get_str(v_get(votes, m->key), "vote", "-"));
    }
    buf_printf(&p->seen, "\n      决定 %s", v_get_str(result, "result", "-"));
}

bool body_is(struct play *p, const struct expect *e)
{
    const struct value *sitting = sitting_of(p, e->name);
    const char *about = e->part_kind ? arena_printf(p->a, "%s-%d", e->part_kind, e->number) : "case";
    see_sitting(p, sitting, about);
    for (size_t i = 0; i < e->nsays; i++)
        if (!saying_holds(sitting, about, &e->says[i]))
            return false;
    return true;
}

/* ---- links: 关联 FIELD CASE|无 [带 FIELD 为 VALUE] ---- */

void council_read_link(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a field that links"), *to = w ? cursor_need(c, "a case, or 无") : NULL;
    const struct fact *f = w ? word_fact(c->s, c->l, w) : NULL;
    if (f && f->type != FACT_LINK)
        word_problem(c->s, c->l, w, "'%s' links no case", w->s);
    e->name = f ? f->link : NULL;
    e->state = to && strcmp(to->s, "无") != 0 ? to->s : NULL;
    if (!cursor_take(c, "带"))
        return;
    const struct fact *taken = (w = cursor_need(c, "a field")) != NULL ? word_fact(c->s, c->l, w) : NULL;
    cursor_take(c, "为");
    w = taken ? cursor_need(c, "a value") : NULL;
    e->field = taken ? taken->name : NULL;
    e->value = w ? word_value(c->s, c->l, w, taken, NULL) : NULL;
}

bool link_is(struct play *p, const struct expect *e)
{
    const struct value *link = v_get(v_get(p->folded, "links"), e->name);
    const struct value *taken = e->field ? v_get(v_get(link, "facts"), e->field) : NULL;
    buf_printf(&p->seen, "案件 %lld ", (long long)v_get_int(link, "case", 0));
    look_value(&p->seen, taken);
    if (!e->state)
        return !link;
    if (v_get_int(link, "case", 0) != v_get_int(p->cases, e->state, -1))
        return false;
    return !e->field || (taken && v_equal(taken, play_value(p, e->value)));
}

/* ---- kinds: 类别 KIND [原为 KIND] ---- */

void council_read_kind(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a kind");
    e->name = w ? word_kind(c->s, c->l, w) : NULL;
    w = cursor_take(c, "原为") ? cursor_need(c, "a kind") : NULL;
    e->state = w ? word_kind(c->s, c->l, w) : NULL;
}

bool kind_is(struct play *p, const struct expect *e)
{
    const struct value *turned = v_get(p->folded, "turned");
    const struct value *last = v_at(turned, v_count(turned) ? v_count(turned) - 1 : 0);
    buf_printf(&p->seen, "%s 原为 %s", v_get_str(p->folded, "kind", "-"), v_get_str(last, "from", "-"));
    return is_text(p->folded, "kind", e->name) && fits(last, "from", e->state);
}

/* ---- consequences: AREA|无 [KIND N] [必须|一般|可] [限于 WORK] [待补 TEXT|无须补] [依据 OUTCOME] ---- */

void council_read_area(struct cursor *c, struct expect *e)
{
    static const char *const forces[][2] = {{"必须", "must"}, {"一般", "generally"}, {"可", "may"}};
    const struct word *w = cursor_need(c, "an area, or 无");
    e->name = w && strcmp(w->s, "无") != 0 ? w->s : NULL;
    cursor_part(c, e);
    while ((w = cursor_next(c)) != NULL) {
        bool known = false;
        for (size_t i = 0; i < sizeof forces / sizeof *forces && !known; i++)
            if ((known = strcmp(forces[i][0], w->s) == 0))
                e->state = forces[i][1];
        if (known)
            continue;
        const char **to = strcmp(w->s, "限于") == 0   ? &e->field
                          : strcmp(w->s, "待补") == 0 ? &e->missing
                          : strcmp(w->s, "依据") == 0 ? &e->outcome
                                                      : NULL;
        const struct word *v = to ? cursor_need(c, "a text") : NULL;
        if (to && v)
            *to = to == &e->outcome ? word_outcome(c->s, c->l, v) : v->s;
        else if (strcmp(w->s, "无须补") == 0)
            e->missing = "";
        else
            word_problem(c->s, c->l, w, "expected 必须, 一般, 可, 限于 WORK, 待补 TEXT, 无须补 or 依据 OUTCOME");
    }
}

static bool grant_fits(struct play *p, const struct value *grant, const struct expect *e)
{
    const char *part = e->part_kind ? arena_printf(p->a, "%d", e->number) : NULL;
    return (listed(v_get(grant, "areas"), e->name) || listed(v_get(grant, "ids"), e->name)) &&
           fits(grant, "part", part) && fits(grant, "part-kind", e->part_kind) && fits(grant, "force", e->state) &&
           fits(grant, "work", e->field) && fits(grant, "missing", e->missing) && fits(grant, "outcome", e->outcome);
}

bool consequence_is(struct play *p, const struct expect *e)
{
    const struct value *grants = v_get(p->folded, "grants");
    for (size_t i = 0; i < v_count(grants); i++) {
        const struct value *g = v_at(grants, i), *areas = v_get(g, "areas");
        if (e->name && grant_fits(p, g, e))
            return true;
        buf_printf(&p->seen, "\n      %s", v_get_str(g, "force", ""));
        for (size_t k = 0; k < v_count(areas); k++)
            buf_printf(&p->seen, " %s", v_text(v_at(areas, k), ""));
        buf_printf(&p->seen, " 第%s项 限于 %s 待补 %s 依据 %s", v_get_str(g, "part", "-"), v_get_str(g, "work", "-"),
                   v_get_str(g, "missing", "-"), v_get_str(g, "outcome", "-"));
    }
    return !e->name && !v_count(grants);
}

/* ---- readers: 可阅 WHO, 不可阅 WHO: what is private in the case ---- */

void council_read_reader(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a department with a key, or a person");
    e->name = w ? word_principal(c->s, c->l, w) : NULL;
    e->number = 1;
}

void council_read_no_reader(struct cursor *c, struct expect *e)
{
    council_read_reader(c, e);
    e->number = 0;
}

bool reader_is(struct play *p, const struct expect *e)
{
    bool may = view_case_right(house_view(p->h), e->name, p->folded, true);
    buf_str(&p->seen, may ? "可阅" : "不可阅");
    return p->folded && may == (e->number != 0);
}
