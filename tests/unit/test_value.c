#include "proto/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void a_map_keeps_the_order_in_which_its_keys_were_put(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    v_put_int(a, map, "b", 1);
    v_put_int(a, map, "a", 2);
    v_put_int(a, map, "c", 3);
    assert_int_equal(v_count(map), 3);
    assert_string_equal(map->u.map.pair[0].key, "b");
    assert_string_equal(map->u.map.pair[1].key, "a");
    assert_string_equal(map->u.map.pair[2].key, "c");
}

static void putting_a_key_again_replaces_its_value_in_its_place(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    v_put_int(a, map, "a", 1);
    v_put_int(a, map, "b", 2);
    v_put_str(a, map, "a", "new");
    assert_int_equal(v_count(map), 2);
    assert_string_equal(map->u.map.pair[0].key, "a");
    assert_string_equal(v_get_str(map, "a", "?"), "new");
}

static void putting_no_text_puts_nothing(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    v_put_str(a, map, "a", NULL);
    assert_int_equal(v_count(map), 0);
    assert_int_equal(v_kind(v_str(a, NULL)), V_NIL);
}

static void deleting_a_key_keeps_the_order_of_the_rest(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    const char *keys[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        v_put_int(a, map, keys[i], i);
    v_del(map, "b");
    v_del(map, "absent");
    v_del(NULL, "a");
    assert_int_equal(v_count(map), 3);
    assert_string_equal(map->u.map.pair[0].key, "a");
    assert_string_equal(map->u.map.pair[1].key, "c");
    assert_string_equal(map->u.map.pair[2].key, "d");
    assert_int_equal(v_get_int(map, "d", -1), 3);
    v_del(map, "d");
    v_del(map, "a");
    v_del(map, "c");
    assert_int_equal(v_count(map), 0);
    v_put_int(a, map, "e", 5);
    assert_int_equal(v_get_int(map, "e", -1), 5);
}

static void what_is_made_is_copied(void **state)
{
    struct arena *a = *state;
    char text[] = "text", key[] = "key", bytes[] = {1, 2, 3};
    struct value *map = v_map(a);
    v_put(a, map, key, v_str(a, text));
    v_put(a, map, "bin", v_bin(a, bytes, sizeof bytes));
    memset(text, 'x', 4);
    memset(key, 'x', 3);
    memset(bytes, 9, sizeof bytes);
    assert_string_equal(v_get_str(map, "key", "?"), "text");
    assert_int_equal(v_get(map, "bin")->u.bin.p[0], 1);
}

static void a_text_of_given_length_ends_with_a_nul(void **state)
{
    struct value *v = v_strn(*state, "abcdef", 3);
    assert_int_equal(v->u.str.n, 3);
    assert_string_equal(v_text(v, "?"), "abc");
    struct value *printed = v_printf(*state, "%s-%d", "case", 7);
    assert_int_equal(printed->u.str.n, 6);
    assert_string_equal(v_text(printed, "?"), "case-7");
}

static void a_list_grows_and_answers_by_place(void **state)
{
    struct arena *a = *state;
    struct value *list = v_list(a);
    for (int i = 0; i < 1000; i++)
        v_push(a, list, v_int(a, i));
    assert_int_equal(v_count(list), 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(v_number(v_at(list, (size_t)i), -1), i);
    assert_null(v_at(list, 1000));
    assert_null(v_at(list, SIZE_MAX));
}

static void reading_a_missing_or_foreign_value_answers_with_the_default(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    v_put_int(a, map, "n", 7);
    v_put_str(a, map, "s", "text");
    v_put_bool(a, map, "b", true);
    assert_int_equal(v_get_int(map, "n", -1), 7);
    assert_int_equal(v_get_int(map, "s", -1), -1);
    assert_int_equal(v_get_int(map, "absent", -1), -1);
    assert_string_equal(v_get_str(map, "n", "default"), "default");
    assert_null(v_get_str(map, "n", NULL));
    assert_true(v_get_bool(map, "b"));
    assert_false(v_get_bool(map, "n"));
    assert_false(v_get_bool(map, "absent"));
    assert_null(v_get(v_get(map, "n"), "deeper"));
    assert_null(v_at(map, 0));
    assert_null(v_at(NULL, 0));
    assert_int_equal(v_count(NULL), 0);
    assert_int_equal(v_count(v_get(map, "s")), 0);
    assert_int_equal(v_kind(NULL), V_NIL);
}

static void a_path_goes_from_map_to_map(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a), *fields = v_map(a), *deep = v_map(a);
    v_put(a, map, "fields", fields);
    v_put(a, map, "field", v_int(a, 1));
    v_put(a, fields, "loss", v_int(a, 42));
    v_put(a, fields, "deep", deep);
    v_put(a, deep, "er", v_str(a, "found"));
    assert_int_equal(v_number(v_path(map, "fields.loss"), -1), 42);
    assert_string_equal(v_text(v_path(map, "fields.deep.er"), "?"), "found");
    assert_int_equal(v_number(v_path(map, "field"), -1), 1);
    assert_ptr_equal(v_path(map, "fields"), fields);
    assert_null(v_path(map, "fiel"));
    assert_null(v_path(map, "fields.absent.more"));
    assert_null(v_path(map, "fields.loss.more"));
    assert_null(v_path(NULL, "fields"));
}

static struct value *sample(struct arena *a, bool other_order)
{
    struct value *map = v_map(a), *list = v_list(a);
    v_push(a, list, v_nil(a));
    v_push(a, list, v_bool(a, true));
    v_push(a, list, v_bin(a, "\0\1", 2));
    v_push(a, list, v_bin(a, NULL, 0));
    if (!other_order)
        v_put_str(a, map, "text", "容错");
    v_put(a, map, "list", list);
    v_put_int(a, map, "number", INT64_MIN);
    if (other_order)
        v_put_str(a, map, "text", "容错");
    return map;
}

static void equal_means_same_content_with_maps_in_any_order(void **state)
{
    struct arena *a = *state;
    struct value *one = sample(a, false), *two = sample(a, true);
    assert_true(v_equal(one, two));
    assert_true(v_equal(two, one));
    assert_true(v_equal(NULL, v_nil(a)));
    v_put_int(a, two, "number", 1);
    assert_false(v_equal(one, two));
    two = sample(a, false);
    v_del(two, "text");
    v_put_str(a, two, "texts", "容错");
    assert_false(v_equal(one, two));
    assert_false(v_equal(v_int(a, 1), v_bool(a, true)));
    assert_false(v_equal(v_str(a, "a"), v_bin(a, "a", 1)));
    assert_false(v_equal(v_str(a, "a"), v_str(a, "ab")));
    assert_false(v_equal(v_list(a), v_map(a)));
}

static void a_copy_is_equal_and_shares_nothing(void **state)
{
    struct arena *a = *state, *other = arena_new();
    struct value *one = sample(other, false), *copy = v_copy(a, one);
    assert_true(v_equal(one, copy));
    v_push(other, v_get(one, "list"), v_int(other, 1));
    assert_int_equal(v_count(v_get(copy, "list")), 4);
    arena_free(other);
    assert_true(v_equal(copy, sample(a, false)));
    assert_null(v_copy(a, NULL));
}

static void a_copy_may_grow(void **state)
{
    struct arena *a = *state;
    struct value *of_nothing = v_copy(a, v_map(a)), *list = v_copy(a, v_list(a)), *map = v_map(a);
    v_put_int(a, of_nothing, "one", 1);
    assert_int_equal(v_get_int(of_nothing, "one", 0), 1);
    v_push(a, list, v_int(a, 1));
    assert_int_equal(v_count(list), 1);
    for (int i = 0; i < 3000; i++)
        v_put_int(a, map, arena_printf(a, "%d", i), i);
    struct value *copy = v_copy(a, map);
    v_put_int(a, copy, "17", -1);
    v_put_int(a, copy, "3000", 3000);
    assert_int_equal(v_count(copy), 3001);
    assert_int_equal(v_get_int(copy, "17", 0), -1);
    assert_int_equal(v_get_int(map, "17", 0), 17);
    assert_int_equal(v_get_int(copy, "2999", 0), 2999);
}

static void a_shallow_copy_grows_by_itself_and_holds_the_same_items(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a), *list = v_list(a), *inner = v_map(a);
    v_put(a, map, "inner", inner);
    v_push(a, list, inner);
    struct value *map2 = v_shallow(a, map), *list2 = v_shallow(a, list);
    for (int i = 0; i < 20; i++) {
        v_put(a, map2, arena_printf(a, "k%d", i), v_int(a, i));
        v_push(a, list2, v_int(a, i));
    }
    assert_int_equal(v_count(map), 1);
    assert_int_equal(v_count(list), 1);
    assert_ptr_equal(v_get(map2, "inner"), inner);
    assert_ptr_equal(v_at(list2, 0), inner);
    assert_int_equal(v_get_int(map2, "k19", 0), 19);
    assert_int_equal(v_count(v_shallow(a, v_map(a))), 0);
}

static void keys_of_every_length_are_found_whether_literal_or_not(void **state)
{
    struct arena *a = *state;
    struct value *map = v_map(a);
    const char *all = "abcdefghijklmnop";
    for (size_t n = 0; n <= 16; n++) {
        char key[17] = {0}; /* copied: it is gone when the map is read */
        memcpy(key, all, n);
        v_put_int(a, map, key, (int64_t)n);
        memset(key, 'x', sizeof key - 1);
    }
    for (size_t n = 0; n <= 16; n++)
        assert_int_equal(v_get_int(map, arena_strn(a, all, n), -1), n);
    assert_int_equal(v_get_int(map, "abc", -1), 3);
    assert_int_equal(v_get_int(map, "abcdefgh", -1), 8);
    assert_int_equal(v_get_int(map, "abcdefghijk", -1), 11);
    assert_int_equal(v_get_int(map, "abd", -1), -1);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_map_keeps_the_order_in_which_its_keys_were_put, setup, teardown),
        cmocka_unit_test_setup_teardown(putting_a_key_again_replaces_its_value_in_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(putting_no_text_puts_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(deleting_a_key_keeps_the_order_of_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_made_is_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_of_given_length_ends_with_a_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_grows_and_answers_by_place, setup, teardown),
        cmocka_unit_test_setup_teardown(reading_a_missing_or_foreign_value_answers_with_the_default, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_goes_from_map_to_map, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_means_same_content_with_maps_in_any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_equal_and_shares_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_may_grow, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shallow_copy_grows_by_itself_and_holds_the_same_items, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_of_every_length_are_found_whether_literal_or_not, setup, teardown),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
