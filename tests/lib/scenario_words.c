/* scenario_words.c - the words of a scenario: labels and names of the procedure, departments and days */
#include "tests/lib/scenario_inside.h"

#include "daemon/base/text.h"
#include "daemon/base/when.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void word_problem(struct scenario *s, const struct line *l, const struct word *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vprintf(s->a, fmt, ap);
    va_end(ap);
    problems_add_at(s->problems, l->source, l->number, w->column, "%s", text);
}

const char *word_meant(const struct scenario *s, const char *word)
{
    for (size_t i = 0; i < s->naliases; i++)
        if (strcmp(s->alias[i].alias, word) == 0)
            return s->alias[i].word;
    return word;
}

/* ---- one of a list of names and labels ---- */

struct names {
    const char **name, **label;
    size_t n;
};

static struct names names_new(struct scenario *s, size_t n)
{
    return (struct names){ARENA_ARRAY(s->a, const char *, n + 1), ARENA_ARRAY(s->a, const char *, n + 1), 0};
}

static void names_add(struct names *names, const char *name, const char *label)
{
    names->name[names->n] = name;
    names->label[names->n++] = label;
}

/* The name that the word, or what it stands for, is the name or the label of; NULL after a problem. */
static const char *named(struct scenario *s, const struct line *l, const struct word *w, const char *what,
                         const struct names *names)
{
    const char *word = word_meant(s, w->s), *found = NULL;
    size_t labels = 0;
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->name[i], word) == 0)
            return names->name[i];
        if (strcmp(names->label[i], word) == 0) {
            found = names->name[i];
            labels++;
        }
    }
    if (labels == 1)
        return found;
    const char *near = text_nearest(word, names->label, names->n);
    if (labels)
        word_problem(s, l, w, "several %s are called '%s': use the name", what, w->s);
    else
        word_problem(s, l, w, "there is no %s '%s'%s%s%s", what, w->s, near ? "; did you mean '" : "", near ? near : "",
                     near ? "'?" : "");
    return NULL;
}

const struct town_department *word_department(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->ndepartments);
    for (size_t i = 0; i < s->ndepartments; i++)
        names_add(&names, s->department[i].id, s->department[i].name);
    const char *id = named(s, l, w, "department", &names);
    for (size_t i = 0; id && i < s->ndepartments; i++)
        if (strcmp(s->department[i].id, id) == 0)
            return &s->department[i];
    return NULL;
}

/* A person, or a department's own key. */
const char *word_principal(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->ndepartments + s->npersons);
    for (size_t i = 0; i < s->ndepartments; i++)
        if (!s->department[i].keyless)
            names_add(&names, s->department[i].id, s->department[i].name);
    for (size_t i = 0; i < s->npersons; i++)
        names_add(&names, s->person[i].principal, s->person[i].name);
    return named(s, l, w, "department with a key, or person,", &names);
}

const struct act *word_act(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nacts);
    for (size_t i = 0; i < s->law->nacts; i++)
        names_add(&names, s->law->acts[i].name, s->law->acts[i].label);
    return procedure_act(s->law, named(s, l, w, "act", &names));
}

const char *word_stage(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nstages + s->law->ntrack_stages);
    for (size_t i = 0; i < s->law->nstages; i++)
        names_add(&names, s->law->stages[i].name, s->law->stages[i].label);
    for (size_t i = 0; i < s->law->ntrack_stages; i++)
        names_add(&names, s->law->track_stages[i].name, s->law->track_stages[i].label);
    return named(s, l, w, "stage", &names);
}

const char *word_clock(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nclocks);
    for (size_t i = 0; i < s->law->nclocks; i++)
        names_add(&names, s->law->clocks[i].name, s->law->clocks[i].label);
    return named(s, l, w, "clock", &names);
}

const char *word_role(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nroles);
    for (size_t i = 0; i < s->law->nroles; i++)
        names_add(&names, s->law->roles[i].name, s->law->roles[i].label);
    return named(s, l, w, "role", &names);
}

const char *word_outcome(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->noutcomes);
    for (size_t i = 0; i < s->law->noutcomes; i++)
        names_add(&names, s->law->outcomes[i].name, s->law->outcomes[i].label);
    return named(s, l, w, "outcome", &names);
}

const char *word_notice(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nnotices);
    for (size_t i = 0; i < s->law->nnotices; i++)
        names_add(&names, s->law->notices[i].name, s->law->notices[i].label);
    return named(s, l, w, "notice", &names);
}

const struct fact *word_fact(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nfacts);
    for (size_t i = 0; i < s->law->nfacts; i++)
        names_add(&names, s->law->facts[i].name, s->law->facts[i].label);
    return procedure_fact(s->law, named(s, l, w, "field", &names));
}

const struct body *word_body(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nbodies);
    for (size_t i = 0; i < s->law->nbodies; i++)
        names_add(&names, s->law->bodies[i].name, s->law->bodies[i].label);
    return procedure_body(s->law, named(s, l, w, "body", &names));
}

const char *word_kind(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = names_new(s, s->law->nkinds);
    for (size_t i = 0; i < s->law->nkinds; i++)
        names_add(&names, s->law->kinds[i].name, s->law->kinds[i].label);
    return named(s, l, w, "kind", &names);
}

const struct fact *word_part_field(struct scenario *s, const struct line *l, const struct word *w,
                                   const struct part_kind *k)
{
    struct names names = names_new(s, k->nfields);
    for (size_t i = 0; i < k->nfields; i++)
        names_add(&names, k->fields[i].name, k->fields[i].label);
    const char *field = named(s, l, w, "field", &names);
    for (size_t i = 0; field && i < k->nfields; i++)
        if (strcmp(k->fields[i].name, field) == 0)
            return &k->fields[i];
    return NULL;
}

const struct part_kind *word_part_kind(const struct scenario *s, const char *word)
{
    for (size_t i = 0; i < s->law->nparts; i++)
        if (strcmp(s->law->parts[i].name, word) == 0 || strcmp(s->law->parts[i].label, word) == 0)
            return &s->law->parts[i];
    return NULL;
}

const char *word_state(struct scenario *s, const struct line *l, const struct word *w, const char *part)
{
    const struct part_kind *k = procedure_part(s->law, part);
    struct names names = names_new(s, k ? k->nstates : 0);
    for (size_t i = 0; k && i < k->nstates; i++)
        names_add(&names, k->states[i].word, k->states[i].label);
    return named(s, l, w, "state", &names);
}

const char *word_slot(struct scenario *s, const struct line *l, const struct word *w)
{
    struct names names = {0};
    size_t n = 1;
    for (size_t i = 0; i < s->law->nacts; i++)
        n += s->law->acts[i].npapers;
    names = names_new(s, n);
    names_add(&names, "date-proof", "证明日期的材料");
    for (size_t i = 0; i < s->law->nacts; i++)
        for (size_t k = 0; k < s->law->acts[i].npapers; k++)
            names_add(&names, s->law->acts[i].papers[k].slot, s->law->acts[i].papers[k].slot);
    return named(s, l, w, "paper", &names);
}

const char *word_party(const struct scenario *s, const char *word)
{
    for (size_t i = 0; i < s->law->nroles; i++)
        if (s->law->roles[i].party &&
            (strcmp(s->law->roles[i].name, word) == 0 || strcmp(s->law->roles[i].label, word) == 0))
            return s->law->roles[i].name;
    return NULL;
}

const char *word_day(struct scenario *s, const struct line *l, const struct word *w)
{
    struct day d;
    if (strcmp(w->s, "今天") == 0)
        return "\001today";
    if (day_parse(w->s, &d) == ST_OK)
        return w->s;
    word_problem(s, l, w, "expected a day as 2026-02-13, or 今天");
    return NULL;
}

/* ---- values ---- */

static struct value *option_value(struct scenario *s, const struct line *l, const struct word *w,
                                  const struct option *of, size_t n)
{
    struct names names = names_new(s, n);
    for (size_t i = 0; i < n; i++)
        names_add(&names, of[i].word, of[i].label);
    const char *word = named(s, l, w, "word", &names);
    return word ? v_str(s->a, word) : NULL;
}

static struct value *bool_value(struct scenario *s, const struct line *l, const struct word *w)
{
    bool yes = strcmp(w->s, "是") == 0 || strcmp(w->s, "true") == 0;
    if (yes || strcmp(w->s, "否") == 0 || strcmp(w->s, "false") == 0)
        return v_bool(s->a, yes);
    word_problem(s, l, w, "expected 是 or 否");
    return NULL;
}

/* 待办 DEPARTMENT ACT: the number of that task. */
static struct value *task_value(struct scenario *s, const struct line *l, const struct word *w)
{
    size_t n = strcspn(w->s, " ");
    struct word who = {arena_strn(s->a, w->s, n), w->column}, what = {w->s + n + (w->s[n] == ' '), w->column};
    const struct town_department *d = word_department(s, l, &who);
    const struct act *act = d ? word_act(s, l, &what) : NULL;
    return act ? v_printf(s->a, "\001task:%s:%s", d->id, act->name) : NULL;
}

/* A number, or 事件 ACT: the number of the event in which the act last happened; or 待办 DEPARTMENT ACT. */
static struct value *int_value(struct scenario *s, const struct line *l, const struct word *w)
{
    static const char event[] = "事件 ", task[] = "待办 ";
    if (strncmp(w->s, task, sizeof task - 1) == 0) {
        struct word rest = {w->s + sizeof task - 1, w->column + 3};
        return task_value(s, l, &rest);
    }
    if (strncmp(w->s, event, sizeof event - 1) == 0) {
        struct word name = {w->s + sizeof event - 1, w->column + 3};
        const struct act *act = word_act(s, l, &name);
        return act ? v_printf(s->a, "\001event:%s", act->name) : NULL;
    }
    char *end;
    long long n = strtoll(w->s, &end, 10);
    if (*w->s && !*end)
        return v_int(s->a, n);
    word_problem(s, l, w, "expected a number");
    return NULL;
}

static struct value *numbers_value(struct scenario *s, const struct line *l, const struct word *w)
{
    struct value *list = v_list(s->a);
    for (const char *p = w->s; *p;) {
        char *end;
        long n = strtol(p, &end, 10);
        if (end == p) {
            word_problem(s, l, w, "expected numbers as 1、2");
            return NULL;
        }
        v_push(s->a, list, v_int(s->a, n));
        p = strncmp(end, "、", 3) == 0 ? end + 3 : end;
    }
    return list;
}

static const struct circumstance *circumstance_of(struct scenario *s, const struct line *l, const struct word *w,
                                                  const char *number, size_t n)
{
    for (size_t i = 0; i < s->law->ncircumstances; i++) {
        const struct circumstance *c = &s->law->circumstances[i];
        if ((strlen(c->number) == n && strncmp(c->number, number, n) == 0) ||
            (strlen(c->name) == n && strncmp(c->name, number, n) == 0))
            return c;
    }
    word_problem(s, l, w, "the procedure has no circumstance '%.*s'", (int)n, number);
    return NULL;
}

/* (七) 全部, (七) 除 CHECK [除 CHECK]…: the checks that were confirmed. */
static struct value *circumstances_value(struct scenario *s, const struct line *l, const struct word *w,
                                         struct value *before)
{
    static const char but[] = "除 ";
    struct value *map = before ? before : v_map(s->a), *checks = v_list(s->a);
    if (strcmp(w->s, "无") == 0)
        return v_map(s->a);
    size_t n = strcspn(w->s, " ");
    const struct circumstance *c = circumstance_of(s, l, w, w->s, n);
    struct words without = {ARENA_ARRAY(s->a, const char *, 16), 0};
    const char *rest = w->s + n + (w->s[n] == ' ');
    bool all = strcmp(rest, "全部") == 0;
    while (c && !all && *rest) {
        if (strncmp(rest, but, sizeof but - 1) != 0 || without.n == 16) {
            word_problem(s, l, w, "expected 全部, or 除 and a check, behind the circumstance");
            return NULL;
        }
        rest += sizeof but - 1;
        size_t len = strcspn(rest, " ");
        struct word check = {arena_strn(s->a, rest, len), w->column};
        const struct value *word = option_value(s, l, &check, c->checks, c->nchecks);
        without.word[without.n++] = v_text(word, "");
        rest += len + (rest[len] == ' ');
    }
    for (size_t i = 0; c && i < c->nchecks; i++)
        if (!words_have(&without, c->checks[i].word))
            v_push(s->a, checks, v_str(s->a, c->checks[i].word));
    if (c)
        v_put(s->a, map, c->name, checks);
    return map;
}

struct value *word_value(struct scenario *s, const struct line *l, const struct word *w, const struct fact *f,
                         struct value *before)
{
    const struct town_department *d;
    const char *text;
    switch (f->type) {
    case FACT_CHOICE:
    case FACT_GRADE:
        return option_value(s, l, w, f->of, f->nof);
    case FACT_BOOL:
        return bool_value(s, l, w);
    case FACT_INT:
        return int_value(s, l, w);
    case FACT_DAY:
        text = word_day(s, l, w);
        return text ? v_str(s->a, text) : NULL;
    case FACT_DEPARTMENT:
        d = word_department(s, l, w);
        return d ? v_str(s->a, d->id) : NULL;
    case FACT_OUTCOME:
        text = word_outcome(s, l, w);
        return text ? v_str(s->a, text) : NULL;
    case FACT_PART_LIST:
        return numbers_value(s, l, w);
    case FACT_CIRCUMSTANCES:
        return circumstances_value(s, l, w, before);
    case FACT_LINK: /* the other case by its name */
        return v_printf(s->a, "\001case:%s", w->s);
    case FACT_DEPARTMENTS: /* the line says it again for each */
        d = word_department(s, l, w);
        before = before ? before : v_list(s->a);
        if (d)
            v_push(s->a, before, v_str(s->a, d->id));
        return before;
    case FACT_SUBJECT:
    case FACT_WORD:
    case FACT_TEXT:
        break;
    }
    return v_str(s->a, w->s);
}

/* "属于申请事项:是,来源:举报": pairs between commas, Chinese or Latin ones. */
struct value *word_part(struct scenario *s, const struct line *l, const struct word *w, const struct part_kind *k)
{
    struct value *part = v_map(s->a);
    const char *p = w->s;
    while (*p) {
        size_t n = strcspn(p, ",");
        const char *wide = strstr(p, "，");
        n = wide && (size_t)(wide - p) < n ? (size_t)(wide - p) : n;
        const char *pair = arena_strn(s->a, p, n), *colon = strpbrk(pair, ":"), *wide_colon = strstr(pair, "：");
        size_t skip = wide_colon && (!colon || wide_colon < colon) ? 3 : 1;
        const char *at = skip == 3 ? wide_colon : colon;
        p += n + (p[n] == ',' ? 1 : p[n] ? 3 : 0);
        if (!at) {
            word_problem(s, l, w, "expected FIELD:VALUE in '%s'", pair);
            return NULL;
        }
        struct word name = {arena_strn(s->a, pair, (size_t)(at - pair)), w->column}, text = {at + skip, w->column};
        const struct fact *field = word_part_field(s, l, &name, k);
        struct value *v = field ? word_value(s, l, &text, field, NULL) : NULL;
        if (v)
            v_put(s->a, part, field->name, v);
    }
    return part;
}
