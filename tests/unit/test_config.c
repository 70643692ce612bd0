#include "daemon/ops/config.h"
#include "daemon/ops/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY_A "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define KEY_B "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

static const char *const fine = "endpoints: {command: 'tcp://127.0.0.1:*', transitions: 'tcp://127.0.0.1:*'}\n"
                                "store: {folder: store, map-size: 2 GiB}\n"
                                "papers: {folder: /srv/papers}\n"
                                "server-key: server.key\n"
                                "administrator: admin\n"
                                "calendars: calendars\n"
                                "procedures: procedures\n"
                                "keys:\n"
                                "  - {principal: admin, key: '" KEY_A "'}\n"
                                "  - {principal: fire-agent, key: '" KEY_B "'}\n";

static enum status read_text(const char *text, struct config **ret, struct buf *why)
{
    struct bytes in = {(const uint8_t *)text, strlen(text)};
    return config_read("conf/leewayd.yaml", in, ret, why);
}

/* The text with one piece replaced. */
static char *with(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    char *out = calloc(1, strlen(text) + strlen(new) + 1);
    memcpy(out, text, (size_t)(at - text));
    strcat(out, new);
    strcat(out, at + strlen(old));
    return out;
}

/* The problems that the changed text has. */
static void refused_with(const char *old, const char *new, const char *expected)
{
    char *text = with(fine, old, new);
    struct config *c = NULL;
    struct buf why = {0};
    assert_int_equal(read_text(text, &c, &why), ST_INVALID);
    if (!strstr(buf_cstr(&why), expected))
        fail_msg("expected '%s' in:\n%s", expected, buf_cstr(&why));
    buf_done(&why);
    free(text);
}

static void a_whole_configuration_is_read(void **state)
{
    struct config *c;
    struct buf why = {0};
    (void)state;
    assert_int_equal(read_text(fine, &c, &why), ST_OK);
    assert_int_equal(why.n, 0);
    assert_string_equal(c->command, "tcp://127.0.0.1:*");
    assert_string_equal(c->store, "conf/store");
    assert_string_equal(c->papers, "/srv/papers");
    assert_int_equal(c->map_bytes, 2147483648u);
    assert_int_equal(c->zone_minutes, 480);
    assert_false(c->simulated);
    assert_string_equal(config_principal(c, KEY_B), "fire-agent");
    assert_null(config_principal(c, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hIE"));
    config_free(c);
}

static void simulated_time_has_a_start_in_the_zone(void **state)
{
    char *text = with(fine, "keys:", "zone: '+08:00'\nsimulated: {start: '2026-01-05T09:00:00'}\nkeys:");
    struct config *c;
    struct buf why = {0};
    (void)state;
    assert_int_equal(read_text(text, &c, &why), ST_OK);
    assert_true(c->simulated);
    assert_int_equal(c->start.ms, INT64_C(1767574800000));
    config_free(c);
    free(text);
}

static void a_clock_that_nothing_synchronises_must_be_told(void **state)
{
    struct config *c;
    struct buf why = {0};
    (void)state;
    assert_int_equal(read_text(fine, &c, &why), ST_OK);
    assert_false(c->unsynchronised_allowed);
    config_free(c);
    char *text = with(fine, "keys:", "clock: {unsynchronised: allowed}\nkeys:");
    assert_int_equal(read_text(text, &c, &why), ST_OK);
    assert_true(c->unsynchronised_allowed);
    config_free(c);
    free(text);
    refused_with("keys:", "clock: {unsynchronised: perhaps}\nkeys:", "expected 'held' or 'allowed'");
}

static void an_unknown_key_is_told_with_its_place_and_the_nearest_word(void **state)
{
    (void)state;
    refused_with("server-key:", "servr-key:", "conf/leewayd.yaml:4:1");
    refused_with("server-key:", "servr-key:", "server-key");
}

static void a_missing_key_is_told(void **state)
{
    (void)state;
    refused_with("administrator: admin\n", "", "administrator");
}

static void each_value_has_its_form(void **state)
{
    (void)state;
    refused_with("tcp://127.0.0.1:*", "127.0.0.1", "an endpoint looks like");
    refused_with("2 GiB", "2 gigabytes", "a size looks like");
    refused_with("2 GiB", "99999999999999999999 TiB", "a size looks like");
    refused_with("2 GiB", "1 MiB", "a size looks like");
    refused_with(KEY_B, "short", "40 characters of Z85");
    refused_with(KEY_B, KEY_A, "stands here twice");
    refused_with("keys:", "zone: '+8'\nkeys:", "a zone is an offset");
    refused_with("keys:", "simulated: {start: 'tomorrow'}\nkeys:", "a moment looks like");
    refused_with("fire-agent", "'fire/agent'", "conf/leewayd.yaml:10");
}

static void all_problems_come_in_one_run(void **state)
{
    char *one = with(fine, "2 GiB", "much"), *two = with(one, "fire-agent", "'a b'");
    struct config *c = NULL;
    struct buf why = {0};
    (void)state;
    assert_int_equal(read_text(two, &c, &why), ST_INVALID);
    assert_non_null(strstr(buf_cstr(&why), "leewayd.yaml:2:"));
    assert_non_null(strstr(buf_cstr(&why), "leewayd.yaml:10:"));
    buf_done(&why);
    free(one);
    free(two);
}

static void only_keys_may_differ_at_a_reload(void **state)
{
    char *text = with(fine, "store: {folder: store", "store: {folder: elsewhere");
    char *keys = with(fine, "  - {principal: fire-agent, key: '" KEY_B "'}\n", "");
    struct config *a, *b, *c;
    struct buf why = {0};
    (void)state;
    assert_int_equal(read_text(fine, &a, &why), ST_OK);
    assert_int_equal(read_text(text, &b, &why), ST_OK);
    assert_int_equal(read_text(keys, &c, &why), ST_OK);
    assert_string_equal(config_difference(a, b), "store");
    assert_null(config_difference(a, c));
    config_free(a);
    config_free(b);
    config_free(c);
    free(text);
    free(keys);
}

static void the_example_in_the_tree_is_valid(void **state)
{
    struct config *c;
    struct buf why = {0};
    (void)state;
    if (config_load(SOURCE_DIR "/config/leewayd.yaml", &c, &why))
        fail_msg("%s", buf_cstr(&why));
    config_free(c);
}

static void a_file_that_is_not_there_is_told(void **state)
{
    struct config *c;
    struct buf why = {0};
    (void)state;
    assert_int_equal(config_load("/nowhere/leewayd.yaml", &c, &why), ST_NOT_FOUND);
    assert_non_null(strstr(buf_cstr(&why), "/nowhere/leewayd.yaml"));
    buf_done(&why);
}

static void a_file_is_replaced_whole_and_folders_are_listed_in_order(void **state)
{
    char folder[] = "/tmp/leeway-files-XXXXXX";
    struct arena *a = arena_new();
    struct buf why = {0}, in = {0};
    const char **path;
    size_t n;
    (void)state;
    assert_non_null(mkdtemp(folder));
    const char *b = arena_printf(a, "%s/b.yaml", folder), *c = arena_printf(a, "%s/a.yaml", folder);
    const char *note = arena_printf(a, "%s/note.txt", folder);
    assert_int_equal(file_replace(b, (struct bytes){(const uint8_t *)"one", 3}, &why), ST_OK);
    assert_int_equal(file_replace(b, (struct bytes){(const uint8_t *)"two", 3}, &why), ST_OK);
    assert_int_equal(file_replace(c, (struct bytes){(const uint8_t *)"", 0}, &why), ST_OK);
    assert_int_equal(file_replace(note, (struct bytes){(const uint8_t *)"", 0}, &why), ST_OK);
    assert_int_equal(files_in(a, folder, ".yaml", &path, &n, &why), ST_OK);
    assert_int_equal(n, 2);
    assert_string_equal(path[0], c);
    assert_int_equal(file_slurp(b, 3, &in, &why), ST_OK);
    assert_memory_equal(in.p, "two", 3);
    assert_int_equal(file_slurp(b, 2, &in, &why), ST_LIMIT);
    assert_int_equal(in.n, 3);
    unlink(b);
    unlink(c);
    unlink(note);
    assert_int_equal(rmdir(folder), 0);
    buf_done(&why);
    buf_done(&in);
    arena_free(a);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_configuration_is_read),
        cmocka_unit_test(simulated_time_has_a_start_in_the_zone),
        cmocka_unit_test(a_clock_that_nothing_synchronises_must_be_told),
        cmocka_unit_test(an_unknown_key_is_told_with_its_place_and_the_nearest_word),
        cmocka_unit_test(a_missing_key_is_told),
        cmocka_unit_test(each_value_has_its_form),
        cmocka_unit_test(all_problems_come_in_one_run),
        cmocka_unit_test(only_keys_may_differ_at_a_reload),
        cmocka_unit_test(the_example_in_the_tree_is_valid),
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(a_file_is_replaced_whole_and_folders_are_listed_in_order),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
