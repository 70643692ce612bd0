/* procedure_draw.c - the stages and acts of a procedure as a Graphviz graph */
#include "daemon/law/show.h"

#include <string.h>

enum { ACTS_IN_LINE = 5 };

/* Text inside a quoted string of DOT: a quote and a backslash are escaped, a line break is a centred one. */
static void put_text(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_u8(out, '\\');
        if (*c == '\n')
            buf_str(out, "\\n");
        else
            buf_put(out, c, 1);
    }
}

static void put_id(struct buf *out, const char *prefix, const char *name)
{
    buf_u8(out, '"');
    put_text(out, prefix);
    put_text(out, name);
    buf_u8(out, '"');
}

/* ---- labels ---- */

static bool starts(const struct effect *e, const char *clock)
{
    return e->verb == DO_START && strcmp(e->name, clock) == 0;
}

static bool stops(const struct effect *e, const char *clock)
{
    return e->verb == DO_STOP && strcmp(e->name, clock) == 0;
}

/* Does an act start (stop) a clock, in whichever of its rules? */
static bool does_to_clock(const struct act *act, enum effect_verb verb, const char *clock)
{
    for (size_t r = 0; r < act->nrules; r++)
        if (effects_any(act->rules[r].effects, act->rules[r].neffects, verb == DO_START ? starts : stops, clock))
            return true;
    return false;
}

static void put_clocks(const struct show *s, const struct act *act)
{
    for (size_t i = 0; i < s->p->nclocks; i++) {
        const struct clock_rule *c = &s->p->clocks[i];
        if (does_to_clock(act, DO_STOP, c->name)) {
            buf_str(s->out, "\\n■ ");
            put_text(s->out, c->label);
        }
        if (does_to_clock(act, DO_START, c->name)) {
            buf_str(s->out, "\\n▶ ");
            put_text(s->out, c->label);
            buf_str(s->out, " ");
            show_length(s, c);
        }
    }
}

static void put_act(const struct show *s, const struct act *act)
{
    put_text(s->out, act->label);
    buf_str(s->out, "\\n");
    for (size_t i = 0; i < act->by.n; i++) {
        buf_str(s->out, i ? "、" : "");
        put_text(s->out, show_role(s, act->by.word[i]));
    }
    put_clocks(s, act);
}

/* ---- stages ---- */

static bool everywhere(const struct procedure *p, const struct act *act)
{
    return act->from.n == p->nstages;
}

/* The acts that may go on in a stage without leaving it. */
static void draw_beside(const struct show *s, const struct stage *stage)
{
    size_t n = 0;
    for (size_t i = 0; i < s->p->nacts; i++) {
        const struct act *act = &s->p->acts[i];
        if (act->to || everywhere(s->p, act) || !words_have(&act->from, stage->name))
            continue;
        if (n++ == 0) {
            buf_str(s->out, "  ");
            put_id(s->out, "beside ", stage->name);
            buf_str(s->out, " [shape=note, fontsize=10, label=\"");
        }
        put_text(s->out, act->label);
        buf_str(s->out, "\\l");
    }
    if (n == 0)
        return;
    buf_str(s->out, "\"];\n  ");
    put_id(s->out, "", stage->name);
    buf_str(s->out, " -> ");
    put_id(s->out, "beside ", stage->name);
    buf_str(s->out, " [style=dotted, arrowhead=none];\n");
}

static void draw_stages(const struct show *s)
{
    for (size_t i = 0; i < s->p->nstages + s->p->ntrack_stages; i++) {
        const struct stage *stage = i < s->p->nstages ? &s->p->stages[i] : &s->p->track_stages[i - s->p->nstages];
        buf_str(s->out, "  ");
        put_id(s->out, "", stage->name);
        buf_printf(s->out, " [shape=%s, label=\"", stage->end ? "doublecircle" : "box, style=rounded");
        put_text(s->out, stage->label);
        buf_str(s->out, "\"];\n");
        draw_beside(s, stage);
    }
}

/* ---- acts ---- */

static void draw_edge(const struct show *s, const char *prefix, const char *from, const struct act *act)
{
    buf_str(s->out, "  ");
    put_id(s->out, prefix, from);
    buf_str(s->out, " -> ");
    put_id(s->out, "", act->to);
    buf_printf(s->out, " [%slabel=\"", act->standing ? "style=dashed, " : "");
    put_act(s, act);
    buf_str(s->out, "\"];\n");
}

static void draw_acts(const struct show *s)
{
    for (size_t i = 0; i < s->p->nkinds; i++) {
        buf_str(s->out, "  ");
        put_id(s->out, "kind ", s->p->kinds[i].name);
        buf_str(s->out, " [shape=plaintext, label=\"");
        put_text(s->out, s->p->kinds[i].label);
        buf_str(s->out, "\"];\n");
    }
    for (size_t i = 0; i < s->p->nacts; i++) {
        const struct act *act = &s->p->acts[i];
        if (act->opens && act->to)
            draw_edge(s, "kind ", act->opens, act);
        for (size_t k = 0; act->to && k < act->from.n; k++)
            draw_edge(s, "", act->from.word[k], act);
    }
}

/* The title, and below it what may be done in every stage. */
static void draw_title(const struct show *s)
{
    buf_str(s->out, "  label=\"");
    put_text(s->out, s->p->title);
    size_t n = 0;
    for (size_t i = 0; i < s->p->nacts; i++) {
        const struct act *act = &s->p->acts[i];
        if (act->to || !everywhere(s->p, act))
            continue;
        buf_str(s->out, n == 0 ? "\\n任何阶段:" : n % ACTS_IN_LINE == 0 ? "\\n" : "、");
        n++;
        put_text(s->out, act->label);
    }
    buf_str(s->out, "\";\n");
}

void procedure_draw(const struct procedure *p, struct buf *out)
{
    struct show s = {.p = p, .out = out};
    buf_str(out, "digraph ");
    put_id(out, "", p->name);
    buf_str(out, " {\n  charset=\"UTF-8\";\n  labelloc=t;\n  node [fontname=\"sans-serif\"];\n"
                 "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    draw_title(&s);
    draw_stages(&s);
    draw_acts(&s);
    buf_str(out, "}\n");
}
