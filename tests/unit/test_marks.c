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
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(marks_follow(a, t, CASE, was, is), ST_OK);
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
    follow(kase, v_copy(a, kase));
    follow(kase, case_fork(a, kase));
    assert_int_equal(count(DB_DUE) + count(DB_INDEX) + count(DB_TASKS), 0);
}

/* ---- a case and what an event makes of it share what did not change ---- */

/* After each change the keys are those of a case that was always so. */
static struct value *changed(struct value *was, const char *op, const char *path, struct value *val)
{
    struct value *is = case_fork(a, was), *changes = v_list(a);
    if (strcmp(op, "del") == 0)
        change_del(a, changes, path);
    else if (strcmp(op, "push") == 0)
        change_push(a, changes, path, val);
    else
        change_put(a, changes, path, val);
    assert_int_equal(case_apply(a, is, changes), ST_OK);
    follow(was, is);
    static const enum store_db all[] = {DB_DUE, DB_INDEX, DB_TASKS};
    struct hash moved[3];
    for (size_t i = 0; i < 3; i++)
        moved[i] = digest(all[i]);
    store_close(s);
    s = store_open_mem();
    follow(NULL, is);
    for (size_t i = 0; i < 3; i++) {
        struct hash made = digest(all[i]);
        assert_memory_equal(moved[i].b, made.b, HASH_LEN);
    }
    return is;
}

static struct value *text(const char *t)
{
    return v_str(a, t);
}

static struct value *running(int64_t near_at)
{
    struct value *clock = v_map(a);
    v_put_str(a, clock, "state", "running");
    v_put_int(a, clock, "near-at", near_at);
    v_put_int(a, clock, "miss-at", near_at + 5);
    return clock;
}

static struct value *subject(const char *id)
{
    struct value *of = v_map(a);
    v_put_str(a, of, "id", id);
    return of;
}

static void keys_follow_each_change_of_a_case_that_shares_the_rest(void **state)
{
    (void)state;
    struct value *kase = with_tasks(1, 3, 9, 2);
    follow(NULL, kase);
    kase = changed(kase, "put", "stage", text("received")); /* without a procedure no key */
    kase = changed(kase, "put", "procedure", text("yinchuan"));
    kase = changed(kase, "put", "stage", text("verification"));
    kase = changed(kase, "put", "procedure", text("tianmen"));
    kase = changed(kase, "put", "imported.key", text("2019-7"));
    kase = changed(kase, "put", "procedure", text("yinchuan"));
    kase = changed(kase, "del", "stage", NULL);
    kase = changed(kase, "put", "roles.lead", text("cdi"));
    kase = changed(kase, "put", "roles.receiver", text("cdi"));
    kase = changed(kase, "put", "roles.lead", text("works"));
    kase = changed(kase, "put", "facts.subject", text("p-1"));
    kase = changed(kase, "push", "subjects", subject("p-2"));
    kase = changed(kase, "push", "subjects", subject("p-1"));
    kase = changed(kase, "del", "facts.subject", NULL); /* still there by the list */
    kase = changed(kase, "put", "facts.loss", v_int(a, 7));
    kase = changed(kase, "put", "clocks.verification", running(100));
    kase = changed(kase, "put", "clocks.decision", running(200));
    kase = changed(kase, "put", "clocks.verification.near-at", v_int(a, 150));
    kase = changed(kase, "put", "clocks.decision.state", text("met"));
    kase = changed(kase, "put", "tasks.2.department", text("c"));
    kase = changed(kase, "put", "tasks.3.escalated", v_bool(a, true));
    kase = changed(kase, "del", "tasks.1", NULL);
    kase = changed(kase, "put", "ended", v_bool(a, true));
    kase = changed(kase, "put", "outcome", text("exempted"));
    kase = changed(kase, "del", "ended", NULL);
    (void)changed(kase, "put", "told.notice", v_list(a));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_department_that_loses_one_of_two_roles_is_still_found, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_follow_tasks_that_come_go_and_change_hands, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_written_where_nothing_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_follow_each_change_of_a_case_that_shares_the_rest, setup, teardown),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
