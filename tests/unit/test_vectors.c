/* The codec against proto/vectors/frames.json, which check_vectors.py holds another language to. */
#include "proto/wire.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *frames;

static int load(void **state)
{
    (void)state;
    json_error_t err;
    json_t *file = json_load_file(SOURCE_DIR "/proto/vectors/frames.json", JSON_REJECT_DUPLICATES, &err);
    if (!file) {
        print_error("frames.json:%d: %s\n", err.line, err.text);
        return -1;
    }
    frames = json_incref(json_object_get(file, "frames"));
    json_decref(file);
    return json_is_array(frames) ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(frames);
    return 0;
}

static struct buf from_hex(const char *hex)
{
    struct buf b = {0};
    assert_int_equal(strlen(hex) % 2, 0);
    for (; *hex; hex += 2) {
        char two[3] = {hex[0], hex[1], 0}, *end;
        buf_u8(&b, (uint8_t)strtoul(two, &end, 16));
        assert_ptr_equal(end, two + 2);
    }
    return b;
}

static struct value *from_json(struct arena *a, const json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_NULL:
        return v_nil(a);
    case JSON_TRUE:
    case JSON_FALSE:
        return v_bool(a, json_is_true(j));
    case JSON_INTEGER:
        return v_int(a, json_integer_value(j));
    case JSON_STRING:
        return v_strn(a, json_string_value(j), json_string_length(j));
    case JSON_ARRAY: {
        struct value *list = v_list(a);
        for (size_t i = 0; i < json_array_size(j); i++)
            v_push(a, list, from_json(a, json_array_get(j, i)));
        return list;
    }
    case JSON_OBJECT: {
        const char *bin = json_string_value(json_object_get(j, "$bin"));
        if (bin && json_object_size(j) == 1) {
            struct buf b = from_hex(bin);
            struct value *v = v_bin(a, b.p, b.n);
            buf_done(&b);
            return v;
        }
        struct value *map = v_map(a);
        const char *key;
        json_t *val;
        json_object_foreach((json_t *)j, key, val) v_put(a, map, key, from_json(a, val));
        return map;
    }
    case JSON_REAL:
        break;
    }
    fail_msg("a float in the vectors");
    return NULL;
}

static const char *text(const json_t *vector, const char *key)
{
    return json_string_value(json_object_get(vector, key));
}

static void check_valid(const json_t *vector, struct bytes in)
{
    struct arena *a = arena_new();
    struct value *v = NULL, *expected = from_json(a, json_object_get(vector, "json"));
    struct wire_error err = {WIRE_FINE, 0};
    if (wire_decode(a, in, &v, &err) != ST_OK)
        fail_msg("%s: %s at %zu", text(vector, "name"), wire_fault_name(err.fault), err.at);
    if (!v_equal(v, expected))
        fail_msg("%s: another value", text(vector, "name"));
    const char *canonical = text(vector, "canonical");
    struct buf written = {0}, wanted = from_hex(canonical ? canonical : text(vector, "hex"));
    wire_encode(&written, expected);
    if (written.n != wanted.n || memcmp(written.p, wanted.p, wanted.n) != 0)
        fail_msg("%s: written as other bytes", text(vector, "name"));
    buf_done(&written);
    buf_done(&wanted);
    arena_free(a);
}

static void check_invalid(const json_t *vector, struct bytes in)
{
    json_t *most = json_object_get(vector, "most");
    struct wire_error err = wire_check(in, most ? (size_t)json_integer_value(most) : WIRE_BYTES);
    const char *fault = text(vector, "fault");
    size_t at = (size_t)json_integer_value(json_object_get(vector, "at"));
    if (strcmp(wire_fault_name(err.fault), fault) != 0 || err.at != at)
        fail_msg("%s: %s at %zu, expected %s at %zu", text(vector, "name"), wire_fault_name(err.fault), err.at, fault,
                 at);
}

static size_t run(const char *result, void (*check)(const json_t *, struct bytes))
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(frames); i++) {
        const json_t *vector = json_array_get(frames, i);
        if (strcmp(text(vector, "result"), result) != 0)
            continue;
        struct buf in = from_hex(text(vector, "hex"));
        check(vector, buf_bytes(&in));
        buf_done(&in);
        n++;
    }
    return n;
}

static void valid_frames_decode_and_are_written_in_the_shortest_form(void **state)
{
    (void)state;
    assert_true(run("valid", check_valid) >= 60);
}

static void invalid_frames_are_refused_by_name_and_place(void **state)
{
    (void)state;
    assert_true(run("invalid", check_invalid) >= 60);
}

static void every_frame_is_valid_or_invalid_and_every_fault_is_shown(void **state)
{
    (void)state;
    size_t shown[WIRE_BAD_INTEGER + 1] = {0};
    for (size_t i = 0; i < json_array_size(frames); i++) {
        const json_t *vector = json_array_get(frames, i);
        const char *result = text(vector, "result"), *fault = text(vector, "fault");
        assert_true(strcmp(result, fault ? "invalid" : "valid") == 0);
        for (int f = WIRE_FINE; fault && f <= WIRE_BAD_INTEGER; f++)
            shown[f] += strcmp(fault, wire_fault_name((enum wire_fault)f)) == 0;
    }
    for (int f = WIRE_FINE + 1; f <= WIRE_BAD_INTEGER; f++)
        if (!shown[f])
            fail_msg("no frame shows %s", wire_fault_name((enum wire_fault)f));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_frames_decode_and_are_written_in_the_shortest_form),
        cmocka_unit_test(invalid_frames_are_refused_by_name_and_place),
        cmocka_unit_test(every_frame_is_valid_or_invalid_and_every_fault_is_shown),
    };
    return cmocka_run_group_tests_name("vectors", tests, load, unload);
}
