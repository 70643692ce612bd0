/* answer.h - what a load must know of an answer, read where it stands: no tree, no allocation
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_BENCH_ANSWER_H
#define LEEWAY_CLIENTS_BENCH_ANSWER_H

#include "daemon/base/buf.h"

#include <stdbool.h>

struct answer {
    struct bytes t, id;           /* borrowed from the frame; n 0: not there */
    int64_t event, kase, version; /* 0: not there */
    bool listed;                  /* a list stands in it, of */
    uint32_t items;               /* so many: the last one */
};

/* Walk the map's keys. False: it is no map of ours, or does not end where the frame does. */
bool answer_read(struct bytes frame, struct answer *ret);

/* Is the text this one? */
bool answer_is(struct bytes text, const char *word);

#endif
