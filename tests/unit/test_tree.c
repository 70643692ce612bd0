/* test_tree.c - the YAML reader: places, refusals, pruning, and bytes that nobody meant */
#include "tests/unit/yaml_fixture.h"

/* ---- The tree ---- */

static const char sample[] = "# a procedure\n"
                             "title: 银川市\n"
                             "stages:\n"
                             "  - name: opened\n"
                             "    acts: [accept, decline]\n"
                             "  - {name: 'closed', final: true}\n"
                             "text: |\n"
                             "  first\n"
                             "  second\n"
                             "limit: 15\n"
                             "notes:\n";

static void a_file_becomes_scalars_lists_and_maps(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, sample);
    expect_fine(f);
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(node_entry_count(root), 5);
    assert_string_equal(node_get(root, "title")->text, "银川市");
    assert_false(node_get(root, "title")->quoted);
    const struct node *stages = node_get(root, "stages");
    assert_int_equal(stages->kind, NODE_LIST);
    assert_int_equal(node_item_count(stages), 2);
    assert_string_equal(node_get(node_item(stages, 1), "name")->text, "closed");
    assert_true(node_get(node_item(stages, 1), "name")->quoted);
    assert_string_equal(node_get(root, "text")->text, "first\nsecond\n");
    assert_true(node_get(root, "text")->quoted);
    assert_true(node_is_nothing(node_get(root, "notes")));
    assert_string_equal(node_key_text(root, 1), "stages");
    assert_ptr_equal(node_value(root, 1), stages);
    assert_ptr_equal(node_key(root, 1)->source, root->source);
}

static void every_node_knows_its_line_and_column(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, sample);
    const struct node *stages = node_get(root, "stages");
    const struct node *acts = node_get(node_item(stages, 0), "acts");
    assert_int_equal(root->line, 2);
    assert_int_equal(root->column, 1);
    assert_int_equal(stages->line, 4);
    assert_int_equal(stages->column, 3);
    assert_int_equal(node_item(acts, 1)->line, 5);
    assert_int_equal(node_item(acts, 1)->column, 20);
    assert_int_equal(node_get(node_item(stages, 1), "final")->column, 29);
}

static void columns_count_characters_not_bytes(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "{银川: [办, 中]}\n");
    assert_int_equal(node_item(node_get(root, "银川"), 1)->column, 10);
}

static void a_byte_order_mark_and_carriage_returns_are_harmless(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "\xef\xbb\xbf"
                                           "a: 1\r\nb: |\r\n  x\r\n  y\r\n");
    expect_fine(f);
    assert_int_equal(root->column, 1);
    assert_string_equal(node_get(root, "b")->text, "x\ny\n");
}

static void the_tree_outlives_the_bytes(void **state)
{
    struct fixture *f = *state;
    char *bytes = strdup("a: [x, {b: oops}]\n");
    const struct node *root = read_text(f, bytes);
    memset(bytes, '#', strlen(bytes));
    free(bytes);
    const struct node *oops = node_get(node_item(node_get(root, "a"), 1), "b");
    problems_add(f->problems, oops, "wrong");
    assert_string_equal(printed(f), "f.yaml:1:12: error: wrong\n    a: [x, {b: oops}]\n               ^\n");
}

/* ---- Refusals ---- */

static void anchors_and_aliases_are_refused(void **state)
{
    struct fixture *f = *state;
    read_text(f, "a: &x 1\nb: *x\nc: &y [1]\nd: &z {e: 1}\n<<: *z\n*x : k\n");
    expect(f, 0, 1, 4, "anchors are not used here: '&x'");
    expect(f, 1, 2, 4, "aliases are not used here: '*x'");
    expect(f, 2, 3, 4, "'&y'");
    expect(f, 3, 4, 4, "'&z'");
    expect(f, 4, 5, 5, "'*z'");
    expect(f, 5, 6, 1, "'*x'");
    assert_int_equal(problems_count(f->problems), 6);
}

static void tags_are_refused(void **state)
{
    struct fixture *f = *state;
    read_text(f, "a: !!str 1\nb: !own [1]\nc: !!map {d: 1}\ne: ! f\n");
    expect(f, 0, 1, 4, "tags are not used here: 'tag:yaml.org,2002:str'");
    expect(f, 1, 2, 4, "'!own'");
    expect(f, 2, 3, 4, "map");
    expect(f, 3, 4, 4, "'!'");
}

static void directives_are_refused(void **state)
{
    struct fixture *f = *state;
    read_text(f, "%YAML 1.1\n---\na: 1\n");
    expect_only(f, 1, 1, "directives");
}

static void a_key_twice_names_both_lines(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "a: 1\nb: 2\n'a': 3\nc: {d: 1, d: 2, d: 3}\n");
    expect(f, 0, 3, 1, "the key 'a' of line 1 stands a second time on line 3");
    expect(f, 1, 4, 11, "the key 'd' of line 4");
    expect(f, 2, 4, 17, "the key 'd' of line 4");
    assert_int_equal(problems_count(f->problems), 3);
    assert_int_equal(node_entry_count(root), 3);
    assert_string_equal(node_get(root, "a")->text, "1");
    assert_string_equal(node_key_text(root, 2), "c");
}

static void a_key_that_is_no_text_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct node *root = read_text(f, "? [a]\n: 1\n? {b: 1}\n: 2\n?\n: 3\nc: 4\n");
    expect(f, 0, 1, 3, "a key must be a text, found a list");
    expect(f, 1, 3, 3, "a key must be a text, found a map");
    expect(f, 2, 5, 2, "a key must be a text, found nothing");
    assert_int_equal(node_entry_count(root), 1);
}

static void a_second_document_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_non_null(read_text(f, "---\na: 1\n---\nb: 2\n"));
    expect_only(f, 3, 1, "a second document begins here");
}

static void an_empty_file_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_null(read_bytes(f, NULL, 0));
    assert_null(read_text(f, "# nothing but a remark\n"));
    expect_only(f, 0, 0, "the file is empty");
    assert_string_equal(printed(f), "f.yaml: error: the file is empty\n");
}

static void thirty_two_levels_are_read_and_thirty_three_refused(void **state)
{
    struct fixture *f = *state;
    char text[2 * TREE_DEPTH + 8];
    memset(text, '[', TREE_DEPTH);
    memset(text + TREE_DEPTH, ']', TREE_DEPTH);
    assert_non_null(read_bytes(f, text, (size_t)2 * TREE_DEPTH));
    expect_fine(f);
    memset(text, '[', TREE_DEPTH + 1);
    memset(text + TREE_DEPTH + 1, ']', TREE_DEPTH + 1);
    assert_null(read_bytes(f, text, (size_t)2 * TREE_DEPTH + 2));
    expect_only(f, 1, TREE_DEPTH + 1, "nested more than 32 deep");
}

static void four_mebibytes_are_read_and_one_byte_more_refused(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(TREE_BYTES + 1);
    memset(text, '#', TREE_BYTES + 1);
    memcpy(text, "a: 1\n", 5);
    assert_non_null(read_bytes(f, text, TREE_BYTES));
    expect_fine(f);
    assert_null(read_bytes(f, text, TREE_BYTES + 1));
    free(text);
    expect_only(f, 0, 0, "4194305 bytes; at most 4194304");
}

static void too_many_values_are_refused(void **state)
{
    struct fixture *f = *state;
    struct buf b = {0};
    for (int i = 0; i < TREE_NODES; i++)
        buf_str(&b, "-\n");
    assert_null(read_bytes(f, (const char *)b.p, b.n));
    buf_done(&b);
    expect_only(f, TREE_NODES, 2, "more than 200000 values");
}

static void broken_utf8_is_refused_at_its_place(void **state)
{
    struct fixture *f = *state;
    assert_null(read_text(f, "a: 银\nb: 川\xb3\xd0\n"));
    expect_only(f, 2, 5, "the byte 0xB3 is no UTF-8");
    assert_non_null(strstr(printed(f), "    b: 川??\n         ^\n"));
    assert_null(read_text(f, "\xff\xfe"
                             "a"));
    expect(f, 0, 1, 1, "the byte 0xFF");
}

static void unseen_characters_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"a: \x1b[31m\n", "U+001B"},     {"a: \xc2\x85\n", "U+0085"},     {"a: \xe2\x80\xa8\n", "U+2028"},
        {"a: \xe2\x80\xae\n", "U+202E"}, {"a: \xe2\x81\xa6\n", "U+2066"}, {"a: \r \n", "U+000D"},
        {"a: \xef\xbb\xbf\n", "U+FEFF"}, {"a: \x7f\n", "U+007F"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems *p = f->problems = problems_new(f->arena);
        assert_null(read_text(f, cases[i].text));
        expect_only(f, 1, 4, cases[i].name);
        assert_int_equal(problems_count(p), 1);
    }
    f->problems = problems_new(f->arena);
    assert_null(read_bytes(f, "a: \0\n", 5));
    expect_only(f, 1, 4, "U+0000");
}

static void an_escape_in_quotes_brings_in_nothing_unseen(void **state)
{
    struct fixture *f = *state;
    read_text(f, "a: \"\\0\"\nb: \"x\\e[31m\"\nc: \"\\u202e\"\nd: \"\\n\\t\\u94f6\"\n");
    expect(f, 0, 1, 4, "U+0000 may not stand in a text");
    expect(f, 1, 2, 4, "U+001B");
    expect(f, 2, 3, 4, "U+202E");
    assert_int_equal(problems_count(f->problems), 3);
}

static void broken_syntax_is_told_with_its_place(void **state)
{
    struct fixture *f = *state;
    assert_null(read_text(f, "a: 1\nb: [1, 2\nc: 3\n"));
    expect(f, 0, 3, 2, "while parsing a flow sequence that began on line 2");
    f->problems = problems_new(f->arena);
    assert_null(read_text(f, "a:\n\tb: 1\n"));
    expect_only(f, 2, 1, "a tab; indent with blanks");
    f->problems = problems_new(f->arena);
    assert_null(read_text(f, "a: b: c\n"));
    expect_only(f, 1, 5, "mapping values are not allowed");
    f->problems = problems_new(f->arena);
    assert_null(read_text(f, "a: 'never closed\n"));
    expect(f, 0, 2, 1, "end of stream");
}

/* ---- Pruning ---- */

static void a_rule_that_cites_the_word_is_taken_out(void **state)
{
    struct fixture *f = *state;
    struct node *root = read_text(f, "cite: YC-24\n"
                                     "guards:\n"
                                     "  - {name: a, cite: YC-24}\n"
                                     "  - {name: b, cite: [YC-25, YC-26]}\n"
                                     "  - {name: c, cite: [YC-23, YC-24]}\n"
                                     "  - d\n"
                                     "clocks:\n"
                                     "  window: {days: 10, cite: YC-24}\n"
                                     "  issue:\n"
                                     "    inner: {cite: YC-24, more: {cite: YC-24}}\n"
                                     "    other: {cite: YC-240}\n");
    assert_int_equal(tree_prune(root, "cite", "YC-24"), 4);
    const struct node *guards = node_get(root, "guards"), *clocks = node_get(root, "clocks");
    assert_int_equal(node_item_count(guards), 2);
    assert_string_equal(node_get(node_item(guards, 0), "name")->text, "b");
    assert_string_equal(node_item(guards, 1)->text, "d");
    assert_null(node_get(clocks, "window"));
    assert_null(node_get(node_get(clocks, "issue"), "inner"));
    assert_non_null(node_get(node_get(clocks, "issue"), "other"));
    assert_string_equal(node_get(root, "cite")->text, "YC-24");
    assert_int_equal(tree_prune(root, "cite", "YC-24"), 0);
    assert_int_equal(tree_prune(root, "site", "YC-25"), 0);
    expect_fine(f);
}

/* ---- Bytes that nobody meant ---- */

static const char rich[] = "# 银川\n"
                           "title: \"a\\u94f6\\n b\"\n"
                           "stages:\n"
                           "  - {name: 'it''s', acts: [accept, [x, {y: z}]], cite: [YC-1, YC-2]}\n"
                           "  - name: |-\n"
                           "      承办中\n"
                           "      二\n"
                           "    ? long\n"
                           "    : >+\n"
                           "      folded\n"
                           "\n"
                           "text: &a !t plain over\n"
                           "  two lines\n"
                           "again: *a\n"
                           "stages: [ ]\n"
                           "--- \n"
                           "second: document\n";

/* Read, ask everything of every node, prune, print: nothing may crash and every NULL has a problem. */
static void walk(struct fixture *f, const struct node *n)
{
    static const char *const words[] = {"name", "stages"};
    node_known_keys(n, words, 2, f->problems);
    node_int(n, 0, 9, 0, f->problems);
    node_choice(n, words, 2, f->problems);
    for (size_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
        walk(f, node_item(n, i));
    for (size_t i = 0; i < node_entry_count(n); i++)
        walk(f, node_value(n, i));
}

static void survive(struct fixture *f, const char *s, size_t n)
{
    arena_reset(f->arena);
    f->problems = problems_new(f->arena);
    char *exact = malloc(n ? n : 1); /* of the exact size, so that a read behind the end is seen */
    memcpy(exact, s, n);
    struct node *root = read_bytes(f, exact, n);
    free(exact);
    if (!root && !problems_count(f->problems))
        fail_msg("refused without a problem: %.*s", (int)n, s);
    if (root) {
        walk(f, root);
        tree_prune(root, "cite", "YC-1");
    }
    printed(f);
}

static void truncated_files_never_crash(void **state)
{
    for (size_t n = 0; n < sizeof rich; n++)
        survive(*state, rich, n);
}

static void flipped_bits_never_crash(void **state)
{
    char text[sizeof rich];
    for (size_t bit = 0; bit < (sizeof rich - 1) * 8; bit++) {
        memcpy(text, rich, sizeof rich);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        survive(*state, text, sizeof rich - 1);
    }
}

static void scrambled_files_never_crash(void **state)
{
    static const char alphabet[] = "-:?[]{},&*!|>'\"%@` \n\n  #\\ab\t\r\xe9\x93\xb6";
    uint32_t seed = 20260213;
    char text[120];
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        survive(*state, text, (seed >> 8) % sizeof text);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(a_file_becomes_scalars_lists_and_maps),
        T(every_node_knows_its_line_and_column),
        T(columns_count_characters_not_bytes),
        T(a_byte_order_mark_and_carriage_returns_are_harmless),
        T(the_tree_outlives_the_bytes),
        T(anchors_and_aliases_are_refused),
        T(tags_are_refused),
        T(directives_are_refused),
        T(a_key_twice_names_both_lines),
        T(a_key_that_is_no_text_is_refused),
        T(a_second_document_is_refused),
        T(an_empty_file_is_refused),
        T(thirty_two_levels_are_read_and_thirty_three_refused),
        T(four_mebibytes_are_read_and_one_byte_more_refused),
        T(too_many_values_are_refused),
        T(broken_utf8_is_refused_at_its_place),
        T(unseen_characters_are_refused),
        T(an_escape_in_quotes_brings_in_nothing_unseen),
        T(broken_syntax_is_told_with_its_place),
        T(a_rule_that_cites_the_word_is_taken_out),
        T(truncated_files_never_crash),
        T(flipped_bits_never_crash),
        T(scrambled_files_never_crash),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
