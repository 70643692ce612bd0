#include "daemon/bus/router.h"

#include "daemon/base/check.h"
#include "daemon/bus/connections.h"
#include "daemon/bus/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    MAX_MESSAGE = 2 * 1024 * 1024, /* above it libzmq cuts; from 1 MiB up to here a message is refused by name */
    RECEIVE_HWM = 64,
    SEND_HWM = 512, /* beside it every stream has its credit */
    ROUTING_ID = 256
};

struct router {
    void *socket;
    struct router_plan plan;
    char endpoint[SOCKET_ENDPOINT];
    struct connections connections;
    struct flow *flow;
    struct router_counters counters;
    /* of the message that is being received */
    uint8_t routing_id[ROUTING_ID];
    size_t routing_id_n;
    int fd;
};

enum status router_open(void *zmq, const struct router_plan *plan, struct router **ret, struct buf *why)
{
    struct router *r = xcalloc(1, sizeof *r);
    struct socket_plan how = {
        .type = ZMQ_ROUTER,
        .domain = ZAP_COMMAND,
        .key = plan->key,
        .max_message = MAX_MESSAGE,
        .receive_hwm = RECEIVE_HWM,
        .send_hwm = SEND_HWM,
        .extra_option = ZMQ_ROUTER_MANDATORY,
        .extra_value = 1,
    };
    enum status st = socket_open(zmq, &how, &r->socket, why);
    if (!st)
        st = flow_open(zmq, r->socket, &r->flow, why);
    if (!st)
        st = socket_bind(r->socket, plan->endpoint, r->endpoint, why);
    if (st) {
        router_close(r);
        return st;
    }
    r->plan = *plan;
    r->fd = -1;
    *ret = r;
    return ST_OK;
}

void router_close(struct router *r)
{
    if (!r)
        return;
    flow_close(r->flow);
    socket_close(r->socket);
    connections_done(&r->connections);
    free(r);
}

const char *router_endpoint(const struct router *r)
{
    return r->endpoint;
}

const struct router_counters *router_counters(const struct router *r)
{
    return &r->counters;
}

size_t router_connections(const struct router *r)
{
    return flow_connections(r->flow);
}

/* Read the routing id. False: nothing waits. */
static bool take_routing_id(struct router *r)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    bool got = zmq_msg_recv(&m, r->socket, ZMQ_DONTWAIT) >= 0;
    if (got) {
        r->routing_id_n = zmq_msg_size(&m) < ROUTING_ID ? zmq_msg_size(&m) : ROUTING_ID - 1;
        memcpy(r->routing_id, zmq_msg_data(&m), r->routing_id_n);
    }
    zmq_msg_close(&m);
    return got;
}

/* The ROUTER's own ids begin with a zero byte, which a client's may not. */
static bool routing_id_is_ours(const struct router *r)
{
    return r->routing_id_n == PEER_ID && r->routing_id[0] == 0;
}

static void cut_sender(struct router *r)
{
    if (connections_cut(&r->connections, r->fd))
        r->counters.cut++;
}

static void handle(struct router *r, zmq_msg_t *body, bool more)
{
    struct identity who;
    struct router_message m = {.flaw = more ? ROUTER_FRAMES : ROUTER_FINE, .who = &who};
    r->fd = zmq_msg_get(body, ZMQ_SRCFD);
    flow_progress(r->flow, r->fd);
    if (!zap_identity(zmq_msg_gets(body, "User-Id"), &who)) {
        r->counters.intruders++;
        who = (struct identity){{0}, {0}};
        connections_note(&r->connections, r->fd, &who, NULL);
        cut_sender(r);
        return;
    }
    if (routing_id_is_ours(r))
        memcpy(m.from.id, r->routing_id, PEER_ID);
    else
        m.flaw = ROUTER_ROUTING_ID;
    m.body = (struct bytes){zmq_msg_data(body), zmq_msg_size(body)};
    connections_note(&r->connections, r->fd, &who, routing_id_is_ours(r) ? &m.from : NULL);
    r->counters.received++;
    r->counters.received_bytes += m.body.n;
    r->plan.receive(r->plan.ctx, &m);
}

static bool receive(struct router *r)
{
    zmq_msg_t body;
    int more = 0;
    size_t n = sizeof more;
    if (!take_routing_id(r))
        return false;
    if (zmq_getsockopt(r->socket, ZMQ_RCVMORE, &more, &n) != 0 || !more)
        return true; /* a routing id with nothing behind it is no message */
    zmq_msg_init(&body);
    if (zmq_msg_recv(&body, r->socket, ZMQ_DONTWAIT) >= 0) {
        size_t further = socket_drain(r->socket);
        handle(r, &body, further > 0);
    }
    zmq_msg_close(&body);
    r->fd = -1;
    return true;
}

static bool readable(void *self)
{
    return socket_readable(((struct router *)self)->socket);
}

static void serve(void *self, int budget)
{
    while (budget-- > 0 && receive(self))
        ;
}

struct bus_door router_door(struct router *r)
{
    return (struct bus_door){socket_fd(r->socket), readable, serve, r};
}

struct bus_door router_flow_door(struct router *r)
{
    return flow_door(r->flow);
}

void router_tick(struct router *r)
{
    r->counters.cut += flow_tick(r->flow);
}

static enum router_sent send_to(struct router *r, const void *id, size_t n, struct bytes body)
{
    if (zmq_send(r->socket, id, n, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        if (zmq_errno() == EAGAIN) {
            r->counters.full++;
            return ROUTER_FULL;
        }
        r->counters.unreachable++;
        return ROUTER_UNREACHABLE;
    }
    if (zmq_send(r->socket, body.p, body.n, ZMQ_DONTWAIT) < 0) {
        r->counters.unreachable++;
        return ROUTER_UNREACHABLE;
    }
    r->counters.sent++;
    r->counters.sent_bytes += body.n;
    return ROUTER_SENT;
}

enum router_sent router_send(struct router *r, const struct peer *to, struct bytes body)
{
    return send_to(r, to->id, PEER_ID, body);
}

enum router_sent router_answer(struct router *r, struct bytes body)
{
    return send_to(r, r->routing_id, r->routing_id_n, body);
}

void router_sift(struct router *r, bool (*good)(void *ctx, const struct identity *who), void *ctx)
{
    r->counters.cut += connections_sift(&r->connections, good, ctx);
}
