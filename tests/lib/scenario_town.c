/* scenario_town.c - the departments and persons of a scenario, and its aliases */
#include "tests/lib/scenario_inside.h"

#include "daemon/base/text.h"

#include <string.h>

/* A keyed word pair further on in a line: 上级 X. Returns the word behind it. */
static const struct word *after(const struct line *l, const char *key)
{
    for (size_t i = 1; i + 1 < l->n; i++)
        if (strcmp(l->word[i].s, key) == 0)
            return &l->word[i + 1];
    return NULL;
}

static bool says(const struct line *l, const char *key)
{
    for (size_t i = 1; i < l->n; i++)
        if (strcmp(l->word[i].s, key) == 0)
            return true;
    return false;
}

/* The parts of "甲、乙". */
static struct words listed(struct scenario *s, const char *text)
{
    struct words w = {ARENA_ARRAY(s->a, const char *, strlen(text) + 1), 0};
    while (*text) {
        const char *end = strstr(text, "、");
        size_t n = end ? (size_t)(end - text) : strlen(text);
        if (n)
            w.word[w.n++] = arena_strn(s->a, text, n);
        text += end ? n + 3 : n;
    }
    return w;
}

static const char *kind_meant(const struct scenario *s, const char *word)
{
    for (size_t i = 0; i < s->law->nroles; i++)
        if (s->law->roles[i].one_kind && strcmp(s->law->roles[i].label, word) == 0)
            return s->law->roles[i].one_kind;
    return word_meant(s, word);
}

/* 席位 容错裁定委员会、专家咨询组: the bodies in which the register says that it sits. */
static struct words bodies_of(struct scenario *s, const struct line *l, const struct word *w)
{
    struct words given = listed(s, w ? w->s : ""), names = {ARENA_ARRAY(s->a, const char *, given.n + 1), 0};
    for (size_t i = 0; i < given.n; i++) {
        size_t k = 0;
        while (k < s->law->nbodies && strcmp(s->law->bodies[k].name, given.word[i]) != 0 &&
               strcmp(s->law->bodies[k].label, given.word[i]) != 0)
            k++;
        if (k < s->law->nbodies)
            names.word[names.n++] = s->law->bodies[k].name;
        else
            word_problem(s, l, w, "there is no body '%s'", given.word[i]);
    }
    return names;
}

static void read_department(struct scenario *s, const struct line *l)
{
    if (l->n < 3) {
        word_problem(s, l, &l->word[0], "expected 部门 NAME KIND");
        return;
    }
    const struct word *superior = after(l, "上级"), *manages = after(l, "管理");
    struct town_department d = {
        .name = l->word[1].s, .kind = kind_meant(s, l->word[2].s), .keyless = says(l, "无密钥")};
    d.id = arena_printf(s->a, "d%zu", s->ndepartments + 1);
    const struct town_department *up = superior ? word_department(s, l, superior) : NULL;
    d.superior = up ? up->id : NULL;
    if (!text_is_name(d.kind))
        word_problem(s, l, &l->word[2], "'%s' is no kind of department", l->word[2].s);
    struct words units = listed(s, manages ? manages->s : "");
    d.sits_in = bodies_of(s, l, after(l, "席位"));
    d.manages = ARENA_ARRAY(s->a, const char *, units.n + 1);
    for (size_t i = 0; i < units.n; i++) {
        const struct town_department *unit = word_department(s, l, &(struct word){units.word[i], manages->column});
        if (unit)
            d.manages[d.nmanages++] = unit->id;
    }
    ARENA_GROW(s->a, s->department, s->ndepartments, s->departments_cap);
    s->department[s->ndepartments++] = d;
}

static const char *right_meant(const char *word)
{
    static const char *const pairs[][2] = {
        {"办理", "act"}, {"代录", "enter"}, {"查看", "watch"}, {"批准", "approve"}, {"督查", "inspect"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], word) == 0)
            return pairs[i][1];
    return word;
}

/* 人员 李主任 属于 市纪委监委 权利 办理、批准 */
static void read_person(struct scenario *s, const struct line *l)
{
    const struct word *department = after(l, "属于"), *rights = after(l, "权利");
    if (l->n < 2 || !department || !rights) {
        word_problem(s, l, &l->word[0], "expected 人员 NAME 属于 DEPARTMENT 权利 RIGHTS");
        return;
    }
    const struct town_department *d = word_department(s, l, department);
    struct town_person person = {.name = l->word[1].s, .department = d ? d->id : NULL};
    person.principal = arena_printf(s->a, "p%zu", s->npersons + 1);
    person.rights = listed(s, rights->s);
    for (size_t i = 0; i < person.rights.n; i++)
        person.rights.word[i] = right_meant(person.rights.word[i]);
    ARENA_GROW(s->a, s->person, s->npersons, s->persons_cap);
    s->person[s->npersons++] = person;
}

static void read_alias(struct scenario *s, const struct line *l)
{
    if (l->n != 3) {
        word_problem(s, l, &l->word[0], "expected 称呼 WORD MEANING");
        return;
    }
    ARENA_GROW(s->a, s->alias, s->naliases, s->aliases_cap);
    s->alias[s->naliases].alias = l->word[1].s;
    s->alias[s->naliases++].word = l->word[2].s;
}

bool town_read(struct scenario *s, const struct line *l)
{
    static const struct {
        const char *word;
        void (*read)(struct scenario *, const struct line *);
    } forms[] = {{"部门", read_department}, {"人员", read_person}, {"称呼", read_alias}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].word, l->word[0].s) == 0) {
            forms[i].read(s, l);
            return true;
        }
    return false;
}
