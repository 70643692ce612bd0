#include "daemon/law/calendar_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                                           \
    "year: 2026\n"                                                                                                     \
    "status: official\n"                                                                                               \
    "notices:\n"                                                                                                       \
    "  - {number: 甲1号, issued: 2025-11-04}\n"                                                                      \
    "  - {number: 甲2号, issued: 2026-01-04, paper: 'https://example.org/2'}\n"                                      \
    "days:\n"

static struct arena *arena;
static struct problems *problems;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    problems = problems_new(arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct calendar_file *read_text(const char *file, const char *text)
{
    return calendar_file_read(arena, file, (struct bytes){(const uint8_t *)text, strlen(text)}, problems);
}

static void a_year_is_read_with_its_notices_and_days(void **state)
{
    (void)state;
    struct calendar_file *f = read_text("x/2026.yaml", HEAD "  - {date: 2026-01-01, name: 元旦, off: true}\n"
                                                            "  - date: 2026-01-04\n"
                                                            "    name: 元旦\n"
                                                            "    off: false\n"
                                                            "    notice: 甲2号\n");
    assert_non_null(f);
    assert_int_equal(f->year, 2026);
    assert_null(f->overlay);
    assert_int_equal(f->status, CALENDAR_OFFICIAL);
    assert_int_equal(f->notice_count, 2);
    assert_string_equal(f->notices[0].number, "甲1号");
    assert_int_equal(f->notices[0].issued.n, day_of_civil(2025, 11, 4).n);
    assert_null(f->notices[0].paper);
    assert_string_equal(f->notices[1].paper, "https://example.org/2");
    assert_int_equal(f->entry_count, 2);
    assert_true(f->entries[0].off && !f->entries[1].off);
    assert_string_equal(f->entries[0].source, "甲1号");
    assert_string_equal(f->entries[1].source, "甲2号");
    assert_string_equal(f->entries[1].name, "元旦");
}

static void a_year_is_added_once(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_file *f = read_text("2026.yaml", HEAD "  - {date: 2026-01-01, name: 元旦, off: true}\n");
    assert_non_null(f);
    assert_int_equal(calendar_file_add(cal, f), ST_OK);
    assert_int_equal(calendar_file_add(cal, f), ST_EXISTS);
    assert_int_equal(calendar_working_days(cal, 2026).days, 260);
    calendar_free(cal);
}

static void a_year_that_is_not_announced_is_known_as_such(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_file *f = read_text("2027.yaml", "year: 2027\nstatus: not-announced\nnotices: []\ndays: []\n");
    assert_non_null(f);
    assert_int_equal(f->status, CALENDAR_NOT_ANNOUNCED);
    assert_int_equal(calendar_file_add(cal, f), ST_OK);
    assert_false(calendar_knows(cal, 2027));
    calendar_free(cal);
}

static void an_overlay_is_read_and_laid_over(void **state)
{
    (void)state;
    struct calendar *cal = calendar_new();
    struct calendar_file *f =
        read_text("yinchuan.yaml", "overlay: {jurisdiction: yinchuan, reason: 自治区成立日, source: 银1号}\n"
                                   "days:\n"
                                   "  - {date: 2025-10-25, name: 自治区成立日, off: true}\n"
                                   "  - {date: 2026-10-26, name: 自治区成立日, off: true}\n");
    assert_non_null(f);
    assert_string_equal(f->overlay, "yinchuan");
    assert_string_equal(f->reason, "自治区成立日");
    assert_string_equal(calendar_file_of(arena, f), "overlay:yinchuan");
    assert_int_equal(calendar_file_add(cal, f), ST_OK);
    struct calendar_day d = calendar_day(cal, day_of_civil(2026, 10, 26));
    assert_int_equal(d.why, CALENDAR_LOCAL);
    assert_string_equal(d.source, "银1号");
    assert_int_equal(calendar_file_add(cal, f), ST_EXISTS);
    calendar_free(cal);
}

/* ---- what is wrong, and where ---- */

/* The first line of the told problems begins with FILE:LINE:COLUMN: and holds the words. */
static void assert_problem(const char *text, const char *place, const char *words)
{
    struct arena *a = arena_new();
    struct problems *p = problems_new(a);
    struct buf told = {0};
    assert_null(calendar_file_read(a, "2026.yaml", (struct bytes){(const uint8_t *)text, strlen(text)}, p));
    problems_print(p, &told);
    const char *s = buf_cstr(&told);
    if (problems_count(p) != 1 || strncmp(s, place, strlen(place)) != 0 || !strstr(s, words))
        fail_msg("wanted %s … %s, told:\n%s", place, words, s);
    buf_done(&told);
    arena_free(a);
}

static void a_wrong_day_is_told_with_its_place(void **state)
{
    (void)state;
    assert_problem(HEAD "  - {date: 2025-12-31, name: 元旦, off: true}\n",
                   "2026.yaml:7:12: error: ", "2025-12-31 is not a day of 2026");
    assert_problem(HEAD "  - {date: 2026-05-01, name: 劳动节, off: true}\n"
                        "  - {date: 2026-05-02, name: 劳动节, off: true}\n"
                        "  - {date: 2026-05-01, name: 劳动节, off: false}\n",
                   "2026.yaml:9:12: error: ", "2026-05-01 stands here twice, first in line 7");
    assert_problem(HEAD "  - {date: 2026-02-30, name: 春节, off: true}\n", "2026.yaml:7:12: error: ", "2026-02-30");
    assert_problem(HEAD "  - {date: 2026-05-01, name: 劳动节, off: yes}\n", "2026.yaml:7:40: error: ", "'yes'");
    assert_problem(HEAD "  - {date: 2026-05-01, name: 劳动节, of: true, off: true}\n",
                   "2026.yaml:7:35: error: ", "off");
    assert_problem(HEAD "  - {date: 2026-05-01, off: true}\n", "2026.yaml:7:5: error: ", "name");
    assert_problem(HEAD "  - {date: 2026-05-01, name: 劳动节, off: true, notice: 甲3号}\n",
                   "2026.yaml:7:54: error: ", "notice '甲3号' is not defined");
    assert_problem(HEAD "  - 2026-05-01\n", "2026.yaml:7:5: error: ", "2026-05-01");
}

static void a_wrong_head_is_told_with_its_place(void **state)
{
    (void)state;
    static const char rest[] = "status: official\nnotices: [{number: A, issued: 2025-11-04}]\ndays: []\n";
    char text[512];
    snprintf(text, sizeof text, "year: 2025\n%s", rest);
    assert_problem(text, "2026.yaml:1:7: error: ", "2025");
    snprintf(text, sizeof text, "year: 1822\n%s", rest);
    assert_problem(text, "2026.yaml:1:7: error: ", "1822");
    snprintf(text, sizeof text, "%s", rest);
    assert_problem(text, "2026.yaml:1:1: error: ", "year");
    snprintf(text, sizeof text, "year: 2026\nholidays: []\n%s", rest);
    assert_problem(text, "2026.yaml:2:1: error: ", "holidays");
    assert_problem("year: 2026\nstatus: offical\nnotices: [{number: A, issued: 2025-11-04}]\ndays: []\n",
                   "2026.yaml:2:9: error: ", "official");
    assert_problem("year: 2026\nstatus: official\ndays: []\n", "2026.yaml:1:1: error: ", "notices");
    assert_problem("year: 2026\nstatus: official\nnotices: []\ndays: []\n", "2026.yaml:3:10: error: ", "notice");
    assert_problem("year: 2026\nstatus: official\nnotices: [{number: A, issued: 2025-11-04}]\n",
                   "2026.yaml:1:1: error: ", "days");
    assert_problem("year: 2026\nyear: 2026\nstatus: official\nnotices: [{number: A, issued: 2025-11-04}]\ndays: []\n",
                   "2026.yaml:2:1: error: ", "year");
    assert_problem("[]\n", "2026.yaml:1:1: error: ", "");
    assert_problem("", "2026.yaml", "");
    assert_problem("year: [\n", "2026.yaml:", "");
}

static void a_wrong_notice_is_told_with_its_place(void **state)
{
    (void)state;
    assert_problem("year: 2026\nstatus: official\ndays: []\nnotices: [{number: A, issued: 4 November}]\n",
                   "2026.yaml:4:31: error: ", "4 November");
    assert_problem("year: 2026\nstatus: official\ndays: []\nnotices:\n  - {number: A, issued: 2025-11-04}\n"
                   "  - {number: A, issued: 2025-11-05}\n",
                   "2026.yaml:6:14: error: ", "'A' stands here twice");
}

static void nobody_guesses_a_year_that_is_not_announced(void **state)
{
    (void)state;
    assert_problem("year: 2026\nstatus: not-announced\ndays:\n  - {date: 2026-01-01, name: 元旦, off: true}\n",
                   "2026.yaml:4:3: error: ", "no days");
    assert_problem("year: 2026\nstatus: not-announced\nnotices: [{number: A, issued: 2025-11-04}]\ndays: []\n",
                   "2026.yaml:3:10: error: ", "no notices");
}

static void a_total_that_the_days_do_not_make_is_refused(void **state)
{
    (void)state;
    static const char text[] = "year: 2026\nstatus: official\nworking-days: %d\n"
                               "notices: [{number: A, issued: 2025-11-04}]\n"
                               "days: [{date: 2026-01-01, name: 元旦, off: true}]\n";
    char of[512];
    snprintf(of, sizeof of, text, 261);
    assert_problem(of, "2026.yaml:3:15: error: ", "make 260 working days, not 261");
    snprintf(of, sizeof of, text, 260);
    assert_non_null(read_text("2026.yaml", of));
}

static void too_many_days_are_refused(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_str(&b, HEAD);
    for (int i = 0; i < 367; i++)
        buf_printf(&b, "  - {date: %d-01-01, name: x, off: true}\n", 2026);
    assert_null(read_text("2026.yaml", buf_cstr(&b)));
    struct buf told = {0};
    problems_print(problems, &told);
    assert_non_null(strstr(buf_cstr(&told), "at most 366 days"));
    buf_done(&told);
    buf_done(&b);
}

static void an_overlay_says_whose_it_is_why_and_by_what(void **state)
{
    (void)state;
    assert_problem("overlay: yinchuan\ndays: []\n", "2026.yaml:1:10: error: ", "");
    assert_problem("overlay: {jurisdiction: yinchuan, source: A}\ndays: []\n", "2026.yaml:1:10: error: ", "reason");
    assert_problem("overlay: {jurisdiction: yinchuan, reason: x}\ndays: []\n", "2026.yaml:1:10: error: ", "source");
    assert_problem("overlay: {jurisdiction: y, reason: x, source: A}\nyear: 2026\ndays: []\n",
                   "2026.yaml:2:1: error: ", "year");
}

static void every_mistake_is_told_in_one_run(void **state)
{
    (void)state;
    assert_null(read_text("2026.yaml", HEAD "  - {date: 2025-12-31, name: 元旦, off: true}\n"
                                            "  - {date: 2026-05-01, name: 劳动节, off: 1}\n"
                                            "  - {date: 2026-05-02, nam: 劳动节, off: true}\n"));
    assert_int_equal(problems_count(problems), 4); /* the last line: a key that is unknown, and one that is missing */
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(a_year_is_read_with_its_notices_and_days),
        T(a_year_is_added_once),
        T(a_year_that_is_not_announced_is_known_as_such),
        T(an_overlay_is_read_and_laid_over),
        T(a_wrong_day_is_told_with_its_place),
        T(a_wrong_head_is_told_with_its_place),
        T(a_wrong_notice_is_told_with_its_place),
        T(nobody_guesses_a_year_that_is_not_announced),
        T(a_total_that_the_days_do_not_make_is_refused),
        T(too_many_days_are_refused),
        T(an_overlay_says_whose_it_is_why_and_by_what),
        T(every_mistake_is_told_in_one_run),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
