/* pace.h - commands by the clock: so many a second, no matter how they are answered
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_BENCH_PACE_H
#define LEEWAY_CLIENTS_BENCH_PACE_H

#include <stdint.h>

struct pace {
    int64_t begun;       /* us */
    uint64_t rate, sent; /* a second; so far */
};

/* When the n-th is due, counted from 1. */
static inline int64_t pace_at(const struct pace *p, uint64_t n)
{
    return p->begun + (int64_t)((n * 1000000 + p->rate - 1) / p->rate);
}

/* How many are due and not sent. */
static inline uint64_t pace_due(const struct pace *p, int64_t now)
{
    uint64_t due = (uint64_t)(now - p->begun) * p->rate / 1000000;
    return due > p->sent ? due - p->sent : 0;
}

/* One more goes out: when it was due. */
static inline int64_t pace_take(struct pace *p)
{
    return pace_at(p, ++p->sent);
}

#endif
