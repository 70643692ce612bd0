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

enum status act_calendar_load(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {"source", NULL};
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret) || !fields_are(a, fields, names, ret))
        return ST_OK;
    struct bytes source = source_of(fields);
    struct problems *problems = problems_new(a);
    struct calendar_file *file = calendar_file_read(a, "source", source, problems);
    if (!file) {
        *ret = source_invalid(a, problems);
        return ST_OK;
    }
    *ret = draft_new(a, "calendar", "calendar-load");
    struct value *change = change_of_law(a, "calendar-load", source);
    v_put_str(a, change, "of", file->local ? "local" : arena_printf(a, "%d", file->year));
    v_put(a, ret->keys, "register", change);
    ret->source = source;
    return ST_OK;
}
