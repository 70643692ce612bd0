#include "clients/lib/session.h"

#include "clients/lib/error.h"
#include "clients/lib/stream.h"
#include "daemon/base/check.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024, FIRST_RETRY = 5000, LONGEST_RETRY = 20000 };

struct request {
    struct request *next, *prev; /* in the order of their making */
    struct request *chain;       /* of the bucket */
    char id[LW_ID];
    struct buf frame;
    bool sent; /* ever: then its outcome is unknown while no answer came */
    int64_t pause;
    struct tick again, limit;
    lw_answer_fn answered;
    void *ctx;
};

struct session {
    struct session_hooks hooks;
    bool up;
    struct tick now, due; /* due: no request falls due before it */
    struct request *first, *last;
    struct request *bucket[BUCKETS];
    size_t pending;
    struct lw_stream *streams, *dead; /* dead: ended by a callback while the streams were being walked */
    bool busy;
    struct arena *arena; /* of the frame that is being read */
    struct buf scratch;
};

struct session *session_new(const struct session_hooks *hooks)
{
    struct session *s = xcalloc(1, sizeof *s);
    s->hooks = *hooks;
    s->due = TICK_NEVER;
    s->arena = arena_new();
    return s;
}

static size_t bucket_of(const char *id)
{
    uint32_t h = 2166136261u;
    for (; *id; id++)
        h = (h ^ (unsigned char)*id) * 16777619u;
    return h % BUCKETS;
}

static struct request **find(struct session *s, const char *id)
{
    struct request **at = &s->bucket[bucket_of(id)];
    while (*at && strcmp((*at)->id, id) != 0)
        at = &(*at)->chain;
    return at;
}

/* Take it out of the lists first: the callback may make another of the same id. */
static void answer(struct session *s, struct request *r, const struct value *message, const struct lw_error *e)
{
    struct request **at = find(s, r->id);
    *at = r->chain;
    *(r->prev ? &r->prev->next : &s->first) = r->next;
    *(r->next ? &r->next->prev : &s->last) = r->prev;
    s->pending--;
    if (r->answered)
        r->answered(r->ctx, message, e);
    buf_done(&r->frame);
    free(r);
}

void session_free(struct session *s)
{
    if (!s)
        return;
    s->up = false;
    while (s->streams)
        stream_free(s->streams);
    struct lw_error e;
    error_set(&e, LW_CLOSED, "the client was closed before the answer came");
    while (s->first)
        answer(s, s->first, NULL, &e);
    arena_free(s->arena);
    buf_done(&s->scratch);
    free(s);
}

static struct tick earlier(struct tick a, struct tick b)
{
    return a.ms < b.ms ? a : b;
}

static struct tick later_by(struct tick t, int64_t ms)
{
    return (struct tick){t.ms + ms};
}

static void send_request(struct session *s, struct request *r)
{
    s->hooks.send(s->hooks.ctx, buf_bytes(&r->frame));
    r->sent = true;
    r->again = later_by(s->now, r->pause);
    r->pause = r->pause * 2 > LONGEST_RETRY ? LONGEST_RETRY : r->pause * 2;
    s->due = earlier(s->due, earlier(r->again, r->limit));
}

void session_request(struct session *s, const struct value *message, int64_t limit_ms, struct tick now,
                     lw_answer_fn answered, void *ctx)
{
    const char *id = v_get_str(message, "id", "");
    s->now = now;
    struct lw_error e;
    if (!*id || strlen(id) >= LW_ID || *find(s, id)) {
        error_set(&e, LW_PROTOCOL, "the request has no id of at most 36 characters, or one that waits already");
        if (answered)
            answered(ctx, NULL, &e);
        return;
    }
    struct request *r = xcalloc(1, sizeof *r);
    wire_encode(&r->frame, message);
    /* The daemon's fault would name no id, for it reads none of such bytes: nobody would know whose it is. */
    struct wire_error broken = wire_check(buf_bytes(&r->frame), WIRE_BYTES);
    if (broken.fault) {
        if (r->frame.n > WIRE_BYTES)
            error_set(&e, LW_LIMIT, "the message has %zu bytes, at most 1 MiB is allowed", r->frame.n);
        else
            error_set(&e, LW_PROTOCOL, "the message breaks a bound of the protocol: %s", wire_fault_name(broken.fault));
        if (e.code == LW_PROTOCOL)
            snprintf(e.word, sizeof e.word, "%s", wire_fault_name(broken.fault));
        buf_done(&r->frame);
        free(r);
        if (answered)
            answered(ctx, NULL, &e);
        return;
    }
    memcpy(r->id, id, strlen(id) + 1);
    r->pause = FIRST_RETRY;
    r->again = TICK_NEVER;
    r->limit = limit_ms < 0 ? TICK_NEVER : later_by(now, limit_ms);
    r->answered = answered;
    r->ctx = ctx;
    struct request **at = find(s, r->id);
    r->chain = *at;
    *at = r;
    r->prev = s->last;
    *(s->last ? &s->last->next : &s->first) = r;
    s->last = r;
    s->pending++;
    s->due = earlier(s->due, r->limit);
    if (s->up)
        send_request(s, r);
}

void session_forget(struct session *s, const void *ctx)
{
    for (struct request *r = s->first; r; r = r->next)
        if (r->ctx == ctx)
            r->answered = NULL;
}

void session_up(struct session *s, struct tick now)
{
    s->now = now;
    s->up = true;
    for (struct request *r = s->first; r; r = r->next) {
        r->pause = FIRST_RETRY;
        send_request(s, r);
    }
    for (struct lw_stream *st = s->streams; st; st = stream_sibling(st))
        stream_up(st);
}

void session_down(struct session *s, struct tick now)
{
    s->now = now;
    s->up = false;
    for (struct request *r = s->first; r; r = r->next)
        r->again = TICK_NEVER;
    for (struct lw_stream *st = s->streams; st; st = stream_sibling(st))
        stream_down(st);
}

static void offer_streams(struct session *s, const struct value *message)
{
    for (struct lw_stream *st = s->streams; st; st = stream_sibling(st))
        if (stream_input(st, message))
            return;
}

static void take(struct session *s, const struct value *message)
{
    const char *id = v_get_str(message, "id", "");
    struct lw_error e;
    struct request *r = *id ? *find(s, id) : NULL;
    /* A fault that names no request is about the only one there is; with several it is anybody's guess. */
    if (!r && !*id && s->pending == 1 && strcmp(v_get_str(message, "t", ""), "fault") == 0)
        r = s->first;
    if (r) {
        lw_error_of(message, &e);
        answer(s, r, message, &e);
        return;
    }
    offer_streams(s, message);
}

void session_input(struct session *s, struct bytes frame, struct tick now)
{
    struct value *message;
    s->now = now;
    s->busy = true;
    /* The daemon's messages may be longer than a client's (256 notices): what libzmq let through is read. */
    if (wire_decode_most(s->arena, frame, frame.n, &message, NULL) == ST_OK && v_kind(message) == V_MAP)
        take(s, message);
    s->busy = false;
    arena_reset(s->arena);
    stream_free_dead(&s->dead);
}

static void expire(struct session *s, struct request *r)
{
    struct lw_error e;
    if (r->sent)
        error_set(&e, LW_TIMEOUT, "no answer came in time; the outcome is unknown: try again with the same id %s",
                  r->id);
    else
        error_set(&e, LW_UNREACHABLE, "the daemon could not be reached; nothing was sent");
    answer(s, r, NULL, &e);
}

/* One request that is due, or NULL; callbacks change the list, so the search begins anew after each. */
static struct request *due_request(struct session *s)
{
    struct tick due = TICK_NEVER;
    for (struct request *r = s->first; r; r = r->next) {
        struct tick t = s->up ? earlier(r->again, r->limit) : r->limit;
        if (t.ms <= s->now.ms)
            return r;
        due = earlier(due, t);
    }
    s->due = due;
    return NULL;
}

void session_tick(struct session *s, struct tick now)
{
    s->now = now;
    struct request *r;
    while (s->due.ms <= now.ms && (r = due_request(s))) {
        if (r->limit.ms <= now.ms)
            expire(s, r);
        else
            send_request(s, r);
    }
    s->busy = true;
    for (struct lw_stream *st = s->streams; st; st = stream_sibling(st))
        stream_tick(st);
    s->busy = false;
    stream_free_dead(&s->dead);
}

struct tick session_next(const struct session *s)
{
    struct tick due = s->due;
    for (const struct lw_stream *st = s->streams; st; st = stream_sibling(st))
        due = earlier(due, stream_next(st));
    return due;
}

size_t session_pending(const struct session *s)
{
    return s->pending;
}

bool session_flush(struct session *s)
{
    bool left = false;
    for (struct lw_stream *st = s->streams; st; st = stream_sibling(st)) {
        lw_flush(st);
        left = left || (lw_reporting(st) && stream_next(st).ms != TICK_NEVER.ms);
    }
    return left;
}

bool session_is_up(const struct session *s)
{
    return s->up;
}

void session_send(struct session *s, const struct value *message)
{
    if (!s->up)
        return;
    buf_clear(&s->scratch);
    wire_encode(&s->scratch, message);
    s->hooks.send(s->hooks.ctx, buf_bytes(&s->scratch));
}

void session_id(struct session *s, char ret[LW_ID])
{
    s->hooks.id(s->hooks.ctx, ret);
}

struct tick session_now(const struct session *s)
{
    return s->now;
}

void session_attach(struct session *s, struct lw_stream *st)
{
    stream_link(st, s->streams);
    s->streams = st;
}

bool session_detach(struct session *s, struct lw_stream *st)
{
    struct lw_stream *before = NULL;
    for (struct lw_stream *at = s->streams; at && at != st; at = stream_sibling(at))
        before = at;
    if (before)
        stream_link(before, stream_sibling(st));
    else
        s->streams = stream_sibling(st);
    session_forget(s, st);
    if (s->busy)
        stream_bury(st, &s->dead);
    return !s->busy;
}
