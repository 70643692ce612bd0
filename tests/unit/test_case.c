#include "daemon/core/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void a_put_makes_the_maps_on_the_way(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    change_put(a, changes, "clocks.verification.state", v_str(a, "running"));
    change_put(a, changes, "stage", v_str(a, "received"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_string_equal(v_text(v_path(kase, "clocks.verification.state"), ""), "running");
    assert_string_equal(v_get_str(kase, "stage", ""), "received");
}

static void a_push_makes_the_list_and_keeps_the_order(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    change_push(a, changes, "told.archived", v_str(a, "one"));
    change_push(a, changes, "told.archived", v_str(a, "two"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_string_equal(v_text(v_at(v_path(kase, "told.archived"), 1), ""), "two");
}

static void applying_never_changes_the_changes_themselves(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a), *list = v_list(a);
    v_push(a, list, v_int(a, 1));
    change_put(a, changes, "papers.report", list);
    change_push(a, changes, "papers.report", v_int(a, 2));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_int_equal(v_count(v_path(kase, "papers.report")), 2);
    assert_int_equal(v_count(list), 1);
}

static void deleting_what_is_not_there_is_fine(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    v_put_int(a, kase, "version", 1);
    change_del(a, changes, "tasks.7");
    change_del(a, changes, "version");
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_int_equal(v_count(kase), 0);
}

static void a_change_of_no_such_form_is_corrupt(void **state)
{
    struct arena *a = *state;
    const char *bad_paths[] = {"", ".", "a.", ".a", "a..b", "n.x", "n.x.y"};
    for (size_t i = 0; i < sizeof bad_paths / sizeof *bad_paths; i++) {
        struct value *kase = v_map(a), *changes = v_list(a);
        v_put_int(a, kase, "n", 1);
        change_put(a, changes, bad_paths[i], v_int(a, 2));
        assert_int_equal(case_apply(a, kase, changes), ST_CORRUPT);
    }
    struct value *kase = v_map(a), *changes = v_list(a), *item = v_list(a);
    v_push(a, item, v_str(a, "swap"));
    v_push(a, item, v_str(a, "a"));
    v_push(a, changes, item);
    assert_int_equal(case_apply(a, kase, changes), ST_CORRUPT);
    changes = v_list(a);
    v_put_str(a, kase, "text", "not a list");
    change_push(a, changes, "text", v_int(a, 1));
    assert_int_equal(case_apply(a, kase, changes), ST_CORRUPT);
    assert_int_equal(case_apply(a, kase, v_map(a)), ST_CORRUPT);
    assert_int_equal(case_apply(a, v_list(a), v_list(a)), ST_CORRUPT);
}

static void a_path_is_read_and_written_the_same(void **state)
{
    struct arena *a = *state;
    const char *good[] = {"stage", "clocks.verification-12.due", "a.b.c.d.e.f"};
    const char *bad[] = {"", ".", "a.", ".a", "a..b", "a.b.c.d.e.f.g"};
    struct step step[PATH_STEPS];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct path path = {path_read(step, good[i], strlen(good[i])), step};
        assert_true(path.n > 0);
        assert_string_equal(v_text(path_text(a, &path), ""), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(path_read(step, bad[i], strlen(bad[i])), 0);
    const char *name = "verification-12";
    assert_string_equal(v_text(path_text(a, PATH("clocks", name, "due")), ""), "clocks.verification-12.due");
    assert_string_equal(v_text(path_text(a, PATH("a", "b", "c", "d", "e")), ""), "a.b.c.d.e");
}

static struct value *some_case(struct arena *a)
{
    struct value *kase = v_map(a), *changes = v_list(a);
    change_put(a, changes, "clocks.one.state", v_str(a, "running"));
    change_put(a, changes, "clocks.two.state", v_str(a, "running"));
    change_push(a, changes, "told.archived", v_str(a, "x"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    return kase;
}

static void a_fork_shares_the_case_and_never_changes_it(void **state)
{
    struct arena *a = *state;
    struct value *kase = some_case(a), *before = v_copy(a, kase), *again;
    struct edit e = edit_copy(a, kase, NULL);
    struct value *fork = e.kase;
    const struct path *paths[] = {PATH("clocks", "one", "state"), PATH("clocks", "three", "state"), PATH("stage")};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(edit_change(&e, CHANGE_PUT, paths[i], v_str(a, "met")), CHANGE_MADE);
    assert_int_equal(edit_change(&e, CHANGE_PUSH, PATH("told", "archived"), v_str(a, "y")), CHANGE_MADE);
    assert_int_equal(edit_change(&e, CHANGE_DEL, PATH("clocks", "two"), NULL), CHANGE_MADE);
    assert_true(v_equal(before, kase));
    assert_string_equal(v_text(v_path(fork, "clocks.one.state"), ""), "met");
    assert_int_equal(v_count(v_get(fork, "clocks")), 2);
    assert_int_equal(v_count(v_path(fork, "told.archived")), 2);
    again = v_copy(a, fork); /* and two forks of one case know nothing of each other */
    struct edit f = edit_copy(a, fork, NULL);
    struct value *other = f.kase;
    assert_int_equal(edit_change(&f, CHANGE_DEL, PATH("clocks", "one", "state"), NULL), CHANGE_MADE);
    assert_true(v_equal(again, fork));
    assert_null(v_path(other, "clocks.one.state"));
}

static void what_an_event_put_is_changed_in_the_event(void **state)
{
    struct arena *a = *state;
    struct value *event = v_list(a), *clock = v_map(a), *list = v_list(a);
    struct edit e = edit_copy(a, NULL, event);
    struct value *kase = e.kase;
    v_put(a, clock, "ledger", v_list(a));
    assert_int_equal(edit_change(&e, CHANGE_PUT, PATH("clocks", "one"), clock), CHANGE_MADE);
    assert_int_equal(edit_change(&e, CHANGE_PUSH, PATH("clocks", "one", "ledger"), v_int(a, 1)), CHANGE_COVERED);
    assert_int_equal(v_count(v_get(clock, "ledger")), 1);
    assert_int_equal(edit_change(&e, CHANGE_PUT, PATH("clocks", "two", "state"), v_str(a, "met")), CHANGE_MADE);
    /* a list is put as it was: what is pushed on it later is a change of its own */
    assert_int_equal(edit_change(&e, CHANGE_PUT, PATH("papers", "report"), list), CHANGE_MADE);
    assert_int_equal(edit_change(&e, CHANGE_PUSH, PATH("papers", "report"), v_int(a, 2)), CHANGE_MADE);
    assert_int_equal(v_count(list), 0);
    assert_int_equal(v_count(v_path(kase, "papers.report")), 1);
    /* the next event finds nothing that it has put */
    struct edit f = edit_copy(a, kase, v_list(a));
    assert_int_equal(edit_change(&f, CHANGE_PUT, PATH("clocks", "one", "state"), v_str(a, "met")), CHANGE_MADE);
    assert_null(v_get(clock, "state"));
}

static void clock(struct arena *a, struct value *changes, const char *name, const char *state_, int64_t near_at,
                  int64_t miss_at)
{
    struct value *c = v_map(a);
    v_put_str(a, c, "state", state_);
    if (near_at)
        v_put_int(a, c, "near-at", near_at);
    v_put_int(a, c, "miss-at", miss_at);
    change_put(a, changes, arena_printf(a, "clocks.%s", name), c);
}

static void only_running_clocks_and_open_tasks_are_due(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    clock(a, changes, "running", "running", 10, 20);
    clock(a, changes, "met", "met", 11, 21);
    change_put(a, changes, "tasks.4.due-at", v_int(a, 30));
    change_put(a, changes, "tasks.5.due-at", v_int(a, 31));
    change_put(a, changes, "tasks.5.escalated", v_bool(a, true));
    change_put(a, changes, "tasks.6.act", v_str(a, "without a limit"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    struct due_moment *due;
    assert_int_equal(case_due(a, kase, &due), 3);
    assert_string_equal(due[0].what, "near");
    assert_int_equal(due[0].at.ms, 10);
    assert_string_equal(due[1].what, "miss");
    assert_string_equal(due[1].name, "running");
    assert_string_equal(due[2].what, "task");
    assert_string_equal(due[2].name, "4");
}

static void a_provisional_limit_never_expires(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    clock(a, changes, "long", "running", 10, 20);
    change_put(a, changes, "clocks.long.provisional", v_bool(a, true));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    struct due_moment *due;
    assert_int_equal(case_due(a, kase, &due), 1);
    assert_string_equal(due[0].what, "near");
}

static bool is_found_by(struct arena *a, const struct value *kase, const char *kind, const char *first,
                        const char *second)
{
    struct index_entry *entry;
    size_t n = case_index(a, kase, &entry);
    for (size_t i = 0; i < n; i++)
        if (strcmp(entry[i].kind, kind) == 0 && strcmp(entry[i].first, first) == 0 &&
            (second ? entry[i].second && strcmp(entry[i].second, second) == 0 : !entry[i].second))
            return true;
    return false;
}

static void a_case_is_found_by_what_it_is_and_who_has_part_in_it(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    struct index_entry *entry;
    change_put(a, changes, "procedure", v_str(a, "yinchuan"));
    change_put(a, changes, "stage", v_str(a, "received"));
    change_put(a, changes, "roles.receiver", v_str(a, "cdi"));
    change_put(a, changes, "roles.organ", v_str(a, "cdi"));
    change_put(a, changes, "roles.audit", v_str(a, "audit"));
    change_put(a, changes, "facts.subject", v_str(a, "p1"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_int_equal(case_index(a, kase, &entry), 6); /* cdi twice */
    assert_true(is_found_by(a, kase, "department", "audit", NULL));
    assert_true(is_found_by(a, kase, "department", "cdi", NULL));
    assert_true(is_found_by(a, kase, "stage", "yinchuan", "received"));
    assert_true(is_found_by(a, kase, "state", "open", NULL));
    assert_true(is_found_by(a, kase, "subject", "p1", NULL));
    v_put_bool(a, kase, "ended", true);
    v_put(a, kase, "outcome", v_strn(a, memset(arena_alloc(a, 201), 'x', 201), 201)); /* no key holds that */
    assert_int_equal(case_index(a, kase, &entry), 6);
    assert_true(is_found_by(a, kase, "state", "ended", NULL));
}

static void a_case_without_anything_is_still_open_and_never_due(void **state)
{
    struct arena *a = *state;
    struct index_entry *entry;
    struct due_moment *due;
    assert_int_equal(case_due(a, v_map(a), &due), 0);
    assert_int_equal(case_index(a, v_map(a), &entry), 1);
    assert_int_equal(case_due(a, NULL, &due), 0);
}

static void a_day_is_read_or_is_none(void **state)
{
    struct arena *a = *state;
    struct value *kase = v_map(a), *changes = v_list(a);
    change_put(a, changes, "facts.started", v_str(a, "2026-02-13"));
    change_put(a, changes, "facts.subject", v_str(a, "p1"));
    assert_int_equal(case_apply(a, kase, changes), ST_OK);
    assert_int_equal(case_day(kase, "facts.started").n, day_of_civil(2026, 2, 13).n);
    assert_false(day_is(case_day(kase, "facts.subject")));
    assert_false(day_is(case_day(kase, "facts.told")));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_put_makes_the_maps_on_the_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_push_makes_the_list_and_keeps_the_order, setup, teardown),
        cmocka_unit_test_setup_teardown(applying_never_changes_the_changes_themselves, setup, teardown),
        cmocka_unit_test_setup_teardown(deleting_what_is_not_there_is_fine, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_of_no_such_form_is_corrupt, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_is_read_and_written_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fork_shares_the_case_and_never_changes_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_an_event_put_is_changed_in_the_event, setup, teardown),
        cmocka_unit_test_setup_teardown(only_running_clocks_and_open_tasks_are_due, setup, teardown),
        cmocka_unit_test_setup_teardown(a_provisional_limit_never_expires, setup, teardown),
        cmocka_unit_test_setup_teardown(a_case_is_found_by_what_it_is_and_who_has_part_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_case_without_anything_is_still_open_and_never_due, setup, teardown),
        cmocka_unit_test_setup_teardown(a_day_is_read_or_is_none, setup, teardown),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("case", tests, NULL, NULL);
}
