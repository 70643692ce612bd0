#include "clients/lib/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct value *parse(struct arena *a, const char *text, char why[JSON_WHY])
{
    struct value *v = NULL;
    if (json_parse(a, (struct bytes){(const uint8_t *)text, strlen(text)}, &v, why) != ST_OK)
        return NULL;
    return v;
}

static void what_was_read_is_written_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"b\":1,\"a\":[true,false,null,-9223372036854775808],\"c\":{\"$bin\":\"00ff10\"}}",
        "{\"text\":\"\\\"\\\\\\n\\t\\u0001 暂缓追责 𠀀\"}",
        "[]",
        "{}",
        "\"alone\"",
        "{\"$bin\":\"\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena *a = arena_new();
        struct buf out = {0};
        struct value *v = parse(a, texts[i], NULL);
        assert_non_null(v);
        json_line(&out, v);
        assert_string_equal(buf_cstr(&out), texts[i]);
        buf_done(&out);
        arena_free(a);
    }
}

static void bytes_are_hexadecimal(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct value *v = parse(a, "{\"$bin\":\"00Ff\"}", NULL);
    assert_int_equal(v_kind(v), V_BIN);
    assert_int_equal(v->u.bin.n, 2);
    assert_int_equal(v->u.bin.p[1], 0xff);
    arena_free(a);
}

static void what_the_wire_refuses_is_refused(void **state)
{
    (void)state;
    char deep[400] = "", why[JSON_WHY];
    for (int i = 0; i < 70; i++)
        strcat(deep, "[");
    for (int i = 0; i < 70; i++)
        strcat(deep, "]");
    const char *const bad[] = {
        "1.5", "{\"a\":1,\"a\":2}", "\"\\u0000\"", "{\"a\":", "9223372036854775808", "\"\xff\"", "[1] 2", "",
        deep,  "{\"$bin\":\"0g\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *a = arena_new();
        *why = 0;
        assert_null(parse(a, bad[i], why));
        assert_true(*why);
        arena_free(a);
    }
}

static void a_refusal_tells_where(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char why[JSON_WHY];
    assert_null(parse(a, "{\"a\":\n  oops}", why));
    assert_non_null(strstr(why, "line 2"));
    arena_free(a);
}

static void pretty_is_the_same_value_on_more_lines(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf out = {0};
    struct value *v = parse(a, "{\"a\":[1,{}],\"b\":[]}", NULL);
    json_pretty(&out, v);
    assert_string_equal(buf_cstr(&out), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    assert_true(v_equal(v, parse(a, buf_cstr(&out), NULL)));
    buf_done(&out);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_read_is_written_the_same),      cmocka_unit_test(bytes_are_hexadecimal),
        cmocka_unit_test(what_the_wire_refuses_is_refused),       cmocka_unit_test(a_refusal_tells_where),
        cmocka_unit_test(pretty_is_the_same_value_on_more_lines),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
