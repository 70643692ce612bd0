#include "clients/bench/trace.h"

#include "clients/bench/memory.h"
#include "daemon/base/check.h"
#include "daemon/store/backend.h"
#include "daemon/store/key.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 9 }; /* of a write in a journal: its database, the lengths of key and value */

static void batch_add(struct trace *t, struct trace_batch *b)
{
    t->batch = xrealloc(t->batch, (t->n + 1) * sizeof *t->batch);
    t->batch[t->n++] = *b;
    *b = (struct trace_batch){.from = b->to};
}

/* What came after the last settling would never settle. */
static bool cut_off(struct trace *t)
{
    size_t events = 0;
    while (t->n && !t->batch[t->n - 1].settles)
        t->n--;
    for (size_t i = 0; i < t->n; i++) {
        const struct trace_batch *b = &t->batch[i];
        events += b->events;
        t->portion = events > t->portion ? events : t->portion;
        t->bytes = b->bytes > t->bytes ? b->bytes : t->bytes;
        if (b->settles)
            events = 0;
    }
    return t->n;
}

bool trace_make(struct trace *t, const char *config, size_t cases, size_t size)
{
    struct trace_batch b = {0};
    *t = (struct trace){.record.whole = true};
    (void)memory_engine(config, cases, size, &t->record);
    for (size_t i = 0; i < t->record.n; i++) {
        const struct write *w = &t->record.write[i];
        b.to = i + 1;
        b.events += w->db == DB_EVENTS;
        b.settles = b.settles || store_db_derived(w->db);
        if (!store_db_derived(w->db))
            b.bytes += NUMBERS + sizeof(uint32_t) + w->key.n + w->n;
        if (w->closes)
            batch_add(t, &b);
    }
    return cut_off(t);
}

void trace_done(struct trace *t)
{
    record_done(&t->record);
    free(t->batch);
    *t = (struct trace){0};
}

void trace_next(const struct trace *t, struct trace_at *at)
{
    if (++at->batch == t->n) {
        at->batch = 0;
        at->round++;
    }
}

static struct bytes key_of(const struct write *w, uint32_t round, struct key *k)
{
    key_begin(k);
    key_add_u32(k, round);
    key_add_raw(k, w->key.p, w->key.n);
    return key_bytes(k);
}

/* Past store_put(), for the value has its frame. */
static enum status put(struct store_txn *txn, enum store_db db, struct bytes key, struct bytes val)
{
    uint8_t *room;
    if (!val.n)
        return txn->store->ops->del(txn, db, key);
    enum status st = txn->store->ops->room(txn, db, key, val.n, &room);
    if (!st)
        memcpy(room, val.p, val.n);
    return st;
}

static bool is_asked(const struct write *w, unsigned what)
{
    return what & (store_db_derived(w->db) ? TRACE_DERIVED : TRACE_EVENTS);
}

enum status trace_put(const struct trace *t, struct trace_at at, unsigned what, struct store_txn *txn)
{
    const struct trace_batch *b = &t->batch[at.batch];
    struct key k;
    enum status st = ST_OK;
    for (size_t i = b->from; !st && i < b->to; i++) {
        const struct write *w = &t->record.write[i];
        if (is_asked(w, what))
            st = put(txn, w->db, key_of(w, at.round, &k), (struct bytes){w->val, w->n});
    }
    return st;
}

void trace_encode(const struct trace *t, struct trace_at at, struct buf *ret)
{
    const struct trace_batch *b = &t->batch[at.batch];
    struct key k;
    buf_clear(ret);
    for (size_t i = b->from; i < b->to; i++) {
        const struct write *w = &t->record.write[i];
        if (!is_asked(w, TRACE_EVENTS))
            continue;
        struct bytes key = key_of(w, at.round, &k);
        buf_u8(ret, (uint8_t)w->db);
        buf_be32(ret, (uint32_t)key.n);
        buf_be32(ret, (uint32_t)w->n);
        buf_put(ret, key.p, key.n);
        if (w->n)
            buf_put(ret, w->val, w->n);
    }
}

enum status trace_decode(struct bytes batch, struct store_txn *txn)
{
    enum status st = ST_OK;
    for (size_t at = 0; !st && at < batch.n;) {
        const uint8_t *p = batch.p + at;
        if (batch.n - at < NUMBERS || p[0] >= STORE_DB_COUNT)
            return ST_CORRUPT;
        uint64_t key = be32_read(p + 1), val = be32_read(p + 5);
        if (key + val > batch.n - at - NUMBERS)
            return ST_CORRUPT;
        st = put(txn, (enum store_db)p[0], (struct bytes){p + NUMBERS, key}, (struct bytes){p + NUMBERS + key, val});
        at += NUMBERS + key + val;
    }
    return st;
}
