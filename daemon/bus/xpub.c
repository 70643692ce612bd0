#include "daemon/bus/xpub.h"

#include "daemon/base/check.h"
#include "daemon/bus/connections.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    /* The longest message of a CURVE handshake (INITIATE, about 280 bytes) counts as a message too: with 256 nobody
     * gets in. A longer prefix than PREFIX is cut when it is seen. */
    MAX_MESSAGE = 512,
    PREFIX = 200,
    RECEIVE_HWM = 256,
    SEND_HWM = 2000,
    SUBSCRIBE = 1
};

struct xpub {
    void *socket;
    const struct bus_rules *rules;
    char endpoint[SOCKET_ENDPOINT];
    struct connections connections;
    struct xpub_counters counters;
};

enum status xpub_open(void *zmq, const struct xpub_plan *plan, struct xpub **ret, struct buf *why)
{
    struct xpub *x = xcalloc(1, sizeof *x);
    struct socket_plan how = {
        .type = ZMQ_XPUB,
        .domain = ZAP_TRANSITIONS,
        .key = plan->key,
        .max_message = MAX_MESSAGE,
        .receive_hwm = RECEIVE_HWM,
        .send_hwm = SEND_HWM,
        .extra_option = ZMQ_XPUB_VERBOSE,
        .extra_value = 1,
    };
    enum status st = socket_open(zmq, &how, &x->socket, why);
    if (!st)
        st = socket_bind(x->socket, plan->endpoint, x->endpoint, why);
    if (st) {
        xpub_close(x);
        return st;
    }
    x->rules = plan->rules;
    *ret = x;
    return ST_OK;
}

void xpub_close(struct xpub *x)
{
    if (!x)
        return;
    socket_close(x->socket);
    connections_done(&x->connections);
    free(x);
}

const char *xpub_endpoint(const struct xpub *x)
{
    return x->endpoint;
}

const struct xpub_counters *xpub_counters(const struct xpub *x)
{
    return &x->counters;
}

static void cut(struct xpub *x, int fd)
{
    if (connections_cut(&x->connections, fd))
        x->counters.cut++;
}

static bool may_watch(struct xpub *x, const struct identity *who)
{
    const char *principal = x->rules->principal_of(x->rules->ctx, who->key);
    return principal && !strcmp(principal, who->principal) && x->rules->may_watch(x->rules->ctx, principal);
}

static void handle(struct xpub *x, zmq_msg_t *m)
{
    struct identity who = {{0}, {0}};
    int fd = zmq_msg_get(m, ZMQ_SRCFD);
    bool known = zap_identity(zmq_msg_gets(m, "User-Id"), &who);
    struct connection *c = connections_note(&x->connections, fd, &who, NULL);
    if (!c)
        return; /* gone already, and its subscriptions with it */
    if (!known) {
        x->counters.intruders++;
        cut(x, fd);
        return;
    }
    if (zmq_msg_size(m) < 1 || *(const uint8_t *)zmq_msg_data(m) != SUBSCRIBE)
        return;
    x->counters.subscriptions++;
    if (++c->subscriptions > XPUB_SUBSCRIPTIONS || zmq_msg_size(m) > 1 + PREFIX || !may_watch(x, &who))
        cut(x, fd);
}

static bool readable(void *self)
{
    return socket_readable(((struct xpub *)self)->socket);
}

static void serve(void *self, int budget)
{
    struct xpub *x = self;
    for (bool more = true; more && budget > 0; budget--) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        more = zmq_msg_recv(&m, x->socket, ZMQ_DONTWAIT) >= 0;
        if (more) {
            socket_drain(x->socket);
            handle(x, &m);
        }
        zmq_msg_close(&m);
    }
}

struct bus_door xpub_door(struct xpub *x)
{
    return (struct bus_door){socket_fd(x->socket), readable, serve, x};
}

void xpub_publish(struct xpub *x, const char *topic, struct bytes body)
{
    /* An XPUB never blocks: what a subscriber has no room for is dropped for it alone. */
    if (zmq_send(x->socket, topic, strlen(topic), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
        zmq_send(x->socket, body.p, body.n, ZMQ_DONTWAIT) >= 0)
        x->counters.published++;
}

void xpub_sift(struct xpub *x, bool (*good)(void *ctx, const struct identity *who), void *ctx)
{
    x->counters.cut += connections_sift(&x->connections, good, ctx);
}
