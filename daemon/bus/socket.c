#include "daemon/bus/socket.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

enum {
    HEARTBEAT_MS = 5000,
    SILENCE_MS = 15000,
    HANDSHAKE_MS = 10000,
    LINGER_MS = 300, /* enough for the last `ended` */
    BACKLOG = 512
};

bool socket_set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool configure(void *s, const struct socket_plan *plan)
{
    return socket_set(s, ZMQ_LINGER, LINGER_MS) && socket_set(s, ZMQ_CURVE_SERVER, 1) &&
           zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, plan->key->secret_z85, CURVE_Z85) == 0 &&
           zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, plan->domain, strlen(plan->domain)) == 0 &&
           zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &(int64_t){plan->max_message}, sizeof(int64_t)) == 0 &&
           socket_set(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) && socket_set(s, ZMQ_HEARTBEAT_TIMEOUT, SILENCE_MS) &&
           socket_set(s, ZMQ_HEARTBEAT_TTL, SILENCE_MS) && socket_set(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           socket_set(s, ZMQ_BACKLOG, BACKLOG) && socket_set(s, ZMQ_RCVHWM, plan->receive_hwm) &&
           socket_set(s, ZMQ_SNDHWM, plan->send_hwm) && socket_set(s, plan->extra_option, plan->extra_value);
}

enum status socket_open(void *zmq, const struct socket_plan *plan, void **ret, struct buf *why)
{
    void *s = zmq_socket(zmq, plan->type);
    if (!s || !configure(s, plan)) {
        buf_printf(why, "a socket cannot be made: %s", zmq_strerror(zmq_errno()));
        socket_close(s);
        return ST_IO;
    }
    *ret = s;
    return ST_OK;
}

enum status socket_bind(void *socket, const char *wanted, char endpoint[SOCKET_ENDPOINT], struct buf *why)
{
    size_t n = SOCKET_ENDPOINT;
    if (zmq_bind(socket, wanted) == 0 && zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0)
        return ST_OK;
    buf_printf(why, "%s cannot be bound: %s", wanted, zmq_strerror(zmq_errno()));
    return ST_IO;
}

void socket_close(void *socket)
{
    if (socket)
        zmq_close(socket);
}

int socket_fd(void *socket)
{
    int fd = -1;
    size_t n = sizeof fd;
    return zmq_getsockopt(socket, ZMQ_FD, &fd, &n) == 0 ? fd : -1;
}

bool socket_readable(void *socket)
{
    int events = 0;
    size_t n = sizeof events;
    while (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &n) != 0)
        if (zmq_errno() != EINTR)
            return false;
    return events & ZMQ_POLLIN;
}

size_t socket_drain(void *socket)
{
    size_t count = 0;
    int more = 0;
    size_t n = sizeof more;
    while (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &n) == 0 && more) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0)
            more = 0;
        else
            count++;
        zmq_msg_close(&m);
        if (!more)
            break;
    }
    return count;
}
