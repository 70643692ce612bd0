#include "daemon/core/case.h"

#include <string.h>

enum { INDEX_TEXT = 200 };

/* ---- paths ---- */

bool path_read(struct path *ret, const char *text, size_t n)
{
    const char *key = text, *end = text + n;
    ret->n = 0;
    for (const char *dot; key <= end && ret->n < PATH_STEPS; key = dot + 1) {
        dot = memchr(key, '.', (size_t)(end - key));
        dot = dot ? dot : end;
        if (dot == key)
            return false;
        size_t len = (size_t)(dot - key);
        ret->step[ret->n++] = (struct step){key, len, v_head(key, len)};
    }
    return key > end;
}

struct value *path_text(struct arena *a, const struct path *path)
{
    size_t n = path->n - 1;
    for (size_t i = 0; i < path->n; i++)
        n += path->step[i].n;
    char *text = arena_take(a, n + 1, 1), *at = text;
    for (size_t i = 0; i < path->n; i++) {
        memcpy(at, path->step[i].key, path->step[i].n);
        at += path->step[i].n;
        *at++ = i + 1 < path->n ? '.' : 0;
    }
    return v_borrow(a, text, n);
}

static struct pair *step_in(const struct value *map, const struct step *s)
{
    return v_find(map, s->key, s->n, s->head);
}

struct value *path_value(const struct value *kase, const struct path *path)
{
    const struct value *at = kase;
    for (size_t i = 0; at && i < path->n; i++)
        at = v_get_key(at, path->step[i].key, path->step[i].n, path->step[i].head);
    return (struct value *)at;
}

/* ---- writing changes down ---- */

/* What an operation is called: the texts of every change. */
static const struct value op_names[] = {
    [CHANGE_PUT] = {.kind = V_STR, .u.str = {"put", 3}},
    [CHANGE_PUSH] = {.kind = V_STR, .u.str = {"push", 4}},
    [CHANGE_DEL] = {.kind = V_STR, .u.str = {"del", 3}},
};

void change_write(struct arena *a, struct value *changes, enum change_op op, struct value *path, struct value *val)
{
    struct value *one = v_list(a);
    v_push(a, one, (struct value *)&op_names[op]); /* texts never change */
    v_push(a, one, path);
    if (val)
        v_push(a, one, val);
    v_push(a, changes, one);
}

void change_put(struct arena *a, struct value *changes, const char *path, struct value *val)
{
    change_write(a, changes, CHANGE_PUT, v_str(a, path), val);
}

void change_del(struct arena *a, struct value *changes, const char *path)
{
    change_write(a, changes, CHANGE_DEL, v_str(a, path), NULL);
}

void change_push(struct arena *a, struct value *changes, const char *path, struct value *item)
{
    change_write(a, changes, CHANGE_PUSH, v_str(a, path), item);
}

/* ---- the tree ---- */

struct value *case_fork(struct arena *a, const struct value *kase)
{
    struct value *copy = kase ? v_shallow(a, kase) : v_map(a);
    copy->u.map.tree = copy;
    return copy;
}

/* The map or list of a pair as one that the case may change: its own, or one that the event has put. */
static struct value *own(struct arena *a, const struct value *kase, struct pair *p, bool inside)
{
    const struct value *v = p->val;
    const void *tree = v->kind == V_MAP ? v->u.map.tree : v->u.list.tree;
    if (inside || tree == kase)
        return p->val;
    p->val = v_shallow(a, v);
    if (v->kind == V_MAP)
        p->val->u.map.tree = kase;
    else
        p->val->u.list.tree = kase;
    return p->val;
}

static struct value *made(struct arena *a, const struct value *kase, struct value *map, const struct step *s,
                          struct value *kid)
{
    if (kid->kind == V_MAP)
        kid->u.map.tree = kase;
    else
        kid->u.list.tree = kase;
    v_put_key(a, map, s->key, s->n, s->head, kid);
    return kid;
}

/* The map in which the last key of a path stands or will stand. NULL: something that is no map is on the way. */
static struct value *place(struct arena *a, struct value *kase, const struct path *path, const struct value *event,
                           bool *inside)
{
    struct value *at = kase;
    for (size_t i = 0; i + 1 < path->n; i++) {
        struct pair *p = step_in(at, &path->step[i]);
        if (p && p->val->kind != V_MAP)
            return NULL;
        *inside = *inside || (p && event && p->val->u.map.tree == event);
        at = p ? own(a, kase, p, *inside) : made(a, kase, at, &path->step[i], v_map(a));
    }
    return at;
}

static enum status push(struct arena *a, struct value *kase, struct value *map, const struct step *s,
                        struct value *item, bool inside)
{
    struct pair *p = step_in(map, s);
    if (p && p->val->kind != V_LIST)
        return ST_CORRUPT;
    v_push(a, p ? own(a, kase, p, inside) : made(a, kase, map, s, v_list(a)), item);
    return ST_OK;
}

enum status case_change(struct arena *a, struct value *kase, enum change_op op, const struct path *path,
                        struct value *val, const struct value *event, bool *ret_covered)
{
    const struct step *last = &path->step[path->n - 1];
    *ret_covered = false;
    if (op == CHANGE_DEL && !path_value(kase, path))
        return ST_OK;
    struct value *map = place(a, kase, path, event, ret_covered);
    if (!map)
        return ST_CORRUPT;
    if (op == CHANGE_DEL) {
        v_del_pair(map, step_in(map, last));
        return ST_OK;
    }
    if (op == CHANGE_PUSH)
        return push(a, kase, map, last, val, *ret_covered);
    if (event && val->kind == V_MAP)
        val->u.map.tree = event;
    v_put_key(a, map, last->key, last->n, last->head, val);
    return ST_OK;
}

/* ---- applying changes ---- */

static enum change_op op_of(const char *name)
{
    for (enum change_op op = CHANGE_PUT; op <= CHANGE_DEL; op++)
        if (strcmp(name, op_names[op].u.str.s) == 0)
            return op;
    return 0;
}

static enum status apply_one(struct arena *a, struct value *kase, const struct value *change)
{
    const struct value *text = v_at(change, 1);
    enum change_op op = op_of(v_text(v_at(change, 0), ""));
    struct path path;
    bool covered;
    if (!op || v_count(change) != (op == CHANGE_DEL ? 2 : 3) || v_kind(text) != V_STR ||
        !path_read(&path, text->u.str.s, text->u.str.n))
        return ST_CORRUPT;
    return case_change(a, kase, op, &path, v_at(change, 2), NULL, &covered);
}

enum status case_apply(struct arena *a, struct value *kase, const struct value *changes)
{
    if (v_kind(kase) != V_MAP || v_kind(changes) != V_LIST)
        return ST_CORRUPT;
    enum status st = ST_OK;
    kase->u.map.tree = kase;
    for (size_t i = 0; i < v_count(changes) && !st; i++)
        st = apply_one(a, kase, v_at(changes, i));
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
