/* xpub.h - the transitions endpoint
 *
 * A plain XPUB that shows every subscription (VERBOSE, never MANUAL: in that mode libzmq 4.3.4 acts on freed
 * connections). Who may not watch is refused at the handshake, and cut when the right ends later. A connection that
 * asks for more than XPUB_SUBSCRIPTIONS prefixes in its life, or for one of more than 200 bytes, is cut.
 * What a subscriber is too slow for is dropped: that is the rule of this endpoint, and every message brings the numbers
 * by which a gap is found.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_XPUB_H
#define LEEWAY_BUS_XPUB_H

#include "daemon/bus/socket.h"
#include "daemon/bus/zap.h"

#include <stdint.h>

enum { XPUB_SUBSCRIPTIONS = 64 };

struct xpub_plan {
    const char *endpoint;
    const struct curve_key *key;
    const struct bus_rules *rules; /* borrowed until xpub_close */
};

struct xpub_counters {
    uint64_t subscriptions, published, intruders, cut;
};

struct xpub;

/* zap must be open. Gives. ST_IO: cannot be bound. */
MUST_USE enum status xpub_open(void *zmq, const struct xpub_plan *plan, struct xpub **ret, struct buf *why);
void xpub_close(struct xpub *x);
struct bus_door xpub_door(struct xpub *x);
const char *xpub_endpoint(const struct xpub *x);
const struct xpub_counters *xpub_counters(const struct xpub *x);

/* Never blocks. Copies. */
void xpub_publish(struct xpub *x, const char *topic, struct bytes body);

/* Cut each subscriber whose identity is not good any more. */
void xpub_sift(struct xpub *x, bool (*good)(void *ctx, const struct identity *who), void *ctx);

#endif
