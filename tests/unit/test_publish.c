/* What is published (TM-9, AC-11, YC-41): small counts are hidden, and cannot be computed from what is shown. */
#include "clients/leeway/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 8 };

/* Hidden lines as text: "01" says that the second is. The total last. */
static const char *hidden(const int64_t *matters, const int64_t *persons, size_t n, int64_t below)
{
    static char text[MOST + 2];
    struct figure f[MOST], total = {"", {0, 0}, false};
    for (size_t i = 0; i < n; i++) {
        f[i] = (struct figure){"", {matters[i], persons[i]}, false};
        total.n[0] += matters[i];
        total.n[1] += persons[i];
    }
    figures_hide(f, n, &total, below);
    for (size_t i = 0; i < n; i++)
        text[i] = f[i].hidden ? '1' : '0';
    text[n] = total.hidden ? '1' : '0';
    text[n + 1] = 0;
    return text;
}

#define HIDDEN(below, ...)                                                                                             \
    hidden((const int64_t[]){__VA_ARGS__}, (const int64_t[]){__VA_ARGS__},                                             \
           sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), below)

static void what_is_large_enough_is_shown(void **state)
{
    (void)state;
    assert_string_equal(HIDDEN(5, 5, 6, 20), "0000");
}

static void a_small_count_takes_a_second_with_it(void **state)
{
    (void)state;
    assert_string_equal(HIDDEN(5, 3, 9, 20), "1100"); /* else 32 - 9 - 20 tells it */
}

static void two_small_ones_whose_sum_is_small_take_a_third(void **state)
{
    (void)state;
    assert_string_equal(HIDDEN(5, 1, 1, 9, 20), "11100"); /* the sum 2 would say that each is 1 */
    assert_string_equal(HIDDEN(5, 3, 4, 9, 20), "11000"); /* the sum 7 leaves it open */
}

static void when_nothing_is_left_the_total_goes(void **state)
{
    (void)state;
    assert_string_equal(HIDDEN(5, 3), "11");
    assert_string_equal(HIDDEN(5, 2, 2), "111");
    assert_string_equal(HIDDEN(5, 4, 9), "110"); /* 13: which of them is the small one is not told */
}

static void a_small_count_of_persons_hides_the_line_too(void **state)
{
    (void)state;
    const int64_t matters[] = {7, 9, 20}, persons[] = {2, 9, 25};
    assert_string_equal(hidden(matters, persons, 3, 5), "1100");
}

/* For every small table: from the total, the visible lines and the rule, no hidden count follows. */
static void no_hidden_count_follows_from_the_rest(void **state)
{
    (void)state;
    enum { BELOW = 4, LARGEST = 7 };
    for (int64_t a = 1; a <= LARGEST; a++)
        for (int64_t b = 1; b <= LARGEST; b++)
            for (int64_t c = 1; c <= LARGEST; c++) {
                const int64_t n[] = {a, b, c};
                const char *text = hidden(n, n, 3, BELOW);
                int64_t sum = 0;
                int many = 0;
                for (int i = 0; i < 3; i++) {
                    assert_true(text[i] == '1' || n[i] >= BELOW);
                    sum += text[i] == '1' ? n[i] : 0;
                    many += text[i] == '1';
                }
                if (many && text[3] == '0')
                    assert_true(many > 1 && sum >= BELOW);
            }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_large_enough_is_shown),
        cmocka_unit_test(a_small_count_takes_a_second_with_it),
        cmocka_unit_test(two_small_ones_whose_sum_is_small_take_a_third),
        cmocka_unit_test(when_nothing_is_left_the_total_goes),
        cmocka_unit_test(a_small_count_of_persons_hides_the_line_too),
        cmocka_unit_test(no_hidden_count_follows_from_the_rest),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
