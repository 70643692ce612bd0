/* libleeway against proto/vectors/client.json: its session is told each message, and must make of it what is said. */
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "clients/lib/session.h"
#include "clients/lib/stream.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MOST = 1 << 20, FRAME = 4096 };

struct talk {
    struct arena *arena;
    int ids, opens, answers;
    struct lw_error error;
    struct value *notices;
};

static void count_sent(void *ctx, struct bytes frame)
{
    struct talk *t = ctx;
    struct value *v;
    assert_int_equal(wire_decode(t->arena, frame, &v, NULL), ST_OK);
    t->opens += strcmp(v_get_str(v, "t", ""), "open") == 0;
}

static void count_id(void *ctx, char ret[LW_ID])
{
    snprintf(ret, LW_ID, "id-%d", ++((struct talk *)ctx)->ids);
}

static void answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct talk *t = ctx;
    (void)answer;
    t->answers++;
    t->error = *e;
}

static void noticed(void *ctx, const struct value *const *notice, size_t n)
{
    struct talk *t = ctx;
    for (size_t i = 0; i < n; i++)
        v_push(t->arena, t->notices, v_copy(t->arena, notice[i]));
}

static void ended(void *ctx, const struct lw_error *e)
{
    (void)ctx;
    fail_msg("the stream ended: %s", e->text);
}

static void ask(struct talk *t, struct session *s)
{
    struct value *m = v_map(t->arena);
    v_put_str(t->arena, m, "t", "ask");
    v_put_str(t->arena, m, "id", "id-1");
    v_put_str(t->arena, m, "q", "status");
    session_request(s, m, -1, (struct tick){0}, answered, t);
}

static void hear(struct talk *t, struct session *s, const struct value *message)
{
    uint8_t bytes[FRAME];
    const char *hex = v_get_str(message, "hex", "");
    struct value *v;
    size_t n = strlen(hex) / 2;
    assert_true(n <= sizeof bytes && json_unhex(hex, bytes, n));
    assert_int_equal(wire_decode(t->arena, (struct bytes){bytes, n}, &v, NULL), ST_OK);
    assert_true(v_equal(v, v_get(message, "json")));
    session_input(s, (struct bytes){bytes, n}, (struct tick){1});
}

static void check_talk(struct arena *a, const struct value *talk)
{
    struct talk t = {.arena = a, .notices = v_list(a)};
    const struct value *outcome = v_get(talk, "outcome"), *none = v_list(a), *come = v_get(talk, "come");
    const char *code = v_get_str(outcome, "code", "");
    struct session *s = session_new(&(struct session_hooks){.ctx = &t, .send = count_sent, .id = count_id});
    bool asks = strcmp(v_get_str(talk, "request", ""), "ask") == 0;
    session_up(s, (struct tick){0});
    if (asks)
        ask(&t, s);
    else
        (void)stream_new(s, &(struct lw_stream_options){
                                .stream = "housing", .name = "desk", .ctx = &t, .notices = noticed, .ended = ended});
    for (size_t i = 0; i < v_count(come); i++)
        hear(&t, s, v_at(come, i));
    if (asks && (t.answers != 1 || t.error.may_retry || strcmp(t.error.word, code) != 0))
        fail_msg("%s: %d answers, %s", v_get_str(talk, "name", "?"), t.answers, t.error.word);
    const struct value *wanted = v_get(outcome, "notices");
    if (!asks && (t.opens != v_get_int(outcome, "opens", 0) || !v_equal(t.notices, wanted ? wanted : none)))
        fail_msg("%s: opened %d times", v_get_str(talk, "name", "?"), t.opens);
    session_free(s);
}

static void every_talk_has_its_outcome(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf text = {0};
    struct value *v;
    assert_int_equal(file_read(SOURCE_DIR "/proto/vectors/client.json", FILE_MOST, &text), ST_OK);
    assert_int_equal(json_parse(a, buf_bytes(&text), &v, NULL), ST_OK);
    const struct value *talks = v_get(v, "talks");
    assert_true(v_count(talks) > 0);
    for (size_t i = 0; i < v_count(talks); i++)
        check_talk(a, v_at(talks, i));
    buf_done(&text);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_talk_has_its_outcome)};
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("talks", tests, NULL, NULL);
}
