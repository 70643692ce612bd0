/* record.h - what an engine writes, in order: so that the same can be put into a bare store
 *
 * record_over() puts itself between a store in memory and whoever uses it. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_RECORD_H
#define LEEWAY_CLIENTS_BENCH_RECORD_H

#include "daemon/store/store.h"

struct write {
    enum store_db db;
    struct bytes key;
    size_t n;           /* bytes of the value with its frame; 0: taken away */
    const uint8_t *val; /* when the record is whole; else NULL */
    bool closes;        /* the batch ends behind it */
};

struct record {
    struct write *write;
    size_t n, cap;
    bool whole; /* values are kept, too */
};

/* From now on what is written to s is kept in r. One store at a time. */
void record_over(struct store *s, struct record *r);
void record_done(struct record *r);

#endif
