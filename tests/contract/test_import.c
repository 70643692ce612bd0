/* Cases from before the system: all of their acts or none, by the same law, told once, and never twice. */
#include "tests/contract/city.h"

#include "daemon/core/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct house *h = house_new("2023-06-05");
    city_build(h);
    house_principal(h, "importer", "discipline", "import");
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    house_free(*state);
    return 0;
}

/* An act of the file, from a command that the city's helpers make. */
static struct value *act_of(struct house *h, struct value *command, const char *done, const char *by, int64_t line)
{
    struct arena *a = house_arena(h);
    static const char *const keys[] = {"act", "fields", "papers", "second"};
    struct value *act = v_map(a), *who = v_map(a);
    v_put_int(a, act, "line", line);
    v_put_str(a, act, "done", done);
    v_put_str(a, who, strcmp(by, "applicant") == 0 ? "party" : "department", by);
    v_put(a, act, "by", who);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (v_get(command, keys[i]))
            v_put(a, act, keys[i], v_get(command, keys[i]));
    return act;
}

/* The lines 2 to n + 1 of a file: a proceeding of 2019, the application, its acceptance, and so on to the archive. */
static struct value *acts(struct house *h, size_t n)
{
    struct arena *a = house_arena(h);
    struct value *list = v_list(a), *c = city_proceeding(h, NULL);
    v_put_str(a, v_get(c, "fields"), "started", "2019-03-01");
    v_push(a, list, act_of(h, c, "2019-03-01", "housing", 2));
    v_push(a, list, act_of(h, city_application(h, 1), "2019-03-04", "applicant", 3));
    v_push(a, list, act_of(h, city_act(h, "accept", 1), "2019-03-05", "discipline", 4));
    v_push(a, list, act_of(h, city_act(h, "confirm-suspension", 1), "2019-03-06", "housing", 5));
    struct value *some = v_list(a);
    for (size_t i = 0; i < n && i < v_count(list); i++)
        v_push(a, some, v_at(list, i));
    return some;
}

static void add_papers(struct arena *a, struct value *command, const struct value *list)
{
    struct value *all = v_list(a), *slots = v_map(a);
    for (size_t i = 0; i < v_count(list); i++) {
        const struct value *papers = v_get(v_at(list, i), "papers");
        for (size_t k = 0; k < v_count(papers); k++)
            for (size_t n = 0; n < v_count(papers->u.map.pair[k].val); n++)
                v_push(a, all, v_at(papers->u.map.pair[k].val, n));
    }
    v_put(a, slots, "import", all);
    v_put(a, command, "papers", slots);
}

static struct value *import(struct house *h, const char *key, struct value *list)
{
    struct arena *a = house_arena(h);
    struct value *c = house_command(h, "import"), *f = v_get(c, "fields");
    uint8_t file[32] = {7};
    v_put_str(a, c, "procedure", "yinchuan");
    v_put_str(a, c, "reason", "启用系统前的案件补录");
    v_put_str(a, c, "second", "head");
    v_put_str(a, f, "key", key);
    v_put(a, f, "file", v_bin(a, file, sizeof file));
    v_put(a, f, "acts", list);
    add_papers(a, c, list);
    return c;
}

static uint64_t number(struct house *h)
{
    return house_last(h)->head.number;
}

static const struct value *case_at(struct house *h, int64_t kase, const char *path)
{
    struct value *q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    return v_path(house_ask(h, "admin", q), arena_printf(house_arena(h), "case.%s", path));
}

static size_t told(struct house *h, const char *stream)
{
    return v_count(house_notices(h, stream));
}

static void refused(struct house *h, struct value *command, const char *code)
{
    uint64_t before = number(h);
    const struct value *answer = house_do(h, "importer", command);
    assert_string_equal(v_get_str(answer, "code", ""), code);
    assert_int_equal(number(h), before); /* nothing is written, not even the refusal */
}

/* ---- all of it ---- */

static void a_running_case_is_imported_whole_and_what_is_open_is_asked_once(void **state)
{
    struct house *h = *state;
    uint64_t before = number(h);
    size_t transitions = v_count(house_transitions(h));
    const struct value *answer = city_do(h, "importer", import(h, "2019-017", acts(h, 3)));
    int64_t kase = v_get_int(answer, "case", 0);
    assert_string_equal(v_get_str(answer, "stage", ""), "verification");
    assert_string_equal(v_text(case_at(h, kase, "entered.verification"), ""), "2019-03-05");
    assert_string_equal(v_text(case_at(h, kase, "imported.key"), ""), "2019-017");
    /* 6-8 March 3, 11-15 8, 18-22 13, 25-26 15 */
    assert_string_equal(v_text(case_at(h, kase, "clocks.verification.due"), ""), "2019-03-26");
    /* the suspension is not confirmed: housing is asked, and told of the case; nobody is told of 2019 */
    const struct value *notices = house_notices(h, "housing");
    size_t asked = 0, imported = 0;
    for (size_t i = 0; i < v_count(notices); i++) {
        const char *type = v_get_str(v_at(notices, i), "type", "");
        asked += strcmp(type, "suspend-accountability") == 0;
        imported += strcmp(type, "case-imported") == 0;
        if (strcmp(type, "case-imported") == 0) { /* what still runs, what is still suspended */
            assert_string_equal(v_get_str(v_at(v_path(v_at(notices, i), "fields.suspensions"), 0), "since", ""),
                                "2019-03-05");
            assert_true(v_count(v_path(v_at(notices, i), "fields.clocks")) > 0);
        }
        assert_string_not_equal(type, "application-accepted");
    }
    assert_int_equal(asked, 1);
    assert_int_equal(imported, 1);
    struct value *q = house_question(h, "events");
    v_put_int(house_arena(h), q, "from", (int64_t)before + 1);
    const struct value *events = v_get(house_ask(h, "admin", q), "events");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(v_number(v_path(v_at(events, i), "imported.line"), 0), i < 3 ? i + 2 : 2);
    assert_string_equal(v_get_str(v_at(events, 2), "done", ""), "2019-03-05");
    assert_string_equal(v_get_str(v_at(events, 3), "kind", ""), "import");
    /* one transition opens the case for those who count; what is over since 2019 is then told as missed */
    assert_string_equal(v_get_str(v_at(house_transitions(h), transitions), "kind", ""), "case-imported");
    assert_null(v_get(v_at(house_transitions(h), transitions), "was"));
    assert_string_equal(v_text(case_at(h, kase, "clocks.verification.state"), ""), "missed");
}

static void a_repeat_does_nothing_and_other_acts_under_the_same_key_are_refused(void **state)
{
    struct house *h = *state;
    const struct value *first = city_do(h, "importer", import(h, "a-1", acts(h, 3)));
    uint64_t after = number(h);
    struct value *again = import(h, "a-1", acts(h, 3));
    v_put_int(house_arena(h), v_at(v_path(again, "fields.acts"), 0), "line", 40); /* the same, further down */
    const struct value *answer = city_do(h, "importer", again);
    assert_true(v_get_bool(answer, "already"));
    assert_int_equal(v_get_int(answer, "case", 0), v_get_int(first, "case", -1));
    assert_int_equal(number(h), after);
    refused(h, import(h, "a-1", acts(h, 2)), "import-differs");
    (void)city_do(h, "importer", import(h, "a-2", acts(h, 2)));
}

static void one_wrong_act_and_nothing_of_the_case_is_written(void **state)
{
    struct house *h = *state;
    struct value *list = acts(h, 4);
    v_put_str(house_arena(h), v_at(list, 3), "done", "2019-02-01");
    struct value *c = import(h, "b", list);
    refused(h, c, "done-before-presupposed");
    list = acts(h, 3);
    v_put_str(house_arena(h), v_get(v_at(list, 1), "fields"), "applicant-kind", "dog");
    c = import(h, "b", list);
    v_put_bool(house_arena(h), c, "dry", true);
    const struct value *answer = house_do(h, "importer", c);
    assert_int_equal(v_get_int(answer, "line", 0), 3);
    assert_string_equal(v_get_str(answer, "field", ""), "applicant-kind");
    list = acts(h, 3);
    v_del(v_at(list, 2), "done");
    refused(h, import(h, "b", list), "done-missing");
    list = acts(h, 3);
    v_put_int(house_arena(h), v_at(list, 2), "second", 7);
    refused(h, import(h, "b", list), "field-wrong");
    list = acts(h, 3);
    v_push(house_arena(h), list, v_str(house_arena(h), "no act"));
    refused(h, import(h, "b", list), "field-wrong");
    list = acts(h, 3);
    v_del(v_at(list, 2), "by");
    refused(h, import(h, "b", list), "by-missing");
    list = acts(h, 3);
    v_put_str(house_arena(h), v_get(v_at(list, 2), "by"), "department", "audit");
    refused(h, import(h, "b", list), "not-your-act"); /* the same law */
    list = acts(h, 3);
    c = import(h, "b", list);
    v_del(c, "papers");
    refused(h, c, "paper-unknown");
    refused(h, import(h, "李某", acts(h, 2)), "import-key");
    c = import(h, "b", acts(h, 3));
    v_put_bool(house_arena(h), c, "dry", true);
    uint64_t before = number(h);
    assert_true(city_accepted(house_do(h, "importer", c)));
    assert_int_equal(number(h), before);
}

static void an_import_has_a_right_a_reason_and_a_second_person_of_its_own(void **state)
{
    struct house *h = *state;
    struct value *c = import(h, "c", acts(h, 2));
    assert_string_equal(v_get_str(house_do(h, "discipline", c), "code", ""), "no-right-to-import");
    v_del(c, "reason");
    refused(h, c, "import-reason");
    c = import(h, "c", acts(h, 2));
    v_put_str(house_arena(h), c, "second", "importer");
    refused(h, c, "import-second");
    /* the right to import is none to act */
    struct value *act = city_proceeding(h, NULL);
    assert_string_equal(v_get_str(house_do(h, "importer", act), "kind", ""), "right");
}

static void a_case_that_ended_tells_nobody(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    struct value *list = acts(h, 1), *c = city_act(h, "close-proceeding", 1);
    v_push(a, list, act_of(h, c, "2019-04-01", "housing", 3));
    size_t before = told(h, "housing") + told(h, "discipline") + told(h, "committee");
    const struct value *answer = house_do(h, "importer", import(h, "d", list));
    if (!city_accepted(answer))
        print_error("%s %s\n", v_get_str(answer, "code", ""), v_get_str(answer, "text", ""));
    assert_true(city_accepted(answer));
    assert_true(v_truth(case_at(h, v_get_int(answer, "case", 0), "ended")));
    assert_int_equal(told(h, "housing") + told(h, "discipline") + told(h, "committee"), before);
}

static void folding_anew_gives_the_same_bytes(void **state)
{
    struct house *h = *state;
    (void)city_do(h, "importer", import(h, "e", acts(h, 4)));
    struct buf was = {0}, now = {0};
    house_dump(house_store(h), true, &was);
    struct store_txn *t;
    assert_int_equal(store_write(house_store(h), &t), ST_OK);
    for (int db = 0; db < STORE_DB_COUNT; db++)
        if (store_db_derived((enum store_db)db))
            assert_int_equal(store_clear(t, (enum store_db)db), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    house_restart(h);
    house_dump(house_store(h), true, &now);
    assert_string_equal(buf_cstr(&was), buf_cstr(&now));
    buf_done(&was);
    buf_done(&now);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_running_case_is_imported_whole_and_what_is_open_is_asked_once),
        T(a_repeat_does_nothing_and_other_acts_under_the_same_key_are_refused),
        T(one_wrong_act_and_nothing_of_the_case_is_written),
        T(an_import_has_a_right_a_reason_and_a_second_person_of_its_own),
        T(a_case_that_ended_tells_nobody),
        T(folding_anew_gives_the_same_bytes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
