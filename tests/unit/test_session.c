#include "daemon/bus/session.h"

#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A world of two streams in which every notice is the bytes of its position, and a peer can be full or gone. */
struct sent {
    struct peer to;
    struct value *message;
};

struct world {
    struct arena *arena;
    struct sessions *sessions;
    uint64_t last;         /* of every stream */
    enum session_sent how; /* what a send answers */
    enum status store;     /* what a read answers */
    size_t bytes_each;
    uint64_t group_read; /* what the store has of every group */
    int64_t group_fence;
    struct session_claim claim[8];
    size_t nclaims;
    struct sent sent[4096];
    size_t nsent;
    int reads;
};

static const struct peer anna = {{0, 1, 1, 1, 1}}, bert = {{0, 2, 2, 2, 2}};
static const struct tick start = {1000000};

static struct tick later(int64_t ms)
{
    return (struct tick){start.ms + ms};
}

static enum session_sent world_send(void *ctx, const struct peer *to, struct bytes message)
{
    struct world *w = ctx;
    if (w->how != SESSION_SENT)
        return w->how;
    struct value *v;
    assert_int_equal(wire_decode(w->arena, message, &v, NULL), ST_OK);
    assert_true(w->nsent < sizeof w->sent / sizeof *w->sent);
    w->sent[w->nsent++] = (struct sent){*to, v};
    return SESSION_SENT;
}

static enum status world_read(void *ctx, struct arena *a, const char *stream, uint64_t after, size_t n, size_t bytes,
                              struct session_notice **ret, size_t *ret_n, uint64_t *ret_last)
{
    struct world *w = ctx;
    (void)stream;
    w->reads++;
    if (w->store)
        return w->store;
    size_t count = 0, sum = 0;
    struct session_notice *item = ARENA_ARRAY(a, struct session_notice, n);
    for (uint64_t p = after + 1; p <= w->last && count < n; p++) {
        uint8_t *filler = arena_alloc(a, w->bytes_each);
        struct value *v = v_map(a);
        struct buf b = {0};
        v_put_int(a, v, "position", (int64_t)p);
        v_put_int(a, v, "case", (int64_t)p);
        v_put(a, v, "filler", v_bin(a, filler, w->bytes_each));
        wire_encode(&b, v);
        if (count && sum + b.n > bytes) {
            buf_done(&b);
            break;
        }
        item[count++] = (struct session_notice){p, {arena_copy(a, b.p, b.n), b.n}};
        sum += b.n;
        buf_done(&b);
    }
    *ret = item;
    *ret_n = count;
    *ret_last = w->last;
    return ST_OK;
}

static enum status world_group(void *ctx, struct arena *a, const char *stream, const char *group, uint64_t *ret_read,
                               int64_t *ret_fence, struct session_claim **ret, size_t *ret_n)
{
    struct world *w = ctx;
    (void)a;
    (void)stream;
    (void)group;
    *ret_read = w->group_read;
    *ret_fence = w->group_fence;
    *ret = w->claim;
    *ret_n = w->nclaims;
    return w->store;
}

static struct value *world_head(void *ctx, struct arena *a)
{
    struct world *w = ctx;
    struct value *v = v_map(a);
    v_put_int(a, v, "number", (int64_t)w->last);
    return v;
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct session_doors doors = {w, world_send, world_read, world_group, world_head};
    w->arena = arena_new();
    w->how = SESSION_SENT;
    w->sessions = sessions_new(&doors, 100);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    sessions_free(w->sessions);
    arena_free(w->arena);
    free(w);
    return 0;
}

static int64_t open_as(struct world *w, struct peer peer, const char *stream, const char *name, uint64_t after,
                       int64_t messages, int64_t bytes)
{
    int64_t id = 0;
    struct session_request r = {peer, "principal", "key", stream, name, NULL, after, w->last, messages, bytes};
    assert_int_equal(session_open(w->sessions, &r, start, &id), ST_OK);
    return id;
}

static void pump(struct world *w)
{
    while (session_pump(w->sessions, start, 4))
        ;
}

/* The positions that were sent in a session, in order and without a gap, from `from`; returns how many. */
static size_t got(const struct world *w, int64_t session, uint64_t from)
{
    size_t n = 0;
    for (size_t i = 0; i < w->nsent; i++) {
        const struct value *m = w->sent[i].message;
        if (strcmp(v_get_str(m, "t", ""), "notices") || v_get_int(m, "session", -1) != session)
            continue;
        const struct value *list = v_get(m, "notices");
        for (size_t j = 0; j < v_count(list); j++, n++)
            assert_int_equal(v_get_int(v_at(list, j), "position", -1), from + n);
    }
    return n;
}

static const struct value *last_sent(const struct world *w)
{
    assert_true(w->nsent > 0);
    return w->sent[w->nsent - 1].message;
}

static void ended(const struct world *w, int64_t session, const char *reason)
{
    for (size_t i = 0; i < w->nsent; i++) {
        const struct value *m = w->sent[i].message;
        if (!strcmp(v_get_str(m, "t", ""), "ended") && v_get_int(m, "session", -1) == session) {
            assert_string_equal(v_get_str(m, "reason", ""), reason);
            return;
        }
    }
    fail_msg("session %d was not told that it ended", (int)session);
}

static void what_is_there_comes_in_order_and_then_what_comes(void **state)
{
    struct world *w = *state;
    w->last = 5;
    int64_t id = open_as(w, anna, "dept", "agent", 2, 100, 100000);
    assert_int_equal(w->nsent, 0);
    pump(w);
    assert_int_equal(got(w, id, 3), 3);
    w->last = 7;
    session_grown(w->sessions, "dept", 7);
    pump(w);
    assert_int_equal(got(w, id, 3), 5);
}

static void nothing_new_asks_the_store_nothing(void **state)
{
    struct world *w = *state;
    w->last = 5;
    open_as(w, anna, "dept", "agent", 5, 100, 100000);
    pump(w);
    session_grown(w->sessions, "elsewhere", 9);
    pump(w);
    assert_int_equal(w->reads, 0);
}

static void no_more_is_sent_than_there_is_credit_for(void **state)
{
    struct world *w = *state;
    w->last = 1000;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 10, 100000);
    pump(w);
    assert_int_equal(got(w, id, 1), 10);
    assert_true(session_credit(w->sessions, &anna, id, 5, 0, start));
    pump(w);
    assert_int_equal(got(w, id, 1), 15);
}

static void one_message_holds_at_most_256_notices(void **state)
{
    struct world *w = *state;
    w->last = 600;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 1000, 100000);
    pump(w);
    assert_int_equal(w->nsent, 3);
    assert_int_equal(v_count(v_get(w->sent[0].message, "notices")), 256);
    assert_int_equal(got(w, id, 1), 600);
}

static void credit_in_bytes_may_be_overdrawn_by_one_notice_only(void **state)
{
    struct world *w = *state;
    w->last = 10;
    w->bytes_each = 1000;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, 1500);
    pump(w);
    /* one of the first 1500, and one more while something is left */
    assert_int_equal(got(w, id, 1), 2);
    assert_true(session_credit(w->sessions, &anna, id, 0, 400, start));
    pump(w);
    assert_int_equal(got(w, id, 1), 2);
    assert_true(session_credit(w->sessions, &anna, id, 0, 400, start));
    pump(w);
    assert_int_equal(got(w, id, 1), 3);
}

static void a_frame_stays_below_half_a_mebibyte(void **state)
{
    struct world *w = *state;
    w->last = 10;
    w->bytes_each = 200 * 1024;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, SESSION_CREDIT_BYTES);
    pump(w);
    assert_int_equal(v_count(v_get(w->sent[0].message, "notices")), 2);
    assert_int_equal(got(w, id, 1), 6);
}

static void credit_beyond_the_bound_is_cut(void **state)
{
    struct world *w = *state;
    w->last = 10000;
    int64_t id = open_as(w, anna, "dept", "agent", 0, INT64_MAX, INT64_MAX);
    session_credit(w->sessions, &anna, id, INT64_MAX, INT64_MAX, start);
    session_credit(w->sessions, &anna, id, -5, -5, start);
    pump(w);
    assert_int_equal(got(w, id, 1), SESSION_CREDIT_MESSAGES);
}

static void a_second_session_of_the_name_ends_the_first(void **state)
{
    struct world *w = *state;
    w->last = 4;
    int64_t first = open_as(w, anna, "dept", "agent", 0, 2, 100000);
    pump(w);
    int64_t second = open_as(w, bert, "dept", "agent", 2, 100, 100000);
    ended(w, first, "taken-over");
    assert_true(peer_same(&w->sent[w->nsent - 1].to, &anna));
    pump(w);
    assert_int_equal(got(w, first, 1), 2);
    assert_int_equal(got(w, second, 3), 2);
    assert_false(session_credit(w->sessions, &anna, first, 10, 10, start));
    ended(w, first, "taken-over");
    assert_string_equal(v_get_str(last_sent(w), "reason", ""), "unknown");
}

static void two_names_read_the_same_stream_side_by_side(void **state)
{
    struct world *w = *state;
    w->last = 3;
    int64_t one = open_as(w, anna, "dept", "one", 0, 100, 100000);
    int64_t two = open_as(w, anna, "dept", "two", 1, 100, 100000);
    pump(w);
    assert_int_equal(got(w, one, 1), 3);
    assert_int_equal(got(w, two, 2), 2);
}

static void a_session_is_unknown_from_another_connection(void **state)
{
    struct world *w = *state;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, 100000);
    assert_false(session_close(w->sessions, &bert, id));
    assert_true(peer_same(&w->sent[0].to, &bert));
    ended(w, id, "unknown");
    assert_true(session_beat(w->sessions, &anna, id, start));
    assert_false(session_beat(w->sessions, &anna, id + 1, start));
    assert_false(session_beat(w->sessions, &anna, -1, start));
}

static void three_missed_beats_end_a_session(void **state)
{
    struct world *w = *state;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, 100000);
    session_tick(w->sessions, later(14999));
    assert_int_equal(session_figures(w->sessions)->open, 1);
    assert_true(session_beat(w->sessions, &anna, id, later(14999)));
    session_tick(w->sessions, later(29998));
    assert_int_equal(session_figures(w->sessions)->open, 1);
    session_tick(w->sessions, later(29999));
    assert_int_equal(session_figures(w->sessions)->open, 0);
    ended(w, id, "silent");
}

static void the_daemon_beats_every_five_seconds_with_its_head(void **state)
{
    struct world *w = *state;
    w->last = 6;
    int64_t id = open_as(w, anna, "dept", "agent", 6, 100, 100000);
    session_tick(w->sessions, later(4999));
    assert_int_equal(w->nsent, 0);
    session_tick(w->sessions, later(5000));
    session_tick(w->sessions, later(5001));
    assert_int_equal(w->nsent, 1);
    const struct value *beat = last_sent(w);
    assert_string_equal(v_get_str(beat, "t", ""), "beat");
    assert_int_equal(v_get_int(beat, "session", 0), id);
    assert_int_equal(v_get_int(beat, "last", 0), 6);
    assert_int_equal(v_get_int(v_get(beat, "head"), "number", 0), 6);
}

static void a_full_peer_is_paused_and_loses_nothing(void **state)
{
    struct world *w = *state;
    w->last = 3;
    w->how = SESSION_FULL;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, 100000);
    pump(w);
    session_grown(w->sessions, "dept", 3);
    pump(w);
    assert_int_equal(w->reads, 1);
    w->how = SESSION_SENT;
    session_tick(w->sessions, later(1000));
    pump(w);
    assert_int_equal(got(w, id, 1), 3);
}

static void an_unreachable_peer_ends_its_session(void **state)
{
    struct world *w = *state;
    w->last = 3;
    w->how = SESSION_GONE;
    open_as(w, anna, "dept", "agent", 0, 100, 100000);
    pump(w);
    assert_int_equal(session_figures(w->sessions)->open, 0);
    assert_int_equal(session_figures(w->sessions)->gone, 1);
}

static void a_store_that_fails_sends_nothing_and_is_asked_again_later(void **state)
{
    struct world *w = *state;
    w->last = 3;
    w->store = ST_IO;
    int64_t id = open_as(w, anna, "dept", "agent", 0, 100, 100000);
    pump(w);
    assert_int_equal(w->nsent, 0);
    assert_int_equal(w->reads, 1);
    w->store = ST_OK;
    pump(w);
    assert_int_equal(w->reads, 1);
    session_tick(w->sessions, later(1000));
    pump(w);
    assert_int_equal(got(w, id, 1), 3);
}

static bool not_of_police(void *ctx, const char *principal, const char *key, const char *stream)
{
    (void)ctx;
    (void)principal;
    (void)key;
    return strcmp(stream, "police") != 0;
}

static void a_right_that_ends_takes_its_sessions_and_no_other(void **state)
{
    struct world *w = *state;
    int64_t police = open_as(w, anna, "police", "agent", 0, 100, 100000);
    int64_t fire = open_as(w, bert, "fire", "agent", 0, 100, 100000);
    session_sift(w->sessions, not_of_police, NULL);
    ended(w, police, "revoked");
    assert_int_equal(w->nsent, 1);
    assert_true(session_beat(w->sessions, &bert, fire, start));
}

static void all_are_told_that_the_daemon_stops(void **state)
{
    struct world *w = *state;
    int64_t one = open_as(w, anna, "police", "agent", 0, 100, 100000);
    int64_t two = open_as(w, bert, "fire", "agent", 0, 100, 100000);
    session_stop(w->sessions);
    ended(w, one, "stopping");
    ended(w, two, "stopping");
    assert_int_equal(session_figures(w->sessions)->open, 0);
}

static void many_readers_take_turns(void **state)
{
    struct world *w = *state;
    w->last = 600;
    int64_t one = open_as(w, anna, "dept", "one", 0, 1000, 100000);
    int64_t two = open_as(w, bert, "dept", "two", 0, 1000, 100000);
    assert_true(session_pump(w->sessions, start, 2));
    assert_int_equal(got(w, one, 1), 256);
    assert_int_equal(got(w, two, 1), 256);
}

static void a_principal_has_a_bound_of_sessions(void **state)
{
    struct world *w = *state;
    char name[16];
    for (int i = 0; i < SESSION_MOST_OF_PRINCIPAL; i++) {
        snprintf(name, sizeof name, "n%d", i);
        open_as(w, anna, "dept", name, 0, 1, 1);
    }
    int64_t id = -1;
    struct session_request r = {anna, "principal", "key", "dept", "one-more", NULL, 0, 0, 1, 1};
    assert_int_equal(session_open(w->sessions, &r, start, &id), ST_LIMIT);
    r.principal = "another";
    assert_int_equal(session_open(w->sessions, &r, start, &id), ST_OK);
}

static int64_t join_as(struct world *w, struct peer peer, const char *name)
{
    int64_t id = 0;
    struct session_request r = {peer, "principal", "key", "dept", name, "desk", 0, w->last, 1000, 100000};
    assert_int_equal(session_open(w->sessions, &r, start, &id), ST_OK);
    return id;
}

/* How many notices a member was sent, and the fence of the last. */
static size_t share_of(const struct world *w, int64_t session, int64_t *ret_fence, bool *ret_again)
{
    size_t n = 0;
    for (size_t i = 0; i < w->nsent; i++) {
        const struct value *m = w->sent[i].message;
        if (strcmp(v_get_str(m, "t", ""), "notices") || v_get_int(m, "session", -1) != session)
            continue;
        n += v_count(v_get(m, "notices"));
        *ret_fence = v_get_int(m, "fence", -1);
        *ret_again = v_get_bool(m, "again");
    }
    return n;
}

static void the_members_of_a_group_share_a_stream(void **state)
{
    struct world *w = *state;
    int64_t fence, one = join_as(w, anna, "one"), two = join_as(w, bert, "two");
    bool again;
    w->last = 40; /* each of a case of its own */
    session_grown(w->sessions, "dept", 40);
    pump(w);
    size_t a = share_of(w, one, &fence, &again), b = share_of(w, two, &fence, &again);
    assert_int_equal(a, 20);
    assert_int_equal(b, 20);
}

static void a_silent_members_notices_pass_on_marked_again(void **state)
{
    struct world *w = *state;
    int64_t before = 0, after = 0, one = join_as(w, anna, "one");
    bool again = true;
    w->last = 10;
    session_grown(w->sessions, "dept", 10);
    pump(w);
    assert_int_equal(share_of(w, one, &before, &again), 10);
    assert_false(again);
    int64_t two = join_as(w, bert, "two");
    session_beat(w->sessions, &bert, two, later(10000));
    session_tick(w->sessions, later(SESSION_SILENCE_MS));
    pump(w);
    ended(w, one, "silent");
    assert_int_equal(share_of(w, two, &after, &again), 10);
    assert_true(again);
    assert_true(after > before);
}

static void what_a_member_settled_does_not_pass_on(void **state)
{
    struct world *w = *state;
    int64_t fence, one = join_as(w, anna, "one");
    bool again;
    w->last = 10;
    session_grown(w->sessions, "dept", 10);
    pump(w);
    struct session_claim claim = {4, 4, 1, "one"}, settled = {4, 0, 0, NULL};
    session_claimed(w->sessions, "dept", "desk", &claim);
    session_claimed(w->sessions, "dept", "desk", &settled);
    int64_t two = join_as(w, bert, "two");
    session_close(w->sessions, &anna, one);
    pump(w);
    assert_int_equal(share_of(w, two, &fence, &again), 9);
}

static void a_member_that_lost_its_connection_keeps_its_share_for_a_while(void **state)
{
    struct world *w = *state;
    int64_t fence, one = join_as(w, anna, "one"), two = join_as(w, bert, "two");
    bool again;
    w->last = 10;
    session_grown(w->sessions, "dept", 10);
    pump(w);
    assert_int_equal(share_of(w, one, &fence, &again), 5);
    int64_t back = join_as(w, anna, "one");
    ended(w, one, "taken-over");
    pump(w);
    assert_int_equal(share_of(w, back, &fence, &again), 5);
    assert_false(again);
    assert_int_equal(share_of(w, two, &fence, &again), 5);
}

static void a_group_is_taken_from_the_store_where_it_stood(void **state)
{
    struct world *w = *state;
    int64_t fence = 0;
    bool again;
    w->last = 10;
    w->group_read = 6;
    w->group_fence = 41;
    w->claim[0] = (struct session_claim){3, 3, 41, "one"};
    w->claim[1] = (struct session_claim){8, 0, 0, NULL};
    w->nclaims = 2;
    int64_t two = join_as(w, bert, "two");
    pump(w);
    assert_int_equal(share_of(w, two, &fence, &again), 3); /* 7, 9 and 10 */
    assert_int_equal(fence, 42);
    int64_t one = join_as(w, anna, "one");
    pump(w);
    assert_int_equal(share_of(w, one, &fence, &again), 1);
    assert_int_equal(fence, 41);
}

static void when_a_notice_went_out_is_remembered_for_its_report(void **state)
{
    struct world *w = *state;
    struct tick at = {0};
    w->last = 3;
    open_as(w, anna, "dept", "agent", 0, 100, 100000);
    (void)session_pump(w->sessions, later(5), 1);
    w->last = 5;
    session_grown(w->sessions, "dept", 5);
    (void)session_pump(w->sessions, later(70), 1);
    assert_true(session_sent_at(w->sessions, "dept", "agent", NULL, 2, &at));
    assert_int_equal(at.ms, later(5).ms);
    assert_true(session_sent_at(w->sessions, "dept", "agent", NULL, 4, &at));
    assert_int_equal(at.ms, later(70).ms);
    assert_false(session_sent_at(w->sessions, "dept", "agent", NULL, 6, &at));
    assert_false(session_sent_at(w->sessions, "dept", "agent", "desk", 2, &at));
    assert_false(session_sent_at(w->sessions, "dept", "another", NULL, 2, &at));
}

static void a_deserted_group_is_forgotten_by_the_daemon(void **state)
{
    struct world *w = *state;
    int64_t one = join_as(w, anna, "one");
    assert_int_equal(session_figures(w->sessions)->groups, 1);
    session_close(w->sessions, &anna, one);
    session_tick(w->sessions, later(1000));
    assert_int_equal(session_figures(w->sessions)->groups, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(what_is_there_comes_in_order_and_then_what_comes),
        TEST(nothing_new_asks_the_store_nothing),
        TEST(no_more_is_sent_than_there_is_credit_for),
        TEST(one_message_holds_at_most_256_notices),
        TEST(credit_in_bytes_may_be_overdrawn_by_one_notice_only),
        TEST(a_frame_stays_below_half_a_mebibyte),
        TEST(credit_beyond_the_bound_is_cut),
        TEST(a_second_session_of_the_name_ends_the_first),
        TEST(two_names_read_the_same_stream_side_by_side),
        TEST(a_session_is_unknown_from_another_connection),
        TEST(three_missed_beats_end_a_session),
        TEST(the_daemon_beats_every_five_seconds_with_its_head),
        TEST(a_full_peer_is_paused_and_loses_nothing),
        TEST(an_unreachable_peer_ends_its_session),
        TEST(a_store_that_fails_sends_nothing_and_is_asked_again_later),
        TEST(a_right_that_ends_takes_its_sessions_and_no_other),
        TEST(all_are_told_that_the_daemon_stops),
        TEST(many_readers_take_turns),
        TEST(a_principal_has_a_bound_of_sessions),
        TEST(the_members_of_a_group_share_a_stream),
        TEST(a_silent_members_notices_pass_on_marked_again),
        TEST(what_a_member_settled_does_not_pass_on),
        TEST(a_member_that_lost_its_connection_keeps_its_share_for_a_while),
        TEST(a_group_is_taken_from_the_store_where_it_stood),
        TEST(when_a_notice_went_out_is_remembered_for_its_report),
        TEST(a_deserted_group_is_forgotten_by_the_daemon),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
