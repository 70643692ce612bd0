#include "daemon/core/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct desk {
    struct arena *a;
    struct register_book *r;
};

static int setup(void **state)
{
    struct desk *d = test_malloc(sizeof *d);
    *d = (struct desk){arena_new(), register_new()};
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    register_free(d->r);
    arena_free(d->a);
    test_free(d);
    return 0;
}

/* pairs: field, value, field, value, …, NULL */
static struct value *fields_of(struct arena *a, va_list ap)
{
    struct value *fields = v_map(a);
    for (const char *key; (key = va_arg(ap, const char *));)
        v_put_str(a, fields, key, va_arg(ap, const char *));
    return fields;
}

static const char *refuses(struct desk *d, const char *act, ...)
{
    va_list ap;
    va_start(ap, act);
    struct value *fields = fields_of(d->a, ap);
    va_end(ap);
    return register_refuses(d->a, d->r, act, fields);
}

static void does(struct desk *d, const char *act, ...)
{
    va_list ap;
    va_start(ap, act);
    struct value *change = fields_of(d->a, ap);
    va_end(ap);
    assert_null(register_refuses(d->a, d->r, act, change));
    v_put_str(d->a, change, "act", act);
    assert_int_equal(register_apply(d->r, change), ST_OK);
}

static void department(struct desk *d, const char *id, const char *kind)
{
    does(d, "department-add", "id", id, "name", id, "kind", kind, NULL);
}

static void role(struct desk *d, const char *principal, const char *dept, const char *right)
{
    struct value *change = v_map(d->a), *rights = v_list(d->a);
    v_put_str(d->a, change, "act", "role-add");
    v_put_str(d->a, change, "principal", principal);
    v_put_str(d->a, change, "department", dept);
    v_push(d->a, rights, v_str(d->a, right));
    v_put(d->a, change, "rights", rights);
    assert_int_equal(register_apply(d->r, change), ST_OK);
}

static void manage(struct desk *d, const char *id, const char *unit)
{
    struct value *change = v_map(d->a), *units = v_list(d->a);
    v_put_str(d->a, change, "act", "department-change");
    v_put_str(d->a, change, "id", id);
    v_push(d->a, units, v_str(d->a, unit));
    v_put(d->a, change, "manages", units);
    assert_int_equal(register_apply(d->r, change), ST_OK);
}

static void entries_stand_in_order_of_their_id(void **state)
{
    struct desk *d = *state;
    department(d, "organisation", "organisation");
    department(d, "audit", "audit");
    department(d, "cdi", "discipline");
    assert_int_equal(register_count(d->r, "department"), 3);
    assert_string_equal(v_get_str(register_entry(d->r, "department", 0), "id", ""), "audit");
    assert_string_equal(v_get_str(register_entry(d->r, "department", 2), "id", ""), "organisation");
    assert_null(register_entry(d->r, "department", 3));
    assert_int_equal(register_count(d->r, "post"), 0);
}

static void an_id_is_never_used_again(void **state)
{
    struct desk *d = *state;
    department(d, "old", "audit");
    department(d, "new", "audit");
    assert_non_null(refuses(d, "department-add", "id", "old", "name", "x", "kind", "audit", NULL));
    does(d, "department-end", "id", "old", "successor", "new", NULL);
    assert_non_null(refuses(d, "department-add", "id", "old", "name", "x", "kind", "audit", NULL));
    assert_non_null(refuses(d, "department-change", "id", "old", "name", "x", NULL));
}

static void a_department_ends_only_with_a_successor(void **state)
{
    struct desk *d = *state;
    department(d, "old", "audit");
    assert_non_null(refuses(d, "department-end", "id", "old", NULL));
    assert_non_null(refuses(d, "department-end", "id", "old", "successor", "nobody", NULL));
    assert_non_null(refuses(d, "department-end", "id", "old", "successor", "old", NULL));
}

static void the_heir_stands_for_those_who_ended(void **state)
{
    struct desk *d = *state;
    department(d, "a", "audit");
    department(d, "b", "audit");
    department(d, "c", "audit");
    manage(d, "a", "school");
    does(d, "department-end", "id", "a", "successor", "b", NULL);
    does(d, "department-end", "id", "b", "successor", "c", NULL);
    assert_string_equal(register_heir(d->r, "a")->id, "c");
    assert_string_equal(register_heir(d->r, "c")->id, "c");
    assert_null(register_heir(d->r, "z"));
    assert_true(register_department(d->r, "a")->ended);
    assert_true(register_manages(d->r, "c", "school"));
    assert_false(register_manages(d->r, "a", "school"));
}

static void a_unit_that_nobody_manages_is_managed_by_any(void **state)
{
    struct desk *d = *state;
    department(d, "a", "organisation");
    department(d, "b", "organisation");
    assert_true(register_manages(d->r, "a", "school"));
    manage(d, "b", "school");
    assert_false(register_manages(d->r, "a", "school"));
    assert_true(register_manages(d->r, "b", "school"));
}

static void the_only_one_of_a_kind_is_none_when_there_are_several(void **state)
{
    struct desk *d = *state;
    bool several = true;
    assert_null(register_only(d->r, "audit", &several));
    assert_false(several);
    department(d, "a", "audit");
    assert_string_equal(register_only(d->r, "audit", NULL)->id, "a");
    department(d, "b", "audit");
    assert_null(register_only(d->r, "audit", &several));
    assert_true(several);
}

static void nobody_is_their_own_superior(void **state)
{
    struct desk *d = *state;
    department(d, "a", "party");
    does(d, "department-add", "id", "b", "name", "b", "kind", "party", "superior", "a", NULL);
    assert_non_null(refuses(d, "department-change", "id", "a", "superior", "b", NULL));
    assert_non_null(refuses(d, "department-change", "id", "a", "superior", "a", NULL));
    assert_non_null(refuses(d, "department-change", "id", "a", "superior", "nobody", NULL));
    assert_string_equal(register_department(d->r, "b")->superior, "a");
}

static void a_role_gives_its_rights_until_it_ends(void **state)
{
    struct desk *d = *state;
    department(d, "cdi", "discipline");
    role(d, "li", "cdi", "act");
    assert_int_equal(register_rights(d->r, "li"), RIGHT_ACT);
    assert_string_equal(register_principal_department(d->r, "li"), "cdi");
    assert_int_equal(register_rights(d->r, "wang"), 0);
    assert_null(register_principal_department(d->r, "wang"));
    does(d, "role-end", "principal", "li", NULL);
    assert_int_equal(register_rights(d->r, "li"), 0);
    assert_null(register_principal_department(d->r, "li"));
    role(d, "li", "cdi", "watch");
    assert_int_equal(register_rights(d->r, "li"), RIGHT_WATCH);
}

static void an_unknown_right_is_refused(void **state)
{
    struct desk *d = *state;
    struct value *fields = v_map(d->a), *rights = v_list(d->a);
    v_put_str(d->a, fields, "principal", "li");
    v_push(d->a, rights, v_str(d->a, "rule"));
    v_put(d->a, fields, "rights", rights);
    assert_non_null(register_refuses(d->a, d->r, "role-add", fields));
    assert_int_equal(right_by_name("rule"), 0);
    assert_int_equal(right_by_name("approve"), RIGHT_APPROVE);
}

/* AC-19: who inspects changes nothing. What was given before that rule is folded as it was. */
static void inspecting_goes_with_no_right_to_change(void **state)
{
    struct desk *d = *state;
    struct value *fields = v_map(d->a), *rights = v_list(d->a);
    v_put_str(d->a, fields, "principal", "li");
    v_push(d->a, rights, v_str(d->a, "inspect"));
    v_push(d->a, rights, v_str(d->a, "watch"));
    v_put(d->a, fields, "rights", rights);
    assert_null(register_refuses(d->a, d->r, "role-add", fields));
    v_push(d->a, rights, v_str(d->a, "enter"));
    assert_non_null(register_refuses(d->a, d->r, "role-add", fields));
    v_put_str(d->a, fields, "act", "role-add");
    assert_int_equal(register_apply(d->r, fields), ST_OK);
    assert_true(register_rights(d->r, "li") & RIGHT_ENTER);
}

static void a_principal_with_a_subject_has_neither_department_nor_rights(void **state)
{
    struct desk *d = *state;
    department(d, "cdi", "discipline");
    assert_non_null(refuses(d, "role-add", "principal", "lv", NULL));
    assert_non_null(refuses(d, "role-add", "principal", "lv", "subject", "p-lv", "department", "cdi", NULL));
    assert_non_null(refuses(d, "role-add", "principal", "lv", "subject", "吕某", NULL));
    does(d, "role-add", "principal", "lv", "subject", "p-lv", NULL);
    assert_string_equal(register_principal_subject(d->r, "lv"), "p-lv");
    assert_int_equal(register_rights(d->r, "lv"), 0);
    assert_non_null(refuses(d, "role-change", "principal", "lv", "department", "cdi", NULL));
    does(d, "role-end", "principal", "lv", NULL);
    assert_null(register_principal_subject(d->r, "lv"));
}

static void a_revoked_key_is_told_apart_from_an_unknown_one(void **state)
{
    struct desk *d = *state;
    const char *key = "0123456789abcdefghijABCDEFGHIJ.-:+=^!/*?";
    bool revoked = true;
    assert_null(register_key_principal(d->r, key, &revoked));
    assert_false(revoked);
    does(d, "key-add", "principal", "li", "key", key, NULL);
    assert_string_equal(register_key_principal(d->r, key, &revoked), "li");
    does(d, "key-revoke", "key", key, NULL);
    assert_null(register_key_principal(d->r, key, &revoked));
    assert_true(revoked);
    assert_non_null(refuses(d, "key-add", "principal", "li", "key", key, NULL));
}

static void the_name_of_a_person_stays_out_of_the_register(void **state)
{
    struct desk *d = *state;
    does(d, "person-add", "id", "p1", "unit", "school", "name", "somebody", "post", "head", NULL);
    const struct value *person = register_entry(d->r, "person", 0);
    assert_string_equal(v_get_str(person, "unit", ""), "school");
    assert_null(v_get(person, "name"));
    assert_null(v_get(person, "post"));
}

static void fields_that_nobody_knows_or_that_are_missing_are_named(void **state)
{
    struct desk *d = *state;
    assert_non_null(
        strstr(refuses(d, "department-add", "id", "a", "name", "a", "kind", "audit", "colour", "x", NULL), "colour"));
    assert_non_null(strstr(refuses(d, "department-add", "id", "a", "kind", "audit", NULL), "name"));
    assert_non_null(refuses(d, "department-add", "id", "A B", "name", "a", "kind", "audit", NULL));
    assert_non_null(refuses(d, "department-add", "id", "transitions", "name", "a", "kind", "audit", NULL));
    assert_non_null(refuses(d, "department-paint", "id", "a", NULL));
}

static void a_refused_change_changes_nothing(void **state)
{
    struct desk *d = *state;
    struct value *change = v_map(d->a);
    v_put_str(d->a, change, "act", "department-add");
    v_put_str(d->a, change, "id", "a");
    assert_int_equal(register_apply(d->r, change), ST_INVALID);
    assert_int_equal(register_count(d->r, "department"), 0);
}

static void nil_takes_an_optional_field_away(void **state)
{
    struct desk *d = *state;
    department(d, "a", "party");
    does(d, "department-add", "id", "b", "name", "b", "kind", "party", "superior", "a", NULL);
    struct value *change = v_map(d->a);
    v_put_str(d->a, change, "act", "department-change");
    v_put_str(d->a, change, "id", "b");
    v_put(d->a, change, "superior", v_nil(d->a));
    assert_int_equal(register_apply(d->r, change), ST_OK);
    assert_null(register_department(d->r, "b")->superior);
    v_put(d->a, change, "name", v_nil(d->a));
    assert_int_equal(register_apply(d->r, change), ST_INVALID);
}

static void a_copy_stands_by_itself(void **state)
{
    struct desk *d = *state;
    department(d, "a", "audit");
    struct register_book *copy = register_copy(d->r);
    department(d, "b", "audit");
    assert_int_equal(register_count(copy, "department"), 1);
    assert_string_equal(register_department(copy, "a")->kind, "audit");
    register_free(copy);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(entries_stand_in_order_of_their_id),
        T(an_id_is_never_used_again),
        T(a_department_ends_only_with_a_successor),
        T(the_heir_stands_for_those_who_ended),
        T(a_unit_that_nobody_manages_is_managed_by_any),
        T(the_only_one_of_a_kind_is_none_when_there_are_several),
        T(nobody_is_their_own_superior),
        T(a_role_gives_its_rights_until_it_ends),
        T(inspecting_goes_with_no_right_to_change),
        T(a_principal_with_a_subject_has_neither_department_nor_rights),
        T(an_unknown_right_is_refused),
        T(a_revoked_key_is_told_apart_from_an_unknown_one),
        T(the_name_of_a_person_stays_out_of_the_register),
        T(fields_that_nobody_knows_or_that_are_missing_are_named),
        T(a_refused_change_changes_nothing),
        T(nil_takes_an_optional_field_away),
        T(a_copy_stands_by_itself),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
