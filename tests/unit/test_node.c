/* test_node.c - polite questions to a tree */
#include "tests/unit/yaml_fixture.h"

static void what_is_not_there_is_answered_silently(void **state)
{
    struct fixture *f = *state;
    struct problems *p = f->problems;
    static const char *const words[] = {"a"};
    assert_null(node_get(NULL, "a"));
    assert_null(node_need(NULL, "a", p));
    assert_null(node_map(NULL, p));
    assert_null(node_list(NULL, p));
    assert_true(node_known_keys(NULL, words, 1, p));
    assert_string_equal(node_text(NULL, "x", p), "x");
    assert_null(node_name(NULL, NULL, p));
    assert_int_equal(node_int(NULL, 1, 2, 7, p), 7);
    assert_true(node_bool(NULL, true, p));
    assert_false(day_is(node_day(NULL, p)));
    assert_int_equal(node_choice(NULL, words, 1, p), -1);
    assert_int_equal(node_item_count(NULL), 0);
    assert_int_equal(node_entry_count(NULL), 0);
    assert_null(node_item(NULL, 0));
    assert_null(node_key(NULL, 0));
    assert_null(node_key_text(NULL, 0));
    assert_null(node_value(NULL, 0));
    assert_false(node_is_nothing(NULL));
    assert_false(node_has_word(NULL, "a"));
    expect_fine(f);
}

static void a_missing_key_is_a_problem_at_the_map(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a:\n  b: 1\n");
    assert_null(node_need(node_need(root, "a", f->problems), "title", f->problems));
    expect_only(f, 2, 3, "the key 'title' is missing here");
}

static void a_thing_that_is_no_map_is_told_once(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: [1]\n");
    const struct node *a = node_get(root, "a");
    node_need(a, "x", f->problems);
    node_need(a, "y", f->problems);
    assert_false(node_known_keys(a, NULL, 0, f->problems));
    expect_only(f, 1, 4, "expected a map (key: value), found a list");
}

static void each_unknown_key_is_told_with_the_nearest_known(void **state)
{
    struct fixture *f = *state;
    static const char *const known[] = {"title", "stages", "clocks"};
    const struct node *root = read_text(f, "titel: 1\nstages: 2\nzzzzzzzz: 3\n");
    assert_false(node_known_keys(root, known, 3, f->problems));
    expect(f, 0, 1, 1, "unknown key 'titel'; did you mean 'title'?");
    expect(f, 1, 3, 1, "unknown key 'zzzzzzzz'");
    assert_null(strstr(problems_at(f->problems, 1)->text, "did you mean"));
    assert_int_equal(problems_count(f->problems), 2);
    assert_true(node_known_keys(read_text(f, "clocks: 1\n"), known, 3, f->problems));
}

static void one_thing_counts_as_a_list_of_one(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: YC-1\nb: [YC-1, YC-2]\nc: {d: 1}\ne:\nf: []\ng: ''\n");
    assert_int_equal(node_item_count(node_get(root, "a")), 1);
    assert_string_equal(node_item(node_get(root, "a"), 0)->text, "YC-1");
    assert_null(node_item(node_get(root, "a"), 1));
    assert_int_equal(node_item_count(node_get(root, "b")), 2);
    assert_int_equal(node_item_count(node_get(root, "c")), 1);
    assert_int_equal(node_item_count(node_get(root, "e")), 0);
    assert_int_equal(node_item_count(node_get(root, "f")), 0);
    assert_int_equal(node_item_count(node_get(root, "g")), 1);
    assert_true(node_has_word(node_get(root, "a"), "YC-1"));
    assert_true(node_has_word(node_get(root, "b"), "YC-2"));
    assert_false(node_has_word(node_get(root, "b"), "YC-3"));
    assert_false(node_has_word(node_get(root, "c"), "1"));
    expect_fine(f);
    assert_null(node_list(node_get(root, "a"), f->problems));
    expect_only(f, 1, 4, "expected a list, found 'YC-1'");
}

static void a_text_is_any_scalar_but_nothing(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: null\nb: ''\nc:\nd: [1]\n");
    assert_string_equal(node_text(node_get(root, "a"), "x", f->problems), "null");
    assert_string_equal(node_text(node_get(root, "b"), "x", f->problems), "");
    expect_fine(f);
    assert_string_equal(node_text(node_get(root, "c"), "x", f->problems), "x");
    assert_null(node_text(node_get(root, "d"), NULL, f->problems));
    expect(f, 0, 3, 3, "expected a text, found nothing");
    expect(f, 1, 4, 4, "expected a text, found a list");
}

static void a_name_has_the_form_of_our_identifiers(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: suspend-accountability\nb: Suspend\n");
    assert_string_equal(node_name(node_get(root, "a"), NULL, f->problems), "suspend-accountability");
    expect_fine(f);
    assert_null(node_name(node_get(root, "b"), NULL, f->problems));
    expect_only(f, 2, 4, "found 'Suspend'");
}

static void a_number_is_decimal_plain_and_in_range(void **state)
{
    struct fixture *f = *state;
    const struct node *good = read_text(f, "[0, 15, -3, 999999999999999999]");
    assert_int_equal(node_int(node_item(good, 0), -5, 20, 7, f->problems), 0);
    assert_int_equal(node_int(node_item(good, 1), -5, 15, 7, f->problems), 15);
    assert_int_equal(node_int(node_item(good, 2), -3, 15, 7, f->problems), -3);
    assert_int_equal(node_int(node_item(good, 3), 0, INT64_MAX, 7, f->problems), 999999999999999999);
    expect_fine(f);
    const struct node *bad =
        read_text(f, "- 21\n- -1\n- 010\n- 1.5\n- 1e3\n- '5'\n- 9999999999999999999\n- \n- [5]\n- -0\n- x\n");
    for (size_t i = 0; i < bad->n; i++)
        assert_int_equal(node_int(node_item(bad, i), 0, 20, 7, f->problems), 7);
    assert_int_equal(problems_count(f->problems), bad->n);
    expect(f, 0, 1, 3, "expected a whole number from 0 to 20, found '21'");
    expect(f, 5, 6, 3, "found '5' in quotes");
    expect(f, 7, 8, 2, "found nothing");
}

static void only_true_and_false_are_truth_values(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "[true, false, yes, 'true', True]");
    assert_true(node_bool(node_item(root, 0), false, f->problems));
    assert_false(node_bool(node_item(root, 1), true, f->problems));
    expect_fine(f);
    assert_true(node_bool(node_item(root, 2), true, f->problems));
    assert_false(node_bool(node_item(root, 3), false, f->problems));
    node_bool(node_item(root, 4), false, f->problems);
    expect(f, 0, 1, 15, "expected true or false, found 'yes'");
    expect(f, 1, 1, 20, "found 'true' in quotes");
    expect(f, 2, 1, 28, "found 'True'");
}

static void a_day_is_written_year_month_day(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "[2026-02-13, '2026-02-13', 2026-02-30, 13.2.2026]");
    assert_int_equal(node_day(node_item(root, 0), f->problems).n, day_of_civil(2026, 2, 13).n);
    assert_int_equal(node_day(node_item(root, 1), f->problems).n, day_of_civil(2026, 2, 13).n);
    expect_fine(f);
    assert_false(day_is(node_day(node_item(root, 2), f->problems)));
    assert_false(day_is(node_day(node_item(root, 3), f->problems)));
    expect(f, 0, 1, 28, "expected a day such as 2026-02-13, found '2026-02-30'");
    expect(f, 1, 1, 40, "found '13.2.2026'");
}

static void a_choice_names_the_words_and_the_nearest(void **state)
{
    struct fixture *f = *state;
    static const char *const words[] = {"exempted", "mitigated", "lighter", "refused"};
    static const char *const many[] = {"aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii", "jj", "kk", "ll", "mm"};
    const struct node *root = read_text(f, "[lighter, lightre, nonsense, [x], zzzzzz]");
    assert_int_equal(node_choice(node_item(root, 0), words, 4, f->problems), 2);
    expect_fine(f);
    assert_int_equal(node_choice(node_item(root, 1), words, 4, f->problems), -1);
    assert_int_equal(node_choice(node_item(root, 2), words, 4, f->problems), -1);
    assert_int_equal(node_choice(node_item(root, 3), words, 1, f->problems), -1);
    assert_int_equal(node_choice(node_item(root, 4), many, 13, f->problems), -1);
    assert_string_equal(problems_at(f->problems, 0)->text,
                        "expected one of exempted, mitigated, lighter, refused, found 'lightre'; "
                        "did you mean 'lighter'?");
    assert_string_equal(problems_at(f->problems, 1)->text,
                        "expected one of exempted, mitigated, lighter, refused, found 'nonsense'");
    assert_string_equal(problems_at(f->problems, 2)->text, "expected exempted, found a list");
    assert_string_equal(problems_at(f->problems, 3)->text, "expected one of 13 words, found 'zzzzzz'");
}

static void a_long_text_is_shortened_in_a_message(void **state)
{
    struct fixture *f = *state;
    const struct node *root =
        read_text(f, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十完");
    assert_string_equal(node_seen(root, f->problems),
                        "'一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十…'");
}

static void several_problems_come_out_in_one_run(void **state)
{
    struct fixture *f = *state;
    static const char *const known[] = {"title", "stages", "limit", "trial"};
    const struct node *root = read_text(f, "stages: &s [a, a]\ntilte: x\nlimit: many\nlimit: 3\ntrial: maybe\n");
    node_known_keys(root, known, 4, f->problems);
    node_need(root, "title", f->problems);
    node_int(node_get(root, "limit"), 1, 99, 0, f->problems);
    node_bool(node_get(root, "trial"), false, f->problems);
    assert_string_equal(printed(f), "f.yaml:1:1: error: the key 'title' is missing here\n"
                                    "    stages: &s [a, a]\n"
                                    "    ^\n"
                                    "f.yaml:1:9: error: anchors are not used here: '&s'; write the value itself\n"
                                    "    stages: &s [a, a]\n"
                                    "            ^\n"
                                    "f.yaml:2:1: error: unknown key 'tilte'; did you mean 'title'?\n"
                                    "    tilte: x\n"
                                    "    ^\n"
                                    "f.yaml:3:8: error: expected a whole number from 1 to 99, found 'many'\n"
                                    "    limit: many\n"
                                    "           ^\n"
                                    "f.yaml:4:1: error: the key 'limit' of line 3 stands a second time on line 4\n"
                                    "    limit: 3\n"
                                    "    ^\n"
                                    "f.yaml:5:8: error: expected true or false, found 'maybe'\n"
                                    "    trial: maybe\n"
                                    "           ^\n");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(what_is_not_there_is_answered_silently),   T(a_missing_key_is_a_problem_at_the_map),
        T(a_thing_that_is_no_map_is_told_once),      T(each_unknown_key_is_told_with_the_nearest_known),
        T(one_thing_counts_as_a_list_of_one),        T(a_text_is_any_scalar_but_nothing),
        T(a_name_has_the_form_of_our_identifiers),   T(a_number_is_decimal_plain_and_in_range),
        T(only_true_and_false_are_truth_values),     T(a_day_is_written_year_month_day),
        T(a_choice_names_the_words_and_the_nearest), T(a_long_text_is_shortened_in_a_message),
        T(several_problems_come_out_in_one_run),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
