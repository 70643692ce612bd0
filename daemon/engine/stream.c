/* Streams, cursors, papers: what the loop asks of the store beside the questions. */
#include "daemon/engine/asking.h"

#include <string.h>

static enum status stream_last(struct store_txn *t, const char *stream, uint64_t *ret)
{
    int64_t last;
    struct key k = strcmp(stream, "transitions") == 0 ? head_key(HEAD_TRANSITION) : count_key('s', stream);
    enum status st = count_read(t, key_bytes(&k), &last);
    if (!st)
        *ret = (uint64_t)last;
    return st;
}

/* Take records while they fit; the first always does. */
static enum status items_take(struct arena *a, struct store_cursor *c, struct bytes prefix, size_t most, size_t room,
                              struct stream_item **ret, size_t *ret_n)
{
    struct stream_item *item = NULL;
    size_t n = 0, cap = 0;
    enum status st = ST_OK;
    while (!st && n < most && key_has_prefix(store_key(c), prefix)) {
        struct bytes val = store_val(c), rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        if (n && val.n > room)
            break;
        ARENA_GROW(a, item, n, cap);
        st = key_take_u64(&rest, &item[n].position);
        item[n].bytes = (struct bytes){arena_copy(a, val.p, val.n), val.n};
        room -= val.n < room ? val.n : room;
        n++;
        if (!st)
            st = store_next(c);
    }
    *ret = item;
    *ret_n = n;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status stream_read(struct arena *a, struct store *s, const char *stream, uint64_t after, size_t n, size_t bytes,
                        struct stream_item **ret, size_t *ret_n, uint64_t *ret_last)
{
    struct store_txn *t;
    struct stream_item *item = NULL;
    size_t count = 0;
    uint64_t last = 0;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    st = stream_last(t, stream, &last);
    if (!st && after < last) {
        struct key prefix = key_str(stream), from = stream_key(stream, after + 1);
        struct store_cursor *c = store_cursor(t, DB_STREAMS);
        st = store_seek(c, key_bytes(&from));
        if (!st)
            st = items_take(a, c, key_bytes(&prefix), n, bytes, &item, &count);
        store_cursor_free(c);
    }
    store_abort(t);
    if (st && st != ST_NOT_FOUND)
        return st;
    *ret = item;
    *ret_n = count;
    *ret_last = last;
    return ST_OK;
}

enum status stream_cursor(struct store *s, const char *stream, const char *name, uint64_t *ret)
{
    struct store_txn *t;
    struct value *record;
    struct key k;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    struct arena *a = arena_new();
    key_begin(&k);
    key_add_u8(&k, 'c');
    key_add_str(&k, stream);
    key_add_str(&k, name);
    st = record_read(a, t, DB_CURSORS, key_bytes(&k), &record);
    if (!st || st == ST_NOT_FOUND)
        *ret = st ? 0 : (uint64_t)v_get_int(record, "received", 0);
    arena_free(a);
    store_abort(t);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

bool stream_right(const struct view *v, const char *principal, const char *stream)
{
    bool inspects = view_right(v, principal, "inspect");
    if (strcmp(stream, "transitions") == 0)
        return inspects || view_right(v, principal, "watch") || view_right(v, principal, "monitor");
    return inspects || stream_own(v, principal, stream);
}

const char *stream_subscriber(struct arena *a, const struct view *v, const char *principal, const char *stream,
                              const char *name)
{
    bool own = strcmp(stream, "transitions") != 0 && stream_own(v, principal, stream);
    return own ? name : arena_printf(a, "%s/%s", principal, name);
}

bool stream_own(const struct view *v, const char *principal, const char *stream)
{
    /* the heir of a department reads on in its stream */
    const struct department *d = register_heir(view_register(v), stream);
    const char *own = view_department(v, principal);
    return d && own && strcmp(d->id, own) == 0;
}

/* A hash stands in a case as its bytes or as hex. */
static bool is_paper(const struct value *v, const struct hash *paper)
{
    char hex[HASH_HEX];
    if (v_kind(v) == V_BIN)
        return v->u.bin.n == HASH_LEN && memcmp(v->u.bin.p, paper->b, HASH_LEN) == 0;
    return strcmp(v_text(v, ""), hash_hex(paper, hex)) == 0;
}

bool case_cites(const struct value *kase, const struct hash *paper)
{
    const struct value *slots = v_get(kase, "papers");
    for (size_t i = 0; i < v_count(slots) && slots->kind == V_MAP; i++) {
        const struct value *list = slots->u.map.pair[i].val;
        for (size_t j = 0; j < v_count(list); j++)
            if (is_paper(v_at(list, j), paper))
                return true;
    }
    return false;
}

enum status paper_right(struct store *s, const struct view *v, const char *principal, int64_t kase,
                        const struct hash *paper, bool *ret)
{
    struct store_txn *t;
    struct value *record;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    struct arena *a = arena_new();
    struct key k = case_key(kase);
    st = kase > 0 ? record_read(a, t, DB_CASES, key_bytes(&k), &record) : ST_NOT_FOUND;
    if (!st || st == ST_NOT_FOUND)
        *ret = !st && case_cites(record, paper) && view_case_right(v, principal, record, true);
    arena_free(a);
    store_abort(t);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status paper_cited(struct store *s, const struct hash *paper, bool *ret)
{
    struct store_txn *t;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    struct key prefix = paper_key(paper);
    struct store_cursor *c = store_cursor(t, DB_INDEX);
    st = store_seek(c, key_bytes(&prefix));
    if (!st || st == ST_NOT_FOUND)
        *ret = !st && key_has_prefix(store_key(c), key_bytes(&prefix));
    store_cursor_free(c);
    store_abort(t);
    return st == ST_NOT_FOUND ? ST_OK : st;
}
