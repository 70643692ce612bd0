/* zuv.h - any number of ZeroMQ sockets on one libuv loop: no lost wake-up, idle when idle
 *
 * The descriptor of a ZeroMQ socket is edge-triggered: it tells that something changed, once, and any send or receive
 * may eat the edge. So the poll callback does nothing, and the sockets are asked twice in each turn of the loop:
 *
 *     prepare (last before the loop waits)   ask every door; if one has something, an idle handle keeps the loop from
 *                                            waiting
 *     poll                                   only ends the wait
 *     check (first after it)                 ask every door again and serve what has something, each up to its budget
 *
 * A door without a descriptor (fd < 0) is asked and served like the others: work of our own that comes in portions.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_ZUV_H
#define LEEWAY_ZUV_H

#include "daemon/bus/socket.h"

#include <uv.h>

enum { ZUV_DOORS = 8 };

struct zuv_door {
    struct bus_door door;
    int budget;
    uv_poll_t poll;
};

struct zuv {
    uv_loop_t *loop;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    struct zuv_door door[ZUV_DOORS];
    int n;
};

void zuv_init(struct zuv *z, uv_loop_t *loop);

/* Stand a door on the loop; it is served at most `budget` messages a turn. ST_IO: libuv refused the descriptor. */
MUST_USE enum status zuv_add(struct zuv *z, struct bus_door door, int budget);

/* Take all doors off; the handles are closed when the loop has run once more. Call it before the sockets are closed. */
void zuv_close(struct zuv *z);

#endif
