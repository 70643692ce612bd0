/* Every mistake that a procedure file can hold: tests/golden/procedures/NN-what.bad.yaml and what is said of it. */
#include "daemon/law/procedure_read.h"
#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char folder[] = "tests/golden/procedures";

/* What is said of a file; empty when it loads. */
static struct buf told_of(const char *path, size_t *ret_problems)
{
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct buf in = files_read(path), told = {0};
    const char *name = strrchr(path, '/') + 1;
    struct procedure *p = procedure_read(name, buf_bytes(&in), problems);
    problems_print(problems, &told);
    assert_int_equal(p == NULL, problems_count(problems) > 0);
    if (ret_problems)
        *ret_problems = problems_count(problems);
    procedure_free(p);
    buf_done(&in);
    arena_free(a);
    return told;
}

static void each_bad_file_is_told_as_its_golden_text_says(void **state)
{
    (void)state;
    struct file_names names = files_list(folder, ".bad.yaml");
    assert_true(names.n >= 60);
    for (size_t i = 0; i < names.n; i++) {
        char golden[1024];
        size_t problems, stem = strlen(names.name[i]) - strlen(".bad.yaml");
        struct buf told = told_of(names.name[i], &problems);
        if (!problems)
            fail_msg("%s loads", names.name[i]);
        snprintf(golden, sizeof golden, "%.*s.err", (int)stem, names.name[i]);
        files_golden(golden, buf_bytes(&told));
        buf_done(&told);
    }
    files_forget(&names);
}

/* The bad files are this one with a mistake in it. */
static void the_file_that_they_come_from_loads(void **state)
{
    (void)state;
    struct buf told = told_of("tests/golden/procedures/00-small.yaml", NULL);
    assert_string_equal(buf_cstr(&told), "");
    buf_done(&told);
}

static void each_problem_but_of_whole_files_names_line_and_column(void **state)
{
    (void)state;
    struct file_names names = files_list(folder, ".err");
    for (size_t i = 0; i < names.n; i++) {
        struct buf text = files_read(names.name[i]);
        const char *colon = strchr(buf_cstr(&text), ':');
        bool whole = strstr(buf_cstr(&text), "the file is empty") != NULL;
        assert_non_null(colon);
        assert_true(whole || (colon[1] >= '1' && colon[1] <= '9'));
        assert_non_null(strstr(buf_cstr(&text), "error: "));
        buf_done(&text);
    }
    files_forget(&names);
}

static void several_mistakes_are_told_in_one_run(void **state)
{
    (void)state;
    struct file_names names = files_list(folder, "several-in-one-file.bad.yaml");
    assert_int_equal(names.n, 1);
    size_t problems;
    struct buf told = told_of(names.name[0], &problems);
    const char *const each[] = {"did you mean 'checked'?", "did you mean 'checking'?", "did you mean 'loss'?",
                                "did you mean 'outcome'?", "did you mean 'missing'?"};
    assert_true(problems >= 5);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        assert_non_null(strstr(buf_cstr(&told), each[i]));
    buf_done(&told);
    files_forget(&names);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_that_they_come_from_loads),
        cmocka_unit_test(each_bad_file_is_told_as_its_golden_text_says),
        cmocka_unit_test(each_problem_but_of_whole_files_names_line_and_column),
        cmocka_unit_test(several_mistakes_are_told_in_one_run),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("procedure_bad", tests, NULL, NULL);
}
