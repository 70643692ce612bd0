/* ring.h - a journal as a file: batches of bytes one behind the other, each flushed once
 *
 * The file is written with zeros from end to end when it is made, so that a flush has no block to find and no length to
 * write down. Each batch begins on a block of its own, or a torn write could take one with it that was durable. Behind
 * its end the file begins anew; whoever appends sees to it that what is overwritten is needed no more.
 *
 * Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_BENCH_RING_H
#define LEEWAY_CLIENTS_BENCH_RING_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

enum { RING_BLOCK = 4096 };

struct ring {
    int fd;
    uint64_t length, at; /* of the file; where the next batch begins */
    uint64_t serial;     /* of the next batch */
    struct buf room;
};

/* Make the file, long enough for so many blocks. ST_FULL, ST_IO. */
MUST_USE enum status ring_open(struct ring *r, const char *path, uint64_t blocks);
void ring_close(struct ring *r);

/* How many blocks a batch of n bytes takes. */
uint64_t ring_blocks(size_t n);

/* Append and flush. ST_LIMIT: longer than the file; ST_IO: nobody knows what stands in the file. */
MUST_USE enum status ring_append(struct ring *r, struct bytes batch);

/* Read the batch with this number at *at, or at the file's beginning when none is there, and move *at behind it.
 * Borrowed until the next call. ST_NOT_FOUND: there is none, or it does not verify: the journal ends here. */
MUST_USE enum status ring_read(struct ring *r, uint64_t serial, uint64_t *at, struct bytes *ret);

#endif
