/* The register of consequences, as it is asked: YC-36 and SC-22 by command, recorded, and departed from. */
#include "tests/contract/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct house *h = house_new("2026-01-05");
    city_build(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    house_free(*state);
    return 0;
}

static const struct value *check(struct house *h, const char *who, const char *person, const char *area)
{
    struct arena *a = house_arena(h);
    struct value *c = house_command(h, "standing-check"), *f = v_get(c, "fields");
    v_put_str(a, f, "person", person);
    v_put_str(a, f, "area", area);
    return house_do(h, who, c);
}

static const struct value *depart(struct house *h, const char *who, const struct value *checked, const char *reason)
{
    struct arena *a = house_arena(h);
    struct value *c = house_command(h, "standing-depart");
    v_put_int(a, v_get(c, "fields"), "check", v_get_int(checked, "event", 0));
    v_put_str(a, c, "reason", reason);
    return house_do(h, who, c);
}

static void answers(const struct value *answer, const char *word)
{
    assert_string_equal(v_get_str(answer, "t", ""), "accepted");
    assert_string_equal(v_get_str(answer, "answer", ""), word);
}

static void is_refused(const struct value *answer, const char *code)
{
    assert_string_equal(v_get_str(answer, "t", ""), "refused");
    assert_string_equal(v_get_str(answer, "code", ""), code);
}

static const struct value *event_at(struct house *h, int64_t n)
{
    struct value *m = house_question(h, "events");
    v_put_int(house_arena(h), m, "from", n);
    v_put_int(house_arena(h), m, "limit", 1);
    return v_at(v_get(house_ask(h, "inspector", m), "events"), 0);
}

static void what_is_determined_is_told_with_what_it_rests_on(void **state) /* YC-36 */
{
    struct house *h = *state;
    int64_t kase = city_case(h, "determined");
    const struct value *a = check(h, "organisation", "p1", "promotion"), *f = v_at(v_get(a, "findings"), 0);
    answers(a, "permitted");
    assert_int_equal(v_get_int(f, "case", 0), kase);
    assert_true(v_get_int(f, "event", 0) > 0);
    assert_string_equal(v_get_str(f, "day", ""), "2026-01-05");
    assert_string_equal(v_get_str(f, "article", ""), "不受影响的方面");
    assert_string_equal(v_get_str(f, "area", ""), "干部提拔任用党风廉政审查");
    answers(check(h, "organisation", "p1", "assessment"), "permitted");
    answers(check(h, "organisation", "p2", "promotion"), "not-protected");
}

static void before_it_is_determined_it_is_pending(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "opinion");
    answers(check(h, "organisation", "p1", "promotion"), "pending");
}

static void the_asking_is_an_event_in_the_asker_s_name(void **state) /* TM-21 */
{
    struct house *h = *state;
    (void)city_case(h, "determined");
    const struct value *a = check(h, "audit", "p1", "promotion");
    const struct value *event = event_at(h, v_get_int(a, "event", 0)), *what = v_get(event, "standing");
    assert_string_equal(v_get_str(event, "act", ""), "standing-check");
    assert_string_equal(v_get_str(event, "principal", ""), "audit");
    assert_string_equal(v_get_str(what, "person", ""), "p1");
    assert_string_equal(v_get_str(what, "department", ""), "audit");
    struct value *m = house_question(h, "checks");
    v_put_str(house_arena(h), m, "subject", "p1");
    const struct value *list = v_get(house_ask(h, "inspector", m), "checks");
    assert_int_equal(v_count(list), 1);
    assert_string_equal(v_get_str(v_at(list, 0), "answer", ""), "permitted");
    assert_string_equal(v_get_str(house_ask(h, "audit", m), "t", ""), "refused");
}

static void who_has_no_part_in_the_case_learns_no_more_than_the_finding(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "determined");
    house_department(h, "roads", "bureau", NULL);
    const struct value *inside = check(h, "discipline", "p1", "award"), *outside = check(h, "roads", "p1", "award");
    assert_string_equal(v_get_str(v_at(v_get(inside, "findings"), 0), "outcome", ""), "exempted");
    assert_null(v_get(v_at(v_get(outside, "findings"), 0), "outcome"));
    assert_null(v_get(v_at(v_get(outside, "findings"), 0), "stage"));
    answers(outside, "permitted");
}

static void an_area_that_nobody_knows_is_refused_with_those_known(void **state)
{
    struct house *h = *state;
    const struct value *a = check(h, "organisation", "p1", "promotoin");
    is_refused(a, "area-unknown");
    assert_non_null(strstr(v_get_str(a, "text", ""), "promotion"));
    is_refused(check(h, "organisation", "", "promotion"), "field-wrong");
    is_refused(check(h, "monitor", "p1", "promotion"), "no-right-to-act");
    is_refused(check(h, "nobody", "p1", "promotion"), "no-right-to-act");
}

static void a_departure_is_recorded_and_told_to_who_leads_the_case(void **state) /* YC-36, SC-22 */
{
    struct house *h = *state;
    int64_t kase = city_case(h, "determined");
    const struct value *a = check(h, "organisation", "p1", "promotion");
    is_refused(depart(h, "organisation", a, NULL), "reason-missing");
    const struct value *d = depart(h, "organisation", a, "任职条件未满");
    assert_string_equal(v_get_str(d, "t", ""), "accepted");
    const struct value *told = house_notices(h, "discipline"), *notice = v_at(told, v_count(told) - 1);
    assert_string_equal(v_get_str(notice, "type", ""), "standing-departed");
    assert_int_equal(v_get_int(notice, "case", 0), kase);
    assert_string_equal(v_get_str(v_get(notice, "fields"), "department", ""), "organisation");
    const struct value *event = event_at(h, v_get_int(d, "event", 0));
    assert_null(v_get(event, "reason")); /* free text: in the private part */
    assert_non_null(v_get(event, "private"));
    struct value *m = house_question(h, "case");
    v_put_int(house_arena(h), m, "case", kase);
    const struct value *kept = v_path(house_ask(h, "discipline", m), "case.departures");
    assert_string_equal(v_get_str(v_at(kept, 0), "area", ""), "promotion");
    is_refused(depart(h, "organisation", a, "再次"), "departed-already");
    is_refused(depart(h, "organisation", check(h, "organisation", "p1", "promotion"), "再次"), "departed-already");
}

static void only_the_department_that_asked_departs_and_only_from_what_it_was_told(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "determined");
    const struct value *a = check(h, "organisation", "p1", "promotion"), *none = check(h, "audit", "p2", "promotion");
    is_refused(depart(h, "audit", a, "理由"), "not-your-check");
    is_refused(depart(h, "audit", none, "理由"), "nothing-to-depart-from");
    is_refused(depart(h, "audit", city_do(h, "housing", city_proceeding(h, NULL)), "理由"), "no-such-check");
    const struct value *other = check(h, "publicity", "p1", "promotion");
    assert_string_equal(
        v_get_str(depart(h, "organisation", check(h, "organisation", "p1", "promotion"), "理由"), "t", ""),
        "refused"); /* a second case is open meanwhile: of which work is not said */
    is_refused(depart(h, "publicity", other, "理由"), "work-missing");
    (void)kase;
}

static void what_fell_meanwhile_is_not_departed_from(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "determined");
    const struct value *a = check(h, "organisation", "p1", "promotion");
    house_department(h, "roads", "bureau", NULL);
    const struct value *again = check(h, "roads", "p2", "promotion");
    struct value *second = city_proceeding(h, NULL);
    v_put_str(house_arena(h), v_get(second, "fields"), "subject", "p2");
    (void)city_do(h, "housing", second);
    is_refused(depart(h, "roads", again, "理由"), "nothing-to-depart-from"); /* what was told then was less */
    assert_string_equal(v_get_str(depart(h, "organisation", a, "理由"), "t", ""), "accepted");
    assert_true(kase > 0);
}

static const struct value *departures(struct house *h, const char *who, const char *department)
{
    struct value *m = house_question(h, "departures");
    v_put_str(house_arena(h), m, "department", department);
    return house_ask(h, who, m);
}

static void departures_are_listed_to_the_department_and_to_who_inspects(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "determined");
    (void)depart(h, "organisation", check(h, "organisation", "p1", "promotion"), "任职条件未满");
    (void)depart(h, "audit", check(h, "audit", "p1", "award"), "理由");
    assert_int_equal(v_count(v_get(departures(h, "organisation", NULL), "departures")), 1);
    assert_int_equal(v_count(v_get(departures(h, "inspector", NULL), "departures")), 2);
    assert_int_equal(v_count(v_get(departures(h, "inspector", "audit"), "departures")), 1);
    is_refused(departures(h, "organisation", "audit"), "not-your-department");
    struct value *m = house_question(h, "departures");
    v_put_int(house_arena(h), m, "limit", 1);
    const struct value *first = house_ask(h, "inspector", m);
    assert_int_equal(v_count(v_get(first, "departures")), 1);
    v_put_str(house_arena(h), m, "after", v_get_str(first, "next", ""));
    const struct value *second = house_ask(h, "inspector", m);
    assert_int_equal(v_count(v_get(second, "departures")), 1);
    assert_null(v_get(second, "next"));
    assert_string_not_equal(v_get_str(v_at(v_get(first, "departures"), 0), "department", ""),
                            v_get_str(v_at(v_get(second, "departures"), 0), "department", ""));
}

static void a_dry_asking_leaves_nothing_and_is_told_nothing(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "determined");
    uint64_t before = house_last(h)->head.number;
    struct value *c = house_command(h, "standing-check");
    v_put_str(house_arena(h), v_get(c, "fields"), "person", "p1");
    v_put_str(house_arena(h), v_get(c, "fields"), "area", "promotion");
    v_put_bool(house_arena(h), c, "dry", true);
    const struct value *a = house_do(h, "organisation", c);
    assert_true(v_get_bool(a, "dry"));
    assert_null(v_get(a, "answer"));
    assert_null(v_get(a, "findings"));
    assert_int_equal(house_last(h)->head.number, before);
}

static void a_refold_gives_the_same(void **state)
{
    struct house *h = *state;
    struct buf before = {0}, after = {0};
    (void)city_case(h, "determined");
    (void)depart(h, "organisation", check(h, "organisation", "p1", "promotion"), "任职条件未满");
    house_dump(house_store(h), true, &before);
    struct store_txn *t;
    assert_int_equal(store_write(house_store(h), &t), 0);
    assert_int_equal(store_put(t, DB_META, (struct bytes){(const uint8_t *)"refold", 6},
                               (struct bytes){(const uint8_t *)"\0\0\0\0\0\0\0", 8}),
                     0);
    assert_int_equal(store_commit(t), 0);
    house_restart(h);
    house_dump(house_store(h), true, &after);
    assert_string_equal(buf_cstr(&before), buf_cstr(&after));
    buf_done(&before);
    buf_done(&after);
}

#define S(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        S(what_is_determined_is_told_with_what_it_rests_on),
        S(before_it_is_determined_it_is_pending),
        S(the_asking_is_an_event_in_the_asker_s_name),
        S(who_has_no_part_in_the_case_learns_no_more_than_the_finding),
        S(an_area_that_nobody_knows_is_refused_with_those_known),
        S(a_departure_is_recorded_and_told_to_who_leads_the_case),
        S(only_the_department_that_asked_departs_and_only_from_what_it_was_told),
        S(what_fell_meanwhile_is_not_departed_from),
        S(departures_are_listed_to_the_department_and_to_who_inspects),
        S(a_dry_asking_leaves_nothing_and_is_told_nothing),
        S(a_refold_gives_the_same),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
