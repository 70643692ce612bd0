#include "daemon/core/register.h"

#include "daemon/base/check.h"
#include "daemon/base/names.h"
#include "daemon/base/text.h"

#include <stdlib.h>
#include <string.h>

enum kind { DEPARTMENT = 0, PERSON, ROLE, KEY, KINDS };
enum verb { ADD = 1, CHANGE, END };

/* What readers look at is made anew from the entry's map each time that one changes. */
struct entry {
    const char *id;
    struct value *val;
    struct department *dept; /* of a DEPARTMENT */
    bool ended;
    unsigned rights; /* of a ROLE that has not ended */
    const char *own; /* of a ROLE: its department */
};

struct shelf {
    struct entry **item; /* in order of id */
    size_t n, cap;
    struct name_table by_id;
};

struct register_book {
    struct arena *arena;
    struct shelf shelf[KINDS];
};

static const char *const kind_names[KINDS] = {"department", "person", "role", "key"};
static const char *const id_fields[KINDS] = {"id", "id", "principal", "key"};

/* ---- the acts and what they may carry ---- */

struct register_act {
    const char *name;
    enum kind kind;
    enum verb verb;
};

static const struct register_act acts[] = {
    {"department-add", DEPARTMENT, ADD},
    {"department-change", DEPARTMENT, CHANGE},
    {"department-end", DEPARTMENT, END},
    {"person-add", PERSON, ADD},
    {"person-change", PERSON, CHANGE},
    {"person-end", PERSON, END},
    {"role-add", ROLE, ADD},
    {"role-change", ROLE, CHANGE},
    {"role-end", ROLE, END},
    {"key-add", KEY, ADD},
    {"key-revoke", KEY, END},
};

enum form { A_NAME = 1, A_PRINCIPAL, A_KEY, A_TEXT, A_BOOL, A_DEPARTMENT, A_UNITS, A_RIGHTS, A_SUBJECT };

/* Which verbs a field belongs to, and which need it (bits 1 << verb). */
struct field_rule {
    enum kind kind;
    const char *name;
    enum form form;
    unsigned may, must;
};

enum { ON_ADD = 1 << ADD, ON_CHANGE = 1 << CHANGE, ON_END = 1 << END, ON_MAKE = ON_ADD | ON_CHANGE };
enum { ON_ALL = ON_MAKE | ON_END };

static const struct field_rule rules[] = {
    {DEPARTMENT, "id", A_NAME, ON_ALL, ON_ALL},
    {DEPARTMENT, "name", A_TEXT, ON_MAKE, ON_ADD},
    {DEPARTMENT, "kind", A_NAME, ON_MAKE, ON_ADD},
    {DEPARTMENT, "superior", A_DEPARTMENT, ON_MAKE, 0},
    {DEPARTMENT, "manages", A_UNITS, ON_MAKE, 0},
    {DEPARTMENT, "sits-in", A_UNITS, ON_MAKE, 0},
    {DEPARTMENT, "keyless", A_BOOL, ON_MAKE, 0},
    {DEPARTMENT, "successor", A_DEPARTMENT, ON_END, ON_END},
    {PERSON, "id", A_NAME, ON_ALL, ON_ALL},
    {PERSON, "unit", A_NAME, ON_MAKE, ON_ADD},
    {PERSON, "manager", A_DEPARTMENT, ON_MAKE, 0},
    {PERSON, "name", A_TEXT, ON_MAKE, 0},
    {PERSON, "post", A_TEXT, ON_MAKE, 0},
    {ROLE, "principal", A_PRINCIPAL, ON_ALL, ON_ALL},
    {ROLE, "department", A_DEPARTMENT, ON_MAKE, 0},
    {ROLE, "rights", A_RIGHTS, ON_MAKE, 0},
    {ROLE, "subject", A_SUBJECT, ON_MAKE, 0},
    {KEY, "principal", A_PRINCIPAL, ON_ADD, ON_ADD},
    {KEY, "key", A_KEY, ON_ADD | ON_END, ON_ADD | ON_END},
};

enum { RULES = sizeof rules / sizeof *rules, MOST_LISTED = 1024, MOST_TEXT = 400 };

static const struct register_act *act_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof acts / sizeof *acts; i++)
        if (text_same(acts[i].name, name))
            return &acts[i];
    return NULL;
}

static int kind_find(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (text_same(kind_names[i], name))
            return i;
    return -1;
}

/* ---- shelves ---- */

/* Where id stands, or would stand. */
static size_t shelf_place(const struct shelf *s, const char *id)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(s->item[mid]->id, id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct entry *shelf_find(const struct shelf *s, const char *id)
{
    return names_find(&s->by_id, id);
}

static const char **texts_of(struct arena *a, const struct value *list, size_t *ret_n)
{
    const char **text = ARENA_ARRAY(a, const char *, v_count(list) + 1);
    for (size_t i = 0; i < v_count(list); i++)
        text[i] = v_text(v_at(list, i), "");
    *ret_n = v_count(list);
    return text;
}

/* The struct that department's readers look at, made anew from the entry's map. */
static void department_fill(struct arena *a, struct entry *e)
{
    if (!e->dept)
        e->dept = ARENA_NEW(a, struct department);
    *e->dept = (struct department){
        .id = e->id,
        .name = v_get_str(e->val, "name", e->id),
        .kind = v_get_str(e->val, "kind", ""),
        .superior = v_get_str(e->val, "superior", NULL),
        .keyless = v_get_bool(e->val, "keyless"),
        .ended = e->ended,
        .successor = v_get_str(e->val, "successor", NULL),
    };
    e->dept->manages = texts_of(a, v_get(e->val, "manages"), &e->dept->nmanages);
    e->dept->sits_in = texts_of(a, v_get(e->val, "sits-in"), &e->dept->nsits_in);
}

static void role_fill(struct entry *e)
{
    const struct value *rights = e->ended ? NULL : v_get(e->val, "rights");
    e->rights = 0;
    for (size_t i = 0; i < v_count(rights); i++)
        e->rights |= right_by_name(v_text(v_at(rights, i), ""));
    e->own = v_get_str(e->val, "department", NULL);
}

static struct entry *shelf_put(struct register_book *r, enum kind kind, const char *id, struct value *val)
{
    struct shelf *s = &r->shelf[kind];
    struct entry *e = shelf_find(s, id);
    if (!e) {
        size_t i = shelf_place(s, id);
        ARENA_GROW(r->arena, s->item, s->n, s->cap);
        memmove(s->item + i + 1, s->item + i, (s->n - i) * sizeof *s->item);
        s->n++;
        e = s->item[i] = ARENA_NEW(r->arena, struct entry);
        e->id = arena_str(r->arena, id);
        names_put(r->arena, &s->by_id, e->id, e);
    }
    e->val = val;
    e->ended = v_get_bool(val, "ended");
    if (kind == DEPARTMENT)
        department_fill(r->arena, e);
    if (kind == ROLE)
        role_fill(e);
    return e;
}

/* ---- life ---- */

struct register_book *register_new(void)
{
    struct register_book *r = xcalloc(1, sizeof *r);
    r->arena = arena_new();
    return r;
}

struct register_book *register_copy(const struct register_book *r)
{
    struct register_book *copy = register_new();
    for (int k = 0; k < KINDS; k++)
        for (size_t i = 0; i < r->shelf[k].n; i++)
            shelf_put(copy, (enum kind)k, r->shelf[k].item[i]->id, v_copy(copy->arena, r->shelf[k].item[i]->val));
    return copy;
}

void register_free(struct register_book *r)
{
    if (!r)
        return;
    arena_free(r->arena);
    free(r);
}

/* ---- judging an act ---- */

/* 1 to 64 letters, digits and . _ - @: it stands in keys of the store and in files. */
static bool is_principal(const char *s)
{
    size_t n = strlen(s);
    return n >= 1 && n <= 64 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@") == n;
}

/* The id under which cases are about somebody: it stands in the open. */
static bool is_subject(const char *s)
{
    size_t n = strlen(s);
    return n >= 1 && n <= 128 && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n;
}

static bool is_key(const char *s)
{
    return strlen(s) == 40 && strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()"
                                        "[]{}@%$#") == 40;
}

static bool all_names(const struct value *list)
{
    if (v_kind(list) != V_LIST || v_count(list) > MOST_LISTED)
        return false;
    for (size_t i = 0; i < v_count(list); i++)
        if (!text_is_name(v_text(v_at(list, i), "")))
            return false;
    return true;
}

static bool all_rights(const struct value *list)
{
    if (v_kind(list) != V_LIST)
        return false;
    for (size_t i = 0; i < v_count(list); i++)
        if (!right_by_name(v_text(v_at(list, i), "")))
            return false;
    return true;
}

/* NULL: the value has the form; else what it should have been. */
static const char *form_wrong(const struct register_book *r, enum form form, const struct value *v)
{
    const char *s = v_text(v, "");
    const struct department *d;
    switch (form) {
    case A_NAME:
        return text_is_name(s) ? NULL : "an identifier (a-z, 0-9, - and _, beginning with a letter)";
    case A_PRINCIPAL:
        return is_principal(s) ? NULL : "the name of a principal";
    case A_KEY:
        return is_key(s) ? NULL : "a public key (Z85, 40 characters)";
    case A_TEXT:
        return v_kind(v) == V_STR && *s && strlen(s) <= MOST_TEXT ? NULL : "a text of 1 to 400 bytes";
    case A_BOOL:
        return v_kind(v) == V_BOOL ? NULL : "true or false";
    case A_DEPARTMENT:
        d = register_department(r, s);
        return d && !d->ended ? NULL : "a department that exists and has not ended";
    case A_UNITS:
        return all_names(v) ? NULL : "a list of identifiers";
    case A_SUBJECT:
        return is_subject(s) ? NULL : "the id of a person or unit, as cases name it";
    case A_RIGHTS:
        return all_rights(v) ? NULL : "a list of act, enter, watch, inspect, monitor, admin, approve, import";
    }
    return "something else";
}

static const struct field_rule *rule_find(const struct register_act *act, const char *field)
{
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].kind == act->kind && (rules[i].may & 1u << act->verb) && text_same(rules[i].name, field))
            return &rules[i];
    return NULL;
}

/* A field may be taken away by nil where a change does not need it. */
static bool taken_away(const struct register_act *act, const struct field_rule *rule, const struct value *v)
{
    return v_kind(v) == V_NIL && act->verb == CHANGE && !(rule->must & ON_ADD) && !(rule->must & ON_CHANGE);
}

static const char *fields_wrong(struct arena *a, const struct register_book *r, const struct register_act *act,
                                const struct value *fields)
{
    for (size_t i = 0; i < v_count(fields); i++) {
        const struct pair *p = &fields->u.map.pair[i];
        const struct field_rule *rule = rule_find(act, p->key);
        if (!rule)
            return arena_printf(a, "%s knows no field %.64s", act->name, p->key);
        const char *expected = taken_away(act, rule, p->val) ? NULL : form_wrong(r, rule->form, p->val);
        if (expected)
            return arena_printf(a, "%s must be %s", p->key, expected);
    }
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].kind == act->kind && (rules[i].must & 1u << act->verb) && !v_get(fields, rules[i].name))
            return arena_printf(a, "%s needs the field %s", act->name, rules[i].name);
    return NULL;
}

/* Would `superior` above `id` close a ring? */
static bool closes_ring(const struct register_book *r, const char *id, const char *superior)
{
    for (size_t steps = 0; superior && steps <= r->shelf[DEPARTMENT].n; steps++) {
        if (text_same(superior, id))
            return true;
        const struct department *d = register_department(r, superior);
        superior = d ? d->superior : NULL;
    }
    return false;
}

static const char *department_wrong(struct arena *a, const struct register_book *r, const char *id,
                                    const struct value *fields)
{
    /* the pseudo-stream of the feed and the daemon's own name are no departments */
    if (text_same(id, "transitions") || text_same(id, "leewayd"))
        return arena_printf(a, "%s is reserved", id);
    if (closes_ring(r, id, v_get_str(fields, "superior", NULL)))
        return arena_printf(a, "%s would be its own superior", id);
    if (text_same(v_get_str(fields, "successor", ""), id))
        return arena_printf(a, "%s cannot succeed itself", id);
    return NULL;
}

/* What is judged today and was not always: an event of then is folded as it is. Who inspects changes nothing, so it has
 * no right to; who is only told of its own case has no right beside that. */
static const char *role_wrong(struct arena *a, const struct value *fields, const struct entry *e, bool add)
{
    const struct value *rights = v_get(fields, "rights"), *was = e && !add ? e->val : NULL;
    unsigned set = 0;
    rights = rights ? rights : v_get(was, "rights");
    for (size_t i = 0; i < v_count(rights); i++)
        set |= right_by_name(v_text(v_at(rights, i), ""));
    const unsigned changing = RIGHT_ACT | RIGHT_ENTER | RIGHT_ADMIN | RIGHT_APPROVE | RIGHT_IMPORT;
    if ((set & RIGHT_INSPECT) && (set & changing))
        return arena_printf(a,
                            "who inspects reads everything and changes nothing: inspect goes with watch and monitor");
    const struct value *subject = v_get(fields, "subject") ? v_get(fields, "subject") : v_get(was, "subject");
    bool is_person = v_kind(subject) == V_STR;
    if (add && !is_person && !v_get(fields, "rights"))
        return arena_printf(a, "role-add needs the field rights, or subject");
    if (is_person && (set || v_kind(v_get(fields, "department")) == V_STR || v_get_str(was, "department", NULL)))
        return arena_printf(a, "a principal with a subject reads its own cases and has no department and no rights");
    return NULL;
}

static const char *form_refuses(struct arena *a, const struct register_book *r, const char *act_name,
                                const struct value *fields)
{
    const struct register_act *act = act_find(act_name);
    if (!act)
        return arena_printf(a, "no such act");
    if (fields && v_kind(fields) != V_MAP)
        return arena_printf(a, "fields must be a map");
    const char *wrong = fields_wrong(a, r, act, fields);
    if (wrong)
        return wrong;
    const char *id = v_get_str(fields, id_fields[act->kind], "");
    const struct entry *e = shelf_find(&r->shelf[act->kind], id);
    bool role_again = act->kind == ROLE && e && e->ended; /* a principal may come back; an id never does */
    if (act->verb == ADD && e && !role_again)
        return arena_printf(a, "%s %s is there already%s", kind_names[act->kind], id, e->ended ? " (ended)" : "");
    if (act->verb != ADD && !e)
        return arena_printf(a, "there is no %s %s", kind_names[act->kind], id);
    if (act->verb != ADD && e->ended)
        return arena_printf(a, "%s %s has ended", kind_names[act->kind], id);
    return act->kind == DEPARTMENT ? department_wrong(a, r, id, fields) : NULL;
}

const char *register_refuses(struct arena *a, const struct register_book *r, const char *act_name,
                             const struct value *fields)
{
    const char *wrong = form_refuses(a, r, act_name, fields);
    const struct register_act *act = act_find(act_name);
    if (wrong || act->kind != ROLE || act->verb == END)
        return wrong;
    const struct entry *e = shelf_find(&r->shelf[ROLE], v_get_str(fields, id_fields[ROLE], ""));
    return role_wrong(a, fields, e, act->verb == ADD);
}

/* ---- folding a change ---- */

/* Keys that a change carries beside the fields: where it comes from. */
static bool is_origin(const char *key)
{
    return text_same(key, "event") || text_same(key, "named") || text_same(key, "since");
}

/* The fields of a change without its act and its origin. */
static struct value *change_fields(struct arena *a, const struct value *change)
{
    struct value *fields = v_map(a);
    for (size_t i = 0; i < v_count(change); i++) {
        const struct pair *p = &change->u.map.pair[i];
        if (!text_same(p->key, "act") && !is_origin(p->key))
            v_put(a, fields, p->key, p->val);
    }
    return fields;
}

enum status register_apply(struct register_book *r, const struct value *change)
{
    const struct register_act *act = v_kind(change) == V_MAP ? act_find(v_get_str(change, "act", "")) : NULL;
    if (!act)
        return ST_INVALID;
    struct arena *scratch = arena_new();
    bool refused = form_refuses(scratch, r, act->name, change_fields(scratch, change)) != NULL;
    arena_free(scratch);
    if (refused)
        return ST_INVALID;
    const char *id = v_get_str(change, id_fields[act->kind], "");
    const struct entry *e = shelf_find(&r->shelf[act->kind], id);
    struct value *val = e && act->verb != ADD ? v_copy(r->arena, e->val) : v_map(r->arena);
    for (size_t i = 0; i < v_count(change); i++) {
        const struct pair *p = &change->u.map.pair[i];
        /* stays in the event's private part */
        bool of_a_person = act->kind == PERSON && (text_same(p->key, "name") || text_same(p->key, "post"));
        if (text_same(p->key, "act") || of_a_person)
            continue;
        if (v_kind(p->val) == V_NIL)
            v_del(val, p->key);
        else
            v_put(r->arena, val, p->key, v_copy(r->arena, p->val));
    }
    if (act->verb == END)
        v_put_bool(r->arena, val, "ended", true);
    shelf_put(r, act->kind, id, val);
    return ST_OK;
}

/* ---- rights ---- */

static const struct {
    const char *name;
    unsigned bit;
} right_names[] = {
    {"act", RIGHT_ACT},         {"enter", RIGHT_ENTER}, {"watch", RIGHT_WATCH},     {"inspect", RIGHT_INSPECT},
    {"monitor", RIGHT_MONITOR}, {"admin", RIGHT_ADMIN}, {"approve", RIGHT_APPROVE}, {"import", RIGHT_IMPORT},
};

unsigned right_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof right_names / sizeof *right_names; i++)
        if (text_same(right_names[i].name, name))
            return right_names[i].bit;
    return 0;
}

unsigned register_rights(const struct register_book *r, const char *principal)
{
    const struct entry *e = shelf_find(&r->shelf[ROLE], principal);
    return e ? e->rights : 0;
}

const char *register_principal_department(const struct register_book *r, const char *principal)
{
    const struct entry *e = shelf_find(&r->shelf[ROLE], principal);
    return e && !e->ended && e->rights != RIGHT_MONITOR ? e->own : NULL;
}

const char *register_principal_subject(const struct register_book *r, const char *principal)
{
    const struct entry *e = shelf_find(&r->shelf[ROLE], principal);
    return e && !e->ended ? v_get_str(e->val, "subject", NULL) : NULL;
}

/* ---- departments ---- */

const struct department *register_department(const struct register_book *r, const char *id)
{
    const struct entry *e = shelf_find(&r->shelf[DEPARTMENT], id);
    return e ? e->dept : NULL;
}

const struct department *register_heir(const struct register_book *r, const char *id)
{
    const struct department *d = register_department(r, id);
    for (size_t steps = 0; d && d->ended && steps <= r->shelf[DEPARTMENT].n; steps++)
        d = register_department(r, d->successor);
    return d && !d->ended ? d : NULL;
}

const struct department *register_only(const struct register_book *r, const char *kind, bool *several)
{
    const struct department *found = NULL;
    bool more = false;
    const struct shelf *s = &r->shelf[DEPARTMENT];
    for (size_t i = 0; kind && i < s->n; i++) {
        const struct department *d = s->item[i]->dept;
        if (d->ended || !text_same(d->kind, kind))
            continue;
        more = found != NULL;
        if (more)
            break;
        found = d;
    }
    if (several)
        *several = more;
    return more ? NULL : found;
}

static bool listed(const char *const *text, size_t n, const char *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (text_same(text[i], wanted))
            return true;
    return false;
}

const struct department *register_member(const struct register_book *r, const char *body, size_t i)
{
    const struct shelf *s = &r->shelf[DEPARTMENT];
    for (size_t k = 0; k < s->n; k++) {
        const struct department *d = s->item[k]->dept;
        if (!d->ended && listed(d->sits_in, d->nsits_in, body) && i-- == 0)
            return d;
    }
    return NULL;
}

bool register_manages(const struct register_book *r, const char *department, const char *unit)
{
    const struct shelf *s = &r->shelf[DEPARTMENT];
    bool somebody = false;
    for (size_t i = 0; i < s->n; i++) {
        if (!listed(s->item[i]->dept->manages, s->item[i]->dept->nmanages, unit))
            continue;
        somebody = true;
        const struct department *now = register_heir(r, s->item[i]->id); /* an heir manages what was managed */
        if (now && department && text_same(now->id, department))
            return true;
    }
    return !somebody;
}

const char *register_person_unit(const struct register_book *r, const char *id)
{
    const struct entry *e = id ? shelf_find(&r->shelf[PERSON], id) : NULL;
    return e && !e->ended ? v_get_str(e->val, "unit", NULL) : NULL;
}

const char *register_key_principal(const struct register_book *r, const char *key_z85, bool *revoked)
{
    const struct entry *e = shelf_find(&r->shelf[KEY], key_z85);
    if (revoked)
        *revoked = e && e->ended;
    return e && !e->ended ? v_get_str(e->val, "principal", NULL) : NULL;
}

size_t register_count(const struct register_book *r, const char *kind)
{
    int k = kind_find(kind);
    return k < 0 ? 0 : r->shelf[k].n;
}

const struct value *register_entry(const struct register_book *r, const char *kind, size_t i)
{
    int k = kind_find(kind);
    return k < 0 || i >= r->shelf[k].n ? NULL : r->shelf[k].item[i]->val;
}
