#include "proto/wire.h"

#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct wire_error check_hex(const char *hex, uint8_t *to, size_t *ret_n)
{
    size_t n = 0;
    for (; hex[0] && hex[1]; hex += *hex == ' ' ? 1 : 2) {
        if (*hex == ' ')
            continue;
        char two[3] = {hex[0], hex[1], 0};
        to[n++] = (uint8_t)strtoul(two, NULL, 16);
    }
    *ret_n = n;
    return wire_check((struct bytes){to, n}, WIRE_BYTES);
}

static void assert_fault(const char *hex, enum wire_fault fault, size_t at)
{
    uint8_t bytes[512];
    size_t n;
    struct wire_error err = check_hex(hex, bytes, &n);
    if (err.fault != fault || err.at != at)
        fail_msg("%s: %s at %zu, expected %s at %zu", hex, wire_fault_name(err.fault), err.at, wire_fault_name(fault),
                 at);
}

static void assert_bytes(const struct value *v, const char *hex)
{
    uint8_t bytes[512];
    size_t n;
    struct wire_error err = check_hex(hex, bytes, &n);
    assert_int_equal(err.fault, WIRE_FINE);
    struct buf b = {0};
    wire_encode(&b, v);
    assert_int_equal(wire_size(v), b.n);
    assert_int_equal(b.n, n);
    assert_memory_equal(b.p, bytes, n);
    buf_done(&b);
}

static void a_decoded_tree_does_not_need_its_bytes(void **state)
{
    uint8_t bytes[] = {0x81, 0xa1, 'k', 0x92, 0xa1, 'v', 0xc4, 1, 7};
    struct value *v = NULL;
    assert_int_equal(wire_decode(*state, (struct bytes){bytes, sizeof bytes}, &v, NULL), ST_OK);
    memset(bytes, 0xc1, sizeof bytes);
    assert_string_equal(v_text(v_at(v_get(v, "k"), 0), "?"), "v");
    assert_int_equal(v_at(v_get(v, "k"), 1)->u.bin.p[0], 7);
}

static void a_decoded_tree_may_be_added_to(void **state)
{
    struct arena *a = *state;
    const uint8_t bytes[] = {0x82, 0xa1, 'l', 0x91, 0x01, 0xa1, 'e', 0x80};
    struct value *v = NULL;
    assert_int_equal(wire_decode(a, (struct bytes){bytes, sizeof bytes}, &v, NULL), ST_OK);
    v_push(a, v_get(v, "l"), v_int(a, 2));
    v_put_int(a, v_get(v, "e"), "new", 3);
    v_put_int(a, v, "more", 4);
    assert_bytes(v, "83 a16c 92 01 02 a165 81 a36e6577 03 a46d6f7265 04");
}

static void integers_take_the_shortest_form(void **state)
{
    static const struct {
        int64_t i;
        const char *hex;
    } form[] = {
        {0, "00"},
        {127, "7f"},
        {128, "cc80"},
        {255, "ccff"},
        {256, "cd0100"},
        {65535, "cdffff"},
        {65536, "ce00010000"},
        {UINT32_MAX, "ceffffffff"},
        {INT64_C(4294967296), "cf0000000100000000"},
        {INT64_MAX, "cf7fffffffffffffff"},
        {-1, "ff"},
        {-32, "e0"},
        {-33, "d0df"},
        {-128, "d080"},
        {-129, "d1ff7f"},
        {-32768, "d18000"},
        {-32769, "d2ffff7fff"},
        {INT32_MIN, "d280000000"},
        {INT64_C(-2147483649), "d3ffffffff7fffffff"},
        {INT64_MIN, "d38000000000000000"},
    };
    for (size_t i = 0; i < sizeof form / sizeof *form; i++)
        assert_bytes(v_int(*state, form[i].i), form[i].hex);
}

static size_t header_size(const struct value *v, size_t body)
{
    struct buf b = {0};
    wire_encode(&b, v);
    assert_int_equal(wire_size(v), b.n);
    size_t n = b.n - body;
    buf_done(&b);
    return n;
}

static void lengths_and_counts_take_the_shortest_form(void **state)
{
    struct arena *a = *state;
    static const struct {
        size_t n, text, bytes, list, map;
    } form[] = {
        {0, 1, 2, 1, 1},   {15, 1, 2, 1, 1},  {16, 1, 2, 3, 3},    {31, 1, 2, 3, 3},    {32, 2, 2, 3, 3},
        {255, 2, 2, 3, 3}, {256, 3, 3, 3, 3}, {65535, 3, 3, 3, 3}, {65536, 5, 5, 5, 5},
    };
    static char text[65537];
    memset(text, 'a', sizeof text - 1);
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        size_t n = form[i].n;
        assert_int_equal(header_size(v_strn(a, text, n), n), form[i].text);
        assert_int_equal(header_size(v_bin(a, text, n), n), form[i].bytes);
        struct value *list = v_list(a), *map = v_map(a), *nil = v_nil(a);
        for (size_t k = 0; k < n; k++)
            v_push(a, list, nil);
        assert_int_equal(header_size(list, n), form[i].list);
        for (size_t k = 0; k < n && n <= 256; k++) {
            char key[24];
            snprintf(key, sizeof key, "%05zu", k);
            v_put(a, map, key, nil);
        }
        if (n <= 256)
            assert_int_equal(header_size(map, 7 * n), form[i].map);
    }
}

static void a_null_value_is_written_as_nil(void **state)
{
    (void)state;
    assert_bytes(NULL, "c0");
}

static void every_fault_has_its_name_and_place(void **state)
{
    (void)state;
    assert_fault("", WIRE_TRUNCATED, 0);
    assert_fault("cd00", WIRE_TRUNCATED, 0);
    assert_fault("92 01 a3 6162", WIRE_TRUNCATED, 2);
    assert_fault("92 92 01 02", WIRE_TRUNCATED, 4);
    assert_fault("93 01 02", WIRE_TRUNCATED, 0);
    assert_fault("81 a161", WIRE_TRUNCATED, 3);
    assert_fault("01 02", WIRE_TRAILING, 1);
    assert_fault("a1 ff", WIRE_BAD_UTF8, 0);
    assert_fault("91 a3 61 00 62", WIRE_BAD_UTF8, 1);
    assert_fault("81 01 02", WIRE_BAD_KEY, 1);
    assert_fault("82 a161 01 c0 02", WIRE_BAD_KEY, 4);
    assert_fault("82 a161 01 a161 02", WIRE_TWICE, 4);
    assert_fault("91 c1", WIRE_BAD_TYPE, 1);
    assert_fault("ca 3f800000", WIRE_BAD_TYPE, 0);
    assert_fault("d6 ff 00000000", WIRE_BAD_TYPE, 0);
    assert_fault("91 cf 8000000000000000", WIRE_BAD_INTEGER, 1);
    assert_fault("de 1001", WIRE_TOO_MANY, 0);
    const uint8_t four[] = {0xa3, 'a', 'b', 'c'};
    struct wire_error err = wire_check((struct bytes){four, 4}, 3);
    assert_int_equal(err.fault, WIRE_TOO_LONG);
    assert_int_equal(err.at, 3);
    assert_int_equal(wire_check((struct bytes){four, 4}, 4).fault, WIRE_FINE);
    assert_int_equal(wire_check((struct bytes){NULL, 0}, 4).fault, WIRE_TRUNCATED);
}

static void each_fault_has_a_word(void **state)
{
    (void)state;
    for (int i = WIRE_FINE; i <= WIRE_BAD_INTEGER; i++) {
        const char *name = wire_fault_name((enum wire_fault)i);
        assert_true(text_is_name(name));
        for (int j = WIRE_FINE; j < i; j++)
            assert_string_not_equal(name, wire_fault_name((enum wire_fault)j));
    }
}

static void a_refused_frame_leaves_the_result_alone(void **state)
{
    struct value *mine = v_nil(*state), *ret = mine;
    struct wire_error err = {WIRE_FINE, 99};
    const uint8_t bad[] = {0x91, 0xc1};
    size_t before = arena_used(*state);
    assert_int_equal(wire_decode(*state, (struct bytes){bad, 2}, &ret, &err), ST_MALFORMED);
    assert_ptr_equal(ret, mine);
    assert_int_equal(err.fault, WIRE_BAD_TYPE);
    assert_int_equal(err.at, 1);
    assert_int_equal(arena_used(*state), before);
    assert_int_equal(wire_decode(*state, (struct bytes){bad, 2}, &ret, NULL), ST_MALFORMED);
}

static void a_fine_frame_leaves_the_error_alone(void **state)
{
    struct value *ret = NULL;
    struct wire_error err = {WIRE_TWICE, 99};
    const uint8_t good[] = {0x90};
    assert_int_equal(wire_decode(*state, (struct bytes){good, 1}, &ret, &err), ST_OK);
    assert_int_equal(err.fault, WIRE_TWICE);
}

static void counts_that_the_bytes_cannot_hold_are_refused_before_memory_is_taken(void **state)
{
    static const char *const bomb[] = {"dd00100000", "ddffffffff", "dfffffffff", "df00000fff",  "dcffff",
                                       "dbffffffff", "c6ffffffff", "91dcffff",   "81a161de0fff"};
    for (size_t i = 0; i < sizeof bomb / sizeof *bomb; i++) {
        uint8_t bytes[16];
        size_t n, before = arena_used(*state);
        struct wire_error err = check_hex(bomb[i], bytes, &n);
        assert_true(err.fault == WIRE_TRUNCATED || err.fault == WIRE_TOO_MANY);
        struct value *v = NULL;
        assert_int_equal(wire_decode(*state, (struct bytes){bytes, n}, &v, NULL), ST_MALFORMED);
        assert_int_equal(arena_used(*state), before);
    }
}

static void sixty_four_levels_pass_and_sixty_five_do_not(void **state)
{
    uint8_t bytes[WIRE_DEPTH + 1];
    memset(bytes, 0x91, sizeof bytes);
    bytes[WIRE_DEPTH - 1] = 0x90;
    struct value *v = NULL;
    assert_int_equal(wire_decode(*state, (struct bytes){bytes, WIRE_DEPTH}, &v, NULL), ST_OK);
    for (int level = 1; level < WIRE_DEPTH; level++, v = v_at(v, 0))
        assert_int_equal(v_count(v), 1);
    assert_int_equal(v_count(v), 0);
    bytes[WIRE_DEPTH - 1] = 0x91;
    bytes[WIRE_DEPTH] = 0x90;
    struct wire_error err = wire_check((struct bytes){bytes, sizeof bytes}, WIRE_BYTES);
    assert_int_equal(err.fault, WIRE_TOO_DEEP);
    assert_int_equal(err.at, WIRE_DEPTH);
}

/* A map of n pairs whose keys are the numbers 0, step, 2 step … modulo n, written with six digits. */
static void put_map(struct buf *b, size_t n, size_t step)
{
    buf_u8(b, 0xde);
    buf_u8(b, (uint8_t)(n >> 8));
    buf_u8(b, (uint8_t)n);
    for (size_t i = 0; i < n; i++) {
        buf_u8(b, 0xa6);
        buf_printf(b, "%06zu", i * step % n);
        buf_u8(b, 0xc0);
    }
}

static void the_largest_map_passes_and_one_pair_more_does_not(void **state)
{
    struct buf b = {0};
    put_map(&b, WIRE_PAIRS, 1);
    struct value *v = NULL;
    assert_int_equal(wire_decode(*state, buf_bytes(&b), &v, NULL), ST_OK);
    assert_int_equal(v_count(v), WIRE_PAIRS);
    assert_non_null(v_get(v, "004095"));
    buf_clear(&b);
    put_map(&b, WIRE_PAIRS + 1, 1);
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_TOO_MANY);
    buf_done(&b);
}

static void a_key_twice_is_found_in_a_map_of_any_size_at_its_second_place(void **state)
{
    (void)state;
    static const size_t sizes[] = {2, 3, 15, 16, 17, 18, 33, 100, 1000, WIRE_PAIRS};
    static const size_t steps[] = {1, 7, 1009};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = 0; k < 3 * sizeof steps / sizeof *steps; k++) {
            size_t n = sizes[i], step = steps[k % 3];
            if (n % step == 0 && step > 1)
                continue;
            buf_clear(&b);
            put_map(&b, n, step);
            assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_FINE);
            size_t first = (n - 1) * k / 10, second = n - 1 - (n - 2 - first) * k / 10;
            memcpy(b.p + 3 + 8 * second, b.p + 3 + 8 * first, 8);
            struct wire_error err = wire_check(buf_bytes(&b), WIRE_BYTES);
            assert_int_equal(err.fault, WIRE_TWICE);
            assert_int_equal(err.at, 3 + 8 * second);
        }
    }
    buf_done(&b);
}

static void of_several_keys_twice_the_first_in_the_frame_is_named(void **state)
{
    (void)state;
    static const size_t sizes[] = {10, 100};
    struct buf b = {0};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&b);
        put_map(&b, sizes[i], 7);
        memcpy(b.p + 3 + 8 * 9, b.p + 3 + 8 * 1, 8);
        memcpy(b.p + 3 + 8 * 6, b.p + 3 + 8 * 2, 8);
        memcpy(b.p + 3 + 8 * 8, b.p + 3 + 8 * 0, 8);
        struct wire_error err = wire_check(buf_bytes(&b), WIRE_BYTES);
        assert_int_equal(err.fault, WIRE_TWICE);
        assert_int_equal(err.at, 3 + 8 * 6);
    }
    buf_done(&b);
}

static void maps_inside_each_other_have_a_bound_together(void **state)
{
    (void)state;
    struct buf b = {0};
    /* a full map as the last value of a full map passes; a third level with one pair does not */
    put_map(&b, WIRE_PAIRS, 1);
    b.n--;
    put_map(&b, WIRE_PAIRS, 1);
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_FINE);
    size_t third = --b.n;
    buf_put(&b, "\x81\xa1k\xc0", 4);
    struct wire_error err = wire_check(buf_bytes(&b), WIRE_BYTES);
    assert_int_equal(err.fault, WIRE_TOO_MANY);
    assert_int_equal(err.at, third);
    /* one after the other they do not add up */
    buf_clear(&b);
    buf_u8(&b, 0x94);
    for (int i = 0; i < 4; i++)
        put_map(&b, WIRE_PAIRS, 1);
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_FINE);
    buf_done(&b);
}

static void a_frame_holds_a_bounded_number_of_values(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_BYTES];
    memset(bytes, 0xc0, sizeof bytes);
    memcpy(bytes, "\xdd\x00\x04\x00\x00", 5);
    assert_int_equal(wire_check((struct bytes){bytes, 5 + WIRE_VALUES}, WIRE_BYTES).fault, WIRE_FINE);
    memcpy(bytes, "\xdd\x00\x04\x00\x01", 5);
    assert_int_equal(wire_check((struct bytes){bytes, sizeof bytes}, WIRE_BYTES).fault, WIRE_TOO_MANY);
    /* two lists of 2^17 items each and the two themselves: two too many */
    memcpy(bytes, "\x92\xdd\x00\x02\x00\x00", 6);
    memcpy(bytes + 6 + (1 << 17), "\xdd\x00\x02\x00\x00", 5);
    struct wire_error err = wire_check((struct bytes){bytes, 11 + (1 << 18)}, WIRE_BYTES);
    assert_int_equal(err.fault, WIRE_TOO_MANY);
    assert_int_equal(err.at, 6 + (1 << 17));
}

static void the_memory_of_a_frame_is_bounded(void **state)
{
    static uint8_t bytes[WIRE_BYTES];
    memset(bytes, 0x80, sizeof bytes);
    memcpy(bytes, "\xdd\x00\x04\x00\x00", 5);
    struct value *v = NULL;
    assert_int_equal(wire_decode(*state, (struct bytes){bytes, 5 + WIRE_VALUES}, &v, NULL), ST_OK);
    assert_true(arena_used(*state) < 16 * 1024 * 1024);
}

static void a_longer_bound_of_the_callers_holds(void **state)
{
    size_t n = 2 * WIRE_BYTES;
    uint8_t *bytes = calloc(1, n + 5);
    assert_non_null(bytes);
    memcpy(bytes, "\xc6\x00\x20\x00\x00", 5);
    struct value *v = NULL;
    struct wire_error err;
    assert_int_equal(wire_decode(*state, (struct bytes){bytes, n + 5}, &v, &err), ST_MALFORMED);
    assert_int_equal(err.fault, WIRE_TOO_LONG);
    assert_int_equal(err.at, WIRE_BYTES);
    assert_int_equal(wire_decode_most(*state, (struct bytes){bytes, n + 5}, n + 5, &v, &err), ST_OK);
    assert_int_equal(v->u.bin.n, n);
    free(bytes);
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        WIRE_TEST(a_decoded_tree_does_not_need_its_bytes),
        WIRE_TEST(a_decoded_tree_may_be_added_to),
        WIRE_TEST(integers_take_the_shortest_form),
        WIRE_TEST(lengths_and_counts_take_the_shortest_form),
        WIRE_TEST(a_null_value_is_written_as_nil),
        WIRE_TEST(every_fault_has_its_name_and_place),
        WIRE_TEST(each_fault_has_a_word),
        WIRE_TEST(a_refused_frame_leaves_the_result_alone),
        WIRE_TEST(a_fine_frame_leaves_the_error_alone),
        WIRE_TEST(counts_that_the_bytes_cannot_hold_are_refused_before_memory_is_taken),
        WIRE_TEST(sixty_four_levels_pass_and_sixty_five_do_not),
        WIRE_TEST(the_largest_map_passes_and_one_pair_more_does_not),
        WIRE_TEST(a_key_twice_is_found_in_a_map_of_any_size_at_its_second_place),
        WIRE_TEST(of_several_keys_twice_the_first_in_the_frame_is_named),
        WIRE_TEST(maps_inside_each_other_have_a_bound_together),
        WIRE_TEST(a_frame_holds_a_bounded_number_of_values),
        WIRE_TEST(the_memory_of_a_frame_is_bounded),
        WIRE_TEST(a_longer_bound_of_the_callers_holds),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
