/* report_label.c - what the values of a report are called, in the words of the procedure and the register */
#include "daemon/core/report.h"

#include <string.h>

static const char *option_label(const struct fact *f, const char *word)
{
    if (f && f->type == FACT_BOOL)
        return strcmp(word, "true") == 0 ? "是" : "否";
    for (size_t i = 0; f && i < f->nof; i++)
        if (strcmp(f->of[i].word, word) == 0)
            return f->of[i].label;
    return NULL;
}

static const char *circumstance_label(struct arena *a, const struct procedure *p, const char *name)
{
    const struct circumstance *c = procedure_circumstance(p, name);
    return !c ? NULL : c->text ? arena_printf(a, "%s%s", c->number, c->text) : c->number;
}

/* "c1+c4;loss=some" as "(一)、(四);损失:一定". */
static const char *alike_label(struct arena *a, const struct procedure *p, const char *text)
{
    const char *ret = "";
    char *copy = arena_str(a, text), *rest = NULL, *graded = strchr(copy, ';');
    if (graded)
        *graded++ = 0;
    for (char *name = strtok_r(copy, "+", &rest); name; name = strtok_r(NULL, "+", &rest)) {
        const struct circumstance *c = procedure_circumstance(p, name);
        ret = arena_printf(a, "%s%s%s", ret, *ret ? "、" : "", c ? c->number : name);
    }
    for (char *pair = graded ? strtok_r(graded, ";", &rest) : NULL; pair; pair = strtok_r(NULL, ";", &rest)) {
        char *word = strchr(pair, '=');
        if (!word)
            continue;
        *word++ = 0;
        const struct fact *f = procedure_fact(p, pair);
        const char *label = option_label(f, word);
        ret = arena_printf(a, "%s%s%s:%s", ret, *ret ? ";" : "", f ? f->label : pair, label ? label : word);
    }
    return ret;
}

static const char *named_label(struct arena *a, const struct procedure *p, const char *dimension, const char *value)
{
    if (strcmp(dimension, "kind") == 0) {
        const struct kind *k = procedure_kind(p, value);
        return k ? k->label : NULL;
    }
    if (strcmp(dimension, "stage") == 0) {
        const struct stage *s = procedure_stage(p, value);
        return s ? s->label : NULL;
    }
    if (strcmp(dimension, "outcome") == 0) {
        const struct outcome *o = procedure_outcome(p, value);
        return o ? o->label : NULL;
    }
    if (strcmp(dimension, "act") == 0) {
        const struct act *act = procedure_act(p, value);
        return act ? act->label : NULL;
    }
    if (strcmp(dimension, "circumstance") == 0)
        return circumstance_label(a, p, value);
    if (strcmp(dimension, "facts") == 0)
        return alike_label(a, p, value);
    return NULL;
}

const char *report_label(struct arena *a, const struct procedure *p, const struct register_book *reg,
                         const char *dimension, const char *value)
{
    static const char *const departments[] = {"department", "decider", "unit"};
    if (!*value)
        return NULL;
    for (size_t i = 0; i < sizeof departments / sizeof *departments; i++)
        if (strcmp(departments[i], dimension) == 0) {
            const struct department *d = register_department(reg, value);
            return d ? d->name : NULL;
        }
    const char *label = named_label(a, p, dimension, value);
    return label ? label : option_label(procedure_fact(p, dimension), value);
}
