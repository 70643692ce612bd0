/* How a calendar is put together: years, local days, versions, refusals, the edges. */
#include "daemon/law/calendar.h"

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

static struct calendar_entry entry(const char *date, bool off)
{
    return (struct calendar_entry){on(date), off, "春节", "notice 1"};
}

static void add_plain(struct calendar *cal, int year)
{
    assert_int_equal(calendar_add_year(cal, year, CALENDAR_OFFICIAL, NULL, 0), ST_OK);
}

static void assert_due(const struct calendar *cal, const char *start, int n, const char *due, bool provisional)
{
    struct calendar_due got;
    char text[DAY_TEXT];
    assert_int_equal(calendar_add(cal, on(start), n, &got), ST_OK);
    assert_string_equal(day_text(got.day, text), due);
    assert_int_equal(got.provisional, provisional);
}

static void an_empty_calendar_goes_by_the_weekday_and_knows_nothing(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    assert_int_equal(calendar_first_known(cal), 0);
    assert_int_equal(calendar_last_known(cal), 0);
    assert_due(cal, "2026-11-20", 1, "2026-11-23", true);
    assert_false(calendar_day(cal, on("2026-11-20")).known);
    calendar_free(cal);
    calendar_free(NULL);
}

static void entries_may_come_in_any_order(void **state)
{
    (void)state;
    struct calendar_entry e[] = {entry("2026-05-02", false), entry("2026-01-02", true), entry("2026-05-01", true)};
    struct calendar *cal = calendar_new();
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, e, 3), ST_OK);
    assert_due(cal, "2026-04-30", 1, "2026-05-02", false);
    assert_due(cal, "2026-01-01", 1, "2026-01-05", false);
    calendar_free(cal);
}

static void what_was_given_is_copied(void **state)
{
    (void)state;
    char name[] = "local feast", source[] = "order 7";
    struct calendar_entry e = {on("2026-07-01"), true, name, source};
    struct calendar *cal = calendar_new();
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, &e, 1), ST_OK);
    memset(name, 'x', sizeof name - 1);
    memset(source, 'x', sizeof source - 1);
    e.off = false;
    struct calendar_day d = calendar_day(cal, on("2026-07-01"));
    assert_false(d.counts);
    assert_string_equal(d.name, "local feast");
    assert_string_equal(d.source, "order 7");
    calendar_free(cal);
}

static void refused_years_change_nothing(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_entry twice[] = {entry("2026-05-01", true), entry("2026-05-01", false)};
    struct calendar_entry early[] = {entry("2025-12-31", true), entry("2026-01-01", true)};
    struct calendar_entry late[] = {entry("2026-12-31", true), entry("2027-01-01", true)};
    struct calendar_entry nameless = {on("2026-05-01"), true, NULL, NULL};
    struct calendar_entry none = {DAY_NONE, true, "x", NULL};
    char version[CALENDAR_VERSION];
    strcpy(version, calendar_version(cal));
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, twice, 2), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, early, 2), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, late, 2), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, &nameless, 1), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, &none, 1), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_NOT_ANNOUNCED, twice, 1), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 2026, (enum calendar_status)0, NULL, 0), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 1899, CALENDAR_OFFICIAL, NULL, 0), ST_INVALID);
    assert_int_equal(calendar_add_year(cal, 3000, CALENDAR_OFFICIAL, NULL, 0), ST_INVALID);
    assert_int_equal(calendar_overlay(cal, twice, 2), ST_INVALID);
    assert_string_equal(calendar_version(cal), version);
    assert_false(calendar_knows(cal, 2026));
    assert_true(calendar_day(cal, on("2026-05-01")).counts);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, twice, 1), ST_OK);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, NULL, 0), ST_EXISTS);
    assert_false(calendar_day(cal, on("2026-05-01")).counts);
    calendar_free(cal);
}

static void a_gap_between_known_years_is_provisional(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_entry e = entry("2026-01-02", true);
    add_plain(cal, 2016);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, &e, 1), ST_OK);
    assert_int_equal(calendar_first_known(cal), 2016);
    assert_int_equal(calendar_last_known(cal), 2026);
    assert_false(calendar_knows(cal, 2020));
    assert_due(cal, "2016-12-29", 1, "2016-12-30", false);
    assert_due(cal, "2016-12-30", 1, "2017-01-02", true);
    assert_due(cal, "2025-12-31", 2, "2026-01-05", false);
    struct calendar_count across = calendar_between(cal, on("2016-12-31"), on("2026-12-31"));
    assert_int_equal(across.days, 2609 - 1); /* ten plain years and one rest day */
    assert_true(across.provisional);
    calendar_free(cal);
}

/* Saturday, 2022-12-31 might have been a working day: nobody has said. */
static void an_end_moved_out_of_an_unknown_year_is_provisional(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_due due;
    add_plain(cal, 2023);
    assert_int_equal(calendar_add_days(cal, on("2022-12-01"), 30, &due), ST_OK);
    assert_int_equal(due.day.n, on("2023-01-02").n);
    assert_true(due.provisional);
    assert_int_equal(calendar_add_days(cal, on("2022-12-01"), 31, &due), ST_OK);
    assert_int_equal(due.day.n, on("2023-01-02").n);
    assert_false(due.provisional);
    calendar_free(cal);
}

static void local_days_lie_over_the_arrangement(void **state)
{
    (void)state;
    struct calendar_entry year[] = {entry("2026-02-16", true), entry("2026-02-28", false)};
    struct calendar_entry local[] = {{on("2026-02-16"), false, "flood duty", "county order 3"},
                                     {on("2026-02-18"), true, "founding day", NULL},
                                     {on("2027-03-01"), true, "founding day", NULL}};
    struct calendar *cal = calendar_new(), *other = calendar_new();
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, year, 2), ST_OK);
    assert_due(cal, "2026-02-13", 2, "2026-02-18", false);
    assert_int_equal(calendar_overlay(cal, local, 3), ST_OK);
    assert_due(cal, "2026-02-13", 2, "2026-02-17", false);
    assert_due(cal, "2026-02-13", 3, "2026-02-19", false);
    struct calendar_day d = calendar_day(cal, on("2026-02-16"));
    assert_true(d.counts && d.known && d.why == CALENDAR_LOCAL);
    assert_string_equal(d.source, "county order 3");
    d = calendar_day(cal, on("2027-03-01"));
    assert_true(!d.counts && d.why == CALENDAR_LOCAL && !d.source);
    assert_false(d.known);                                        /* a local day makes no year known */
    assert_int_equal(calendar_overlay(cal, local, 3), ST_EXISTS); /* the days of another overlay */
    assert_int_equal(calendar_overlay(cal, &(struct calendar_entry){on("2026-02-19"), true, "mourning", NULL}, 1),
                     ST_OK);
    assert_due(cal, "2026-02-13", 3, "2026-02-20", false);
    assert_int_equal(calendar_overlay(other, &(struct calendar_entry){on("2026-02-19"), true, "mourning", NULL}, 1),
                     ST_OK);

    assert_int_equal(calendar_overlay(other, local, 3), ST_OK);
    assert_int_equal(calendar_add_year(other, 2026, CALENDAR_OFFICIAL, year, 2), ST_OK);
    assert_due(other, "2026-02-13", 2, "2026-02-17", false);
    assert_string_equal(calendar_version(other), calendar_version(cal));
    calendar_free(other);
    calendar_free(cal);
}

/* The Spring Festival of 2020 as first arranged, and as prolonged four days after a limit had begun. */
static void a_rest_day_that_is_moved_gives_another_due_day_and_version(void **state)
{
    (void)state;
    struct calendar_entry first[10], later[14];
    size_t n = 0, m = 0;
    for (struct day d = on("2020-01-24"); d.n <= on("2020-01-30").n; d.n++)
        first[n++] = (struct calendar_entry){d, true, "春节", "16"};
    first[n++] = (struct calendar_entry){on("2020-02-01"), false, "春节", "16"};
    for (struct day d = on("2020-01-24"); d.n <= on("2020-02-02").n; d.n++)
        later[m++] = (struct calendar_entry){d, true, "春节", "1"};
    struct calendar *before = calendar_new(), *after = calendar_new();
    assert_int_equal(calendar_add_year(before, 2020, CALENDAR_OFFICIAL, first, n), ST_OK);
    assert_int_equal(calendar_add_year(after, 2020, CALENDAR_OFFICIAL, later, m), ST_OK);
    assert_due(before, "2020-01-23", 1, "2020-01-31", false);
    assert_due(before, "2020-01-23", 2, "2020-02-01", false);
    assert_due(before, "2020-01-23", 10, "2020-02-12", false);
    assert_due(after, "2020-01-23", 1, "2020-02-03", false);
    assert_due(after, "2020-01-23", 10, "2020-02-14", false);
    assert_string_not_equal(calendar_version(before), calendar_version(after));
    calendar_free(after);
    calendar_free(before);
}

static struct calendar *with(const struct calendar_entry *e, bool local, bool not_announced)
{
    struct calendar *cal = calendar_new();
    add_plain(cal, 2025);
    enum status st = local ? calendar_overlay(cal, e, 1) : calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, e, 1);
    assert_int_equal(st, ST_OK);
    if (not_announced)
        assert_int_equal(calendar_add_year(cal, 2027, CALENDAR_NOT_ANNOUNCED, NULL, 0), ST_OK);
    return cal;
}

static void the_version_follows_from_all_content(void **state)
{
    (void)state;
    struct calendar_entry e = {on("2026-05-01"), true, "ab", "c"}, other[] = {e, e, e, e, e};
    other[0].day.n++;
    other[1].off = false;
    other[2].name = "a";
    other[2].source = "bc";
    other[3].source = NULL;
    struct calendar *all[8] = {with(&e, false, false), with(&e, true, false), with(&e, false, true), calendar_new()};
    for (size_t i = 0; i < 4; i++)
        all[4 + i] = with(&other[i], false, false);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(strlen(calendar_version(all[i])), 16);
        assert_int_equal(strspn(calendar_version(all[i]), "0123456789abcdef"), 16);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(calendar_version(all[i]), calendar_version(all[k]));
    }
    struct calendar *again = calendar_new();
    assert_int_equal(calendar_add_year(again, 2026, CALENDAR_OFFICIAL, &e, 1), ST_OK);
    add_plain(again, 2025);
    assert_string_equal(calendar_version(again), calendar_version(all[0]));
    calendar_free(again);
    for (size_t i = 0; i < 8; i++)
        calendar_free(all[i]);
}

/* A clock that was counted by one release is compared by the version with what another release says. */
static void the_version_stays_the_same_from_release_to_release(void **state)
{
    (void)state;
    struct calendar_entry e = {on("2026-05-01"), true, "劳动节", "7"};
    struct calendar *cal = with(&e, false, true);
    assert_string_equal(calendar_version(cal), "945d4db6b632df3b");
    calendar_free(cal);
}

static void limits_are_bounded(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_due due = {{7}, true};
    struct day d = on("2026-01-01");
    assert_int_equal(calendar_add(cal, d, -1, &due), ST_INVALID);
    assert_int_equal(calendar_add(cal, d, CALENDAR_MOST + 1, &due), ST_LIMIT);
    assert_int_equal(calendar_add(cal, d, INT32_MAX, &due), ST_LIMIT);
    assert_int_equal(calendar_add(cal, DAY_NONE, 1, &due), ST_INVALID);
    assert_int_equal(calendar_add(cal, (struct day){INT32_MAX}, 1, &due), ST_INVALID);
    assert_int_equal(calendar_add(cal, on("2999-12-31"), 1, &due), ST_LIMIT);
    assert_int_equal(calendar_add_days(cal, d, -1, &due), ST_INVALID);
    assert_int_equal(calendar_add_days(cal, d, CALENDAR_MOST + 1, &due), ST_LIMIT);
    assert_int_equal(calendar_add_days(cal, DAY_NONE, 1, &due), ST_INVALID);
    assert_int_equal(calendar_add_days(cal, on("2999-12-31"), 1, &due), ST_LIMIT);
    assert_true(due.day.n == 7 && due.provisional); /* written only on success */
    assert_int_equal(calendar_add(cal, d, CALENDAR_MOST, &due), ST_OK);
    assert_int_equal(calendar_between(cal, d, due.day).days, CALENDAR_MOST);
    calendar_free(cal);
}

static void the_first_and_the_last_day_are_counted(void **state)
{
    (void)state;
    struct calendar_entry first = entry("1900-01-01", true), last = entry("2999-12-31", true);
    struct calendar *cal = calendar_new();
    assert_int_equal(calendar_add_year(cal, 1900, CALENDAR_OFFICIAL, &first, 1), ST_OK);
    assert_int_equal(calendar_add_year(cal, 2999, CALENDAR_OFFICIAL, &last, 1), ST_OK);
    assert_int_equal(calendar_working_days(cal, 1900).days, 260);
    assert_int_equal(calendar_working_days(cal, 2999).days, 260);
    assert_due(cal, "1900-01-01", 1, "1900-01-02", false);
    assert_due(cal, "2999-12-29", 1, "2999-12-30", false);
    struct calendar_due due;
    assert_int_equal(calendar_add(cal, on("2999-12-30"), 1, &due), ST_LIMIT);
    assert_int_equal(calendar_add_days(cal, on("2999-12-30"), 1, &due), ST_LIMIT);
    assert_int_equal(calendar_between(cal, on("1900-01-01"), on("1900-01-01")).days, 0);
    calendar_free(cal);
}

static void a_day_outside_is_answered_and_nothing_breaks(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct day outside[] = {DAY_NONE, {INT32_MAX}, {on("1900-01-01").n - 1}, {on("2999-12-31").n + 1}};
    for (size_t i = 0; i < 4; i++) {
        struct calendar_day d = calendar_day(cal, outside[i]);
        assert_true(!d.counts && !d.known && d.why == CALENDAR_OUTSIDE && d.name && !d.source);
    }
    int whole = calendar_between(cal, on("1900-01-01"), on("2999-12-31")).days;
    assert_int_equal(whole, 286976);
    assert_int_equal(calendar_between(cal, DAY_NONE, (struct day){INT32_MAX}).days, whole);
    assert_int_equal(calendar_between(cal, (struct day){INT32_MAX}, DAY_NONE).days, -whole);
    assert_false(calendar_knows(cal, INT32_MAX));
    calendar_free(cal);
}

/* The arithmetic that skips whole weeks and years, against a walk through all eleven centuries. */
static void plain_weeks_are_counted_right_from_1900_to_2999(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct day first = on("1900-01-01");
    int n = 0;
    for (struct day d = {first.n + 1}; d.n <= on("2999-12-31").n; d.n++) {
        n += day_weekday(d) <= 5;
        if (calendar_between(cal, first, d).days != n)
            fail_msg("day %d", d.n);
    }
    calendar_free(cal);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_calendar_goes_by_the_weekday_and_knows_nothing),
        cmocka_unit_test(entries_may_come_in_any_order),
        cmocka_unit_test(what_was_given_is_copied),
        cmocka_unit_test(refused_years_change_nothing),
        cmocka_unit_test(a_gap_between_known_years_is_provisional),
        cmocka_unit_test(an_end_moved_out_of_an_unknown_year_is_provisional),
        cmocka_unit_test(local_days_lie_over_the_arrangement),
        cmocka_unit_test(a_rest_day_that_is_moved_gives_another_due_day_and_version),
        cmocka_unit_test(the_version_follows_from_all_content),
        cmocka_unit_test(the_version_stays_the_same_from_release_to_release),
        cmocka_unit_test(limits_are_bounded),
        cmocka_unit_test(the_first_and_the_last_day_are_counted),
        cmocka_unit_test(a_day_outside_is_answered_and_nothing_breaks),
        cmocka_unit_test(plain_weeks_are_counted_right_from_1900_to_2999),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
