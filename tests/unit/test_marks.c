#include "daemon/core/case.h"
#include "daemon/engine/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CASE = 7 };

static struct arena *a;
static struct store *s;

static int setup(void **state)
{
    (void)state;
    a = arena_new();
    s = store_open_mem();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store_close(s);
    arena_free(a);
    return 0;
}

/* From one case to another. */
static void follow(const struct value *was, const struct value *is)
{
    struct store_txn *t;
    struct marks old = marks_take(a, was), now = marks_take(a, is);
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(marks_move(t, CASE, &old, &now), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
}

static uint64_t count(enum store_db db)
{
    struct store_txn *t;
    uint64_t n;
    assert_int_equal(store_read(s, &t), ST_OK);
    assert_int_equal(store_count(t, db, &n), ST_OK);
    store_abort(t);
    return n;
}

static struct hash digest(enum store_db db)
{
    struct store_txn *t;
    struct hash h;
    assert_int_equal(store_read(s, &t), ST_OK);
    assert_int_equal(store_digest(t, db, &h), ST_OK);
    store_abort(t);
    return h;
}

static struct value *with_roles(const char *lead, const char *receiver)
{
    struct value *kase = v_map(a), *roles = v_map(a);
    if (lead)
        v_put_str(a, roles, "lead", lead);
    if (receiver)
        v_put_str(a, roles, "receiver", receiver);
    v_put(a, kase, "roles", roles);
    return kase;
}

static void a_department_that_loses_one_of_two_roles_is_still_found(void **state)
{
    (void)state;
    follow(NULL, with_roles("cdi", "cdi"));
    assert_int_equal(count(DB_INDEX), 2); /* state and cdi */
    follow(with_roles("cdi", "cdi"), with_roles("works", "cdi"));
    assert_int_equal(count(DB_INDEX), 3);
    follow(with_roles("works", "cdi"), with_roles("cdi", NULL));
    assert_int_equal(count(DB_INDEX), 2);
    struct hash moved = digest(DB_INDEX);
    follow(with_roles("cdi", NULL), with_roles(NULL, NULL));
    assert_int_equal(count(DB_INDEX), 1);
    follow(with_roles(NULL, NULL), with_roles("cdi", "cdi"));
    struct hash made = digest(DB_INDEX);
    assert_memory_equal(moved.b, made.b, HASH_LEN);
}

/* Tasks first to last, without each that is a multiple of `skip`; department "a" up to `given`, then "b". */
static struct value *with_tasks(int first, int last, int skip, int given)
{
    struct value *kase = v_map(a), *tasks = v_map(a);
    for (int i = first; i <= last; i++) {
        struct value *task = v_map(a);
        if (i % skip == 0)
            continue;
        v_put_str(a, task, "department", i <= given ? "a" : "b");
        v_put_int(a, task, "due-at", 1000 + i);
        v_put(a, tasks, arena_printf(a, "%d", i), task);
    }
    v_put(a, kase, "tasks", tasks);
    return kase;
}

/* Many are sorted, few are looked through: both lead to the keys of a case that was always so. */
static void keys_follow_tasks_that_come_go_and_change_hands(void **state)
{
    static const int sizes[] = {3, 10, 31, 40, 200};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n = sizes[i];
        struct value *was = with_tasks(1, n, 5, n / 2), *is = with_tasks(2, n + 3, 3, n / 3);
        follow(NULL, was);
        follow(was, is);
        struct hash due = digest(DB_DUE), tasks = digest(DB_TASKS);
        assert_int_equal(count(DB_TASKS), 2 * count(DB_DUE));
        follow(is, with_tasks(1, 0, 1, 0));
        assert_int_equal(count(DB_TASKS), 0);
        follow(NULL, is);
        struct hash due_made = digest(DB_DUE), tasks_made = digest(DB_TASKS);
        assert_memory_equal(due.b, due_made.b, HASH_LEN);
        assert_memory_equal(tasks.b, tasks_made.b, HASH_LEN);
        follow(is, with_tasks(1, 0, 1, 0));
    }
}

static void nothing_is_written_where_nothing_changed(void **state)
{
    (void)state;
    struct value *kase = with_tasks(1, 5, 9, 5);
    struct marks old = marks_take(a, kase), now = marks_take(a, v_copy(a, kase));
    struct store_txn *t;
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(marks_move(t, CASE, &old, &now), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    assert_int_equal(count(DB_DUE) + count(DB_INDEX) + count(DB_TASKS), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_department_that_loses_one_of_two_roles_is_still_found, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_follow_tasks_that_come_go_and_change_hands, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_written_where_nothing_changed, setup, teardown),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
