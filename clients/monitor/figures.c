#include "clients/monitor/figures.h"

#include "daemon/base/check.h"

#include <stdlib.h>
#include <string.h>

/* ---- tables ---- */

static void table_done(struct figure_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < FIGURE_LABELS; k++)
            free(t->item[i].label[k]);
    free(t->item);
    *t = (struct figure_table){0};
}

static int compare(const struct figure *f, const char *const label[FIGURE_LABELS])
{
    int c = 0;
    for (size_t k = 0; !c && k < FIGURE_LABELS; k++)
        c = strcmp(f->label[k], label[k]);
    return c;
}

/* Where the labels stand, or would. */
static size_t place(const struct figure_table *t, const char *const label[FIGURE_LABELS], bool *ret_there)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int c = compare(&t->item[middle], label);
        if (c == 0) {
            *ret_there = true;
            return middle;
        }
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = false;
    return low;
}

static void take_out(struct figure_table *t, size_t at)
{
    for (size_t k = 0; k < FIGURE_LABELS; k++)
        free(t->item[at].label[k]);
    memmove(&t->item[at], &t->item[at + 1], (t->n - at - 1) * sizeof *t->item);
    t->n--;
}

static void put_in(struct figure_table *t, size_t at, const char *const label[FIGURE_LABELS], int64_t n)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->item = xrealloc(t->item, t->cap * sizeof *t->item);
    }
    memmove(&t->item[at + 1], &t->item[at], (t->n - at) * sizeof *t->item);
    for (size_t k = 0; k < FIGURE_LABELS; k++)
        t->item[at].label[k] = xstrdup(label[k]);
    t->item[at].n = n;
    t->n++;
}

static void add(struct figure_table *t, const char *const label[FIGURE_LABELS], int64_t by)
{
    bool there;
    size_t at = place(t, label, &there);
    if (there && t->item[at].n + by == 0)
        take_out(t, at);
    else if (there)
        t->item[at].n += by;
    else if (by)
        put_in(t, at, label, by);
}

int64_t figure_of(const struct figure_table *t, const char *first, const char *second, const char *third)
{
    const char *const label[FIGURE_LABELS] = {first ? first : "", second ? second : "", third ? third : ""};
    bool there;
    size_t at = place(t, label, &there);
    return there ? t->item[at].n : 0;
}

static bool same(const struct figure_table *a, const struct figure_table *b)
{
    bool equal = a->n == b->n;
    for (size_t i = 0; equal && i < a->n; i++)
        equal = a->item[i].n == b->item[i].n && compare(&a->item[i], (const char *const *)b->item[i].label) == 0;
    return equal;
}

/* ---- a census ---- */

void figures_done(struct figures *f)
{
    table_done(&f->cases);
    table_done(&f->kinds);
    table_done(&f->rejections);
    *f = (struct figures){0};
}

/* A list of maps with these labels and `n`. */
static bool read_table(struct figure_table *t, const struct value *list, const char *const name[FIGURE_LABELS])
{
    if (v_kind(list) != V_LIST)
        return false;
    for (size_t i = 0; i < v_count(list); i++) {
        const char *label[FIGURE_LABELS];
        for (size_t k = 0; k < FIGURE_LABELS; k++) {
            label[k] = name[k] ? v_get_str(v_at(list, i), name[k], NULL) : "";
            if (!label[k])
                return false;
        }
        add(t, label, v_get_int(v_at(list, i), "n", 0));
    }
    return true;
}

static bool read_census(struct figures *f, const struct value *answer)
{
    static const char *const of_cases[] = {"procedure", "stage", "department"}, *const of_kinds[] = {"kind", NULL,
                                                                                                     NULL};
    static const char *const of_rejections[] = {"code", NULL, NULL};
    f->known = true;
    f->simulated = v_get_bool(answer, "simulated");
    f->number = v_get_int(answer, "number", -1);
    f->transition = v_get_int(answer, "transition", -1);
    f->opened = v_get_int(answer, "opened", -1);
    f->closed = v_get_int(answer, "closed", -1);
    f->unserved = v_get_int(answer, "unserved", -1);
    return f->number >= 0 && f->transition >= 0 && f->opened >= 0 && f->closed >= 0 && f->unserved >= 0 &&
           read_table(&f->cases, v_get(answer, "counts"), of_cases) &&
           read_table(&f->kinds, v_get(answer, "kinds"), of_kinds) &&
           read_table(&f->rejections, v_get(answer, "rejections"), of_rejections);
}

/* What transitions tell is the same in both. */
static bool agree(const struct figures *a, const struct figures *b)
{
    return a->opened == b->opened && a->closed == b->closed && same(&a->cases, &b->cases) && same(&a->kinds, &b->kinds);
}

/* A census from before some transitions that are counted already: only what they do not tell is news. */
static void take_rest(struct figures *f, struct figures *older)
{
    struct figure_table rejections = f->rejections;
    f->rejections = older->rejections;
    older->rejections = rejections;
    f->unserved = older->unserved;
    f->number = older->number > f->number ? older->number : f->number;
}

enum figures_news figures_census(struct figures *f, const struct value *answer, int64_t asked)
{
    struct figures fresh = {0};
    enum figures_news news = FIGURES_TAKEN;
    if (!read_census(&fresh, answer)) {
        figures_done(&fresh);
        return FIGURES_MALFORMED;
    }
    fresh.differences = f->differences;
    if (f->known && fresh.transition < asked)
        news = FIGURES_BACK;
    else if (f->known && fresh.transition < f->transition)
        news = FIGURES_OLD;
    else if (f->known && fresh.transition == f->transition && !agree(f, &fresh))
        fresh.differences++;
    if (news == FIGURES_OLD) {
        take_rest(f, &fresh);
    } else {
        struct figures before = *f;
        *f = fresh;
        fresh = before;
    }
    figures_done(&fresh);
    return news;
}

/* ---- a transition ---- */

enum figures_news figures_apply(struct figures *f, const struct value *t)
{
    int64_t n = v_get_int(t, "n", 0), event = v_get_int(t, "event", 0);
    if (!f->known || n <= f->transition)
        return FIGURES_OLD;
    if (n > f->transition + 1)
        return FIGURES_GAP;
    const struct value *was = v_get(t, "was");
    const char *procedure = v_get_str(t, "procedure", "");
    bool ended = v_get_bool(t, "ended"), had_ended = v_get_bool(was, "ended");
    add(&f->kinds, (const char *const[]){v_get_str(t, "kind", ""), "", ""}, 1);
    if (was)
        add(&f->cases, (const char *const[]){procedure, v_get_str(was, "stage", ""), v_get_str(was, "department", "")},
            -1);
    else
        f->opened++;
    add(&f->cases, (const char *const[]){procedure, v_get_str(t, "stage", ""), v_get_str(t, "department", "")}, 1);
    f->closed += (ended ? 1 : 0) - (had_ended ? 1 : 0);
    f->transition = n;
    f->number = event > f->number ? event : f->number;
    f->simulated = f->simulated || v_get_bool(t, "simulated");
    return FIGURES_TAKEN;
}

void figures_head(struct figures *f, const struct value *head)
{
    int64_t number = v_get_int(head, "number", 0);
    if (f->known && number > f->number)
        f->number = number;
}
