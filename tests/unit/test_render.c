#include "clients/monitor/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct figure one(const char *first, const char *second, const char *third, int64_t n)
{
    return (struct figure){{(char *)(uintptr_t)first, (char *)(uintptr_t)second, (char *)(uintptr_t)third}, n};
}

static void check(const struct shown *s, const char *expected)
{
    struct buf out = {0};
    render(&out, s);
    assert_string_equal(buf_cstr(&out), expected);
    buf_done(&out);
}

static void before_a_census_only_the_monitor_itself_is_shown(void **state)
{
    (void)state;
    struct figures f = {0};
    check(&(struct shown){.figures = &f, .version = "0.1.0"},
          "# HELP leeway_build_info Version of the monitor.\n"
          "# TYPE leeway_build_info gauge\n"
          "leeway_build_info{version=\"0.1.0\"} 1\n"
          "# HELP leeway_connected 1 while the monitor is connected with the daemon.\n"
          "# TYPE leeway_connected gauge\n"
          "leeway_connected 0\n"
          "# HELP leeway_gaps_total Gaps found in the feed of transitions.\n"
          "# TYPE leeway_gaps_total counter\n"
          "leeway_gaps_total 0\n"
          "# HELP leeway_gaps_fetched_total Transitions fetched because of a gap.\n"
          "# TYPE leeway_gaps_fetched_total counter\n"
          "leeway_gaps_fetched_total 0\n");
}

static void every_family_has_help_type_and_samples(void **state)
{
    (void)state;
    struct figure cases[] = {one("yinchuan", "archived", "water", 3), one("yinchuan", "received", "cdi", 2)};
    struct figure kinds[] = {one("application-received", "", "", 5), one("archived", "", "", 3)};
    struct figure rejections[] = {one("act-not-possible", "", "", 1)};
    struct figures f = {.known = true,
                        .simulated = true,
                        .number = 40,
                        .transition = 8,
                        .opened = 5,
                        .closed = 3,
                        .unserved = 6,
                        .differences = 1,
                        .cases = {cases, 2, 2},
                        .kinds = {kinds, 2, 2},
                        .rejections = {rejections, 1, 1}};
    check(&(struct shown){.figures = &f, .version = "0.1.0", .connected = true, .gaps = 2, .fetched = 9},
          "# HELP leeway_build_info Version of the monitor.\n"
          "# TYPE leeway_build_info gauge\n"
          "leeway_build_info{version=\"0.1.0\"} 1\n"
          "# HELP leeway_connected 1 while the monitor is connected with the daemon.\n"
          "# TYPE leeway_connected gauge\n"
          "leeway_connected 1\n"
          "# HELP leeway_transitions_total Transitions of cases since the store began, by kind.\n"
          "# TYPE leeway_transitions_total counter\n"
          "leeway_transitions_total{kind=\"application-received\"} 5\n"
          "leeway_transitions_total{kind=\"archived\"} 3\n"
          "# HELP leeway_cases_opened_total Cases opened since the store began.\n"
          "# TYPE leeway_cases_opened_total counter\n"
          "leeway_cases_opened_total 5\n"
          "# HELP leeway_cases_closed_total Cases that have ended since the store began.\n"
          "# TYPE leeway_cases_closed_total counter\n"
          "leeway_cases_closed_total 3\n"
          "# HELP leeway_cases Cases by procedure, stage, and the department that must act.\n"
          "# TYPE leeway_cases gauge\n"
          "leeway_cases{procedure=\"yinchuan\",stage=\"archived\",department=\"water\"} 3\n"
          "leeway_cases{procedure=\"yinchuan\",stage=\"received\",department=\"cdi\"} 2\n"
          "# HELP leeway_rejections_total Commands refused by the law since the store began, by reason.\n"
          "# TYPE leeway_rejections_total counter\n"
          "leeway_rejections_total{reason=\"act-not-possible\"} 1\n"
          "# HELP leeway_unserved_notices Notices that are not reported as done.\n"
          "# TYPE leeway_unserved_notices gauge\n"
          "leeway_unserved_notices 6\n"
          "# HELP leeway_transition_number Number of the newest transition that is counted here.\n"
          "# TYPE leeway_transition_number gauge\n"
          "leeway_transition_number 8\n"
          "# HELP leeway_event_number Number of the newest event known of.\n"
          "# TYPE leeway_event_number gauge\n"
          "leeway_event_number 40\n"
          "# HELP leeway_simulated 1 when the store has simulated time.\n"
          "# TYPE leeway_simulated gauge\n"
          "leeway_simulated 1\n"
          "# HELP leeway_gaps_total Gaps found in the feed of transitions.\n"
          "# TYPE leeway_gaps_total counter\n"
          "leeway_gaps_total 2\n"
          "# HELP leeway_gaps_fetched_total Transitions fetched because of a gap.\n"
          "# TYPE leeway_gaps_fetched_total counter\n"
          "leeway_gaps_fetched_total 9\n"
          "# HELP leeway_census_differences_total Times that a census differed from the figures at its number.\n"
          "# TYPE leeway_census_differences_total counter\n"
          "leeway_census_differences_total 1\n");
}

static void a_label_is_escaped(void **state)
{
    (void)state;
    struct figure kinds[] = {one("a\\b\"c\nd", "", "", 1)};
    struct figures f = {.known = true, .kinds = {kinds, 1, 1}};
    struct buf out = {0};
    render(&out, &(struct shown){.figures = &f, .version = "0.1.0\""});
    assert_non_null(strstr(buf_cstr(&out), "leeway_transitions_total{kind=\"a\\\\b\\\"c\\nd\"} 1\n"));
    assert_non_null(strstr(buf_cstr(&out), "leeway_build_info{version=\"0.1.0\\\"\"} 1\n"));
    buf_done(&out);
}

/* Whatever a message carries beside the keys that are counted by must not come out. */
static void no_person_and_no_text_comes_out(void **state)
{
    (void)state;
    static const char *const private[] = {"person", "subject", "text", "reason", "label", "fields", "grounds"};
    struct arena *a = arena_new();
    struct figures f = {0};
    struct value *census = v_map(a), *t = v_map(a), *list = v_list(a), *cell = v_map(a);
    static const char *const numbers[] = {"number", "transition", "opened", "closed", "unserved"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        v_put_int(a, census, numbers[i], 0);
    v_put_str(a, cell, "procedure", "yinchuan");
    v_put_str(a, cell, "stage", "received");
    v_put_str(a, cell, "department", "cdi");
    v_put_str(a, cell, "kind", "archived");
    v_put_str(a, cell, "code", "rule");
    v_put_int(a, cell, "n", 1);
    v_push(a, list, cell);
    v_put(a, census, "counts", list);
    v_put(a, census, "kinds", list);
    v_put(a, census, "rejections", list);
    v_put_int(a, t, "n", 1);
    for (size_t i = 0; i < sizeof private / sizeof *private; i++) {
        v_put_str(a, census, private[i], "SECRET");
        v_put_str(a, cell, private[i], "SECRET");
        v_put_str(a, t, private[i], "SECRET");
    }
    assert_int_equal(figures_census(&f, census, 0), FIGURES_TAKEN);
    assert_int_equal(figures_apply(&f, t), FIGURES_TAKEN);
    struct buf out = {0};
    render(&out, &(struct shown){.figures = &f, .version = "0.1.0"});
    assert_null(strstr(buf_cstr(&out), "SECRET"));
    buf_done(&out);
    figures_done(&f);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_a_census_only_the_monitor_itself_is_shown),
        cmocka_unit_test(every_family_has_help_type_and_samples),
        cmocka_unit_test(a_label_is_escaped),
        cmocka_unit_test(no_person_and_no_text_comes_out),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
