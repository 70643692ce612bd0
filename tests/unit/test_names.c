#include "daemon/base/names.h"
#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_name_is_found_and_no_other(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct arena *a = arena_new();
    struct name_table t = {0};
    int things[MANY];
    assert_null(names_find(&t, "n0"));
    for (int i = 0; i < MANY; i++) /* of every length, and alike at the beginning or the end */
        names_put(a, &t, arena_printf(a, i % 2 ? "n%d" : "a-name-of-one-family-%d-and-its-end", i), &things[i]);
    for (int i = 0; i < MANY; i++) {
        assert_ptr_equal(names_find(&t, arena_printf(a, i % 2 ? "n%d" : "a-name-of-one-family-%d-and-its-end", i)),
                         &things[i]);
        assert_null(names_find(&t, arena_printf(a, i % 2 ? "a-name-of-one-family-%d-and-its-end" : "n%d", i)));
    }
    assert_int_equal(t.n, MANY);
    assert_null(names_find(&t, ""));
    assert_null(names_find(&t, NULL));
    arena_free(a);
}

static void the_first_thing_of_a_name_stands(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct name_table t = {0};
    int first, second;
    names_put(a, &t, "one", &first);
    names_put(a, &t, "one", &second);
    names_put(a, &t, "", &second);
    assert_ptr_equal(names_find(&t, "one"), &first);
    assert_ptr_equal(names_find(&t, ""), &second);
    arena_free(a);
}

static void texts_are_compared_to_the_last_byte(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++)
        for (size_t i = 0; i < n; i++) {
            char a[41] = {0}, b[41] = {0};
            memset(a, 'x', n);
            memset(b, 'x', n);
            assert_true(text_same(a, b));
            assert_true(text_head(a, n) == text_head(b, n) && text_same_rest(a, b, n));
            b[i] = 'y';
            assert_false(text_same(a, b));
            assert_false(text_head(a, n) == text_head(b, n) && text_same_rest(a, b, n));
        }
    assert_true(text_head("abc", 3) == text_head("abcdef", 3));
    assert_false(text_same("", "a"));
}

static void a_copy_has_every_byte_and_not_one_more(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 40; n++) {
        char from[41], to[41];
        for (size_t i = 0; i < sizeof from; i++)
            from[i] = (char)('a' + i);
        memset(to, '-', sizeof to);
        text_copy(to, from, n);
        assert_memory_equal(to, from, n);
        for (size_t i = n; i < sizeof to; i++)
            assert_int_equal(to[i], '-');
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_found_and_no_other),
        cmocka_unit_test(the_first_thing_of_a_name_stands),
        cmocka_unit_test(texts_are_compared_to_the_last_byte),
        cmocka_unit_test(a_copy_has_every_byte_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
