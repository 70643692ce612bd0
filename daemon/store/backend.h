/* backend.h - what an implementation of store.h must do
 *
 * Only store.c and the implementations include this. The frame around a value (FORMAT.md), the limits of keys and
 * values, the state of cursors and what a failed write means for its commit are store.c's, once for all; a backend
 * moves framed bytes.
 *
 * An implementation begins its own structs with these, so that a pointer to one is a pointer to the other.
 */
#ifndef LEEWAY_STORE_BACKEND_H
#define LEEWAY_STORE_BACKEND_H

#include "daemon/store/store.h"

#include <stdatomic.h>

struct store_ops;

struct store {
    const struct store_ops *ops;
    atomic_bool broken; /* a commit ended in ST_UNKNOWN: nothing is written any more */
};

struct store_txn {
    struct store *store;
    bool write;
    enum status failed; /* the first write that failed: the commit answers it */
    unsigned cursors;   /* that are open */
};

enum cursor_state { CURSOR_FRESH = 1, CURSOR_AT, CURSOR_OVER };

struct store_cursor {
    struct store_txn *txn;
    enum store_db db;
    enum cursor_state state;
    struct bytes key, framed;
};

enum store_move { MOVE_FROM = 1, MOVE_BEFORE, MOVE_FIRST, MOVE_LAST, MOVE_NEXT, MOVE_PREV };

struct store_ops {
    void (*close)(struct store *s);
    enum status (*sync)(struct store *s);
    enum status (*copy)(struct store *s, int fd);
    void (*figures)(struct store *s, struct store_figures *ret);
    void (*housekeeping)(struct store *s);

    enum status (*begin)(struct store *s, bool write, struct store_txn **ret);
    enum status (*commit)(struct store_txn *t); /* the transaction is gone in each case */
    void (*abort)(struct store_txn *t);
    /* Which state a transaction sees: of a reader the number of the last commit that changed something, of a writer the
     * one that its own commit will get. */
    uint64_t (*snapshot)(struct store_txn *t);
    /* Both may be NULL: nothing is ever held back. */
    enum status (*settle)(struct store_txn *t);
    size_t (*held)(struct store_txn *t);

    enum status (*get)(struct store_txn *t, enum store_db db, struct bytes key, struct bytes *ret_framed);
    /* Put n bytes that the caller fills in. */
    enum status (*room)(struct store_txn *t, enum store_db db, struct bytes key, size_t n, uint8_t **ret);
    enum status (*del)(struct store_txn *t, enum store_db db, struct bytes key);
    enum status (*clear)(struct store_txn *t, enum store_db db);
    enum status (*count)(struct store_txn *t, enum store_db db, uint64_t *ret);

    /* Never NULL; what is wrong with it, its moves tell. */
    struct store_cursor *(*cursor)(struct store_txn *t, enum store_db db);
    void (*cursor_free)(struct store_cursor *c);
    /* Fills key and framed. `key` counts for MOVE_FROM and MOVE_BEFORE; NEXT and PREV stand on an item. */
    enum status (*move)(struct store_cursor *c, enum store_move move, struct bytes key);
};

/* What is common at the end of opening: the format in DB_META, written when it is new. ST_VERSION, ST_CORRUPT, ... */
MUST_USE enum status store_check_format(struct store *s, struct buf *why);

#endif
