/* cmd_errors.c - the registry of errors, for people; asks no daemon */
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "proto/errors.h"

#include <string.h>

static const struct column columns[] = {
    {"code", "code", "代码", CELL},
    {"kind", "kind", "类别", CELL},
    {"cause", "means", "含义", CELL},
    {"remedy", "try", "办法", CELL},
};

/* A table has one language, JSON both: `cause` and `remedy` are English there. */
static struct value *row(struct run *r, const struct known_error *e)
{
    struct value *m = v_map(r->arena);
    bool one = r->format == TABLE;
    v_put_str(r->arena, m, "code", e->code);
    v_put_str(r->arena, m, "kind", e->kind);
    v_put_str(r->arena, m, "cause", one ? TR(r, e->cause, e->cause_zh) : e->cause);
    v_put_str(r->arena, m, "remedy", one ? TR(r, e->remedy, e->remedy_zh) : e->remedy);
    if (!one) {
        v_put_str(r->arena, m, "cause_zh", e->cause_zh);
        v_put_str(r->arena, m, "remedy_zh", e->remedy_zh);
    }
    return m;
}

int errors_lookup_verb(struct run *r)
{
    const char *code = cli_word(r->cli, 0), *near;
    const struct known_error *e = error_lookup(code);
    if (e)
        return print_map(r, row(r, e), columns, r->format == TABLE ? sizeof columns / sizeof *columns : 0);
    near = error_nearest(code);
    return run_fail(r, EXIT_NOT_FOUND, TR(r, "there is no error '%s'%s%s", "没有错误代码“%s”%s%s"), code,
                    near ? TR(r, "; did you mean ", ";是否为 ") : "", near ? near : "");
}

/* The kinds of an error are words with a space between. */
static bool is_of(const struct known_error *e, const char *kind)
{
    size_t n = strlen(kind);
    for (const char *at = e->kind; (at = strstr(at, kind)); at += n)
        if ((at == e->kind || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return false;
}

int errors_list_verb(struct run *r)
{
    const char *kind = cli_flag(r->cli, "kind");
    struct value *list = v_list(r->arena);
    const struct known_error *e;
    for (size_t i = 0; (e = error_at(i)); i++)
        if (!kind || is_of(e, kind))
            v_push(r->arena, list, row(r, e));
    return print_list(r, "errors", list, columns, sizeof columns / sizeof *columns);
}
