#include "clients/monitor/figures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *a;
    struct figures f;
};

/* ---- messages ---- */

static struct value *counted(struct arena *a, const char *name, const char *label, int64_t n)
{
    struct value *v = v_map(a);
    v_put_str(a, v, name, label);
    v_put_int(a, v, "n", n);
    return v;
}

static struct value *cell(struct arena *a, const char *stage, const char *department, int64_t n)
{
    struct value *v = counted(a, "procedure", "yinchuan", n);
    v_put_str(a, v, "stage", stage);
    v_put_str(a, v, "department", department);
    return v;
}

/* As of transition 10, event 30: two cases received at cdi, one archived at water. */
static struct value *census_at(struct arena *a, int64_t transition)
{
    struct value *v = v_map(a), *counts = v_list(a), *kinds = v_list(a), *rejections = v_list(a);
    v_push(a, counts, cell(a, "received", "cdi", 2));
    v_push(a, counts, cell(a, "archived", "water", 1));
    v_push(a, kinds, counted(a, "kind", "application-received", 9));
    v_push(a, kinds, counted(a, "kind", "archived", 1));
    v_push(a, rejections, counted(a, "code", "rule", 4));
    v_put_str(a, v, "t", "answer");
    v_put_int(a, v, "number", 20 + transition);
    v_put_int(a, v, "transition", transition);
    v_put(a, v, "counts", counts);
    v_put(a, v, "kinds", kinds);
    v_put_int(a, v, "opened", 3);
    v_put_int(a, v, "closed", 1);
    v_put(a, v, "rejections", rejections);
    v_put_int(a, v, "unserved", 7);
    return v;
}

static struct value *place(struct arena *a, const char *stage, const char *department, bool ended)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "stage", stage);
    v_put_str(a, v, "department", department);
    if (ended)
        v_put_bool(a, v, "ended", true);
    return v;
}

/* was NULL: it opens the case. */
static struct value *moved(struct arena *a, int64_t n, const char *kind, struct value *was, const char *stage,
                           const char *department, bool ended)
{
    struct value *v = place(a, stage, department, ended);
    v_put_int(a, v, "n", n);
    v_put_int(a, v, "event", 100 + n);
    v_put_str(a, v, "kind", kind);
    v_put_str(a, v, "procedure", "yinchuan");
    if (was)
        v_put(a, v, "was", was);
    return v;
}

static int64_t cases(const struct fixture *x, const char *stage, const char *department)
{
    return figure_of(&x->f.cases, "yinchuan", stage, department);
}

static int64_t kind(const struct fixture *x, const char *name)
{
    return figure_of(&x->f.kinds, name, NULL, NULL);
}

static int begin(void **state)
{
    static struct fixture x;
    x = (struct fixture){.a = arena_new()};
    *state = &x;
    return figures_census(&x.f, census_at(x.a, 10), 0) == FIGURES_TAKEN ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *x = *state;
    figures_done(&x->f);
    arena_free(x->a);
    return 0;
}

/* ---- a census ---- */

static void a_census_is_taken_whole(void **state)
{
    struct fixture *x = *state;
    assert_true(x->f.known);
    assert_int_equal(x->f.number, 30);
    assert_int_equal(x->f.transition, 10);
    assert_int_equal(x->f.opened, 3);
    assert_int_equal(x->f.closed, 1);
    assert_int_equal(x->f.unserved, 7);
    assert_int_equal(cases(x, "received", "cdi"), 2);
    assert_int_equal(cases(x, "archived", "water"), 1);
    assert_int_equal(kind(x, "application-received"), 9);
    assert_int_equal(figure_of(&x->f.rejections, "rule", NULL, NULL), 4);
}

static void a_later_census_takes_the_place_of_the_figures(void **state)
{
    struct fixture *x = *state;
    struct value *later = census_at(x->a, 12);
    v_put(x->a, later, "counts", v_list(x->a));
    assert_int_equal(figures_census(&x->f, later, 10), FIGURES_TAKEN);
    assert_int_equal(x->f.transition, 12);
    assert_int_equal(x->f.cases.n, 0);
    assert_int_equal(x->f.differences, 0);
    /* the transitions up to it come yet, and are in it already */
    assert_int_equal(figures_apply(&x->f, moved(x->a, 12, "archived", NULL, "received", "cdi", false)), FIGURES_OLD);
    assert_int_equal(x->f.cases.n, 0);
}

static void an_older_census_brings_only_what_no_transition_tells(void **state)
{
    struct fixture *x = *state;
    struct value *was = place(x->a, "received", "cdi", false);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 11, "application-accepted", was, "verification", "cdi", false)),
                     FIGURES_TAKEN);
    struct value *late = census_at(x->a, 10), *rejections = v_list(x->a);
    v_push(x->a, rejections, counted(x->a, "code", "rule", 5));
    v_put(x->a, late, "rejections", rejections);
    v_put_int(x->a, late, "unserved", 8);
    assert_int_equal(figures_census(&x->f, late, 10), FIGURES_OLD);
    assert_int_equal(x->f.transition, 11);
    assert_int_equal(cases(x, "verification", "cdi"), 1);
    assert_int_equal(x->f.unserved, 8);
    assert_int_equal(figure_of(&x->f.rejections, "rule", NULL, NULL), 5);
}

static void a_census_of_the_same_number_that_differs_is_counted(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(figures_census(&x->f, census_at(x->a, 10), 10), FIGURES_TAKEN);
    assert_int_equal(x->f.differences, 0);
    struct value *other = census_at(x->a, 10);
    v_push(x->a, v_get(other, "counts"), cell(x->a, "opinion", "cdi", 1));
    assert_int_equal(figures_census(&x->f, other, 10), FIGURES_TAKEN);
    assert_int_equal(x->f.differences, 1);
    assert_int_equal(cases(x, "opinion", "cdi"), 1);
}

static void a_store_that_is_behind_what_it_was_is_told_of(void **state)
{
    struct fixture *x = *state;
    assert_int_equal(figures_census(&x->f, census_at(x->a, 6), 10), FIGURES_BACK);
    assert_int_equal(x->f.transition, 6);
    assert_int_equal(x->f.number, 26);
}

static void an_answer_of_another_form_changes_nothing(void **state)
{
    struct fixture *x = *state;
    static const char *const keys[] = {"number", "transition", "counts",     "kinds",
                                       "opened", "closed",     "rejections", "unserved"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct value *answer = census_at(x->a, 12);
        v_del(answer, keys[i]);
        assert_int_equal(figures_census(&x->f, answer, 10), FIGURES_MALFORMED);
    }
    struct value *answer = census_at(x->a, 12);
    v_del(v_at(v_get(answer, "counts"), 1), "stage");
    assert_int_equal(figures_census(&x->f, answer, 10), FIGURES_MALFORMED);
    assert_int_equal(figures_census(&x->f, NULL, 10), FIGURES_MALFORMED);
    assert_int_equal(x->f.transition, 10);
    assert_int_equal(cases(x, "received", "cdi"), 2);
}

/* ---- transitions ---- */

static void a_transition_moves_its_case(void **state)
{
    struct fixture *x = *state;
    struct value *was = place(x->a, "received", "cdi", false);
    assert_int_equal(
        figures_apply(&x->f, moved(x->a, 11, "suspend-accountability", was, "verification", "water", false)),
        FIGURES_TAKEN);
    assert_int_equal(cases(x, "received", "cdi"), 1);
    assert_int_equal(cases(x, "verification", "water"), 1);
    assert_int_equal(kind(x, "suspend-accountability"), 1);
    assert_int_equal(x->f.transition, 11);
    assert_int_equal(x->f.number, 111);
    assert_int_equal(x->f.opened, 3);
    assert_int_equal(x->f.closed, 1);
}

static void a_place_without_cases_is_not_shown(void **state)
{
    struct fixture *x = *state;
    struct value *was = place(x->a, "archived", "water", true);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 11, "published", was, "archived", "cdi", true)), FIGURES_TAKEN);
    assert_int_equal(cases(x, "archived", "water"), 0);
    assert_int_equal(cases(x, "archived", "cdi"), 1);
    assert_int_equal(x->f.cases.n, 2);
    assert_int_equal(x->f.closed, 1);
}

static void a_case_is_opened_and_ends_once(void **state)
{
    struct fixture *x = *state;
    struct value *first = place(x->a, "received", "cdi", false), *ended = place(x->a, "declined", "water", true);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 11, "application-received", NULL, "received", "cdi", false)),
                     FIGURES_TAKEN);
    assert_int_equal(x->f.opened, 4);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 12, "application-declined", first, "declined", "water", true)),
                     FIGURES_TAKEN);
    assert_int_equal(x->f.closed, 2);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 13, "suspension-ended", ended, "declined", "cdi", true)),
                     FIGURES_TAKEN);
    assert_int_equal(x->f.opened, 4);
    assert_int_equal(x->f.closed, 2);
    assert_int_equal(cases(x, "received", "cdi"), 2);
    assert_int_equal(cases(x, "declined", "cdi"), 1);
    assert_int_equal(cases(x, "declined", "water"), 0);
}

static void a_repeated_transition_changes_nothing(void **state)
{
    struct fixture *x = *state;
    struct value *t = moved(x->a, 11, "application-received", NULL, "received", "cdi", false);
    assert_int_equal(figures_apply(&x->f, t), FIGURES_TAKEN);
    assert_int_equal(figures_apply(&x->f, t), FIGURES_OLD);
    assert_int_equal(figures_apply(&x->f, moved(x->a, 10, "archived", NULL, "received", "cdi", false)), FIGURES_OLD);
    assert_int_equal(x->f.opened, 4);
    assert_int_equal(cases(x, "received", "cdi"), 3);
    assert_int_equal(kind(x, "archived"), 1);
}

static void a_gap_is_found_and_filled_by_what_is_fetched(void **state)
{
    struct fixture *x = *state;
    struct value *t[4];
    for (int i = 0; i < 4; i++)
        t[i] = moved(x->a, 11 + i, "application-received", NULL, "received", "cdi", false);
    assert_int_equal(figures_apply(&x->f, t[0]), FIGURES_TAKEN);
    assert_int_equal(figures_apply(&x->f, t[3]), FIGURES_GAP);
    assert_int_equal(x->f.transition, 11);
    assert_int_equal(x->f.opened, 4);
    for (int i = 1; i < 4; i++)
        assert_int_equal(figures_apply(&x->f, t[i]), FIGURES_TAKEN);
    assert_int_equal(x->f.transition, 14);
    assert_int_equal(x->f.opened, 7);
}

static void before_the_first_census_nothing_is_counted(void **state)
{
    struct fixture *x = *state;
    struct figures empty = {0};
    assert_int_equal(figures_apply(&empty, moved(x->a, 1, "archived", NULL, "received", "cdi", false)), FIGURES_OLD);
    assert_int_equal(empty.kinds.n, 0);
    figures_head(&empty, v_map(x->a));
    assert_int_equal(empty.number, 0);
    figures_done(&empty);
}

static void a_message_without_its_keys_is_no_harm(void **state)
{
    struct fixture *x = *state;
    struct value *bare = v_map(x->a);
    assert_int_equal(figures_apply(&x->f, NULL), FIGURES_OLD);
    assert_int_equal(figures_apply(&x->f, bare), FIGURES_OLD);
    v_put_int(x->a, bare, "n", 11);
    assert_int_equal(figures_apply(&x->f, bare), FIGURES_TAKEN);
    assert_int_equal(x->f.transition, 11);
}

static void the_beat_tells_the_newest_event(void **state)
{
    struct fixture *x = *state;
    struct value *head = v_map(x->a);
    v_put_int(x->a, head, "number", 44);
    figures_head(&x->f, head);
    assert_int_equal(x->f.number, 44);
    v_put_int(x->a, head, "number", 40);
    figures_head(&x->f, head);
    assert_int_equal(x->f.number, 44);
}

/* Many cases wander by chance; a census that is taken by counting them at the end must agree. */
static void steps_and_a_count_at_the_end_agree(void **state)
{
    enum { CASES = 50, STEPS = 2000, STAGES = 5, DEPARTMENTS = 4 };
    static const char *const stage[] = {"s0", "s1", "s2", "s3", "end"}, *const department[] = {"a", "b", "c", "-"};
    struct fixture *x = *state;
    struct figures f = {0};
    int at[CASES], with[CASES];
    unsigned seed = 7;
    memset(at, -1, sizeof at);
    struct value *nothing = census_at(x->a, 0);
    v_put(x->a, nothing, "counts", v_list(x->a));
    v_put(x->a, nothing, "kinds", v_list(x->a));
    v_put_int(x->a, nothing, "opened", 0);
    v_put_int(x->a, nothing, "closed", 0);
    assert_int_equal(figures_census(&f, nothing, 0), FIGURES_TAKEN);
    for (int n = 1; n <= STEPS; n++) {
        int c = (int)((seed = seed * 1103515245 + 12345) >> 16) % CASES;
        int s = (int)((seed = seed * 1103515245 + 12345) >> 16) % STAGES;
        int d = (int)((seed = seed * 1103515245 + 12345) >> 16) % DEPARTMENTS;
        if (at[c] == STAGES - 1)
            s = STAGES - 1; /* an end is an end */
        struct value *was = at[c] < 0 ? NULL : place(x->a, stage[at[c]], department[with[c]], at[c] == STAGES - 1);
        assert_int_equal(figures_apply(&f, moved(x->a, n, "step", was, stage[s], department[d], s == STAGES - 1)),
                         FIGURES_TAKEN);
        at[c] = s;
        with[c] = d;
    }
    int64_t opened = 0, closed = 0, shown = 0;
    for (int s = 0; s < STAGES; s++) {
        for (int d = 0; d < DEPARTMENTS; d++) {
            int64_t n = 0;
            for (int c = 0; c < CASES; c++)
                n += at[c] == s && with[c] == d;
            assert_int_equal(figure_of(&f.cases, "yinchuan", stage[s], department[d]), n);
            opened += n;
            closed += s == STAGES - 1 ? n : 0;
            shown += n > 0;
        }
    }
    assert_int_equal(f.opened, opened);
    assert_int_equal(f.closed, closed);
    assert_int_equal(f.cases.n, shown);
    assert_int_equal(figure_of(&f.kinds, "step", NULL, NULL), STEPS);
    figures_done(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_census_is_taken_whole, begin, end),
        cmocka_unit_test_setup_teardown(a_later_census_takes_the_place_of_the_figures, begin, end),
        cmocka_unit_test_setup_teardown(an_older_census_brings_only_what_no_transition_tells, begin, end),
        cmocka_unit_test_setup_teardown(a_census_of_the_same_number_that_differs_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(a_store_that_is_behind_what_it_was_is_told_of, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_of_another_form_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_transition_moves_its_case, begin, end),
        cmocka_unit_test_setup_teardown(a_place_without_cases_is_not_shown, begin, end),
        cmocka_unit_test_setup_teardown(a_case_is_opened_and_ends_once, begin, end),
        cmocka_unit_test_setup_teardown(a_repeated_transition_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_gap_is_found_and_filled_by_what_is_fetched, begin, end),
        cmocka_unit_test_setup_teardown(before_the_first_census_nothing_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(a_message_without_its_keys_is_no_harm, begin, end),
        cmocka_unit_test_setup_teardown(the_beat_tells_the_newest_event, begin, end),
        cmocka_unit_test_setup_teardown(steps_and_a_count_at_the_end_agree, begin, end),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
