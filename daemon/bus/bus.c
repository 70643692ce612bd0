#include "daemon/bus/bus.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

enum {
    SOCKETS_MOST = 4096,
    /* ZMQ_ZERO_COPY_RECV, which zmq.h hides with its drafts though 4.3 takes it. With it every connection keeps 10 KiB
     * of counters, and a small message that waits keeps the whole buffer it came in. */
    ZERO_COPY_RECEIVE = 10
};

struct bus {
    void *zmq, *watched; /* the context of the commands, that of the transitions: see zap_refresh() */
    struct bus_rules rules;
    struct zap *zap;
    struct router *router;
    struct xpub *xpub;
};

static void context_end(void *zmq)
{
    while (zmq && zmq_ctx_term(zmq) != 0 && zmq_errno() == EINTR)
        ;
}

static void *context_new(struct buf *why)
{
    void *zmq = zmq_ctx_new();
    if (zmq && zmq_ctx_set(zmq, ZMQ_MAX_SOCKETS, SOCKETS_MOST) == 0) {
        (void)zmq_ctx_set(zmq, ZERO_COPY_RECEIVE, 0); /* a library that does not know it only takes more memory */
        return zmq;
    }
    buf_printf(why, "ZeroMQ does not start: %s", zmq_strerror(zmq_errno()));
    context_end(zmq);
    return NULL;
}

static enum status open_all(struct bus *b, const struct bus_plan *plan, struct buf *why)
{
    struct router_plan router = {plan->command, plan->key, plan->receive, plan->ctx};
    struct xpub_plan xpub = {plan->transitions, plan->key, &b->rules};
    b->zmq = context_new(why);
    b->watched = context_new(why);
    if (!b->zmq || !b->watched)
        return ST_IO;
    enum status st = zap_open(b->zmq, b->watched, &b->rules, &b->zap, why);
    if (!st)
        st = router_open(b->zmq, &router, &b->router, why);
    if (!st)
        st = xpub_open(b->watched, &xpub, &b->xpub, why);
    return st;
}

enum status bus_open(const struct bus_plan *plan, struct bus **ret, struct buf *why)
{
    struct bus *b = xcalloc(1, sizeof *b);
    b->rules = plan->rules;
    enum status st = open_all(b, plan, why);
    if (st) {
        bus_close(b);
        return st;
    }
    *ret = b;
    return ST_OK;
}

void bus_close(struct bus *b)
{
    if (!b)
        return;
    xpub_close(b->xpub);
    router_close(b->router);
    zap_close(b->zap);
    context_end(b->watched);
    context_end(b->zmq);
    free(b);
}

struct router *bus_router(struct bus *b)
{
    return b->router;
}

struct xpub *bus_xpub(struct bus *b)
{
    return b->xpub;
}

struct zap *bus_zap(struct bus *b)
{
    return b->zap;
}

void bus_doors(struct bus *b, struct bus_door ret[BUS_DOORS])
{
    ret[0] = zap_door(b->zap);
    ret[1] = router_door(b->router);
    ret[2] = xpub_door(b->xpub);
    ret[3] = router_flow_door(b->router);
}
