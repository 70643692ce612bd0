/* Limits after a calendar was loaded: the cases are walked in their order, one event for each limit that it moves.
 *
 * The walk is folded: which load began it, up to which case it came, how many limits moved. So it goes on after a stop
 * where its last event stands. Whoever needs a case before the walk comes to it (a command, a moment that is due) has
 * it counted first.
 */
#include "daemon/engine/inside.h"

#include <string.h>

enum { CASES = 256, EVENTS = 64 };

/* What is folded of it. load 0: nothing is under way. */
struct walk {
    int64_t load, to, moved;
};

static enum status walk_read(struct engine *e, struct walk *ret)
{
    enum status st = fold_head(e->fold, e->txn, HEAD_RECOUNT, &ret->load);
    if (!st)
        st = fold_head(e->fold, e->txn, HEAD_RECOUNT_TO, &ret->to);
    if (!st)
        st = fold_head(e->fold, e->txn, HEAD_RECOUNT_MOVED, &ret->moved);
    return st;
}

/* Cases that were looked at and not moved are known to this process only. */
static int64_t walk_to(const struct engine *e, const struct walk *w)
{
    return e->recount.load == w->load && e->recount.to > w->to ? e->recount.to : w->to;
}

static void walk_seen(struct engine *e, const struct walk *w, int64_t to)
{
    e->recount.load = w->load;
    e->recount.to = to;
}

bool recount_waits(struct engine *e)
{
    int64_t load = 0;
    return fold_head(e->fold, e->txn, HEAD_RECOUNT, &load) == ST_OK && load;
}

/* ---- one case ---- */

static enum status judge_case(struct engine *e, const struct value *kase, struct judge *ret)
{
    *ret = (struct judge){.principal = SELF, .command = v_map(e->scratch), .kase = kase};
    ret->procedure = laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0));
    return judge_numbers(e, ret);
}

/* The event of one limit; to: the case up to which the walk has come, 0: it is not the walk that does it. */
static enum status limit_write(struct engine *e, const struct judge *j, const struct limit *limit, const struct walk *w,
                               int64_t to, bool *ret)
{
    struct arena *a = e->scratch;
    struct draft d;
    struct value *answer, *recount = v_map(a);
    int64_t kase = v_get_int(j->kase, "case", 0);
    struct decision decision = decide_recount(a, j, limit->what, limit->name);
    enum status st = draft_decision(e, a, j->procedure, j->kase, SIZE_MAX, &decision, "recount", &d);
    *ret = !st && d.accepted;
    if (!*ret)
        return st;
    const struct origin o = {.principal = SELF,
                             .id = arena_printf(a, "recount/%lld/%s/%s/%s/%lld", (long long)kase, limit->what,
                                                limit->name, calendar_version(j->calendar), (long long)w->load)};
    v_put_str(a, d.keys, "about-what", limit->name);
    v_put_int(a, recount, "load", w->load);
    if (to)
        v_put_int(a, recount, "to", to);
    v_put(a, recount, "moved", decision.moved);
    v_put(a, d.keys, "recount", recount);
    return event_write(e, a, &o, &d, &answer);
}

static enum status limit_move(struct engine *e, int64_t number, const struct limit *limit, const struct walk *w,
                              int64_t to, bool *ret)
{
    struct value *kase;
    struct judge j;
    arena_reset(e->scratch);
    *ret = false;
    enum status st = case_load(e, e->scratch, number, &kase);
    if (!st)
        st = judge_case(e, kase, &j);
    return st || !j.procedure ? st : limit_write(e, &j, limit, w, to, ret);
}

/* The limits of a case that must be counted anew; they live in `a`. */
static enum status case_stale(struct engine *e, struct arena *a, int64_t number, struct limit **ret, size_t *ret_n)
{
    struct value *kase;
    struct judge j;
    arena_reset(e->scratch);
    *ret_n = 0;
    enum status st = case_load(e, a, number, &kase);
    if (!st)
        st = judge_case(e, kase, &j);
    if (!st && j.procedure)
        *ret_n = decide_stale(a, &j, ret);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Count a case anew, at most `most` limits of it; *ret: how many were moved. */
static enum status case_recount(struct engine *e, int64_t number, const struct walk *w, int64_t to, size_t most,
                                size_t *ret)
{
    struct arena *a = arena_new();
    struct limit *stale = NULL;
    size_t n;
    enum status st = case_stale(e, a, number, &stale, &n);
    *ret = 0;
    for (size_t i = 0; !st && i < n && *ret < most; i++) {
        bool moved;
        st = limit_move(e, number, &stale[i], w, to, &moved);
        *ret += moved;
    }
    arena_free(a);
    return st;
}

enum status recount_first(struct engine *e, int64_t kase)
{
    struct walk w;
    size_t moved;
    enum status st = walk_read(e, &w);
    if (st || !w.load || kase <= walk_to(e, &w))
        return st;
    return case_recount(e, kase, &w, 0, SIZE_MAX, &moved);
}

/* ---- the walk ---- */

static enum status walk_end(struct engine *e, const struct walk *w)
{
    struct arena *a = e->scratch;
    arena_reset(a);
    struct draft d = draft_new(a, "recounted", NULL);
    struct value *recount = v_map(a), *answer;
    v_put_int(a, recount, "load", w->load);
    v_put_int(a, recount, "limits", w->moved);
    v_put(a, d.keys, "recount", recount);
    const struct origin o = {.principal = SELF, .id = arena_printf(a, "recounted/%lld", (long long)w->load)};
    return event_write(e, a, &o, &d, &answer);
}

enum status recount_walk(struct engine *e)
{
    struct walk w;
    int64_t cases = 0;
    enum status st = walk_read(e, &w);
    if (st || !w.load)
        return st;
    st = fold_head(e->fold, e->txn, HEAD_CASE, &cases);
    int64_t at = walk_to(e, &w);
    size_t events = 0;
    for (int i = 0; !st && i < CASES && events < EVENTS && at < cases; i++) {
        size_t moved;
        st = case_recount(e, at + 1, &w, at + 1, EVENTS - events, &moved);
        events += moved;
        if (events < EVENTS) /* else the case may have more of them */
            walk_seen(e, &w, ++at);
    }
    if (!st && at >= cases)
        st = walk_read(e, &w);
    return st || at < cases ? st : walk_end(e, &w);
}
