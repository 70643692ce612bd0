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
LOOK_UP(procedure_stage, stage, stages, nstages)
LOOK_UP(procedure_clock, clock_rule, clocks, nclocks)
LOOK_UP(procedure_part, part_kind, parts, nparts)
LOOK_UP(procedure_circumstance, circumstance, circumstances, ncircumstances)
LOOK_UP(procedure_notice, notice_type, notices, nnotices)
LOOK_UP(procedure_outcome, outcome, outcomes, noutcomes)

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
    return role ? role->label : strcmp(name, TASK_HOLDER) == 0 ? "待办的承担部门" : field_label(p, name);
}

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; word && i < w->n; i++)
        if (strcmp(w->word[i], word) == 0)
            return true;
    return false;
}
