#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* n bytes in memory of exactly that size: the sanitizer sees a read beyond the end. */
static bool utf8(const void *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    bool is = text_is_utf8(copy, n);
    free(copy);
    return is;
}

/* Any number in any length, as a careless encoder would write it: overlong, surrogates, beyond the end. */
static void encode(uint32_t c, size_t len, uint8_t out[4])
{
    static const uint8_t mark[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    for (size_t i = len; i-- > 1; c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(mark[len] | c);
}

static size_t shortest(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static void every_code_point_in_every_length_is_judged_right(void **state)
{
    (void)state;
    static const uint32_t room[] = {0, 0x80, 0x800, 0x10000, 0x200000};
    for (size_t len = 1; len <= 4; len++) {
        for (uint32_t c = 0; c < room[len]; c++) {
            uint8_t s[4];
            uint32_t read = 77;
            encode(c, len, s);
            bool well = len == shortest(c) && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
            size_t n = text_char((char *)s, len, &read);
            if (text_is_utf8((char *)s, len) != (well && c) || n != (well ? len : 0) || read != (well ? c : 77))
                fail_msg("U+%04X in %zu bytes", c, len);
        }
    }
}

static void every_pair_of_bytes_is_judged_right(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            uint8_t s[2] = {(uint8_t)a, (uint8_t)b};
            bool ascii = a && b && a < 0x80 && b < 0x80, two = a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;
            if (text_is_utf8((char *)s, 2) != (ascii || two))
                fail_msg("%02x %02x", a, b);
        }
    }
}

static void a_character_that_is_cut_or_broken_is_refused(void **state)
{
    (void)state;
    static const char *const whole[] = {"é", "中", "𠮷"};
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(whole[i]);
        assert_true(utf8(whole[i], len));
        for (size_t n = 1; n < len; n++) {
            char s[5];
            memcpy(s, whole[i], len + 1);
            assert_false(utf8(s, n));
            s[n] = 'x'; /* a letter where more of the character should come */
            assert_false(utf8(s, len));
            s[n] = (char)0xc3;
            assert_false(utf8(s, len));
            assert_false(utf8(whole[i] + n, len - n)); /* begins in its middle */
        }
    }
}

static void forms_that_never_stand_in_utf8_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xed\xa0\x81\xed\xb0\x80",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf7\xbf\xbf\xbf",
        "\xf8\x88\x80\x80\x80",
        "\xfc\x84\x80\x80\x80\x80",
        "\xfe",
        "\xff",
        "ok\xff",
        "中\x80ok",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (utf8(wrong[i], strlen(wrong[i])))
            fail_msg("form %zu", i);
    }
    assert_false(utf8("a\0b", 3));
    assert_false(utf8("", 1));
    assert_true(utf8("", 0));
    assert_true(utf8("容错纠错 a\té\n", strlen("容错纠错 a\té\n")));
}

static void what_is_no_utf8_is_replaced_and_the_rest_stays(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"缺纸 ok", "缺纸 ok"},
        {"\xc8\xb1 \xd6\xbd", "\xc8\xb1 \xd6\xbd"}, /* bytes of GBK that are well formed by chance */
        {"\xb4\xf2", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"中\xe5\x9b", "中\xef\xbf\xbd\xef\xbf\xbd"},
        {"a\xff中", "a\xef\xbf\xbd中"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *mended = text_mended(pairs[i][0]);
        assert_string_equal(mended, pairs[i][1]);
        free(mended);
    }
}

static void a_character_is_read_with_its_length(void **state)
{
    (void)state;
    uint32_t c = 0;
    assert_int_equal(text_char("中国", 6, &c), 3);
    assert_int_equal(c, 0x4e2d);
    assert_int_equal(text_char("", 0, &c), 0);
    assert_int_equal(c, 0x4e2d);
    assert_int_equal(text_char("", 1, &c), 1); /* U+0000 is a character, only no text of ours */
    assert_int_equal(c, 0);
}

static size_t columns(const char *s)
{
    return text_columns(s, strlen(s));
}

static void columns_are_those_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(columns(""), 0);
    assert_int_equal(columns("abc"), 3);
    assert_int_equal(columns("承办中"), 6);
    assert_int_equal(columns("a承b"), 4);
    assert_int_equal(columns("〔2025〕7号"), 2 + 4 + 2 + 1 + 2);
    assert_int_equal(columns("，："), 4);
    assert_int_equal(columns("é"), 1);
    assert_int_equal(columns("e\xcc\x81"), 1); /* e and a combining acute */
    assert_int_equal(columns("𠮷"), 2);
    assert_int_equal(columns("한글"), 4);
    assert_int_equal(text_columns("承办中", 3), 2);
}

static void distance_counts_slips_of_the_pen(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", "", 9), 0);
    assert_int_equal(text_distance("accept", "accept", 9), 0);
    assert_int_equal(text_distance("accept", "acept", 9), 1);
    assert_int_equal(text_distance("accept", "acccept", 9), 1);
    assert_int_equal(text_distance("accept", "axcept", 9), 1);
    assert_int_equal(text_distance("accept", "acecpt", 9), 1);
    assert_int_equal(text_distance("", "abc", 9), 3);
    assert_int_equal(text_distance("kitten", "sitting", 9), 3);
    assert_int_equal(text_distance("承辦中", "承办中", 9), 1);
    assert_int_equal(text_distance("办承", "承办", 9), 1);
    assert_int_equal(text_distance("kitten", "sitting", 2), 3);
    assert_int_equal(text_distance("abcdef", "uvwxyz", 2), 3);
    assert_int_equal(text_distance("abcdef", "uvwxyz", 6), 6);
}

/* The definition itself, recursive and slow. */
static size_t slow_distance(const char *a, size_t n, const char *b, size_t m)
{
    if (!n || !m)
        return n + m;
    size_t best = slow_distance(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]);
    size_t other = slow_distance(a, n - 1, b, m) + 1;
    best = other < best ? other : best;
    other = slow_distance(a, n, b, m - 1) + 1;
    best = other < best ? other : best;
    if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
        other = slow_distance(a, n - 2, b, m - 2) + 1;
        best = other < best ? other : best;
    }
    return best;
}

static void distance_agrees_with_its_definition(void **state)
{
    (void)state;
    uint64_t x = 7;
    for (int i = 0; i < 3000; i++) {
        char word[2][6] = {{0}};
        for (int k = 0; k < 2; k++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            for (uint64_t j = 0; j < (x >> 60) % 6; j++)
                word[k][j] = (char)('a' + ((x >> (20 + 3 * j)) & 7) % 3);
        }
        size_t want = slow_distance(word[0], strlen(word[0]), word[1], strlen(word[1]));
        if (text_distance(word[0], word[1], 9) != want || text_distance(word[1], word[0], 9) != want)
            fail_msg("%s %s", word[0], word[1]);
    }
}

static void long_words_and_broken_ones_are_survived(void **state)
{
    (void)state;
    char word[1000];
    memset(word, 'x', sizeof word);
    word[sizeof word - 1] = 0;
    assert_int_equal(text_distance(word, "", 5), 6);
    assert_int_equal(text_distance(word, word, 5), 0);
    assert_int_equal(text_distance("a\xff", "a\xfe", 5), 1);
    memset(word, 0xe4, sizeof word - 1);
    assert_int_equal(text_distance(word, "x", 5), 6);
    assert_int_equal(text_columns(word, 10), 10);
}

static void the_nearest_word_is_the_one_meant(void **state)
{
    (void)state;
    static const char *const words[] = {"accept", "decline", "verify", "承办中", "已办结"};
    assert_string_equal(text_nearest("acept", words, 5), "accept");
    assert_string_equal(text_nearest("declien", words, 5), "decline");
    assert_string_equal(text_nearest("verify", words, 5), "verify");
    assert_string_equal(text_nearest("承辦中", words, 5), "承办中");
    assert_null(text_nearest("archive-everything", words, 5));
    assert_null(text_nearest("xyz", words, 5));
    assert_null(text_nearest("acept", words, 0));
    static const char *const even[] = {"ax", "ay"};
    assert_string_equal(text_nearest("az", even, 2), "ax"); /* of equals the first */
}

static void names_are_letters_digits_and_inner_dashes(void **state)
{
    (void)state;
    static const char *const right[] = {"a", "z9", "suspend-accountability", "a_b", "a--b", "a1"};
    static const char *const wrong[] = {"",   "1a",  "-a",  "_a",   "a-", "a_",     "A",
                                        "aB", "a b", "a.b", "a\nb", "é",  "承办中", " a"};
    char longest[66];
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_true(text_is_name(right[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (text_is_name(wrong[i]))
            fail_msg("'%s'", wrong[i]);
    }
    memset(longest, 'a', 65);
    longest[65] = 0;
    assert_false(text_is_name(longest));
    longest[64] = 0;
    assert_true(text_is_name(longest));
}

static void a_number_is_written_as_printf_writes_it(void **state)
{
    (void)state;
    const int64_t all[] = {0, 1, -1, 9, 10, 12345, -12345, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char out[TEXT_INT], expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)all[i]);
        assert_string_equal(text_int(all[i], out), expected);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_in_every_length_is_judged_right),
        cmocka_unit_test(every_pair_of_bytes_is_judged_right),
        cmocka_unit_test(a_character_that_is_cut_or_broken_is_refused),
        cmocka_unit_test(forms_that_never_stand_in_utf8_are_refused),
        cmocka_unit_test(what_is_no_utf8_is_replaced_and_the_rest_stays),
        cmocka_unit_test(a_character_is_read_with_its_length),
        cmocka_unit_test(columns_are_those_of_a_terminal),
        cmocka_unit_test(distance_counts_slips_of_the_pen),
        cmocka_unit_test(distance_agrees_with_its_definition),
        cmocka_unit_test(long_words_and_broken_ones_are_survived),
        cmocka_unit_test(the_nearest_word_is_the_one_meant),
        cmocka_unit_test(a_number_is_written_as_printf_writes_it),
        cmocka_unit_test(names_are_letters_digits_and_inner_dashes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
