#include "daemon/engine/laws.h"

#include "daemon/base/check.h"
#include "daemon/engine/event.h"
#include "daemon/law/calendar_file.h"
#include "daemon/law/procedure_read.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A compiled procedure, shared by the laws that know it. */
struct compiled {
    atomic_int count;
    struct procedure *p;
};

struct law {
    struct compiled *compiled;
    struct day from;
};

/* A calendar text by what it is of: "2026", "overlay:yinchuan"; a later one of the same takes its place. All are kept,
 * with the event that loaded each: what was believed on a past day is asked for. */
struct year {
    char *of;
    struct hash source;
    int64_t event;
};

struct laws {
    atomic_int count;
    struct law *law;
    size_t n, cap;
    struct year *year;
    size_t nyears;
    struct calendar *calendar;
};

static void compiled_drop(struct compiled *c)
{
    if (atomic_fetch_sub(&c->count, 1) > 1)
        return;
    procedure_free(c->p);
    free(c);
}

struct laws *laws_keep(struct laws *l)
{
    atomic_fetch_add(&l->count, 1);
    return l;
}

void laws_drop(struct laws *l)
{
    if (!l || atomic_fetch_sub(&l->count, 1) > 1)
        return;
    for (size_t i = 0; i < l->n; i++)
        compiled_drop(l->law[i].compiled);
    for (size_t i = 0; i < l->nyears; i++)
        free(l->year[i].of);
    calendar_free(l->calendar);
    free(l->law);
    free(l->year);
    free(l);
}

/* ---- building ---- */

static struct law *law_find(const struct laws *l, const char *name, int64_t version)
{
    for (size_t i = 0; name && i < l->n; i++)
        if (l->law[i].compiled->p->version == version && strcmp(l->law[i].compiled->p->name, name) == 0)
            return &l->law[i];
    return NULL;
}

static void law_add(struct laws *l, struct compiled *c)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 8;
        l->law = xrealloc(l->law, l->cap * sizeof *l->law);
    }
    l->law[l->n++] = (struct law){c, DAY_NONE};
}

/* A text that the events name and the store cannot give: nothing folds it again, so say which and what helps. */
static enum status source_get(struct store_txn *t, const struct hash *hash, const char *what, struct bytes *ret,
                              struct buf *why)
{
    char hex[HASH_HEX];
    enum status st = store_get(t, DB_SOURCES, (struct bytes){hash->b, HASH_LEN}, ret);
    if (st && why)
        buf_printf(why,
                   "store: database sources: the text of %s (%s) cannot be read: %s; restore the store from a backup\n",
                   what, hash_hex(hash, hex), status_text(st));
    return st == ST_NOT_FOUND ? ST_CORRUPT : st;
}

static enum status source_read(struct store_txn *t, const struct value *change, struct hash *ret_hash,
                               struct bytes *ret, struct buf *why)
{
    const struct value *hash = v_get(change, "hash");
    if (v_kind(hash) != V_BIN || hash->u.bin.n != HASH_LEN)
        return ST_CORRUPT;
    memcpy(ret_hash->b, hash->u.bin.p, HASH_LEN);
    return source_get(t, ret_hash, v_get_str(change, "procedure", v_get_str(change, "of", "a calendar")), ret, why);
}

static void tell(struct buf *why, struct problems *problems)
{
    if (why)
        problems_print(problems, why);
}

static enum status procedure_load(struct laws *l, struct store_txn *t, const struct laws *old,
                                  const struct value *change, struct buf *why)
{
    const char *name = v_get_str(change, "procedure", "");
    const struct law *known = old ? law_find(old, name, v_get_int(change, "version", 0)) : NULL;
    if (known) {
        atomic_fetch_add(&known->compiled->count, 1);
        law_add(l, known->compiled);
        return ST_OK;
    }
    struct hash hash;
    struct bytes text;
    enum status st = source_read(t, change, &hash, &text, why);
    if (st)
        return st;
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct procedure *p = procedure_read(name, text, problems);
    tell(why, problems);
    arena_free(a);
    if (!p)
        return ST_INVALID;
    struct compiled *c = xcalloc(1, sizeof *c);
    c->p = p;
    atomic_init(&c->count, 1);
    law_add(l, c);
    return ST_OK;
}

static enum status procedure_activate(struct laws *l, const struct value *change)
{
    struct law *law = law_find(l, v_get_str(change, "procedure", ""), v_get_int(change, "version", 0));
    if (!law || day_parse(v_get_str(change, "from", ""), &law->from))
        return ST_CORRUPT;
    return ST_OK;
}

static enum status calendar_load(struct laws *l, struct store_txn *t, const struct value *change, struct buf *why)
{
    struct hash hash;
    struct bytes text;
    enum status st = source_read(t, change, &hash, &text, why);
    if (st)
        return st;
    l->year = xrealloc(l->year, (l->nyears + 1) * sizeof *l->year);
    l->year[l->nyears++] = (struct year){xstrdup(v_get_str(change, "of", "")), hash, v_get_int(change, "event", 0)};
    return ST_OK;
}

/* Does a later text, loaded not after the event, take the place of the i-th? */
static bool is_replaced(const struct laws *l, size_t i, int64_t event, const char *by)
{
    bool replaced = by && strcmp(by, l->year[i].of) == 0;
    for (size_t k = i + 1; k < l->nyears && !replaced; k++)
        replaced = l->year[k].event <= event && strcmp(l->year[k].of, l->year[i].of) == 0;
    return replaced;
}

enum status laws_calendar_make(const struct laws *l, struct store_txn *t, int64_t event,
                               const struct calendar_file *with, struct calendar **ret, struct buf *why)
{
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct calendar *cal = calendar_new();
    const char *of = with ? calendar_file_of(a, with) : NULL;
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < l->nyears; i++) {
        struct bytes text;
        if (l->year[i].event > event || is_replaced(l, i, event, of))
            continue;
        st = source_get(t, &l->year[i].source, "a calendar", &text, why);
        struct calendar_file *file = st ? NULL : calendar_file_read(a, "calendar", text, problems);
        st = st ? st : file ? calendar_file_add(cal, file) : ST_INVALID;
    }
    if (!st && with)
        st = calendar_file_add(cal, with);
    tell(why, problems);
    arena_free(a);
    if (st)
        calendar_free(cal);
    else
        *ret = cal;
    return st;
}

static enum status change_take(struct laws *l, struct store_txn *t, const struct laws *old, const struct value *change,
                               struct buf *why)
{
    const char *act = v_get_str(change, "act", "");
    if (strcmp(act, "procedure-load") == 0)
        return procedure_load(l, t, old, change, why);
    if (strcmp(act, "procedure-activate") == 0)
        return procedure_activate(l, change);
    return strcmp(act, "calendar-load") == 0 ? calendar_load(l, t, change, why) : ST_OK;
}

enum status laws_load(struct store_txn *t, const struct laws *old, struct laws **ret, struct buf *why)
{
    struct laws *l = xcalloc(1, sizeof *l);
    atomic_init(&l->count, 1);
    struct arena *a = arena_new();
    struct store_cursor *c = store_cursor(t, DB_REGISTER);
    enum status st;
    while (!(st = store_next(c))) {
        struct value *change;
        st = record_read(a, t, DB_REGISTER, store_key(c), &change);
        if (!st && v_get(change, "law"))
            st = change_take(l, t, old, change, why);
        if (st)
            break;
        arena_reset(a);
    }
    store_cursor_free(c);
    arena_free(a);
    st = st == ST_NOT_FOUND ? laws_calendar_make(l, t, INT64_MAX, NULL, &l->calendar, why) : st;
    if (st) {
        laws_drop(l);
        return st;
    }
    *ret = l;
    return ST_OK;
}

/* ---- reading ---- */

const struct procedure *laws_version(const struct laws *l, const char *name, int64_t version)
{
    const struct law *law = law_find(l, name, version);
    return law ? law->compiled->p : NULL;
}

/* The name that is meant when none is given: there must be only one. */
static const char *only_name(const struct laws *l)
{
    const char *name = NULL;
    for (size_t i = 0; i < l->n; i++) {
        if (name && strcmp(name, l->law[i].compiled->p->name) != 0)
            return NULL;
        name = l->law[i].compiled->p->name;
    }
    return name;
}

static const struct procedure *newest(const struct laws *l, const char *name, bool active, struct day day)
{
    const struct procedure *found = NULL;
    for (size_t i = 0; name && i < l->n; i++) {
        const struct procedure *p = l->law[i].compiled->p;
        bool in_force = day_is(l->law[i].from) && l->law[i].from.n <= day.n;
        if (strcmp(p->name, name) == 0 && (!active || in_force) && (!found || p->version > found->version))
            found = p;
    }
    return found;
}

const struct procedure *laws_active(const struct laws *l, const char *name, struct day day)
{
    return newest(l, name ? name : only_name(l), true, day);
}

const struct procedure *laws_newest(const struct laws *l, const char *name)
{
    return newest(l, name, false, DAY_NONE);
}

const struct calendar *laws_calendar(const struct laws *l)
{
    return l->calendar;
}

size_t laws_count(const struct laws *l)
{
    return l->n;
}

const struct procedure *laws_at(const struct laws *l, size_t i, struct day *ret_from)
{
    if (ret_from)
        *ret_from = l->law[i].from;
    return l->law[i].compiled->p;
}
