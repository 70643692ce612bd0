#include "daemon/core/case.h"

#include <string.h>

enum { PATH_MOST = 512, INDEX_TEXT = 200 };

/* ---- making changes ---- */

static void change(struct arena *a, struct value *changes, const char *op, const char *path, struct value *val)
{
    struct value *item = v_list(a);
    v_push(a, item, v_str(a, op));
    v_push(a, item, v_str(a, path));
    if (val)
        v_push(a, item, val);
    v_push(a, changes, item);
}

void change_put(struct arena *a, struct value *changes, const char *path, struct value *val)
{
    change(a, changes, "put", path, val);
}

void change_del(struct arena *a, struct value *changes, const char *path)
{
    change(a, changes, "del", path, NULL);
}

void change_push(struct arena *a, struct value *changes, const char *path, struct value *item)
{
    change(a, changes, "push", path, item);
}

/* ---- applying them ---- */

/* Cut the last key off a path: the path of the map that holds it (empty: the case itself), and the key. */
static const char *path_split(const char *path, char head[PATH_MOST])
{
    size_t n = strlen(path);
    if (n == 0 || n >= PATH_MOST)
        return NULL;
    const char *dot = strrchr(path, '.');
    size_t cut = dot ? (size_t)(dot - path) : 0;
    memcpy(head, path, cut);
    head[cut] = 0;
    const char *key = dot ? dot + 1 : path;
    return *key && (!dot || cut) ? key : NULL;
}

/* The map at a path; made on the way when `make`. NULL: something that is no map stands there, or nothing does. */
static struct value *path_map(struct arena *a, struct value *kase, char *path, bool make)
{
    struct value *at = kase;
    for (char *key = path, *next; key && *key; key = next) {
        next = strchr(key, '.');
        if (next)
            *next++ = 0;
        if (!*key || (next && !*next))
            return NULL;
        struct value *kid = v_get(at, key);
        if (!kid && make)
            v_put(a, at, key, kid = v_map(a));
        if (v_kind(kid) != V_MAP)
            return NULL;
        at = kid;
    }
    return at;
}

/* A copy of what has parts: a later push into it must not change the event that it came with. The rest never changes.
 */
static struct value *own(struct arena *a, const struct value *val)
{
    return v_branch(a, val);
}

static enum status put(struct arena *a, struct value *kase, const char *path, const struct value *val)
{
    char head[PATH_MOST];
    const char *key = path_split(path, head);
    struct value *map = key ? path_map(a, kase, head, true) : NULL;
    if (!map || !val)
        return ST_CORRUPT;
    v_put(a, map, key, own(a, val));
    return ST_OK;
}

static enum status del(struct arena *a, struct value *kase, const char *path)
{
    char head[PATH_MOST];
    const char *key = path_split(path, head);
    if (!key)
        return ST_CORRUPT;
    v_del(path_map(a, kase, head, false), key);
    return ST_OK;
}

static enum status push(struct arena *a, struct value *kase, const char *path, const struct value *item)
{
    char head[PATH_MOST];
    const char *key = path_split(path, head);
    struct value *map = key ? path_map(a, kase, head, true) : NULL;
    if (!map || !item)
        return ST_CORRUPT;
    struct value *list = v_get(map, key);
    if (!list)
        v_put(a, map, key, list = v_list(a));
    if (v_kind(list) != V_LIST)
        return ST_CORRUPT;
    v_push(a, list, own(a, item));
    return ST_OK;
}

enum status case_apply_one(struct arena *a, struct value *kase, const struct value *change)
{
    const char *op = v_text(v_at(change, 0), "");
    const char *path = v_text(v_at(change, 1), "");
    if (strcmp(op, "put") == 0 && v_count(change) == 3)
        return put(a, kase, path, v_at(change, 2));
    if (strcmp(op, "push") == 0 && v_count(change) == 3)
        return push(a, kase, path, v_at(change, 2));
    if (strcmp(op, "del") == 0 && v_count(change) == 2)
        return del(a, kase, path);
    return ST_CORRUPT;
}

enum status case_apply(struct arena *a, struct value *kase, const struct value *changes)
{
    if (v_kind(kase) != V_MAP || v_kind(changes) != V_LIST)
        return ST_CORRUPT;
    enum status st = ST_OK;
    for (size_t i = 0; i < v_count(changes) && !st; i++)
        st = case_apply_one(a, kase, v_at(changes, i));
    return st;
}

struct day case_day(const struct value *v, const char *path)
{
    struct day d;
    return day_parse(v_text(v_path(v, path), ""), &d) ? DAY_NONE : d;
}

bool case_about(const struct value *kase, const char *id)
{
    const struct value *subjects = v_get(kase, "subjects");
    bool about = strcmp(v_text(v_path(kase, "facts.subject"), ""), id) == 0;
    for (size_t i = 0; i < v_count(subjects) && !about; i++)
        about = strcmp(v_get_str(v_at(subjects, i), "id", ""), id) == 0;
    return *id && about;
}

bool case_part_of_others(const struct value *kase, const char *kind, const char *part, const char *id)
{
    const struct value *subjects = v_get(kase, "subjects");
    bool others = false;
    for (size_t i = 0; kind && part && i < v_count(subjects); i++) {
        const struct value *s = v_at(subjects, i);
        if (strcmp(v_get_str(s, "part-kind", ""), kind) != 0 || strcmp(v_get_str(s, "part", ""), part) != 0)
            continue;
        if (strcmp(v_get_str(s, "id", ""), id) == 0)
            return false;
        others = true;
    }
    return others;
}

/* ---- what the store is told of a case ---- */

struct due_list {
    struct arena *a;
    struct due_moment *item;
    size_t n, cap;
};

static void due_add(struct due_list *l, const struct value *at, const char *what, const char *name)
{
    if (v_kind(at) != V_INT)
        return;
    ARENA_GROW(l->a, l->item, l->n, l->cap);
    l->item[l->n++] = (struct due_moment){{at->u.i}, what, name};
}

size_t case_due(struct arena *a, const struct value *kase, struct due_moment **ret)
{
    struct due_list l = {.a = a};
    const struct value *clocks = v_get(kase, "clocks"), *tasks = v_get(kase, "tasks");
    for (size_t i = 0; i < v_count(clocks) && clocks->kind == V_MAP; i++) {
        const struct pair *p = &clocks->u.map.pair[i];
        if (strcmp(v_get_str(p->val, "state", ""), "running") != 0)
            continue;
        due_add(&l, v_get(p->val, "near-at"), "near", p->key);
        if (!v_get_bool(p->val, "provisional")) /* a provisional limit never expires */
            due_add(&l, v_get(p->val, "miss-at"), "miss", p->key);
    }
    for (size_t i = 0; i < v_count(tasks) && tasks->kind == V_MAP; i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        if (!v_get_bool(p->val, "provisional"))
            due_add(&l, v_get(p->val, "remind-at"), "remind", p->key);
        if (!v_get_bool(p->val, "escalated") && !v_get_bool(p->val, "provisional"))
            due_add(&l, v_get(p->val, "due-at"), "task", p->key);
    }
    *ret = l.item;
    return l.n;
}

struct index_list {
    struct arena *a;
    struct index_entry *item;
    size_t n, cap;
};

static bool text_fits(const struct value *v)
{
    return v_kind(v) == V_STR && v->u.str.n <= INDEX_TEXT;
}

/* second NULL: the kind has one text. */
static void index_add(struct index_list *l, const char *kind, const struct value *first, const struct value *second)
{
    if (!text_fits(first) || (second && !text_fits(second)))
        return;
    ARENA_GROW(l->a, l->item, l->n, l->cap);
    l->item[l->n++] = (struct index_entry){kind, first->u.str.s, v_text(second, NULL)};
}

size_t case_index(struct arena *a, const struct value *kase, struct index_entry **ret)
{
    static const struct value open = {.kind = V_STR, .u.str = {"open", 4}};
    static const struct value ended = {.kind = V_STR, .u.str = {"ended", 5}};
    struct index_list l = {.a = a};
    const struct value *procedure = v_get(kase, "procedure"), *stage = v_get(kase, "stage");
    const struct value *roles = v_get(kase, "roles"), *subjects = v_get(kase, "subjects");
    const struct value *imported = v_get(v_get(kase, "imported"), "key");
    for (size_t i = 0; v_kind(roles) == V_MAP && i < v_count(roles); i++)
        index_add(&l, "department", roles->u.map.pair[i].val, NULL);
    if (v_kind(imported) == V_STR)
        index_add(&l, "import", procedure, imported);
    index_add(&l, "day", v_get(kase, "opened-done"), NULL);
    index_add(&l, "outcome", v_get(kase, "outcome"), NULL);
    index_add(&l, "stage", procedure, v_kind(stage) == V_STR ? stage : NULL);
    index_add(&l, "state", v_get_bool(kase, "ended") ? &ended : &open, NULL);
    index_add(&l, "subject", v_get(v_get(kase, "facts"), "subject"), NULL);
    for (size_t i = 0; i < v_count(subjects); i++)
        index_add(&l, "subject", v_get(v_at(subjects, i), "id"), NULL);
    *ret = l.item;
    return l.n;
}
