/* The catalogue of transitions in PROTOCOL.md is what the compiled procedures say, row by row, and nothing else. */
#include "daemon/law/procedure_read.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROTOCOL SOURCE_DIR "/proto/PROTOCOL.md"
#define PROCEDURES SOURCE_DIR "/config/procedures/*.yaml"
#define HEAD                                                                                                           \
    "| kind | label | acts | to | fields | answer | limit |\n"                                                         \
    "|---|---|---|---|---|---|---|\n"

enum { MOST = 64, FILES = 32 };

/* Words in the order in which they were found, each once. */
struct set {
    const char *word[MOST];
    size_t n;
};

static void set_add(struct set *s, const char *word)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->word[i], word) == 0)
            return;
    assert_true(s->n < MOST);
    s->word[s->n++] = word;
}

static void read_whole(const char *file, struct buf *out)
{
    FILE *f = fopen(file, "rb");
    char block[65536];
    size_t n;
    assert_non_null(f);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_put(out, block, n);
    fclose(f);
}

/* ---- a row as the procedure has it ---- */

struct row {
    struct set acts, to, fields, answers, limits;
};

static void tells(struct row *r, const char *type, const char *act, const struct effect *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tells(r, type, act, e[i].kids, e[i].nkids);
        if (e[i].verb == DO_CORRECT && strcmp(type, "act-corrected") == 0)
            set_add(&r->acts, act);
        if (e[i].verb != DO_TELL || strcmp(e[i].name, type) != 0)
            continue;
        set_add(&r->acts, act);
        for (size_t k = 0; k < e[i].to.n; k++)
            set_add(&r->to, e[i].to.word[k]);
        if (!e[i].answer)
            continue;
        set_add(&r->answers, e[i].answer);
        for (size_t k = 0; k < e[i].or_acts.n; k++)
            set_add(&r->answers, e[i].or_acts.word[k]);
        set_add(&r->limits, e[i].clock ? e[i].clock : "(parameter)");
    }
}

/* What the judge tells by itself, whatever the procedure: decide_due(), ledger_correct(), do_correct(). */
static void tells_of_the_judge(struct row *r, const struct procedure *p, const char *type)
{
    for (size_t i = 0; i < p->nclocks && strcmp(type, "limit-near") == 0; i++) {
        set_add(&r->acts, "(clock)");
        if (p->clocks[i].near)
            set_add(&r->to, p->clocks[i].owner);
    }
    if (strcmp(type, "limit-miss-undone") == 0)
        set_add(&r->acts, "(clock)");
    if (strcmp(type, "limit-miss-undone") == 0 || strcmp(type, "act-corrected") == 0)
        set_add(&r->to, "(whoever was told)");
    if (strcmp(type, "task-reminder") == 0) {
        set_add(&r->acts, "(task)");
        set_add(&r->to, "(whoever has the task)");
    }
    for (size_t i = 0; i < p->nroles && strcmp(type, "task-escalated") == 0; i++) {
        set_add(&r->acts, "(task)");
        if (p->roles[i].superior)
            set_add(&r->to, p->roles[i].name);
    }
}

static void put_set(struct buf *out, const struct set *s)
{
    buf_str(out, " ");
    for (size_t i = 0; i < s->n; i++)
        buf_printf(out, "%s%s", i ? ", " : "", s->word[i]);
    buf_str(out, s->n ? " |" : "|");
}

static struct row row_of(const struct procedure *p, const struct notice_type *t)
{
    struct row r = {0};
    for (size_t i = 0; i < p->nacts; i++)
        for (size_t k = 0; k < p->acts[i].nrules; k++)
            tells(&r, t->name, p->acts[i].name, p->acts[i].rules[k].effects, p->acts[i].rules[k].neffects);
    for (size_t i = 0; i < p->nclocks; i++)
        tells(&r, t->name, "(clock)", p->clocks[i].on_miss, p->clocks[i].non_miss);
    tells_of_the_judge(&r, p, t->name);
    for (size_t i = 0; i < t->fields.n; i++)
        set_add(&r.fields, t->fields.word[i]);
    return r;
}

static void put_row(struct buf *out, const struct notice_type *t, const struct row *r)
{
    buf_printf(out, "| %s | %s |", t->name, t->label);
    put_set(out, &r->acts);
    put_set(out, &r->to);
    put_set(out, &r->fields);
    put_set(out, &r->answers);
    put_set(out, &r->limits);
    buf_str(out, "\n");
}

/* ---- the tables ---- */

struct laws {
    struct arena *arena;
    struct procedure *p[FILES];
    size_t n;
};

static int read_laws(void **state)
{
    static struct laws l;
    glob_t files;
    l = (struct laws){.arena = arena_new()};
    assert_int_equal(glob(PROCEDURES, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc && i < FILES; i++) {
        struct buf text = {0};
        read_whole(files.gl_pathv[i], &text);
        l.p[l.n] = procedure_read(files.gl_pathv[i], buf_bytes(&text), problems_new(l.arena));
        assert_non_null(l.p[l.n]);
        l.n++;
        buf_done(&text);
    }
    globfree(&files);
    *state = &l;
    return 0;
}

static int drop_laws(void **state)
{
    struct laws *l = *state;
    for (size_t i = 0; i < l->n; i++)
        procedure_free(l->p[i]);
    arena_free(l->arena);
    return 0;
}

/* The table under "### name", up to the first line that is no row. */
static void table_of(const char *protocol, const char *name, struct buf *out)
{
    char heading[128];
    snprintf(heading, sizeof heading, "\n### %s\n", name);
    const char *at = strstr(protocol, heading);
    assert_non_null(at);
    at = strstr(at, "\n|");
    for (at = at ? at + 1 : ""; *at == '|'; at += strcspn(at, "\n") + 1)
        buf_put(out, at, strcspn(at, "\n") + 1);
}

/* The whole table is shown, for cmocka cuts what it prints. */
static void same(const char *written, const char *expected)
{
    size_t line = 1;
    for (size_t i = 0; written[i] && written[i] == expected[i]; i++)
        line += written[i] == '\n';
    if (strcmp(written, expected) == 0)
        return;
    fprintf(stderr, "The table in PROTOCOL.md should be:\n%s", expected);
    fail_msg("line %zu of the table differs", line);
}

static void the_catalogue_is_what_the_procedures_say(void **state)
{
    struct laws *l = *state;
    struct buf protocol = {0};
    read_whole(PROTOCOL, &protocol);
    for (size_t i = 0; i < l->n; i++) {
        struct buf written = {0}, expected = {0};
        table_of(buf_cstr(&protocol), l->p[i]->name, &written);
        buf_str(&expected, HEAD);
        for (size_t k = 0; k < l->p[i]->nnotices; k++) {
            struct row r = row_of(l->p[i], &l->p[i]->notices[k]);
            put_row(&expected, &l->p[i]->notices[k], &r);
        }
        same(buf_cstr(&written), buf_cstr(&expected));
        buf_done(&written);
        buf_done(&expected);
    }
    buf_done(&protocol);
}

static const struct procedure *law_called(const struct laws *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->p[i]->name, name) == 0)
            return l->p[i];
    fail_msg("%s: there is no such procedure", name);
    return NULL;
}

/* The kinds that other programs are written against: some of Yinchuan's, and what the judge tells by itself in any. */
static void the_kinds_that_were_promised_are_there(void **state)
{
    static const char *const promised[] = {"application-received",   "application-accepted", "application-declined",
                                           "suspend-accountability", "suspension-confirmed", "suspension-ended",
                                           "assistance-requested",   "limit-extended",       "report-issued",
                                           "opinion-issued",         "determination-issued", "consent-requested",
                                           "consent-answered",       "archive-due",          "archived",
                                           "consequence-told",       "limit-missed"};
    static const char *const everywhere[] = {"limit-near", "limit-miss-undone", "task-reminder", "task-escalated",
                                             "act-corrected"};
    struct laws *l = *state;
    for (size_t k = 0; k < sizeof promised / sizeof *promised; k++)
        assert_non_null(procedure_notice(law_called(l, "yinchuan"), promised[k]));
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < sizeof everywhere / sizeof *everywhere; k++)
            assert_non_null(procedure_notice(l->p[i], everywhere[k]));
}

static void every_kind_is_told_by_something(void **state)
{
    struct laws *l = *state;
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->p[i]->nnotices; k++) {
            struct row r = row_of(l->p[i], &l->p[i]->notices[k]);
            if (!r.acts.n)
                fail_msg("%s: nothing tells of it", l->p[i]->notices[k].name);
        }
    }
}

/* By a rule that applies always: so whoever follows the transitions knows where each case is. */
static bool is_telling(const struct effect *e, const char *name)
{
    (void)name;
    return e->verb == DO_TELL;
}

static bool tells_always(const struct act *a)
{
    for (size_t i = 0; i < a->nrules; i++)
        if (!a->rules[i].when && effects_any(a->rules[i].effects, a->rules[i].neffects, is_telling, NULL))
            return true;
    return false;
}

static void an_act_that_opens_or_moves_a_case_tells_of_it(void **state)
{
    struct laws *l = *state;
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->p[i]->nacts; k++) {
            const struct act *a = &l->p[i]->acts[k];
            if ((a->opens || a->to) && !tells_always(a))
                fail_msg("%s: no transition", a->name);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_is_what_the_procedures_say),
        cmocka_unit_test(the_kinds_that_were_promised_are_there),
        cmocka_unit_test(every_kind_is_told_by_something),
        cmocka_unit_test(an_act_that_opens_or_moves_a_case_tells_of_it),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, read_laws, drop_laws);
}
