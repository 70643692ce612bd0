#include "tests/lib/court.h"

#include "daemon/base/check.h"
#include "daemon/law/procedure_read.h"
#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- YAML as values ---- */

static struct value *paper_hash(struct court *c, const char *text)
{
    struct hash h = hash_of(text, strlen(text));
    return v_bin(c->a, h.b, HASH_LEN);
}

static struct value *scalar(struct court *c, const struct node *n, bool papers)
{
    char *end;
    long long number = strtoll(n->text, &end, 10);
    if (n->quoted)
        return v_str(c->a, n->text);
    if (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0)
        return v_bool(c->a, *n->text == 't');
    if (strcmp(n->text, "~") == 0)
        return v_nil(c->a);
    if (*n->text && !*end)
        return v_int(c->a, number);
    return papers ? paper_hash(c, n->text) : v_str(c->a, n->text);
}

static struct value *value_of(struct court *c, const struct node *n, bool papers)
{
    if (n->kind == NODE_SCALAR)
        return scalar(c, n, papers);
    struct value *v = n->kind == NODE_LIST ? v_list(c->a) : v_map(c->a);
    for (size_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
        v_push(c->a, v, value_of(c, n->items[i], papers));
    for (size_t i = 0; n->kind == NODE_MAP && i < n->n; i++)
        v_put(c->a, v, n->entries[i].key->text,
              value_of(c, n->entries[i].value, papers || strcmp(n->entries[i].key->text, "papers") == 0));
    return v;
}

struct value *court_value(struct court *c, const char *yaml)
{
    struct problems *problems = problems_new(c->a);
    struct buf told = {0};
    if (!*yaml)
        return v_map(c->a);
    const struct node *n = tree_read(c->a, "text", (struct bytes){(const uint8_t *)yaml, strlen(yaml)}, problems);
    problems_print(problems, &told);
    if (problems_count(problems))
        fail_msg("%s", buf_cstr(&told));
    buf_done(&told);
    return value_of(c, n, false);
}

/* ---- the law, the register, the calendar ---- */

void court_law(struct court *c, const char *yaml)
{
    struct problems *problems = problems_new(c->a);
    struct buf told = {0};
    struct procedure *p = procedure_read("court.yaml", (struct bytes){(const uint8_t *)yaml, strlen(yaml)}, problems);
    problems_print(problems, &told);
    if (!p)
        fail_msg("%s", buf_cstr(&told));
    buf_done(&told);
    procedure_free(c->procedure);
    c->procedure = p;
}

void court_register(struct court *c, const char *change)
{
    struct value *v = court_value(c, change), *fields = v_copy(c->a, v);
    v_del(fields, "act");
    const char *wrong = register_refuses(c->a, c->reg, v_get_str(v, "act", ""), fields);
    if (wrong)
        fail_msg("%s: %s", change, wrong);
    assert_int_equal(register_apply(c->reg, v), ST_OK);
}

void court_department(struct court *c, const char *id, const char *kind, const char *more)
{
    court_register(c, arena_printf(c->a, "{act: department-add, id: %s, name: %s, kind: %s%s%s}", id, id, kind,
                                   *more ? ", " : "", more));
}

void court_role(struct court *c, const char *principal, const char *department, const char *rights)
{
    const char *of = *department ? arena_printf(c->a, ", department: %s", department) : "";
    court_register(c, arena_printf(c->a, "{act: role-add, principal: %s, rights: [%s]%s}", principal, rights, of));
}

static void fill_register(struct court *c)
{
    static const char *const others[][3] = {
        {"cdi", "discipline", "superior: committee, manages: [roads]"},
        {"org", "organisation", "superior: committee"},
        {"organ", "accountability", "superior: committee"},
        {"roads", "unit", "superior: committee"},
        {"audit", "audit", "superior: committee"},
        {"finance", "finance", "superior: committee"},
        {"village", "unit", "superior: committee, keyless: true"},
    };
    court_department(c, "committee", "committee", "");
    court_role(c, "committee", "committee", "act");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        court_department(c, others[i][0], others[i][1], others[i][2]);
        if (strcmp(others[i][0], "village") != 0)
            court_role(c, others[i][0], others[i][0], "act, enter");
    }
    court_role(c, "chief", "cdi", "act, approve");
    court_role(c, "office", "committee", "act, enter"); /* enters what the village did on paper */
    court_role(c, "guest", "cdi", "watch");
    court_role(c, "stranger", "", "act, enter");
}

static void add_days(struct calendar_entry *e, size_t *n, const char *first, int count, bool off)
{
    struct day d;
    assert_int_equal(day_parse(first, &d), ST_OK);
    for (int i = 0; i < count; i++)
        e[(*n)++] = (struct calendar_entry){{d.n + i}, off, "春节", "国办发明电〔2025〕7号"};
}

static void fill_calendar(struct court *c)
{
    struct calendar_entry e[32];
    size_t n = 0;
    add_days(e, &n, "2026-01-01", 3, true);
    add_days(e, &n, "2026-01-04", 1, false);
    add_days(e, &n, "2026-02-14", 1, false);
    add_days(e, &n, "2026-02-15", 9, true);
    add_days(e, &n, "2026-02-28", 1, false);
    assert_int_equal(calendar_add_year(c->calendar, 2025, CALENDAR_OFFICIAL, NULL, 0), ST_OK);
    assert_int_equal(calendar_add_year(c->calendar, 2026, CALENDAR_OFFICIAL, e, n), ST_OK);
}

struct court *court_new(const char *yaml)
{
    struct court *c = xcalloc(1, sizeof *c);
    struct buf text = {0};
    c->a = arena_new();
    c->reg = register_new();
    c->calendar = calendar_new();
    c->events = v_map(c->a);
    c->event = 100;
    c->next_task = 7;
    if (!yaml)
        text = files_read("tests/lib/court.yaml");
    court_law(c, yaml ? yaml : buf_cstr(&text));
    buf_done(&text);
    fill_register(c);
    fill_calendar(c);
    court_to(c, "2026-03-02");
    return c;
}

void court_free(struct court *c)
{
    procedure_free(c->procedure);
    register_free(c->reg);
    calendar_free(c->calendar);
    arena_free(c->a);
    free(c);
}

void court_to(struct court *c, const char *day)
{
    struct day d;
    assert_int_equal(day_parse(day, &d), ST_OK);
    c->now = (struct when){day_start(d, c->procedure->zone_minutes).ms + 9 * 3600 * 1000};
}

/* ---- judging ---- */

static struct judge judge_of(const struct court *c, const char *principal, const struct value *command)
{
    int64_t named = v_get_int(v_get(command, "fields"), "corrected-event", 0);
    return (struct judge){.procedure = c->procedure,
                          .reg = c->reg,
                          .calendar = c->calendar,
                          .kase = c->kase,
                          .command = command,
                          .principal = principal,
                          .now = c->now,
                          .event = c->event,
                          .next_case = 41,
                          .next_task = c->next_task,
                          .linked = c->linked,
                          .named = v_get(c->events, arena_printf(c->a, "%lld", (long long)named))};
}

struct decision court_judge(struct court *c, const char *principal, const char *act, const char *body)
{
    struct value *command = court_value(c, body);
    v_put_str(c->a, command, "act", act);
    struct judge j = judge_of(c, principal, command);
    return c->last = decide(c->a, &j);
}

static void keep_event(struct court *c)
{
    char text[DAY_TEXT];
    struct value *e = v_map(c->a), *cases = v_list(c->a), *one = v_map(c->a);
    v_put_int(c->a, one, "case", c->last.kase);
    v_put(c->a, one, "changes", c->last.changes);
    v_push(c->a, cases, one);
    v_put_str(c->a, e, "done", day_text(c->last.done, text));
    v_put_int(c->a, e, "recorded", c->now.ms);
    v_put(c->a, e, "cases", cases);
    v_put(c->a, e, "notices", c->last.notices);
    v_put(c->a, c->events, arena_printf(c->a, "%lld", (long long)c->event), e);
}

static void carry_out(struct court *c, const char *what)
{
    if (!c->last.accepted)
        fail_msg("%s is refused: %s: %s", what, c->last.rejection.code, c->last.rejection.text);
    if (!c->kase)
        c->kase = v_map(c->a);
    assert_int_equal(case_apply(c->a, c->kase, c->last.changes), ST_OK);
    keep_event(c);
    c->next_task += c->last.tasks;
    c->event++;
}

const struct decision *court_does(struct court *c, const char *principal, const char *act, const char *body)
{
    court_judge(c, principal, act, body);
    carry_out(c, act);
    return &c->last;
}

const struct rejection *court_refuses(struct court *c, const char *principal, const char *act, const char *body,
                                      const char *code)
{
    court_judge(c, principal, act, body);
    if (c->last.accepted)
        fail_msg("%s is accepted; expected %s", act, code);
    if (strcmp(c->last.rejection.code, code) != 0)
        fail_msg("%s: expected %s, refused by %s: %s", act, code, c->last.rejection.code, c->last.rejection.text);
    return &c->last.rejection;
}

const struct decision *court_falls_due(struct court *c, const char *what, const char *name)
{
    struct judge j = judge_of(c, "leewayd", v_map(c->a));
    c->last = decide_due(c->a, &j, what, name);
    carry_out(c, what);
    return &c->last;
}

void court_not_due(struct court *c, const char *what, const char *name)
{
    struct judge j = judge_of(c, "leewayd", v_map(c->a));
    c->last = decide_due(c->a, &j, what, name);
    assert_false(c->last.accepted);
    assert_string_equal(c->last.rejection.code, "not-due");
}

/* ---- looking ---- */

const struct value *court_at(const struct court *c, const char *path)
{
    return v_path(c->kase, path);
}

static const char *text_of(struct court *c, const struct value *v)
{
    switch (v_kind(v)) {
    case V_STR:
        return v_text(v, "");
    case V_INT:
        return arena_printf(c->a, "%lld", (long long)v_number(v, 0));
    case V_BOOL:
        return v_truth(v) ? "true" : "false";
    case V_LIST:
        return "a list";
    case V_MAP:
        return "a map";
    case V_BIN:
        return "bytes";
    case V_NIL:
        break;
    }
    return "";
}

void court_is(struct court *c, const char *path, const char *is)
{
    const char *found = text_of(c, court_at(c, path));
    if (strcmp(found, is) != 0)
        fail_msg("%s should be '%s' and is '%s'", path, is, found);
}

const struct value *court_notice(const struct court *c, const char *stream, const char *type)
{
    for (size_t i = 0; i < v_count(c->last.notices); i++) {
        const struct value *n = v_at(c->last.notices, i);
        if (strcmp(v_get_str(n, "stream", ""), stream) == 0 && strcmp(v_get_str(n, "type", ""), type) == 0)
            return n;
    }
    return NULL;
}

const struct value *court_transition(const struct court *c, const char *kind)
{
    for (size_t i = 0; i < v_count(c->last.transitions); i++)
        if (strcmp(v_get_str(v_at(c->last.transitions, i), "kind", ""), kind) == 0)
            return v_at(c->last.transitions, i);
    return NULL;
}

const char *court_task(const struct court *c, const char *act, const char *department)
{
    const struct value *tasks = v_get(c->kase, "tasks");
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        if (strcmp(v_get_str(p->val, "act", ""), act) == 0 &&
            strcmp(v_get_str(p->val, "department", ""), department) == 0)
            return p->key;
    }
    return NULL;
}

/* ---- the usual opening ---- */

void court_recorded(struct court *c)
{
    court_to(c, "2026-03-02");
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2026-03-02, subject: p-7, lead: [{covered: true, source: report, "
               "matter: 其一}, {covered: false}]}");
}

void court_applied(struct court *c)
{
    court_recorded(c);
    court_to(c, "2026-03-03");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: 情况属实, "
               "file-number: z-1}\npapers: {application: [one]}");
}

void court_accepted(struct court *c)
{
    court_applied(c);
    court_to(c, "2026-03-04");
    court_does(c, "cdi", "accept", "");
}
