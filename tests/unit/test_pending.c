#include "daemon/pending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct peer anna = {{0, 1, 1, 1, 1}}, bert = {{0, 2, 2, 2, 2}};

static void an_answer_finds_its_sender_once(void **state)
{
    struct pending *p = pending_new();
    struct peer to;
    uint64_t one, two;
    (void)state;
    assert_int_equal(pending_add(p, &anna, "anna", &one), ST_OK);
    assert_int_equal(pending_add(p, &bert, "bert", &two), ST_OK);
    assert_int_not_equal(one, two);
    assert_true(pending_take(p, two, &to));
    assert_true(peer_same(&to, &bert));
    assert_false(pending_take(p, two, &to));
    assert_true(pending_take(p, one, &to));
    assert_true(peer_same(&to, &anna));
    assert_int_equal(pending_count(p), 0);
    pending_free(p);
}

static void an_unknown_tag_is_nobodys(void **state)
{
    struct pending *p = pending_new();
    struct peer to;
    (void)state;
    assert_false(pending_take(p, 0, &to));
    assert_false(pending_take(p, UINT64_MAX, &to));
    pending_free(p);
}

static void a_principal_has_its_bound_and_others_are_not_held_up(void **state)
{
    struct pending *p = pending_new();
    struct peer to;
    uint64_t tag, first = 0;
    (void)state;
    for (int i = 0; i < PENDING_MOST; i++) {
        assert_int_equal(pending_add(p, &anna, "anna", &tag), ST_OK);
        if (i == 0)
            first = tag;
    }
    assert_int_equal(pending_add(p, &anna, "anna", &tag), ST_LIMIT);
    assert_int_equal(pending_add(p, &bert, "bert", &tag), ST_OK);
    assert_true(pending_take(p, first, &to));
    assert_int_equal(pending_add(p, &anna, "anna", &tag), ST_OK);
    assert_int_equal(tag, first);
    assert_int_equal(pending_add(p, &anna, "anna", &tag), ST_LIMIT);
    pending_free(p);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_finds_its_sender_once),
        cmocka_unit_test(an_unknown_tag_is_nobodys),
        cmocka_unit_test(a_principal_has_its_bound_and_others_are_not_held_up),
    };
    return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
