#include "daemon/core/bench.h"

#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <stdarg.h>
#include <string.h>

/* ---- changing the copy ---- */

void bench_done_on(struct bench *b, struct day day)
{
    b->done = day;
    day_text(day, b->done_text);
}

/* Make a change, and write it down: what the event itself has put says it at once, so a clock that starts is one change
 * and not eight. A change of ours that does not apply is a bug. */
static void record(struct bench *b, enum change_op op, const struct path *path, struct value *val)
{
    enum change_done done = edit_change(b->edit, op, path, val);
    REQUIRE(done != CHANGE_WRONG);
    if (done == CHANGE_MADE)
        change_write(b->a, b->changes, op, path, val);
}

void bench_put(struct bench *b, const struct path *path, struct value *val)
{
    record(b, CHANGE_PUT, path, val);
}

void bench_put_str(struct bench *b, const struct path *path, const char *text)
{
    record(b, CHANGE_PUT, path, v_str(b->a, text));
}

void bench_del(struct bench *b, const struct path *path)
{
    record(b, CHANGE_DEL, path, NULL);
}

void bench_push(struct bench *b, const struct path *path, struct value *item)
{
    record(b, CHANGE_PUSH, path, item);
}

const char *bench_key(struct bench *b, int64_t n)
{
    char text[TEXT_INT];
    return arena_str(b->a, text_int(n, text));
}

/* ---- refusing ---- */

enum { REFUSAL_MOST = 1500 };

/* A refusal repeats what a peer wrote: cut between characters, and without control characters, for it is shown on
 * terminals. */
static const char *presentable(struct bench *b, char *text)
{
    size_t n = strlen(text), at = 0;
    uint32_t c;
    for (size_t k; at < n && at < REFUSAL_MOST; at += k) {
        k = text_char(text + at, n - at, &c);
        if (k == 1 && (c < ' ' || c == 0x7f))
            text[at] = '?';
        k = k ? k : 1;
    }
    text[at] = 0;
    return at < n ? arena_printf(b->a, "%s…", text) : text;
}

void bench_refuse(struct bench *b, const char *kind, const char *code, const char *fmt, ...)
{
    if (b->refused)
        return;
    va_list ap;
    va_start(ap, fmt);
    b->refused = true;
    b->rejection = (struct rejection){
        .kind = kind, .code = code, .text = presentable(b, arena_vprintf(b->a, fmt, ap)), .earliest = DAY_NONE};
    va_end(ap);
}

static const char *who_label(const struct bench *b, const char *who)
{
    const struct role *role = procedure_role(b->p, who);
    return role ? role->label : who;
}

void bench_refuse_rule(struct bench *b, const struct rule *rule, const char *code, const char *fmt, ...)
{
    if (b->refused)
        return;
    va_list ap;
    va_start(ap, fmt);
    b->refused = true;
    b->rejection = (struct rejection){.kind = "law",
                                      .code = code,
                                      .text = arena_vprintf(b->a, fmt, ap),
                                      .rule = rule->name,
                                      .article = rule->article ? rule->article
                                                 : b->act      ? b->act->article
                                                               : NULL,
                                      .missing = rule->missing,
                                      .who = who_label(b, rule->who),
                                      .earliest = DAY_NONE};
    va_end(ap);
}

/* ---- reading ---- */

const struct value *bench_fact(const struct bench *b, const char *name)
{
    return v_get(bench_get(b, "facts"), name);
}

const struct value *bench_fact_of(const struct bench *b, enum fact_type type)
{
    const struct fact *f = b->p->first_of[type];
    return f ? bench_fact(b, f->name) : NULL;
}

bool bench_given(const struct bench *b, const char *name)
{
    for (size_t i = 0; b->act && i < b->act->nfields; i++)
        if (b->act->fields[i].def->is_private && text_same(b->act->fields[i].fact, name))
            return v_get(b->private_, name) != NULL;
    return bench_fact(b, name) || v_get(bench_get(b, "given"), name);
}

const char *bench_word(struct bench *b, const struct value *v)
{
    switch (v_kind(v)) {
    case V_STR:
        return v_text(v, "");
    case V_BOOL:
        return v_truth(v) ? "true" : "false";
    case V_INT:
        return bench_key(b, v_number(v, 0));
    case V_NIL:
    case V_BIN:
    case V_LIST:
    case V_MAP:
        break;
    }
    return "";
}

static const char *part_department(const struct bench *b, const char *kind_dot_field)
{
    const char *field = strchr(kind_dot_field, '.') + 1;
    size_t n = (size_t)(field - 1 - kind_dot_field);
    bool of_it = b->part && strlen(b->part_kind) == n && strncmp(b->part_kind, kind_dot_field, n) == 0;
    return of_it ? v_get_str(v_get(v_get(bench_get(b, "parts"), b->part_kind), b->part), field, NULL) : NULL;
}

/* Whoever is above the department that the matter is about, or above who leads the case. */
static const struct department *superior_of(const struct bench *b)
{
    const struct department *d = b->about ? register_heir(b->j->reg, b->about) : bench_role(b, b->p->lead);
    return d && d->superior ? register_heir(b->j->reg, d->superior) : NULL;
}

const struct department *bench_holder(const struct bench *b, const struct role *role)
{
    return role->superior ? superior_of(b)
                          : register_heir(b->j->reg, v_text(v_get(bench_get(b, "roles"), role->name), NULL));
}

const struct department *bench_role(const struct bench *b, const char *name)
{
    bool chair = false;
    const struct role *role = procedure_role(b->p, name);
    if (role || !name)
        return role ? bench_holder(b, role) : NULL;
    const struct body *body = procedure_body_of(b->p, name, &chair);
    if (body)
        return chair ? bench_role(b, body->chair) : NULL;
    if (strchr(name, '.'))
        return register_heir(b->j->reg, part_department(b, name));
    return register_heir(b->j->reg, v_text(v_get(bench_get(b, "roles"), name), NULL));
}

const char *bench_part_of(const struct bench *b, const char *kind)
{
    if (b->part_kind && text_same(b->part_kind, kind))
        return b->part;
    return b->added_kind && text_same(b->added_kind, kind) ? b->added : NULL;
}

const char *bench_clock(struct bench *b, const char *name)
{
    const struct clock_rule *rule = procedure_clock(b->p, name);
    const char *part = rule && rule->each ? bench_part_of(b, rule->each) : NULL;
    return part ? arena_printf(b->a, "%s-%s", name, part) : name;
}

const char *bench_principal_department(const struct bench *b, const char *principal)
{
    return register_principal_department(b->j->reg, principal);
}
