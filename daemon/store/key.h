/* key.h - keys whose bytes order as their parts do
 *
 * A key is a row of parts: integers big-endian, texts with a NUL behind (so that "a" stands before "ab", whatever
 * follows, and no text is the beginning of another's part), raw bytes as they are (last, or of a fixed length).
 *
 *     struct key k;
 *     key_begin(&k);
 *     key_add_str(&k, department);
 *     key_add_u64(&k, position);
 *     st = store_get(t, DB_STREAMS, key_bytes(&k), &val);
 *
 * A key that does not fit into KEY_MOST bytes, or a text with a NUL inside, is *spoilt*: key_bytes() is empty, which
 * the store refuses with ST_INVALID. So a builder needs no check after each part, and an over-long name harms nobody.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_STORE_KEY_H
#define LEEWAY_STORE_KEY_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_MOST = 500 };

struct key {
    uint8_t b[KEY_MOST];
    size_t n;
    bool spoilt;
};

void key_begin(struct key *k);
void key_add_u8(struct key *k, uint8_t v);
void key_add_u32(struct key *k, uint32_t v);
void key_add_u64(struct key *k, uint64_t v);
void key_add_i64(struct key *k, int64_t v); /* negative ones stand before positive ones */
void key_add_str(struct key *k, const char *s);
void key_add_strn(struct key *k, const char *s, size_t n);
void key_add_raw(struct key *k, const void *p, size_t n);

/* Borrows from k; empty when it is spoilt. */
struct bytes key_bytes(const struct key *k);

/* A key of one part. */
struct key key_u64(uint64_t v);
struct key key_str(const char *s);

/* Make k the least key above all keys that begin with it: the far end of a prefix, for store_seek_before() and
 * key_compare(). Spoilt when there is none (all bytes are 0xff, or it is empty). */
void key_past_prefix(struct key *k);

/* Reading: each takes one part from the front of *rest. ST_CORRUPT: it is not there; *rest is unchanged. */
MUST_USE enum status key_take_u8(struct bytes *rest, uint8_t *ret);
MUST_USE enum status key_take_u32(struct bytes *rest, uint32_t *ret);
MUST_USE enum status key_take_u64(struct bytes *rest, uint64_t *ret);
MUST_USE enum status key_take_i64(struct bytes *rest, int64_t *ret);
/* *ret borrows from the key: it ends with the NUL that stands there. */
MUST_USE enum status key_take_str(struct bytes *rest, const char **ret);
MUST_USE enum status key_take_raw(struct bytes *rest, size_t n, struct bytes *ret);

/* Byte order, the shorter first when one begins the other: < 0, 0, > 0. */
int key_compare(struct bytes a, struct bytes b);
bool key_has_prefix(struct bytes key, struct bytes prefix);

#endif
