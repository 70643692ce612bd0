/* The messages of proto/vectors/dialogues against the codec: written as the bytes that stand beside them, read back as
 * they were, and well formed or faulty as the daemon's next word says. The daemon itself is played against by
 * tests/system/test_dialogues.py. */
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MOST = 16 << 20 };

static struct value *load(struct arena *a, const char *path)
{
    struct buf text = {0};
    struct value *v;
    char why[JSON_WHY];
    assert_int_equal(file_read(path, FILE_MOST, &text), ST_OK);
    if (json_parse(a, buf_bytes(&text), &v, why) != ST_OK)
        fail_msg("%s: %s", path, why);
    buf_done(&text);
    return v;
}

static void check_bytes(struct arena *a, const char *path, const struct value *message, const char *hex)
{
    struct buf frame = {0}, written = {0};
    struct value *back;
    wire_encode(&frame, message);
    json_hex(&written, buf_bytes(&frame));
    if (strcmp(buf_cstr(&written), hex) != 0)
        fail_msg("%s: %s is written as %s", path, hex, buf_cstr(&written));
    assert_int_equal(wire_decode(a, buf_bytes(&frame), &back, NULL), ST_OK);
    assert_true(v_equal(back, message));
    buf_done(&frame);
    buf_done(&written);
}

/* The daemon's answer to the step stands in the next one of the same connection. */
static const char *fault_after(const struct value *steps, size_t at)
{
    for (size_t i = at + 1; i < v_count(steps); i++) {
        const struct value *next = v_get(v_at(steps, i), "expect");
        if (next && strcmp(v_get_str(v_at(steps, i), "on", ""), v_get_str(v_at(steps, at), "on", "?")) == 0)
            return strcmp(v_get_str(next, "t", ""), "fault") == 0 ? v_get_str(next, "code", "") : NULL;
    }
    return NULL;
}

static void check_form(const char *path, const struct value *message, const char *fault)
{
    struct message_fault f = {.code = MESSAGE_FINE};
    bool fine = message_check(message, &f);
    if (fine != !fault)
        fail_msg("%s: %s %s", path, v_get_str(message, "id", "?"), fine ? "passes" : message_fault_name(f.code));
    if (fault && strcmp(message_fault_name(f.code), fault) != 0 && strcmp(fault, "bad-routing-id") != 0)
        fail_msg("%s: %s, expected %s", path, message_fault_name(f.code), fault);
}

static size_t check_file(const char *path)
{
    struct arena *a = arena_new();
    const struct value *steps = v_get(load(a, path), "steps");
    size_t n = 0;
    for (size_t i = 0; i < v_count(steps); i++) {
        const struct value *send = v_get(v_at(steps, i), "send");
        const char *hex = v_get_str(v_at(steps, i), "hex", NULL), *fault = fault_after(steps, i);
        if (!send || !hex)
            continue;
        check_bytes(a, path, send, hex);
        check_form(path, send, fault && strcmp(fault, "bad-routing-id") == 0 ? NULL : fault);
        n++;
    }
    arena_free(a);
    return n;
}

static void every_message_is_written_as_its_bytes_and_judged_by_its_form(void **state)
{
    (void)state;
    glob_t files;
    size_t n = 0;
    assert_int_equal(glob(SOURCE_DIR "/proto/vectors/dialogues/*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        n += check_file(files.gl_pathv[i]);
    globfree(&files);
    assert_true(n > 100);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_message_is_written_as_its_bytes_and_judged_by_its_form)};
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("dialogues", tests, NULL, NULL);
}
