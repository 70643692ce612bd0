#include "daemon/bus/session_inside.h"

#include "daemon/base/check.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

struct sessions *sessions_new(const struct session_doors *doors, uint32_t first)
{
    struct sessions *s = xcalloc(1, sizeof *s);
    s->doors = *doors;
    s->next_id = (int64_t)first + 1;
    s->arena = arena_new();
    return s;
}

const struct session_figures *session_figures(const struct sessions *s)
{
    return &s->figures;
}

/* ---- Streams ---- */

static size_t name_bucket(const char *name)
{
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h % SESSION_BUCKETS;
}

struct stream *session_stream_find(struct sessions *s, const char *name)
{
    struct stream *t = s->by_name[name_bucket(name)];
    while (t && strcmp(t->name, name))
        t = t->next;
    return t;
}

struct stream *session_stream_get(struct sessions *s, const char *name)
{
    struct stream *t = session_stream_find(s, name);
    if (t)
        return t;
    size_t n = strlen(name) + 1, bucket = name_bucket(name);
    t = xcalloc(1, sizeof *t + n);
    memcpy(t->name, name, n);
    t->next = s->by_name[bucket];
    s->by_name[bucket] = t;
    return t;
}

/* A stream stands here only while somebody reads it. */
void session_stream_release(struct sessions *s, struct stream *t)
{
    if (t->readers || t->groups)
        return;
    struct stream **at = &s->by_name[name_bucket(t->name)];
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    free(t);
}

/* ---- The line of those that may have something to get ---- */

void session_line_leave(struct sessions *s, struct session *x)
{
    if (!x->in_line)
        return;
    *(x->before ? &x->before->after : &s->first) = x->after;
    *(x->after ? &x->after->before : &s->last) = x->before;
    x->before = x->after = NULL;
    x->in_line = false;
}

static bool may_get(const struct session *x)
{
    if (x->paused || x->messages <= 0 || x->bytes <= 0)
        return false;
    if (!x->gathering)
        return x->position < x->stream->last;
    const struct group *g = x->gathering->group;
    return group_waits(g, x->member) || (group_room(g) && group_read(g) < x->stream->last);
}

void session_line_join(struct sessions *s, struct session *x)
{
    if (x->in_line || !may_get(x))
        return;
    x->before = s->last;
    *(s->last ? &s->last->after : &s->first) = x;
    s->last = x;
    x->in_line = true;
}

/* ---- Sessions ---- */

static struct session **bucket_of(struct sessions *s, int64_t id)
{
    return &s->by_id[(uint64_t)id % SESSION_BUCKETS];
}

static struct session *session_find(struct sessions *s, const struct peer *from, int64_t id)
{
    struct session *x = *bucket_of(s, id);
    while (x && x->id != id)
        x = x->next_in_bucket;
    return x && peer_same(&x->peer, from) ? x : NULL;
}

/* Take a session out of everything and free it. Of a member the place in its group stays. */
void session_drop(struct sessions *s, struct session *x)
{
    struct session **at = bucket_of(s, x->id);
    session_line_leave(s, x);
    if (x->member)
        group_leave(x->gathering->group, x->member, s->now);
    while (*at != x)
        at = &(*at)->next_in_bucket;
    *at = x->next_in_bucket;
    at = &x->stream->readers;
    while (*at != x)
        at = &(*at)->next_reader;
    *at = x->next_reader;
    session_stream_release(s, x->stream);
    free(x->principal);
    free(x->key);
    free(x->name);
    free(x);
    s->figures.open--;
}

/* Call f for each session; it may drop the one it is called for. */
static void each(struct sessions *s, void (*f)(struct sessions *s, struct session *x, void *arg), void *arg)
{
    for (size_t i = 0; i < SESSION_BUCKETS; i++)
        for (struct session *x = s->by_id[i], *next; x; x = next) {
            next = x->next_in_bucket;
            f(s, x, arg);
        }
}

static enum session_sent send_value(struct sessions *s, const struct peer *to, const struct value *v)
{
    buf_clear(&s->out);
    wire_encode(&s->out, v);
    enum session_sent sent = s->doors.send(s->doors.ctx, to, buf_bytes(&s->out));
    arena_reset(s->arena);
    return sent;
}

/* A last word is tried once: a peer that cannot take it will find out by its next beat. */
static void tell_ended(struct sessions *s, const struct peer *to, int64_t id, const char *reason)
{
    (void)send_value(s, to, message_ended(s->arena, id, reason));
}

void session_end(struct sessions *s, struct session *x, const char *reason)
{
    tell_ended(s, &x->peer, x->id, reason);
    session_drop(s, x);
}

static void drop_each(struct sessions *s, struct session *x, void *arg)
{
    (void)arg;
    session_drop(s, x);
}

void sessions_free(struct sessions *s)
{
    if (!s)
        return;
    each(s, drop_each, NULL);
    for (size_t i = 0; i < SESSION_BUCKETS; i++)
        while (s->by_name[i]) {
            struct stream *t = s->by_name[i];
            session_groups_free(s, t);
            session_stream_release(s, t);
        }
    arena_free(s->arena);
    buf_done(&s->out);
    free(s);
}

struct of_principal {
    const char *principal;
    size_t n;
};

static void count_principal(struct sessions *s, struct session *x, void *arg)
{
    struct of_principal *o = arg;
    (void)s;
    o->n += !strcmp(x->principal, o->principal);
}

static struct session *same_subscriber(struct sessions *s, const struct session_request *r)
{
    struct stream *t = session_stream_find(s, r->stream);
    const struct gathering *g = r->group ? session_group_find(t, r->group) : NULL;
    struct session *x = t && (g || !r->group) ? t->readers : NULL;
    while (x && (x->gathering != g || strcmp(x->name, r->name) != 0))
        x = x->next_reader;
    return x;
}

static int64_t clamp(int64_t v, int64_t most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

enum status session_open(struct sessions *s, const struct session_request *r, struct tick now, int64_t *ret)
{
    s->now = now;
    struct gathering *gathering = NULL;
    struct member *member = NULL;
    struct session *older = same_subscriber(s, r);
    if (older) {
        s->figures.taken_over++;
        session_end(s, older, "taken-over");
    }
    struct of_principal of = {r->principal, 0};
    each(s, count_principal, &of);
    if (s->figures.open >= SESSION_MOST || of.n >= SESSION_MOST_OF_PRINCIPAL)
        return ST_LIMIT;
    enum status st = r->group ? session_group_enrol(s, r, &gathering, &member) : ST_OK;
    if (st)
        return st;
    struct session *x = xcalloc(1, sizeof *x);
    x->gathering = gathering;
    x->member = member;
    x->id = s->next_id++;
    x->peer = r->peer;
    x->principal = xstrdup(r->principal);
    x->key = xstrdup(r->key);
    x->name = xstrdup(r->name);
    x->position = r->after;
    x->messages = clamp(r->messages, SESSION_CREDIT_MESSAGES);
    x->bytes = clamp(r->bytes, SESSION_CREDIT_BYTES);
    x->heard = x->beaten = now;
    x->stream = session_stream_get(s, r->stream);
    x->next_reader = x->stream->readers;
    x->stream->readers = x;
    x->next_in_bucket = *bucket_of(s, x->id);
    *bucket_of(s, x->id) = x;
    s->figures.open++;
    s->figures.opened++;
    session_grown(s, r->stream, r->last);
    if (gathering)
        session_group_wake(s, x->stream, gathering);
    session_line_join(s, x);
    *ret = x->id;
    return ST_OK;
}

bool session_credit(struct sessions *s, const struct peer *from, int64_t id, int64_t messages, int64_t bytes,
                    struct tick now)
{
    struct session *x = session_find(s, from, id);
    if (!x) {
        tell_ended(s, from, id, "unknown");
        return false;
    }
    /* Clamped before it is added, so that no sum overflows. */
    x->messages = clamp(x->messages + clamp(messages, SESSION_CREDIT_MESSAGES), SESSION_CREDIT_MESSAGES);
    x->bytes += clamp(bytes, SESSION_CREDIT_BYTES);
    if (x->bytes > SESSION_CREDIT_BYTES)
        x->bytes = SESSION_CREDIT_BYTES;
    x->heard = now;
    session_line_join(s, x);
    return true;
}

bool session_beat(struct sessions *s, const struct peer *from, int64_t id, struct tick now)
{
    struct session *x = session_find(s, from, id);
    if (!x) {
        tell_ended(s, from, id, "unknown");
        return false;
    }
    x->heard = now;
    return true;
}

bool session_close(struct sessions *s, const struct peer *from, int64_t id)
{
    struct session *x = session_find(s, from, id);
    if (!x) {
        tell_ended(s, from, id, "unknown");
        return false;
    }
    session_end_for_good(s, x, "closed");
    return true;
}

void session_grown(struct sessions *s, const char *stream, uint64_t last)
{
    struct stream *t = session_stream_find(s, stream);
    if (!t || last <= t->last)
        return;
    t->last = last;
    s->stalled = false;
    for (struct session *x = t->readers; x; x = x->next_reader)
        session_line_join(s, x);
}

/* ---- Sending ---- */

static size_t smaller(int64_t a, size_t b)
{
    return a < (int64_t)b ? (size_t)a : b;
}

void session_account(struct sessions *s, struct session *x, const struct session_notice *item, size_t n, int64_t sum)
{
    x->position = item[n - 1].position;
    x->mark[x->marks++ % SESSION_MARKS] = (struct session_mark){x->position, s->now};
    x->messages -= (int64_t)n;
    x->bytes -= sum;
    s->figures.messages++;
    s->figures.notices += n;
}

/* One message of notices. */
static enum step send_notices(struct sessions *s, struct session *x)
{
    struct session_notice *item = NULL;
    size_t n = 0;
    uint64_t last = x->stream->last;
    struct bytes bytes[MESSAGE_NOTICES];
    int64_t sum = 0;
    if (s->doors.read(s->doors.ctx, s->arena, x->stream->name, x->position, smaller(x->messages, MESSAGE_NOTICES),
                      smaller(x->bytes, SESSION_FRAME_BYTES), &item, &n, &last))
        return STEP_NO_STORE;
    if (n == 0) {
        /* Nothing there after all: believe the store, so as not to ask it without end. */
        x->stream->last = x->position;
        return STEP_DONE;
    }
    if (n > MESSAGE_NOTICES)
        n = MESSAGE_NOTICES;
    for (size_t i = 0; i < n; i++) {
        bytes[i] = item[i].bytes;
        sum += (int64_t)bytes[i].n;
    }
    buf_clear(&s->out);
    message_notices(&s->out, x->id, bytes, n);
    switch (s->doors.send(s->doors.ctx, &x->peer, buf_bytes(&s->out))) {
    case SESSION_SENT:
        session_account(s, x, item, n, sum);
        return STEP_DONE;
    case SESSION_FULL:
        x->paused = true;
        s->figures.paused++;
        return STEP_DONE;
    case SESSION_GONE:
        break;
    }
    s->figures.gone++;
    session_drop(s, x);
    return STEP_DROPPED;
}

bool session_sent_at(const struct sessions *s, const char *stream, const char *name, const char *group,
                     uint64_t position, struct tick *ret)
{
    const struct stream *t = session_stream_find((struct sessions *)(uintptr_t)s, stream); /* only looks */
    for (const struct session *x = t ? t->readers : NULL; x; x = x->next_reader) {
        const char *own = x->gathering ? x->gathering->name : NULL;
        if (strcmp(x->name, name) != 0 || !own != !group || (own && strcmp(own, group) != 0))
            continue;
        bool found = false;
        for (size_t i = 0; i < SESSION_MARKS && i < x->marks; i++) {
            const struct session_mark *m = &x->mark[i];
            if (m->position < position || (found && m->at.ms >= ret->ms))
                continue;
            *ret = m->at;
            found = true;
        }
        return found;
    }
    return false;
}

bool session_pump(struct sessions *s, struct tick now, int budget)
{
    s->now = now;
    while (s->first && !s->stalled && budget-- > 0) {
        struct session *x = s->first;
        session_line_leave(s, x);
        enum step step = x->gathering ? session_send_share(s, x) : send_notices(s, x);
        arena_reset(s->arena);
        if (step != STEP_DROPPED)
            session_line_join(s, x);
        s->stalled = step == STEP_NO_STORE;
    }
    return s->first && !s->stalled;
}

/* ---- Time ---- */

static void send_beat(struct sessions *s, struct session *x, struct tick now)
{
    struct value *v = v_map(s->arena);
    v_put_str(s->arena, v, "t", "beat");
    v_put_int(s->arena, v, "session", x->id);
    v_put_int(s->arena, v, "last", (int64_t)x->stream->last);
    v_put(s->arena, v, "head", s->doors.head(s->doors.ctx, s->arena));
    x->beaten = now;
    if (send_value(s, &x->peer, v) == SESSION_GONE) {
        s->figures.gone++;
        session_drop(s, x);
    }
}

static void tick_one(struct sessions *s, struct session *x, void *arg)
{
    const struct tick *now = arg;
    if (now->ms - x->heard.ms >= SESSION_SILENCE_MS) {
        s->figures.silent++;
        session_end_for_good(s, x, "silent");
        return;
    }
    if (x->paused) {
        x->paused = false;
        session_line_join(s, x);
    }
    if (now->ms - x->beaten.ms >= SESSION_BEAT_MS)
        send_beat(s, x, *now);
}

void session_tick(struct sessions *s, struct tick now)
{
    s->stalled = false;
    s->now = now;
    each(s, tick_one, &now);
    session_groups_tick(s);
}

struct sieve {
    bool (*good)(void *ctx, const char *principal, const char *key, const char *stream);
    void *ctx;
};

static void sift_one(struct sessions *s, struct session *x, void *arg)
{
    const struct sieve *sieve = arg;
    if (sieve->good(sieve->ctx, x->principal, x->key, x->stream->name))
        return;
    s->figures.revoked++;
    session_end_for_good(s, x, "revoked");
}

void session_sift(struct sessions *s,
                  bool (*good)(void *ctx, const char *principal, const char *key, const char *stream), void *ctx)
{
    struct sieve sieve = {good, ctx};
    each(s, sift_one, &sieve);
}

static void stop_one(struct sessions *s, struct session *x, void *arg)
{
    (void)arg;
    session_end(s, x, "stopping");
}

void session_stop(struct sessions *s)
{
    each(s, stop_one, NULL);
}
