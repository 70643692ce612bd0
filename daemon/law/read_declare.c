/* read_declare.c - what a procedure file declares: header, parameters, roles, facts, parts, lists, stages, clocks */
#include "daemon/law/read.h"

#include <string.h>

#define KEYS(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static const char *const type_words[] = {"choice",     "grade",         "bool",        "int",  "day",
                                         "department", "subject",       "word",        "text", "outcome",
                                         "part-list",  "circumstances", "departments", "link"};
enum { TYPES = sizeof type_words / sizeof type_words[0], LIMIT_MOST = 1000 };

/* A parameter that says yes or no is a switch. */
static bool read_switch(struct reader *r, const struct node *v, const struct node *value, const char *name)
{
    if (!value || value->kind != NODE_SCALAR || (strcmp(value->text, "true") != 0 && strcmp(value->text, "false") != 0))
        return false;
    r->proc->switches[r->proc->nswitches++] =
        (struct switch_row){name, read_text(r, node_get(v, "label"), name), node_bool(value, false, r->p)};
    return true;
}

static void read_parameters(struct reader *r, const struct node *map)
{
    size_t n = node_entry_count(map);
    r->parameters = ARENA_ARRAY(r->a, struct parameter, n + 1);
    r->proc->switches = ARENA_ARRAY(r->a, struct switch_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct node *v = node_value(map, i);
        node_known_keys(v, KEYS("value", "label", "note", "cite"), r->p);
        const struct node *value = node_get(v, "value");
        const char *name = read_keep(r, node_name(node_key(map, i), "", r->p));
        bool set = value && !node_is_nothing(value);
        if (!set)
            problems_add(r->p, v, "parameter '%s' is not set: the document leaves it open, the jurisdiction must say",
                         name);
        if (!read_switch(r, v, value, name))
            r->parameters[r->nparameters++] =
                (struct parameter){name, node_int(set ? value : NULL, 0, 100000, UNSET, r->p)};
    }
}

/* What belongs to a type must stand there, and what belongs to another must not. */
static void check_fact(struct reader *r, const struct node *n, const struct fact *f, const char *type)
{
    bool words = f->type == FACT_CHOICE || f->type == FACT_GRADE, list = f->type == FACT_PART_LIST;
    const struct node *of = node_get(n, "of"), *part = node_get(n, "part");
    const struct node *least = node_get(n, "least"), *most = node_get(n, "most");
    if (words && !f->nof)
        problems_add(r->p, n, "a %s needs 'of' with its words", type);
    if (!words && of)
        problems_add(r->p, of, "a %s has no 'of'", type);
    if (list && !f->part)
        problems_add(r->p, n, "a part-list needs 'part' with the kind of part");
    if (!list && part)
        problems_add(r->p, part, "a %s has no 'part'", type);
    const struct node *link = node_get(n, "link"), *kinds = node_get(n, "kinds");
    if (f->type == FACT_LINK && !f->link)
        problems_add(r->p, n, "a link needs 'link' with its type: covers, repeats or same-proceeding");
    if (f->type != FACT_LINK && (link || kinds))
        problems_add(r->p, link ? link : kinds, "a %s has no link and no kinds", type);
    if (f->type != FACT_INT && (least || most))
        problems_add(r->p, least ? least : most, "a %s has no least and no most", type);
    if (f->least > f->most)
        problems_add(r->p, least, "the least is above the most");
}

static void read_fact(struct reader *r, const struct node *n, struct fact *f)
{
    node_known_keys(
        n, KEYS("label", "type", "of", "least", "most", "part", "link", "kinds", "private", "required", "cite"), r->p);
    const struct node *is_private = node_get(n, "private"), *least = node_get(n, "least"), *most = node_get(n, "most");
    const struct node *required = node_get(n, "required"), *of = node_get(n, "of"), *part = node_get(n, "part");
    int type = node_choice(node_need(n, "type", r->p), type_words, TYPES, r->p);
    f->type = type < 0 ? FACT_WORD : (enum fact_type)(type + FACT_CHOICE);
    f->label = read_text(r, node_need(n, "label", r->p), f->name);
    f->least = least ? node_int(least, INT32_MIN, INT32_MAX, 0, r->p) : INT32_MIN;
    f->most = most ? node_int(most, INT32_MIN, INT32_MAX, 0, r->p) : INT32_MAX;
    f->is_private = is_private ? node_bool(is_private, true, r->p) : f->type == FACT_TEXT;
    f->required = required && node_bool(required, false, r->p);
    f->part = part ? read_text(r, part, NULL) : NULL;
    static const char *const links[] = {"covers", "repeats", "same-proceeding"};
    const struct node *link = node_get(n, "link");
    int l = link ? node_choice(link, links, 3, r->p) : -1;
    f->link = l < 0 ? NULL : links[l];
    f->kinds = read_names_of(r, node_get(n, "kinds"), OF_KIND);
    read_options(r, of, &f->of, &f->nof);
    if (type >= 0)
        check_fact(r, n, f, type_words[type]);
}

static void read_facts(struct reader *r, const struct node *map, struct fact **ret, size_t *ret_n)
{
    size_t n = node_entry_count(map);
    struct fact *f = ARENA_ARRAY(r->a, struct fact, n + 1);
    for (size_t i = 0; i < n; i++) {
        f[i].name = read_keep(r, node_name(node_key(map, i), "", r->p));
        read_fact(r, node_value(map, i), &f[i]);
    }
    *ret = f;
    *ret_n = n;
}

/* The judge looks for the fact of the type circumstances, not for a name: there is one. And parts are given among the
 * fields of an act: a name cannot be both. */
static void check_facts(struct reader *r, const struct node *map)
{
    const struct procedure *p = r->proc;
    for (size_t i = 0; i < p->nfacts; i++) {
        const struct fact *f = &p->facts[i];
        const struct node *at = node_key(map, i);
        for (size_t k = 0; k < i; k++)
            if (f->type == p->facts[k].type && f->type == FACT_CIRCUMSTANCES)
                problems_add(r->p, at, "'%s' is of that type already: a procedure has one", p->facts[k].name);
        if (procedure_part(p, f->name))
            problems_add(r->p, at, "'%s' is a kind of part already", f->name);
        if (f->type == FACT_PART_LIST && f->part && !procedure_part(p, f->part))
            read_name_of(r, node_get(node_value(map, i), "part"), OF_PART);
    }
}

static void read_roles(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->roles = ARENA_ARRAY(r->a, struct role, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct role *role = &p->roles[p->nroles];
        node_known_keys(n,
                        KEYS("role", "label", "party", "superior", "one-of-kind", "kinds", "same-as", "when",
                             "reads-private", "cite"),
                        r->p);
        const struct node *party = node_get(n, "party"), *superior = node_get(n, "superior");
        const struct node *reads = node_get(n, "reads-private");
        const struct node *one_kind = node_get(n, "one-of-kind");
        role->name = read_row_name(r, n, "role", p->roles, sizeof *role, p->nroles);
        role->label = read_text(r, node_need(n, "label", r->p), role->name);
        role->party = party && node_bool(party, false, r->p);
        role->reads = reads && node_bool(reads, false, r->p);
        role->superior = superior && node_bool(superior, false, r->p);
        role->one_kind = one_kind ? read_text(r, one_kind, NULL) : NULL;
        role->kinds = read_words(r, node_get(n, "kinds"));
        p->nroles++;
    }
}

/* A party may be a role's department under a condition; facts are declared by then. */
static void read_role_identities(struct reader *r, const struct node *list)
{
    for (size_t i = 0; i < node_item_count(list) && i < r->proc->nroles; i++) {
        const struct node *n = node_item(list, i), *same = node_get(n, "same-as");
        if (!same)
            continue;
        r->proc->roles[i].same_as = read_name_of(r, same, OF_ROLE);
        r->proc->roles[i].same_when = read_guard(r, node_get(n, "when"));
    }
}

/* Whatever departments read in a notice, and the feed in a case, tells of no person. */
static void check_carried(struct reader *r, const struct node *at, const char *notice, const struct fact *f)
{
    if (f->is_private)
        problems_add(r->p, at, "notice '%s' may not carry '%s', which is private", notice, f->name);
    else if (f->type == FACT_TEXT)
        problems_add(r->p, at, "notice '%s' may not carry '%s', which is free text and may name a person", notice,
                     f->name);
}

static void read_notices(struct reader *r, const struct node *map)
{
    struct procedure *p = r->proc;
    p->notices = ARENA_ARRAY(r->a, struct notice_type, node_entry_count(map) + 1);
    for (size_t i = 0; i < node_entry_count(map); i++) {
        const struct node *n = node_value(map, i);
        struct notice_type *t = &p->notices[p->nnotices++];
        node_known_keys(n, KEYS("label", "fields", "cite"), r->p);
        t->name = read_keep(r, node_name(node_key(map, i), "", r->p));
        t->label = read_text(r, node_need(n, "label", r->p), t->name);
        t->fields = read_names_of(r, node_get(n, "fields"), OF_FACT);
        for (size_t f = 0; f < t->fields.n; f++)
            check_carried(r, n, t->name, procedure_fact(p, t->fields.word[f]));
    }
}

static void read_parts(struct reader *r, const struct node *map)
{
    struct procedure *p = r->proc;
    p->parts = ARENA_ARRAY(r->a, struct part_kind, node_entry_count(map) + 1);
    for (size_t i = 0; i < node_entry_count(map); i++) {
        const struct node *n = node_value(map, i);
        struct part_kind *k = &p->parts[p->nparts];
        node_known_keys(n, KEYS("label", "fields", "states", "cite"), r->p);
        k->name = read_keep(r, node_name(node_key(map, i), "", r->p));
        k->label = read_text(r, node_need(n, "label", r->p), k->name);
        read_facts(r, node_get(n, "fields"), &k->fields, &k->nfields);
        read_options(r, node_need(n, "states", r->p), &k->states, &k->nstates);
        for (size_t f = 0; f < k->nfields; f++)
            if (strcmp(k->fields[f].name, "state") == 0 || strcmp(k->fields[f].name, "outcome") == 0)
                problems_add(r->p, n, "the field '%s' of a part is its %s and cannot be declared", k->fields[f].name,
                             k->fields[f].name);
        if (!k->nstates)
            problems_add(r->p, n, "part '%s' needs at least one state", k->name);
        p->nparts++;
    }
}

static void read_circumstances(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->circumstances = ARENA_ARRAY(r->a, struct circumstance, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct circumstance *c = &p->circumstances[p->ncircumstances];
        const struct node *open = node_get(n, "open");
        node_known_keys(n, KEYS("circumstance", "number", "cite", "text", "checks", "degree", "open", "note"), r->p);
        c->name = read_row_name(r, n, "circumstance", p->circumstances, sizeof *c, p->ncircumstances);
        c->number = read_text(r, node_need(n, "number", r->p), "");
        c->open = open && node_bool(open, false, r->p);
        c->text = c->open ? read_text(r, node_need(n, "note", r->p), "") : read_text(r, node_need(n, "text", r->p), "");
        c->cite = read_words(r, node_get(n, "cite"));
        if (c->open && (node_get(n, "text") || node_get(n, "checks") || node_get(n, "degree")))
            problems_add(r->p, n, "an open circumstance has a note, and neither text nor checks nor degree");
        read_options(r, c->open ? NULL : node_need(n, "checks", r->p), &c->checks, &c->nchecks);
        c->degree = read_guard(r, node_get(n, "degree"));
        p->ncircumstances++;
    }
}

static void read_bars(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->bars = ARENA_ARRAY(r->a, struct bar, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct bar *b = &p->bars[p->nbars];
        node_known_keys(n, KEYS("bar", "number", "cite", "text", "when"), r->p);
        b->name = read_row_name(r, n, "bar", p->bars, sizeof *b, p->nbars);
        b->number = read_text(r, node_need(n, "number", r->p), "");
        b->text = read_text(r, node_need(n, "text", r->p), "");
        b->cite = read_words(r, node_get(n, "cite"));
        b->when = read_guard(r, node_need(n, "when", r->p));
        p->nbars++;
    }
}

static void read_outcomes(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->outcomes = ARENA_ARRAY(r->a, struct outcome, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct outcome *o = &p->outcomes[p->noutcomes];
        node_known_keys(n, KEYS("outcome", "label", "lenient", "cite"), r->p);
        o->name = read_row_name(r, n, "outcome", p->outcomes, sizeof *o, p->noutcomes);
        o->label = read_text(r, node_need(n, "label", r->p), o->name);
        o->lenient = node_bool(node_need(n, "lenient", r->p), false, r->p);
        p->noutcomes++;
    }
}

static void read_clock(struct reader *r, const struct node *n, struct clock_rule *c)
{
    node_known_keys(n,
                    KEYS("clock", "label", "article", "workdays", "days", "until", "each", "total", "owner", "near",
                         "on-miss", "cite"),
                    r->p);
    const struct node *until = node_get(n, "until"), *each = node_get(n, "each");
    c->until = until ? read_name_of(r, until, OF_FACT) : NULL;
    read_type_of(r, until, c->until, FACT_DAY, "day");
    c->each = each ? read_name_of(r, each, OF_PART) : NULL;
    const struct node *workdays = node_get(n, "workdays"), *days = node_get(n, "days"), *total = node_get(n, "total");
    const struct node *near = node_get(n, "near");
    c->label = read_text(r, node_need(n, "label", r->p), c->name);
    c->article = read_text(r, node_need(n, "article", r->p), "");
    c->workdays = workdays ? read_number(r, workdays, 1, 10000) : 0;
    c->days = days ? read_number(r, days, 1, 10000) : 0;
    c->total = total ? read_number(r, total, 1, 10000) : 0;
    c->near = near ? read_number(r, near, 0, 1000) : 0;
    c->owner = read_name_of(r, node_need(n, "owner", r->p), OF_ROLE);
    if ((workdays != NULL) + (days != NULL) + (until != NULL) != 1)
        problems_add(r->p, n, "clock '%s' needs either 'workdays' or 'days' or 'until'", c->name);
    if (until && total)
        problems_add(r->p, total, "a clock that ends on the day of a fact has no total");
    if (c->total && c->total < c->workdays + c->days)
        problems_add(r->p, total, "the total is below the length");
}

static void read_clocks(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->clocks = ARENA_ARRAY(r->a, struct clock_rule, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        struct clock_rule *c = &p->clocks[p->nclocks];
        c->name = read_row_name(r, node_item(list, i), "clock", p->clocks, sizeof *c, p->nclocks);
        read_clock(r, node_item(list, i), c);
        p->nclocks++;
    }
}

void read_clock_effects(struct reader *r, const struct node *clocks)
{
    for (size_t i = 0; i < node_item_count(clocks) && i < r->proc->nclocks; i++) {
        struct clock_rule *c = &r->proc->clocks[i];
        r->after_miss = true;
        r->added = NULL;
        r->part = procedure_part(r->proc, c->each);
        read_effects(r, node_get(node_item(clocks, i), "on-miss"), &c->on_miss, &c->non_miss);
        r->after_miss = false;
        r->part = NULL;
    }
}

static int read_zone(struct reader *r, const struct node *n)
{
    struct when w;
    const char *zone = node_text(n, "+00:00", r->p);
    if (when_parse(arena_printf(r->a, "1970-01-02T00:00%s", zone), 0, &w) == ST_OK)
        return (int)((86400000 - w.ms) / 60000);
    problems_add(r->p, n, "expected a zone as \"+08:00\"");
    return 0;
}

static void read_header(struct reader *r, const struct node *root)
{
    static const char *const statuses[] = {"trial", "in-force"};
    struct procedure *p = r->proc;
    p->name = read_keep(r, node_name(node_need(root, "procedure", r->p), "", r->p));
    p->version = node_int(node_need(root, "version", r->p), 1, INT32_MAX, 1, r->p);
    p->title = read_text(r, node_need(root, "title", r->p), "");
    p->issuer = read_text(r, node_need(root, "issuer", r->p), "");
    int s = node_choice(node_need(root, "status", r->p), statuses, 2, r->p);
    p->status = s < 0 ? statuses[0] : statuses[s];
    p->zone_minutes = read_zone(r, node_need(root, "zone", r->p));
    read_circumstances_version(r, node_get(root, "circumstances-version"));
    read_documents(r, node_get(root, "documents"));
    p->principles = read_words(r, node_get(root, "principles"));
}

/* A parameter that every file must have, for the judge itself uses it. */
static int parameter(struct reader *r, const struct node *root, const char *name, int least, bool needed)
{
    for (size_t i = 0; i < r->nparameters; i++) {
        if (strcmp(r->parameters[i].name, name) != 0)
            continue;
        int64_t value = r->parameters[i].value;
        if (value != UNSET && (value < least || value > LIMIT_MOST))
            problems_add(r->p, node_get(node_get(root, "parameters"), name), "parameter '%s' must be from %d to %d",
                         name, least, LIMIT_MOST);
        return (int)value;
    }
    if (needed)
        problems_add(r->p, root, "parameter '%s' is missing", name);
    return least;
}

static void read_linked_facts(struct reader *r, const struct node *list)
{
    r->proc->linked_facts = read_names_of(r, list, OF_FACT);
    for (size_t i = 0; i < r->proc->linked_facts.n; i++)
        if (procedure_fact(r->proc, r->proc->linked_facts.word[i])->is_private)
            problems_add(r->p, list, "fact '%s' is private: it stays with its case", r->proc->linked_facts.word[i]);
}

void read_declarations(struct reader *r, const struct node *root)
{
    struct procedure *p = r->proc;
    node_known_keys(root,
                    KEYS("procedure", "lead", "version", "title", "issuer", "status", "cite-header", "zone",
                         "principles", "parameters", "roles", "facts", "parts", "circumstances", "bars", "outcomes",
                         "stages", "tracks", "clocks", "kinds", "notices", "acts", "standing", "open-slots", "bodies",
                         "recurring", "linked-facts", "circumstances-version", "documents"),
                    r->p);
    read_header(r, root);
    read_parameters(r, node_get(root, "parameters"));
    p->entry_lag = parameter(r, root, "entry-lag", 0, true);
    p->service_days = parameter(r, root, "service-days", 1, true);
    p->reminder = parameter(r, root, "reminder-days", 0, false);
    read_roles(r, node_need(root, "roles", r->p));
    p->lead = read_name_of(r, node_need(root, "lead", r->p), OF_ROLE);
    const struct role *lead = procedure_role(p, p->lead);
    if (lead && (lead->party || lead->superior))
        problems_add(r->p, node_get(root, "lead"), "role '%s' is no department of the case and cannot lead it",
                     p->lead);
    read_kinds(r, node_need(root, "kinds", r->p));
    read_outcomes(r, node_get(root, "outcomes"));
    read_facts(r, node_need(root, "facts", r->p), &p->facts, &p->nfacts);
    read_role_identities(r, node_get(root, "roles"));
    read_notices(r, node_get(root, "notices"));
    read_parts(r, node_get(root, "parts"));
    check_facts(r, node_get(root, "facts"));
    read_stages(r, node_need(root, "stages", r->p), node_get(root, "tracks"));
    read_clocks(r, node_get(root, "clocks"));
    read_circumstances(r, node_get(root, "circumstances"));
    read_bars(r, node_get(root, "bars"));
    read_bodies(r, node_get(root, "bodies"));
    read_open_slots(r, node_get(root, "open-slots"));
    read_linked_facts(r, node_get(root, "linked-facts"));
}
