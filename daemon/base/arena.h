/* arena.h - memory of one request, freed in one place
 *
 * A request (a command, a question, a file being read) has one arena: decoding, judging and effects allocate there,
 * nobody frees a single piece. Pieces are aligned for any type and stay where they are until the arena is reset.
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_BASE_ARENA_H
#define LEEWAY_BASE_ARENA_H

#include "daemon/base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena_block;

/* What is free of the newest block; a piece is taken in a few instructions where it is needed, and only a new block
 * calls into arena.c. For the functions below alone. */
struct arena {
    unsigned char *at, *end;
    struct arena_block *newest;
    size_t older; /* bytes handed out of older blocks */
};

enum { ARENA_ALIGN = _Alignof(max_align_t) };

/* Gives an empty arena: arena_free(). */
struct arena *arena_new(void);
struct arena *arena_new_small(size_t first); /* one of many: its first block has so many bytes */
void arena_free(struct arena *a);

/* Forget all pieces; keeps one block for the next request. */
void arena_reset(struct arena *a);

/* Bytes taken since the last reset, with what aligned them. */
size_t arena_used(const struct arena *a);

/* n bytes as they are, at a multiple of `align`, a power of two up to ARENA_ALIGN. Never NULL. */
void *arena_take_slowly(struct arena *a, size_t n, size_t align);
static inline void *arena_take(struct arena *a, size_t n, size_t align)
{
    uintptr_t pad = -(uintptr_t)a->at & (align - 1);
    if ((size_t)(a->end - a->at) < pad || n > (size_t)(a->end - a->at) - pad)
        return arena_take_slowly(a, n, align);
    unsigned char *piece = a->at + pad;
    a->at = piece + n;
    return piece;
}

/* For what is as long as it turns out: all that is free of a block, `least` bytes or more, of which arena_close() keeps
 * the first n. Nothing else is taken meanwhile, but the same may be opened again for more; then the first stays free. */
static inline void *arena_open(struct arena *a, size_t least, size_t *ret_room)
{
    unsigned char *piece = (unsigned char *)arena_take(a, least, 1);
    a->at = piece;
    *ret_room = (size_t)(a->end - piece);
    return piece;
}
static inline void arena_close(struct arena *a, size_t n)
{
    a->at += n;
}

/* n bytes of zeroes. Never NULL. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
    return memset(arena_take(a, n, ARENA_ALIGN), 0, n);
}

/* Copies. The strings end with a NUL. */
static inline void *arena_copy(struct arena *a, const void *p, size_t n)
{
    void *q = arena_take(a, n, ARENA_ALIGN);
    return n ? memcpy(q, p, n) : q;
}
static inline char *arena_strn(struct arena *a, const char *s, size_t n)
{
    char *q = (char *)arena_take(a, n + 1, 1);
    text_copy(q, s, n);
    q[n] = 0;
    return q;
}
static inline char *arena_str(struct arena *a, const char *s)
{
    return arena_strn(a, s, strlen(s));
}
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* One zeroed thing, or n of them. */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

/* Make room for one more element in an array of the arena that doubles its capacity: items, n and cap are lvalues. */
#define ARENA_GROW(a, items, n, cap)                                                                                   \
    do {                                                                                                               \
        if ((n) == (cap)) {                                                                                            \
            size_t grow_cap = (cap) ? (size_t)(cap)*2 : 4;                                                             \
            void *grow_new = arena_alloc((a), grow_cap * sizeof *(items));                                             \
            if (n)                                                                                                     \
                memcpy(grow_new, (items), (n) * sizeof *(items));                                                      \
            (items) = grow_new;                                                                                        \
            (cap) = grow_cap;                                                                                          \
        }                                                                                                              \
    } while (0)

#endif
