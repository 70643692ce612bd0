#include "clients/lib/backoff.h"
#include "clients/lib/feed.h"
#include "clients/lib/session.h"
#include "clients/lib/stream.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A daemon made of lists: what the client sent, and what its callbacks heard. */
struct fixture {
    struct session *session;
    struct arena *arena;
    struct value *sent[256];
    size_t nsent;
    int ids;
    int answers, reports, ends;
    enum lw_code code;
    char word[64];
    int64_t heard[256];
    size_t nheard;
    int64_t received;
    size_t told;
    struct lw_stream *leave; /* unsubscribe it in the next notices callback */
};

static struct tick at(int64_t ms)
{
    return (struct tick){ms};
}

static void record(void *ctx, struct bytes frame)
{
    struct fixture *f = ctx;
    struct value *v;
    assert_int_equal(wire_decode(f->arena, frame, &v, NULL), ST_OK);
    assert_true(f->nsent < 256);
    f->sent[f->nsent++] = v;
}

static void count_id(void *ctx, char ret[LW_ID])
{
    snprintf(ret, LW_ID, "id-%d", ++((struct fixture *)ctx)->ids);
}

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);
    f->arena = arena_new();
    f->session = session_new(&(struct session_hooks){.ctx = f, .send = record, .id = count_id});
    f->received = -1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    session_free(f->session);
    arena_free(f->arena);
    test_free(f);
    return 0;
}

static void hear(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct fixture *f = ctx;
    (void)answer;
    f->answers++;
    f->code = e->code;
    snprintf(f->word, sizeof f->word, "%s", e->word);
}

static struct value *map(struct fixture *f, const char *t, const char *id)
{
    struct value *m = v_map(f->arena);
    v_put_str(f->arena, m, "t", t);
    v_put_str(f->arena, m, "id", id);
    return m;
}

static void say(struct fixture *f, const struct value *m, int64_t ms)
{
    struct buf b = {0};
    wire_encode(&b, m);
    session_input(f->session, buf_bytes(&b), at(ms));
    buf_done(&b);
}

static const char *type(struct fixture *f, size_t i)
{
    return i < f->nsent ? v_get_str(f->sent[i], "t", "") : "nothing";
}

/* ---- requests ---- */

static void a_message_that_no_daemon_would_read_is_refused_at_once_and_not_sent(void **state)
{
    struct fixture *f = *state;
    struct value *m = map(f, "command", "a"), *deep = m;
    session_up(f->session, at(0));
    session_request(f->session, map(f, "ask", "b"), -1, at(0), NULL, NULL);
    for (int i = 0; i < WIRE_DEPTH; i++) {
        struct value *below = v_map(f->arena);
        v_put(f->arena, deep, "fields", below);
        deep = below;
    }
    session_request(f->session, m, -1, at(0), hear, f);
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->code, LW_PROTOCOL);
    assert_string_equal(f->word, "too-deep");
    assert_int_equal(f->nsent, 1);
    assert_int_equal(session_pending(f->session), 1);
}

static void a_request_waits_for_the_connection_and_is_answered_once(void **state)
{
    struct fixture *f = *state;
    session_request(f->session, map(f, "ask", "a"), -1, at(0), hear, f);
    assert_int_equal(f->nsent, 0);
    session_up(f->session, at(10));
    assert_int_equal(f->nsent, 1);
    say(f, map(f, "answer", "a"), 20);
    say(f, map(f, "answer", "a"), 21);
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->code, LW_OK);
    assert_int_equal(session_pending(f->session), 0);
}

static void a_new_connection_sends_all_that_waits_again_in_order_with_the_same_ids(void **state)
{
    struct fixture *f = *state;
    session_up(f->session, at(0));
    session_request(f->session, map(f, "command", "a"), -1, at(0), hear, f);
    session_request(f->session, map(f, "command", "b"), -1, at(0), hear, f);
    session_down(f->session, at(100));
    session_request(f->session, map(f, "command", "c"), -1, at(150), hear, f);
    assert_int_equal(f->nsent, 2);
    session_up(f->session, at(200));
    assert_int_equal(f->nsent, 5);
    assert_string_equal(v_get_str(f->sent[2], "id", ""), "a");
    assert_string_equal(v_get_str(f->sent[3], "id", ""), "b");
    assert_string_equal(v_get_str(f->sent[4], "id", ""), "c");
}

static void silence_repeats_a_request_until_its_limit(void **state)
{
    struct fixture *f = *state;
    session_up(f->session, at(0));
    session_request(f->session, map(f, "command", "a"), 12000, at(0), hear, f);
    session_tick(f->session, at(4999));
    assert_int_equal(f->nsent, 1);
    session_tick(f->session, session_next(f->session));
    assert_int_equal(f->nsent, 2);
    session_tick(f->session, at(11999));
    assert_int_equal(f->answers, 0);
    session_tick(f->session, session_next(f->session));
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->code, LW_TIMEOUT);
    assert_int_equal(session_next(f->session).ms, TICK_NEVER.ms);
}

static void what_was_never_sent_is_unreachable_and_not_unknown(void **state)
{
    struct fixture *f = *state;
    session_request(f->session, map(f, "command", "a"), 1000, at(0), hear, f);
    session_tick(f->session, at(1000));
    assert_int_equal(f->code, LW_UNREACHABLE);
}

static void a_refusal_carries_its_kind_and_its_word(void **state)
{
    struct fixture *f = *state;
    session_up(f->session, at(0));
    session_request(f->session, map(f, "command", "a"), -1, at(0), hear, f);
    struct value *no = map(f, "refused", "a");
    v_put_str(f->arena, no, "kind", "conflict");
    v_put_str(f->arena, no, "code", "case-moved-on");
    say(f, no, 5);
    assert_int_equal(f->code, LW_CONFLICT);
    assert_string_equal(f->word, "case-moved-on");
}

static void a_fault_without_an_id_answers_the_only_request(void **state)
{
    struct fixture *f = *state;
    session_up(f->session, at(0));
    session_request(f->session, map(f, "command", "a"), -1, at(0), hear, f);
    struct value *fault = map(f, "fault", NULL);
    v_put_str(f->arena, fault, "code", "unknown-key");
    say(f, fault, 5);
    assert_int_equal(f->code, LW_PROTOCOL);
    assert_string_equal(f->word, "unknown-key");
}

static void an_id_that_waits_is_refused_a_second_time(void **state)
{
    struct fixture *f = *state;
    session_request(f->session, map(f, "ask", "a"), -1, at(0), NULL, NULL);
    session_request(f->session, map(f, "ask", "a"), -1, at(0), hear, f);
    assert_int_equal(f->code, LW_PROTOCOL);
    assert_int_equal(session_pending(f->session), 1);
}

static void what_is_no_message_changes_nothing(void **state)
{
    struct fixture *f = *state;
    session_up(f->session, at(0));
    session_input(f->session, (struct bytes){(const uint8_t *)"\xc1", 1}, at(1));
    session_input(f->session, (struct bytes){(const uint8_t *)"\x01", 1}, at(1));
    session_input(f->session, (struct bytes){NULL, 0}, at(1));
    assert_int_equal(f->answers, 0);
}

/* ---- streams ---- */

static void on_notices(void *ctx, const struct value *const *notice, size_t n)
{
    struct fixture *f = ctx;
    for (size_t i = 0; i < n; i++)
        f->heard[f->nheard++] = v_get_int(notice[i], "position", 0);
    if (f->leave)
        lw_unsubscribe(f->leave);
}

static void on_reported(void *ctx, int64_t received, const int64_t *position, size_t n)
{
    struct fixture *f = ctx;
    (void)position;
    f->reports++;
    f->received = received > f->received ? received : f->received;
    f->told += n;
}

static void on_ended(void *ctx, const struct lw_error *e)
{
    struct fixture *f = ctx;
    f->ends++;
    f->code = e->code;
}

static struct lw_stream *subscribe(struct fixture *f, int64_t after)
{
    struct lw_stream_options o = {.stream = "district-cdi",
                                  .name = "desk",
                                  .after = after,
                                  .messages = 8,
                                  .bytes = 100000,
                                  .ctx = f,
                                  .notices = on_notices,
                                  .reported = on_reported,
                                  .ended = on_ended};
    return stream_new(f->session, &o);
}

static void open_it(struct fixture *f, int64_t session, int64_t after, int64_t last, int64_t ms)
{
    struct value *m = map(f, "opened", v_get_str(f->sent[f->nsent - 1], "id", ""));
    v_put_int(f->arena, m, "session", session);
    v_put_int(f->arena, m, "after", after);
    v_put_int(f->arena, m, "last", last);
    say(f, m, ms);
}

static void notify(struct fixture *f, int64_t session, int64_t from, int64_t to, int64_t ms)
{
    struct value *m = map(f, "notices", NULL), *list = v_list(f->arena);
    v_put_int(f->arena, m, "session", session);
    v_put(f->arena, m, "notices", list);
    for (int64_t p = from; p <= to; p++) {
        struct value *one = v_map(f->arena);
        v_put_int(f->arena, one, "position", p);
        v_push(f->arena, list, one);
    }
    say(f, m, ms);
}

static void end_it(struct fixture *f, int64_t session, const char *reason, int64_t ms)
{
    struct value *m = map(f, "ended", NULL);
    v_put_int(f->arena, m, "session", session);
    v_put_str(f->arena, m, "reason", reason);
    say(f, m, ms);
}

static void a_stream_opens_at_the_daemons_cursor_when_it_has_none_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, -1);
    session_up(f->session, at(0));
    assert_string_equal(type(f, 0), "open");
    assert_null(v_get(f->sent[0], "after"));
    open_it(f, 1, 41, 50, 5);
    assert_int_equal(lw_position(st), 41);
    notify(f, 1, 42, 43, 6);
    assert_int_equal(f->nheard, 2);
    assert_int_equal(lw_position(st), 43);
}

static void a_stream_that_lacks_an_option_ends_with_it_and_never_opens(void **state)
{
    struct fixture *f = *state;
    struct lw_stream_options whole = {
        .stream = "district-cdi", .name = "desk", .ctx = f, .notices = on_notices, .ended = on_ended};
    struct lw_stream_options lacks[] = {whole, whole, whole};
    lacks[0].notices = NULL;
    lacks[1].stream = NULL;
    lacks[2].name = NULL;
    for (int i = 0; i < 3; i++) {
        f->code = LW_OK;
        struct lw_stream *st = stream_new(f->session, &lacks[i]);
        assert_int_equal(f->ends, i);
        assert_true(session_next(f->session).ms <= session_now(f->session).ms);
        session_up(f->session, at(i * 10));
        session_tick(f->session, at(i * 10 + 1));
        session_down(f->session, at(i * 10 + 2));
        session_tick(f->session, at(i * 10 + 3));
        assert_int_equal(f->ends, i + 1);
        assert_int_equal(f->code, LW_OPTION);
        assert_int_equal(f->nsent, 0);
        stream_free(st);
    }
}

static void a_lost_connection_opens_the_stream_behind_what_was_handed_over(void **state)
{
    struct fixture *f = *state;
    subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 9, 5);
    notify(f, 1, 1, 3, 6);
    session_down(f->session, at(10));
    session_up(f->session, at(20));
    assert_string_equal(type(f, 1), "open");
    assert_int_equal(v_get_int(f->sent[1], "after", -1), 3);
    assert_string_not_equal(v_get_str(f->sent[1], "id", ""), v_get_str(f->sent[0], "id", ""));
    open_it(f, 2, 3, 9, 25);
    notify(f, 1, 4, 5, 26); /* of the old session: not heard */
    notify(f, 2, 2, 5, 27); /* two of them are had */
    assert_int_equal(f->nheard, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(f->heard[i], (int64_t)i + 1);
}

static void a_hole_in_the_positions_opens_anew_and_hands_nothing_over_behind_it(void **state)
{
    struct fixture *f = *state;
    subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 9, 5);
    notify(f, 1, 3, 4, 6);
    assert_int_equal(f->nheard, 0);
    assert_string_equal(type(f, 1), "open");
    assert_int_equal(v_get_int(f->sent[1], "after", -1), 0);
}

static void credit_goes_back_at_half_of_the_window_and_not_while_paused(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 99, 5);
    notify(f, 1, 1, 3, 6);
    assert_int_equal(f->nsent, 1);
    notify(f, 1, 4, 4, 7);
    assert_string_equal(type(f, 1), "credit");
    assert_int_equal(v_get_int(f->sent[1], "messages", 0), 4);
    lw_pause(st, true);
    notify(f, 1, 5, 10, 8);
    assert_int_equal(f->nsent, 2);
    lw_pause(st, false);
    assert_string_equal(type(f, 2), "credit");
    assert_int_equal(v_get_int(f->sent[2], "messages", 0), 6);
}

static void an_unknown_session_is_opened_again_and_a_taken_one_is_not(void **state)
{
    struct fixture *f = *state;
    subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 0, 5);
    end_it(f, 1, "unknown", 6);
    assert_string_equal(type(f, 1), "open");
    open_it(f, 2, 0, 0, 7);
    end_it(f, 1, "taken-over", 8); /* about the older one */
    assert_int_equal(f->ends, 0);
    end_it(f, 2, "taken-over", 9);
    assert_int_equal(f->ends, 1);
    assert_int_equal(f->code, LW_TAKEN_OVER);
    session_tick(f->session, at(100000));
    assert_int_equal(f->nsent, 2);
}

static void an_open_without_an_answer_is_repeated_under_a_new_id(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, 0);
    session_up(f->session, at(0));
    session_tick(f->session, at(5000));
    assert_int_equal(f->nsent, 2);
    struct value *late = map(f, "opened", v_get_str(f->sent[0], "id", ""));
    v_put_int(f->arena, late, "session", 1);
    say(f, late, 5001);
    notify(f, 1, 1, 1, 5002);
    assert_int_equal(lw_position(st), 0);
    open_it(f, 2, 0, 1, 5003);
    notify(f, 2, 1, 1, 5004);
    assert_int_equal(lw_position(st), 1);
}

static void beats_go_every_five_seconds_and_silence_opens_anew(void **state)
{
    struct fixture *f = *state;
    subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 0, 0);
    for (int i = 1; i <= 2; i++) {
        session_tick(f->session, session_next(f->session));
        assert_string_equal(type(f, (size_t)i), "beat");
    }
    session_tick(f->session, at(15000));
    assert_string_equal(type(f, f->nsent - 1), "open");
}

static void a_subscriber_that_knows_more_than_the_daemon_ends(void **state)
{
    struct fixture *f = *state;
    subscribe(f, 100);
    session_up(f->session, at(0));
    open_it(f, 1, 90, 90, 0);
    assert_int_equal(f->code, LW_AHEAD);
}

static void reports_gather_while_one_is_on_its_way(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 3, 0);
    notify(f, 1, 1, 3, 1);
    lw_received(st, 3);
    assert_int_equal(f->nsent, 1);
    lw_flush(st);
    assert_string_equal(type(f, 1), "report");
    assert_int_equal(v_get_int(f->sent[1], "received", 0), 3);
    lw_done(st, 1);
    lw_failed(st, 2, "no such paper");
    lw_flush(st);
    assert_int_equal(f->nsent, 2);
    say(f, map(f, "accepted", v_get_str(f->sent[1], "id", "")), 2);
    assert_int_equal(f->nsent, 3);
    assert_int_equal(v_count(v_get(f->sent[2], "done")), 1);
    assert_string_equal(v_get_str(v_at(v_get(f->sent[2], "failed"), 0), "reason", ""), "no such paper");
    say(f, map(f, "accepted", v_get_str(f->sent[2], "id", "")), 3);
    assert_int_equal(f->reports, 2);
    assert_int_equal(f->received, 3);
    assert_int_equal(f->told, 2);
    assert_false(lw_reporting(st));
}

static void a_report_goes_by_itself_after_fifty_milliseconds(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 3, 0);
    lw_done(st, 1);
    assert_int_equal(session_next(f->session).ms, 50);
    session_tick(f->session, at(50));
    assert_string_equal(type(f, 1), "report");
}

static void a_report_that_is_refused_for_the_moment_is_told_again(void **state)
{
    struct fixture *f = *state;
    struct lw_stream *st = subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 3, 0);
    lw_done(st, 1);
    lw_flush(st);
    struct value *no = map(f, "refused", v_get_str(f->sent[1], "id", ""));
    v_put_str(f->arena, no, "kind", "space");
    say(f, no, 10);
    session_tick(f->session, at(500));
    assert_int_equal(f->nsent, 2);
    session_tick(f->session, at(1010));
    assert_string_equal(type(f, 2), "report");
    assert_int_equal(v_count(v_get(f->sent[2], "done")), 1);
}

static void a_stream_may_be_left_from_its_own_callback(void **state)
{
    struct fixture *f = *state;
    f->leave = subscribe(f, 0);
    session_up(f->session, at(0));
    open_it(f, 1, 0, 3, 0);
    lw_done(f->leave, 1);
    lw_flush(f->leave);
    notify(f, 1, 1, 3, 1);
    assert_int_equal(f->nheard, 3);
    assert_string_equal(type(f, f->nsent - 1), "close");
    say(f, map(f, "accepted", v_get_str(f->sent[1], "id", "")), 2);
    assert_int_equal(f->reports, 0);
}

/* ---- the feed ---- */

static struct value *transition(struct fixture *f, int64_t n, const char *kind, int64_t before)
{
    struct value *m = v_map(f->arena), *prev = v_map(f->arena);
    v_put_int(f->arena, m, "n", n);
    v_put_str(f->arena, m, "kind", kind);
    v_put_str(f->arena, m, "procedure", "yinchuan");
    v_put_str(f->arena, m, "department", "d");
    v_put_int(f->arena, prev, "", n - 1);
    v_put_int(f->arena, prev, v_printf(f->arena, "%s/", kind)->u.str.s, before);
    v_put(f->arena, m, "prev", prev);
    return m;
}

static void a_feed_tells_next_from_old_from_gap(void **state)
{
    struct fixture *f = *state;
    struct feed feed;
    assert_true(feed_init(&feed, "archived/", -1));
    assert_int_equal(feed_live(&feed, transition(f, 7, "archived", 3)), FEED_HAND_OVER);
    assert_int_equal(feed_live(&feed, transition(f, 7, "archived", 3)), FEED_OLD);
    assert_int_equal(feed_live(&feed, transition(f, 12, "archived", 7)), FEED_HAND_OVER);
    assert_int_equal(feed_live(&feed, transition(f, 20, "archived", 15)), FEED_FETCH);
    assert_int_equal(feed_from(&feed), 13);
    assert_int_equal(feed_live(&feed, transition(f, 21, "archived", 20)), FEED_FETCH);
    assert_int_equal(feed_fetched(&feed, transition(f, 13, "limit-near", 2)), FEED_OLD);
    assert_int_equal(feed_fetched(&feed, transition(f, 15, "archived", 12)), FEED_HAND_OVER);
    assert_true(feed_page(&feed, 2, 21));
    assert_int_equal(feed_fetched(&feed, transition(f, 20, "archived", 15)), FEED_HAND_OVER);
    assert_int_equal(feed_fetched(&feed, transition(f, 21, "archived", 20)), FEED_HAND_OVER);
    assert_false(feed_page(&feed, 2, 21));
    assert_int_equal(feed_live(&feed, transition(f, 22, "archived", 21)), FEED_HAND_OVER);
    assert_int_equal(feed.fetched, 3);
}

static void a_head_after_a_lost_connection_is_fetched_up_to(void **state)
{
    struct fixture *f = *state;
    struct feed feed;
    struct value *head = v_map(f->arena);
    v_put_int(f->arena, head, "transition", 30);
    assert_true(feed_init(&feed, "archived/", -1));
    assert_int_equal(feed_head(&feed, head), FEED_OLD);
    v_put_int(f->arena, head, "transition", 40);
    assert_int_equal(feed_head(&feed, head), FEED_OLD);
    feed_lost(&feed);
    assert_int_equal(feed_head(&feed, head), FEED_FETCH);
    assert_int_equal(feed_from(&feed), 31);
    assert_false(feed_page(&feed, 0, 40));
    assert_int_equal(feed.number, 40);
}

static void the_feed_of_everything_sees_a_gap_in_each_head(void **state)
{
    struct fixture *f = *state;
    struct feed feed;
    struct value *head = v_map(f->arena);
    assert_true(feed_init(&feed, "", 5));
    v_put_int(f->arena, head, "transition", 5);
    assert_int_equal(feed_head(&feed, head), FEED_OLD);
    v_put_int(f->arena, head, "transition", 6);
    assert_int_equal(feed_head(&feed, head), FEED_FETCH);
    assert_false(feed_init(&feed, "archived", -1));
}

static void a_pause_grows_to_its_longest_and_keeps_within_its_half(void **state)
{
    (void)state;
    struct backoff b = {.seed = 1, .first = 50, .longest = 5000};
    int64_t most = 50;
    for (int i = 0; i < 100; i++) {
        int64_t pause = backoff_next(&b);
        assert_true(pause >= most / 2 && pause <= most);
        most = most * 2 > 5000 ? 5000 : most * 2;
    }
    backoff_reset(&b);
    assert_true(backoff_next(&b) <= 50);
}

static void a_derived_id_is_stable_and_has_the_form_of_version_seven(void **state)
{
    (void)state;
    char a[LW_ID], b[LW_ID], c[LW_ID];
    lw_uuid_of(1771200000000, "d:7:1", a);
    lw_uuid_of(1771200000000, "d:7:1", b);
    lw_uuid_of(1771200000000, "d:7:2", c);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_memory_equal(a, "019c63bf-3000-7", 15); /* 1771200000000 is 0x019c63bf3000 */
    assert_non_null(strchr("89ab", a[19]));
    lw_uuid(b);
    lw_uuid(c);
    assert_string_not_equal(b, c);
    assert_int_equal(strlen(b), 36);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_message_that_no_daemon_would_read_is_refused_at_once_and_not_sent),
        T(a_request_waits_for_the_connection_and_is_answered_once),
        T(a_new_connection_sends_all_that_waits_again_in_order_with_the_same_ids),
        T(silence_repeats_a_request_until_its_limit),
        T(what_was_never_sent_is_unreachable_and_not_unknown),
        T(a_refusal_carries_its_kind_and_its_word),
        T(a_fault_without_an_id_answers_the_only_request),
        T(an_id_that_waits_is_refused_a_second_time),
        T(what_is_no_message_changes_nothing),
        T(a_stream_opens_at_the_daemons_cursor_when_it_has_none_of_its_own),
        T(a_stream_that_lacks_an_option_ends_with_it_and_never_opens),
        T(a_lost_connection_opens_the_stream_behind_what_was_handed_over),
        T(a_hole_in_the_positions_opens_anew_and_hands_nothing_over_behind_it),
        T(credit_goes_back_at_half_of_the_window_and_not_while_paused),
        T(an_unknown_session_is_opened_again_and_a_taken_one_is_not),
        T(an_open_without_an_answer_is_repeated_under_a_new_id),
        T(beats_go_every_five_seconds_and_silence_opens_anew),
        T(a_subscriber_that_knows_more_than_the_daemon_ends),
        T(reports_gather_while_one_is_on_its_way),
        T(a_report_goes_by_itself_after_fifty_milliseconds),
        T(a_report_that_is_refused_for_the_moment_is_told_again),
        T(a_stream_may_be_left_from_its_own_callback),
        T(a_feed_tells_next_from_old_from_gap),
        T(a_head_after_a_lost_connection_is_fetched_up_to),
        T(the_feed_of_everything_sees_a_gap_in_each_head),
        cmocka_unit_test(a_pause_grows_to_its_longest_and_keeps_within_its_half),
        cmocka_unit_test(a_derived_id_is_stable_and_has_the_form_of_version_seven),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
