/* publish.c - what may be shown to everybody: figures that tell of no single case, and the page of a procedure */
#include "clients/leeway/report.h"
#include "daemon/law/procedure.h"

#include <inttypes.h>
#include <string.h>

/* ---- hiding ---- */

static bool is_small(const struct figure *f, int64_t below)
{
    return (f->n[0] > 0 && f->n[0] < below) || (f->n[1] > 0 && f->n[1] < below);
}

/* What is hidden could be told: it is one line alone, or its sum says too much. */
static bool is_told(const struct figure *f, size_t n, int64_t below)
{
    int64_t sum[2] = {0};
    size_t hidden = 0;
    for (size_t i = 0; i < n; i++)
        if (f[i].hidden) {
            hidden++;
            sum[0] += f[i].n[0];
            sum[1] += f[i].n[1];
        }
    return hidden && (hidden == 1 || (sum[0] > 0 && sum[0] < below) || (sum[1] > 0 && sum[1] < below));
}

static struct figure *smallest_shown(struct figure *f, size_t n)
{
    struct figure *least = NULL;
    for (size_t i = 0; i < n; i++)
        if (!f[i].hidden &&
            (!least || f[i].n[0] < least->n[0] || (f[i].n[0] == least->n[0] && f[i].n[1] < least->n[1])))
            least = &f[i];
    return least;
}

void figures_hide(struct figure *f, size_t n, struct figure *total, int64_t below)
{
    for (size_t i = 0; i < n; i++)
        f[i].hidden = is_small(&f[i], below);
    total->hidden = is_small(total, below);
    while (!total->hidden && is_told(f, n, below)) {
        struct figure *more = smallest_shown(f, n);
        if (more)
            more->hidden = true;
        else
            total->hidden = true;
    }
}

/* ---- the page ---- */

static void put_purpose(struct buf *out, const struct procedure *p)
{
    buf_printf(out, "# %s\n\n%s", p->title, p->issuer);
    buf_str(out, strcmp(p->status, "trial") == 0 ? "(试行)\n" : "\n");
    for (size_t i = 0; i < p->ndocuments; i++)
        buf_printf(out, "\n- %s", p->documents[i].title);
    buf_str(out, p->ndocuments ? "\n" : "");
    if (p->circumstances_version)
        buf_printf(out, "\n情形清单:%s\n", p->circumstances_version);
    buf_str(out, "\n## 目的和依据\n\n");
    for (size_t i = 0; i < p->principles.n; i++)
        buf_printf(out, "- %s\n", p->principles.word[i]);
}

static void put_circumstances(struct buf *out, const struct procedure *p)
{
    buf_str(out, "\n## 适用情形\n\n");
    for (size_t i = 0; i < p->ncircumstances; i++) {
        const struct circumstance *c = &p->circumstances[i];
        buf_printf(out, "- %s%s\n", c->number, c->open || !c->text ? "(文件未列明)" : c->text);
    }
    if (p->nbars)
        buf_str(out, "\n不得容错的情形:\n\n");
    for (size_t i = 0; i < p->nbars; i++)
        buf_printf(out, "- %s%s\n", p->bars[i].number, p->bars[i].text);
}

static void put_limit(struct buf *out, const struct clock_rule *c)
{
    if (c->workdays)
        buf_printf(out, "- %s:%d个工作日", c->label, c->workdays);
    else if (c->days)
        buf_printf(out, "- %s:%d日", c->label, c->days);
    else
        buf_printf(out, "- %s:至确定之日", c->label);
    if (c->total)
        buf_printf(out, ",延长后至多%d个工作日", c->total);
    buf_printf(out, "(%s)\n", c->article);
}

static void put_course(struct buf *out, const struct procedure *p)
{
    buf_str(out, "\n## 程序\n\n");
    for (size_t i = 0; i < p->nacts; i++)
        if (!p->acts[i].standing)
            buf_printf(out, "%zu. %s(%s)\n", i + 1, p->acts[i].label, p->acts[i].article);
    if (p->nclocks)
        buf_str(out, "\n期限:\n\n");
    for (size_t i = 0; i < p->nclocks; i++)
        put_limit(out, &p->clocks[i]);
    if (p->noutcomes)
        buf_str(out, "\n认定结果:");
    for (size_t i = 0; i < p->noutcomes; i++)
        buf_printf(out, "%s%s", i ? "、" : "", p->outcomes[i].label);
    buf_str(out, p->noutcomes ? "\n" : "");
}

static void put_figure(struct buf *out, const struct figure *f)
{
    if (f->hidden)
        buf_printf(out, "| %s | 未公布 | 未公布 |\n", f->label);
    else
        buf_printf(out, "| %s | %" PRId64 " | %" PRId64 " |\n", f->label, f->n[0], f->n[1]);
}

static void put_results(struct buf *out, const char *period, const struct published *t, size_t n, int64_t below)
{
    buf_printf(out, "\n## 运行结果\n\n期间:%s。件数和人数分别统计;少于%" PRId64 "的不公布。\n", period, below);
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "\n| %s | 件数 | 人数 |\n|---|---|---|\n", t[i].title);
        for (size_t k = 0; k < t[i].n; k++)
            put_figure(out, &t[i].f[k]);
        put_figure(out, &t[i].total);
    }
}

void publish_page(struct buf *out, const struct procedure *p, const char *period, const struct published *tables,
                  size_t n, int64_t below)
{
    put_purpose(out, p);
    put_circumstances(out, p);
    put_course(out, p);
    put_results(out, period, tables, n, below);
}
