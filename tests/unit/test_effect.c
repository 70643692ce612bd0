/* What rules do to a case, effect by effect (clocks: test_ledger.c, telling: test_tell.c). */
#include "court_tests.h"

#include "tests/lib/files.h"

/* The court's procedure with an act `try` of the receiver whose one rule has these effects. */
static void law_that_does(struct court *c, const char *effects, const char *more)
{
    struct buf text = files_read("tests/lib/court.yaml"), law = {0};
    const char *standing = strstr(buf_cstr(&text), "standing:\n");
    buf_put(&law, text.p, (size_t)(standing - buf_cstr(&text)));
    buf_printf(&law,
               "  - act: try\n    label: 试\n    article: 试\n    from: any\n    by: [receiver]\n%s"
               "    fields: {count: optional, urgent: optional, loss: optional, helper-id: optional, told: optional, "
               "file-number: optional, result: optional}\n    rules: [{rule: try, do: [%s]}]\n",
               more, effects);
    buf_str(&law, standing);
    court_law(c, buf_cstr(&law));
    buf_done(&law);
    buf_done(&text);
}

static void tries(struct court *c, const char *effects, const char *body)
{
    law_that_does(c, effects, "");
    court_does(c, "cdi", "try", body);
}

/* ---- facts and roles ---- */

static void a_fact_is_set_to_a_word_of_its_type(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    tries(c, "{set: urgent, to: true}, {set: loss, to: some}, {set: count, to: 7}, {set: told, to: 2026-03-01}", "");
    court_is(c, "facts.urgent", "true");
    assert_int_equal(v_kind(court_at(c, "facts.urgent")), V_BOOL);
    court_is(c, "facts.loss", "some");
    court_is(c, "facts.count", "7");
    assert_int_equal(v_kind(court_at(c, "facts.count")), V_INT);
    court_is(c, "facts.told", "2026-03-01");
    tries(c, "{set: urgent, to: false}", "");
    court_is(c, "facts.urgent", "false");
}

static void a_fact_is_copied_from_another_when_that_is_given(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "organ", "request-consent", "");
    court_is(c, "facts.consent-state", "requested");
    tries(c, "{set: late, from: urgent}", "");
    assert_null(court_at(c, "facts.late"));
    tries(c, "{set: late, from: urgent}", "fields: {urgent: true}");
    court_is(c, "facts.late", "true");
    court_does(c, "cdi", "answer-consent", "fields: {consent: withheld}");
    court_is(c, "facts.consent-state", "withheld");
}

static void a_role_is_bound_to_the_actor_a_named_department_or_the_only_one_of_its_kind(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_is(c, "roles.organ", "organ");
    court_is(c, "roles.unit", "roads");
    court_is(c, "roles.receiver", "cdi");
    court_is(c, "roles.audit", "audit");
    court_is(c, "roles.superior", "");
}

static void a_kind_that_several_departments_have_binds_none(void **state)
{
    struct court *c = *state;
    court_department(c, "audit-two", "audit", "");
    court_accepted(c);
    court_is(c, "roles.audit", "");
}

static void a_department_that_ended_is_bound_as_its_heir(void **state)
{
    struct court *c = *state;
    court_register(c, "{act: department-end, id: roads, successor: finance}");
    court_recorded(c);
    court_is(c, "roles.unit", "finance");
}

static void a_fact_that_was_not_given_binds_nothing(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    tries(c, "{bind: unit, from: helper-id}", "");
    court_is(c, "roles.unit", "roads");
}

/* ---- suspensions ---- */

static void only_the_parts_meant_are_suspended(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_int_equal(v_count(court_at(c, "suspensions")), 1);
    court_is(c, "suspensions.1.kind", "lead");
    court_is(c, "suspensions.1.part", "1");
    court_is(c, "suspensions.1.ground", "通知暂缓");
    court_is(c, "suspensions.1.since", "2026-03-04");
    court_is(c, "suspensions.1.state", "unconfirmed");
    court_is(c, "suspensions.1.event", "102");
}

static void a_suspension_of_ones_own_needs_no_confirmation(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "record",
               "fields: {unit-id: roads, started: 2026-03-02, subject: p, lead: [{covered: true}]}");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    court_is(c, "suspensions.1.state", "confirmed");
    court_is(c, "suspensions.1.ground", "自行暂缓");
    court_refuses(c, "cdi", "confirm", "", "rule");
}

static void a_suspension_is_confirmed_and_ends_with_the_outcome(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "organ", "confirm", "");
    court_is(c, "suspensions.1.state", "confirmed");
    court_is(c, "suspensions.1.confirmed", "2026-03-04");
    court_to(c, "2026-03-10");
    court_does(c, "cdi", "report",
               "fields: {leads: [1], claimed: {}, loss: some, result: refused}\npapers: {report: [r]}");
    court_is(c, "suspensions.1.state", "ended");
    court_is(c, "suspensions.1.ended", "2026-03-10");
    court_is(c, "suspensions.1.outcome", "refused");
    court_is(c, "suspensions.1.confirmed", "2026-03-04");
}

static void a_withdrawal_leaves_no_suspension_open(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "withdraw", "by: {party: applicant}\npapers: {signed: [s]}");
    court_is(c, "suspensions.1.state", "ended");
    court_is(c, "suspensions.1.outcome", "");
    court_is(c, "stage", "withdrawn");
    court_is(c, "ended", court_at(c, "ended") ? "true" : "");
}

/* ---- parts ---- */

static void a_part_is_added_in_its_first_state_with_its_fields(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    court_is(c, "parts.assistance.1.department", "finance");
    court_is(c, "parts.assistance.1.state", "open");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: audit}");
    court_is(c, "parts.assistance.2.department", "audit");
}

/* The part that the act is about stays the part in question. */
static void adding_a_part_does_not_change_which_part_the_act_is_about(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    law_that_does(c,
                  "{add: assistance, with: {department: helper-id}}, {state: investigated}, {tell: help, to: "
                  "[assistance.department]}",
                  "    on: lead\n");
    court_does(c, "cdi", "try", "part: 2\nfields: {helper-id: finance}");
    court_is(c, "parts.lead.2.state", "investigated");
    court_is(c, "parts.assistance.1.state", "open");
    assert_non_null(court_notice(c, "finance", "help"));
    assert_string_equal(v_get_str(court_notice(c, "finance", "help"), "part", ""), "1");
}

static void a_case_takes_at_most_500_added_parts(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    struct value *many = v_list(c->a);
    for (int i = 1; i <= 500; i++)
        change_put(c->a, many, arena_printf(c->a, "parts.assistance.%d.state", i), v_str(c->a, "answered"));
    assert_int_equal(case_apply(c->a, c->kase, many), ST_OK);
    court_refuses(c, "cdi", "ask-help", "fields: {helper-id: finance}", "too-many-parts");
}

/* ---- conclusion and consequences ---- */

static const char report[] = "fields: {leads: [1], claimed: {}, loss: some, result: %s}\npapers: {report: [r]}";

static void the_conclusion_is_what_was_given(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "report", arena_printf(c->a, report, "lighter"));
    court_is(c, "outcome", "lighter");
    assert_null(court_at(c, "consequences"));
}

static void consequences_are_granted_with_their_force(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "report", arena_printf(c->a, report, "exempted"));
    court_is(c, "consequences.force", "may");
    court_is(c, "consequences.event", "103");
    assert_int_equal(v_count(court_at(c, "consequences.areas")), 2);
    assert_string_equal(v_text(v_at(court_at(c, "consequences.areas"), 0), ""), "考核");
}

/* ---- tasks and clocks together ---- */

static void tasks_of_one_act_are_closed_and_the_others_stay(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    tries(c, "{close-tasks: confirm}", "");
    assert_null(court_task(c, "confirm", "organ"));
    assert_non_null(court_task(c, "report", "cdi"));
}

static void closing_all_tasks_leaves_none(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    tries(c, "{close-all-tasks: true}", "");
    assert_int_equal(v_count(court_at(c, "tasks")), 0);
}

static void all_clocks_stop_without_being_met_or_missed(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-27"); /* after the due day, before the miss */
    tries(c, "{stop-all-clocks: true}", "");
    court_is(c, "clocks.checking.state", "ended");
    court_is(c, "clocks.calm.state", "ended");
    court_is(c, "clocks.window.state", "met"); /* as it was */
    court_to(c, "2026-06-01");
    court_not_due(c, "miss", "checking");
}

static void tasks_move_with_their_role_and_what_is_served_stays(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "transfer", "fields: {receiver-id: org}");
    assert_non_null(court_task(c, "report", "org"));
    assert_non_null(court_task(c, "serve", "cdi"));
    assert_null(court_task(c, "serve", "org"));
}

/* ---- service ---- */

static void a_service_is_recorded_with_its_day_and_manner(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const char *task = court_task(c, "serve", "cdi");
    court_to(c, "2026-03-06");
    court_does(c, "cdi", "serve",
               arena_printf(c->a, "task: %s\ndone: 2026-03-05\nfields: {manner: in-person, receipt: false}", task));
    const char *at = arena_printf(c->a, "served.%s", task);
    court_is(c, arena_printf(c->a, "%s.type", at), "accepted");
    court_is(c, arena_printf(c->a, "%s.party", at), "applicant");
    court_is(c, arena_printf(c->a, "%s.done", at), "2026-03-05");
    court_is(c, arena_printf(c->a, "%s.manner", at), "in-person");
    court_is(c, arena_printf(c->a, "%s.receipt", at), "false");
    assert_null(court_task(c, "serve", "cdi"));
}

/* The court's procedure where serving this notice starts the clock `calm` anew. */
static void law_of_service(struct court *c, const char *notice)
{
    static const char served[] = "rules: [{rule: served, do: [{serve: true}]}";
    struct buf text = files_read("tests/lib/court.yaml"), law = {0};
    const char *at = strstr(buf_cstr(&text), served);
    assert_non_null(at);
    buf_put(&law, text.p, (size_t)(at - buf_cstr(&text)));
    buf_printf(&law, "%s, {rule: from-service, when: {serving: [%s]}, do: [{start: calm}]}", served, notice);
    buf_str(&law, at + sizeof served - 1);
    court_law(c, buf_cstr(&law));
    buf_done(&law);
    buf_done(&text);
}

static void a_clock_starts_on_the_day_of_service(void **state)
{
    struct court *c = *state;
    static const char *const notices[] = {"withdrawn", "accepted"}, *const due[] = {"2026-04-03", "2026-04-06"};
    for (int i = 0; i < 2; i++) { /* of another notice nothing is started */
        c->kase = NULL;
        court_to(c, "2026-03-02");
        court_accepted(c);
        law_of_service(c, notices[i]);
        court_to(c, "2026-03-09");
        court_does(c, "cdi", "serve",
                   arena_printf(c->a, "task: %s\ndone: 2026-03-06\nfields: {manner: post, receipt: true}",
                                court_task(c, "serve", "cdi")));
        court_is(c, "clocks.calm.due", due[i]);
    }
}

/* ---- correction ---- */

static void a_correction_names_an_event_of_this_case(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_refuses(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 999}", "no-such-event");
    struct value *other = court_value(c, "{done: 2026-03-04, cases: [{case: 42}], notices: []}");
    v_put(c->a, c->events, "500", other);
    court_refuses(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 500}", "no-such-event");
    court_refuses(c, "cdi", "correct", "second: chief", "field-missing");
    court_refuses(c, "cdi", "correct", "fields: {corrected-event: 102}", "rule"); /* alone */
}

static void a_correction_can_change_a_fact_and_leaves_the_days(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const char *due = v_text(court_at(c, "clocks.checking.due"), "");
    court_does(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 102, loss: serious}");
    court_is(c, "facts.loss", "serious");
    court_is(c, "clocks.checking.due", due);
    assert_non_null(court_notice(c, "organ", "act-corrected"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_fact_is_set_to_a_word_of_its_type),
        T(a_fact_is_copied_from_another_when_that_is_given),
        T(a_role_is_bound_to_the_actor_a_named_department_or_the_only_one_of_its_kind),
        T(a_kind_that_several_departments_have_binds_none),
        T(a_department_that_ended_is_bound_as_its_heir),
        T(a_fact_that_was_not_given_binds_nothing),
        T(only_the_parts_meant_are_suspended),
        T(a_suspension_of_ones_own_needs_no_confirmation),
        T(a_suspension_is_confirmed_and_ends_with_the_outcome),
        T(a_withdrawal_leaves_no_suspension_open),
        T(a_part_is_added_in_its_first_state_with_its_fields),
        T(adding_a_part_does_not_change_which_part_the_act_is_about),
        T(a_case_takes_at_most_500_added_parts),
        T(the_conclusion_is_what_was_given),
        T(consequences_are_granted_with_their_force),
        T(tasks_of_one_act_are_closed_and_the_others_stay),
        T(closing_all_tasks_leaves_none),
        T(all_clocks_stop_without_being_met_or_missed),
        T(tasks_move_with_their_role_and_what_is_served_stays),
        T(a_service_is_recorded_with_its_day_and_manner),
        T(a_clock_starts_on_the_day_of_service),
        T(a_correction_names_an_event_of_this_case),
        T(a_correction_can_change_a_fact_and_leaves_the_days),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("effect", tests, NULL, NULL);
}
