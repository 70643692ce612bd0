/* Questions: what they answer, page by page, and to whom. */
#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"
#include "proto/wire.h"
#include "tests/contract/city.h"

#include "proto/proof.h"

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

static const struct value *ask_case(struct house *h, const char *principal, const char *q, int64_t kase)
{
    struct value *m = house_question(h, q);
    v_put_int(house_arena(h), m, "case", kase);
    return house_ask(h, principal, m);
}

static bool refused(const struct value *answer, const char *kind)
{
    return strcmp(v_get_str(answer, "t", ""), "refused") == 0 && strcmp(v_get_str(answer, "kind", ""), kind) == 0;
}

static void status_tells_heads_and_the_asker(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "archived");
    (void)city_case(h, "received");
    const struct value *a = house_ask(h, "discipline", house_question(h, "status"));
    assert_string_equal(v_get_str(a, "t", ""), "answer");
    assert_int_equal(v_get_int(a, "number", 0), house_last(h)->head.number);
    assert_int_equal(v_get_int(a, "transition", 0), house_last(h)->head.transition);
    assert_int_equal(v_get_int(a, "cases", 0), 2);
    assert_int_equal(v_get_int(a, "open", 0), 1);
    assert_true(v_get_bool(a, "simulated"));
    assert_int_equal(v_get_int(a, "now", 0), house_now(h).ms);
    assert_string_equal(v_get_str(a, "department", ""), "discipline");
    assert_int_equal(v_count(v_get(a, "rights")), 4);
    assert_true(v_get_int(a, "unserved", 0) > 0);
}

static void the_census_counts_every_case_once(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "archived");
    (void)city_case(h, "received");
    (void)city_case(h, "received");
    const struct value *a = house_ask(h, "monitor", house_question(h, "census")), *counts = v_get(a, "counts");
    int64_t sum = 0, received = 0;
    for (size_t i = 0; i < v_count(counts); i++) {
        sum += v_get_int(v_at(counts, i), "n", 0);
        if (strcmp(v_get_str(v_at(counts, i), "stage", ""), "received") == 0)
            received += v_get_int(v_at(counts, i), "n", 0);
    }
    assert_int_equal(sum, 3);
    assert_int_equal(received, 2);
    assert_int_equal(v_get_int(a, "number", 0), house_last(h)->head.number);
    assert_true(refused(house_ask(h, "head", house_question(h, "census")), "right"));
}

static void only_who_has_a_part_sees_a_case(void **state)
{
    struct house *h = *state;
    house_department(h, "roads", "bureau", NULL);
    int64_t kase = city_case(h, "received");
    static const char *const about[] = {"case", "history", "explain", "served", "tasks"};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++) {
        assert_string_equal(v_get_str(ask_case(h, "discipline", about[i], kase), "t", ""), "answer");
        assert_string_equal(v_get_str(ask_case(h, "inspector", about[i], kase), "t", ""), "answer");
        assert_true(refused(ask_case(h, "roads", about[i], kase), "right"));
        assert_true(refused(ask_case(h, "nobody", about[i], kase), "right"));
        assert_true(refused(ask_case(h, "discipline", about[i], 99), "form"));
        assert_true(refused(ask_case(h, "discipline", about[i], -1), "form"));
    }
}

static void cases_are_listed_page_by_page(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    for (int i = 0; i < 7; i++)
        (void)city_case(h, i % 2 ? "received" : "proceeding");
    size_t seen = 0;
    const char *after = NULL;
    int64_t last = 0;
    for (int page = 0; page < 10; page++) {
        struct value *m = house_question(h, "cases");
        v_put_int(a, m, "limit", 3);
        v_put_str(a, m, "after", after);
        const struct value *answer = house_ask(h, "housing", m), *list = v_get(answer, "cases");
        for (size_t i = 0; i < v_count(list); i++) {
            assert_true(v_get_int(v_at(list, i), "case", 0) > last);
            last = v_get_int(v_at(list, i), "case", 0);
            seen++;
        }
        after = v_get_str(answer, "next", NULL);
        if (!after)
            break;
    }
    assert_int_equal(seen, 7);
    struct value *m = house_question(h, "cases");
    v_put_str(a, m, "procedure", "yinchuan");
    v_put_str(a, m, "stage", "received");
    assert_int_equal(v_count(v_get(house_ask(h, "inspector", m), "cases")), 3);
    m = house_question(h, "cases");
    v_put_str(a, m, "subject", "p1");
    assert_int_equal(v_count(v_get(house_ask(h, "inspector", m), "cases")), 7);
    m = house_question(h, "cases");
    v_put_str(a, m, "department", "housing");
    assert_true(refused(house_ask(h, "discipline", m), "right"));
    assert_int_equal(v_count(v_get(house_ask(h, "discipline", house_question(h, "cases")), "cases")), 3);
}

static void history_tells_the_course_without_persons(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "verification");
    struct value *m = house_question(h, "history");
    v_put_int(house_arena(h), m, "case", kase);
    v_put_int(house_arena(h), m, "limit", 2);
    const struct value *answer = house_ask(h, "discipline", m), *events = v_get(answer, "events");
    assert_int_equal(v_count(events), 2);
    assert_string_equal(v_get_str(v_at(events, 0), "act", ""), "record-proceeding");
    assert_true(v_count(v_get(v_at(events, 0), "changes")) > 0);
    m = house_question(h, "history");
    v_put_int(house_arena(h), m, "case", kase);
    v_put_str(house_arena(h), m, "after", v_get_str(answer, "next", ""));
    events = v_get(house_ask(h, "discipline", m), "events");
    assert_int_equal(v_count(events), 1);
    assert_string_equal(v_get_str(v_at(events, 0), "act", ""), "accept");
}

static void explain_counts_the_days(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "verification");
    const struct value *clocks = v_get(ask_case(h, "discipline", "explain", kase), "clocks");
    const struct value *verification = NULL;
    for (size_t i = 0; i < v_count(clocks); i++)
        if (strcmp(v_get_str(v_at(clocks, i), "clock", ""), "verification") == 0)
            verification = v_at(clocks, i);
    assert_non_null(verification);
    assert_true(v_count(v_get(verification, "days")) >= 15);
}

static void tasks_say_what_is_asked_of_a_department(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    const struct value *list = v_get(house_ask(h, "discipline", house_question(h, "tasks")), "tasks");
    const struct value *task = v_at(list, 0);
    assert_string_equal(v_get_str(task, "act", ""), "accept");
    assert_string_equal(v_get_str(task, "label", ""), "受理");
    assert_int_equal(v_get_int(task, "case", 0), kase);
    assert_non_null(v_get(task, "due"));
    struct value *m = house_question(h, "tasks");
    v_put_str(house_arena(h), m, "department", "discipline");
    assert_true(refused(house_ask(h, "housing", m), "right"));
    m = house_question(h, "form");
    v_put_str(house_arena(h), m, "act", "accept");
    v_put_int(house_arena(h), m, "case", kase);
    v_put_int(house_arena(h), m, "task", v_get_int(task, "task", 0));
    const struct value *form = house_ask(h, "discipline", m);
    assert_string_equal(v_get_str(form, "act", ""), "accept");
    assert_non_null(v_get(form, "fields"));
    m = house_question(h, "form");
    v_put_str(house_arena(h), m, "act", "fly");
    assert_true(refused(house_ask(h, "discipline", m), "form"));
}

static void served_tells_the_way_of_each_notice(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    int64_t kase = city_case(h, "received");
    struct value *r = v_map(a), *done = v_list(a);
    v_put_str(a, r, "t", "report");
    v_put_str(a, r, "stream", "discipline");
    v_put_str(a, r, "name", "desk");
    v_put_int(a, r, "received", 1);
    v_push(a, done, v_int(a, 1));
    v_put(a, r, "done", done);
    (void)city_do(h, "discipline", r);
    const struct value *accepted = city_do(h, "discipline", city_act(h, "accept", kase));
    const struct value *list = v_get(ask_case(h, "discipline", "served", kase), "notices"), *n = NULL;
    for (size_t i = 0; i < v_count(list); i++)
        if (strcmp(v_get_str(v_at(list, i), "type", ""), "application-received") == 0)
            n = v_at(list, i);
    assert_non_null(n);
    assert_int_equal(v_get_int(n, "durable", 0), house_now(h).ms);
    assert_int_equal(v_get_int(n, "received", 0), house_now(h).ms);
    assert_int_equal(v_get_int(n, "done", 0), house_now(h).ms);
    assert_string_equal(v_get_str(v_get(n, "received_by"), "principal", ""), "discipline");
    assert_string_equal(v_get_str(v_get(n, "done_by"), "principal", ""), "discipline");
    assert_string_equal(v_get_str(v_get(n, "answered_by"), "principal", ""), "discipline");
    assert_non_null(v_get(v_get(n, "answered_by"), "key"));
    assert_int_equal(v_get_int(n, "answered_at", 0), house_now(h).ms);
    assert_string_equal(v_get_str(n, "by", ""), "desk");
    assert_int_equal(v_get_int(n, "answered", 0), v_get_int(accepted, "event", 0));
}

static void the_feed_is_read_from_any_number(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "archived");
    struct value *m = house_question(h, "transitions");
    v_put_int(house_arena(h), m, "from", 3);
    v_put_int(house_arena(h), m, "limit", 4);
    const struct value *answer = house_ask(h, "monitor", m), *list = v_get(answer, "transitions");
    assert_int_equal(v_count(list), 4);
    assert_true(v_equal(v_at(list, 0), v_at(house_transitions(h), 2)));
    assert_int_equal(v_get_int(answer, "last", 0), house_last(h)->head.transition);
    m = house_question(h, "events");
    v_put_int(house_arena(h), m, "from", 2);
    assert_true(refused(house_ask(h, "monitor", m), "right"));
    answer = house_ask(h, "inspector", m);
    assert_int_equal(v_get_int(v_at(v_get(answer, "events"), 0), "n", 0), 2);
}

static void a_notice_is_shown_to_its_department_alone(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "received");
    struct value *m = house_question(h, "notice");
    v_put_str(house_arena(h), m, "stream", "discipline");
    v_put_int(house_arena(h), m, "position", 1);
    const struct value *n = v_get(house_ask(h, "discipline", m), "notice");
    assert_true(v_equal(n, v_at(house_notices(h, "discipline"), 0)));
    assert_true(refused(house_ask(h, "housing", m), "right"));
    v_put_int(house_arena(h), m, "position", 1000);
    assert_true(refused(house_ask(h, "discipline", m), "form"));
}

static void the_law_is_shown_with_its_text(void **state)
{
    struct house *h = *state;
    const struct value *list = v_get(house_ask(h, "nobody", house_question(h, "procedure")), "procedures");
    assert_true(v_count(list) >= 1);
    struct value *m = house_question(h, "procedure");
    v_put_str(house_arena(h), m, "procedure", "yinchuan");
    assert_non_null(strstr(v_get_str(house_ask(h, "nobody", m), "source", ""), "procedure: yinchuan"));
    v_put_int(house_arena(h), m, "version", 99);
    assert_true(refused(house_ask(h, "nobody", m), "form"));
}

static void names_of_persons_are_for_those_concerned(void **state)
{
    struct house *h = *state;
    struct value *p = house_command(h, "person-add"), *m = house_question(h, "register");
    v_put_str(house_arena(h), v_get(p, "fields"), "id", "p1");
    v_put_str(house_arena(h), v_get(p, "fields"), "unit", "school");
    v_put_str(house_arena(h), v_get(p, "fields"), "name", "张三丰");
    (void)city_do(h, "admin", p);
    house_manages(h, "discipline", "school");
    v_put_str(house_arena(h), m, "kind", "person");
    const struct value *entry = v_at(v_get(house_ask(h, "discipline", m), "entries"), 0);
    assert_string_equal(v_get_str(entry, "name", ""), "张三丰");
    entry = v_at(v_get(house_ask(h, "inspector", m), "entries"), 0);
    assert_string_equal(v_get_str(entry, "name", ""), "张三丰");
    entry = v_at(v_get(house_ask(h, "publicity", m), "entries"), 0); /* has the right to act, but no part in this */
    assert_string_equal(v_get_str(entry, "id", ""), "p1");
    assert_null(v_get(entry, "name"));
    entry = v_at(v_get(house_ask(h, "monitor", m), "entries"), 0);
    assert_string_equal(v_get_str(entry, "id", ""), "p1");
    assert_null(v_get(entry, "name"));
    m = house_question(h, "register");
    v_put_str(house_arena(h), m, "kind", "department");
    v_put_int(house_arena(h), m, "limit", 2);
    const struct value *answer = house_ask(h, "nobody", m);
    assert_int_equal(v_count(v_get(answer, "entries")), 2);
    v_put_str(house_arena(h), m, "after", v_get_str(answer, "next", ""));
    assert_string_equal(v_get_str(v_at(v_get(house_ask(h, "nobody", m), "entries"), 0), "id", ""), "discipline");
}

static void an_answer_is_told_again_to_who_got_it(void **state)
{
    struct house *h = *state;
    struct value *c = city_proceeding(h, NULL), *m = house_question(h, "command");
    const struct value *first = city_do(h, "housing", c);
    v_put_str(house_arena(h), m, "command", v_get_str(c, "id", ""));
    assert_true(v_equal(first, v_get(house_ask(h, "housing", m), "answer")));
    assert_true(refused(house_ask(h, "discipline", m), "form"));
    v_put_str(house_arena(h), m, "command", "01800000-0000-7000-8000-000000000001");
    assert_true(refused(house_ask(h, "housing", m), "form"));
}

static size_t hashes(const struct value *answer, struct hash out[PROOF_MOST])
{
    const struct value *list = v_get(answer, "hashes");
    for (size_t i = 0; i < v_count(list); i++)
        memcpy(out[i].b, v_at(list, i)->u.bin.p, HASH_LEN);
    return v_count(list);
}

static void heads_are_proved_to_continue_each_other(void **state)
{
    struct house *h = *state;
    struct engine_head old = house_last(h)->head;
    (void)city_case(h, "archived");
    struct engine_head now = house_last(h)->head;
    struct value *m = house_question(h, "consistency");
    struct hash proof[PROOF_MOST];
    v_put_int(house_arena(h), m, "old", (int64_t)old.number);
    v_put_int(house_arena(h), m, "new", (int64_t)now.number);
    size_t n = hashes(house_ask(h, "monitor", m), proof);
    assert_true(proof_consistency(old.number, now.number, &old.root, &now.root, proof, n));
    v_put_int(house_arena(h), m, "new", (int64_t)now.number + 1);
    assert_true(refused(house_ask(h, "monitor", m), "form"));
    m = house_question(h, "inclusion");
    v_put_int(house_arena(h), m, "n", 0);
    v_put_int(house_arena(h), m, "size", 1);
    assert_true(refused(house_ask(h, "monitor", m), "form"));
    const struct value *head = house_ask(h, "nobody", house_question(h, "head"));
    assert_memory_equal(v_get(head, "root")->u.bin.p, now.root.b, HASH_LEN);
}

static void names_that_no_key_can_hold_name_nothing(void **state)
{
    struct house *h = *state;
    struct arena *a = house_arena(h);
    char *longest = arena_alloc(a, 4001);
    memset(longest, 'x', 4000);
    static const char *const asked[][2] = {{"cases", "subject"},       {"cases", "outcome"}, {"tasks", "department"},
                                           {"unserved", "department"}, {"notice", "stream"}, {"register", "entry"}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct value *m = house_question(h, asked[i][0]);
        if (i == 4)
            v_put_int(a, m, "position", 1);
        if (i == 5)
            v_put_str(a, m, "kind", "person");
        v_put_str(a, m, asked[i][1], longest);
        /* past the check of messages, which would refuse some of them */
        struct question q = {house_store(h), house_view(h), "inspector", house_now(h), m, false};
        assert_false(refused(question_answer(a, &q), "limit"));
    }
}

static void a_record_that_cannot_be_read_is_no_matter_of_waiting(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "received");
    int64_t n = house_last(h)->head.number;
    struct key key = key_u64((uint64_t)n);
    assert_int_equal(store_mem_flip(house_store(h), DB_EVENTS, key_bytes(&key), 40), ST_OK);
    const struct value *a = ask_case(h, "inspector", "history", 1);
    assert_true(refused(a, "store"));
    assert_string_equal(v_get_str(a, "database", ""), "events");
    assert_int_equal(v_get_int(a, "number", 0), n);
    struct value *m = house_question(h, "events");
    v_put_int(house_arena(h), m, "from", 1);
    assert_true(refused(house_ask(h, "inspector", m), "store"));
}

static void a_filter_that_names_nothing_is_refused(void **state)
{
    struct house *h = *state;
    static const char *const wrong[][2] = {
        {"procedure", "yinchaun"}, {"department", "disipline"}, {"stage", "verifying"}, {"outcome", "exemted"}};
    (void)city_case(h, "received");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct value *m = house_question(h, "cases");
        v_put_str(house_arena(h), m, wrong[i][0], wrong[i][1]);
        assert_string_equal(v_get_str(house_ask(h, "inspector", m), "code", ""),
                            arena_printf(house_arena(h), "%s-unknown", wrong[i][0]));
    }
}

static void the_register_has_four_kinds(void **state)
{
    struct house *h = *state;
    struct value *m = house_question(h, "register");
    v_put_str(house_arena(h), m, "kind", "role");
    assert_true(v_count(v_get(house_ask(h, "inspector", m), "entries")) > 0);
    v_put_str(house_arena(h), m, "kind", "roles");
    assert_string_equal(v_get_str(house_ask(h, "inspector", m), "code", ""), "kind-unknown");
}

static void streams_are_read_as_far_as_the_room_goes(void **state)
{
    struct house *h = *state;
    (void)city_case(h, "archived");
    struct stream_item *item;
    size_t n;
    uint64_t last;
    assert_int_equal(stream_read(house_arena(h), house_store(h), "discipline", 1, 2, 1 << 20, &item, &n, &last), ST_OK);
    assert_int_equal(n, 2);
    assert_int_equal(item[0].position, 2);
    assert_int_equal(last, v_count(house_notices(h, "discipline")));
    struct value *v;
    assert_int_equal(wire_decode(house_arena(h), item[1].bytes, &v, NULL), ST_OK);
    assert_true(v_equal(v, v_at(house_notices(h, "discipline"), 2)));
    assert_int_equal(stream_read(house_arena(h), house_store(h), "discipline", 0, 9, 1, &item, &n, &last), ST_OK);
    assert_int_equal(n, 1);
    assert_int_equal(stream_read(house_arena(h), house_store(h), "discipline", last, 9, 99, &item, &n, &last), ST_OK);
    assert_int_equal(n, 0);
    assert_int_equal(stream_read(house_arena(h), house_store(h), "transitions", 0, 500, 1 << 20, &item, &n, &last),
                     ST_OK);
    assert_int_equal(n, v_count(house_transitions(h)));
    assert_true(stream_right(house_view(h), "monitor", "transitions"));
    assert_false(stream_right(house_view(h), "head", "transitions"));
    assert_true(stream_right(house_view(h), "head", "discipline"));
    assert_false(stream_right(house_view(h), "head", "housing"));
}

static void who_only_monitors_has_no_part_in_a_case(void **state)
{
    static const char *const about_a_case[] = {"case", "history", "explain", "served", "tasks"};
    static const char *const others[] = {"cases", "departures", "notice"};
    struct house *h = *state;
    struct arena *a = house_arena(h);
    int64_t kase = city_case(h, "received");
    house_principal(h, "watcher", "discipline", "monitor");
    for (size_t i = 0; i < sizeof about_a_case / sizeof *about_a_case; i++) {
        struct value *m = house_question(h, about_a_case[i]);
        v_put_int(a, m, "case", kase);
        assert_true(refused(house_ask(h, "watcher", m), "right"));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct value *m = house_question(h, others[i]);
        if (strcmp(others[i], "notice") == 0) {
            v_put_str(a, m, "stream", "discipline");
            v_put_int(a, m, "position", 1);
        }
        assert_true(refused(house_ask(h, "watcher", m), "right"));
    }
    assert_false(stream_right(house_view(h), "watcher", "discipline"));
    assert_true(stream_right(house_view(h), "watcher", "transitions"));
    assert_false(city_accepted(house_do(h, "watcher", city_act(h, "read-private", kase))));
}

static void a_paper_is_for_who_has_a_part_in_a_case_that_cites_it(void **state)
{
    struct house *h = *state;
    int64_t kase = city_case(h, "received");
    struct hash application, other;
    bool may;
    memset(application.b, 1, HASH_LEN);
    memset(other.b, 9, HASH_LEN);
    assert_int_equal(paper_right(house_store(h), house_view(h), "discipline", kase, &application, &may), ST_OK);
    assert_true(may);
    assert_int_equal(paper_right(house_store(h), house_view(h), "discipline", kase, &other, &may), ST_OK);
    assert_false(may);
    assert_int_equal(paper_right(house_store(h), house_view(h), "nobody", kase, &application, &may), ST_OK);
    assert_false(may);
    assert_int_equal(paper_right(house_store(h), house_view(h), "discipline", 99, &application, &may), ST_OK);
    assert_false(may);
}

static void a_paper_is_cited_from_its_command_on(void **state)
{
    struct house *h = *state;
    struct hash application, other;
    bool cited = true;
    memset(application.b, 1, HASH_LEN);
    memset(other.b, 9, HASH_LEN);
    assert_int_equal(paper_cited(house_store(h), &application, &cited), ST_OK);
    assert_false(cited);
    (void)city_case(h, "received");
    assert_int_equal(paper_cited(house_store(h), &application, &cited), ST_OK);
    assert_true(cited);
    assert_int_equal(paper_cited(house_store(h), &other, &cited), ST_OK);
    assert_false(cited);
}

/* All pages of a report, a record each: SC-19, matters and persons separately, whatever the portions. */
static int64_t reported(struct house *h, const char *of, const char *kind, int64_t *ret_total)
{
    struct arena *a = house_arena(h);
    struct value *m = house_question(h, "report"), *by = v_list(a);
    int64_t n = 0;
    v_push(a, by, v_str(a, "kind"));
    v_put_str(a, m, "procedure", "yinchuan");
    v_put_str(a, m, "of", of);
    v_put_int(a, m, "limit", 1);
    v_put(a, m, "by", by);
    for (*ret_total = 0;;) {
        const struct value *page = house_ask(h, "monitor", m), *rows = v_get(page, "rows");
        assert_string_equal(v_get_str(page, "t", ""), "answer");
        for (size_t i = 0; i < v_count(rows); i++)
            if (strcmp(v_text(v_at(v_get(v_at(rows, i), "by"), 0), ""), kind) == 0)
                n += v_get_int(v_at(rows, i), "n", 0);
        *ret_total += v_get_int(page, "total", 0);
        if (!v_get(page, "next"))
            return n;
        v_put(a, m, "after", v_get(page, "next"));
    }
}

static void a_report_counts_matters_and_persons_page_by_page(void **state)
{
    struct house *h = *state;
    int64_t total;
    struct value *other = city_proceeding(h, NULL);
    v_put_str(house_arena(h), v_get(other, "fields"), "subject", "p2");
    (void)city_case(h, "determined");
    (void)city_case(h, "received"); /* the same person */
    (void)city_do(h, "housing", other);
    assert_int_equal(reported(h, "matters", "application", &total), 3);
    assert_int_equal(total, 3);
    assert_int_equal(reported(h, "persons", "application", &total), 2);
    assert_int_equal(total, 2);
}

static void a_report_names_nobody_to_who_may_not_inspect(void **state)
{
    struct house *h = *state;
    struct value *m = house_question(h, "report");
    (void)city_case(h, "received");
    v_put_str(house_arena(h), m, "procedure", "yinchuan");
    v_put_str(house_arena(h), m, "of", "persons");
    assert_true(refused(house_ask(h, "head", m), "right"));
    v_put_bool(house_arena(h), m, "lines", true);
    assert_true(refused(house_ask(h, "monitor", m), "right"));
    const struct value *lines = v_get(house_ask(h, "inspector", m), "lines");
    assert_string_equal(v_get_str(v_at(lines, 0), "person", ""), "p1");
    v_put_str(house_arena(h), m, "procedure", "yinchun");
    assert_true(refused(house_ask(h, "inspector", m), "form"));
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(status_tells_heads_and_the_asker),         T(the_census_counts_every_case_once),
        T(status_tells_heads_and_the_asker),         T(a_report_counts_matters_and_persons_page_by_page),
        T(status_tells_heads_and_the_asker),         T(a_report_names_nobody_to_who_may_not_inspect),
        T(only_who_has_a_part_sees_a_case),          T(cases_are_listed_page_by_page),
        T(history_tells_the_course_without_persons), T(explain_counts_the_days),
        T(tasks_say_what_is_asked_of_a_department),  T(served_tells_the_way_of_each_notice),
        T(the_feed_is_read_from_any_number),         T(a_notice_is_shown_to_its_department_alone),
        T(the_law_is_shown_with_its_text),           T(names_of_persons_are_for_those_concerned),
        T(an_answer_is_told_again_to_who_got_it),    T(heads_are_proved_to_continue_each_other),
        T(names_that_no_key_can_hold_name_nothing),  T(a_record_that_cannot_be_read_is_no_matter_of_waiting),
        T(a_filter_that_names_nothing_is_refused),   T(the_register_has_four_kinds),
        T(streams_are_read_as_far_as_the_room_goes), T(a_paper_is_for_who_has_a_part_in_a_case_that_cites_it),
        T(a_paper_is_cited_from_its_command_on),     T(who_only_monitors_has_no_part_in_a_case),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
