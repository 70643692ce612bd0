#include "daemon/law/procedure.h"

#include <string.h>

void procedure_free(struct procedure *p)
{
    if (p)
        arena_free(p->arena); /* the procedure itself stands in it */
}

/* Every table begins its rows with a name. */
#define LOOK_UP(function, type, rows, count)                                                                           \
    const struct type *function(const struct procedure *p, const char *name)                                           \
    {                                                                                                                  \
        for (size_t i = 0; name && i < p->count; i++)                                                                  \
            if (strcmp(p->rows[i].name, name) == 0)                                                                    \
                return &p->rows[i];                                                                                    \
        return NULL;                                                                                                   \
    }

LOOK_UP(procedure_act, act, acts, nacts)
LOOK_UP(procedure_fact, fact, facts, nfacts)
LOOK_UP(procedure_role, role, roles, nroles)
LOOK_UP(procedure_clock, clock_rule, clocks, nclocks)
LOOK_UP(procedure_part, part_kind, parts, nparts)
LOOK_UP(procedure_circumstance, circumstance, circumstances, ncircumstances)
LOOK_UP(procedure_notice, notice_type, notices, nnotices)
LOOK_UP(procedure_outcome, outcome, outcomes, noutcomes)
LOOK_UP(procedure_kind, kind, kinds, nkinds)
LOOK_UP(procedure_switch, switch_row, switches, nswitches)
LOOK_UP(procedure_body, body, bodies, nbodies)
static LOOK_UP(main_stage, stage, stages, nstages) static LOOK_UP(track_stage, stage, track_stages, ntrack_stages)

    const struct stage *procedure_stage(const struct procedure *p, const char *name)
{
    const struct stage *s = main_stage(p, name);
    return s ? s : track_stage(p, name);
}

const struct clock_rule *procedure_clock_of(const struct procedure *p, const char *clock)
{
    const struct clock_rule *rule = procedure_clock(p, clock);
    const char *dash = rule || !clock ? NULL : strrchr(clock, '-');
    if (!dash)
        return rule;
    for (size_t i = 0; i < p->nclocks; i++)
        if (p->clocks[i].each && strlen(p->clocks[i].name) == (size_t)(dash - clock) &&
            strncmp(p->clocks[i].name, clock, (size_t)(dash - clock)) == 0)
            return &p->clocks[i];
    return NULL;
}

const struct body *procedure_body_of(const struct procedure *p, const char *seat, bool *ret_chair)
{
    const char *dot = seat ? strchr(seat, '.') : NULL;
    bool chair = dot && strcmp(dot + 1, "chair") == 0;
    if (!dot || (!chair && strcmp(dot + 1, "member") != 0))
        return NULL;
    for (size_t i = 0; i < p->nbodies; i++)
        if (strlen(p->bodies[i].name) == (size_t)(dot - seat) &&
            strncmp(p->bodies[i].name, seat, (size_t)(dot - seat)) == 0) {
            if (ret_chair)
                *ret_chair = chair;
            return &p->bodies[i];
        }
    return NULL;
}

bool effects_any(const struct effect *e, size_t n, effect_test *test, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (test(&e[i], name) || effects_any(e[i].kids, e[i].nkids, test, name))
            return true;
    return false;
}

/* "assistance.department" is called as the field is. */
static const char *field_label(const struct procedure *p, const char *name)
{
    size_t n = strcspn(name, ".");
    for (size_t i = 0; name[n] && i < p->nparts; i++) {
        const struct part_kind *k = &p->parts[i];
        for (size_t f = 0; strlen(k->name) == n && strncmp(k->name, name, n) == 0 && f < k->nfields; f++)
            if (strcmp(k->fields[f].name, name + n + 1) == 0)
                return k->fields[f].label;
    }
    return name;
}

const char *procedure_role_label(const struct procedure *p, const char *name)
{
    const struct role *role = procedure_role(p, name);
    bool chair = false;
    const struct body *body = procedure_body_of(p, name, &chair);
    if (body)
        return chair ? procedure_role_label(p, body->chair) : body->label;
    return role ? role->label : strcmp(name, TASK_HOLDER) == 0 ? "待办的承担部门" : field_label(p, name);
}

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; word && i < w->n; i++)
        if (strcmp(w->word[i], word) == 0)
            return true;
    return false;
}
