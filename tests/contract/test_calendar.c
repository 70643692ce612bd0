/* A calendar that is loaded while limits run: what is shown before, what moves, what is undone, what a stop does.
 *
 * The changes of 2019-03-22 and 2020-01-27, counted by hand (weekdays are named where they matter):
 *
 * 2019, thirty working days (15, prolonged by 15). First arrangement: 1 May off, 2 and 3 May worked. Changed one: 28
 * April (Sunday) and 5 May (Sunday) worked, 1 to 4 May off. 5 April (Friday) is Qingming.
 *   accepted 19 March: 20-22 March 3, 25-29 8, 1-4 April 12, 8-12 17, 15-19 22, 22-26 27; then first 29 28, 30 29,
 *       2 May 30; changed 28 28, 29 29, 30 April 30.
 *   accepted 20 March: 21-22 March 2, … 22-26 April 26; first 29 27, 30 28, 2 May 29, 3 May 30; changed 28 27, 29 28,
 *       30 29, 5 May 30.
 *   accepted 21 March: 22 March 1, … 22-26 April 25; first 29 26, 30 27, 2 May 28, 3 29, 6 May 30; changed 28 26, 29
 * 27, 30 28, 5 May 29, 6 May 30: the same day.
 *
 * 2020, fifteen working days. First arrangement: 19 January (Sunday) worked, 24 to 30 January off, 1 February
 * (Saturday) worked. Changed one: 24 January to 2 February off. accepted 9 January (Thursday): 10 January 1, 13-17 6,
 * 19 7, 20-23 11; first 31 12, 1 February 13, 3 14, 4 February 15; changed 3 February 12, 4 13, 5 14, 6 February 15.
 *   accepted 17 January (Friday): 19 January 1, 20-23 5; first 31 6, 1 February 7, 3-7 12, 10-12 15: 12 February;
 *       changed 3-7 10, 10-14 15: 14 February.
 */
#include "tests/contract/city.h"
#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct value *source(struct house *h, const char *path)
{
    struct buf text = files_read(path);
    struct value *v = v_strn(house_arena(h), (const char *)text.p, text.n);
    buf_done(&text);
    return v;
}

static const struct value *ask(struct house *h, struct value *q)
{
    const struct value *answer = house_ask(h, "admin", q);
    assert_string_equal(v_get_str(answer, "t", ""), "answer");
    return answer;
}

static const struct value *preview(struct house *h, struct value *text)
{
    struct value *q = house_question(h, "calendar-preview");
    v_put(house_arena(h), q, "source", text);
    return ask(h, q);
}

static const struct value *load_seen(struct house *h, struct value *text, int64_t seen)
{
    struct value *c = house_command(h, "calendar-load"), *f = v_get(c, "fields");
    v_put(house_arena(h), f, "source", text);
    v_put_int(house_arena(h), f, "preview", seen);
    return house_do(h, "admin", c);
}

static void load(struct house *h, struct value *text)
{
    const struct value *answer = load_seen(h, text, (int64_t)house_last(h)->head.number);
    assert_true(city_accepted(answer));
}

/* A house of that day whose calendar of the year is the first one. */
static struct house *house_of(const char *day, const char *first)
{
    struct house *h = house_new(day);
    load(h, source(h, first));
    city_build(h);
    return h;
}

static const struct value *at(struct house *h, int64_t kase, const char *path, const char *as_of)
{
    struct value *q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    v_put_str(house_arena(h), q, "as_of", as_of);
    return v_path(ask(h, q), arena_printf(house_arena(h), "case.%s", path));
}

static void is(struct house *h, int64_t kase, const char *path, const char *text)
{
    assert_string_equal(v_text(at(h, kase, path, NULL), ""), text);
}

static void prolong(struct house *h, int64_t kase)
{
    struct value *c = city_act(h, "extend-verification", kase), *f = v_get(c, "fields");
    v_put_int(house_arena(h), f, "extend-by", 15);
    v_put_str(house_arena(h), f, "extend-reason", "情况复杂");
    v_put_bool(house_arena(h), f, "complex", true);
    v_put_str(house_arena(h), c, "second", "head");
    (void)city_do(h, "discipline", c);
}

static const struct value *limit_of(const struct value *answer, int64_t kase, const char *clock)
{
    const struct value *limits = v_get(answer, "limits");
    for (size_t i = 0; i < v_count(limits); i++)
        if (v_get_int(v_at(limits, i), "case", 0) == kase &&
            strcmp(v_get_str(v_at(limits, i), "clock", ""), clock) == 0)
            return v_at(limits, i);
    return NULL;
}

static bool has_text(const struct value *list, const char *text)
{
    for (size_t i = 0; i < v_count(list); i++)
        if (strcmp(v_text(v_at(list, i), ""), text) == 0)
            return true;
    return false;
}

static size_t told(struct house *h, const char *stream, const char *type, int64_t kase)
{
    const struct value *notices = house_notices(h, stream);
    size_t n = 0;
    for (size_t i = 0; i < v_count(notices); i++)
        n += strcmp(v_get_str(v_at(notices, i), "type", ""), type) == 0 &&
             v_get_int(v_at(notices, i), "case", 0) == kase;
    return n;
}

struct may {
    struct house *h;
    int64_t earlier, later, same;
};

/* Three cases of 2019 whose limits end about Labour Day, by the first arrangement, on 22 March. */
static struct may may_2019(void)
{
    struct may m = {.h = house_of("2019-03-19", "tests/calendars/2019-first.yaml")};
    m.earlier = city_case(m.h, "verification");
    prolong(m.h, m.earlier);
    house_to(m.h, "2019-03-20");
    m.later = city_case(m.h, "verification");
    prolong(m.h, m.later);
    house_to(m.h, "2019-03-21");
    m.same = city_case(m.h, "verification");
    prolong(m.h, m.same);
    house_to(m.h, "2019-03-22");
    is(m.h, m.earlier, "clocks.verification.due", "2019-05-02");
    is(m.h, m.later, "clocks.verification.due", "2019-05-03");
    is(m.h, m.same, "clocks.verification.due", "2019-05-06");
    return m;
}

/* ---- the preview ---- */

static void the_preview_shows_each_limit_that_would_move_and_whom_it_is_told(void **state)
{
    (void)state;
    struct may m = may_2019();
    uint64_t before = house_last(m.h)->head.number;
    const struct value *answer = preview(m.h, source(m.h, "config/calendars/2019.yaml"));
    assert_int_equal(house_last(m.h)->head.number, before); /* a question */
    assert_int_equal(v_count(v_get(answer, "limits")), 2);
    const struct value *one = limit_of(answer, m.earlier, "verification");
    assert_string_equal(v_get_str(one, "due-before", ""), "2019-05-02");
    assert_string_equal(v_get_str(one, "due", ""), "2019-04-30");
    assert_int_equal(v_get_int(one, "days", 0), -2);
    assert_true(has_text(v_get(one, "tell"), "discipline"));
    assert_int_equal(v_get_int(limit_of(answer, m.later, "verification"), "days", 0), 2);
    assert_null(limit_of(answer, m.same, "verification"));
    struct value *q = house_question(m.h, "calendar-preview");
    v_put(house_arena(m.h), q, "source", source(m.h, "config/calendars/2019.yaml"));
    v_put_int(house_arena(m.h), q, "limit", 1);
    answer = ask(m.h, q);
    assert_int_equal(v_count(v_get(answer, "limits")), 1);
    assert_non_null(v_get(answer, "next"));
    assert_string_equal(v_get_str(house_ask(m.h, "housing", q), "kind", ""), "right");
    assert_string_equal(v_get_str(house_ask(m.h, "inspector", q), "t", ""), "answer");
    house_free(m.h);
}

/* ---- what moves ---- */

static void the_change_of_labour_day_2019_moves_what_it_touches_by_an_event_each(void **state)
{
    (void)state;
    struct may m = may_2019();
    uint64_t before = house_last(m.h)->head.number;
    load(m.h, source(m.h, "config/calendars/2019.yaml"));
    is(m.h, m.earlier, "clocks.verification.due", "2019-04-30");
    is(m.h, m.later, "clocks.verification.due", "2019-05-05"); /* a Sunday that is worked */
    is(m.h, m.same, "clocks.verification.due", "2019-05-06");
    /* the load, two limits, the end of the walk */
    assert_int_equal(house_last(m.h)->head.number, before + 4);
    assert_int_equal(told(m.h, "discipline", "limit-moved", m.earlier), 1);
    assert_int_equal(told(m.h, "discipline", "limit-moved", m.later), 1);
    assert_int_equal(told(m.h, "discipline", "limit-moved", m.same), 0);
    struct value *q = house_question(m.h, "events");
    v_put_int(house_arena(m.h), q, "from", (int64_t)before + 1);
    const struct value *events = v_get(ask(m.h, q), "events");
    assert_string_equal(v_get_str(v_at(events, 1), "kind", ""), "recount");
    assert_non_null(strstr(v_get_str(v_at(events, 1), "id", ""), "/clock/verification/"));
    assert_string_equal(v_get_str(v_at(events, 3), "kind", ""), "recounted");
    assert_int_equal(v_get_int(v_path(v_at(events, 3), "recount"), "limits", 0), 2);
    /* the same text again moves nothing */
    before = house_last(m.h)->head.number;
    load(m.h, source(m.h, "config/calendars/2019.yaml"));
    assert_int_equal(house_last(m.h)->head.number, before + 2);
    house_free(m.h);
}

static void what_was_believed_before_stays_answerable(void **state)
{
    (void)state;
    struct may m = may_2019();
    house_to(m.h, "2019-03-25");
    load(m.h, source(m.h, "config/calendars/2019.yaml"));
    is(m.h, m.earlier, "clocks.verification.due", "2019-04-30");
    assert_string_equal(v_text(at(m.h, m.earlier, "clocks.verification.due", "2019-03-24"), ""), "2019-05-02");
    assert_string_equal(v_text(at(m.h, m.earlier, "clocks.verification.due", "2019-03-25"), ""), "2019-04-30");
    static const char *const days[] = {"2019-03-24", "2019-03-25"};
    for (size_t i = 0; i < 2; i++) {
        struct value *q = house_question(m.h, "explain");
        v_put_int(house_arena(m.h), q, "case", m.earlier);
        v_put_str(house_arena(m.h), q, "as_of", days[i]);
        const struct value *clocks = v_get(ask(m.h, q), "clocks"), *list = NULL;
        for (size_t k = 0; k < v_count(clocks); k++)
            if (strcmp(v_get_str(v_at(clocks, k), "clock", ""), "verification") == 0)
                list = v_get(v_at(clocks, k), "days");
        bool sunday_worked = false;
        for (size_t k = 0; k < v_count(list); k++)
            if (strcmp(v_get_str(v_at(list, k), "day", ""), "2019-04-28") == 0)
                sunday_worked = v_get_bool(v_at(list, k), "counts");
        assert_int_equal(sunday_worked, i == 1);
        assert_int_equal(v_get_int(v_at(list, v_count(list) - 1), "n", 0), 30);
    }
    struct value *q = house_question(m.h, "cases");
    v_put_str(house_arena(m.h), q, "as_of", "2019-03-19");
    assert_int_equal(v_count(v_get(ask(m.h, q), "cases")), 1);
    v_put_str(house_arena(m.h), q, "as_of", "2019-03-18");
    assert_int_equal(v_count(v_get(ask(m.h, q), "cases")), 0);
    q = house_question(m.h, "case");
    v_put_int(house_arena(m.h), q, "case", m.later);
    v_put_str(house_arena(m.h), q, "as_of", "2019-03-19");
    assert_string_equal(v_get_str(house_ask(m.h, "admin", q), "code", ""), "case-unknown");
    v_put_str(house_arena(m.h), q, "as_of", "yesterday");
    assert_string_equal(v_get_str(house_ask(m.h, "admin", q), "code", ""), "day-wrong");
    house_free(m.h);
}

static void the_prolonged_spring_festival_of_2020_undoes_a_miss_and_tells_again(void **state)
{
    (void)state;
    struct house *h = house_of("2020-01-09", "tests/calendars/2020-first.yaml");
    int64_t missed = city_case(h, "verification");
    house_to(h, "2020-01-17");
    int64_t runs = city_case(h, "verification");
    is(h, missed, "clocks.verification.due", "2020-02-04");
    is(h, runs, "clocks.verification.due", "2020-02-12");
    /* the lag of three days: 5, 6, 7 February (Friday); the notice of 27 January is loaded late, on Monday */
    house_to(h, "2020-02-10");
    is(h, missed, "clocks.verification.state", "missed");
    assert_int_equal(told(h, "committee", "limit-missed", missed), 1);
    const struct value *shown = preview(h, source(h, "config/calendars/2020.yaml"));
    assert_true(v_get_bool(limit_of(shown, missed, "verification"), "miss-undone"));
    assert_true(has_text(v_get(limit_of(shown, missed, "verification"), "tell"), "committee"));
    load(h, source(h, "config/calendars/2020.yaml"));
    is(h, missed, "clocks.verification.state", "running");
    is(h, missed, "clocks.verification.due", "2020-02-06");
    is(h, runs, "clocks.verification.due", "2020-02-14");
    assert_int_equal(told(h, "committee", "limit-miss-undone", missed), 1);
    assert_int_equal(told(h, "committee", "limit-miss-undone", runs), 0);
    /* 6 February, and the lag: 7, 10, 11 February */
    house_to(h, "2020-02-11");
    is(h, missed, "clocks.verification.state", "running");
    house_to(h, "2020-02-12");
    is(h, missed, "clocks.verification.state", "missed");
    house_free(h);
}

static void a_provisional_limit_becomes_firm_and_only_then_is_missed(void **state)
{
    (void)state;
    struct house *h = house_new("2019-12-23");
    load(h, v_str(house_arena(h), "year: 2020\nstatus: not-announced\ndays: []\n"));
    city_build(h);
    int64_t kase = city_case(h, "verification");
    /* 24-27 December 4, 30, 31 6, 1-3 January 9 by the plain week, 6-10 14, 13 15; with 1 January off: 14 January */
    is(h, kase, "clocks.verification.due", "2020-01-13");
    assert_true(v_truth(at(h, kase, "clocks.verification.provisional", NULL)));
    house_to(h, "2020-02-20");
    is(h, kase, "clocks.verification.state", "running");
    load(h, source(h, "config/calendars/2020.yaml"));
    is(h, kase, "clocks.verification.due", "2020-01-14");
    assert_false(v_truth(at(h, kase, "clocks.verification.provisional", NULL)));
    is(h, kase, "clocks.verification.state", "missed"); /* it lies in the past: it is due at once */
    assert_int_equal(told(h, "discipline", "limit-moved", kase), 1);
    assert_int_equal(told(h, "committee", "limit-missed", kase), 1);
    house_free(h);
}

static void an_overlay_of_the_city_moves_limits_and_lies_over_the_year(void **state)
{
    (void)state;
    struct house *h = house_of("2019-03-19", "tests/calendars/2019-first.yaml");
    static const char flood[] = "overlay: {jurisdiction: yinchuan, reason: 防汛停工, source: 银政办发〔2019〕8号}\n"
                                "days:\n  - {date: 2019-03-27, name: 防汛, off: true}\n"
                                "  - {date: 2019-03-30, name: 防汛补班, off: false}\n";
    static const char dry[] =
        "overlay: {jurisdiction: yinchuan, reason: 汛情解除, source: 银政办发〔2019〕9号}\ndays: []\n";
    static const char other[] = "overlay: {jurisdiction: ningxia, reason: 纪念日, source: 宁政发〔2019〕1号}\n"
                                "days:\n  - {date: 2019-03-30, name: 纪念日, off: true}\n";
    int64_t kase = city_case(h, "verification");
    is(h, kase, "clocks.verification.due", "2019-04-10"); /* 20-22 3, 25-29 8, 1-4 12, 8-10 15 */
    load(h, v_str(house_arena(h), flood));
    is(h, kase, "clocks.verification.due", "2019-04-10"); /* one day off, a Saturday worked */
    assert_string_equal(v_get_str(load_seen(h, v_str(house_arena(h), other), 0), "code", ""), "source-invalid");
    static const char off[] = "overlay: {jurisdiction: yinchuan, reason: 防汛停工, source: 银政办发〔2019〕10号}\n"
                              "days:\n  - {date: 2019-03-27, name: 防汛, off: true}\n";
    load(h, v_str(house_arena(h), off));
    is(h, kase, "clocks.verification.due", "2019-04-11");
    load(h, v_str(house_arena(h), dry));
    is(h, kase, "clocks.verification.due", "2019-04-10");
    house_free(h);
}

/* ---- the state that was seen ---- */

static void what_the_calendar_does_not_touch_may_change_between_preview_and_load(void **state)
{
    (void)state;
    struct may m = may_2019();
    struct value *text = source(m.h, "config/calendars/2019.yaml");
    int64_t seen = v_get_int(preview(m.h, text), "at", 0);
    (void)city_case(m.h, "verification"); /* 15 working days from 22 March end on 15 April */
    assert_true(city_accepted(load_seen(m.h, text, seen)));
    house_free(m.h);
}

static void a_load_is_refused_when_a_limit_that_it_moves_has_changed_since_the_preview(void **state)
{
    (void)state;
    struct may m = may_2019();
    struct value *text = source(m.h, "config/calendars/2019.yaml");
    int64_t seen = v_get_int(preview(m.h, text), "at", 0);
    const struct value *answer = load_seen(m.h, text, 1 << 30);
    assert_string_equal(v_get_str(answer, "code", ""), "calendar-moved-on"); /* of a state that is not there yet */
    house_to(m.h, "2019-04-11"); /* 15 working days from 11 April: 3 May by the first, 5 May by the changed one */
    (void)city_case(m.h, "verification");
    answer = load_seen(m.h, text, seen);
    assert_string_equal(v_get_str(answer, "kind", ""), "conflict");
    assert_string_equal(v_get_str(answer, "code", ""), "calendar-moved-on");
    is(m.h, m.earlier, "clocks.verification.due", "2019-05-02");
    load(m.h, text);
    is(m.h, m.earlier, "clocks.verification.due", "2019-04-30");
    struct value *blind = house_command(m.h, "calendar-load");
    v_put(house_arena(m.h), v_get(blind, "fields"), "source", text);
    assert_string_equal(v_get_str(house_do(m.h, "admin", blind), "code", ""), "field-missing");
    house_free(m.h);
}

/* ---- portions ---- */

static void commands_come_between_and_find_their_own_case_counted(void **state)
{
    (void)state;
    struct may m = may_2019();
    struct value *c = house_command(m.h, "calendar-load"), *f = v_get(c, "fields");
    v_put(house_arena(m.h), f, "source", source(m.h, "config/calendars/2019.yaml"));
    v_put_int(house_arena(m.h), f, "preview", (int64_t)house_last(m.h)->head.number);
    struct value *report = city_act(m.h, "consult-panel", m.later);
    v_put_str(house_arena(m.h), v_get(report, "fields"), "panel", "专家组");
    v_put_str(house_arena(m.h), v_get(report, "fields"), "panel-opinion", "可以容错");
    const char *const principals[] = {"admin", "discipline"};
    struct value *const messages[] = {c, report};
    const struct value *answers[2];
    house_batch(m.h, principals, messages, 2, answers);
    assert_true(city_accepted(answers[0]));
    is(m.h, m.later, "clocks.verification.due", "2019-05-05");
    is(m.h, m.earlier, "clocks.verification.due", "2019-05-02"); /* not yet */
    assert_true(house_last(m.h)->next_due.ms <= house_last(m.h)->now.ms);
    house_restart(m.h); /* a stop in between: the walk goes on */
    house_batch(m.h, NULL, NULL, 0, NULL);
    is(m.h, m.earlier, "clocks.verification.due", "2019-04-30");
    is(m.h, m.same, "clocks.verification.due", "2019-05-06");
    assert_int_equal(told(m.h, "discipline", "limit-moved", m.later), 1);
    house_free(m.h);
}

static void folding_anew_gives_the_same_bytes_in_the_middle_of_a_walk(void **state)
{
    (void)state;
    struct may m = may_2019();
    struct value *c = house_command(m.h, "calendar-load"), *f = v_get(c, "fields");
    v_put(house_arena(m.h), f, "source", source(m.h, "config/calendars/2019.yaml"));
    v_put_int(house_arena(m.h), f, "preview", (int64_t)house_last(m.h)->head.number);
    const char *const principals[] = {"admin"};
    struct value *const messages[] = {c};
    const struct value *answer;
    house_batch(m.h, principals, messages, 1, &answer);
    for (int i = 0; i < 2; i++) {
        struct buf was = {0}, now = {0};
        house_dump(house_store(m.h), true, &was);
        struct store_txn *t;
        assert_int_equal(store_write(house_store(m.h), &t), ST_OK);
        for (int db = 0; db < STORE_DB_COUNT; db++)
            if (store_db_derived((enum store_db)db))
                assert_int_equal(store_clear(t, (enum store_db)db), ST_OK);
        assert_int_equal(store_commit(t), ST_OK);
        house_restart(m.h);
        house_dump(house_store(m.h), true, &now);
        assert_string_equal(buf_cstr(&was), buf_cstr(&now));
        buf_done(&was);
        buf_done(&now);
        house_batch(m.h, NULL, NULL, 0, NULL); /* now the walk to its end */
    }
    is(m.h, m.earlier, "clocks.verification.due", "2019-04-30");
    house_free(m.h);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_preview_shows_each_limit_that_would_move_and_whom_it_is_told),
        cmocka_unit_test(the_change_of_labour_day_2019_moves_what_it_touches_by_an_event_each),
        cmocka_unit_test(what_was_believed_before_stays_answerable),
        cmocka_unit_test(the_prolonged_spring_festival_of_2020_undoes_a_miss_and_tells_again),
        cmocka_unit_test(a_provisional_limit_becomes_firm_and_only_then_is_missed),
        cmocka_unit_test(an_overlay_of_the_city_moves_limits_and_lies_over_the_year),
        cmocka_unit_test(what_the_calendar_does_not_touch_may_change_between_preview_and_load),
        cmocka_unit_test(a_load_is_refused_when_a_limit_that_it_moves_has_changed_since_the_preview),
        cmocka_unit_test(commands_come_between_and_find_their_own_case_counted),
        cmocka_unit_test(folding_anew_gives_the_same_bytes_in_the_middle_of_a_walk),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
