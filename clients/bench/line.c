#include "clients/bench/line.h"

#include "daemon/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { TEXT = 256, HANDSHAKE = 30000 };

struct lines {
    void *context;
    char endpoint[TEXT], server_key[TEXT];
    zmq_pollitem_t *poll;
    size_t n, cap, at; /* at: where the next look begins */
    zmq_msg_t message;
};

struct lines *lines_new(const char *endpoint, const char *server_key)
{
    struct lines *l = xcalloc(1, sizeof *l);
    l->context = zmq_ctx_new();
    REQUIRE(l->context);
    (void)zmq_ctx_set(l->context, ZMQ_MAX_SOCKETS, 8192);
    (void)snprintf(l->endpoint, sizeof l->endpoint, "%s", endpoint);
    (void)snprintf(l->server_key, sizeof l->server_key, "%s", server_key);
    zmq_msg_init(&l->message);
    return l;
}

void lines_free(struct lines *l)
{
    if (!l)
        return;
    zmq_msg_close(&l->message);
    for (size_t i = 0; i < l->n; i++)
        if (l->poll[i].socket)
            zmq_close(l->poll[i].socket);
    zmq_ctx_term(l->context);
    free(l->poll);
    free(l);
}

static bool set_text(void *socket, int option, const char *text)
{
    return zmq_setsockopt(socket, option, text, strlen(text)) == 0;
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static void add(struct lines *l, zmq_pollitem_t item)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->poll = xrealloc(l->poll, l->cap * sizeof *l->poll);
    }
    l->poll[l->n++] = item;
}

enum status lines_add(struct lines *l, const char *public_key, const char *secret_key, size_t *ret)
{
    void *s = zmq_socket(l->context, ZMQ_DEALER);
    if (!s)
        return ST_LIMIT;
    if (!set_int(s, ZMQ_LINGER, 0) || !set_int(s, ZMQ_SNDHWM, 0) || !set_int(s, ZMQ_RCVHWM, 0) ||
        !set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE) || !set_text(s, ZMQ_CURVE_SERVERKEY, l->server_key) ||
        !set_text(s, ZMQ_CURVE_PUBLICKEY, public_key) || !set_text(s, ZMQ_CURVE_SECRETKEY, secret_key) ||
        zmq_connect(s, l->endpoint) != 0) {
        zmq_close(s);
        return ST_INVALID;
    }
    *ret = l->n;
    add(l, (zmq_pollitem_t){.socket = s, .events = ZMQ_POLLIN});
    return ST_OK;
}

void lines_also(struct lines *l, int fd)
{
    add(l, (zmq_pollitem_t){.fd = fd, .events = ZMQ_POLLIN});
}

bool line_send(struct lines *l, size_t line, struct bytes frame)
{
    return zmq_send(l->poll[line].socket, frame.p, frame.n, ZMQ_DONTWAIT) >= 0;
}

void lines_wait(struct lines *l, int ms)
{
    (void)zmq_poll(l->poll, (int)l->n, ms);
    l->at = 0;
}

bool lines_receive(struct lines *l, size_t *ret_line, struct bytes *ret)
{
    for (; l->at < l->n; l->at++) {
        if (!l->poll[l->at].socket || !(l->poll[l->at].revents & ZMQ_POLLIN))
            continue;
        if (zmq_msg_recv(&l->message, l->poll[l->at].socket, ZMQ_DONTWAIT) < 0)
            continue;
        *ret_line = l->at;
        *ret = (struct bytes){zmq_msg_data(&l->message), zmq_msg_size(&l->message)};
        return true;
    }
    return false;
}
