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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind { V_NIL = 1, V_BOOL, V_INT, V_STR, V_BIN, V_LIST, V_MAP };

struct value;

struct pair {
    const char *key;
    struct value *val;
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
            size_t n, cap;
        } list;
        struct {
            struct pair *pair;
            size_t n, cap;
        } map;
    } u;
};

/* Making. Texts and bytes are copied. */
struct value *v_nil(struct arena *a);
struct value *v_bool(struct arena *a, bool b);
struct value *v_int(struct arena *a, int64_t i);
struct value *v_str(struct arena *a, const char *s); /* s NULL: a nil */
struct value *v_strn(struct arena *a, const char *s, size_t n);
struct value *v_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct value *v_bin(struct arena *a, const void *p, size_t n);
struct value *v_list(struct arena *a);
struct value *v_map(struct arena *a);
struct value *v_copy(struct arena *a, const struct value *v); /* deep; NULL: NULL */

/* Changing. v_put replaces the value of a key that is there, in its place. Keys are copied; values are not. */
void v_push(struct arena *a, struct value *list, struct value *item);
void v_put(struct arena *a, struct value *map, const char *key, struct value *val);
void v_del(struct value *map, const char *key); /* keeps the order of the rest */
void v_put_str(struct arena *a, struct value *map, const char *key, const char *s); /* s NULL: puts nothing */
void v_put_int(struct arena *a, struct value *map, const char *key, int64_t i);
void v_put_bool(struct arena *a, struct value *map, const char *key, bool b);

/* Reading. v may be NULL and of any kind. */
enum value_kind v_kind(const struct value *v);                               /* V_NIL for NULL */
struct value *v_get(const struct value *map, const char *key);               /* NULL: not there */
struct value *v_path(const struct value *v, const char *path);               /* "fields.loss": v_get by v_get */
size_t v_count(const struct value *v);                                       /* items or pairs; else 0 */
struct value *v_at(const struct value *list, size_t i);                      /* NULL: not there */
const char *v_text(const struct value *v, const char *otherwise);            /* of a V_STR */
int64_t v_number(const struct value *v, int64_t otherwise);                  /* of a V_INT */
bool v_truth(const struct value *v);                                         /* a V_BOOL that is true */
const char *v_get_str(const struct value *map, const char *key, const char *otherwise);
int64_t v_get_int(const struct value *map, const char *key, int64_t otherwise);
bool v_get_bool(const struct value *map, const char *key);

/* Same kind, same content, maps in any order. */
bool v_equal(const struct value *a, const struct value *b);

#endif
