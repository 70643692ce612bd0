/* The ground that all else stands on: status, check, arena, buf, hash. (when and text have tests of their own.) */
#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"
#include "daemon/base/status.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- status ---- */

static void every_status_has_a_name_and_a_text_of_its_own(void **state)
{
    (void)state;
    static const enum status all[] = {
#define X(name, value, text) name,
        STATUS_LIST(X)
#undef X
    };
    size_t n = sizeof all / sizeof *all;
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i] <= 0);
        assert_memory_equal(status_name(all[i]), "ST_", 3);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(all[i], all[k]);
            assert_string_not_equal(status_name(all[i]), status_name(all[k]));
            assert_string_not_equal(status_text(all[i]), status_text(all[k]));
        }
    }
    assert_int_equal(ST_OK, 0);
    assert_string_equal(status_name(ST_FULL), "ST_FULL");
    assert_string_equal(status_text(ST_OK), "done");
}

static void a_number_that_is_no_status_is_named_too(void **state)
{
    (void)state;
    assert_string_equal(status_name((enum status) - 99), "ST_?");
    assert_string_equal(status_text((enum status)7), "not a status");
}

/* ---- check ---- */

static int signal_of_child(void (*act)(void))
{
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

static void hold(void)
{
    REQUIRE(1 + 1 == 2);
}

static void break_it(void)
{
    REQUIRE(1 + 1 == 3);
}

static void a_broken_requirement_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(signal_of_child(hold), 0);
    assert_int_equal(signal_of_child(break_it), SIGABRT);
}

static void memory_is_given_even_for_nothing(void **state)
{
    (void)state;
    char *a = xmalloc(0), *b = xcalloc(0, 8), *c = xrealloc(NULL, 0), *d = xcalloc(3, 5), *e = xstrdup("中");
    assert_true(a && b && c && d && e);
    for (int i = 0; i < 15; i++)
        assert_int_equal(d[i], 0);
    assert_string_equal(e, "中");
    free(a);
    free(b);
    free(c);
    free(d);
    free(e);
}

/* ---- arena ---- */

static void pieces_are_aligned_zeroed_and_stay_where_they_are(void **state)
{
    (void)state;
    enum { N = 4000 };
    struct arena *a = arena_new();
    unsigned char *piece[N];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N; i++) {
            size_t n = i % 97;
            piece[i] = arena_alloc(a, n);
            assert_int_equal((uintptr_t)piece[i] % alignof(max_align_t), 0);
            for (size_t k = 0; k < n; k++)
                assert_int_equal(piece[i][k], 0);
            memset(piece[i], (int)(i & 0xff), n);
        }
        for (size_t i = 0; i < N; i++) {
            for (size_t k = 0; k < i % 97; k++)
                assert_int_equal(piece[i][k], i & 0xff);
        }
        arena_reset(a); /* what comes next is zeroed again */
    }
    arena_free(a);
    arena_free(NULL);
}

static void an_arena_counts_what_it_gave(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_int_equal(arena_used(a), 0);
    arena_alloc(a, 1);
    size_t one = arena_used(a);
    assert_true(one >= 1 && one <= alignof(max_align_t));
    arena_alloc(a, 3 << 20); /* far more than a block */
    assert_int_equal(arena_used(a), one + (3 << 20));
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    for (int i = 0; i < 10000; i++) /* every block is filled to its last byte and not beyond */
        memset(arena_alloc(a, 16), 1, 16);
    arena_free(a);
}

static void copies_end_with_a_nul_and_are_copies(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char from[] = "accepted";
    char *s = arena_str(a, from), *part = arena_strn(a, from, 6), *bytes = arena_copy(a, from, sizeof from);
    char *empty = arena_strn(a, NULL, 0);
    from[0] = 'X';
    assert_string_equal(s, "accepted");
    assert_string_equal(part, "accept");
    assert_string_equal(bytes, "accepted");
    assert_string_equal(empty, "");
    assert_non_null(arena_copy(a, NULL, 0));
    assert_string_equal(arena_printf(a, "%s-%d", part, 7), "accept-7");
    char *padded = arena_printf(a, "%70000d", 1);
    assert_int_equal(strlen(padded), 70000);
    arena_free(a);
}

static void an_array_in_an_arena_grows_and_keeps_its_items(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    int *items = NULL;
    size_t n = 0, cap = 0;
    for (int i = 0; i < 10000; i++) {
        ARENA_GROW(a, items, n, cap);
        items[n++] = i;
    }
    for (int i = 0; i < 10000; i++)
        assert_int_equal(items[i], i);
    assert_true(cap >= n && cap < 2 * n);
    arena_free(a);
}

/* ---- buf ---- */

static void bytes_that_are_put_come_out_in_order(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_put(&b, NULL, 0);
    buf_str(&b, "ab");
    buf_u8(&b, 0xff);
    buf_be32(&b, 0x01020304);
    buf_be64(&b, 0x1122334455667788);
    buf_printf(&b, "%d/%s", 7, "x");
    static const uint8_t want[] = {'a',  'b',  0xff, 1,    2,    3,    4,   0x11, 0x22,
                                   0x33, 0x44, 0x55, 0x66, 0x77, 0x88, '7', '/',  'x'};
    assert_int_equal(buf_bytes(&b).n, sizeof want);
    assert_memory_equal(buf_bytes(&b).p, want, sizeof want);
    assert_int_equal(be32_read(b.p + 3), 0x01020304);
    assert_true(be64_read(b.p + 7) == 0x1122334455667788);
    buf_done(&b);
    assert_null(b.p);
    assert_int_equal(b.n, 0);
    buf_done(&b);
}

static void a_buffer_grows_and_is_used_again(void **state)
{
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_u8(&b, (uint8_t)(i * 7));
    assert_int_equal(b.n, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(b.p[i], (uint8_t)(i * 7));
    size_t cap = b.cap;
    buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_int_equal(b.cap, cap);
    buf_printf(&b, "%300000d", 5); /* more than it holds, in one piece */
    assert_int_equal(b.n, 300000);
    assert_int_equal(b.p[299999], '5');
    buf_done(&b);
    for (int n = 0; n < 600; n++) { /* also a text that fills it but for its NUL */
        buf_printf(&b, "%*d", n, 5);
        assert_int_equal(b.n, n ? n : 1);
        buf_done(&b);
    }
}

static void the_nul_of_a_text_does_not_count(void **state)
{
    (void)state;
    struct buf b = {0};
    assert_string_equal(buf_cstr(&b), "");
    assert_int_equal(b.n, 0);
    for (int i = 1; i <= 600; i++) {
        buf_u8(&b, 'x');
        assert_int_equal(strlen(buf_cstr(&b)), i); /* at every fill, also when it is just full */
        assert_int_equal(b.n, i);
    }
    buf_done(&b);
}

/* ---- hash ---- */

static void hashes_are_blake2b_256(void **state)
{
    (void)state;
    char hex[HASH_HEX];
    struct hash none = hash_of(NULL, 0), abc = hash_of("abc", 3);
    assert_string_equal(hash_hex(&none, hex), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    assert_string_equal(hash_hex(&abc, hex), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    struct hash two = hash_two("a", 1, "bc", 2), other = hash_two("ab", 2, "c", 1), left = hash_two("abc", 3, NULL, 0);
    assert_memory_equal(&two, &abc, sizeof abc);
    assert_memory_equal(&other, &abc, sizeof abc);
    assert_memory_equal(&left, &abc, sizeof abc);
}

static void a_stream_hashes_like_the_whole(void **state)
{
    (void)state;
    uint8_t bytes[1280];
    char hex[HASH_HEX];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t step = 1; step < 300; step += 7) {
        struct hasher *h = hash_begin();
        for (size_t i = 0; i < sizeof bytes; i += step)
            hash_more(h, bytes + i, sizeof bytes - i < step ? sizeof bytes - i : step);
        struct hash got = hash_end(h);
        assert_string_equal(hash_hex(&got, hex), "82628cbfc9689e234b0923a531f4578fe2e7138a03e2f81ed6cde97517336650");
    }
}

/* It stands behind every stored value: another result would make every record look broken. */
static void the_checksum_stays_what_it_was(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_true(checksum(NULL, 0, NULL, 0) == 0x412f1275e10017f3);
    assert_true(checksum("ab", 2, "c", 1) == 0x164c43d7c80270a0);
    assert_true(checksum("a", 1, "bc", 2) == 0xfde72eee4d401f1e);
    assert_true(checksum("leeway", 6, bytes, sizeof bytes) == 0x2219d94d899c2529);
    assert_true(checksum(bytes, sizeof bytes, "leeway", 6) == 0xd2a95f4dfdf5e097);
}

static void the_checksum_sees_every_flipped_bit(void **state)
{
    (void)state;
    uint8_t key[9] = "case-0001", value[40] = {1, 2, 3};
    uint64_t good = checksum(key, sizeof key, value, sizeof value);
    for (size_t i = 0; i < (sizeof key + sizeof value) * 8; i++) {
        uint8_t *at = i / 8 < sizeof key ? &key[i / 8] : &value[i / 8 - sizeof key];
        *at ^= (uint8_t)(1 << i % 8);
        assert_true(checksum(key, sizeof key, value, sizeof value) != good);
        *at ^= (uint8_t)(1 << i % 8);
    }
    assert_true(checksum(key, sizeof key, value, sizeof value) == good);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_text_of_its_own),
        cmocka_unit_test(a_number_that_is_no_status_is_named_too),
        cmocka_unit_test(a_broken_requirement_ends_the_process),
        cmocka_unit_test(memory_is_given_even_for_nothing),
        cmocka_unit_test(pieces_are_aligned_zeroed_and_stay_where_they_are),
        cmocka_unit_test(an_arena_counts_what_it_gave),
        cmocka_unit_test(copies_end_with_a_nul_and_are_copies),
        cmocka_unit_test(an_array_in_an_arena_grows_and_keeps_its_items),
        cmocka_unit_test(bytes_that_are_put_come_out_in_order),
        cmocka_unit_test(a_buffer_grows_and_is_used_again),
        cmocka_unit_test(the_nul_of_a_text_does_not_count),
        cmocka_unit_test(hashes_are_blake2b_256),
        cmocka_unit_test(a_stream_hashes_like_the_whole),
        cmocka_unit_test(the_checksum_stays_what_it_was),
        cmocka_unit_test(the_checksum_sees_every_flipped_bit),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
