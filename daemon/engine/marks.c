#include "daemon/engine/marks.h"

#include "daemon/core/case.h"
#include "daemon/engine/event.h"
#include "daemon/store/key.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 64 }; /* that many are looked through, more are sorted */

static void list_add(struct arena *a, struct mark_list *l, struct mark m)
{
    ARENA_GROW(a, l->item, l->n, l->cap);
    l->item[l->n++] = m;
}

static void due_take(struct mark_list *l, struct arena *a, const struct value *kase)
{
    struct due_moment *due;
    size_t n = case_due(a, kase, &due);
    for (size_t i = 0; i < n; i++)
        list_add(a, l, (struct mark){due[i].at.ms, due[i].what, due[i].name, NULL});
}

static void index_take(struct mark_list *l, struct arena *a, const struct value *kase)
{
    struct index_entry *entry;
    size_t n = case_index(a, kase, &entry);
    for (size_t i = 0; i < n; i++)
        list_add(a, l, (struct mark){0, entry[i].kind, entry[i].first, entry[i].second});
}

/* Each task by itself, and under its department. */
static void tasks_take(struct mark_list *l, struct arena *a, const struct value *kase)
{
    const struct value *tasks = v_get(kase, "tasks");
    for (size_t i = 0; v_kind(tasks) == V_MAP && i < v_count(tasks); i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        int64_t task = (int64_t)strtoull(p->key, NULL, 10);
        list_add(a, l, (struct mark){task, NULL, NULL, NULL});
        list_add(a, l, (struct mark){task, v_get_str(p->val, "department", ""), NULL, NULL});
    }
}

struct marks marks_take(struct arena *a, const struct value *kase)
{
    struct marks m = {0};
    if (!kase)
        return m;
    due_take(&m.due, a, kase);
    index_take(&m.index, a, kase);
    tasks_take(&m.tasks, a, kase);
    return m;
}

/* ---- keys ---- */

static struct key due_key(const struct mark *m, int64_t kase)
{
    struct key k;
    key_begin(&k);
    key_add_i64(&k, m->n);
    key_add_u64(&k, (uint64_t)kase);
    key_add_str(&k, m->a);
    key_add_str(&k, m->b);
    return k;
}

static struct key index_key(const struct mark *m, int64_t kase)
{
    struct key k;
    key_begin(&k);
    key_add_str(&k, m->a);
    key_add_str(&k, m->b);
    if (m->c)
        key_add_str(&k, m->c);
    key_add_u64(&k, (uint64_t)kase);
    return k;
}

static struct key task_key(const struct mark *m, int64_t kase)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, m->a ? 'd' : 't');
    if (m->a)
        key_add_str(&k, m->a);
    key_add_u64(&k, (uint64_t)m->n);
    key_add_u64(&k, (uint64_t)kase);
    return k;
}

typedef struct key (*mark_key_fn)(const struct mark *m, int64_t kase);

/* ---- from what was to what is ---- */

/* What did not change is the same text at the same place, nearly always. */
static int text_order(const char *a, const char *b)
{
    if (a == b)
        return 0;
    return !a ? -1 : !b ? 1 : strcmp(a, b);
}

static int mark_order(const struct mark *x, const struct mark *y)
{
    int order = (x->n > y->n) - (x->n < y->n);
    if (!order)
        order = text_order(x->a, y->a);
    if (!order)
        order = text_order(x->b, y->b);
    return order ? order : text_order(x->c, y->c);
}

static int by_order(const void *x, const void *y)
{
    return mark_order(x, y);
}

static void list_sort(struct mark_list *l)
{
    if (l->n)
        qsort(l->item, l->n, sizeof *l->item, by_order);
}

static bool list_has(const struct mark_list *l, const struct mark *m)
{
    if (l->n > FEW)
        return bsearch(m, l->item, l->n, sizeof *l->item, by_order) != NULL;
    for (size_t i = 0; i < l->n; i++)
        if (mark_order(&l->item[i], m) == 0)
            return true;
    return false;
}

/* A mark that stands twice is removed or put twice: the same as once. */
static enum status list_move(struct store_txn *t, enum store_db db, mark_key_fn key, int64_t kase,
                             struct mark_list *old, struct mark_list *now)
{
    size_t same = 0;
    while (same < old->n && same < now->n && mark_order(&old->item[same], &now->item[same]) == 0)
        same++;
    if (same == old->n && same == now->n)
        return ST_OK;
    if (old->n > FEW || now->n > FEW) {
        list_sort(old);
        list_sort(now);
        same = 0;
    }
    enum status st = ST_OK;
    for (size_t i = same; !st && i < old->n; i++) {
        if (list_has(now, &old->item[i]))
            continue;
        struct key k = key(&old->item[i], kase);
        st = store_del(t, db, key_bytes(&k));
    }
    for (size_t i = same; !st && i < now->n; i++) {
        if (list_has(old, &now->item[i]))
            continue;
        struct key k = key(&now->item[i], kase);
        st = record_mark(t, db, key_bytes(&k));
    }
    return st;
}

enum status marks_move(struct store_txn *t, int64_t kase, struct marks *old, struct marks *now)
{
    enum status st = list_move(t, DB_DUE, due_key, kase, &old->due, &now->due);
    if (!st)
        st = list_move(t, DB_INDEX, index_key, kase, &old->index, &now->index);
    return st ? st : list_move(t, DB_TASKS, task_key, kase, &old->tasks, &now->tasks);
}
