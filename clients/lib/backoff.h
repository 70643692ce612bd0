/* backoff.h - how long to wait before the next try
 *
 * Doubles from the first to the longest pause; each is drawn between a half and the whole of it, so that a thousand
 * clients of a restarted daemon do not come at once. Pure: the seed is the caller's. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_BACKOFF_H
#define LEEWAY_CLIENTS_LIB_BACKOFF_H

#include <stdint.h>

struct backoff {
    uint64_t seed;
    int64_t first, longest;
    int tries;
};

static inline int64_t backoff_next(struct backoff *b)
{
    int64_t pause = b->first;
    for (int i = 0; i < b->tries && pause < b->longest; i++)
        pause *= 2;
    if (pause > b->longest)
        pause = b->longest;
    b->tries++;
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return pause / 2 + (int64_t)((b->seed >> 33) % (uint64_t)(pause / 2 + 1));
}

static inline void backoff_reset(struct backoff *b)
{
    b->tries = 0;
}

#endif
