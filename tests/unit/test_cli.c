#include "clients/leeway/body.h"
#include "clients/leeway/cli.h"
#include "clients/leeway/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 16 };

static enum cli_result parse(const char *line, struct cli *ret, char why[CLI_WHY])
{
    static char copy[512];
    char *argv[WORDS], *rest = NULL;
    int argc = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    *why = 0;
    return cli_parse(&verbs, argc, argv, ret, why);
}

static void a_verb_is_found_by_its_two_words(void **state)
{
    (void)state;
    struct cli c;
    char why[CLI_WHY];
    assert_int_equal(parse("leeway case act 17 accept --done 2026-02-13 --expect=3 -n", &c, why), CLI_RUN);
    assert_string_equal(c.verb->noun, "case");
    assert_string_equal(c.verb->verb, "act");
    assert_string_equal(cli_word(&c, 0), "17");
    assert_string_equal(cli_word(&c, 1), "accept");
    assert_null(cli_word(&c, 2));
    assert_string_equal(cli_flag(&c, "done"), "2026-02-13");
    assert_string_equal(cli_flag(&c, "expect"), "3");
    assert_non_null(cli_flag(&c, "dry-run"));
    assert_null(cli_flag(&c, "reason"));
}

static void flags_may_stand_before_the_words_and_be_repeated(void **state)
{
    (void)state;
    struct cli c;
    char why[CLI_WHY];
    assert_int_equal(parse("leeway -ojson case -f a=1 act --field b=2 17 accept", &c, why), CLI_RUN);
    size_t at = 0;
    assert_string_equal(cli_each(&c, "field", &at), "a=1");
    assert_string_equal(cli_each(&c, "field", &at), "b=2");
    assert_null(cli_each(&c, "field", &at));
    assert_string_equal(cli_flag(&c, "output"), "json");
}

static void two_dashes_end_the_flags(void **state)
{
    (void)state;
    struct cli c;
    char why[CLI_WHY];
    assert_int_equal(parse("leeway paper put -- -odd-name", &c, why), CLI_RUN);
    assert_string_equal(cli_word(&c, 0), "-odd-name");
}

static void the_nearest_word_is_named_and_never_run(void **state)
{
    (void)state;
    static const struct {
        const char *line, *near;
    } slips[] = {
        {"leeway cse list", "did you mean case?"},
        {"leeway case lsit", "did you mean list?"},
        {"leeway case list --stge x", "did you mean --stage?"},
        {"leeway stauts", "did you mean status?"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct cli c;
        char why[CLI_WHY];
        assert_int_equal(parse(slips[i].line, &c, why), CLI_WRONG);
        assert_non_null(strstr(why, slips[i].near));
    }
}

static void wrong_usage_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "leeway case show",
        "leeway case show 1 2",
        "leeway case show 1 --done 2026-01-01",
        "leeway status --help=x",
        "leeway case show 1 --output",
        "leeway status x",
        "leeway --unheard-of",
        "leeway key add p",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cli c;
        char why[CLI_WHY];
        assert_int_equal(parse(wrong[i], &c, why), CLI_WRONG);
        assert_true(*why);
    }
}

static void help_is_for_who_asks_and_who_names_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {"leeway", "leeway case", "leeway case show --help", "leeway -h"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct cli c;
        char why[CLI_WHY];
        assert_int_equal(parse(lines[i], &c, why), CLI_HELP);
    }
}

static void the_locale_decides_in_its_order(void **state)
{
    (void)state;
    assert_int_equal(cli_language(NULL, NULL, "zh_CN.UTF-8"), ZH);
    assert_int_equal(cli_language(NULL, "en_US.UTF-8", "zh_CN.UTF-8"), EN);
    assert_int_equal(cli_language("zh_CN.UTF-8", "C", "C"), ZH);
    assert_int_equal(cli_language("", "", "zh"), ZH);
    assert_int_equal(cli_language(NULL, NULL, NULL), EN);
}

static void the_tables_agree_with_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < verbs.n; i++) {
        const struct verb *v = &verbs.verb[i];
        assert_non_null(v->run);
        assert_non_null(v->zh);
        assert_ptr_equal(verb_find(&verbs, v->noun, v->verb), v); /* no verb twice */
        char copy[256], *rest = NULL;
        snprintf(copy, sizeof copy, "%s", v->flags);
        for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
            bool known = false;
            for (size_t k = 0; k < verbs.nflags; k++)
                known = known || strcmp(verbs.flag[k].name, name) == 0;
            assert_true(known);
        }
    }
}

static void help_completion_and_man_name_every_verb(void **state)
{
    (void)state;
    struct buf overview = {0}, completion = {0}, man = {0};
    help_overview(&overview, &verbs, EN);
    help_completion(&completion, &verbs);
    help_man(&man, &verbs);
    for (size_t i = 0; i < verbs.n; i++) {
        assert_non_null(strstr(buf_cstr(&overview), verbs.verb[i].verb));
        assert_non_null(strstr(buf_cstr(&completion), verbs.verb[i].verb));
        assert_non_null(strstr(buf_cstr(&man), verbs.verb[i].verb));
    }
    buf_done(&overview);
    buf_done(&completion);
    buf_done(&man);
}

/* ---- values of fields ---- */

static struct value *typed(struct run *r, const char *type, const char *text)
{
    struct arena *a = r->arena;
    struct value *field = v_map(a), *of = v_list(a), *option = v_map(a);
    const char *why = NULL;
    v_put_str(a, option, "word", "serious");
    v_put_str(a, option, "label", "严重损失");
    v_push(a, of, option);
    v_put_str(a, field, "type", type);
    v_put(a, field, "of", of);
    struct value *v = body_value(r, field, text, &why);
    assert_true((v == NULL) == (why != NULL));
    return v;
}

static void a_text_becomes_what_the_field_wants(void **state)
{
    (void)state;
    struct run r = {.arena = arena_new(), .language = EN};
    assert_true(v_truth(typed(&r, "bool", "是")));
    assert_int_equal(v_kind(typed(&r, "bool", "no")), V_BOOL);
    assert_int_equal(v_number(typed(&r, "int", "-3"), 0), -3);
    assert_string_equal(v_text(typed(&r, "text", "12"), ""), "12");
    assert_string_equal(v_text(typed(&r, "day", "2026-02-13"), ""), "2026-02-13");
    assert_string_equal(v_text(typed(&r, "grade", "serious"), ""), "serious");
    assert_string_equal(v_text(typed(&r, "grade", "严重损失"), ""), "serious");
    assert_string_equal(v_text(typed(&r, "choice", "1"), ""), "serious");
    assert_int_equal(v_count(typed(&r, "part-list", "1, 2,3")), 3);
    assert_int_equal(v_kind(typed(&r, "circumstances", "{\"c1\":[\"a\"]}")), V_MAP);
    static const char *const wrong[][2] = {
        {"bool", "perhaps"}, {"int", "3x"},      {"int", ""},          {"day", "2026-02-30"},
        {"choice", "2"},     {"choice", "none"}, {"part-list", "1,x"}, {"circumstances", "{"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(typed(&r, wrong[i][0], wrong[i][1]));
    arena_free(r.arena);
}

static void who_did_it_is_a_party_or_a_department(void **state)
{
    (void)state;
    struct run r = {.arena = arena_new()};
    assert_string_equal(v_get_str(body_party(&r, "applicant"), "party", ""), "applicant");
    assert_string_equal(v_get_str(body_party(&r, "department:audit"), "department", ""), "audit");
    arena_free(r.arena);
}

static void a_cell_shows_each_kind_of_value(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf out = {0};
    struct value *list = v_list(a);
    v_push(a, list, v_str(a, "a"));
    v_push(a, list, v_int(a, 2));
    v_push(a, list, v_bin(a, "\xff", 1));
    put_cell(&out, list, CELL);
    assert_string_equal(buf_cstr(&out), "a, 2, ff");
    buf_clear(&out);
    put_cell(&out, v_int(a, 1771200000000), CELL_MOMENT);
    assert_string_equal(buf_cstr(&out), "2026-02-16 08:00:00");
    buf_clear(&out);
    put_cell(&out, NULL, CELL);
    assert_string_equal(buf_cstr(&out), "");
    buf_done(&out);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verb_is_found_by_its_two_words),
        cmocka_unit_test(flags_may_stand_before_the_words_and_be_repeated),
        cmocka_unit_test(two_dashes_end_the_flags),
        cmocka_unit_test(the_nearest_word_is_named_and_never_run),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(help_is_for_who_asks_and_who_names_nothing),
        cmocka_unit_test(the_locale_decides_in_its_order),
        cmocka_unit_test(the_tables_agree_with_themselves),
        cmocka_unit_test(help_completion_and_man_name_every_verb),
        cmocka_unit_test(a_text_becomes_what_the_field_wants),
        cmocka_unit_test(who_did_it_is_a_party_or_a_department),
        cmocka_unit_test(a_cell_shows_each_kind_of_value),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
