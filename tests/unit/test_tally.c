#include "daemon/base/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void keys_keep_their_order_and_are_added_up(void **state)
{
    (void)state;
    struct tally *t = tally_new();
    int64_t n;
    tally_add(t, "b", 2);
    tally_add(t, "a", 1);
    tally_add(t, "b", 3);
    assert_int_equal(tally_count(t), 2);
    assert_string_equal(tally_at(t, 0, &n), "b");
    assert_int_equal(n, 5);
    assert_int_equal(tally_get(t, "a"), 1);
    assert_int_equal(tally_get(t, "c"), 0);
    tally_free(t);
}

static void many_keys_are_found_again(void **state)
{
    (void)state;
    struct tally *t = tally_new();
    char key[16];
    for (int i = 0; i < 10000; i++) {
        snprintf(key, sizeof key, "k%d", i % 5000);
        tally_add(t, key, i);
    }
    assert_int_equal(tally_count(t), 5000);
    assert_int_equal(tally_get(t, "k4999"), 4999 + 9999);
    tally_free(t);
    tally_free(NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_keep_their_order_and_are_added_up),
        cmocka_unit_test(many_keys_are_found_again),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
