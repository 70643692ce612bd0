/* dedupe.h - a command done once: ids, content, the answer that is remembered
 *
 * A command's id is a UUIDv7 of its sender; the answer is remembered under (principal, id), a repeat gets the same
 * bytes. Whether a repeat is the same command is told by a hash over its content (every key but `id`, keys in order,
 * so that a sender may build the map anew). The hash is salted where the command has fields or a reason: it stands in
 * the public event and must not let anybody guess what the private part says.
 *
 * Threads: any; a transaction's own.
 */
#ifndef LEEWAY_ENGINE_DEDUPE_H
#define LEEWAY_ENGINE_DEDUPE_H

#include "daemon/base/when.h"
#include "daemon/store/store.h"
#include "proto/value.h"

enum { DEDUPE_DAYS = 60, CONTENT_LEN = 16 };

/* Any UUID in its text form of 36 characters, either case. */
bool uuid_parse(const char *text, uint8_t ret[16]);
/* The moment inside a UUIDv7. false: it is not one. */
bool uuid_time(const char *text, struct when *ret);

/* Does a command need a salt, and a record in DB_PRIVATE that keeps it? */
bool content_is_private(const struct value *message);

/* The content hash as a V_BIN of CONTENT_LEN. salt NULL: none. */
struct value *content_hash(struct arena *a, const struct value *message, const uint8_t *salt);

/* What is remembered. */
struct remembered {
    uint64_t event;       /* 0: nothing */
    bool same;            /* false: the id was used for another command */
    struct value *answer; /* with t, without id */
};
MUST_USE enum status dedupe_find(struct arena *a, struct store_txn *t, const char *principal, const char *id,
                                 const struct value *message, struct remembered *ret);

/* { t, id, everything else of the answer in its order } */
struct value *answer_with_id(struct arena *a, const struct value *answer, const char *id);

#endif
