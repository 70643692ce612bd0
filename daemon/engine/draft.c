/* From a decision to everything that its event will say. */
#include "daemon/engine/inside.h"
#include "proto/wire.h"

#include <string.h>

struct draft draft_new(struct arena *a, const char *kind, const char *act)
{
    return (struct draft){
        .accepted = true, .kind = kind, .act = act, .done = DAY_NONE, .keys = v_map(a), .answer = v_map(a)};
}

struct draft draft_refused(const char *kind, const char *code, const char *text)
{
    return (struct draft){.rejection = {.kind = kind, .code = code, .text = text, .earliest = DAY_NONE},
                          .done = DAY_NONE};
}

/* A key with what a search for it compares. */
struct name {
    const char *key;
    size_t n;
    uint64_t head;
};
#define NAME(text)                                                                                                     \
    {                                                                                                                  \
        text, sizeof text - 1, v_head(text, sizeof text - 1)                                                           \
    }

/* Keys that the map does not have yet, as far as they are there. */
static void copy_keys(struct arena *a, struct value *to, const struct value *from, const struct name *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct value *v = v_get_key(from, name[i].key, name[i].n, name[i].head);
        if (v)
            v_add(a, to, name[i].key, v);
    }
}

/* ---- notices ---- */

/* How many of the list stand in the stream before: the judge's notices of one event take consecutive positions. */
static int64_t earlier(const struct value *list, const char *stream)
{
    int64_t n = 0;
    for (size_t i = 0; i < v_count(list); i++)
        n += strcmp(v_get_str(v_at(list, i), "stream", ""), stream) == 0;
    return n;
}

/* A notice as its reader gets it, PROTOCOL.md 4. */
static enum status notice_make(struct engine *e, struct arena *a, const struct numbering *about, int64_t event,
                               struct when recorded, const struct value *list, const struct value *from,
                               struct value **ret)
{
    const struct name named[] = {NAME("type"), NAME("label")}, role[] = {NAME("role"), NAME("article")};
    const struct name rest[] = {NAME("answer"), NAME("task"), NAME("due"),   NAME("provisional"),
                                NAME("clock"),  NAME("part"), NAME("party"), NAME("fields")};
    const char *stream = v_get_str(from, "stream", "");
    char day[DAY_TEXT];
    int64_t last;
    enum status st = fold_stream(e->fold, e->txn, stream, &last);
    if (st)
        return st;
    struct value *n = v_map(a);
    add_text(a, n, "stream", stream);
    v_add_int(a, n, "position", last + 1 + earlier(list, stream));
    v_add_int(a, n, "event", event);
    copy_keys(a, n, from, named, 2);
    v_add_int(a, n, "case", about->kase);
    add_text(a, n, "procedure", about->procedure);
    add_text(a, n, "stage", about->stage);
    copy_keys(a, n, from, role, 2);
    v_add_int(a, n, "recorded", recorded.ms);
    v_add(a, n, "done", v_str(a, day_text(about->done, day)));
    copy_keys(a, n, from, rest, 8);
    if (e->simulated)
        v_add(a, n, "simulated", v_bool(a, true));
    *ret = n;
    return ST_OK;
}

enum status draft_notices(struct engine *e, struct arena *a, struct draft *d, const struct numbering *about,
                          const struct value *notices)
{
    const struct name told[] = {NAME("stream"), NAME("position"), NAME("type")};
    /* those of another case of the same event may be there */
    struct value *list = v_get(d->keys, "notices"), *short_list = v_get(d->answer, "notices");
    struct when recorded = {0};
    int64_t event;
    enum status st = engine_event(e, &event);
    if (!list) {
        v_put(a, d->keys, "notices", list = v_list(a));
        v_put(a, d->answer, "notices", short_list = v_list(a));
    }
    if (!st)
        st = engine_now(e, &recorded);
    for (size_t i = 0; !st && i < v_count(notices); i++) {
        struct value *n;
        st = notice_make(e, a, about, event, recorded, list, v_at(notices, i), &n);
        if (st)
            break;
        v_push(a, list, n);
        struct value *brief = v_map(a);
        copy_keys(a, brief, n, told, 3);
        v_push(a, short_list, brief);
    }
    return st;
}

/* ---- transitions ---- */

/* What all transitions of one event share, and the topics of those that were made. */
struct feed {
    const struct numbering *about;
    int64_t event, last; /* the number of the transition before the first */
    struct when recorded;
    struct topic *made;
    size_t n;
};

/* The transition before this one for each prefix of its topic: earlier in the same event, or in the store. */
static enum status previous(struct engine *e, struct arena *a, const struct feed *f, const struct topic *topic,
                            struct value **ret)
{
    struct value *prev = v_map(a);
    enum status st = ST_OK;
    for (size_t p = 0; !st && p < TOPIC_PREFIXES; p++) {
        size_t bytes = topic->n[p], i = f->n;
        int64_t n = 0;
        while (i && !(f->made[i - 1].n[p] == bytes && memcmp(f->made[i - 1].text, topic->text, bytes) == 0))
            i--;
        if (i)
            n = f->last + (int64_t)i;
        else
            st = fold_prefix(e->fold, e->txn, topic->text, bytes, &n);
        v_put_key(a, prev, topic->text, bytes, v_head(topic->text, bytes), v_int(a, n));
    }
    *ret = prev;
    return st;
}

/* A transition as its reader gets it, PROTOCOL.md 5. */
static enum status transition_make(struct engine *e, struct arena *a, struct feed *f, const struct value *from,
                                   struct value **ret)
{
    const char *kind = v_get_str(from, "kind", ""), *department = v_get_str(from, "department", "");
    char day[DAY_TEXT];
    struct value *prev;
    if (!*department)
        department = "-"; /* nobody must act: a topic has three parts all the same */
    struct topic topic = topic_make(a, kind, f->about->procedure, department);
    enum status st = previous(e, a, f, &topic, &prev);
    if (st)
        return st;
    f->made[f->n++] = topic;
    struct value *t = v_map(a), *departments = v_get(from, "departments"), *clocks = v_get(from, "clocks");
    v_add_int(a, t, "n", f->last + (int64_t)f->n);
    add_text(a, t, "kind", kind);
    add_text(a, t, "procedure", f->about->procedure);
    add_text(a, t, "department", department);
    v_add_int(a, t, "case", f->about->kase);
    v_add_int(a, t, "event", f->event);
    v_add_int(a, t, "recorded", f->recorded.ms);
    v_add(a, t, "done", v_str(a, day_text(f->about->done, day)));
    add_text(a, t, "stage", f->about->stage);
    v_add(a, t, "departments", departments ? departments : v_list(a));
    v_add(a, t, "clocks", clocks ? clocks : v_list(a));
    v_add(a, t, "prev", prev);
    if (e->simulated)
        v_add(a, t, "simulated", v_bool(a, true));
    *ret = t;
    return ST_OK;
}

enum status draft_transitions(struct engine *e, struct arena *a, struct draft *d, const struct numbering *about,
                              const struct value *transitions)
{
    const struct name told[] = {NAME("n"), NAME("kind")};
    struct value *list = v_list(a), *short_list = v_list(a);
    struct feed f = {.about = about, .made = ARENA_ARRAY(a, struct topic, v_count(transitions))};
    enum status st = fold_head(e->fold, e->txn, HEAD_TRANSITION, &f.last);
    if (!st)
        st = engine_event(e, &f.event);
    if (!st)
        st = engine_now(e, &f.recorded);
    for (size_t i = 0; !st && i < v_count(transitions); i++) {
        struct value *t, *brief = v_map(a);
        st = transition_make(e, a, &f, v_at(transitions, i), &t);
        if (st)
            break;
        v_push(a, list, t);
        copy_keys(a, brief, t, told, 2);
        v_push(a, short_list, brief);
    }
    v_put(a, d->keys, "transitions", list);
    v_put(a, d->answer, "transitions", short_list);
    return st;
}

/* From where to where each transition takes its case, so that a census can be kept up to date by transitions alone: the
 * first of the event from where the case stood, each other from where the one before it left the case. */
static void put_moves(struct arena *a, const struct value *transitions, const struct value *before, bool ended)
{
    const char *stage = v_get_str(before, "stage", ""), *department = v_get_str(before, "lead", "");
    bool was_ended = v_get_bool(before, "ended"), was_there = before;
    for (size_t i = 0; i < v_count(transitions); i++) {
        struct value *t = v_at(transitions, i), *was = v_map(a);
        add_text(a, was, "stage", stage);
        add_text(a, was, "department", department);
        if (was_ended)
            v_add(a, was, "ended", v_bool(a, true));
        if (was_there)
            v_add(a, t, "was", was);
        if (ended)
            v_add(a, t, "ended", v_bool(a, true));
        stage = v_get_str(t, "stage", "");
        department = v_get_str(t, "department", "");
        was_ended = ended;
        was_there = true;
    }
}

/* ---- a decision ---- */

/* What the judge does not say of a case but its readers ask: has it ended? */
static void tell_ended(struct arena *a, const struct procedure *p, const struct value *before, const struct decision *d,
                       struct value *changes)
{
    const struct stage *stage = procedure_stage(p, d->stage);
    bool ended = stage && stage->end, was = v_get_bool(before, "ended");
    if (ended && !was)
        change_put(a, changes, "ended", v_bool(a, true));
    else if (!ended && was)
        change_del(a, changes, "ended");
}

static void put_case(struct arena *a, struct draft *ret, const struct value *before, const struct decision *d,
                     struct value *changes)
{
    int64_t version = v_get_int(before, "version", 0) + 1;
    struct value *cases = v_list(a), *item = v_map(a);
    v_put_int(a, item, "case", d->kase);
    v_put_int(a, item, "version", version);
    v_put(a, item, "changes", changes);
    v_push(a, cases, item);
    for (size_t i = 0; i < v_count(d->others); i++)
        v_push(a, cases, v_at(d->others, i));
    v_put(a, ret->keys, "cases", cases);
    v_put_int(a, ret->answer, "case", d->kase);
    v_put_int(a, ret->answer, "version", version);
    v_put_str(a, ret->answer, "stage", d->stage);
}

/* How many values a tree holds, keys and itself included. */
static size_t tree_size(const struct value *v)
{
    size_t n = 1 + (v_kind(v) == V_MAP ? 2 : 1) * v_count(v);
    for (size_t i = 0; i < v_count(v); i++) {
        const struct value *kid = v->kind == V_MAP ? v->u.map.pair[i].val : v->u.list.item[i];
        if (kid->kind == V_LIST || kid->kind == V_MAP)
            n += tree_size(kid) - 1;
    }
    return n;
}

/* The largest map one or two levels down: parts.lead, tasks … */
static size_t widest(const struct value *v, int levels)
{
    size_t most = v_kind(v) == V_MAP ? v_count(v) : 0;
    for (size_t i = 0; v_kind(v) == V_MAP && levels && i < v_count(v); i++) {
        size_t n = widest(v->u.map.pair[i].val, levels - 1);
        most = n > most ? n : most;
    }
    return most;
}

/* A record that could not be read back must never be written (the limits of wire.h). Each value and each key takes a
 * byte at least, so a short record needs no counting. */
static bool case_full(const struct value *before, size_t bytes, const struct value *changes)
{
    size_t more = tree_size(changes);
    if (more > WIRE_PAIRS)
        return true;
    if (bytes <= WIRE_PAIRS - more)
        return false;
    return widest(before, 2) + v_count(changes) > WIRE_PAIRS || tree_size(before) + more > WIRE_VALUES;
}

enum status draft_decision(struct engine *e, struct arena *a, const struct procedure *p, const struct value *before,
                           size_t bytes, const struct decision *d, const char *kind, struct draft *ret)
{
    if (!d->accepted) {
        const char *k = d->rejection.kind;
        *ret = (struct draft){.rejection = d->rejection, .done = DAY_NONE};
        ret->remember = strcmp(k, "law") == 0 || strcmp(k, "conflict") == 0;
        return ST_OK;
    }
    if (case_full(before, bytes, d->changes)) {
        *ret = draft_refused("limit", "case-full", "the case would hold more than a case can");
        return ST_OK;
    }
    *ret = draft_new(a, kind, d->act);
    ret->done = d->done;
    ret->private_ = d->private_;
    struct value *changes = d->changes;
    tell_ended(a, p, before, d, changes);
    if (d->by)
        v_put(a, ret->keys, "by", d->by);
    put_case(a, ret, before, d, changes);
    struct numbering about = {d->kase, p->name, d->stage ? d->stage : "", d->done};
    enum status st = draft_notices(e, a, ret, &about, d->notices);
    if (!st)
        st = draft_transitions(e, a, ret, &about, d->transitions);
    const struct stage *stage = procedure_stage(p, d->stage);
    put_moves(a, v_get(ret->keys, "transitions"), before, stage && stage->end);
    if (d->tasks)
        v_put_int(a, ret->keys, "tasks", d->tasks);
    v_put(a, ret->answer, "tasks", d->opened ? d->opened : v_list(a));
    return st;
}
