#include "proto/value.h"

#include "daemon/base/check.h"

#include <stdalign.h>
#include <stdarg.h>
#include <string.h>

static struct value *make(struct arena *a, enum value_kind kind)
{
    struct value *v = arena_take(a, sizeof *v, alignof(struct value));
    v->kind = kind;
    return v;
}

struct value *v_nil(struct arena *a)
{
    return make(a, V_NIL);
}

struct value *v_bool(struct arena *a, bool b)
{
    struct value *v = make(a, V_BOOL);
    v->u.b = b;
    return v;
}

struct value *v_int(struct arena *a, int64_t i)
{
    struct value *v = make(a, V_INT);
    v->u.i = i;
    return v;
}

/* The value and its text are one piece. */
static inline struct value *room(struct arena *a, size_t n)
{
    struct value *v = arena_take(a, sizeof *v + n + 1, alignof(struct value));
    char *text = (char *)(v + 1);
    text[n] = 0;
    v->kind = V_STR;
    v->u.str.s = text;
    v->u.str.n = n;
    return v;
}

struct value *v_room(struct arena *a, size_t n)
{
    return room(a, n);
}

struct value *v_strn(struct arena *a, const char *s, size_t n)
{
    struct value *v = room(a, n);
    text_copy((char *)v->u.str.s, s, n);
    return v;
}

struct value *v_str(struct arena *a, const char *s)
{
    if (!s)
        return v_nil(a);
    size_t n = strlen(s);
    struct value *v = room(a, n);
    text_copy((char *)v->u.str.s, s, n);
    return v;
}

struct value *v_borrow(struct arena *a, const char *s, size_t n)
{
    struct value *v = make(a, V_STR);
    v->u.str.s = s;
    v->u.str.n = n;
    return v;
}

struct value *v_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct value *v = make(a, V_STR);
    v->u.str.s = arena_vprintf(a, fmt, ap);
    v->u.str.n = strlen(v->u.str.s);
    va_end(ap);
    return v;
}

struct value *v_bin(struct arena *a, const void *p, size_t n)
{
    struct value *v = make(a, V_BIN);
    v->u.bin = (struct bytes){arena_copy(a, p, n), n};
    return v;
}

struct value *v_list(struct arena *a)
{
    struct value *v = make(a, V_LIST);
    memset(&v->u.list, 0, sizeof v->u.list);
    return v;
}

struct value *v_list_of(struct arena *a, struct value *const *item, size_t n)
{
    struct value *v = arena_take(a, sizeof *v + n * sizeof *item, alignof(struct value));
    v->kind = V_LIST;
    v->u.list.item = (struct value **)(v + 1);
    v->u.list.n = v->u.list.cap = (uint32_t)n;
    v->u.list.tree = NULL;
    for (size_t i = 0; i < n; i++) /* few */
        v->u.list.item[i] = item[i];
    return v;
}

struct value *v_map(struct arena *a)
{
    struct value *v = make(a, V_MAP);
    memset(&v->u.map, 0, sizeof v->u.map);
    return v;
}

static struct value *copy_list(struct arena *a, const struct value *v)
{
    struct value *list = v_list(a);
    size_t n = v->u.list.n;
    list->u.list.item = ARENA_ARRAY(a, struct value *, n);
    list->u.list.n = list->u.list.cap = n;
    for (size_t i = 0; i < n; i++)
        list->u.list.item[i] = v_copy(a, v->u.list.item[i]);
    return list;
}

/* No key stands twice in the old map, so none is searched in the new one: the time is that of its length. */
static struct value *copy_map(struct arena *a, const struct value *v)
{
    struct value *map = v_map(a);
    size_t n = v->u.map.n;
    map->u.map.pair = ARENA_ARRAY(a, struct pair, n);
    map->u.map.n = map->u.map.cap = n;
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &v->u.map.pair[i];
        map->u.map.pair[i] = (struct pair){arena_strn(a, p->key, p->n), v_copy(a, p->val), p->head, p->n};
    }
    return map;
}

struct value *v_copy(struct arena *a, const struct value *v)
{
    if (!v)
        return NULL;
    switch (v->kind) {
    case V_NIL:
    case V_BOOL:
    case V_INT:
        return arena_copy(a, v, sizeof *v);
    case V_STR:
        return v_strn(a, v->u.str.s, v->u.str.n);
    case V_BIN:
        return v_bin(a, v->u.bin.p, v->u.bin.n);
    case V_LIST:
        return copy_list(a, v);
    case V_MAP:
        return copy_map(a, v);
    }
    return NULL;
}

enum { ROOM = 4, FIRST_PAIRS = 8, FIRST_ITEMS = 4 };

struct value *v_shallow(struct arena *a, const struct value *v)
{
    struct value *copy = make(a, v->kind);
    REQUIRE(v->kind == V_LIST || v->kind == V_MAP);
    copy->u = v->u;
    if (v->kind == V_LIST) {
        copy->u.list.cap = v->u.list.n + ROOM;
        copy->u.list.item = arena_take(a, copy->u.list.cap * sizeof(struct value *), alignof(struct value *));
        if (v->u.list.n)
            memcpy(copy->u.list.item, v->u.list.item, v->u.list.n * sizeof(struct value *));
    } else {
        copy->u.map.cap = v->u.map.n + ROOM;
        copy->u.map.pair = arena_take(a, copy->u.map.cap * sizeof(struct pair), alignof(struct pair));
        if (v->u.map.n)
            memcpy(copy->u.map.pair, v->u.map.pair, v->u.map.n * sizeof(struct pair));
    }
    return copy;
}

void v_push_slowly(struct arena *a, struct value *list, struct value *item)
{
    REQUIRE(list->kind == V_LIST && item);
    uint32_t cap = list->u.list.cap ? list->u.list.cap * 2 : FIRST_ITEMS;
    struct value **more = arena_take(a, cap * sizeof(struct value *), alignof(struct value *));
    if (list->u.list.n)
        memcpy(more, list->u.list.item, list->u.list.n * sizeof(struct value *));
    list->u.list.item = more;
    list->u.list.cap = cap;
    more[list->u.list.n++] = item;
}

static bool is(const struct pair *p, const char *key, size_t n, uint64_t head)
{
    return p->head == head && p->n == n && text_same_rest(p->key, key, n);
}

struct pair *v_find(const struct value *map, const char *key, size_t n, uint64_t head)
{
    if (!map || map->kind != V_MAP || !map->u.map.n)
        return NULL;
    for (struct pair *p = map->u.map.pair, *end = p + map->u.map.n; p < end; p++)
        if (is(p, key, n, head))
            return p;
    return NULL;
}

void v_add_slowly(struct arena *a, struct value *map, struct pair pair)
{
    REQUIRE(map->kind == V_MAP && pair.val);
    uint32_t cap = map->u.map.cap ? map->u.map.cap * 2 : FIRST_PAIRS;
    struct pair *more = arena_take(a, cap * sizeof *more, alignof(struct pair));
    if (map->u.map.n)
        memcpy(more, map->u.map.pair, map->u.map.n * sizeof *more);
    map->u.map.pair = more;
    map->u.map.cap = cap;
    more[map->u.map.n++] = pair;
}

void v_put_pair(struct arena *a, struct value *map, struct pair pair, bool literal)
{
    struct pair *p = v_find(map, pair.key, pair.n, pair.head);
    if (p) {
        REQUIRE(pair.val);
        p->val = pair.val;
        return;
    }
    if (!literal)
        pair.key = arena_strn(a, pair.key, pair.n);
    v_add_pair(a, map, pair);
}

void v_del_pair(struct value *map, struct pair *p)
{
    struct pair *end = map->u.map.pair + map->u.map.n--;
    memmove(p, p + 1, (size_t)(end - (p + 1)) * sizeof *p);
}

void v_del(struct value *map, const char *key)
{
    size_t n = strlen(key);
    struct pair *p = v_find(map, key, n, v_head(key, n));
    if (p)
        v_del_pair(map, p);
}

struct value *v_path(const struct value *v, const char *path)
{
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        size_t n = (size_t)(dot - path);
        v = v_get_key(v, path, n, v_head(path, n));
    }
    return v_get(v, path);
}

bool v_equal(const struct value *a, const struct value *b)
{
    if (v_kind(a) != v_kind(b) || v_count(a) != v_count(b))
        return false;
    switch (v_kind(a)) {
    case V_NIL:
        return true;
    case V_BOOL:
        return a->u.b == b->u.b;
    case V_INT:
        return a->u.i == b->u.i;
    case V_STR:
        return a->u.str.n == b->u.str.n && memcmp(a->u.str.s, b->u.str.s, a->u.str.n) == 0;
    case V_BIN:
        return a->u.bin.n == b->u.bin.n && (!a->u.bin.n || memcmp(a->u.bin.p, b->u.bin.p, a->u.bin.n) == 0);
    case V_LIST:
        for (size_t i = 0; i < a->u.list.n; i++)
            if (!v_equal(a->u.list.item[i], b->u.list.item[i]))
                return false;
        return true;
    case V_MAP:
        for (size_t i = 0; i < a->u.map.n; i++) {
            const struct pair *p = &a->u.map.pair[i];
            const struct value *other = v_get_key(b, p->key, p->n, p->head);
            if (!other || !v_equal(p->val, other))
                return false;
        }
        return true;
    }
    return false;
}
