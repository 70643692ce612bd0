#include "clients/leeway/report.h"

#include "clients/lib/leeway.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MOST = 100000 };

/* A report of more lines than this is not read by anybody, and would fill the memory. */
static bool take_page(struct figures *f, const struct value *answer)
{
    const struct value *rows = v_get(answer, "rows"), *labels = v_get(answer, "labels"),
                       *lines = v_get(answer, "lines");
    struct arena *a = f->r->arena;
    for (size_t i = 0; i < v_count(rows); i++) {
        const struct value *by = v_get(v_at(rows, i), "by");
        const char *key = "";
        for (size_t k = 0; k < v_count(by); k++)
            key = arena_printf(a, "%s%s\t", key, v_text(v_at(by, k), ""));
        tally_add(f->n, key, v_get_int(v_at(rows, i), "n", 0));
    }
    for (size_t i = 0; i < v_count(labels); i++) {
        const struct value *l = v_at(labels, i);
        const char *key = arena_printf(a, "%s\t%s", v_get_str(l, "dimension", ""), v_get_str(l, "value", ""));
        if (!v_get(f->labels, key))
            v_put_str(a, f->labels, key, v_get_str(l, "label", NULL));
    }
    for (size_t i = 0; i < v_count(lines); i++)
        v_push(a, f->lines, v_at(lines, i));
    f->total += v_get_int(answer, "total", 0);
    if (tally_count(f->n) <= ROWS_MOST && v_count(f->lines) <= ROWS_MOST)
        return true;
    run_fail(f->r, EXIT_USAGE,
             TR(f->r, "more than %d lines: fewer dimensions, or a shorter period", "超过 %d 行:请减少维度或缩短期间"),
             ROWS_MOST);
    return false;
}

static struct value *question(struct run *r, const struct report_ask *ask)
{
    static const char *const flags[] = {"procedure", "from", "to"};
    struct value *m = run_question(r, "report"), *by = v_list(r->arena);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        v_put_str(r->arena, m, flags[i], cli_flag(r->cli, flags[i]));
    for (size_t i = 0; ask->by[i]; i++)
        v_push(r->arena, by, v_str(r->arena, ask->by[i]));
    v_put_str(r->arena, m, "of", ask->of);
    v_put_str(r->arena, m, "on", ask->on);
    v_put(r->arena, m, "by", by);
    if (ask->lines)
        v_put_bool(r->arena, m, "lines", true);
    return m;
}

bool figures_fetch(struct run *r, const struct report_ask *ask, struct figures *ret)
{
    struct value *m = question(r, ask);
    *ret = (struct figures){.r = r, .n = tally_new(), .labels = v_map(r->arena), .lines = v_list(r->arena)};
    memcpy(ret->by, ask->by, sizeof ret->by);
    for (;;) {
        char id[LW_ID];
        lw_uuid(id);
        v_put_str(r->arena, m, "id", id);
        const struct value *answer = run_ask(r, m);
        if (!answer || !take_page(ret, answer)) {
            figures_done(ret);
            return false;
        }
        if (!v_get(answer, "next"))
            return true;
        v_put(r->arena, m, "after", v_get(answer, "next"));
    }
}

void figures_done(struct figures *f)
{
    tally_free(f->n);
    f->n = NULL;
}

const char *figures_value(const struct figures *f, const char *key, size_t i)
{
    for (; i; i--)
        key = strchr(key, '\t') + 1;
    return arena_strn(f->r->arena, key, strcspn(key, "\t"));
}

const char *figures_label(const struct figures *f, const char *key, size_t i)
{
    const char *value = figures_value(f, key, i);
    const char *label = v_get_str(f->labels, arena_printf(f->r->arena, "%s\t%s", f->by[i], value), value);
    return *label ? label : "-";
}
