#include "daemon/engine/engine.h"

#include "daemon/base/check.h"
#include "daemon/engine/batch.h"
#include "daemon/engine/dedupe.h"
#include "daemon/engine/inside.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

struct engine *engine_new(const struct engine_options *options)
{
    struct engine *e = xcalloc(1, sizeof *e);
    hash_prepare();
    e->store = options->store;
    e->options = *options;
    e->administrator = xstrdup(options->administrator ? options->administrator : "");
    e->fold = fold_new();
    e->scratch = arena_new();
    e->generation = 1;
    return e;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    fold_free(e->fold);
    laws_drop(e->laws);
    arena_free(e->scratch);
    free(e->administrator);
    free(e->stuck);
    free(e);
}

void engine_hold(struct engine *e, enum hold why)
{
    if (why && !e->simulated)
        e->held = why;
}

void engine_result_done(struct engine_result *r)
{
    arena_free(r->arena);
    r->arena = NULL;
    r->nanswers = r->nnotices = r->ntransitions = 0;
}

/* ---- a batch begins and ends ---- */

enum status batch_begin(struct engine *e, struct when now, struct engine_result *ret)
{
    *ret = (struct engine_result){.arena = arena_new(), .next_due = WHEN_NEVER, .now = now, .held = e->held};
    e->wall = now;
    e->wrote = false;
    e->sink = (struct fold_sink){.arena = ret->arena};
    e->fold->sink = &e->sink;
    fold_mark(e->fold);
    return store_write(e->store, &e->txn);
}

/* As the store has it: after an abort nothing in memory may know of what was not committed. */
enum status engine_reload(struct engine *e)
{
    struct store_txn *t;
    struct laws *l = NULL;
    enum status st = store_read(e->store, &t);
    if (st)
        return st;
    st = fold_load(e->fold, t);
    if (!st)
        st = laws_load(t, e->laws, &l, NULL);
    store_abort(t);
    if (st)
        return st == ST_INVALID ? ST_CORRUPT : st;
    laws_drop(e->laws);
    e->laws = l;
    return ST_OK;
}

/* Heads and times, while the transaction still stands. */
static enum status result_heads(struct engine *e, struct engine_result *ret)
{
    int64_t number = 0, transition = 0;
    enum status st = fold_head(e->fold, e->txn, HEAD_EVENT, &number);
    if (!st)
        st = fold_head(e->fold, e->txn, HEAD_TRANSITION, &transition);
    if (!st)
        st = engine_now(e, &ret->now);
    if (!st)
        st = due_next(e, &ret->next_due);
    ret->head = (struct engine_head){(uint64_t)e->generation, (uint64_t)number, (uint64_t)transition,
                                     hashtree_head(e->fold->tree)};
    ret->held = e->held;
    return st;
}

/* How far what is derived may be behind its events: so many again a start after a crash folds, and a record that
 * changes several times on the way is written once. It follows the batches, so that a settling takes about as long as
 * one. */
enum { SETTLE_BATCHES = 8, SETTLE_LEAST = 1024, SETTLE_MOST = 1536, SETTLE_HELD = 12 * 1024 * 1024 };

static bool settle_now(const struct engine *e, uint64_t head)
{
    uint64_t behind = head - e->settled, wait = SETTLE_BATCHES * (head - e->last);
    wait = wait < SETTLE_LEAST ? SETTLE_LEAST : wait > SETTLE_MOST ? SETTLE_MOST : wait;
    return behind >= wait || store_held(e->txn) >= SETTLE_HELD;
}

void engine_settle(struct engine *e)
{
    int64_t head;
    if (!e->laws || store_write(e->store, &e->txn))
        return; /* never started, or broken: the next start finds the rest in the events */
    enum status st = fold_head(e->fold, e->txn, HEAD_EVENT, &head);
    if (!st)
        st = store_settle(e->txn);
    if (st)
        store_abort(e->txn);
    else if (!store_commit(e->txn))
        e->settled = (uint64_t)head;
    e->txn = NULL;
}

enum status batch_end(struct engine *e, enum status st, struct engine_result *ret)
{
    bool changed = e->fold->register_changed || e->fold->laws_changed, settled;
    if (!st)
        st = result_heads(e, ret);
    if (!st && e->wrote)
        st = fold_flush(e->fold, e->txn);
    if (!st && e->wrote && settle_now(e, ret->head.number))
        st = store_settle(e->txn);
    settled = !st && e->wrote && !store_held(e->txn);
    if (!st && e->wrote)
        st = store_commit(e->txn);
    else
        store_abort(e->txn);
    e->txn = NULL;
    e->fold->sink = NULL;
    if (st) {
        fold_rollback(e->fold);
        return st;
    }
    e->last = ret->head.number;
    if (settled)
        e->settled = e->last;
    e->full = e->full && !e->wrote;
    ret->read_only = e->full;
    ret->notices = e->sink.notice;
    ret->nnotices = e->sink.nnotices;
    ret->transitions = e->sink.transition;
    ret->ntransitions = e->sink.ntransitions;
    ret->claims = e->sink.claim;
    ret->nclaims = e->sink.nclaims;
    if (changed)
        ret->view = view_new(e->fold->reg, e->laws, e->administrator, e->simulated);
    return ST_OK;
}

/* ---- a batch ---- */

static void answer_no_space(struct engine_result *ret, const struct job *jobs, size_t n)
{
    struct arena *a = ret->arena;
    ret->answers = ARENA_ARRAY(a, struct job_answer, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct value *v = v_map(a);
        v_put_str(a, v, "t", "refused");
        v_put_str(a, v, "kind", "space");
        v_put_str(a, v, "code", "no-space");
        v_put_str(a, v, "text", "the store is full; nothing of this was written");
        v_put_bool(a, v, "remembered", false);
        const char *id = v_get_str(jobs[i].message, "id", "");
        ret->answers[i] = (struct job_answer){jobs[i].tag, wire_bytes(a, answer_with_id(a, v, id))};
    }
    ret->nanswers = n;
}

/* Whatever failed: nothing of the batch stands, neither in the store nor in memory nor in the result. */
static void batch_failed(struct engine *e, enum status st, struct engine_result *ret, const struct job *jobs, size_t n,
                         enum hold held)
{
    e->held = held;
    e->recount.load = 0;
    ret->status = st;
    ret->answers = NULL;
    ret->nanswers = 0;
    if (st == ST_CORRUPT)
        refold_ask(e->store);
    if (st != ST_FULL)
        return;
    ret->read_only = e->full = true;
    st = engine_reload(e);
    if (st)
        ret->status = st;
    else
        answer_no_space(ret, jobs, n);
}

static bool is_time_advance(const struct job *job)
{
    return strcmp(v_get_str(job->message, "act", ""), "time-advance") == 0;
}

/* Expiries go on when the confirmation is in the store of this batch; a failed batch takes it back. */
static bool was_confirmed(const struct engine *e, const struct job *job, uint64_t before, uint64_t after)
{
    return e->held && after > before && strcmp(v_get_str(job->message, "act", ""), "time-confirm") == 0;
}

static enum status batch_job(struct engine *e, const struct job *job, struct engine_result *ret, size_t i)
{
    uint64_t before = hashtree_size(e->fold->tree);
    ret->answers[i].tag = job->tag;
    enum status st = job_do(e, job, ret->arena, &ret->answers[i].bytes);
    if (st)
        return st;
    if (was_confirmed(e, job, before, hashtree_size(e->fold->tree)))
        e->held = HOLD_NOTHING;
    /* what became due by it happens before the next command is judged */
    return is_time_advance(job) ? due_fire(e) : ST_OK;
}

void engine_batch(struct engine *e, const struct job *jobs, size_t n, struct when now, struct engine_result *ret)
{
    enum hold held = e->held;
    enum status st = batch_begin(e, now, ret);
    if (!st) {
        ret->answers = ARENA_ARRAY(ret->arena, struct job_answer, n + 1);
        ret->nanswers = n;
        st = due_fire(e);
        if (!st)
            st = recount_walk(e);
        for (size_t i = 0; !st && i < n; i++)
            st = batch_job(e, &jobs[i], ret, i);
        st = batch_end(e, st, ret);
    }
    if (st)
        batch_failed(e, st, ret, jobs, n, held);
}
