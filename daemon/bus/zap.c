#include "daemon/bus/zap.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

enum { KEY_BYTES = 32, FRAME = 256, FRAMES = 7, BUDGET = 1024, MANY = 16, LONG = 60 };

static const char ENDPOINT[] = "inproc://zeromq.zap.01";

/* The frames of a request, RFC 27. */
enum frame { F_VERSION, F_REQUEST, F_DOMAIN, F_ADDRESS, F_ROUTING_ID, F_MECHANISM, F_KEY };

/* Where the questions of one context are answered. */
struct desk {
    void *zmq, *socket;
    void *spent; /* the socket before, not bound any more; NULL: none */
    uint64_t answered;
    int waited;  /* calls of zap_refresh() since the socket was made */
    bool closed; /* a spent socket was closed at the last call */
};

enum { COMMAND, TRANSITIONS, DESKS };

struct zap {
    struct desk desk[DESKS];
    int epoll; /* over the descriptors of the sockets, which change */
    const struct bus_rules *rules;
    struct zap_counters counters;
};

struct request {
    size_t frames;            /* as many as came, also above FRAMES */
    size_t len[FRAMES];       /* true lengths, also above FRAME */
    char text[FRAMES][FRAME]; /* cut to FRAME - 1, with a NUL */
};

struct verdict {
    const char *status, *text;
    char user_id[ZAP_PRINCIPAL + CURVE_Z85];
};

/* ---- Sockets ---- */

static void *socket_make(const struct zap *z, void *zmq)
{
    void *s = zmq_socket(zmq, ZMQ_REP);
    struct epoll_event wanted = {.events = EPOLLIN};
    if (s && socket_set(s, ZMQ_LINGER, 0) && epoll_ctl(z->epoll, EPOLL_CTL_ADD, socket_fd(s), &wanted) == 0)
        return s;
    socket_close(s);
    return NULL;
}

static void socket_end(const struct zap *z, void *socket)
{
    if (!socket)
        return;
    (void)epoll_ctl(z->epoll, EPOLL_CTL_DEL, socket_fd(socket), NULL);
    socket_close(socket);
}

static enum status desk_open(struct zap *z, struct desk *d, void *zmq, struct buf *why)
{
    d->zmq = zmq;
    d->socket = socket_make(z, zmq);
    if (d->socket && zmq_bind(d->socket, ENDPOINT) == 0)
        return ST_OK;
    buf_printf(why, "the guard of the door cannot be bound: %s", zmq_strerror(zmq_errno()));
    return ST_IO;
}

enum status zap_open(void *command, void *transitions, const struct bus_rules *rules, struct zap **ret, struct buf *why)
{
    struct zap *z = xcalloc(1, sizeof *z);
    z->rules = rules;
    z->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum status st = desk_open(z, &z->desk[COMMAND], command, why);
    if (!st)
        st = desk_open(z, &z->desk[TRANSITIONS], transitions, why);
    if (st) {
        zap_close(z);
        return st;
    }
    *ret = z;
    return ST_OK;
}

void zap_close(struct zap *z)
{
    if (!z)
        return;
    for (int i = 0; i < DESKS; i++) {
        socket_end(z, z->desk[i].spent);
        socket_end(z, z->desk[i].socket);
    }
    if (z->epoll >= 0)
        close(z->epoll);
    free(z);
}

const struct zap_counters *zap_counters(const struct zap *z)
{
    return &z->counters;
}

/* False: nothing is there. */
static bool receive(void *socket, struct request *ret)
{
    ret->frames = 0;
    for (int more = 1; more;) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&m);
            return false;
        }
        if (ret->frames < FRAMES) {
            size_t n = zmq_msg_size(&m), kept = n < FRAME ? n : FRAME - 1;
            memcpy(ret->text[ret->frames], zmq_msg_data(&m), kept);
            ret->text[ret->frames][kept] = '\0';
            ret->len[ret->frames] = n;
        }
        ret->frames++;
        more = zmq_msg_more(&m);
        zmq_msg_close(&m);
    }
    return true;
}

/* A frame that is exactly this text. */
static bool frame_is(const struct request *r, enum frame f, const char *text)
{
    return r->len[f] == strlen(text) && !memcmp(r->text[f], text, r->len[f]);
}

static void judge(struct zap *z, const struct request *r, struct verdict *v)
{
    char key[CURVE_Z85];
    v->status = "400";
    v->text = "no access";
    v->user_id[0] = '\0';
    if (r->frames != FRAMES || !frame_is(r, F_VERSION, "1.0")) {
        v->status = "500";
        v->text = "no request";
        z->counters.malformed++;
        return;
    }
    z->counters.refused++;
    if (!frame_is(r, F_MECHANISM, "CURVE") || r->len[F_KEY] != KEY_BYTES ||
        !zmq_z85_encode(key, (const uint8_t *)r->text[F_KEY], KEY_BYTES))
        return;
    const char *principal = z->rules->principal_of(z->rules->ctx, key);
    if (!principal || strlen(principal) >= ZAP_PRINCIPAL || strchr(principal, '/'))
        return;
    bool watching = frame_is(r, F_DOMAIN, ZAP_TRANSITIONS);
    if (!watching && !frame_is(r, F_DOMAIN, ZAP_COMMAND))
        return;
    if (watching && !z->rules->may_watch(z->rules->ctx, principal))
        return;
    v->status = "200";
    v->text = "OK";
    snprintf(v->user_id, sizeof v->user_id, "%s/%s", principal, key);
    z->counters.refused--;
    z->counters.admitted++;
}

static void send_frame(void *socket, const void *p, size_t n, bool more)
{
    /* Over inproc and for a request that has just come: it cannot block, and when it fails libzmq refuses the peer. */
    (void)zmq_send(socket, p, n, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

static void answer(void *socket, const struct request *r, const struct verdict *v)
{
    size_t id = r->frames > F_REQUEST ? r->len[F_REQUEST] : 0;
    send_frame(socket, "1.0", 3, true);
    send_frame(socket, r->frames > F_REQUEST ? r->text[F_REQUEST] : "", id < FRAME ? id : FRAME - 1, true);
    send_frame(socket, v->status, 3, true);
    send_frame(socket, v->text, strlen(v->text), true);
    send_frame(socket, v->user_id, strlen(v->user_id), true);
    send_frame(socket, "", 0, false);
}

/* Each is asked, also after one said yes: asking empties its mailbox. */
static bool readable(void *self)
{
    struct zap *z = self;
    bool any = false;
    for (int i = 0; i < DESKS; i++) {
        any = socket_readable(z->desk[i].socket) || any;
        any = (z->desk[i].spent && socket_readable(z->desk[i].spent)) || any;
    }
    return any;
}

static void serve_socket(struct zap *z, struct desk *d, void *socket, int budget)
{
    struct request r;
    struct verdict v;
    while (budget-- > 0 && receive(socket, &r)) {
        judge(z, &r, &v);
        answer(socket, &r, &v);
        d->answered++;
    }
}

static void serve(void *self, int budget)
{
    struct zap *z = self;
    for (int i = 0; i < DESKS; i++) {
        struct desk *d = &z->desk[i];
        serve_socket(z, d, d->socket, budget);
        if (d->spent)
            serve_socket(z, d, d->spent, budget);
    }
}

struct bus_door zap_door(struct zap *z)
{
    return (struct bus_door){z->epoll, readable, serve, z};
}

/* What the handshakes kept lies between what lives, where malloc does not give it back by itself. */
static void trim(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

/* No handshake began with a spent socket for a second, and those of before have their answers. */
static void spent_end(struct zap *z, struct desk *d)
{
    serve_socket(z, d, d->spent, BUDGET);
    socket_end(z, d->spent);
    d->spent = NULL;
}

static enum status socket_renew(struct zap *z, struct desk *d)
{
    void *fresh = socket_make(z, d->zmq);
    if (!fresh)
        return ST_OK; /* another time */
    if (zmq_unbind(d->socket, ENDPOINT) != 0) {
        socket_end(z, fresh);
        return ST_OK;
    }
    if (zmq_bind(fresh, ENDPOINT) != 0) {
        socket_end(z, fresh);
        return zmq_bind(d->socket, ENDPOINT) == 0 ? ST_OK : ST_IO;
    }
    d->spent = d->socket;
    d->socket = fresh;
    d->answered = 0;
    d->waited = 0;
    return ST_OK;
}

/* libzmq keeps the pipe of a handshake to this socket, two pages and more, for as long as the connection lives, unless
 * the socket is closed. While it is renewed a handshake may find nobody to ask and come in without a User-Id; what it
 * sends is refused, and the transitions have a context of their own where this never happens. */
enum status zap_refresh(struct zap *z)
{
    struct desk *d = &z->desk[COMMAND];
    if (d->closed)
        trim();
    d->closed = d->spent != NULL;
    if (d->spent)
        spent_end(z, d);
    d->waited++;
    bool due = d->answered >= MANY || (d->answered && d->waited >= LONG);
    return due ? socket_renew(z, d) : ST_OK;
}

bool zap_identity(const char *user_id, struct identity *ret)
{
    const char *slash = user_id ? strchr(user_id, '/') : NULL;
    if (!slash || slash == user_id || slash - user_id >= ZAP_PRINCIPAL || strlen(slash + 1) != CURVE_Z85 - 1)
        return false;
    memcpy(ret->principal, user_id, (size_t)(slash - user_id));
    ret->principal[slash - user_id] = '\0';
    memcpy(ret->key, slash + 1, CURVE_Z85);
    return true;
}
