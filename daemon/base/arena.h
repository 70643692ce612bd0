/* arena.h - memory of one request, freed in one place
 *
 * A request (a command, a question, a file being read) has one arena: decoding, judging and effects allocate there,
 * nobody frees a single piece. Pieces are aligned for any type and stay where they are until the arena is reset.
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_BASE_ARENA_H
#define LEEWAY_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Gives an empty arena: arena_free(). */
struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Forget all pieces; keeps the first block for the next request. */
void arena_reset(struct arena *a);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

/* n bytes of zeroes. Never NULL. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc));

/* Copies. The strings end with a NUL. */
void *arena_copy(struct arena *a, const void *p, size_t n);
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *s, size_t n);
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
