/* trace.h - what an engine wrote while cases took their course, to be written again as often as is wished
 *
 * The writes are cut into the batches of the engine, up to the last one that settled. Each key gets the number of the
 * round in front: a round falls behind the one before, as newer events and cases do.
 *
 * Threads: once made, any number that do not change it.
 */
#ifndef LEEWAY_CLIENTS_BENCH_TRACE_H
#define LEEWAY_CLIENTS_BENCH_TRACE_H

#include "clients/bench/record.h"

struct trace_batch {
    size_t from, to;      /* of the writes */
    size_t events, bytes; /* bytes: of what trace_encode() makes */
    bool settles;         /* what is derived of the batches since the last one that settled is put with it */
};

struct trace {
    struct record record;
    struct trace_batch *batch;
    size_t n;
    size_t portion; /* events between two that settle, at most */
    size_t bytes;   /* of the longest batch */
};

/* Where somebody stands in a trace that goes on for ever. */
struct trace_at {
    size_t batch;
    uint32_t round;
};

/* False: so few cases settle never. Gives: trace_done(). */
bool trace_make(struct trace *t, const char *config, size_t cases, size_t size);
void trace_done(struct trace *t);

void trace_next(const struct trace *t, struct trace_at *at);

enum trace_what { TRACE_EVENTS = 1, TRACE_DERIVED = 2 }; /* what cannot be folded again; what can */

/* Put of one batch what is asked for; frames stay as they were, so that a checksum is of the key without its round. */
MUST_USE enum status trace_put(const struct trace *t, struct trace_at at, unsigned what, struct store_txn *txn);

/* What a journal holds of a batch; and what a start makes of that. ST_CORRUPT: it is not what trace_encode() made. */
void trace_encode(const struct trace *t, struct trace_at at, struct buf *ret);
MUST_USE enum status trace_decode(struct bytes batch, struct store_txn *txn);

#endif
