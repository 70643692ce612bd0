#include "tests/contract/store_contract.h"

#include "daemon/base/check.h"
#include "daemon/store/store_behind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bytes text(const char *s)
{
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static void open_disk(struct bench *b)
{
    struct buf why = {0};
    enum status st = store_open_lmdb(b->dir, MAP_BYTES, &b->store, &why);
    if (st)
        fail_msg("%s: %s", status_name(st), buf_cstr(&why));
    buf_done(&why);
}

static void put_behind(struct bench *b)
{
    b->behind = true;
    b->inner = b->store;
    assert_int_equal(store_open_behind(b->inner, &b->store), ST_OK);
}

int bench_memory(void **state)
{
    struct bench *b = xcalloc(1, sizeof *b);
    b->store = store_open_mem();
    *state = b;
    return 0;
}

int bench_disk(void **state)
{
    struct bench *b = xcalloc(1, sizeof *b);
    b->disk = true;
    strcpy(b->dir, "store_contract.XXXXXX");
    if (!mkdtemp(b->dir))
        return -1;
    open_disk(b);
    *state = b;
    return 0;
}

int bench_behind_memory(void **state)
{
    int rc = bench_memory(state);
    put_behind(*state);
    return rc;
}

int bench_behind_disk(void **state)
{
    int rc = bench_disk(state);
    if (!rc)
        put_behind(*state);
    return rc;
}

int bench_end(void **state)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "lock", "copy/data.mdb", "copy/lock.mdb", "copy/lock"};
    struct bench *b = *state;
    char path[128];
    store_close(b->store);
    for (size_t i = 0; b->disk && i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", b->dir, files[i]);
        unlink(path);
    }
    if (b->disk) {
        snprintf(path, sizeof path, "%s/copy", b->dir);
        rmdir(path);
        rmdir(b->dir);
    }
    free(b);
    return 0;
}

void bench_reopen(struct bench *b)
{
    if (!b->disk)
        return;
    if (b->behind) {
        struct store_txn *t = begin_write(b);
        assert_int_equal(store_settle(t), ST_OK);
        commit(t);
    }
    store_close(b->store);
    open_disk(b);
    if (b->behind)
        put_behind(b);
}

void put(struct store_txn *t, enum store_db db, const char *key, const char *val)
{
    assert_int_equal(store_put(t, db, text(key), text(val)), ST_OK);
}

struct store_txn *begin_write(struct bench *b)
{
    struct store_txn *t;
    assert_int_equal(store_write(b->store, &t), ST_OK);
    return t;
}

struct store_txn *begin_read(struct bench *b)
{
    struct store_txn *t;
    assert_int_equal(store_read(b->store, &t), ST_OK);
    return t;
}

void commit(struct store_txn *t)
{
    assert_int_equal(store_commit(t), ST_OK);
}

void expect(struct bench *b, enum store_db db, const char *key, const char *val)
{
    struct store_txn *t = begin_read(b);
    struct bytes got;
    enum status st = store_get(t, db, text(key), &got);
    if (!val) {
        assert_int_equal(st, ST_NOT_FOUND);
    } else {
        assert_int_equal(st, ST_OK);
        assert_int_equal(got.n, strlen(val));
        assert_memory_equal(got.p, val, got.n);
    }
    store_abort(t);
}

size_t find_bytes(const uint8_t *hay, size_t n, const uint8_t *needle, size_t m)
{
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(hay + i, needle, m) == 0)
            return i;
    return n;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (chdir(BINARY_DIR) < 0)
        return 1;
    int failed = _cmocka_run_group_tests("store in memory", battery_memory, battery_count, NULL, NULL);
    failed += _cmocka_run_group_tests("store on disk", battery_disk, battery_count, NULL, NULL);
    failed +=
        _cmocka_run_group_tests("a store behind its events, memory", battery_behind_memory, battery_count, NULL, NULL);
    failed +=
        _cmocka_run_group_tests("a store behind its events, disk", battery_behind_disk, battery_count, NULL, NULL);
    failed += _cmocka_run_group_tests("what is held back", behind_tests, behind_count, NULL, NULL);
    failed += _cmocka_run_group_tests("files of the store", disk_tests, disk_count, NULL, NULL);
    failed += _cmocka_run_group_tests("bytes of the store", golden_tests, golden_count, NULL, NULL);
    return failed;
}
