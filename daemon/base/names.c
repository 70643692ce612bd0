#include "daemon/base/names.h"

#include "daemon/base/text.h"

#include <string.h>

enum { FIRST_CAP = 16 };

static bool is(const struct name_slot *s, const char *name, size_t n, uint64_t head)
{
    return s->head == head && s->n == n && text_same_rest(s->name, name, n);
}

/* The slot of a name, or the free one where it would stand. Names of one family begin alike: the end counts as well. */
static struct name_slot *place(const struct name_table *t, const char *name, size_t n, uint64_t head)
{
    uint64_t tail = head;
    if (n > sizeof tail)
        memcpy(&tail, name + n - sizeof tail, sizeof tail);
    uint64_t mixed = (head ^ (tail << 17 | tail >> 47) ^ n) * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = (size_t)(mixed >> 32);; i++) {
        struct name_slot *s = &t->slot[i & (t->cap - 1)];
        if (!s->name || is(s, name, n, head))
            return s;
    }
}

static void grow(struct arena *a, struct name_table *t)
{
    struct name_table more = {.n = t->n, .cap = t->cap ? t->cap * 2 : FIRST_CAP};
    more.slot = ARENA_ARRAY(a, struct name_slot, more.cap);
    for (size_t i = 0; i < t->cap; i++)
        if (t->slot[i].name)
            *place(&more, t->slot[i].name, t->slot[i].n, t->slot[i].head) = t->slot[i];
    *t = more;
}

void names_put(struct arena *a, struct name_table *t, const char *name, void *thing)
{
    size_t n = strlen(name);
    uint64_t head = text_head(name, n);
    if (t->n * 4 >= t->cap * 3)
        grow(a, t);
    struct name_slot *s = place(t, name, n, head);
    if (s->name)
        return;
    *s = (struct name_slot){name, head, n, thing};
    t->n++;
}

void *names_find(const struct name_table *t, const char *name)
{
    if (!name || !t->n)
        return NULL;
    size_t n = strlen(name);
    return place(t, name, n, text_head(name, n))->thing;
}
