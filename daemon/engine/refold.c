/* Everything that is derived, folded anew from the events, or only what the last settling does not have. */
#include "daemon/engine/inside.h"

#include <string.h>

enum { PORTION = 1024, SCANNED_WHOLE = 256 * 1024 * 1024 };

static const size_t HELD_MOST = (size_t)32 * 1024 * 1024;

static const char REFOLD[] = "refold"; /* a key of DB_META: there while a refold is wanted or under way */
static const char FOLD[] = "fold";     /* a key of DB_META: which FOLD_NUMBER made what is derived */

static struct bytes refold_key(void)
{
    return (struct bytes){(const uint8_t *)REFOLD, sizeof REFOLD - 1};
}

static struct bytes fold_key(void)
{
    return (struct bytes){(const uint8_t *)FOLD, sizeof FOLD - 1};
}

/* Was what is derived made by this fold? */
static bool is_ours(struct store_txn *t)
{
    struct bytes val;
    return store_get(t, DB_META, fold_key(), &val) == ST_OK && val.n == 8 && be64_read(val.p) == FOLD_NUMBER;
}

enum status fold_sign(struct store_txn *t)
{
    struct buf b = {0};
    buf_be64(&b, FOLD_NUMBER);
    enum status st = store_put(t, DB_META, fold_key(), buf_bytes(&b));
    buf_done(&b);
    return st;
}

/* Walk a database: each record is checked on the way. */
static enum status scan(struct store_txn *t, enum store_db db)
{
    struct store_cursor *c = store_cursor(t, db);
    enum status st;
    while (!(st = store_next(c)))
        ;
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Those that stay small always, the others while it takes no time to speak of (the tree of a million cases is 200 MB):
 * a record that is damaged is noticed when it is read, and the start after that folds anew (refold_ask). */
static enum status scan_all(struct store *s, struct store_txn *t)
{
    static const enum store_db small[] = {DB_REGISTER, DB_COUNTS};
    struct store_figures figures;
    enum status st = ST_OK;
    store_figures(s, &figures);
    for (size_t i = 0; !st && i < sizeof small / sizeof *small; i++)
        st = scan(t, small[i]);
    for (int db = 0; !st && db < STORE_DB_COUNT && figures.used_bytes < SCANNED_WHOLE; db++)
        if (store_db_derived((enum store_db)db))
            st = scan(t, (enum store_db)db);
    return st;
}

enum status refold_wanted(struct store *s, enum refold_want *ret)
{
    struct store_txn *t;
    struct bytes ignored;
    int64_t folded = 0;
    uint64_t last = 0;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    bool asked = store_get(t, DB_META, refold_key(), &ignored) == ST_OK;
    struct key head = head_key(HEAD_EVENT);
    st = event_last(t, &last);
    if (!st && last && !is_ours(t))
        asked = true;
    if (!st && !asked) {
        enum status derived = count_read(t, key_bytes(&head), &folded);
        if (!derived)
            derived = scan_all(s, t);
        if (derived == ST_CORRUPT)
            asked = true;
        else
            st = derived;
    }
    store_abort(t);
    *ret = asked || folded > (int64_t)last ? REFOLD_ALL : folded < (int64_t)last ? REFOLD_REST : REFOLD_NOTHING;
    return st;
}

void refold_ask(struct store *s)
{
    struct store_txn *t;
    if (store_write(s, &t))
        return;
    if (store_put(t, DB_META, refold_key(), (struct bytes){(const uint8_t *)"1", 1})) {
        store_abort(t);
        return;
    }
    enum status st = store_commit(t);
    (void)st; /* the damaged record is still there to be found */
}

/* From here on the refold is under way, and a start that finds it so goes on with it. */
static enum status clear_all(struct store *s)
{
    struct store_txn *t;
    struct buf b = {0};
    enum status st = store_write(s, &t);
    if (st)
        return st;
    buf_be64(&b, FOLD_NUMBER);
    st = store_put(t, DB_META, refold_key(), buf_bytes(&b));
    buf_done(&b);
    for (int db = 0; !st && db < STORE_DB_COUNT; db++)
        if (store_db_derived((enum store_db)db))
            st = store_clear(t, (enum store_db)db);
    if (!st)
        return store_commit(t);
    store_abort(t);
    return st;
}

/* Did a start end while it folded anew, as this program does it? */
static enum status is_under_way(struct store *s, bool *ret)
{
    struct store_txn *t;
    struct bytes val;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    st = store_get(t, DB_META, refold_key(), &val);
    *ret = !st && val.n == 8 && be64_read(val.p) == FOLD_NUMBER;
    store_abort(t);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Fold the events from *n on, at most a portion. *n 0: all are folded, and nobody asks for a refold any more. */
static enum status portion(struct fold *f, struct arena *a, struct store_txn *t, uint64_t *n)
{
    enum status st = ST_OK;
    for (int i = 0; !st && i < PORTION; i++) {
        struct value *event;
        struct bytes bytes;
        arena_reset(a);
        st = event_read(a, t, *n, &event);
        if (!st)
            st = event_bytes(t, *n, &bytes);
        if (st)
            break;
        bytes = (struct bytes){arena_copy(a, bytes.p, bytes.n), bytes.n};
        st = fold_event(f, a, t, event, bytes);
        ++*n;
    }
    if (st == ST_NOT_FOUND) {
        *n = 0;
        st = store_del(t, DB_META, refold_key());
        if (!st)
            st = fold_sign(t);
    }
    if (!st)
        st = fold_flush(f, t);
    return !st && store_held(t) > HELD_MOST ? store_settle(t) : st;
}

/* What is folded so far; nothing, when all was cleared. *ret: the event to go on with. */
static enum status folded_load(struct fold *f, struct store *s, uint64_t *ret)
{
    struct store_txn *t;
    int64_t last = 0;
    enum status st = store_read(s, &t);
    if (st)
        return st;
    st = fold_load(f, t);
    if (!st)
        st = fold_head(f, t, HEAD_EVENT, &last);
    store_abort(t);
    *ret = (uint64_t)last + 1;
    return st;
}

enum status refold_rest(struct fold *f, struct store *s)
{
    struct arena *a = arena_new();
    struct store_txn *t;
    uint64_t n = 0;
    enum status st = folded_load(f, s, &n);
    while (!st && n) {
        st = store_write(s, &t);
        if (st)
            break;
        fold_mark(f);
        st = portion(f, a, t, &n);
        if (st)
            store_abort(t);
        else
            st = store_commit(t);
    }
    if (st)
        fold_rollback(f);
    arena_free(a);
    return st;
}

enum status refold(struct fold *f, struct store *s)
{
    bool under_way = false;
    enum status st = is_under_way(s, &under_way);
    if (!st && under_way)
        st = refold_rest(f, s);
    if (st != ST_CORRUPT && (st || under_way))
        return st;
    st = clear_all(s); /* from the first event, also when what was folded by then is damaged */
    return st ? st : refold_rest(f, s);
}
