#include "daemon/store/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* the above before it */
#include <cmocka.h>
#include <string.h>

static struct key two(const char *s, uint64_t v)
{
    struct key k;
    key_begin(&k);
    key_add_str(&k, s);
    key_add_u64(&k, v);
    return k;
}

static void below(struct key a, struct key b)
{
    assert_true(key_compare(key_bytes(&a), key_bytes(&b)) < 0);
    assert_true(key_compare(key_bytes(&b), key_bytes(&a)) > 0);
    assert_int_equal(key_compare(key_bytes(&a), key_bytes(&a)), 0);
}

static void integers_order_as_numbers(void **state)
{
    (void)state;
    static const uint64_t rising[] = {0, 1, 255, 256, 65536, UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX};
    for (size_t i = 0; i + 1 < sizeof rising / sizeof *rising; i++)
        below(key_u64(rising[i]), key_u64(rising[i + 1]));
}

static void moments_before_1970_stand_before_it(void **state)
{
    (void)state;
    static const int64_t rising[] = {INT64_MIN, -256, -1, 0, 1, INT64_MAX};
    struct key last;
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
        struct key k;
        int64_t back;
        key_begin(&k);
        key_add_i64(&k, rising[i]);
        struct bytes rest = key_bytes(&k);
        assert_int_equal(key_take_i64(&rest, &back), ST_OK);
        assert_true(back == rising[i]);
        if (i)
            below(last, k);
        last = k;
    }
}

static void a_text_stands_before_its_continuation_whatever_follows(void **state)
{
    (void)state;
    below(two("org", UINT64_MAX), two("org-a", 0));
    below(two("", UINT64_MAX), two("a", 0));
    below(two("a", 1), two("a", 2));
    below(two("b", 0), two("\xe5\xae\xb9", 0));
}

static void parts_are_read_as_they_were_put(void **state)
{
    (void)state;
    struct key k;
    const char *s;
    uint8_t u8;
    uint32_t u32;
    uint64_t u64;
    struct bytes raw;
    key_begin(&k);
    key_add_u8(&k, 7);
    key_add_strn(&k, "case-1xxx", 6);
    key_add_u32(&k, 0x01020304);
    key_add_str(&k, "");
    key_add_u64(&k, 1234567890123456789u);
    key_add_raw(&k, "\0\1", 2);
    struct bytes rest = key_bytes(&k);
    assert_int_equal(rest.n, 1 + 7 + 4 + 1 + 8 + 2);
    assert_int_equal(key_take_u8(&rest, &u8), ST_OK);
    assert_int_equal(u8, 7);
    assert_int_equal(key_take_str(&rest, &s), ST_OK);
    assert_string_equal(s, "case-1");
    assert_int_equal(key_take_u32(&rest, &u32), ST_OK);
    assert_int_equal(u32, 0x01020304);
    assert_int_equal(key_take_str(&rest, &s), ST_OK);
    assert_string_equal(s, "");
    assert_int_equal(key_take_u64(&rest, &u64), ST_OK);
    assert_true(u64 == 1234567890123456789u);
    assert_int_equal(key_take_raw(&rest, 2, &raw), ST_OK);
    assert_memory_equal(raw.p, "\0\1", 2);
    assert_int_equal(rest.n, 0);
}

static void a_key_that_ends_early_is_told_and_nothing_is_taken(void **state)
{
    (void)state;
    struct bytes rest = {(const uint8_t *)"abc", 3}, raw;
    const char *s = "untouched";
    uint32_t u32 = 5;
    uint64_t u64 = 5;
    int64_t i64 = 5;
    assert_int_equal(key_take_str(&rest, &s), ST_CORRUPT); /* no NUL */
    assert_int_equal(key_take_u32(&rest, &u32), ST_CORRUPT);
    assert_int_equal(key_take_u64(&rest, &u64), ST_CORRUPT);
    assert_int_equal(key_take_i64(&rest, &i64), ST_CORRUPT);
    assert_int_equal(key_take_raw(&rest, 4, &raw), ST_CORRUPT);
    assert_int_equal(rest.n, 3);
    assert_string_equal(s, "untouched");
    assert_int_equal(u32 + u64 + (uint64_t)i64, 15);
    struct bytes none = {NULL, 0};
    uint8_t u8 = 5;
    assert_int_equal(key_take_str(&none, &s), ST_CORRUPT);
    assert_int_equal(key_take_u8(&none, &u8), ST_CORRUPT);
}

static void a_key_that_does_not_fit_is_spoilt(void **state)
{
    (void)state;
    struct key k;
    char most[KEY_MOST];
    memset(most, 'x', sizeof most);
    key_begin(&k);
    key_add_raw(&k, most, sizeof most);
    assert_int_equal(key_bytes(&k).n, KEY_MOST);
    key_add_u8(&k, 0);
    assert_int_equal(key_bytes(&k).n, 0);
    key_add_raw(&k, "", 0);
    assert_int_equal(key_bytes(&k).n, 0); /* and stays so */
    key_begin(&k);
    key_add_u8(&k, 1);
    assert_int_equal(key_bytes(&k).n, 1);
    key_begin(&k);
    key_add_strn(&k, "a\0b", 3); /* would be read back as "a" */
    assert_int_equal(key_bytes(&k).n, 0);
}

static void the_end_of_a_prefix_is_just_above_it(void **state)
{
    (void)state;
    struct key prefix = key_str("org"), end = prefix, inside = two("org", UINT64_MAX);
    key_past_prefix(&end);
    below(inside, end);
    below(end, two("org-a", 0));
    assert_true(key_has_prefix(key_bytes(&inside), key_bytes(&prefix)));
    assert_false(key_has_prefix(key_bytes(&end), key_bytes(&prefix)));
    assert_false(key_has_prefix(key_bytes(&prefix), key_bytes(&inside)));
    struct key k;
    key_begin(&k);
    key_add_u32(&k, 0x41ffffff);
    key_past_prefix(&k);
    assert_int_equal(key_bytes(&k).n, 1);
    assert_int_equal(k.b[0], 0x42);
    struct key none = key_u64(UINT64_MAX);
    key_past_prefix(&none);
    assert_int_equal(key_bytes(&none).n, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_order_as_numbers),
        cmocka_unit_test(moments_before_1970_stand_before_it),
        cmocka_unit_test(a_text_stands_before_its_continuation_whatever_follows),
        cmocka_unit_test(parts_are_read_as_they_were_put),
        cmocka_unit_test(a_key_that_ends_early_is_told_and_nothing_is_taken),
        cmocka_unit_test(a_key_that_does_not_fit_is_spoilt),
        cmocka_unit_test(the_end_of_a_prefix_is_just_above_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
