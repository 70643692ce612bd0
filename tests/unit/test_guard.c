/* Each condition of the language, true and false: spliced into the act `probe` of a procedure and judged on a case. */
#include "court_tests.h"

#include "tests/lib/files.h"

#include <stdio.h>

/* The court's procedure with one more act, which takes every field and requires the condition. */
static void law_with(struct court *c, const char *guard, const char *more)
{
    struct buf text = files_read("tests/lib/court.yaml"), law = {0};
    const char *standing = strstr(buf_cstr(&text), "standing:\n");
    assert_non_null(standing);
    buf_put(&law, text.p, (size_t)(standing - buf_cstr(&text)));
    buf_printf(&law,
               "  - act: probe\n    label: 试\n    article: 试\n    opens: matter\n    from: any\n"
               "    by: [receiver, organ, applicant]\n%s"
               "    fields: {loss: optional, urgent: optional, count: optional, story: optional, note: optional, "
               "leads: optional, claimed: optional, result: optional, helper-id: optional, consent: optional, "
               "told: optional, file-number: optional}\n"
               "    papers: {report: optional}\n    rules:\n      - rule: probe\n        require: %s\n"
               "        missing: 条件\n        who: receiver\n",
               more, guard);
    buf_str(&law, standing);
    court_law(c, buf_cstr(&law));
    buf_done(&law);
    buf_done(&text);
}

static bool judged(struct court *c, const char *principal, const char *body)
{
    struct decision d = court_judge(c, principal, "probe", body);
    if (!d.accepted && strcmp(d.rejection.code, "rule") != 0)
        fail_msg("the probe is refused by %s: %s", d.rejection.code, d.rejection.text);
    return d.accepted;
}

static bool holds_with(struct court *c, const char *guard, const char *body)
{
    law_with(c, guard, "");
    return judged(c, "cdi", body);
}

static bool holds(struct court *c, const char *guard)
{
    return holds_with(c, guard, "");
}

/* About lead n. */
static bool holds_on(struct court *c, const char *guard, int n)
{
    law_with(c, guard, "    on: lead\n");
    return judged(c, "cdi", arena_printf(c->a, "part: %d", n));
}

#define YES "{new: false}"
#define NO "{new: true}"

/* ---- together ---- */

static void all_of_none_holds_and_one_false_breaks_it(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{all: []}"));
    assert_true(holds(c, "{all: [" YES ", " YES "]}"));
    assert_false(holds(c, "{all: [" YES ", " NO "]}"));
    assert_true(holds(c, "[" YES ", " YES "]"));
    assert_false(holds(c, "[" NO ", " YES "]"));
}

static void any_needs_one(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_false(holds(c, "{any: []}"));
    assert_true(holds(c, "{any: [" NO ", " YES "]}"));
    assert_false(holds(c, "{any: [" NO ", " NO "]}"));
}

static void none_needs_all_false(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{none: []}"));
    assert_true(holds(c, "{none: [" NO ", " NO "]}"));
    assert_false(holds(c, "{none: [" NO ", " YES "]}"));
    assert_true(holds(c, "{none: [{all: [" YES ", " NO "]}]}"));
}

/* ---- facts ---- */

static void a_fact_is_compared_with_its_words(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds_with(c, "{fact: loss, is: some}", "fields: {loss: some}"));
    assert_false(holds_with(c, "{fact: loss, is: some}", "fields: {loss: none}"));
    assert_true(holds_with(c, "{fact: loss, in: [none, some]}", "fields: {loss: none}"));
    assert_false(holds_with(c, "{fact: loss, in: [none, some]}", "fields: {loss: serious}"));
    assert_true(holds_with(c, "{fact: count, in: ['7', '8']}", "fields: {count: 8}"));
    assert_false(holds_with(c, "{fact: count, in: ['7', '8']}", "fields: {count: 9}"));
    assert_true(holds_with(c, "{fact: note, is: 急}", "fields: {note: 急}"));
}

static void a_fact_that_nobody_gave_is_none_of_its_words(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_false(holds(c, "{fact: loss, in: [none, some, serious]}"));
    assert_false(holds(c, "{fact: count, is: '0'}"));
}

static void a_yes_that_nobody_said_is_a_no(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{fact: urgent, is: false}"));
    assert_false(holds(c, "{fact: urgent, is: true}"));
    assert_true(holds_with(c, "{fact: urgent, is: true}", "fields: {urgent: true}"));
    assert_true(holds_with(c, "{fact: urgent, is: false}", "fields: {urgent: false}"));
}

static void a_fact_is_given_or_not(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{fact: told, given: false}"));
    assert_false(holds(c, "{fact: told, given: true}"));
    assert_true(holds_with(c, "{fact: told, given: true}", "fields: {told: 2026-03-01}"));
    assert_true(holds(c, "{fact: subject, given: true}")); /* by an earlier act */
}

static void days_stand_in_order_and_not_after_the_act(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* started on the 2nd, today is the 4th */
    static const char order[] = "{in-order: [started, told]}";
    assert_true(holds(c, order)); /* what is not given is in order */
    assert_true(holds_with(c, order, "fields: {told: 2026-03-02}"));
    assert_true(holds_with(c, order, "fields: {told: 2026-03-04}"));
    assert_false(holds_with(c, order, "fields: {told: 2026-03-01}"));
    assert_false(holds_with(c, order, "fields: {told: 2026-03-05}"));
    assert_false(holds_with(c, order, "done: 2026-03-03\nfields: {told: 2026-03-04}"));
}

static void a_private_fact_speaks_for_the_act_that_carried_it(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* `story` was given with the application */
    assert_false(holds(c, "{fact: story, given: true}"));
    assert_true(holds_with(c, "{fact: story, given: true}", "fields: {story: 新的情况}"));
}

/* ---- parts ---- */

static void a_part_is_asked_for_its_fields_and_its_state(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* lead 1 is covered, lead 2 is not */
    assert_true(holds_on(c, "{part: covered, is: true}", 1));
    assert_false(holds_on(c, "{part: covered, is: true}", 2));
    assert_true(holds_on(c, "{part: state, in: [open, investigated]}", 1));
    assert_false(holds_on(c, "{part: state, is: disposed}", 1));
    assert_true(holds_on(c, "{part: source, is: report}", 1));
    assert_false(holds_on(c, "{part: source, in: [report, audit]}", 2)); /* not given */
}

static void every_some_and_no_walk_the_parts(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_false(holds(c, "{every: lead, where: {part: covered, is: true}}"));
    assert_true(holds(c, "{every: lead, where: {part: state, is: open}}"));
    assert_true(holds(c, "{some: lead, where: {part: covered, is: true}}"));
    assert_false(holds(c, "{some: lead, where: {part: state, is: disposed}}"));
    assert_true(holds(c, "{no: lead, where: {part: state, is: disposed}}"));
    assert_false(holds(c, "{no: lead, where: {part: covered, is: false}}"));
}

static void where_there_is_no_part_every_and_no_hold_and_some_does_not(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{every: assistance, where: {part: state, is: answered}}"));
    assert_true(holds(c, "{no: assistance, where: {part: state, is: open}}"));
    assert_false(holds(c, "{some: assistance, where: {part: state, is: open}}"));
}

static void of_a_list_only_the_parts_in_it_count(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    static const char covered[] = "{every: lead, of: leads, where: {part: covered, is: true}}";
    assert_true(holds_with(c, covered, "fields: {leads: [1]}"));
    assert_false(holds_with(c, covered, "fields: {leads: [1, 2]}"));
    assert_false(holds_with(c, covered, "fields: {leads: [2]}"));
    assert_false(holds_with(c, "{some: lead, of: leads, where: {part: covered, is: false}}", "fields: {leads: [1]}"));
    assert_true(holds_with(c, "{no: lead, of: leads, where: {part: covered, is: false}}", "fields: {leads: [1]}"));
}

static void a_quantifier_inside_an_act_about_a_part_gives_the_part_back(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds_on(c, "{all: [{some: lead, where: {part: covered, is: false}}, {part: covered, is: true}]}", 1));
}

/* ---- the course ---- */

static void the_stage_is_the_one_before_the_act(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{stage: [checking, decided]}"));
    assert_false(holds(c, "{stage: received}"));
}

static void an_act_that_opens_is_new(void **state)
{
    struct court *c = *state;
    law_with(c, "{new: true}", "");
    assert_true(judged(c, "cdi", ""));
    law_with(c, "{new: false}", "");
    assert_false(judged(c, "cdi", ""));
}

static void the_outcome_is_the_conclusion_or_what_is_being_said(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_false(holds(c, "{outcome: [exempted, lighter, refused]}"));
    assert_true(holds_with(c, "{outcome: lenient}", "fields: {result: lighter}"));
    assert_false(holds_with(c, "{outcome: lenient}", "fields: {result: refused}"));
    assert_true(holds_with(c, "{outcome: refused}", "fields: {result: refused}"));
}

static void a_clock_is_over_the_day_after_its_due_day(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_to(c, "2026-03-25");
    assert_false(holds(c, "{clock: checking, over: true}"));
    assert_true(holds(c, "{clock: checking, over: false}"));
    court_to(c, "2026-03-26");
    assert_true(holds(c, "{clock: checking, over: true}"));
    assert_false(holds(c, "{clock: checking, over: false}"));
    assert_true(holds_with(c, "{clock: checking, over: false}", "done: 2026-03-25"));
}

static void a_clock_that_never_started_is_never_over(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    court_to(c, "2026-12-01");
    law_with(c, "{clock: checking, over: true}", "");
    assert_false(judged(c, "organ", ""));
    law_with(c, "{clock: checking, over: false}", "");
    assert_true(judged(c, "organ", ""));
}

static void a_paper_is_there_or_not(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{paper: application}")); /* from an earlier act */
    assert_false(holds(c, "{paper: report}"));
    assert_true(holds_with(c, "{paper: report}", "papers: {report: [r]}"));
}

/* ---- departments ---- */

static void two_roles_are_held_by_one_department_or_not(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_false(holds(c, "{same: [organ, receiver]}"));
    assert_true(holds(c, "{same: [receiver, receiver]}"));
    court_department(c, "bureau", "accountability", "");
    court_register(c, "{act: department-end, id: organ, successor: cdi}"); /* the heir stands for it */
    assert_true(holds(c, "{same: [organ, receiver]}"));
}

static void roles_that_nobody_holds_are_not_the_same(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    law_with(c, "{same: [receiver, audit]}", "");
    assert_false(judged(c, "organ", ""));
}

static void a_role_is_bound_or_not(void **state)
{
    struct court *c = *state;
    court_recorded(c);
    law_with(c, "{role: organ, bound: true}", "");
    assert_true(judged(c, "organ", ""));
    law_with(c, "{role: receiver, bound: true}", "");
    assert_false(judged(c, "organ", ""));
    law_with(c, "{role: receiver, bound: false}", "");
    assert_true(judged(c, "organ", ""));
}

static void a_named_department_is_of_a_kind(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds_with(c, "{department: helper-id, kinds: [finance, audit]}", "fields: {helper-id: finance}"));
    assert_false(holds_with(c, "{department: helper-id, kinds: [finance, audit]}", "fields: {helper-id: org}"));
    assert_false(holds(c, "{department: helper-id, kinds: [finance]}"));
}

static void a_department_manages_a_unit_when_the_register_says_so_or_nobody_does(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* cdi manages roads */
    assert_true(holds(c, "{manages: receiver, unit: unit}"));
    assert_false(holds(c, "{manages: organ, unit: unit}"));
    assert_true(holds(c, "{manages: organ, unit: organ}")); /* nobody manages the organ */
    assert_false(holds(c, "{manages: expert, unit: unit}"));
}

/* ---- suspensions ---- */

static void a_part_is_suspended_while_its_suspension_is_open(void **state)
{
    struct court *c = *state;
    court_accepted(c); /* lead 1 is covered, and suspended */
    assert_true(holds_on(c, "{suspended: true}", 1));
    assert_false(holds_on(c, "{suspended: false}", 1));
    assert_false(holds_on(c, "{suspended: true}", 2));
}

static void a_suspension_waits_for_confirmation_is_open_and_ends(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{suspension: unconfirmed}"));
    assert_true(holds(c, "{suspension: open}"));
    court_does(c, "organ", "confirm", "");
    assert_false(holds(c, "{suspension: unconfirmed}"));
    assert_true(holds(c, "{suspension: open}"));
    court_does(c, "cdi", "report",
               "fields: {leads: [1], claimed: {}, loss: some, result: refused}\npapers: {report: [r]}");
    assert_false(holds(c, "{suspension: open}"));
    assert_false(holds_on(c, "{suspended: true}", 1));
}

/* ---- people ---- */

static void a_second_person_is_another_one_with_the_right(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds_with(c, "{second: true}", "second: chief"));
    assert_false(holds_with(c, "{second: true}", ""));
    assert_false(holds_with(c, "{second: true}", "second: org"));    /* without the right */
    assert_false(holds_with(c, "{second: true}", "second: nobody")); /* not known */
    assert_true(holds_with(c, "{second: false}", ""));
    law_with(c, "{second: true}", "");
    assert_false(judged(c, "chief", "second: chief")); /* nobody is a second person to oneself */
}

static void the_second_person_is_of_the_same_house(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_role(c, "org-head", "org", "act, approve");
    assert_false(holds_with(c, "{second: true}", "second: org-head"));
}

static void another_person_than_the_one_who_did_an_act(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    court_does(c, "organ", "request-consent", "");
    law_with(c, "{another-person-than: request-consent}", "");
    assert_true(judged(c, "cdi", ""));
    assert_false(judged(c, "organ", ""));
    law_with(c, "{another-person-than: pause}", ""); /* nobody did it */
    assert_true(judged(c, "organ", ""));
}

/* ---- circumstances and bars ---- */

static void a_circumstance_holds_when_each_check_and_the_degree_do(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    static const char held[] = "{circumstances: held}";
    assert_false(holds(c, held));
    assert_true(holds_with(c, held, "fields: {claimed: {c1: [force, shortfall]}, loss: some}"));
    assert_false(holds_with(c, held, "fields: {claimed: {c1: [force]}, loss: some}"));
    assert_false(holds_with(c, held, "fields: {claimed: {c1: [force, shortfall]}, loss: serious}"));
    assert_false(holds_with(c, held, "fields: {claimed: {c1: [force, shortfall]}}")); /* no degree was found */
    assert_true(holds_with(c, held, "fields: {claimed: {c1: [force], c2: [other]}, note: 理由, loss: serious}"));
    assert_false(holds_with(c, held, "fields: {claimed: {c2: [other]}}"));
}

static void what_is_claimed_agrees_with_the_degree(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    static const char consistent[] = "{circumstances: consistent}";
    assert_true(holds(c, consistent)); /* nothing is claimed */
    assert_true(holds_with(c, consistent, "fields: {claimed: {c1: []}, loss: none}"));
    assert_false(holds_with(c, consistent, "fields: {claimed: {c1: [force, shortfall]}, loss: serious}"));
    assert_false(holds_with(c, consistent, "fields: {claimed: {c1: [force], c2: [other]}, loss: some}"));
}

static void a_bar_applies_or_none_does(void **state)
{
    struct court *c = *state;
    court_accepted(c);
    assert_true(holds(c, "{bars: none}"));
    assert_true(holds_with(c, "{bars: none}", "fields: {loss: some}"));
    assert_false(holds_with(c, "{bars: none}", "fields: {loss: serious}"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(all_of_none_holds_and_one_false_breaks_it),
        T(any_needs_one),
        T(none_needs_all_false),
        T(a_fact_is_compared_with_its_words),
        T(a_fact_that_nobody_gave_is_none_of_its_words),
        T(a_yes_that_nobody_said_is_a_no),
        T(a_fact_is_given_or_not),
        T(days_stand_in_order_and_not_after_the_act),
        T(a_private_fact_speaks_for_the_act_that_carried_it),
        T(a_part_is_asked_for_its_fields_and_its_state),
        T(every_some_and_no_walk_the_parts),
        T(where_there_is_no_part_every_and_no_hold_and_some_does_not),
        T(of_a_list_only_the_parts_in_it_count),
        T(a_quantifier_inside_an_act_about_a_part_gives_the_part_back),
        T(the_stage_is_the_one_before_the_act),
        T(an_act_that_opens_is_new),
        T(the_outcome_is_the_conclusion_or_what_is_being_said),
        T(a_clock_is_over_the_day_after_its_due_day),
        T(a_clock_that_never_started_is_never_over),
        T(a_paper_is_there_or_not),
        T(two_roles_are_held_by_one_department_or_not),
        T(roles_that_nobody_holds_are_not_the_same),
        T(a_role_is_bound_or_not),
        T(a_named_department_is_of_a_kind),
        T(a_department_manages_a_unit_when_the_register_says_so_or_nobody_does),
        T(a_part_is_suspended_while_its_suspension_is_open),
        T(a_suspension_waits_for_confirmation_is_open_and_ends),
        T(a_second_person_is_another_one_with_the_right),
        T(the_second_person_is_of_the_same_house),
        T(another_person_than_the_one_who_did_an_act),
        T(a_circumstance_holds_when_each_check_and_the_degree_do),
        T(what_is_claimed_agrees_with_the_degree),
        T(a_bar_applies_or_none_does),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
