#include "daemon/store/store_mem.h"

#include "daemon/base/check.h"
#include "daemon/store/backend.h"
#include "daemon/store/ordmap.h"

#include <stdlib.h>
#include <threads.h>

struct mem {
    struct store store;
    mtx_t writing; /* held by the write transaction */
    mtx_t lock;    /* over what follows, for moments only */
    struct ordmap *root[STORE_DB_COUNT];
    uint64_t readers, commits;
    size_t limit;
    enum status fail_commit;
};

struct mem_txn {
    struct store_txn txn;
    struct ordmap *root[STORE_DB_COUNT];
    uint64_t snapshot;
};

struct mem_cursor {
    struct store_cursor cursor;
    struct ordmap_item *at; /* held, so that a step works after its item was removed */
};

static struct mem *mem_of(struct store *s)
{
    return (struct mem *)s;
}

static struct mem_txn *txn_of(struct store_txn *t)
{
    return (struct mem_txn *)t;
}

static void lock(struct mem *m)
{
    REQUIRE(mtx_lock(&m->lock) == thrd_success);
}

static void unlock(struct mem *m)
{
    REQUIRE(mtx_unlock(&m->lock) == thrd_success);
}

static void drop_all(struct ordmap *root[STORE_DB_COUNT])
{
    for (int i = 0; i < STORE_DB_COUNT; i++)
        ordmap_drop(root[i]);
}

static size_t bytes_of(struct ordmap *const root[STORE_DB_COUNT])
{
    size_t sum = 0;
    for (int i = 0; i < STORE_DB_COUNT; i++)
        sum += ordmap_bytes(root[i]);
    return sum;
}

static void mem_close(struct store *s)
{
    struct mem *m = mem_of(s);
    drop_all(m->root);
    mtx_destroy(&m->writing);
    mtx_destroy(&m->lock);
    free(m);
}

static enum status mem_sync(struct store *s)
{
    (void)s;
    return ST_OK;
}

static enum status mem_copy(struct store *s, int fd)
{
    (void)s;
    (void)fd;
    return ST_INVALID;
}

static void mem_figures(struct store *s, struct store_figures *ret)
{
    struct mem *m = mem_of(s);
    lock(m);
    ret->used_bytes = bytes_of(m->root);
    ret->readers = m->readers;
    unlock(m);
}

static void mem_housekeeping(struct store *s)
{
    (void)s;
}

static enum status mem_begin(struct store *s, bool write, struct store_txn **ret)
{
    struct mem *m = mem_of(s);
    struct mem_txn *t = xcalloc(1, sizeof *t);
    if (write)
        REQUIRE(mtx_lock(&m->writing) == thrd_success);
    lock(m);
    for (int i = 0; i < STORE_DB_COUNT; i++)
        t->root[i] = ordmap_share(m->root[i]);
    m->readers += !write;
    t->snapshot = m->commits + write;
    unlock(m);
    *ret = &t->txn;
    return ST_OK;
}

/* Ends a transaction whose maps are dropped or given away. */
static void end(struct mem_txn *t)
{
    struct mem *m = mem_of(t->txn.store);
    if (t->txn.write) {
        REQUIRE(mtx_unlock(&m->writing) == thrd_success);
    } else {
        lock(m);
        m->readers--;
        unlock(m);
    }
    free(t);
}

static void mem_abort(struct store_txn *txn)
{
    struct mem_txn *t = txn_of(txn);
    drop_all(t->root);
    end(t);
}

static bool changed(const struct mem *m, const struct mem_txn *t)
{
    for (int i = 0; i < STORE_DB_COUNT; i++)
        if (t->root[i] != m->root[i])
            return true;
    return false;
}

static enum status mem_commit(struct store_txn *txn)
{
    struct mem_txn *t = txn_of(txn);
    struct mem *m = mem_of(txn->store);
    struct ordmap *old[STORE_DB_COUNT];
    enum status st = ST_OK;
    lock(m);
    if (m->fail_commit && changed(m, t)) {
        st = m->fail_commit;
        m->fail_commit = ST_OK;
    }
    for (int i = 0; i < STORE_DB_COUNT; i++) {
        old[i] = st ? t->root[i] : m->root[i];
        if (!st)
            m->root[i] = t->root[i];
    }
    m->commits += !st;
    unlock(m);
    drop_all(old);
    end(t);
    return st;
}

static uint64_t mem_snapshot(struct store_txn *txn)
{
    return txn_of(txn)->snapshot;
}

static enum status mem_get(struct store_txn *txn, enum store_db db, struct bytes key, struct bytes *ret)
{
    struct ordmap_item *it = ordmap_get(txn_of(txn)->root[db], key);
    if (!it)
        return ST_NOT_FOUND;
    *ret = ordmap_val(it);
    return ST_OK;
}

static enum status mem_room(struct store_txn *txn, enum store_db db, struct bytes key, size_t n, uint8_t **ret)
{
    struct mem_txn *t = txn_of(txn);
    size_t limit = mem_of(txn->store)->limit;
    if (limit && bytes_of(t->root) + key.n + n > limit)
        return ST_FULL;
    t->root[db] = ordmap_put(t->root[db], key, n, ret);
    return ST_OK;
}

static enum status mem_del(struct store_txn *txn, enum store_db db, struct bytes key)
{
    struct mem_txn *t = txn_of(txn);
    t->root[db] = ordmap_del(t->root[db], key);
    return ST_OK;
}

static enum status mem_clear(struct store_txn *txn, enum store_db db)
{
    struct mem_txn *t = txn_of(txn);
    ordmap_drop(t->root[db]);
    t->root[db] = NULL;
    return ST_OK;
}

static enum status mem_count(struct store_txn *txn, enum store_db db, uint64_t *ret)
{
    *ret = ordmap_count(txn_of(txn)->root[db]);
    return ST_OK;
}

static struct store_cursor *mem_cursor(struct store_txn *txn, enum store_db db)
{
    struct mem_cursor *c = xcalloc(1, sizeof *c);
    (void)txn;
    (void)db;
    return &c->cursor;
}

static void mem_cursor_free(struct store_cursor *cursor)
{
    struct mem_cursor *c = (struct mem_cursor *)cursor;
    ordmap_release(c->at);
    free(c);
}

static struct ordmap_item *found(const struct mem_cursor *c, enum store_move move, struct bytes key)
{
    const struct ordmap *m = txn_of(c->cursor.txn)->root[c->cursor.db];
    const struct bytes nothing = {NULL, 0};
    switch (move) {
    case MOVE_FROM:
    case MOVE_FIRST:
        return ordmap_from(m, key);
    case MOVE_BEFORE:
    case MOVE_LAST:
        return ordmap_before(m, key);
    case MOVE_NEXT:
        return ordmap_after(m, c->at ? ordmap_key(c->at) : nothing);
    case MOVE_PREV:
        return ordmap_before(m, c->at ? ordmap_key(c->at) : nothing);
    }
    return NULL;
}

static enum status mem_move(struct store_cursor *cursor, enum store_move move, struct bytes key)
{
    struct mem_cursor *c = (struct mem_cursor *)cursor;
    struct ordmap_item *it = ordmap_hold(found(c, move, key));
    ordmap_release(c->at);
    c->at = it;
    if (!it)
        return ST_NOT_FOUND;
    cursor->key = ordmap_key(it);
    cursor->framed = ordmap_val(it);
    return ST_OK;
}

static const struct store_ops OPS = {
    .close = mem_close,
    .sync = mem_sync,
    .copy = mem_copy,
    .figures = mem_figures,
    .housekeeping = mem_housekeeping,
    .begin = mem_begin,
    .commit = mem_commit,
    .abort = mem_abort,
    .snapshot = mem_snapshot,
    .get = mem_get,
    .room = mem_room,
    .del = mem_del,
    .clear = mem_clear,
    .count = mem_count,
    .cursor = mem_cursor,
    .cursor_free = mem_cursor_free,
    .move = mem_move,
};

struct store *store_open_mem(void)
{
    struct mem *m = xcalloc(1, sizeof *m);
    m->store.ops = &OPS;
    REQUIRE(mtx_init(&m->writing, mtx_plain) == thrd_success);
    REQUIRE(mtx_init(&m->lock, mtx_plain) == thrd_success);
    REQUIRE(store_check_format(&m->store, NULL) == ST_OK);
    return &m->store;
}

void store_mem_limit(struct store *s, size_t bytes)
{
    REQUIRE(s->ops == &OPS);
    mem_of(s)->limit = bytes;
}

void store_mem_fail_commit(struct store *s, enum status st)
{
    REQUIRE(s->ops == &OPS);
    mem_of(s)->fail_commit = st;
}

enum status store_mem_flip(struct store *s, enum store_db db, struct bytes key, size_t bit)
{
    REQUIRE(s->ops == &OPS);
    struct ordmap_item *it = ordmap_get(mem_of(s)->root[db], key);
    if (!it || bit / 8 >= ordmap_val(it).n)
        return ST_NOT_FOUND;
    ordmap_room(it)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    return ST_OK;
}

enum status store_mem_raw(struct store *s, enum store_db db, struct bytes key, struct bytes *ret)
{
    REQUIRE(s->ops == &OPS);
    const struct ordmap_item *it = ordmap_get(mem_of(s)->root[db], key);
    if (!it)
        return ST_NOT_FOUND;
    *ret = ordmap_val(it);
    return ST_OK;
}
