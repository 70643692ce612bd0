#include "daemon/pending.h"

#include "daemon/base/check.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 256 };

/* Stands here while something of the principal is in flight. */
struct principal {
    struct principal *next;
    size_t n;
    char name[];
};

struct slot {
    struct peer peer;
    struct principal *principal; /* NULL: free */
    size_t next_free;
};

struct pending {
    struct slot *slot;
    size_t n, cap, free; /* free: the first free slot below n, or SIZE_MAX */
    size_t count;
    struct principal *bucket[BUCKETS];
};

struct pending *pending_new(void)
{
    struct pending *p = xcalloc(1, sizeof *p);
    p->free = SIZE_MAX;
    return p;
}

static struct principal **find(struct pending *p, const char *name)
{
    uint32_t h = 2166136261u;
    for (const char *c = name; *c; c++)
        h = (h ^ (unsigned char)*c) * 16777619u;
    struct principal **at = &p->bucket[h % BUCKETS];
    while (*at && strcmp((*at)->name, name))
        at = &(*at)->next;
    return at;
}

static struct principal *principal_get(struct pending *p, const char *name)
{
    struct principal **at = find(p, name);
    if (!*at) {
        size_t n = strlen(name) + 1;
        *at = xcalloc(1, sizeof **at + n);
        memcpy((*at)->name, name, n);
    }
    return *at;
}

static void principal_release(struct pending *p, struct principal *one)
{
    if (--one->n)
        return;
    struct principal **at = find(p, one->name);
    *at = one->next;
    free(one);
}

void pending_free(struct pending *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        if (p->slot[i].principal)
            principal_release(p, p->slot[i].principal);
    free(p->slot);
    free(p);
}

static size_t slot_get(struct pending *p)
{
    size_t i = p->free;
    if (i != SIZE_MAX) {
        p->free = p->slot[i].next_free;
        return i;
    }
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 64;
        p->slot = xrealloc(p->slot, p->cap * sizeof *p->slot);
    }
    return p->n++;
}

enum status pending_add(struct pending *p, const struct peer *peer, const char *principal, uint64_t *ret_tag)
{
    struct principal *one = principal_get(p, principal);
    if (one->n >= PENDING_MOST)
        return ST_LIMIT;
    one->n++;
    size_t i = slot_get(p);
    p->slot[i] = (struct slot){*peer, one, SIZE_MAX};
    p->count++;
    *ret_tag = i;
    return ST_OK;
}

bool pending_take(struct pending *p, uint64_t tag, struct peer *ret)
{
    if (tag >= p->n || !p->slot[tag].principal)
        return false;
    struct slot *s = &p->slot[tag];
    *ret = s->peer;
    principal_release(p, s->principal);
    s->principal = NULL;
    s->next_free = p->free;
    p->free = (size_t)tag;
    p->count--;
    return true;
}

size_t pending_count(const struct pending *p)
{
    return p->count;
}
