/* Which act, by whom, about what, on which day: what the judge looks at before any rule. */
#include "court_tests.h"
#include <stdlib.h>

/* ---- the act and the stage ---- */

static void an_unknown_act_is_refused_with_the_nearest(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct rejection *r = court_refuses(c, "cdi", "acept", "", "act-unknown");
    assert_string_equal(r->kind, "form");
    assert_non_null(strstr(r->text, "did you mean 'accept'?"));
    court_refuses(c, "cdi", "", "", "act-unknown");
}

static void an_act_that_opens_nothing_needs_a_case(void **state)
{
    struct court *c = *state;
    assert_string_equal(court_refuses(c, "cdi", "accept", "", "case-missing")->kind, "form");
}

static void an_act_of_another_stage_is_refused_with_the_stages_by_their_labels(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const struct rejection *r = court_refuses(c, "cdi", "accept", "", "act-not-possible");
    assert_string_equal(r->kind, "law");
    assert_string_equal(r->article, "第二条");
    assert_string_equal(r->missing, "待受理");
    assert_non_null(strstr(r->text, "核实"));
}

static void a_second_opening_of_an_open_case_is_no_act_of_its_stage(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_refuses(c, "organ", "record", "", "act-not-possible");
}

static void opening_writes_what_the_case_is(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_is(c, "case", "41");
    court_is(c, "version", "1");
    court_is(c, "procedure", "court");
    court_is(c, "procedure-version", "3");
    court_is(c, "kind", "matter");
    court_is(c, "opened", "100");
    court_is(c, "opened-done", "2026-03-02");
    court_is(c, "stage", "begun");
    court_is(c, "since", "2026-03-02");
    court_is(c, "did.record", "organ");
    assert_int_equal(c->last.kase, 41);
    assert_string_equal(c->last.stage, "begun");
    assert_string_equal(v_get_str(c->last.by, "department", ""), "organ");
}

/* ---- versions ---- */

static void a_command_decided_on_another_version_is_refused(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_is(c, "version", "2");
    const struct rejection *r = court_refuses(c, "cdi", "accept", "expect: 1", "case-moved-on");
    assert_string_equal(r->kind, "conflict");
    court_refuses(c, "cdi", "accept", "expect: 3", "case-moved-on");
    court_does(c, "cdi", "accept", "expect: 2");
    court_is(c, "version", "3");
}

/* ---- rights and roles ---- */

static void who_may_not_act_is_refused_by_right(void **state)
{
    struct court *c = *state;
    court_applied(c);
    assert_string_equal(court_refuses(c, "guest", "accept", "", "no-right-to-act")->kind, "right");
    court_refuses(c, "nobody", "accept", "", "no-right-to-act");
    court_refuses(c, "stranger", "accept", "", "not-your-act"); /* may act, for no department */
}

static void another_department_is_refused_with_who_it_is_for(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct rejection *r = court_refuses(c, "org", "accept", "", "not-your-act");
    assert_string_equal(r->kind, "right");
    assert_non_null(strstr(r->who, "受理部门"));
    assert_non_null(strstr(r->who, "cdi"));
    assert_string_equal(r->article, "第二条");
}

static void entering_for_others_is_a_right_of_its_own(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    static const char apply[] = "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
                                "papers: {application: [one]}";
    court_refuses(c, "chief", "apply", apply, "no-right-to-enter");
    court_does(c, "cdi", "apply", apply);
    assert_string_equal(v_get_str(c->last.by, "party", ""), "applicant");
    assert_null(v_get(c->last.by, "department"));
    court_refuses(c, "chief", "accept", "by: {department: org}", "no-right-to-enter");
}

static void nobody_enters_for_a_department_that_has_a_key(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct rejection *r =
        court_refuses(c, "org", "accept", "by: {department: cdi}\npapers: {signed: [s]}", "no-right-to-enter-for");
    assert_string_equal(r->kind, "right");
    /* nor does its superior */
    court_refuses(c, "office", "accept", "by: {department: cdi}\npapers: {signed: [s]}", "no-right-to-enter-for");
}

static void for_a_party_the_lead_enters_or_its_own_unit(void **state)
{
    struct court *c = *state;
    static const char withdraw[] = "by: {party: applicant}\npapers: {signed: [s]}";
    court_applied(c);
    court_refuses(c, "finance", "withdraw", withdraw, "no-right-to-enter-for");
    court_refuses(c, "organ", "withdraw", withdraw, "no-right-to-enter-for");
    court_refuses(c, "stranger", "withdraw", withdraw, "no-right-to-enter-for");
    court_judge(c, "cdi", "withdraw", withdraw);
    assert_true(c->last.accepted);
    court_refuses(c, "roads", "withdraw", withdraw, "no-right-to-enter-for"); /* the register knows no such person */
    court_register(c, "{act: person-add, id: p-7, unit: roads, name: N}");
    court_does(c, "roads", "withdraw", withdraw);
}

/* Whatever the command calls the person's unit. */
static void a_unit_that_the_register_does_not_know_as_the_persons_enters_nothing(void **state)
{
    struct court *c = *state;
    court_register(c, "{act: person-add, id: p-7, unit: finance, name: N}");
    court_applied(c);
    court_refuses(c, "roads", "withdraw", "by: {party: applicant}\npapers: {signed: [s]}", "no-right-to-enter-for");
}

static void who_pursues_accountability_does_not_speak_for_the_person_as_well(void **state)
{
    struct court *c = *state;
    court_register(c, "{act: person-add, id: p-7, unit: organ, name: N}");
    court_applied(c);
    v_put_str(c->a, v_get(c->kase, "roles"), "unit", "organ");
    court_refuses(c, "organ", "withdraw", "by: {party: applicant}\npapers: {signed: [s]}", "no-right-to-enter-for");
}

static void only_who_leads_by_the_opening_act_enters_it(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_refuses(c, "org", "apply",
                  "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
                  "papers: {application: [one]}",
                  "no-right-to-enter-for");
}

static void for_a_department_on_paper_its_superior_opens_and_the_lead_enters(void **state)
{
    struct court *c = *state;
    static const char record[] = "by: {department: village}\npapers: {signed: [s]}\n"
                                 "fields: {unit-id: roads, started: 2026-03-02, subject: p, lead: [{covered: true}]}";
    court_refuses(c, "cdi", "record", record, "no-right-to-enter-for"); /* leads nothing yet */
    court_does(c, "office", "record", record);
    court_is(c, "roles.organ", "village");
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    court_refuses(c, "org", "confirm", "by: {department: village}\npapers: {signed: [s]}", "no-right-to-enter-for");
    court_does(c, "cdi", "confirm", "by: {department: village}\npapers: {signed: [s]}");
}

static void what_is_entered_for_others_shows_a_signed_paper(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct rejection *r = court_refuses(c, "cdi", "withdraw", "by: {party: applicant}", "entered-without-paper");
    assert_string_equal(r->kind, "law");
    court_refuses(c, "cdi", "withdraw", "by: {party: applicant}\npapers: {signed: []}", "entered-without-paper");
    court_does(c, "cdi", "accept", "papers: {signed: [s]}"); /* whoever acts itself may show one */
}

static void a_stranger_learns_no_stage(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_refuses(c, "finance", "accept", "", "not-your-act");
    court_refuses(c, "finance", "accept", "task: 999", "not-your-act");
    court_refuses(c, "cdi", "accept", "", "act-not-possible");
}

static void a_department_of_ones_own_needs_no_right_to_enter(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_does(c, "chief", "accept", "by: {department: cdi}");
}

static void nobody_acts_for_a_department_that_the_register_does_not_have(void **state)
{
    struct court *c = *state;
    static const char record[] =
        "by: {department: %s}\nfields: {unit-id: roads, started: 2026-03-02, subject: p, lead: [{covered: true}]}";
    const struct rejection *r =
        court_refuses(c, "cdi", "record", arena_printf(c->a, record, "nonsense"), "department-unknown");
    assert_string_equal(r->kind, "form");
    court_department(c, "old", "accountability", "");
    court_register(c, "{act: department-end, id: old, successor: organ}");
    court_does(c, "organ", "record", arena_printf(c->a, record, "old")); /* its heir stands for it */
    court_is(c, "roles.organ", "organ");
    assert_string_equal(v_get_str(c->last.by, "department", ""), "organ");
}

static void who_works_in_a_department_that_ended_acts_for_its_heir(void **state)
{
    struct court *c = *state;
    court_applied(c);
    court_register(c, "{act: department-end, id: cdi, successor: org}");
    court_does(c, "org", "accept", "");
    court_register(c, "{act: role-change, principal: cdi, department: org, rights: [act, enter]}");
    court_does(c, "cdi", "pause", "");
}

static void an_unknown_party_holds_no_act(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_refuses(c, "cdi", "apply",
                  "by: {party: nobody}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
                  "papers: {application: [one]}",
                  "not-your-act");
    court_refuses(c, "cdi", "apply", "by: {party: expert}", "not-your-act");
    court_refuses(c, "cdi", "apply", "by: {party: receiver}", "not-your-act");
}

static const char by_itself[] = "fields: {applicant-kind: %s, receiver-id: cdi, organ-id: organ, unit-id: %s, subject: "
                                "p, story: x, lead: [{covered: true}]}\npapers: {application: [one]}";

static void a_unit_with_a_key_applies_by_itself_and_for_itself_alone(void **state)
{
    struct court *c = *state;
    court_refuses(c, "roads", "apply", arena_printf(c->a, by_itself, "unit", "finance"), "not-your-act");
    court_refuses(c, "roads", "apply", arena_printf(c->a, by_itself, "person", "roads"), "not-your-act");
    court_does(c, "roads", "apply", arena_printf(c->a, by_itself, "unit", "roads"));
    assert_string_equal(v_get_str(c->last.by, "department", ""), "roads");
}

static void what_a_person_does_is_not_done_by_the_persons_unit(void **state)
{
    struct court *c = *state;
    court_applied(c); /* a person, entered by cdi */
    court_refuses(c, "roads", "withdraw", "", "not-your-act");
    court_does(c, "cdi", "withdraw", "by: {party: applicant}\npapers: {signed: [s]}");
}

static void a_unit_withdraws_what_it_applied_for(void **state)
{
    struct court *c = *state;
    court_does(c, "roads", "apply", arena_printf(c->a, by_itself, "unit", "roads"));
    court_refuses(c, "finance", "withdraw", "", "not-your-act");
    court_does(c, "roads", "withdraw", "");
    court_is(c, "stage", "withdrawn");
}

/* ---- parts ---- */

static void an_act_about_a_part_says_which(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_refuses(c, "organ", "look", "", "part-missing");
    court_refuses(c, "organ", "look", "part: 0", "part-missing");
    court_refuses(c, "organ", "look", "part: 3", "part-unknown");
    court_refuses(c, "organ", "look", "part: -1", "part-unknown");
    court_refuses(c, "organ", "look", "part: 9223372036854775807", "part-unknown");
    court_refuses(c, "organ", "look", "part: 1", "rule"); /* suspended */
    court_does(c, "organ", "look", "part: 2");
    court_is(c, "parts.lead.2.state", "investigated");
    court_is(c, "parts.lead.1.state", "open");
}

static void a_part_belongs_to_its_department(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: audit}");
    court_refuses(c, "finance", "help", "part: 2", "not-your-act");
    court_refuses(c, "roads", "help", "part: 1", "not-your-act");
    court_does(c, "finance", "help", "");
    court_is(c, "parts.assistance.1.state", "answered");
    court_is(c, "parts.assistance.2.state", "open");
}

/* ---- tasks ---- */

static void a_task_that_is_gone_is_a_conflict(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const char *task = court_task(c, "accept", "cdi");
    const struct rejection *r = court_refuses(c, "cdi", "accept", "task: 99", "task-gone");
    assert_string_equal(r->kind, "conflict");
    court_refuses(c, "cdi", "accept", "task: -7", "task-gone");
    court_does(c, "cdi", "accept", arena_printf(c->a, "task: %s", task));
    assert_null(court_task(c, "accept", "cdi"));
}

static void a_task_is_closed_only_by_the_act_that_it_asks_for(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* the organ is asked to confirm, cdi to report */
    const char *confirm = court_task(c, "confirm", "organ"), *report = court_task(c, "report", "cdi");
    assert_true(confirm && report);
    court_refuses(c, "cdi", "pause", arena_printf(c->a, "task: %s", confirm), "task-other");
    court_refuses(c, "cdi", "pause", arena_printf(c->a, "task: %s", report), "task-other");
    court_does(c, "cdi", "pause", "");
    assert_non_null(court_task(c, "confirm", "organ"));
    assert_non_null(court_task(c, "report", "cdi"));
}

static void a_task_is_closed_only_by_the_department_that_holds_it(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    const char *finance = court_task(c, "help", "finance");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: audit}");
    court_refuses(c, "audit", "help", arena_printf(c->a, "task: %s", finance), "not-your-act");
    court_does(c, "audit", "help", "");
    assert_non_null(court_task(c, "help", "finance"));
    assert_null(court_task(c, "help", "audit"));
}

static void a_task_about_one_part_is_not_answered_for_another(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    const char *first = court_task(c, "help", "finance");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    court_refuses(c, "finance", "help", arena_printf(c->a, "part: 2\ntask: %s", first), "task-other");
    court_does(c, "finance", "help", arena_printf(c->a, "task: %s", first));
    court_is(c, "parts.assistance.1.state", "answered");
    assert_non_null(court_task(c, "help", "finance"));
}

static void an_act_of_one_part_leaves_the_task_of_another(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    court_does(c, "cdi", "ask-help", "fields: {helper-id: finance}");
    court_does(c, "finance", "help", "part: 2");
    court_is(c, "parts.assistance.2.state", "answered");
    court_is(c, "parts.assistance.1.state", "open");
    const char *left = court_task(c, "help", "finance");
    assert_non_null(left);
    court_is(c, arena_printf(c->a, "tasks.%s.part", left), "1");
}

static void another_act_that_the_notice_offered_closes_the_task_too(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const char *task = court_task(c, "accept", "cdi");
    court_does(c, "cdi", "transfer", arena_printf(c->a, "task: %s\nfields: {receiver-id: org}", task));
    assert_null(court_at(c, arena_printf(c->a, "tasks.%s", task)));
}

static void serving_names_its_task_and_only_the_holder_serves(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* the person is told on paper, by cdi */
    const char *task = court_task(c, "serve", "cdi");
    assert_non_null(task);
    court_refuses(c, "cdi", "serve", "fields: {manner: post, receipt: true}", "no-such-task");
    court_refuses(c, "organ", "serve", "fields: {manner: post, receipt: true}", "not-your-act");
    court_refuses(c, "organ", "serve", arena_printf(c->a, "task: %s\nfields: {manner: post, receipt: true}", task),
                  "not-your-act");
    court_does(c, "cdi", "serve", arena_printf(c->a, "task: %s\nfields: {manner: post, receipt: true}", task));
    court_is(c, arena_printf(c->a, "served.%s.manner", task), "post");
    court_is(c, arena_printf(c->a, "served.%s.type", task), "accepted");
    court_refuses(c, "cdi", "serve", arena_printf(c->a, "task: %s\nfields: {manner: post, receipt: true}", task),
                  "task-gone");
}

/* ---- the two dates ---- */

static void done_lies_not_in_the_future(void **state)
{
    struct court *c = *state;
    court_applied(c);
    const struct rejection *r = court_refuses(c, "cdi", "accept", "done: 2026-03-04", "done-in-future");
    struct day tomorrow;
    assert_int_equal(day_parse("2026-03-04", &tomorrow), ST_OK);
    assert_int_equal(r->earliest.n, tomorrow.n);
    court_refuses(c, "cdi", "accept", "done: 2999-12-31", "done-in-future");
}

static void done_is_a_day(void **state)
{
    struct court *c = *state;
    court_applied(c);
    static const char *const wrong[] = {"'2026-3-3'",   "'yesterday'",  "'2026-02-30'",
                                        "'3000-01-01'", "'1899-12-31'", "''"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_string_equal(
            court_refuses(c, "cdi", "accept", arena_printf(c->a, "done: %s", wrong[i]), "done-wrong")->kind, "form");
}

static void done_lies_not_before_what_it_presupposes(void **state)
{
    struct court *c = *state;
    court_applied(c); /* received on 2026-03-03 */
    const struct rejection *r = court_refuses(c, "cdi", "accept", "done: 2026-03-02", "done-before-presupposed");
    assert_true(day_is(r->earliest));
    assert_string_equal(r->kind, "law");
    court_refuses(c, "cdi", "accept", "done: 1900-01-01", "done-before-presupposed");
    court_does(c, "cdi", "accept", "done: 2026-03-03");
}

static const char late[] =
    "%s%s%sfields: {unit-id: roads, started: 2026-02-11, subject: p, lead: [{covered: true}]}\n%s";

static void refuses_late(struct court *c, const char *done, const char *reason, const char *second, const char *papers,
                         const char *code)
{
    const char *body = arena_printf(c->a, late, done, reason, second, papers);
    if (!code) {
        struct decision d = court_judge(c, "cdi", "record", body);
        if (!d.accepted)
            fail_msg("refused: %s: %s", d.rejection.code, d.rejection.text);
    } else {
        const struct rejection *r = court_refuses(c, "cdi", "record", body, code);
        assert_string_equal(r->kind, "law");
        assert_non_null(r->missing);
    }
}

static void older_than_the_entry_lag_needs_reason_paper_and_second_person(void **state)
{
    struct court *c = *state; /* today is Monday 2026-03-02; Saturday the 28th is worked */
    static const char old[] = "done: 2026-02-25\n", reason[] = "reason: 补录\n", chief[] = "second: chief\n";
    static const char paper[] = "papers: {date-proof: [d]}";
    refuses_late(c, "done: 2026-02-26\n", "", "", "", NULL); /* three working days: 27, 28, 2 */
    refuses_late(c, old, "", chief, paper, "late-entry-reason");
    refuses_late(c, old, reason, chief, "", "late-entry-paper");
    refuses_late(c, old, reason, "", paper, "late-entry-second");
    refuses_late(c, old, reason, "second: cdi\n", paper, "late-entry-second");
    refuses_late(c, old, reason, chief, "papers: {date-proof: []}", "late-entry-paper");
    refuses_late(c, old, reason, chief, paper, NULL);
    refuses_late(c, "done: 1900-01-01\n", reason, chief, paper, NULL);
}

static void what_was_entered_in_the_far_past_breaks_nothing(void **state)
{
    struct court *c = *state;
    static const char *const days[] = {"1900-01-01", "1901-12-31", "2015-06-30"};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        c->kase = NULL;
        court_does(c, "cdi", "record",
                   arena_printf(c->a,
                                "done: %s\nreason: r\nsecond: chief\npapers: {date-proof: [d]}\n"
                                "fields: {unit-id: roads, started: %s, told: 1900-01-01, subject: p, lead: [{covered: "
                                "true}]}",
                                days[i], days[i]));
        court_is(c, "clocks.window.start", "1900-01-01");
        court_is(c, "clocks.window.provisional", "true");
    }
    c->kase = NULL; /* and days of facts in the far future */
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2999-12-31, subject: p, lead: [{covered: true}]}");
    court_is(c, "clocks.window.provisional", "true");
    c->kase = NULL;
    court_does(c, "organ", "record",
               "fields: {unit-id: roads, started: 2999-12-20, subject: p, lead: [{covered: true}]}");
}

static void a_paper_of_the_late_entry_goes_into_the_case(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-16");
    court_does(c, "cdi", "pause", "done: 2026-03-06\nreason: r\nsecond: chief\npapers: {date-proof: [d]}");
    assert_int_equal(v_count(court_at(c, "papers.date-proof")), 1);
}

/* ---- rules ---- */

static void a_rule_that_is_not_satisfied_names_itself_its_article_what_is_missing_and_who(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const struct rejection *r =
        court_refuses(c, "cdi", "report", "fields: {leads: [1], claimed: {}, loss: some, result: refused}", "rule");
    assert_string_equal(r->kind, "law");
    assert_string_equal(r->rule, "written");
    assert_string_equal(r->article, "第二条第三款");
    assert_string_equal(r->missing, "书面报告");
    assert_string_equal(r->who, "受理部门");
}

static void a_rule_without_an_article_quotes_that_of_its_act(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const struct rejection *r = court_refuses(
        c, "cdi", "report", "fields: {leads: [1], claimed: {}, loss: serious, result: exempted}\npapers: {report: [r]}",
        "rule");
    assert_string_equal(r->rule, "no-bar");
    assert_string_equal(r->article, "第二条");
}

static void a_department_of_the_wrong_kind_cannot_be_bound(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_refuses(c, "cdi", "apply",
                  "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: finance, story: x}\n"
                  "papers: {application: [one]}",
                  "wrong-kind-of-department");
}

/* ---- due moments ---- */

static void what_is_not_due_is_not_done(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_not_due(c, "miss", "checking");
    court_not_due(c, "near", "checking");
    court_not_due(c, "miss", "no-such-clock");
    court_not_due(c, "task", "1");
    court_not_due(c, "task", "99");
    court_not_due(c, "nonsense", "checking");
    court_not_due(c, "miss", "");
}

static void a_task_that_is_overdue_is_escalated_once(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    const char *task = court_task(c, "confirm", "organ");
    court_is(c, arena_printf(c->a, "tasks.%s.due", task), "2026-03-06");
    court_to(c, "2026-03-12");
    court_falls_due(c, "task", task);
    assert_non_null(court_notice(c, "committee", "task-escalated"));
    court_is(c, arena_printf(c->a, "tasks.%s.escalated", task), "true");
    court_not_due(c, "task", task);
    court_does(c, "organ", "confirm", ""); /* it can still be done */
    assert_null(court_at(c, arena_printf(c->a, "tasks.%s", task)));
}

static void whoever_has_a_task_is_reminded_once_on_its_last_day(void **state)
{
    struct court *c = *state;
    struct day last;
    court_accepted(c);
    const char *task = court_task(c, "confirm", "organ");
    assert_int_equal(day_parse("2026-03-06", &last), ST_OK);
    assert_int_equal(v_number(court_at(c, arena_printf(c->a, "tasks.%s.remind-at", task)), 0), day_start(last, 480).ms);
    court_not_due(c, "remind", task);
    court_to(c, "2026-03-06");
    court_falls_due(c, "remind", task);
    const struct value *n = court_notice(c, "organ", "task-reminder");
    assert_non_null(n);
    assert_int_equal(v_get_int(n, "task", 0), strtol(task, NULL, 10));
    assert_string_equal(v_get_str(n, "due", ""), "2026-03-06");
    assert_string_equal(v_text(v_path(n, "fields.act"), ""), "confirm");
    assert_null(v_get(n, "answer")); /* it asks for nothing that was not asked for before */
    court_not_due(c, "remind", task);
    court_to(c, "2026-03-12");
    court_falls_due(c, "task", task);
}

static void a_task_shorter_than_its_reminder_is_reminded_when_its_limit_is_over(void **state)
{
    struct court *c = *state;
    struct day after;
    c->procedure->reminder = 2;
    court_accepted(c);
    const char *task = court_task(c, "confirm", "organ");
    assert_int_equal(day_parse("2026-03-07", &after), ST_OK);
    assert_int_equal(v_number(court_at(c, arena_printf(c->a, "tasks.%s.remind-at", task)), 0),
                     day_start(after, 480).ms);
}

/* ---- sameness and bounds ---- */

static void encode(struct decision d, struct buf *out)
{
    for (size_t i = 0; i < v_count(d.changes); i++)
        buf_printf(out, "%s %s %d\n", v_text(v_at(v_at(d.changes, i), 0), ""), v_text(v_at(v_at(d.changes, i), 1), ""),
                   (int)v_kind(v_at(v_at(d.changes, i), 2)));
    buf_printf(out, "%zu %zu %lld\n", v_count(d.notices), v_count(d.transitions), (long long)d.tasks);
}

static void the_same_command_on_the_same_case_gives_the_same_decision(void **state)
{
    struct court *c = *state;
    court_applied(c);
    struct buf one = {0}, two = {0};
    struct decision first = court_judge(c, "cdi", "accept", "");
    encode(first, &one);
    struct decision second = court_judge(c, "cdi", "accept", "");
    encode(second, &two);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.p, two.p, one.n);
    assert_true(v_equal(first.changes, second.changes));
    assert_true(v_equal(first.notices, second.notices));
    assert_true(v_equal(first.transitions, second.transitions));
    buf_done(&one);
    buf_done(&two);
}

static void judging_leaves_the_case_as_it_was(void **state)
{
    struct court *c = *state;
    court_applied(c);
    struct value *before = v_copy(c->a, c->kase);
    court_judge(c, "cdi", "accept", "");
    assert_true(c->last.accepted);
    assert_true(v_equal(before, c->kase));
}

static void the_same_acts_make_the_same_case(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    struct court *other = court_new(NULL); /* the same three acts, from the beginning */
    court_accepted(other);
    assert_true(v_equal(other->kase, c->kase));
    court_free(other);
}

static void a_case_with_500_leads_is_judged(void **state)
{
    struct court *c = *state;
    struct buf body = {0};
    buf_str(&body, "fields: {unit-id: roads, started: 2026-03-02, subject: p, lead: [");
    for (int i = 0; i < 500; i++)
        buf_printf(&body, "%s{covered: %s}", i ? ", " : "", i % 5 ? "true" : "false");
    buf_str(&body, "]}");
    court_does(c, "organ", "record", buf_cstr(&body));
    court_does(c, "cdi", "apply",
               "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}\n"
               "papers: {application: [one]}");
    court_does(c, "cdi", "accept", "");
    assert_int_equal(v_count(court_at(c, "suspensions")), 400);
    court_does(c, "organ", "confirm", "");
    court_refuses(c, "organ", "look", "part: 2", "rule");
    court_does(c, "organ", "look", "part: 1");
    court_does(c, "cdi", "report",
               "fields: {leads: [2], claimed: {}, loss: some, result: refused}\npapers: {report: [r]}");
    court_is(c, "suspensions.400.state", "ended");
    court_does(c, "organ", "look", "part: 2");
    buf_done(&body);
}

/* Whatever a peer puts where, the judge answers with an acceptance or a refusal. */
static void values_of_any_kind_anywhere_are_answered(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    static const char *const keys[] = {"fields", "papers", "by", "part", "task", "done", "second", "reason", "expect"};
    static const char *const values[] = {"~",
                                         "true",
                                         "-1",
                                         "0",
                                         "9223372036854775807",
                                         "''",
                                         "x",
                                         "[]",
                                         "{}",
                                         "[~]",
                                         "[[[]]]",
                                         "{a.b: {c.d: 1}}",
                                         "{lead: [{}]}",
                                         "{party: 7}",
                                         "{department: ~}",
                                         "{date-proof: [~]}",
                                         "{leads: [[1]], claimed: [[]]}"};
    static const char *const acts[] = {"accept", "pause",   "extend",   "report",   "look",  "help",
                                       "serve",  "correct", "withdraw", "transfer", "close", "ask-help"};
    for (size_t a = 0; a < sizeof acts / sizeof *acts; a++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                struct decision d = court_judge(c, "cdi", acts[a], arena_printf(c->a, "%s: %s", keys[k], values[v]));
                assert_true(d.accepted || (d.rejection.code && d.rejection.text && d.rejection.kind));
                assert_true(d.accepted || !strstr(d.rejection.text, "(null)"));
            }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(an_unknown_act_is_refused_with_the_nearest),
        T(an_act_that_opens_nothing_needs_a_case),
        T(an_act_of_another_stage_is_refused_with_the_stages_by_their_labels),
        T(a_second_opening_of_an_open_case_is_no_act_of_its_stage),
        T(opening_writes_what_the_case_is),
        T(a_command_decided_on_another_version_is_refused),
        T(who_may_not_act_is_refused_by_right),
        T(another_department_is_refused_with_who_it_is_for),
        T(entering_for_others_is_a_right_of_its_own),
        T(a_department_of_ones_own_needs_no_right_to_enter),
        T(nobody_acts_for_a_department_that_the_register_does_not_have),
        T(who_works_in_a_department_that_ended_acts_for_its_heir),
        T(an_unknown_party_holds_no_act),
        T(nobody_enters_for_a_department_that_has_a_key),
        T(for_a_party_the_lead_enters_or_its_own_unit),
        T(a_unit_that_the_register_does_not_know_as_the_persons_enters_nothing),
        T(who_pursues_accountability_does_not_speak_for_the_person_as_well),
        T(only_who_leads_by_the_opening_act_enters_it),
        T(for_a_department_on_paper_its_superior_opens_and_the_lead_enters),
        T(what_is_entered_for_others_shows_a_signed_paper),
        T(a_stranger_learns_no_stage),
        T(a_unit_with_a_key_applies_by_itself_and_for_itself_alone),
        T(what_a_person_does_is_not_done_by_the_persons_unit),
        T(a_unit_withdraws_what_it_applied_for),
        T(an_act_about_a_part_says_which),
        T(a_part_belongs_to_its_department),
        T(a_task_that_is_gone_is_a_conflict),
        T(a_task_is_closed_only_by_the_act_that_it_asks_for),
        T(a_task_is_closed_only_by_the_department_that_holds_it),
        T(a_task_about_one_part_is_not_answered_for_another),
        T(an_act_of_one_part_leaves_the_task_of_another),
        T(another_act_that_the_notice_offered_closes_the_task_too),
        T(serving_names_its_task_and_only_the_holder_serves),
        T(done_lies_not_in_the_future),
        T(done_is_a_day),
        T(done_lies_not_before_what_it_presupposes),
        T(older_than_the_entry_lag_needs_reason_paper_and_second_person),
        T(what_was_entered_in_the_far_past_breaks_nothing),
        T(a_paper_of_the_late_entry_goes_into_the_case),
        T(a_rule_that_is_not_satisfied_names_itself_its_article_what_is_missing_and_who),
        T(a_rule_without_an_article_quotes_that_of_its_act),
        T(a_department_of_the_wrong_kind_cannot_be_bound),
        T(what_is_not_due_is_not_done),
        T(a_task_that_is_overdue_is_escalated_once),
        T(whoever_has_a_task_is_reminded_once_on_its_last_day),
        T(a_task_shorter_than_its_reminder_is_reminded_when_its_limit_is_over),
        T(the_same_command_on_the_same_case_gives_the_same_decision),
        T(judging_leaves_the_case_as_it_was),
        T(the_same_acts_make_the_same_case),
        T(a_case_with_500_leads_is_judged),
        T(values_of_any_kind_anywhere_are_answered),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
