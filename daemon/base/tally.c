#include "daemon/base/tally.h"

#include "daemon/base/arena.h"
#include "daemon/base/check.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const char *key;
    int64_t n;
};

struct tally {
    struct arena *arena;
    struct entry *entry;
    size_t n, cap;
    size_t *slot; /* place in entry + 1; 0: free */
    size_t slots; /* a power of two */
};

struct tally *tally_new(void)
{
    struct tally *t = xcalloc(1, sizeof *t);
    t->arena = arena_new();
    t->slots = 64;
    t->slot = xcalloc(t->slots, sizeof *t->slot);
    return t;
}

void tally_free(struct tally *t)
{
    if (!t)
        return;
    arena_free(t->arena);
    free(t->entry);
    free(t->slot);
    free(t);
}

/* FNV-1a: the keys are our own, nobody gains by making them meet. */
static uint64_t hash(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 0x100000001b3u;
    return h;
}

static size_t *place(const struct tally *t, const char *key)
{
    size_t i = hash(key) & (t->slots - 1);
    while (t->slot[i] && strcmp(t->entry[t->slot[i] - 1].key, key) != 0)
        i = (i + 1) & (t->slots - 1);
    return &t->slot[i];
}

static void grow(struct tally *t)
{
    free(t->slot);
    t->slots *= 2;
    t->slot = xcalloc(t->slots, sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++)
        *place(t, t->entry[i].key) = i + 1;
}

void tally_add(struct tally *t, const char *key, int64_t n)
{
    size_t *at = place(t, key);
    if (*at) {
        t->entry[*at - 1].n += n;
        return;
    }
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 32;
        t->entry = xrealloc(t->entry, t->cap * sizeof *t->entry);
    }
    t->entry[t->n++] = (struct entry){arena_str(t->arena, key), n};
    *at = t->n;
    if (t->n * 2 > t->slots)
        grow(t);
}

int64_t tally_get(const struct tally *t, const char *key)
{
    size_t at = *place(t, key);
    return at ? t->entry[at - 1].n : 0;
}

size_t tally_count(const struct tally *t)
{
    return t->n;
}

const char *tally_at(const struct tally *t, size_t i, int64_t *ret_n)
{
    REQUIRE(i < t->n);
    *ret_n = t->entry[i].n;
    return t->entry[i].key;
}
