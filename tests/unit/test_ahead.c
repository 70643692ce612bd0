#include "daemon/store/ahead.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096 };

static void a_few_writes_want_whole_paths_and_many_share_them(void **state)
{
    (void)state;
    assert_int_equal(ahead_wanted(0, 0, PAGE), 0);
    assert_int_equal(ahead_wanted(1, 100, PAGE), 8 * PAGE + 100);
    assert_true(ahead_wanted(20000, 0, PAGE) > (uint64_t)20000 * PAGE);
    assert_true(ahead_wanted(20000, 0, PAGE) < (uint64_t)128 * 1024 * 1024);
    for (uint64_t n = 0; n < 5000; n++)
        assert_true(ahead_wanted(n + 1, 0, PAGE) > ahead_wanted(n, 0, PAGE));
}

static void the_file_grows_in_steps_and_is_written_ahead(void **state)
{
    (void)state;
    char path[] = "/tmp/leeway-ahead-XXXXXX";
    struct stat now;
    struct ahead a = {.fd = mkstemp(path)};
    assert_true(a.fd >= 0);
    unlink(path);
    assert_int_equal(ahead_keep(&a, 10 * PAGE, PAGE), 0);
    assert_int_equal(fstat(a.fd, &now), 0);
    assert_int_equal((uint64_t)now.st_size, a.length);
    assert_true(a.length > 10 * PAGE);
    uint64_t length = a.length;
    assert_int_equal(ahead_keep(&a, 11 * PAGE, PAGE), 0);
    assert_int_equal(a.length, length);
    ahead_write(&a, 10 * PAGE);
    assert_int_equal(fstat(a.fd, &now), 0);
    assert_true(now.st_blocks > 0);
    assert_true(a.written > 10 * PAGE);
    uint64_t written = a.written;
    ahead_write(&a, 11 * PAGE); /* enough is ready */
    assert_int_equal(a.written, written);
    ahead_write(&a, written);
    assert_true(a.written > written);
    close(a.fd);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_writes_want_whole_paths_and_many_share_them),
        cmocka_unit_test(the_file_grows_in_steps_and_is_written_ahead),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("ahead", tests, NULL, NULL);
}
