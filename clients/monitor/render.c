#include "clients/monitor/render.h"

#include <inttypes.h>

/* ---- samples ---- */

static void escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"')
            buf_u8(out, '\\');
        if (*text == '\n')
            buf_str(out, "\\n");
        else
            buf_u8(out, (uint8_t)*text);
    }
}

static void table(struct buf *out, const char *name, const struct figure_table *t,
                  const char *const label[FIGURE_LABELS])
{
    for (size_t i = 0; i < t->n; i++) {
        buf_str(out, name);
        for (size_t k = 0; k < FIGURE_LABELS && label[k]; k++) {
            buf_printf(out, "%s%s=\"", k ? "," : "{", label[k]);
            escaped(out, t->item[i].label[k]);
            buf_str(out, "\"");
        }
        buf_printf(out, "} %" PRId64 "\n", t->item[i].n);
    }
}

static void number(struct buf *out, const char *name, int64_t n)
{
    buf_printf(out, "%s %" PRId64 "\n", name, n);
}

static void build_info(struct buf *out, const char *name, const struct shown *s)
{
    buf_printf(out, "%s{version=\"", name);
    escaped(out, s->version);
    buf_str(out, "\"} 1\n");
}

static void connected(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->connected ? 1 : 0);
}

static void transitions(struct buf *out, const char *name, const struct shown *s)
{
    table(out, name, &s->figures->kinds, (const char *const[]){"kind", NULL, NULL});
}

static void opened(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->opened);
}

static void closed(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->closed);
}

static void cases(struct buf *out, const char *name, const struct shown *s)
{
    table(out, name, &s->figures->cases, (const char *const[]){"procedure", "stage", "department"});
}

static void rejections(struct buf *out, const char *name, const struct shown *s)
{
    table(out, name, &s->figures->rejections, (const char *const[]){"reason", NULL, NULL});
}

static void unserved(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->unserved);
}

static void transition_number(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->transition);
}

static void event_number(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->number);
}

static void simulated(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->simulated ? 1 : 0);
}

static void gaps(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->gaps);
}

static void fetched(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->fetched);
}

static void differences(struct buf *out, const char *name, const struct shown *s)
{
    number(out, name, s->figures->differences);
}

/* ---- families ---- */

static const struct family {
    const char *name, *type, *help;
    bool own; /* of the monitor itself: known without a census */
    void (*samples)(struct buf *out, const char *name, const struct shown *s);
} families[] = {
    {"leeway_build_info", "gauge", "Version of the monitor.", true, build_info},
    {"leeway_connected", "gauge", "1 while the monitor is connected with the daemon.", true, connected},
    {"leeway_transitions_total", "counter", "Transitions of cases since the store began, by kind.", false, transitions},
    {"leeway_cases_opened_total", "counter", "Cases opened since the store began.", false, opened},
    {"leeway_cases_closed_total", "counter", "Cases that have ended since the store began.", false, closed},
    {"leeway_cases", "gauge", "Cases by procedure, stage, and the department that must act.", false, cases},
    {"leeway_rejections_total", "counter", "Commands refused by the law since the store began, by reason.", false,
     rejections},
    {"leeway_unserved_notices", "gauge", "Notices that are not reported as done.", false, unserved},
    {"leeway_transition_number", "gauge", "Number of the newest transition that is counted here.", false,
     transition_number},
    {"leeway_event_number", "gauge", "Number of the newest event known of.", false, event_number},
    {"leeway_simulated", "gauge", "1 when the store has simulated time.", false, simulated},
    {"leeway_gaps_total", "counter", "Gaps found in the feed of transitions.", true, gaps},
    {"leeway_gaps_fetched_total", "counter", "Transitions fetched because of a gap.", true, fetched},
    {"leeway_census_differences_total", "counter", "Times that a census differed from the figures at its number.",
     false, differences},
};

void render(struct buf *out, const struct shown *s)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *f = &families[i];
        if (!f->own && !s->figures->known)
            continue;
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
        f->samples(out, f->name, s);
    }
}
