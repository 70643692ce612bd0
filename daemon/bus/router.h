/* router.h - the command endpoint: messages in, answers and streams out
 *
 * A message is one body frame behind the routing id. Who sent it is told by the User-Id of the body frame, never by the
 * routing id. A message with more frames, or of a client that brought a routing id of its own, is handed on with its
 * flaw, so that it can be answered; one without User-Id is an intruder's: dropped and cut.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_ROUTER_H
#define LEEWAY_BUS_ROUTER_H

#include "daemon/bus/peer.h"
#include "daemon/bus/socket.h"
#include "daemon/bus/zap.h"

enum router_flaw { ROUTER_FINE = 1, ROUTER_FRAMES, ROUTER_ROUTING_ID };

struct router_message {
    struct peer from; /* zeroes with ROUTER_ROUTING_ID */
    const struct identity *who;
    struct bytes body; /* up to 2 MiB; borrowed until receive() returns */
    enum router_flaw flaw;
};

struct router_plan {
    const char *endpoint;
    const struct curve_key *key;
    void (*receive)(void *ctx, const struct router_message *m);
    void *ctx;
};

enum router_sent {
    ROUTER_SENT = 1,
    ROUTER_FULL,       /* as much waits for the peer as may: try again later */
    ROUTER_UNREACHABLE /* the peer is gone */
};

struct router_counters {
    uint64_t received, received_bytes, sent, sent_bytes, full, unreachable, intruders, cut;
};

struct router;

/* zap must be open. Gives. ST_IO: cannot be bound. */
MUST_USE enum status router_open(void *zmq, const struct router_plan *plan, struct router **ret, struct buf *why);
void router_close(struct router *r);
struct bus_door router_door(struct router *r);
struct bus_door router_flow_door(struct router *r);

/* Once a second: cut whoever sends without ever finishing a message (flow.h). */
void router_tick(struct router *r);
const char *router_endpoint(const struct router *r);
const struct router_counters *router_counters(const struct router *r);
/* How many are connected now. */
size_t router_connections(const struct router *r);

/* Never blocks. Copies. */
enum router_sent router_send(struct router *r, const struct peer *to, struct bytes body);

/* In receive(): answer the message that is being received, whatever its routing id. */
enum router_sent router_answer(struct router *r, struct bytes body);

/* Cut each connection whose identity is not good any more. A connection that never sent anything is not known here; it
 * gets nothing either, and its first message is looked at. */
void router_sift(struct router *r, bool (*good)(void *ctx, const struct identity *who), void *ctx);

#endif
