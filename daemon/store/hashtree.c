#include "daemon/store/hashtree.h"

#include "daemon/base/check.h"
#include "daemon/store/key.h"

#include <stdlib.h>
#include <string.h>

/* 2^5 hashes a tile: 1 KiB and the frame stay inside a leaf page, where 2 KiB would take pages of their own. */
enum { BITS = 5, WIDTH = 1 << BITS, LEVELS = 13 };

struct edge {
    uint64_t size;
    bool dirty[LEVELS];
    struct hash open[LEVELS][WIDTH]; /* of level k: (size >> 5k) % 32 */
    struct hash whole[64]; /* where bit b of size is set: the root of the subtree of 2^b leaves that it means */
};

struct hashtree {
    struct edge now, marked;
};

struct hashtree *hashtree_new(void)
{
    return xcalloc(1, sizeof(struct hashtree));
}

void hashtree_free(struct hashtree *h)
{
    free(h);
}

void hashtree_mark(struct hashtree *h)
{
    h->marked = h->now;
}

void hashtree_rollback(struct hashtree *h)
{
    h->now = h->marked;
}

uint64_t hashtree_size(const struct hashtree *h)
{
    return h->now.size;
}

static struct key tile_key(unsigned level, uint64_t tile)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, (uint8_t)level);
    key_add_u64(&k, tile);
    return k;
}

/* Nodes of a level that stand before the end of a tree of that size, whole ones only. */
static uint64_t nodes(uint64_t size, unsigned level)
{
    return size >> (BITS * level);
}

/* The root over 2^height neighbours. */
static struct hash folded(const struct hash *row, unsigned height)
{
    struct hash work[WIDTH];
    memcpy(work, row, sizeof *row << height);
    for (size_t n = (size_t)1 << height; n > 1; n /= 2)
        for (size_t i = 0; i < n / 2; i++)
            work[i] = proof_node(&work[2 * i], &work[2 * i + 1]);
    return work[0];
}

static enum status put_tile(struct store_txn *t, unsigned level, uint64_t tile, const struct hash *row, size_t n)
{
    struct key k = tile_key(level, tile);
    return store_put(t, DB_TREE, key_bytes(&k), (struct bytes){(const uint8_t *)row, n * HASH_LEN});
}

/* A node on a height that begins a level goes into the open tile of the level. */
static enum status add_to_tile(struct edge *e, struct store_txn *t, unsigned level, const struct hash *node)
{
    uint64_t at = nodes(e->size, level);
    e->open[level][at % WIDTH] = *node;
    e->dirty[level] = at % WIDTH != WIDTH - 1;
    return e->dirty[level] ? ST_OK : put_tile(t, level, at / WIDTH, e->open[level], WIDTH);
}

/* As in counting up by one: each bit that is carried over is a pair of subtrees that become one. */
enum status hashtree_append(struct hashtree *h, struct store_txn *t, const struct hash *leaf)
{
    struct edge *e = &h->now;
    struct hash node = *leaf;
    for (unsigned bit = 0;; bit++) {
        enum status st = bit % BITS ? ST_OK : add_to_tile(e, t, bit / BITS, &node);
        if (st)
            return st;
        if (!(e->size >> bit & 1)) {
            e->whole[bit] = node;
            break;
        }
        node = proof_node(&e->whole[bit], &node);
    }
    e->size++;
    return ST_OK;
}

enum status hashtree_flush(struct hashtree *h, struct store_txn *t)
{
    struct edge *e = &h->now;
    for (unsigned level = 0; level < LEVELS; level++) {
        uint64_t n = nodes(e->size, level);
        if (!e->dirty[level])
            continue;
        enum status st = put_tile(t, level, n / WIDTH, e->open[level], n % WIDTH);
        if (st)
            return st;
        e->dirty[level] = false;
    }
    return ST_OK;
}

struct hash hashtree_head(const struct hashtree *h)
{
    const struct edge *e = &h->now;
    struct hash sum = proof_empty();
    bool any = false;
    /* from the right, where the subtrees are small, to the left */
    for (unsigned bit = 0; bit < 64; bit++) {
        if (!(e->size >> bit & 1))
            continue;
        sum = any ? proof_node(&e->whole[bit], &sum) : e->whole[bit];
        any = true;
    }
    return sum;
}

/* n hashes of a stored tile, from `first` on. */
static enum status read_tile(struct store_txn *t, unsigned level, uint64_t tile, size_t first, size_t n,
                             struct hash *ret)
{
    struct key k = tile_key(level, tile);
    struct bytes val;
    enum status st = store_get(t, DB_TREE, key_bytes(&k), &val);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    if (val.n % HASH_LEN || val.n / HASH_LEN < first + n)
        return ST_CORRUPT;
    memcpy(ret, val.p + first * HASH_LEN, n * HASH_LEN);
    return ST_OK;
}

enum status hashtree_stored(struct store_txn *t, uint64_t *ret_size)
{
    struct key above = tile_key(1, 0);
    struct store_cursor *c = store_cursor(t, DB_TREE);
    enum status st = store_seek_before(c, key_bytes(&above));
    if (st == ST_NOT_FOUND) {
        *ret_size = 0;
        st = ST_OK;
    } else if (!st) {
        struct bytes rest = store_key(c), val = store_val(c);
        uint8_t level;
        uint64_t tile;
        size_t n = val.n / HASH_LEN;
        if (key_take_u8(&rest, &level) || key_take_u64(&rest, &tile) || val.n % HASH_LEN || n == 0 || n > WIDTH)
            st = ST_CORRUPT;
        else
            *ret_size = tile * WIDTH + n;
    }
    store_cursor_free(c);
    return st;
}

enum status hashtree_load(struct hashtree *h, struct store_txn *t)
{
    struct edge *e = xcalloc(1, sizeof *e);
    enum status st = hashtree_stored(t, &e->size);
    for (unsigned level = 0; !st && level < LEVELS; level++) {
        uint64_t n = nodes(e->size, level);
        if (n % WIDTH)
            st = read_tile(t, level, n / WIDTH, 0, n % WIDTH, e->open[level]);
    }
    for (unsigned bit = 0; !st && bit < 64; bit++) {
        uint64_t at = (e->size >> bit) - 1; /* among the subtrees of this height */
        if (e->size >> bit & 1)
            e->whole[bit] = folded(&e->open[bit / BITS][(at << bit % BITS) % WIDTH], bit % BITS);
    }
    if (!st)
        h->now = h->marked = *e;
    free(e);
    return st;
}

/* The root over 2^height leaves, the `at`-th such subtree. */
static enum status subtree(struct store_txn *t, unsigned bit, uint64_t at, struct hash *ret)
{
    struct hash row[WIDTH];
    unsigned level = bit / BITS, height = bit % BITS;
    uint64_t first = at << height;
    enum status st = read_tile(t, level, first / WIDTH, first % WIDTH, (size_t)1 << height, row);
    if (!st)
        *ret = folded(row, height);
    return st;
}

/* The root over the leaves [first, first + n), where `first` is a multiple of a power of two that is not below n. */
static enum status range(struct store_txn *t, uint64_t first, uint64_t n, struct hash *ret)
{
    struct hash sum = proof_empty();
    uint64_t end = first + n;
    bool any = false;
    for (unsigned bit = 0; bit < 64; bit++) {
        struct hash whole;
        if (!(n >> bit & 1))
            continue;
        enum status st = subtree(t, bit, (end >> bit) - 1, &whole);
        if (st)
            return st;
        sum = any ? proof_node(&whole, &sum) : whole;
        any = true;
        end -= (uint64_t)1 << bit;
    }
    *ret = sum;
    return ST_OK;
}

static enum status check_size(struct store_txn *t, uint64_t size)
{
    uint64_t stored;
    enum status st = hashtree_stored(t, &stored);
    if (st)
        return st;
    return size <= stored ? ST_OK : ST_NOT_FOUND;
}

enum status hashtree_leaf(struct store_txn *t, uint64_t index, struct hash *ret)
{
    enum status st = index == UINT64_MAX ? ST_NOT_FOUND : check_size(t, index + 1);
    return st ? st : subtree(t, 0, index, ret);
}

enum status hashtree_root(struct store_txn *t, uint64_t size, struct hash *ret)
{
    enum status st = check_size(t, size);
    return st ? st : range(t, 0, size, ret);
}

/* Where a tree of n > 1 leaves is divided: the greatest power of two below n. */
static uint64_t division(uint64_t n)
{
    uint64_t k = 1;
    while (k < n - k)
        k *= 2;
    return k;
}

/* Hashes come from the root downwards and are wanted from the bottom up. */
static void turn_round(struct hash *proof, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct hash other = proof[i];
        proof[i] = proof[n - 1 - i];
        proof[n - 1 - i] = other;
    }
}

/* One step down towards the leaf `at`: the half that it is not in goes into the proof. */
static enum status step_down(struct store_txn *t, uint64_t at, uint64_t *first, uint64_t *n, struct hash *ret)
{
    uint64_t k = division(*n), begin = *first, width = *n;
    if (at - begin < k) {
        *n = k;
        return range(t, begin + k, width - k, ret);
    }
    *first = begin + k;
    *n = width - k;
    return range(t, begin, k, ret);
}

enum status hashtree_inclusion(struct store_txn *t, uint64_t index, uint64_t size, struct hash ret_proof[PROOF_MOST],
                               size_t *ret_count)
{
    uint64_t first = 0, n = size;
    size_t count = 0;
    enum status st = index < size ? check_size(t, size) : ST_NOT_FOUND;
    while (!st && n > 1 && count < PROOF_MOST)
        st = step_down(t, index, &first, &n, &ret_proof[count++]);
    if (st)
        return st;
    turn_round(ret_proof, count);
    *ret_count = count;
    return ST_OK;
}

enum status hashtree_consistency(struct store_txn *t, uint64_t old_size, uint64_t new_size,
                                 struct hash ret_proof[PROOF_MOST], size_t *ret_count)
{
    uint64_t first = 0, n = new_size;
    size_t count = 0;
    enum status st = old_size <= new_size ? check_size(t, new_size) : ST_NOT_FOUND;
    if (st)
        return st;
    /* down along the end of the old tree, until a subtree ends where the old tree does */
    while (!st && old_size && first + n != old_size && count < PROOF_MOST)
        st = step_down(t, old_size - 1, &first, &n, &ret_proof[count++]);
    /* that subtree is in both; when it is the whole old tree, the verifier has it already */
    if (!st && old_size && first > 0 && count < PROOF_MOST)
        st = range(t, first, n, &ret_proof[count++]);
    if (st)
        return st;
    turn_round(ret_proof, count);
    *ret_count = count;
    return ST_OK;
}
