/* scenario_read.c - lines of a scenario to steps */
#include "tests/lib/scenario_inside.h"

#include "daemon/base/text.h"
#include "daemon/law/procedure_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 1024 * 1024, INCLUDE_DEPTH = 4 };

static void read_file(struct scenario *s, const char *path, int depth);

/* ---- files and citations ---- */

static char *slurp(const char *path, size_t *ret)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = malloc(FILE_MOST + 1);
    size_t n = fread(text, 1, FILE_MOST, f);
    fclose(f);
    text[n] = 0;
    *ret = n;
    return text;
}

static void note_cites(struct scenario *s, const struct line *l)
{
    for (size_t i = 0; i < l->cites.n; i++) {
        ARENA_GROW(s->a, s->cite, s->ncites, s->cites_cap);
        s->cite[s->ncites++] = (struct scenario_cite){l->cites.word[i], l->number};
    }
}

/* ---- templates ---- */

static void read_template(struct scenario *s, const struct line *l)
{
    if (l->n != 3) {
        word_problem(s, l, &l->word[0], "expected 模板 NAME ACT");
        return;
    }
    ARENA_GROW(s->a, s->template_, s->ntemplates, s->templates_cap);
    struct template_ *t = &s->template_[s->ntemplates++];
    *t = (struct template_){.name = l->word[1].s, .act = word_act(s, l, &l->word[2])};
    t->step = (struct step){.kind = STEP_ACT, .act = t->act, .fields = v_map(s->a)};
}

/* ---- what belongs to a step ---- */

static void add_slot(struct scenario *s, struct step *step, const char *slot)
{
    struct words w = {ARENA_ARRAY(s->a, const char *, step->papers.n + 1), 0};
    for (size_t i = 0; i < step->papers.n; i++)
        if (strcmp(step->papers.word[i], slot) != 0)
            w.word[w.n++] = step->papers.word[i];
    w.word[w.n++] = slot;
    step->papers = w;
}

static void drop_slot(struct step *step, const char *slot)
{
    size_t n = 0;
    for (size_t i = 0; i < step->papers.n; i++)
        if (strcmp(step->papers.word[i], slot) != 0)
            step->papers.word[n++] = step->papers.word[i];
    step->papers.n = n;
}

/* 办理日期, 补录理由, 第二人, 送达的通知: of the command itself, not of the procedure. */
static bool assign_common(struct scenario *s, struct step *step, const struct line *l, const struct word *key,
                          const struct word *value)
{
    if (strcmp(key->s, "办理日期") == 0)
        step->done = word_day(s, l, value);
    else if (strcmp(key->s, "补录理由") == 0)
        step->reason = value->s;
    else if (strcmp(key->s, "第二人") == 0)
        step->second = word_principal(s, l, value);
    else if (strcmp(key->s, "送达的通知") == 0)
        step->notice = word_notice(s, l, value);
    else
        return false;
    return true;
}

static bool assigned_here(const struct step *step, const char *name)
{
    const struct value *here = v_get(step->fields, "\001here");
    return v_get(here, name) != NULL;
}

static void note_here(struct scenario *s, struct step *step, const char *name)
{
    struct value *here = v_get(step->fields, "\001here");
    if (!here)
        v_put(s->a, step->fields, "\001here", here = v_map(s->a));
    v_put_bool(s->a, here, name, true);
}

static void assign(struct scenario *s, struct step *step, const struct line *l, const struct word *key,
                   const struct word *value)
{
    if (assign_common(s, step, l, key, value))
        return;
    const struct part_kind *k = word_part_kind(s, word_meant(s, key->s));
    if (k) {
        struct value *part = word_part(s, l, value, k), *list = v_get(step->fields, k->name);
        if (!list || !assigned_here(step, k->name)) /* a template's parts are replaced, a step's own add up */
            v_put(s->a, step->fields, k->name, list = v_list(s->a));
        note_here(s, step, k->name);
        if (part)
            v_push(s->a, list, part);
        return;
    }
    const struct fact *f = word_fact(s, l, key);
    struct value *before = f && assigned_here(step, f->name) ? v_get(step->fields, f->name) : NULL;
    struct value *v = f ? word_value(s, l, value, f, before) : NULL;
    if (v) {
        v_put(s->a, step->fields, f->name, v);
        note_here(s, step, f->name);
    }
}

static void read_assignment(struct scenario *s, struct step *step, const struct line *l)
{
    const char *body = l->body.s, *eq = strchr(body, '=');
    if (!eq) {
        word_problem(s, l, &l->word[0], "expected LABEL = VALUE, 材料 PAPER, 不附 PAPER, 不填 LABEL or → EXPECTATION");
        return;
    }
    const char *key_end = line_said_until(body, eq), *from = eq + 1;
    for (size_t n; (n = line_blank(from, from + strlen(from))) != 0;)
        from += n;
    struct word key = {arena_strn(s->a, body, (size_t)(key_end - body)), l->column};
    struct word value = {from, l->column + line_characters(body, from)};
    assign(s, step, l, &key, &value);
}

static void read_belonging(struct scenario *s, struct step *step, const struct line *l)
{
    const char *first = l->word[0].s;
    if (strncmp(first, "→", 3) == 0) {
        expect_read(s, step, l);
    } else if (step->kind != STEP_ACT) {
        word_problem(s, l, &l->word[0], "only an act takes fields and papers");
    } else if (l->n == 2 && strcmp(first, "材料") == 0) {
        const char *slot = word_slot(s, l, &l->word[1]);
        if (slot)
            add_slot(s, step, slot);
    } else if (l->n == 2 && strcmp(first, "不附") == 0) {
        const char *slot = word_slot(s, l, &l->word[1]);
        if (slot)
            drop_slot(step, slot);
    } else if (l->n == 2 && strcmp(first, "不填") == 0) {
        const struct part_kind *k = word_part_kind(s, l->word[1].s);
        const struct fact *f = k ? NULL : word_fact(s, l, &l->word[1]);
        if (k || f)
            v_del(step->fields, k ? k->name : f->name);
    } else {
        read_assignment(s, step, l);
    }
}

/* ---- steps ---- */

static struct step *step_new(struct scenario *s, const struct line *l, enum step_kind kind)
{
    ARENA_GROW(s->a, s->step, s->nsteps, s->steps_cap);
    struct step *step = &s->step[s->nsteps++];
    *step = (struct step){.kind = kind, .line = l->number, .text = l->body.s, .cites = l->cites};
    step->fields = v_map(s->a);
    return step;
}

static void use_template(struct scenario *s, struct step *step, const struct line *l, const struct word *w)
{
    for (size_t i = 0; i < s->ntemplates; i++) {
        const struct template_ *t = &s->template_[i];
        if (strcmp(t->name, w->s) != 0)
            continue;
        if (t->act != step->act)
            word_problem(s, l, w, "template '%s' is for another act", w->s);
        for (size_t k = 0; k < v_count(t->step.fields); k++) {
            const struct pair *p = &t->step.fields->u.map.pair[k];
            if (p->key[0] != DEFERRED)
                v_put(s->a, step->fields, p->key, v_copy(s->a, p->val));
        }
        for (size_t k = 0; k < t->step.papers.n; k++)
            add_slot(s, step, t->step.papers.word[k]);
        step->done = t->step.done ? t->step.done : step->done;
        step->reason = t->step.reason ? t->step.reason : step->reason;
        step->second = t->step.second ? t->step.second : step->second;
        return;
    }
    word_problem(s, l, w, "there is no template '%s'", w->s);
}

/* 受理部门 … 由 市纪委监委 录入: who did it, and who enters it. */
static void read_actor(struct scenario *s, struct step *step, const struct line *l, const struct word *enters)
{
    const struct word *actor = &l->word[0];
    const char *party = word_party(s, word_meant(s, actor->s));
    if (!enters) {
        step->principal = word_principal(s, l, actor);
        return;
    }
    step->principal = word_principal(s, l, enters);
    step->by_party = party;
    const struct town_department *d = party ? NULL : word_department(s, l, actor);
    step->by_department = d ? d->id : NULL;
}

/* ACTOR ACT [问题线索 N] [按 TEMPLATE]… [由 WHO 录入] */
static struct step *read_act_line(struct scenario *s, const struct line *l)
{
    const struct word *enters = NULL;
    struct step *step = step_new(s, l, STEP_ACT);
    if (l->n < 2) {
        word_problem(s, l, &l->word[0], "expected WHO ACT, 日期, 查看, 案件 or a declaration");
        return step;
    }
    step->act = word_act(s, l, &l->word[1]);
    for (size_t i = 2; i < l->n; i++) {
        const char *w = l->word[i].s;
        const struct part_kind *k = word_part_kind(s, word_meant(s, w));
        bool more = i + 1 < l->n;
        if (k && more) {
            step->part = atoi(l->word[++i].s);
        } else if (more && strcmp(w, "按") == 0) {
            use_template(s, step, l, &l->word[++i]);
        } else if (more && strcmp(w, "由") == 0) {
            enters = &l->word[++i];
        } else if (strcmp(w, "录入") != 0) {
            word_problem(s, l, &l->word[i], "'%s' is not understood here", w);
        }
    }
    read_actor(s, step, l, enters);
    return step;
}

static struct step *read_day_line(struct scenario *s, const struct line *l)
{
    struct step *step = step_new(s, l, STEP_DAY);
    int hour = 9, minute = 0;
    step->day = l->n > 1 ? word_day(s, l, &l->word[1]) : NULL;
    if (l->n > 2 && sscanf(l->word[2].s, "%d:%d", &hour, &minute) != 2)
        word_problem(s, l, &l->word[2], "expected a time as 17:30");
    step->minute = hour * 60 + minute;
    if (l->n < 2)
        word_problem(s, l, &l->word[0], "expected 日期 2026-02-13");
    return step;
}

/* ---- files ---- */

static void read_law(struct scenario *s, const struct line *l)
{
    const char *name = l->n > 1 ? l->word[1].s : "";
    const char *path = strchr(name, '/') ? arena_printf(s->a, "%s/%s", s->root, name)
                                         : arena_printf(s->a, "%s/config/procedures/%s.yaml", s->root, name);
    size_t n = 0;
    char *text = slurp(path, &n);
    if (!text)
        word_problem(s, l, &l->word[0], "there is no procedure %s", path);
    else
        s->law = procedure_read(path, (struct bytes){(const uint8_t *)text, n}, s->problems);
    s->law_text = text ? arena_str(s->a, text) : NULL;
    free(text);
}

/* The first word tells a line that is no act. Returns the step or the template that indented lines belong to. */
static struct step *read_declaration(struct scenario *s, const struct line *l, int depth, bool *ret_known)
{
    const char *w = l->word[0].s;
    *ret_known = true;
    if (town_read(s, l) || set_read(s, l))
        return NULL;
    if (strcmp(w, "引用") == 0 && l->n == 2)
        read_file(s, arena_printf(s->a, strchr(l->word[1].s, '/') ? "%s.inc" : "tests/scenario/%s.inc", l->word[1].s),
                  depth + 1);
    else if (strcmp(w, "开始") == 0 && l->n == 2)
        s->start = word_day(s, l, &l->word[1]);
    else if (strcmp(w, "模板") == 0)
        read_template(s, l);
    else
        *ret_known = false;
    return *ret_known && strcmp(w, "模板") == 0 && s->ntemplates ? &s->template_[s->ntemplates - 1].step : NULL;
}

static struct step *read_open_line(struct scenario *s, const struct line *l, int depth)
{
    bool known;
    struct step *owner = read_declaration(s, l, depth, &known);
    if (known)
        return owner;
    if (depth)
        word_problem(s, l, &l->word[0], "what happens belongs in the scenario itself");
    if (strcmp(l->word[0].s, "日期") == 0)
        return read_day_line(s, l);
    if (strcmp(l->word[0].s, "查看") == 0)
        return step_new(s, l, STEP_LOOK);
    if (strcmp(l->word[0].s, "案件") == 0 && l->n == 2) {
        struct step *step = step_new(s, l, STEP_CASE);
        step->name = l->word[1].s;
        return step;
    }
    if (strcmp(l->word[0].s, "新清单") == 0 && l->n == 2) {
        struct step *step = step_new(s, l, STEP_LIST);
        step->name = l->word[1].s;
        return step;
    }
    return read_act_line(s, l);
}

/* ---- pieces that stand for several lines ---- */

/* 片段 NAME PARAMETER…: the lines below that begin with | are its body. */
static void read_piece(struct scenario *s, const struct line *l)
{
    ARENA_GROW(s->a, s->piece, s->npieces, s->pieces_cap);
    struct piece *piece = &s->piece[s->npieces++];
    *piece = (struct piece){.name = l->n > 1 ? l->word[1].s : "", .parameter = l->word + 2, .nparameters = 0};
    piece->nparameters = l->n > 2 ? l->n - 2 : 0;
}

static void piece_line(struct scenario *s, const char *p, size_t n)
{
    struct piece *piece = s->npieces ? &s->piece[s->npieces - 1] : NULL;
    if (!piece)
        return;
    ARENA_GROW(s->a, piece->line, piece->nlines, piece->cap);
    piece->line[piece->nlines++] = arena_strn(s->a, p, n);
}

/* A body's line with the words of the call for $PARAMETER. */
static const char *filled(struct scenario *s, const struct piece *piece, const struct line *call, const char *text)
{
    struct buf b = {0};
    while (*text) {
        size_t k = 0, n = 0;
        for (; *text == '$' && k < piece->nparameters; k++) {
            n = strlen(piece->parameter[k].s);
            if (strncmp(text + 1, piece->parameter[k].s, n) == 0)
                break;
        }
        bool found = *text == '$' && k < piece->nparameters;
        if (found)
            buf_str(&b, call->word[k + 2].s);
        else
            buf_u8(&b, (uint8_t)*text);
        text += found ? n + 1 : 1;
    }
    const char *ret = arena_str(s->a, buf_cstr(&b));
    buf_done(&b);
    return ret;
}

static void read_line(struct scenario *s, const struct line *l, int depth, struct step **owner);

/* 做 NAME WORD…: the piece's lines, as if they stood here. */
static void do_piece(struct scenario *s, const struct line *call, int depth, struct step **owner)
{
    const struct piece *piece = NULL;
    for (size_t i = 0; i < s->npieces; i++)
        if (call->n > 1 && strcmp(s->piece[i].name, call->word[1].s) == 0)
            piece = &s->piece[i];
    if (!piece || call->n != piece->nparameters + 2) {
        if (piece)
            word_problem(s, call, &call->word[0], "the piece takes %zu words", piece->nparameters);
        else
            word_problem(s, call, &call->word[0], "there is no such piece");
        return;
    }
    for (size_t i = 0; i < piece->nlines; i++) {
        struct line l;
        const char *text = filled(s, piece, call, piece->line[i]);
        if (line_make(s, call->source, call->number, text, text + strlen(text), &l))
            read_line(s, &l, depth, owner);
    }
}

static void read_line(struct scenario *s, const struct line *l, int depth, struct step **owner)
{
    note_cites(s, l);
    if (!l->indented && strcmp(l->word[0].s, "片段") == 0)
        read_piece(s, l);
    else if (!l->indented && strcmp(l->word[0].s, "做") == 0)
        do_piece(s, l, depth, owner);
    else if (!l->indented && strcmp(l->word[0].s, "情景") == 0)
        s->title = l->n > 1 ? strstr(l->body.s, l->word[1].s) : "";
    else if (!l->indented && strcmp(l->word[0].s, "程序") == 0)
        read_law(s, l);
    else if (!s->law && !problems_count(s->problems)) /* told once: nothing can be understood without it */
        word_problem(s, l, &l->word[0], "expected 程序 NAME first");
    else if (!s->law)
        return;
    else if (!l->indented)
        *owner = read_open_line(s, l, depth);
    else if (*owner)
        read_belonging(s, *owner, l);
    else
        word_problem(s, l, &l->word[0], "nothing stands above that this could belong to");
}

static void read_file(struct scenario *s, const char *path, int depth)
{
    size_t n = 0;
    const char *full = *path == '/' ? path : arena_printf(s->a, "%s/%s", s->root, path);
    char *text = depth < INCLUDE_DEPTH ? slurp(full, &n) : NULL;
    if (!text || !text_is_utf8(text, n)) {
        problems_add_file(s->problems, path, text ? "is no UTF-8 text" : "cannot be read");
        free(text);
        return;
    }
    struct source *source = ARENA_NEW(s->a, struct source);
    *source = (struct source){path, arena_strn(s->a, text, n), n};
    free(text);
    struct step *owner = NULL;
    int number = 0;
    for (const char *p = source->text, *end = p + n; p < end;) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        struct line l;
        number++;
        if (*p == '|') {
            const char *body = p + 1 + (p[1] == ' ');
            piece_line(s, body, (size_t)((eol ? eol : end) - body));
        } else if (line_make(s, source, number, p, eol ? eol : end, &l)) {
            read_line(s, &l, depth, &owner);
        }
        p = eol ? eol + 1 : end;
    }
}

struct scenario *scenario_read(const char *root, const char *path, struct buf *why)
{
    struct arena *a = arena_new();
    struct scenario *s = ARENA_NEW(a, struct scenario);
    s->a = a;
    s->root = arena_str(a, root);
    s->path = arena_str(a, path);
    s->title = "";
    s->problems = problems_new(a);
    read_file(s, s->path, 0);
    if (!s->start)
        problems_add_file(s->problems, s->path, "no line 开始 DAY says on which day it begins");
    if (!problems_count(s->problems))
        return s;
    problems_print(s->problems, why);
    scenario_free(s);
    return NULL;
}

void scenario_free(struct scenario *s)
{
    if (!s)
        return;
    procedure_free(s->law);
    arena_free(s->a);
}

const char *scenario_title(const struct scenario *s)
{
    return s->title;
}

const char *scenario_procedure(const struct scenario *s)
{
    return s->law->name;
}

const struct scenario_cite *scenario_cite(const struct scenario *s, size_t i)
{
    return i < s->ncites ? &s->cite[i] : NULL;
}
