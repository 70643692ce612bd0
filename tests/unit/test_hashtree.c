#include "daemon/store/hashtree.h"

#include "daemon/base/check.h"
#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* the above before it */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 3000 };

/* The definition of the RFC, word for word, over an array of leaves. */
static struct hash leaves[MOST];

static uint64_t half(uint64_t n)
{
    uint64_t k = 1;
    while (2 * k < n)
        k *= 2;
    return k;
}

static struct hash naive_root(const struct hash *d, uint64_t n)
{
    if (n == 0)
        return proof_empty();
    if (n == 1)
        return d[0];
    uint64_t k = half(n);
    struct hash left = naive_root(d, k), right = naive_root(d + k, n - k);
    return proof_node(&left, &right);
}

static size_t naive_path(uint64_t m, const struct hash *d, uint64_t n, struct hash *out)
{
    if (n == 1)
        return 0;
    uint64_t k = half(n);
    size_t count = m < k ? naive_path(m, d, k, out) : naive_path(m - k, d + k, n - k, out);
    out[count] = m < k ? naive_root(d + k, n - k) : naive_root(d, k);
    return count + 1;
}

static size_t naive_subproof(uint64_t m, const struct hash *d, uint64_t n, bool whole, struct hash *out)
{
    if (m == n) {
        if (!whole)
            out[0] = naive_root(d, n);
        return whole ? 0 : 1;
    }
    uint64_t k = half(n);
    size_t count = m <= k ? naive_subproof(m, d, k, whole, out) : naive_subproof(m - k, d + k, n - k, false, out);
    out[count] = m <= k ? naive_root(d + k, n - k) : naive_root(d, k);
    return count + 1;
}

static void same(struct hash a, struct hash b)
{
    assert_memory_equal(a.b, b.b, HASH_LEN);
}

static struct store *store;
static struct hashtree *tree;

static struct store_txn *begin(void)
{
    struct store_txn *t;
    assert_int_equal(store_write(store, &t), ST_OK);
    return t;
}

static void grow(uint64_t from, uint64_t to)
{
    struct store_txn *t = begin();
    hashtree_mark(tree);
    for (uint64_t i = from; i < to; i++)
        assert_int_equal(hashtree_append(tree, t, &leaves[i]), ST_OK);
    assert_int_equal(hashtree_flush(tree, t), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
}

static int make(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MOST; i++)
        leaves[i] = proof_leaf((struct bytes){(const uint8_t *)&i, sizeof i});
    store = store_open_mem();
    tree = hashtree_new();
    return 0;
}

static int drop(void **state)
{
    (void)state;
    hashtree_free(tree);
    store_close(store);
    return 0;
}

static void the_root_is_the_definitions_at_every_size(void **state)
{
    (void)state;
    struct hash got;
    same(hashtree_head(tree), hash_of("", 0));
    for (uint64_t n = 0; n <= 300; n++) {
        same(hashtree_head(tree), naive_root(leaves, n));
        grow(n, n + 1);
        assert_int_equal(hashtree_size(tree), n + 1);
    }
    struct store_txn *t = begin();
    for (uint64_t n = 0; n <= 300; n++) {
        assert_int_equal(hashtree_root(t, n, &got), ST_OK);
        same(got, naive_root(leaves, n));
    }
    assert_int_equal(hashtree_root(t, 302, &got), ST_NOT_FOUND);
    store_abort(t);
}

static void one_size(struct store_txn *t, uint64_t index, uint64_t size)
{
    struct hash proof[PROOF_MOST], expected[PROOF_MOST], root = naive_root(leaves, size);
    size_t count;
    assert_int_equal(hashtree_inclusion(t, index, size, proof, &count), ST_OK);
    assert_int_equal(count, naive_path(index, leaves, size, expected));
    assert_memory_equal(proof, expected, count * sizeof *proof);
    assert_true(proof_inclusion(index, size, &leaves[index], &root, proof, count));
    assert_false(proof_inclusion(index, size, &leaves[index + 1], &root, proof, count));
    assert_false(proof_inclusion(index, size, &leaves[index], &root, proof, count + 1));
    if (count)
        assert_false(proof_inclusion(index, size, &leaves[index], &root, proof, count - 1));
    for (size_t i = 0; i < count; i++) {
        proof[i].b[i % HASH_LEN] ^= 0x10;
        assert_false(proof_inclusion(index, size, &leaves[index], &root, proof, count));
        proof[i].b[i % HASH_LEN] ^= 0x10;
    }
}

static void every_leaf_of_every_size_is_proved(void **state)
{
    (void)state;
    grow(0, 100);
    struct store_txn *t = begin();
    for (uint64_t size = 1; size <= 100; size++)
        for (uint64_t index = 0; index < size; index++)
            one_size(t, index, size);
    store_abort(t);
}

static void one_pair(struct store_txn *t, uint64_t old, uint64_t new)
{
    struct hash proof[PROOF_MOST + 1], expected[PROOF_MOST];
    struct hash old_root = naive_root(leaves, old), new_root = naive_root(leaves, new);
    size_t count;
    assert_int_equal(hashtree_consistency(t, old, new, proof, &count), ST_OK);
    assert_int_equal(count, old ? naive_subproof(old, leaves, new, true, expected) : 0);
    assert_memory_equal(proof, expected, count * sizeof *proof);
    assert_true(proof_consistency(old, new, &old_root, &new_root, proof, count));
    memset(&proof[count], 0, sizeof *proof);
    assert_false(proof_consistency(old, new, &old_root, &new_root, proof, count + 1));
    if (count)
        assert_false(proof_consistency(old, new, &old_root, &new_root, proof, count - 1));
    for (size_t i = 0; i < count; i++) {
        proof[i].b[5] ^= 1;
        assert_false(proof_consistency(old, new, &old_root, &new_root, proof, count));
        proof[i].b[5] ^= 1;
    }
    old_root.b[0] ^= 1;
    assert_false(proof_consistency(old, new, &old_root, &new_root, proof, count));
    old_root.b[0] ^= 1;
    new_root.b[0] ^= 1;
    if (old) /* any tree begins with the empty one */
        assert_false(proof_consistency(old, new, &old_root, &new_root, proof, count));
}

static void every_pair_of_sizes_is_consistent(void **state)
{
    (void)state;
    grow(0, 80);
    struct store_txn *t = begin();
    for (uint64_t new = 0; new <= 80; new ++)
        for (uint64_t old = 0; old <= new; old++)
            one_pair(t, old, new);
    store_abort(t);
}

static void greater_trees_at_random_and_at_powers_of_two(void **state)
{
    (void)state;
    static const uint64_t edges[] = {0, 1, 2, 31, 32, 33, 1023, 1024, 1025, 2047, 2048, 2049, 2999};
    enum { EDGES = sizeof edges / sizeof *edges };
    uint32_t seed = 7;
    grow(0, 1000);
    grow(1000, 1001);
    grow(1001, MOST);
    struct store_txn *t = begin();
    for (size_t i = 0; i < EDGES; i++)
        for (size_t j = i; j < EDGES; j++) {
            one_pair(t, edges[i], edges[j]);
            if (edges[i] < edges[j])
                one_size(t, edges[i], edges[j]);
        }
    for (int i = 0; i < 100; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint64_t new = 1 + (seed >> 8) % (MOST - 1), old = (seed >> 3) % new;
        one_pair(t, old, new);
        one_size(t, old, new);
    }
    store_abort(t);
}

static void what_is_asked_beyond_the_end_is_not_there(void **state)
{
    (void)state;
    struct hash proof[PROOF_MOST], leaf;
    size_t count = 77;
    grow(0, 10);
    struct store_txn *t = begin();
    assert_int_equal(hashtree_inclusion(t, 10, 10, proof, &count), ST_NOT_FOUND);
    assert_int_equal(hashtree_inclusion(t, 0, 11, proof, &count), ST_NOT_FOUND);
    assert_int_equal(hashtree_inclusion(t, 0, UINT64_MAX, proof, &count), ST_NOT_FOUND);
    assert_int_equal(hashtree_consistency(t, 5, 11, proof, &count), ST_NOT_FOUND);
    assert_int_equal(hashtree_consistency(t, 6, 5, proof, &count), ST_NOT_FOUND);
    assert_int_equal(hashtree_leaf(t, 10, &leaf), ST_NOT_FOUND);
    assert_int_equal(hashtree_leaf(t, UINT64_MAX, &leaf), ST_NOT_FOUND);
    assert_int_equal(hashtree_leaf(t, 9, &leaf), ST_OK);
    same(leaf, leaves[9]);
    assert_int_equal(count, 77);
    store_abort(t);
}

static void a_verifier_survives_any_numbers(void **state)
{
    (void)state;
    struct hash proof[PROOF_MOST] = {0};
    struct hash none = proof_empty(), other = leaves[0];
    assert_false(proof_inclusion(0, 0, &other, &other, proof, 0));
    assert_false(proof_inclusion(5, 5, &other, &other, proof, 3));
    assert_false(proof_inclusion(0, UINT64_MAX, &other, &other, proof, PROOF_MOST));
    assert_false(proof_inclusion(UINT64_MAX - 1, UINT64_MAX, &other, &other, proof, PROOF_MOST));
    assert_true(proof_inclusion(0, 1, &other, &other, proof, 0));
    assert_false(proof_consistency(2, 1, &other, &other, proof, 0));
    assert_false(proof_consistency(0, 1, &other, &other, proof, 0)); /* the empty tree has one root only */
    assert_true(proof_consistency(0, 1, &none, &other, proof, 0));
    assert_true(proof_consistency(0, 0, &none, &none, proof, 0));
    assert_false(proof_consistency(0, 0, &none, &other, proof, 0));
    assert_false(proof_consistency(0, 1, &none, &other, proof, 1));
    assert_false(proof_consistency(1, UINT64_MAX, &other, &other, proof, PROOF_MOST));
    assert_false(proof_consistency(UINT64_MAX - 1, UINT64_MAX, &other, &other, proof, PROOF_MOST));
    assert_false(proof_consistency(3, 7, &other, &other, proof, 0));
}

/* Batches of every length, each tried once, given up, and done again. */
static void what_is_rolled_back_was_never_there(void **state)
{
    (void)state;
    uint64_t n = 0;
    for (uint64_t batch = 1; n + batch <= 1200; batch++) {
        struct store_txn *t = begin();
        hashtree_mark(tree);
        for (uint64_t i = 0; i < batch; i++)
            assert_int_equal(hashtree_append(tree, t, &leaves[MOST - 1 - i]), ST_OK);
        if (batch % 2)
            assert_int_equal(hashtree_flush(tree, t), ST_OK);
        store_abort(t);
        hashtree_rollback(tree);
        assert_int_equal(hashtree_size(tree), n);
        grow(n, n + batch);
        n += batch;
        same(hashtree_head(tree), naive_root(leaves, n));
    }
    struct hash root;
    struct store_txn *t = begin();
    assert_int_equal(hashtree_root(t, n, &root), ST_OK);
    same(root, naive_root(leaves, n));
    store_abort(t);
}

static void a_loaded_tree_goes_on_where_it_stopped(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 1100; n += n < 70 ? 1 : 37) {
        uint64_t next = n + (n < 70 ? 1 : 37);
        struct store_txn *t = begin();
        hashtree_free(tree);
        tree = hashtree_new();
        assert_int_equal(hashtree_load(tree, t), ST_OK);
        store_abort(t);
        assert_int_equal(hashtree_size(tree), n);
        same(hashtree_head(tree), naive_root(leaves, n));
        grow(n, next);
    }
}

static void a_missing_or_flipped_tile_is_corrupt(void **state)
{
    (void)state;
    struct hash root;
    struct key k;
    grow(0, 40);
    key_begin(&k);
    key_add_u8(&k, 1);
    key_add_u64(&k, 0);
    assert_int_equal(store_mem_flip(store, DB_TREE, key_bytes(&k), 100), ST_OK);
    struct store_txn *t = begin();
    assert_int_equal(hashtree_load(tree, t), ST_CORRUPT);
    assert_int_equal(hashtree_size(tree), 40); /* untouched */
    assert_int_equal(hashtree_root(t, 40, &root), ST_CORRUPT);
    assert_int_equal(store_del(t, DB_TREE, key_bytes(&k)), ST_OK);
    assert_int_equal(hashtree_load(tree, t), ST_CORRUPT);
    assert_int_equal(store_put(t, DB_TREE, key_bytes(&k), (struct bytes){leaves[0].b, 31}), ST_OK);
    assert_int_equal(hashtree_load(tree, t), ST_CORRUPT);
    store_abort(t);
}

static void a_full_store_is_told_and_rolled_back(void **state)
{
    (void)state;
    enum status st = ST_OK;
    grow(0, 40);
    store_mem_limit(store, 3000);
    struct store_txn *t = begin();
    hashtree_mark(tree);
    for (uint64_t i = 40; !st && i < 200; i++)
        st = hashtree_append(tree, t, &leaves[i]);
    assert_int_equal(st, ST_FULL);
    store_abort(t);
    hashtree_rollback(tree);
    store_mem_limit(store, 0);
    grow(40, 90);
    same(hashtree_head(tree), naive_root(leaves, 90));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(the_root_is_the_definitions_at_every_size), TEST(every_leaf_of_every_size_is_proved),
        TEST(every_pair_of_sizes_is_consistent),         TEST(greater_trees_at_random_and_at_powers_of_two),
        TEST(what_is_asked_beyond_the_end_is_not_there), TEST(a_verifier_survives_any_numbers),
        TEST(what_is_rolled_back_was_never_there),       TEST(a_loaded_tree_goes_on_where_it_stopped),
        TEST(a_missing_or_flipped_tile_is_corrupt),      TEST(a_full_store_is_told_and_rolled_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
