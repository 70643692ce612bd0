#include "daemon/store/ordmap.h"

#include "daemon/base/check.h"
#include "daemon/base/hash.h"
#include "daemon/store/key.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ordmap_item {
    atomic_size_t refs;
    size_t nkey, nval;
    uint8_t bytes[]; /* the key, then the value */
};

struct ordmap {
    atomic_size_t refs;
    uint64_t priority;
    size_t count, size; /* of the whole subtree */
    struct ordmap *left, *right;
    struct ordmap_item *item;
};

struct bytes ordmap_key(const struct ordmap_item *it)
{
    return (struct bytes){it->bytes, it->nkey};
}

struct bytes ordmap_val(const struct ordmap_item *it)
{
    return (struct bytes){it->bytes + it->nkey, it->nval};
}

uint8_t *ordmap_room(struct ordmap_item *it)
{
    return it->bytes + it->nkey;
}

struct ordmap_item *ordmap_hold(struct ordmap_item *it)
{
    if (it)
        atomic_fetch_add(&it->refs, 1);
    return it;
}

void ordmap_release(struct ordmap_item *it)
{
    if (it && atomic_fetch_sub(&it->refs, 1) == 1)
        free(it);
}

static struct ordmap_item *item_new(struct bytes key, size_t nval)
{
    REQUIRE(nval <= SIZE_MAX / 4 && key.n <= SIZE_MAX / 4);
    struct ordmap_item *it = xmalloc(sizeof *it + key.n + nval);
    atomic_init(&it->refs, 1);
    it->nkey = key.n;
    it->nval = nval;
    memcpy(it->bytes, key.p, key.n);
    return it;
}

struct ordmap *ordmap_share(struct ordmap *m)
{
    if (m)
        atomic_fetch_add(&m->refs, 1);
    return m;
}

void ordmap_drop(struct ordmap *m)
{
    if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
        return;
    ordmap_drop(m->left);
    ordmap_drop(m->right);
    ordmap_release(m->item);
    free(m);
}

size_t ordmap_count(const struct ordmap *m)
{
    return m ? m->count : 0;
}

size_t ordmap_bytes(const struct ordmap *m)
{
    return m ? m->size : 0;
}

static struct ordmap *summed(struct ordmap *m)
{
    m->count = 1 + ordmap_count(m->left) + ordmap_count(m->right);
    m->size = m->item->nkey + m->item->nval + ordmap_bytes(m->left) + ordmap_bytes(m->right);
    return m;
}

static struct ordmap *node_new(uint64_t priority, struct ordmap_item *item, struct ordmap *left, struct ordmap *right)
{
    struct ordmap *m = xmalloc(sizeof *m);
    atomic_init(&m->refs, 1);
    m->priority = priority;
    m->left = left;
    m->right = right;
    m->item = item;
    return summed(m);
}

/* Takes a reference and gives a node that nobody else sees. */
static struct ordmap *own(struct ordmap *m)
{
    if (atomic_load(&m->refs) == 1)
        return m;
    struct ordmap *copy = node_new(m->priority, ordmap_hold(m->item), ordmap_share(m->left), ordmap_share(m->right));
    ordmap_drop(m);
    return copy;
}

/* Takes m; what is below the key goes left, what is above goes right, and the key itself is dropped. */
static void split(struct ordmap *m, struct bytes key, struct ordmap **left, struct ordmap **right)
{
    if (!m) {
        *left = *right = NULL;
        return;
    }
    int order = key_compare(ordmap_key(m->item), key);
    if (order == 0) {
        *left = ordmap_share(m->left);
        *right = ordmap_share(m->right);
        ordmap_drop(m);
        return;
    }
    m = own(m);
    if (order < 0) {
        split(m->right, key, &m->right, right);
        *left = summed(m);
    } else {
        split(m->left, key, left, &m->left);
        *right = summed(m);
    }
}

/* Takes both; every key of left is below every key of right. */
static struct ordmap *joined(struct ordmap *left, struct ordmap *right)
{
    if (!left || !right)
        return left ? left : right;
    if (left->priority >= right->priority) {
        left = own(left);
        left->right = joined(left->right, right);
        return summed(left);
    }
    right = own(right);
    right->left = joined(left, right->left);
    return summed(right);
}

static struct ordmap *put(struct ordmap *m, uint64_t priority, struct ordmap_item *item)
{
    /* equal priorities of unequal keys go on down: any fixed rule will do */
    if (!m || priority > m->priority) {
        struct ordmap *left, *right;
        split(m, ordmap_key(item), &left, &right);
        return node_new(priority, item, left, right);
    }
    m = own(m);
    int order = key_compare(ordmap_key(item), ordmap_key(m->item));
    if (order == 0) {
        ordmap_release(m->item);
        m->item = item;
    } else if (order < 0) {
        m->left = put(m->left, priority, item);
    } else {
        m->right = put(m->right, priority, item);
    }
    return summed(m);
}

struct ordmap *ordmap_put(struct ordmap *m, struct bytes key, size_t nval, uint8_t **ret_room)
{
    struct ordmap_item *item = item_new(key, nval);
    *ret_room = ordmap_room(item);
    return put(m, checksum(key.p, key.n, NULL, 0), item);
}

static struct ordmap *del(struct ordmap *m, struct bytes key)
{
    int order = key_compare(key, ordmap_key(m->item));
    if (order == 0) {
        struct ordmap *rest = joined(ordmap_share(m->left), ordmap_share(m->right));
        ordmap_drop(m);
        return rest;
    }
    m = own(m);
    if (order < 0)
        m->left = del(m->left, key);
    else
        m->right = del(m->right, key);
    return summed(m);
}

struct ordmap *ordmap_del(struct ordmap *m, struct bytes key)
{
    return ordmap_get(m, key) ? del(m, key) : m;
}

struct ordmap_item *ordmap_get(const struct ordmap *m, struct bytes key)
{
    struct ordmap_item *it = ordmap_from(m, key);
    return it && key_compare(ordmap_key(it), key) == 0 ? it : NULL;
}

/* The first item whose key compares with `key` at `least` or above (0: equal counts too). */
static struct ordmap_item *first_above(const struct ordmap *m, struct bytes key, int least)
{
    struct ordmap_item *best = NULL;
    while (m) {
        if (key_compare(ordmap_key(m->item), key) >= least) {
            best = m->item;
            m = m->left;
        } else {
            m = m->right;
        }
    }
    return best;
}

struct ordmap_item *ordmap_from(const struct ordmap *m, struct bytes key)
{
    return first_above(m, key, 0);
}

struct ordmap_item *ordmap_after(const struct ordmap *m, struct bytes key)
{
    return first_above(m, key, 1);
}

struct ordmap_item *ordmap_before(const struct ordmap *m, struct bytes key)
{
    struct ordmap_item *best = NULL;
    while (m) {
        if (key.n == 0 || key_compare(ordmap_key(m->item), key) < 0) {
            best = m->item;
            m = m->right;
        } else {
            m = m->left;
        }
    }
    return best;
}
