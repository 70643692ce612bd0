#include "daemon/store/store_behind.h"

#include "daemon/base/check.h"
#include "daemon/store/backend.h"
#include "daemon/store/key.h"
#include "daemon/store/memtable.h"

#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* Which table, up to which number, goes with a snapshot of the inner store. */
struct state {
    uint64_t inner, number;
    struct memtable *table;
};

struct behind {
    struct store store;
    struct store *inner;
    mtx_t writing;     /* held by the write transaction */
    uint64_t number;   /* of the last write transaction that began */
    mtx_t lock;        /* over what follows, for moments only */
    struct state now;  /* what was committed; only the writer changes it */
    struct state next; /* while a commit runs: what its readers will see; table NULL: none runs */
};

struct behind_txn {
    struct store_txn txn;
    struct store_txn *inner;
    struct memtable *table;
    uint64_t number;
    bool settled; /* all is in the inner store, and the rest of this transaction goes there */
};

struct behind_cursor {
    struct store_cursor cursor;
    struct store_cursor *inner;
    bool inner_at; /* the inner cursor stands on an item */
    bool back;     /* both stand at the next item backwards */
    const struct memtable_item *held;
};

static struct behind *behind_of(struct store *s)
{
    return (struct behind *)s;
}

static struct behind_txn *txn_of(struct store_txn *t)
{
    return (struct behind_txn *)t;
}

static const struct store_ops *ops(const struct behind_txn *t)
{
    return t->inner->store->ops;
}

static bool is_held(const struct behind_txn *t, enum store_db db)
{
    return store_db_derived(db) && !t->settled;
}

static void lock(mtx_t *m)
{
    REQUIRE(mtx_lock(m) == thrd_success);
}

static void unlock(mtx_t *m)
{
    REQUIRE(mtx_unlock(m) == thrd_success);
}

/* ---- states ---- */

/* A reader of what the commit makes may come before the writer goes on. Takes the table. */
static void state_announce(struct behind *b, uint64_t inner, uint64_t number, struct memtable *table)
{
    lock(&b->lock);
    b->next = (struct state){inner, number, table};
    unlock(&b->lock);
}

static void state_drop(struct behind *b)
{
    lock(&b->lock);
    struct memtable *never = b->next.table;
    b->next = (struct state){0};
    unlock(&b->lock);
    memtable_drop(never);
}

/* `inner` is the snapshot that the commit left: the one before, when it changed nothing there. */
static void state_take(struct behind *b, uint64_t inner)
{
    lock(&b->lock);
    struct memtable *old = b->now.table;
    b->now = b->next;
    b->now.inner = inner;
    b->next = (struct state){0};
    unlock(&b->lock);
    memtable_drop(old);
}

/* Which state goes with a snapshot; its table is shared with who asks. */
static bool state_find(struct behind *b, uint64_t inner, struct behind_txn *t)
{
    lock(&b->lock);
    const struct state *s = b->now.inner == inner ? &b->now : b->next.inner == inner ? &b->next : NULL;
    bool found = s && s->table;
    if (found) {
        t->table = memtable_share(s->table);
        t->number = s->number;
    }
    unlock(&b->lock);
    return found;
}

/* ---- the store ---- */

static void behind_close(struct store *s)
{
    struct behind *b = behind_of(s);
    memtable_drop(b->now.table);
    store_close(b->inner);
    mtx_destroy(&b->lock);
    mtx_destroy(&b->writing);
    free(b);
}

static enum status behind_sync(struct store *s)
{
    return store_sync(behind_of(s)->inner);
}

static enum status behind_copy(struct store *s, int fd)
{
    return store_copy(behind_of(s)->inner, fd);
}

static void behind_figures(struct store *s, struct store_figures *ret)
{
    store_figures(behind_of(s)->inner, ret);
}

static void behind_housekeeping(struct store *s)
{
    store_housekeeping(behind_of(s)->inner);
}

/* ---- transactions ---- */

static enum status inner_begin(struct behind *b, bool write, struct store_txn **ret)
{
    return write ? store_write(b->inner, ret) : store_read(b->inner, ret);
}

static uint64_t snapshot_of(struct store_txn *inner)
{
    return inner->store->ops->snapshot(inner);
}

static enum status behind_begin(struct store *s, bool write, struct store_txn **ret)
{
    struct behind *b = behind_of(s);
    struct behind_txn *t = xcalloc(1, sizeof *t);
    if (write)
        lock(&b->writing);
    enum status st = inner_begin(b, write, &t->inner);
    while (!st && !write && !state_find(b, snapshot_of(t->inner), t)) {
        store_abort(t->inner); /* it began before a commit, and asks after it */
        st = inner_begin(b, write, &t->inner);
    }
    if (st) {
        if (write)
            unlock(&b->writing);
        free(t);
        return st;
    }
    if (write) {
        t->table = memtable_share(b->now.table);
        t->number = ++b->number;
    }
    *ret = &t->txn;
    return ST_OK;
}

static void end(struct behind_txn *t)
{
    if (t->txn.write)
        unlock(&behind_of(t->txn.store)->writing);
    memtable_drop(t->table);
    free(t);
}

static void behind_abort(struct store_txn *txn)
{
    struct behind_txn *t = txn_of(txn);
    store_abort(t->inner);
    if (txn->write)
        memtable_undo(t->table);
    end(t);
}

static enum status snapshot_now(struct store *inner, uint64_t *ret)
{
    struct store_txn *t;
    enum status st = store_read(inner, &t);
    if (st)
        return st;
    *ret = snapshot_of(t);
    store_abort(t);
    return ST_OK;
}

static enum status behind_commit(struct store_txn *txn)
{
    struct behind_txn *t = txn_of(txn);
    struct behind *b = behind_of(txn->store);
    uint64_t inner;
    state_announce(b, snapshot_of(t->inner), t->number,
                   t->settled ? memtable_new(STORE_DB_COUNT) : memtable_share(t->table));
    enum status st = store_commit(t->inner);
    if (st) {
        memtable_undo(t->table);
        state_drop(b);
    } else {
        memtable_keep(t->table);
        st = snapshot_now(b->inner, &inner) ? ST_UNKNOWN : ST_OK;
        if (!st)
            state_take(b, inner);
    }
    end(t);
    return st;
}

static enum status behind_settle(struct store_txn *txn)
{
    struct behind_txn *t = txn_of(txn);
    enum status st = ST_OK;
    const struct memtable_item *it;
    if (t->settled)
        return ST_OK;
    for (int db = 0; db < STORE_DB_COUNT; db++) {
        it = memtable_from(t->table, (unsigned)db, t->number, (struct bytes){NULL, 0});
        for (; !st && it; it = memtable_next(it, t->number)) {
            struct bytes val;
            uint8_t *room;
            if (!memtable_val(it, t->number, &val)) {
                st = ops(t)->del(t->inner, (enum store_db)db, memtable_key(it));
                continue;
            }
            st = ops(t)->room(t->inner, (enum store_db)db, memtable_key(it), val.n, &room);
            if (!st)
                memcpy(room, val.p, val.n);
        }
    }
    t->settled = !st;
    return st;
}

static size_t behind_held(struct store_txn *txn)
{
    return txn_of(txn)->settled ? 0 : memtable_bytes(txn_of(txn)->table);
}

static uint64_t behind_snapshot(struct store_txn *txn)
{
    return txn_of(txn)->number;
}

/* ---- records ---- */

static enum status behind_get(struct store_txn *txn, enum store_db db, struct bytes key, struct bytes *ret)
{
    struct behind_txn *t = txn_of(txn);
    const struct memtable_item *it = is_held(t, db) ? memtable_get(t->table, db, t->number, key) : NULL;
    if (it)
        return memtable_val(it, t->number, ret) ? ST_OK : ST_NOT_FOUND;
    return ops(t)->get(t->inner, db, key, ret);
}

static enum status behind_room(struct store_txn *txn, enum store_db db, struct bytes key, size_t n, uint8_t **ret)
{
    struct behind_txn *t = txn_of(txn);
    if (!is_held(t, db))
        return ops(t)->room(t->inner, db, key, n, ret);
    *ret = memtable_put(t->table, db, t->number, key, n);
    return ST_OK;
}

static enum status behind_del(struct store_txn *txn, enum store_db db, struct bytes key)
{
    struct behind_txn *t = txn_of(txn);
    if (!is_held(t, db))
        return ops(t)->del(t->inner, db, key);
    memtable_del(t->table, db, t->number, key);
    return ST_OK;
}

static enum status behind_clear(struct store_txn *txn, enum store_db db)
{
    struct behind_txn *t = txn_of(txn);
    enum status st = is_held(t, db) ? behind_settle(txn) : ST_OK;
    return st ? st : ops(t)->clear(t->inner, db);
}

/* The inner store's count, put right by what is held. */
static enum status behind_count(struct store_txn *txn, enum store_db db, uint64_t *ret)
{
    struct behind_txn *t = txn_of(txn);
    uint64_t n;
    enum status st = ops(t)->count(t->inner, db, &n);
    const struct memtable_item *it = NULL;
    if (!st && is_held(t, db))
        it = memtable_from(t->table, db, t->number, (struct bytes){NULL, 0});
    for (; !st && it; it = memtable_next(it, t->number)) {
        struct bytes val;
        bool is = memtable_val(it, t->number, &val);
        st = ops(t)->get(t->inner, db, memtable_key(it), &val);
        if (!st && !is)
            n--;
        else if (st == ST_NOT_FOUND && is)
            n++;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (!st)
        *ret = n;
    return st;
}

/* ---- cursors ---- */

static struct behind_cursor *cursor_of(struct store_cursor *c)
{
    return (struct behind_cursor *)c;
}

static struct store_cursor *behind_cursor(struct store_txn *txn, enum store_db db)
{
    struct behind_txn *t = txn_of(txn);
    struct behind_cursor *c = xcalloc(1, sizeof *c);
    c->inner = ops(t)->cursor(t->inner, db);
    c->inner->txn = t->inner;
    c->inner->db = db;
    return &c->cursor;
}

static void behind_cursor_free(struct store_cursor *cursor)
{
    struct behind_cursor *c = cursor_of(cursor);
    ops(txn_of(cursor->txn))->cursor_free(c->inner);
    free(c);
}

static enum status inner_move(struct behind_cursor *c, enum store_move move, struct bytes key)
{
    enum status st = ops(txn_of(c->cursor.txn))->move(c->inner, move, key);
    c->inner_at = !st;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static bool inner_is(const struct behind_cursor *c, struct bytes key)
{
    return c->inner_at && key_compare(c->inner->key, key) == 0;
}

static bool held_is(const struct behind_cursor *c, struct bytes key)
{
    return c->held && key_compare(memtable_key(c->held), key) == 0;
}

/* Both layers at their first item from the key on, or their last one before it. */
static enum status both_seek(struct behind_cursor *c, struct bytes key)
{
    const struct behind_txn *t = txn_of(c->cursor.txn);
    unsigned db = c->cursor.db;
    enum store_move move = c->back ? (key.n ? MOVE_BEFORE : MOVE_LAST) : (key.n ? MOVE_FROM : MOVE_FIRST);
    c->held = NULL;
    if (is_held(t, c->cursor.db))
        c->held = c->back ? memtable_before(t->table, db, t->number, key) : memtable_from(t->table, db, t->number, key);
    return inner_move(c, move, key);
}

/* On from the key, in each layer that stands on it. */
static enum status both_step(struct behind_cursor *c, struct bytes key)
{
    const struct behind_txn *t = txn_of(c->cursor.txn);
    bool inner = inner_is(c, key);
    if (held_is(c, key))
        c->held = c->back ? memtable_before(t->table, c->cursor.db, t->number, key) : memtable_next(c->held, t->number);
    return inner ? inner_move(c, c->back ? MOVE_PREV : MOVE_NEXT, key) : ST_OK;
}

/* The next item in the direction of the cursor; what is held hides what is behind it. */
static enum status both_choose(struct behind_cursor *c)
{
    const struct behind_txn *t = txn_of(c->cursor.txn);
    for (;;) {
        int order = !c->held ? -1 : !c->inner_at ? 1 : key_compare(c->inner->key, memtable_key(c->held));
        if (!c->held && !c->inner_at)
            return ST_NOT_FOUND;
        if (c->held && c->inner_at && c->back)
            order = -order;
        if (order < 0) {
            c->cursor.key = c->inner->key;
            c->cursor.framed = c->inner->framed;
            return ST_OK;
        }
        c->cursor.key = memtable_key(c->held);
        if (memtable_val(c->held, t->number, &c->cursor.framed))
            return ST_OK;
        enum status st = both_step(c, c->cursor.key);
        if (st)
            return st;
    }
}

/* Go on from where the cursor stands; after a turn both layers are sought anew. */
static enum status both_go(struct behind_cursor *c, bool back)
{
    struct key turn;
    if (c->back == back)
        return both_step(c, c->cursor.key);
    key_begin(&turn); /* the layer that lent the key is about to move */
    key_add_raw(&turn, c->cursor.key.p, c->cursor.key.n);
    c->back = back;
    enum status st = both_seek(c, key_bytes(&turn));
    return st || back ? st : both_step(c, key_bytes(&turn)); /* backwards that is past the key already */
}

static enum status behind_move(struct store_cursor *cursor, enum store_move move, struct bytes key)
{
    struct behind_cursor *c = cursor_of(cursor);
    enum status st = ST_OK;
    switch (move) {
    case MOVE_FROM:
    case MOVE_FIRST:
    case MOVE_BEFORE:
    case MOVE_LAST:
        c->back = move == MOVE_BEFORE || move == MOVE_LAST;
        st = both_seek(c, key);
        break;
    case MOVE_NEXT:
        st = both_go(c, false);
        break;
    case MOVE_PREV:
        st = both_go(c, true);
        break;
    }
    return st ? st : both_choose(c);
}

static const struct store_ops OPS = {
    .close = behind_close,
    .sync = behind_sync,
    .copy = behind_copy,
    .figures = behind_figures,
    .housekeeping = behind_housekeeping,
    .begin = behind_begin,
    .commit = behind_commit,
    .abort = behind_abort,
    .settle = behind_settle,
    .held = behind_held,
    .snapshot = behind_snapshot,
    .get = behind_get,
    .room = behind_room,
    .del = behind_del,
    .clear = behind_clear,
    .count = behind_count,
    .cursor = behind_cursor,
    .cursor_free = behind_cursor_free,
    .move = behind_move,
};

enum status store_open_behind(struct store *inner, struct store **ret)
{
    struct store_txn *t;
    enum status st = store_read(inner, &t);
    if (st)
        return st;
    struct behind *b = xcalloc(1, sizeof *b);
    b->store.ops = &OPS;
    b->inner = inner;
    REQUIRE(mtx_init(&b->writing, mtx_plain) == thrd_success);
    REQUIRE(mtx_init(&b->lock, mtx_plain) == thrd_success);
    b->now = (struct state){snapshot_of(t), 0, memtable_new(STORE_DB_COUNT)};
    store_abort(t);
    *ret = &b->store;
    return ST_OK;
}
