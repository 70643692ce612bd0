#include "daemon/serve.h"

#include "daemon/clock.h"
#include "daemon/engine/question.h"
#include "daemon/figures.h"
#include "daemon/ops/log.h"
#include "daemon/reading.h"
#include "daemon/trust.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <string.h>

/* A message at work. */
struct incoming {
    struct house *house;
    struct peer from;
    const struct identity *who;
    const struct value *message;
    const char *id;      /* its own, or NULL */
    struct arena *arena; /* of the message; NULL once the engine has it */
};

static void answer(struct incoming *in, const struct value *v)
{
    struct house *h = in->house;
    buf_clear(&h->out);
    wire_encode(&h->out, v);
    (void)router_answer(bus_router(h->bus), buf_bytes(&h->out));
}

static void refuse(struct incoming *in, const char *kind, const char *code, const char *text)
{
    answer(in, message_refused(in->arena, in->id, kind, code, text));
}

/* Whoever was put back to an earlier state gives no number that was given before. */
static bool writes(struct incoming *in)
{
    if (in->house->behind)
        refuse(in, "space", "behind",
               "the store was put back to an earlier state, somebody knows more of it; nothing is written any more");
    return !in->house->behind;
}

/* ---- To the engine ---- */

/* MESSAGE_BYTES: of the arena of a message, thousands of which may wait; a usual one fits. */
enum { CITED_MOST = 256, MESSAGE_BYTES = 4000 };

/* Every paper that a command cites must be there, and is claimed so that no sweep takes it before the commit. A dry one
 * cites nothing for good: its papers need not have been put. */
static bool papers_there(struct incoming *in)
{
    const struct value *slots = v_get(in->message, "papers");
    char hex[HASH_HEX];
    size_t cited = 0;
    for (size_t i = 0; i < v_count(slots); i++) {
        const struct value *list = slots->u.map.pair[i].val;
        for (size_t j = 0; j < v_count(list); j++) {
            struct hash hash;
            if (++cited > CITED_MOST) {
                refuse(in, "limit", "too-many-papers", "a command cites at most 256 papers");
                return false;
            }
            memcpy(hash.b, v_at(list, j)->u.bin.p, HASH_LEN);
            if (v_get_bool(in->message, "dry") || !papers_claim(in->house->papers, &hash, NULL))
                continue;
            refuse(in, "form", "paper-unknown",
                   arena_printf(in->arena, "papers '%.64s': the paper %s was not put before", slots->u.map.pair[i].key,
                                hash_hex(&hash, hex)));
            return false;
        }
    }
    return true;
}

/* When the notices went out that a report calls received; 0: not known. */
static struct when sent_at(const struct incoming *in)
{
    const struct house *h = in->house;
    const struct value *m = in->message;
    const char *stream = v_get_str(m, "stream", "");
    const char *name = stream_subscriber(in->arena, h->view, in->who->principal, stream, v_get_str(m, "name", ""));
    const struct value *took = v_get(m, "took");
    int64_t position = v_get_int(m, "received", 0);
    struct tick at, now = clock_tick();
    for (size_t i = 0; i < v_count(took); i++)
        if (v_get_int(v_at(took, i), "position", 0) > position)
            position = v_get_int(v_at(took, i), "position", 0);
    if (position < 1 ||
        !session_sent_at(h->sessions, stream, name, v_get_str(m, "group", NULL), (uint64_t)position, &at))
        return (struct when){0};
    /* The wall clock may have been set since; what passed between the two is known. Simulated time stands still. */
    return h->config->simulated ? h->now : (struct when){clock_wall().ms - (now.ms - at.ms)};
}

static void handle_command(struct incoming *in)
{
    struct house *h = in->house;
    struct arena *a = in->arena;
    char fingerprint[CURVE_FINGERPRINT];
    struct peer nobody;
    struct worker_job job = {
        .arena = a,
        .job =
            {
                .message = in->message,
                .principal = arena_str(a, in->who->principal),
                .key = arena_str(a, curve_fingerprint(in->who->key, fingerprint)),
                .sent = sent_at(in),
            },
    };
    if (!writes(in) || !papers_there(in))
        return;
    if (pending_add(h->pending, &in->from, in->who->principal, &job.job.tag)) {
        h->counters.refused_limit++;
        refuse(in, "limit", "too-many-in-flight", "too many commands of this principal wait for their answer");
        return;
    }
    random_bytes(job.job.salt, sizeof job.job.salt);
    if (worker_submit(h->worker, &job)) {
        pending_take(h->pending, job.job.tag, &nobody);
        h->counters.refused_limit++;
        refuse(in, "limit", "busy", "too many commands wait; try again later");
        return;
    }
    h->counters.commands++;
    in->arena = NULL;
}

/* ---- To the store ---- */

static void handle_ask(struct incoming *in)
{
    struct house *h = in->house;
    struct question q = {h->store, h->view, in->who->principal, h->now, in->message, h->full || h->behind};
    bool head = !strcmp(v_get_str(in->message, "q", ""), "head");
    if (head)
        trust_hear(h, in->who->principal, in->message);
    struct value *v = question_answer(in->arena, &q);
    if (!strcmp(v_get_str(v, "kind", ""), "store"))
        log_say(LOG_ERROR, "record-not-read", LOG_TEXT("question", v_get_str(in->message, "q", "")),
                LOG_TEXT("database", v_get_str(v, "database", NULL)), LOG_NUMBER("number", v_get_int(v, "number", 0)),
                LOG_END);
    if (!strcmp(v_get_str(in->message, "q", ""), "status"))
        figures_status(h, in->who->principal, in->arena, v);
    if (head)
        trust_answer_head(h, in->arena, v);
    h->counters.questions++;
    answer(in, v);
}

/* ---- To the sessions ---- */

/* Where the subscriber stands and how far the stream goes. */
static enum status stream_ends(struct incoming *in, const char *stream, const char *name, uint64_t *ret_after,
                               uint64_t *ret_last)
{
    struct stream_item *item;
    size_t n;
    enum status st = ST_OK;
    const struct value *after = v_get(in->message, "after");
    uint64_t position = (uint64_t)v_number(after, 0);
    if (!after)
        st = stream_cursor(in->house->store, stream, name, &position);
    if (!st)
        st = stream_read(in->arena, in->house->store, stream, position, 1, 1, &item, &n, ret_last);
    if (!st)
        *ret_after = position;
    return st;
}

static void answer_opened(struct incoming *in, int64_t session, uint64_t after, uint64_t last)
{
    struct value *v = v_map(in->arena);
    v_put_str(in->arena, v, "t", "opened");
    v_put_str(in->arena, v, "id", in->id);
    v_put_int(in->arena, v, "session", session);
    v_put_int(in->arena, v, "after", (int64_t)after);
    v_put_int(in->arena, v, "last", (int64_t)last);
    answer(in, v);
}

static void handle_open(struct incoming *in)
{
    struct house *h = in->house;
    const struct value *m = in->message;
    int64_t session;
    struct session_request r = {
        .peer = in->from,
        .principal = in->who->principal,
        .key = in->who->key,
        .stream = v_get_str(m, "stream", ""),
        .name = v_get_str(m, "name", ""),
        .group = v_get_str(m, "group", NULL),
        .messages = v_get_int(m, "messages", 0),
        .bytes = v_get_int(m, "bytes", 0),
    };
    if (!stream_right(h->view, r.principal, r.stream)) {
        h->counters.refused_right++;
        refuse(in, "right", "not-your-stream", "this principal may not read this stream");
        return;
    }
    if (r.group && (!strcmp(r.stream, "transitions") || !stream_own(h->view, r.principal, r.stream))) {
        refuse(in, "form", "no-group", "the stream of transitions, and one of another department, is read whole");
        return;
    }
    r.name = stream_subscriber(in->arena, h->view, r.principal, r.stream, r.name);
    if (stream_ends(in, r.stream, r.name, &r.after, &r.last)) {
        refuse(in, "space", "store-silent", "the store does not answer; try again later");
        return;
    }
    enum status st = session_open(h->sessions, &r, clock_tick(), &session);
    if (st && st != ST_LIMIT) {
        refuse(in, "space", "store-silent", "the store does not answer; try again later");
        return;
    }
    if (st) {
        h->counters.refused_limit++;
        refuse(in, "limit", "too-many-sessions", "too many sessions are open");
        return;
    }
    answer_opened(in, session, r.after, r.last);
}

static void handle_credit(struct incoming *in)
{
    const struct value *m = in->message;
    session_credit(in->house->sessions, &in->from, v_get_int(m, "session", 0), v_get_int(m, "messages", 0),
                   v_get_int(m, "bytes", 0), clock_tick());
}

static void handle_beat(struct incoming *in)
{
    session_beat(in->house->sessions, &in->from, v_get_int(in->message, "session", 0), clock_tick());
}

static void handle_close(struct incoming *in)
{
    session_close(in->house->sessions, &in->from, v_get_int(in->message, "session", 0));
}

/* ---- To the papers ---- */

static enum status start_paper(struct incoming *in, const struct paper_task *task)
{
    struct house *h = in->house;
    char fingerprint[CURVE_FINGERPRINT];
    bool getting = message_type(task->message) == MESSAGE_PAPER_GET;
    if (getting && reading_is_new(h->readings, task->principal, task->message))
        return reading_record(h, task, curve_fingerprint(in->who->key, fingerprint));
    return paperwork_submit(h->paperwork, task);
}

static void submit_paper(struct incoming *in)
{
    struct house *h = in->house;
    struct peer nobody;
    if (!writes(in))
        return;
    struct paper_task task = {
        .arena = in->arena,
        .principal = arena_str(in->arena, in->who->principal),
        .message = in->message,
    };
    enum status st = pending_add(h->pending, &in->from, in->who->principal, &task.tag);
    if (!st) {
        st = start_paper(in, &task);
        if (st)
            pending_take(h->pending, task.tag, &nobody);
    }
    if (st) {
        h->counters.refused_limit++;
        refuse(in, "limit", "busy", "too many papers are on their way; try again later");
        return;
    }
    h->counters.papers++;
    in->arena = NULL;
}

static void handle_put(struct incoming *in)
{
    const struct house *h = in->house;
    if (view_right(h->view, in->who->principal, "act") || view_right(h->view, in->who->principal, "enter")) {
        submit_paper(in);
        return;
    }
    in->house->counters.refused_right++;
    refuse(in, "right", "not-permitted", "this principal may not put papers");
}

static void handle_get(struct incoming *in)
{
    struct house *h = in->house;
    struct hash hash;
    bool may = false;
    memcpy(hash.b, v_get(in->message, "hash")->u.bin.p, HASH_LEN);
    enum status st = paper_right(h->store, h->view, in->who->principal, v_get_int(in->message, "case", 0), &hash, &may);
    if (st == ST_OK && may) {
        submit_paper(in);
        return;
    }
    h->counters.refused_right++;
    refuse(in, "right", "not-your-case", "no case on which this principal has a right cites this paper");
}

/* ---- In ---- */

static void (*const handlers[MESSAGE_TYPE_COUNT])(struct incoming *in) = {
    [MESSAGE_COMMAND] = handle_command, [MESSAGE_REPORT] = handle_command, [MESSAGE_ASK] = handle_ask,
    [MESSAGE_OPEN] = handle_open,       [MESSAGE_CREDIT] = handle_credit,  [MESSAGE_BEAT] = handle_beat,
    [MESSAGE_CLOSE] = handle_close,     [MESSAGE_PAPER_PUT] = handle_put,  [MESSAGE_PAPER_GET] = handle_get,
};

static void fault(struct incoming *in, enum message_fault_code code)
{
    struct message_fault f = {.code = code};
    in->house->counters.faults++;
    in->house->counters.message_fault[code]++;
    answer(in, message_fault_of(in->arena, &f, NULL));
}

/* The bytes and the keys. False: answered. */
static bool decode(struct incoming *in, struct bytes body)
{
    struct value *v;
    struct wire_error e;
    struct message_fault f;
    if (wire_decode(in->arena, body, &v, &e)) {
        in->house->counters.faults++;
        in->house->counters.wire_fault[e.fault]++;
        answer(in, message_fault(in->arena, wire_fault_name(e.fault), "the bytes are no message of this protocol",
                                 (int64_t)e.at, NULL));
        return false;
    }
    in->message = v;
    in->id = message_id(v);
    if (message_check(v, &f))
        return true;
    in->house->counters.faults++;
    in->house->counters.message_fault[f.code]++;
    answer(in, message_fault_of(in->arena, &f, in->id));
    return false;
}

/* A key that was good at the handshake may have ended since: its next message is refused and its connection cut. */
static bool still_known(struct incoming *in)
{
    const char *principal = house_principal(in->house, in->who->key);
    if (principal && !strcmp(principal, in->who->principal))
        return true;
    in->house->counters.refused_right++;
    refuse(in, "right", "key-ended", "this key does not name this principal any more");
    in->house->cut_later = true;
    return false;
}

void serve_receive(void *ctx, const struct router_message *m)
{
    struct incoming in = {.house = ctx, .from = m->from, .who = m->who};
    if (in.house->exit_code)
        return; /* what the last batch came to is not known: nobody is answered any more */
    in.arena = arena_new_small(MESSAGE_BYTES);
    if (!still_known(&in))
        ;
    else if (m->flaw == ROUTER_FRAMES)
        fault(&in, MESSAGE_TOO_MANY_FRAMES);
    else if (m->flaw == ROUTER_ROUTING_ID)
        fault(&in, MESSAGE_BAD_ROUTING_ID);
    else if (decode(&in, m->body))
        handlers[message_type(in.message)](&in);
    arena_free(in.arena);
}
