/* What a store that holds derived databases back promises beside the battery. */
#include "daemon/store/store_behind.h"
#include "daemon/base/check.h"
#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"
#include "tests/contract/store_contract.h"

#include <string.h>

static void settle_now(struct bench *b)
{
    struct store_txn *t = begin_write(b);
    assert_int_equal(store_settle(t), ST_OK);
    assert_int_equal(store_held(t), 0);
    commit(t);
}

static void put_now(struct bench *b, enum store_db db, const char *key, const char *val)
{
    struct store_txn *t = begin_write(b);
    put(t, db, key, val);
    commit(t);
}

static void del_now(struct bench *b, enum store_db db, const char *key)
{
    struct store_txn *t = begin_write(b);
    assert_int_equal(store_del(t, db, text(key)), ST_OK);
    commit(t);
}

/* As after a SIGKILL: nobody settles. */
static void die_and_open(struct bench *b)
{
    store_close(b->store);
    assert_int_equal(store_open_lmdb(b->dir, MAP_BYTES, &b->inner, NULL), ST_OK);
    assert_int_equal(store_open_behind(b->inner, &b->store), ST_OK);
}

static void the_file_has_the_events_and_what_was_settled(void **state)
{
    struct bench *b = *state;
    put_now(b, DB_EVENTS, "1", "first");
    put_now(b, DB_CASES, "k", "one");
    settle_now(b);
    put_now(b, DB_EVENTS, "2", "second");
    put_now(b, DB_CASES, "k", "two");
    put_now(b, DB_TASKS, "t", "held");
    del_now(b, DB_CASES, "k");
    expect(b, DB_CASES, "k", NULL);
    expect(b, DB_TASKS, "t", "held");
    die_and_open(b);
    expect(b, DB_EVENTS, "2", "second");
    expect(b, DB_CASES, "k", "one");
    expect(b, DB_TASKS, "t", NULL);
}

static void a_deletion_reaches_the_file(void **state)
{
    struct bench *b = *state;
    put_now(b, DB_CASES, "k", "one");
    settle_now(b);
    del_now(b, DB_CASES, "k");
    settle_now(b);
    die_and_open(b);
    expect(b, DB_CASES, "k", NULL);
}

static void a_reader_keeps_its_state_through_a_settling(void **state)
{
    struct bench *b = *state;
    struct bytes got;
    put_now(b, DB_CASES, "k", "one");
    struct store_txn *early = begin_read(b);
    put_now(b, DB_CASES, "k", "two");
    settle_now(b);
    put_now(b, DB_CASES, "k", "three");
    struct store_txn *late = begin_read(b);
    for (int i = 0; i < 100; i++) { /* more commits than states are remembered */
        put_now(b, DB_EVENTS, "e", "x");
        if (i % 10 == 0)
            settle_now(b);
    }
    assert_int_equal(store_get(early, DB_CASES, text("k"), &got), ST_OK);
    assert_memory_equal(got.p, "one", 3);
    assert_int_equal(store_get(late, DB_CASES, text("k"), &got), ST_OK);
    assert_memory_equal(got.p, "three", 5);
    store_abort(early);
    store_abort(late);
}

static void a_settling_that_fails_changes_nothing(void **state)
{
    struct bench *b = *state;
    put_now(b, DB_CASES, "a", "one");
    put_now(b, DB_CASES, "b", "two");
    store_mem_limit(b->inner, 1);
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "a", "never");
    assert_int_equal(store_settle(t), ST_FULL);
    assert_int_equal(store_commit(t), ST_FULL);
    expect(b, DB_CASES, "a", "one");
    expect(b, DB_CASES, "b", "two");
    store_mem_limit(b->inner, 0);
    settle_now(b);
    expect(b, DB_CASES, "a", "one");
    expect(b, DB_CASES, "b", "two");
}

static void a_commit_that_fails_is_forgotten(void **state)
{
    struct bench *b = *state;
    put_now(b, DB_CASES, "a", "one");
    for (int settled = 0; settled < 2; settled++) {
        struct store_txn *t = begin_write(b);
        put(t, DB_CASES, "a", "never");
        put(t, DB_EVENTS, "e", "never");
        if (settled)
            assert_int_equal(store_settle(t), ST_OK);
        store_mem_fail_commit(b->inner, ST_FULL);
        assert_int_equal(store_commit(t), ST_FULL);
        expect(b, DB_CASES, "a", "one");
        expect(b, DB_EVENTS, "e", NULL);
    }
    put_now(b, DB_CASES, "b", "two");
    expect(b, DB_CASES, "a", "one");
    expect(b, DB_CASES, "b", "two");
}

/* ---- cursors over both layers ---- */

enum { KEYS = 60 };

struct model {
    bool there[KEYS];
    int val[KEYS];
};

static struct key key_of(int i)
{
    return key_u64((uint64_t)i);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The neighbour that is there; -1 or KEYS: none. */
static int neighbour(const struct model *m, int i, int way)
{
    do
        i += way;
    while (i >= 0 && i < KEYS && !m->there[i]);
    return i;
}

static void change(struct store_txn *t, struct model *m, uint32_t *seed)
{
    int i = (int)(next_random(seed) % KEYS);
    struct key k = key_of(i);
    uint8_t val = (uint8_t)(next_random(seed) % 200);
    m->there[i] = next_random(seed) % 2;
    m->val[i] = val;
    assert_int_equal(m->there[i] ? store_put(t, DB_INDEX, key_bytes(&k), (struct bytes){&val, 1})
                                 : store_del(t, DB_INDEX, key_bytes(&k)),
                     ST_OK);
}

static void stands(struct store_cursor *c, enum status st, const struct model *m, int i)
{
    bool there = i >= 0 && i < KEYS;
    assert_int_equal(st, there ? ST_OK : ST_NOT_FOUND);
    if (!there)
        return;
    struct bytes key = store_key(c);
    uint64_t found;
    assert_int_equal(key_take_u64(&key, &found), ST_OK);
    assert_int_equal(found, i);
    assert_int_equal(store_val(c).p[0], m->val[i]);
}

/* A hundred steps to and fro, each against the model. */
static void wander(struct store_txn *t, const struct model *m, uint32_t *seed)
{
    struct store_cursor *c = store_cursor(t, DB_INDEX);
    int at = -1;
    for (int step = 0; step < 100; step++) {
        uint32_t what = next_random(seed) % 8;
        if (at < 0 || at >= KEYS || what == 0) {
            int from = (int)(next_random(seed) % KEYS);
            struct key k = key_of(from);
            bool before = next_random(seed) % 2;
            at = before ? neighbour(m, from, -1) : m->there[from] ? from : neighbour(m, from, 1);
            stands(c, before ? store_seek_before(c, key_bytes(&k)) : store_seek(c, key_bytes(&k)), m, at);
        } else {
            at = neighbour(m, at, what < 4 ? -1 : 1);
            stands(c, what < 4 ? store_prev(c) : store_next(c), m, at);
        }
    }
    store_cursor_free(c);
}

static void a_cursor_walks_both_layers_as_one(void **state)
{
    struct bench *b = *state;
    uint32_t seed = 7;
    struct model m = {0}, tried;
    for (int round = 0; round < 200; round++) {
        struct store_txn *t = begin_write(b);
        tried = m;
        for (uint32_t n = next_random(&seed) % 10; n; n--)
            change(t, &tried, &seed);
        wander(t, &tried, &seed);
        if (round % 5 == 2) {
            assert_int_equal(store_settle(t), ST_OK);
            wander(t, &tried, &seed);
        }
        if (round % 4 == 3) {
            store_abort(t);
        } else {
            commit(t);
            m = tried;
        }
        t = begin_read(b);
        wander(t, &m, &seed);
        store_abort(t);
    }
}

#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, bench_end)

const struct CMUnitTest behind_tests[] = {
    TEST(the_file_has_the_events_and_what_was_settled, bench_behind_disk),
    TEST(a_deletion_reaches_the_file, bench_behind_disk),
    TEST(a_reader_keeps_its_state_through_a_settling, bench_behind_disk),
    TEST(a_settling_that_fails_changes_nothing, bench_behind_memory),
    TEST(a_commit_that_fails_is_forgotten, bench_behind_memory),
    TEST(a_cursor_walks_both_layers_as_one, bench_behind_memory),
    TEST(a_cursor_walks_both_layers_as_one, bench_behind_disk),
};
const size_t behind_count = sizeof behind_tests / sizeof *behind_tests;
