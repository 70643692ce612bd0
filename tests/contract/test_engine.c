/* Commands through the engine: done once, judged whole, numbered densely, due on time. */
#include "tests/contract/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
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

static uint64_t number(struct house *h)
{
    return house_last(h)->head.number;
}

static const char *code(const struct value *answer)
{
    return v_get_str(answer, "code", "");
}

static void same_message(const struct value *a, const struct value *b)
{
    assert_true(v_equal(a, b));
}

/* ---- a case ---- */

static void a_case_goes_from_its_proceeding_to_the_archive(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "archived");
    struct value *q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    const struct value *record = v_get(house_ask(h, "discipline", q), "case");
    assert_string_equal(v_get_str(record, "stage", ""), "archived");
    assert_string_equal(v_get_str(record, "outcome", ""), "exempted");
    assert_true(v_get_bool(record, "ended"));
    assert_null(strstr(v_get_str(record, "subject-name", ""), "李"));
}

static void numbers_and_positions_are_dense_and_prev_tells_the_one_before(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "archived");
    (void)city_case(h, "reported");
    const struct value *feed = house_transitions(h);
    assert_true(v_count(feed) > 10);
    for (size_t i = 0; i < v_count(feed); i++) {
        const struct value *t = v_at(feed, i), *prev = v_get(t, "prev");
        assert_int_equal(v_get_int(t, "n", 0), i + 1);
        assert_int_equal(v_get_int(prev, "", -1), i);
        int64_t same_kind = 0;
        for (size_t j = 0; j < i; j++)
            if (strcmp(v_get_str(v_at(feed, j), "kind", ""), v_get_str(t, "kind", "")) == 0)
                same_kind = (int64_t)j + 1;
        const char *prefix = arena_printf(house_arena(h), "%s/", v_get_str(t, "kind", ""));
        assert_int_equal(v_get_int(prev, prefix, -1), same_kind);
        assert_true(v_get_bool(t, "simulated"));
    }
    static const char *const streams[] = {"discipline", "housing", "organisation"};
    for (size_t s = 0; s < 3; s++) {
        const struct value *notices = house_notices(h, streams[s]);
        assert_true(v_count(notices) > 0);
        for (size_t i = 0; i < v_count(notices); i++)
            assert_int_equal(v_get_int(v_at(notices, i), "position", 0), i + 1);
    }
}

static void a_notice_carries_what_its_reader_needs(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    const struct value *notices = house_notices(h, "discipline"), *n = NULL;
    for (size_t i = 0; i < v_count(notices); i++)
        if (strcmp(v_get_str(v_at(notices, i), "type", ""), "application-received") == 0)
            n = v_at(notices, i);
    assert_non_null(n);
    assert_int_equal(v_get_int(n, "case", 0), kase);
    assert_string_equal(v_get_str(n, "stream", ""), "discipline");
    assert_string_equal(v_get_str(n, "procedure", ""), "yinchuan");
    assert_string_equal(v_get_str(n, "stage", ""), "received");
    assert_string_equal(v_get_str(n, "answer", ""), "accept");
    assert_string_equal(v_get_str(n, "done", ""), "2026-01-05");
    assert_true(v_get_int(n, "task", 0) > 0);
    assert_true(v_get_int(n, "event", 0) > 0);
    assert_non_null(v_get(n, "due"));
}

/* ---- once ---- */

static void a_repeat_gets_the_same_answer_and_does_nothing(void **state)
{
    struct house *h = *state;
    struct value *c = city_proceeding(h, NULL);
    const struct value *first = city_do(h, "housing", c);
    uint64_t n = number(h);
    house_to(h, "2026-01-06");
    house_restart(h);
    uint64_t after = number(h);
    assert_int_equal(after, n + 1);
    same_message(first, house_do(h, "housing", c));
    assert_int_equal(number(h), after);
}

static void the_order_of_keys_makes_no_other_command(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    struct value *c = city_proceeding(h, NULL), *turned = v_map(a);
    const struct value *first = city_do(h, "housing", c);
    for (size_t i = v_count(c); i-- > 0;)
        v_put(a, turned, c->u.map.pair[i].key, c->u.map.pair[i].val);
    same_message(first, house_do(h, "housing", turned));
}

static void the_same_id_with_other_content_is_refused(void **state)
{
    struct house *h = *state;
    struct value *c = city_proceeding(h, NULL);
    (void)city_do(h, "housing", c);
    uint64_t n = number(h);
    v_put_str(house_arena(h), v_get(c, "fields"), "subject-name", "王某");
    const struct value *answer = house_do(h, "housing", c);
    assert_string_equal(code(answer), "id-reused");
    assert_string_equal(v_get_str(answer, "kind", ""), "conflict");
    assert_false(v_get_bool(answer, "remembered"));
    assert_int_equal(number(h), n);
}

static void another_principal_may_use_the_same_id(void **state)
{
    struct house *h = *state;
    struct value *c = city_proceeding(h, NULL);
    (void)city_do(h, "housing", c);
    assert_true(city_accepted(house_do(h, "audit", c)));
}

static void ids_must_be_uuids_of_this_time(void **state)
{
    (void)state;
    struct house *h = house_new_on(store_open_mem(), "2026-01-05", true);
    city_build(h);
    struct value *c = city_proceeding(h, NULL);
    v_put_str(house_arena(h), c, "id", "019b8c2e-0000-4000-8000-000000000001");
    assert_string_equal(code(house_do(h, "housing", c)), "id-wrong");
    v_put_str(house_arena(h), c, "id", "01800000-0000-7000-8000-000000000001"); /* 2022 */
    const struct value *answer = house_do(h, "housing", c);
    assert_string_equal(code(answer), "id-too-old");
    assert_string_equal(v_get_str(answer, "kind", ""), "limit");
    house_free(h);
}

static void an_old_id_is_refused_and_its_answer_still_told(void **state)
{
    (void)state;
    struct house *h = house_new_on(store_open_mem(), "2026-01-05", true);
    city_build(h);
    struct value *c = city_proceeding(h, NULL), *m = house_question(h, "command");
    const struct value *first = city_do(h, "housing", c);
    v_put_str(house_arena(h), m, "command", v_get_str(c, "id", ""));
    house_to(h, "2026-03-05");
    assert_true(v_equal(house_do(h, "housing", c), first));
    house_to(h, "2026-03-08");
    assert_string_equal(code(house_do(h, "housing", c)), "id-too-old");
    house_to(h, "2027-01-05");
    assert_true(v_equal(v_get(house_ask(h, "housing", m), "answer"), first));
    house_free(h);
}

static void a_refusal_by_the_law_is_an_event_and_is_remembered(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    uint64_t n = number(h);
    struct value *c = city_act(h, "archive", kase);
    const struct value *answer = house_do(h, "housing", c);
    assert_string_equal(v_get_str(answer, "t", ""), "refused");
    if (strcmp(v_get_str(answer, "kind", ""), "law") == 0) {
        assert_true(v_get_bool(answer, "remembered"));
        assert_int_equal(number(h), n + 1);
        same_message(answer, house_do(h, "housing", c));
        assert_int_equal(number(h), n + 1);
    } else {
        fail_msg("%s", v_get_str(answer, "kind", ""));
    }
}

static void a_refusal_of_right_or_form_leaves_nothing(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    uint64_t n = number(h);
    const struct value *answer = house_do(h, "publicity", city_act(h, "accept", kase));
    assert_string_equal(v_get_str(answer, "kind", ""), "right");
    assert_false(v_get_bool(answer, "remembered"));
    answer = house_do(h, "discipline", city_act(h, "accept", 4711));
    assert_string_equal(code(answer), "case-unknown");
    answer = house_do(h, "inspector", city_act(h, "accept", kase));
    assert_string_equal(v_get_str(answer, "kind", ""), "right");
    answer = house_do(h, "nobody", city_act(h, "accept", kase));
    assert_string_equal(v_get_str(answer, "kind", ""), "right");
    answer = house_do(h, "housing", house_command(h, "department-add"));
    assert_string_equal(v_get_str(answer, "kind", ""), "right");
    assert_int_equal(number(h), n);
}

static void a_dry_command_tells_and_writes_nothing(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    struct buf before = {0}, after = {0};
    house_dump(house_store(h), false, &before);
    struct value *c = city_act(h, "accept", kase);
    v_put_bool(house_arena(h), c, "dry", true);
    const struct value *answer = house_do(h, "discipline", c);
    assert_true(city_accepted(answer));
    assert_string_equal(v_get_str(answer, "stage", ""), "verification");
    assert_null(v_get(answer, "event"));
    house_dump(house_store(h), false, &after);
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.p, after.p, before.n);
    buf_done(&before);
    buf_done(&after);
    v_del(c, "dry");
    assert_true(city_accepted(house_do(h, "discipline", c)));
}

/* ---- batches ---- */

static void commands_of_a_batch_see_each_other(void **state)
{
    struct house *h = *state;
    struct value *open = city_proceeding(h, NULL), *m[4];
    const char *who[4] = {"housing", "discipline", "discipline", "discipline"};
    const struct value *answer[4];
    uint64_t n = number(h);
    m[0] = open;
    m[1] = city_application(h, 1);
    m[2] = city_act(h, "archive", 1); /* not possible there: harms nobody */
    m[3] = city_act(h, "accept", 1);
    house_batch(h, who, m, 4, answer);
    assert_true(city_accepted(answer[0]));
    assert_true(city_accepted(answer[1]));
    assert_false(city_accepted(answer[2]));
    assert_true(city_accepted(answer[3]));
    assert_int_equal(v_get_int(answer[3], "version", 0), 3);
    assert_true(number(h) >= n + 3);
}

static void a_command_for_a_version_that_is_gone_is_refused(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    struct value *c = city_act(h, "accept", kase);
    v_put_int(house_arena(h), c, "expect", 1);
    const struct value *answer = house_do(h, "discipline", c);
    assert_string_equal(code(answer), "case-moved-on");
    assert_true(v_get_bool(answer, "remembered"));
    c = city_act(h, "accept", kase);
    v_put_int(house_arena(h), c, "expect", 2);
    assert_true(city_accepted(house_do(h, "discipline", c)));
}

/* ---- due ---- */

static size_t told(struct house *h, const char *kind, int64_t kase)
{
    size_t n = 0;
    const struct value *feed = house_transitions(h);
    for (size_t i = 0; i < v_count(feed); i++)
        n += strcmp(v_get_str(v_at(feed, i), "kind", ""), kind) == 0 && v_get_int(v_at(feed, i), "case", 0) == kase;
    return n;
}

static void a_missed_limit_is_told_once(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    house_to(h, "2026-01-08");
    assert_int_equal(told(h, "limit-missed", kase), 0);
    house_to(h, "2026-01-20");
    assert_int_equal(told(h, "limit-missed", kase), 1);
    house_restart(h);
    house_to(h, "2026-01-21");
    assert_int_equal(told(h, "limit-missed", kase), 1);
}

static void what_is_due_in_simulated_time_never_wakes_by_waiting(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "received");
    assert_true(house_last(h)->next_due.ms == WHEN_NEVER.ms);
}

static void time_moves_only_forward_and_only_when_simulated(void **state)
{
    struct house *h = *state;
    struct value *c = house_command(h, "time-advance");
    v_put_int(house_arena(h), v_get(c, "fields"), "to", house_now(h).ms);
    assert_string_equal(code(house_do(h, "admin", c)), "time-wrong");
    struct house *real = house_new_on(store_open_mem(), "2026-01-05", true);
    c = house_command(real, "time-advance");
    v_put_int(house_arena(real), v_get(c, "fields"), "to", house_now(real).ms + 1);
    assert_string_equal(code(house_do(real, "admin", c)), "time-is-real");
    house_free(real);
}

static void expiries_wait_after_a_long_absence_until_they_are_confirmed(void **state)
{
    (void)state;
    struct house *h = house_new_on(store_open_mem(), "2026-01-05", true);
    city_build(h);
    int64_t kase = city_case(h, "received");
    assert_true(house_last(h)->next_due.ms < WHEN_NEVER.ms);
    assert_true(house_last(h)->next_due.ms > house_now(h).ms);
    assert_false(house_last(h)->held);
    /* away from the 5th to the 20th */
    struct value *early = house_command(h, "time-confirm");
    assert_string_equal(code(house_do(h, "admin", early)), "time-not-held");
    house_to(h, "2026-01-06");
    house_away(h, "2026-01-20");
    assert_true(house_last(h)->held);
    assert_int_equal(told(h, "limit-missed", kase), 0);
    assert_true(house_last(h)->next_due.ms == WHEN_NEVER.ms);
    (void)city_do(h, "admin", house_command(h, "time-confirm"));
    assert_false(house_last(h)->held);
    assert_int_equal(told(h, "limit-missed", kase), 1);
    house_free(h);
}

static void nothing_expires_by_a_clock_that_is_doubted(void **state)
{
    (void)state;
    struct house *h = house_new_on(store_open_mem(), "2026-01-05", true);
    city_build(h);
    int64_t kase = city_case(h, "received");
    house_hold(h, HOLD_STEP);
    house_to(h, "2026-01-20");
    assert_int_equal(house_last(h)->held, HOLD_STEP);
    assert_int_equal(told(h, "limit-missed", kase), 0);
    const struct value *answer = city_do(h, "housing", city_proceeding(h, NULL)); /* what people do goes on */
    assert_true(v_get_int(answer, "case", 0) > kase);
    (void)city_do(h, "admin", house_command(h, "time-confirm"));
    assert_int_equal(house_last(h)->held, HOLD_NOTHING);
    assert_int_equal(told(h, "limit-missed", kase), 1);
    house_free(h);
}

static void simulated_time_is_never_doubted(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    house_hold(h, HOLD_UNSYNCHRONISED);
    house_to(h, "2026-01-20");
    assert_int_equal(house_last(h)->held, HOLD_NOTHING);
    assert_int_equal(told(h, "limit-missed", kase), 1);
}

static void recorded_time_never_goes_back(void **state)
{
    (void)state;
    struct house *h = house_new_on(store_open_mem(), "2026-01-05", true);
    city_build(h);
    house_to(h, "2026-01-06");
    (void)city_case(h, "proceeding");
    house_to(h, "2026-01-05");
    const struct value *answer = city_do(h, "housing", city_proceeding(h, NULL));
    assert_true(v_get_int(answer, "recorded", 0) >= day_start(day_of_civil(2026, 1, 6), 480).ms);
    house_away(h, "2026-01-04");
    assert_true(house_last(h)->held);
    house_free(h);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_case_goes_from_its_proceeding_to_the_archive),
        T(numbers_and_positions_are_dense_and_prev_tells_the_one_before),
        T(a_notice_carries_what_its_reader_needs),
        T(a_repeat_gets_the_same_answer_and_does_nothing),
        T(the_order_of_keys_makes_no_other_command),
        T(the_same_id_with_other_content_is_refused),
        T(another_principal_may_use_the_same_id),
        cmocka_unit_test(ids_must_be_uuids_of_this_time),
        cmocka_unit_test(an_old_id_is_refused_and_its_answer_still_told),
        T(a_refusal_by_the_law_is_an_event_and_is_remembered),
        T(a_refusal_of_right_or_form_leaves_nothing),
        T(a_dry_command_tells_and_writes_nothing),
        T(commands_of_a_batch_see_each_other),
        T(a_command_for_a_version_that_is_gone_is_refused),
        T(a_missed_limit_is_told_once),
        T(what_is_due_in_simulated_time_never_wakes_by_waiting),
        T(time_moves_only_forward_and_only_when_simulated),
        cmocka_unit_test(expiries_wait_after_a_long_absence_until_they_are_confirmed),
        cmocka_unit_test(nothing_expires_by_a_clock_that_is_doubted),
        T(simulated_time_is_never_doubted),
        cmocka_unit_test(recorded_time_never_goes_back),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
