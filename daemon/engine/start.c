/* Starting: what is in the store, the first event of an empty one, the sources that it lacks. */
#include "daemon/engine/batch.h"
#include "daemon/law/calendar_file.h"
#include "daemon/law/procedure_read.h"

#include <stdio.h>
#include <string.h>

static const char GENERATION[] = "generation"; /* a key of DB_META */

static struct bytes generation_key(void)
{
    return (struct bytes){(const uint8_t *)GENERATION, sizeof GENERATION - 1};
}

/* ---- what is there ---- */

static enum status generation_read(struct engine *e, struct store_txn *t)
{
    struct bytes val;
    enum status st = store_get(t, DB_META, generation_key(), &val);
    if (!st)
        e->generation = val.n == 8 ? (int64_t)be64_read(val.p) : 1;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Expiries wait for a confirmation when the clock went back, or the daemon was away for long. */
static enum status time_check(struct engine *e, struct store_txn *t, struct when now)
{
    int64_t recorded, clock;
    struct key r = head_key(HEAD_RECORDED), c = head_key(HEAD_CLOCK);
    enum status st = count_read(t, key_bytes(&r), &recorded);
    if (!st)
        st = count_read(t, key_bytes(&c), &clock);
    if (st)
        return st;
    e->simulated = clock != 0;
    engine_hold(e, sched_at_start((struct when){recorded}, now));
    return ST_OK;
}

static enum status start_load(struct engine *e, struct when now, struct buf *why)
{
    struct store_txn *t;
    enum status st = store_read(e->store, &t);
    if (st)
        return st;
    st = fold_load(e->fold, t);
    if (!st)
        st = generation_read(e, t);
    if (!st)
        st = time_check(e, t, now);
    if (!st)
        st = laws_load(t, NULL, &e->laws, why);
    store_abort(t);
    return st;
}

static enum status start_read(struct engine *e, struct when now, struct buf *why)
{
    enum refold_want want;
    enum status st = refold_wanted(e->store, &want);
    if (!st && want == REFOLD_REST) {
        st = refold_rest(e->fold, e->store);
        want = st == ST_CORRUPT ? REFOLD_ALL : want;
        st = st == ST_CORRUPT ? ST_OK : st;
    }
    if (!st && want == REFOLD_ALL)
        st = refold(e->fold, e->store);
    if (!st)
        st = start_load(e, now, why);
    if (st == ST_CORRUPT && want != REFOLD_ALL) { /* a form that the checksum could not tell */
        st = refold(e->fold, e->store);
        if (!st)
            st = start_load(e, now, why);
    }
    return st;
}

/* ---- the daemon's own events of the start ---- */

static enum status own_event(struct engine *e, const char *id, struct draft *d)
{
    struct value *answer;
    const struct origin o = {.principal = SELF, .id = id, .salt = e->options.salt};
    return event_write(e, e->scratch, &o, d, &answer);
}

static enum status generation_put(struct engine *e)
{
    struct buf generation = {0};
    buf_be64(&generation, (uint64_t)e->generation);
    enum status st = store_put(e->txn, DB_META, generation_key(), buf_bytes(&generation));
    buf_done(&generation);
    return st;
}

/* Event 1: which store this is. */
static enum status start_create(struct engine *e)
{
    struct arena *a = e->scratch;
    struct draft d = draft_new(a, "created", NULL);
    char hex[2 * sizeof e->options.salt + 1];
    for (size_t i = 0; i < sizeof e->options.salt; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", e->options.salt[i]);
    v_put_str(a, d.keys, "instance", hex);
    v_put_int(a, d.keys, "format", STORE_FORMAT);
    if (e->options.simulated) {
        e->simulated = true;
        v_put_bool(a, d.keys, "simulated", true);
        v_put_int(a, d.keys, "clock", e->options.simulated_start.ms);
    }
    enum status st = generation_put(e);
    if (!st)
        st = fold_sign(e->txn);
    if (!st && e->simulated) /* the first event is recorded in simulated time already */
        counts_head_set(e->fold->counts, HEAD_CLOCK, e->options.simulated_start.ms);
    return st ? st : own_event(e, NULL, &d);
}

/* What came behind here is lost. The new generation is the machine's second, for the same state may be put back twice,
 * and each time another history follows. */
static enum status history_shortened(struct engine *e, struct when wall)
{
    struct draft d = draft_new(e->scratch, "history-shortened", NULL);
    e->generation = wall.ms / 1000 > e->generation ? wall.ms / 1000 : e->generation + 1;
    v_put_int(e->scratch, d.keys, "generation", e->generation);
    enum status st = generation_put(e);
    return st ? st : own_event(e, NULL, &d);
}

static struct value *message_of(struct arena *a, const char *act, struct value *fields)
{
    struct value *m = v_map(a);
    v_put_str(a, m, "act", act);
    v_put(a, m, "fields", fields);
    return m;
}

/* Draft an act of administration as if the administrator had sent it, and write it. */
static enum status own_act(struct engine *e, const char *act, struct value *fields, const char *id, struct draft *d)
{
    struct arena *a = e->scratch;
    const struct origin o = {.principal = SELF, .message = message_of(a, act, fields)};
    enum status st = act_find(act)(e, a, &o, d);
    return !st && d->accepted ? own_event(e, id, d) : st;
}

static enum status is_stored(struct engine *e, struct bytes text, bool *ret)
{
    struct hash h = hash_of(text.p, text.n);
    struct bytes ignored;
    enum status st = store_get(e->txn, DB_SOURCES, (struct bytes){h.b, HASH_LEN}, &ignored);
    *ret = !st;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static void tell(struct buf *why, const char *file, const char *text)
{
    if (why)
        buf_printf(why, "%s: %s\n", file, text);
}

/* One source that the store does not have: the act that loads it. *ret_loaded: it was accepted. */
static enum status source_load(struct engine *e, const struct engine_source *s, const char *act, struct draft *d)
{
    struct value *fields = v_map(e->scratch);
    char hex[HASH_HEX];
    struct hash h = hash_of(s->text.p, s->text.n);
    v_put(e->scratch, fields, "source", v_strn(e->scratch, (const char *)s->text.p, s->text.n));
    return own_act(e, act, fields, arena_printf(e->scratch, "start/%s", hash_hex(&h, hex)), d);
}

/* A start moves no limit: once there are cases, who looks after the daemon sees first which would move. */
static enum status calendar_source(struct engine *e, const struct engine_source *s, struct buf *why)
{
    struct draft d = {0};
    int64_t cases = 0;
    enum status st = fold_head(e->fold, e->txn, HEAD_CASE, &cases);
    if (!st && cases) {
        tell(why, s->name, "not loaded, for limits are counted already: leeway calendar load shows which would move");
        return ST_OK;
    }
    if (!st)
        st = source_load(e, s, "calendar-load", &d);
    if (!st && !d.accepted) {
        tell(why, s->name, d.rejection.text);
        return ST_INVALID;
    }
    return st;
}

/* The first version is in force for every day, a later one from today on. */
static enum status procedure_start(struct engine *e, const char *name, int64_t version)
{
    struct arena *a = e->scratch;
    struct value *fields = v_map(a);
    struct when now;
    struct draft d = {0};
    char day[DAY_TEXT];
    bool first = true;
    enum status st = engine_now(e, &now);
    for (size_t i = 0; i < laws_count(e->laws); i++) {
        const struct procedure *p = laws_at(e->laws, i, NULL);
        first = first && (p->version == version || strcmp(p->name, name) != 0);
    }
    struct day from = first ? day_of_civil(CALENDAR_FIRST_YEAR, 1, 1) : engine_day(e, now);
    v_put_str(a, fields, "procedure", name);
    v_put_int(a, fields, "version", version);
    v_put_str(a, fields, "from", day_text(from, day));
    const char *id = arena_printf(a, "start/%s/%lld", name, (long long)version);
    return st ? st : own_act(e, "procedure-activate", fields, id, &d);
}

/* A text with mistakes stops the start; a changed text under an old version is told and left alone. */
static enum status procedure_source(struct engine *e, const struct engine_source *s, struct buf *why)
{
    struct draft d = {0};
    enum status st = source_load(e, s, "procedure-load", &d);
    if (st)
        return st;
    if (!d.accepted) {
        tell(why, s->name, d.rejection.text);
        return strcmp(d.rejection.kind, "conflict") == 0 ? ST_OK : ST_INVALID;
    }
    const struct value *change = v_get(d.keys, "register");
    return procedure_start(e, v_get_str(change, "procedure", ""), v_get_int(change, "version", 0));
}

static enum status start_sources(struct engine *e, const struct engine_source *s, size_t n,
                                 enum status (*load)(struct engine *, const struct engine_source *, struct buf *),
                                 struct buf *why)
{
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < n; i++) {
        bool stored;
        st = is_stored(e, s[i].text, &stored);
        if (!st && !stored) {
            arena_reset(e->scratch);
            st = load(e, &s[i], why);
        }
    }
    return st;
}

/* A store keeps the kind of time that it was made with: a case of the law is not counted by a clock that is played. */
static enum status time_fits(const struct engine *e, struct buf *why)
{
    if (e->simulated == e->options.simulated)
        return ST_OK;
    buf_printf(why, "the store was made with %s time, but the configuration %s `simulated`: %s\n",
               e->simulated ? "simulated" : "real", e->simulated ? "has no" : "has",
               e->simulated ? "give it back, or name another store" : "take it out, or name another store");
    return ST_INVALID;
}

static enum status start_write(struct engine *e, struct when wall, struct buf *why)
{
    int64_t next;
    enum status st = engine_event(e, &next);
    if (!st && next == 1)
        st = start_create(e);
    else if (!st)
        st = time_fits(e, why);
    if (!st && next > 1 && e->options.restored)
        st = history_shortened(e, wall);
    if (!st)
        st = start_sources(e, e->options.calendars, e->options.ncalendars, calendar_source, why);
    if (!st)
        st = start_sources(e, e->options.procedures, e->options.nprocedures, procedure_source, why);
    return st;
}

/* Whoever starts a daemon that does not start must read why, also when a deeper floor had only a status to give. */
static void start_failed(enum status st, struct buf *why)
{
    if (why && !why->n)
        buf_printf(why, "store: %s%s\n", status_text(st),
                   st == ST_CORRUPT ? "; what is derived was folded anew and it still does not fit: restore the store "
                                      "from a backup"
                                    : "");
}

enum status engine_start(struct engine *e, struct when now, struct engine_result *ret, struct buf *why)
{
    struct engine_result r;
    enum status st = start_read(e, now, why);
    if (st) {
        start_failed(st, why);
        return st;
    }
    st = batch_begin(e, now, &r);
    if (!st)
        st = batch_end(e, start_write(e, now, why), &r);
    e->options.calendars = e->options.procedures = NULL; /* borrowed until here */
    if (st) {
        start_failed(st, why);
        engine_result_done(&r);
        return st;
    }
    if (!r.view)
        r.view = view_new(e->fold->reg, e->laws, e->administrator, e->simulated);
    *ret = r;
    return ST_OK;
}
