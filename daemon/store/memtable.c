#include "daemon/store/memtable.h"

#include "daemon/base/check.h"
#include "daemon/store/key.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A piece is small enough that the allocator takes it from what it has and gives it back there. */
enum { HEIGHT_MOST = 12, PIECE = 64 * 1024 };

static const uint64_t NEVER = UINT64_MAX; /* the number of what was undone: no snapshot is that young */

struct version {
    atomic_uint_fast64_t snapshot;
    struct version *older;
    struct version *before; /* the one that the same transaction wrote before it */
    size_t n;
    bool deleted;
    uint8_t bytes[];
};

struct memtable_item {
    uint64_t head; /* the first eight bytes of the key as a number, zeros behind a shorter one */
    _Atomic(struct version *) newest;
    uint32_t nkey;
    int height;
    _Atomic(struct memtable_item *) next[]; /* `height` of them; behind them the key */
};

struct piece {
    struct piece *older;
    alignas(max_align_t) uint8_t bytes[];
};

struct list {
    struct memtable_item *front; /* before all keys */
};

struct pool {
    struct piece *piece;
    uint8_t *room;
    size_t left;
};

/* Items lie together and values elsewhere: a search goes from item to item and should find them in few pages. */
struct memtable {
    atomic_size_t refs;
    struct pool items, values;
    atomic_size_t bytes;
    uint64_t toss; /* of the heights; any sequence will do, this one is the same on every machine */
    struct version *running;
    unsigned nlists;
    struct list list[];
};

/* ---- memory ---- */

static void *take(struct memtable *m, struct pool *from, size_t n)
{
    const size_t align = alignof(max_align_t);
    n = (n + align - 1) / align * align;
    if (n > from->left) {
        size_t size = n > PIECE / 4 ? n : PIECE;
        struct piece *p = xmalloc(sizeof *p + size);
        atomic_fetch_add_explicit(&m->bytes, sizeof *p + size, memory_order_relaxed);
        p->older = from->piece;
        from->piece = p;
        if (size == n)
            return p->bytes; /* a large one has its own; what is left of the piece before still serves */
        from->room = p->bytes;
        from->left = size;
    }
    void *ret = from->room;
    from->room += n;
    from->left -= n;
    return ret;
}

static uint64_t head_of(struct bytes key)
{
    uint8_t b[8] = {0};
    memcpy(b, key.p ? (const void *)key.p : "", key.n < sizeof b ? key.n : sizeof b);
    return be64_read(b);
}

static struct memtable_item *item_new(struct memtable *m, struct bytes key, int height)
{
    size_t links = (size_t)height * sizeof(_Atomic(struct memtable_item *));
    struct memtable_item *it = take(m, &m->items, sizeof *it + links + key.n);
    it->head = head_of(key);
    it->nkey = (uint32_t)key.n;
    it->height = height;
    atomic_init(&it->newest, NULL);
    for (int i = 0; i < height; i++)
        atomic_init(&it->next[i], NULL);
    if (key.n)
        memcpy((uint8_t *)(it->next + height), key.p, key.n);
    return it;
}

static void pool_free(struct pool *pool)
{
    for (struct piece *p = pool->piece, *older; p; p = older) {
        older = p->older;
        free(p);
    }
}

struct memtable *memtable_new(unsigned lists)
{
    struct memtable *m = xcalloc(1, sizeof *m + lists * sizeof *m->list);
    atomic_init(&m->refs, 1);
    atomic_init(&m->bytes, 0);
    m->toss = 0x9e3779b97f4a7c15u;
    m->nlists = lists;
    for (unsigned i = 0; i < lists; i++)
        m->list[i].front = item_new(m, (struct bytes){NULL, 0}, HEIGHT_MOST);
    return m;
}

struct memtable *memtable_share(struct memtable *m)
{
    atomic_fetch_add(&m->refs, 1);
    return m;
}

void memtable_drop(struct memtable *m)
{
    if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
        return;
    pool_free(&m->items);
    pool_free(&m->values);
    free(m);
}

size_t memtable_bytes(const struct memtable *m)
{
    return atomic_load_explicit(&m->bytes, memory_order_relaxed);
}

/* ---- the walk ---- */

struct bytes memtable_key(const struct memtable_item *it)
{
    return (struct bytes){(const uint8_t *)(it->next + it->height), it->nkey};
}

static struct memtable_item *next_of(const struct memtable_item *it, int level)
{
    return atomic_load_explicit(&it->next[level], memory_order_acquire);
}

/* Behind their heads, which are alike. */
static int tail_compare(const struct memtable_item *it, struct bytes key)
{
    const uint8_t *mine = (const uint8_t *)(it->next + it->height);
    size_t n = it->nkey < key.n ? it->nkey : key.n;
    int order = n > sizeof it->head ? memcmp(mine + sizeof it->head, key.p + sizeof it->head, n - sizeof it->head) : 0;
    return order ? order : (it->nkey > key.n) - (it->nkey < key.n);
}

static inline bool is_below(const struct memtable_item *it, uint64_t head, struct bytes key)
{
    return it->head != head ? it->head < head : tail_compare(it, key) < 0;
}

/* The last item below the key at each level; the front stands for none. */
static void descend(const struct memtable *m, unsigned list, struct bytes key, struct memtable_item *ret[HEIGHT_MOST])
{
    struct memtable_item *at = m->list[list].front;
    uint64_t head = head_of(key);
    for (int level = HEIGHT_MOST - 1; level >= 0; level--) {
        for (struct memtable_item *n; (n = next_of(at, level)) && is_below(n, head, key);)
            at = n;
        ret[level] = at;
    }
}

/* What a snapshot sees of an item; NULL: nothing yet. */
static struct version *seen(const struct memtable_item *it, uint64_t snapshot)
{
    struct version *v = atomic_load_explicit(&it->newest, memory_order_acquire);
    while (v && atomic_load_explicit(&v->snapshot, memory_order_relaxed) > snapshot)
        v = v->older;
    return v;
}

static const struct memtable_item *first_seen(const struct memtable_item *it, uint64_t snapshot)
{
    while (it && !seen(it, snapshot))
        it = next_of(it, 0);
    return it;
}

const struct memtable_item *memtable_from(const struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key)
{
    struct memtable_item *below[HEIGHT_MOST];
    descend(m, list, key, below);
    return first_seen(next_of(below[0], 0), snapshot);
}

/* Who walks will ask for the one behind it, which lies elsewhere. */
const struct memtable_item *memtable_next(const struct memtable_item *it, uint64_t snapshot)
{
    const struct memtable_item *next = first_seen(next_of(it, 0), snapshot), *behind = next ? next_of(next, 0) : NULL;
    if (behind)
        __builtin_prefetch(atomic_load_explicit(&behind->newest, memory_order_relaxed));
    return next;
}

const struct memtable_item *memtable_get(const struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key)
{
    struct memtable_item *below[HEIGHT_MOST];
    descend(m, list, key, below);
    const struct memtable_item *it = next_of(below[0], 0);
    return it && key_compare(memtable_key(it), key) == 0 && seen(it, snapshot) ? it : NULL;
}

static const struct memtable_item *last_of(const struct memtable *m, unsigned list)
{
    const struct memtable_item *at = m->list[list].front;
    for (int level = HEIGHT_MOST - 1; level >= 0; level--)
        for (const struct memtable_item *n; (n = next_of(at, level));)
            at = n;
    return at;
}

const struct memtable_item *memtable_before(const struct memtable *m, unsigned list, uint64_t snapshot,
                                            struct bytes key)
{
    const struct memtable_item *front = m->list[list].front, *at;
    struct memtable_item *below[HEIGHT_MOST];
    if (key.n) {
        descend(m, list, key, below);
        at = below[0];
    } else {
        at = last_of(m, list);
    }
    while (at != front && !seen(at, snapshot)) {
        descend(m, list, memtable_key(at), below);
        at = below[0];
    }
    return at == front ? NULL : at;
}

bool memtable_val(const struct memtable_item *it, uint64_t snapshot, struct bytes *ret)
{
    const struct version *v = seen(it, snapshot);
    REQUIRE(v);
    *ret = (struct bytes){v->bytes, v->n};
    return !v->deleted;
}

/* ---- writing ---- */

static int height_tossed(struct memtable *m)
{
    int height = 1;
    m->toss ^= m->toss << 13;
    m->toss ^= m->toss >> 7;
    m->toss ^= m->toss << 17;
    for (uint64_t bits = m->toss; height < HEIGHT_MOST && (bits & 3) == 0; bits >>= 2)
        height++;
    return height;
}

static struct memtable_item *item_of(struct memtable *m, unsigned list, struct bytes key)
{
    struct memtable_item *below[HEIGHT_MOST];
    REQUIRE(list < m->nlists && key.n > 0);
    descend(m, list, key, below);
    struct memtable_item *it = next_of(below[0], 0);
    if (it && key_compare(memtable_key(it), key) == 0)
        return it;
    it = item_new(m, key, height_tossed(m));
    for (int level = 0; level < it->height; level++) {
        atomic_store_explicit(&it->next[level], next_of(below[level], level), memory_order_relaxed);
        atomic_store_explicit(&below[level]->next[level], it, memory_order_release);
    }
    return it;
}

static struct version *write_version(struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key, size_t n)
{
    struct memtable_item *it = item_of(m, list, key);
    struct version *old = atomic_load_explicit(&it->newest, memory_order_relaxed),
                   *v = take(m, &m->values, sizeof *v + n);
    atomic_init(&v->snapshot, snapshot);
    /* what the same transaction wrote before, and what was undone, nobody will ever see */
    while (old && atomic_load_explicit(&old->snapshot, memory_order_relaxed) >= snapshot)
        old = old->older;
    v->older = old;
    v->before = m->running;
    v->n = n;
    v->deleted = false;
    m->running = v;
    atomic_store_explicit(&it->newest, v, memory_order_release);
    return v;
}

uint8_t *memtable_put(struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key, size_t n)
{
    return write_version(m, list, snapshot, key, n)->bytes;
}

void memtable_del(struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key)
{
    write_version(m, list, snapshot, key, 0)->deleted = true;
}

void memtable_keep(struct memtable *m)
{
    m->running = NULL;
}

void memtable_undo(struct memtable *m)
{
    for (struct version *v = m->running; v; v = v->before)
        atomic_store_explicit(&v->snapshot, NEVER, memory_order_relaxed);
    m->running = NULL;
}
