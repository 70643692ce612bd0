/* What a case counts as in a report: SC-19 (matters and persons), AC-6 (discretion), AC-7 (elapsed time). */
#include "daemon/core/report.h"

#include "court_tests.h"
#include "tests/lib/files.h"

static int open_council(void **state)
{
    struct buf text = files_read("tests/lib/council.yaml");
    *state = court_new(buf_cstr(&text));
    buf_done(&text);
    return 0;
}

#define C(name) cmocka_unit_test_setup_teardown(name, open_council, close_court)

#define CASE                                                                                                           \
    "case: 7\nprocedure: council\nkind: application\nstage: determined\nopened-done: 2026-03-02\nroles: {convener: "   \
    "cdi, unit: roads}\nsubjects: [{id: p-1, part-kind: subject, part: '1'}, {id: p-2, part-kind: subject, part: "     \
    "'2'}]\nparts: {subject: {'1': {outcome: exempted, concluded: {event: 20, day: 2026-03-10, by: cdi}, acts-done: "  \
    "{settle: 2026-03-10}}, '2': {outcome: lighter, concluded: {event: 21, day: 2026-03-11, by: cdi}}}}\nfacts: "      \
    "{risk: policy, head-concerned: true}\nentered: {received: 2026-03-02, determined: 2026-03-12}\ndone: {apply: "    \
    "2026-03-02, settle: 2026-03-11, determine: 2026-03-12}\n"

/* Rows as "a|b a|c", with the question that a test has set up. */
static const char *rows(struct court *c, struct report_question q, const char *kase)
{
    struct report_row *row;
    const char *text = "";
    q.today = when_day(c->now, 480);
    q.reg = c->reg;
    q.calendar = c->calendar;
    q.on = q.on ? q.on : REPORT_OPENED;
    q.from = q.from.n ? q.from : DAY_NONE; /* a test that says nothing of the period */
    q.to = q.to.n ? q.to : DAY_NONE;
    while (q.ndimensions < REPORT_DIMENSIONS && q.dimension[q.ndimensions])
        q.ndimensions++;
    size_t n = report_rows(c->a, c->procedure, court_value(c, kase), &q, &row);
    for (size_t i = 0; i < n; i++)
        for (size_t d = 0; d < q.ndimensions; d++)
            text = arena_printf(c->a, "%s%s%s", text, d ? "|" : i ? " " : "", row[i].value[d]);
    return n && !q.ndimensions ? "one" : text;
}

#define ROWS(kase, ...) rows(c, (struct report_question){__VA_ARGS__}, kase)

static void a_matter_has_all_outcomes_and_a_person_only_their_own(void **state) /* SC-19, TM-32 */
{
    struct court *c = *state;
    assert_string_equal(ROWS(CASE, .dimension = {"kind", "outcome"}), "application|exempted application|lighter");
    assert_string_equal(ROWS(CASE, .dimension = {"outcome"}, .person = "p-2"), "lighter");
    assert_string_equal(ROWS(CASE, .dimension = {"outcome"}, .person = "p-3"), "");
    assert_string_equal(ROWS(CASE, .dimension = {"kind"}), "application");
}

static void the_period_is_by_the_day_something_was_done(void **state)
{
    struct court *c = *state;
    struct day d2, d3, d10;
    assert_int_equal(day_parse("2026-03-02", &d2), 0);
    assert_int_equal(day_parse("2026-03-03", &d3), 0);
    assert_int_equal(day_parse("2026-03-10", &d10), 0);
    assert_string_equal(ROWS(CASE, .from = d2, .to = d2), "one");
    assert_string_equal(ROWS(CASE, .from = d3, .to = DAY_NONE), "");
    assert_string_equal(ROWS(CASE, .from = DAY_NONE, .to = {d2.n - 1}), "");
    assert_string_equal(ROWS(CASE, .dimension = {"outcome"}, .from = DAY_NONE, .to = d10, .on = REPORT_DETERMINED),
                        "exempted");
    assert_string_equal(ROWS(CASE, .from = DAY_NONE, .to = DAY_NONE, .on = REPORT_ENDED), "");
}

static void acts_count_by_their_own_day_and_for_whom_they_were_done(void **state) /* SC-28 */
{
    struct court *c = *state;
    struct day d10, d11;
    assert_int_equal(day_parse("2026-03-10", &d10), 0);
    assert_int_equal(day_parse("2026-03-11", &d11), 0);
    assert_string_equal(ROWS(CASE, .dimension = {"act"}, .from = DAY_NONE, .to = DAY_NONE, .person = "p-1"),
                        "apply settle determine");
    assert_string_equal(ROWS(CASE, .dimension = {"act"}, .from = DAY_NONE, .to = DAY_NONE, .person = "p-2"),
                        "apply determine");
    assert_string_equal(ROWS(CASE, .dimension = {"act"}, .from = d10, .to = d11, .person = "p-1"), "settle");
}

static void stays_are_working_days_up_to_the_next_stage_or_today(void **state) /* AC-7 */
{
    struct court *c = *state;
    court_to(c, "2026-03-17");
    assert_string_equal(ROWS(CASE, .dimension = {"stage", "days"}, .from = DAY_NONE, .to = DAY_NONE, .stays = true),
                        "received|8 determined|3");
}

static void cases_are_alike_by_circumstances_and_graded_facts(void **state) /* AC-6 */
{
    struct court *c = *state;
    struct court *yes = court_new(NULL); /* the court of roads, which grades the loss */
    const struct value *kase =
        court_value(yes, "{case: 1, opened-done: 2026-03-02, facts: {loss: some, claimed: {c2: [a], c1: []}}}");
    struct report_question q = {.dimension = {"facts", "circumstance"},
                                .ndimensions = 2,
                                .from = DAY_NONE,
                                .to = DAY_NONE,
                                .on = REPORT_OPENED,
                                .reg = yes->reg,
                                .calendar = yes->calendar};
    struct report_row *row;
    size_t n = report_rows(yes->a, yes->procedure, kase, &q, &row);
    assert_int_equal(n, 2);
    assert_string_equal(row[0].value[0], "c1+c2;loss=some");
    assert_string_equal(row[0].value[1], "c2");
    assert_string_equal(row[1].value[1], "c1");
    assert_non_null(strstr(report_label(yes->a, yes->procedure, yes->reg, "facts", row[0].value[0]), ";"));
    court_free(yes);
    assert_string_equal(
        ROWS(CASE, .dimension = {"risk", "head-concerned", "unit", "department"}, .from = DAY_NONE, .to = DAY_NONE),
        "policy|true|roads|cdi");
}

static void lenient_and_decider_come_from_the_conclusion(void **state) /* AC-10 */
{
    struct court *c = *state;
    assert_string_equal(ROWS(CASE, .dimension = {"decider", "lenient"}, .from = DAY_NONE, .to = DAY_NONE), "cdi|yes");
    assert_int_equal(report_conclusion(court_value(c, CASE)), 20);
}

static void reasons_are_a_text_or_a_paper_that_came_with_the_conclusion(void **state) /* AC-6: reasons mandatory */
{
    struct court *c = *state;
    const struct value *bare = court_value(c, "{cases: [{case: 7, changes: [[put, outcome, exempted]]}]}");
    const struct value *paper = court_value(c, "{cases: [{case: 7, changes: [[push, papers.minutes, m]]}]}");
    const struct value *text = court_value(c, "{cases: [{case: 7, changes: [[put, given.vote-reasons, 4]]}]}");
    const struct value *others = court_value(c, "{cases: [{case: 8, changes: [[put, given.vote-reasons, 4]]}]}");
    assert_string_equal(ROWS(CASE, .dimension = {"reasons"}, .conclusion = bare), "none");
    assert_string_equal(ROWS(CASE, .dimension = {"reasons"}, .conclusion = paper), "given");
    assert_string_equal(ROWS(CASE, .dimension = {"reasons"}, .conclusion = text), "given");
    assert_string_equal(ROWS(CASE, .dimension = {"reasons"}, .conclusion = others), "none");
}

static void a_dimension_is_a_word_or_a_fact_that_can_be_counted(void **state)
{
    struct court *c = *state;
    assert_true(report_knows(c->procedure, "circumstance"));
    assert_true(report_knows(c->procedure, "risk"));
    assert_false(report_knows(c->procedure, "work")); /* any word */
    assert_false(report_knows(c->procedure, "risk-text"));
    assert_non_null(strstr(report_known(c->a, c->procedure), "risk"));
    assert_string_equal(report_label(c->a, c->procedure, c->reg, "kind", "filing"), "事前备案");
    assert_null(report_label(c->a, c->procedure, c->reg, "month", "2026-03"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        C(a_matter_has_all_outcomes_and_a_person_only_their_own),
        C(the_period_is_by_the_day_something_was_done),
        C(acts_count_by_their_own_day_and_for_whom_they_were_done),
        C(stays_are_working_days_up_to_the_next_stage_or_today),
        C(cases_are_alike_by_circumstances_and_graded_facts),
        C(lenient_and_decider_come_from_the_conclusion),
        C(reasons_are_a_text_or_a_paper_that_came_with_the_conclusion),
        C(a_dimension_is_a_word_or_a_fact_that_can_be_counted),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
