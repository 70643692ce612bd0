#include "daemon/store/frame.h"
#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"
#include "tests/contract/store_contract.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* LMDB writes with pwrite() and writev() and flushes with fdatasync(): these stand in front of the system's and fail
 * when they are told to. */
static int flushes_that_fail;
static int writes_that_pass = -1; /* then one fails; below 0: all pass */
static int write_error;

int fdatasync(int fd)
{
    if (flushes_that_fail > 0) {
        flushes_that_fail--;
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

static bool write_fails(void)
{
    if (writes_that_pass < 0)
        return false;
    errno = write_error;
    return writes_that_pass-- == 0;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return write_fails() ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, p, n, at);
}

ssize_t writev(int fd, const struct iovec *part, int n)
{
    return write_fails() ? -1 : (ssize_t)syscall(SYS_writev, fd, part, n);
}

static void path_of(const struct bench *b, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", b->dir, name);
}

static enum status try_open(const char *dir, const char *says)
{
    struct store *s = NULL;
    struct buf why = {0};
    enum status st = store_open_lmdb(dir, MAP_BYTES, &s, &why);
    if (st && says)
        assert_non_null(strstr(buf_cstr(&why), says));
    buf_done(&why);
    store_close(s);
    return st;
}

static void a_second_opener_is_refused(void **state)
{
    struct bench *b = *state;
    int result;
    assert_int_equal(try_open(b->dir, "open elsewhere"), ST_BUSY);
    pid_t child = fork();
    if (child == 0)
        _exit(try_open(b->dir, NULL) == ST_BUSY ? 0 : 1);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    bench_reopen(b);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    assert_int_equal(try_open("no/such/folder", "no/such/folder"), ST_IO);
}

static void flip_in_file(const char *path, off_t at, unsigned bit)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (uint8_t)(1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* Flip bits of the stored frame in the file, while the store is closed. */
static void a_flipped_bit_on_disk_is_never_a_wrong_value(void **state)
{
    struct bench *b = *state;
    static const char val[] = "the determination was issued";
    uint8_t frame[FRAME_LEN + sizeof val - 1];
    char path[128];
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "case-1", val);
    commit(t);
    frame_make(text("case-1"), text(val), frame);
    path_of(b, "data.mdb", path);
    size_t n = 1024 * 1024, where;
    uint8_t *file = xcalloc(1, n);
    int fd = open(path, O_RDONLY);
    assert_true(read(fd, file, n) > 0);
    close(fd);
    where = find_bytes(file, n, frame, sizeof frame);
    free(file);
    assert_true(where < n);
    for (size_t bit = 0; bit < sizeof frame * 8; bit += 5) {
        struct bytes got;
        store_close(b->store);
        flip_in_file(path, (off_t)(where + bit / 8), bit % 8);
        assert_int_equal(store_open_lmdb(b->dir, MAP_BYTES, &b->store, NULL), ST_OK);
        t = begin_read(b);
        assert_int_equal(store_get(t, DB_CASES, text("case-1"), &got), ST_CORRUPT);
        struct store_cursor *c = store_cursor(t, DB_CASES);
        assert_int_equal(store_next(c), ST_CORRUPT);
        store_cursor_free(c);
        store_abort(t);
        flip_in_file(path, (off_t)(where + bit / 8), bit % 8);
    }
    bench_reopen(b);
    expect(b, DB_CASES, "case-1", val);
}

static void a_flipped_bit_in_memory_is_never_a_wrong_value(void **state)
{
    struct bench *b = *state;
    struct bytes got;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "a", "one");
    put(t, DB_CASES, "b", "two");
    commit(t);
    for (size_t bit = 0; bit < (FRAME_LEN + 3) * 8; bit++) {
        assert_int_equal(store_mem_flip(b->store, DB_CASES, text("a"), bit), ST_OK);
        t = begin_read(b);
        assert_int_equal(store_get(t, DB_CASES, text("a"), &got), ST_CORRUPT);
        struct store_cursor *c = store_cursor(t, DB_CASES);
        assert_int_equal(store_next(c), ST_CORRUPT); /* stands on it, and goes on */
        assert_memory_equal(store_key(c).p, "a", 1);
        assert_int_equal(store_next(c), ST_OK);
        assert_memory_equal(store_val(c).p, "two", 3);
        store_cursor_free(c);
        store_abort(t);
        assert_int_equal(store_mem_flip(b->store, DB_CASES, text("a"), bit), ST_OK);
    }
    expect(b, DB_CASES, "a", "one");
    assert_int_equal(store_mem_flip(b->store, DB_CASES, text("a"), (FRAME_LEN + 3) * 8), ST_NOT_FOUND);
}

static void a_value_under_another_key_is_refused(void **state)
{
    (void)state;
    uint8_t frame[FRAME_LEN + 1];
    struct bytes got, framed = {frame, sizeof frame};
    frame_make(text("a"), text("v"), frame);
    assert_int_equal(frame_open(text("a"), framed, &got), ST_OK);
    assert_int_equal(frame_open(text("b"), framed, &got), ST_CORRUPT);
    assert_int_equal(frame_open(text("a"), (struct bytes){frame, FRAME_LEN - 1}, &got), ST_CORRUPT);
}

static void a_file_that_was_cut_off_is_refused(void **state)
{
    struct bench *b = *state;
    char path[128];
    struct store_figures figures;
    uint8_t *block = xcalloc(1, 100000);
    struct store_txn *t = begin_write(b);
    assert_int_equal(store_put(t, DB_EVENTS, text("big"), (struct bytes){block, 100000}), ST_OK);
    commit(t);
    free(block);
    store_figures(b->store, &figures);
    path_of(b, "data.mdb", path);
    store_close(b->store);
    b->store = NULL;
    off_t used = (off_t)figures.used_bytes;
    assert_int_equal(truncate(path, used), 0); /* only what no page needs */
    assert_int_equal(try_open(b->dir, NULL), ST_OK);
    assert_int_equal(truncate(path, used - 1), 0);
    assert_int_equal(try_open(b->dir, "cut off"), ST_CORRUPT);
    assert_int_equal(truncate(path, 5000), 0);
    assert_int_equal(try_open(b->dir, NULL), ST_CORRUPT);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(try_open(b->dir, NULL), ST_CORRUPT);
    assert_int_equal(truncate(path, 0), 0); /* not mistaken for a new store */
    assert_int_equal(try_open(b->dir, "empty"), ST_CORRUPT);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(try_open(b->dir, "data.mdb"), ST_CORRUPT);
}

static void a_newer_format_is_refused(void **state)
{
    struct bench *b = *state;
    static const uint8_t newer[4] = {0, 0, 0, STORE_FORMAT + 1};
    struct key k = key_str("format");
    struct store_txn *t = begin_write(b);
    assert_int_equal(store_put(t, DB_META, key_bytes(&k), (struct bytes){newer, 4}), ST_OK);
    commit(t);
    store_close(b->store);
    b->store = NULL;
    assert_int_equal(try_open(b->dir, "format 2"), ST_VERSION);
}

static void after_a_failed_flush_nothing_more_is_written(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "k", "sure");
    commit(t);
    t = begin_write(b);
    put(t, DB_CASES, "k", "in the air");
    flushes_that_fail = 1;
    assert_int_equal(store_commit(t), ST_UNKNOWN);
    flushes_that_fail = 0;
    assert_int_equal(store_write(b->store, &t), ST_UNKNOWN);
    expect(b, DB_CASES, "k", "sure"); /* questions are still answered */
    bench_reopen(b);
    t = begin_write(b);
    put(t, DB_CASES, "l", "again");
    commit(t);
}

/* Values far apart, so that a commit has several writes. */
static void put_apart(struct store_txn *t, const char *val)
{
    uint8_t *block = xcalloc(1, 20000);
    for (int db = DB_CASES; db < DB_CASES + 4; db++)
        put(t, (enum store_db)db, "k", val);
    assert_int_equal(store_put(t, DB_EVENTS, text(val), (struct bytes){block, 20000}), ST_OK);
    free(block);
}

/* Each write of a commit fails once for want of space: before the meta page everything is as it was and goes on, with
 * the meta page nobody can say. */
static void a_disk_that_is_full_refuses_at_each_write(void **state)
{
    struct bench *b = *state;
    int refused = 0, unknown = 0;
    enum status st = ST_FULL;
    struct store_txn *t = begin_write(b);
    put_apart(t, "old");
    commit(t);
    for (int pass = 0; st; pass++) {
        t = begin_write(b);
        put_apart(t, "new");
        write_error = ENOSPC;
        writes_that_pass = pass;
        st = store_commit(t);
        writes_that_pass = -1;
        if (st == ST_UNKNOWN) {
            unknown++;
            assert_int_equal(store_write(b->store, &t), ST_UNKNOWN);
            bench_reopen(b);
            continue;
        }
        if (!st)
            break;
        refused++;
        assert_int_equal(st, ST_FULL);
        expect(b, DB_CASES, "k", "old");
        t = begin_write(b); /* less is taken at once */
        put(t, DB_COUNTS, "n", "1");
        commit(t);
    }
    assert_true(refused > 0);
    assert_int_equal(unknown, 1);
    expect(b, DB_CASES, "k", "new");
}

static void a_device_that_fails_leaves_it_in_the_air(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    put_apart(t, "new");
    write_error = EIO;
    writes_that_pass = 0;
    assert_int_equal(store_commit(t), ST_UNKNOWN);
    writes_that_pass = -1;
    bench_reopen(b);
    expect(b, DB_CASES, "k", NULL);
}

static void a_failed_commit_in_memory_keeps_nothing(void **state)
{
    struct bench *b = *state;
    struct store_txn *t = begin_write(b);
    store_mem_fail_commit(b->store, ST_FULL);
    store_abort(t);
    t = begin_write(b);
    commit(t); /* nothing to keep, nothing to fail */
    t = begin_write(b);
    put(t, DB_CASES, "k", "v");
    assert_int_equal(store_commit(t), ST_FULL);
    expect(b, DB_CASES, "k", NULL);
    t = begin_write(b);
    put(t, DB_CASES, "k", "v");
    commit(t);
    store_mem_fail_commit(b->store, ST_UNKNOWN);
    t = begin_write(b);
    put(t, DB_CASES, "k", "w");
    assert_int_equal(store_commit(t), ST_UNKNOWN);
    assert_int_equal(store_write(b->store, &t), ST_UNKNOWN);
}

static void a_copy_is_a_store_of_its_own(void **state)
{
    struct bench *b = *state;
    char path[128];
    struct store *copy;
    struct store_txn *t = begin_write(b);
    put(t, DB_CASES, "k", "v");
    commit(t);
    path_of(b, "copy", path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_of(b, "copy/data.mdb", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(store_copy(b->store, fd), ST_OK);
    t = begin_write(b);
    put(t, DB_CASES, "k", "later");
    commit(t);
    close(fd);
    path_of(b, "copy", path);
    assert_int_equal(store_open_lmdb(path, MAP_BYTES, &copy, NULL), ST_OK);
    struct bench other = {.store = copy};
    expect(&other, DB_CASES, "k", "v");
    store_close(copy);
}

const struct CMUnitTest disk_tests[] = {
    cmocka_unit_test_setup_teardown(a_second_opener_is_refused, bench_disk, bench_end),
    cmocka_unit_test(a_folder_that_is_not_there_is_told),
    cmocka_unit_test_setup_teardown(a_flipped_bit_on_disk_is_never_a_wrong_value, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(a_flipped_bit_in_memory_is_never_a_wrong_value, bench_memory, bench_end),
    cmocka_unit_test(a_value_under_another_key_is_refused),
    cmocka_unit_test_setup_teardown(a_file_that_was_cut_off_is_refused, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(a_newer_format_is_refused, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(after_a_failed_flush_nothing_more_is_written, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(a_disk_that_is_full_refuses_at_each_write, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(a_device_that_fails_leaves_it_in_the_air, bench_disk, bench_end),
    cmocka_unit_test_setup_teardown(a_failed_commit_in_memory_keeps_nothing, bench_memory, bench_end),
    cmocka_unit_test_setup_teardown(a_copy_is_a_store_of_its_own, bench_disk, bench_end),
};
const size_t disk_count = sizeof disk_tests / sizeof *disk_tests;
