#include "clients/bench/record.h"

#include "daemon/base/check.h"
#include "daemon/store/backend.h"

#include <stdlib.h>
#include <string.h>

static struct record *into;
static const struct store_ops *below;
static const uint8_t *room_given; /* of the last write: filled in by now, and there until the next one */

static void keep_value(void)
{
    struct write *w = into->n ? &into->write[into->n - 1] : NULL;
    if (into->whole && room_given) {
        uint8_t *copy = xmalloc(w->n);
        memcpy(copy, room_given, w->n);
        w->val = copy;
    }
    room_given = NULL;
}

static void keep(enum store_db db, struct bytes key, size_t n)
{
    if (into->n == into->cap) {
        into->cap = into->cap ? 2 * into->cap : 4096;
        into->write = xrealloc(into->write, into->cap * sizeof *into->write);
    }
    uint8_t *copy = xmalloc(key.n);
    memcpy(copy, key.p, key.n);
    into->write[into->n++] = (struct write){.db = db, .key = {copy, key.n}, .n = n};
}

static enum status room(struct store_txn *t, enum store_db db, struct bytes key, size_t n, uint8_t **ret)
{
    keep_value();
    keep(db, key, n);
    enum status st = below->room(t, db, key, n, ret);
    room_given = st ? NULL : *ret;
    return st;
}

static enum status del(struct store_txn *t, enum store_db db, struct bytes key)
{
    keep_value();
    keep(db, key, 0);
    return below->del(t, db, key);
}

static enum status commit(struct store_txn *t)
{
    keep_value();
    if (into->n)
        into->write[into->n - 1].closes = true;
    return below->commit(t);
}

void record_over(struct store *s, struct record *r)
{
    static struct store_ops ops;
    into = r;
    room_given = NULL;
    below = s->ops;
    ops = *below;
    ops.room = room;
    ops.del = del;
    ops.commit = commit;
    s->ops = &ops;
}

void record_done(struct record *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free((void *)r->write[i].key.p);
        free((void *)r->write[i].val);
    }
    free(r->write);
    *r = (struct record){0};
}
