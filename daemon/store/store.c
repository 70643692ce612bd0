#include "daemon/store/store.h"

#include "daemon/base/check.h"
#include "daemon/store/backend.h"
#include "daemon/store/frame.h"
#include "daemon/store/key.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *store_db_name(enum store_db db)
{
    static const char *const names[] = {
#define X(id, name, derived) name,
        STORE_DATABASES(X)
#undef X
    };
    return (unsigned)db < STORE_DB_COUNT ? names[db] : "?";
}

bool store_db_derived(enum store_db db)
{
    static const bool flags[] = {
#define X(id, name, derived) derived,
        STORE_DATABASES(X)
#undef X
    };
    return (unsigned)db < STORE_DB_COUNT && flags[db];
}

void store_close(struct store *s)
{
    if (s)
        s->ops->close(s);
}

enum status store_sync(struct store *s)
{
    return s->ops->sync(s);
}

enum status store_copy(struct store *s, int fd)
{
    return s->ops->copy(s, fd);
}

void store_figures(struct store *s, struct store_figures *ret)
{
    *ret = (struct store_figures){0};
    s->ops->figures(s, ret);
}

void store_housekeeping(struct store *s)
{
    s->ops->housekeeping(s);
}

static enum status begin(struct store *s, bool write, struct store_txn **ret)
{
    struct store_txn *t;
    enum status st = s->ops->begin(s, write, &t);
    if (st)
        return st;
    t->store = s;
    t->write = write;
    t->failed = ST_OK;
    t->cursors = 0;
    *ret = t;
    return ST_OK;
}

enum status store_write(struct store *s, struct store_txn **ret)
{
    return atomic_load(&s->broken) ? ST_UNKNOWN : begin(s, true, ret);
}

enum status store_read(struct store *s, struct store_txn **ret)
{
    return begin(s, false, ret);
}

enum status store_commit(struct store_txn *t)
{
    struct store *s = t->store;
    enum status st = t->failed;
    REQUIRE(t->write && t->cursors == 0);
    if (st) {
        s->ops->abort(t);
        return st;
    }
    st = s->ops->commit(t);
    if (st == ST_UNKNOWN)
        atomic_store(&s->broken, true);
    return st;
}

void store_abort(struct store_txn *t)
{
    if (!t)
        return;
    REQUIRE(t->cursors == 0);
    t->store->ops->abort(t);
}

static bool key_fits(struct bytes key)
{
    return key.n > 0 && key.n <= KEY_MOST;
}

enum status store_get(struct store_txn *t, enum store_db db, struct bytes key, struct bytes *ret)
{
    struct bytes framed;
    if (!key_fits(key))
        return ST_INVALID;
    if (t->failed)
        return t->failed;
    enum status st = t->store->ops->get(t, db, key, &framed);
    return st ? st : frame_open(key, framed, ret);
}

/* After a write that failed the transaction may hold half of what its owner meant: it can only be given up. */
static enum status noted(struct store_txn *t, enum status st)
{
    if (st && !t->failed)
        t->failed = st;
    return st;
}

enum status store_put(struct store_txn *t, enum store_db db, struct bytes key, struct bytes val)
{
    uint8_t *room;
    REQUIRE(t->write);
    if (!key_fits(key))
        return ST_INVALID;
    if (val.n > STORE_VALUE_MOST)
        return ST_LIMIT;
    if (t->failed)
        return t->failed;
    enum status st = t->store->ops->room(t, db, key, FRAME_LEN + val.n, &room);
    if (st)
        return noted(t, st);
    frame_make(key, val, room);
    return ST_OK;
}

enum status store_del(struct store_txn *t, enum store_db db, struct bytes key)
{
    REQUIRE(t->write);
    if (!key_fits(key))
        return ST_INVALID;
    if (t->failed)
        return t->failed;
    return noted(t, t->store->ops->del(t, db, key));
}

enum status store_clear(struct store_txn *t, enum store_db db)
{
    REQUIRE(t->write);
    return t->failed ? t->failed : noted(t, t->store->ops->clear(t, db));
}

enum status store_count(struct store_txn *t, enum store_db db, uint64_t *ret)
{
    return t->store->ops->count(t, db, ret);
}

enum status store_settle(struct store_txn *t)
{
    REQUIRE(t->write && t->cursors == 0);
    if (t->failed || !t->store->ops->settle)
        return t->failed;
    return noted(t, t->store->ops->settle(t));
}

size_t store_held(struct store_txn *t)
{
    return t->store->ops->held ? t->store->ops->held(t) : 0;
}

struct store_cursor *store_cursor(struct store_txn *t, enum store_db db)
{
    struct store_cursor *c = t->store->ops->cursor(t, db);
    c->txn = t;
    c->db = db;
    c->state = CURSOR_FRESH;
    t->cursors++;
    return c;
}

void store_cursor_free(struct store_cursor *c)
{
    if (!c)
        return;
    struct store_txn *t = c->txn;
    t->store->ops->cursor_free(c);
    t->cursors--;
}

static enum status moved(struct store_cursor *c, enum store_move move, struct bytes key)
{
    struct bytes val;
    enum status st = c->txn->failed;
    if (!st)
        st = c->txn->store->ops->move(c, move, key);
    if (st) {
        c->state = CURSOR_OVER;
        c->key = c->framed = (struct bytes){NULL, 0};
        return st;
    }
    c->state = CURSOR_AT;
    return frame_open(c->key, c->framed, &val);
}

static const struct bytes NOTHING = {NULL, 0};

enum status store_seek(struct store_cursor *c, struct bytes key)
{
    if (key.n > KEY_MOST)
        return ST_INVALID;
    return key.n ? moved(c, MOVE_FROM, key) : moved(c, MOVE_FIRST, NOTHING);
}

enum status store_seek_before(struct store_cursor *c, struct bytes key)
{
    if (key.n > KEY_MOST)
        return ST_INVALID;
    return key.n ? moved(c, MOVE_BEFORE, key) : moved(c, MOVE_LAST, NOTHING);
}

static enum status step(struct store_cursor *c, enum store_move first, enum store_move next)
{
    if (c->state == CURSOR_OVER)
        return ST_NOT_FOUND;
    return moved(c, c->state == CURSOR_FRESH ? first : next, NOTHING);
}

enum status store_next(struct store_cursor *c)
{
    return step(c, MOVE_FIRST, MOVE_NEXT);
}

enum status store_prev(struct store_cursor *c)
{
    return step(c, MOVE_LAST, MOVE_PREV);
}

struct bytes store_key(const struct store_cursor *c)
{
    return c->state == CURSOR_AT ? c->key : NOTHING;
}

struct bytes store_val(const struct store_cursor *c)
{
    /* the frame was verified by the step that came here */
    if (c->state != CURSOR_AT || c->framed.n < FRAME_LEN)
        return NOTHING;
    return (struct bytes){c->framed.p + FRAME_LEN, c->framed.n - FRAME_LEN};
}

static enum status write_format(struct store *s, struct bytes key)
{
    static const uint8_t format[4] = {0, 0, 0, STORE_FORMAT};
    struct store_txn *t;
    enum status st = store_write(s, &t);
    if (st)
        return st;
    st = store_put(t, DB_META, key, (struct bytes){format, sizeof format});
    if (st) {
        store_abort(t);
        return st;
    }
    return store_commit(t);
}

enum status store_check_format(struct store *s, struct buf *why)
{
    struct key key = key_str("format");
    struct store_txn *t;
    struct bytes val;
    uint32_t format = 0;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    st = store_get(t, DB_META, key_bytes(&key), &val);
    if (!st && val.n != sizeof format)
        st = ST_CORRUPT;
    if (!st)
        format = be32_read(val.p);
    store_abort(t);
    if (st == ST_NOT_FOUND)
        return write_format(s, key_bytes(&key));
    if (!st && format != STORE_FORMAT) {
        if (why)
            buf_printf(why, "the store has format %u, this program reads format %d", (unsigned)format, STORE_FORMAT);
        return ST_VERSION;
    }
    return st;
}
