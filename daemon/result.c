#include "daemon/engine/question.h"
#include "daemon/ops/log.h"
#include "daemon/reading.h"
#include "daemon/serve.h"
#include "daemon/trust.h"
#include "proto/wire.h"

#include <string.h>
#include <sysexits.h>

/* ---- The doors of the sessions ---- */

static enum session_sent send_session(void *ctx, const struct peer *to, struct bytes message)
{
    struct house *h = ctx;
    switch (router_send(bus_router(h->bus), to, message)) {
    case ROUTER_SENT:
        return SESSION_SENT;
    case ROUTER_FULL:
        return SESSION_FULL;
    case ROUTER_UNREACHABLE:
        break;
    }
    return SESSION_GONE;
}

static enum status read_stream(void *ctx, struct arena *a, const char *stream, uint64_t after, size_t n, size_t bytes,
                               struct session_notice **ret, size_t *ret_n, uint64_t *ret_last)
{
    struct house *h = ctx;
    struct stream_item *item;
    size_t count;
    enum status st = stream_read(a, h->store, stream, after, n, bytes, &item, &count, ret_last);
    if (st) {
        log_say(LOG_ERROR, "stream-not-read", LOG_TEXT("stream", stream), LOG_TEXT("status", status_name(st)), LOG_END);
        return st;
    }
    struct session_notice *notice = ARENA_ARRAY(a, struct session_notice, count + 1);
    for (size_t i = 0; i < count; i++)
        notice[i] = (struct session_notice){item[i].position, item[i].bytes};
    *ret = notice;
    *ret_n = count;
    return ST_OK;
}

static enum status read_group(void *ctx, struct arena *a, const char *stream, const char *group, uint64_t *ret_read,
                              int64_t *ret_fence, struct session_claim **ret, size_t *ret_n)
{
    struct house *h = ctx;
    struct group_state g;
    enum status st = group_state(a, h->store, stream, group, &g);
    if (st) {
        log_say(LOG_ERROR, "group-not-read", LOG_TEXT("stream", stream), LOG_TEXT("status", status_name(st)), LOG_END);
        return st;
    }
    struct session_claim *claim = ARENA_ARRAY(a, struct session_claim, g.n + 1);
    for (size_t i = 0; i < g.n; i++)
        claim[i] = (struct session_claim){g.claim[i].position, g.claim[i].kase, g.claim[i].fence, g.claim[i].name};
    *ret = claim;
    *ret_n = g.n;
    *ret_read = g.read;
    *ret_fence = g.fence;
    return ST_OK;
}

static struct value *make_head(void *ctx, struct arena *a)
{
    struct value *v = v_map(a);
    trust_put_head(ctx, a, v);
    return v;
}

struct sessions *serve_sessions(struct house *h, uint32_t first)
{
    struct session_doors doors = {h, send_session, read_stream, read_group, make_head};
    return sessions_new(&doors, first);
}

/* ---- A result ---- */

static void send_answer(struct house *h, uint64_t tag, struct bytes bytes)
{
    struct peer to;
    if (!pending_take(h->pending, tag, &to))
        return;
    if (router_send(bus_router(h->bus), &to, bytes) == ROUTER_SENT)
        h->counters.answers++;
    else
        h->counters.answers_unsent++;
}

static void send_answers(struct house *h, const struct engine_result *r)
{
    for (size_t i = 0; i < r->nanswers; i++)
        if (!reading_answered(h, r->answers[i].tag, r->answers[i].bytes))
            send_answer(h, r->answers[i].tag, r->answers[i].bytes);
}

static void publish(struct house *h, const struct engine_result *r)
{
    for (size_t i = 0; i < r->ntransitions; i++)
        xpub_publish(bus_xpub(h->bus), r->transitions[i].topic, r->transitions[i].bytes);
    h->counters.transitions += r->ntransitions;
    if (r->ntransitions)
        session_grown(h->sessions, "transitions", r->transitions[r->ntransitions - 1].n);
}

static void note_space(struct house *h, bool full)
{
    if (h->full == full)
        return;
    h->full = full;
    log_say(full ? LOG_ERROR : LOG_NOTICE, full ? "no-space" : "space-again", LOG_NUMBER("number", h->head.number),
            LOG_END);
}

bool serve_result(struct house *h, struct engine_result *r)
{
    h->counters.batches++;
    if (r->status != ST_OK && r->status != ST_FULL) {
        log_say(LOG_ERROR, "batch-failed", LOG_TEXT("status", status_name(r->status)),
                LOG_TEXT("text", status_text(r->status)), LOG_NUMBER("number", h->head.number), LOG_END);
        h->exit_code = EX_IOERR;
        return false;
    }
    bool changed = r->view != NULL;
    h->counters.full_batches += r->status == ST_FULL;
    note_space(h, r->read_only);
    send_answers(h, r);
    if (r->status == ST_OK)
        house_learn(h, r);
    for (size_t i = 0; i < r->nnotices; i++)
        session_grown(h->sessions, r->notices[i].stream, r->notices[i].position);
    for (size_t i = 0; i < r->nclaims; i++) {
        const struct outgoing_claim *c = &r->claims[i];
        struct session_claim claim = {c->position, c->kase, c->fence, c->settled ? NULL : c->name};
        session_claimed(h->sessions, c->stream, c->group, &claim);
    }
    publish(h, r);
    if (changed)
        house_sift(h);
    return true;
}

void serve_paper(struct house *h, const struct paper_task *task)
{
    if (task->status == ST_IO || task->status == ST_FULL || task->status == ST_CORRUPT)
        log_say(LOG_ERROR, "paper-failed", LOG_TEXT("status", status_name(task->status)), LOG_END);
    buf_clear(&h->out);
    wire_encode(&h->out, task->answer);
    send_answer(h, task->tag, buf_bytes(&h->out));
}

void serve_head(struct house *h)
{
    struct arena *a = arena_new();
    struct value *v = v_map(a);
    trust_put_head(h, a, v);
    v_put_int(a, v, "transition", (int64_t)h->head.transition);
    v_put_int(a, v, "now", h->now.ms);
    if (h->config->simulated)
        v_put_bool(a, v, "simulated", true);
    buf_clear(&h->out);
    wire_encode(&h->out, v);
    xpub_publish(bus_xpub(h->bus), "head/", buf_bytes(&h->out));
    arena_free(a);
}
