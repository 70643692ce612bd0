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
    void *zmq;
    struct bus_rules rules;
    struct zap *zap;
    struct router *router;
    struct xpub *xpub;
};

enum status bus_open(const struct bus_plan *plan, struct bus **ret, struct buf *why)
{
    struct bus *b = xcalloc(1, sizeof *b);
    enum status st = ST_IO;
    b->rules = plan->rules;
    b->zmq = zmq_ctx_new();
    if (!b->zmq || zmq_ctx_set(b->zmq, ZMQ_MAX_SOCKETS, SOCKETS_MOST) != 0) {
        buf_printf(why, "ZeroMQ does not start: %s", zmq_strerror(zmq_errno()));
        goto out;
    }
    (void)zmq_ctx_set(b->zmq, ZERO_COPY_RECEIVE, 0); /* a library that does not know it only takes more memory */
    st = zap_open(b->zmq, &b->rules, &b->zap, why);
    if (st)
        goto out;
    struct router_plan router = {plan->command, plan->key, plan->receive, plan->ctx};
    st = router_open(b->zmq, &router, &b->router, why);
    if (st)
        goto out;
    struct xpub_plan xpub = {plan->transitions, plan->key, &b->rules};
    st = xpub_open(b->zmq, &xpub, &b->xpub, why);
out:
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
    while (b->zmq && zmq_ctx_term(b->zmq) != 0 && zmq_errno() == EINTR)
        ;
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
