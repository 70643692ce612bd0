#include "daemon/engine/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 1000 }; /* more than there is room for at first */

static struct key key_of(int i)
{
    char name[32];
    snprintf(name, sizeof name, "stream-of-department-%d", i);
    return count_key('s', name);
}

static int64_t stored(struct store *s, struct key k)
{
    struct store_txn *t;
    int64_t n;
    assert_int_equal(store_read(s, &t), ST_OK);
    assert_int_equal(count_read(t, key_bytes(&k), &n), ST_OK);
    store_abort(t);
    return n;
}

static void flush(struct store_txn *t, struct counts *c)
{
    assert_int_equal(counts_flush(c, t), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
}

static void what_changed_is_put_however_many_there_are(void **state)
{
    (void)state;
    struct store *s = store_open_mem();
    struct counts *c = counts_new();
    struct store_txn *t;
    assert_int_equal(store_write(s, &t), ST_OK);
    for (int i = 0; i < MANY; i++) {
        struct key k = key_of(i);
        assert_int_equal(counts_add(c, t, key_bytes(&k), i), ST_OK);
        assert_int_equal(counts_add(c, t, key_bytes(&k), 1), ST_OK);
    }
    counts_head_set(c, HEAD_EVENT, 7);
    assert_int_equal(counts_head_add(c, t, HEAD_EVENT, 3), ST_OK);
    flush(t, c);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(stored(s, key_of(i)), i + 1);
    assert_int_equal(stored(s, head_key(HEAD_EVENT)), 10);
    uint64_t records;
    assert_int_equal(store_write(s, &t), ST_OK);
    for (int i = 0; i < MANY; i += 2) { /* nothing is kept of a number that is 0 */
        struct key k = key_of(i);
        assert_int_equal(counts_set(c, key_bytes(&k), 0), ST_OK);
    }
    assert_int_equal(counts_flush(c, t), ST_OK);
    assert_int_equal(store_count(t, DB_COUNTS, &records), ST_OK);
    assert_int_equal(records, MANY / 2 + 1);
    assert_int_equal(store_commit(t), ST_OK);
    counts_free(c);
    store_close(s);
}

static void what_was_aborted_is_forgotten(void **state)
{
    (void)state;
    struct store *s = store_open_mem();
    struct counts *c = counts_new();
    struct store_txn *t;
    struct key k = key_of(1);
    int64_t n;
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(counts_set(c, key_bytes(&k), 5), ST_OK);
    counts_head_set(c, HEAD_CASE, 2);
    flush(t, c);
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(counts_add(c, t, key_bytes(&k), 1), ST_OK);
    assert_int_equal(counts_head_add(c, t, HEAD_CASE, 1), ST_OK);
    store_abort(t);
    counts_forget(c);
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(counts_get(c, t, key_bytes(&k), &n), ST_OK);
    assert_int_equal(n, 5);
    assert_int_equal(counts_head(c, t, HEAD_CASE, &n), ST_OK);
    assert_int_equal(n, 2);
    flush(t, c);
    assert_int_equal(stored(s, k), 5);
    counts_free(c);
    store_close(s);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changed_is_put_however_many_there_are),
        cmocka_unit_test(what_was_aborted_is_forgotten),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
