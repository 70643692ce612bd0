/* Tables as spreadsheets save them. */
#include "clients/leeway/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static struct csv table(const char *text)
{
    struct csv csv = {0};
    size_t line;
    assert_int_equal(csv_read(arena, (struct bytes){(const uint8_t *)text, strlen(text)}, &csv, &line), ST_OK);
    return csv;
}

static void wrong(const char *text, size_t n, size_t at)
{
    struct csv csv;
    size_t line = 0;
    assert_int_equal(csv_read(arena, (struct bytes){(const uint8_t *)text, n}, &csv, &line), ST_INVALID);
    assert_int_equal(line, at);
}

static void cells_stand_between_commas_and_blanks_around_them_are_none_of_theirs(void **state)
{
    (void)state;
    struct csv t = table("a, b ,\n1,,\xe6\x9d\x8e\r\n");
    assert_int_equal(t.n, 2);
    assert_int_equal(t.row[0].n, 3);
    assert_string_equal(t.row[0].cell[1], "b");
    assert_string_equal(t.row[1].cell[1], "");
    assert_string_equal(t.row[1].cell[2], "\xe6\x9d\x8e");
}

static void quotes_hold_commas_lines_quotes_and_blanks(void **state)
{
    (void)state;
    struct csv t = table("\"a,b\",\"c\"\"d\"\n\"two\nlines\", \" x \"\nend,\n");
    assert_int_equal(t.n, 3);
    assert_string_equal(t.row[0].cell[0], "a,b");
    assert_string_equal(t.row[0].cell[1], "c\"d");
    assert_string_equal(t.row[1].cell[0], "two\nlines");
    assert_string_equal(t.row[1].cell[1], " x ");
    assert_int_equal(t.row[2].line, 4);
}

static void a_byte_order_mark_and_empty_lines_are_skipped_and_the_last_line_needs_no_end(void **state)
{
    (void)state;
    struct csv t = table("\xef\xbb\xbf"
                         "case,act\n\n,,\n 1,2");
    assert_int_equal(t.n, 2);
    assert_string_equal(t.row[0].cell[0], "case");
    assert_int_equal(t.row[1].line, 4);
    assert_int_equal(table("").n, 0);
}

static void what_is_no_text_is_refused_with_its_line(void **state)
{
    (void)state;
    wrong("a,b\n\"c,d\n", 9, 2);
    wrong("a\nb\xff\n", 5, 2);
    wrong("a\n\nb\0c", 6, 3);
}

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(cells_stand_between_commas_and_blanks_around_them_are_none_of_theirs),
        T(quotes_hold_commas_lines_quotes_and_blanks),
        T(a_byte_order_mark_and_empty_lines_are_skipped_and_the_last_line_needs_no_end),
        T(what_is_no_text_is_refused_with_its_line),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
