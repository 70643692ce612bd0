#include "clients/lib/zmq.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { HEARTBEAT = 5000, HEARTBEAT_TIMEOUT = 15000, HANDSHAKE = 10000, ENDPOINT = 256 };

struct net {
    void *context;
    unsigned count; /* names for the sockets that tell the news */
};

struct link {
    struct net *net;
    struct link_options o;
    char endpoint[ENDPOINT], server_key[LW_KEY], public_key[LW_KEY], secret_key[LW_KEY], prefix[ENDPOINT];
    void *socket, *monitor;
    zmq_msg_t message[LINK_FRAMES];
    size_t held;
};

struct net *net_new(void)
{
    void *context = zmq_ctx_new();
    if (!context)
        return NULL;
    struct net *n = xcalloc(1, sizeof *n);
    n->context = context;
    return n;
}

void net_free(struct net *n)
{
    if (!n)
        return;
    while (zmq_ctx_term(n->context) != 0 && errno == EINTR)
        ;
    free(n);
}

struct link *link_new(struct net *n, const struct link_options *o)
{
    struct link *l = xcalloc(1, sizeof *l);
    l->net = n;
    l->o = *o;
    snprintf(l->endpoint, sizeof l->endpoint, "%s", o->endpoint);
    snprintf(l->server_key, sizeof l->server_key, "%s", o->server_key);
    snprintf(l->public_key, sizeof l->public_key, "%s", o->public_key);
    snprintf(l->secret_key, sizeof l->secret_key, "%s", o->secret_key);
    snprintf(l->prefix, sizeof l->prefix, "%s", o->prefix ? o->prefix : "");
    return l;
}

static void let_go(struct link *l)
{
    for (size_t i = 0; i < l->held; i++)
        zmq_msg_close(&l->message[i]);
    l->held = 0;
}

void link_drop(struct link *l)
{
    let_go(l);
    if (l->monitor) {
        zmq_socket_monitor(l->socket, NULL, 0);
        zmq_close(l->monitor);
    }
    if (l->socket)
        zmq_close(l->socket);
    l->socket = l->monitor = NULL;
}

void link_free(struct link *l)
{
    if (!l)
        return;
    link_drop(l);
    explicit_bzero(l->secret_key, sizeof l->secret_key);
    free(l);
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_text(void *socket, int option, const char *value)
{
    return zmq_setsockopt(socket, option, value, strlen(value)) == 0;
}

/* No limit of messages outward: what may wait is bounded above, and a full queue would drop a report in silence.
 * No reconnecting by libzmq: a new connection has a new identity at the daemon, and sessions must know of it. */
static bool configure(struct link *l)
{
    void *s = l->socket;
    bool fine = set_int(s, ZMQ_LINGER, 100) && set_int(s, ZMQ_SNDHWM, 0) && set_int(s, ZMQ_RCVHWM, 10000) &&
                set_int(s, ZMQ_RECONNECT_IVL, -1) && set_int(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT) &&
                set_int(s, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT) && set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE) &&
                set_text(s, ZMQ_CURVE_SERVERKEY, l->server_key) && set_text(s, ZMQ_CURVE_PUBLICKEY, l->public_key) &&
                set_text(s, ZMQ_CURVE_SECRETKEY, l->secret_key);
    if (fine && l->o.kind == LINK_SUB)
        fine = set_text(s, ZMQ_SUBSCRIBE, l->prefix) && set_text(s, ZMQ_SUBSCRIBE, "head/");
    return fine;
}

enum status link_connect(struct link *l)
{
    char name[64];
    enum status st = ST_INVALID;
    link_drop(l);
    l->socket = zmq_socket(l->net->context, l->o.kind == LINK_SUB ? ZMQ_SUB : ZMQ_DEALER);
    l->monitor = zmq_socket(l->net->context, ZMQ_PAIR);
    snprintf(name, sizeof name, "inproc://news-%u", ++l->net->count);
    if (!l->socket || !l->monitor)
        st = ST_LIMIT;
    else if (configure(l) && set_int(l->monitor, ZMQ_LINGER, 0) &&
             zmq_socket_monitor(l->socket, name, ZMQ_EVENT_ALL) == 0 && zmq_connect(l->monitor, name) == 0 &&
             zmq_connect(l->socket, l->endpoint) == 0)
        st = ST_OK;
    if (st != ST_OK)
        link_drop(l);
    return st;
}

static enum link_news meaning(unsigned event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return LINK_UP;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return LINK_DENIED;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_CLOSED:
    case ZMQ_EVENT_CLOSE_FAILED:
    case ZMQ_EVENT_DISCONNECTED:
        return LINK_LOST;
    default:
        return LINK_NOTHING;
    }
}

enum link_news link_news(struct link *l)
{
    while (l->monitor) {
        zmq_msg_t event, address;
        zmq_msg_init(&event);
        if (zmq_msg_recv(&event, l->monitor, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&event);
            return LINK_NOTHING;
        }
        uint16_t code;
        memcpy(&code, zmq_msg_data(&event), sizeof code);
        zmq_msg_close(&event);
        zmq_msg_init(&address);
        (void)zmq_msg_recv(&address, l->monitor, ZMQ_DONTWAIT);
        zmq_msg_close(&address);
        enum link_news news = meaning(code);
        if (news != LINK_NOTHING)
            return news;
    }
    return LINK_NOTHING;
}

void link_send(struct link *l, struct bytes frame)
{
    /* What is not taken here is sent again: the connection is ending. */
    if (l->socket)
        (void)zmq_send(l->socket, frame.p, frame.n, ZMQ_DONTWAIT);
}

size_t link_receive(struct link *l, struct bytes frame[LINK_FRAMES])
{
    let_go(l);
    bool more = l->socket != NULL;
    while (more) {
        zmq_msg_t spare, *m = l->held < LINK_FRAMES ? &l->message[l->held] : &spare;
        zmq_msg_init(m);
        if (zmq_msg_recv(m, l->socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(m);
            break;
        }
        more = zmq_msg_more(m) != 0;
        if (m == &spare) {
            zmq_msg_close(m);
            continue;
        }
        frame[l->held] = (struct bytes){zmq_msg_data(m), zmq_msg_size(m)};
        l->held++;
    }
    return l->held;
}

static bool readable(void *socket)
{
    int events = 0;
    size_t n = sizeof events;
    return socket && zmq_getsockopt(socket, ZMQ_EVENTS, &events, &n) == 0 && events & ZMQ_POLLIN;
}

bool link_waits(struct link *l)
{
    bool news = readable(l->monitor);
    return readable(l->socket) || news;
}

static int descriptor(void *socket)
{
    int fd = -1;
    size_t n = sizeof fd;
    return socket && zmq_getsockopt(socket, ZMQ_FD, &fd, &n) == 0 ? fd : -1;
}

void link_descriptors(const struct link *l, int ret[2])
{
    ret[0] = descriptor(l->socket);
    ret[1] = descriptor(l->monitor);
}

void lw_keygen(char ret_public[LW_KEY], char ret_secret[LW_KEY])
{
    REQUIRE(zmq_curve_keypair(ret_public, ret_secret) == 0); /* fails only without CURVE in libzmq */
}
