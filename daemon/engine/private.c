/* Reading what is private is an act of its own: the reading is recorded in the course of the case. */
#include "daemon/core/case.h"
#include "daemon/engine/inside.h"
#include "daemon/engine/view.h"
#include "proto/wire.h"

#include <inttypes.h>
#include <string.h>

enum { PRIVATE_MOST = 900 * 1024 }; /* bytes in one answer, below a message's 1 MiB */

static bool may_read(const struct engine *e, const char *principal, const struct value *kase)
{
    return strcmp(principal, e->administrator) == 0 || (register_rights(e->fold->reg, principal) & RIGHT_INSPECT) ||
           register_case_part(e->fold->reg, principal, kase, true);
}

static bool cites(const struct value *kase, const struct value *hash)
{
    struct hash h;
    if (v_kind(hash) != V_BIN || hash->u.bin.n != HASH_LEN)
        return false;
    memcpy(h.b, hash->u.bin.p, HASH_LEN);
    return case_cites(kase, &h);
}

enum status act_read(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    const char *act = v_get_str(o->message, "act", "");
    int64_t number = v_get_int(o->message, "case", 0);
    struct value *kase;
    enum status st = case_load(e, a, number, &kase);
    if (st == ST_NOT_FOUND) {
        *ret = draft_refused("form", "case-unknown", "there is no such case");
        return ST_OK;
    }
    if (st)
        return st;
    const char *person = register_principal_subject(e->fold->reg, o->principal);
    bool own = person && strcmp(act, "read-private") == 0 && case_about(kase, person);
    if (!own && !may_read(e, o->principal, kase)) {
        *ret = draft_refused("right", "not-your-case", "the principal's department has no part in the case");
        return ST_OK;
    }
    struct value *hash = strcmp(act, "read-paper") == 0 ? v_path(o->message, "fields.hash") : NULL;
    if (strcmp(act, "read-paper") == 0 && !cites(kase, hash)) {
        *ret = draft_refused("form", "paper-unknown", "the case cites no such paper");
        return ST_OK;
    }
    *ret = draft_new(a, "read", act);
    v_put_int(a, ret->keys, "about", number);
    if (hash)
        v_put(a, ret->keys, "paper", hash);
    v_put_int(a, ret->answer, "case", number);
    if (own) /* only what was handed in for them */
        v_put_bool(a, ret->answer, "own", true);
    return ST_OK;
}

/* Whose reading it is, when somebody reads of the own case only what was handed in for them. */
struct own {
    const char *person; /* NULL: a reading of everything */
    const struct value *kase;
    const struct procedure *law;
};

static enum status own_find(struct engine *e, struct arena *a, const char *principal, int64_t number, struct own *ret)
{
    struct value *kase;
    enum status st = case_load(e, a, number, &kase);
    if (st)
        return st;
    *ret = (struct own){
        register_principal_subject(e->fold->reg, principal), kase,
        laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0))};
    return ret->person && ret->law ? ST_OK : ST_NOT_FOUND;
}

static bool has_subjects(const struct value *kase, const char *kind)
{
    const struct value *subjects = v_get(kase, "subjects");
    for (size_t i = 0; i < v_count(subjects); i++)
        if (strcmp(v_get_str(v_at(subjects, i), "part-kind", ""), kind) == 0)
            return true;
    return false;
}

/* Was the act of that event done by a party, and not for somebody else? Where nobody can tell, it is not shown. */
static enum status is_handed_in(struct engine *e, struct arena *a, const struct own *own, uint64_t n, bool *ret)
{
    struct value *event;
    enum status st = event_read(a, e->txn, n, &event);
    if (st)
        return st;
    const struct act *act = procedure_act(own->law, v_get_str(event, "act", ""));
    int64_t part = v_get_int(event, "part", 0);
    *ret = v_text(v_path(event, "by.party"), NULL) != NULL;
    if (act && act->on && has_subjects(own->kase, act->on))
        *ret = *ret && part && !case_part_of_others(own->kase, act->on, arena_printf(a, "%" PRId64, part), own->person);
    return ST_OK;
}

/* "subject.2.name" is a field of the second subject. */
static bool is_of_others(struct arena *a, const struct own *own, const char *field)
{
    const char *part = strchr(field, '.'), *end = part ? strchr(part + 1, '.') : NULL;
    return own->person && end &&
           case_part_of_others(own->kase, arena_strn(a, field, (size_t)(part - field)),
                               arena_strn(a, part + 1, (size_t)(end - part - 1)), own->person);
}

static struct value *fields_shown(struct arena *a, const struct own *own, const struct value *fields)
{
    struct value *shown = v_map(a);
    for (size_t i = 0; i < v_count(fields); i++)
        if (!is_of_others(a, own, fields->u.map.pair[i].key))
            v_put(a, shown, fields->u.map.pair[i].key, fields->u.map.pair[i].val);
    return shown;
}

/* One event's private part into the list; *room shrinks. */
static enum status attach_one(struct engine *e, struct arena *a, const struct own *own, uint64_t n, struct value *list,
                              size_t *room)
{
    struct value *map;
    enum status st = private_read(a, e->txn, n, &map, NULL);
    if (st)
        return st == ST_NOT_FOUND ? ST_OK : st;
    if (!v_count(map))
        return ST_OK;
    struct value *item = v_map(a);
    v_put_int(a, item, "event", (int64_t)n);
    if (v_get(map, "fields"))
        v_put(a, item, "fields", fields_shown(a, own, v_get(map, "fields")));
    if (v_get(map, "reason"))
        v_put(a, item, "reason", v_get(map, "reason"));
    size_t bytes = wire_bytes(a, item).n;
    *room = bytes > *room ? 0 : *room - bytes;
    if (*room)
        v_push(a, list, item);
    return ST_OK;
}

/* A repeat gets the same: what was private when the reading was recorded. */
enum status private_attach(struct engine *e, struct arena *a, const char *principal, struct value *answer)
{
    int64_t kase = v_get_int(answer, "case", 0), until = v_get_int(answer, "event", 0);
    if (strcmp(v_get_str(answer, "t", ""), "accepted") != 0 || !until)
        return ST_OK;
    struct value *list = v_list(a);
    struct own own = {0};
    size_t room = PRIVATE_MOST;
    struct key k = case_key(kase);
    struct store_cursor *c = store_cursor(e->txn, DB_CASE_EVENTS);
    enum status st = v_get_bool(answer, "own") ? own_find(e, a, principal, kase, &own) : ST_OK;
    if (!st)
        st = store_seek(c, key_bytes(&k));
    while (!st && room && key_has_prefix(store_key(c), key_bytes(&k))) {
        struct bytes rest = {store_key(c).p + k.n, store_key(c).n - k.n};
        uint64_t n;
        st = key_take_u64(&rest, &n);
        if (st || (int64_t)n >= until)
            break;
        bool shown = true;
        if (own.person)
            st = is_handed_in(e, a, &own, n, &shown);
        if (!st && shown)
            st = attach_one(e, a, &own, n, list, &room);
        if (!st)
            st = store_next(c);
    }
    store_cursor_free(c);
    v_put(a, answer, "private", list);
    if (!room)
        v_put_bool(a, answer, "more", true);
    return st == ST_NOT_FOUND ? ST_OK : st;
}
