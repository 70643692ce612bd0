/* ahead.h - the data file of LMDB, kept ready in front of its last page
 *
 * Threads: the one that commits.
 */
#ifndef LEEWAY_STORE_AHEAD_H
#define LEEWAY_STORE_AHEAD_H

#include "daemon/base/status.h"

#include <stdint.h>

struct ahead {
    int fd;           /* of the file, borrowed */
    uint64_t length;  /* of the file */
    uint64_t written; /* up to where blocks were written for pages to come; 0: nothing known */
};

/* The most that a transaction of so many puts and removals may want behind the last page, in bytes. */
uint64_t ahead_wanted(uint64_t writes, uint64_t bytes, uint64_t page);

/* Before a commit that may want so many bytes behind the `used` ones: the file is made longer when it is not yet. An
 * errno or 0. */
int ahead_keep(struct ahead *a, uint64_t used, uint64_t wanted);

/* Before a small commit: a page that it puts behind the last one finds blocks that were written before. What fails here
 * the commit will find. */
void ahead_write(struct ahead *a, uint64_t used);

#endif
