/* Reports of a group's member: what it claims, what it may settle; and what the store has of a group. */
#include "daemon/engine/asking.h"
#include "daemon/engine/inside.h"

#include <string.h>

struct key group_key(const char *stream, const char *group, uint64_t position)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, 'g');
    key_add_str(&k, stream);
    key_add_str(&k, group);
    if (position)
        key_add_u64(&k, position);
    return k;
}

struct key cursor_key(char kind, const char *stream, const char *name)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, (uint8_t)kind);
    key_add_str(&k, stream);
    key_add_str(&k, name);
    return k;
}

const char *group_cursor_name(struct arena *a, const char *group)
{
    return arena_printf(a, "group:%s", group);
}

/* What stands about one notice of a group: its claim (NULL: none), or that it is settled. */
struct standing {
    const struct value *claim;
    bool settled;
};

static enum status standing_of(struct engine *e, struct arena *a, const struct value *report, int64_t position,
                               struct standing *ret)
{
    const char *stream = v_get_str(report, "stream", ""), *group = v_get_str(report, "group", "");
    struct key k = group_key(stream, group, (uint64_t)position);
    struct key c = cursor_key('c', stream, group_cursor_name(a, group));
    struct value *record, *cursor;
    *ret = (struct standing){0};
    enum status st = record_read(a, e->txn, DB_NOTICES, key_bytes(&k), &record);
    if (!st) {
        ret->settled = v_get_bool(record, "settled");
        ret->claim = ret->settled ? NULL : record;
    }
    if (st != ST_NOT_FOUND)
        return st;
    st = record_read(a, e->txn, DB_CURSORS, key_bytes(&c), &cursor);
    if (!st)
        ret->settled = position <= v_get_int(cursor, "received", 0);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static bool is_mine(const struct standing *s, const struct value *report)
{
    return s->claim && strcmp(v_get_str(s->claim, "name", ""), v_get_str(report, "name", "")) == 0;
}

/* The case of a notice, as the stream has it. */
static enum status case_of(struct engine *e, struct arena *a, const char *stream, int64_t position, int64_t *ret)
{
    struct key k = stream_key(stream, (uint64_t)position);
    struct value *notice;
    enum status st = record_read(a, e->txn, DB_STREAMS, key_bytes(&k), &notice);
    if (!st)
        *ret = v_get_int(notice, "case", 0);
    return st == ST_NOT_FOUND ? ST_CORRUPT : st;
}

/* One claim: granted (then in took, when it is new), or fenced: somebody else has it, or it is settled. */
static enum status claim(struct engine *e, struct arena *a, const struct value *report, const struct value *item,
                         struct group_report *ret)
{
    int64_t position = v_get_int(item, "position", 0), fence = v_get_int(item, "fence", 0), kase;
    struct standing s;
    enum status st = standing_of(e, a, report, position, &s);
    if (st)
        return st;
    int64_t held = v_get_int(s.claim, "fence", -1);
    if (s.settled || (s.claim && !is_mine(&s, report) && held >= fence)) {
        v_push(a, ret->fenced, v_int(a, position));
        return ST_OK;
    }
    if (s.claim && is_mine(&s, report) && held >= fence)
        return ST_OK;
    st = case_of(e, a, v_get_str(report, "stream", ""), position, &kase);
    if (st)
        return st;
    struct value *took = v_map(a);
    v_put_int(a, took, "position", position);
    v_put_int(a, took, "fence", fence);
    v_put_int(a, took, "case", kase);
    v_push(a, ret->took, took);
    return ST_OK;
}

/* Keep those of `done` or `failed` that the member may tell. */
static enum status settle(struct engine *e, struct arena *a, const struct value *report, const char *key,
                          struct group_report *ret)
{
    struct value *kept = v_list(a);
    const struct value *list = v_get(report, key);
    for (size_t i = 0; i < v_count(list); i++) {
        const struct value *item = v_at(list, i);
        int64_t position = v_kind(item) == V_MAP ? v_get_int(item, "position", 0) : v_number(item, 0);
        struct standing s;
        enum status st = standing_of(e, a, report, position, &s);
        if (st)
            return st;
        if (is_mine(&s, report) && v_kind(item) != V_MAP) /* what failed stays the member's, and its case with it */
            v_push(a, ret->settled, v_int(a, position));
        if (is_mine(&s, report) || s.settled)
            v_push(a, kept, v_copy(a, item));
        else
            v_push(a, ret->fenced, v_int(a, position));
    }
    if (v_count(list))
        v_put(a, ret->report, key, kept);
    return ST_OK;
}

enum status group_report(struct engine *e, struct arena *a, const struct value *report, int64_t end,
                         struct group_report *ret, bool *ret_wrong)
{
    const struct value *took = v_get(report, "took");
    enum status st = ST_OK;
    *ret = (struct group_report){v_copy(a, report), v_list(a), v_list(a), v_list(a)};
    for (size_t i = 0; !st && i < v_count(took); i++) {
        int64_t position = v_get_int(v_at(took, i), "position", 0);
        if (position < 1 || position > end) {
            *ret_wrong = true;
            return ST_OK;
        }
        st = claim(e, a, report, v_at(took, i), ret);
    }
    if (!st)
        st = settle(e, a, report, "done", ret);
    return st ? st : settle(e, a, report, "failed", ret);
}

/* ---- for the loop ---- */

static enum status claims_read(struct arena *a, struct store_txn *t, struct bytes prefix, struct group_state *ret)
{
    struct store_cursor *c = store_cursor(t, DB_NOTICES);
    enum status st = store_seek(c, prefix);
    size_t cap = 0;
    for (; !st && key_has_prefix(store_key(c), prefix); st = store_next(c)) {
        struct bytes rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        struct value *record;
        uint64_t position;
        st = key_take_u64(&rest, &position);
        if (!st)
            st = record_read(a, t, DB_NOTICES, store_key(c), &record);
        if (st)
            break;
        ARENA_GROW(a, ret->claim, ret->n, cap);
        ret->claim[ret->n++] =
            (struct group_claim){position, v_get_int(record, "case", 0), v_get_int(record, "fence", 0),
                                 v_get_bool(record, "settled") ? NULL : v_get_str(record, "name", "")};
    }
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status group_state(struct arena *a, struct store *s, const char *stream, const char *group,
                        struct group_state *ret)
{
    struct store_txn *t;
    struct value *cursor;
    struct key k = cursor_key('c', stream, group_cursor_name(a, group)), prefix = group_key(stream, group, 0);
    enum status st = store_read(s, &t);
    if (st)
        return st;
    *ret = (struct group_state){0};
    st = record_read(a, t, DB_CURSORS, key_bytes(&k), &cursor);
    if (!st) {
        ret->read = (uint64_t)v_get_int(cursor, "received", 0);
        ret->fence = v_get_int(cursor, "fence", 0);
    }
    if (!st || st == ST_NOT_FOUND)
        st = claims_read(a, t, key_bytes(&prefix), ret);
    store_abort(t);
    return st;
}
