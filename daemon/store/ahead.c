#include "daemon/store/ahead.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

/* The file is kept longer than its last page by at least HEAD_ROOM, in steps of STEP. */
#define STEP ((uint64_t)64 * 1024 * 1024)
#define HEAD_ROOM ((uint64_t)16 * 1024 * 1024)

enum { READY = 512 * 1024, READY_LEAST = 64 * 1024, PAGES_A_PATH = 8, PATHS = 512 };

/* The first writes copy whole paths of their trees; of many the later ones find theirs copied, and take a leaf, seldom
 * two. */
uint64_t ahead_wanted(uint64_t writes, uint64_t bytes, uint64_t page)
{
    uint64_t paths = writes < PATHS ? writes : PATHS, leaves = writes - paths;
    return (paths * PAGES_A_PATH + leaves + leaves / 8) * page + bytes;
}

/* LMDB may count pages at the end that it never wrote, so the length of its file says nothing by itself. Therefore the
 * file is made longer (with a hole, which costs no blocks) before a commit that could reach its end, and the flush of
 * that commit makes the length durable with it: a file shorter than its last page was cut off by somebody. */
int ahead_keep(struct ahead *a, uint64_t used, uint64_t wanted)
{
    uint64_t need = used + wanted;
    if (need + HEAD_ROOM <= a->length)
        return 0;
    uint64_t length = (need + HEAD_ROOM + STEP - 1) / STEP * STEP;
    if (ftruncate(a->fd, (off_t)length) < 0)
        return errno;
    a->length = length;
    return 0;
}

/* A page in a hole wants a block, and a flush that has to write down where it is takes twice as long as one of the page
 * alone. So zeros are written for some pages together, now and then. */
void ahead_write(struct ahead *a, uint64_t used)
{
    static const uint8_t zeros[READY_LEAST];
    if (a->written < used)
        a->written = used;
    if (a->written - used >= READY_LEAST)
        return;
    while (a->written < used + READY) {
        ssize_t n = pwrite(a->fd, zeros, sizeof zeros, (off_t)a->written);
        if (n <= 0)
            return;
        a->written += (uint64_t)n;
    }
}
