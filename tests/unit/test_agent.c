#include "clients/agent/command.h"
#include "clients/agent/journal.h"
#include "clients/agent/queue.h"
#include "clients/lib/json.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct tick at(int64_t ms)
{
    return (struct tick){ms};
}

/* ---- the queue ---- */

static void notices_of_one_case_go_one_after_the_other(void **state)
{
    (void)state;
    struct queue *q = queue_new();
    queue_add(q, 1, 7, "a");
    queue_add(q, 2, 7, "b");
    queue_add(q, 3, 8, "c");
    struct queued *a = queue_take(q, at(0)), *c = queue_take(q, at(0));
    assert_string_equal(a->line, "a");
    assert_string_equal(c->line, "c");
    assert_null(queue_take(q, at(0)));
    queue_finish(q, a);
    struct queued *b = queue_take(q, at(0));
    assert_string_equal(b->line, "b");
    assert_int_equal(queue_count(q), 2);
    queue_finish(q, c);
    queue_finish(q, b);
    assert_int_equal(queue_count(q), 0);
    queue_free(q);
}

static void a_notice_that_sleeps_holds_up_its_case_and_no_other(void **state)
{
    (void)state;
    struct queue *q = queue_new();
    queue_add(q, 1, 7, "a");
    queue_add(q, 2, 7, "b");
    queue_sleep(q, queue_take(q, at(0)), at(100));
    assert_null(queue_take(q, at(99)));
    assert_int_equal(queue_next(q).ms, 100);
    queue_add(q, 3, 9, "c");
    queue_add(q, 4, 7, "d");
    assert_string_equal(queue_take(q, at(99))->line, "c");
    assert_null(queue_take(q, at(99)));
    assert_string_equal(queue_take(q, at(100))->line, "a");
    queue_free(q);
}

/* ---- the journal ---- */

static int make_folder(void **state)
{
    char *folder = strdup("/tmp/leeway-test-agent-XXXXXX");
    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[256];
    snprintf(path, sizeof path, "%s/journal", (char *)*state);
    unlink(path);
    rmdir(*state);
    free(*state);
    return 0;
}

struct seen {
    struct buf text;
};

static void see(void *ctx, int64_t position, const struct journal_entry *e)
{
    struct seen *s = ctx;
    buf_printf(&s->text, "%lld%c%s%s ", (long long)position, "?NDF"[e->state], e -> line ? e -> line : "",
               e->reason ? e->reason : "");
}

static struct journal *open_it(const char *folder)
{
    struct journal *j = NULL;
    char why[JOURNAL_WHY];
    assert_int_equal(journal_open(folder, "d", "desk", &j, why), ST_OK);
    return j;
}

static void assert_holds(struct journal *j, const char *expected)
{
    struct seen s = {{0}};
    journal_each(j, see, &s);
    assert_string_equal(buf_cstr(&s.text), expected);
    buf_done(&s.text);
}

static void what_was_taken_and_not_confirmed_is_there_after_a_restart(void **state)
{
    struct journal *j = open_it(*state);
    assert_int_equal(journal_cursor(j), -1);
    for (int64_t p = 5; p <= 8; p++)
        journal_take(j, p, "{}");
    journal_finish(j, 5, NULL);
    journal_finish(j, 6, "no such\npaper");
    journal_finish(j, 7, NULL);
    journal_confirm(j, 7);
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    for (int i = 0; i < 2; i++) {
        j = open_it(*state);
        assert_int_equal(journal_cursor(j), 8);
        assert_holds(j, "5D 6F{}no such paper 8N{} ");
        journal_close(j);
    }
}

static void the_cursor_outlives_its_notices(void **state)
{
    struct journal *j = open_it(*state);
    journal_take(j, 1, "{}");
    journal_finish(j, 1, NULL);
    journal_confirm(j, 1);
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    j = open_it(*state);
    assert_int_equal(journal_cursor(j), 1);
    assert_holds(j, "");
    journal_close(j);
}

/* Nothing that was taken and not handled may lie at or before the cursor without being in the journal. */
static void wherever_the_file_is_broken_what_is_lost_comes_again(void **state)
{
    char path[256], why[JOURNAL_WHY];
    struct journal *j = NULL;
    uint8_t whole[4096], byte;
    snprintf(path, sizeof path, "%s/journal", (char *)*state);
    assert_int_equal(journal_open(*state, "d", "desk", &j, why), ST_OK);
    for (int64_t p = 1; p <= 9; p++)
        journal_take(j, p, "{}");
    for (int64_t p = 1; p <= 4; p++)
        journal_forget(j, p);
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    assert_int_equal(journal_open(*state, "d", "desk", &j, why), ST_OK); /* written anew */
    journal_close(j);
    int fd = open(path, O_RDWR);
    ssize_t n = pread(fd, whole, sizeof whole, 0);
    assert_in_range(n, 100, sizeof whole - 1);
    for (ssize_t at = 0; at < n; at++) {
        byte = whole[at] ^ 1;
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, whole, (size_t)n, 0), n);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
        assert_int_equal(journal_open(*state, "d", "desk", &j, why), ST_OK);
        assert_true(journal_torn(j) > 0);
        assert_true(journal_cursor(j) >= 0);
        for (int64_t p = 5; p <= journal_cursor(j); p++)
            assert_non_null(journal_entry(j, p));
        journal_close(j);
        fd = open(path, O_RDWR);
    }
    close(fd);
}

/* How the folder looks after a first start: with the journal alone it is fresh, with either of the others it is not. */
static void a_journal_that_tells_no_position_beside_a_head_or_a_mirror_is_a_broken_one(void **state)
{
    static const char *const others[] = {"head", "mirror"};
    char path[256], other[256];
    struct stat header;
    snprintf(path, sizeof path, "%s/journal", (char *)*state);
    journal_close(open_it(*state));
    assert_int_equal(stat(path, &header), 0);
    off_t sizes[] = {0, header.st_size, -1 /* it was deleted */};
    for (size_t i = 0; i < 6; i++) {
        snprintf(other, sizeof other, "%s/%s", (char *)*state, others[i % 2]);
        struct journal *j = open_it(*state);
        assert_int_equal(journal_cursor(j), -1);
        assert_false(journal_lost(j));
        journal_take(j, 1, "{}");
        assert_int_equal(journal_sync(j), ST_OK);
        journal_close(j);
        assert_int_equal(sizes[i / 2] < 0 ? unlink(path) : truncate(path, sizes[i / 2]), 0);
        assert_int_equal(mkdir(other, 0700), 0);
        j = open_it(*state);
        assert_true(journal_lost(j));
        assert_int_equal(journal_cursor(j), 0);
        journal_close(j);
        j = open_it(*state); /* that is durable, and said once */
        assert_false(journal_lost(j));
        assert_int_equal(journal_cursor(j), 0);
        journal_close(j);
        assert_int_equal(rmdir(other), 0);
        assert_int_equal(unlink(path), 0);
    }
}

static void where_the_stream_began_is_known_before_its_first_notice(void **state)
{
    char head[256];
    snprintf(head, sizeof head, "%s/head", (char *)*state);
    struct journal *j = open_it(*state);
    journal_begin(j, 7);
    journal_begin(j, 9); /* it has begun */
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    assert_int_equal(mkdir(head, 0700), 0);
    j = open_it(*state);
    assert_false(journal_lost(j));
    assert_int_equal(journal_cursor(j), 7);
    journal_close(j);
    assert_int_equal(rmdir(head), 0);
}

static void a_torn_end_is_cut_off_and_the_rest_counts(void **state)
{
    char path[256];
    struct journal *j = open_it(*state);
    journal_take(j, 1, "{\"a\":1}");
    journal_take(j, 2, "{\"a\":2}");
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    snprintf(path, sizeof path, "%s/journal", (char *)*state);
    FILE *f = fopen(path, "r+");
    fseek(f, 0, SEEK_END);
    assert_int_equal(ftruncate(fileno(f), ftell(f) - 3), 0);
    fclose(f);
    j = open_it(*state);
    assert_true(journal_torn(j) > 0);
    assert_int_equal(journal_cursor(j), 1);
    assert_holds(j, "1N{\"a\":1} ");
    journal_close(j);
}

static void a_flipped_bit_ends_the_journal_before_it(void **state)
{
    char path[256];
    struct journal *j = open_it(*state);
    journal_take(j, 1, "{\"a\":1}");
    journal_take(j, 2, "{\"a\":2}");
    journal_take(j, 3, "{\"a\":3}");
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    snprintf(path, sizeof path, "%s/journal", (char *)*state);
    FILE *f = fopen(path, "r+");
    fseek(f, -32, SEEK_END); /* within the second notice's line */
    int c = fgetc(f);
    fseek(f, -32, SEEK_END);
    fputc(c ^ 1, f);
    fclose(f);
    j = open_it(*state);
    assert_true(journal_cursor(j) < 3);
    journal_close(j);
}

static void a_folder_serves_one_agent_of_one_name(void **state)
{
    struct journal *j = open_it(*state), *other = NULL;
    char why[JOURNAL_WHY];
    assert_int_equal(journal_open(*state, "d", "desk", &other, why), ST_BUSY);
    journal_close(j);
    assert_int_equal(journal_open(*state, "d", "another", &other, why), ST_INVALID);
}

/* ---- commands ---- */

static struct value *parse(struct arena *a, const char *text)
{
    struct value *v = NULL;
    assert_int_equal(json_parse(a, (struct bytes){(const uint8_t *)text, strlen(text)}, &v, NULL), ST_OK);
    return v;
}

static struct value *command(struct arena *a, const char *line, int number, bool *may_fail)
{
    static const char notice[] = "{\"stream\":\"d\",\"position\":7,\"case\":12,\"task\":3,\"answer\":\"confirm\","
                                 "\"recorded\":1771200000000}";
    char why[COMMAND_WHY];
    return command_of_line(a, parse(a, notice), (struct bytes){(const uint8_t *)line, strlen(line)}, number, may_fail,
                           why);
}

static void a_line_becomes_a_command_about_the_notice(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    bool may_fail = true;
    struct value *m = command(a, "{\"act\":\"confirm\",\"fields\":{\"x\":1}}", 1, &may_fail);
    assert_int_equal(v_get_int(m, "case", 0), 12);
    assert_int_equal(v_get_int(m, "task", 0), 3);
    assert_int_equal(v_number(v_path(m, "cause.position"), 0), 7);
    assert_false(may_fail);
    struct value *other = command(a, "{\"act\":\"verify\",\"may_fail\":true}", 2, &may_fail);
    assert_null(v_get(other, "task"));
    assert_null(v_get(other, "may_fail"));
    assert_true(may_fail);
    struct value *opening = command(a, "{\"act\":\"apply\",\"procedure\":\"yinchuan\"}", 3, &may_fail);
    assert_null(v_get(opening, "case"));
    arena_free(a);
}

static void a_second_run_repeats_the_ids_and_another_line_has_another(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    bool may_fail;
    const char *one = v_get_str(command(a, "{\"act\":\"confirm\"}", 1, &may_fail), "id", "");
    assert_string_equal(one, v_get_str(command(a, "{\"act\":\"confirm\"}", 1, &may_fail), "id", ""));
    assert_string_not_equal(one, v_get_str(command(a, "{\"act\":\"confirm\"}", 2, &may_fail), "id", ""));
    arena_free(a);
}

static void what_is_no_command_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"hello", "{\"act\":\"x\",\"colour\":1}", "{}", "[]", "{\"act\":1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *a = arena_new();
        bool may_fail;
        assert_null(command(a, bad[i], 1, &may_fail));
        arena_free(a);
    }
}

static bool put(void *ctx, const char *file, uint8_t ret_hash[32])
{
    ++*(int *)ctx;
    memset(ret_hash, file[0], 32);
    return strcmp(file, "missing") != 0;
}

static void papers_are_hashes_or_files_that_are_put(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    int count = 0;
    struct value *m =
        parse(a, "{\"papers\":{\"report\":[\"00000000000000000000000000000000000000000000000000000000000000ff\","
                 "\"file\"]}}");
    assert_true(command_papers(a, m, put, &count));
    assert_int_equal(count, 1);
    struct value *list = v_path(m, "papers.report");
    assert_int_equal(v_kind(v_at(list, 0)), V_BIN);
    assert_int_equal(v_at(list, 0)->u.bin.p[31], 0xff);
    assert_int_equal(v_at(list, 1)->u.bin.p[0], 'f');
    assert_false(command_papers(a, parse(a, "{\"papers\":{\"report\":[\"missing\"]}}"), put, &count));
    assert_true(command_papers(a, parse(a, "{\"papers\":3}"), put, &count));
    arena_free(a);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_of_one_case_go_one_after_the_other),
        cmocka_unit_test(a_notice_that_sleeps_holds_up_its_case_and_no_other),
        IN_FOLDER(what_was_taken_and_not_confirmed_is_there_after_a_restart),
        IN_FOLDER(the_cursor_outlives_its_notices),
        IN_FOLDER(wherever_the_file_is_broken_what_is_lost_comes_again),
        IN_FOLDER(a_journal_that_tells_no_position_beside_a_head_or_a_mirror_is_a_broken_one),
        IN_FOLDER(where_the_stream_began_is_known_before_its_first_notice),
        IN_FOLDER(a_torn_end_is_cut_off_and_the_rest_counts),
        IN_FOLDER(a_flipped_bit_ends_the_journal_before_it),
        IN_FOLDER(a_folder_serves_one_agent_of_one_name),
        cmocka_unit_test(a_line_becomes_a_command_about_the_notice),
        cmocka_unit_test(a_second_run_repeats_the_ids_and_another_line_has_another),
        cmocka_unit_test(what_is_no_command_is_refused_by_name),
        cmocka_unit_test(papers_are_hashes_or_files_that_are_put),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
