/* bus.h - the sockets of the daemon, opened in the one right order and closed in the other
 *
 * The guard (zap.h) first, then the command endpoint and the transitions endpoint.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_BUS_H
#define LEEWAY_BUS_BUS_H

#include "daemon/bus/router.h"
#include "daemon/bus/xpub.h"
#include "daemon/bus/zap.h"

enum { BUS_DOORS = 4 };

struct bus_plan {
    const char *command, *transitions; /* endpoints, as tcp://127.0.0.1:7400; port * takes any */
    const struct curve_key *key;       /* copied */
    struct bus_rules rules;            /* copied */
    void (*receive)(void *ctx, const struct router_message *m);
    void *ctx;
};

struct bus;

/* `why` gets one line on failure. ST_IO: something cannot be bound; nothing stays open. Gives. */
MUST_USE enum status bus_open(const struct bus_plan *plan, struct bus **ret, struct buf *why);

/* Closes all; waits at most a moment for what is on its way. */
void bus_close(struct bus *b);

struct router *bus_router(struct bus *b);
struct xpub *bus_xpub(struct bus *b);
struct zap *bus_zap(struct bus *b);
void bus_doors(struct bus *b, struct bus_door ret[BUS_DOORS]);

#endif
