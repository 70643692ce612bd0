/* Members of groups: who shares what, and what is sent to whom. */
#include "daemon/base/check.h"
#include "daemon/bus/session_inside.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

/* Members that may have got something. */
void session_group_wake(struct sessions *s, struct stream *t, const struct gathering *g)
{
    for (struct session *x = t->readers; x; x = x->next_reader)
        if (x->gathering == g)
            session_line_join(s, x);
}

struct gathering *session_group_find(struct stream *t, const char *name)
{
    struct gathering *g = t ? t->groups : NULL;
    while (g && strcmp(g->name, name) != 0)
        g = g->next;
    return g;
}

static void gathering_free(struct sessions *s, struct gathering *g)
{
    group_free(g->group);
    free(g);
    s->figures.groups--;
}

/* The group, from the store when nobody of it was here. */
static enum status gathering_get(struct sessions *s, struct stream *t, const char *name, struct gathering **ret)
{
    uint64_t read;
    int64_t fence;
    struct session_claim *claim;
    size_t count, n = strlen(name) + 1;
    struct gathering *g = session_group_find(t, name);
    enum status st = g ? ST_OK : s->doors.group(s->doors.ctx, s->arena, t->name, name, &read, &fence, &claim, &count);
    if (g || st) {
        *ret = g;
        return st;
    }
    g = xcalloc(1, sizeof *g + n);
    memcpy(g->name, name, n);
    g->group = group_new(read, fence);
    for (size_t i = 0; i < count; i++) {
        if (claim[i].name)
            group_claimed(g->group, claim[i].name, claim[i].position, claim[i].kase, claim[i].fence, s->now);
        else
            group_settled(g->group, claim[i].position);
    }
    arena_reset(s->arena);
    g->next = t->groups;
    t->groups = g;
    s->figures.groups++;
    *ret = g;
    return ST_OK;
}

void session_groups_free(struct sessions *s, struct stream *t)
{
    while (t->groups) {
        struct gathering *g = t->groups;
        t->groups = g->next;
        gathering_free(s, g);
    }
}

/* The end of a member that is not expected back. */
void session_end_for_good(struct sessions *s, struct session *x, const char *reason)
{
    struct gathering *g = x->gathering;
    if (g) {
        group_expel(g->group, x->member);
        x->member = NULL;
        x->gathering = NULL;
        s->figures.passed_on++;
        session_group_wake(s, x->stream, g);
    }
    session_end(s, x, reason);
}

/* Members that stay away are expelled; a group that nobody is in any more stands in the store only. */
void session_groups_tick(struct sessions *s)
{
    for (size_t i = 0; i < SESSION_BUCKETS; i++)
        for (struct stream *t = s->by_name[i], *after; t; t = after) {
            after = t->next;
            for (struct gathering **at = &t->groups; *at;) {
                struct gathering *g = *at;
                if (group_expire(g->group, s->now, SESSION_SILENCE_MS)) {
                    s->figures.passed_on++;
                    session_group_wake(s, t, g);
                }
                if (!group_deserted(g->group)) {
                    at = &g->next;
                    continue;
                }
                *at = g->next;
                gathering_free(s, g);
            }
            session_stream_release(s, t);
        }
}

void session_claimed(struct sessions *s, const char *stream, const char *group, const struct session_claim *claim)
{
    struct stream *t = session_stream_find(s, stream);
    struct gathering *g = session_group_find(t, group);
    if (!g)
        return;
    if (claim->name)
        group_claimed(g->group, claim->name, claim->position, claim->kase, claim->fence, s->now);
    else
        group_settled(g->group, claim->position);
    session_group_wake(s, t, g);
}

/* Into its group, before there is a session. ST_LIMIT: it is full. */
enum status session_group_enrol(struct sessions *s, const struct session_request *r, struct gathering **ret,
                                struct member **ret_member)
{
    struct stream *t = session_stream_get(s, r->stream);
    enum status st = gathering_get(s, t, r->group, ret);
    if (!st && !(*ret_member = group_join((*ret)->group, r->name)))
        st = ST_LIMIT;
    if (st)
        session_stream_release(s, t);
    return st;
}

/* ---- Sending ---- */

static size_t smaller(int64_t a, size_t b)
{
    return a < (int64_t)b ? (size_t)a : b;
}

static int64_t case_of(struct arena *a, struct bytes notice)
{
    struct value *v;
    return wire_decode(a, notice, &v, NULL) ? 0 : v_get_int(v, "case", 0);
}

/* Read on for the group, and share out what came. */
static enum step group_fill(struct sessions *s, struct session *x)
{
    struct group *g = x->gathering->group;
    struct session_notice *item = NULL;
    size_t n = 0, room = group_room(g) < SESSION_GROUP_READ ? group_room(g) : SESSION_GROUP_READ;
    uint64_t last = x->stream->last;
    if (!room || group_read(g) >= last)
        return STEP_DONE;
    if (s->doors.read(s->doors.ctx, s->arena, x->stream->name, group_read(g), room, SESSION_FRAME_BYTES, &item, &n,
                      &last))
        return STEP_NO_STORE;
    if (n == 0)
        x->stream->last = group_read(g); /* believe the store */
    for (size_t i = 0; i < n; i++)
        group_add(g, item[i].position, case_of(s->arena, item[i].bytes));
    arena_reset(s->arena);
    session_group_wake(s, x->stream, x->gathering);
    session_line_leave(s, x);
    return STEP_DONE;
}

/* The notices at these positions, until the message is full; *ret_n of them. */
static enum step group_fetch(struct sessions *s, struct session *x, const uint64_t *position, size_t most,
                             struct session_notice *ret, size_t *ret_n, int64_t *ret_sum)
{
    int64_t room = x->bytes < SESSION_FRAME_BYTES ? x->bytes : SESSION_FRAME_BYTES;
    for (*ret_n = 0, *ret_sum = 0; *ret_n < most && *ret_sum < room; ++*ret_n) {
        struct session_notice *item;
        size_t n = 0;
        uint64_t last;
        if (s->doors.read(s->doors.ctx, s->arena, x->stream->name, position[*ret_n] - 1, 1, 1, &item, &n, &last) || !n)
            return STEP_NO_STORE;
        ret[*ret_n] = item[0];
        *ret_sum += (int64_t)item[0].bytes.n;
    }
    return STEP_DONE;
}

/* One message to a member of a group. */
enum step session_send_share(struct sessions *s, struct session *x)
{
    struct group *g = x->gathering->group;
    struct session_notice item[SESSION_GROUP_READ];
    struct bytes bytes[SESSION_GROUP_READ];
    uint64_t position[SESSION_GROUP_READ];
    int64_t fence = 0, sum;
    size_t n;
    bool again = false;
    enum step step = group_fill(s, x);
    size_t took = step == STEP_DONE
                      ? group_take(g, x->member, smaller(x->messages, SESSION_GROUP_READ), position, &fence, &again)
                      : 0;
    if (!took)
        return step;
    step = group_fetch(s, x, position, took, item, &n, &sum);
    if (step != STEP_DONE) {
        group_untake(g, position, took);
        return step;
    }
    group_untake(g, position + n, took - n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = item[i].bytes;
    buf_clear(&s->out);
    message_group_notices(&s->out, x->id, fence, again, bytes, n);
    switch (s->doors.send(s->doors.ctx, &x->peer, buf_bytes(&s->out))) {
    case SESSION_SENT:
        session_account(s, x, item, n, sum);
        return STEP_DONE;
    case SESSION_FULL:
        group_untake(g, position, n);
        x->paused = true;
        s->figures.paused++;
        return STEP_DONE;
    case SESSION_GONE:
        break;
    }
    group_untake(g, position, n);
    s->figures.gone++;
    session_drop(s, x);
    return STEP_DROPPED;
}
