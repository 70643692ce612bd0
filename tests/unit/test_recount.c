/* A limit by another calendar: which are touched, by how much they move, what is undone, who is told.
 *
 * The case is accepted on Wednesday 2026-03-04; fifteen working days: 5, 6 March 2, 9-13 7, 16-20 12, 23-25 15. */
#include "court_tests.h"

#include <stdlib.h>

/* The court's years by the plain week, with these days of March 2026 off or worked. */
static struct calendar *march(const char *off, const char *worked)
{
    struct calendar *cal = calendar_new();
    struct calendar_entry e[2];
    size_t n = 0;
    struct day d;
    if (off && day_parse(off, &d) == ST_OK)
        e[n++] = (struct calendar_entry){d, true, "防汛", "银1号"};
    if (worked && day_parse(worked, &d) == ST_OK)
        e[n++] = (struct calendar_entry){d, false, "补班", "银1号"};
    assert_int_equal(calendar_add_year(cal, 2025, CALENDAR_OFFICIAL, NULL, 0), ST_OK);
    assert_int_equal(calendar_add_year(cal, 2026, CALENDAR_OFFICIAL, e, n), ST_OK);
    return cal;
}

static struct judge judge(struct court *c, const struct calendar *cal)
{
    return (struct judge){.procedure = c->procedure,
                          .reg = c->reg,
                          .calendar = cal,
                          .kase = c->kase,
                          .command = v_map(c->a),
                          .principal = "leewayd",
                          .now = c->now,
                          .event = c->event,
                          .next_case = 42,
                          .next_task = c->next_task};
}

static bool is_stale(struct court *c, const struct calendar *cal, const char *name)
{
    struct judge j = judge(c, cal);
    struct limit *list;
    size_t n = decide_stale(c->a, &j, &list);
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return true;
    return false;
}

/* Decide and apply; what moved. */
static const struct value *recount(struct court *c, const struct calendar *cal, const char *what, const char *name)
{
    struct judge j = judge(c, cal);
    c->last = decide_recount(c->a, &j, what, name);
    assert_true(c->last.accepted);
    assert_int_equal(case_apply(c->a, c->kase, c->last.changes), ST_OK);
    c->event++;
    return c->last.moved;
}

static void a_rest_day_inside_the_count_moves_the_limit_by_a_day_and_its_owner_is_told(void **state)
{
    struct court *c = *state;
    struct calendar *cal = march("2026-03-23", NULL);
    court_accepted(c);
    assert_true(is_stale(c, cal, "checking"));
    const struct value *moved = recount(c, cal, "clock", "checking");
    court_is(c, "clocks.checking.due", "2026-03-26");
    court_is(c, "clocks.checking.calendar", calendar_version(cal));
    assert_string_equal(v_get_str(moved, "due-before", ""), "2026-03-25");
    assert_int_equal(v_get_int(moved, "days", 0), 1);
    const struct value *n = court_notice(c, "cdi", "limit-moved");
    assert_string_equal(v_get_str(n, "due", ""), "2026-03-26");
    assert_string_equal(v_text(v_path(n, "fields.due-before"), ""), "2026-03-25");
    const char *task = court_task(c, "report", "cdi");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-26"); /* it follows the clock */
    assert_false(is_stale(c, cal, "checking"));
    calendar_free(cal);
}

static void what_the_change_does_not_touch_stays_as_it_is(void **state)
{
    struct court *c = *state;
    struct calendar *later = march("2026-04-20", NULL), *week = march("2026-03-23", "2026-03-14");
    court_accepted(c);
    struct judge j = judge(c, later);
    struct limit *list;
    assert_int_equal(decide_stale(c->a, &j, &list), 0);
    struct decision d = decide_recount(c->a, &j, "clock", "checking");
    assert_false(d.accepted);
    assert_string_equal(d.rejection.code, "not-moved");
    assert_false(is_stale(c, week, "checking")); /* one day less, one day more */
    calendar_free(week);
    calendar_free(later);
}

static void a_task_without_a_clock_is_counted_from_the_day_it_was_opened(void **state)
{
    struct court *c = *state;
    struct calendar *cal = march("2026-03-05", NULL);
    court_accepted(c);
    const char *task = court_task(c, "confirm", "organ");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-06");
    assert_true(is_stale(c, cal, task));
    recount(c, cal, "task", task);
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-09");
    assert_int_equal(v_get_int(court_notice(c, "organ", "limit-moved"), "task", 0), strtoll(task, NULL, 10));
    calendar_free(cal);
}

static void a_miss_that_is_none_by_the_new_calendar_is_undone_and_told_again(void **state)
{
    struct court *c = *state;
    struct calendar *cal = march("2026-03-23", "2026-03-28");
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_is(c, "clocks.checking.state", "missed");
    /* by the new calendar: due 26 March, and the lag of three days: 27, 28 (a Saturday that is worked), 30 March: over
     */
    recount(c, cal, "clock", "checking");
    court_is(c, "clocks.checking.state", "missed");
    court_is(c, "clocks.checking.due", "2026-03-26");
    calendar_free(cal);
    cal = march("2026-03-23", NULL);
    struct calendar *two = calendar_new();
    struct calendar_entry e[] = {{day_of_civil(2026, 3, 23), true, "防汛", NULL},
                                 {day_of_civil(2026, 3, 24), true, "防汛", NULL},
                                 {day_of_civil(2026, 3, 25), true, "防汛", NULL}};
    assert_int_equal(calendar_add_year(two, 2025, CALENDAR_OFFICIAL, NULL, 0), ST_OK);
    assert_int_equal(calendar_add_year(two, 2026, CALENDAR_OFFICIAL, e, 3), ST_OK);
    const struct value *moved = recount(c, two, "clock", "checking"); /* 26, 27, 30 March: due 30 March */
    court_is(c, "clocks.checking.state", "running");
    court_is(c, "clocks.checking.due", "2026-03-30");
    assert_true(v_get_bool(moved, "miss-undone"));
    assert_non_null(court_notice(c, "cdi", "limit-miss-undone"));
    assert_non_null(court_at(c, "clocks.checking.miss-at"));
    calendar_free(two);
    calendar_free(cal);
}

static void a_limit_that_was_met_late_may_have_been_met_in_time(void **state)
{
    struct court *c = *state;
    struct calendar *cal = march("2026-03-23", NULL);
    court_accepted(c);
    court_to(c, "2026-03-26");
    court_does(c, "cdi", "report", "fields: {leads: [1], claimed: {}, loss: none, result: refused}\npapers: {report: [r]}");
    court_is(c, "clocks.checking.late", "true");
    recount(c, cal, "clock", "checking");
    court_is(c, "clocks.checking.state", "met");
    court_is(c, "clocks.checking.late", "false");
    calendar_free(cal);
}

static void a_limit_that_stands_still_is_counted_when_it_goes_on(void **state)
{
    struct court *c = *state;
    struct calendar *cal = march("2026-03-23", NULL);
    court_accepted(c);
    court_to(c, "2026-03-10");
    court_does(c, "cdi", "pause", "");
    assert_false(is_stale(c, cal, "checking"));
    calendar_free(cal);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_rest_day_inside_the_count_moves_the_limit_by_a_day_and_its_owner_is_told),
        T(what_the_change_does_not_touch_stays_as_it_is),
        T(a_task_without_a_clock_is_counted_from_the_day_it_was_opened),
        T(a_miss_that_is_none_by_the_new_calendar_is_undone_and_told_again),
        T(a_limit_that_was_met_late_may_have_been_met_in_time),
        T(a_limit_that_stands_still_is_counted_when_it_goes_on),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
