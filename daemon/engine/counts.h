/* counts.h - numbers under keys: heads, positions, census
 *
 * Everything in DB_COUNTS is a number. While a batch runs they live here; each that changed is put once, when the batch
 * ends. A number that is 0 is not stored. So heads are read back at the next start, and forgetting the cache is all
 * that an aborted transaction needs.
 *
 * Keys (count_key): 'h' name: heads; 's' stream: its last position; 'p' prefix: the last transition with it; 'c'
 * procedure, stage, department: open and ended cases there; 'u' stream: notices that are not done; 'k' kind:
 * transitions of it; 'x' code: commands refused with it.
 *
 * Threads: one; count_read() any.
 */
#ifndef LEEWAY_ENGINE_COUNTS_H
#define LEEWAY_ENGINE_COUNTS_H

#include "daemon/store/key.h"
#include "daemon/store/store.h"

/* Heads. `clock` is the simulated moment: there only in a store of simulated time. */
#define HEAD_EVENT "event"
#define HEAD_TRANSITION "transition"
#define HEAD_CASE "case"
#define HEAD_TASK "task"
#define HEAD_OPEN "open" /* cases that have not ended */
#define HEAD_RECORDED "recorded"
#define HEAD_CLOCK "clock"
/* Of the walk over all limits that a new calendar asks for (recount.c): the event of the load, the case before which
 * all are counted, how many limits moved. */
#define HEAD_RECOUNT "recount"
#define HEAD_RECOUNT_TO "recount-to"
#define HEAD_RECOUNT_MOVED "recount-moved"

struct counts;

struct counts *counts_new(void); /* gives: counts_free() */
void counts_free(struct counts *c);

/* The number of a key, 0 when there is none. */
MUST_USE enum status counts_get(struct counts *c, struct store_txn *t, struct bytes key, int64_t *ret);
MUST_USE enum status counts_set(struct counts *c, struct bytes key, int64_t n);
MUST_USE enum status counts_add(struct counts *c, struct store_txn *t, struct bytes key, int64_t by);

/* Put what changed. */
MUST_USE enum status counts_flush(struct counts *c, struct store_txn *t);
/* The transaction was aborted: what is in the store counts. */
void counts_forget(struct counts *c);

struct key count_key(char kind, const char *name);
struct key count_key_census(const char *procedure, const char *stage, const char *department);

/* Without a cache, for readers. */
MUST_USE enum status count_read(struct store_txn *t, struct bytes key, int64_t *ret);

#endif
