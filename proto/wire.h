/* wire.h - value trees to msgpack bytes and back
 *
 * The one door of msgpack.h. Foreign bytes are walked first, without allocating: depth, counts against the bytes that
 * are left, lengths, UTF-8, U+0000, keys that are not text or stand twice, floats, extension types, bytes behind the
 * end. Only what passed is decoded, by the same reader of headers (msgpack-c's unpacker would take 33 MB for five
 * bytes, accept broken UTF-8, and stop at 32 levels); msgpack-c packs what one byte does not tell.
 *
 * Encoding is canonical: the shortest form of each integer, length and count, maps in their own order. So equal trees
 * put together in the same order are equal bytes, on every machine.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_PROTO_WIRE_H
#define LEEWAY_PROTO_WIRE_H

#include "daemon/base/status.h"
#include "proto/value.h"

enum {
    WIRE_DEPTH = 64,
    WIRE_BYTES = 1024 * 1024,
    WIRE_PAIRS = 4096,        /* of one map */
    WIRE_PAIRS_NESTED = 8192, /* of maps that stand inside each other, together */
    WIRE_VALUES = 256 * 1024  /* items of all lists, keys and values of all maps, together */
};

/* What wire_check() found wrong. name is the word of PROTOCOL.md ("too-deep"), at the offset of the first byte of the
 * item that is wrong: for too-long the bound, for trailing-bytes the first byte behind the end, for key-twice the later
 * key. Of several faults the one is named that a walk from front to back meets first; it meets two equal keys at the
 * end of their map. */
#define WIRE_FAULTS(X)                                                                                                 \
    X(WIRE_FINE, "fine")                                                                                               \
    X(WIRE_TOO_LONG, "too-long")                                                                                       \
    X(WIRE_TRUNCATED, "truncated")                                                                                     \
    X(WIRE_TRAILING, "trailing-bytes")                                                                                 \
    X(WIRE_TOO_DEEP, "too-deep")                                                                                       \
    X(WIRE_TOO_MANY, "too-many")                                                                                       \
    X(WIRE_BAD_UTF8, "bad-utf8")                                                                                       \
    X(WIRE_BAD_KEY, "bad-key")                                                                                         \
    X(WIRE_TWICE, "key-twice")                                                                                         \
    X(WIRE_BAD_TYPE, "bad-type")                                                                                       \
    X(WIRE_BAD_INTEGER, "bad-integer")

enum wire_fault {
#define X(name, text) name,
    WIRE_FAULTS(X)
#undef X
};

struct wire_error {
    enum wire_fault fault;
    size_t at;
};

const char *wire_fault_name(enum wire_fault fault);

/* Look at foreign bytes without allocating. At most `most` bytes, at most WIRE_DEPTH levels (a list or map is one).
 * bad-integer: an unsigned one above INT64_MAX. Takes 96 KiB of stack, and time that grows with n log n at worst. */
struct wire_error wire_check(struct bytes in, size_t most);

/* Check with WIRE_BYTES, then decode into the arena. ST_MALFORMED: *ret is untouched and *err (may be NULL) tells. */
MUST_USE enum status wire_decode(struct arena *a, struct bytes in, struct value **ret, struct wire_error *err);

/* The same with a bound of the caller's (our own records may be longer than a message). */
MUST_USE enum status wire_decode_most(struct arena *a, struct bytes in, size_t most, struct value **ret,
                                      struct wire_error *err);

/* The same for bytes that wire_encode() or wire_encode_own() made and a checksum has guarded since: looked at only as far as
 * no byte beyond them is read (UTF-8 and keys that stand twice are not). ST_MALFORMED. */
MUST_USE enum status wire_decode_own(struct arena *a, struct bytes in, struct value **ret);

/* Append the bytes of v as a record of the store: keys that have a number (keys.h) stand as it. */
void wire_encode_own(struct buf *out, const struct value *v);

/* Append the bytes of v. */
void wire_encode(struct buf *out, const struct value *v);

/* The same bytes, each by itself in the arena. */
struct bytes wire_bytes(struct arena *a, const struct value *v);
struct bytes wire_bytes_own(struct arena *a, const struct value *v);

/* How many bytes wire_encode() would write. */
size_t wire_size(const struct value *v);

#endif
