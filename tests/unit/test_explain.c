/* What an act needs, and how each limit was counted. */
#include "court_tests.h"

static const struct value *row(const struct value *list, const char *key, const char *word)
{
    for (size_t i = 0; i < v_count(list); i++)
        if (strcmp(v_get_str(v_at(list, i), key, ""), word) == 0)
            return v_at(list, i);
    return NULL;
}

static const struct value *form(struct court *c, const char *act)
{
    return decide_form(c->a, c->procedure, c->kase, act);
}

/* ---- form ---- */

static void an_unknown_act_has_no_form(void **state)
{
    struct court *c = *state;
    assert_null(form(c, "acept"));
    assert_null(decide_form(c->a, c->procedure, NULL, ""));
}

static void a_form_names_label_article_who_and_where_to(void **state)
{
    struct court *c = *state;
    const struct value *f = form(c, "apply");
    assert_string_equal(v_get_str(f, "act", ""), "apply");
    assert_string_equal(v_get_str(f, "label", ""), "申请");
    assert_string_equal(v_get_str(f, "article", ""), "第一条");
    assert_string_equal(v_get_str(f, "to", ""), "received");
    const struct value *by = v_at(v_get(f, "by"), 0);
    assert_string_equal(v_get_str(by, "role", ""), "applicant");
    assert_string_equal(v_get_str(by, "label", ""), "申请人");
    assert_true(v_get_bool(by, "party"));
    assert_string_equal(v_get_str(form(c, "look"), "on", ""), "lead");
}

static void each_field_comes_with_label_type_words_and_need(void **state)
{
    struct court *c = *state;
    const struct value *fields = v_get(form(c, "apply"), "fields");
    const struct value *kind = row(fields, "field", "applicant-kind"), *story = row(fields, "field", "story");
    assert_string_equal(v_get_str(kind, "label", ""), "申请人");
    assert_string_equal(v_get_str(kind, "type", ""), "choice");
    assert_string_equal(v_get_str(v_at(v_get(kind, "of"), 1), "word", ""), "person");
    assert_string_equal(v_get_str(v_at(v_get(kind, "of"), 1), "label", ""), "个人");
    assert_true(v_get_bool(kind, "required"));
    assert_string_equal(v_get_str(kind, "article", ""), "第一条");
    assert_true(v_get_bool(story, "private"));
    assert_false(v_get_bool(row(fields, "field", "note"), "required"));
    assert_null(v_get(row(fields, "field", "note"), "of"));
}

static void what_opening_needs_is_required_only_without_a_case(void **state)
{
    struct court *c = *state;
    assert_true(v_get_bool(row(v_get(form(c, "apply"), "fields"), "field", "organ-id"), "required"));
    assert_true(v_get_bool(row(v_get(form(c, "apply"), "fields"), "field", "lead"), "required"));
    court_recorded(c);
    assert_false(v_get_bool(row(v_get(form(c, "apply"), "fields"), "field", "organ-id"), "required"));
    assert_false(v_get_bool(row(v_get(form(c, "apply"), "fields"), "field", "lead"), "required"));
}

static void outcomes_circumstances_and_parts_bring_their_own_words(void **state)
{
    struct court *c = *state;
    const struct value *fields = v_get(form(c, "report"), "fields");
    assert_int_equal(v_count(v_get(row(fields, "field", "result"), "of")), 3);
    const struct value *claimed = v_get(row(fields, "field", "claimed"), "of");
    assert_int_equal(v_count(claimed), 2);
    assert_string_equal(v_get_str(v_at(claimed, 0), "number", ""), "(一)");
    assert_string_equal(v_get_str(v_at(v_get(v_at(claimed, 0), "checks"), 1), "word", ""), "shortfall");
    const struct value *lead = row(v_get(form(c, "record"), "fields"), "field", "lead");
    assert_string_equal(v_get_str(lead, "type", ""), "parts");
    assert_true(v_get_bool(row(v_get(lead, "of"), "field", "covered"), "required"));
    assert_true(v_get_bool(row(v_get(lead, "of"), "field", "matter"), "private"));
}

static void a_paper_that_a_rule_requires_is_required_and_called_by_what_is_missing(void **state)
{
    struct court *c = *state;
    const struct value *report = row(v_get(form(c, "report"), "papers"), "slot", "report");
    assert_true(v_get_bool(report, "required")); /* the act itself says optional */
    assert_string_equal(v_get_str(report, "label", ""), "书面报告");
    assert_true(v_get_bool(row(v_get(form(c, "apply"), "papers"), "slot", "application"), "required"));
}

static void a_form_tells_which_clocks_start_and_who_will_be_told(void **state)
{
    struct court *c = *state;
    const struct value *f = form(c, "accept");
    const struct value *checking = row(v_get(f, "starts"), "clock", "checking");
    const struct value *calm = row(v_get(f, "starts"), "clock", "calm");
    assert_int_equal(v_get_int(checking, "workdays", 0), 15);
    assert_string_equal(v_get_str(checking, "label", ""), "核实期限");
    assert_string_equal(v_get_str(checking, "article", ""), "第二条");
    assert_int_equal(v_get_int(calm, "days", 0), 30);
    assert_null(v_get(calm, "workdays"));
    const struct value *suspend = row(v_get(f, "tells"), "notice", "suspend");
    assert_string_equal(v_get_str(suspend, "to", ""), "问责机关");
    assert_string_equal(v_get_str(suspend, "label", ""), "暂缓追责");
}

static void a_department_of_a_part_is_told_by_the_label_of_its_field(void **state)
{
    struct court *c = *state;
    assert_string_equal(v_get_str(row(v_get(form(c, "ask-help"), "tells"), "notice", "help"), "to", ""), "协助部门");
    assert_string_equal(v_get_str(v_at(v_get(form(c, "help"), "by"), 0), "label", ""), "协助部门");
}

/* ---- explain ---- */

static const struct value *explained(struct court *c, const char *clock)
{
    return row(decide_explain(c->a, c->procedure, c->calendar, c->kase), "clock", clock);
}

static void each_day_stands_with_the_entry_that_made_it_count_or_not(void **state)
{
    struct court *c = *state;
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2026-02-13, subject: p, lead: [{covered: true}]}");
    const struct value *window = explained(c, "window"), *days = v_get(window, "days");
    assert_string_equal(v_get_str(window, "label", ""), "申请期限");
    assert_string_equal(v_get_str(window, "article", ""), "第一条");
    assert_string_equal(v_get_str(window, "due", ""), "2026-03-05");
    const struct value *first = v_at(days, 0), *festival = row(days, "day", "2026-02-16");
    assert_string_equal(v_get_str(first, "day", ""), "2026-02-14"); /* the day of the start is not there */
    assert_true(v_get_bool(first, "counts"));                       /* a Saturday that is worked */
    assert_string_equal(v_get_str(first, "why", ""), "春节");
    assert_string_equal(v_get_str(first, "source", ""), "国办发明电〔2025〕7号");
    assert_int_equal(v_get_int(first, "n", 0), 1);
    assert_false(v_get_bool(festival, "counts"));
    assert_null(v_get(festival, "n"));
    const struct value *last = v_at(days, v_count(days) - 1);
    assert_string_equal(v_get_str(last, "day", ""), "2026-03-05");
    assert_int_equal(v_get_int(last, "n", 0), 10);
    assert_string_equal(v_get_str(row(days, "day", "2026-03-01"), "why", ""), "weekend");
}

static void paused_days_are_shown_and_not_counted(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-06");
    court_does(c, "cdi", "pause", "");
    court_to(c, "2026-03-11");
    court_does(c, "cdi", "resume", "");
    const struct value *clock = explained(c, "checking"), *days = v_get(clock, "days");
    assert_int_equal(v_get_int(row(days, "day", "2026-03-06"), "n", 0), 2);
    assert_true(v_get_bool(row(days, "day", "2026-03-09"), "paused"));
    assert_null(v_get(row(days, "day", "2026-03-09"), "n"));
    assert_true(v_get_bool(row(days, "day", "2026-03-11"), "paused"));
    assert_int_equal(v_get_int(row(days, "day", "2026-03-12"), "n", 0), 3);
    const struct value *last = v_at(days, v_count(days) - 1);
    assert_int_equal(v_get_int(last, "n", 0), 15);
    assert_string_equal(v_get_str(last, "day", ""), v_get_str(clock, "due", "-"));
}

static void calendar_days_all_count_up_to_the_budget(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-06");
    court_does(c, "cdi", "pause", "");
    court_to(c, "2026-03-07");
    court_does(c, "cdi", "resume", "");
    const struct value *clock = explained(c, "calm"), *days = v_get(clock, "days");
    assert_int_equal(v_get_int(row(days, "day", "2026-03-08"), "n", 0), 3); /* a Sunday: 5, 6, 8 */
    assert_int_equal(v_get_int(row(days, "day", "2026-04-04"), "n", 0), 30);
    const struct value *moved = row(days, "day", "2026-04-05"), *last = v_at(days, v_count(days) - 1);
    assert_false(v_get_bool(moved, "counts")); /* the end fell on a Saturday and moved on */
    assert_string_equal(v_get_str(last, "day", ""), "2026-04-06");
    assert_string_equal(v_get_str(clock, "due", ""), "2026-04-06");
}

static void a_corrected_start_is_explained_from_its_day(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 102, corrected-done: 2026-03-03}");
    const struct value *days = v_get(explained(c, "checking"), "days");
    assert_string_equal(v_get_str(v_at(days, 0), "day", ""), "2026-03-04");
    assert_int_equal(v_get_int(v_at(days, v_count(days) - 1), "n", 0), 15);
}

static void days_of_an_unknown_year_are_marked(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_to(c, "2026-12-28");
    court_does(c, "cdi", "accept", "");
    const struct value *clock = explained(c, "checking"), *days = v_get(clock, "days");
    assert_true(v_get_bool(clock, "provisional"));
    assert_true(v_get_bool(row(days, "day", "2026-12-31"), "known"));
    assert_false(v_get_bool(row(days, "day", "2027-01-04"), "known"));
}

static void the_ledger_stands_beside_the_days(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const struct value *clock = explained(c, "checking");
    assert_int_equal(v_count(v_get(clock, "ledger")), 1);
    assert_string_equal(v_get_str(clock, "state", ""), "running");
    assert_int_equal(v_count(decide_explain(c->a, c->procedure, c->calendar, c->kase)), 3);
}

static void a_case_without_clocks_and_a_clock_without_a_rule_are_explained(void **state)
{
    struct court *c = *state;
    assert_int_equal(v_count(decide_explain(c->a, c->procedure, c->calendar, v_map(c->a))), 0);
    assert_int_equal(v_count(decide_explain(c->a, c->procedure, c->calendar, NULL)), 0);
    struct value *kase = court_value(c, "{clocks: {gone: {state: running, start: 2026-03-02, due: 2026-03-04, ledger: "
                                        "[]}, broken: {state: running}}}");
    const struct value *list = decide_explain(c->a, c->procedure, c->calendar, kase);
    assert_int_equal(v_count(list), 2);
    assert_int_equal(v_count(v_get(v_at(list, 0), "days")), 2);
    assert_int_equal(v_count(v_get(v_at(list, 1), "days")), 0);
    assert_null(v_get(v_at(list, 0), "label"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(an_unknown_act_has_no_form),
        T(a_form_names_label_article_who_and_where_to),
        T(each_field_comes_with_label_type_words_and_need),
        T(what_opening_needs_is_required_only_without_a_case),
        T(outcomes_circumstances_and_parts_bring_their_own_words),
        T(a_paper_that_a_rule_requires_is_required_and_called_by_what_is_missing),
        T(a_form_tells_which_clocks_start_and_who_will_be_told),
        T(a_department_of_a_part_is_told_by_the_label_of_its_field),
        T(each_day_stands_with_the_entry_that_made_it_count_or_not),
        T(paused_days_are_shown_and_not_counted),
        T(calendar_days_all_count_up_to_the_budget),
        T(a_corrected_start_is_explained_from_its_day),
        T(days_of_an_unknown_year_are_marked),
        T(the_ledger_stands_beside_the_days),
        T(a_case_without_clocks_and_a_clock_without_a_rule_are_explained),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
