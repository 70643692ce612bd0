#include "proto/value.h"

#include "daemon/base/check.h"

#include <stdarg.h>
#include <string.h>

static struct value *make(struct arena *a, enum value_kind kind)
{
    struct value *v = ARENA_NEW(a, struct value);
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

struct value *v_strn(struct arena *a, const char *s, size_t n)
{
    struct value *v = make(a, V_STR);
    v->u.str.s = arena_strn(a, s, n);
    v->u.str.n = n;
    return v;
}

struct value *v_str(struct arena *a, const char *s)
{
    return s ? v_strn(a, s, strlen(s)) : v_nil(a);
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
    return make(a, V_LIST);
}

struct value *v_map(struct arena *a)
{
    return make(a, V_MAP);
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
    for (size_t i = 0; i < n; i++)
        map->u.map.pair[i] = (struct pair){arena_str(a, v->u.map.pair[i].key), v_copy(a, v->u.map.pair[i].val)};
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

void v_push(struct arena *a, struct value *list, struct value *item)
{
    REQUIRE(list->kind == V_LIST && item);
    ARENA_GROW(a, list->u.list.item, list->u.list.n, list->u.list.cap);
    list->u.list.item[list->u.list.n++] = item;
}

static struct pair *find(const struct value *map, const char *key)
{
    for (size_t i = 0; i < map->u.map.n; i++)
        if (strcmp(map->u.map.pair[i].key, key) == 0)
            return &map->u.map.pair[i];
    return NULL;
}

void v_put(struct arena *a, struct value *map, const char *key, struct value *val)
{
    REQUIRE(map->kind == V_MAP && val);
    struct pair *p = find(map, key);
    if (!p) {
        ARENA_GROW(a, map->u.map.pair, map->u.map.n, map->u.map.cap);
        p = &map->u.map.pair[map->u.map.n++];
        p->key = arena_str(a, key);
    }
    p->val = val;
}

void v_del(struct value *map, const char *key)
{
    struct pair *p = v_kind(map) == V_MAP ? find(map, key) : NULL;
    if (!p)
        return;
    struct pair *end = map->u.map.pair + map->u.map.n--;
    memmove(p, p + 1, (size_t)(end - (p + 1)) * sizeof *p);
}

void v_put_str(struct arena *a, struct value *map, const char *key, const char *s)
{
    if (s)
        v_put(a, map, key, v_str(a, s));
}

void v_put_int(struct arena *a, struct value *map, const char *key, int64_t i)
{
    v_put(a, map, key, v_int(a, i));
}

void v_put_bool(struct arena *a, struct value *map, const char *key, bool b)
{
    v_put(a, map, key, v_bool(a, b));
}

enum value_kind v_kind(const struct value *v)
{
    return v ? v->kind : V_NIL;
}

struct value *v_get(const struct value *map, const char *key)
{
    struct pair *p = v_kind(map) == V_MAP ? find(map, key) : NULL;
    return p ? p->val : NULL;
}

static struct value *get_n(const struct value *map, const char *key, size_t n)
{
    for (size_t i = 0; v_kind(map) == V_MAP && i < map->u.map.n; i++) {
        const char *k = map->u.map.pair[i].key;
        if (strncmp(k, key, n) == 0 && k[n] == 0)
            return map->u.map.pair[i].val;
    }
    return NULL;
}

struct value *v_path(const struct value *v, const char *path)
{
    for (;;) {
        size_t n = strcspn(path, ".");
        struct value *next = get_n(v, path, n);
        if (!path[n] || !next)
            return next;
        v = next;
        path += n + 1;
    }
}

size_t v_count(const struct value *v)
{
    return v_kind(v) == V_LIST ? v->u.list.n : v_kind(v) == V_MAP ? v->u.map.n : 0;
}

struct value *v_at(const struct value *list, size_t i)
{
    return v_kind(list) == V_LIST && i < list->u.list.n ? list->u.list.item[i] : NULL;
}

const char *v_text(const struct value *v, const char *otherwise)
{
    return v_kind(v) == V_STR ? v->u.str.s : otherwise;
}

int64_t v_number(const struct value *v, int64_t otherwise)
{
    return v_kind(v) == V_INT ? v->u.i : otherwise;
}

bool v_truth(const struct value *v)
{
    return v_kind(v) == V_BOOL && v->u.b;
}

const char *v_get_str(const struct value *map, const char *key, const char *otherwise)
{
    return v_text(v_get(map, key), otherwise);
}

int64_t v_get_int(const struct value *map, const char *key, int64_t otherwise)
{
    return v_number(v_get(map, key), otherwise);
}

bool v_get_bool(const struct value *map, const char *key)
{
    return v_truth(v_get(map, key));
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
            const struct value *other = v_get(b, a->u.map.pair[i].key);
            if (!other || !v_equal(a->u.map.pair[i].val, other))
                return false;
        }
        return true;
    }
    return false;
}
