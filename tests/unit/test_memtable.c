#include "daemon/base/check.h"
#include "daemon/store/key.h"
#include "daemon/store/memtable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include <cmocka.h>

enum { LIST = 1, LISTS = 3 };

static int setup(void **state)
{
    *state = memtable_new(LISTS);
    return 0;
}

static int teardown(void **state)
{
    memtable_drop(*state);
    return 0;
}

static struct bytes text(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void put(struct memtable *m, uint64_t number, const char *key, const char *val)
{
    memcpy(memtable_put(m, LIST, number, text(key), strlen(val)), val, strlen(val));
}

/* NULL: the table knows nothing of the key; "-": it was deleted. */
static void sees(struct memtable *m, uint64_t snapshot, const char *key, const char *want)
{
    const struct memtable_item *it = memtable_get(m, LIST, snapshot, text(key));
    struct bytes val;
    assert_int_equal(it != NULL, want != NULL);
    if (!it)
        return;
    bool there = memtable_val(it, snapshot, &val);
    assert_int_equal(there, strcmp(want, "-") != 0);
    if (there) {
        assert_int_equal(val.n, strlen(want));
        assert_memory_equal(val.p, want, val.n);
    }
}

static void each_snapshot_sees_its_own_version(void **state)
{
    struct memtable *m = *state;
    put(m, 5, "k", "five");
    memtable_keep(m);
    put(m, 7, "k", "seven");
    memtable_keep(m);
    memtable_del(m, LIST, 9, text("k"));
    memtable_keep(m);
    sees(m, 4, "k", NULL);
    sees(m, 5, "k", "five");
    sees(m, 6, "k", "five");
    sees(m, 8, "k", "seven");
    sees(m, 9, "k", "-");
    sees(m, 9, "kk", NULL);
    assert_null(memtable_get(m, LIST + 1, 9, text("k"))); /* another list */
}

static void a_transaction_overwrites_itself(void **state)
{
    struct memtable *m = *state;
    put(m, 5, "k", "five");
    memtable_keep(m);
    put(m, 6, "k", "once");
    memtable_del(m, LIST, 6, text("k"));
    put(m, 6, "k", "twice");
    sees(m, 5, "k", "five");
    sees(m, 6, "k", "twice");
    memtable_undo(m);
    sees(m, 6, "k", "five");
    put(m, 7, "k", "seven");
    memtable_keep(m);
    sees(m, 6, "k", "five");
    sees(m, 7, "k", "seven");
}

static void what_was_undone_is_walked_by(void **state)
{
    struct memtable *m = *state;
    const struct bytes nothing = {NULL, 0};
    put(m, 1, "b", "1");
    memtable_keep(m);
    put(m, 2, "a", "2");
    put(m, 2, "c", "2");
    memtable_undo(m);
    const struct memtable_item *it = memtable_from(m, LIST, 2, nothing);
    assert_memory_equal(memtable_key(it).p, "b", 1);
    assert_null(memtable_next(it, 2));
    assert_ptr_equal(memtable_before(m, LIST, 2, nothing), it);
    assert_null(memtable_before(m, LIST, 2, text("b")));
    assert_null(memtable_from(m, LIST, 0, nothing)); /* before anything was */
}

static void keys_are_in_the_order_of_their_bytes(void **state)
{
    /* prefixes, zeros behind, and keys that are alike in their first eight bytes */
    static const char *const sorted[] = {"a", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "aaaaaaaab1", "ab", "b", "\xff"};
    enum { N = sizeof sorted / sizeof *sorted };
    struct memtable *m = *state;
    const struct bytes nothing = {NULL, 0};
    for (size_t i = 0; i < N; i++)
        put(m, 1, sorted[(i * 5 + 3) % N], "x");
    const struct bytes zero = {(const uint8_t *)"a\0", 2};
    memtable_put(m, LIST, 1, zero, 0);
    const struct memtable_item *it = memtable_from(m, LIST, 1, nothing);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(key_compare(memtable_key(it), text(sorted[i])), 0);
        it = memtable_next(it, 1);
        if (i == 0) {
            assert_int_equal(key_compare(memtable_key(it), zero), 0);
            it = memtable_next(it, 1);
        }
    }
    assert_null(it);
    it = memtable_before(m, LIST, 1, nothing);
    for (size_t i = N; i-- > 1;) {
        assert_int_equal(key_compare(memtable_key(it), text(sorted[i])), 0);
        it = memtable_before(m, LIST, 1, memtable_key(it));
    }
}

static void large_values_and_many_keys_are_held(void **state)
{
    enum { MANY = 20000, LARGE = 300000 };
    struct memtable *m = *state;
    size_t before = memtable_bytes(m), n = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        struct key k = key_u64((uint64_t)i * 2654435761u % MANY);
        memcpy(memtable_put(m, LIST, 1, key_bytes(&k), sizeof i), &i, sizeof i);
        if (i == MANY / 2)
            memset(memtable_put(m, LIST, 1, text("large"), LARGE), 'x', LARGE);
    }
    struct bytes val;
    assert_true(memtable_val(memtable_get(m, LIST, 1, text("large")), 1, &val));
    assert_int_equal(val.n, LARGE);
    assert_int_equal(val.p[LARGE - 1], 'x');
    for (const struct memtable_item *it = memtable_from(m, LIST, 1, (struct bytes){NULL, 0}); it;
         it = memtable_next(it, 1))
        n++;
    assert_int_equal(n, MANY + 1);
    assert_true(memtable_bytes(m) > before + LARGE + (size_t)MANY * 16);
}

/* ---- a reader beside the writer ---- */

struct beside {
    struct memtable *m;
    atomic_uint_fast64_t kept; /* the newest that counts */
    atomic_bool over;
    atomic_int wrong, looks;
};

/* In each snapshot all keys that are there have the snapshot's version or an older one, and as many as were put by
 * then. */
static int look(void *ctx)
{
    struct beside *b = ctx;
    do {
        uint64_t snapshot = atomic_load(&b->kept), n = 0;
        const struct memtable_item *it = memtable_from(b->m, LIST, snapshot, (struct bytes){NULL, 0});
        for (; it; it = memtable_next(it, snapshot)) {
            struct bytes val;
            uint64_t number;
            if (!memtable_val(it, snapshot, &val))
                continue;
            memcpy(&number, val.p, sizeof number);
            n++;
            if (number > snapshot)
                atomic_fetch_add(&b->wrong, 1);
        }
        if (n != snapshot)
            atomic_fetch_add(&b->wrong, 1);
        atomic_fetch_add(&b->looks, 1);
    } while (!atomic_load(&b->over));
    return 0;
}

static void a_reader_beside_the_writer_sees_whole_states(void **state)
{
    struct beside b = {.m = *state};
    thrd_t thread;
    int result;
    assert_int_equal(thrd_create(&thread, look, &b), thrd_success);
    for (uint64_t number = 1; number <= 3000; number++) {
        struct key fresh = key_u64(number * 7919 % 100003), old = key_u64(7919);
        memcpy(memtable_put(b.m, LIST, number, key_bytes(&fresh), sizeof number), &number, sizeof number);
        memcpy(memtable_put(b.m, LIST, number, key_bytes(&old), sizeof number), &number, sizeof number);
        memtable_keep(b.m);
        atomic_store(&b.kept, number);
    }
    while (atomic_load(&b.looks) < 20)
        thrd_yield();
    atomic_store(&b.over, true);
    assert_int_equal(thrd_join(thread, &result), thrd_success);
    assert_int_equal(atomic_load(&b.wrong), 0);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(each_snapshot_sees_its_own_version),  T(a_transaction_overwrites_itself),
        T(what_was_undone_is_walked_by),        T(keys_are_in_the_order_of_their_bytes),
        T(large_values_and_many_keys_are_held), T(a_reader_beside_the_writer_sees_whole_states),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("memtable", tests, NULL, NULL);
}
