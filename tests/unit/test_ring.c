/* The journal of the benchmark: what was appended is read again, round after round, and ends where it does not verify.
 */
#include "clients/bench/ring.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 64, LONG = 5 * RING_BLOCK };

static char file[] = "/tmp/test_ring-XXXXXX";

static int begin(void **state)
{
    (void)state;
    int fd = mkstemp(file);
    return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
    (void)state;
    return unlink(file);
}

/* Batches of every length, the n-th filled with n. */
static struct bytes batch(uint64_t n)
{
    static uint8_t room[LONG];
    struct bytes ret = {room, (size_t)(n * 977 % (LONG - 100))};
    memset(room, (int)(n & 0xff), ret.n);
    return ret;
}

static void what_was_appended_is_read(void **state)
{
    (void)state;
    struct ring r;
    struct bytes got;
    uint64_t place[200], serial = 1, at;
    assert_int_equal(ring_open(&r, file, BLOCKS), ST_OK);
    at = 0;
    assert_int_equal(ring_read(&r, 1, &at, &got), ST_NOT_FOUND);
    for (; serial < 200; serial++) {
        place[serial] = r.at;
        assert_int_equal(ring_append(&r, batch(serial)), ST_OK);
        for (uint64_t n = serial > 5 ? serial - 5 : 1, from = place[n]; n <= serial; n++) {
            struct bytes wanted = batch(n);
            assert_int_equal(ring_read(&r, n, &from, &got), ST_OK);
            assert_int_equal(got.n, wanted.n);
            assert_memory_equal(got.p, wanted.p, wanted.n);
        }
        at = place[serial];
        assert_int_equal(ring_read(&r, serial, &at, &got), ST_OK);
        assert_int_equal(ring_read(&r, serial + 1, &at, &got), ST_NOT_FOUND); /* what an older round left is no batch */
    }
    ring_close(&r);
}

static void a_batch_that_is_torn_ends_the_journal(void **state)
{
    (void)state;
    struct ring r;
    struct bytes got;
    static const size_t at_byte[] = {0, 7, 8, 11, 12, 19, 20, RING_BLOCK + 1};
    for (size_t i = 0; i < sizeof at_byte / sizeof *at_byte; i++) {
        uint8_t byte;
        uint64_t at = 0;
        static uint8_t text[2 * RING_BLOCK] = {1, 2, 3};
        assert_int_equal(ring_open(&r, file, BLOCKS), ST_OK);
        assert_int_equal(ring_append(&r, (struct bytes){text, 100}), ST_OK);
        uint64_t second = r.at;
        assert_int_equal(ring_append(&r, (struct bytes){text, sizeof text}), ST_OK);
        assert_int_equal(pread(r.fd, &byte, 1, (off_t)(second + at_byte[i])), 1);
        byte ^= 4;
        assert_int_equal(pwrite(r.fd, &byte, 1, (off_t)(second + at_byte[i])), 1);
        assert_int_equal(ring_read(&r, 1, &at, &got), ST_OK);
        assert_int_equal(ring_read(&r, 2, &at, &got), ST_NOT_FOUND);
        ring_close(&r);
    }
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    struct ring r;
    uint8_t *much = calloc(BLOCKS + 1, RING_BLOCK);
    assert_int_equal(ring_open(&r, "/nowhere/at/all", 1), ST_IO);
    assert_int_equal(ring_open(&r, file, BLOCKS), ST_OK);
    assert_int_equal(ring_append(&r, (struct bytes){much, (size_t)BLOCKS * RING_BLOCK}), ST_LIMIT);
    ring_close(&r);
    free(much);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_appended_is_read),
        cmocka_unit_test(a_batch_that_is_torn_ends_the_journal),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
