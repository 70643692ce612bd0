#include "daemon/engine/marks.h"

#include "daemon/core/case.h"
#include "daemon/engine/event.h"
#include "daemon/store/key.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 64 }; /* that many are looked through, more are sorted */

/* What one key is made of: a moment or the number of a task, and up to three texts, borrowed from the case. */
struct mark {
    int64_t n;
    const char *a, *b, *c;
};

struct mark_list {
    struct mark *item;
    size_t n, cap;
};

struct marks {
    struct mark_list due, index, tasks;
};

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

static struct marks marks_take(struct arena *a, const struct value *kase)
{
    struct marks m = {0};
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

/* ---- what they do not share ---- */

/* The other's pair with the same key; it stands at the same place, nearly always. */
static const struct pair *counterpart(const struct value *map, size_t i, const struct pair *p)
{
    const struct pair *same = v_kind(map) == V_MAP && i < v_count(map) ? &map->u.map.pair[i] : NULL;
    return same && same->key == p->key ? same : v_find(map, p->key, p->n, p->head);
}

/* The pairs of a map that the other does not share. */
static struct value *own_pairs(struct arena *a, const struct value *map, const struct value *other)
{
    struct value *ret = v_map(a);
    for (size_t i = 0; v_kind(map) == V_MAP && i < v_count(map); i++) {
        const struct pair *p = &map->u.map.pair[i], *twin = counterpart(other, i, p);
        if (!twin || twin->val != p->val)
            v_add_pair(a, ret, (struct pair){p->key, p->val, p->head, p->n});
    }
    return ret;
}

/* A case (NULL: there is none), and what is left of it to look at. */
struct side {
    const struct value *whole;
    struct value *part;
};

/* What makes one key together stays together: where one of them differs, all are looked at. */
static void keep_together(struct arena *a, struct side *side, bool found_by, bool about)
{
    const struct value *v;
    if (found_by && (v = v_get(side->whole, "procedure")))
        v_put(a, side->part, "procedure", (struct value *)v);
    if (found_by && (v = v_get(side->whole, "stage")))
        v_put(a, side->part, "stage", (struct value *)v);
    if (found_by && (v = v_get(side->whole, "imported")))
        v_put(a, side->part, "imported", (struct value *)v);
    if (about && (v = v_get(side->whole, "facts")))
        v_put(a, side->part, "facts", (struct value *)v);
    if (about && (v = v_get(side->whole, "subjects")))
        v_put(a, side->part, "subjects", (struct value *)v);
}

/* Of two cases what they do not share. */
static void sides_part(struct arena *a, struct side side[2])
{
    bool found_by = false, about = false;
    for (size_t i = 0; i < 2; i++) {
        const struct value *whole = side[i].whole, *other = side[1 - i].whole, *clocks, *tasks;
        struct value *part = side[i].part = own_pairs(a, whole, other);
        if ((clocks = v_get(part, "clocks")))
            v_put(a, part, "clocks", own_pairs(a, clocks, v_get(other, "clocks")));
        if ((tasks = v_get(part, "tasks")))
            v_put(a, part, "tasks", own_pairs(a, tasks, v_get(other, "tasks")));
        found_by = found_by || v_get(part, "procedure") || v_get(part, "stage") || v_get(part, "imported");
        about = about || v_get(part, "facts") || v_get(part, "subjects");
    }
    for (size_t i = 0; i < 2; i++)
        keep_together(a, &side[i], found_by, about);
}

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

enum status marks_follow(struct arena *a, struct store_txn *t, int64_t kase, const struct value *was,
                         const struct value *is)
{
    struct side side[2] = {{was, NULL}, {is, NULL}};
    sides_part(a, side);
    struct marks old = was ? marks_take(a, side[0].part) : (struct marks){0}, now = marks_take(a, side[1].part);
    enum status st = list_move(t, DB_DUE, due_key, kase, &old.due, &now.due);
    if (!st)
        st = list_move(t, DB_INDEX, index_key, kase, &old.index, &now.index);
    return st ? st : list_move(t, DB_TASKS, task_key, kase, &old.tasks, &now.tasks);
}
