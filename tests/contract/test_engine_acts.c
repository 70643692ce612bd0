/* Acts that are no procedure's: reading what is private, reports, administration. */
#include "tests/contract/city.h"

#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct house *h = house_new("2026-01-05");
    city_build(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    house_free(*state);
    return 0;
}

static uint64_t number(struct house *h)
{
    return house_last(h)->head.number;
}

static const char *code(const struct value *answer)
{
    return v_get_str(answer, "code", "");
}

static void same_message(const struct value *a, const struct value *b)
{
    assert_true(v_equal(a, b));
}

/* ---- private ---- */

static bool holds(struct buf *haystack, const char *needle)
{
    struct buf hex = {0};
    for (const char *c = needle; *c; c++)
        buf_printf(&hex, "%02x", (unsigned char)*c);
    bool found = strstr(buf_cstr(haystack), buf_cstr(&hex)) != NULL;
    buf_done(&hex);
    return found;
}

static void persons_and_free_text_stand_in_the_private_part_alone(void **state)
{
    struct house *h = *state;
    struct value *c = city_proceeding(h, NULL), *p = house_command(h, "person-add");
    v_put_str(house_arena(h), c, "reason", "特殊缘由");
    int64_t kase = v_get_int(city_do(h, "housing", c), "case", 0);
    v_put_str(house_arena(h), v_get(p, "fields"), "id", "p1");
    v_put_str(house_arena(h), v_get(p, "fields"), "unit", "school");
    v_put_str(house_arena(h), v_get(p, "fields"), "name", "张三丰");
    (void)city_do(h, "admin", p);
    struct buf all = {0}, derived = {0};
    house_dump(house_store(h), true, &derived);
    house_dump(house_store(h), false, &all);
    assert_false(holds(&derived, "李某") || holds(&derived, "特殊缘由") || holds(&derived, "张三丰"));
    assert_true(holds(&all, "李某") && holds(&all, "特殊缘由") && holds(&all, "张三丰"));
    /* nor in an event: those three stand once, in `private` */
    char *events = strstr(buf_cstr(&all), "\nevents "), *private_ = strstr(buf_cstr(&all), "\nprivate ");
    assert_true(events && private_ && events < private_);
    struct buf only = {0};
    buf_put(&only, events, (size_t)(private_ - events));
    assert_false(holds(&only, "李某") || holds(&only, "特殊缘由") || holds(&only, "张三丰"));
    buf_done(&only);
    buf_done(&all);
    buf_done(&derived);
    (void)kase;
}

static void refused(const struct value *answer, const char *code)
{
    assert_string_equal(v_get_str(answer, "t", ""), "refused");
    assert_string_equal(v_get_str(answer, "code", ""), code);
}

static void who_is_asked_reads_what_is_private_until_it_has_answered(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "verification");
    struct value *c = city_act(h, "request-assistance", kase), *f = v_get(c, "fields");
    v_put_str(house_arena(h), f, "assistant", "audit");
    v_put_str(house_arena(h), f, "assistance-question", "请提供资料");
    refused(house_do(h, "audit", city_act(h, "read-private", kase)), "not-your-case");
    city_do(h, "discipline", c);
    city_do(h, "audit", city_act(h, "read-private", kase));
    c = city_act(h, "answer-assistance", kase);
    v_put_str(house_arena(h), v_get(c, "fields"), "assistance-reply", "已提供");
    v_put_int(house_arena(h), c, "part", 1);
    city_do(h, "audit", c);
    refused(house_do(h, "audit", city_act(h, "read-private", kase)), "not-your-case");
}

static void a_paper_is_read_where_it_is_cited(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    int64_t kase = city_case(h, "received");
    uint8_t hash[HASH_LEN];
    struct value *c = city_act(h, "read-paper", kase);
    memset(hash, 1, sizeof hash); /* the application */
    v_put(a, v_get(c, "fields"), "hash", v_bin(a, hash, sizeof hash));
    city_do(h, "discipline", c);
    uint64_t n = number(h);
    c = city_act(h, "read-paper", kase);
    memset(hash, 9, sizeof hash);
    v_put(a, v_get(c, "fields"), "hash", v_bin(a, hash, sizeof hash));
    refused(house_do(h, "discipline", c), "paper-unknown");
    refused(house_do(h, "discipline", city_act(h, "read-paper", kase)), "paper-unknown");
    assert_int_equal(number(h), n);
}

static void reading_what_is_private_is_recorded(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    uint64_t n = number(h);
    struct value *c = city_act(h, "read-private", kase);
    const struct value *answer = city_do(h, "discipline", c);
    assert_int_equal(number(h), n + 1);
    const struct value *list = v_get(answer, "private");
    assert_int_equal(v_count(list), 2);
    assert_string_equal(v_text(v_path(v_at(list, 0), "fields.subject-name"), ""), "李某");
    same_message(answer, house_do(h, "discipline", c));
    assert_int_equal(number(h), n + 1);
    static const char *const others[] = {"publicity", "organisation", "audit"};
    for (size_t i = 0; i < 3; i++)
        refused(house_do(h, others[i], city_act(h, "read-private", kase)), "not-your-case");
    city_do(h, "housing", city_act(h, "read-private", kase)); /* the organ that holds the person to account */
    struct value *q = house_question(h, "history");
    v_put_int(house_arena(h), q, "case", kase);
    const struct value *events = v_get(house_ask(h, "discipline", q), "events");
    assert_string_equal(v_get_str(v_at(events, v_count(events) - 1), "act", ""), "read-private");
}

/* ---- reports ---- */

static struct value *report(struct house *h, const char *stream)
{
    struct value *m = v_map(house_arena(h));
    v_put_str(house_arena(h), m, "t", "report");
    v_put_str(house_arena(h), m, "stream", stream);
    v_put_str(house_arena(h), m, "name", "desk");
    return m;
}

static void received_never_goes_back(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "reported");
    uint64_t cursor;
    struct value *r = report(h, "discipline");
    v_put_int(house_arena(h), r, "received", 2);
    assert_non_null(v_get(city_do(h, "discipline", r), "event"));
    r = report(h, "discipline");
    v_put_int(house_arena(h), r, "received", 1);
    assert_null(v_get(city_do(h, "discipline", r), "event"));
    assert_int_equal(stream_cursor(house_store(h), "discipline", "desk", &cursor), ST_OK);
    assert_int_equal(cursor, 2);
    r = report(h, "discipline");
    v_put_int(house_arena(h), r, "received", 4711);
    assert_string_equal(v_get_str(house_do(h, "discipline", r), "kind", ""), "form");
}

static void done_takes_a_notice_from_the_unserved(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    (void)city_case(h, "reported");
    int64_t before = v_get_int(house_ask(h, "discipline", house_question(h, "unserved")), "total", -1);
    assert_int_equal(before, v_count(house_notices(h, "discipline")));
    struct value *r = report(h, "discipline"), *done = v_list(a), *failed = v_list(a), *f = v_map(a);
    v_push(a, done, v_int(a, 1));
    v_push(a, done, v_int(a, 1));
    v_put_int(a, f, "position", 2);
    v_put_str(a, f, "reason", "handler died");
    v_push(a, failed, f);
    v_put(a, r, "done", done);
    v_put(a, r, "failed", failed);
    v_put_int(a, r, "received", 3);
    (void)city_do(h, "discipline", r);
    const struct value *answer = house_ask(h, "discipline", house_question(h, "unserved"));
    assert_int_equal(v_get_int(answer, "total", -1), before - 1);
    const struct value *list = v_get(answer, "notices");
    assert_string_equal(v_get_str(v_at(list, 0), "state", ""), "failed");
    assert_string_equal(v_get_str(v_at(list, 0), "reason", ""), "handler died");
    assert_string_equal(v_get_str(v_at(list, 1), "state", ""), "received");
}

static void a_report_of_what_was_never_sent_or_of_others_is_refused(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    (void)city_case(h, "received");
    struct value *r = report(h, "discipline"), *done = v_list(a);
    v_push(a, done, v_int(a, 99));
    v_put(a, r, "done", done);
    assert_string_equal(code(house_do(h, "discipline", r)), "position-unknown");
    r = report(h, "discipline");
    assert_string_equal(code(house_do(h, "housing", r)), "not-your-stream");
    r = report(h, "transitions");
    v_put_int(a, r, "received", 1);
    assert_true(city_accepted(house_do(h, "monitor", r)));
}

/* ---- administration ---- */

static void a_task_moves_to_another_department_that_is_told(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "received");
    const struct value *tasks = v_get(house_ask(h, "discipline", house_question(h, "tasks")), "tasks");
    assert_true(v_count(tasks) >= 1);
    struct value *c = house_command(h, "task-reassign");
    v_put_int(house_arena(h), v_get(c, "fields"), "task", v_get_int(v_at(tasks, 0), "task", 0));
    v_put_str(house_arena(h), v_get(c, "fields"), "department", "organisation");
    size_t before = v_count(house_notices(h, "organisation"));
    (void)city_do(h, "admin", c);
    assert_int_equal(v_count(house_notices(h, "organisation")), before + 1);
    tasks = v_get(house_ask(h, "organisation", house_question(h, "tasks")), "tasks");
    assert_int_equal(v_count(tasks), 1);
}

static void a_procedure_is_loaded_once_in_each_version(void **state)
{
    struct house *h = *state;
    struct value *q = house_question(h, "procedure"), *c = house_command(h, "procedure-load");
    v_put_str(house_arena(h), q, "procedure", "yinchuan");
    const struct value *source = v_get(house_ask(h, "housing", q), "source");
    const char *text = v_text(source, "");
    v_put_str(house_arena(h), v_get(c, "fields"), "source", text);
    assert_string_equal(code(house_do(h, "admin", c)), "already-loaded");
    const char *at = strstr(text, "\nversion: 1\n");
    assert_non_null(at);
    c = house_command(h, "procedure-load");
    v_put_str(house_arena(h), v_get(c, "fields"), "source",
              arena_printf(house_arena(h), "%.*s\nversion: 2\n%s", (int)(at - text), text, at + 12));
    (void)city_do(h, "admin", c);
    c = house_command(h, "procedure-activate");
    v_put_str(house_arena(h), v_get(c, "fields"), "procedure", "yinchuan");
    v_put_int(house_arena(h), v_get(c, "fields"), "version", 2);
    v_put_str(house_arena(h), v_get(c, "fields"), "from", "2026-01-05");
    (void)city_do(h, "admin", c);
    int64_t kase = city_case(h, "received");
    q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    assert_int_equal(v_get_int(v_get(house_ask(h, "housing", q), "case"), "procedure-version", 0), 2);
    c = house_command(h, "procedure-load");
    v_put_str(house_arena(h), v_get(c, "fields"), "source", "procedure: x\nversion: 1\n");
    assert_string_equal(code(house_do(h, "admin", c)), "source-invalid");
}

/* ---- a case that links another ---- */

static void load_council(struct house *h)
{
    struct buf text = files_read("tests/lib/council.yaml");
    struct value *c = house_command(h, "procedure-load");
    v_put_str(house_arena(h), v_get(c, "fields"), "source", buf_cstr(&text));
    buf_done(&text);
    (void)city_do(h, "admin", c);
    c = house_command(h, "procedure-activate");
    v_put_str(house_arena(h), v_get(c, "fields"), "procedure", "council");
    v_put_int(house_arena(h), v_get(c, "fields"), "version", 1);
    v_put_str(house_arena(h), v_get(c, "fields"), "from", "2026-01-05");
    (void)city_do(h, "admin", c);
}

static struct value *council_command(struct house *h, const char *act)
{
    struct value *c = house_command(h, act);
    v_put_str(house_arena(h), c, "procedure", "council");
    v_put_str(house_arena(h), v_get(c, "fields"), "unit-id", "housing");
    return c;
}

static struct value *council_application(struct house *h, int64_t linked)
{
    struct arena *a = house_arena(h);
    struct value *c = council_command(h, "apply"), *subjects = v_list(a), *one = v_map(a);
    v_put_str(a, one, "person", "p1");
    v_push(a, subjects, one);
    v_put(a, v_get(c, "fields"), "subject", subjects);
    v_put_int(a, v_get(c, "fields"), "covered-by", linked);
    return c;
}

static const struct value *council_case(struct house *h, int64_t kase)
{
    struct value *q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    return v_get(house_ask(h, "housing", q), "case");
}

static void a_linked_case_is_read_and_told_in_the_one_event(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    load_council(h);
    struct value *c = council_command(h, "file");
    v_put_str(a, v_get(c, "fields"), "risk", "policy");
    v_put_str(a, v_get(c, "fields"), "risk-text", "尚无规定");
    int64_t filing = v_get_int(city_do(h, "housing", c), "case", 0);
    assert_string_equal(code(house_do(h, "housing", council_application(h, 4711))), "case-unknown");
    int64_t other = city_case(h, "proceeding"); /* of another procedure */
    assert_string_equal(code(house_do(h, "housing", council_application(h, other))), "case-unknown");
    uint64_t before = number(h);
    int64_t kase = v_get_int(city_do(h, "housing", council_application(h, filing)), "case", 0);
    assert_int_equal(number(h), before + 1);
    const struct value *mine = council_case(h, kase), *theirs = council_case(h, filing);
    assert_int_equal(v_number(v_path(mine, "links.covers.case"), 0), filing);
    assert_string_equal(v_text(v_path(mine, "links.covers.facts.risk"), ""), "policy");
    assert_int_equal(v_get_int(v_at(v_get(theirs, "linked-by"), 0), "case", 0), kase);
    assert_int_equal(v_get_int(theirs, "version", 0), 2);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(persons_and_free_text_stand_in_the_private_part_alone),
        T(reading_what_is_private_is_recorded),
        T(who_is_asked_reads_what_is_private_until_it_has_answered),
        T(a_paper_is_read_where_it_is_cited),
        T(received_never_goes_back),
        T(done_takes_a_notice_from_the_unserved),
        T(a_report_of_what_was_never_sent_or_of_others_is_refused),
        T(a_task_moves_to_another_department_that_is_told),
        T(a_linked_case_is_read_and_told_in_the_one_event),
        T(a_procedure_is_loaded_once_in_each_version),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("engine_acts", tests, NULL, NULL);
}
