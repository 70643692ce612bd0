/* The messages of leeway.h, as a program outside the house sees them. */
#include "clients/lib/leeway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_message_is_put_together_by_paths(void **state)
{
    (void)state;
    struct lw_msg *m = lw_command("apply");
    assert_true(lw_msg_set_int(m, "case", 7));
    assert_true(lw_msg_set_str(m, "fields.grounds", "出于公心。"));
    assert_true(lw_msg_set_bool(m, "fields.late", true));
    assert_true(lw_msg_set_json(m, "fields.lead", "[{\"covered\":true}]", NULL));
    assert_true(lw_msg_set_bin(m, "papers.hash", "\1\2", 2));
    assert_string_equal(lw_msg_str(m, "t", ""), "command");
    assert_int_equal(strlen(lw_msg_str(m, "id", "")), LW_ID - 1);
    assert_int_equal(lw_msg_int(m, "case", 0), 7);
    assert_string_equal(lw_msg_str(m, "fields.grounds", ""), "出于公心。");
    assert_true(lw_msg_bool(m, "fields.late"));
    const struct lw_msg *lead = lw_msg_get(m, "fields.lead");
    assert_int_equal(lw_msg_count(lead, NULL), 1);
    assert_true(lw_msg_bool(lw_msg_at(lead, 0), "covered"));
    assert_string_equal(lw_msg_key(lw_msg_at(lead, 0), 0), "covered");
    size_t n;
    assert_memory_equal(lw_msg_bin(m, "papers.hash", &n), "\1\2", 2);
    assert_int_equal(n, 2);
    lw_msg_free(m);
}

static void what_is_not_there_reads_as_the_default(void **state)
{
    (void)state;
    size_t n = 5;
    struct lw_msg *m = lw_question("status");
    assert_int_equal(lw_msg_int(m, "q", -1), -1);
    assert_string_equal(lw_msg_str(m, "q.deeper", "none"), "none");
    assert_null(lw_msg_get(m, "nothing"));
    assert_null(lw_msg_bin(m, "q", &n));
    assert_int_equal(n, 0);
    assert_int_equal(lw_msg_kind(m, "nothing"), LW_NIL);
    assert_int_equal(lw_msg_kind(m, NULL), LW_MAP);
    assert_null(lw_msg_at(m, 3));
    assert_null(lw_msg_key(NULL, 0));
    assert_int_equal(lw_msg_count(NULL, "x"), 0);
    lw_msg_free(m);
    lw_msg_free(NULL);
}

static void what_no_message_can_hold_is_not_put(void **state)
{
    (void)state;
    struct lw_error e;
    struct lw_msg *m = lw_question("status"), *before = lw_msg_copy(m);
    assert_false(lw_msg_set_str(m, "reason", "\xff"));
    assert_false(lw_msg_set_str(m, "reason", NULL));
    assert_false(lw_msg_set_int(m, "q.deeper", 1));
    assert_false(lw_msg_set_int(m, "", 1));
    assert_false(lw_msg_set_int(m, "fields..x", 1));
    assert_false(lw_msg_set_json(m, "n", "1.5", &e));
    assert_int_equal(e.code, LW_FORM);
    assert_false(lw_msg_set_json(m, "q.deeper", "1", &e));
    char *is = lw_msg_json(m), *was = lw_msg_json(before);
    assert_string_equal(is, was);
    free(is);
    free(was);
    lw_msg_free(before);
    lw_msg_free(m);
}

static void what_is_null_or_no_key_is_refused_with_an_error(void **state)
{
    (void)state;
    char public_key[LW_KEY], secret_key[LW_KEY];
    const char *file = BINARY_DIR "/no-such-folder/key";
    struct lw_error e = {0};
    struct lw_opts *o = lw_opts_new();
    struct lw_msg *m = lw_question("status");
    assert_null(lw_open(NULL, &e));
    assert_int_equal(e.code, LW_OPTION);
    assert_null(lw_open(NULL, NULL));
    e.code = LW_OK;
    assert_false(lw_opts_set(o, NULL, "x", &e));
    assert_int_equal(e.code, LW_OPTION);
    e.code = LW_OK;
    assert_false(lw_opts_set(o, "endpoint", NULL, &e));
    assert_int_equal(e.code, LW_OPTION);
    assert_null(lw_opts_get(o, NULL));
    assert_false(lw_msg_set_json(m, "n", NULL, &e));
    assert_int_equal(e.code, LW_FORM);
    lw_keygen(public_key, secret_key);
    const char *none[] = {NULL, "", "short", "012345678901234567890123456789012345678 ",
                          "01234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        e.code = LW_OK;
        assert_false(lw_key_write(file, none[i], secret_key, &e));
        assert_int_equal(e.code, LW_OPTION);
        e.code = LW_OK;
        assert_false(lw_key_write(file, public_key, none[i], &e));
        assert_int_equal(e.code, LW_OPTION);
    }
    assert_false(lw_key_write(NULL, public_key, secret_key, &e));
    assert_int_equal(e.code, LW_OPTION);
    assert_false(lw_key_write(file, public_key, secret_key, &e));
    assert_int_equal(e.code, LW_IO); /* the keys are fine, the folder is not there */
    lw_msg_free(m);
    lw_opts_free(o);
}

static void the_version_is_a_number_and_a_text(void **state)
{
    (void)state;
    const char *text = NULL;
    uint32_t version = lw_version(&text);
    char again[32];
    snprintf(again, sizeof again, "%u.%u.%u", version >> 16, version >> 8 & 255, version & 255);
    assert_string_equal(again, text);
    assert_int_equal(lw_version(NULL), version);
}

static void every_state_and_error_has_a_name(void **state)
{
    (void)state;
    for (int s = LW_CONNECTING; s <= LW_NO_ENTRY; s++)
        assert_string_not_equal(lw_state_name((enum lw_state)s), "unknown");
    assert_string_equal(lw_error_name(LW_TAKEN_OVER), "taken-over");
}

static void a_word_is_explained_in_both_languages(void **state)
{
    (void)state;
    const char *cause = NULL, *remedy = NULL;
    assert_true(lw_error_explain("case-unknown", true, &cause, &remedy));
    assert_string_equal(cause, "没有该案件");
    assert_true(lw_error_explain("case-unknown", false, NULL, &remedy));
    assert_string_equal(remedy, "leeway case list tells which there are");
    assert_false(lw_error_explain("moon-not-full", false, &cause, &remedy));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_put_together_by_paths),
        cmocka_unit_test(what_is_not_there_reads_as_the_default),
        cmocka_unit_test(what_no_message_can_hold_is_not_put),
        cmocka_unit_test(what_is_null_or_no_key_is_refused_with_an_error),
        cmocka_unit_test(the_version_is_a_number_and_a_text),
        cmocka_unit_test(a_word_is_explained_in_both_languages),
        cmocka_unit_test(every_state_and_error_has_a_name),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
