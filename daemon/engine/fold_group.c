/* What the members of a group reported: claims, and what is settled. */
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"

#include <string.h>

static void sink_claim(struct fold *f, const struct value *event, const struct outgoing_claim *claim)
{
    struct fold_sink *s = f->sink;
    if (!s)
        return;
    ARENA_GROW(s->arena, s->claim, s->nclaims, s->claim_room);
    struct outgoing_claim *c = &s->claim[s->nclaims++];
    *c = *claim;
    c->stream = arena_str(s->arena, v_get_str(event, "stream", ""));
    c->group = arena_str(s->arena, v_get_str(event, "group", ""));
    c->name = arena_str(s->arena, v_get_str(event, "name", ""));
}

static enum status fold_took(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                             const struct value *took)
{
    int64_t position = v_get_int(took, "position", 0);
    struct key k = group_key(v_get_str(event, "stream", ""), v_get_str(event, "group", ""), (uint64_t)position);
    struct value *record = v_map(a);
    v_put_str(a, record, "name", v_get_str(event, "name", ""));
    v_put_int(a, record, "fence", v_get_int(took, "fence", 0));
    v_put_int(a, record, "case", v_get_int(took, "case", 0));
    sink_claim(f, event,
               &(struct outgoing_claim){.position = (uint64_t)position,
                                        .kase = v_get_int(took, "case", 0),
                                        .fence = v_get_int(took, "fence", 0)});
    return record_put(a, t, DB_NOTICES, key_bytes(&k), record);
}

/* Everything up to the cursor was claimed once; behind it settled notices leave a mark, so that it can go on. */
static enum status fold_settled(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                                int64_t position, int64_t read)
{
    struct key k = group_key(v_get_str(event, "stream", ""), v_get_str(event, "group", ""), (uint64_t)position);
    struct value *mark = v_map(a);
    v_put_bool(a, mark, "settled", true);
    sink_claim(f, event, &(struct outgoing_claim){.position = (uint64_t)position, .settled = true});
    return position <= read ? store_del(t, DB_NOTICES, key_bytes(&k))
                            : record_put(a, t, DB_NOTICES, key_bytes(&k), mark);
}

static enum status cursor_advance(struct arena *a, struct store_txn *t, const struct value *event, int64_t *read)
{
    const char *stream = v_get_str(event, "stream", ""), *group = v_get_str(event, "group", "");
    for (;;) {
        struct key k = group_key(stream, group, (uint64_t)*read + 1);
        struct value *record;
        enum status st = record_read(a, t, DB_NOTICES, key_bytes(&k), &record);
        if (!st && v_get_bool(record, "settled"))
            st = store_del(t, DB_NOTICES, key_bytes(&k));
        if (st)
            return st == ST_NOT_FOUND ? ST_OK : st;
        ++*read;
    }
}

static int64_t greatest_fence(const struct value *took, int64_t fence)
{
    for (size_t i = 0; i < v_count(took); i++) {
        int64_t one = v_get_int(v_at(took, i), "fence", 0);
        fence = one > fence ? one : fence;
    }
    return fence;
}

static enum status cursor_write(struct arena *a, struct store_txn *t, const struct value *event, const char *name,
                                int64_t read, int64_t fence)
{
    const char *stream = v_get_str(event, "stream", "");
    struct key now = cursor_key('c', stream, name), past = cursor_key('r', stream, name);
    struct value *record = v_map(a);
    v_put_int(a, record, "received", read);
    v_put_int(a, record, "at", v_get_int(event, "recorded", 0));
    v_put_int(a, record, "event", v_get_int(event, "n", 0));
    v_put_int(a, record, "fence", fence);
    if (v_get(event, "sent"))
        v_put(a, record, "sent", v_get(event, "sent"));
    key_add_u64(&past, (uint64_t)read);
    enum status st = record_put(a, t, DB_CURSORS, key_bytes(&now), record);
    return st || !read ? st : record_put(a, t, DB_CURSORS, key_bytes(&past), record);
}

enum status fold_group(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event)
{
    const struct value *took = v_get(event, "took"), *settled = v_get(event, "settled");
    const char *name = group_cursor_name(a, v_get_str(event, "group", ""));
    struct key k = cursor_key('c', v_get_str(event, "stream", ""), name);
    struct value *cursor = NULL;
    enum status st = record_read(a, t, DB_CURSORS, key_bytes(&k), &cursor);
    if (st && st != ST_NOT_FOUND)
        return st;
    int64_t had = v_get_int(cursor, "received", 0), read = had, fence = v_get_int(cursor, "fence", 0);
    st = ST_OK;
    for (size_t i = 0; !st && i < v_count(took); i++)
        st = fold_took(f, a, t, event, v_at(took, i));
    for (size_t i = 0; !st && i < v_count(settled); i++)
        st = fold_settled(f, a, t, event, v_number(v_at(settled, i), 0), read);
    if (!st)
        st = cursor_advance(a, t, event, &read);
    if (!st && (read != had || greatest_fence(took, fence) != fence))
        st = cursor_write(a, t, event, name, read, greatest_fence(took, fence));
    return st;
}
