/* The register of consequences: an asking is an act of its own, recorded before the answer leaves; so is a departure.
 */
#include "daemon/core/standing.h"
#include "daemon/engine/inside.h"
#include "daemon/engine/view.h"

#include <string.h>

enum { CASES_MOST = 500, AREAS_TOLD = 300 }; /* of one person; bytes of the areas that a refusal names */

struct inquiry {
    struct standing_question q;
    struct value *findings;
    const char *answer;
};

/* Departments that act ask, and who inspects: nobody else has anything to decide about a person. */
static bool may_ask(const struct engine *e, const struct origin *o, const char **ret_department, struct draft *ret)
{
    const struct department *d = register_heir(e->fold->reg, register_principal_department(e->fold->reg, o->principal));
    unsigned rights = register_rights(e->fold->reg, o->principal);
    *ret_department = d ? d->id : NULL;
    if (d && (rights & (RIGHT_ACT | RIGHT_INSPECT)))
        return true;
    *ret = draft_refused("right", "no-right-to-act", "a department with the right act asks, or who inspects");
    return false;
}

static bool area_known(struct engine *e, struct arena *a, const char *area, struct draft *ret)
{
    struct value *areas = v_map(a);
    for (size_t i = 0; i < laws_count(e->laws); i++) {
        struct day from;
        struct value *own = v_map(a); /* each document has a name of its own for an area */
        standing_areas(a, laws_at(e->laws, i, &from), own);
        for (size_t k = 0; k < v_count(own); k++) {
            const struct pair *p = &own->u.map.pair[k];
            if (strcmp(p->key, area) == 0 || strcmp(v_text(p->val, ""), area) == 0)
                return true;
            v_put(a, areas, p->key, p->val);
        }
    }
    struct buf known = {0};
    for (size_t i = 0; i < v_count(areas); i++) {
        const struct pair *p = &areas->u.map.pair[i];
        if (known.n < AREAS_TOLD) /* its word; what it is called, the documents tell */
            buf_printf(&known, "%s%s", known.n ? "、" : "", p->key);
    }
    *ret = draft_refused("form", "area-unknown",
                         arena_printf(a, "没有“%s”这一用途;已知的用途:%s", strlen(area) <= 64 ? area : "…",
                                      known.n ? buf_cstr(&known) : "无"));
    buf_done(&known);
    return false;
}

/* ---- the cases of a person ---- */

static enum status case_ask(struct engine *e, struct arena *a, const char *principal, int64_t number, struct inquiry *i)
{
    struct value *kase;
    size_t before = v_count(i->findings);
    enum status st = case_load(e, a, number, &kase);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    standing_find(a, laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0)),
                  kase, &i->q, i->findings);
    bool inside = (register_rights(e->fold->reg, principal) & RIGHT_INSPECT) ||
                  register_case_part(e->fold->reg, principal, kase, false);
    for (size_t k = before; !inside && k < v_count(i->findings); k++)
        standing_trim(v_at(i->findings, k));
    return ST_OK;
}

/* *ret_over: there are more than can be looked through in one batch. */
static enum status person_ask(struct engine *e, struct arena *a, const char *principal, struct inquiry *i,
                              bool *ret_over)
{
    struct key prefix;
    key_begin(&prefix);
    key_add_str(&prefix, "subject");
    key_add_str(&prefix, i->q.person);
    struct store_cursor *c = store_cursor(e->txn, DB_INDEX);
    enum status st = store_seek(c, key_bytes(&prefix));
    size_t n = 0;
    for (; !st && n < CASES_MOST && key_has_prefix(store_key(c), key_bytes(&prefix)); n++) {
        struct bytes rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        uint64_t number;
        st = key_take_u64(&rest, &number);
        if (!st)
            st = case_ask(e, a, principal, (int64_t)number, i);
        if (!st)
            st = store_next(c);
    }
    *ret_over = !st && n == CASES_MOST && key_has_prefix(store_key(c), key_bytes(&prefix));
    store_cursor_free(c);
    i->answer = standing_answer(i->findings, i->q.work != NULL);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* ---- asking ---- */

/* Fields that are texts, of which the last may be missing. */
static bool take_fields(struct arena *a, const struct value *fields, struct inquiry *i, struct draft *ret)
{
    static const char *const names[] = {"person", "area", "work", NULL}, *const without[] = {"person", "area", NULL};
    if (!fields_are(a, fields, v_get(fields, "work") ? names : without, ret))
        return false;
    i->q.person = v_get_str(fields, "person", "");
    i->q.area = v_get_str(fields, "area", "");
    i->q.work = v_get_str(fields, "work", NULL);
    static const char id[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t n = strlen(i->q.person);
    if (n && n <= 128 && strspn(i->q.person, id) == n && *i->q.area &&
        (i->q.work ? *i->q.work : !v_get(fields, "work")))
        return true;
    *ret = draft_refused("form", "field-wrong",
                         "person is an id of A-Z, a-z, 0-9, - and _; area and work are texts that are not empty");
    return false;
}

static struct value *asked(struct arena *a, const struct inquiry *i)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "person", i->q.person);
    v_put_str(a, v, "area", i->q.area);
    v_put_str(a, v, "work", i->q.work);
    v_put_str(a, v, "department", i->q.department);
    return v;
}

enum status act_standing_check(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    struct inquiry i = {.findings = v_list(a)};
    struct when now;
    bool over;
    if (!may_ask(e, o, &i.q.department, ret) || !take_fields(a, v_get(o->message, "fields"), &i, ret) ||
        !area_known(e, a, i.q.area, ret))
        return ST_OK;
    enum status st = engine_now(e, &now);
    i.q.today = engine_day(e, now);
    if (!st)
        st = person_ask(e, a, o->principal, &i, &over);
    if (st == ST_INVALID) { /* a name that no key can hold names nobody */
        *ret = draft_refused("form", "field-wrong", "person is no id");
        return ST_OK;
    }
    if (st)
        return st;
    if (over) {
        *ret = draft_refused("limit", "too-many-cases", "more than 500 cases are about this subject");
        return ST_OK;
    }
    *ret = draft_new(a, "standing", "standing-check");
    ret->done = i.q.today;
    v_put(a, ret->keys, "standing", asked(a, &i));
    if (v_get_bool(o->message, "dry")) /* an answer that leaves no record is none */
        return ST_OK;
    v_put_str(a, ret->answer, "answer", i.answer);
    v_put(a, ret->answer, "findings", i.findings);
    return ST_OK;
}

/* ---- departing ---- */

/* The event of the asking, if it was this department's; NULL and a refusal otherwise. */
static enum status check_find(struct engine *e, struct arena *a, const struct origin *o, const char *department,
                              const struct value **ret_check, struct draft *ret)
{
    static const char *const names[] = {"check", NULL};
    const struct value *fields = v_get(o->message, "fields");
    struct value *event = NULL;
    *ret_check = NULL;
    if (!fields_are(a, fields, names, ret))
        return ST_OK;
    int64_t n = v_get_int(fields, "check", 0);
    enum status st = n > 0 ? event_read(a, e->txn, (uint64_t)n, &event) : ST_NOT_FOUND;
    if (st && st != ST_NOT_FOUND)
        return st;
    if (st || strcmp(v_get_str(event, "act", ""), "standing-check") != 0)
        *ret = draft_refused("form", "no-such-check", "no event of that number asked about consequences");
    else if (strcmp(v_get_str(v_get(event, "standing"), "department", ""), department) != 0)
        *ret = draft_refused("right", "not-your-check", "another department asked that");
    else
        *ret_check = event;
    return ST_OK;
}

static bool finding_same(const struct value *a, const struct value *b)
{
    return v_get_int(a, "case", 0) == v_get_int(b, "case", 0) && v_get_int(a, "event", 0) == v_get_int(b, "event", 0) &&
           strcmp(v_get_str(a, "answer", ""), v_get_str(b, "answer", "")) == 0;
}

static bool still_found(const struct value *now, const struct value *finding)
{
    for (size_t i = 0; i < v_count(now); i++)
        if (finding_same(v_at(now, i), finding))
            return true;
    return false;
}

/* What may be departed from of that asking, as it stands now. A determination may have fallen meanwhile, or have been
 * departed from by a colleague. */
static struct value *departable(struct arena *a, const struct value *told, const struct inquiry *now, struct draft *ret)
{
    struct value *list = v_list(a);
    bool must = false, before = false, moved = false;
    for (size_t i = 0; i < v_count(told); i++)
        moved = moved || !still_found(now->findings, v_at(told, i));
    for (size_t i = 0; i < v_count(now->findings); i++) {
        struct value *f = v_at(now->findings, i);
        must = must || strcmp(v_get_str(f, "force", ""), "must") == 0;
        before = before || v_get(f, "departed");
        if (standing_departable(f))
            v_push(a, list, f);
    }
    if (!now->q.work && v_count(now->findings) > 1)
        *ret = draft_refused("form", "work-missing", "the answer was about several pieces of work: ask about one");
    else if (moved)
        *ret = draft_refused("conflict", "standing-changed", "the answer is not the one that was given: ask again");
    else if (must) /* one that must not be departed from protects, whatever else stands beside it */
        *ret = draft_refused("law", "must-not-depart", "这项后果是“应当”的,不得另作决定");
    else if (!v_count(list) && before)
        *ret = draft_refused("conflict", "departed-already", "the department has departed from it before");
    else if (!v_count(list))
        *ret = draft_refused("law", "nothing-to-depart-from",
                             "没有可以另作决定的后果:只有“可以”和“一般”不受影响的,才能另作决定");
    else
        return list;
    ret->rejection.article = v_get_str(v_at(now->findings, 0), "article", NULL);
    return NULL;
}

/* Who leads the case hears of it. */
static struct value *departure_notice(struct engine *e, struct arena *a, const struct procedure *p,
                                      const struct value *kase, const struct value *finding, const char *department)
{
    const char *role = p ? p->lead : "", *lead = v_text(v_get(v_get(kase, "roles"), role), NULL);
    const struct department *to = register_heir(e->fold->reg, lead ? lead : v_get_str(kase, "lead", ""));
    struct value *n = v_map(a), *fields = v_map(a);
    if (!to)
        return NULL;
    v_put_str(a, n, "stream", to->id);
    v_put_str(a, n, "type", "standing-departed");
    v_put_str(a, n, "label", "未按认定结果适用后果");
    v_put_str(a, n, "role", role);
    v_put_str(a, n, "article", v_get_str(finding, "article", NULL));
    v_put_str(a, fields, "department", department);
    v_put_str(a, fields, "area", v_get_str(finding, "area", NULL));
    v_put_str(a, fields, "force", v_get_str(finding, "force", NULL));
    v_put_str(a, fields, "work", v_get_str(finding, "work", NULL));
    v_put(a, n, "fields", fields);
    return n;
}

struct departing {
    const struct inquiry *i;
    int64_t check, event;
    struct value *cases, *notices; /* lists; the notices of all cases, each with its case */
};

/* The departure as it is pushed into the case. */
static struct value *departure(struct arena *a, const struct departing *d, const struct value *finding)
{
    char day[DAY_TEXT];
    struct value *v = v_map(a);
    v_put_int(a, v, "event", d->event);
    v_put_str(a, v, "department", d->i->q.department);
    v_put_str(a, v, "day", day_text(d->i->q.today, day));
    v_put_str(a, v, "area", d->i->q.area);
    v_put_str(a, v, "person", d->i->q.person);
    v_put_int(a, v, "check", d->check);
    v_put_int(a, v, "grant", v_get_int(finding, "event", 0));
    return v;
}

/* A case may stand in several findings: its event changes it once. */
static struct value *case_item(struct arena *a, struct value *cases, const struct value *kase)
{
    int64_t number = v_get_int(kase, "case", 0);
    for (size_t i = 0; i < v_count(cases); i++)
        if (v_get_int(v_at(cases, i), "case", 0) == number)
            return v_at(cases, i);
    struct value *item = v_map(a);
    v_put_int(a, item, "case", number);
    v_put_int(a, item, "version", v_get_int(kase, "version", 0) + 1);
    v_put(a, item, "changes", v_list(a));
    v_push(a, cases, item);
    return item;
}

static enum status depart_one(struct engine *e, struct arena *a, const struct value *finding, struct departing *d,
                              struct draft *ret)
{
    struct value *kase;
    enum status st = case_load(e, a, v_get_int(finding, "case", 0), &kase);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    const struct procedure *p =
        laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0));
    struct value *item = case_item(a, d->cases, kase), *changes = v_get(item, "changes");
    change_push(a, changes, "departures", departure(a, d, finding));
    struct value *notice = departure_notice(e, a, p, kase, finding, d->i->q.department), *list = v_list(a);
    if (!notice)
        return ST_OK;
    v_push(a, list, notice);
    struct numbering about = {v_get_int(kase, "case", 0), v_get_str(kase, "procedure", ""),
                              v_get_str(kase, "stage", ""), ret->done};
    return draft_notices(e, a, ret, &about, list);
}

static enum status depart(struct engine *e, struct arena *a, const struct inquiry *i, const struct value *check,
                          const struct value *from, struct draft *ret)
{
    struct departing d = {.i = i, .check = v_get_int(check, "n", 0), .cases = v_list(a)};
    enum status st = engine_event(e, &d.event);
    *ret = draft_new(a, "standing", "standing-depart");
    ret->done = i->q.today;
    struct value *what = asked(a, i);
    v_put_int(a, what, "check", d.check);
    v_put(a, ret->keys, "standing", what);
    v_put(a, ret->keys, "cases", d.cases);
    for (size_t k = 0; !st && k < v_count(from); k++)
        st = depart_one(e, a, v_at(from, k), &d, ret);
    v_put(a, ret->answer, "departed", v_copy(a, from));
    return st;
}

enum status act_standing_depart(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    struct inquiry i = {.findings = v_list(a)};
    const struct value *check;
    struct when now;
    bool over;
    if (!may_ask(e, o, &i.q.department, ret))
        return ST_OK;
    if (!(register_rights(e->fold->reg, o->principal) & RIGHT_ACT)) { /* who inspects changes nothing */
        *ret = draft_refused("right", "no-right-to-act", "to depart needs the right act");
        return ST_OK;
    }
    enum status st = check_find(e, a, o, i.q.department, &check, ret);
    if (st || !check)
        return st;
    if (!*v_get_str(o->message, "reason", "")) {
        *ret = draft_refused("form", "reason-missing", "to depart from a consequence needs a reason");
        return ST_OK;
    }
    const struct value *what = v_get(check, "standing");
    i.q.person = v_get_str(what, "person", "");
    i.q.area = v_get_str(what, "area", "");
    i.q.work = v_get_str(what, "work", NULL);
    st = engine_now(e, &now);
    i.q.today = engine_day(e, now);
    if (!st)
        st = person_ask(e, a, o->principal, &i, &over);
    if (st)
        return st;
    const struct value *from = departable(a, v_path(check, "answer.findings"), &i, ret);
    if (from)
        return depart(e, a, &i, check, from, ret);
    const char *kind = ret->rejection.kind;
    ret->remember = strcmp(kind, "law") == 0 || strcmp(kind, "conflict") == 0;
    return ST_OK;
}
