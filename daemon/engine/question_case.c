/* Questions about one case. */
#include "daemon/core/decide.h"
#include "daemon/engine/asking.h"

#include <stdlib.h>
#include <string.h>

/* The case of the question as it is, or as it was at the end of the day `as_of`; *ret_until: the last event that it may
 * know of. */
static enum status case_then(struct asking *k, struct value **ret, int64_t *ret_until)
{
    enum status st = case_asked(k, ret);
    *ret_until = INT64_MAX;
    if (st || !past_asked(k))
        return st;
    st = past_event(k, ret_until);
    if (!st)
        st = past_case(k, k->a, v_get_int(k->m, "case", 0), *ret_until, ret);
    if (st == ST_NOT_FOUND && !k->refused)
        (void)refuse(k, "form", "case-unknown", "there was no such case on that day");
    return st;
}

enum status ask_case(struct asking *k)
{
    struct value *kase;
    int64_t until;
    enum status st = case_then(k, &kase, &until);
    if (!st)
        v_put(k->a, k->answer, "case", k->person ? person_case(k, kase) : kase);
    return st;
}

enum status ask_explain(struct asking *k)
{
    struct value *kase;
    struct calendar *then = NULL;
    int64_t until;
    enum status st = case_then(k, &kase, &until);
    if (!st && past_asked(k))
        st = past_calendar(k, until, &then);
    if (st)
        return st;
    const struct procedure *p = case_law(k, kase);
    if (k->person)
        kase = person_case(k, kase);
    if (p)
        v_put(k->a, k->answer, "clocks",
              decide_explain(k->a, p, then ? then : laws_calendar(view_laws(k->q->view)), kase));
    calendar_free(then);
    return p ? ST_OK : ST_NOT_FOUND;
}

/* ---- events of a case ---- */

/* Call fn for each event of the case behind `after`, until it answers false. A case may have thousands: each is gone
 * (as is everything made in `scratch`) before the next is read. */
static enum status events_each(struct asking *k, int64_t kase, uint64_t after,
                               bool (*fn)(struct asking *k, struct arena *scratch, struct value *event, void *ctx),
                               void *ctx)
{
    struct arena *scratch = arena_new();
    struct key prefix = case_key(kase), from = prefix;
    key_add_u64(&from, after + 1);
    struct store_cursor *c = store_cursor(k->t, DB_CASE_EVENTS);
    enum status st = store_seek(c, key_bytes(&from));
    for (; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c)) {
        struct bytes rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        struct value *event;
        uint64_t n;
        arena_reset(scratch);
        st = key_take_u64(&rest, &n);
        if (!st)
            st = asking_event(k, scratch, n, &event);
        if (st || !fn(k, scratch, event, ctx))
            break;
    }
    store_cursor_free(c);
    arena_free(scratch);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Only what is of this case: an event may touch two. */
static struct value *of_case(struct arena *a, const struct value *event, const char *list, int64_t kase)
{
    struct value *ret = v_list(a), *all = v_get(event, list);
    for (size_t i = 0; i < v_count(all); i++)
        if (v_get_int(v_at(all, i), "case", 0) == kase)
            v_push(a, ret, v_at(all, i));
    return ret;
}

struct history {
    struct value *list;
    const struct procedure *law; /* of the case; NULL: gone */
    int64_t until;               /* the last event that is told */
};

static bool history_item(struct asking *k, struct arena *a, struct value *event, void *ctx)
{
    static const char *const keys[] = {"kind", "act",  "recorded", "done",   "principal", "by",
                                       "part", "task", "cause",    "second", "private",   "about-what"};
    const struct history *h = ctx;
    if (v_get_int(event, "n", 0) > h->until)
        return false;
    struct value *list = h->list, *item = v_map(a);
    const struct act *act = h->law ? procedure_act(h->law, v_get_str(event, "act", NULL)) : NULL;
    int64_t kase = v_get_int(k->m, "case", 0);
    v_put_int(a, item, "event", v_get_int(event, "n", 0));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (v_get(event, keys[i]))
            v_put(a, item, keys[i], v_get(event, keys[i]));
    v_put_str(a, item, "label", act ? act->label : NULL);
    v_put(a, item, "transitions", of_case(a, event, "transitions", kase));
    v_put(a, item, "notices", of_case(a, event, "notices", kase));
    const struct value *cases = of_case(a, event, "cases", kase);
    struct value *changes = v_get(v_at(cases, 0), "changes");
    v_put(a, item, "changes", changes ? changes : v_list(a));
    v_put_int(a, item, "version", v_get_int(v_at(cases, 0), "version", 0));
    if (k->person && !(item = person_event(k, a, item)))
        return true;
    if (page_put(k, list, item))
        return true;
    v_put(k->a, k->answer, "next",
          v_printf(k->a, "%lld", (long long)v_get_int(v_at(list, v_count(list) - 1), "event", 0)));
    return false;
}

enum status ask_history(struct asking *k)
{
    struct value *kase, *list = v_list(k->a);
    int64_t until;
    enum status st = case_then(k, &kase, &until);
    if (st)
        return st;
    v_put(k->a, k->answer, "events", list);
    struct history h = {list, case_law(k, kase), until};
    return events_each(k, v_get_int(k->m, "case", 0), page_after_number(k), history_item, &h);
}

/* ---- served ---- */

/* The report by which a subscriber of the stream told that it had the position: the earliest of all names, or NULL. */
static enum status received_by(struct asking *k, const char *stream, int64_t position, const struct value **ret)
{
    struct key names;
    key_begin(&names);
    key_add_u8(&names, 'c');
    key_add_str(&names, stream);
    struct store_cursor *c = store_cursor(k->t, DB_CURSORS), *past = store_cursor(k->t, DB_CURSORS);
    enum status st = store_seek(c, key_bytes(&names));
    for (*ret = NULL; !st && key_has_prefix(store_key(c), key_bytes(&names)); st = store_next(c)) {
        struct key name = names, from;
        name.b[0] = 'r';
        key_add_raw(&name, store_key(c).p + names.n, store_key(c).n - names.n);
        from = name;
        key_add_u64(&from, (uint64_t)position);
        st = store_seek(past, key_bytes(&from));
        struct value *record;
        if (!st && key_has_prefix(store_key(past), key_bytes(&name)))
            st = record_read(k->a, k->t, DB_CURSORS, store_key(past), &record);
        else
            continue;
        if (!st && (!*ret || v_get_int(record, "event", 0) < v_get_int(*ret, "event", 0)))
            *ret = record;
    }
    store_cursor_free(past);
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Who sent the event, and by which key. */
static enum status put_sender(struct asking *k, struct value *item, const char *what, int64_t event)
{
    struct value *e, *who = v_map(k->a);
    enum status st = asking_event(k, k->a, (uint64_t)event, &e);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    v_put_str(k->a, who, "principal", v_get_str(e, "principal", NULL));
    v_put_str(k->a, who, "key", v_get_str(e, "key", NULL));
    v_put(k->a, item, what, who);
    return ST_OK;
}

static enum status put_received(struct asking *k, const struct value *record, struct value *item)
{
    int64_t at = v_get_int(record, "at", 0), sent = v_get_int(record, "sent", 0),
            durable = v_get_int(item, "durable", 0);
    v_put_int(k->a, item, "received", at);
    if (sent) /* that of the last notice of its report: not before this one was durable, nor after it was received */
        v_put_int(k->a, item, "sent", sent < durable ? durable : sent > at ? at : sent);
    return put_sender(k, item, "received_by", v_get_int(record, "event", 0));
}

static enum status notice_state(struct asking *k, const char *stream, int64_t position, struct value *item)
{
    struct key done = notice_key('d', stream, (uint64_t)position), open = notice_key('o', stream, (uint64_t)position);
    struct value *record;
    const struct value *received;
    enum status st = received_by(k, stream, position, &received);
    if (!st && received)
        st = put_received(k, received, item);
    if (st)
        return st;
    st = record_read(k->a, k->t, DB_NOTICES, key_bytes(&done), &record);
    if (!st) {
        v_put_int(k->a, item, "done", v_get_int(record, "at", 0));
        st = put_sender(k, item, "done_by", v_get_int(record, "event", 0));
    } else if (st == ST_NOT_FOUND)
        st = record_read(k->a, k->t, DB_NOTICES, key_bytes(&open), &record);
    if (st)
        return st == ST_NOT_FOUND ? ST_OK : st;
    v_put_str(k->a, item, "failed", v_get_str(record, "reason", NULL));
    v_put_str(k->a, item, "by", v_get_str(record, "by", NULL));
    return ST_OK;
}

struct served {
    struct value *list;
    int64_t kase;
    enum status st;
};

/* Does the change close the task of a notice? */
static bool closes(const struct value *change, int64_t task)
{
    const char *path = v_text(v_at(change, 1), "");
    return task && strcmp(v_text(v_at(change, 0), ""), "del") == 0 && strncmp(path, "tasks.", 6) == 0 &&
           strtoll(path + 6, NULL, 10) == task && !strchr(path + 6, '.');
}

/* Which notices does this event answer: by its cause, or by closing their tasks? */
static void mark_answered(struct asking *k, struct arena *scratch, const struct value *event, struct served *s)
{
    const struct value *cause = v_get(event, "cause"), *cases = of_case(scratch, event, "cases", s->kase);
    const struct value *changes = v_get(v_at(cases, 0), "changes");
    for (size_t i = 0; i < v_count(s->list); i++) {
        struct value *item = v_at(s->list, i);
        bool caused = cause && v_get_int(cause, "position", -1) == v_get_int(item, "position", 0) &&
                      strcmp(v_get_str(cause, "stream", ""), v_get_str(item, "stream", "")) == 0;
        for (size_t j = 0; !caused && j < v_count(changes); j++)
            caused = closes(v_at(changes, j), v_get_int(item, "task", 0));
        if (!caused || v_get(item, "answered"))
            continue;
        struct value *who = v_map(k->a);
        v_put_int(k->a, item, "answered", v_get_int(event, "n", 0));
        v_put_int(k->a, item, "answered_at", v_get_int(event, "recorded", 0));
        v_put_str(k->a, who, "principal", arena_str(k->a, v_get_str(event, "principal", "")));
        v_put_str(k->a, who, "key", arena_str(k->a, v_get_str(event, "key", "")));
        v_put(k->a, item, "answered_by", who);
    }
}

static bool served_event(struct asking *k, struct arena *scratch, struct value *event, void *ctx)
{
    struct served *s = ctx;
    const struct value *notices = of_case(scratch, event, "notices", s->kase);
    mark_answered(k, scratch, event, s);
    for (size_t i = 0; !s->st && i < v_count(notices); i++) {
        const struct value *n = v_at(notices, i);
        struct value *item = v_map(k->a);
        const char *stream = v_get_str(n, "stream", "");
        int64_t position = v_get_int(n, "position", 0);
        v_put_str(k->a, item, "stream", stream);
        v_put_int(k->a, item, "position", position);
        v_put_str(k->a, item, "type", v_get_str(n, "type", ""));
        v_put_int(k->a, item, "event", v_get_int(event, "n", 0));
        v_put_int(k->a, item, "durable", v_get_int(event, "recorded", 0));
        v_put_str(k->a, item, "party", v_get_str(n, "party", NULL));
        if (v_get(n, "task"))
            v_put_int(k->a, item, "task", v_get_int(n, "task", 0));
        s->st = notice_state(k, stream, position, item);
        v_push(k->a, s->list, item);
    }
    return !s->st;
}

enum status ask_served(struct asking *k)
{
    struct value *kase;
    enum status st = case_asked(k, &kase);
    struct served s = {v_list(k->a), v_get_int(k->m, "case", 0), ST_OK};
    if (st)
        return st;
    v_put(k->a, k->answer, "notices", s.list);
    st = events_each(k, s.kase, 0, served_event, &s);
    return st ? st : s.st;
}

/* ---- form, notice ---- */

/* The act that a task asks for. */
static const char *act_asked(const struct asking *k, const struct value *kase)
{
    const char *path = arena_printf(k->a, "tasks.%lld.act", (long long)v_get_int(k->m, "task", 0));
    return v_get_str(k->m, "act", v_text(v_path(kase, path), NULL));
}

enum status ask_form(struct asking *k)
{
    struct value *kase = NULL;
    const struct procedure *p;
    if (v_get(k->m, "case")) {
        enum status st = case_asked(k, &kase);
        if (st)
            return st;
        p = case_law(k, kase);
    } else {
        p = laws_active(view_laws(k->q->view), v_get_str(k->m, "procedure", NULL), when_day(k->q->now, 480));
    }
    const char *act = act_asked(k, kase);
    struct value *form = p && act ? decide_form(k->a, p, kase, act) : NULL;
    if (!form)
        return refuse(k, "form", "act-unknown", "no such act, or no such procedure in force");
    v_put_str(k->a, k->answer, "act", act);
    v_put_str(k->a, k->answer, "procedure", p->name);
    for (size_t i = 0; i < v_count(form); i++)
        v_put(k->a, k->answer, form->u.map.pair[i].key, form->u.map.pair[i].val);
    return ST_OK;
}

enum status ask_notice(struct asking *k)
{
    const char *stream = v_get_str(k->m, "stream", "");
    if (!stream_right(k->q->view, k->q->principal, stream) && !has_right(k, "inspect"))
        return refuse(k, "right", "not-your-stream", "the stream belongs to another department");
    struct key key = stream_key(stream, (uint64_t)v_get_int(k->m, "position", 0));
    struct value *notice;
    enum status st = record_read(k->a, k->t, DB_STREAMS, key_bytes(&key), &notice);
    if (!st)
        v_put(k->a, k->answer, "notice", notice);
    return st;
}
