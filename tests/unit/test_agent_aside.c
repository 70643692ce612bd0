/* What the agent sets aside, drops and takes up again: the queue, the journal and the mirror. */
#include "clients/agent/journal.h"
#include "clients/agent/mirror.h"
#include "clients/agent/queue.h"
#include "daemon/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct tick now = {0};

/* ---- the queue ---- */

static void what_is_set_aside_holds_up_its_case_and_no_other(void **state)
{
    (void)state;
    struct queue *q = queue_new();
    queue_add(q, 1, 7, "a");
    queue_add(q, 2, 7, "b");
    queue_add(q, 3, 8, "c");
    queue_set_aside(q, queue_take(q, now));
    struct queued *c = queue_take(q, now);
    assert_int_equal(c->position, 3);
    queue_finish(q, c);
    queue_add(q, 4, 7, "d");
    assert_null(queue_take(q, now));
    assert_int_equal(queue_count(q), 0); /* nothing that could be done: the stream is not held up by them */
    queue_retry(q, 1, 7);
    for (int64_t p = 1; p <= 4; p += p == 2 ? 2 : 1) {
        struct queued *n = queue_take(q, now);
        assert_int_equal(n->position, p);
        queue_finish(q, n);
    }
    assert_null(queue_take(q, now));
    queue_free(q);
}

static void a_dropped_notice_frees_what_waited_behind_it(void **state)
{
    (void)state;
    struct queue *q = queue_new();
    queue_add(q, 1, 7, "a");
    queue_add(q, 2, 7, "b");
    queue_aside(q, 1, 7);
    assert_null(queue_take(q, now));
    queue_drop(q, 1, 7);
    struct queued *b = queue_take(q, now);
    assert_int_equal(b->position, 2);
    queue_drop(q, 2, 7); /* it is with its taker: nothing happens */
    queue_finish(q, b);
    queue_drop(q, 9, 7);
    assert_int_equal(queue_count(q), 0);
    queue_free(q);
}

static void what_comes_anew_goes_to_its_place_once(void **state)
{
    (void)state;
    struct queue *q = queue_new();
    queue_add(q, 2, 7, "b");
    queue_add(q, 4, 7, "d");
    queue_add(q, 1, 7, "a");
    queue_add(q, 3, 7, "c");
    queue_add(q, 4, 7, "d");
    for (int64_t p = 1; p <= 4; p++) {
        struct queued *n = queue_take(q, now);
        assert_int_equal(n->position, p);
        queue_add(q, p, 7, "again"); /* while it is with its taker */
        queue_finish(q, n);
    }
    assert_int_equal(queue_count(q), 0);
    queue_free(q);
}

/* ---- the journal and the mirror ---- */

static int make_folder(void **state)
{
    char *folder = strdup("/tmp/leeway-test-aside-XXXXXX");
    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {
        "mirror.broken/data.mdb",   "mirror.broken/lock.mdb", "mirror.broken", "journal",
        "mirror/data.mdb",          "mirror/lock.mdb",        "mirror",        "journal.kept-1-9",
        "mirror.kept-1-9/data.mdb", "mirror.kept-1-9"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", (char *)*state, names[i]);
        (void)remove(path);
    }
    rmdir(*state);
    free(*state);
    return 0;
}

static struct journal *open_it(const char *folder)
{
    struct journal *j = NULL;
    char why[JOURNAL_WHY];
    assert_int_equal(journal_open(folder, "d", "desk", &j, why), ST_OK);
    return j;
}

static void see(void *ctx, int64_t position, const struct journal_entry *e)
{
    buf_printf(ctx, "%lld%c%s%s%s ", (long long)position, "?NDF"[e->state], e -> line ? e -> line : "",
               e->reason ? e->reason : "", e->told ? "!" : "");
}

static void what_is_set_aside_outlives_its_report_and_restarts(void **state)
{
    struct journal *j = open_it(*state);
    struct buf seen = {0};
    journal_take(j, 1, "{}");
    journal_take(j, 2, "{}");
    journal_finish(j, 1, "no paper");
    journal_finish(j, 2, "no ink");
    journal_confirm(j, 1);
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    j = open_it(*state);
    journal_retry(j, 2);
    assert_int_equal(journal_sync(j), ST_OK);
    assert_int_equal(journal_look(*state, see, &seen), ST_OK); /* while the agent has it */
    assert_string_equal(buf_cstr(&seen), "1F{}no paper! 2N{} ");
    journal_forget(j, 1);
    assert_null(journal_entry(j, 1));
    assert_non_null(journal_entry(j, 2));
    journal_close(j);
    buf_done(&seen);
}

static void what_is_tried_again_before_its_failure_was_reported_stays_until_its_own_end_is(void **state)
{
    struct journal *j = open_it(*state);
    journal_take(j, 1, "{}");
    journal_finish(j, 1, "no paper");
    journal_retry(j, 1);
    journal_confirm(j, 1); /* that it failed */
    assert_non_null(journal_entry(j, 1));
    assert_int_equal(journal_entry(j, 1)->state, JOURNAL_TAKEN);
    journal_finish(j, 1, "no ink");
    journal_retry(j, 1);
    journal_finish(j, 1, NULL);
    journal_confirm(j, 1); /* that it failed once more */
    assert_non_null(journal_entry(j, 1));
    journal_confirm(j, 1); /* that it is done */
    assert_null(journal_entry(j, 1));
    journal_close(j);
}

static void a_member_may_take_over_what_is_older_than_all_it_has(void **state)
{
    struct journal *j = open_it(*state);
    struct buf seen = {0};
    journal_take(j, 1000, "{}");
    journal_take(j, 5, "{}");
    journal_take(j, 400, "{}");
    assert_int_equal(journal_sync(j), ST_OK);
    journal_close(j);
    j = open_it(*state);
    journal_each(j, see, &seen);
    assert_string_equal(buf_cstr(&seen), "5N{} 400N{} 1000N{} ");
    journal_close(j);
    buf_done(&seen);
}

static void look(void *ctx, int64_t position, const char *line, enum mirror_state state, const char *reason)
{
    buf_printf(ctx, "%lld%c%s%s ", (long long)position, state, line, reason);
}

static void a_mirror_that_cannot_be_read_is_made_anew_each_time(void **state)
{
    char path[256], page[8192];
    snprintf(path, sizeof path, "%s/mirror/data.mdb", (char *)*state);
    memset(page, 0x5a, sizeof page);
    for (int i = 0; i < 3; i++) {
        struct mirror *m = NULL;
        assert_int_equal(mirror_open(*state, &m), ST_OK);
        mirror_close(m);
        FILE *f = fopen(path, "w");
        assert_int_equal(fwrite(page, sizeof page, 1, f), 1);
        fclose(f);
    }
}

static void what_the_mirror_was_told_can_be_looked_at(void **state)
{
    struct mirror *m;
    struct buf seen = {0};
    assert_int_equal(mirror_look(*state, look, &seen), ST_NOT_FOUND);
    assert_int_equal(mirror_open(*state, &m), ST_OK);
    mirror_notice(m, 300, "{}");
    mirror_notice(m, 2, "{}");
    mirror_became(m, 300, MIRROR_FAILED, "no ink");
    assert_int_equal(mirror_commit(m), ST_OK);
    mirror_close(m);
    assert_int_equal(mirror_look(*state, look, &seen), ST_OK);
    assert_string_equal(buf_cstr(&seen), "2t{} 300f{}no ink ");
    buf_done(&seen);
}

static void what_stands_behind_a_cut_is_kept_aside(void **state)
{
    struct journal *j = open_it(*state);
    struct mirror *m;
    struct buf seen = {0};
    char aside[256];
    assert_int_equal(mirror_open(*state, &m), ST_OK);
    for (int64_t p = 1; p <= 4; p++) {
        journal_take(j, p, "{}");
        mirror_notice(m, p, "{}");
    }
    assert_int_equal(journal_sync(j), ST_OK);
    assert_int_equal(mirror_commit(m), ST_OK);
    assert_int_equal(journal_cut(j, 2, "kept-1-9"), ST_OK);
    assert_int_equal(mirror_cut(m, *state, 2, "kept-1-9"), ST_OK);
    assert_int_equal(journal_cursor(j), 2);
    assert_int_equal(journal_top(j), 2);
    journal_each(j, see, &seen);
    assert_string_equal(buf_cstr(&seen), "1N{} 2N{} ");
    journal_close(j);
    mirror_close(m);
    buf_clear(&seen);
    assert_int_equal(mirror_look(*state, look, &seen), ST_OK);
    assert_string_equal(buf_cstr(&seen), "1t{} 2t{} ");
    snprintf(aside, sizeof aside, "%s/mirror.kept-1-9/data.mdb", (const char *)*state);
    assert_int_equal(access(aside, R_OK), 0);
    snprintf(aside, sizeof aside, "%s/journal.kept-1-9", (const char *)*state);
    assert_int_equal(access(aside, R_OK), 0);
    buf_done(&seen);
}

static void look_case(void *ctx, int64_t kase, const char *line, bool stale)
{
    buf_printf(ctx, "%lld%s%s ", (long long)kase, line, stale ? "?" : "");
}

static void a_case_is_fresh_when_nothing_was_told_while_it_was_asked_for(void **state)
{
    struct mirror *m;
    struct buf seen = {0};
    int64_t kase, mark;
    assert_int_equal(mirror_open(*state, &m), ST_OK);
    assert_false(mirror_next_stale(m, &kase, &mark));
    mirror_stale(m, 7, 1);
    mirror_stale(m, 8, 2);
    assert_true(mirror_next_stale(m, &kase, &mark));
    assert_int_equal(kase, 7);
    mirror_stale(m, 7, 3); /* told of more meanwhile */
    mirror_case(m, 7, mark, "{a}");
    assert_true(mirror_next_stale(m, &kase, &mark));
    assert_int_equal(kase, 7);
    assert_int_equal(mark, 3);
    mirror_case(m, 8, 2, "{b}");
    assert_int_equal(mirror_commit(m), ST_OK);
    assert_int_equal(mirror_look_cases(*state, 0, look_case, &seen), ST_OK);
    assert_string_equal(buf_cstr(&seen), "7{a}? 8{b} ");
    buf_clear(&seen);
    mirror_case(m, 8, 2, NULL); /* it may not be seen any more */
    assert_int_equal(mirror_commit(m), ST_OK);
    assert_int_equal(mirror_look_cases(*state, 8, look_case, &seen), ST_OK);
    assert_string_equal(buf_cstr(&seen), "");
    mirror_close(m);
    buf_done(&seen);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_set_aside_holds_up_its_case_and_no_other),
        cmocka_unit_test(a_dropped_notice_frees_what_waited_behind_it),
        cmocka_unit_test(what_comes_anew_goes_to_its_place_once),
        IN_FOLDER(what_is_set_aside_outlives_its_report_and_restarts),
        IN_FOLDER(what_is_tried_again_before_its_failure_was_reported_stays_until_its_own_end_is),
        IN_FOLDER(a_member_may_take_over_what_is_older_than_all_it_has),
        IN_FOLDER(a_mirror_that_cannot_be_read_is_made_anew_each_time),
        IN_FOLDER(what_the_mirror_was_told_can_be_looked_at),
        IN_FOLDER(what_stands_behind_a_cut_is_kept_aside),
        IN_FOLDER(a_case_is_fresh_when_nothing_was_told_while_it_was_asked_for),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("agent_aside", tests, NULL, NULL);
}
