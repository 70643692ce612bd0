#include "clients/lib/stream.h"

#include "clients/lib/error.h"
#include "clients/lib/report.h"
#include "daemon/base/check.h"
#include "proto/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { WAIT = 1, OPENING, LIVE, OVER };
enum {
    NAME = 80 /* longer than any: a name that is too long is refused, not cut */,
    ANSWER_MS = 5000,
    FIRST_PAUSE = 200,
    LONGEST_PAUSE = 5000,
    MESSAGES = 1024,
    BYTES = 1 << 20
};

struct lw_stream {
    struct session *session;
    struct lw_stream *next, *grave;
    struct lw_stream_options o;
    char stream[NAME], name[NAME], group[NAME];
    enum state state;
    bool paused, gone; /* gone: unsubscribed */
    bool lacking;      /* an option that it cannot do without is not set */
    char open_id[LW_ID];
    struct value *id; /* the session's, whatever kind it has */
    struct arena *arena;
    int64_t position, last, pause;
    struct tick due, heard, beat;
    int64_t used_messages, used_bytes;
    struct report gathering, sent;
    bool on_its_way, flush;
    struct tick report_again;
};

static struct tick in(const struct lw_stream *st, int64_t ms)
{
    return (struct tick){session_now(st->session).ms + ms};
}

struct lw_stream *stream_new(struct session *s, const struct lw_stream_options *o)
{
    struct lw_stream *st = xcalloc(1, sizeof *st);
    st->session = s;
    st->o = *o;
    st->lacking = !o->stream || !o->name || !o->notices;
    snprintf(st->stream, sizeof st->stream, "%s", o->stream ? o->stream : "");
    snprintf(st->name, sizeof st->name, "%s", o->name ? o->name : "");
    if (o->group)
        snprintf(st->group, sizeof st->group, "%s", o->group);
    st->o.group = o->group ? st->group : NULL;
    st->o.stream = st->stream;
    st->o.name = st->name;
    st->o.messages = o->messages > 0 && o->messages < 4096 ? o->messages : MESSAGES;
    st->o.bytes = o->bytes > 0 && o->bytes < BYTES ? o->bytes : BYTES; /* the daemon gives no more */
    st->position = o->after < 0 ? -1 : o->after;
    st->last = -1;
    st->pause = FIRST_PAUSE;
    st->state = WAIT;
    st->due = st->lacking ? session_now(s) : TICK_NEVER;
    st->report_again = TICK_NEVER;
    st->arena = arena_new();
    report_init(&st->gathering);
    report_init(&st->sent);
    session_attach(s, st);
    if (session_is_up(s))
        stream_up(st);
    return st;
}

/* A message about the open session: only `t` and the session, or with the credit that is given back. */
static void tell(struct lw_stream *st, const char *t, bool credit)
{
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    v_put_str(a, m, "t", t);
    v_put(a, m, "session", st->id);
    if (credit) {
        v_put_int(a, m, "messages", st->used_messages);
        v_put_int(a, m, "bytes", st->used_bytes);
    }
    session_send(st->session, m);
    arena_free(a);
}

static void release(struct lw_stream *st)
{
    report_done(&st->gathering);
    report_done(&st->sent);
    arena_free(st->arena);
    free(st);
}

void stream_free(struct lw_stream *st)
{
    if (!st || st->gone)
        return;
    st->gone = true;
    if (st->state == LIVE)
        tell(st, "close", false);
    st->state = OVER;
    if (session_detach(st->session, st))
        release(st);
}

void stream_bury(struct lw_stream *st, struct lw_stream **dead)
{
    st->grave = *dead;
    *dead = st;
}

void stream_free_dead(struct lw_stream **dead)
{
    while (*dead) {
        struct lw_stream *st = *dead;
        *dead = st->grave;
        release(st);
    }
}

struct lw_stream *stream_sibling(const struct lw_stream *st)
{
    return st->next;
}

void stream_link(struct lw_stream *st, struct lw_stream *next)
{
    st->next = next;
}

/* ---- opening and ending ---- */

static void send_open(struct lw_stream *st)
{
    struct arena *a = st->arena;
    arena_reset(a);
    st->id = NULL;
    session_id(st->session, st->open_id);
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "open");
    v_put_str(a, m, "id", st->open_id);
    v_put_str(a, m, "stream", st->stream);
    v_put_str(a, m, "name", st->name);
    if (st->o.group)
        v_put_str(a, m, "group", st->group);
    else if (st->position >= 0)
        v_put_int(a, m, "after", st->position);
    v_put_int(a, m, "messages", st->o.messages);
    v_put_int(a, m, "bytes", st->o.bytes);
    st->state = OPENING;
    st->due = in(st, ANSWER_MS);
    session_send(st->session, m);
}

void stream_up(struct lw_stream *st)
{
    if (st->state != OVER && !st->lacking)
        send_open(st);
}

void stream_down(struct lw_stream *st)
{
    if (st->state == OVER || st->lacking)
        return;
    st->state = WAIT;
    st->due = TICK_NEVER;
}

/* Try again after a pause that doubles until the stream lives. */
static void open_later(struct lw_stream *st)
{
    st->state = WAIT;
    st->due = in(st, st->pause);
    st->pause = st->pause * 2 > LONGEST_PAUSE ? LONGEST_PAUSE : st->pause * 2;
}

static void end(struct lw_stream *st, const struct lw_error *e)
{
    st->state = OVER;
    st->due = TICK_NEVER;
    if (st->o.ended)
        st->o.ended(st->o.ctx, e);
}

static void opened(struct lw_stream *st, const struct value *m)
{
    int64_t after = v_get_int(m, "after", 0);
    struct lw_error e;
    st->last = v_get_int(m, "last", 0);
    if (st->position > st->last) {
        error_set(&e, LW_AHEAD, "this subscriber has position %" PRId64 " of %s, the daemon knows only %" PRId64,
                  st->position, st->stream, st->last);
        end(st, &e);
        return;
    }
    if (st->position < 0)
        st->position = after;
    st->id = v_copy(st->arena, v_get(m, "session"));
    st->state = LIVE;
    st->pause = FIRST_PAUSE;
    st->used_messages = st->used_bytes = 0;
    st->heard = session_now(st->session);
    st->beat = in(st, STREAM_BEAT);
    if (st->o.opened)
        st->o.opened(st->o.ctx);
}

static void refused(struct lw_stream *st, const struct value *m)
{
    struct lw_error e;
    lw_error_of(m, &e);
    if (e.may_retry)
        open_later(st);
    else
        end(st, &e);
}

static void ended(struct lw_stream *st, const char *reason)
{
    struct lw_error e;
    if (strcmp(reason, "taken-over") == 0)
        error_set(&e, LW_TAKEN_OVER, "another session of %s under the name %s took over", st->stream, st->name);
    else if (strcmp(reason, "revoked") == 0)
        error_set(&e, LW_REVOKED, "the right to read %s was taken away", st->stream);
    else if (strcmp(reason, "stopping") == 0 || strcmp(reason, "closed") == 0) {
        open_later(st);
        return;
    } else { /* silent, unknown, or a word of a later daemon */
        send_open(st);
        return;
    }
    end(st, &e);
}

/* ---- notices and credit ---- */

static void give_credit(struct lw_stream *st)
{
    if (st->paused || st->state != LIVE)
        return;
    if (st->used_messages * 2 < st->o.messages && st->used_bytes * 2 < st->o.bytes)
        return;
    tell(st, "credit", true);
    st->used_messages = st->used_bytes = 0;
}

/* A member's share has gaps, and a notice may come again: nothing is compared but by the member itself. */
static void share(struct lw_stream *st, const struct value *m)
{
    const struct value *list = v_get(m, "notices");
    size_t n = v_count(list);
    const struct value **notice = xcalloc(n + 1, sizeof *notice);
    struct arena *a = arena_new();
    for (size_t i = 0; i < n; i++) {
        struct value *one = v_copy(a, v_at(list, i));
        st->used_messages++;
        st->used_bytes += (int64_t)wire_size(one);
        v_put_int(a, one, "fence", v_get_int(m, "fence", 0));
        if (v_get_bool(m, "again"))
            v_put_bool(a, one, "again", true);
        notice[i] = one;
    }
    if (n)
        st->o.notices(st->o.ctx, notice, n);
    arena_free(a);
    free(notice);
    if (!st->gone)
        give_credit(st);
}

static void notices(struct lw_stream *st, const struct value *list)
{
    size_t n = v_count(list), fresh = 0;
    const struct value **notice = xcalloc(n + 1, sizeof *notice);
    bool hole = false;
    for (size_t i = 0; i < n && !hole; i++) {
        const struct value *one = v_at(list, i);
        int64_t position = v_get_int(one, "position", v_get_int(one, "n", 0));
        st->used_messages++;
        st->used_bytes += (int64_t)wire_size(one);
        hole = position > st->position + 1;
        if (position == st->position + 1) {
            st->position = position;
            notice[fresh++] = one;
        }
    }
    if (st->last < st->position)
        st->last = st->position;
    if (fresh)
        st->o.notices(st->o.ctx, notice, fresh);
    free(notice);
    if (st->gone)
        return;
    if (hole)
        send_open(st);
    else
        give_credit(st);
}

bool stream_input(struct lw_stream *st, const struct value *m)
{
    const char *t = v_get_str(m, "t", ""), *id = v_get_str(m, "id", "");
    if (st->state == OPENING && strcmp(id, st->open_id) == 0) {
        if (strcmp(t, "opened") == 0)
            opened(st, m);
        else
            refused(st, m);
        return true;
    }
    const struct value *session = v_get(m, "session");
    if (st->state != LIVE || !session || !v_equal(session, st->id))
        return false;
    st->heard = session_now(st->session);
    if (strcmp(t, "notices") == 0 && st->o.group)
        share(st, m);
    else if (strcmp(t, "notices") == 0)
        notices(st, v_get(m, "notices"));
    else if (strcmp(t, "ended") == 0)
        ended(st, v_get_str(m, "reason", "unknown"));
    else if (strcmp(t, "beat") == 0 && v_get_int(m, "last", 0) > st->last)
        st->last = v_get_int(m, "last", 0);
    return true;
}

/* ---- reports ---- */

static void answered(void *ctx, const struct value *answer, const struct lw_error *e);

static void send_report(struct lw_stream *st)
{
    struct report spare = st->sent;
    st->sent = st->gathering;
    st->gathering = spare;
    report_clear(&st->gathering);
    st->on_its_way = true;
    st->flush = false;
    st->report_again = TICK_NEVER;
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    char id[LW_ID];
    session_id(st->session, id);
    v_put_str(a, m, "t", "report");
    v_put_str(a, m, "id", id);
    v_put_str(a, m, "stream", st->stream);
    v_put_str(a, m, "name", st->name);
    if (st->o.group)
        v_put_str(a, m, "group", st->group);
    report_put(a, &st->sent, m);
    session_request(st->session, m, -1, session_now(st->session), answered, st);
    arena_free(a);
}

static void report_when_due(struct lw_stream *st)
{
    struct tick now = session_now(st->session);
    bool waits = st->report_again.ms != TICK_NEVER.ms && st->report_again.ms > now.ms;
    if (st->on_its_way || waits || !report_any(&st->gathering) || !session_is_up(st->session))
        return;
    if (st->flush || report_full(&st->gathering) || st->gathering.since.ms + STREAM_GATHER_MS <= now.ms)
        send_report(st);
}

/* What came of a member's claims, before anything is told as reported. */
static void told_of_claims(struct lw_stream *st, const struct value *answer)
{
    const struct value *list = v_get(answer, "fenced");
    size_t nfenced = v_count(list), ngranted = 0;
    int64_t *fenced = xcalloc(nfenced + st->sent.ntook + 1, sizeof *fenced), *granted = fenced + nfenced;
    for (size_t i = 0; i < nfenced; i++)
        fenced[i] = v_number(v_at(list, i), 0);
    for (size_t i = 0; i < st->sent.ntook; i++) {
        bool lost = false;
        for (size_t k = 0; k < nfenced; k++)
            lost = lost || fenced[k] == st->sent.took[i].position;
        if (!lost)
            granted[ngranted++] = st->sent.took[i].position;
    }
    if (ngranted && st->o.granted)
        st->o.granted(st->o.ctx, granted, ngranted);
    if (nfenced && st->o.fenced && !st->gone)
        st->o.fenced(st->o.ctx, fenced, nfenced);
    free(fenced);
}

static void answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct lw_stream *st = ctx;
    st->on_its_way = false;
    if (e->code != LW_OK && e->may_retry) {
        /* Refused for the moment: it joins what gathers, and goes out with that a second later. */
        report_join(&st->gathering, &st->sent, session_now(st->session));
        st->report_again = in(st, 1000);
        return;
    }
    if (e->code != LW_OK) {
        report_clear(&st->sent);
        end(st, e);
        return;
    }
    size_t n;
    if (st->o.group)
        told_of_claims(st, answer);
    const int64_t *positions = report_positions(&st->sent, &n);
    if (st->o.reported && !st->gone)
        st->o.reported(st->o.ctx, st->sent.received, positions, n);
    if (!st->gone) {
        report_clear(&st->sent);
        report_when_due(st);
    }
}

void lw_received(struct lw_stream *st, int64_t position)
{
    report_received(&st->gathering, position, session_now(st->session));
    report_when_due(st);
}

void lw_took(struct lw_stream *st, int64_t position, int64_t fence)
{
    report_took(&st->gathering, position, fence, session_now(st->session));
    report_when_due(st);
}

bool lw_live(const struct lw_stream *st)
{
    return st->state == LIVE;
}

void lw_done(struct lw_stream *st, int64_t position)
{
    report_handled(&st->gathering, position, session_now(st->session));
    report_when_due(st);
}

void lw_failed(struct lw_stream *st, int64_t position, const char *reason)
{
    report_failed(&st->gathering, position, reason, session_now(st->session));
    report_when_due(st);
}

void lw_ack(struct lw_stream *st, int64_t position)
{
    if (!st->o.group)
        lw_received(st, position);
    lw_done(st, position);
}

void lw_flush(struct lw_stream *st)
{
    st->flush = report_any(&st->gathering);
    report_when_due(st);
}

bool lw_reporting(const struct lw_stream *st)
{
    return st->on_its_way || report_any(&st->gathering);
}

/* ---- time ---- */

void stream_tick(struct lw_stream *st)
{
    struct tick now = session_now(st->session);
    struct lw_error e;
    if (st->state == OVER)
        return;
    if (st->lacking) { /* not at once: the caller does not have the stream yet that it must close */
        error_set(&e, LW_OPTION, "a stream needs the options stream, name and notices");
        end(st, &e);
        return;
    }
    if (st->report_again.ms <= now.ms)
        st->report_again = TICK_NEVER;
    report_when_due(st);
    if (st->state == LIVE && st->heard.ms + STREAM_SILENCE <= now.ms)
        send_open(st);
    else if (st->state == LIVE && st->beat.ms <= now.ms) {
        tell(st, "beat", false);
        st->beat = in(st, STREAM_BEAT);
    } else if (st->state != LIVE && st->due.ms <= now.ms)
        send_open(st);
}

struct tick stream_next(const struct lw_stream *st)
{
    struct tick t = st->due;
    if (st->state == OVER)
        return TICK_NEVER;
    if (st->state == LIVE)
        t = st->beat.ms < st->heard.ms + STREAM_SILENCE ? st->beat : (struct tick){st->heard.ms + STREAM_SILENCE};
    if (st->on_its_way || !report_any(&st->gathering) || !session_is_up(st->session))
        return t;
    struct tick report = st->report_again;
    if (report.ms == TICK_NEVER.ms)
        report.ms = st->flush ? 0 : st->gathering.since.ms + STREAM_GATHER_MS;
    return report.ms < t.ms ? report : t;
}

void lw_unsubscribe(struct lw_stream *st)
{
    stream_free(st);
}

void lw_pause(struct lw_stream *st, bool paused)
{
    st->paused = paused;
    give_credit(st);
}

int64_t lw_position(const struct lw_stream *st)
{
    return st->position;
}

int64_t lw_last(const struct lw_stream *st)
{
    return st->last;
}
