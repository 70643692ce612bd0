/* value.h - the tree that every message, event and folded record is made of
 *
 * Seven shapes: nil, boolean, 64-bit integer, text (UTF-8 without U+0000, ends with a NUL), bytes, list, map with
 * text keys. A map keeps the order in which its keys were put; a key stands in it once. No floats: what is counted is
 * an integer, what is measured has a unit.
 *
 * Reading is total: a question about a missing key or a value of another kind answers with the default, so that a
 * reader may walk a foreign message without a single check of its own. Use v_kind() where the difference matters.
 *
 * Pure. Memory: everything is allocated in the arena given and lives as long as it. Threads: one at a time; a tree
 * that nobody changes any more may be read by any.
 */
#ifndef LEEWAY_PROTO_VALUE_H
#define LEEWAY_PROTO_VALUE_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_kind { V_NIL = 1, V_BOOL, V_INT, V_STR, V_BIN, V_LIST, V_MAP };

struct value;

/* The key's length and its first eight bytes stand beside it: nearly every search ends with comparing these. */
struct pair {
    const char *key; /* n bytes and a NUL */
    struct value *val;
    uint64_t head;
    size_t n;
};

struct value {
    enum value_kind kind;
    union {
        bool b;
        int64_t i;
        struct {
            const char *s; /* n bytes and a NUL */
            size_t n;
        } str;
        struct bytes bin;
        struct {
            struct value **item;
            uint32_t n, cap;
            const void *tree; /* who may change it in place, where copies share what did not change (core/case.h) */
        } list;
        struct {
            struct pair *pair;
            uint32_t n, cap;
            const void *tree;
        } map;
    } u;
};

/* What struct pair says of a key. */
static inline uint64_t v_head(const char *key, size_t n)
{
    return text_head(key, n);
}

/* Making. Texts and bytes are copied. */
struct value *v_nil(struct arena *a);
struct value *v_bool(struct arena *a, bool b);
struct value *v_int(struct arena *a, int64_t i);
struct value *v_str(struct arena *a, const char *s); /* s NULL: a nil */
struct value *v_strn(struct arena *a, const char *s, size_t n);
struct value *v_room(struct arena *a, size_t n); /* a text of n bytes that are still to be written, and its NUL */
struct value *v_borrow(struct arena *a, const char *s, size_t n); /* s itself, which lives as long: n bytes and a NUL */
struct value *v_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct value *v_bin(struct arena *a, const void *p, size_t n);
struct value *v_list(struct arena *a);
struct value *v_list_of(struct arena *a, struct value *const *item, size_t n);
struct value *v_map(struct arena *a);
struct value *v_copy(struct arena *a, const struct value *v); /* deep; NULL: NULL */

/* A copy of a list or map itself, which holds the very items of v; with a little room to grow. */
struct value *v_shallow(struct arena *a, const struct value *v);

/* Changing. v_put replaces the value of a key that is there, in its place. Keys are copied, except literals, which live
 * as long as the program; values are not. */
void v_push_slowly(struct arena *a, struct value *list, struct value *item);
static inline void v_push(struct arena *a, struct value *list, struct value *item)
{
    if (list->kind == V_LIST && item && list->u.list.n < list->u.list.cap)
        list->u.list.item[list->u.list.n++] = item;
    else
        v_push_slowly(a, list, item);
}
void v_put_pair(struct arena *a, struct value *map, struct pair pair, bool literal);
void v_add_slowly(struct arena *a, struct value *map, struct pair pair);
static inline void v_add_pair(struct arena *a, struct value *map, struct pair pair) /* a new key, which is not copied */
{
    if (map->kind == V_MAP && pair.val && map->u.map.n < map->u.map.cap)
        map->u.map.pair[map->u.map.n++] = pair;
    else
        v_add_slowly(a, map, pair);
}
static inline struct pair v_pair(const char *key, struct value *val)
{
    size_t n = strlen(key);
    return (struct pair){key, val, v_head(key, n), n};
}
static inline void v_put_key(struct arena *a, struct value *map, const char *key, size_t n, uint64_t head,
                             struct value *val)
{
    v_put_pair(a, map, (struct pair){key, val, head, n}, false);
}
#define V_LITERAL(key) __builtin_constant_p(key) /* of texts it is said of literals alone */
#define v_put(a, map, key, val) v_put_pair(a, map, v_pair(key, val), V_LITERAL(key))
void v_del(struct value *map, const char *key); /* keeps the order of the rest */
void v_del_pair(struct value *map, struct pair *p);
static inline void v_put_text(struct arena *a, struct value *map, const char *key, const char *s, bool literal)
{
    if (s)
        v_put_pair(a, map, v_pair(key, v_str(a, s)), literal);
}
#define v_put_str(a, map, key, s) v_put_text(a, map, key, s, V_LITERAL(key)) /* s NULL: nothing */
#define v_put_int(a, map, key, i) v_put(a, map, key, v_int(a, i))
#define v_put_bool(a, map, key, b) v_put(a, map, key, v_bool(a, b))

/* The same, into a map that is being made: the key is a literal and not there yet, so none is searched. */
static inline void v_add(struct arena *a, struct value *map, const char *key, struct value *val)
{
    v_add_pair(a, map, v_pair(key, val));
}
static inline void v_add_str(struct arena *a, struct value *map, const char *key, const char *s) /* s NULL: nothing */
{
    if (s)
        v_add(a, map, key, v_str(a, s));
}
static inline void v_add_int(struct arena *a, struct value *map, const char *key, int64_t i)
{
    v_add(a, map, key, v_int(a, i));
}
static inline void v_add_bool(struct arena *a, struct value *map, const char *key, bool b)
{
    v_add(a, map, key, v_bool(a, b));
}

/* Reading. v may be NULL and of any kind. */
static inline enum value_kind v_kind(const struct value *v) /* V_NIL for NULL */
{
    return v ? v->kind : V_NIL;
}
struct pair *v_find(const struct value *map, const char *key, size_t n, uint64_t head); /* NULL: not there */
static inline struct value *v_get_key(const struct value *map, const char *key, size_t n, uint64_t head)
{
    struct pair *p = v_find(map, key, n, head);
    return p ? p->val : NULL;
}
static inline struct value *v_get(const struct value *map, const char *key) /* NULL: not there */
{
    size_t n = strlen(key);
    return v_get_key(map, key, n, v_head(key, n));
}
struct value *v_path(const struct value *v, const char *path); /* "fields.loss": v_get by v_get */
static inline size_t v_count(const struct value *v)            /* items or pairs; else 0 */
{
    return v_kind(v) == V_LIST ? v->u.list.n : v_kind(v) == V_MAP ? v->u.map.n : 0;
}
static inline struct value *v_at(const struct value *list, size_t i) /* NULL: not there */
{
    return v_kind(list) == V_LIST && i < list->u.list.n ? list->u.list.item[i] : NULL;
}
static inline const char *v_text(const struct value *v, const char *otherwise) /* of a V_STR */
{
    return v_kind(v) == V_STR ? v->u.str.s : otherwise;
}
static inline int64_t v_number(const struct value *v, int64_t otherwise) /* of a V_INT */
{
    return v_kind(v) == V_INT ? v->u.i : otherwise;
}
static inline bool v_truth(const struct value *v) /* a V_BOOL that is true */
{
    return v_kind(v) == V_BOOL && v->u.b;
}
static inline const char *v_get_str(const struct value *map, const char *key, const char *otherwise)
{
    return v_text(v_get(map, key), otherwise);
}
static inline int64_t v_get_int(const struct value *map, const char *key, int64_t otherwise)
{
    return v_number(v_get(map, key), otherwise);
}
static inline bool v_get_bool(const struct value *map, const char *key)
{
    return v_truth(v_get(map, key));
}

/* Same kind, same content, maps in any order. */
bool v_equal(const struct value *a, const struct value *b);

#endif
