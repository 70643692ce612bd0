#include "daemon/engine/counts.h"

#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256, KEPT_MOST = 16384 };

struct slot {
    uint8_t *key; /* NULL: free */
    size_t nkey;
    int64_t n;
    bool dirty;
};

/* Open addressing; room is a power of two and never more than half full. */
struct counts {
    struct slot *slot;
    size_t room, used;
};

struct counts *counts_new(void)
{
    struct counts *c = xcalloc(1, sizeof *c);
    c->room = FIRST_ROOM;
    c->slot = xcalloc(c->room, sizeof *c->slot);
    return c;
}

void counts_forget(struct counts *c)
{
    for (size_t i = 0; i < c->room; i++)
        free(c->slot[i].key);
    free(c->slot);
    c->room = FIRST_ROOM;
    c->used = 0;
    c->slot = xcalloc(c->room, sizeof *c->slot);
}

void counts_free(struct counts *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->room; i++)
        free(c->slot[i].key);
    free(c->slot);
    free(c);
}

/* The slot of a key, or the free one where it would stand. */
static struct slot *find(const struct counts *c, struct bytes key)
{
    size_t i = (size_t)checksum(key.p, key.n, NULL, 0) & (c->room - 1);
    while (c->slot[i].key && !(c->slot[i].nkey == key.n && memcmp(c->slot[i].key, key.p, key.n) == 0))
        i = (i + 1) & (c->room - 1);
    return &c->slot[i];
}

static void grow(struct counts *c)
{
    struct counts bigger = {.room = c->room * 2, .used = c->used};
    bigger.slot = xcalloc(bigger.room, sizeof *bigger.slot);
    for (size_t i = 0; i < c->room; i++)
        if (c->slot[i].key)
            *find(&bigger, (struct bytes){c->slot[i].key, c->slot[i].nkey}) = c->slot[i];
    free(c->slot);
    *c = bigger;
}

static struct slot *keep(struct counts *c, struct bytes key, int64_t n)
{
    if (c->used * 2 >= c->room)
        grow(c);
    struct slot *s = find(c, key);
    if (!s->key) {
        s->key = xmalloc(key.n);
        memcpy(s->key, key.p, key.n);
        s->nkey = key.n;
        c->used++;
    }
    s->n = n;
    return s;
}

enum status count_read(struct store_txn *t, struct bytes key, int64_t *ret)
{
    struct bytes val;
    enum status st = store_get(t, DB_COUNTS, key, &val);
    if (st && st != ST_NOT_FOUND)
        return st;
    if (!st && val.n != 8)
        return ST_CORRUPT;
    *ret = st ? 0 : (int64_t)be64_read(val.p);
    return ST_OK;
}

enum status counts_get(struct counts *c, struct store_txn *t, struct bytes key, int64_t *ret)
{
    if (!key.n)
        return ST_INVALID;
    struct slot *s = find(c, key);
    int64_t n = 0;
    if (!s->key) {
        enum status st = count_read(t, key, &n);
        if (st)
            return st;
        s = keep(c, key, n);
    }
    *ret = s->n;
    return ST_OK;
}

enum status counts_set(struct counts *c, struct bytes key, int64_t n)
{
    if (!key.n)
        return ST_INVALID;
    keep(c, key, n)->dirty = true;
    return ST_OK;
}

enum status counts_add(struct counts *c, struct store_txn *t, struct bytes key, int64_t by)
{
    int64_t n;
    enum status st = counts_get(c, t, key, &n);
    return st ? st : counts_set(c, key, n + by);
}

enum status counts_flush(struct counts *c, struct store_txn *t)
{
    for (size_t i = 0; i < c->room; i++) {
        struct slot *s = &c->slot[i];
        if (!s->key || !s->dirty)
            continue;
        struct buf val = {0};
        buf_be64(&val, (uint64_t)s->n);
        struct bytes key = {s->key, s->nkey};
        enum status st = s->n ? store_put(t, DB_COUNTS, key, buf_bytes(&val)) : store_del(t, DB_COUNTS, key);
        buf_done(&val);
        if (st)
            return st;
        s->dirty = false;
    }
    if (c->used > KEPT_MOST)
        counts_forget(c);
    return ST_OK;
}

struct key count_key(char kind, const char *name)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, (uint8_t)kind);
    key_add_str(&k, name);
    return k;
}

struct key count_key_census(const char *procedure, const char *stage, const char *department)
{
    struct key k = count_key('c', procedure);
    key_add_str(&k, stage);
    key_add_str(&k, department);
    return k;
}
