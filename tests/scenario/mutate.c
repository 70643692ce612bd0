#include "tests/scenario/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the walk is: what the place is called, in which act, what is cited around it. */
struct place {
    const char *path, *act;
    struct words cites;
};

struct walk {
    struct arena *a;
    struct node *root;
    struct mutants found;
};

typedef void visit(struct walk *w, struct place at, struct node *n);

static void walk_guard(struct walk *w, struct place at, struct node *n);
static void walk_effect(struct walk *w, struct place at, struct node *n);

const char *change_name(enum change c)
{
    static const char *const names[] = {"", "deleted", "changed", "swapped", "dropped"};
    return names[c];
}

/* ---- the tree ---- */

static struct entry *entry_of(const struct node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++)
        if (strcmp(map->entries[i].key->text, key) == 0)
            return &map->entries[i];
    return NULL;
}

static struct node *value_of(const struct node *map, const char *key)
{
    const struct entry *e = entry_of(map, key);
    return e ? e->value : NULL;
}

static const char *scalar_text(const struct node *n)
{
    return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

static const char *below(struct walk *w, struct place at, const char *name)
{
    return *at.path ? arena_printf(w->a, "%s/%s", at.path, name) : arena_str(w->a, name);
}

/* Down to a named thing; what it cites takes the place of what is cited around it. */
static struct place into(struct walk *w, struct place at, const char *name, const struct node *n)
{
    const struct node *cite = value_of(n, "cite");
    at.path = below(w, at, name);
    at.act = scalar_text(value_of(n, "act")) ? value_of(n, "act")->text : at.act;
    if (!cite)
        return at;
    at.cites = (struct words){ARENA_ARRAY(w->a, const char *, node_item_count(cite) + 1), 0};
    for (size_t i = 0; i < node_item_count(cite); i++)
        at.cites.word[at.cites.n++] = scalar_text(node_item(cite, i));
    return at;
}

/* How an item of a list is called: by its first entry, "apply", "tell-received"; the second of a name is "…#2". */
static const char *item_name(struct walk *w, const struct node *list, size_t i, bool verb)
{
    const struct node *n = list->items[i];
    if (n->kind == NODE_SCALAR)
        return n->text;
    const struct entry *e = n->kind == NODE_MAP && n->n ? &n->entries[0] : NULL;
    const char *word = e ? scalar_text(e->value) : NULL, *key = e ? e->key->text : "list";
    const char *name = !word ? key : verb ? arena_printf(w->a, "%s-%s", key, word) : word;
    size_t same = 1;
    for (size_t k = 0; k < i; k++) {
        const struct node *other = list->items[k];
        const struct entry *o = other->kind == NODE_MAP && other->n ? &other->entries[0] : NULL;
        const char *text = o ? scalar_text(o->value) : NULL;
        same += o && strcmp(o->key->text, key) == 0 && (word ? text && strcmp(text, word) == 0 : !text);
    }
    return same > 1 ? arena_printf(w->a, "%s#%zu", name, same) : name;
}

/* ---- finding ---- */

static struct mutant *found(struct walk *w, struct place at, enum change c, const struct node *n)
{
    ARENA_GROW(w->a, w->found.m, w->found.n, w->found.cap);
    struct mutant *m = &w->found.m[w->found.n++];
    *m = (struct mutant){c, NULL, 0, NULL, scalar_text(n), at.path, at.act, n->line, n->column, at.cites};
    return m;
}

static void found_entry(struct walk *w, struct place at, enum change c, struct node *parent, size_t i,
                        const struct node *n)
{
    struct mutant *m = found(w, at, c, n);
    m->parent = parent;
    m->at = i;
}

static void delete_key(struct walk *w, struct place at, struct node *map, const char *key)
{
    struct entry *e = entry_of(map, key);
    if (!e)
        return;
    at.path = below(w, at, key);
    found_entry(w, at, CHANGE_DELETED, map, (size_t)(e - map->entries), e->key);
}

static void change_word(struct walk *w, struct place at, const struct node *map, const char *key, enum change c)
{
    struct node *n = value_of(map, key);
    if (!scalar_text(n))
        return;
    at.path = below(w, at, key);
    found(w, at, c, n)->word = n;
}

static void change_number(struct walk *w, struct place at, const struct node *map, const char *key)
{
    const char *text = scalar_text(value_of(map, key));
    if (text && *text != '$') /* a parameter is changed where it is declared */
        change_word(w, at, map, key, CHANGE_NUMBER);
}

/* One role, or each of a list of them, and each addressee left out. */
static void change_roles(struct walk *w, struct place at, struct node *map, const char *key, bool drop)
{
    struct entry *e = entry_of(map, key);
    struct node *n = e ? e->value : NULL;
    if (!n)
        return;
    at.path = below(w, at, key);
    bool list = n->kind == NODE_LIST;
    for (size_t i = 0; i < (list ? n->n : 1); i++) {
        struct node *one = list ? n->items[i] : n;
        struct place here = at;
        if (!scalar_text(one))
            continue;
        here.path = below(w, at, one->text);
        found(w, here, CHANGE_ROLE, one)->word = one;
        if (drop)
            found_entry(w, here, CHANGE_DROPPED, list ? n : map, list ? i : (size_t)(e - map->entries), one);
    }
}

/* Each item of a list under a key, and first itself taken out. One thing counts as a list of one. */
static void walk_items(struct walk *w, struct place at, struct node *map, const char *key, bool verb, visit *inside)
{
    struct entry *e = entry_of(map, key);
    struct node *n = e ? e->value : NULL;
    for (size_t i = 0; n && i < (n->kind == NODE_LIST ? n->n : 1); i++) {
        bool list = n->kind == NODE_LIST;
        struct node single = {.kind = NODE_LIST, .items = &n, .n = 1};
        struct node *one = list ? n->items[i] : n;
        struct place here = into(w, at, item_name(w, list ? n : &single, i, verb), one);
        found_entry(w, here, CHANGE_DELETED, list ? n : map, list ? i : (size_t)(e - map->entries), one);
        inside(w, here, one);
    }
}

/* A condition under a key, taken out and looked into. */
static void walk_condition(struct walk *w, struct place at, struct node *map, const char *key)
{
    struct node *n = value_of(map, key);
    if (!n)
        return;
    delete_key(w, at, map, key);
    at.path = below(w, at, key);
    if (n->kind == NODE_MAP)
        walk_guard(w, at, n);
    else
        walk_items(w, at, map, key, true, walk_guard);
}

/* ---- what stands in a file ---- */

static void walk_guard(struct walk *w, struct place at, struct node *n)
{
    static const char *const lists[] = {"all", "any", "none"}, *const roles[] = {"same", "manages", "unit", "role"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct place here = at;
        here.path = below(w, at, lists[i]);
        walk_items(w, here, n, lists[i], true, walk_guard);
    }
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        change_roles(w, at, n, roles[i], false);
    struct node *where = value_of(n, "where");
    if (where && where->kind == NODE_MAP)
        walk_guard(w, into(w, at, "where", where), where);
}

static void walk_effects(struct walk *w, struct place at, struct node *map, const char *key)
{
    at.path = below(w, at, key);
    walk_items(w, at, map, key, true, walk_effect);
}

static void walk_effect(struct walk *w, struct place at, struct node *n)
{
    static const char *const roles[] = {"for", "bind", "file-upward", "move-tasks"};
    walk_condition(w, at, n, "if");
    walk_condition(w, at, n, "where");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        change_roles(w, at, n, roles[i], false);
    if (entry_of(n, "tell"))
        change_roles(w, at, n, "to", true);
    change_number(w, at, n, "within");
    delete_key(w, at, n, "stops");
    delete_key(w, at, n, "holds");
    if (entry_of(n, "do"))
        walk_effects(w, at, n, "do");
}

static void walk_rule(struct walk *w, struct place at, struct node *n)
{
    walk_condition(w, at, n, "when");
    walk_condition(w, at, n, "require");
    change_roles(w, at, n, "who", false);
    walk_effects(w, at, n, "do");
}

static void walk_act(struct walk *w, struct place at, struct node *n)
{
    change_roles(w, at, n, "by", false);
    walk_items(w, at, n, "rules", false, walk_rule);
}

static void walk_checks(struct walk *w, struct place at, struct node *checks)
{
    for (size_t i = 0; checks && checks->kind == NODE_MAP && i < checks->n; i++) {
        struct place here = into(w, at, checks->entries[i].key->text, NULL);
        found_entry(w, here, CHANGE_DELETED, checks, i, checks->entries[i].key);
    }
}

static void walk_circumstance(struct walk *w, struct place at, struct node *n)
{
    walk_condition(w, at, n, "degree");
    walk_checks(w, into(w, at, "checks", NULL), value_of(n, "checks"));
}

static void walk_bar(struct walk *w, struct place at, struct node *n)
{
    walk_condition(w, at, n, "when");
}

static void walk_recurring(struct walk *w, struct place at, struct node *n)
{
    change_roles(w, at, n, "for", false);
    change_number(w, into(w, at, "every", NULL), value_of(n, "every"), "workdays");
    walk_condition(w, at, n, "while");
}

/* ---- tables whose rows cannot go ---- */

static void each_row(struct walk *w, const char *table, visit *inside)
{
    struct node *n = value_of(w->root, table);
    for (size_t i = 0; n && n->kind == NODE_LIST && i < n->n; i++) {
        struct place at = {table, NULL, {NULL, 0}};
        inside(w, into(w, at, item_name(w, n, i, false), n->items[i]), n->items[i]);
    }
    for (size_t i = 0; n && n->kind == NODE_MAP && i < n->n; i++) {
        struct place at = {table, NULL, {NULL, 0}};
        inside(w, into(w, at, n->entries[i].key->text, n->entries[i].value), n->entries[i].value);
    }
}

static void walk_parameter(struct walk *w, struct place at, struct node *n)
{
    change_number(w, at, n, "value");
}

static void walk_bounds(struct walk *w, struct place at, struct node *n)
{
    change_number(w, at, n, "least");
    change_number(w, at, n, "most");
}

static void walk_part(struct walk *w, struct place at, struct node *n)
{
    const struct node *fields = value_of(n, "fields");
    for (size_t i = 0; fields && fields->kind == NODE_MAP && i < fields->n; i++)
        walk_bounds(w, into(w, at, fields->entries[i].key->text, fields->entries[i].value), fields->entries[i].value);
}

static void walk_role(struct walk *w, struct place at, struct node *n)
{
    delete_key(w, at, n, "reads-private");
    change_roles(w, at, n, "same-as", false);
    walk_condition(w, at, n, "when");
}

static void walk_clock(struct walk *w, struct place at, struct node *n)
{
    static const char *const numbers[] = {"workdays", "days", "total", "near"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        change_number(w, at, n, numbers[i]);
    change_roles(w, at, n, "owner", false);
    walk_effects(w, at, n, "on-miss");
}

static void walk_case_seat(struct walk *w, struct place at, struct node *n)
{
    change_roles(w, at, n, "role", false);
    change_roles(w, at, n, "else", false);
    walk_condition(w, at, n, "unless");
}

static void walk_body(struct walk *w, struct place at, struct node *n)
{
    change_roles(w, at, n, "chair", false);
    change_roles(w, at, n, "seats", true);
    walk_items(w, into(w, at, "case-seats", NULL), n, "case-seats", false, walk_case_seat);
    change_number(w, at, n, "size");
    change_number(w, at, n, "quorum");
    change_number(w, into(w, at, "quorum", NULL), value_of(n, "quorum"), "of-seats");
    change_number(w, at, n, "rule");
}

struct mutants mutants_find(struct arena *a, struct node *root)
{
    struct walk w = {.a = a, .root = root};
    const struct {
        const char *table;
        visit *inside;
    } rows[] = {{"circumstances", walk_circumstance},
                {"bars", walk_bar},
                {"recurring", walk_recurring},
                {"acts", walk_act},
                {"standing", walk_act}};
    change_roles(&w, (struct place){"", NULL, {NULL, 0}}, root, "lead", false);
    each_row(&w, "parameters", walk_parameter);
    each_row(&w, "roles", walk_role);
    each_row(&w, "facts", walk_bounds);
    each_row(&w, "parts", walk_part);
    each_row(&w, "clocks", walk_clock);
    each_row(&w, "bodies", walk_body);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        walk_items(&w, (struct place){rows[i].table, NULL, {NULL, 0}}, root, rows[i].table, false, rows[i].inside);
    return w.found;
}

/* ---- changing ---- */

static void take_out(struct node *parent, size_t at)
{
    for (size_t i = at; i + 1 < parent->n; i++)
        if (parent->kind == NODE_LIST)
            parent->items[i] = parent->items[i + 1];
        else
            parent->entries[i] = parent->entries[i + 1];
    parent->n--;
}

static void take_key(struct node *map, const char *key)
{
    const struct entry *e = entry_of(map, key);
    if (e)
        take_out(map, (size_t)(e - map->entries));
}

/* A requirement goes with what it says is missing; an addressee who is the only one leaves nobody. */
static void delete (struct arena *a, const struct mutant *m)
{
    bool require = m->parent->kind == NODE_MAP && strcmp(m->parent->entries[m->at].key->text, "require") == 0;
    if (m->change == CHANGE_DROPPED && m->parent->kind == NODE_MAP) {
        m->parent->entries[m->at].value = ARENA_NEW(a, struct node);
        *m->parent->entries[m->at].value = (struct node){.kind = NODE_LIST};
        return;
    }
    take_out(m->parent, m->at);
    if (require) {
        take_key(m->parent, "missing");
        take_key(m->parent, "who");
    }
}

static const char *another_number(struct arena *a, const char *text)
{
    int part, whole;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return strcmp(text, "true") == 0 ? "false" : "true";
    if (sscanf(text, "%d/%d", &part, &whole) == 2)
        return arena_printf(a, "%d/%d", part < whole ? part + 1 : part - 1, whole);
    if (strcmp(text, "majority") == 0 || strcmp(text, "two-thirds") == 0)
        return "consensus";
    if (strcmp(text, "consensus") == 0)
        return "majority";
    return arena_printf(a, "%ld", strtol(text, NULL, 10) + 1);
}

/* The roles that come after this one in the file, in a circle. */
static const char *another_role(const struct node *root, const char *role, size_t turn)
{
    const struct node *all = value_of(root, "roles");
    size_t n = node_item_count(all), from = 0;
    for (size_t i = 0; i < n; i++)
        if (node_has_word(node_get(node_item(all, i), "role"), role))
            from = i + 1;
    const char *name =
        n > 1 && turn + (from > 0) < n ? scalar_text(node_get(node_item(all, (from + turn) % n), "role")) : NULL;
    return name;
}

bool mutant_apply(struct arena *a, struct node *root, const struct mutant *m, size_t turn)
{
    if (m->change == CHANGE_DELETED || m->change == CHANGE_DROPPED) {
        if (turn == 0)
            delete (a, m);
        return turn == 0;
    }
    if (m->change == CHANGE_NUMBER) {
        m->word->text = another_number(a, m->was);
        return turn == 0;
    }
    const char *role = another_role(root, m->was, turn);
    if (role)
        m->word->text = role;
    return role != NULL;
}

const char *mutant_text(struct arena *a, const struct mutant *m)
{
    const char *now = m->word && m->word->text != m->was ? m->word->text : NULL;
    return arena_printf(a, "%s%s%s%s%s", m->was ? m->was : "", m->was ? " " : "", change_name(m->change),
                        now ? " into " : "", now ? now : "");
}
