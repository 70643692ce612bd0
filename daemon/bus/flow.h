/* flow.h - bytes that came in on a connection and of which no message has come yet
 *
 * libzmq keeps the frames of an unfinished message without a bound: one peer with a known key could fill the memory
 * before anything is received. So the connections of a socket are followed by its monitor, and what the kernel received
 * on each is looked at once a second: more than FLOW_UNFINISHED since the last whole message, and it is cut.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_FLOW_H
#define LEEWAY_BUS_FLOW_H

#include "daemon/bus/socket.h"

enum { FLOW_UNFINISHED = 16 * 1024 * 1024 };

struct flow;

/* Follow a socket that is not bound yet. ST_IO. Gives: flow_close(), before the socket is closed. */
MUST_USE enum status flow_open(void *zmq, void *socket, struct flow **ret, struct buf *why);
void flow_close(struct flow *f);
struct bus_door flow_door(struct flow *f);

/* A whole message came by this descriptor. */
void flow_progress(struct flow *f, int fd);

/* How many connections there are. */
size_t flow_connections(const struct flow *f);

/* Look at all connections; returns how many were cut. */
size_t flow_tick(struct flow *f);

#endif
