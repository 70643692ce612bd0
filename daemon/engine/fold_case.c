/* A case: its record, its place in the indexes, its tasks and due moments, the census. */
#include "daemon/core/case.h"
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "daemon/engine/marks.h"

#include <string.h>

/* Where the census counts a case; texts are borrowed from it. */
struct seat {
    const char *procedure, *stage, *lead;
    bool there, open;
};

static struct seat seat_of(const struct value *kase)
{
    return (struct seat){.procedure = v_get_str(kase, "procedure", ""),
                         .stage = v_get_str(kase, "stage", ""),
                         .lead = v_get_str(kase, "lead", ""),
                         .there = kase,
                         .open = kase && !v_get_bool(kase, "ended")};
}

static bool seat_same(const struct seat *a, const struct seat *b)
{
    return a->there == b->there && strcmp(a->stage, b->stage) == 0 && strcmp(a->lead, b->lead) == 0 &&
           strcmp(a->procedure, b->procedure) == 0;
}

static enum status seat_count(struct fold *f, struct store_txn *t, const struct seat *s, int by)
{
    struct key k = count_key_census(s->procedure, s->stage, s->lead);
    return counts_add(f->counts, t, key_bytes(&k), by);
}

static enum status census(struct fold *f, struct store_txn *t, const struct seat *old, const struct seat *now)
{
    enum status st = ST_OK;
    if (!seat_same(old, now)) {
        if (old->there)
            st = seat_count(f, t, old, -1);
        if (!st)
            st = seat_count(f, t, now, 1);
    }
    if (!st && now->open != old->open)
        st = counts_head_add(f->counts, t, HEAD_OPEN, now->open ? 1 : -1);
    if (!st && !old->there)
        st = counts_head_add(f->counts, t, HEAD_CASE, 1);
    return st;
}

/* The case before the event: the caller's when it has it, NULL for version 1. */
static enum status case_before(struct fold *f, struct arena *a, struct store_txn *t, int64_t id, int64_t version,
                               struct value **ret)
{
    *ret = NULL;
    if (version == 1)
        return ST_OK;
    enum status st = ST_OK;
    struct key k = case_key(id);
    if (f->hint && f->hint_case == id)
        *ret = f->hint;
    else
        st = record_read(a, t, DB_CASES, key_bytes(&k), ret);
    f->hint = NULL;
    if (st == ST_NOT_FOUND || (!st && v_get_int(*ret, "version", 0) != version - 1))
        return ST_CORRUPT;
    return st;
}

/* Who must act: the department of the event's newest transition of this case. */
static void lead_take(struct arena *a, struct value *kase, const struct value *event, int64_t id)
{
    const struct value *list = v_get(event, "transitions");
    for (size_t i = 0; i < v_count(list); i++)
        if (v_get_int(v_at(list, i), "case", 0) == id)
            v_put_str(a, kase, "lead", v_get_str(v_at(list, i), "department", ""));
}

/* A paper that was cited once is cited for good, whatever becomes of the case: its event keeps the hash. */
static enum status paper_mark(struct store_txn *t, const struct value *hash, int64_t id)
{
    struct hash paper;
    if (v_kind(hash) != V_BIN || hash->u.bin.n != HASH_LEN)
        return ST_OK;
    memcpy(paper.b, hash->u.bin.p, HASH_LEN);
    struct key k = paper_key(&paper);
    key_add_u64(&k, (uint64_t)id);
    return record_mark(t, DB_INDEX, key_bytes(&k));
}

static enum status papers_mark(struct store_txn *t, const struct value *changes, int64_t id)
{
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < v_count(changes); i++) {
        const struct value *change = v_at(changes, i), *item = v_at(change, 2);
        const char *path = v_text(v_at(change, 1), "");
        if (*path != 'p' || strncmp(path, "papers.", 7) != 0)
            continue;
        st = paper_mark(t, item, id);
        for (size_t j = 0; !st && v_kind(item) == V_LIST && j < v_count(item); j++)
            st = paper_mark(t, v_at(item, j), id);
    }
    return st;
}

enum status fold_case(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                      const struct value *item)
{
    int64_t id = v_get_int(item, "case", 0), version = v_get_int(item, "version", 0);
    struct value *before;
    if (id <= 0 || version <= 0)
        return ST_CORRUPT;
    enum status st = case_before(f, a, t, id, version, &before);
    if (st)
        return st;
    struct value *kase = case_fork(a, before);
    if (!before)
        v_put_int(a, kase, "case", id);
    st = case_apply(a, kase, v_get(item, "changes"));
    if (st)
        return st;
    v_put_int(a, kase, "version", version);
    lead_take(a, kase, event, id);
    struct seat was = seat_of(before), is = seat_of(kase);
    struct key k = case_key(id);
    st = record_put(a, t, DB_CASES, key_bytes(&k), kase);
    if (!st)
        st = marks_follow(a, t, id, before, kase);
    if (!st)
        st = census(f, t, &was, &is);
    if (!st)
        st = papers_mark(t, v_get(item, "changes"), id);
    key_add_u64(&k, (uint64_t)v_get_int(event, "n", 0));
    return st ? st : record_mark(t, DB_CASE_EVENTS, key_bytes(&k));
}
