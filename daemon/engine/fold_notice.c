/* Notices in their streams, transitions in the feed, what subscribers report. */
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "proto/wire.h"

#include <string.h>

/* What goes out is encoded once, where it stays until it is out. */
static struct arena *sink_arena(const struct fold *f, struct arena *a)
{
    return f->sink ? f->sink->arena : a;
}

static void sink_notice(struct fold_sink *s, const char *stream, uint64_t position, struct bytes bytes)
{
    ARENA_GROW(s->arena, s->notice, s->nnotices, s->notice_room);
    s->notice[s->nnotices++] = (struct outgoing_notice){arena_str(s->arena, stream), position, bytes};
}

static void sink_transition(struct fold_sink *s, uint64_t n, const char *topic, struct bytes bytes)
{
    ARENA_GROW(s->arena, s->transition, s->ntransitions, s->transition_room);
    s->transition[s->ntransitions++] = (struct outgoing_transition){n, arena_str(s->arena, topic), bytes};
}

enum status fold_notice(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                        const struct value *notice)
{
    const char *stream = v_get_str(notice, "stream", "");
    int64_t position = v_get_int(notice, "position", 0), last;
    enum status st = fold_stream(f, t, stream, &last);
    if (!st && position != last + 1)
        st = ST_CORRUPT;
    if (st)
        return st;
    struct bytes bytes = wire_bytes(sink_arena(f, a), notice);
    struct key k = stream_key(stream, (uint64_t)position), head = count_key('s', stream);
    struct key open = notice_key('o', stream, (uint64_t)position), unserved = count_key('u', stream);
    struct value *state = v_map(a);
    add_text(a, state, "type", v_get_str(notice, "type", ""));
    v_add_int(a, state, "case", v_get_int(notice, "case", 0));
    v_add_int(a, state, "since", v_get_int(event, "recorded", 0));
    st = store_put(t, DB_STREAMS, key_bytes(&k), bytes);
    if (!st)
        st = record_put(a, t, DB_NOTICES, key_bytes(&open), state);
    if (!st)
        st = counts_set(f->counts, key_bytes(&head), position);
    if (!st)
        st = counts_add(f->counts, t, key_bytes(&unserved), 1);
    if (!st && f->sink)
        sink_notice(f->sink, stream, (uint64_t)position, bytes);
    return st;
}

enum status fold_transition(struct fold *f, struct arena *a, struct store_txn *t, const struct value *transition)
{
    int64_t n = v_get_int(transition, "n", 0), last;
    enum status st = fold_head(f, t, HEAD_TRANSITION, &last);
    if (!st && n != last + 1)
        st = ST_CORRUPT;
    if (st)
        return st;
    const char *name = v_get_str(transition, "kind", "");
    struct topic topic =
        topic_make(a, name, v_get_str(transition, "procedure", ""), v_get_str(transition, "department", ""));
    struct bytes bytes = wire_bytes(sink_arena(f, a), transition);
    struct key k = stream_key("transitions", (uint64_t)n), kind = count_key('k', name);
    st = store_put(t, DB_STREAMS, key_bytes(&k), bytes);
    counts_head_set(f->counts, HEAD_TRANSITION, n);
    for (size_t i = 0; !st && i < TOPIC_PREFIXES; i++) {
        struct key p = count_key_n('p', topic.text, topic.n[i]);
        st = counts_set(f->counts, key_bytes(&p), n);
    }
    if (!st)
        st = counts_add(f->counts, t, key_bytes(&kind), 1);
    if (!st && f->sink)
        sink_transition(f->sink, (uint64_t)n, topic.text, bytes);
    return st;
}

/* ---- reports ---- */

/* The cursor, and behind it the history: which event told that everything up to a position was received. */
static enum status fold_received(struct arena *a, struct store_txn *t, const struct value *event)
{
    int64_t received = v_get_int(event, "received", 0);
    if (received <= 0)
        return ST_OK;
    struct value *record = v_map(a);
    v_put_int(a, record, "received", received);
    v_put_int(a, record, "at", v_get_int(event, "recorded", 0));
    v_put_int(a, record, "event", v_get_int(event, "n", 0));
    if (v_get(event, "sent"))
        v_put(a, record, "sent", v_get(event, "sent"));
    const char *stream = v_get_str(event, "stream", ""), *name = v_get_str(event, "name", "");
    struct key now = cursor_key('c', stream, name), past = cursor_key('r', stream, name);
    key_add_u64(&past, (uint64_t)received);
    enum status st = record_put(a, t, DB_CURSORS, key_bytes(&now), record);
    return st ? st : record_put(a, t, DB_CURSORS, key_bytes(&past), record);
}

static enum status fold_done(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                             int64_t position)
{
    const char *stream = v_get_str(event, "stream", "");
    struct key open = notice_key('o', stream, (uint64_t)position), done = notice_key('d', stream, (uint64_t)position);
    struct key unserved = count_key('u', stream);
    struct value *record = v_map(a);
    v_put_int(a, record, "at", v_get_int(event, "recorded", 0));
    v_put_int(a, record, "event", v_get_int(event, "n", 0));
    v_put_str(a, record, "by", v_get_str(event, "name", ""));
    enum status st = store_del(t, DB_NOTICES, key_bytes(&open));
    if (!st)
        st = record_put(a, t, DB_NOTICES, key_bytes(&done), record);
    return st ? st : counts_add(f->counts, t, key_bytes(&unserved), -1);
}

static enum status fold_failed(struct arena *a, struct store_txn *t, const struct value *event,
                               const struct value *item)
{
    struct key open = notice_key('o', v_get_str(event, "stream", ""), (uint64_t)v_get_int(item, "position", 0));
    struct value *state;
    enum status st = record_read(a, t, DB_NOTICES, key_bytes(&open), &state);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    v_put_str(a, state, "reason", v_get_str(item, "reason", ""));
    v_put_int(a, state, "at", v_get_int(event, "recorded", 0));
    v_put_int(a, state, "event", v_get_int(event, "n", 0));
    v_put_str(a, state, "by", v_get_str(event, "name", ""));
    return record_put(a, t, DB_NOTICES, key_bytes(&open), state);
}

enum status fold_report(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event)
{
    const struct value *done = v_get(event, "done-positions"), *failed = v_get(event, "failed");
    enum status st = v_get(event, "group") ? fold_group(f, a, t, event) : fold_received(a, t, event);
    for (size_t i = 0; !st && i < v_count(done); i++)
        st = fold_done(f, a, t, event, v_number(v_at(done, i), 0));
    for (size_t i = 0; !st && i < v_count(failed); i++)
        st = fold_failed(a, t, event, v_at(failed, i));
    return st;
}
