/* What the members of a group may claim and settle, and what the store has of it. */
#include "tests/contract/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Five notices stand in the stream of the housing bureau: five cases were accepted and each asks it to suspend. */
static int setup(void **state)
{
    struct house *h = house_new("2026-01-05");
    city_build(h);
    for (int i = 0; i < 5; i++)
        (void)city_case(h, "verification");
    assert_true(v_count(house_notices(h, "housing")) >= 5);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    house_free(*state);
    return 0;
}

static struct value *report(struct house *h, const char *name)
{
    struct arena *a = house_arena(h);
    struct value *r = v_map(a);
    v_put_str(a, r, "t", "report");
    v_put_str(a, r, "stream", "housing");
    v_put_str(a, r, "name", name);
    v_put_str(a, r, "group", "desk");
    return r;
}

/* Claim the n positions behind `after`; the answer. */
static const struct value *claim(struct house *h, const char *name, int64_t after, int64_t n, int64_t fence)
{
    struct arena *a = house_arena(h);
    struct value *r = report(h, name), *took = v_list(a);
    for (int64_t p = after + 1; p <= after + n; p++) {
        struct value *one = v_map(a);
        v_put_int(a, one, "position", p);
        v_put_int(a, one, "fence", fence);
        v_push(a, took, one);
    }
    v_put(a, r, "took", took);
    return house_do(h, "housing", r);
}

static const struct value *done(struct house *h, const char *name, int64_t position)
{
    struct arena *a = house_arena(h);
    struct value *r = report(h, name), *list = v_list(a);
    v_push(a, list, v_int(a, position));
    v_put(a, r, "done", list);
    return house_do(h, "housing", r);
}

static size_t fenced(const struct value *answer)
{
    assert_string_equal(v_get_str(answer, "t", ""), "accepted");
    return v_count(v_get(answer, "fenced"));
}

static struct group_state state_of(struct house *h)
{
    struct group_state g;
    assert_int_equal(group_state(house_arena(h), house_store(h), "housing", "desk", &g), ST_OK);
    return g;
}

static void the_first_claim_under_a_fence_holds(void **state)
{
    struct house *h = *state;
    assert_int_equal(fenced(claim(h, "anna", 0, 2, 1)), 0);
    assert_int_equal(fenced(claim(h, "bert", 0, 3, 1)), 2);
    struct group_state g = state_of(h);
    assert_int_equal(g.n, 3);
    assert_string_equal(g.claim[0].name, "anna");
    assert_string_equal(g.claim[2].name, "bert");
    assert_true(g.claim[0].kase > 0);
    assert_int_equal(g.read, 3);
}

static void a_claim_under_a_greater_fence_takes_it_away(void **state)
{
    struct house *h = *state;
    claim(h, "anna", 0, 2, 1);
    assert_int_equal(fenced(claim(h, "bert", 1, 1, 2)), 0);
    assert_int_equal(fenced(done(h, "anna", 2)), 1);
    assert_int_equal(fenced(claim(h, "anna", 1, 1, 1)), 1);
    assert_int_equal(fenced(done(h, "anna", 1)), 0);
    assert_int_equal(fenced(done(h, "bert", 2)), 0);
    struct group_state g = state_of(h);
    assert_int_equal(g.n, 0);
    assert_int_equal(g.read, 2);
    assert_int_equal(g.fence, 2);
}

static void what_nobody_claimed_cannot_be_settled(void **state)
{
    struct house *h = *state;
    assert_int_equal(fenced(done(h, "anna", 1)), 1);
    const struct value *unserved = house_ask(h, "inspector", house_question(h, "unserved"));
    assert_true(v_get_int(unserved, "total", 0) >= 5);
}

static void what_is_settled_is_claimed_by_nobody(void **state)
{
    struct house *h = *state;
    claim(h, "anna", 2, 1, 1); /* two before it are not claimed */
    done(h, "anna", 3);
    assert_int_equal(fenced(claim(h, "bert", 2, 1, 9)), 1);
    struct group_state g = state_of(h);
    assert_int_equal(g.read, 0);
    assert_int_equal(g.n, 1);
    assert_null(g.claim[0].name);
    claim(h, "bert", 0, 2, 9);
    g = state_of(h);
    assert_int_equal(g.read, 3);
    assert_int_equal(g.n, 2);
}

static void another_subscriber_of_its_own_changes_nothing_in_the_group(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    struct value *r = v_map(a), *list = v_list(a);
    claim(h, "anna", 0, 1, 1);
    v_put_str(a, r, "t", "report");
    v_put_str(a, r, "stream", "housing");
    v_put_str(a, r, "name", "archive");
    v_push(a, list, v_int(a, 1));
    v_put(a, r, "done", list);
    assert_string_equal(v_get_str(house_do(h, "housing", r), "t", ""), "accepted");
    assert_int_equal(state_of(h).n, 1);
    assert_int_equal(fenced(done(h, "anna", 1)), 0);
    assert_int_equal(state_of(h).n, 0);
}

static void a_member_reports_what_it_took_and_not_how_far_it_is(void **state)
{
    struct house *h = *state;
    struct value *r = report(h, "anna");
    v_put_int(house_arena(h), r, "received", 1);
    assert_string_equal(v_get_str(house_do(h, "housing", r), "code", ""), "report-wrong");
}

static void a_restart_and_a_refold_keep_the_claims(void **state)
{
    struct house *h = *state;
    struct buf before = {0}, after = {0};
    claim(h, "anna", 0, 3, 4);
    done(h, "anna", 2);
    house_dump(house_store(h), true, &before);
    struct store_txn *t;
    struct bytes key = {(const uint8_t *)"refold", 6}, yes = {(const uint8_t *)"1", 1};
    assert_int_equal(store_write(house_store(h), &t), ST_OK);
    assert_int_equal(store_put(t, DB_META, key, yes), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    house_restart(h);
    house_dump(house_store(h), true, &after);
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.p, after.p, before.n);
    assert_int_equal(state_of(h).n, 2);
    buf_done(&before);
    buf_done(&after);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(the_first_claim_under_a_fence_holds),
        TEST(a_claim_under_a_greater_fence_takes_it_away),
        TEST(what_nobody_claimed_cannot_be_settled),
        TEST(what_is_settled_is_claimed_by_nobody),
        TEST(another_subscriber_of_its_own_changes_nothing_in_the_group),
        TEST(a_member_reports_what_it_took_and_not_how_far_it_is),
        TEST(a_restart_and_a_refold_keep_the_claims),
    };
    return cmocka_run_group_tests_name("engine_group", tests, NULL, NULL);
}
