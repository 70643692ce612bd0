#include "court_tests.h"

#include <stdlib.h>

/* ---- start and the due day ---- */

static void the_day_a_limit_starts_on_is_not_counted(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* on 2026-03-04 */
    court_is(c, "clocks.checking.state", "running");
    court_is(c, "clocks.checking.start", "2026-03-04");
    court_is(c, "clocks.checking.budget", "15");
    court_is(c, "clocks.checking.due", "2026-03-25");
    court_is(c, "clocks.checking.owner", "cdi");
    court_is(c, "clocks.checking.provisional", "false");
}

static void a_clock_starts_from_the_day_that_a_fact_names(void **state)
{
    struct court *c = *state;
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2026-02-11, told: 2026-02-13, subject: p, lead: [{covered: true}]}");
    court_is(c, "clocks.window.start", "2026-02-13");
    court_is(c, "clocks.window.due", "2026-03-05"); /* over Spring Festival, with two Saturdays worked */
}

static void calendar_days_that_end_on_a_rest_day_move_to_the_next_working_day(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_is(c, "clocks.calm.calendar-days", "true");
    court_is(c, "clocks.calm.due", "2026-04-03");
    court_to(c, "2026-03-06");
    court_does(c, "cdi", "pause", "");
    court_to(c, "2026-03-07");
    court_does(c, "cdi", "resume", "");
    court_is(c, "clocks.calm.due", "2026-04-06"); /* 30 days would end on Saturday 4 April */
}

static void a_day_on_paper_counts_and_not_the_day_of_entry(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_to(c, "2026-03-05");
    court_does(c, "cdi", "accept", "done: 2026-03-03");
    court_is(c, "clocks.checking.due", "2026-03-24");
}

static void a_limit_into_an_unknown_year_is_provisional_and_never_expires(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_to(c, "2026-03-03");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_to(c, "2026-12-21");
    court_does(c, "cdi", "accept", "");
    court_is(c, "clocks.checking.due", "2027-01-11");
    court_is(c, "clocks.checking.provisional", "true");
    assert_null(court_at(c, "clocks.checking.miss-at"));
    assert_non_null(court_at(c, "clocks.checking.near-at"));
    court_to(c, "2027-03-01");
    court_not_due(c, "miss", "checking");
}

static void the_calendar_that_counted_is_noted(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_is(c, "clocks.checking.calendar", calendar_version(c->calendar));
}

/* ---- pause, resume, extend, against a count day by day ---- */

static bool paused_on(const struct value *ledger, struct day d)
{
    bool paused = false;
    for (size_t i = 0; i < v_count(ledger); i++) {
        const char *op = v_get_str(v_at(ledger, i), "op", "");
        if (case_day(v_at(ledger, i), "day").n >= d.n)
            break;
        if (strcmp(op, "pause") == 0)
            paused = true;
        if (strcmp(op, "resume") == 0)
            paused = false;
    }
    return paused;
}

/* Walk from the start, one day after the other, until the budget is used up. */
static struct day slow_due(const struct court *c, const char *clock)
{
    const struct value *at = v_get(court_at(c, "clocks"), clock), *ledger = v_get(at, "ledger");
    bool calendar_days = v_get_bool(at, "calendar-days");
    int64_t budget = v_get_int(at, "budget", 0);
    for (size_t i = 0; i < v_count(ledger); i++)
        budget += v_get_int(v_at(ledger, i), "n", 0);
    struct day d = case_day(at, "start");
    while (budget > 0) {
        d.n++;
        if (!paused_on(ledger, d) && (calendar_days || calendar_day(c->calendar, d).counts))
            budget--;
    }
    while (calendar_days && !calendar_day(c->calendar, d).counts)
        d.n++;
    return d;
}

static void expect_slow(struct court *c, const char *clock)
{
    char text[DAY_TEXT];
    court_is(c, arena_printf(c->a, "clocks.%s.due", clock), day_text(slow_due(c, clock), text));
}

static void a_pause_keeps_what_is_left_of_the_budget(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-11"); /* 5 of 15 used */
    court_does(c, "cdi", "pause", "");
    court_is(c, "clocks.checking.state", "paused");
    assert_null(court_at(c, "clocks.checking.miss-at"));
    court_to(c, "2026-03-16");
    court_does(c, "cdi", "resume", "");
    court_is(c, "clocks.checking.state", "running");
    court_is(c, "clocks.checking.due", "2026-03-30"); /* ten more after the 16th */
    expect_slow(c, "checking");
    expect_slow(c, "calm");
}

static void pausing_twice_and_resuming_twice_counts_once(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-11");
    court_does(c, "cdi", "pause", "");
    court_does(c, "cdi", "pause", "");
    court_to(c, "2026-03-16");
    court_does(c, "cdi", "resume", "");
    court_does(c, "cdi", "resume", "");
    assert_int_equal(v_count(court_at(c, "clocks.checking.ledger")), 3);
    expect_slow(c, "checking");
}

static uint32_t chance(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 10) % n;
}

static void random_pauses_and_extensions_agree_with_a_count_day_by_day(void **state)
{
    struct court *c = *state;
    uint32_t seed = 7;
    court_accepted(c);
    const struct value *accepted = v_copy(c->a, c->kase);
    struct when from = c->now;
    for (int round = 0; round < 60; round++) {
        c->kase = v_copy(c->a, accepted);
        c->now = from;
        int left = 15;
        for (int step = 0; step < 8; step++) {
            c->now.ms += (int64_t)chance(&seed, 3) * 86400000;
            uint32_t what = chance(&seed, 3);
            if (what == 0)
                court_does(c, "cdi", "pause", "");
            else if (what == 1)
                court_does(c, "cdi", "resume", "");
            int by = (int)chance(&seed, 4) + 1;
            bool over = case_day(c->kase, "clocks.checking.due").n < when_day(c->now, 480).n;
            if (what == 2 && by <= left && !over) {
                court_does(c, "cdi", "extend", arena_printf(c->a, "fields: {more-days: %d}", by));
                left -= by;
            }
        }
        court_does(c, "cdi", "resume", "");
        expect_slow(c, "checking");
        expect_slow(c, "calm");
    }
}

static void an_extension_moves_the_due_day_and_the_tasks_that_follow_the_clock(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const char *task = court_task(c, "report", "cdi");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-25");
    court_to(c, "2026-03-10");
    court_does(c, "cdi", "extend", "fields: {more-days: 5}");
    court_is(c, "clocks.checking.due", "2026-04-01");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-04-01");
    assert_null(court_at(c, arena_printf(c->a, "tasks.%s.due-at", task)));
    expect_slow(c, "checking");
}

static void extensions_end_at_the_total(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "extend", "fields: {more-days: 8}");
    const struct rejection *r = court_refuses(c, "cdi", "extend", "fields: {more-days: 8}", "limit-total");
    assert_string_equal(r->rule, "extend");
    assert_string_equal(r->kind, "law");
    court_does(c, "cdi", "extend", "fields: {more-days: 7}");
    expect_slow(c, "checking");
    court_refuses(c, "cdi", "extend", "fields: {more-days: 1}", "limit-total");
}

static void a_clock_that_is_met_cannot_be_extended(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    struct value *met = v_list(c->a);
    change_put(c->a, met, "clocks.checking.state", v_str(c->a, "met"));
    assert_int_equal(case_apply(c->a, c->kase, met), ST_OK);
    court_refuses(c, "cdi", "extend", "fields: {more-days: 1}", "clock-not-running");
}

/* ---- meet and miss ---- */

static const char report[] = "fields: {leads: [1], claimed: {}, loss: some, result: refused}\npapers: {report: [r]}";

static void met_in_time_is_met_and_not_late(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-25");
    court_does(c, "cdi", "report", report);
    court_is(c, "clocks.checking.state", "met");
    court_is(c, "clocks.checking.late", "false");
    assert_null(court_at(c, "clocks.checking.near-at"));
    assert_null(court_at(c, "clocks.checking.miss-at"));
    court_to(c, "2026-06-01");
    court_not_due(c, "miss", "checking");
    court_not_due(c, "near", "checking");
}

static void met_a_day_later_is_late(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-26");
    court_does(c, "cdi", "report", report);
    court_is(c, "clocks.checking.state", "met");
    court_is(c, "clocks.checking.late", "true");
}

static int64_t moment(const char *day)
{
    struct day d;
    assert_int_equal(day_parse(day, &d), ST_OK);
    return day_start(d, 480).ms;
}

static void the_owner_is_reminded_on_a_working_day_before(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* due Wednesday 25 March; three working days before is Friday */
    assert_int_equal(v_number(court_at(c, "clocks.checking.near-at"), 0), moment("2026-03-20"));
    court_to(c, "2026-03-19");
    court_not_due(c, "near", "checking");
    court_to(c, "2026-03-20");
    court_falls_due(c, "near", "checking");
    assert_non_null(court_notice(c, "cdi", "limit-near"));
    court_not_due(c, "near", "checking");
}

static void an_extension_reminds_again(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-20");
    court_falls_due(c, "near", "checking");
    court_does(c, "cdi", "extend", "fields: {more-days: 5}");
    assert_int_equal(v_number(court_at(c, "clocks.checking.near-at"), 0), moment("2026-03-27"));
}

static void a_miss_is_written_when_the_entry_lag_has_passed_as_well(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_int_equal(v_number(court_at(c, "clocks.checking.miss-at"), 0), moment("2026-03-31"));
    court_to(c, "2026-03-30");
    court_not_due(c, "miss", "checking");
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_is(c, "clocks.checking.state", "missed");
    assert_non_null(court_notice(c, "cdi", "limit-missed"));
    assert_non_null(court_notice(c, "committee", "limit-missed"));
    court_not_due(c, "miss", "checking");
}

static void a_paper_that_comes_in_late_and_shows_that_the_limit_was_kept_undoes_the_miss(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_does(c, "cdi", "report",
               "done: 2026-03-25\nreason: 漏录\nsecond: chief\nfields: {leads: [1], claimed: {}, loss: some, result: "
               "refused}\npapers: {report: [r], date-proof: [d]}");
    court_is(c, "clocks.checking.state", "met");
    court_is(c, "clocks.checking.late", "false");
    assert_non_null(court_notice(c, "cdi", "limit-miss-undone"));
    assert_non_null(court_notice(c, "committee", "limit-miss-undone"));
    assert_non_null(court_transition(c, "limit-miss-undone"));
}

static void what_comes_in_after_a_miss_and_was_late_is_met_late(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_does(c, "cdi", "report", report);
    court_is(c, "clocks.checking.state", "met");
    court_is(c, "clocks.checking.late", "true");
    assert_null(court_transition(c, "limit-miss-undone"));
}

static void an_extension_that_was_granted_in_time_and_entered_late_undoes_the_miss(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_does(c, "cdi", "extend",
               "done: 2026-03-24\nreason: 漏录\nsecond: chief\nfields: {more-days: 10}\npapers: {date-proof: [d]}");
    court_is(c, "clocks.checking.state", "running");
    court_is(c, "clocks.checking.due", "2026-04-08");
    assert_non_null(court_at(c, "clocks.checking.miss-at"));
    assert_non_null(court_notice(c, "committee", "limit-miss-undone"));
}

static void a_miss_can_come_again_after_it_was_undone(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_does(c, "cdi", "extend",
               "done: 2026-03-24\nreason: 漏录\nsecond: chief\nfields: {more-days: 2}\npapers: {date-proof: [d]}");
    court_is(c, "clocks.checking.due", "2026-03-27");
    court_to(c, "2026-04-03");
    court_falls_due(c, "miss", "checking");
    court_is(c, "clocks.checking.state", "missed");
}

/* ---- past a limit, judged by done ---- */

static void an_act_on_the_due_day_is_not_over_and_a_day_later_it_is(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_to(c, "2026-03-16"); /* the tenth working day */
    static const char apply[] = "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
                                "papers: {application: [one]}";
    struct decision d = court_judge(c, "cdi", "apply", apply);
    assert_true(d.accepted);
    struct value *then = v_copy(c->a, c->kase);
    assert_int_equal(case_apply(c->a, then, d.changes), ST_OK);
    assert_false(v_truth(v_path(then, "facts.late")));
    court_to(c, "2026-03-17");
    court_does(c, "cdi", "apply", apply);
    court_is(c, "facts.late", "true");
}

/* ---- correction ---- */

static void correct(struct court *c, int64_t event, const char *done)
{
    court_does(c, "cdi", "correct",
               arena_printf(c->a, "second: chief\nfields: {corrected-event: %lld, corrected-done: %s}",
                            (long long)event, done));
}

static void a_corrected_start_is_counted_again(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    correct(c, 102, "2026-03-03");
    court_is(c, "clocks.checking.due", "2026-03-24");
    assert_int_equal(v_get_int(v_at(court_at(c, "clocks.checking.ledger"), 0), "corrected", 0), 103);
    assert_non_null(court_notice(c, "organ", "act-corrected"));
    court_is(c, arena_printf(c->a, "tasks.%s.due", court_task(c, "report", "cdi")), "2026-03-24");
}

static void a_start_from_a_fact_does_not_move_with_the_day_of_the_act(void **state)
{
    struct court *c = *state;
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2026-02-27, subject: p, lead: [{covered: true}]}");
    court_is(c, "clocks.window.start", "2026-02-27");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    const char *due = v_text(court_at(c, "clocks.window.due"), "");
    correct(c, 100, "2026-02-28");
    court_is(c, "clocks.window.due", due);
}

static void a_correction_by_which_the_limit_is_not_over_undoes_the_miss(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_to(c, "2026-03-20");
    court_does(c, "cdi", "accept", "done: 2026-03-03\nreason: 补录\nsecond: chief\npapers: {date-proof: [d]}");
    court_is(c, "clocks.checking.due", "2026-03-24");
    court_to(c, "2026-03-30");
    court_falls_due(c, "miss", "checking");
    correct(c, 102, "2026-03-20"); /* the day of entry, it turns out, was the day itself */
    court_is(c, "clocks.checking.state", "running");
    court_is(c, "clocks.checking.due", "2026-04-10");
    assert_non_null(court_notice(c, "committee", "limit-miss-undone"));
}

static void a_correction_that_leaves_the_limit_missed_leaves_the_miss(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_to(c, "2026-04-01");
    correct(c, 102, "2026-03-03");
    court_is(c, "clocks.checking.state", "missed");
    assert_null(court_notice(c, "committee", "limit-miss-undone"));
}

static void a_corrected_report_that_was_in_time_undoes_the_miss_that_was_written(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    court_does(c, "cdi", "report", report);
    court_is(c, "clocks.checking.late", "true");
    correct(c, 104, "2026-03-25");
    court_is(c, "clocks.checking.late", "false");
    court_is(c, "clocks.checking.state", "met");
    assert_non_null(court_notice(c, "committee", "limit-miss-undone"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(the_day_a_limit_starts_on_is_not_counted),
        T(a_clock_starts_from_the_day_that_a_fact_names),
        T(calendar_days_that_end_on_a_rest_day_move_to_the_next_working_day),
        T(a_day_on_paper_counts_and_not_the_day_of_entry),
        T(a_limit_into_an_unknown_year_is_provisional_and_never_expires),
        T(the_calendar_that_counted_is_noted),
        T(a_pause_keeps_what_is_left_of_the_budget),
        T(pausing_twice_and_resuming_twice_counts_once),
        T(random_pauses_and_extensions_agree_with_a_count_day_by_day),
        T(an_extension_moves_the_due_day_and_the_tasks_that_follow_the_clock),
        T(extensions_end_at_the_total),
        T(a_clock_that_is_met_cannot_be_extended),
        T(met_in_time_is_met_and_not_late),
        T(met_a_day_later_is_late),
        T(the_owner_is_reminded_on_a_working_day_before),
        T(an_extension_reminds_again),
        T(a_miss_is_written_when_the_entry_lag_has_passed_as_well),
        T(a_paper_that_comes_in_late_and_shows_that_the_limit_was_kept_undoes_the_miss),
        T(what_comes_in_after_a_miss_and_was_late_is_met_late),
        T(an_extension_that_was_granted_in_time_and_entered_late_undoes_the_miss),
        T(a_miss_can_come_again_after_it_was_undone),
        T(an_act_on_the_due_day_is_not_over_and_a_day_later_it_is),
        T(a_corrected_start_is_counted_again),
        T(a_start_from_a_fact_does_not_move_with_the_day_of_the_act),
        T(a_correction_by_which_the_limit_is_not_over_undoes_the_miss),
        T(a_correction_that_leaves_the_limit_missed_leaves_the_miss),
        T(a_corrected_report_that_was_in_time_undoes_the_miss_that_was_written),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
