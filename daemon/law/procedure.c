#include "daemon/law/procedure.h"

#include "daemon/base/text.h"

#include <string.h>

void procedure_free(struct procedure *p)
{
    if (p)
        arena_free(p->arena); /* the procedure itself stands in it */
}

/* Every table begins its rows with a name. While a file is read its tables grow, and are looked through. */
#define LOOK_UP(function, type, rows)                                                                                  \
    const struct type *function(const struct procedure *p, const char *name)                                           \
    {                                                                                                                  \
        if (p->compiled)                                                                                               \
            return names_find(&p->names.rows, name);                                                                   \
        for (size_t i = 0; name && i < p->n##rows; i++)                                                                \
            if (text_same(p->rows[i].name, name))                                                                      \
                return &p->rows[i];                                                                                    \
        return NULL;                                                                                                   \
    }

LOOK_UP(procedure_act, act, acts)
LOOK_UP(procedure_fact, fact, facts)
LOOK_UP(procedure_role, role, roles)
LOOK_UP(procedure_clock, clock_rule, clocks)
LOOK_UP(procedure_part, part_kind, parts)
LOOK_UP(procedure_circumstance, circumstance, circumstances)
LOOK_UP(procedure_notice, notice_type, notices)
LOOK_UP(procedure_outcome, outcome, outcomes)
LOOK_UP(procedure_kind, kind, kinds)
LOOK_UP(procedure_switch, switch_row, switches)
LOOK_UP(procedure_body, body, bodies)
static LOOK_UP(main_stage, stage, stages) static LOOK_UP(track_stage, stage, track_stages)

    const struct stage *procedure_stage(const struct procedure *p, const char *name)
{
    const struct stage *s = main_stage(p, name);
    return s ? s : track_stage(p, name);
}

#define COMPILE(rows)                                                                                                  \
    for (size_t i = 0; i < p->n##rows; i++)                                                                            \
    names_put(p->arena, &p->names.rows, p->rows[i].name, &p->rows[i])

static void compile_facts(struct procedure *p)
{
    p->subjects = ARENA_ARRAY(p->arena, struct fact *, p->nfacts);
    for (size_t i = p->nfacts; i-- > 0;)
        p->first_of[p->facts[i].type] = &p->facts[i];
    for (size_t i = 0; i < p->nfacts; i++)
        if (p->facts[i].type == FACT_SUBJECT)
            p->subjects[p->nsubjects++] = &p->facts[i];
    for (size_t i = 0; i < p->nparts; i++)
        for (size_t k = 0; k < p->parts[i].nfields; k++)
            p->parts[i].has_subject = p->parts[i].has_subject || p->parts[i].fields[k].type == FACT_SUBJECT;
    for (size_t i = 0; i < p->nacts; i++)
        for (size_t k = 0; k < p->acts[i].nfields; k++)
            p->acts[i].fields[k].def = procedure_fact(p, p->acts[i].fields[k].fact);
}

void procedure_compile(struct procedure *p)
{
    COMPILE(acts);
    COMPILE(facts);
    COMPILE(roles);
    COMPILE(clocks);
    COMPILE(parts);
    COMPILE(circumstances);
    COMPILE(notices);
    COMPILE(outcomes);
    COMPILE(kinds);
    COMPILE(switches);
    COMPILE(bodies);
    COMPILE(stages);
    COMPILE(track_stages);
    compile_facts(p);
    p->compiled = true;
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
        if (text_same(w->word[i], word))
            return true;
    return false;
}
