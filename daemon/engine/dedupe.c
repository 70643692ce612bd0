#include "daemon/engine/dedupe.h"

#include "daemon/base/plant.h"
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, uint8_t ret[16])
{
    uint8_t out[16] = {0};
    size_t n = 0;
    for (size_t i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int d = hex_digit(text[i]); /* a text that ends too early stops here: NUL is no digit */
        if (d < 0)
            return false;
        out[n / 2] = (uint8_t)(out[n / 2] << 4 | d);
        n++;
    }
    if (text[36])
        return false;
    memcpy(ret, out, sizeof out);
    return true;
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

/* The same tree with the keys of every map in order. */
static struct value *ordered(struct arena *a, const struct value *v)
{
    if (v_kind(v) == V_LIST) {
        struct value *list = v_list(a);
        for (size_t i = 0; i < v_count(v); i++)
            v_push(a, list, ordered(a, v_at(v, i)));
        return list;
    }
    if (v_kind(v) != V_MAP)
        return v_copy(a, v);
    struct value *map = v_map(a);
    for (size_t i = 0; i < v_count(v); i++)
        v_put(a, map, v->u.map.pair[i].key, ordered(a, v->u.map.pair[i].val));
    if (v_count(map))
        qsort(map->u.map.pair, map->u.map.n, sizeof *map->u.map.pair, by_key);
    return map;
}

struct value *content_hash(struct arena *a, const struct value *message, const uint8_t *salt)
{
    struct value *content = ordered(a, message);
    v_del(content, "id");
    struct bytes b = value_bytes(a, content);
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
    v_put_str(a, v, "t", v_get_str(answer, "t", "refused"));
    v_put_str(a, v, "id", id);
    for (size_t i = 0; i < v_count(answer); i++)
        if (strcmp(answer->u.map.pair[i].key, "t") != 0)
            v_put(a, v, answer->u.map.pair[i].key, answer->u.map.pair[i].val);
    return v;
}
