#include "daemon/bus/zap.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { KEY_BYTES = 32, FRAME = 256, FRAMES = 7 };

/* The frames of a request, RFC 27. */
enum frame { F_VERSION, F_REQUEST, F_DOMAIN, F_ADDRESS, F_ROUTING_ID, F_MECHANISM, F_KEY };

struct zap {
    void *socket;
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

enum status zap_open(void *zmq, const struct bus_rules *rules, struct zap **ret, struct buf *why)
{
    void *s = zmq_socket(zmq, ZMQ_REP);
    if (!s || !socket_set(s, ZMQ_LINGER, 0) || zmq_bind(s, "inproc://zeromq.zap.01") != 0) {
        buf_printf(why, "the guard of the door cannot be bound: %s", zmq_strerror(zmq_errno()));
        socket_close(s);
        return ST_IO;
    }
    struct zap *z = xcalloc(1, sizeof *z);
    z->socket = s;
    z->rules = rules;
    *ret = z;
    return ST_OK;
}

void zap_close(struct zap *z)
{
    if (!z)
        return;
    socket_close(z->socket);
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

static void answer(struct zap *z, const struct request *r, const struct verdict *v)
{
    size_t id = r->frames > F_REQUEST ? r->len[F_REQUEST] : 0;
    send_frame(z->socket, "1.0", 3, true);
    send_frame(z->socket, r->frames > F_REQUEST ? r->text[F_REQUEST] : "", id < FRAME ? id : FRAME - 1, true);
    send_frame(z->socket, v->status, 3, true);
    send_frame(z->socket, v->text, strlen(v->text), true);
    send_frame(z->socket, v->user_id, strlen(v->user_id), true);
    send_frame(z->socket, "", 0, false);
}

static bool readable(void *self)
{
    return socket_readable(((struct zap *)self)->socket);
}

static void serve(void *self, int budget)
{
    struct zap *z = self;
    struct request r;
    struct verdict v;
    while (budget-- > 0 && receive(z->socket, &r)) {
        judge(z, &r, &v);
        answer(z, &r, &v);
    }
}

struct bus_door zap_door(struct zap *z)
{
    return (struct bus_door){socket_fd(z->socket), readable, serve, z};
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
