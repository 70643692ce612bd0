#include "clients/bench/line.h"

#include "clients/bench/curve.h"
#include "daemon/base/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { ROOM = 1 << 16, GATHERED = 8192, PATIENCE_MS = 30000, EVENTS = 512, ALSO = -1 };

struct line {
    int fd;
    bool dirty; /* something is to be sent */
    struct curve curve;
    struct buf out;
    uint8_t *in; /* ROOM, or more after a long message */
    size_t at, n, cap;
};

struct lines {
    struct sockaddr_in peer;
    uint8_t server_key[CURVE_KEY];
    int epoll;
    struct line *line;
    size_t *dirty; /* numbers of lines */
    size_t n, cap, ndirty;
    struct epoll_event event[EVENTS];
    int events, looked;
    bool fresh; /* the line that is looked at was not read yet */
};

static bool address(const char *endpoint, struct sockaddr_in *ret)
{
    char host[64];
    unsigned port;
    *ret = (struct sockaddr_in){.sin_family = AF_INET};
    if (sscanf(endpoint, "tcp://%63[0-9.]:%u", host, &port) != 2 || port > UINT16_MAX)
        return false;
    ret->sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, host, &ret->sin_addr) == 1;
}

static bool key_read(uint8_t to[CURVE_KEY], const char *z85)
{
    return strlen(z85) == 40 && zmq_z85_decode(to, z85);
}

struct lines *lines_new(const char *endpoint, const char *server_key)
{
    struct lines *l = xcalloc(1, sizeof *l);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll >= 0 && address(endpoint, &l->peer) && key_read(l->server_key, server_key))
        return l;
    lines_free(l);
    return NULL;
}

static void line_done(struct line *s)
{
    if (s->fd >= 0)
        (void)close(s->fd);
    buf_done(&s->out);
    free(s->in);
}

void lines_free(struct lines *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        line_done(&l->line[i]);
    if (l->epoll >= 0)
        (void)close(l->epoll);
    free(l->line);
    free(l->dirty);
    free(l);
}

static _Noreturn void broken(const char *what)
{
    fprintf(stderr, "the line broke: %s\n", what);
    exit(1);
}

/* ---- bytes ---- */

static void flush(struct line *s)
{
    for (size_t at = 0; at < s->out.n;) {
        ssize_t n = send(s->fd, s->out.p + at, s->out.n - at, MSG_NOSIGNAL);
        if (n >= 0) {
            at += (size_t)n;
        } else if (errno == EAGAIN) {
            struct pollfd p = {.fd = s->fd, .events = POLLOUT};
            if (poll(&p, 1, PATIENCE_MS) == 0)
                broken("the daemon takes nothing");
        } else if (errno != EINTR) {
            broken(strerror(errno));
        }
    }
    buf_clear(&s->out);
}

/* What there is, at most what there is room for. False: nothing. */
static bool fill(struct line *s)
{
    if (s->at) {
        memmove(s->in, s->in + s->at, s->n - s->at);
        s->n -= s->at;
        s->at = 0;
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : ROOM;
        s->in = xrealloc(s->in, s->cap);
    }
    ssize_t n = recv(s->fd, s->in + s->n, s->cap - s->n, 0);
    if (n == 0)
        s->curve.state = CURVE_BROKEN;
    if (n > 0)
        s->n += (size_t)n;
    return n > 0;
}

/* The next thing in what came; p NULL: no message. False: it is not whole. */
static bool take(struct line *s, struct bytes *ret)
{
    size_t n = curve_take(&s->curve, s->in + s->at, s->n - s->at, ret, &s->out);
    s->at += n;
    return n > 0;
}

/* ---- connecting ---- */

static enum status shake(struct line *s)
{
    struct bytes none;
    curve_begin(&s->curve, &s->out);
    while (s->curve.state != CURVE_OPEN) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        flush(s);
        if (poll(&p, 1, PATIENCE_MS) != 1)
            return ST_IO;
        (void)fill(s);
        while (s->curve.state != CURVE_OPEN && take(s, &none))
            ;
        if (s->curve.state == CURVE_BROKEN)
            return ST_DENIED;
    }
    return ST_OK;
}

static enum status connected(struct lines *l, struct line *s)
{
    int one = 1;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&l->peer, sizeof l->peer) != 0 ||
        setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        return ST_IO;
    enum status st = shake(s);
    if (!st && fcntl(s->fd, F_SETFL, O_NONBLOCK) != 0)
        st = ST_IO;
    return st;
}

enum status lines_add(struct lines *l, const char *public_key, const char *secret_key, size_t *ret)
{
    struct line s = {.fd = -1};
    memcpy(s.curve.server, l->server_key, CURVE_KEY);
    if (!key_read(s.curve.public_key, public_key) || !key_read(s.curve.secret, secret_key))
        return ST_INVALID;
    enum status st = connected(l, &s);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)l->n};
    if (!st && epoll_ctl(l->epoll, EPOLL_CTL_ADD, s.fd, &e) != 0)
        st = ST_IO;
    if (st) {
        line_done(&s);
        return st;
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->line = xrealloc(l->line, l->cap * sizeof *l->line);
        l->dirty = xrealloc(l->dirty, l->cap * sizeof *l->dirty);
    }
    *ret = l->n;
    l->line[l->n++] = s;
    return ST_OK;
}

/* ---- turning ---- */

void lines_also(struct lines *l, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)ALSO};
    REQUIRE(epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) == 0);
}

static void dirty(struct lines *l, size_t line)
{
    if (!l->line[line].dirty)
        l->dirty[l->ndirty++] = line;
    l->line[line].dirty = true;
}

void line_send(struct lines *l, size_t line, struct bytes frame)
{
    struct line *s = &l->line[line];
    curve_seal(&s->curve, frame, &s->out);
    if (s->out.n > GATHERED)
        flush(s);
    else
        dirty(l, line);
}

void lines_wait(struct lines *l, int64_t us)
{
    for (size_t i = 0; i < l->ndirty; i++) {
        flush(&l->line[l->dirty[i]]);
        l->line[l->dirty[i]].dirty = false;
    }
    l->ndirty = 0;
    if (us % 1000) { /* epoll_wait() knows milliseconds only */
        struct pollfd p = {.fd = l->epoll, .events = POLLIN};
        (void)ppoll(&p, 1, &(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
        us = 0;
    }
    l->events = epoll_wait(l->epoll, l->event, EVENTS, (int)(us / 1000));
    l->looked = 0;
    l->fresh = true;
}

bool lines_receive(struct lines *l, size_t *ret_line, struct bytes *ret)
{
    for (; l->looked < l->events; l->looked++, l->fresh = true) {
        uint32_t number = l->event[l->looked].data.u32;
        if (number == (uint32_t)ALSO)
            continue;
        struct line *s = &l->line[number];
        if (l->fresh && !fill(s) && s->curve.state == CURVE_BROKEN)
            broken("the daemon closed it");
        l->fresh = false;
        while (take(s, ret)) {
            *ret_line = number;
            if (ret->p)
                return true;
            dirty(l, number); /* a ping was answered */
        }
        if (s->curve.state == CURVE_BROKEN)
            broken("what came is not deciphered");
    }
    return false;
}
