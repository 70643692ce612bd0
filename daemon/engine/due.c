/* What is due: each moment is a command of the daemon's own, found by the index, judged as any other. */
#include "daemon/base/check.h"
#include "daemon/engine/inside.h"

#include <stdlib.h>
#include <string.h>

struct moment {
    struct key key;
    struct when at;
    int64_t kase;
    const char *what, *name; /* in `key` */
    uint64_t mark;
};

static bool is_stuck(const struct engine *e, uint64_t mark)
{
    for (size_t i = 0; i < e->nstuck; i++)
        if (e->stuck[i] == mark)
            return true;
    return false;
}

static void stuck_add(struct engine *e, uint64_t mark)
{
    if (e->nstuck == STUCK_MOST)
        return;
    e->stuck = xrealloc(e->stuck, (e->nstuck + 1) * sizeof *e->stuck);
    e->stuck[e->nstuck++] = mark;
}

static enum status moment_read(struct bytes at, struct moment *ret)
{
    int64_t ms;
    uint64_t kase;
    key_begin(&ret->key);
    key_add_raw(&ret->key, at.p, at.n);
    struct bytes rest = key_bytes(&ret->key);
    ret->mark = checksum(at.p, at.n, NULL, 0);
    if (key_take_i64(&rest, &ms) || key_take_u64(&rest, &kase) || key_take_str(&rest, &ret->what) ||
        key_take_str(&rest, &ret->name))
        return ST_CORRUPT;
    ret->at = (struct when){ms};
    ret->kase = (int64_t)kase;
    return ST_OK;
}

/* The first moment that is not stuck; ST_NOT_FOUND: there is none. */
static enum status moment_first(struct engine *e, struct moment *ret)
{
    struct store_cursor *c = store_cursor(e->txn, DB_DUE);
    enum status st;
    while (!(st = store_next(c))) {
        st = moment_read(store_key(c), ret);
        if (st || !is_stuck(e, ret->mark))
            break;
    }
    store_cursor_free(c);
    return st;
}

/* An id of case, clock and the length of its ledger, so that a moment found twice is one command. */
static const char *moment_id(struct arena *a, const struct moment *m, const struct value *kase)
{
    bool task = strcmp(m->what, "task") == 0 || strcmp(m->what, "remind") == 0;
    size_t n = task ? 0 : v_count(v_path(kase, arena_printf(a, "clocks.%s.ledger", m->name)));
    return arena_printf(a, "%s/%lld/%s/%zu/%lld", m->what, (long long)m->kase, m->name, n, (long long)m->at.ms);
}

/* Judge one moment, by the calendar of now. The judge may not want it. */
static enum status fire(struct engine *e, struct arena *a, const struct moment *m)
{
    struct value *kase, *answer;
    struct draft d;
    size_t bytes;
    struct judge j = {.principal = SELF, .command = v_map(a)};
    enum status st = recount_first(e, m->kase);
    if (!st)
        st = case_measure(e, a, m->kase, &kase, &bytes);
    if (!st)
        st = judge_numbers(e, &j);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    j.kase = kase;
    j.procedure = laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0));
    if (!j.procedure)
        return ST_OK;
    struct decision decision = decide_due(a, &j, m->what, m->name);
    st = draft_decision(e, a, j.procedure, kase, bytes, &decision, "due", &d);
    if (st || !d.accepted)
        return st;
    const struct origin o = {.principal = SELF, .id = moment_id(a, m, kase)};
    v_put_str(a, d.keys, "about-what", m->name);
    e->fold->hint = kase;
    e->fold->hint_case = m->kase;
    return event_write(e, a, &o, &d, &answer);
}

enum status due_fire(struct engine *e)
{
    enum status st = ST_OK;
    for (int i = 0; i < DUE_PORTION && !e->held; i++) {
        struct moment m;
        struct when now;
        struct bytes ignored;
        arena_reset(e->scratch);
        st = engine_now(e, &now);
        if (!st)
            st = moment_first(e, &m);
        if (st || m.at.ms > now.ms)
            break;
        st = fire(e, e->scratch, &m);
        if (!st)
            st = store_get(e->txn, DB_DUE, key_bytes(&m.key), &ignored);
        if (!st) /* the judge did not want it, or did not take it away: once is enough */
            stuck_add(e, m.mark);
        else if (st != ST_NOT_FOUND)
            break;
    }
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status due_next(struct engine *e, struct when *ret)
{
    struct moment m;
    struct when now;
    enum status st = engine_now(e, &now);
    if (!st)
        st = e->held ? ST_NOT_FOUND : moment_first(e, &m);
    if (st && st != ST_NOT_FOUND)
        return st;
    if (st || (e->simulated && m.at.ms > now.ms)) /* simulated time comes no nearer by waiting */
        *ret = WHEN_NEVER;
    else
        *ret = m.at.ms < now.ms ? now : m.at;
    if (recount_waits(e)) /* each portion another moment: the loop sees that something was done */
        *ret = (struct when){now.ms - 1 - e->recount.to % 1024};
    return ST_OK;
}
