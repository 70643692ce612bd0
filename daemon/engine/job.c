/* One command or report: its id, what is remembered of it, its draft, its answer. */
#include "daemon/engine/dedupe.h"
#include "daemon/engine/inside.h"
#include "proto/wire.h"

#include <string.h>

static const int64_t DAY_MS = 24 * 60 * 60 * (int64_t)1000;

/* NULL: the id may be used. */
static const struct draft *id_wrong(const struct engine *e, const char *id, struct draft *d)
{
    struct when made;
    if (!uuid_time(id, &made)) {
        *d = draft_refused("form", "id-wrong", "id must be a UUID of version 7 in its text form");
        return d;
    }
    /* where time is simulated, ids carry moments of two clocks: those of agents follow the notice's */
    if (!e->simulated && made.ms < e->wall.ms - DEDUPE_DAYS * DAY_MS) {
        *d = draft_refused("limit", "id-too-old", "the id is older than 60 days; ask by the question `command`");
        return d;
    }
    return NULL;
}

static enum status draft_of(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    if (strcmp(v_get_str(o->message, "t", ""), "report") == 0)
        return report_draft(e, a, o, ret);
    if (v_get(o->message, "case") && !v_get_bool(o->message, "dry")) {
        enum status st = recount_first(e, v_get_int(o->message, "case", 0));
        if (st)
            return st;
    }
    act_draft_fn act = act_find(v_get_str(o->message, "act", ""));
    return act ? act(e, a, o, ret) : command_draft(e, a, o, ret);
}

/* A report that tells nothing new is accepted without an event. */
static bool says_nothing(const struct draft *d)
{
    return d->accepted && !d->kind;
}

static enum status answer_of(struct engine *e, struct arena *a, const struct origin *o, struct value **ret)
{
    struct draft d;
    struct when now;
    bool dry = v_get_bool(o->message, "dry");
    if (strcmp(v_get_str(o->message, "act", ""), "import") == 0)
        return import_do(e, a, o, ret);
    enum status st = draft_of(e, a, o, &d);
    if (!st)
        st = engine_now(e, &now);
    if (st)
        return st;
    if (!says_nothing(&d) && !dry && (d.accepted || d.remember))
        return event_write(e, a, o, &d, ret);
    *ret = draft_answer(e, a, &d, 0, now);
    if (says_nothing(&d))
        v_del(*ret, "dry");
    return ST_OK;
}

/* What is remembered under the id: the same answer, or the id is taken. NULL: nothing. */
static enum status repeated(struct engine *e, struct arena *a, const struct origin *o, struct value **ret)
{
    struct remembered r;
    struct when now;
    enum status st = dedupe_find(a, e->txn, o->principal, o->id, o->message, &r);
    if (st || !r.event) {
        *ret = NULL;
        return st;
    }
    if (r.same) {
        *ret = r.answer;
        return ST_OK;
    }
    struct draft taken = draft_refused("conflict", "id-reused", "this id was used for another command");
    st = engine_now(e, &now);
    *ret = draft_answer(e, a, &taken, 0, now);
    return st;
}

enum status job_do(struct engine *e, const struct job *job, struct arena *out, struct bytes *ret)
{
    struct arena *a = e->scratch;
    struct value *answer = NULL;
    struct draft wrong;
    enum status st = ST_OK;
    arena_reset(a);
    e->fold->hint = NULL;
    const struct origin o = {
        job->principal, job->key ? job->key : "", v_get_str(job->message, "id", ""), job->message, job->salt,
        job->sent};
    if (id_wrong(e, o.id, &wrong))
        answer = draft_answer(e, a, &wrong, 0, e->wall);
    else if (!v_get_bool(job->message, "dry"))
        st = repeated(e, a, &o, &answer);
    if (!st && !answer)
        st = answer_of(e, a, &o, &answer);
    if (!st && strcmp(v_get_str(job->message, "act", ""), "read-private") == 0)
        st = private_attach(e, a, o.principal, answer);
    if (st)
        return st;
    *ret = wire_bytes(out, answer_with_id(a, answer, o.id));
    return ST_OK;
}
