/* `leeway report`: figures from the events, none kept by hand. */
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/leeway/report.h"
#include "clients/leeway/words.h"
#include "daemon/law/procedure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HIDE_BELOW = 5 }; /* of what is published, when nothing else is said */

/* ---- two countings of the same dimensions: matters and persons ---- */

struct both {
    struct run *r;
    struct figures matters, persons;
};

static bool both_fetch(struct run *r, const char *const *by, struct both *ret)
{
    struct report_ask ask = {.of = "matters", .on = cli_flag(r->cli, "on")};
    for (size_t i = 0; by[i] && i < REPORT_DIMS; i++)
        ask.by[i] = by[i];
    ret->r = r;
    if (!figures_fetch(r, &ask, &ret->matters))
        return false;
    ask.of = "persons";
    if (figures_fetch(r, &ask, &ret->persons))
        return true;
    figures_done(&ret->matters);
    return false;
}

static void both_done(struct both *b)
{
    figures_done(&b->matters);
    figures_done(&b->persons);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of both, in order. */
static size_t both_keys(struct both *b, const char ***ret)
{
    size_t n = tally_count(b->matters.n), all = n;
    int64_t ignored;
    const char **key = ARENA_ARRAY(b->r->arena, const char *, n + tally_count(b->persons.n) + 1);
    for (size_t i = 0; i < n; i++)
        key[i] = tally_at(b->matters.n, i, &ignored);
    for (size_t i = 0; i < tally_count(b->persons.n); i++) {
        const char *k = tally_at(b->persons.n, i, &ignored);
        if (!tally_get(b->matters.n, k))
            key[all++] = k;
    }
    if (all)
        qsort(key, all, sizeof *key, by_key);
    *ret = key;
    return all;
}

/* Persons may have a label that matters do not. */
static const char *both_label(const struct both *b, const char *key, size_t i)
{
    const char *value = figures_value(&b->matters, key, i), *label = figures_label(&b->matters, key, i);
    return strcmp(value, label) == 0 ? figures_label(&b->persons, key, i) : label;
}

static const char *joined_label(const struct both *b, const char *key)
{
    const char *text = "";
    for (size_t i = 0; b->matters.by[i]; i++)
        text = arena_printf(b->r->arena, "%s%s%s", text, i ? " · " : "", both_label(b, key, i));
    return text;
}

/* Its figures, those below `below` hidden (0: none). Returns how many lines. */
static size_t both_figures(struct both *b, const char **key, size_t n, int64_t below, struct figure **ret,
                           struct figure *ret_total)
{
    struct figure *f = ARENA_ARRAY(b->r->arena, struct figure, n + 1);
    for (size_t i = 0; i < n; i++)
        f[i] = (struct figure){
            joined_label(b, key[i]), {tally_get(b->matters.n, key[i]), tally_get(b->persons.n, key[i])}, false};
    *ret_total = (struct figure){TR(b->r, "total", "合计"), {b->matters.total, b->persons.total}, false};
    if (below > 0)
        figures_hide(f, n, ret_total, below);
    *ret = f;
    return n;
}

/* ---- printing ---- */

static void put_count(struct run *r, struct value *row, const char *name, const struct figure *f, int i, int64_t below)
{
    if (f->hidden)
        v_put(r->arena, row, name, v_printf(r->arena, "<%" PRId64, below));
    else
        v_put_int(r->arena, row, name, f->n[i]);
}

static struct value *figure_row(struct both *b, const char *key, const struct figure *f, int64_t below)
{
    struct run *r = b->r;
    struct value *row = v_map(r->arena);
    for (size_t i = 0; b->matters.by[i]; i++) {
        const char *name = b->matters.by[i];
        v_put_str(r->arena, row, name, key ? figures_value(&b->matters, key, i) : "");
        v_put_str(r->arena, row, arena_printf(r->arena, "%s-label", name),
                  key      ? both_label(b, key, i)
                  : i == 0 ? f->label
                           : "");
    }
    put_count(r, row, "matters", f, 0, below);
    put_count(r, row, "persons", f, 1, below);
    return row;
}

static struct value *both_rows(struct both *b, int64_t below, bool with_total)
{
    const char **key;
    struct figure *f, total;
    struct value *rows = v_list(b->r->arena);
    size_t n = both_keys(b, &key);
    both_figures(b, key, n, below, &f, &total);
    for (size_t i = 0; i < n; i++)
        v_push(b->r->arena, rows, figure_row(b, key[i], &f[i], below));
    if (with_total)
        v_push(b->r->arena, rows, figure_row(b, NULL, &total, below));
    return rows;
}

static void print_figures(struct run *r, const char *const *by, const struct value *rows)
{
    struct column column[REPORT_DIMS + 2];
    size_t n = 0;
    for (; by[n]; n++)
        column[n] = (struct column){arena_printf(r->arena, "%s-label", by[n]), by[n], word_of(ZH, by[n]), CELL};
    column[n++] = (struct column){"matters", "matters", "件数", CELL};
    column[n++] = (struct column){"persons", "persons", "人数", CELL};
    print_list(r, "figures", rows, column, n);
}

/* "kind,outcome" */
static bool take_by(struct run *r, const char *text, const char *ret[REPORT_DIMS + 1])
{
    char *rest = NULL, *copy = arena_str(r->arena, text);
    size_t n = 0;
    for (char *word = strtok_r(copy, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
        if (n == REPORT_DIMS)
            return run_fail(r, EXIT_USAGE, TR(r, "at most %d dimensions", "至多 %d 个维度"), REPORT_DIMS), false;
        ret[n++] = word;
    }
    ret[n] = NULL;
    return n || (run_fail(r, EXIT_USAGE, TR(r, "--by names dimensions", "--by 须列出维度")), false);
}

static bool take_below(struct run *r, int64_t otherwise, int64_t *ret)
{
    const char *text = cli_flag(r->cli, "hide-below");
    *ret = otherwise;
    return !text || run_number(r, "--hide-below", text, ret);
}

/* One table of figures. false: it was said why. */
static bool one_table(struct run *r, const char *const *by, int64_t below, bool with_total, struct value **ret)
{
    struct both b;
    if (!both_fetch(r, by, &b))
        return false;
    *ret = both_rows(&b, below, with_total);
    both_done(&b);
    return true;
}

/* Matters and persons, by kind when nothing else is asked for; and what was done, by act. */
static int report_figures(struct run *r)
{
    static const char *const usual[] = {"kind", NULL}, *const acts[] = {"act", NULL};
    const char *given[REPORT_DIMS + 1] = {NULL}, *text = cli_flag(r->cli, "by");
    int64_t below;
    struct value *rows, *done = NULL, *all = v_map(r->arena);
    if (!take_below(r, 0, &below) || (text && !take_by(r, text, given)))
        return r->result;
    const char *const *by = text ? given : usual;
    if (!one_table(r, by, below, r->format == TABLE, &rows) || (!text && !one_table(r, acts, below, false, &done)))
        return r->result;
    if (r->format == JSON) {
        v_put(r->arena, all, "figures", rows);
        if (done)
            v_put(r->arena, all, "acts", done);
        return print_map(r, all, NULL, 0);
    }
    print_figures(r, by, rows);
    if (done && r->format == TABLE)
        printf("\n");
    if (done)
        print_figures(r, acts, done);
    return EXIT_DONE;
}

/* ---- publishing ---- */

static const char *period(struct run *r)
{
    const char *from = cli_flag(r->cli, "from"), *to = cli_flag(r->cli, "to");
    if (!from && !to)
        return "至今";
    return arena_printf(r->arena, "%s%s%s", from ? from : "", from && to ? "至" : from ? "起" : "截至", to ? to : "");
}

static bool published_fetch(struct run *r, const char *by, const char *title, int64_t below, struct published *ret)
{
    const char *const dims[] = {by, NULL};
    const char **key;
    struct both b;
    if (!both_fetch(r, dims, &b))
        return false;
    size_t n = both_keys(&b, &key);
    *ret = (struct published){.title = title};
    ret->n = both_figures(&b, key, n, below, &ret->f, &ret->total);
    ret->total.label = "合计";
    both_done(&b);
    return true;
}

/* Kinds differ in whether they have an outcome or a circumstance at all: when a kind is hidden, the counts of those,
 * and of what has none, would give it away by subtraction. */
static void publish_hide(const struct published *kinds, struct published *others, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < kinds->n; i++)
        any = any || kinds->f[i].hidden;
    for (size_t i = 0; any && i < n; i++) {
        others[i].total.hidden = true;
        for (size_t k = 0; k < others[i].n; k++)
            others[i].f[k].hidden = true;
    }
}

static int report_publish(struct run *r)
{
    static const char *const tables[][2] = {
        {"kind", "类别"}, {"outcome", "认定结果"}, {"circumstance", "情形"}, {"year", "年度"}};
    enum { TABLES = sizeof tables / sizeof *tables };
    struct published t[TABLES];
    int64_t below;
    if (!take_below(r, HIDE_BELOW, &below))
        return r->result;
    if (below < 2)
        return run_fail(r, EXIT_USAGE,
                        TR(r, "--hide-below is at least 2 for what is published", "公布时 --hide-below 至少为 2"));
    for (size_t i = 0; i < TABLES; i++)
        if (!published_fetch(r, tables[i][0], tables[i][1], below, &t[i]))
            return r->result;
    publish_hide(&t[0], &t[1], 2);
    struct procedure *p = procedure_of_daemon(r, cli_flag(r->cli, "procedure"));
    if (!p)
        return r->result;
    struct buf out = {0};
    publish_page(&out, p, period(r), t, TABLES, below);
    fputs(buf_cstr(&out), stdout);
    buf_done(&out);
    procedure_free(p);
    return EXIT_DONE;
}

/* ---- the verb ---- */

static const struct {
    const char *name;
    int (*run)(struct run *r);
} kinds[] = {
    {"figures", report_figures}, {"stays", report_stays},   {"discretion", report_discretion},
    {"alarms", report_alarms},   {"common", report_common}, {"publish", report_publish},
};

int report_verb(struct run *r)
{
    const char *kind = cli_word(r->cli, 0);
    static const char *const days[] = {"from", "to"};
    if (!cli_flag(r->cli, "procedure"))
        return run_fail(r, EXIT_USAGE, TR(r, "--procedure is needed", "须给出 --procedure"));
    for (size_t i = 0; i < 2; i++)
        if (cli_flag(r->cli, days[i]) && !run_day(r, cli_flag(r->cli, days[i])))
            return r->result;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind ? kind : kinds[0].name, kinds[i].name) == 0)
            return kinds[i].run(r);
    return run_fail(
        r, EXIT_USAGE,
        TR(r, "there is no report '%s': figures, stays, discretion, alarms, common, publish",
           "没有报告 %s:figures(统计)、stays(用时)、discretion(裁量)、alarms(预警)、common(共性)、publish(公布)"),
        kind);
}
