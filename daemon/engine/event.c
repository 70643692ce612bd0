#include "daemon/engine/event.h"

#include "daemon/store/key.h"
#include "proto/wire.h"

#include <string.h>

static enum status decode(struct arena *a, struct bytes in, struct value **ret)
{
    struct value *v;
    if (in.n > EVENT_MOST || wire_decode_own(a, in, &v) || v_kind(v) != V_MAP)
        return ST_CORRUPT;
    *ret = v;
    return ST_OK;
}

enum status record_measure(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key, struct value **ret,
                           size_t *ret_bytes)
{
    struct bytes val;
    enum status st = store_get(t, db, key, &val);
    if (st)
        return st;
    *ret_bytes = val.n;
    return decode(a, val, ret);
}

enum status record_read(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key, struct value **ret)
{
    size_t ignored;
    return record_measure(a, t, db, key, ret, &ignored);
}

enum status record_put(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key, const struct value *v)
{
    return store_put(t, db, key, wire_bytes_own(a, v));
}

enum status record_mark(struct store_txn *t, enum store_db db, struct bytes key)
{
    return store_put(t, db, key, (struct bytes){(const uint8_t *)"\xc0", 1});
}

enum status event_bytes(struct store_txn *t, uint64_t n, struct bytes *ret)
{
    struct key k = key_u64(n);
    return store_get(t, DB_EVENTS, key_bytes(&k), ret);
}

enum status event_read(struct arena *a, struct store_txn *t, uint64_t n, struct value **ret)
{
    struct bytes val;
    struct value *v;
    enum status st = event_bytes(t, n, &val);
    if (!st)
        st = decode(a, val, &v);
    if (st)
        return st;
    if (v_get_int(v, "v", 0) != EVENT_VERSION)
        return ST_VERSION;
    if (v_get_int(v, "n", 0) != (int64_t)n)
        return ST_CORRUPT;
    *ret = v;
    return ST_OK;
}

enum status event_put(struct store_txn *t, uint64_t n, struct bytes encoded)
{
    struct key k = key_u64(n);
    return store_put(t, DB_EVENTS, key_bytes(&k), encoded);
}

enum status event_last(struct store_txn *t, uint64_t *ret)
{
    struct store_cursor *c = store_cursor(t, DB_EVENTS);
    enum status st = store_prev(c);
    struct bytes key = st ? (struct bytes){0} : store_key(c);
    uint64_t n = 0;
    if (!st)
        st = key_take_u64(&key, &n);
    store_cursor_free(c);
    if (st && st != ST_NOT_FOUND)
        return st;
    *ret = n;
    return ST_OK;
}

enum status private_put(struct store_txn *t, uint64_t n, const uint8_t salt[EVENT_SALT], const struct value *map,
                        struct hash *ret)
{
    struct buf b = {0};
    buf_put(&b, salt, EVENT_SALT);
    if (map)
        wire_encode_own(&b, map);
    else
        buf_u8(&b, 0x80); /* an empty map */
    struct key k = key_u64(n);
    enum status st = store_put(t, DB_PRIVATE, key_bytes(&k), buf_bytes(&b));
    if (!st)
        *ret = hash_of(b.p, b.n);
    buf_done(&b);
    return st;
}

enum status private_read(struct arena *a, struct store_txn *t, uint64_t n, struct value **ret,
                         uint8_t ret_salt[EVENT_SALT])
{
    struct key k = key_u64(n);
    struct bytes val;
    struct value *v;
    enum status st = store_get(t, DB_PRIVATE, key_bytes(&k), &val);
    if (st)
        return st;
    if (val.n <= EVENT_SALT)
        return ST_CORRUPT;
    st = decode(a, (struct bytes){val.p + EVENT_SALT, val.n - EVENT_SALT}, &v);
    if (st)
        return st;
    if (ret_salt)
        memcpy(ret_salt, val.p, EVENT_SALT);
    *ret = v;
    return ST_OK;
}
