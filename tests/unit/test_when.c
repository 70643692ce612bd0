#include "daemon/base/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct day on(const char *text)
{
    struct day d;
    assert_int_equal(day_parse(text, &d), ST_OK);
    return d;
}

static struct when at(const char *text, int zone)
{
    struct when w;
    assert_int_equal(when_parse(text, zone, &w), ST_OK);
    return w;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return length[month - 1] + (month == 2 && leap(year));
}

/* ---- days ---- */

/* The test counts on its fingers: 1900-01-01 was a Monday, 25,567 days before 1970. */
static void every_day_of_eleven_centuries_goes_there_and_back(void **state)
{
    (void)state;
    int32_t n = -25567;
    int weekday = 1;
    for (int year = 1900; year <= 2999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= month_length(year, month); day++, n++, weekday = weekday % 7 + 1) {
                struct day d = day_of_civil(year, month, day), read;
                struct civil c = day_civil(d);
                char text[DAY_TEXT], want[40];
                snprintf(want, sizeof want, "%04d-%02d-%02d", year, month, day);
                if (d.n != n || c.year != year || c.month != month || c.day != day || day_weekday(d) != weekday ||
                    strcmp(day_text(d, text), want) != 0 || day_parse(want, &read) != ST_OK || read.n != n)
                    fail_msg("%s", want);
            }
        }
    }
    assert_int_equal(n, 376200);
}

static void known_days_have_their_numbers_and_weekdays(void **state)
{
    (void)state;
    assert_int_equal(on("1970-01-01").n, 0);
    assert_int_equal(on("1969-12-31").n, -1);
    assert_int_equal(on("2000-03-01").n, 11017);
    assert_int_equal(on("2000-01-01").n, 10957);
    assert_int_equal(day_weekday(on("1970-01-01")), 4);
    assert_int_equal(day_weekday(on("1969-12-28")), 7);
    assert_int_equal(day_weekday(on("2026-02-13")), 5);
    assert_int_equal(day_weekday(on("2000-02-29")), 2);
}

static void days_outside_of_the_parsed_years_still_count(void **state)
{
    (void)state;
    for (int year = -2001; year <= 5000; year++) {
        struct day march = day_of_civil(year, 3, 1);
        struct civil c = day_civil((struct day){march.n - 1});
        assert_int_equal(c.year, year);
        assert_int_equal(c.month, 2);
        assert_int_equal(c.day, 28 + leap(year));
        assert_int_equal(day_of_civil(year + 1, 3, 1).n - march.n, 365 + leap(year + 1));
    }
}

static void no_day_is_told_apart(void **state)
{
    (void)state;
    char text[DAY_TEXT];
    assert_false(day_is(DAY_NONE));
    assert_true(day_is((struct day){0}));
    assert_true(day_is(on("1900-01-01")));
    assert_string_equal(day_text(DAY_NONE, text), "-");
    assert_ptr_equal(day_text(on("2026-02-13"), text), text);
}

static void what_is_no_day_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026",
        "2026-02-1",
        "2026-2-13",
        "2026-02-130",
        " 2026-02-13",
        "2026-02-13 ",
        "2026/02/13",
        "20260213",
        "2026-02-29",
        "2026-02-30",
        "2026-04-31",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-01-32",
        "1900-02-29",
        "1899-12-31",
        "3000-01-01",
        "0000-01-01",
        "-026-01-01",
        "+2026-01-01",
        "2026-01-0a",
        "2026-0x-01",
        "2a26-01-01",
        "2026-01--1",
        "2026-02-13T",
        "today",
        "2026-02_13",
        "2026/02-13",
        "2026-02-1:",
        "2026-02-1/",
        "２026-02-13",
        "2026-+1-13",
        "2026- 1-13",
    };
    struct day d = {77};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (day_parse(wrong[i], &d) != ST_INVALID)
            fail_msg("'%s' was taken for a day", wrong[i]);
        assert_int_equal(d.n, 77);
    }
    assert_int_equal(on("2024-02-29").n + 1, on("2024-03-01").n);
    assert_int_equal(on("2000-02-29").n + 1, on("2000-03-01").n);
}

/* ---- moments ---- */

static void a_moment_is_read_in_every_allowed_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int zone;
        int64_t ms;
    } forms[] = {
        {"1970-01-01T00:00", 0, 0},
        {"1970-01-01T00:00Z", 480, 0},
        {"1970-01-01T08:00", 480, 0},
        {"1970-01-01T08:00+08:00", 0, 0},
        {"1970-01-01T08:00:00+08:00", -300, 0},
        {"1970-01-01T00:00:00.001Z", 480, 1},
        {"1969-12-31T23:59:59.999Z", 480, -1},
        {"1969-12-31T18:30-05:30", 0, 0},
        {"2026-02-13T09:00:00.000+08:00", 0, 1770944400000},
        {"2026-02-13T23:59:59.999", 480, 1770998399999},
        {"1970-01-01T14:00+14:00", 0, 0},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct when w = {0};
        if (when_parse(forms[i].text, forms[i].zone, &w) != ST_OK || w.ms != forms[i].ms)
            fail_msg("%s: %lld", forms[i].text, (long long)w.ms);
    }
}

static void what_is_no_moment_is_refused_and_nothing_is_written(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026-02-13",
        "2026-02-13T",
        "2026-02-13T09",
        "2026-02-13T09:0",
        "2026-02-13 09:00",
        "2026-02-13t09:00",
        "2026-02-30T09:00",
        "2026-02-13T24:00",
        "2026-02-13T09:60",
        "2026-02-13T09:00:60",
        "2026-02-13T09:00:",
        "2026-02-13T09:00:0",
        "2026-02-13T09:00:00.",
        "2026-02-13T09:00:00.5+08:00", /* three digits or none */
        "2026-02-13T09:00:00.12",
        "2026-02-13T09:00:00.1234",
        "2026-02-13T09:00.000",
        "2026-02-13T09:00z",
        "2026-02-13T09:00ZZ",
        "2026-02-13T09:00+8",
        "2026-02-13T09:00+08",
        "2026-02-13T09:00+0800",
        "2026-02-13T09:00+08:0",
        "2026-02-13T09:00+08:60",
        "2026-02-13T09:00+15:00",
        "2026-02-13T09:00+08:00 ",
        "2026-02-13T09:00 +08:00",
        "2026-02-13T09-00",
        "1899-12-31T23:59",
        "3000-01-01T00:00",
        "2026-02-13T-9:00",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct when w = {77};
        if (when_parse(wrong[i], 480, &w) != ST_INVALID)
            fail_msg("'%s' was taken for a moment", wrong[i]);
        assert_int_equal(w.ms, 77);
    }
}

/* Each prefix in memory of exactly its size: the sanitizer sees a read beyond the end. */
static void no_prefix_of_a_moment_is_read_beyond_its_end(void **state)
{
    (void)state;
    static const char text[] = "2026-02-13T09:00:00.000+08:00";
    for (size_t n = 0; n < sizeof text; n++) {
        char *part = malloc(n + 1);
        struct when w;
        struct day d;
        memcpy(part, text, n);
        part[n] = 0;
        bool whole = n == 16 || n == 19 || n == 23 || n == 29;
        assert_int_equal(when_parse(part, 480, &w), whole ? ST_OK : ST_INVALID);
        assert_int_equal(day_parse(part, &d), n == 10 ? ST_OK : ST_INVALID);
        free(part);
    }
}

static void a_moment_is_written_in_its_zone(void **state)
{
    (void)state;
    char text[WHEN_TEXT];
    assert_string_equal(when_text((struct when){0}, 0, text), "1970-01-01T00:00:00.000+00:00");
    assert_string_equal(when_text((struct when){0}, 480, text), "1970-01-01T08:00:00.000+08:00");
    assert_string_equal(when_text((struct when){0}, -570, text), "1969-12-31T14:30:00.000-09:30");
    assert_string_equal(when_text((struct when){-1}, 0, text), "1969-12-31T23:59:59.999+00:00");
    assert_string_equal(when_text(at("2026-02-13T09:00", 480), 480, text), "2026-02-13T09:00:00.000+08:00");
}

static void written_and_read_again_it_is_the_same_moment(void **state)
{
    (void)state;
    static const int zones[] = {0, 480, -300, 330, -570, 840, -720, 1, -1};
    uint64_t x = 20261122;
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        /* 1900-01-02 to 2999-12-30, so that every zone stays inside */
        struct when w = {-2208902400000 + (int64_t)(x % 34712496000000)}, again;
        char text[WHEN_TEXT];
        int zone = zones[(x >> 40) % 9];
        when_text(w, zone, text);
        if (when_parse(text, -zone, &again) != ST_OK || again.ms != w.ms)
            fail_msg("%s", text);
    }
}

static void a_day_begins_and_ends_at_midnight_of_its_zone(void **state)
{
    (void)state;
    struct day d = on("2026-02-13");
    assert_int_equal(day_start(d, 480).ms, at("2026-02-13T00:00+08:00", 0).ms);
    assert_int_equal(when_day(at("2026-02-13T00:00:00.000", 480), 480).n, d.n);
    assert_int_equal(when_day(at("2026-02-13T23:59:59.999", 480), 480).n, d.n);
    assert_int_equal(when_day(at("2026-02-12T23:59:59.999", 480), 480).n, d.n - 1);
    assert_int_equal(when_day(at("2026-02-12T16:00Z", 0), 480).n, d.n);
    assert_int_equal(when_day(at("2026-02-12T15:59:59.999Z", 0), 480).n, d.n - 1);
    assert_int_equal(when_day((struct when){-1}, 0).n, -1);
    assert_int_equal(when_day((struct when){0}, -1).n, -1);
    assert_int_equal(when_day((struct when){-86400000}, 0).n, -1);
    assert_int_equal(when_day((struct when){-86400001}, 0).n, -2);
    for (int32_t n = -30000; n < 380000; n += 97) {
        assert_int_equal(when_day(day_start((struct day){n}, 480), 480).n, n);
        assert_int_equal(when_day((struct when){day_start((struct day){n}, 480).ms - 1}, 480).n, n - 1);
    }
}

static void moments_and_days_without_measure_break_nothing(void **state)
{
    (void)state;
    static const int64_t far[] = {INT64_MAX, INT64_MAX - 1, INT64_MIN, INT64_MIN + 1, (int64_t)INT32_MAX * 86400000};
    static const int zones[] = {0, 840, -840};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 3; k++) {
            char text[WHEN_TEXT];
            struct day d = when_day((struct when){far[i]}, zones[k]);
            assert_true(day_is(d) && (d.n > 0) == (far[i] > 0));
            assert_int_equal(strlen(when_text((struct when){far[i]}, zones[k], text)), WHEN_TEXT - 1);
        }
    }
    assert_in_range(day_weekday((struct day){INT32_MAX}), 1, 7);
    assert_in_range(day_weekday(DAY_NONE), 1, 7);
    assert_in_range(day_civil(DAY_NONE).month, 1, 12);
    assert_in_range(day_civil((struct day){INT32_MAX}).month, 1, 12);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_eleven_centuries_goes_there_and_back),
        cmocka_unit_test(known_days_have_their_numbers_and_weekdays),
        cmocka_unit_test(days_outside_of_the_parsed_years_still_count),
        cmocka_unit_test(no_day_is_told_apart),
        cmocka_unit_test(what_is_no_day_is_refused_and_nothing_is_written),
        cmocka_unit_test(a_moment_is_read_in_every_allowed_form),
        cmocka_unit_test(what_is_no_moment_is_refused_and_nothing_is_written),
        cmocka_unit_test(no_prefix_of_a_moment_is_read_beyond_its_end),
        cmocka_unit_test(a_moment_is_written_in_its_zone),
        cmocka_unit_test(written_and_read_again_it_is_the_same_moment),
        cmocka_unit_test(moments_and_days_without_measure_break_nothing),
        cmocka_unit_test(a_day_begins_and_ends_at_midnight_of_its_zone),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
