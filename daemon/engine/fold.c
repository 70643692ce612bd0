#include "daemon/engine/fold.h"

#include "daemon/base/check.h"
#include "daemon/engine/dedupe.h"
#include "daemon/engine/event.h"

#include <stdlib.h>
#include <string.h>

struct fold *fold_new(void)
{
    struct fold *f = xcalloc(1, sizeof *f);
    f->counts = counts_new();
    f->tree = hashtree_new();
    f->reg = register_new();
    return f;
}

void fold_free(struct fold *f)
{
    if (!f)
        return;
    counts_free(f->counts);
    hashtree_free(f->tree);
    register_free(f->reg);
    free(f);
}

/* Changes of the register lie in DB_REGISTER under their events, those of the law beside them. */
static enum status register_load(struct register_book *r, struct store_txn *t)
{
    struct arena *a = arena_new();
    struct store_cursor *c = store_cursor(t, DB_REGISTER);
    enum status st;
    while (!(st = store_next(c))) {
        struct value *change;
        st = record_read(a, t, DB_REGISTER, store_key(c), &change);
        if (!st && !v_get(change, "law"))
            st = register_apply(r, change) ? ST_CORRUPT : ST_OK;
        if (st)
            break;
        arena_reset(a);
    }
    store_cursor_free(c);
    arena_free(a);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status fold_load(struct fold *f, struct store_txn *t)
{
    struct register_book *r = register_new();
    enum status st = register_load(r, t);
    if (!st)
        st = hashtree_load(f->tree, t);
    if (st) {
        register_free(r);
        return st;
    }
    register_free(f->reg);
    f->reg = r;
    counts_forget(f->counts);
    f->hint = NULL;
    return ST_OK;
}

void fold_mark(struct fold *f)
{
    hashtree_mark(f->tree);
    f->register_changed = f->laws_changed = false;
    f->hint = NULL;
}

void fold_rollback(struct fold *f)
{
    hashtree_rollback(f->tree);
    counts_forget(f->counts);
    f->hint = NULL;
}

enum status fold_flush(struct fold *f, struct store_txn *t)
{
    enum status st = counts_flush(f->counts, t);
    return st ? st : hashtree_flush(f->tree, t);
}

/* ---- heads ---- */

enum status fold_head(struct fold *f, struct store_txn *t, enum count_head head, int64_t *ret)
{
    return counts_head(f->counts, t, head, ret);
}

enum status fold_stream(struct fold *f, struct store_txn *t, const char *stream, int64_t *ret)
{
    struct key k = count_key('s', stream);
    return counts_get(f->counts, t, key_bytes(&k), ret);
}

enum status fold_prefix(struct fold *f, struct store_txn *t, const char *prefix, size_t n, int64_t *ret)
{
    struct key k = count_key_n('p', prefix, n);
    return counts_get(f->counts, t, key_bytes(&k), ret);
}

/* ---- keys ---- */

struct key case_key(int64_t kase)
{
    return key_u64((uint64_t)kase);
}

struct key paper_key(const struct hash *paper)
{
    struct key k = key_str("paper");
    key_add_raw(&k, paper->b, HASH_LEN);
    return k;
}

struct key stream_key(const char *stream, uint64_t position)
{
    struct key k = key_str(stream);
    key_add_u64(&k, position);
    return k;
}

struct key notice_key(char state, const char *stream, uint64_t position)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, (uint8_t)state);
    key_add_str(&k, stream);
    key_add_u64(&k, position);
    return k;
}

struct key answer_key(const char *principal, const char *id)
{
    struct key k = key_str(principal);
    uint8_t uuid[16];
    if (uuid_parse(id, uuid))
        key_add_raw(&k, uuid, sizeof uuid);
    else
        key_add_raw(&k, id, strlen(id));
    return k;
}

struct key standing_key(const char *kind, const char *name)
{
    struct key k;
    key_begin(&k);
    key_add_str(&k, kind);
    if (name)
        key_add_str(&k, name);
    return k;
}

struct topic topic_make(struct arena *a, const char *kind, const char *procedure, const char *department)
{
    const char *const part[] = {kind, procedure, department};
    const size_t length[] = {strlen(kind), strlen(procedure), strlen(department)};
    char *text = arena_alloc(a, length[0] + length[1] + length[2] + TOPIC_PREFIXES);
    struct topic ret = {.text = text};
    for (size_t i = 0, n = 0; i + 1 < TOPIC_PREFIXES; i++) {
        memcpy(text + n, part[i], length[i]);
        n += length[i];
        text[n++] = '/';
        ret.n[i + 1] = n;
    }
    return ret;
}

/* ---- one event ---- */

static enum status fold_heads(struct fold *f, struct store_txn *t, const struct value *event)
{
    int64_t last, n = v_get_int(event, "n", 0);
    enum status st = fold_head(f, t, HEAD_EVENT, &last);
    if (st || n != last + 1)
        return st ? st : ST_CORRUPT;
    counts_head_set(f->counts, HEAD_EVENT, n);
    counts_head_set(f->counts, HEAD_RECORDED, v_get_int(event, "recorded", 0));
    if (v_get(event, "clock"))
        counts_head_set(f->counts, HEAD_CLOCK, v_get_int(event, "clock", 0));
    return ST_OK;
}

/* A change of the register or of the law: kept as it came, with the number of its event. */
static enum status fold_register(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event)
{
    const struct value *change = v_get(event, "register");
    if (!change)
        return ST_OK;
    struct value *kept = v_copy(a, change);
    v_put_int(a, kept, "event", v_get_int(event, "n", 0));
    if (v_get(event, "private") && strcmp(v_get_str(event, "kind", ""), "register") == 0)
        v_put_int(a, kept, "named",
                  v_get_int(event, "n", 0)); /* the name of a person is in this event's private part */
    struct key k = key_u64((uint64_t)v_get_int(event, "n", 0));
    enum status st = record_put(a, t, DB_REGISTER, key_bytes(&k), kept);
    if (st)
        return st;
    if (v_get(change, "law")) {
        f->laws_changed = true;
        return ST_OK;
    }
    f->register_changed = true;
    return register_apply(f->reg, kept) ? ST_CORRUPT : ST_OK;
}

/* The walk over the limits (recount.c): a load begins it when there are cases, each moved limit takes it on, its own
 * event ends it. A load during a walk begins anew. */
static enum status fold_recount(struct fold *f, struct store_txn *t, const struct value *event)
{
    const struct value *recount = v_get(event, "recount");
    bool load = strcmp(v_get_str(v_get(event, "register"), "act", ""), "calendar-load") == 0;
    int64_t cases = 0, to = v_get_int(recount, "to", 0);
    enum status st = load ? fold_head(f, t, HEAD_CASE, &cases) : ST_OK;
    if (st || (load && !cases) || (!load && !recount))
        return st;
    bool over = strcmp(v_get_str(event, "kind", ""), "recounted") == 0;
    if (!load && !over) {
        if (to > 1)
            counts_head_set(f->counts, HEAD_RECOUNT_TO, to - 1);
        return counts_head_add(f->counts, t, HEAD_RECOUNT_MOVED, 1);
    }
    counts_head_set(f->counts, HEAD_RECOUNT, load ? v_get_int(event, "n", 0) : 0);
    counts_head_set(f->counts, HEAD_RECOUNT_TO, 0);
    counts_head_set(f->counts, HEAD_RECOUNT_MOVED, 0);
    return ST_OK;
}

static enum status fold_answer(struct arena *a, struct store_txn *t, const struct value *event)
{
    const char *principal = v_get_str(event, "principal", ""), *id = v_get_str(event, "id", "");
    if (!*principal || !*id)
        return ST_OK;
    struct value *record = v_map(a);
    v_add_int(a, record, "event", v_get_int(event, "n", 0));
    struct key k = answer_key(principal, id);
    return record_put(a, t, DB_ANSWERS, key_bytes(&k), record);
}

/* Reading of private parts stands in the course of the case though it changes nothing. */
static enum status fold_about(struct store_txn *t, const struct value *event)
{
    int64_t about = v_get_int(event, "about", 0);
    if (about <= 0)
        return ST_OK;
    struct key k = case_key(about);
    key_add_u64(&k, (uint64_t)v_get_int(event, "n", 0));
    return record_mark(t, DB_CASE_EVENTS, key_bytes(&k));
}

/* Who asked about a person's consequences, and which department departed from one. */
static enum status fold_standing(struct store_txn *t, const struct value *event)
{
    const struct value *what = v_get(event, "standing");
    if (!what)
        return ST_OK;
    struct key k = standing_key("asked", v_get_str(what, "person", ""));
    key_add_u64(&k, (uint64_t)v_get_int(event, "n", 0));
    enum status st = record_mark(t, DB_INDEX, key_bytes(&k));
    if (st || !v_get(what, "check"))
        return st;
    k = standing_key("departure", v_get_str(what, "department", ""));
    key_add_u64(&k, (uint64_t)v_get_int(event, "n", 0));
    return record_mark(t, DB_INDEX, key_bytes(&k));
}

/* Refusals by the law, for the census. */
static enum status fold_refused(struct fold *f, struct store_txn *t, const struct value *event)
{
    if (strcmp(v_get_str(event, "kind", ""), "refused") != 0)
        return ST_OK;
    struct key k = count_key('x', v_get_str(v_get(event, "answer"), "code", "-"));
    return counts_add(f->counts, t, key_bytes(&k), 1);
}

static enum status fold_lists(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event)
{
    const struct value *cases = v_get(event, "cases"), *notices = v_get(event, "notices");
    const struct value *transitions = v_get(event, "transitions");
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < v_count(cases); i++)
        st = fold_case(f, a, t, event, v_at(cases, i));
    for (size_t i = 0; !st && i < v_count(notices); i++)
        st = fold_notice(f, a, t, event, v_at(notices, i));
    for (size_t i = 0; !st && i < v_count(transitions); i++)
        st = fold_transition(f, a, t, v_at(transitions, i));
    int64_t tasks = v_get_int(event, "tasks", 0);
    return st || !tasks ? st : counts_head_add(f->counts, t, HEAD_TASK, tasks);
}

enum status fold_event(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                       struct bytes encoded)
{
    struct hash leaf = proof_leaf(encoded);
    enum status st = fold_heads(f, t, event);
    if (!st)
        st = hashtree_append(f->tree, t, &leaf);
    if (!st)
        st = fold_lists(f, a, t, event);
    if (!st)
        st = fold_about(t, event);
    if (!st)
        st = fold_register(f, a, t, event);
    if (!st)
        st = fold_recount(f, t, event);
    if (!st && strcmp(v_get_str(event, "kind", ""), "report") == 0)
        st = fold_report(f, a, t, event);
    if (!st)
        st = fold_standing(t, event);
    if (!st)
        st = fold_refused(f, t, event);
    if (!st)
        st = fold_answer(a, t, event);
    f->hint = NULL;
    return st;
}
