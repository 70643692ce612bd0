/* Who learns of a step: departments in their streams, others on paper, everyone who watches by a transition. */
#include "court_tests.h"
#include "tests/lib/files.h"

#include <stdlib.h>

static const char *text_in(const struct value *map, const char *key)
{
    return v_get_str(map, key, "");
}

static bool in_list(const struct value *list, const char *text)
{
    for (size_t i = 0; i < v_count(list); i++)
        if (strcmp(v_text(v_at(list, i), ""), text) == 0)
            return true;
    return false;
}

static size_t notices_of(const struct court *c, const char *stream, const char *type)
{
    size_t n = 0;
    for (size_t i = 0; i < v_count(c->last.notices); i++)
        n += strcmp(text_in(v_at(c->last.notices, i), "stream"), stream) == 0 &&
             strcmp(text_in(v_at(c->last.notices, i), "type"), type) == 0;
    return n;
}

/* ---- departments ---- */

static void a_department_with_a_key_is_told_in_its_stream_and_asked(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct value *n = court_notice(c, "cdi", "received");
    assert_non_null(n);
    assert_string_equal(text_in(n, "label"), "收到申请");
    assert_string_equal(text_in(n, "role"), "receiver");
    assert_string_equal(text_in(n, "article"), "第一条");
    assert_string_equal(text_in(n, "answer"), "accept");
    assert_string_equal(text_in(n, "due"), "2026-03-10"); /* within 5 working days after the 3rd */
    const char *task = court_task(c, "accept", "cdi");
    assert_non_null(task);
    assert_int_equal(v_get_int(n, "task", 0), strtol(task, NULL, 10));
    court_is(c, arena_printf(c->a, "tasks.%s.role", task), "receiver");
    court_is(c, arena_printf(c->a, "tasks.%s.type", task), "received");
    assert_true(in_list(court_at(c, arena_printf(c->a, "tasks.%s.or", task)), "transfer"));
    assert_true(in_list(court_at(c, "told.received"), "cdi"));
}

static void a_notice_carries_the_public_facts_of_its_type_that_are_given(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct value *fields = v_get(court_notice(c, "cdi", "received"), "fields");
    assert_string_equal(text_in(fields, "file-number"), "z-1");
    assert_null(v_get(fields, "loss")); /* not given */
    assert_int_equal(v_count(fields), 1);
}

static void a_notice_without_an_answer_opens_no_task(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "organ", "confirm", "");
    const struct value *n = court_notice(c, "cdi", "suspended");
    assert_non_null(n);
    assert_null(v_get(n, "task"));
    assert_null(v_get(n, "answer"));
}

static void a_task_within_the_limit_of_a_clock_follows_the_clock(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const char *task = court_task(c, "report", "cdi");
    court_is(c, arena_printf(c->a, "tasks.%s.clock", task), "checking");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-25");
    assert_null(court_at(c, arena_printf(c->a, "tasks.%s.due-at", task))); /* the clock's own miss escalates */
}

static void a_task_of_its_own_limit_is_due_after_the_entry_lag(void **state)
{
    struct court *c = *state;
    struct day last;
    court_accepted(c);
    const char *task = court_task(c, "confirm", "organ");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-06");
    assert_int_equal(day_parse("2026-03-12", &last), ST_OK); /* three working days later is the 11th */
    assert_int_equal(v_number(court_at(c, arena_printf(c->a, "tasks.%s.due-at", task)), 0), day_start(last, 480).ms);
}

static void a_role_that_nobody_holds_is_told_nothing(void **state)
{
    struct court *c = *state;
    court_register(c, "{act: department-end, id: audit, successor: finance}"); /* the one of its kind */
    court_accepted(c);
    court_is(c, "roles.audit", "");
    court_does(c, "cdi", "ask-expert", "");
    assert_null(court_notice(c, "audit", "asked-expert"));
    assert_null(court_notice(c, "finance", "asked-expert"));
}

static void the_heir_of_a_department_that_ended_is_told(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_department(c, "bureau", "accountability", "superior: committee");
    court_register(c, "{act: department-end, id: organ, successor: bureau}");
    court_does(c, "cdi", "extend", "fields: {more-days: 2}");
    assert_non_null(court_notice(c, "bureau", "extended"));
    assert_null(court_notice(c, "organ", "extended"));
}

static void a_department_in_a_field_of_the_part_is_told_about_that_part(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: audit}");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    const struct value *n = court_notice(c, "finance", "help");
    assert_non_null(n);
    assert_string_equal(text_in(n, "part"), "2");
    court_is(c, arena_printf(c->a, "tasks.%s.part", court_task(c, "help", "finance")), "2");
    assert_null(court_notice(c, "audit", "help"));
}

/* ---- on paper ---- */

static void a_person_is_served_on_paper_by_who_issued_the_step(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const struct value *n = court_notice(c, "cdi", "serve-notice");
    assert_non_null(n);
    assert_string_equal(text_in(n, "label"), "受理");
    assert_string_equal(text_in(n, "party"), "applicant");
    assert_string_equal(text_in(v_get(n, "fields"), "notice"), "accepted");
    assert_string_equal(text_in(n, "answer"), "serve");
    assert_string_equal(text_in(n, "due"), "2026-03-11"); /* five working days for service */
    const char *task = court_task(c, "serve", "cdi");
    court_is(c, arena_printf(c->a, "tasks.%s.party", task), "applicant");
    court_is(c, arena_printf(c->a, "tasks.%s.type", task), "accepted");
}

static void a_party_that_is_a_unit_with_a_key_reads_its_stream(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_does(c, "roads", "apply",
               "fields: {applicant-kind: unit, receiver-id: cdi, story: x}\npapers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    assert_non_null(court_notice(c, "roads", "accepted"));
    assert_null(court_notice(c, "cdi", "serve-notice"));
}

static void a_unit_without_a_key_is_served_on_paper(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: unit, receiver-id: cdi, organ-id: organ, unit-id: "
               "village, subject: v, story: x, lead: [{covered: true}]}\npapers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    const struct value *n = court_notice(c, "cdi", "serve-notice");
    assert_non_null(n);
    assert_string_equal(text_in(n, "party"), "village");
    assert_true(in_list(v_get(court_transition(c, "accepted"), "departments"), "village"));
    assert_null(court_notice(c, "village", "accepted"));
}

static void a_party_that_is_nobodys_unit_is_served_on_paper(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-expert", "");
    assert_string_equal(text_in(court_notice(c, "cdi", "serve-notice"), "party"), "expert");
}

static void what_a_department_did_is_served_by_it(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "chief", "extend", "by: {department: cdi}\nfields: {more-days: 2}");
    assert_non_null(court_notice(c, "cdi", "serve-notice"));
    assert_null(court_notice(c, "chief", "serve-notice"));
}

/* A department without a key cannot serve: whoever enters for it does. */
static void what_a_keyless_department_did_is_served_by_who_entered_it(void **state)
{
    struct court *c = *state;
    court_does(c, "office", "record",
               "by: {department: village}\npapers: {signed: [s]}\nfields: {unit-id: roads, started: 2026-03-02, "
               "subject: p, lead: [{covered: "
               "true}]}");
    court_is(c, "roles.organ", "village");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    assert_string_equal(text_in(court_notice(c, "cdi", "serve-notice"), "party"), "village"); /* to suspend */
    court_does(c, "cdi", "confirm", "by: {department: village}\npapers: {signed: [s]}");
    assert_string_equal(text_in(court_notice(c, "cdi", "serve-notice"), "party"), "applicant");
    for (size_t i = 0; i < v_count(c->last.notices); i++)
        assert_string_not_equal(text_in(v_at(c->last.notices, i), "stream"), "village");
}

/* Being served on paper does not free from answering. */
static void a_keyless_department_that_is_asked_holds_the_task(void **state)
{
    struct court *c = *state;
    court_does(c, "office", "record",
               "by: {department: village}\npapers: {signed: [s]}\nfields: {unit-id: roads, started: 2026-03-02, "
               "subject: p, lead: [{covered: "
               "true}]}");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    const char *task = court_task(c, "confirm", "village");
    assert_non_null(task);
    assert_non_null(court_at(c, arena_printf(c->a, "tasks.%s.due-at", task)));
    court_does(c, "cdi", "confirm", "by: {department: village}\npapers: {signed: [s]}");
    assert_null(court_task(c, "confirm", "village"));
    assert_non_null(court_task(c, "serve", "cdi"));
}

static void a_limit_that_the_daemon_tells_of_is_served_by_who_leads_the_case(void **state)
{
    struct court *c = *state;
    court_does(c, "office", "record",
               "by: {department: village}\npapers: {signed: [s]}\nfields: {unit-id: roads, started: 2026-03-02, "
               "subject: p, lead: [{covered: "
               "true}]}");
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "window"); /* nobody leads the case yet: the limit is told to nobody but the feed */
    assert_non_null(court_transition(c, "limit-missed"));
    c->kase = NULL;
    court_to(c, "2026-03-02");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: unit, receiver-id: cdi, organ-id: village, unit-id: "
               "roads, subject: v, story: x, lead: [{covered: true}]}\npapers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    court_to(c, "2026-03-20");
    court_falls_due(c, "near", "checking");
    assert_non_null(court_notice(c, "cdi", "limit-near"));
}

/* ---- the superior ---- */

static void the_superior_of_whoever_it_is_about_is_told(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    assert_non_null(court_notice(c, "committee", "limit-missed"));
    assert_string_equal(text_in(court_notice(c, "committee", "limit-missed"), "role"), "superior");
}

static void who_is_asked_when_a_limit_is_missed_reads_until_when(void **state)
{
    struct court *c = *state;
    struct buf law = files_read("tests/lib/court.yaml"), asking = {0};
    const char *told = strstr(buf_cstr(&law), "{tell: limit-missed, to: [receiver]}");
    buf_put(&asking, law.p, (size_t)((const uint8_t *)told - law.p));
    buf_str(&asking, "{tell: limit-missed, to: [receiver], answer: report, within: 5}");
    buf_str(&asking, strchr(told, '}') + 1);
    court_law(c, buf_cstr(&asking));
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    const struct value *asked = court_notice(c, "cdi", "limit-missed");
    assert_string_equal(text_in(asked, "answer"), "report");
    assert_string_equal(text_in(asked, "due"), "2026-04-07"); /* within 5 working days after the 31st */
    assert_string_equal(text_in(court_notice(c, "committee", "limit-missed"), "due"), "2026-03-25");
    buf_done(&law);
    buf_done(&asking);
}

static void where_nobody_is_above_only_the_owner_is_told(void **state)
{
    struct court *c = *state;
    court_register(c, "{act: department-change, id: cdi, superior: ~}");
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking");
    assert_non_null(court_notice(c, "cdi", "limit-missed"));
    assert_int_equal(v_count(c->last.notices), 1);
    assert_non_null(court_transition(c, "limit-missed"));
}

/* ---- transitions ---- */

static void one_transition_stands_for_all_notices_of_a_type(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-31");
    court_falls_due(c, "miss", "checking"); /* told by two effects */
    size_t n = 0;
    for (size_t i = 0; i < v_count(c->last.transitions); i++)
        n += strcmp(text_in(v_at(c->last.transitions, i), "kind"), "limit-missed") == 0;
    assert_int_equal(n, 1);
    const struct value *departments = v_get(court_transition(c, "limit-missed"), "departments");
    assert_int_equal(v_count(departments), 2);
    assert_true(in_list(departments, "cdi") && in_list(departments, "committee"));
}

static void a_transition_names_the_department_that_must_act(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_string_equal(text_in(court_transition(c, "suspend"), "department"), "organ");
    assert_string_equal(text_in(court_transition(c, "accepted"), "department"), "cdi"); /* a person: who leads */
    const struct value *clocks = v_get(court_transition(c, "suspend"), "clocks");
    assert_int_equal(v_count(clocks), 2);
    assert_string_equal(text_in(v_at(clocks, 0), "clock"), "checking");
    assert_string_equal(text_in(v_at(clocks, 0), "due"), "2026-03-25");
}

static void a_step_that_nobody_is_told_of_is_still_a_transition(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    const struct value *t = court_transition(c, "recorded");
    assert_non_null(t);
    assert_int_equal(v_count(v_get(t, "departments")), 0);
    assert_string_equal(text_in(t, "department"), "organ"); /* nobody leads yet: who did it */
    assert_int_equal(v_count(c->last.notices), 0);
}

static void the_clocks_of_a_transition_are_those_after_the_act(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "extend", "fields: {more-days: 5}");
    assert_string_equal(text_in(v_at(v_get(court_transition(c, "extended"), "clocks"), 0), "due"), "2026-04-01");
}

/* ---- telling again ---- */

static void those_told_by_a_corrected_event_are_told_again_once(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "report",
               "fields: {leads: [1], claimed: {}, loss: some, result: refused}\npapers: {report: [r]}");
    assert_int_equal(notices_of(c, "organ", "decided") + notices_of(c, "organ", "suspension-ended"), 2);
    court_does(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 103, corrected-done: 2026-03-04}");
    assert_int_equal(notices_of(c, "organ", "act-corrected"), 1);
}

static void who_was_told_on_paper_is_told_again_on_paper(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "correct", "second: chief\nfields: {corrected-event: 102, corrected-done: 2026-03-03}");
    const struct value *n = court_notice(c, "cdi", "serve-notice");
    assert_non_null(n);
    assert_string_equal(text_in(n, "party"), "applicant");
    assert_string_equal(text_in(v_get(n, "fields"), "notice"), "act-corrected");
}

/* ---- tasks that move ---- */

static void tasks_and_clocks_of_a_role_go_to_who_holds_it_now(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "transfer", "fields: {receiver-id: org}");
    assert_null(court_task(c, "report", "cdi"));
    assert_non_null(court_task(c, "report", "org"));
    court_is(c, "clocks.checking.owner", "org");
    court_is(c, "clocks.calm.owner", "organ");
    assert_non_null(court_notice(c, "org", "transferred"));
    assert_non_null(court_task(c, "serve", "cdi")); /* who issued it serves it */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_department_with_a_key_is_told_in_its_stream_and_asked),
        T(a_notice_carries_the_public_facts_of_its_type_that_are_given),
        T(a_notice_without_an_answer_opens_no_task),
        T(a_task_within_the_limit_of_a_clock_follows_the_clock),
        T(a_task_of_its_own_limit_is_due_after_the_entry_lag),
        T(a_role_that_nobody_holds_is_told_nothing),
        T(the_heir_of_a_department_that_ended_is_told),
        T(a_department_in_a_field_of_the_part_is_told_about_that_part),
        T(a_person_is_served_on_paper_by_who_issued_the_step),
        T(a_party_that_is_a_unit_with_a_key_reads_its_stream),
        T(a_unit_without_a_key_is_served_on_paper),
        T(a_party_that_is_nobodys_unit_is_served_on_paper),
        T(what_a_department_did_is_served_by_it),
        T(what_a_keyless_department_did_is_served_by_who_entered_it),
        T(a_keyless_department_that_is_asked_holds_the_task),
        T(a_limit_that_the_daemon_tells_of_is_served_by_who_leads_the_case),
        T(the_superior_of_whoever_it_is_about_is_told),
        T(who_is_asked_when_a_limit_is_missed_reads_until_when),
        T(where_nobody_is_above_only_the_owner_is_told),
        T(one_transition_stands_for_all_notices_of_a_type),
        T(a_transition_names_the_department_that_must_act),
        T(a_step_that_nobody_is_told_of_is_still_a_transition),
        T(the_clocks_of_a_transition_are_those_after_the_act),
        T(those_told_by_a_corrected_event_are_told_again_once),
        T(who_was_told_on_paper_is_told_again_on_paper),
        T(tasks_and_clocks_of_a_role_go_to_who_holds_it_now),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("tell", tests, NULL, NULL);
}
