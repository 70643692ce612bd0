/* counts.h - numbers under keys: heads, positions, census
 *
 * Everything in DB_COUNTS is a number. While a batch runs they live here; each that changed is put once, when the batch
 * ends. A number that is 0 is not stored. So heads are read back at the next start, and forgetting the cache is all
 * that an aborted transaction needs.
 *
 * Keys (count_key): 'h' name: heads, by head_key() alone; 's' stream: its last position; 'p' prefix: the last
 * transition with it; 'c' procedure, stage, department: open and ended cases there; 'u' stream: notices that are not
 * done; 'k' kind: transitions of it; 'x' code: commands refused with it.
 *
 * Threads: one; count_read() any.
 */
#ifndef LEEWAY_ENGINE_COUNTS_H
#define LEEWAY_ENGINE_COUNTS_H

#include "daemon/store/key.h"
#include "daemon/store/store.h"

/* Heads. `clock` is the simulated moment: there only in a store of simulated time. `open` are the cases that have not
 * ended. The last three are of the walk over all limits that a new calendar asks for (recount.c): the event of the
 * load, the case before which all are counted, how many limits moved. */
#define COUNT_HEADS(X)                                                                                                 \
    X(HEAD_EVENT, "event")                                                                                             \
    X(HEAD_TRANSITION, "transition")                                                                                   \
    X(HEAD_CASE, "case")                                                                                               \
    X(HEAD_TASK, "task")                                                                                               \
    X(HEAD_OPEN, "open")                                                                                               \
    X(HEAD_RECORDED, "recorded")                                                                                       \
    X(HEAD_CLOCK, "clock")                                                                                             \
    X(HEAD_RECOUNT, "recount")                                                                                         \
    X(HEAD_RECOUNT_TO, "recount-to")                                                                                   \
    X(HEAD_RECOUNT_MOVED, "recount-moved")

enum count_head {
#define X(id, name) id,
    COUNT_HEADS(X)
#undef X
        COUNT_HEADS_ALL
};

struct counts;

struct counts *counts_new(void); /* gives: counts_free() */
void counts_free(struct counts *c);

/* The number of a key, 0 when there is none. */
MUST_USE enum status counts_get(struct counts *c, struct store_txn *t, struct bytes key, int64_t *ret);
MUST_USE enum status counts_set(struct counts *c, struct bytes key, int64_t n);
MUST_USE enum status counts_add(struct counts *c, struct store_txn *t, struct bytes key, int64_t by);

/* Heads, which every command asks for, are found without their key. */
MUST_USE enum status counts_head(struct counts *c, struct store_txn *t, enum count_head head, int64_t *ret);
void counts_head_set(struct counts *c, enum count_head head, int64_t n);
MUST_USE enum status counts_head_add(struct counts *c, struct store_txn *t, enum count_head head, int64_t by);

/* Put what changed. */
MUST_USE enum status counts_flush(struct counts *c, struct store_txn *t);
/* The transaction was aborted: what is in the store counts. */
void counts_forget(struct counts *c);

struct key count_key(char kind, const char *name);
struct key count_key_n(char kind, const char *name, size_t n); /* n bytes of name, none of them 0 */
struct key head_key(enum count_head head);
struct key count_key_census(const char *procedure, const char *stage, const char *department);

/* Without a cache, for readers. */
MUST_USE enum status count_read(struct store_txn *t, struct bytes key, int64_t *ret);

#endif
