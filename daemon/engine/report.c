/* What a subscriber reports of its stream: received, done, failed. */
#include "daemon/base/text.h"
#include "daemon/engine/inside.h"

#include <string.h>

enum { NAME_MOST = 64, REASON_MOST = 300, POSITIONS_MOST = 4096 };

/* A department reports on its own stream; the feed may be received by who watches it. */
static bool may_report(const struct engine *e, const char *principal, const char *stream)
{
    const struct register_book *r = e->fold->reg;
    if (strcmp(stream, "transitions") == 0)
        return (register_rights(r, principal) & (RIGHT_WATCH | RIGHT_MONITOR | RIGHT_INSPECT)) ||
               strcmp(principal, e->administrator) == 0;
    const struct department *d = register_heir(r, stream);
    const struct department *own = register_heir(r, register_principal_department(r, principal));
    return d && own && strcmp(d->id, own->id) == 0;
}

/* Where the stream ends. */
static enum status stream_end(struct engine *e, const char *stream, int64_t *ret)
{
    return strcmp(stream, "transitions") == 0 ? fold_head(e->fold, e->txn, HEAD_TRANSITION, ret)
                                              : fold_stream(e->fold, e->txn, stream, ret);
}

static enum status cursor_now(struct engine *e, struct arena *a, const char *stream, const char *name, int64_t *ret)
{
    struct key k;
    struct value *record;
    key_begin(&k);
    key_add_u8(&k, 'c');
    key_add_str(&k, stream);
    key_add_str(&k, name);
    enum status st = record_read(a, e->txn, DB_CURSORS, key_bytes(&k), &record);
    if (st && st != ST_NOT_FOUND)
        return st;
    *ret = st ? 0 : v_get_int(record, "received", 0);
    return ST_OK;
}

static bool has_position(const struct value *list, int64_t position)
{
    for (size_t i = 0; i < v_count(list); i++) {
        const struct value *item = v_at(list, i);
        if ((v_kind(item) == V_MAP ? v_get_int(item, "position", 0) : v_number(item, 0)) == position)
            return true;
    }
    return false;
}

static enum status is_open(struct engine *e, const char *stream, int64_t position, bool *ret)
{
    struct key k = notice_key('o', stream, (uint64_t)position);
    struct bytes ignored;
    enum status st = store_get(e->txn, DB_NOTICES, key_bytes(&k), &ignored);
    *ret = !st;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* At most `most` bytes of a text, whole characters. */
static const char *shortened(struct arena *a, const char *s, size_t most)
{
    size_t n = strlen(s);
    if (n <= most)
        return s;
    while (most && !text_is_utf8(s, most))
        most--;
    return arena_strn(a, s, most);
}

/* The positions that are still open; *ret_wrong: one that the stream does not have. */
static enum status positions_take(struct engine *e, struct arena *a, const struct value *report, int64_t end,
                                  struct value *done, struct value *failed, bool *ret_wrong)
{
    const char *stream = v_get_str(report, "stream", "");
    const struct value *lists[2] = {v_get(report, "done"), v_get(report, "failed")};
    enum status st = ST_OK;
    for (int l = 0; l < 2; l++) {
        for (size_t i = 0; !st && i < v_count(lists[l]); i++) {
            const struct value *item = v_at(lists[l], i);
            int64_t position = l ? v_get_int(item, "position", 0) : v_number(item, 0);
            bool open;
            if (position < 1 || position > end) {
                *ret_wrong = true;
                return ST_OK;
            }
            st = is_open(e, stream, position, &open);
            if (st || !open || has_position(done, position) || has_position(failed, position))
                continue;
            if (!l) {
                v_push(a, done, v_int(a, position));
                continue;
            }
            struct value *f = v_map(a);
            v_put_int(a, f, "position", position);
            v_put_str(a, f, "reason", shortened(a, v_get_str(item, "reason", ""), REASON_MOST));
            v_push(a, failed, f);
        }
    }
    return st;
}

/* A member's claims, what it settled, and in the answer what is not its own. True: there is something of it. */
static bool group_keys(struct arena *a, const struct group_report *g, struct draft *ret)
{
    v_put_str(a, ret->keys, "group", v_get_str(g->report, "group", ""));
    if (v_count(g->took))
        v_put(a, ret->keys, "took", g->took);
    if (v_count(g->settled))
        v_put(a, ret->keys, "settled", g->settled);
    if (v_count(g->fenced))
        v_put(a, ret->answer, "fenced", g->fenced);
    return v_count(g->took) || v_count(g->settled);
}

/* In the feed, which belongs to nobody, a subscriber is told apart by its principal: see stream_subscriber(). */
static const char *subscriber(struct arena *a, const struct origin *o)
{
    const char *name = v_get_str(o->message, "name", "");
    bool feed = strcmp(v_get_str(o->message, "stream", ""), "transitions") == 0;
    return feed ? arena_printf(a, "%s/%s", o->principal, name) : name;
}

static void report_keys(struct arena *a, const char *name, const struct value *report, int64_t received,
                        struct value *done, struct value *failed, const struct group_report *g, struct draft *ret)
{
    *ret = draft_new(a, "report", NULL);
    v_put_str(a, ret->keys, "stream", v_get_str(report, "stream", ""));
    v_put_str(a, ret->keys, "name", name);
    if (received)
        v_put_int(a, ret->keys, "received", received);
    if (v_count(done))
        v_put(a, ret->keys, "done-positions", done); /* `done` is the day in every event */
    if (v_count(failed))
        v_put(a, ret->keys, "failed", failed);
    bool more = g->report && group_keys(a, g, ret);
    if (!received && !v_count(done) && !v_count(failed) && !more)
        ret->kind = NULL; /* nothing new: no event */
}

/* NULL: the report has the form; else what is wrong with it. */
static const char *report_wrong(const struct value *report, int64_t end)
{
    const char *name = v_get_str(report, "name", ""), *stream = v_get_str(report, "stream", "");
    int64_t received = v_get_int(report, "received", 0);
    if (!*name || strlen(name) > NAME_MOST)
        return "name must have 1 to 64 bytes";
    if (strncmp(name, "group:", 6) == 0)
        return "a name that begins with group: is a group's cursor";
    if (received < 0 || received > end)
        return "received is not a position of the stream";
    if (v_count(v_get(report, "done")) > POSITIONS_MOST || v_count(v_get(report, "failed")) > POSITIONS_MOST)
        return "at most 4096 positions in one report";
    if (strcmp(stream, "transitions") == 0 &&
        (v_get(report, "done") || v_get(report, "failed") || v_get(report, "group")))
        return "the stream `transitions` knows no report but received";
    if (v_get(report, "group") ? v_get(report, "received") != NULL : v_get(report, "took") != NULL)
        return "a member of a group reports `took`, another subscriber `received`";
    if (strlen(v_get_str(report, "group", "")) > NAME_MOST || v_count(v_get(report, "took")) > POSITIONS_MOST)
        return "group has at most 64 bytes, took at most 4096 positions";
    return NULL;
}

enum status report_draft(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    const struct value *report = o->message;
    const char *stream = v_get_str(report, "stream", "");
    if (!may_report(e, o->principal, stream)) {
        *ret = draft_refused("right", "not-your-stream", "the stream belongs to another department");
        return ST_OK;
    }
    int64_t end, had;
    enum status st = stream_end(e, stream, &end);
    const char *wrong = st ? NULL : report_wrong(report, end);
    if (wrong)
        *ret = draft_refused("form", "report-wrong", wrong);
    if (st || wrong)
        return st;
    bool unknown = false;
    struct group_report g = {0};
    struct value *done = v_list(a), *failed = v_list(a);
    st = cursor_now(e, a, stream, subscriber(a, o), &had);
    if (!st && v_get(report, "group"))
        st = group_report(e, a, report, end, &g, &unknown);
    if (!st && !unknown)
        st = positions_take(e, a, g.report ? g.report : report, end, done, failed, &unknown);
    if (st)
        return st;
    int64_t received = v_get_int(report, "received", 0);
    if (unknown)
        *ret = draft_refused("form", "position-unknown", "the stream has no such position");
    else
        report_keys(a, subscriber(a, o), report, received > had ? received : 0, done, failed, &g, ret);
    if (!unknown && o->sent.ms && (received > had || v_count(g.took)))
        v_put_int(a, ret->keys, "sent", o->sent.ms);
    return ST_OK;
}
