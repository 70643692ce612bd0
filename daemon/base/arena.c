#include "daemon/base/arena.h"

#include "daemon/base/check.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, KEPT = 1024 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

/* Go on in a block: all of it is free. */
static void enter(struct arena *a, struct arena_block *b)
{
    a->newest = b;
    a->at = b->bytes;
    a->end = b->bytes + b->size;
}

static struct arena_block *block_new(size_t size, struct arena_block *older)
{
    struct arena_block *b = xmalloc(sizeof *b + size);
    b->older = older;
    b->size = size;
    return b;
}

struct arena *arena_new_small(size_t first)
{
    struct arena *a = xcalloc(1, sizeof *a);
    enter(a, block_new(first, NULL));
    return a;
}

struct arena *arena_new(void)
{
    return arena_new_small(FIRST_BLOCK);
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct arena_block *b = a->newest, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    free(a);
}

/* The largest block up to KEPT stays: the next request is probably as large as this one was. */
void arena_reset(struct arena *a)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *b = a->newest, *older; b; b = older) {
        older = b->older;
        if (!kept && (b->size <= KEPT || !older))
            kept = b;
        else
            free(b);
    }
    kept->older = NULL;
    enter(a, kept);
    a->older = 0;
}

size_t arena_used(const struct arena *a)
{
    return a->older + (size_t)(a->at - a->newest->bytes);
}

/* Blocks grow, so that there are few of them. */
void *arena_take_slowly(struct arena *a, size_t n, size_t align)
{
    REQUIRE(n <= SIZE_MAX / 4);
    size_t size = a->newest->size * 2;
    a->older = arena_used(a);
    enter(a, block_new(size < n ? n : size, a->newest));
    return arena_take(a, n, align);
}

/* Most texts are short: formatted once and copied, the long ones a second time at their place. */
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char text[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    REQUIRE(n >= 0);
    char *q = arena_take(a, (size_t)n + 1, 1);
    if ((size_t)n < sizeof text)
        memcpy(q, text, (size_t)n + 1);
    else
        vsnprintf(q, (size_t)n + 1, fmt, again);
    va_end(again);
    return q;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *q = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return q;
}
