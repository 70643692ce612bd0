#include "daemon/core/bench.h"

#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <stdarg.h>
#include <string.h>

/* ---- changing the copy ---- */

/* What the event itself has put there says it at once: a clock that starts is one change and not eight. NULL: nothing
 * of the event covers the path, or the order of what does matters. ret_rest: what is left of the path inside of it. */
static struct value *covers(const struct bench *b, const char *path, size_t n, const char **ret_rest)
{
    for (size_t i = v_count(b->changes); i-- > 0;) {
        const struct value *earlier = v_at(b->changes, i), *at = v_at(earlier, 1);
        size_t len = at->u.str.n, common = len < n ? len : n;
        if (memcmp(at->u.str.s, path, common) != 0)
            continue;
        if (len < n && path[len] == '.') {
            struct value *there = v_at(earlier, 2);
            *ret_rest = path + len + 1;
            return strcmp(v_text(v_at(earlier, 0), ""), "put") == 0 && v_kind(there) == V_MAP ? there : NULL;
        }
        if (len == n || (len > n && at->u.str.s[n] == '.'))
            return NULL;
    }
    return NULL;
}

/* Write one change down, and apply it. A change of ours that does not apply is a bug. */
static void record(struct bench *b, const char *op, const char *path, struct value *val)
{
    size_t n = strlen(path);
    const char *rest;
    struct value *one = v_list(b->a), *whole = covers(b, path, n, &rest), *at = v_strn(b->a, path, n);
    v_push(b->a, one, v_str(b->a, op));
    v_push(b->a, one, at);
    if (val)
        v_push(b->a, one, val);
    REQUIRE(case_apply_one(b->a, b->kase, one) == ST_OK);
    if (!whole) {
        v_push(b->a, b->changes, one);
        return;
    }
    at->u.str.s = rest;
    at->u.str.n = n - (size_t)(rest - path);
    REQUIRE(case_apply_one(b->a, whole, one) == ST_OK);
}

/* What stands there already is not put once more. */
void bench_put(struct bench *b, const char *path, struct value *val)
{
    const struct value *there = v_path(b->kase, path);
    if (!there || !v_equal(there, val))
        record(b, "put", path, val);
}

void bench_put_str(struct bench *b, const char *path, const char *text)
{
    bench_put(b, path, v_str(b->a, text));
}

void bench_del(struct bench *b, const char *path)
{
    if (v_path(b->kase, path))
        record(b, "del", path, NULL);
}

void bench_push(struct bench *b, const char *path, struct value *item)
{
    record(b, "push", path, item);
}

/* Paths are made for every change, nearly all of nothing but %s: put together without the machine behind printf. */
const char *bench_path(struct bench *b, const char *fmt, ...)
{
    char path[256];
    size_t n = 0;
    va_list ap;
    va_start(ap, fmt);
    for (const char *f = fmt; *f && n < sizeof path; f++) {
        if (*f != '%') {
            path[n++] = *f;
            continue;
        }
        const char *s = *++f == 's' ? va_arg(ap, const char *) : NULL;
        size_t len = s ? strlen(s) : sizeof path;
        if (len < sizeof path - n)
            memcpy(path + n, s, len);
        n += len;
    }
    va_end(ap);
    if (n < sizeof path)
        return arena_strn(b->a, path, n);
    va_start(ap, fmt); /* something else than %s, or long */
    const char *whole = arena_vprintf(b->a, fmt, ap);
    va_end(ap);
    return whole;
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
    return v_get(v_get(b->kase, "facts"), name);
}

const struct value *bench_fact_of(const struct bench *b, enum fact_type type)
{
    for (size_t i = 0; i < b->p->nfacts; i++)
        if (b->p->facts[i].type == type)
            return bench_fact(b, b->p->facts[i].name);
    return NULL;
}

bool bench_given(const struct bench *b, const char *name)
{
    for (size_t i = 0; b->act && i < b->act->nfields; i++)
        if (strcmp(b->act->fields[i].fact, name) == 0 && procedure_fact(b->p, name)->is_private)
            return v_get(b->private_, name) != NULL;
    return bench_fact(b, name) || v_get(v_get(b->kase, "given"), name);
}

const char *bench_word(struct bench *b, const struct value *v)
{
    switch (v_kind(v)) {
    case V_STR:
        return v_text(v, "");
    case V_BOOL:
        return v_truth(v) ? "true" : "false";
    case V_INT:
        return arena_printf(b->a, "%lld", (long long)v_number(v, 0));
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
    return of_it ? v_get_str(v_get(v_get(v_get(b->kase, "parts"), b->part_kind), b->part), field, NULL) : NULL;
}

const struct department *bench_role(const struct bench *b, const char *name)
{
    if (!name)
        return NULL;
    bool chair = false;
    const struct body *body = procedure_body_of(b->p, name, &chair);
    if (body)
        return chair ? bench_role(b, body->chair) : NULL;
    if (strchr(name, '.'))
        return register_heir(b->j->reg, part_department(b, name));
    const struct role *role = procedure_role(b->p, name);
    if (role && role->superior) {
        const struct department *d = b->about ? register_heir(b->j->reg, b->about) : bench_role(b, b->p->lead);
        return d && d->superior ? register_heir(b->j->reg, d->superior) : NULL;
    }
    const char *id = v_get_str(v_get(b->kase, "roles"), name, NULL);
    return id ? register_heir(b->j->reg, id) : NULL;
}

const char *bench_part_of(const struct bench *b, const char *kind)
{
    if (b->part_kind && strcmp(b->part_kind, kind) == 0)
        return b->part;
    return b->added_kind && strcmp(b->added_kind, kind) == 0 ? b->added : NULL;
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
