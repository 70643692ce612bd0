/* The register of consequences (TM-41, TM-42, TM-43, SC-22, YC-36): what other departments are told before they promote
 * or punish. The cases are folded ones, written down as the judge leaves them; the last tests take them from the judge.
 */
#include "daemon/core/standing.h"

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

static struct value *found_by(struct court *c, const char *kase, const char *area, const char *work)
{
    struct standing_question q = {"p-1", area, work, "org", when_day(c->now, 480)};
    struct value *list = v_list(c->a);
    const struct value *cases = court_value(c, kase);
    for (size_t i = 0; v_kind(cases) == V_LIST && i < v_count(cases); i++)
        standing_find(c->a, c->procedure, v_at(cases, i), &q, list);
    if (v_kind(cases) == V_MAP)
        standing_find(c->a, c->procedure, cases, &q, list);
    return list;
}

static const char *answered(struct court *c, const char *kase, const char *area, const char *work)
{
    return standing_answer(found_by(c, kase, area, work), work != NULL);
}

#define HEAD "case: 7\nprocedure: council\nkind: application\nstage: determined\nsubjects: [{id: p-1}]\n"
#define DETERMINED HEAD "outcome: exempted\nfacts: {work: w-1}\nconcluded: {event: 20, day: 2026-02-02}\n"
#define GRANT(force, more)                                                                                             \
    DETERMINED "grants:\n  - {areas: [选拔任用], ids: [promotion], force: " force ", event: 20, since: 2026-02-02, "   \
               "article: 裁定, outcome: exempted, work: w-1" more "}\n"

/* ---- the six answers ---- */

static void must_protects_and_tells_what_it_rests_on(void **state) /* TM-41 */
{
    struct court *c = *state;
    const struct value *list = found_by(c, GRANT("must", ""), "promotion", "w-1"), *f = v_at(list, 0);
    assert_string_equal(standing_answer(list, true), "protected");
    assert_int_equal(v_get_int(f, "case", 0), 7);
    assert_int_equal(v_get_int(f, "event", 0), 20);
    assert_string_equal(v_get_str(f, "day", ""), "2026-02-02");
    assert_string_equal(v_get_str(f, "article", ""), "裁定");
    assert_string_equal(v_get_str(f, "area", ""), "选拔任用");
    assert_false(standing_departable(f));
}

static void generally_protects_unless_departed_from(void **state) /* SC-22 */
{
    struct court *c = *state;
    const struct value *list = found_by(c, GRANT("generally", ""), "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "protected-generally");
    assert_true(standing_departable(v_at(list, 0)));
}

static void may_permits(void **state) /* YC-36 */
{
    struct court *c = *state;
    const struct value *list = found_by(c, GRANT("may", ""), "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "permitted");
    assert_true(standing_departable(v_at(list, 0)));
}

static void what_must_be_shown_first_makes_it_conditional(void **state) /* TM-43 */
{
    struct court *c = *state;
    const struct value *list = found_by(c, GRANT("must", ", missing: 实绩突出的证明"), "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "conditional");
    assert_string_equal(v_get_str(v_at(list, 0), "missing", ""), "实绩突出的证明");
    assert_false(standing_departable(v_at(list, 0)));
}

static void what_was_missing_and_is_shown_since_is_missing_no_more(void **state) /* TM-43 */
{
    struct court *c = *state;
    static const char later[] = "  - {areas: [选拔任用], ids: [promotion], force: must, event: 25, since: 2026-02-02, "
                                "article: 裁定, outcome: exempted, work: w-1}\n";
    struct buf both = {0};
    buf_printf(&both, "%s%s", GRANT("must", ", missing: 实绩突出的证明"), later);
    const struct value *list = found_by(c, buf_cstr(&both), "promotion", NULL);
    assert_string_equal(standing_answer(list, false), "protected");
    assert_int_equal(v_count(list), 1);
    assert_int_equal(v_get_int(v_at(list, 0), "event", 0), 25);
    buf_done(&both);
}

static void an_open_case_is_pending_until_the_end_of_the_abeyance(void **state)
{
    struct court *c = *state;
    assert_string_equal(answered(c, HEAD "facts: {work: w-1}\n", "promotion", "w-1"), "pending");
    const struct value *list = found_by(
        c, HEAD "facts: {work: w-1}\nclocks: {abeyance: {state: running, due: 2026-05-01}}\n", "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "pending");
    assert_string_equal(v_get_str(v_at(list, 0), "until", ""), "2026-05-01");
    assert_string_equal(answered(c, HEAD "facts: {work: w-1}\nended: true\n", "promotion", "w-1"), "not-protected");
}

static void what_was_granted_elsewhere_or_refused_protects_from_nothing(void **state)
{
    struct court *c = *state;
    assert_string_equal(answered(c, "[]", "promotion", NULL), "not-protected");
    const struct value *list = found_by(c, GRANT("must", ""), "award", "w-1");
    assert_string_equal(standing_answer(list, true), "not-protected");
    assert_int_equal(v_get_int(v_at(list, 0), "event", 0), 20);
    assert_string_equal(answered(c, DETERMINED, "promotion", "w-1"), "not-protected");
}

/* ---- whose, what for, since when ---- */

static void it_holds_for_that_piece_of_work_only(void **state) /* TM-41: 对该项工作 */
{
    struct court *c = *state;
    assert_string_equal(answered(c, GRANT("must", ""), "promotion", "w-2"), "not-protected");
    assert_int_equal(v_count(found_by(c, GRANT("must", ""), "promotion", "w-2")), 0);
    assert_string_equal(answered(c, GRANT("must", ""), "promotion", NULL), "protected");
}

static void a_grant_that_names_no_work_is_conditional_on_its_being_that_one(void **state)
{
    struct court *c = *state;
    static const char silent[] = DETERMINED "grants: [{areas: [选拔任用], ids: [promotion], force: must, event: 20, "
                                            "since: 2026-02-02, outcome: exempted}]\n";
    assert_string_equal(answered(c, silent, "promotion", NULL), "protected");
    const struct value *list = found_by(c, silent, "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "conditional");
    assert_non_null(v_get(v_at(list, 0), "missing"));
}

static void several_pieces_of_work_that_differ_need_to_be_told_apart(void **state)
{
    struct court *c = *state;
    static const char two[] =
        "- {case: 1, procedure: council, kind: application, subjects: [{id: p-1}], outcome: exempted, grants: "
        "[{areas: [选拔任用], ids: [promotion], force: must, event: 3, since: 2026-02-02, work: w-1}]}\n"
        "- {case: 2, procedure: council, kind: application, subjects: [{id: p-1}], facts: {work: w-2}}\n";
    assert_string_equal(answered(c, two, "promotion", NULL), "depends-on-work");
    assert_string_equal(answered(c, two, "promotion", "w-1"), "protected");
    assert_string_equal(answered(c, two, "promotion", "w-2"), "pending");
    assert_string_equal(answered(c, two, "promotion", "w-3"), "not-protected");
}

static void of_two_cases_about_one_work_the_determination_speaks(void **state)
{
    struct court *c = *state;
    static const char two[] =
        "- {case: 1, procedure: council, kind: application, subjects: [{id: p-1}], facts: {work: w-1}}\n"
        "- {case: 2, procedure: council, kind: application, subjects: [{id: p-1}], outcome: exempted, grants: "
        "[{areas: [选拔任用], ids: [promotion], force: generally, event: 3, since: 2026-02-02, work: w-1}]}\n";
    assert_string_equal(answered(c, two, "promotion", "w-1"), "protected-generally");
}

static void a_grant_to_one_subject_is_not_another_s(void **state) /* TM-32 */
{
    struct court *c = *state;
    static const char parts[] =
        "{case: 7, procedure: council, kind: application, stage: determined, facts: {work: w-1}, subjects: [{id: p-2, "
        "part-kind: subject, part: '1'}, {id: p-1, part-kind: subject, part: '2'}], parts: {subject: {'1': {outcome: "
        "exempted}, '2': {outcome: lighter, concluded: {event: 21, day: 2026-02-03}}}}, grants: [{areas: [选拔任用], "
        "ids: [promotion], force: must, event: 20, since: 2026-02-02, outcome: exempted, part-kind: subject, part: "
        "'1', "
        "work: w-1}]}";
    const struct value *list = found_by(c, parts, "promotion", "w-1");
    assert_string_equal(standing_answer(list, true), "not-protected");
    assert_int_equal(v_get_int(v_at(list, 0), "event", 0), 21);
}

static void a_grant_whose_outcome_no_longer_stands_does_not_count(void **state)
{
    struct court *c = *state;
    static const char turned[] = HEAD "outcome: refused\nended: true\nfacts: {work: w-1}\ngrants: [{areas: [选拔任用], "
                                      "ids: [promotion], force: must, event: 20, since: 2026-02-02, outcome: exempted, "
                                      "work: w-1}]\n";
    assert_string_equal(answered(c, turned, "promotion", "w-1"), "not-protected");
}

static void what_is_granted_later_does_not_count_yet(void **state)
{
    struct court *c = *state;
    court_to(c, "2026-03-02");
    assert_string_equal(
        answered(c,
                 DETERMINED "grants: [{ids: [promotion], areas: [选拔任用], force: must, event: 20, since: 2026-03-03, "
                            "work: w-1}]\n",
                 "promotion", "w-1"),
        "not-protected");
}

static void a_filing_is_never_pending(void **state) /* SC-17: it protects only what a later case shows */
{
    struct court *c = *state;
    assert_int_equal(
        v_count(found_by(c, "{case: 1, kind: filing, stage: filed, subjects: [{id: p-1}], facts: {work: w-1}}",
                         "promotion", "w-1")),
        0);
}

static void the_area_may_be_asked_for_in_the_document_s_words(void **state)
{
    struct court *c = *state;
    assert_string_equal(answered(c, GRANT("must", ""), "选拔任用", "w-1"), "protected");
    struct value *areas = v_map(c->a);
    standing_areas(c->a, c->procedure, areas);
    assert_string_equal(v_get_str(areas, "award", ""), "评先评优");
    assert_string_equal(v_get_str(areas, "promotion", ""), "选拔任用");
    assert_int_equal(v_count(areas), 3);
}

static void who_departed_once_is_reminded_of_it(void **state)
{
    struct court *c = *state;
    const struct value *f = v_at(found_by(c,
                                          GRANT("may", "") "departures: [{event: 30, department: org, area: promotion, "
                                                           "person: p-1, grant: 20}]\n",
                                          "promotion", "w-1"),
                                 0);
    assert_int_equal(v_get_int(f, "departed", 0), 30);
    assert_false(standing_departable(f));
}

static void a_stranger_learns_no_more_than_the_finding(void **state)
{
    struct court *c = *state;
    struct value *f = v_at(found_by(c, GRANT("must", ""), "promotion", "w-1"), 0);
    assert_non_null(v_get(f, "outcome"));
    standing_trim(f);
    assert_null(v_get(f, "outcome"));
    assert_null(v_get(f, "stage"));
    assert_null(v_get(f, "kind"));
    assert_int_equal(v_get_int(f, "event", 0), 20);
}

static void a_case_from_before_subjects_were_kept_is_found_by_its_fact(void **state)
{
    struct court *c = *state;
    assert_string_equal(answered(c, "{case: 1, kind: application, facts: {subject: p-1}}", "promotion", NULL),
                        "pending");
}

/* ---- as the judge leaves it ---- */

static void the_judge_writes_down_whom_a_case_is_about(void **state) /* TM-44 */
{
    struct court *c = *state;
    court_does(c, "roads", "apply",
               "fields: {unit-id: roads, work: w-1, subject: [{person: p-1, post: head}, {person: p-2}]}");
    const struct value *second = v_at(court_at(c, "subjects"), 1);
    assert_string_equal(v_get_str(second, "id", ""), "p-2");
    assert_string_equal(v_get_str(second, "part", ""), "2");
    struct index_entry *index;
    size_t n = case_index(c->a, c->kase, &index), found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(index[i].kind, "subject") == 0 && strcmp(index[i].first, "p-2") == 0;
    assert_int_equal(found, 1);
}

static void the_judge_writes_down_when_and_by_whom_it_was_concluded(void **state)
{
    struct court *c = *state;
    court_does(c, "roads", "apply", "fields: {unit-id: roads, work: w-1, subject: [{person: p-1}]}");
    court_does(c, "cdi", "convene", "");
    static const char *const members[] = {"cdi", "org", "audit", "finance"};
    for (size_t i = 0; i < 4; i++)
        court_does(c, members[i], "cast-vote", "part: 1\nfields: {vote: exempted}");
    court_to(c, "2026-03-04");
    court_does(c, "cdi", "settle", "part: 1\npapers: {minutes: [m]}");
    court_is(c, "parts.subject.1.concluded.day", "2026-03-04");
    court_is(c, "parts.subject.1.concluded.by", "cdi");
    struct standing_question q = {"p-1", "award", "w-1", "org", when_day(c->now, 480)};
    struct value *list = v_list(c->a);
    standing_find(c->a, c->procedure, c->kase, &q, list);
    assert_string_equal(standing_answer(list, true), "protected");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        C(must_protects_and_tells_what_it_rests_on),
        C(generally_protects_unless_departed_from),
        C(may_permits),
        C(what_must_be_shown_first_makes_it_conditional),
        C(what_was_missing_and_is_shown_since_is_missing_no_more),
        C(an_open_case_is_pending_until_the_end_of_the_abeyance),
        C(what_was_granted_elsewhere_or_refused_protects_from_nothing),
        C(it_holds_for_that_piece_of_work_only),
        C(a_grant_that_names_no_work_is_conditional_on_its_being_that_one),
        C(several_pieces_of_work_that_differ_need_to_be_told_apart),
        C(of_two_cases_about_one_work_the_determination_speaks),
        C(a_grant_to_one_subject_is_not_another_s),
        C(a_grant_whose_outcome_no_longer_stands_does_not_count),
        C(what_is_granted_later_does_not_count_yet),
        C(a_filing_is_never_pending),
        C(the_area_may_be_asked_for_in_the_document_s_words),
        C(who_departed_once_is_reminded_of_it),
        C(a_stranger_learns_no_more_than_the_finding),
        C(a_case_from_before_subjects_were_kept_is_found_by_its_fact),
        C(the_judge_writes_down_whom_a_case_is_about),
        C(the_judge_writes_down_when_and_by_whom_it_was_concluded),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
