#include "daemon/base/arena.h"

#include "daemon/base/check.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, ALIGN = alignof(max_align_t) };

struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t handed_out;
};

static struct block *block_new(size_t size, struct block *older)
{
    struct block *b = xmalloc(sizeof *b + size);
    b->older = older;
    b->size = size;
    b->used = 0;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = xcalloc(1, sizeof *a);
    a->newest = block_new(FIRST_BLOCK, NULL);
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->newest, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    while (a->newest->older) {
        struct block *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
    a->newest->used = 0;
    a->handed_out = 0;
}

size_t arena_used(const struct arena *a)
{
    return a->handed_out;
}

/* n bytes as they are, at a multiple of `align`. */
static void *take(struct arena *a, size_t n, size_t align)
{
    REQUIRE(n <= SIZE_MAX / 4);
    struct block *b = a->newest;
    size_t at = (b->used + align - 1) & ~(align - 1);
    if (at > b->size || n > b->size - at) {
        size_t size = b->size * 2;
        b = a->newest = block_new(size < n ? n : size, b);
        at = 0;
    }
    b->used = at + n;
    a->handed_out += n;
    return b->bytes + at;
}

void *arena_alloc(struct arena *a, size_t n)
{
    return memset(take(a, n, ALIGN), 0, n);
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
    void *q = take(a, n, ALIGN);
    if (n)
        memcpy(q, p, n);
    return q;
}

char *arena_strn(struct arena *a, const char *s, size_t n)
{
    char *q = take(a, n + 1, 1);
    if (n)
        memcpy(q, s, n);
    q[n] = 0;
    return q;
}

char *arena_str(struct arena *a, const char *s)
{
    return arena_strn(a, s, strlen(s));
}

/* Most texts are short: formatted once and copied, the long ones a second time at their place. */
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char text[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    REQUIRE(n >= 0);
    char *q = take(a, (size_t)n + 1, 1);
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
