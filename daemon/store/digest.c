#include "daemon/store/store.h"

enum status store_clear_derived(struct store_txn *t)
{
    enum status st = ST_OK;
    for (int db = 0; !st && db < STORE_DB_COUNT; db++)
        if (store_db_derived((enum store_db)db))
            st = store_clear(t, (enum store_db)db);
    return st;
}

/* With its length before it, so that no two rows of records look alike. */
static void more(struct hasher *h, struct bytes b)
{
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)b.n >> (56 - 8 * i));
    hash_more(h, length, sizeof length);
    hash_more(h, b.p, b.n);
}

enum status store_digest(struct store_txn *t, enum store_db db, struct hash *ret)
{
    struct hasher *h = hash_begin();
    struct store_cursor *c = store_cursor(t, db);
    enum status st;
    while (!(st = store_next(c))) {
        more(h, store_key(c));
        more(h, store_val(c));
    }
    store_cursor_free(c);
    struct hash sum = hash_end(h);
    if (st != ST_NOT_FOUND)
        return st;
    *ret = sum;
    return ST_OK;
}
