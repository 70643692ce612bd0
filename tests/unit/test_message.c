#include "proto/message.h"

#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const uuid = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct value *of_type(struct arena *a, const char *t)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "t", t);
    return v;
}

static struct value *command(struct arena *a)
{
    struct value *v = of_type(a, "command");
    v_put_str(a, v, "id", uuid);
    v_put_str(a, v, "act", "accept");
    return v;
}

static void passes(const struct value *v)
{
    struct message_fault f;
    assert_true(message_check(v, &f));
}

static void fails(const struct value *v, const char *code, const char *key)
{
    struct message_fault f = {0};
    assert_false(message_check(v, &f));
    assert_string_equal(message_fault_name(f.code), code);
    if (key)
        assert_string_equal(f.key, key);
    else
        assert_null(f.key);
}

static void the_smallest_of_each_type_passes(void **state)
{
    struct arena *a = *state;
    struct value *v = command(a);
    passes(v);
    assert_int_equal(message_type(v), MESSAGE_COMMAND);
    v = of_type(a, "report");
    v_put_str(a, v, "id", uuid);
    v_put_str(a, v, "stream", "dept");
    v_put_str(a, v, "name", "agent");
    passes(v);
    v = of_type(a, "ask");
    v_put_str(a, v, "id", "1");
    v_put_str(a, v, "q", "status");
    passes(v);
    v = of_type(a, "open");
    v_put_str(a, v, "id", "2");
    v_put_str(a, v, "stream", "dept");
    v_put_str(a, v, "name", "agent");
    v_put_int(a, v, "messages", 10);
    v_put_int(a, v, "bytes", 1000);
    passes(v);
    v = of_type(a, "beat");
    v_put_int(a, v, "session", 1);
    passes(v);
}

static void what_is_no_map_is_told(void **state)
{
    fails(v_int(*state, 1), "not-a-map", NULL);
    fails(NULL, "not-a-map", NULL);
}

static void a_type_that_only_the_daemon_sends_is_unknown(void **state)
{
    fails(of_type(*state, "accepted"), "unknown-type", NULL);
    fails(v_map(*state), "unknown-type", NULL);
}

static void an_unknown_key_is_named(void **state)
{
    struct value *v = command(*state);
    v_put_int(*state, v, "priority", 1);
    fails(v, "unknown-key", "priority");
}

static void a_missing_key_is_named(void **state)
{
    struct value *v = command(*state);
    v_del(v, "act");
    fails(v, "missing-key", "act");
}

static void a_wrong_kind_is_named(void **state)
{
    struct value *v = command(*state);
    v_put_str(*state, v, "case", "7");
    fails(v, "wrong-type", "case");
    v = command(*state);
    v_put_str(*state, v, "id", "not a uuid");
    fails(v, "wrong-type", "id");
}

static void texts_have_bounds(void **state)
{
    struct arena *a = *state;
    struct value *v = command(a);
    char *most = arena_alloc(a, MESSAGE_TEXT + 2);
    memset(most, 'x', MESSAGE_TEXT);
    v_put_str(a, v, "reason", most);
    passes(v);
    most[MESSAGE_TEXT] = 'x';
    v_put_str(a, v, "reason", most);
    fails(v, "wrong-type", "reason");
}

static void nested_maps_are_held_to_their_keys(void **state)
{
    struct arena *a = *state;
    struct value *v = command(a), *by = v_map(a);
    v_put_str(a, by, "party", "applicant");
    v_put(a, v, "by", by);
    passes(v);
    v_put_int(a, by, "age", 40);
    fails(v, "unknown-key", "age");
    v = command(a);
    struct value *cause = v_map(a);
    v_put_str(a, cause, "stream", "dept");
    v_put(a, v, "cause", cause);
    fails(v, "missing-key", "position");
}

static void papers_are_lists_of_hashes(void **state)
{
    struct arena *a = *state;
    struct value *v = command(a), *slots = v_map(a), *list = v_list(a);
    v_push(a, list, v_bin(a, "0123456789abcdef0123456789abcdef", 32));
    v_put(a, slots, "application", list);
    v_put(a, v, "papers", slots);
    passes(v);
    v_push(a, list, v_bin(a, "short", 5));
    fails(v, "wrong-type", "papers");
}

static void a_question_has_the_keys_of_its_q(void **state)
{
    struct arena *a = *state;
    struct value *v = of_type(a, "ask");
    v_put_str(a, v, "id", "1");
    v_put_str(a, v, "q", "case");
    fails(v, "missing-key", "case");
    v_put_int(a, v, "case", 3);
    passes(v);
    v_put_int(a, v, "stream", 3);
    fails(v, "unknown-key", "stream");
    v_put_str(a, v, "q", "weather");
    passes(v);
}

static void failures_name_position_and_reason(void **state)
{
    struct arena *a = *state;
    struct value *v = of_type(a, "report"), *list = v_list(a), *one = v_map(a);
    v_put_str(a, v, "id", uuid);
    v_put_str(a, v, "stream", "dept");
    v_put_str(a, v, "name", "agent");
    v_put(a, v, "failed", list);
    v_push(a, list, one);
    fails(v, "missing-key", "position");
    v_put_int(a, one, "position", 3);
    v_put_str(a, one, "reason", "the handler ended with 1");
    passes(v);
    v_push(a, list, v_int(a, 3));
    fails(v, "wrong-type", "failed");
}

static void a_fault_of_a_very_long_key_stays_short(void **state)
{
    struct arena *a = *state;
    char key[1000];
    memset(key, 0, sizeof key);
    for (size_t i = 0; i + 3 < sizeof key; i += 3)
        memcpy(key + i, "责", 3);
    struct value *v = command(a);
    v_put_int(a, v, key, 1);
    struct message_fault f;
    assert_false(message_check(v, &f));
    struct value *answer = message_fault_of(a, &f, message_id(v));
    assert_true(strlen(v_get_str(answer, "text", "")) < 200);
    assert_string_equal(v_get_str(answer, "id", ""), uuid);
    struct buf b = {0};
    wire_encode(&b, answer);
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_FINE);
    buf_done(&b);
}

static void notices_are_framed_as_the_codec_would(void **state)
{
    struct arena *a = *state;
    const size_t counts[] = {0, 1, 15, 16, 256};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct bytes *items = ARENA_ARRAY(a, struct bytes, counts[c] + 1);
        struct value *want = of_type(a, "notices"), *list = v_list(a);
        struct buf one[256] = {{0}};
        v_put_int(a, want, "session", 70000);
        v_put(a, want, "notices", list);
        for (size_t i = 0; i < counts[c]; i++) {
            struct value *notice = v_map(a);
            v_put_int(a, notice, "position", (int64_t)i * 100);
            v_push(a, list, notice);
            wire_encode(&one[i], notice);
            items[i] = buf_bytes(&one[i]);
        }
        struct buf made = {0}, encoded = {0};
        message_notices(&made, 70000, items, counts[c]);
        wire_encode(&encoded, want);
        assert_int_equal(made.n, encoded.n);
        assert_memory_equal(made.p, encoded.p, made.n);
        buf_done(&made);
        buf_done(&encoded);
        for (size_t i = 0; i < counts[c]; i++)
            buf_done(&one[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_smallest_of_each_type_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_map_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_type_that_only_the_daemon_sends_is_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_key_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_key_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_kind_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_have_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(nested_maps_are_held_to_their_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(papers_are_lists_of_hashes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_question_has_the_keys_of_its_q, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_name_position_and_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(a_fault_of_a_very_long_key_stays_short, setup, teardown),
        cmocka_unit_test_setup_teardown(notices_are_framed_as_the_codec_would, setup, teardown),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
