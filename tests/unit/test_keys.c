#include "proto/keys.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int number(const char *key)
{
    return key_number(key, strlen(key), v_head(key, strlen(key)));
}

/* Every store that there is reads by these. */
static void numbers_stay_what_they_were(void **state)
{
    (void)state;
    assert_int_equal(number("v"), 0);
    assert_int_equal(number("recorded"), 7);
    assert_int_equal(number("changes"), 16);
    assert_int_equal(number("provisional"), 34);
    assert_int_equal(number("procedure-version"), 87);
    assert_int_equal(number("fact"), 122);
}

static void each_number_has_its_key_and_each_key_its_number(void **state)
{
    (void)state;
    uint64_t n = 0;
    for (struct pair p; (p = key_numbered(n)).key; n++) {
        assert_int_equal(strlen(p.key), p.n);
        assert_true(p.head == v_head(p.key, p.n));
        assert_int_equal(key_number(p.key, p.n, p.head), (int)n);
    }
    assert_true(n > 100 && n <= 128);
    assert_null(key_numbered(n).key);
    assert_null(key_numbered(UINT64_MAX).key);
}

static void other_keys_have_none(void **state)
{
    static const char *const keys[] = {"",    "recorde", "recorded-", "RECORDED", "verification", "procedure-versiox",
                                       "记录"};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(number(keys[i]), -1);
}

static struct value *record(struct arena *a)
{
    struct value *v = v_map(a), *inner = v_map(a);
    v_put_int(a, v, "v", 1);
    v_put_str(a, v, "stage", "verification");
    v_put_int(a, inner, "recorded", 1767574800000);
    v_put_bool(a, inner, "accountability-organ", true);
    v_put(a, v, "fields", inner);
    return v;
}

static void a_record_is_the_golden_one_and_comes_back(void **state)
{
    static const uint8_t golden[] = "\x83\x00\x01\x1b\xac"
                                    "verification"
                                    "\x23\x82\x07\xcf\x00\x00\x01\x9b\x8b\xab\x06\x80"
                                    "\xb4"
                                    "accountability-organ"
                                    "\xc3";
    (void)state;
    struct arena *a = arena_new();
    struct value *v = record(a), *back;
    struct buf b = {0};
    wire_encode_own(&b, v);
    assert_int_equal(b.n, sizeof golden - 1);
    assert_memory_equal(b.p, golden, b.n);
    assert_int_equal(wire_decode_own(a, buf_bytes(&b), &back), ST_OK);
    assert_true(v_equal(v, back));
    assert_int_equal(v_get_int(v_get(back, "fields"), "recorded", 0), 1767574800000);
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_BAD_KEY); /* no peer may send such */
    buf_done(&b);
    arena_free(a);
}

static void a_record_that_is_cut_or_has_a_number_without_a_key_is_refused(void **state)
{
    static const uint8_t unknown[] = {0x81, 0x7f, 0x01};
    (void)state;
    struct arena *a = arena_new();
    struct value *back;
    struct buf b = {0};
    wire_encode_own(&b, record(a));
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(wire_decode_own(a, (struct bytes){b.p, n}, &back), ST_MALFORMED);
    assert_int_equal(wire_decode_own(a, (struct bytes){unknown, sizeof unknown}, &back), ST_MALFORMED);
    buf_u8(&b, 0);
    assert_int_equal(wire_decode_own(a, buf_bytes(&b), &back), ST_MALFORMED);
    buf_done(&b);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stay_what_they_were),
        cmocka_unit_test(each_number_has_its_key_and_each_key_its_number),
        cmocka_unit_test(other_keys_have_none),
        cmocka_unit_test(a_record_is_the_golden_one_and_comes_back),
        cmocka_unit_test(a_record_that_is_cut_or_has_a_number_without_a_key_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
