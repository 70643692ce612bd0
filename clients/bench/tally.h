/* tally.h - every latency of a run, kept whole: no bucket rounds a figure
 *
 * Memory: grows by 4 bytes a sample. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_TALLY_H
#define LEEWAY_CLIENTS_BENCH_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally {
    uint32_t *us;
    size_t n, cap;
};

void tally_add(struct tally *t, int64_t us); /* what is longer than an hour counts as one */
void tally_sort(struct tally *t);
/* Of a sorted tally: the smallest sample that `of_10000` ten-thousandths of all do not exceed; 0 of an empty one. */
uint32_t tally_at(const struct tally *t, unsigned of_10000);
void tally_done(struct tally *t);

#endif
