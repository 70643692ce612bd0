/* A draft becomes an event: numbered, put, folded. */
#include "daemon/engine/dedupe.h"
#include "daemon/engine/inside.h"
#include "proto/wire.h"

#include <string.h>

enum status engine_now(struct engine *e, struct when *ret)
{
    int64_t clock = 0, recorded = 0;
    enum status st = fold_head(e->fold, e->txn, e->simulated ? HEAD_CLOCK : HEAD_RECORDED, &clock);
    if (st)
        return st;
    recorded = clock;
    *ret = e->simulated || recorded > e->wall.ms ? (struct when){clock} : e->wall;
    return ST_OK;
}

struct day engine_day(const struct engine *e, struct when now)
{
    const struct procedure *p = laws_count(e->laws) ? laws_at(e->laws, 0, NULL) : NULL;
    return when_day(now, p ? p->zone_minutes : ZONE_MINUTES);
}

enum status engine_event(struct engine *e, int64_t *ret_next)
{
    int64_t last;
    enum status st = fold_head(e->fold, e->txn, HEAD_EVENT, &last);
    if (!st)
        *ret_next = last + 1;
    return st;
}

enum status case_measure(struct engine *e, struct arena *a, int64_t kase, struct value **ret, size_t *ret_bytes)
{
    struct key k = case_key(kase);
    return kase > 0 ? record_measure(a, e->txn, DB_CASES, key_bytes(&k), ret, ret_bytes) : ST_NOT_FOUND;
}

enum status case_load(struct engine *e, struct arena *a, int64_t kase, struct value **ret)
{
    size_t ignored;
    return case_measure(e, a, kase, ret, &ignored);
}

/* ---- answers ---- */

static struct value *refusal(struct arena *a, const struct rejection *r, bool remembered)
{
    struct value *v = v_map(a);
    char day[DAY_TEXT];
    v_put_str(a, v, "t", "refused");
    v_put_str(a, v, "kind", r->kind);
    v_put_str(a, v, "code", r->code);
    v_put_str(a, v, "text", r->text ? r->text : r->code);
    v_put_str(a, v, "rule", r->rule);
    v_put_str(a, v, "article", r->article);
    v_put_str(a, v, "missing", r->missing);
    v_put_str(a, v, "who", r->who);
    v_put_str(a, v, "field", r->field);
    if (day_is(r->earliest))
        v_put_str(a, v, "earliest", day_text(r->earliest, day));
    v_put_bool(a, v, "remembered", remembered);
    return v;
}

struct value *draft_answer(struct engine *e, struct arena *a, const struct draft *d, int64_t event,
                           struct when recorded)
{
    if (!d->accepted) {
        struct value *no = refusal(a, &d->rejection, d->remember && event);
        if (d->line)
            v_put_int(a, no, "line", d->line);
        return no;
    }
    static const char *const of_the_case[] = {"case", "version", "stage"};
    struct value *v = v_map(a);
    add_text(a, v, "t", "accepted");
    if (event)
        v_add_int(a, v, "event", event);
    for (size_t i = 0; i < 3; i++)
        if (v_get(d->answer, of_the_case[i]))
            v_add(a, v, of_the_case[i], v_get(d->answer, of_the_case[i]));
    v_add_int(a, v, "recorded", recorded.ms);
    for (size_t i = 0; i < v_count(d->answer); i++) {
        const struct pair *p = &d->answer->u.map.pair[i];
        v_put_key(a, v, p->key, p->n, p->head, p->val);
    }
    if (!event)
        v_put_bool(a, v, "dry", true);
    if (e->simulated)
        v_put_bool(a, v, "simulated", true);
    return v;
}

/* ---- the event ---- */

static void copy_from_message(struct arena *a, struct value *event, const struct value *message)
{
    static const char *const keys[] = {"cause", "second", "part", "task"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (v_get(message, keys[i]))
            v_put(a, event, keys[i], v_get(message, keys[i]));
}

/* The common keys, FORMAT.md; then what the draft says. */
static struct value *event_make(struct arena *a, const struct origin *o, const struct draft *d, int64_t n,
                                struct when recorded)
{
    struct value *v = v_map(a);
    char day[DAY_TEXT];
    const struct value *m = o->message;
    v_add_int(a, v, "v", EVENT_VERSION);
    v_add_int(a, v, "n", n);
    add_text(a, v, "kind", d->accepted ? d->kind : "refused");
    add_text(a, v, "act", d->act ? d->act : v_get_str(m, "act", NULL));
    v_add_int(a, v, "recorded", recorded.ms);
    if (day_is(d->done))
        v_add(a, v, "done", v_str(a, day_text(d->done, day)));
    add_text(a, v, "principal", o->principal);
    add_text(a, v, "key", o->key);
    add_text(a, v, "id", o->id);
    if (m)
        v_add(a, v, "content", content_hash(a, m, content_is_private(m) ? o->salt : NULL));
    if (!d->accepted) {
        if (v_get(m, "case"))
            v_put(a, v, "case", v_get(m, "case"));
        return v;
    }
    copy_from_message(a, v, m);
    for (size_t i = 0; i < v_count(d->keys); i++) {
        const struct pair *p = &d->keys->u.map.pair[i];
        v_put_key(a, v, p->key, p->n, p->head, p->val);
    }
    return v;
}

/* Put the private part, if the command is of a kind that has one, and its commitment into the event. */
static enum status private_write(struct engine *e, struct arena *a, const struct origin *o, const struct draft *d,
                                 struct value *event)
{
    if (!o->message || !content_is_private(o->message))
        return ST_OK;
    struct value *map = v_map(a);
    const char *reason = v_get_str(o->message, "reason", NULL);
    if (d->accepted && d->private_ && v_count(d->private_))
        v_put(a, map, "fields", d->private_);
    if (d->accepted)
        v_put_str(a, map, "reason", reason);
    struct hash commitment;
    enum status st = private_put(e->txn, (uint64_t)v_get_int(event, "n", 0), o->salt, map, &commitment);
    if (!st)
        v_put(a, event, "private", v_bin(a, commitment.b, HASH_LEN));
    return st;
}

static enum status source_write(struct engine *e, const struct draft *d)
{
    if (!d->source.n)
        return ST_OK;
    struct hash h = hash_of(d->source.p, d->source.n);
    return store_put(e->txn, DB_SOURCES, (struct bytes){h.b, HASH_LEN}, d->source);
}

/* A change of the law counts from the next command on. */
static enum status laws_renew(struct engine *e)
{
    struct laws *l;
    enum status st = laws_load(e->txn, e->laws, &l, NULL);
    if (st)
        return st == ST_INVALID ? ST_CORRUPT : st;
    laws_drop(e->laws);
    e->laws = l;
    return ST_OK;
}

enum status event_write(struct engine *e, struct arena *a, const struct origin *o, struct draft *d,
                        struct value **ret_answer)
{
    int64_t n;
    struct when now;
    enum status st = engine_event(e, &n);
    if (!st)
        st = engine_now(e, &now);
    if (st)
        return st;
    struct value *event = event_make(a, o, d, n, now), *answer = draft_answer(e, a, d, n, now);
    /* a second person is a principal of the register; whatever else was typed there may be a name */
    if (v_get(event, "second") && !(register_rights(e->fold->reg, v_get_str(event, "second", "")) & RIGHT_APPROVE))
        v_del(event, "second");
    e->wrote = true;
    st = private_write(e, a, o, d, event);
    v_put(a, event, "answer", answer);
    struct bytes bytes = wire_bytes_own(a, event);
    if (!st)
        st = source_write(e, d);
    if (!st)
        st = event_put(e->txn, (uint64_t)n, bytes);
    bool law = v_get(v_get(event, "register"), "law") != NULL;
    if (!st)
        st = fold_event(e->fold, a, e->txn, event, bytes);
    if (!st && law)
        st = laws_renew(e);
    if (!st)
        *ret_answer = answer;
    return st;
}
