/* test_problems.c - order, bounds and carets of what is told */
#include "tests/unit/yaml_fixture.h"

static void the_caret_stands_under_its_character_behind_wide_ones(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "银川: {转到: 承辦中}\n");
    static const char *const stages[] = {"申请", "承办中", "已认定"};
    node_unknown(node_get(node_get(root, "银川"), "转到"), "stage", stages, 3, f->problems);
    assert_string_equal(printed(f), "f.yaml:1:10: error: stage '承辦中' is not defined; did you mean '承办中'?\n"
                                    "    银川: {转到: 承辦中}\n"
                                    "                 ^\n");
}

static void the_caret_keeps_the_tabs_of_its_line(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "{a:\t\tb}\n");
    problems_add(f->problems, node_get(root, "a"), "here");
    assert_string_equal(printed(f), "f.yaml:1:6: error: here\n    {a:\t\tb}\n       \t\t^\n");
}

static void a_carriage_return_does_not_end_up_in_the_shown_line(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: b\r\n");
    problems_add(f->problems, node_get(root, "a"), "here");
    assert_string_equal(problems_at(f->problems, 0)->shown, "a: b");
}

static void a_long_line_is_shown_around_the_column(void **state)
{
    struct fixture *f = *state;
    struct buf b = {0};
    buf_str(&b, "[");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%03d, ", i);
    buf_str(&b, "]");
    const struct node *root = read_bytes(f, (const char *)b.p, b.n);
    buf_done(&b);
    problems_add(f->problems, node_item(root, 500), "here");
    const struct problem *one = problems_at(f->problems, 0);
    assert_int_equal(one->column, 2502);
    assert_true(strlen(one->shown) < 200);
    assert_memory_equal(one->shown, "…", strlen("…"));
    /* the cut takes one column and three bytes */
    assert_memory_equal(one->shown + strlen(one->caret) + 2, "500", 3);
}

static void problems_come_out_by_file_and_place_each_once(void **state)
{
    struct fixture *f = *state;
    struct source one = {"one", "aaaa\nbbbb\n", 10}, two = {"two", "c\n", 2};
    problems_add_at(f->problems, &one, 2, 3, "third");
    problems_add_at(f->problems, &two, 1, 1, "fifth");
    problems_add_at(f->problems, &one, 1, 2, "first");
    problems_add_at(f->problems, &one, 2, 1, "second");
    problems_add_at(f->problems, &one, 2, 3, "fourth");
    problems_add_at(f->problems, &one, 2, 3, "third");
    problems_add_at(f->problems, &one, 99, 99, "behind the end");
    problems_add_file(f->problems, "three", "no such file");
    assert_int_equal(problems_count(f->problems), 7);
    assert_string_equal(printed(f), "one:1:2: error: first\n    aaaa\n     ^\n"
                                    "one:2:1: error: second\n    bbbb\n    ^\n"
                                    "one:2:3: error: third\n    bbbb\n      ^\n"
                                    "one:2:3: error: fourth\n    bbbb\n      ^\n"
                                    "one:99:99: error: behind the end\n    \n    ^\n"
                                    "two:1:1: error: fifth\n    c\n    ^\n"
                                    "three: error: no such file\n");
}

static void of_many_problems_the_first_hundred_are_kept(void **state)
{
    struct fixture *f = *state;
    struct source s = {"s", "", 0};
    for (int line = 150; line >= 1; line--)
        problems_add_at(f->problems, &s, line, 1, "line %d", line);
    assert_int_equal(problems_count(f->problems), 150);
    expect(f, 0, 1, 1, "line 1");
    expect(f, 99, 100, 1, "line 100");
    assert_null(problems_at(f->problems, 100));
    const char *out = printed(f);
    assert_string_equal(out + strlen(out) - strlen("and 50 more\n"), "and 50 more\n");
}

static void no_message_writes_escapes_or_grows_without_bound(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(9001);
    for (size_t i = 0; i < 9000; i += 3)
        memcpy(text + i, "银", 3);
    text[9000] = '\0';
    problems_add(f->problems, NULL, "a\x1b[31m\nb\xff %s", text);
    free(text);
    const struct problem *one = problems_at(f->problems, 0);
    assert_memory_equal(one->text, "a?[31m b? 银", strlen("a?[31m b? 银"));
    assert_in_range(strlen(one->text), 900, 1000);
    assert_string_equal(one->text + strlen(one->text) - strlen("银…"), "银…");
}

static void without_a_problem_nothing_is_printed(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(printed(f), "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(the_caret_stands_under_its_character_behind_wide_ones),
        T(the_caret_keeps_the_tabs_of_its_line),
        T(a_carriage_return_does_not_end_up_in_the_shown_line),
        T(a_long_line_is_shown_around_the_column),
        T(problems_come_out_by_file_and_place_each_once),
        T(of_many_problems_the_first_hundred_are_kept),
        T(no_message_writes_escapes_or_grows_without_bound),
        T(without_a_problem_nothing_is_printed),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("problems", tests, NULL, NULL);
}
