/* check.h - what only a bug of ours can break
 *
 * REQUIRE is always on and ends the process. Nothing that a peer, a file or a clock can do may reach it.
 * An allocation that fails counts as such an end (ARCHITECTURE.md, decision 3): every size that a peer can influence
 * is bounded before it is allocated, and the next start decides from the disk.
 */
#ifndef LEEWAY_BASE_CHECK_H
#define LEEWAY_BASE_CHECK_H

#include <stddef.h>

#define REQUIRE(x)                                                                                                     \
    do {                                                                                                               \
        if (!(x))                                                                                                      \
            check_failed(#x, __FILE__, __LINE__);                                                                      \
    } while (0)

/* Say on standard error what broke and where, and abort. */
_Noreturn void check_failed(const char *what, const char *file, int line);

/* malloc, calloc, realloc, strdup that never return NULL. Give the memory to the caller: free(). */
void *xmalloc(size_t n) __attribute__((malloc));
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s) __attribute__((malloc));

#endif
