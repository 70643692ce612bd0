/* read_names.c - names, words and numbers of a procedure file, checked against what the file declares */
#include "daemon/base/text.h"
#include "daemon/law/read.h"

#include <string.h>

const char *read_keep(struct reader *r, const char *text)
{
    return text ? arena_str(r->a, text) : NULL;
}

const char *read_text(struct reader *r, const struct node *n, const char *otherwise)
{
    return read_keep(r, node_text(n, otherwise, r->p));
}

struct words read_words(struct reader *r, const struct node *n)
{
    struct words w = {0};
    size_t count = node_item_count(n);
    w.word = ARENA_ARRAY(r->a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *text = read_text(r, node_item(n, i), NULL);
        if (text)
            w.word[w.n++] = text;
    }
    return w;
}

/* The declared names of one table; each row begins with its name. */
#define COLLECT(rows, count)                                                                                           \
    do {                                                                                                               \
        w.word = ARENA_ARRAY(r->a, const char *, proc->count + 1);                                                     \
        for (size_t i = 0; i < proc->count; i++)                                                                       \
            w.word[w.n++] = proc->rows[i].name;                                                                        \
    } while (0)

static struct words declared(struct reader *r, enum name_of of)
{
    const struct procedure *proc = r->proc;
    struct words w = {0};
    switch (of) {
    case OF_FACT:
        COLLECT(facts, nfacts);
        break;
    case OF_ROLE:
        COLLECT(roles, nroles);
        break;
    case OF_STAGE:
        w.word = ARENA_ARRAY(r->a, const char *, proc->nstages + proc->ntrack_stages + 1);
        for (size_t i = 0; i < proc->nstages; i++)
            w.word[w.n++] = proc->stages[i].name;
        for (size_t i = 0; i < proc->ntrack_stages; i++)
            w.word[w.n++] = proc->track_stages[i].name;
        break;
    case OF_CLOCK:
        COLLECT(clocks, nclocks);
        break;
    case OF_PART:
        COLLECT(parts, nparts);
        break;
    case OF_OUTCOME:
        COLLECT(outcomes, noutcomes);
        break;
    case OF_NOTICE:
        COLLECT(notices, nnotices);
        break;
    case OF_ACT:
        return r->act_names;
    case OF_KIND:
        COLLECT(kinds, nkinds);
        break;
    case OF_SWITCH:
        COLLECT(switches, nswitches);
        break;
    case OF_BODY:
        COLLECT(bodies, nbodies);
        break;
    }
    return w;
}

static const char *thing(enum name_of of)
{
    switch (of) {
    case OF_FACT:
        return "fact";
    case OF_ROLE:
        return "role";
    case OF_STAGE:
        return "stage";
    case OF_CLOCK:
        return "clock";
    case OF_PART:
        return "part";
    case OF_ACT:
        return "act";
    case OF_OUTCOME:
        return "outcome";
    case OF_KIND:
        return "kind";
    case OF_NOTICE:
        return "notice";
    case OF_SWITCH:
        return "switch";
    case OF_BODY:
        return "body";
    }
    return "name";
}

const char *read_name_of(struct reader *r, const struct node *n, enum name_of of)
{
    const char *text = node_text(n, NULL, r->p);
    if (!text)
        return NULL;
    struct words known = declared(r, of);
    if (words_have(&known, text))
        return read_keep(r, text);
    node_unknown(n, thing(of), known.word, known.n, r->p);
    return NULL;
}

struct words read_names_of(struct reader *r, const struct node *n, enum name_of of)
{
    struct words w = {0};
    size_t count = node_item_count(n);
    w.word = ARENA_ARRAY(r->a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const char *name = read_name_of(r, node_item(n, i), of);
        if (name)
            w.word[w.n++] = name;
    }
    return w;
}

static bool holds_department(const struct part_kind *k, const char *field)
{
    for (size_t f = 0; f < k->nfields; f++)
        if (strcmp(k->fields[f].name, field) == 0)
            return k->fields[f].type == FACT_DEPARTMENT && !k->fields[f].is_private;
    return false;
}

/* "assistance.department": a field that holds a department, of the part that the act is about or has added. */
static bool check_department_field(struct reader *r, const struct node *n, const char *kind_dot_field)
{
    const char *dot = strchr(kind_dot_field, '.');
    const struct part_kind *k =
        procedure_part(r->proc, arena_strn(r->a, kind_dot_field, (size_t)(dot - kind_dot_field)));
    if (!k || !holds_department(k, dot + 1))
        problems_add(r->p, n, "'%s' is not a field of a part that holds a department", kind_dot_field);
    else if (k != r->part && k != r->added)
        problems_add(r->p, n, "no %s is in question here: the act is not 'on' one and has added none", k->name);
    else
        return true;
    return false;
}

struct words read_addressees(struct reader *r, const struct node *n)
{
    struct words w = {0};
    size_t count = node_item_count(n);
    w.word = ARENA_ARRAY(r->a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct node *item = node_item(n, i);
        const char *text = node_text(item, NULL, r->p);
        if (!text)
            continue;
        if (strchr(text, '.') && !procedure_body_of(r->proc, text, NULL) && !check_department_field(r, item, text))
            continue;
        bool plain = strchr(text, '.') || strcmp(text, TASK_HOLDER) == 0;
        const char *name = plain ? read_keep(r, text) : read_name_of(r, item, OF_ROLE);
        if (name)
            w.word[w.n++] = name;
    }
    return w;
}

void read_each_clock(struct reader *r, const struct node *n, const char *clock)
{
    const struct clock_rule *c = procedure_clock(r->proc, clock);
    const struct part_kind *k = procedure_part(r->proc, c ? c->each : NULL);
    if (k && k != r->part && k != r->added)
        problems_add(r->p, n, "each %s has its own clock '%s': no %s is in question here", k->name, clock, k->name);
}

int read_number(struct reader *r, const struct node *n, int least, int most)
{
    const char *text = n && n->kind == NODE_SCALAR ? n->text : "";
    if (*text != '$')
        return (int)node_int(n, least, most, least, r->p);
    const char **names = ARENA_ARRAY(r->a, const char *, r->nparameters + 1);
    for (size_t i = 0; i < r->nparameters; i++) {
        names[i] = arena_printf(r->a, "$%s", r->parameters[i].name);
        if (strcmp(names[i], text) != 0)
            continue;
        int64_t value = r->parameters[i].value;
        if (value == UNSET) /* told already */
            return least;
        if (value >= least && value <= most)
            return (int)value;
        problems_add(r->p, n, "parameter '%s' is %d; here it must be from %d to %d", text, (int)value, least, most);
        return least;
    }
    node_unknown(n, "parameter", names, r->nparameters, r->p);
    return least;
}

void read_type_of(struct reader *r, const struct node *n, const char *name, enum fact_type type, const char *word)
{
    const struct fact *f = procedure_fact(r->proc, name);
    if (f && f->type != type)
        problems_add(r->p, n, "fact '%s' is no %s", name, word);
    else if (f && f->is_private)
        problems_add(r->p, n, "fact '%s' is private: a rule cannot read it", name);
}

/* The words a fact of this type can be compared with; n 0: any. */
static struct words possible(struct reader *r, const struct fact *f)
{
    struct words w = {.word = ARENA_ARRAY(r->a, const char *, f->nof + r->proc->noutcomes + 2)};
    for (size_t i = 0; i < f->nof; i++)
        w.word[w.n++] = f->of[i].word;
    for (size_t i = 0; f->type == FACT_OUTCOME && i < r->proc->noutcomes; i++)
        w.word[w.n++] = r->proc->outcomes[i].name;
    if (f->type == FACT_BOOL) {
        w.word[w.n++] = "true";
        w.word[w.n++] = "false";
    }
    return w;
}

struct words read_words_of_fact(struct reader *r, const struct node *n, const struct fact *f)
{
    struct words w = read_words(r, n), can = f ? possible(r, f) : (struct words){0};
    for (size_t i = 0; can.n && i < node_item_count(n); i++) {
        const struct node *item = node_item(n, i);
        if (item->kind == NODE_SCALAR && !words_have(&can, item->text))
            node_unknown(item, arena_printf(r->a, "word of '%s':", f->name), can.word, can.n, r->p);
    }
    return w;
}
