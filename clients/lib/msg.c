/* msg.c - the messages of leeway.h: a tree, and an arena of its own when it is the caller's */
#include "clients/lib/error.h"
#include "clients/lib/json.h"
#include "clients/lib/tree.h"
#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)LW_NIL == (int)V_NIL && (int)LW_BOOL == (int)V_BOOL && (int)LW_INT == (int)V_INT &&
                   (int)LW_TEXT == (int)V_STR && (int)LW_BYTES == (int)V_BIN && (int)LW_LIST == (int)V_LIST &&
                   (int)LW_MAP == (int)V_MAP,
               "a kind is cast from one to the other");

/* The tree stands first, so that a pointer to it is one to the whole. */
struct own {
    struct value tree;
    struct arena *arena;
};

static struct arena *arena_of(struct value *own)
{
    return ((struct own *)(void *)own)->arena;
}

static struct value *own_new(const struct value *v)
{
    struct own *own = xcalloc(1, sizeof *own);
    own->arena = arena_new();
    own->tree = v ? *v_copy(own->arena, v) : *v_nil(own->arena);
    return &own->tree;
}

struct value *lw_msg_copy(const struct value *m)
{
    return own_new(m);
}

void lw_msg_free(struct value *own)
{
    if (!own)
        return;
    arena_free(arena_of(own));
    free(own);
}

static struct value *request(const char *t, const char *key, const char *word)
{
    char id[LW_ID];
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    lw_uuid(id);
    v_put_str(a, m, "t", t);
    v_put_str(a, m, "id", id);
    if (key)
        v_put_str(a, m, key, word);
    struct value *own = own_new(m);
    arena_free(a);
    return own;
}

struct value *lw_msg_new(const char *t)
{
    return request(t, NULL, NULL);
}

struct value *lw_command(const char *act)
{
    return request("command", "act", act);
}

struct value *lw_question(const char *q)
{
    return request("ask", "q", q);
}

/* ---- writing ---- */

/* The way to the map that holds the last key of the path can be gone: nothing but maps stand in it. */
static bool can_put(const struct value *m, const char *path)
{
    for (;;) {
        size_t n = strcspn(path, ".");
        if (n == 0 || !text_is_utf8(path, n) || (m && v_kind(m) != V_MAP))
            return false;
        if (!path[n])
            return true;
        char *key = strndup(path, n);
        m = v_get(m, key);
        free(key);
        path += n + 1;
    }
}

static bool put(struct value *own, const char *path, struct value *v)
{
    struct arena *a = arena_of(own);
    struct value *map = own;
    if (!path || !v || !can_put(own, path))
        return false;
    for (size_t n = strcspn(path, "."); path[n]; n = strcspn(path, ".")) {
        const char *key = arena_strn(a, path, n);
        if (!v_get(map, key))
            v_put(a, map, key, v_map(a));
        map = v_get(map, key);
        path += n + 1;
    }
    v_put(a, map, path, v);
    return true;
}

bool lw_msg_set_str(struct value *own, const char *path, const char *text)
{
    bool fine = text && text_is_utf8(text, strlen(text));
    return fine && put(own, path, v_str(arena_of(own), text));
}

bool lw_msg_set_int(struct value *own, const char *path, int64_t number)
{
    return put(own, path, v_int(arena_of(own), number));
}

bool lw_msg_set_bool(struct value *own, const char *path, bool truth)
{
    return put(own, path, v_bool(arena_of(own), truth));
}

bool lw_msg_set_bin(struct value *own, const char *path, const void *bytes, size_t n)
{
    return put(own, path, v_bin(arena_of(own), bytes, n));
}

bool lw_msg_set_json(struct value *own, const char *path, const char *json, struct lw_error *e)
{
    char why[JSON_WHY];
    struct value *v;
    if (!json) {
        error_set(e, LW_FORM, "there is no JSON");
        return false;
    }
    if (json_parse(arena_of(own), (struct bytes){(const uint8_t *)json, strlen(json)}, &v, why) != ST_OK) {
        error_set(e, LW_FORM, "%s", why);
        return false;
    }
    if (put(own, path, v))
        return true;
    error_set(e, LW_FORM, "nothing can stand under %s: it goes through something that is no map", path ? path : "");
    return false;
}

/* ---- reading ---- */

static const struct value *look(const struct value *m, const char *path)
{
    return !path || !*path ? m : v_path(m, path);
}

enum lw_kind lw_msg_kind(const struct value *m, const char *path)
{
    return (enum lw_kind)v_kind(look(m, path));
}

const struct value *lw_msg_get(const struct value *m, const char *path)
{
    return look(m, path);
}

const char *lw_msg_str(const struct value *m, const char *path, const char *otherwise)
{
    return v_text(look(m, path), otherwise);
}

int64_t lw_msg_int(const struct value *m, const char *path, int64_t otherwise)
{
    return v_number(look(m, path), otherwise);
}

bool lw_msg_bool(const struct value *m, const char *path)
{
    return v_truth(look(m, path));
}

const void *lw_msg_bin(const struct value *m, const char *path, size_t *ret_n)
{
    const struct value *v = look(m, path);
    bool there = v_kind(v) == V_BIN;
    *ret_n = there ? v->u.bin.n : 0;
    return !there ? NULL : v->u.bin.p ? v->u.bin.p : (const uint8_t *)"";
}

size_t lw_msg_count(const struct value *m, const char *path)
{
    return v_count(look(m, path));
}

const struct value *lw_msg_at(const struct value *m, size_t i)
{
    return v_kind(m) == V_MAP && i < m->u.map.n ? m->u.map.pair[i].val : v_at(m, i);
}

const char *lw_msg_key(const struct value *m, size_t i)
{
    return v_kind(m) == V_MAP && i < m->u.map.n ? m->u.map.pair[i].key : NULL;
}

char *lw_msg_json(const struct value *m)
{
    struct buf out = {0};
    json_line(&out, m);
    char *text = xstrdup(buf_cstr(&out));
    buf_done(&out);
    return text;
}
