/* What an act was given, right and wrong, type by type. */
#include "court_tests.h"

#include "daemon/base/text.h"
#include "tests/lib/files.h"

/* The court's procedure with an act `fill` that takes one fact of each type. */
static void law_that_fills(struct court *c)
{
    struct buf text = files_read("tests/lib/court.yaml"), law = {0};
    const char *standing = strstr(buf_cstr(&text), "standing:\n");
    buf_put(&law, text.p, (size_t)(standing - buf_cstr(&text)));
    buf_str(&law, "  - act: fill\n    label: 填\n    article: 试\n    from: any\n    by: [receiver]\n"
                  "    fields: {consent: optional, loss: optional, urgent: optional, count: optional, told: optional, "
                  "helper-id: optional, subject: optional, file-number: optional, story: optional, note: optional, "
                  "result: optional, leads: optional, claimed: optional}\n"
                  "    parts: {lead: optional}\n    papers: {report: optional, minutes: optional}\n");
    buf_str(&law, standing);
    court_law(c, buf_cstr(&law));
    buf_done(&law);
    buf_done(&text);
}

static int open_filling(void **state)
{
    struct court *c = court_new(NULL);
    court_accepted(c);
    law_that_fills(c);
    *state = c;
    return 0;
}

#undef T
#define T(name) cmocka_unit_test_setup_teardown(name, open_filling, close_court)

static void takes(struct court *c, const char *fields)
{
    struct decision d = court_judge(c, "cdi", "fill", arena_printf(c->a, "fields: {%s}", fields));
    if (!d.accepted)
        fail_msg("%s is refused: %s: %s", fields, d.rejection.code, d.rejection.text);
}

static const char *refuses(struct court *c, const char *fields, const char *code)
{
    const struct rejection *r = court_refuses(c, "cdi", "fill", arena_printf(c->a, "fields: {%s}", fields), code);
    assert_string_equal(r->kind, "form");
    return r->text;
}

static const char *wrong(struct court *c, const char *fields)
{
    return refuses(c, fields, "field-wrong");
}

/* A text that YAML cannot carry. */
static struct decision filled_with(struct court *c, const char *field, const char *text)
{
    struct value *command = v_map(c->a), *fields = v_map(c->a);
    v_put_str(c->a, fields, field, text);
    v_put_str(c->a, command, "act", "fill");
    v_put(c->a, command, "fields", fields);
    struct judge j = {.procedure = c->procedure,
                      .reg = c->reg,
                      .calendar = c->calendar,
                      .kase = c->kase,
                      .command = command,
                      .principal = "cdi",
                      .now = c->now,
                      .event = c->event,
                      .next_task = c->next_task};
    return decide(c->a, &j);
}

/* ---- types ---- */

static void a_choice_is_one_of_its_words(void **state)
{
    struct court *c = *state;
    takes(c, "consent: granted");
    assert_non_null(strstr(wrong(c, "consent: grantd"), "granted(同意)"));
    wrong(c, "consent: true");
    wrong(c, "consent: 1");
    wrong(c, "consent: [granted]");
    wrong(c, "consent: ''");
}

static void a_grade_is_one_of_its_words(void **state)
{
    struct court *c = *state;
    takes(c, "loss: serious");
    wrong(c, "loss: 严重");
    wrong(c, "loss: {some: 1}");
}

static void a_bool_is_true_or_false(void **state)
{
    struct court *c = *state;
    takes(c, "urgent: false");
    wrong(c, "urgent: 'true'");
    wrong(c, "urgent: 1");
}

static void an_int_lies_within_its_bounds(void **state)
{
    struct court *c = *state;
    takes(c, "count: 0");
    takes(c, "count: 99");
    assert_non_null(strstr(wrong(c, "count: 100"), "from 0 to 99"));
    wrong(c, "count: -1");
    wrong(c, "count: '7'");
    wrong(c, "count: 9223372036854775807");
}

static void a_day_is_a_day_that_exists(void **state)
{
    struct court *c = *state;
    takes(c, "told: 2026-02-28");
    wrong(c, "told: 2026-02-29");
    wrong(c, "told: 2026-2-28");
    wrong(c, "told: 1899-12-31");
    wrong(c, "told: 20260228");
    wrong(c, "told: tomorrow");
}

static void a_department_stands_in_the_register(void **state)
{
    struct court *c = *state;
    takes(c, "helper-id: finance");
    refuses(c, "helper-id: finanse", "department-unknown");
    refuses(c, "helper-id: 7", "department-unknown");
    refuses(c, "helper-id: [finance]", "department-unknown");
}

static void identifiers_have_no_dots_no_controls_and_an_end(void **state)
{
    struct court *c = *state;
    takes(c, "subject: p-7, file-number: 银纪〔2026〕3号");
    wrong(c, "subject: a.b");
    wrong(c, "subject: ''");
    wrong(c, "subject: 7");
    wrong(c, "file-number: 'a.b'");
    wrong(c, "file-number: \"a\\tb\"");
    char long_one[140];
    memset(long_one, 'a', 129);
    long_one[129] = 0;
    wrong(c, arena_printf(c->a, "file-number: %s", long_one));
    long_one[128] = 0;
    takes(c, arena_printf(c->a, "file-number: %s", long_one));
}

static void a_text_is_there_and_at_most_64_kib(void **state)
{
    struct court *c = *state;
    takes(c, "story: 经过");
    wrong(c, "story: ''");
    wrong(c, "story: 7");
    char *text = arena_alloc(c->a, 65538);
    memset(text, 'x', 65537);
    assert_string_equal(filled_with(c, "story", text).rejection.code, "field-wrong");
    text[65536] = 0;
    assert_true(filled_with(c, "story", text).accepted);
}

static void an_outcome_is_one_of_the_procedure(void **state)
{
    struct court *c = *state;
    takes(c, "result: exempted");
    wrong(c, "result: exempt");
    wrong(c, "result: true");
}

static void a_part_list_names_parts_of_the_case_by_number(void **state)
{
    struct court *c = *state;
    takes(c, "leads: [1]");
    takes(c, "leads: [2, 1]");
    refuses(c, "leads: [3]", "part-unknown");
    refuses(c, "leads: [1, 0]", "part-unknown");
    wrong(c, "leads: 1");
    wrong(c, "leads: ['1']"); /* a text that looks like a number would be among none of the parts */
    wrong(c, "leads: [~]");
    wrong(c, "leads: []"); /* every part of no parts would satisfy anything */
    wrong(c, "leads: {1: 1}");
}

static void circumstances_name_their_checks(void **state)
{
    struct court *c = *state;
    takes(c, "claimed: {}");
    takes(c, "claimed: {c1: []}");
    takes(c, "claimed: {c1: [force, shortfall], c2: [other]}");
    refuses(c, "claimed: {c3: [force]}", "circumstance-unknown");
    assert_non_null(strstr(refuses(c, "claimed: {c1: [forse]}", "check-unknown"), "force(不可抗力)"));
    refuses(c, "claimed: {c1: [7]}", "check-unknown");
    wrong(c, "claimed: [c1]");
    wrong(c, "claimed: {c1: force}");
    wrong(c, "claimed: {c1: {force: true}}");
    wrong(c, "claimed: {c1: [force, force, force]}");
}

/* ---- which fields ---- */

static void an_unknown_field_is_refused_with_the_nearest_name(void **state)
{
    struct court *c = *state;
    assert_non_null(strstr(refuses(c, "consnt: granted", "field-unknown"), "did you mean 'consent'?"));
    assert_null(strstr(refuses(c, "zzzzzzzz: 1", "field-unknown"), "did you mean"));
    refuses(c, "applicant-kind: person", "field-unknown"); /* a fact, but none of this act */
}

static void a_refusal_repeats_only_a_part_of_what_was_written_and_no_controls(void **state)
{
    struct court *c = *state;
    char *long_one = arena_alloc(c->a, 9001);
    for (size_t i = 0; i < 9000; i += 3)
        memcpy(long_one + i, "长", 3);
    const char *text = filled_with(c, "helper-id", long_one).rejection.text;
    assert_in_range(strlen(text), 1000, 1600);
    assert_true(text_is_utf8(text, strlen(text)));
    text = filled_with(c, long_one, "x").rejection.text;
    assert_in_range(strlen(text), 1000, 1600);
    text = filled_with(c, "helper-id", "x\x1b[31m\n").rejection.text;
    assert_null(strchr(text, '\n'));
    assert_null(strchr(text, 27));
}

static void a_missing_field_is_named_by_its_label(void **state)
{
    struct court *c = *state;
    const struct rejection *r = court_refuses(c, "cdi", "answer-consent", "", "field-missing");
    assert_non_null(strstr(r->text, "consent"));
    assert_non_null(strstr(r->text, "同意"));
    court_refuses(c, "cdi", "answer-consent", "fields: {consent: ~}", "field-missing");
}

static void what_is_needed_for_opening_is_not_needed_later(void **state)
{
    struct court *c = court_new(NULL);
    (void)state;
    court_refuses(c, "cdi", "apply",
                  "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x, organ-id: "
                  "organ, unit-id: roads, lead: [{covered: true}]}\npapers: {application: [one]}",
                  "field-missing"); /* subject */
    court_applied(c);               /* neither unit nor organ nor subject */
    court_is(c, "stage", "received");
    court_free(c);
}

static void fields_that_are_no_map_are_refused(void **state)
{
    struct court *c = *state;
    court_refuses(c, "cdi", "fill", "fields: [consent]", "field-wrong");
    court_refuses(c, "cdi", "fill", "fields: 7", "field-wrong");
    court_judge(c, "cdi", "fill", "fields: ~");
    assert_true(c->last.accepted);
}

/* ---- public and private ---- */

static void private_fields_go_with_the_event_and_not_into_the_case(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "fill", "fields: {story: 隐情, note: 公开, loss: some}");
    assert_string_equal(v_get_str(c->last.private_, "story", ""), "隐情");
    assert_null(v_get(c->last.private_, "note"));
    assert_null(court_at(c, "facts.story"));
    court_is(c, "given.story", "103");
    court_is(c, "facts.note", "公开");
    court_is(c, "facts.loss", "some");
    struct buf out = {0};
    for (size_t i = 0; i < v_count(c->last.changes); i++)
        buf_str(&out, v_text(v_at(v_at(c->last.changes, i), 2), ""));
    assert_null(strstr(buf_cstr(&out), "隐情"));
    buf_done(&out);
}

static void an_act_without_private_fields_has_no_private_part(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "fill", "fields: {loss: some}");
    assert_null(c->last.private_);
}

/* ---- parts ---- */

static void parts_are_numbered_on_from_those_that_are_there(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "fill", "fields: {lead: [{covered: true, source: audit, matter: 保密}, {covered: false}]}");
    court_is(c, "parts.lead.3.covered", "true");
    court_is(c, "parts.lead.3.source", "audit");
    court_is(c, "parts.lead.3.state", "open");
    court_is(c, "parts.lead.4.covered", "false");
    assert_null(court_at(c, "parts.lead.3.matter"));
    assert_string_equal(v_get_str(c->last.private_, "lead.3.matter", ""), "保密");
}

static void a_part_has_its_fields_and_no_others(void **state)
{
    struct court *c = *state;
    refuses(c, "lead: [{source: audit}]", "field-missing");
    refuses(c, "lead: [{covered: true, sorce: audit}]", "field-unknown");
    refuses(c, "lead: [{covered: true, state: disposed}]", "field-unknown");
    wrong(c, "lead: [{covered: 1}]");
    wrong(c, "lead: [{covered: true, source: gossip}]");
    wrong(c, "lead: {covered: true}");
    wrong(c, "lead: 3");
    wrong(c, "lead: [true]");
    wrong(c, "lead: [~]");
}

static void a_case_holds_at_most_500_of_a_kind(void **state)
{
    struct court *c = *state;
    struct buf body = {0};
    buf_str(&body, "fields: {lead: [");
    for (int i = 0; i < 498; i++)
        buf_printf(&body, "%s{covered: %s}", i ? ", " : "", i % 2 ? "true" : "false");
    struct buf full = {0};
    buf_put(&full, body.p, body.n);
    buf_str(&full, "]}");
    buf_str(&body, ", {covered: true}]}");
    const struct rejection *r = court_refuses(c, "cdi", "fill", buf_cstr(&body), "too-many-parts");
    assert_string_equal(r->kind, "limit");
    court_does(c, "cdi", "fill", buf_cstr(&full));
    assert_int_equal(v_count(court_at(c, "parts.lead")), 500);
    buf_done(&body);
    buf_done(&full);
}

static void parts_may_be_missing_where_they_are_not_required(void **state)
{
    struct court *c = court_new(NULL);
    (void)state;
    court_refuses(c, "organ", "record", "fields: {unit-id: roads, started: 2026-03-02, subject: p}", "field-missing");
    court_refuses(c, "organ", "record", "fields: {unit-id: roads, started: 2026-03-02, subject: p, lead: []}",
                  "field-missing");
    court_free(c);
}

/* ---- papers ---- */

static void papers_are_hashes_in_known_slots(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "fill", "papers: {report: [a, b], minutes: [c]}");
    assert_int_equal(v_count(court_at(c, "papers.report")), 2);
    court_does(c, "cdi", "fill", "papers: {report: [d]}");
    assert_int_equal(v_count(court_at(c, "papers.report")), 3);
    court_refuses(c, "cdi", "fill", "papers: {reprt: [a]}", "paper-unknown");
    court_refuses(c, "cdi", "fill", "papers: {'re.port': [a]}", "paper-unknown");
    court_refuses(c, "cdi", "fill", "papers: {report: ['a']}", "paper-wrong"); /* a text */
    court_refuses(c, "cdi", "fill", "papers: {report: [7]}", "paper-wrong");
    court_refuses(c, "cdi", "fill", "papers: {report: [~]}", "paper-wrong");
    court_refuses(c, "cdi", "fill", "papers: {report: {a: b}}", "paper-wrong");
    court_refuses(c, "cdi", "fill", "papers: {report: 7}", "paper-wrong");
    court_refuses(c, "cdi", "fill", "papers: [a]", "paper-wrong");
}

static void one_paper_stands_once_in_a_slot(void **state)
{
    struct court *c = *state;
    court_does(c, "cdi", "fill", "papers: {report: [a, b, a]}");
    assert_int_equal(v_count(court_at(c, "papers.report")), 2);
    court_does(c, "cdi", "fill", "papers: {report: [b]}");
    assert_int_equal(v_count(court_at(c, "papers.report")), 2);
}

static void a_slot_holds_at_most_500_papers(void **state)
{
    struct court *c = *state;
    struct buf body = {0};
    buf_str(&body, "papers: {report: [");
    for (int i = 0; i < 501; i++)
        buf_printf(&body, "%sp%d", i ? ", " : "", i);
    buf_str(&body, "]}");
    const struct rejection *r = court_refuses(c, "cdi", "fill", buf_cstr(&body), "too-many-papers");
    assert_string_equal(r->kind, "limit");
    buf_done(&body);
}

static void a_required_paper_is_missed_by_name(void **state)
{
    struct court *c = court_new(NULL);
    (void)state;
    court_recorded(c);
    static const char fields[] = "by: {party: applicant}\nfields: {applicant-kind: person, receiver-id: cdi, story: x}";
    const struct rejection *r = court_refuses(c, "cdi", "apply", fields, "paper-missing");
    assert_non_null(strstr(r->text, "application"));
    court_refuses(c, "cdi", "apply", arena_printf(c->a, "%s\npapers: {application: []}", fields), "paper-missing");
    court_free(c);
}

/* ---- nothing is half taken ---- */

static void a_refused_act_changes_nothing(void **state)
{
    struct court *c = *state;
    struct value *before = v_copy(c->a, c->kase);
    refuses(c, "loss: some, consent: nonsense", "field-wrong");
    assert_true(v_equal(before, c->kase));
    assert_null(c->last.changes);
    assert_null(c->last.notices);
    assert_null(c->last.private_);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_choice_is_one_of_its_words),
        T(a_grade_is_one_of_its_words),
        T(a_bool_is_true_or_false),
        T(an_int_lies_within_its_bounds),
        T(a_day_is_a_day_that_exists),
        T(a_department_stands_in_the_register),
        T(identifiers_have_no_dots_no_controls_and_an_end),
        T(a_text_is_there_and_at_most_64_kib),
        T(an_outcome_is_one_of_the_procedure),
        T(a_part_list_names_parts_of_the_case_by_number),
        T(circumstances_name_their_checks),
        T(an_unknown_field_is_refused_with_the_nearest_name),
        T(a_refusal_repeats_only_a_part_of_what_was_written_and_no_controls),
        T(a_missing_field_is_named_by_its_label),
        T(what_is_needed_for_opening_is_not_needed_later),
        T(fields_that_are_no_map_are_refused),
        T(private_fields_go_with_the_event_and_not_into_the_case),
        T(an_act_without_private_fields_has_no_private_part),
        T(parts_are_numbered_on_from_those_that_are_there),
        T(a_part_has_its_fields_and_no_others),
        T(a_case_holds_at_most_500_of_a_kind),
        T(parts_may_be_missing_where_they_are_not_required),
        T(papers_are_hashes_in_known_slots),
        T(one_paper_stands_once_in_a_slot),
        T(a_slot_holds_at_most_500_papers),
        T(a_required_paper_is_missed_by_name),
        T(a_refused_act_changes_nothing),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
