/* Acts of the law: a procedure or a calendar is loaded with its text, a version comes into force from a day. */
#include "daemon/engine/inside.h"
#include "daemon/law/calendar_file.h"
#include "daemon/law/procedure_read.h"

#include <string.h>

enum { SOURCE_TEXT = 4000 }; /* of the problems that are told */

static struct draft source_invalid(struct arena *a, const struct problems *problems)
{
    struct buf b = {0};
    problems_print(problems, &b);
    size_t n = b.n < SOURCE_TEXT ? b.n : SOURCE_TEXT;
    while (n && n < b.n && (b.p[n] & 0xc0) == 0x80) /* not inside a character */
        n--;
    char *text = arena_strn(a, (const char *)b.p, n);
    buf_done(&b);
    return draft_refused("form", "source-invalid", text);
}

static struct value *change_of_law(struct arena *a, const char *act, struct bytes source)
{
    struct value *change = v_map(a);
    v_put_str(a, change, "act", act);
    v_put_bool(a, change, "law", true);
    if (source.n) {
        struct hash h = hash_of(source.p, source.n);
        v_put(a, change, "hash", v_bin(a, h.b, HASH_LEN));
    }
    return change;
}

static struct bytes source_of(const struct value *fields)
{
    const struct value *v = v_get(fields, "source");
    return v_kind(v) == V_STR ? (struct bytes){(const uint8_t *)v->u.str.s, v->u.str.n} : (struct bytes){0};
}

static void procedure_accept(struct engine *e, struct arena *a, const struct procedure *p, struct bytes source,
                             struct draft *ret)
{
    const struct procedure *newest = laws_newest(e->laws, p->name);
    if (newest && p->version <= newest->version) {
        struct hash h = hash_of(source.p, source.n);
        bool same = laws_version(e->laws, p->name, p->version) &&
                    memcmp(&laws_version(e->laws, p->name, p->version)->hash, &h, sizeof h) == 0;
        *ret = draft_refused("conflict", same ? "already-loaded" : "version-taken",
                             arena_printf(a, "%s is loaded in version %lld; a changed text needs a higher version",
                                          p->name, (long long)newest->version));
        return;
    }
    *ret = draft_new(a, "procedure", "procedure-load");
    struct value *change = change_of_law(a, "procedure-load", source);
    v_put_str(a, change, "procedure", p->name);
    v_put_int(a, change, "version", p->version);
    v_put_str(a, change, "title", p->title);
    v_put(a, ret->keys, "register", change);
    v_put_str(a, ret->answer, "procedure", p->name);
    v_put_int(a, ret->answer, "procedure-version", p->version);
    ret->source = source;
}

enum status act_procedure_load(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {"source", NULL};
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret) || !fields_are(a, fields, names, ret))
        return ST_OK;
    struct bytes source = source_of(fields);
    struct problems *problems = problems_new(a);
    struct procedure *p = procedure_read("source", source, problems);
    if (p)
        procedure_accept(e, a, p, source, ret);
    else
        *ret = source_invalid(a, problems);
    procedure_free(p);
    return ST_OK;
}

enum status act_procedure_activate(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {"procedure", "version", "from", NULL};
    const struct value *fields = v_get(o->message, "fields");
    struct day from;
    if (!is_admin(e, o, ret) || !fields_are(a, fields, names, ret))
        return ST_OK;
    const char *name = v_get_str(fields, "procedure", "");
    int64_t version = v_get_int(fields, "version", 0);
    if (!laws_version(e->laws, name, version)) {
        *ret = draft_refused("form", "procedure-unknown", "no such version is loaded");
        return ST_OK;
    }
    if (day_parse(v_get_str(fields, "from", ""), &from)) {
        *ret = draft_refused("form", "field-wrong", "from must be a day, as 2026-02-13");
        return ST_OK;
    }
    *ret = draft_new(a, "activate", "procedure-activate");
    struct value *change = change_of_law(a, "procedure-activate", (struct bytes){0});
    v_put_str(a, change, "procedure", name);
    v_put_int(a, change, "version", version);
    v_put_str(a, change, "from", v_get_str(fields, "from", ""));
    v_put(a, ret->keys, "register", change);
    return ST_OK;
}

/* ---- calendars ---- */

static struct draft refused_moved_on(void)
{
    return draft_refused("conflict", "calendar-moved-on",
                         "a limit that this calendar moves has changed since the preview; look at it again");
}

/* Was a limit of this case seen as it stands? What the new calendar does not touch need not have been. */
static enum status case_as_seen(struct engine *e, const struct value *change, const struct calendar *cal, bool *ret)
{
    struct arena *a = arena_new();
    struct value *kase;
    struct judge j = {.principal = SELF};
    struct limit *stale;
    const struct value *changes = v_get(change, "changes");
    bool touched = false;
    for (size_t i = 0; i < v_count(changes) && !touched; i++) {
        const char *path = v_text(v_at(v_at(changes, i), 1), "");
        touched = strncmp(path, "clocks.", 7) == 0 || strncmp(path, "tasks.", 6) == 0;
    }
    enum status st = touched ? case_load(e, a, v_get_int(change, "case", 0), &kase) : ST_OK;
    if (touched && !st)
        st = judge_numbers(e, &j);
    if (touched && !st) {
        j.kase = kase;
        j.calendar = cal;
        j.procedure =
            laws_version(e->laws, v_get_str(kase, "procedure", NULL), v_get_int(kase, "procedure-version", 0));
        *ret = !j.procedure || !decide_stale(a, &j, &stale);
    }
    arena_free(a);
    return st;
}

/* Nothing that the preview showed, or should have shown, has changed since that event. */
static enum status is_as_seen(struct engine *e, int64_t preview, const struct calendar *cal, bool *ret)
{
    enum { SINCE_MOST = 5000 }; /* events since the preview: the engine's thread looks at each */
    int64_t next;
    enum status st = engine_event(e, &next);
    *ret = !st && preview >= 0 && preview < next && next - preview <= SINCE_MOST;
    struct arena *scratch = arena_new();
    for (int64_t n = preview + 1; !st && *ret && n < next; n++) {
        struct value *event;
        arena_reset(scratch);
        st = event_read(scratch, e->txn, (uint64_t)n, &event);
        const struct value *cases = st ? NULL : v_get(event, "cases");
        if (!st && strcmp(v_get_str(event, "act", ""), "calendar-load") == 0)
            *ret = false;
        for (size_t i = 0; !st && *ret && i < v_count(cases); i++)
            st = case_as_seen(e, v_at(cases, i), cal, ret);
    }
    arena_free(scratch);
    return st;
}

enum status act_calendar_load(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const own[] = {"source", NULL}, *const names[] = {"source", "preview", NULL};
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret) || !fields_are(a, fields, o->key ? names : own, ret))
        return ST_OK;
    struct bytes source = source_of(fields);
    struct problems *problems = problems_new(a);
    struct calendar_file *file = calendar_file_read(a, "source", source, problems);
    if (!file) {
        *ret = source_invalid(a, problems);
        return ST_OK;
    }
    struct calendar *cal;
    enum status st = laws_calendar_make(e->laws, e->txn, INT64_MAX, file, &cal, NULL);
    if (st == ST_EXISTS)
        *ret = draft_refused("form", "source-invalid", "another overlay names one of these days already");
    if (st)
        return st == ST_EXISTS ? ST_OK : st;
    bool as_seen = true;
    if (o->key)
        st = is_as_seen(e, v_get_int(fields, "preview", -1), cal, &as_seen);
    calendar_free(cal);
    if (!as_seen)
        *ret = refused_moved_on();
    if (st || !as_seen)
        return st;
    *ret = draft_new(a, "calendar", "calendar-load");
    struct value *change = change_of_law(a, "calendar-load", source);
    v_put_str(a, change, "of", calendar_file_of(a, file));
    if (o->key)
        v_put_int(a, change, "preview", v_get_int(fields, "preview", 0));
    v_put(a, ret->keys, "register", change);
    ret->source = source;
    return ST_OK;
}
