/* The words for several kinds, parts with outcomes, tracks, bodies, links: tests/lib/council.yaml, judged. */
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

static void filed(struct court *c)
{
    court_does(c, "roads", "file", "fields: {unit-id: roads, risk: policy, risk-text: 尚无规定, work: w-1}");
}

static void applied(struct court *c)
{
    court_does(c, "roads", "apply",
               "fields: {unit-id: roads, work: w-1, subject: [{person: p-1, post: head}, {person: p-2}], lead: "
               "[{covered: true}, {covered: false}]}");
}

/* Everyone votes about one subject. */
static void all_vote(struct court *c, int subject, const char *const votes[][2])
{
    for (size_t i = 0; votes[i][0]; i++)
        court_does(c, votes[i][0], "cast-vote",
                   arena_printf(c->a, "part: %d\nfields: {vote: %s}", subject, votes[i][1]));
}

static void settled(struct court *c, int subject, const char *word)
{
    const char *const votes[][2] = {{"cdi", word}, {"org", word}, {"audit", word}, {"finance", word}, {NULL, NULL}};
    all_vote(c, subject, votes);
    court_does(c, "cdi", "settle", arena_printf(c->a, "part: %d\npapers: {minutes: [m]}", subject));
}

/* ---- kinds, switches, open slots ---- */

static void each_kind_has_its_own_act_that_opens_it(void **state)
{
    struct court *c = *state;
    filed(c);
    court_is(c, "kind", "filing");
    court_is(c, "stage", "filed");
    court_refuses(c, "cdi", "hang", "fields: {abeyance-until: 2026-04-01}", "act-not-possible");
}

static void a_case_turns_into_another_kind_and_keeps_what_it_was(void **state)
{
    struct court *c = *state;
    filed(c);
    court_does(c, "roads", "turn-into-application", "fields: {subject: [{person: p-1}]}");
    court_is(c, "kind", "application");
    const struct value *turned = v_at(court_at(c, "turned"), 0);
    assert_string_equal(v_get_str(turned, "from", ""), "filing");
    assert_string_equal(v_get_str(turned, "to", ""), "application");
    court_is(c, "facts.risk", "policy");
}

static void a_stage_is_not_for_every_kind(void **state)
{
    struct court *c = *state;
    filed(c);
    v_put_str(c->a, c->kase, "stage", "received"); /* as a case that never turned */
    court_refuses(c, "cdi", "hang", "fields: {abeyance-until: 2026-04-01}", "not-of-this-kind");
}

static void a_switch_lets_an_effect_happen_or_not(void **state)
{
    struct court *c = *state;
    applied(c);
    assert_non_null(court_notice(c, "org", "received")); /* publicity is on */
    assert_null(court_notice(c, "audit", "received"));   /* hearing is off */
}

static void an_open_circumstance_is_never_claimed(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_refuses(c, "cdi", "settle", "part: 1\nfields: {claimed: {t2: []}}\npapers: {minutes: [m]}",
                  "circumstance-open");
}

static void a_case_keeps_the_list_of_circumstances_that_it_was_opened_under(void **state)
{
    struct court *c = *state;
    filed(c);
    court_is(c, "circumstances-version", "2023-05");
    assert_string_equal(c->procedure->circumstances_since, "2023-05-05");
    assert_string_equal(c->procedure->documents[0].title, "会议办法");
    assert_int_equal(c->procedure->documents[0].version, 2);
}

/* ---- outcomes of parts ---- */

static void each_subject_has_its_own_outcome(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    settled(c, 1, "exempted");
    court_refuses(c, "cdi", "determine", "", "rule");
    settled(c, 2, "refused");
    court_is(c, "parts.subject.1.outcome", "exempted");
    court_is(c, "parts.subject.2.outcome", "refused");
    court_is(c, "outcome", "");
    court_does(c, "cdi", "determine", "");
    assert_non_null(court_notice(c, "org", "decided")); /* one of them is lenient */
}

static void what_is_granted_is_granted_to_the_subject_exempted(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    settled(c, 1, "exempted");
    settled(c, 2, "lighter");
    const struct value *grants = court_at(c, "grants"), *first = v_at(grants, 0), *second = v_at(grants, 1);
    assert_int_equal(v_count(grants), 2);
    assert_string_equal(v_get_str(first, "force", ""), "must");
    assert_string_equal(v_text(v_at(v_get(first, "ids"), 1), ""), "award");
    assert_string_equal(v_text(v_at(v_get(first, "areas"), 1), ""), "评先评优");
    assert_string_equal(v_get_str(first, "part", ""), "1");
    assert_string_equal(v_get_str(first, "outcome", ""), "exempted");
    assert_string_equal(v_get_str(first, "work", ""), "w-1");
    assert_string_equal(v_get_str(second, "missing", ""), "实绩的证明");
}

/* ---- clocks ---- */

static void abeyance_ends_on_the_day_that_was_told(void **state)
{
    struct court *c = *state;
    applied(c);
    court_refuses(c, "cdi", "hang", "fields: {abeyance-until: 2026-03-02}", "until-not-after");
    court_does(c, "cdi", "hang", "fields: {abeyance-until: 2026-04-11}"); /* a Saturday: the day is as it was told */
    court_is(c, "clocks.abeyance.due", "2026-04-11");
    court_to(c, "2026-04-17");
    court_falls_due(c, "miss", "abeyance");
    assert_non_null(court_notice(c, "cdi", "limit-missed"));
}

static void a_conclusion_meets_the_abeyance(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "hang", "fields: {abeyance-until: 2026-04-01}");
    court_does(c, "cdi", "convene", "");
    settled(c, 1, "exempted");
    settled(c, 2, "exempted");
    court_does(c, "cdi", "determine", "");
    court_is(c, "clocks.abeyance.state", "met");
}

static void each_subject_has_a_clock_of_its_own(void **state)
{
    struct court *c = *state;
    applied(c);
    court_is(c, "clocks.settling-1.due", "2026-03-09");
    court_is(c, "clocks.settling-2", ""); /* no post is given: the condition of `each` */
    court_does(c, "cdi", "convene", "");
    settled(c, 1, "exempted");
    court_is(c, "clocks.settling-1.state", "met");
}

static void what_a_missed_clock_of_a_part_does_is_about_the_part(void **state)
{
    struct court *c = *state;
    applied(c);
    court_to(c, "2026-03-13");
    court_falls_due(c, "miss", "settling-1");
    const struct value *n = court_notice(c, "committee", "limit-missed");
    assert_non_null(n);
    assert_string_equal(v_get_str(n, "part", ""), "1");
    court_is(c, "parts.subject.1.state", "named");
    court_is(c, "clocks.settling-1.state", "missed");
}

/* ---- tracks ---- */

static void determined(struct court *c)
{
    applied(c);
    court_does(c, "cdi", "convene", "");
    settled(c, 1, "exempted");
    settled(c, 2, "exempted");
    court_does(c, "cdi", "determine", "");
}

static void a_track_goes_on_beside_the_main_course(void **state)
{
    struct court *c = *state;
    determined(c);
    court_refuses(c, "cdi", "end-posting", "", "act-not-possible"); /* the track has not begun */
    court_does(c, "cdi", "post", "");
    court_is(c, "stage", "determined");
    court_is(c, "tracks.publicity.stage", "publicity/posted");
    court_refuses(c, "cdi", "close", "", "rule");
    court_does(c, "cdi", "end-posting", "");
    court_is(c, "tracks.publicity.ended", "true");
    court_refuses(c, "cdi", "end-posting", "", "act-not-possible");
    court_does(c, "cdi", "close", "");
    court_is(c, "stage", "closed");
}

/* ---- bodies ---- */

static void seats_follow_the_case(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_is(c, "sittings.1.members.5.department", "roads");
    assert_non_null(court_notice(c, "finance", "convened"));
}

static void whose_head_is_concerned_does_not_sit(void **state)
{
    struct court *c = *state;
    court_does(c, "roads", "apply", "fields: {unit-id: roads, head-concerned: true, subject: [{person: p-1}]}");
    court_does(c, "cdi", "convene", "");
    court_is(c, "sittings.1.members.5.department", "organ");
    court_refuses(c, "roads", "cast-vote", "part: 1\nfields: {vote: exempted}", "no-seat");
}

static void only_the_chair_convenes_and_nobody_votes_before(void **state)
{
    struct court *c = *state;
    applied(c);
    court_refuses(c, "org", "convene", "", "not-your-act");
    court_refuses(c, "org", "cast-vote", "part: 1\nfields: {vote: exempted}", "no-sitting");
}

static void below_the_quorum_nothing_is_decided(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    const char *const three[][2] = {{"cdi", "exempted"}, {"org", "exempted"}, {"audit", "exempted"}, {NULL, NULL}};
    all_vote(c, 1, three); /* of five; two thirds are four */
    court_refuses(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}", "below-quorum");
    court_does(c, "finance", "cast-vote", "part: 1\nfields: {vote: refused}");
    court_does(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}");
    const struct value *dissent = court_at(c, "sittings.1.results.subject-1.dissent");
    assert_int_equal(v_count(dissent), 1);
    assert_string_equal(v_text(v_at(dissent, 0), ""), "finance");
}

static void who_attends_counts_for_the_quorum(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "fields: {present: [cdi, org, audit, roads]}");
    court_does(c, "cdi", "cast-vote", "part: 1\nfields: {vote: exempted}");
    court_does(c, "org", "cast-vote", "part: 1\nfields: {vote: exempted}");
    /* two of four who are there are no majority, though nobody voted otherwise */
    court_refuses(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}", "no-decision");
    court_does(c, "audit", "cast-vote", "part: 1\nfields: {vote: exempted}");
    court_does(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}");
    court_is(c, "sittings.1.results.subject-1.result", "exempted");
}

static void the_result_is_the_same_in_whatever_order_the_votes_came(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    const char *const one_way[][2] = {
        {"cdi", "refused"}, {"org", "exempted"}, {"audit", "exempted"}, {"finance", "exempted"}, {NULL, NULL}};
    const char *const other_way[][2] = {
        {"finance", "exempted"}, {"audit", "exempted"}, {"org", "exempted"}, {"cdi", "refused"}, {NULL, NULL}};
    all_vote(c, 1, one_way);
    all_vote(c, 2, other_way);
    court_does(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}");
    court_does(c, "cdi", "settle", "part: 2\npapers: {minutes: [m]}");
    court_is(c, "parts.subject.1.outcome", "exempted");
    court_is(c, "parts.subject.2.outcome", "exempted");
}

static void a_tie_decides_nothing(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    const char *const tie[][2] = {
        {"cdi", "refused"}, {"org", "refused"}, {"audit", "exempted"}, {"finance", "exempted"}, {NULL, NULL}};
    all_vote(c, 1, tie);
    court_refuses(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}", "no-decision");
}

static void a_changed_vote_counts_once_and_the_old_one_stays_readable(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_does(c, "org", "cast-vote", "part: 1\nfields: {vote: refused, vote-reasons: 理由}");
    assert_true(v_get(c->last.private_, "vote-reasons") != NULL);
    settled(c, 1, "exempted");
    court_is(c, "sittings.1.results.subject-1.tally.exempted", "4");
    assert_int_equal(v_count(court_at(c, "sittings.1.changed")), 1);
    court_refuses(c, "org", "cast-vote", "part: 1\nfields: {vote: refused}", "already-decided");
}

static void who_steps_back_does_not_vote_and_what_it_voted_falls_away(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_does(c, "roads", "cast-vote", "part: 1\nfields: {vote: exempted}");
    court_does(c, "cdi", "recuse", "fields: {stepping-back: roads}");
    court_refuses(c, "roads", "cast-vote", "part: 1\nfields: {vote: exempted}", "recused");
    court_is(c, "sittings.1.votes.subject-1.5", "");
    assert_int_equal(v_count(court_at(c, "sittings.1.changed")), 1);
    const char *const three[][2] = {{"cdi", "exempted"}, {"org", "exempted"}, {"audit", "exempted"}, {NULL, NULL}};
    all_vote(c, 1, three);
    court_refuses(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}", "below-quorum");
}

static void an_alternate_sits_in_the_place_of_who_stepped_back(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_refuses(c, "cdi", "recuse", "fields: {stepping-back: roads, alternate: audit}", "alternate-has-seat");
    court_does(c, "cdi", "recuse", "fields: {stepping-back: roads, alternate: organ}");
    court_does(c, "organ", "cast-vote", "part: 1\nfields: {vote: exempted}");
    court_is(c, "sittings.1.votes.subject-1.5.vote", "exempted");
}

static void another_person_of_the_same_department_may_sit(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_does(c, "cdi", "recuse", "fields: {stepping-back: cdi, alternate: cdi}");
    court_refuses(c, "cdi", "cast-vote", "part: 1\nfields: {vote: exempted}", "recused");
    court_does(c, "chief", "cast-vote", "part: 1\nfields: {vote: exempted}");
}

/* No seat names them: the register does, and there must be as many as the file says. */
static void the_register_says_who_else_sits(void **state)
{
    struct court *c = *state;
    applied(c);
    court_register(c, "{act: department-change, id: audit, sits-in: [experts]}");
    court_refuses(c, "cdi", "consult", "", "wrong-number-of-members");
    court_refuses(c, "finance", "hear", "part: 1\nfields: {defence: heard}", "not-your-act");
    court_register(c, "{act: department-change, id: finance, sits-in: [experts]}");
    court_does(c, "cdi", "consult", "");
    assert_non_null(court_notice(c, "finance", "convened"));
    assert_non_null(court_notice(c, "audit", "convened"));
    assert_null(court_notice(c, "org", "convened"));
    court_is(c, "sittings.1.members.2.department", "finance");
    court_is(c, "sittings.1.members.2.role", "experts.member");
}

static void what_is_found_about_a_part_stays_with_it(void **state)
{
    struct court *c = *state;
    applied(c);
    court_register(c, "{act: department-change, id: audit, sits-in: [experts]}");
    court_does(c, "audit", "hear", "part: 1\nfields: {defence: heard}");
    court_does(c, "audit", "hear", "part: 2\nfields: {defence: waived}");
    court_is(c, "parts.subject.1.defence", "heard");
    court_is(c, "parts.subject.2.defence", "waived");
    court_is(c, "parts.subject.2.state", "heard");
}

static void a_body_may_sit_again(void **state)
{
    struct court *c = *state;
    applied(c);
    court_does(c, "cdi", "convene", "");
    court_does(c, "org", "cast-vote", "part: 1\nfields: {vote: refused}");
    court_does(c, "cdi", "convene", "");
    court_is(c, "sittings.1.state", "adjourned");
    court_is(c, "sittings.2.number", "2");
    court_is(c, "sittings.2.votes", "");
}

/* ---- links ---- */

static struct value *other_case(struct court *c, const char *kind, const char *risk)
{
    return court_value(c,
                       arena_printf(c->a,
                                    "{covered-by: {case: 5, procedure: council, kind: %s, stage: filed, facts: {risk: "
                                    "%s, unit-id: roads}}}",
                                    kind, risk));
}

static void a_linked_case_hands_over_what_the_file_names(void **state)
{
    struct court *c = *state;
    static const char body[] = "fields: {unit-id: roads, covered-by: 5, subject: [{person: p-1}]}";
    court_refuses(c, "roads", "apply", body, "case-unknown");
    c->linked = other_case(c, "application", "policy");
    court_refuses(c, "roads", "apply", body, "link-of-wrong-kind");
    c->linked = other_case(c, "filing", "technical");
    court_refuses(c, "roads", "apply", body, "rule"); /* what was not disclosed is not covered */
    c->linked = other_case(c, "filing", "policy");
    court_does(c, "roads", "apply", body);
    court_is(c, "links.covers.case", "5");
    court_is(c, "links.covers.facts.risk", "policy");
    court_is(c, "links.covers.facts.unit-id", ""); /* not named: stays there */
}

static void a_subject_stands_in_a_matter_once(void **state)
{
    struct court *c = *state;
    court_refuses(c, "roads", "apply", "fields: {unit-id: roads, subject: [{person: p-1}, {person: p-1}]}",
                  "subject-twice");
    court_does(c, "roads", "apply", "fields: {unit-id: roads, subject: [{person: p-1}, {person: p-2}]}");
}

/* ---- tasks that come again, filings, suspensions, reassigning ---- */

static void a_task_comes_again_each_time_it_is_answered(void **state)
{
    struct court *c = *state;
    determined(c);
    const char *first = court_task(c, "review-effect", "cdi");
    assert_non_null(first);
    court_is(c, arena_printf(c->a, "tasks.%s.due", first), "2026-03-30");
    court_to(c, "2026-03-30");
    court_does(c, "cdi", "review-effect", "");
    const char *again = court_task(c, "review-effect", "cdi");
    assert_non_null(again);
    assert_string_not_equal(first, again);
}

static void what_the_jurisdiction_does_at_intervals_stands_in_a_case_of_its_own(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "open-duty", "");
    court_does(c, "cdi", "hold-conference", "");
    assert_non_null(court_task(c, "hold-conference", "cdi"));
    court_does(c, "cdi", "end-duty", "");
    assert_null(court_task(c, "hold-conference", "cdi"));
}

static void a_filing_upward_is_told_and_acknowledged(void **state)
{
    struct court *c = *state;
    filed(c);
    assert_non_null(court_notice(c, "committee", "filing-reported"));
    assert_non_null(court_task(c, "receive-filing", "committee"));
    court_refuses(c, "org", "receive-filing", "", "not-your-act");
    court_does(c, "committee", "receive-filing", "");
    assert_null(court_task(c, "receive-filing", "committee"));
}

static void a_suspension_holds_the_acts_that_it_names_for_its_lead(void **state)
{
    struct court *c = *state;
    applied(c);
    court_refuses(c, "organ", "dispose", "part: 1", "held-by-suspension");
    court_does(c, "organ", "dispose", "part: 2");
    court_does(c, "cdi", "end-suspension", "");
    court_does(c, "organ", "dispose", "part: 1");
}

static void a_suspension_stops_the_clocks_that_it_names(void **state)
{
    struct court *c = *state;
    applied(c);
    court_is(c, "clocks.inquiry-2.due", "2026-03-16");
    court_does(c, "cdi", "suspend-inquiry", "part: 2");
    court_is(c, "clocks.inquiry-1.state", "running");
    court_is(c, "clocks.inquiry-2.state", "paused");
    court_to(c, "2026-03-09");
    court_does(c, "cdi", "end-suspension", "");
    court_is(c, "clocks.inquiry-2.state", "running");
    court_is(c, "clocks.inquiry-2.due", "2026-03-23"); /* five working days later */
}

static void an_open_task_is_given_to_another_department(void **state)
{
    struct court *c = *state;
    filed(c);
    const char *task = court_task(c, "receive-filing", "committee");
    court_refuses(c, "cdi", "take-over", "fields: {task-number: 999, new-department: org}", "task-gone");
    court_does(c, "cdi", "take-over", arena_printf(c->a, "fields: {task-number: %s, new-department: org}", task));
    assert_non_null(court_task(c, "receive-filing", "org"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        C(each_kind_has_its_own_act_that_opens_it),
        C(a_case_turns_into_another_kind_and_keeps_what_it_was),
        C(a_stage_is_not_for_every_kind),
        C(a_switch_lets_an_effect_happen_or_not),
        C(an_open_circumstance_is_never_claimed),
        C(a_case_keeps_the_list_of_circumstances_that_it_was_opened_under),
        C(the_register_says_who_else_sits),
        C(what_is_found_about_a_part_stays_with_it),
        C(each_subject_has_its_own_outcome),
        C(what_is_granted_is_granted_to_the_subject_exempted),
        C(abeyance_ends_on_the_day_that_was_told),
        C(a_conclusion_meets_the_abeyance),
        C(each_subject_has_a_clock_of_its_own),
        C(what_a_missed_clock_of_a_part_does_is_about_the_part),
        C(a_track_goes_on_beside_the_main_course),
        C(seats_follow_the_case),
        C(whose_head_is_concerned_does_not_sit),
        C(only_the_chair_convenes_and_nobody_votes_before),
        C(below_the_quorum_nothing_is_decided),
        C(who_attends_counts_for_the_quorum),
        C(the_result_is_the_same_in_whatever_order_the_votes_came),
        C(a_tie_decides_nothing),
        C(a_changed_vote_counts_once_and_the_old_one_stays_readable),
        C(who_steps_back_does_not_vote_and_what_it_voted_falls_away),
        C(an_alternate_sits_in_the_place_of_who_stepped_back),
        C(another_person_of_the_same_department_may_sit),
        C(a_body_may_sit_again),
        C(a_linked_case_hands_over_what_the_file_names),
        C(a_subject_stands_in_a_matter_once),
        C(a_task_comes_again_each_time_it_is_answered),
        C(what_the_jurisdiction_does_at_intervals_stands_in_a_case_of_its_own),
        C(a_filing_upward_is_told_and_acknowledged),
        C(a_suspension_holds_the_acts_that_it_names_for_its_lead),
        C(a_suspension_stops_the_clocks_that_it_names),
        C(an_open_task_is_given_to_another_department),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
