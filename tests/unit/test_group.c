#include "daemon/bus/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct tick start = {1000000};

static int setup(void **state)
{
    *state = group_new(0, 0);
    return 0;
}

static int teardown(void **state)
{
    group_free(*state);
    return 0;
}

/* Notices 1 to n; every three are of three cases: 1, 2, 0, 1, 2, 0 … */
static void add(struct group *g, uint64_t n)
{
    for (uint64_t p = group_read(g) + 1; p <= n; p++)
        group_add(g, p, (int64_t)p % 3);
}

struct share {
    uint64_t position[64];
    size_t n;
    int64_t fence;
    bool again;
};

static struct share take(struct group *g, struct member *m)
{
    struct share s = {0};
    s.n = group_take(g, m, 64, s.position, &s.fence, &s.again);
    return s;
}

static bool has(const struct share *s, uint64_t position)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->position[i] == position)
            return true;
    return false;
}

static void members_have_disjoint_cases(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna"), *bert = group_join(g, "bert");
    add(g, 9);
    struct share a = take(g, anna), b = take(g, bert);
    assert_int_equal(a.n + b.n, 9);
    assert_true(a.n >= 3 && b.n >= 3);
    for (uint64_t p = 1; p <= 9; p++) {
        assert_true(has(&a, p) != has(&b, p));
        assert_true(has(&a, p) == has(&a, p % 3 + 3)); /* with the others of its case */
    }
}

static void a_case_is_free_again_when_all_of_it_is_settled(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna");
    group_add(g, 1, 7);
    take(g, anna);
    struct member *bert = group_join(g, "bert");
    group_add(g, 2, 7);
    assert_true(group_waits(g, anna));
    assert_false(group_waits(g, bert));
    take(g, anna);
    group_add(g, 3, 8); /* anna has two: bert gets it */
    assert_true(group_waits(g, bert));
    group_settled(g, 1);
    group_settled(g, 2);
    group_add(g, 4, 7); /* bert has one, anna none */
    assert_true(group_waits(g, anna));
}

static void what_an_expelled_member_had_passes_on_in_order_under_a_new_fence(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna");
    add(g, 6);
    struct share before = take(g, anna);
    struct member *bert = group_join(g, "bert");
    group_expel(g, anna);
    struct share after = take(g, bert);
    assert_int_equal(after.n, 6);
    assert_true(after.fence > before.fence);
    assert_true(after.again);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(after.position[i], i + 1);
}

static void what_was_never_sent_is_not_marked_again(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna");
    add(g, 3);
    group_expel(g, anna);
    struct share s = take(g, group_join(g, "bert"));
    assert_int_equal(s.n, 3);
    assert_false(s.again);
}

static void who_comes_back_in_time_is_sent_the_same_again_under_the_same_fence(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna");
    group_join(g, "bert");
    add(g, 6);
    struct share before = take(g, anna);
    group_leave(g, anna, start);
    assert_false(group_expire(g, (struct tick){start.ms + 14999}, 15000));
    assert_ptr_equal(group_join(g, "anna"), anna);
    struct share after = take(g, anna);
    assert_int_equal(after.fence, before.fence);
    assert_false(after.again);
    assert_memory_equal(after.position, before.position, sizeof before.position);
}

static void who_stays_away_is_expelled(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna"), *bert = group_join(g, "bert");
    add(g, 6);
    size_t n = take(g, anna).n + take(g, bert).n;
    assert_int_equal(n, 6);
    group_leave(g, anna, start);
    assert_true(group_expire(g, (struct tick){start.ms + 15000}, 15000));
    assert_true(group_waits(g, bert));
    group_leave(g, bert, start);
    assert_true(group_expire(g, (struct tick){start.ms + 15000}, 15000));
    assert_true(group_deserted(g));
}

static void claims_of_the_store_keep_their_owners_when_the_group_is_made_anew(void **state)
{
    struct group *g = *state;
    group_claimed(g, "anna", 2, 2, 5, start);
    group_settled(g, 3);
    struct member *bert = group_join(g, "bert");
    add(g, 6);
    struct share b = take(g, bert);
    assert_false(has(&b, 2)); /* anna's, though she is not here yet */
    assert_false(has(&b, 5)); /* of the same case */
    assert_false(has(&b, 3)); /* settled before it was read */
    assert_true(has(&b, 1) && has(&b, 4) && has(&b, 6));
    assert_true(b.fence > 5);
    struct share a = take(g, group_join(g, "anna"));
    assert_true(has(&a, 2) && a.fence == 5);
}

static void a_claim_that_the_store_took_first_decides(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna"), *bert = group_join(g, "bert");
    group_add(g, 1, 1);
    take(g, anna);
    group_claimed(g, "bert", 1, 1, 9, start);
    group_add(g, 2, 1);
    assert_true(group_waits(g, bert));
    assert_false(group_waits(g, anna));
}

static void what_could_not_be_sent_waits_again(void **state)
{
    struct group *g = *state;
    struct member *anna = group_join(g, "anna");
    add(g, 3);
    struct share s = take(g, anna);
    assert_false(group_waits(g, anna));
    group_untake(g, s.position, s.n);
    assert_int_equal(take(g, anna).n, 3);
}

static void the_room_is_bounded(void **state)
{
    struct group *g = *state;
    group_join(g, "anna");
    add(g, GROUP_MOST);
    assert_int_equal(group_room(g), 0);
    group_settled(g, 17);
    assert_int_equal(group_room(g), 1);
    for (int i = 1; i < GROUP_MEMBERS_MOST; i++) {
        char name[8] = {'m', (char)('a' + i / 26), (char)('a' + i % 26)};
        assert_non_null(group_join(g, name));
    }
    assert_null(group_join(g, "one-more"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(members_have_disjoint_cases),
        TEST(a_case_is_free_again_when_all_of_it_is_settled),
        TEST(what_an_expelled_member_had_passes_on_in_order_under_a_new_fence),
        TEST(what_was_never_sent_is_not_marked_again),
        TEST(who_comes_back_in_time_is_sent_the_same_again_under_the_same_fence),
        TEST(who_stays_away_is_expelled),
        TEST(claims_of_the_store_keep_their_owners_when_the_group_is_made_anew),
        TEST(a_claim_that_the_store_took_first_decides),
        TEST(what_could_not_be_sent_waits_again),
        TEST(the_room_is_bounded),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
