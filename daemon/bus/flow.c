#include "daemon/bus/flow.h"

#include "daemon/base/check.h"
#include "daemon/bus/connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

static const char address[] = "inproc://flow";

struct watched {
    uint64_t inode; /* 0: no connection here */
    uint64_t base;  /* bytes received when a whole message was last seen */
    bool progress;  /* since the last tick */
};

struct flow {
    void *followed, *monitor;
    struct watched *at; /* by descriptor */
    size_t n;
};

enum status flow_open(void *zmq, void *socket, struct flow **ret, struct buf *why)
{
    const int events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED;
    void *monitor = NULL;
    /* Without a bound, so that libzmq's thread never waits for us to read an event. */
    if (zmq_socket_monitor(socket, address, events) != 0 || !(monitor = zmq_socket(zmq, ZMQ_PAIR)) ||
        !socket_set(monitor, ZMQ_RCVHWM, 0) || !socket_set(monitor, ZMQ_LINGER, 0) ||
        zmq_connect(monitor, address) != 0) {
        buf_printf(why, "connections cannot be followed: %s", zmq_strerror(zmq_errno()));
        zmq_socket_monitor(socket, NULL, 0);
        socket_close(monitor);
        return ST_IO;
    }
    struct flow *f = xcalloc(1, sizeof *f);
    f->followed = socket;
    f->monitor = monitor;
    *ret = f;
    return ST_OK;
}

void flow_close(struct flow *f)
{
    if (!f)
        return;
    zmq_socket_monitor(f->followed, NULL, 0);
    socket_close(f->monitor);
    free(f->at);
    free(f);
}

static struct watched *entry(struct flow *f, int fd)
{
    if (fd < 0 || fd >= CONNECTIONS_DESCRIPTORS)
        return NULL;
    if ((size_t)fd >= f->n) {
        size_t n = ((size_t)fd + 64) / 64 * 64;
        f->at = xrealloc(f->at, n * sizeof *f->at);
        memset(f->at + f->n, 0, (n - f->n) * sizeof *f->at);
        f->n = n;
    }
    return &f->at[fd];
}

void flow_progress(struct flow *f, int fd)
{
    if (fd >= 0 && (size_t)fd < f->n)
        f->at[fd].progress = true;
}

/* An event: 2 bytes of which, 4 of descriptor, in the order of this machine; then a frame with the address. */
static void take_event(struct flow *f, const uint8_t *p)
{
    uint16_t event;
    uint32_t value;
    memcpy(&event, p, sizeof event);
    memcpy(&value, p + sizeof event, sizeof value);
    struct watched *w = entry(f, (int)value);
    if (w)
        *w = (struct watched){.inode = event == ZMQ_EVENT_ACCEPTED ? connections_inode((int)value) : 0};
}

static bool readable(void *self)
{
    return socket_readable(((struct flow *)self)->monitor);
}

static void serve(void *self, int budget)
{
    struct flow *f = self;
    uint8_t event[6];
    while (budget-- > 0) {
        int n = zmq_recv(f->monitor, event, sizeof event, ZMQ_DONTWAIT);
        if (n < 0)
            return;
        socket_drain(f->monitor);
        if (n == sizeof event)
            take_event(f, event);
    }
}

struct bus_door flow_door(struct flow *f)
{
    return (struct bus_door){socket_fd(f->monitor), readable, serve, f};
}

/* True: the connection was cut. */
static bool look(struct watched *w, int fd)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return false; /* not TCP, or gone: its event is on the way */
    if (w->progress || info.tcpi_bytes_received < w->base) {
        w->base = info.tcpi_bytes_received;
        w->progress = false;
        return false;
    }
    if (info.tcpi_bytes_received - w->base <= FLOW_UNFINISHED || connections_inode(fd) != w->inode)
        return false;
    w->inode = 0;
    return shutdown(fd, SHUT_RDWR) == 0;
}

size_t flow_tick(struct flow *f)
{
    size_t cut = 0;
    for (size_t fd = 0; fd < f->n; fd++)
        if (f->at[fd].inode)
            cut += look(&f->at[fd], (int)fd);
    return cut;
}

size_t flow_connections(const struct flow *f)
{
    size_t n = 0;
    for (size_t fd = 0; fd < f->n; fd++)
        n += f->at[fd].inode != 0;
    return n;
}
