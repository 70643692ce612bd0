#include "daemon/law/procedure.h"

#include "daemon/law/procedure_read.h"
#include "daemon/law/procedure_show.h"
#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf source;
static struct procedure *yinchuan;

static int load(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    source = files_read("config/procedures/yinchuan.yaml");
    yinchuan = procedure_read("yinchuan.yaml", buf_bytes(&source), problems);
    arena_free(a);
    return yinchuan ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    procedure_free(yinchuan);
    buf_done(&source);
    return 0;
}

/* ---- the measure of Yinchuan ---- */

static void the_header_carries_title_issuer_status_and_principles(void **state)
{
    (void)state;
    assert_string_equal(yinchuan->name, "yinchuan");
    assert_string_equal(yinchuan->title, "银川市支持干部干事创业建立容错机制实施办法(试行)");
    assert_string_equal(yinchuan->issuer, "中共银川市委");
    assert_string_equal(yinchuan->status, "trial");
    assert_int_equal(yinchuan->version, 1);
    assert_int_equal(yinchuan->zone_minutes, 480);
    assert_int_equal(yinchuan->principles.n, 2);
    assert_string_equal(yinchuan->lead, "receiver");
    assert_int_equal(yinchuan->entry_lag, 3);
}

static void the_measure_has_nine_circumstances_four_bars_and_four_outcomes(void **state)
{
    (void)state;
    assert_int_equal(yinchuan->ncircumstances, 9);
    assert_int_equal(yinchuan->nbars, 4);
    assert_int_equal(yinchuan->noutcomes, 4);
    assert_int_equal(yinchuan->nclocks, 4);
    assert_int_equal(yinchuan->nstages, 10);
    assert_int_equal(procedure_circumstance(yinchuan, "c7")->nchecks, 4);
    assert_non_null(procedure_circumstance(yinchuan, "c9")->degree);
    assert_false(procedure_outcome(yinchuan, "refused")->lenient);
}

static void the_limits_are_those_of_the_document(void **state)
{
    (void)state;
    const struct clock_rule *window = procedure_clock(yinchuan, "application-window");
    const struct clock_rule *verification = procedure_clock(yinchuan, "verification");
    const struct clock_rule *issuance = procedure_clock(yinchuan, "issuance");
    assert_int_equal(window->workdays, 10);
    assert_int_equal(verification->workdays, 15);
    assert_int_equal(verification->total, 30);
    assert_int_equal(issuance->workdays, 10);
    assert_int_equal(verification->non_miss, 2);
    assert_string_equal(verification->on_miss[1].to.word[0], "superior");
}

static void every_rule_that_cites_a_requirement_quotes_an_article(void **state)
{
    (void)state;
    size_t cited = 0;
    for (size_t i = 0; i < yinchuan->nacts; i++)
        for (size_t k = 0; k < yinchuan->acts[i].nrules; k++) {
            const struct rule *r = &yinchuan->acts[i].rules[k];
            cited += r->cite.n > 0;
            if (r->cite.n && !r->article)
                fail_msg("rule %s of %s cites %s without an article", r->name, yinchuan->acts[i].name, r->cite.word[0]);
        }
    assert_true(cited >= 20);
}

static void every_act_of_the_document_quotes_an_article_and_standing_acts_come_last(void **state)
{
    (void)state;
    bool standing = false;
    for (size_t i = 0; i < yinchuan->nacts; i++) {
        const struct act *act = &yinchuan->acts[i];
        assert_true(!standing || act->standing);
        standing = act->standing;
        assert_true(act->standing || act->article);
    }
    assert_true(standing);
}

static void what_a_requirement_is_about_is_read_as_the_file_says(void **state)
{
    (void)state;
    const struct act *accept = procedure_act(yinchuan, "accept");
    assert_string_equal(accept->to, "verification");
    assert_string_equal(accept->by.word[0], "receiver");
    assert_int_equal(procedure_act(yinchuan, "issue-determination")->papers[0].need, NEED_REQUIRED);
    assert_int_equal(procedure_act(yinchuan, "apply")->parts[0].need, NEED_OPENING);
    assert_int_equal(procedure_act(yinchuan, "dispose")->from.n, yinchuan->nstages);
    assert_true(procedure_fact(yinchuan, "grounds")->is_private);
    assert_int_equal(procedure_fact(yinchuan, "decline-basis")->type, FACT_CHOICE); /* a notice carries it */
    assert_string_equal(procedure_role(yinchuan, "applicant")->same_as, "subject-unit");
    assert_true(procedure_part(yinchuan, "lead")->fields[0].required);
    assert_string_equal(procedure_notice(yinchuan, "consent-answered")->fields.word[0], "consent-state");
    assert_true(procedure_stage(yinchuan, "archived")->end);
}

static void look_ups_of_what_is_not_there_give_nothing(void **state)
{
    (void)state;
    assert_null(procedure_act(yinchuan, "acept"));
    assert_null(procedure_act(yinchuan, NULL));
    assert_null(procedure_fact(yinchuan, ""));
    assert_null(procedure_role(yinchuan, "receive"));
    assert_null(procedure_stage(yinchuan, "receivedd"));
    assert_null(procedure_clock(yinchuan, NULL));
    assert_null(procedure_part(yinchuan, "leads"));
    assert_null(procedure_circumstance(yinchuan, "c10"));
    assert_null(procedure_notice(yinchuan, "none"));
    assert_null(procedure_outcome(yinchuan, NULL));
    const struct words none = {0};
    assert_false(words_have(&none, "a"));
    assert_false(words_have(&procedure_act(yinchuan, "accept")->by, NULL));
    procedure_free(NULL);
}

static void the_hash_is_of_the_very_bytes(void **state)
{
    (void)state;
    struct hash hash = hash_of(source.p, source.n);
    assert_memory_equal(hash.b, yinchuan->hash.b, HASH_LEN);
}

/* ---- a rule taken out leaves a file that loads ---- */

static size_t load_without(const char *requirement, size_t *ret_gone)
{
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct node *root = tree_read(a, "yinchuan.yaml", buf_bytes(&source), problems);
    *ret_gone = tree_prune(root, "cite", requirement);
    struct procedure *p = procedure_read_tree(root, buf_bytes(&source), problems);
    size_t n = problems_count(problems);
    struct buf told = {0};
    problems_print(problems, &told);
    if (n)
        print_message("without %s:\n%s", requirement, buf_cstr(&told));
    buf_done(&told);
    assert_int_equal(p == NULL, n > 0);
    procedure_free(p);
    arena_free(a);
    return n;
}

static void without_any_one_requirement_the_file_still_loads(void **state)
{
    (void)state;
    size_t met = 0;
    for (int i = 3; i <= 42; i++) {
        char word[16];
        size_t gone;
        snprintf(word, sizeof word, "YC-%d", i);
        assert_int_equal(load_without(word, &gone), 0);
        met += gone > 0;
    }
    assert_true(met >= 38);
}

/* ---- damage: a file that was cut or flipped gives problems or a procedure, never a crash ---- */

static void damaged(const uint8_t *p, size_t n)
{
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct procedure *read = procedure_read("damaged.yaml", (struct bytes){p, n}, problems);
    assert_int_equal(read == NULL, problems_count(problems) > 0);
    struct buf out = {0};
    if (read) { /* what loads is whole: every name that it refers to is there to be shown */
        procedure_show(read, &out);
        procedure_draw(read, &out);
        assert_null(strstr(buf_cstr(&out), "(null)"));
    }
    buf_done(&out);
    procedure_free(read);
    arena_free(a);
}

static void a_file_cut_at_any_place_is_told_or_loads(void **state)
{
    (void)state;
    struct buf small = files_read("tests/golden/procedures/00-small.yaml");
    for (size_t n = 0; n < small.n; n += 7) {
        uint8_t *exact = malloc(n ? n : 1); /* so that a read behind the end is seen */
        assert_non_null(exact);
        memcpy(exact, small.p, n);
        damaged(exact, n);
        free(exact);
    }
    for (size_t n = 0; n < source.n; n += 850)
        damaged(source.p, n);
    buf_done(&small);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void a_file_with_a_changed_byte_is_told_or_loads(void **state)
{
    (void)state;
    static const char with[] = "{}[]:,-'\"&*!|>%#@ \n\t0a\xff";
    struct buf small = files_read("tests/golden/procedures/00-small.yaml");
    uint32_t seed = 2016;
    for (size_t i = 0; i < 1500; i++) {
        size_t at = next_random(&seed) % small.n;
        uint8_t was = small.p[at];
        small.p[at] = (uint8_t)with[next_random(&seed) % (sizeof with - 1)];
        damaged(small.p, small.n);
        small.p[at] = was;
    }
    buf_done(&small);
}

/* Lines and words exchanged: files that are well formed and mean nonsense. */
static void a_file_with_two_words_exchanged_is_told_or_loads(void **state)
{
    (void)state;
    struct buf small = files_read("tests/golden/procedures/00-small.yaml");
    struct arena *a = arena_new();
    char **word = ARENA_ARRAY(a, char *, small.n);
    size_t n = 0;
    for (char *w = strtok(arena_str(a, buf_cstr(&small)), " ,:[]{}\n-\""); w; w = strtok(NULL, " ,:[]{}\n-\""))
        word[n++] = w;
    uint32_t seed = 2026;
    for (size_t i = 0; i < 1500; i++) {
        const char *from = word[next_random(&seed) % n], *to = word[next_random(&seed) % n];
        const char *text = buf_cstr(&small), *at = text + next_random(&seed) % small.n;
        const char *found = strstr(at, from);
        if (!found)
            continue;
        struct buf changed = {0};
        buf_put(&changed, text, (size_t)(found - text));
        buf_str(&changed, to);
        buf_str(&changed, found + strlen(from));
        damaged(changed.p, changed.n);
        buf_done(&changed);
    }
    arena_free(a);
    buf_done(&small);
}

/* ---- size ---- */

/* A chain of stages as long as a message can carry is read without a deep stack. */
static void a_thousand_stages_in_a_row_are_reached(void **state)
{
    (void)state;
    enum { STAGES = 1000 };
    struct buf out = {0};
    buf_str(&out, "procedure: long\nlead: office\nversion: 1\ntitle: t\nissuer: i\nstatus: trial\nzone: \"+08:00\"\n"
                  "parameters: {entry-lag: {value: 3}, service-days: {value: 5}}\n"
                  "roles: [{role: office, label: o}]\nfacts: {}\nkinds: [{kind: k, label: k}]\nstages:\n");
    for (int i = 0; i < STAGES; i++)
        buf_printf(&out, "  - {stage: s%d, label: s%s}\n", i, i == STAGES - 1 ? ", end: true" : "");
    buf_str(&out, "acts:\n  - {act: begin, label: b, article: '1', opens: k, by: office, to: s0}\n");
    for (int i = 1; i < STAGES; i++)
        buf_printf(&out, "  - {act: a%d, label: a, article: '1', from: s%d, by: office, to: s%d}\n", i, i - 1, i);
    buf_str(&out, "standing: [{act: serve, label: s, from: any, by: task-holder}]\n");
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct procedure *p = procedure_read("long.yaml", buf_bytes(&out), problems);
    assert_int_equal(problems_count(problems), 0);
    assert_int_equal(p->nstages, STAGES);
    procedure_free(p);
    arena_free(a);
    buf_done(&out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_carries_title_issuer_status_and_principles),
        cmocka_unit_test(the_measure_has_nine_circumstances_four_bars_and_four_outcomes),
        cmocka_unit_test(the_limits_are_those_of_the_document),
        cmocka_unit_test(every_rule_that_cites_a_requirement_quotes_an_article),
        cmocka_unit_test(every_act_of_the_document_quotes_an_article_and_standing_acts_come_last),
        cmocka_unit_test(what_a_requirement_is_about_is_read_as_the_file_says),
        cmocka_unit_test(look_ups_of_what_is_not_there_give_nothing),
        cmocka_unit_test(the_hash_is_of_the_very_bytes),
        cmocka_unit_test(without_any_one_requirement_the_file_still_loads),
        cmocka_unit_test(a_file_cut_at_any_place_is_told_or_loads),
        cmocka_unit_test(a_file_with_a_changed_byte_is_told_or_loads),
        cmocka_unit_test(a_file_with_two_words_exchanged_is_told_or_loads),
        cmocka_unit_test(a_thousand_stages_in_a_row_are_reached),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("procedure", tests, load, unload);
}
