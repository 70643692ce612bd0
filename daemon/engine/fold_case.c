/* A case: its record, its place in the indexes, its tasks and due moments, the census. */
#include "daemon/core/case.h"
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"

#include <stdlib.h>
#include <string.h>

struct keys {
    struct arena *a;
    struct bytes *item;
    size_t n, cap;
};

/* What the other databases know of a case. */
struct shadow {
    struct keys due, index, tasks;
    struct key census;
    bool there, open;
};

static void keys_add(struct keys *l, const struct key *k)
{
    struct bytes b = key_bytes(k);
    ARENA_GROW(l->a, l->item, l->n, l->cap);
    l->item[l->n++] = (struct bytes){arena_copy(l->a, b.p, b.n), b.n};
}

static int by_bytes(const void *a, const void *b)
{
    return key_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static void shadow_due(struct shadow *s, struct arena *a, const struct value *kase, int64_t id)
{
    struct due_moment *due;
    size_t n = case_due(a, kase, &due);
    for (size_t i = 0; i < n; i++) {
        struct key k;
        key_begin(&k);
        key_add_i64(&k, due[i].at.ms);
        key_add_u64(&k, (uint64_t)id);
        key_add_str(&k, due[i].what);
        key_add_str(&k, due[i].name);
        keys_add(&s->due, &k);
    }
}

static void shadow_index(struct shadow *s, struct arena *a, const struct value *kase, int64_t id)
{
    struct bytes *index;
    size_t n = case_index(a, kase, &index);
    for (size_t i = 0; i < n; i++) {
        struct key k;
        key_begin(&k);
        key_add_raw(&k, index[i].p, index[i].n);
        key_add_u64(&k, (uint64_t)id);
        keys_add(&s->index, &k);
    }
}

static void shadow_tasks(struct shadow *s, const struct value *kase, int64_t id)
{
    const struct value *tasks = v_get(kase, "tasks");
    for (size_t i = 0; i < v_count(tasks) && tasks->kind == V_MAP; i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        uint64_t task = strtoull(p->key, NULL, 10);
        struct key k;
        key_begin(&k);
        key_add_u8(&k, 't');
        key_add_u64(&k, task);
        key_add_u64(&k, (uint64_t)id);
        keys_add(&s->tasks, &k);
        key_begin(&k);
        key_add_u8(&k, 'd');
        key_add_str(&k, v_get_str(p->val, "department", ""));
        key_add_u64(&k, task);
        key_add_u64(&k, (uint64_t)id);
        keys_add(&s->tasks, &k);
    }
}

static void shadow_take(struct shadow *s, struct arena *a, const struct value *kase, int64_t id)
{
    memset(s, 0, sizeof *s);
    s->due.a = s->index.a = s->tasks.a = a;
    if (!kase)
        return;
    s->there = true;
    s->open = !v_get_bool(kase, "ended");
    s->census =
        count_key_census(v_get_str(kase, "procedure", ""), v_get_str(kase, "stage", ""), v_get_str(kase, "lead", ""));
    shadow_due(s, a, kase, id);
    shadow_index(s, a, kase, id);
    shadow_tasks(s, kase, id);
}

/* Take away what stood there before and does not now; put what is new. */
static enum status difference(struct store_txn *t, enum store_db db, struct keys *old, struct keys *now)
{
    if (old->n)
        qsort(old->item, old->n, sizeof *old->item, by_bytes);
    if (now->n)
        qsort(now->item, now->n, sizeof *now->item, by_bytes);
    enum status st = ST_OK;
    for (size_t i = 0, j = 0; !st && (i < old->n || j < now->n);) {
        int c = i == old->n ? 1 : j == now->n ? -1 : key_compare(old->item[i], now->item[j]);
        if (c < 0)
            st = store_del(t, db, old->item[i]);
        else if (c > 0)
            st = record_mark(t, db, now->item[j]);
        i += c <= 0;
        j += c >= 0;
    }
    return st;
}

static enum status census(struct fold *f, struct store_txn *t, const struct shadow *old, const struct shadow *now)
{
    struct key open = count_key('h', HEAD_OPEN), cases = count_key('h', HEAD_CASE);
    enum status st = ST_OK;
    if (old->there)
        st = counts_add(f->counts, t, key_bytes(&old->census), -1);
    if (!st)
        st = counts_add(f->counts, t, key_bytes(&now->census), 1);
    int more = (now->open ? 1 : 0) - (old->there && old->open ? 1 : 0);
    if (!st && more)
        st = counts_add(f->counts, t, key_bytes(&open), more);
    if (!st && !old->there)
        st = counts_add(f->counts, t, key_bytes(&cases), 1);
    return st;
}

static enum status shadow_move(struct fold *f, struct store_txn *t, struct shadow *old, struct shadow *now)
{
    enum status st = difference(t, DB_DUE, &old->due, &now->due);
    if (!st)
        st = difference(t, DB_INDEX, &old->index, &now->index);
    if (!st)
        st = difference(t, DB_TASKS, &old->tasks, &now->tasks);
    return st ? st : census(f, t, old, now);
}

/* The case before the event: the caller's when it has it, a fresh map for version 1. */
static enum status case_before(struct fold *f, struct arena *a, struct store_txn *t, int64_t id, int64_t version,
                               struct value **ret)
{
    if (version == 1) {
        *ret = v_map(a);
        v_put_int(a, *ret, "case", id);
        return ST_OK;
    }
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
        if (strncmp(v_text(v_at(change, 1), ""), "papers.", 7) != 0)
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
    struct value *kase;
    struct shadow old, now;
    if (id <= 0 || version <= 0)
        return ST_CORRUPT;
    enum status st = case_before(f, a, t, id, version, &kase);
    if (st)
        return st;
    shadow_take(&old, a, version == 1 ? NULL : kase, id);
    st = case_apply(a, kase, v_get(item, "changes"));
    if (st)
        return st;
    v_put_int(a, kase, "version", version);
    lead_take(a, kase, event, id);
    shadow_take(&now, a, kase, id);
    struct key k = case_key(id);
    st = record_put(t, DB_CASES, key_bytes(&k), kase);
    if (!st)
        st = shadow_move(f, t, &old, &now);
    if (!st)
        st = papers_mark(t, v_get(item, "changes"), id);
    key_add_u64(&k, (uint64_t)v_get_int(event, "n", 0));
    return st ? st : record_mark(t, DB_CASE_EVENTS, key_bytes(&k));
}
