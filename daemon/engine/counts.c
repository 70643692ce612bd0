#include "daemon/engine/counts.h"

#include "daemon/base/check.h"

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

struct head {
    int64_t n;
    bool known, dirty;
};

/* Open addressing; room is a power of two and never more than half full. Which slots changed is written down, for there
 * may be many that did not. */
struct counts {
    struct slot *slot;
    size_t room, used;
    size_t *dirty, ndirty, dirty_room;
    struct head head[COUNT_HEADS_ALL];
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
    c->used = c->ndirty = 0;
    c->slot = xcalloc(c->room, sizeof *c->slot);
    memset(c->head, 0, sizeof c->head);
}

void counts_free(struct counts *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->room; i++)
        free(c->slot[i].key);
    free(c->slot);
    free(c->dirty);
    free(c);
}

/* Eight bytes at a time; the keys are names that an administrator or a procedure gave. */
static uint64_t hash(struct bytes key)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t sum = key.n * factor, word = 0;
    size_t i = 0;
    for (; i + sizeof word <= key.n; i += sizeof word) {
        memcpy(&word, key.p + i, sizeof word);
        sum = (sum ^ word) * factor;
        sum ^= sum >> 32;
    }
    for (word = 0; i < key.n; i++)
        word = word << 8 | key.p[i];
    sum = (sum ^ word) * factor;
    return sum ^ sum >> 32;
}

/* The slot of a key, or the free one where it would stand. */
static struct slot *find(const struct counts *c, struct bytes key)
{
    size_t i = (size_t)hash(key) & (c->room - 1);
    while (c->slot[i].key && !(c->slot[i].nkey == key.n && memcmp(c->slot[i].key, key.p, key.n) == 0))
        i = (i + 1) & (c->room - 1);
    return &c->slot[i];
}

static void dirty_add(struct counts *c, size_t i)
{
    if (c->ndirty == c->dirty_room) {
        c->dirty_room = c->dirty_room ? 2 * c->dirty_room : FIRST_ROOM;
        c->dirty = xrealloc(c->dirty, c->dirty_room * sizeof *c->dirty);
    }
    c->dirty[c->ndirty++] = i;
}

static void grow(struct counts *c)
{
    struct counts bigger = {.room = c->room * 2};
    bigger.slot = xcalloc(bigger.room, sizeof *bigger.slot);
    for (size_t i = 0; i < c->room; i++)
        if (c->slot[i].key)
            *find(&bigger, (struct bytes){c->slot[i].key, c->slot[i].nkey}) = c->slot[i];
    free(c->slot);
    c->slot = bigger.slot;
    c->room = bigger.room;
    c->ndirty = 0;
    for (size_t i = 0; i < c->room; i++)
        if (c->slot[i].dirty)
            dirty_add(c, i);
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
    struct slot *s = keep(c, key, n);
    if (!s->dirty)
        dirty_add(c, (size_t)(s - c->slot));
    s->dirty = true;
    return ST_OK;
}

enum status counts_add(struct counts *c, struct store_txn *t, struct bytes key, int64_t by)
{
    int64_t n;
    enum status st = counts_get(c, t, key, &n);
    return st ? st : counts_set(c, key, n + by);
}

enum status counts_head(struct counts *c, struct store_txn *t, enum count_head head, int64_t *ret)
{
    struct head *h = &c->head[head];
    if (!h->known) {
        struct key k = head_key(head);
        enum status st = count_read(t, key_bytes(&k), &h->n);
        if (st)
            return st;
        h->known = true;
    }
    *ret = h->n;
    return ST_OK;
}

void counts_head_set(struct counts *c, enum count_head head, int64_t n)
{
    c->head[head] = (struct head){n, true, true};
}

enum status counts_head_add(struct counts *c, struct store_txn *t, enum count_head head, int64_t by)
{
    int64_t n;
    enum status st = counts_head(c, t, head, &n);
    if (!st)
        counts_head_set(c, head, n + by);
    return st;
}

static enum status number_put(struct store_txn *t, struct bytes key, int64_t n)
{
    uint8_t val[8];
    for (size_t i = 0; i < sizeof val; i++)
        val[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
    return n ? store_put(t, DB_COUNTS, key, (struct bytes){val, sizeof val}) : store_del(t, DB_COUNTS, key);
}

enum status counts_flush(struct counts *c, struct store_txn *t)
{
    enum status st = ST_OK;
    for (enum count_head i = 0; !st && i < COUNT_HEADS_ALL; i++) {
        if (!c->head[i].dirty)
            continue;
        struct key k = head_key(i);
        st = number_put(t, key_bytes(&k), c->head[i].n);
        c->head[i].dirty = st != ST_OK;
    }
    while (!st && c->ndirty) {
        struct slot *s = &c->slot[c->dirty[c->ndirty - 1]];
        st = number_put(t, (struct bytes){s->key, s->nkey}, s->n);
        s->dirty = st != ST_OK;
        c->ndirty -= !s->dirty;
    }
    if (!st && c->used > KEPT_MOST)
        counts_forget(c);
    return st;
}

struct key count_key_n(char kind, const char *name, size_t n)
{
    struct key k;
    key_begin(&k);
    if (n + 2 > sizeof k.b) {
        k.spoilt = true;
        return k;
    }
    k.b[0] = (uint8_t)kind;
    memcpy(k.b + 1, name, n);
    k.b[n + 1] = 0;
    k.n = n + 2;
    return k;
}

struct key count_key(char kind, const char *name)
{
    return count_key_n(kind, name, strlen(name));
}

struct key head_key(enum count_head head)
{
    static const char *const names[] = {
#define X(id, name) name,
        COUNT_HEADS(X)
#undef X
    };
    return count_key('h', names[head]);
}

struct key count_key_census(const char *procedure, const char *stage, const char *department)
{
    struct key k = count_key('c', procedure);
    key_add_str(&k, stage);
    key_add_str(&k, department);
    return k;
}
