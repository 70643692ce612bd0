#include "daemon/bus/group.h"

#include "daemon/base/check.h"

#include <stdlib.h>
#include <string.h>

struct member {
    struct member *next;
    char *name;
    size_t undone;
    bool here;
    struct tick gone;
};

struct entry {
    uint64_t position;
    int64_t kase, fence;
    struct member *owner; /* NULL: nobody is there to have it */
    bool sent, again;
    bool settled; /* before it was read: nothing is to be done when the reading comes there */
};

struct group {
    struct member *members;
    size_t nmembers;
    struct entry *entry; /* by rising position */
    size_t n, cap;
    uint64_t read;
    int64_t fence;
};

struct group *group_new(uint64_t read, int64_t fence)
{
    struct group *g = xcalloc(1, sizeof *g);
    g->read = read;
    g->fence = fence + 1;
    return g;
}

static void member_free(struct member *m)
{
    free(m->name);
    free(m);
}

void group_free(struct group *g)
{
    if (!g)
        return;
    while (g->members) {
        struct member *m = g->members;
        g->members = m->next;
        member_free(m);
    }
    free(g->entry);
    free(g);
}

/* ---- entries ---- */

/* Where the position is, or would be. */
static size_t place_of(const struct group *g, uint64_t position)
{
    size_t low = 0, high = g->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->entry[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *entry_find(struct group *g, uint64_t position)
{
    size_t i = place_of(g, position);
    return i < g->n && g->entry[i].position == position ? &g->entry[i] : NULL;
}

static struct entry *entry_put(struct group *g, uint64_t position, int64_t kase)
{
    size_t i = place_of(g, position);
    if (g->n == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 64;
        g->entry = xrealloc(g->entry, g->cap * sizeof *g->entry);
    }
    memmove(g->entry + i + 1, g->entry + i, (g->n - i) * sizeof *g->entry);
    g->n++;
    g->entry[i] = (struct entry){.position = position, .kase = kase};
    return &g->entry[i];
}

static void entry_remove(struct group *g, struct entry *e)
{
    size_t i = (size_t)(e - g->entry);
    if (e->owner)
        e->owner->undone--;
    memmove(g->entry + i, g->entry + i + 1, (g->n - i - 1) * sizeof *g->entry);
    g->n--;
}

static void give(struct entry *e, struct member *m, int64_t fence)
{
    if (e->owner)
        e->owner->undone--;
    e->owner = m;
    e->fence = fence;
    if (m)
        m->undone++;
}

/* Who has the case, else who is here and has least; NULL: nobody is here. */
static struct member *owner_for(const struct group *g, int64_t kase)
{
    struct member *best = NULL;
    for (size_t i = 0; i < g->n; i++)
        if (g->entry[i].kase == kase && g->entry[i].owner)
            return g->entry[i].owner;
    for (struct member *m = g->members; m; m = m->next)
        if (m->here && (!best || m->undone < best->undone))
            best = m;
    return best;
}

/* Entries without an owner find one. */
static void share_out(struct group *g)
{
    for (size_t i = 0; i < g->n; i++) {
        struct entry *e = &g->entry[i];
        if (e->owner || e->settled)
            continue;
        struct member *m = owner_for(g, e->kase);
        if (m)
            give(e, m, g->fence);
    }
}

/* ---- members ---- */

static struct member *member_find(const struct group *g, const char *name)
{
    struct member *m = g->members;
    while (m && strcmp(m->name, name) != 0)
        m = m->next;
    return m;
}

static struct member *member_get(struct group *g, const char *name)
{
    struct member *m = member_find(g, name);
    if (m || g->nmembers == GROUP_MEMBERS_MOST)
        return m;
    m = xcalloc(1, sizeof *m);
    m->name = xstrdup(name);
    m->next = g->members;
    g->members = m;
    g->nmembers++;
    return m;
}

struct member *group_join(struct group *g, const char *name)
{
    struct member *m = member_get(g, name);
    if (!m)
        return NULL;
    m->here = true;
    for (size_t i = 0; i < g->n; i++)
        if (g->entry[i].owner == m)
            g->entry[i].sent = false;
    share_out(g);
    return m;
}

void group_leave(struct group *g, struct member *m, struct tick now)
{
    (void)g;
    m->here = false;
    m->gone = now;
}

void group_expel(struct group *g, struct member *m)
{
    struct member **at = &g->members;
    g->fence++;
    for (size_t i = 0; i < g->n; i++) {
        struct entry *e = &g->entry[i];
        if (e->owner != m)
            continue;
        give(e, NULL, g->fence);
        e->again = e->again || e->sent;
        e->sent = false;
    }
    while (*at != m)
        at = &(*at)->next;
    *at = m->next;
    g->nmembers--;
    member_free(m);
    share_out(g);
}

bool group_expire(struct group *g, struct tick now, int64_t limit_ms)
{
    bool any = false;
    for (struct member *m = g->members, *next; m; m = next) {
        next = m->next;
        if (m->here || now.ms - m->gone.ms < limit_ms)
            continue;
        group_expel(g, m);
        any = true;
    }
    return any;
}

bool group_deserted(const struct group *g)
{
    return !g->members;
}

/* ---- what the store says ---- */

void group_claimed(struct group *g, const char *name, uint64_t position, int64_t kase, int64_t fence, struct tick now)
{
    struct entry *e = entry_find(g, position);
    struct member *m = member_find(g, name);
    if (fence >= g->fence)
        g->fence = fence + 1;
    if (!m && (m = member_get(g, name)))
        m->gone = now;
    if (!m || (e && e->owner == m && e->fence == fence))
        return;
    if (!e)
        e = entry_put(g, position, kase);
    give(e, m, fence);
    e->sent = true;
}

void group_settled(struct group *g, uint64_t position)
{
    struct entry *e = entry_find(g, position);
    if (position > g->read) { /* the reading comes there later, and finds it done */
        if (!e)
            e = entry_put(g, position, 0);
        give(e, NULL, 0);
        e->settled = true;
    } else if (e)
        entry_remove(g, e);
}

/* ---- the stream ---- */

uint64_t group_read(const struct group *g)
{
    return g->read;
}

size_t group_room(const struct group *g)
{
    return g->n < GROUP_MOST ? GROUP_MOST - g->n : 0;
}

void group_add(struct group *g, uint64_t position, int64_t kase)
{
    struct entry *e = entry_find(g, position);
    g->read = position;
    if (e && e->settled)
        entry_remove(g, e);
    else if (e)
        e->kase = kase;
    else
        entry_put(g, position, kase);
    share_out(g);
}

static bool ready(const struct entry *e, const struct member *m)
{
    return e->owner == m && !e->sent;
}

size_t group_take(struct group *g, struct member *m, size_t most, uint64_t *position, int64_t *ret_fence,
                  bool *ret_again)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n && n < most; i++) {
        struct entry *e = &g->entry[i];
        if (!ready(e, m))
            continue;
        if (n && (e->fence != *ret_fence || e->again != *ret_again))
            break;
        *ret_fence = e->fence;
        *ret_again = e->again;
        e->sent = true;
        position[n++] = e->position;
    }
    return n;
}

void group_untake(struct group *g, const uint64_t *position, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct entry *e = entry_find(g, position[i]);
        if (e)
            e->sent = false;
    }
}

bool group_waits(const struct group *g, const struct member *m)
{
    for (size_t i = 0; i < g->n; i++)
        if (ready(&g->entry[i], m))
            return true;
    return false;
}
