/* event.h - the record of one command, and its private part
 *
 * One command is one event: one msgpack map in DB_EVENTS under its number, dense from 1; its bytes are the leaf of the
 * hash tree. What identifies a person and free text stands in DB_PRIVATE under the same number: 16 bytes of salt, then
 * a msgpack map { fields?, reason? }; the event carries the commitment BLAKE2b-256(salt || map) to it. FORMAT.md tells
 * every key.
 *
 * Memory: values are in the arena given. Threads: any; a transaction's own.
 */
#ifndef LEEWAY_ENGINE_EVENT_H
#define LEEWAY_ENGINE_EVENT_H

#include "daemon/base/hash.h"
#include "daemon/store/store.h"
#include "proto/value.h"

#include <string.h>

enum { EVENT_VERSION = 1, EVENT_MOST = 16 * 1024 * 1024, EVENT_SALT = 16 };

/* An event was decoded: NULL fields never happen, v_get() tells. ST_NOT_FOUND; ST_CORRUPT: not a map of a known
 * version. */
MUST_USE enum status event_read(struct arena *a, struct store_txn *t, uint64_t n, struct value **ret);
/* The encoded event; borrows as store_get() does. */
MUST_USE enum status event_bytes(struct store_txn *t, uint64_t n, struct bytes *ret);
MUST_USE enum status event_put(struct store_txn *t, uint64_t n, struct bytes encoded);

/* Number of the newest event; 0: none. */
MUST_USE enum status event_last(struct store_txn *t, uint64_t *ret);

/* Put the private part and tell its commitment. map NULL: an empty map (its salt still guards the content hash). */
MUST_USE enum status private_put(struct store_txn *t, uint64_t n, const uint8_t salt[EVENT_SALT],
                                 const struct value *map, struct hash *ret);
/* ST_NOT_FOUND: erased, or there never was one. ret_salt may be NULL. */
MUST_USE enum status private_read(struct arena *a, struct store_txn *t, uint64_t n, struct value **ret,
                                  uint8_t ret_salt[EVENT_SALT]);

/* v_add() with the text itself, which must live as long as the map; NULL: nothing. */
static inline void add_text(struct arena *a, struct value *map, const char *key, const char *s)
{
    if (!s)
        return;
    struct value *v = ARENA_NEW(a, struct value);
    v->kind = V_STR;
    v->u.str.s = s;
    v->u.str.n = strlen(s);
    v_add(a, map, key, v);
}

/* One record of any database that is a msgpack map. */
MUST_USE enum status record_read(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key,
                                 struct value **ret);
/* The same, and how many bytes it has. */
MUST_USE enum status record_measure(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key,
                                    struct value **ret, size_t *ret_bytes);
MUST_USE enum status record_put(struct arena *a, struct store_txn *t, enum store_db db, struct bytes key,
                                const struct value *v);
/* Keys that say everything: the value is one byte, 0xc0 (nil). */
MUST_USE enum status record_mark(struct store_txn *t, enum store_db db, struct bytes key);

#endif
