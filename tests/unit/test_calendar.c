#include "daemon/law/calendar.h"

#include "daemon/base/buf.h"
#include "daemon/law/calendar_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST = 2016, LAST = 2026, SLOW_DAYS = 4018 };

/* ---- what is tested: the files of config/calendars, by the daemon's own way ---- */

static struct buf file_bytes(const char *path)
{
    struct buf b = {0};
    char part[4096];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(&b, part, n);
    fclose(f);
    return b;
}

static void load_year(struct calendar *cal, int year)
{
    char path[512];
    snprintf(path, sizeof path, "%s/config/calendars/%d.yaml", SOURCE_DIR, year);
    struct arena *a = arena_new();
    struct problems *p = problems_new(a);
    struct buf in = file_bytes(path), told = {0};
    struct calendar_file *f = calendar_file_read(a, path, buf_bytes(&in), p);
    problems_print(p, &told);
    assert_string_equal(buf_cstr(&told), "");
    assert_non_null(f);
    assert_int_equal(calendar_file_add(cal, f), ST_OK);
    buf_done(&told);
    buf_done(&in);
    arena_free(a);
}

static struct calendar *shipped;

static int load_shipped(void **state)
{
    (void)state;
    shipped = calendar_new();
    for (int year = FIRST; year <= LAST + 1; year++)
        load_year(shipped, year);
    return 0;
}

static int free_shipped(void **state)
{
    (void)state;
    calendar_free(shipped);
    return 0;
}

static struct day on(const char *text)
{
    struct day d;
    assert_int_equal(day_parse(text, &d), ST_OK);
    return d;
}

static void assert_due(const struct calendar *cal, const char *start, int n, const char *due, bool provisional)
{
    struct calendar_due got;
    char text[DAY_TEXT];
    assert_int_equal(calendar_add(cal, on(start), n, &got), ST_OK);
    assert_string_equal(day_text(got.day, text), due);
    assert_int_equal(got.provisional, provisional);
}

static void assert_end(const struct calendar *cal, const char *start, int n, const char *end, bool provisional)
{
    struct calendar_due got;
    char text[DAY_TEXT];
    assert_int_equal(calendar_add_days(cal, on(start), n, &got), ST_OK);
    assert_string_equal(day_text(got.day, text), end);
    assert_int_equal(got.provisional, provisional);
}

/* ---- the slow twin: reads the lines itself, has its own idea of a date, searches from the top for every day ---- */

struct slow_entry {
    char date[11];
    bool off;
};

static struct slow_entry slow_entry[1000];
static size_t slow_entries;
static struct slow_day {
    char date[11];
    bool counts;
} slow_day[SLOW_DAYS];

static void slow_scan(int year)
{
    char path[512], line[1024], off[6];
    snprintf(path, sizeof path, "%s/config/calendars/%d.yaml", SOURCE_DIR, year);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        struct slow_entry *e = &slow_entry[slow_entries];
        if (sscanf(line, " - {date: %10[0-9-], name: %*[^,], off: %5[a-z]", e->date, off) == 2) {
            e->off = strcmp(off, "true") == 0;
            slow_entries++;
        }
    }
    fclose(f);
}

static bool slow_counts(const char *date, int weekday)
{
    for (size_t i = 0; i < slow_entries; i++) {
        if (strcmp(slow_entry[i].date, date) == 0)
            return !slow_entry[i].off;
    }
    return weekday < 6;
}

static int make_slow(void **state)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    size_t n = 0;
    int weekday = 5; /* 2016-01-01 was a Friday */
    load_shipped(state);
    slow_entries = 0;
    for (int year = FIRST; year <= LAST; year++)
        slow_scan(year);
    for (int year = FIRST; year <= LAST; year++) {
        for (int month = 1; month <= 12; month++) {
            int days = length[month - 1] + (month == 2 && year % 4 == 0);
            for (int day = 1; day <= days; day++, n++, weekday = weekday % 7 + 1) {
                snprintf(slow_day[n].date, sizeof slow_day[n].date, "%04u-%02u-%02u", (unsigned)year % 10000,
                         (unsigned)month % 100, (unsigned)day % 100);
                slow_day[n].counts = slow_counts(slow_day[n].date, weekday);
            }
        }
    }
    return n == SLOW_DAYS ? 0 : -1;
}

static void the_slow_twin_agrees_on_every_day(void **state)
{
    (void)state;
    assert_int_equal(slow_entries, 374);
    struct day d = on("2016-01-01");
    for (size_t i = 0; i < SLOW_DAYS; i++, d.n++) {
        char text[DAY_TEXT];
        assert_string_equal(day_text(d, text), slow_day[i].date);
        struct calendar_day got = calendar_day(shipped, d);
        if (got.counts != slow_day[i].counts)
            fail_msg("%s", text);
        assert_true(got.known);
    }
}

/* Every start, every limit up to 70 and then wider ones; the twin walks. */
static void the_slow_twin_agrees_on_every_limit(void **state)
{
    (void)state;
    struct day first = on("2016-01-01");
    for (size_t i = 0; i < SLOW_DAYS; i++) {
        struct day start = {first.n + (int)i};
        int n = 0;
        for (size_t k = i + 1; k < SLOW_DAYS; k++) {
            n += slow_day[k].counts;
            if (!slow_day[k].counts || (n > 70 && n % 97))
                continue;
            struct calendar_due due = {0};
            assert_int_equal(calendar_add(shipped, start, n, &due), ST_OK);
            assert_int_equal(due.day.n, first.n + (int)k);
            assert_false(due.provisional);
        }
    }
}

static void the_slow_twin_agrees_on_limits_of_calendar_days(void **state)
{
    (void)state;
    struct day first = on("2016-01-01");
    for (size_t i = 0; i + 130 < SLOW_DAYS; i++) {
        for (size_t n = 0; n <= 100; n++) {
            size_t k = i + n;
            while (!slow_day[k].counts)
                k++;
            struct calendar_due due = {0};
            assert_int_equal(calendar_add_days(shipped, (struct day){first.n + (int)i}, (int)n, &due), ST_OK);
            assert_int_equal(due.day.n, first.n + (int)k);
            assert_false(due.provisional);
        }
    }
}

/* ---- properties ---- */

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

static void assert_gives_back(const struct calendar *cal, struct day start, int n)
{
    struct calendar_due due;
    assert_int_equal(calendar_add(cal, start, n, &due), ST_OK);
    struct calendar_count count = calendar_between(cal, start, due.day);
    assert_int_equal(count.days, n);
    assert_int_equal(count.provisional, due.provisional);
    assert_int_equal(calendar_between(cal, due.day, start).days, -n);
    assert_true(n == 0 || calendar_day(cal, due.day).counts);
}

static void adding_then_counting_gives_n_back(void **state)
{
    (void)state;
    seed = 20260213;
    for (struct day d = on("2016-01-01"); d.n <= on("2026-12-31").n; d.n++) {
        for (int n = 0; n <= 45; n++)
            assert_gives_back(shipped, d, n);
        for (int i = 0; i < 5; i++)
            assert_gives_back(shipped, d, (int)draw(CALENDAR_MOST + 1));
    }
}

/* Calendars nobody would issue: long rests, worked weekends, years far apart. The truth is what calendar_day() says of
 * each day, walked; and that is compared with the entries one by one. */
static void wild_calendars_are_counted_like_a_walk(void **state)
{
    (void)state;
    seed = 1;
    for (int round = 0; round < 60; round++) {
        struct calendar *cal = calendar_new();
        for (int year = 2000 + (int)draw(3); year < 2012; year += 1 + (int)draw(3)) {
            struct calendar_entry e[366];
            size_t n = 0;
            uint32_t density = 1 + draw(100);
            for (struct day d = day_of_civil(year, 1, 1); d.n < day_of_civil(year + 1, 1, 1).n; d.n++) {
                if (draw(100) < density)
                    e[n++] = (struct calendar_entry){d, draw(10) < 9, "x", NULL};
            }
            assert_int_equal(calendar_add_year(cal, year, CALENDAR_OFFICIAL, e, n), ST_OK);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(calendar_day(cal, e[i].day).counts, !e[i].off);
        }
        for (int i = 0; i < 40; i++) {
            struct day start = {day_of_civil(1999, 6, 1).n + (int)draw(5000)}, walked = start;
            int n = (int)draw(400);
            bool provisional = false;
            for (int left = n; left > 0; left -= calendar_day(cal, walked).counts) {
                walked.n++;
                provisional |= !calendar_day(cal, walked).known;
            }
            struct calendar_due due;
            assert_int_equal(calendar_add(cal, start, n, &due), ST_OK);
            assert_int_equal(due.day.n, walked.n);
            assert_int_equal(due.provisional, provisional);
            assert_gives_back(cal, start, n);
        }
        calendar_free(cal);
    }
}

/* ---- checked by hand ---- */

static void every_year_has_its_number_of_working_days(void **state)
{
    (void)state;
    static const int days[] = {250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248};
    for (int year = FIRST; year <= LAST; year++) {
        struct calendar_count got = calendar_working_days(shipped, year);
        assert_int_equal(got.days, days[year - FIRST]);
        assert_false(got.provisional);
    }
    assert_true(calendar_working_days(shipped, 2027).provisional);
    assert_int_equal(calendar_working_days(shipped, 2027).days, 261); /* 365 days that begin on a Friday */
    assert_int_equal(calendar_working_days(shipped, 1900).days, 261);
    assert_int_equal(calendar_working_days(shipped, 3000).days, 0);
    assert_true(calendar_working_days(shipped, 3000).provisional);
}

/* Accepted on paper on Friday the 13th, entered after the Spring Festival: the day it was done counts. */
static void fifteen_days_run_from_the_day_of_acceptance_not_of_entry(void **state)
{
    (void)state;
    assert_due(shipped, "2026-02-13", 15, "2026-03-12", false);
    assert_due(shipped, "2026-02-24", 15, "2026-03-16", false);
    assert_int_equal(calendar_between(shipped, on("2026-02-13"), on("2026-03-12")).days, 15);
}

static void the_prolonged_spring_festival_of_2020_does_not_count(void **state)
{
    (void)state;
    assert_due(shipped, "2020-01-23", 1, "2020-02-03", false);
    assert_due(shipped, "2020-01-23", 10, "2020-02-14", false);
    assert_due(shipped, "2020-01-18", 1, "2020-01-19", false); /* a worked Sunday */
    struct calendar_day d = calendar_day(shipped, on("2020-02-01"));
    assert_false(d.counts);
    assert_int_equal(d.why, CALENDAR_ARRANGED);
    assert_string_equal(d.source, "国办发明电〔2020〕1号");
    assert_string_equal(calendar_day(shipped, on("2020-01-30")).source, "国办发明电〔2019〕16号");
}

static void a_day_says_why_it_counts(void **state)
{
    (void)state;
    struct calendar_day d = calendar_day(shipped, on("2026-02-14"));
    assert_true(d.counts && d.known);
    assert_int_equal(d.why, CALENDAR_ARRANGED);
    assert_string_equal(d.name, "春节");
    assert_string_equal(d.source, "国办发明电〔2025〕7号");
    d = calendar_day(shipped, on("2026-03-12"));
    assert_true(d.counts && d.known && d.why == CALENDAR_WEEKDAY && !d.source);
    assert_string_equal(d.name, "weekday");
    d = calendar_day(shipped, on("2026-03-14"));
    assert_true(!d.counts && d.known && d.why == CALENDAR_WEEKEND && !d.source);
    assert_string_equal(d.name, "weekend");
    d = calendar_day(shipped, on("2018-12-29")); /* settled by the notice for 2019 */
    assert_true(d.counts);
    assert_string_equal(d.source, "国办发明电〔2018〕15号");
    assert_false(calendar_day(shipped, on("2027-03-01")).known);
}

static void a_limit_of_no_days_ends_where_it_starts(void **state)
{
    (void)state;
    assert_due(shipped, "2026-02-16", 0, "2026-02-16", false);
    assert_due(shipped, "2027-05-01", 0, "2027-05-01", false);
}

static void a_limit_may_start_on_a_rest_day(void **state)
{
    (void)state;
    assert_due(shipped, "2026-02-16", 1, "2026-02-24", false);
    assert_due(shipped, "2026-02-23", 1, "2026-02-24", false);
    assert_due(shipped, "2026-03-14", 5, "2026-03-20", false);
}

static void calendar_days_that_end_on_a_rest_day_move(void **state)
{
    (void)state;
    assert_end(shipped, "2026-02-06", 10, "2026-02-24", false); /* into the Spring Festival */
    assert_end(shipped, "2026-02-04", 10, "2026-02-14", false); /* a worked Saturday */
    assert_end(shipped, "2026-02-21", 0, "2026-02-24", false);
    assert_end(shipped, "2026-12-01", 30, "2026-12-31", false);
    assert_end(shipped, "2026-12-01", 31, "2027-01-01", true);
    assert_end(shipped, "2015-12-01", 60, "2016-02-01", false); /* only the end's year matters */
    assert_end(shipped, "2026-12-03", 30, "2027-01-04", true);
}

static void beyond_the_last_notice_a_limit_is_provisional(void **state)
{
    (void)state;
    assert_due(shipped, "2026-12-30", 1, "2026-12-31", false);
    assert_due(shipped, "2026-12-31", 1, "2027-01-01", true);
    assert_due(shipped, "2026-12-21", 15, "2027-01-11", true);
    assert_due(shipped, "2015-12-30", 1, "2015-12-31", true);
    assert_due(shipped, "2015-12-31", 1, "2016-01-04", false);
    assert_false(calendar_between(shipped, on("2015-12-31"), on("2026-12-31")).provisional);
    assert_true(calendar_between(shipped, on("2015-12-30"), on("2026-12-31")).provisional);
    assert_true(calendar_between(shipped, on("2027-01-01"), on("2026-12-31")).provisional);
    assert_false(calendar_between(shipped, on("2027-01-01"), on("2027-01-01")).provisional);
    assert_int_equal(calendar_first_known(shipped), 2016);
    assert_int_equal(calendar_last_known(shipped), 2026);
    assert_false(calendar_knows(shipped, 2027));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slow_twin_agrees_on_every_day),
        cmocka_unit_test(the_slow_twin_agrees_on_every_limit),
        cmocka_unit_test(the_slow_twin_agrees_on_limits_of_calendar_days),
        cmocka_unit_test(adding_then_counting_gives_n_back),
        cmocka_unit_test(wild_calendars_are_counted_like_a_walk),
        cmocka_unit_test(every_year_has_its_number_of_working_days),
        cmocka_unit_test(fifteen_days_run_from_the_day_of_acceptance_not_of_entry),
        cmocka_unit_test(the_prolonged_spring_festival_of_2020_does_not_count),
        cmocka_unit_test(a_day_says_why_it_counts),
        cmocka_unit_test(a_limit_of_no_days_ends_where_it_starts),
        cmocka_unit_test(a_limit_may_start_on_a_rest_day),
        cmocka_unit_test(calendar_days_that_end_on_a_rest_day_move),
        cmocka_unit_test(beyond_the_last_notice_a_limit_is_provisional),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, make_slow, free_shipped);
}
