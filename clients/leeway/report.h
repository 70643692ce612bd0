/* report.h - figures of a report: asked for page by page, added up, hidden where they are small
 *
 * Memory: in the arena of the run, but for the tally. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_REPORT_H
#define LEEWAY_CLIENTS_LEEWAY_REPORT_H

#include "clients/leeway/run.h"
#include "daemon/base/tally.h"

enum { REPORT_DIMS = 6 };

/* What to count, PROTOCOL.md 3 (report). */
struct report_ask {
    const char *of, *on;             /* on NULL: opened */
    const char *by[REPORT_DIMS + 1]; /* NULL behind the last */
    bool lines;
};

struct figures {
    struct run *r;
    struct tally *n;      /* values joined by tabs, each followed by one */
    struct value *labels; /* "dimension\tvalue": label */
    struct value *lines;
    int64_t total;
    const char *by[REPORT_DIMS + 1];
};

/* All pages, by the flags procedure, from and to. false: it was said why. Gives on success: figures_done(). */
bool figures_fetch(struct run *r, const struct report_ask *ask, struct figures *ret);
void figures_done(struct figures *f);

/* The i-th value of a key, in the arena; what it is called (itself when it has no other name, "-" when it is empty). */
const char *figures_value(const struct figures *f, const char *key, size_t i);
const char *figures_label(const struct figures *f, const char *key, size_t i);

/* ---- publish.c: pure ---- */

/* One line of a table of figures: so many matters, so many persons. */
struct figure {
    const char *label;
    int64_t n[2];
    bool hidden;
};

/* Hide each line with a count from 1 to below - 1; and as many more as it takes that no hidden count can be told from
 * the total and the others: at least two lines, whose counts come to `below` at least; the total, when there are no
 * more. */
void figures_hide(struct figure *f, size_t n, struct figure *total, int64_t below);

struct published {
    const char *title; /* 按类别 */
    struct figure *f;
    size_t n;
    struct figure total;
};

/* The public page of a procedure: what it is for and what it rests on, the circumstances, the course with its limits,
 * the results. It has no case and no person. Markdown. */
struct procedure;
void publish_page(struct buf *out, const struct procedure *p, const char *period, const struct published *tables,
                  size_t n, int64_t below);

/* ---- what cmd_report.c does for the other reports ---- */
int report_discretion(struct run *r);
int report_alarms(struct run *r);
int report_common(struct run *r);
int report_stays(struct run *r);

#endif
