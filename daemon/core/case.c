#include "daemon/core/case.h"

#include <string.h>

enum { INDEX_TEXT = 200 };

/* ---- paths ---- */

size_t path_read(struct step ret[PATH_STEPS], const char *text, size_t n)
{
    const char *key = text, *end = text + n;
    size_t steps = 0;
    for (const char *dot; key <= end && steps < PATH_STEPS; key = dot + 1) {
        dot = memchr(key, '.', (size_t)(end - key));
        dot = dot ? dot : end;
        if (dot == key)
            return 0;
        size_t len = (size_t)(dot - key);
        ret[steps++] = (struct step){key, len, v_head(key, len), false};
    }
    return key > end ? steps : 0;
}

struct value *path_text(struct arena *a, const struct path *path)
{
    const struct step *step = path->step;
    if (path->n == 1 && step->literal)
        return v_borrow(a, step->key, step->n);
    size_t n = path->n - 1;
    for (size_t i = 0; i < path->n; i++)
        n += step[i].n;
    struct value *text = v_room(a, n);
    char *at = (char *)text->u.str.s;
    for (size_t i = 0; i < path->n; i++) {
        text_copy(at, step[i].key, step[i].n);
        at += step[i].n;
        *at++ = '.';
    }
    at[-1] = 0;
    return text;
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

static void write_down(struct arena *a, struct value *changes, enum change_op op, struct value *path, struct value *val)
{
    struct value *item[] = {(struct value *)&op_names[op], path, val}; /* texts never change */
    v_push(a, changes, v_list_of(a, item, val ? 3 : 2));
}

void change_write(struct arena *a, struct value *changes, enum change_op op, const struct path *path, struct value *val)
{
    write_down(a, changes, op, path_text(a, path), val);
}

void change_put(struct arena *a, struct value *changes, const char *path, struct value *val)
{
    write_down(a, changes, CHANGE_PUT, v_str(a, path), val);
}

void change_del(struct arena *a, struct value *changes, const char *path)
{
    write_down(a, changes, CHANGE_DEL, v_str(a, path), NULL);
}

void change_push(struct arena *a, struct value *changes, const char *path, struct value *item)
{
    write_down(a, changes, CHANGE_PUSH, v_str(a, path), item);
}

/* ---- the tree ---- */

struct edit edit_of(struct arena *a, struct value *kase)
{
    struct edit e = {.a = a, .kase = kase};
    kase->u.map.tree = kase;
    for (uint8_t i = 0; i < kase->u.map.n && i < UINT8_MAX; i++)
        *edit_near(&e, kase->u.map.pair[i].n, kase->u.map.pair[i].head) = i;
    return e;
}

struct value *case_fork(struct arena *a, const struct value *kase)
{
    struct value *copy = kase ? v_shallow(a, kase) : v_map(a);
    copy->u.map.tree = copy;
    return copy;
}

struct edit edit_copy(struct arena *a, const struct value *kase, const struct value *event)
{
    struct edit e = edit_of(a, case_fork(a, kase));
    e.event = event;
    return e;
}

/* The map or list of a pair as one that may be changed in place: the case's own, or one that the event has put. */
static struct value *own(const struct edit *e, struct pair *p, bool inside)
{
    const struct value *v = p->val;
    if (inside || (v->kind == V_MAP ? v->u.map.tree : v->u.list.tree) == e->kase)
        return p->val;
    p->val = v_shallow(e->a, v);
    if (v->kind == V_MAP)
        p->val->u.map.tree = e->kase;
    else
        p->val->u.list.tree = e->kase;
    return p->val;
}

static void add(const struct edit *e, struct value *map, const struct step *s, struct value *val)
{
    const char *key = s->literal ? s->key : arena_strn(e->a, s->key, s->n);
    v_add_pair(e->a, map, (struct pair){key, val, s->head, s->n});
}

static struct pair *step_in(struct edit *e, const struct value *map, const struct step *s)
{
    return map == e->kase ? edit_find(e, s->key, s->n, s->head) : v_find(map, s->key, s->n, s->head);
}

/* The map in which the last key of a path stands or will stand. NULL: something that is no map is on the way. */
static struct value *place(struct edit *e, const struct path *path, bool *inside)
{
    struct value *at = e->kase;
    for (size_t i = 0; i + 1 < path->n; i++) {
        struct pair *p = step_in(e, at, &path->step[i]);
        if (p && p->val->kind != V_MAP)
            return NULL;
        if (p) {
            *inside = *inside || (e->event && p->val->u.map.tree == e->event);
            at = own(e, p, *inside);
        } else {
            struct value *made = v_map(e->a);
            made->u.map.tree = e->kase;
            add(e, at, &path->step[i], made);
            at = made;
        }
    }
    return at;
}

static enum change_done push(struct edit *e, struct value *map, const struct step *s, struct value *item, bool inside)
{
    struct pair *p = step_in(e, map, s);
    if (p && p->val->kind != V_LIST)
        return CHANGE_WRONG;
    struct value *list = p ? own(e, p, inside) : v_list(e->a);
    if (!p) {
        list->u.list.tree = e->kase;
        add(e, map, s, list);
    }
    v_push(e->a, list, item);
    return inside ? CHANGE_COVERED : CHANGE_MADE;
}

static enum change_done put(struct edit *e, struct value *map, const struct step *s, struct value *val, bool inside)
{
    struct pair *p = step_in(e, map, s);
    if (p && e->event && v_equal(p->val, val))
        return CHANGE_NOTHING;
    if (e->event && val->kind == V_MAP)
        val->u.map.tree = e->event;
    if (p)
        p->val = val;
    else
        add(e, map, s, val);
    return inside ? CHANGE_COVERED : CHANGE_MADE;
}

enum change_done edit_change(struct edit *e, enum change_op op, const struct path *path, struct value *val)
{
    const struct step *last = &path->step[path->n - 1];
    bool inside = false;
    if (op == CHANGE_DEL && !path_value(e->kase, path))
        return CHANGE_NOTHING;
    struct value *map = place(e, path, &inside);
    if (!map)
        return CHANGE_WRONG;
    if (op == CHANGE_PUT)
        return put(e, map, last, val, inside);
    if (op == CHANGE_PUSH)
        return push(e, map, last, val, inside);
    v_del_pair(map, step_in(e, map, last));
    return inside ? CHANGE_COVERED : CHANGE_MADE;
}

/* ---- applying changes ---- */

static enum change_op op_of(const char *name)
{
    for (enum change_op op = CHANGE_PUT; op <= CHANGE_DEL; op++)
        if (name == op_names[op].u.str.s || text_same(name, op_names[op].u.str.s))
            return op;
    return 0;
}

static enum status apply_one(struct edit *e, const struct value *change)
{
    const struct value *text = v_at(change, 1);
    enum change_op op = op_of(v_text(v_at(change, 0), ""));
    struct step step[PATH_STEPS];
    struct path path = {0, step};
    if (!op || v_count(change) != (op == CHANGE_DEL ? 2 : 3) || v_kind(text) != V_STR ||
        (path.n = path_read(step, text->u.str.s, text->u.str.n)) == 0)
        return ST_CORRUPT;
    return edit_change(e, op, &path, v_at(change, 2)) == CHANGE_WRONG ? ST_CORRUPT : ST_OK;
}

enum status case_apply(struct arena *a, struct value *kase, const struct value *changes)
{
    if (v_kind(kase) != V_MAP || v_kind(changes) != V_LIST)
        return ST_CORRUPT;
    enum status st = ST_OK;
    struct edit e = edit_of(a, kase);
    for (size_t i = 0; i < v_count(changes) && !st; i++)
        st = apply_one(&e, v_at(changes, i));
    return st;
}

struct day case_day(const struct value *v, const char *path)
{
    return value_day(v_path(v, path));
}

struct day value_day(const struct value *text)
{
    struct day d;
    return day_parse(v_text(text, ""), &d) ? DAY_NONE : d;
}

bool case_about(const struct value *kase, const char *id)
{
    const struct value *subjects = v_get(kase, "subjects");
    bool about = text_same(v_text(v_path(kase, "facts.subject"), ""), id);
    for (size_t i = 0; i < v_count(subjects) && !about; i++)
        about = text_same(v_get_str(v_at(subjects, i), "id", ""), id);
    return *id && about;
}

bool case_part_of_others(const struct value *kase, const char *kind, const char *part, const char *id)
{
    const struct value *subjects = v_get(kase, "subjects");
    bool others = false;
    for (size_t i = 0; kind && part && i < v_count(subjects); i++) {
        const struct value *s = v_at(subjects, i);
        if (!text_same(v_get_str(s, "part-kind", ""), kind) || !text_same(v_get_str(s, "part", ""), part))
            continue;
        if (text_same(v_get_str(s, "id", ""), id))
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
        if (!text_same(v_get_str(p->val, "state", ""), "running"))
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
