#include "daemon/engine/dedupe.h"

#include "daemon/base/plant.h"
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

/* Of a digit its value and 1; 0: it is none. */
static const uint8_t hex[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool uuid_parse(const char *text, uint8_t ret[16])
{
    static const uint8_t at[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
    uint8_t out[16];
    if (strlen(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return false;
    bool good = true;
    for (size_t i = 0; i < sizeof out; i++) {
        unsigned high = hex[(uint8_t)text[at[i]]], low = hex[(uint8_t)text[at[i] + 1]];
        good = good && high && low;
        out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    if (good)
        memcpy(ret, out, sizeof out);
    return good;
}

bool uuid_time(const char *text, struct when *ret)
{
    uint8_t b[16];
    if (!uuid_parse(text, b) || b[6] >> 4 != 7 || b[8] >> 6 != 2)
        return false;
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | b[i];
    *ret = (struct when){ms};
    return true;
}

bool content_is_private(const struct value *message)
{
    return v_count(v_get(message, "fields")) > 0 || v_get(message, "reason");
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

/* In their order; nearly all maps are short. */
static void pairs_sort(struct pair *pair, size_t n)
{
    enum { FEW = 16 };
    if (n > FEW)
        qsort(pair, n, sizeof *pair, by_key);
    for (size_t i = 1; i < n && n <= FEW; i++) {
        struct pair moved = pair[i];
        size_t j = i;
        for (; j && strcmp(pair[j - 1].key, moved.key) > 0; j--)
            pair[j] = pair[j - 1];
        pair[j] = moved;
    }
}

/* The same tree with the keys of every map in order; plain values are those of v. without: a key of v itself that is
 * left out, or NULL. */
static struct value *ordered(struct arena *a, struct value *v, const char *without)
{
    struct value *ret = v_kind(v) == V_MAP ? v_map(a) : v_kind(v) == V_LIST ? v_list(a) : v;
    if (ret == v)
        return v;
    for (size_t i = 0; i < v_count(v); i++) {
        if (v->kind == V_LIST) {
            v_push(a, ret, ordered(a, v_at(v, i), NULL));
            continue;
        }
        struct pair *p = &v->u.map.pair[i];
        if (!without || strcmp(p->key, without) != 0)
            v_add_pair(a, ret, (struct pair){p->key, ordered(a, p->val, NULL), p->head, p->n});
    }
    if (ret->kind == V_MAP && v_count(ret))
        pairs_sort(ret->u.map.pair, v_count(ret));
    return ret;
}

struct value *content_hash(struct arena *a, const struct value *message, const uint8_t *salt)
{
    struct bytes b = wire_bytes(a, ordered(a, (struct value *)message, "id"));
    struct hash h = hash_two(salt, salt ? EVENT_SALT : 0, b.p, b.n);
    return v_bin(a, h.b, CONTENT_LEN);
}

/* Compare with the hash that the event carries, under the salt of its private part. Without that part the command was
 * another one, unless the part was erased: then the event still carries its commitment, and the id decides. */
static enum status compare(struct arena *a, struct store_txn *t, const struct value *message, const struct value *event,
                           bool *ret)
{
    uint8_t salt[EVENT_SALT];
    struct value *ignored;
    bool salted = content_is_private(message);
    if (salted) {
        enum status st = private_read(a, t, (uint64_t)v_get_int(event, "n", 0), &ignored, salt);
        if (st && st != ST_NOT_FOUND)
            return st;
        if (st) {
            *ret = v_get(event, "private") != NULL;
            return ST_OK;
        }
    }
    *ret = v_equal(v_get(event, "content"), content_hash(a, message, salted ? salt : NULL));
    return ST_OK;
}

enum status dedupe_find(struct arena *a, struct store_txn *t, const char *principal, const char *id,
                        const struct value *message, struct remembered *ret)
{
    *ret = (struct remembered){0};
    struct key k = answer_key(principal, id);
    struct value *record, *event;
    enum status st = planted("skip-dedupe") ? ST_NOT_FOUND : record_read(a, t, DB_ANSWERS, key_bytes(&k), &record);
    if (st)
        return st == ST_NOT_FOUND ? ST_OK : st;
    uint64_t n = (uint64_t)v_get_int(record, "event", 0);
    st = event_read(a, t, n, &event);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    bool same = true;
    if (message)
        st = compare(a, t, message, event, &same);
    if (st)
        return st;
    *ret = (struct remembered){n, same, v_get(event, "answer")};
    return ST_OK;
}

struct value *answer_with_id(struct arena *a, const struct value *answer, const char *id)
{
    struct value *v = v_map(a);
    add_text(a, v, "t", v_get_str(answer, "t", "refused"));
    add_text(a, v, "id", id);
    for (size_t i = 0; i < v_count(answer); i++) {
        const struct pair *p = &answer->u.map.pair[i];
        if (strcmp(p->key, "t") != 0)
            v_add_pair(a, v, (struct pair){p->key, p->val, p->head, p->n});
    }
    return v;
}
