/* Reports that look for something: unlike outcomes of like cases, signs of abuse, problems that come again, long stays.
 *
 * None of them decides anything. A line is a reason to read the cases; the thresholds are arguments. */
#include "clients/leeway/print.h"
#include "clients/leeway/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what they share ---- */

/* The number of a flag. false: it was said what is wrong with it. */
static bool threshold(struct run *r, const char *name, int64_t otherwise, int64_t *ret)
{
    const char *text = cli_flag(r->cli, name);
    *ret = otherwise;
    return !text || run_number(r, arena_printf(r->arena, "--%s", name), text, ret);
}

static bool determined(struct run *r, const char *a, const char *b, const char *c, struct figures *ret)
{
    struct report_ask ask = {.of = "matters", .on = "determined", .by = {a, b, c}};
    return figures_fetch(r, &ask, ret);
}

/* Is the i-th value of the key this word? */
static bool is_word(const char *key, size_t i, const char *word)
{
    size_t n = strlen(word);
    for (; i; i--)
        key = strchr(key, '\t') + 1;
    return strncmp(key, word, n) == 0 && key[n] == '\t';
}

/* A second tally over some of the values: sums, or how many different ones. */
static const char *key_of(const struct figures *f, const char *key, const size_t *places, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(f->r->arena, "%s%s\t", text, figures_value(f, key, places[i]));
    return text;
}

/* ---- discretion (AC-6): the same facts, different outcomes ---- */

static struct value *unlike_row(const struct figures *f, const char *facts)
{
    struct arena *a = f->r->arena;
    struct value *row = v_map(a), *outcomes = v_list(a);
    int64_t n, all = 0;
    for (size_t i = 0; i < tally_count(f->n); i++) {
        const char *key = tally_at(f->n, i, &n);
        if (!is_word(key, 0, facts))
            continue;
        all += n;
        const char *who = figures_label(f, key, 2);
        v_push(a, outcomes, v_printf(a, "%s %" PRId64 " (%s)", figures_label(f, key, 1), n, who));
        v_put_str(a, row, "facts", figures_label(f, key, 0));
    }
    v_put_int(a, row, "matters", all);
    v_put(a, row, "outcomes", outcomes);
    return row;
}

int report_discretion(struct run *r)
{
    static const struct column columns[] = {{"facts", "the same facts", "相同的情形和程度", CELL},
                                            {"matters", "matters", "件数", CELL},
                                            {"outcomes", "outcomes (by whom)", "认定结果(由谁认定)", CELL}};
    static const size_t places[] = {0, 1};
    struct figures f;
    struct value *rows = v_list(r->arena);
    if (!determined(r, "facts", "outcome", "decider", &f))
        return r->result;
    struct tally *pairs = tally_new(), *kinds = tally_new(); /* (facts, outcome); how many outcomes each has */
    int64_t n;
    for (size_t i = 0; i < tally_count(f.n); i++)
        tally_add(pairs, key_of(&f, tally_at(f.n, i, &n), places, 2), 1);
    for (size_t i = 0; i < tally_count(pairs); i++)
        tally_add(kinds, figures_value(&f, tally_at(pairs, i, &n), 0), 1);
    for (size_t i = 0; i < tally_count(kinds); i++) {
        const char *facts = tally_at(kinds, i, &n);
        if (n > 1 && *facts) /* of those of which nothing was established nothing can be said */
            v_push(r->arena, rows, unlike_row(&f, facts));
    }
    tally_free(pairs);
    tally_free(kinds);
    figures_done(&f);
    return print_list(r, "discretion", rows, columns, sizeof columns / sizeof *columns);
}

/* ---- alarms of abuse (AC-10, AC-19) ---- */

struct alarms {
    struct run *r;
    struct value *rows;
    int64_t least, share;
};

static const char *alarm_label(const char *alarm)
{
    static const char *const labels[][2] = {{"person", "同一人"},
                                            {"unit", "同一单位"},
                                            {"decider-unit", "认定部门与单位"},
                                            {"no-reasons", "未附理由"},
                                            {"share", "从宽比例"}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i][0], alarm) == 0)
            return labels[i][1];
    return alarm;
}

static void alarm_add(struct alarms *w, const char *alarm, const char *who, int64_t n, const char *why)
{
    struct arena *a = w->r->arena;
    struct value *row = v_map(a);
    v_put_str(a, row, "alarm", alarm);
    v_put_str(a, row, "who", who);
    v_put_int(a, row, "n", n);
    v_put_str(a, row, "why", why);
    v_push(a, w->rows, row);
}

/* Persons whom several determinations favoured. Who they are is told to who inspects alone, with --lines. */
static bool alarm_persons(struct alarms *w)
{
    struct run *r = w->r;
    struct report_ask ask = {.of = "persons", .on = "determined", .by = {"times"}, .lines = cli_flag(r->cli, "lines")};
    struct figures f;
    const char *why = TR(r, "the same person was tolerated again and again", "同一人多次被容错");
    if (!figures_fetch(r, &ask, &f))
        return false;
    for (size_t i = 0; !ask.lines && i < tally_count(f.n); i++) {
        int64_t persons;
        const char *times = figures_value(&f, tally_at(f.n, i, &persons), 0);
        if (strtoll(times, NULL, 10) >= w->least)
            alarm_add(w, "person", arena_printf(r->arena, TR(r, "%" PRId64 " person(s)", "%" PRId64 "人"), persons),
                      strtoll(times, NULL, 10), why);
    }
    for (size_t i = 0; i < v_count(f.lines); i++) {
        const struct value *line = v_at(f.lines, i);
        int64_t times = strtoll(v_text(v_at(v_get(line, "by"), 0), "0"), NULL, 10);
        if (times >= w->least)
            alarm_add(w, "person", v_get_str(line, "person", ""), times, why);
    }
    figures_done(&f);
    return true;
}

/* A unit, or a decider with a unit: so many determinations; all of them lenient, where `all` is asked. */
static void alarm_groups(struct alarms *w, const struct figures *f, const size_t *places, size_t n, size_t lenient,
                         bool all, const char *alarm, const char *why)
{
    struct tally *yes = tally_new(), *every = tally_new();
    int64_t count;
    for (size_t i = 0; i < tally_count(f->n); i++) {
        const char *key = tally_at(f->n, i, &count), *group = key_of(f, key, places, n);
        tally_add(every, group, count);
        tally_add(yes, group, is_word(key, lenient, "yes") ? count : 0);
    }
    for (size_t i = 0; i < tally_count(yes); i++) {
        const char *group = tally_at(yes, i, &count), *who = "";
        bool named = true;
        for (size_t k = 0; k < n; k++) {
            const char *value = figures_value(f, group, k);
            const char *label =
                v_get_str(f->labels, arena_printf(w->r->arena, "%s\t%s", f->by[places[k]], value), value);
            named = named && *value;
            who = arena_printf(w->r->arena, "%s%s%s", who, k ? " → " : "", label);
        }
        if (named && count >= w->least && (!all || count == tally_get(every, group)))
            alarm_add(w, alarm, who, count, why);
    }
    tally_free(yes);
    tally_free(every);
}

static bool alarm_units(struct alarms *w)
{
    static const size_t unit[] = {1}, pair[] = {0, 1};
    struct figures f;
    if (!determined(w->r, "decider", "unit", "lenient", &f))
        return false;
    alarm_groups(w, &f, unit, 1, 2, false, "unit",
                 TR(w->r, "the same unit was tolerated again and again", "同一单位多次被容错"));
    alarm_groups(
        w, &f, pair, 2, 2, true, "decider-unit",
        TR(w->r, "this decider has never decided otherwise about this unit", "同一认定部门对同一单位全部从宽"));
    figures_done(&f);
    return true;
}

static bool alarm_reasons(struct alarms *w)
{
    struct figures f;
    if (!determined(w->r, "reasons", "decider", NULL, &f))
        return false;
    for (size_t i = 0; i < tally_count(f.n); i++) {
        int64_t n;
        const char *key = tally_at(f.n, i, &n);
        if (is_word(key, 0, "none"))
            alarm_add(w, "no-reasons", figures_label(&f, key, 1), n,
                      TR(w->r, "determined without a text or a paper that gives reasons", "认定未附理由或材料"));
    }
    figures_done(&f);
    return true;
}

/* Lenient far more often than all the others together. */
static bool alarm_share(struct alarms *w)
{
    struct figures f;
    if (!determined(w->r, "decider", "lenient", NULL, &f))
        return false;
    struct tally *yes = tally_new(), *all = tally_new();
    int64_t n, lenient = 0, every = 0;
    for (size_t i = 0; i < tally_count(f.n); i++) {
        const char *key = tally_at(f.n, i, &n), *who = figures_value(&f, key, 0);
        int64_t mild = is_word(key, 1, "yes") ? n : 0;
        tally_add(all, who, n);
        tally_add(yes, who, mild);
        lenient += mild;
        every += n;
    }
    for (size_t i = 0; i < tally_count(all); i++) {
        const char *who = tally_at(all, i, &n);
        int64_t mild = tally_get(yes, who), others = every - n;
        int64_t own = n ? 100 * mild / n : 0, rest = others ? 100 * (lenient - mild) / others : 0;
        if (others && n >= w->least && own - rest >= w->share)
            alarm_add(
                w, "share", figures_label(&f, arena_printf(w->r->arena, "%s\t", who), 0), mild,
                arena_printf(w->r->arena,
                             TR(w->r, "lenient in %" PRId64 " %% of its determinations, all others in %" PRId64 " %%",
                                "从宽占 %" PRId64 "%%,其余部门占 %" PRId64 "%%"),
                             own, rest));
    }
    tally_free(yes);
    tally_free(all);
    figures_done(&f);
    return true;
}

int report_alarms(struct run *r)
{
    static const struct column columns[] = {{"alarm", "alarm", "预警", CELL},
                                            {"who", "who", "对象", CELL},
                                            {"n", "number", "数量", CELL},
                                            {"why", "why", "说明", CELL}};
    struct alarms w = {.r = r, .rows = v_list(r->arena)};
    if (!threshold(r, "least", 3, &w.least) || !threshold(r, "share", 30, &w.share))
        return r->result;
    if (!alarm_persons(&w) || !alarm_units(&w) || !alarm_reasons(&w) || !alarm_share(&w))
        return r->result;
    for (size_t i = 0; r->format == TABLE && r->language == ZH && i < v_count(w.rows); i++) {
        struct value *row = v_at(w.rows, i);
        v_put_str(r->arena, row, "alarm", alarm_label(v_get_str(row, "alarm", "")));
    }
    return print_list(r, "alarms", w.rows, columns, sizeof columns / sizeof *columns);
}

/* ---- common problems (LJ-22): what comes again in several matters and units ---- */

int report_common(struct run *r)
{
    static const struct column columns[] = {{"label", "what comes again", "共性问题", CELL},
                                            {"matters", "matters", "件数", CELL},
                                            {"units", "units", "单位数", CELL}};
    const char *by = cli_flag(r->cli, "by");
    struct report_ask ask = {.of = "matters", .by = {by ? by : "circumstance", "unit"}};
    struct figures f;
    int64_t least, units, n;
    if (!threshold(r, "least", 3, &least) || !threshold(r, "units", 2, &units) || !figures_fetch(r, &ask, &f))
        return r->result;
    struct tally *matters = tally_new(), *where = tally_new();
    struct value *rows = v_list(r->arena);
    for (size_t i = 0; i < tally_count(f.n); i++) {
        const char *key = tally_at(f.n, i, &n), *what = figures_value(&f, key, 0);
        tally_add(matters, what, n);
        tally_add(where, what, *figures_value(&f, key, 1) ? 1 : 0);
    }
    for (size_t i = 0; i < tally_count(matters); i++) {
        const char *what = tally_at(matters, i, &n);
        if (!*what || n < least || tally_get(where, what) < units)
            continue;
        struct value *row = v_map(r->arena);
        v_put_str(r->arena, row, "what", what);
        v_put_str(r->arena, row, "label", figures_label(&f, arena_printf(r->arena, "%s\t", what), 0));
        v_put_int(r->arena, row, "matters", n);
        v_put_int(r->arena, row, "units", tally_get(where, what));
        v_push(r->arena, rows, row);
    }
    tally_free(matters);
    tally_free(where);
    figures_done(&f);
    return print_list(r, "common", rows, columns, sizeof columns / sizeof *columns);
}

/* ---- stays (AC-7): working days by stage ---- */

struct stay {
    int64_t days, n;
};

static int by_days(const void *a, const void *b)
{
    const struct stay *x = a, *y = b;
    return (x->days > y->days) - (x->days < y->days);
}

/* Mean with one digit, median and most of the stays in one stage. */
static struct value *stay_row(const struct figures *f, const char *stage, struct stay *stay, size_t n)
{
    struct arena *a = f->r->arena;
    struct value *row = v_map(a);
    int64_t all = 0, sum = 0, seen = 0, median = 0;
    qsort(stay, n, sizeof *stay, by_days);
    for (size_t i = 0; i < n; i++) {
        all += stay[i].n;
        sum += stay[i].n * stay[i].days;
    }
    for (size_t i = 0; i < n && seen * 2 < all; i++) {
        seen += stay[i].n;
        median = stay[i].days;
    }
    v_put_str(a, row, "stage", stage);
    v_put_str(a, row, "label", figures_label(f, arena_printf(a, "%s\t", stage), 0));
    v_put_int(a, row, "stays", all);
    v_put(a, row, "mean", v_printf(a, "%" PRId64 ".%" PRId64, sum / all, (sum * 10 / all) % 10));
    v_put_int(a, row, "median", median);
    v_put_int(a, row, "most", stay[n - 1].days);
    return row;
}

int report_stays(struct run *r)
{
    static const struct column columns[] = {{"label", "stage", "阶段", CELL},
                                            {"stays", "matters", "件数", CELL},
                                            {"mean", "mean", "平均(工作日)", CELL},
                                            {"median", "median", "中位数", CELL},
                                            {"most", "longest", "最长", CELL}};
    struct report_ask ask = {.of = "stays", .by = {"stage", "days"}};
    struct figures f;
    struct value *rows = v_list(r->arena);
    if (!figures_fetch(r, &ask, &f))
        return r->result;
    struct tally *stages = tally_new();
    struct stay *stay = ARENA_ARRAY(r->arena, struct stay, tally_count(f.n) + 1);
    int64_t n, ignored;
    for (size_t i = 0; i < tally_count(f.n); i++)
        tally_add(stages, figures_value(&f, tally_at(f.n, i, &n), 0), 1);
    for (size_t s = 0; s < tally_count(stages); s++) {
        const char *stage = tally_at(stages, s, &ignored);
        size_t m = 0;
        for (size_t i = 0; i < tally_count(f.n); i++) {
            const char *key = tally_at(f.n, i, &n);
            if (is_word(key, 0, stage))
                stay[m++] = (struct stay){strtoll(figures_value(&f, key, 1), NULL, 10), n};
        }
        v_push(r->arena, rows, stay_row(&f, stage, stay, m));
    }
    tally_free(stages);
    figures_done(&f);
    return print_list(r, "stays", rows, columns, sizeof columns / sizeof *columns);
}
