/* What counts as a mutant of a procedure file, how it is called, and what the change makes of the file. */
#include "tests/lib/emit.h"
#include "tests/scenario/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const text =
    "roles: [{role: organ}, {role: unit}, {role: audit}]\n"
    "parameters: {days: {value: 5}, open: {value: true}}\n"
    "clocks: [{clock: window, cite: R-1, workdays: $days, near: 3, owner: organ}]\n"
    "bodies: [{body: meeting, chair: organ, seats: [organ, unit], quorum: {of-seats: 2/3}}]\n"
    "acts:\n"
    "  - act: apply\n"
    "    cite: R-2\n"
    "    by: [organ]\n"
    "    rules:\n"
    "      - rule: late\n"
    "        cite: [R-3, R-4]\n"
    "        when: {all: [{fact: late, is: true}, {fact: told, given: true}]}\n"
    "        require: {second: true}\n"
    "        missing: somebody\n"
    "        who: unit\n"
    "      - rule: tell\n"
    "        do: [{tell: received, to: [unit, audit], within: 3}, {tell: received, to: organ}]\n";

struct bed {
    struct arena *a;
    struct node *root;
    struct mutants all;
};

static struct bed bed_new(void)
{
    struct bed b = {.a = arena_new()};
    struct problems *problems = problems_new(b.a);
    b.root = tree_read(b.a, "file", (struct bytes){(const uint8_t *)text, strlen(text)}, problems);
    assert_int_equal(problems_count(problems), 0);
    b.all = mutants_find(b.a, b.root);
    return b;
}

static const struct mutant *mutant(const struct bed *b, const char *id)
{
    for (size_t i = 0; i < b->all.n; i++)
        if (strcmp(arena_printf(b->a, "%s %s", b->all.m[i].path, change_name(b->all.m[i].change)), id) == 0)
            return &b->all.m[i];
    fail_msg("there is no mutant '%s'", id);
    return NULL;
}

/* After the change the file has the one text and has not the other. */
static void becomes(const char *id, size_t turn, const char *there, const char *gone)
{
    struct bed b = bed_new();
    struct buf out = {0};
    assert_true(mutant_apply(b.a, b.root, mutant(&b, id), turn));
    emit_node(b.root, &out);
    if ((there && !strstr(buf_cstr(&out), there)) || (gone && strstr(buf_cstr(&out), gone)))
        fail_msg("%s: %s", id, buf_cstr(&out));
    buf_done(&out);
    arena_free(b.a);
}

static void what_is_deleted_is_gone_and_a_requirement_goes_with_what_is_missing(void **state)
{
    (void)state;
    becomes("acts/apply deleted", 0, "\"acts\": []", "late");
    becomes("acts/apply/late deleted", 0, "received", "R-3");
    becomes("acts/apply/late/when deleted", 0, "\"second\"", "\"fact\"");
    becomes("acts/apply/late/when/all/fact-told deleted", 0, "\"late\"", "told");
    becomes("acts/apply/late/require deleted", 0, "R-3", "missing");
    becomes("acts/apply/tell/do/tell-received deleted", 0, "\"to\": \"organ\"", "within");
    becomes("acts/apply/tell/do/tell-received#2 deleted", 0, "within", "\"to\": \"organ\"");
}

static void a_number_a_fraction_and_a_switch_become_others(void **state)
{
    (void)state;
    becomes("parameters/days/value changed", 0, "\"value\": 6", "\"value\": 5");
    becomes("parameters/open/value changed", 0, "\"value\": false", "true,\n\"open\"");
    becomes("clocks/window/near changed", 0, "\"near\": 4", NULL);
    becomes("acts/apply/tell/do/tell-received/within changed", 0, "\"within\": 4", NULL);
    becomes("bodies/meeting/quorum/of-seats changed", 0, "3/3", "2/3");
}

static void a_role_becomes_each_other_one_in_turn(void **state)
{
    (void)state;
    struct bed b = bed_new();
    becomes("acts/apply/by/organ swapped", 0, "\"by\": [\"unit\"]", NULL);
    becomes("acts/apply/by/organ swapped", 1, "\"by\": [\"audit\"]", NULL);
    assert_false(mutant_apply(b.a, b.root, mutant(&b, "acts/apply/by/organ swapped"), 2));
    becomes("acts/apply/late/who/unit swapped", 0, "\"who\": \"audit\"", NULL);
    becomes("clocks/window/owner/organ swapped", 0, "\"owner\": \"unit\"", NULL);
    arena_free(b.a);
}

static void an_addressee_is_left_out_and_the_only_one_leaves_nobody(void **state)
{
    (void)state;
    becomes("acts/apply/tell/do/tell-received/to/audit dropped", 0, "\"to\": [\"unit\"]", "\"audit\"],");
    becomes("acts/apply/tell/do/tell-received#2/to/organ dropped", 0, "\"to\": []", NULL);
}

static void the_nearest_numbers_around_a_change_are_its_own(void **state)
{
    (void)state;
    struct bed b = bed_new();
    const struct mutant *m = mutant(&b, "acts/apply/late/when/all/fact-told deleted");
    assert_true(words_have(&m->cites, "R-3") && words_have(&m->cites, "R-4") && m->cites.n == 2);
    m = mutant(&b, "acts/apply/tell/do/tell-received/to/audit dropped");
    assert_true(words_have(&m->cites, "R-2") && m->cites.n == 1);
    assert_string_equal(m->act, "apply");
    assert_int_equal(mutant(&b, "parameters/days/value changed")->cites.n, 0);
    assert_int_equal(m->line, 17);
    arena_free(b.a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_deleted_is_gone_and_a_requirement_goes_with_what_is_missing),
        cmocka_unit_test(a_number_a_fraction_and_a_switch_become_others),
        cmocka_unit_test(a_role_becomes_each_other_one_in_turn),
        cmocka_unit_test(an_addressee_is_left_out_and_the_only_one_leaves_nobody),
        cmocka_unit_test(the_nearest_numbers_around_a_change_are_its_own),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
