#include "daemon/papers/papers.h"

#include "daemon/base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* the above before it */
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A disk that is full after so many bytes, and that cannot flush, when a test says so. */
static size_t room = SIZE_MAX;
static bool cannot_flush;

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
    if (room == 0) {
        errno = ENOSPC;
        return -1;
    }
    if (n > room)
        n = room;
    if (room != SIZE_MAX)
        room -= n;
    return __real_pwrite(fd, p, n, at);
}

int __wrap_fsync(int fd)
{
    if (cannot_flush) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(fd);
}

enum { LENGTH = 1000, PIECE = 300 };

static char dir[64];
static struct papers *papers;
static struct papers_limits limits;
static uint8_t content[LENGTH];
static struct hash name;

static void open_papers(void)
{
    struct buf why = {0};
    enum status st = papers_open(dir, limits, &papers, &why);
    if (st)
        fail_msg("%s: %s", status_name(st), buf_cstr(&why));
    buf_done(&why);
}

static int make(void **state)
{
    (void)state;
    limits = PAPERS_LIMITS;
    limits.chunk = PIECE;
    limits.paper = 2 * LENGTH;
    strcpy(dir, BINARY_DIR "/papers.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    for (size_t i = 0; i < LENGTH; i++)
        content[i] = (uint8_t)(i * 31 + i / 256);
    name = hash_of(content, LENGTH);
    open_papers();
    return 0;
}

static void remove_all(const char *path)
{
    DIR *d = opendir(path);
    for (const struct dirent *e; d && (e = readdir(d));) {
        char inner[512];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (unlink(inner) < 0)
            remove_all(inner);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static int drop(void **state)
{
    (void)state;
    room = SIZE_MAX;
    cannot_flush = false;
    papers_close(papers);
    remove_all(dir);
    return 0;
}

static void reopen(void)
{
    papers_close(papers);
    open_papers();
}

static struct bytes piece(uint64_t offset)
{
    size_t n = LENGTH - offset < PIECE ? LENGTH - offset : PIECE;
    return (struct bytes){content + offset, n};
}

static const struct bytes NOTHING = {NULL, 0};

static enum status put_as(const char *who, uint64_t offset, struct bytes data, struct paper_progress *ret)
{
    struct buf why = {0};
    enum status st = papers_put(papers, who, &name, LENGTH, offset, data, ret, &why);
    assert_int_equal(st != ST_OK, why.n > 0); /* a line with each failure, none without */
    buf_done(&why);
    return st;
}

static void put_whole(const char *who)
{
    struct paper_progress now = {0, false};
    for (uint64_t at = 0; !now.complete; at = now.next)
        assert_int_equal(put_as(who, at, piece(at), &now), ST_OK);
    assert_int_equal(now.next, LENGTH);
}

static size_t files_in(const char *folder)
{
    char path[512];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s", dir, folder);
    DIR *d = opendir(path);
    for (const struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

static void a_paper_put_in_pieces_is_read_in_pieces(void **state)
{
    (void)state;
    struct buf out = {0};
    uint64_t size;
    put_whole("clerk");
    assert_true(papers_has(papers, &name));
    assert_int_equal(papers_size(papers, &name, &size, NULL), ST_OK);
    assert_int_equal(size, LENGTH);
    while (out.n < LENGTH) {
        size_t before = out.n;
        assert_int_equal(papers_read(papers, &name, out.n, 250, &out, NULL), ST_OK);
        assert_true(out.n - before == 250);
    }
    assert_memory_equal(out.p, content, LENGTH);
    assert_int_equal(papers_read(papers, &name, LENGTH, 10, &out, NULL), ST_OK); /* the end */
    assert_int_equal(out.n, LENGTH);
    assert_int_equal(papers_read(papers, &name, 0, LENGTH, &out, NULL), ST_OK); /* no more than a chunk */
    assert_int_equal(out.n, LENGTH + PIECE);
    assert_int_equal(papers_read(papers, &name, LENGTH + 1, 10, &out, NULL), ST_INVALID);
    assert_int_equal(papers_check(papers, &name, NULL), ST_OK);
    assert_int_equal(files_in("parts"), 0);
    buf_done(&out);
}

static void what_is_not_finished_does_not_exist(void **state)
{
    (void)state;
    struct paper_progress now;
    struct buf out = {0};
    uint64_t size = 5;
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_false(now.complete);
    assert_false(papers_has(papers, &name));
    assert_int_equal(papers_size(papers, &name, &size, NULL), ST_NOT_FOUND);
    assert_int_equal(papers_read(papers, &name, 0, 10, &out, NULL), ST_NOT_FOUND);
    assert_int_equal(papers_claim(papers, &name, NULL), ST_NOT_FOUND);
    assert_int_equal(papers_check(papers, &name, NULL), ST_NOT_FOUND);
    assert_int_equal(out.n + size, 5);
}

static void an_upload_goes_on_after_a_restart(void **state)
{
    (void)state;
    struct paper_progress now;
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_int_equal(put_as("clerk", 300, piece(300), &now), ST_OK);
    reopen();
    assert_int_equal(put_as("clerk", 0, NOTHING, &now), ST_OK);
    assert_int_equal(now.next, 600);
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK); /* had already */
    assert_int_equal(now.next, 600);
    assert_int_equal(put_as("clerk", 900, piece(900), &now), ST_OK); /* a hole */
    assert_int_equal(now.next, 600);
    assert_int_equal(put_as("other", 0, NOTHING, &now), ST_OK); /* somebody else's begins at 0 */
    assert_int_equal(now.next, 0);
    assert_int_equal(put_as("clerk", 600, piece(600), &now), ST_OK);
    assert_int_equal(put_as("clerk", 900, piece(900), &now), ST_OK);
    assert_true(now.complete);
    reopen();
    assert_true(papers_has(papers, &name));
}

static void wrong_bytes_are_thrown_away(void **state)
{
    (void)state;
    struct paper_progress now;
    content[77] ^= 1;
    for (uint64_t at = 0; at < 900; at += PIECE)
        assert_int_equal(put_as("clerk", at, piece(at), &now), ST_OK);
    assert_int_equal(put_as("clerk", 900, piece(900), &now), ST_INVALID);
    assert_false(papers_has(papers, &name));
    assert_int_equal(files_in("parts"), 0);
    content[77] ^= 1;
    put_whole("clerk");
}

static void a_paper_that_exists_is_complete_at_once(void **state)
{
    (void)state;
    struct paper_progress now;
    assert_int_equal(put_as("slow", 0, piece(0), &now), ST_OK);
    put_whole("clerk");
    assert_int_equal(files_in("parts"), 1);
    assert_int_equal(put_as("slow", 300, piece(300), &now), ST_OK);
    assert_true(now.complete);
    assert_int_equal(now.next, LENGTH);
    assert_int_equal(files_in("parts"), 0);
}

static void sizes_outside_the_limits_are_refused(void **state)
{
    (void)state;
    struct paper_progress now;
    struct bytes long_piece = {content, PIECE + 1}, some = {content, 10};
    assert_int_equal(papers_put(papers, "clerk", &name, 2 * LENGTH + 1, 0, some, &now, NULL), ST_LIMIT);
    assert_int_equal(papers_put(papers, "clerk", &name, 0, 0, NOTHING, &now, NULL), ST_INVALID);
    assert_int_equal(papers_put(papers, "clerk", &name, 9, 0, some, &now, NULL), ST_INVALID);
    assert_int_equal(papers_put(papers, "clerk", &name, UINT64_MAX, UINT64_MAX, some, &now, NULL), ST_LIMIT);
    assert_int_equal(put_as("clerk", 0, long_piece, &now), ST_LIMIT);
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_int_equal(papers_put(papers, "clerk", &name, 200, 300, some, &now, NULL), ST_INVALID); /* shrunk meanwhile */
    assert_int_equal(put_as("clerk", 0, NOTHING, &now), ST_OK);
    assert_int_equal(now.next, PIECE);
}

static void a_principal_has_a_quota_of_its_own(void **state)
{
    (void)state;
    struct paper_progress now;
    struct hash other = hash_of("other", 5);
    struct bytes some = {content, 100};
    limits.unfinished = 350;
    reopen();
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_int_equal(papers_put(papers, "clerk", &other, LENGTH, 0, some, &now, NULL), ST_LIMIT);
    assert_int_equal(papers_put(papers, "second", &other, LENGTH, 0, some, &now, NULL), ST_OK);
    reopen(); /* counted again from what is there */
    assert_int_equal(papers_put(papers, "clerk", &other, LENGTH, 0, some, &now, NULL), ST_LIMIT);
    some.n = 50;
    assert_int_equal(papers_put(papers, "clerk", &other, LENGTH, 0, some, &now, NULL), ST_OK);
}

static void unfinished_papers_are_counted_too(void **state)
{
    (void)state;
    struct paper_progress now;
    struct bytes some = {content, 1};
    limits.uploads = 3;
    reopen();
    for (uint8_t i = 0; i < 3; i++) {
        struct hash h = hash_of(&i, 1);
        assert_int_equal(papers_put(papers, "clerk", &h, 10, 0, some, &now, NULL), ST_OK);
    }
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_LIMIT);
    assert_int_equal(put_as("other", 0, piece(0), &now), ST_OK);
}

static void a_full_disk_takes_nothing_of_a_piece(void **state)
{
    (void)state;
    struct paper_progress now;
    room = 100;
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_FULL);
    assert_int_equal(files_in("parts"), 0);
    room = PIECE + 100;
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_int_equal(put_as("clerk", 300, piece(300), &now), ST_FULL);
    room = SIZE_MAX;
    assert_int_equal(put_as("clerk", 0, NOTHING, &now), ST_OK);
    assert_int_equal(now.next, 300);
    reopen();
    put_whole("clerk");
}

static void what_could_not_be_flushed_does_not_exist(void **state)
{
    (void)state;
    struct paper_progress now;
    for (uint64_t at = 0; at < 900; at += PIECE)
        assert_int_equal(put_as("clerk", at, piece(at), &now), ST_OK);
    cannot_flush = true;
    assert_int_equal(put_as("clerk", 900, piece(900), &now), ST_IO);
    assert_false(papers_has(papers, &name));
    cannot_flush = false;
    put_whole("clerk");
}

static bool nobody_cites(void *ctx, const struct hash *hash)
{
    (void)hash;
    ++*(int *)ctx;
    return false;
}

static bool all_are_cited(void *ctx, const struct hash *hash)
{
    (void)ctx;
    assert_memory_equal(hash->b, name.b, HASH_LEN);
    return true;
}

static struct when days_from_now(int days)
{
    return (struct when){((int64_t)time(NULL) + 2 + days * 86400) * 1000};
}

static void only_what_is_old_and_uncited_is_swept(void **state)
{
    (void)state;
    struct papers_swept swept;
    int asked = 0;
    put_whole("clerk");
    assert_int_equal(papers_sweep(papers, days_from_now(6), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers + (unsigned)asked, 0); /* too young to be asked about */
    assert_int_equal(papers_sweep(papers, days_from_now(7), all_are_cited, NULL, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers, 0);
    assert_true(papers_has(papers, &name));
    assert_int_equal(papers_sweep(papers, days_from_now(7), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers, 1);
    assert_int_equal(swept.bytes, LENGTH);
    assert_false(papers_has(papers, &name));
}

static void make_old(const struct hash *hash)
{
    char path[512], hex[HASH_HEX];
    struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    hash_hex(hash, hex);
    snprintf(path, sizeof path, "%s/%.2s/%s", dir, hex, hex);
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

static void a_claimed_paper_is_young_again(void **state)
{
    (void)state;
    struct papers_swept swept;
    struct paper_progress now;
    int asked = 0;
    put_whole("clerk");
    make_old(&name);
    assert_int_equal(papers_claim(papers, &name, NULL), ST_OK);
    assert_int_equal(papers_sweep(papers, days_from_now(0), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers, 0);
    make_old(&name);
    assert_int_equal(put_as("clerk", 0, NOTHING, &now), ST_OK); /* so does putting it again */
    assert_true(now.complete);
    assert_int_equal(papers_sweep(papers, days_from_now(0), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers, 0);
    make_old(&name);
    assert_int_equal(papers_sweep(papers, days_from_now(0), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.papers, 1);
}

static void a_dead_upload_is_swept_and_gives_its_quota_back(void **state)
{
    (void)state;
    struct papers_swept swept;
    struct paper_progress now;
    int asked = 0;
    assert_int_equal(put_as("clerk", 0, piece(0), &now), ST_OK);
    assert_int_equal(papers_sweep(papers, days_from_now(1), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.uploads, 0);
    assert_int_equal(papers_sweep(papers, days_from_now(7), nobody_cites, &asked, &swept, NULL), ST_OK);
    assert_int_equal(swept.uploads, 1);
    assert_int_equal(swept.bytes, PIECE);
    assert_int_equal(files_in("parts"), 0);
    assert_int_equal(put_as("clerk", 0, NOTHING, &now), ST_OK);
    assert_int_equal(now.next, 0);
}

static enum status count_papers(void *ctx, const struct hash *hash, uint64_t size)
{
    assert_memory_equal(hash->b, name.b, HASH_LEN);
    assert_int_equal(size, LENGTH);
    ++*(int *)ctx;
    return ST_OK;
}

static enum status stop(void *ctx, const struct hash *hash, uint64_t size)
{
    (void)ctx;
    (void)hash;
    (void)size;
    return ST_LIMIT;
}

static void each_paper_is_visited_and_strangers_are_not(void **state)
{
    (void)state;
    char path[512], hex[HASH_HEX];
    int n = 0;
    put_whole("clerk");
    hash_hex(&name, hex);
    snprintf(path, sizeof path, "%s/%.2s/note.txt", dir, hex);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    snprintf(path, sizeof path, "%s/parts/note.txt", dir);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    reopen();
    assert_int_equal(papers_each(papers, count_papers, &n, NULL), ST_OK);
    assert_int_equal(n, 1);
    assert_int_equal(papers_each(papers, stop, NULL, NULL), ST_LIMIT);
}

static void a_changed_paper_is_found_out(void **state)
{
    (void)state;
    char path[512], hex[HASH_HEX];
    put_whole("clerk");
    hash_hex(&name, hex);
    snprintf(path, sizeof path, "%s/%.2s/%s", dir, hex, hex);
    int fd = open(path, O_WRONLY);
    assert_int_equal(__real_pwrite(fd, "x", 1, 500), 1);
    close(fd);
    assert_int_equal(papers_check(papers, &name, NULL), ST_CORRUPT);
}

static void a_folder_that_is_missing_is_told(void **state)
{
    (void)state;
    struct papers *p = NULL;
    struct buf why = {0};
    assert_int_equal(papers_open("no/such/folder", PAPERS_LIMITS, &p, &why), ST_IO);
    assert_non_null(strstr(buf_cstr(&why), "no/such/folder"));
    assert_null(p);
    buf_done(&why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(a_paper_put_in_pieces_is_read_in_pieces),
        TEST(what_is_not_finished_does_not_exist),
        TEST(an_upload_goes_on_after_a_restart),
        TEST(wrong_bytes_are_thrown_away),
        TEST(a_paper_that_exists_is_complete_at_once),
        TEST(sizes_outside_the_limits_are_refused),
        TEST(a_principal_has_a_quota_of_its_own),
        TEST(unfinished_papers_are_counted_too),
        TEST(a_full_disk_takes_nothing_of_a_piece),
        TEST(what_could_not_be_flushed_does_not_exist),
        TEST(only_what_is_old_and_uncited_is_swept),
        TEST(a_claimed_paper_is_young_again),
        TEST(a_dead_upload_is_swept_and_gives_its_quota_back),
        TEST(each_paper_is_visited_and_strangers_are_not),
        TEST(a_changed_paper_is_found_out),
        cmocka_unit_test(a_folder_that_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
