#include "daemon/sched/sched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct when at(int64_t ms)
{
    return (struct when){ms};
}

static void what_is_past_is_waited_for_no_more(void **state)
{
    (void)state;
    assert_int_equal(sched_wait(at(1000), at(1000)), 0);
    assert_int_equal(sched_wait(at(1000), at(1)), 0);
    assert_int_equal(sched_wait(at(1000), at(1001)), 1);
}

static void no_wait_is_longer_than_an_hour(void **state)
{
    (void)state;
    assert_int_equal(sched_wait(at(0), at(3600000)), 3600000);
    assert_int_equal(sched_wait(at(0), at(3600001)), 3600000);
    assert_int_equal(sched_wait(at(0), WHEN_NEVER), 3600000);
    assert_int_equal(sched_wait(at(-5), WHEN_NEVER), 3600000);
}

static void a_start_before_the_last_event_holds(void **state)
{
    (void)state;
    assert_int_equal(sched_at_start(at(5000), at(4999)), HOLD_BACKWARD);
    assert_int_equal(sched_at_start(at(5000), at(5000)), HOLD_NOTHING);
    assert_int_equal(sched_at_start(at(0), at(4999)), HOLD_NOTHING);
}

static void a_long_rest_holds(void **state)
{
    (void)state;
    assert_int_equal(sched_at_start(at(1), at(1 + SCHED_GAP_MS)), HOLD_NOTHING);
    assert_int_equal(sched_at_start(at(1), at(2 + SCHED_GAP_MS)), HOLD_GAP);
}

static void a_step_of_the_wall_clock_holds_in_both_directions(void **state)
{
    (void)state;
    struct tick t0 = {100}, t1 = {60100};
    assert_int_equal(sched_while_running(at(0), t0, at(60000), t1), HOLD_NOTHING);
    assert_int_equal(sched_while_running(at(0), t0, at(60000 + SCHED_STEP_MS), t1), HOLD_NOTHING);
    assert_int_equal(sched_while_running(at(0), t0, at(60001 + SCHED_STEP_MS), t1), HOLD_STEP);
    assert_int_equal(sched_while_running(at(0), t0, at(59999 - SCHED_STEP_MS), t1), HOLD_STEP);
}

static void a_step_is_told_once_and_small_ones_add_up(void **state)
{
    (void)state;
    struct sched_watch w = {.wall = {0}, .tick = {0}};
    int64_t step = SCHED_STEP_MS;
    assert_int_equal(sched_look(&w, at(1000 + step), (struct tick){1000}, false), HOLD_NOTHING);
    assert_int_equal(sched_look(&w, at(2001 + step), (struct tick){2000}, false), HOLD_STEP);
    assert_int_equal(sched_look(&w, at(3001 + step), (struct tick){3000}, false), HOLD_NOTHING);
    assert_int_equal(sched_look(&w, at(4000), (struct tick){4000}, false), HOLD_STEP);
}

static void a_clock_that_nothing_synchronises_is_told_once(void **state)
{
    (void)state;
    struct sched_watch w = {.wall = {0}, .tick = {0}};
    assert_int_equal(sched_look(&w, at(1), (struct tick){1}, true), HOLD_UNSYNCHRONISED);
    assert_int_equal(sched_look(&w, at(2), (struct tick){2}, true), HOLD_NOTHING);
    assert_int_equal(sched_look(&w, at(3), (struct tick){3}, false), HOLD_NOTHING);
    assert_int_equal(sched_look(&w, at(4), (struct tick){4}, true), HOLD_UNSYNCHRONISED);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_past_is_waited_for_no_more),
        cmocka_unit_test(no_wait_is_longer_than_an_hour),
        cmocka_unit_test(a_start_before_the_last_event_holds),
        cmocka_unit_test(a_long_rest_holds),
        cmocka_unit_test(a_step_of_the_wall_clock_holds_in_both_directions),
        cmocka_unit_test(a_step_is_told_once_and_small_ones_add_up),
        cmocka_unit_test(a_clock_that_nothing_synchronises_is_told_once),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
