#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"
#include "tests/contract/store_contract.h"

#include "daemon/base/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

static void what_is_put_is_read(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    struct bytes got;
    put(t, DB_CASES, "k", "first");
    assert_int_equal(store_get(t, DB_CASES, text("k"), &got), ST_OK);
    assert_memory_equal(got.p, "first", 5);
    put(t, DB_CASES, "k", "second, and longer");
    commit(t);
    expect(b, DB_CASES, "k", "second, and longer");
    expect(b, DB_TASKS, "k", NULL);
    bench_reopen(b);
    expect(b, DB_CASES, "k", "second, and longer");
}

static void an_empty_value_is_a_value(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_INDEX, "empty", "");
    commit(t);
    expect(b, DB_INDEX, "empty", "");
    expect(b, DB_INDEX, "other", NULL);
}

static void keys_outside_the_bounds_are_refused(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    uint8_t long_key[KEY_MOST + 1];
    struct bytes got;
    memset(long_key, 'x', sizeof long_key);
    struct bytes most = {long_key, KEY_MOST}, over = {long_key, KEY_MOST + 1};
    assert_int_equal(store_put(t, DB_CASES, over, text("v")), ST_INVALID);
    assert_int_equal(store_put(t, DB_CASES, text(""), text("v")), ST_INVALID);
    assert_int_equal(store_get(t, DB_CASES, over, &got), ST_INVALID);
    assert_int_equal(store_del(t, DB_CASES, text("")), ST_INVALID);
    assert_int_equal(store_put(t, DB_CASES, most, text("v")), ST_OK);
    commit(t); /* a refused key spoils nothing */
    t = begin_read(b);
    assert_int_equal(store_get(t, DB_CASES, most, &got), ST_OK);
    store_abort(t);
}

static void a_value_of_a_mebibyte_comes_back(void **state)
{
    struct bench *b = *state;
    enum { N = 1024 * 1024 };
    uint8_t *big = xmalloc(N);
    struct bytes got;
    for (size_t i = 0; i < N; i++)
        big[i] = (uint8_t)(i * 7 + i / 251);
    for (size_t n = 1; n <= N; n *= 4) {
        struct store_txn *t = begin_write(b);
        assert_int_equal(store_put(t, DB_EVENTS, text("big"), (struct bytes){big, n}), ST_OK);
        commit(t);
        t = begin_read(b);
        assert_int_equal(store_get(t, DB_EVENTS, text("big"), &got), ST_OK);
        assert_int_equal(got.n, n);
        assert_memory_equal(got.p, big, n);
        store_abort(t);
    }
    struct store_txn *t = begin_write(b);
    assert_int_equal(store_put(t, DB_EVENTS, text("over"), (struct bytes){big, (size_t)STORE_VALUE_MOST + 1}),
                     ST_LIMIT);
    store_abort(t);
    free(big);
}

static void an_aborted_transaction_leaves_nothing(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "kept", "1");
    commit(t);
    t = begin_write(b);
    put(t, DB_CASES, "kept", "2");
    put(t, DB_CASES, "new", "2");
    assert_int_equal(store_clear(t, DB_CASES), ST_OK);
    put(t, DB_TASKS, "new", "2");
    store_abort(t);
    expect(b, DB_CASES, "kept", "1");
    expect(b, DB_CASES, "new", NULL);
    expect(b, DB_TASKS, "new", NULL);
}

static void a_reader_sees_what_was_committed_when_it_began(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    struct bytes got;
    put(t, DB_CASES, "k", "old");
    commit(t);
    struct store_txn *early = begin_read(b);
    t = begin_write(b);
    put(t, DB_CASES, "k", "new");
    put(t, DB_CASES, "l", "new");
    struct store_txn *meanwhile = begin_read(b);
    assert_int_equal(store_get(meanwhile, DB_CASES, text("k"), &got), ST_OK);
    assert_memory_equal(got.p, "old", 3);
    commit(t);
    struct store_cursor *c = store_cursor(early, DB_CASES);
    assert_int_equal(store_next(c), ST_OK);
    assert_memory_equal(store_val(c).p, "old", 3);
    assert_int_equal(store_next(c), ST_NOT_FOUND);
    store_cursor_free(c);
    store_abort(early);
    store_abort(meanwhile);
    expect(b, DB_CASES, "k", "new");
}

static void removing_is_fine_twice(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "k", "v");
    assert_int_equal(store_del(t, DB_CASES, text("k")), ST_OK);
    assert_int_equal(store_del(t, DB_CASES, text("k")), ST_OK);
    commit(t);
    expect(b, DB_CASES, "k", NULL);
}

static void clearing_empties_one_database_and_count_tells(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    uint64_t n;
    char key[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(t, DB_CASES, key, "v");
    }
    put(t, DB_TASKS, "k", "v");
    put(t, DB_CASES, "7", "again");
    assert_int_equal(store_count(t, DB_CASES, &n), ST_OK);
    assert_int_equal(n, 1000);
    commit(t);
    t = begin_write(b);
    assert_int_equal(store_clear(t, DB_CASES), ST_OK);
    assert_int_equal(store_count(t, DB_CASES, &n), ST_OK);
    assert_int_equal(n, 0);
    put(t, DB_CASES, "after", "v");
    commit(t);
    t = begin_read(b);
    assert_int_equal(store_count(t, DB_CASES, &n), ST_OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_count(t, DB_TASKS, &n), ST_OK);
    assert_int_equal(n, 1);
    store_abort(t);
}

static void at(struct store_cursor *c, enum status st, const char *key)
{
    assert_int_equal(st, ST_OK);
    assert_int_equal(store_key(c).n, strlen(key));
    assert_memory_equal(store_key(c).p, key, strlen(key));
    assert_memory_equal(store_val(c).p, key, strlen(key)); /* each value begins with its key, see seek_finds_... */
}

static void seek_finds_the_neighbours(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_INDEX, "bb", "bb");
    put(t, DB_INDEX, "b", "b");
    put(t, DB_INDEX, "d", "d");
    put(t, DB_INDEX, "\xff", "\xff");
    struct store_cursor *c = store_cursor(t, DB_INDEX);
    at(c, store_seek(c, text("")), "b");
    at(c, store_seek(c, text("b")), "b");
    at(c, store_seek(c, text("ba")), "bb");
    at(c, store_next(c), "d");
    at(c, store_prev(c), "bb");
    at(c, store_seek(c, text("e")), "\xff");
    assert_int_equal(store_seek(c, text("\xff\xff")), ST_NOT_FOUND);
    at(c, store_seek_before(c, text("bb")), "b");
    assert_int_equal(store_seek_before(c, text("b")), ST_NOT_FOUND);
    at(c, store_seek_before(c, text("bbb")), "bb");
    at(c, store_seek_before(c, text("\xff\xff")), "\xff");
    at(c, store_seek_before(c, text("")), "\xff");
    at(c, store_prev(c), "d");
    store_cursor_free(c);
    commit(t);
}

static void a_walk_ends_and_stays_ended(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_INDEX, "a", "a");
    put(t, DB_INDEX, "b", "b");
    commit(t);
    t = begin_read(b);
    struct store_cursor *c = store_cursor(t, DB_INDEX), *back = store_cursor(t, DB_INDEX);
    at(c, store_next(c), "a");
    at(c, store_next(c), "b");
    assert_int_equal(store_next(c), ST_NOT_FOUND);
    assert_int_equal(store_next(c), ST_NOT_FOUND);
    assert_int_equal(store_prev(c), ST_NOT_FOUND);
    assert_int_equal(store_key(c).n, 0);
    at(back, store_prev(back), "b");
    at(back, store_prev(back), "a");
    assert_int_equal(store_prev(back), ST_NOT_FOUND);
    at(back, store_seek(back, text("a")), "a");
    store_cursor_free(c);
    store_cursor_free(back);
    c = store_cursor(t, DB_TASKS); /* an empty database */
    assert_int_equal(store_next(c), ST_NOT_FOUND);
    assert_int_equal(store_seek(c, text("a")), ST_NOT_FOUND);
    assert_int_equal(store_seek_before(c, text("")), ST_NOT_FOUND);
    store_cursor_free(c);
    store_abort(t);
}

/* A small generator of our own: the same numbers on every machine. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

enum { MODEL = 4096 };

static void compare_with_model(struct bench *b, const uint32_t model[MODEL])
{
    struct store_txn *t = begin_read(b);
    struct store_cursor *c = store_cursor(t, DB_CASES);
    uint64_t n, count = 0;
    for (uint32_t i = 0; i < MODEL; i++) {
        uint32_t found;
        struct bytes rest;
        if (!model[i])
            continue;
        count++;
        assert_int_equal(store_next(c), ST_OK);
        rest = store_key(c);
        assert_int_equal(key_take_u32(&rest, &found), ST_OK);
        assert_int_equal(found, i);
        assert_int_equal(be32_read(store_val(c).p), model[i]);
        assert_int_equal(store_val(c).n, 4 + model[i] % 97);
    }
    assert_int_equal(store_next(c), ST_NOT_FOUND);
    assert_int_equal(store_count(t, DB_CASES, &n), ST_OK);
    assert_int_equal(n, count);
    store_cursor_free(c);
    store_abort(t);
}

/* Random puts and removals, some of them given up, against a plain array. */
static void it_agrees_with_an_array(void **state)
{
    struct bench *b = *state;
    static uint32_t model[MODEL], tried[MODEL];
    uint8_t val[128] = {0};
    uint32_t seed = 42;
    memset(model, 0, sizeof model);
    for (int round = 0; round < 60; round++) {
        struct store_txn *t = begin_write(b);
        memcpy(tried, model, sizeof tried);
        for (int i = 0; i < 300; i++) {
            uint32_t at_key = next_random(&seed) % MODEL, what = next_random(&seed);
            struct key k;
            key_begin(&k);
            key_add_u32(&k, at_key);
            tried[at_key] = what % 3 == 0 ? 0 : what + 1;
            for (int j = 0; j < 4; j++)
                val[j] = (uint8_t)(tried[at_key] >> (24 - 8 * j));
            struct bytes v = {val, 4 + tried[at_key] % 97};
            assert_int_equal(tried[at_key] ? store_put(t, DB_CASES, key_bytes(&k), v)
                                           : store_del(t, DB_CASES, key_bytes(&k)),
                             ST_OK);
        }
        if (round % 7 == 3)
            assert_int_equal(store_settle(t), ST_OK);
        if (round % 5 == 4) {
            store_abort(t);
        } else {
            commit(t);
            memcpy(model, tried, sizeof model);
        }
        compare_with_model(b, model);
    }
    bench_reopen(b);
    compare_with_model(b, model);
}

/* Fill until it is full, in one transaction; returns what the failing put said. */
static enum status fill(struct store_txn *t, size_t n)
{
    uint8_t *block = xcalloc(1, n);
    enum status st = ST_OK;
    for (uint64_t i = 0; !st && i < 100000; i++) {
        struct key k = key_u64(i);
        st = store_put(t, DB_EVENTS, key_bytes(&k), (struct bytes){block, n});
    }
    free(block);
    return st;
}

static void a_full_store_refuses_and_stays_as_it_was(void **state)
{
    struct bench *b = *state;
    struct bytes got;
    struct store_txn *t = begin_write(b);
    if (!b->disk)
        store_mem_limit(b->inner ? b->inner : b->store, MAP_BYTES);
    put(t, DB_CASES, "k", "before");
    commit(t);
    t = begin_write(b);
    put(t, DB_CASES, "k", "half");
    assert_int_equal(fill(t, 256 * 1024), ST_FULL);
    assert_int_equal(store_put(t, DB_CASES, text("l"), text("more")), ST_FULL);
    assert_int_equal(store_get(t, DB_CASES, text("k"), &got), ST_FULL);
    assert_int_equal(store_commit(t), ST_FULL);
    expect(b, DB_CASES, "k", "before");
    t = begin_read(b);
    uint64_t n;
    assert_int_equal(store_count(t, DB_EVENTS, &n), ST_OK);
    assert_int_equal(n, 0);
    store_abort(t);
    t = begin_write(b); /* and less is still accepted */
    put(t, DB_CASES, "k", "after");
    commit(t);
    expect(b, DB_CASES, "k", "after");
    bench_reopen(b);
    expect(b, DB_CASES, "k", "after");
}

struct onlooker {
    struct bench *bench;
    atomic_bool stop;
    atomic_int torn, looks;
};

static int look_on(void *ctx)
{
    struct onlooker *o = ctx;
    do {
        struct store_txn *t;
        struct bytes a, z;
        if (store_read(o->bench->store, &t))
            return 1;
        if (store_get(t, DB_CASES, text("a"), &a) || store_get(t, DB_INDEX, text("z"), &z) || a.n != z.n ||
            memcmp(a.p, z.p, a.n) != 0)
            atomic_fetch_add(&o->torn, 1);
        store_abort(t);
        atomic_fetch_add(&o->looks, 1);
    } while (!atomic_load(&o->stop));
    return 0;
}

static void another_thread_never_sees_half_a_transaction(void **state)
{
    struct onlooker o = {.bench = *state};
    thrd_t thread;
    int result;
    for (int i = 0; i < 200 || atomic_load(&o.looks) < 50; i++) {
        char val[32];
        snprintf(val, sizeof val, "%0*d", 1 + i % 20, i);
        struct store_txn *t = begin_write(o.bench);
        put(t, DB_CASES, "a", val);
        put(t, DB_INDEX, "z", val);
        if (i % 3 == 2)
            assert_int_equal(store_settle(t), ST_OK);
        commit(t);
        if (i == 0)
            assert_int_equal(thrd_create(&thread, look_on, &o), thrd_success);
    }
    atomic_store(&o.stop, true);
    assert_int_equal(thrd_join(thread, &result), thrd_success);
    assert_int_equal(result, 0);
    assert_int_equal(atomic_load(&o.torn), 0);
}

static struct hash digest(struct bench *b, enum store_db db)
{
    struct hash h;
    struct store_txn *t = begin_read(b);
    assert_int_equal(store_digest(t, db, &h), ST_OK);
    store_abort(t);
    return h;
}

static void a_digest_tells_databases_apart(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "a", "bc");
    put(t, DB_TASKS, "ab", "c");
    put(t, DB_INDEX, "a", "bc");
    put(t, DB_DUE, "a", "b");
    put(t, DB_DUE, "c", "");
    commit(t);
    struct hash cases = digest(b, DB_CASES), tasks = digest(b, DB_TASKS), index = digest(b, DB_INDEX),
                due = digest(b, DB_DUE);
    assert_memory_equal(cases.b, index.b, HASH_LEN);
    assert_memory_not_equal(cases.b, tasks.b, HASH_LEN);
    assert_memory_not_equal(cases.b, due.b, HASH_LEN);
    bench_reopen(b);
    tasks = digest(b, DB_INDEX);
    assert_memory_equal(cases.b, tasks.b, HASH_LEN);
}

static void what_is_derived_can_be_cleared_and_the_rest_stays(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    uint64_t n;
    for (int db = 0; db < STORE_DB_COUNT; db++)
        put(t, (enum store_db)db, "k", "v");
    assert_int_equal(store_clear_derived(t), ST_OK);
    commit(t);
    t = begin_read(b);
    for (int db = 0; db < STORE_DB_COUNT; db++) {
        assert_int_equal(store_count(t, (enum store_db)db, &n), ST_OK);
        assert_int_equal(n, store_db_derived((enum store_db)db) ? 0 : db == DB_META ? 2 : 1);
    }
    store_abort(t);
    assert_false(store_db_derived(DB_EVENTS) || store_db_derived(DB_PRIVATE) || store_db_derived(DB_SOURCES));
    assert_true(store_db_derived(DB_CASES));
    assert_string_equal(store_db_name(DB_CASE_EVENTS), "case_events");
}

static void the_figures_grow(void **state)
{
    struct bench *b = *state;
    struct store_figures before, after;
    store_figures(b->store, &before);
    struct store_txn *t = begin_write(b);
    char big[20000];
    memset(big, 'x', sizeof big);
    assert_int_equal(store_put(t, DB_CASES, text("k"), (struct bytes){(uint8_t *)big, sizeof big}), ST_OK);
    assert_int_equal(store_settle(t), ST_OK);
    commit(t);
    t = begin_read(b);
    store_housekeeping(b->store);
    store_figures(b->store, &after);
    assert_true(after.used_bytes >= before.used_bytes + sizeof big);
    assert_int_equal(after.readers, before.readers + 1);
    assert_int_equal(after.map_bytes, b->disk ? MAP_BYTES : 0);
    store_abort(t);
    assert_int_equal(store_sync(b->store), ST_OK);
}

#define BATTERY(setup)                                                                                                 \
    cmocka_unit_test_setup_teardown(what_is_put_is_read, setup, bench_end),                                            \
        cmocka_unit_test_setup_teardown(an_empty_value_is_a_value, setup, bench_end),                                  \
        cmocka_unit_test_setup_teardown(keys_outside_the_bounds_are_refused, setup, bench_end),                        \
        cmocka_unit_test_setup_teardown(a_value_of_a_mebibyte_comes_back, setup, bench_end),                           \
        cmocka_unit_test_setup_teardown(an_aborted_transaction_leaves_nothing, setup, bench_end),                      \
        cmocka_unit_test_setup_teardown(a_reader_sees_what_was_committed_when_it_began, setup, bench_end),             \
        cmocka_unit_test_setup_teardown(removing_is_fine_twice, setup, bench_end),                                     \
        cmocka_unit_test_setup_teardown(clearing_empties_one_database_and_count_tells, setup, bench_end),              \
        cmocka_unit_test_setup_teardown(seek_finds_the_neighbours, setup, bench_end),                                  \
        cmocka_unit_test_setup_teardown(a_walk_ends_and_stays_ended, setup, bench_end),                                \
        cmocka_unit_test_setup_teardown(it_agrees_with_an_array, setup, bench_end),                                    \
        cmocka_unit_test_setup_teardown(a_full_store_refuses_and_stays_as_it_was, setup, bench_end),                   \
        cmocka_unit_test_setup_teardown(another_thread_never_sees_half_a_transaction, setup, bench_end),               \
        cmocka_unit_test_setup_teardown(a_digest_tells_databases_apart, setup, bench_end),                             \
        cmocka_unit_test_setup_teardown(what_is_derived_can_be_cleared_and_the_rest_stays, setup, bench_end),          \
        cmocka_unit_test_setup_teardown(the_figures_grow, setup, bench_end)

const struct CMUnitTest battery_memory[] = {BATTERY(bench_memory)};
const struct CMUnitTest battery_disk[] = {BATTERY(bench_disk)};
const struct CMUnitTest battery_behind_memory[] = {BATTERY(bench_behind_memory)};
const struct CMUnitTest battery_behind_disk[] = {BATTERY(bench_behind_disk)};
const size_t battery_count = sizeof battery_disk / sizeof *battery_disk;
