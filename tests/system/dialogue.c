/* dialogue.c - play a dialogue of proto/vectors/dialogues against a running daemon
 *
 *     leeway-dialogue TOWN.json DIALOGUE.json
 *
 * The twin of tests/python/dialogue.py, which tells what the steps mean: here with the house's own codec, over plain
 * ZeroMQ sockets. Ends with 1 and a sentence when what comes is not what must come.
 */
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "daemon/base/buf.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { LIMIT_MS = 20000, CONNECTIONS = 16, FILE_MOST = 16 << 20, WHY = 2048 };

struct connection {
    const char *name;
    void *socket, *monitor;
    bool feed;
};

struct play {
    struct arena *arena;
    const struct value *town, *dialogue;
    struct value *known; /* variable -> value */
    void *context;
    struct connection open[CONNECTIONS];
    char why[WHY];
    jmp_buf out;
};

__attribute__((format(printf, 2, 3), noreturn)) static void differ(struct play *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->why, sizeof p->why, fmt, ap);
    va_end(ap);
    longjmp(p->out, 1);
}

static const char *show(struct play *p, const struct value *v)
{
    struct buf out = {0};
    json_line(&out, v);
    const char *text = arena_str(p->arena, buf_cstr(&out));
    buf_done(&out);
    return text;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- values and patterns ---- */

/* The value with its variables put in. */
static struct value *fill(struct play *p, const struct value *v)
{
    const char *name = v_get_str(v, "$var", NULL);
    if (name) {
        struct value *known = v_get(p->known, name);
        if (!known)
            differ(p, "nothing was bound to %s", name);
        return known;
    }
    if (v_kind(v) != V_MAP && v_kind(v) != V_LIST)
        return v_copy(p->arena, v);
    struct value *made = v_kind(v) == V_MAP ? v_map(p->arena) : v_list(p->arena);
    for (size_t i = 0; i < v_count(v); i++) {
        if (v_kind(v) == V_MAP)
            v_put(p->arena, made, v->u.map.pair[i].key, fill(p, v->u.map.pair[i].val));
        else
            v_push(p->arena, made, fill(p, v_at(v, i)));
    }
    return made;
}

static bool is_kind(const struct value *v, const char *name)
{
    static const struct {
        const char *name;
        enum value_kind kind;
    } kinds[] = {{"int", V_INT}, {"text", V_STR}, {"bytes", V_BIN}, {"map", V_MAP}, {"list", V_LIST}, {"bool", V_BOOL}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return v_kind(v) == kinds[i].kind;
    return false;
}

static bool fits(struct play *p, const struct value *pattern, const struct value *v);

static bool has(struct play *p, const struct value *pattern, const struct value *list)
{
    for (size_t i = 0; v_kind(list) == V_LIST && i < v_count(list); i++)
        if (fits(p, pattern, v_at(list, i)))
            return true;
    return false;
}

static bool special(struct play *p, const struct value *pattern, const struct value *v)
{
    const struct value *least = v_get(pattern, "$least"), *item = v_get(pattern, "$has");
    const char *any = v_get_str(pattern, "$any", NULL), *holds = v_get_str(pattern, "$holds", NULL);
    if (v_get(pattern, "$var"))
        return v_equal(fill(p, pattern), v);
    if ((any && !is_kind(v, any)) || (item && !has(p, item, v)) || (holds && !strstr(v_text(v, ""), holds)))
        return false;
    if (least && (v_kind(v) != V_INT || v_number(v, 0) < v_number(least, 0)))
        return false;
    if (v_get(pattern, "$bind"))
        v_put(p->arena, p->known, v_get_str(pattern, "$bind", ""), v_copy(p->arena, v));
    return true;
}

static bool fits_map(struct play *p, const struct value *pattern, const struct value *v)
{
    if (v_count(pattern) && pattern->u.map.pair[0].key[0] == '$')
        return special(p, pattern, v);
    for (size_t i = 0; i < v_count(pattern); i++) {
        const struct value *inner = pattern->u.map.pair[i].val, *there = v_get(v, pattern->u.map.pair[i].key);
        if (v_get_bool(inner, "$absent") ? there != NULL : !there || !fits(p, inner, there))
            return false;
    }
    return v_kind(v) == V_MAP;
}

static bool fits(struct play *p, const struct value *pattern, const struct value *v)
{
    if (v_kind(pattern) == V_MAP)
        return fits_map(p, pattern, v);
    if (v_kind(pattern) != V_LIST)
        return v_equal(pattern, v);
    bool same = v_kind(v) == V_LIST && v_count(v) == v_count(pattern);
    for (size_t i = 0; same && i < v_count(pattern); i++)
        same = fits(p, v_at(pattern, i), v_at(v, i));
    return same;
}

/* ---- connections ---- */

static void set_text(void *socket, int option, const char *text)
{
    zmq_setsockopt(socket, option, text, strlen(text));
}

static void set_keys(struct play *p, void *socket, const char *principal)
{
    char public_key[41], secret_key[41];
    const struct value *pair = v_get(v_get(p->town, "keys"), principal);
    if (pair) {
        snprintf(public_key, sizeof public_key, "%s", v_text(v_at(pair, 0), ""));
        snprintf(secret_key, sizeof secret_key, "%s", v_text(v_at(pair, 1), ""));
    } else {
        zmq_curve_keypair(public_key, secret_key);
    }
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, v_get_str(p->town, "server", ""), 41);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, 41);
}

static void news(struct play *p, struct connection *c, const char *wanted);

static void connect_one(struct play *p, const char *name)
{
    const struct value *about = v_get(v_get(p->dialogue, "connections"), name), *prefixes = v_get(about, "subscribe");
    struct connection *c = p->open;
    while (c->socket)
        c++;
    if (c - p->open >= CONNECTIONS - 1)
        differ(p, "too many connections");
    *c = (struct connection){.name = name, .feed = prefixes != NULL};
    c->socket = zmq_socket(p->context, c->feed ? ZMQ_SUB : ZMQ_DEALER);
    int zero = 0;
    zmq_setsockopt(c->socket, ZMQ_LINGER, &zero, sizeof zero);
    set_keys(p, c->socket, v_get_str(about, "principal", ""));
    if (v_get(about, "routing"))
        set_text(c->socket, ZMQ_ROUTING_ID, v_get_str(about, "routing", ""));
    for (size_t i = 0; i < v_count(prefixes); i++)
        set_text(c->socket, ZMQ_SUBSCRIBE, v_text(v_at(prefixes, i), ""));
    char at[64];
    snprintf(at, sizeof at, "inproc://monitor-%s", name);
    zmq_socket_monitor(c->socket, at, ZMQ_EVENT_ALL);
    c->monitor = zmq_socket(p->context, ZMQ_PAIR);
    zmq_setsockopt(c->monitor, ZMQ_LINGER, &zero, sizeof zero);
    zmq_connect(c->monitor, at);
    zmq_connect(c->socket, v_get_str(p->town, c->feed ? "transitions" : "command", ""));
    if (!v_get_bool(about, "refused"))
        news(p, c, "up");
}

static void disconnect(struct connection *c)
{
    if (!c->socket)
        return;
    zmq_socket_monitor(c->socket, NULL, 0);
    zmq_close(c->monitor);
    zmq_close(c->socket);
    c->socket = NULL;
}

static bool readable(void *socket, int64_t end)
{
    int64_t left = end - now_ms();
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return zmq_poll(&item, 1, left < 0 ? 0 : (long)left) > 0;
}

static void news(struct play *p, struct connection *c, const char *wanted)
{
    int64_t end = now_ms() + LIMIT_MS;
    int events = strcmp(wanted, "up") == 0     ? ZMQ_EVENT_HANDSHAKE_SUCCEEDED
                 : strcmp(wanted, "lost") == 0 ? ZMQ_EVENT_DISCONNECTED
                                               : ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
    while (readable(c->monitor, end)) {
        uint8_t first[6] = {0};
        char address[256];
        uint16_t event;
        zmq_recv(c->monitor, first, sizeof first, 0);
        zmq_recv(c->monitor, address, sizeof address, 0);
        memcpy(&event, first, sizeof event);
        if (event & events)
            return;
    }
    differ(p, "the connection of %s is not %s", c->name, wanted);
}

static struct connection *connection(struct play *p, const char *name)
{
    for (struct connection *c = p->open; c < p->open + CONNECTIONS; c++)
        if (c->socket && strcmp(c->name, name) == 0)
            return c;
    differ(p, "%s is not connected", name);
}

/* ---- steps ---- */

static struct buf from_hex(struct play *p, const char *hex)
{
    struct buf out = {0};
    size_t n = strlen(hex) / 2;
    uint8_t *bytes = arena_alloc(p->arena, n + 1);
    if (!json_unhex(hex, bytes, n))
        differ(p, "%s is not hex", hex);
    buf_put(&out, bytes, n);
    return out;
}

static void send_message(struct play *p, struct connection *c, const struct value *step)
{
    struct buf frame = {0};
    wire_encode(&frame, fill(p, v_get(step, "send")));
    const char *hex = v_get_str(step, "hex", NULL);
    struct buf wanted = from_hex(p, hex ? hex : "");
    bool same = !hex || (frame.n == wanted.n && memcmp(frame.p, wanted.p, frame.n) == 0);
    if (same)
        zmq_send(c->socket, frame.p, frame.n, 0);
    buf_done(&frame);
    buf_done(&wanted);
    if (!same)
        differ(p, "the bytes are not those of the vector");
}

static void send_frames(struct play *p, struct connection *c, const struct value *frames)
{
    for (size_t i = 0; i < v_count(frames); i++) {
        const struct value *one = v_at(frames, i);
        struct buf frame = from_hex(p, v_text(one, v_get_str(one, "hex", "")));
        struct buf fill = from_hex(p, v_get_str(one, "fill", ""));
        for (int64_t left = v_get_int(one, "times", 0); left > 0; left--)
            buf_put(&frame, fill.p, fill.n);
        buf_done(&fill);
        zmq_send(c->socket, frame.p, frame.n, i + 1 < v_count(frames) ? ZMQ_SNDMORE : 0);
        buf_done(&frame);
    }
}

/* The next message that is no beat and no head, unless that is what is waited for. false: none came. */
static bool receive(struct play *p, struct connection *c, const struct value *step, int64_t end, const char **ret_topic,
                    struct value **ret)
{
    const char *topic = v_get_str(step, "topic", ""), *t = v_get_str(v_get(step, "expect"), "t", "");
    while (readable(c->socket, end)) {
        struct bytes body = {0};
        const char *came = "";
        for (int more = 1, i = 0; more; i++) {
            size_t size = sizeof more;
            zmq_msg_t m;
            zmq_msg_init(&m);
            zmq_msg_recv(&m, c->socket, 0);
            const char *copy = arena_strn(p->arena, "", 0);
            if (zmq_msg_size(&m))
                copy = arena_copy(p->arena, zmq_msg_data(&m), zmq_msg_size(&m));
            body = (struct bytes){(const uint8_t *)copy, zmq_msg_size(&m)};
            zmq_getsockopt(c->socket, ZMQ_RCVMORE, &more, &size);
            if (c->feed && i == 0)
                came = arena_strn(p->arena, copy, zmq_msg_size(&m));
            zmq_msg_close(&m);
        }
        if (wire_decode_most(p->arena, body, body.n, ret, NULL) != ST_OK)
            differ(p, "what came is no message");
        bool passed = c->feed ? strcmp(came, "head/") == 0 && strcmp(topic, "head/") != 0
                              : strcmp(v_get_str(*ret, "t", ""), "beat") == 0 && strcmp(t, "beat") != 0;
        if (passed)
            continue;
        *ret_topic = came;
        return true;
    }
    return false;
}

static void expect(struct play *p, struct connection *c, const struct value *step)
{
    const char *topic, *wanted = v_get_str(step, "topic", NULL), *keep = v_get_str(step, "keep", NULL);
    struct value *came;
    if (!receive(p, c, step, now_ms() + v_get_int(step, "within", LIMIT_MS), &topic, &came))
        differ(p, "nothing came");
    if (wanted && strcmp(wanted, topic) != 0)
        differ(p, "the topic is %s", topic);
    if (!fits(p, v_get(step, "expect"), came))
        differ(p, "%s came", show(p, came));
    if (keep)
        v_put(p->arena, p->known, keep, came);
}

static void play_step(struct play *p, const struct value *step)
{
    const char *topic, *name = v_get_str(step, "connect", NULL);
    struct value *came;
    if (name) {
        connect_one(p, name);
        return;
    }
    struct connection *c = connection(p, v_get_str(step, "on", ""));
    if (v_get(step, "news"))
        news(p, c, v_get_str(step, "news", ""));
    else if (v_get_bool(step, "disconnect"))
        disconnect(c);
    else if (v_get(step, "send"))
        send_message(p, c, step);
    else if (v_get(step, "frames"))
        send_frames(p, c, v_get(step, "frames"));
    else if (!v_get(step, "nothing"))
        expect(p, c, step);
    else if (receive(p, c, step, now_ms() + v_get_int(step, "nothing", 0), &topic, &came))
        differ(p, "nothing should come, but %s", show(p, came));
}

static int play_all(struct play *p)
{
    const struct value *connections = v_get(p->dialogue, "connections"), *steps = v_get(p->dialogue, "steps");
    volatile size_t at = 0;
    int result = 0;
    if (setjmp(p->out)) {
        printf("%s, step %zu (%.300s): %s\n", v_get_str(p->dialogue, "name", "?"), at, show(p, v_at(steps, at)),
               p->why);
        result = 1;
        goto out;
    }
    for (size_t i = 0; i < v_count(connections); i++)
        if (!v_get_bool(connections->u.map.pair[i].val, "later"))
            connect_one(p, connections->u.map.pair[i].key);
    for (; at < v_count(steps); at++)
        play_step(p, v_at(steps, at));
    if (!at) {
        printf("the dialogue has no steps\n");
        result = 1;
    }
out:
    for (struct connection *c = p->open; c < p->open + CONNECTIONS; c++)
        disconnect(c);
    return result;
}

static const struct value *load(struct arena *a, const char *path)
{
    struct buf text = {0};
    struct value *v = NULL;
    char why[JSON_WHY] = "cannot be read";
    if (file_read(path, FILE_MOST, &text) != ST_OK || json_parse(a, buf_bytes(&text), &v, why) != ST_OK) {
        printf("%s: %s\n", path, why);
        exit(2);
    }
    buf_done(&text);
    return v;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        printf("usage: leeway-dialogue TOWN.json DIALOGUE.json\n");
        return 2;
    }
    struct arena *a = arena_new();
    struct play p = {.arena = a, .town = load(a, argv[1]), .dialogue = load(a, argv[2]), .known = v_map(a)};
    p.context = zmq_ctx_new();
    int result = play_all(&p);
    zmq_ctx_term(p.context);
    arena_free(a);
    return result;
}
