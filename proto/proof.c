#include "proto/proof.h"

#include <string.h>

struct hash proof_leaf(struct bytes record)
{
    return hash_two("\x00", 1, record.p, record.n);
}

struct hash proof_node(const struct hash *left, const struct hash *right)
{
    uint8_t first[1 + HASH_LEN] = {1};
    memcpy(first + 1, left->b, HASH_LEN);
    return hash_two(first, sizeof first, right->b, HASH_LEN);
}

struct hash proof_empty(void)
{
    return hash_of(NULL, 0);
}

static void put_be64(uint8_t *p, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(n >> (56 - 8 * i));
}

struct head_text proof_head_text(uint64_t generation, uint64_t number, const struct hash *root)
{
    struct head_text t = {{'l', 'e', 'e', 'w', 'a', 'y', ' ', 'h', 'e', 'a', 'd', ' ', '1', 0, 0, 0}};
    put_be64(t.b + 16, generation);
    put_be64(t.b + 24, number);
    memcpy(t.b + 32, root->b, HASH_LEN);
    return t;
}

static bool equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->b, b->b, HASH_LEN) == 0;
}

/* From the leaf to the root. `at` is the number of our node among the nodes of its height, `last` the number of the
 * rightmost one. A rightmost node that is a left child has no neighbour: it stands for its parent too. */
bool proof_inclusion(uint64_t index, uint64_t size, const struct hash *leaf, const struct hash *root,
                     const struct hash *proof, size_t count)
{
    if (index >= size)
        return false;
    uint64_t at = index, last = size - 1;
    struct hash sum = *leaf;
    size_t used = 0;
    for (; last > 0; at >>= 1, last >>= 1) {
        if (at == last && !(at & 1))
            continue;
        if (used == count)
            return false;
        sum = at & 1 ? proof_node(&proof[used], &sum) : proof_node(&sum, &proof[used]);
        used++;
    }
    return used == count && equal(&sum, root);
}

/* The same climb for two trees at once, from the last node that both have: it begins at the greatest whole subtree at
 * the end of the old tree. What stands left of the path is in both trees, what stands right of it in the new one alone.
 */
static bool climb(uint64_t at, uint64_t last, struct hash both, const struct hash *old_root,
                  const struct hash *new_root, const struct hash *proof, size_t count)
{
    struct hash old_sum = both, new_sum = both;
    size_t used = 0;
    for (; last > 0; at >>= 1, last >>= 1) {
        if (at == last && !(at & 1))
            continue;
        if (used == count)
            return false;
        if (at & 1) {
            old_sum = proof_node(&proof[used], &old_sum);
            new_sum = proof_node(&proof[used], &new_sum);
        } else {
            new_sum = proof_node(&new_sum, &proof[used]);
        }
        used++;
    }
    return used == count && equal(&old_sum, old_root) && equal(&new_sum, new_root);
}

bool proof_consistency(uint64_t old_size, uint64_t new_size, const struct hash *old_root, const struct hash *new_root,
                       const struct hash *proof, size_t count)
{
    struct hash empty = proof_empty();
    if (old_size > new_size)
        return false;
    if (old_size == 0)
        return count == 0 && equal(old_root, &empty) && (new_size > 0 || equal(new_root, &empty));
    if (old_size == new_size)
        return count == 0 && equal(old_root, new_root);
    uint64_t at = old_size - 1, last = new_size - 1;
    while (at & 1) {
        at >>= 1;
        last >>= 1;
    }
    /* a whole old tree is itself where both begin, so the proof need not name it */
    if (at == 0)
        return climb(0, last, *old_root, old_root, new_root, proof, count);
    return count > 0 && climb(at, last, proof[0], old_root, new_root, proof + 1, count - 1);
}
