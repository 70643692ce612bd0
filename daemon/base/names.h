/* names.h - things found by their name
 *
 * A table from names to things that is made once and asked often: a few instructions an answer, however many there are.
 *
 * Pure. Memory: in the arena; borrows the names and the things. Threads: any may ask while nobody puts.
 */
#ifndef LEEWAY_BASE_NAMES_H
#define LEEWAY_BASE_NAMES_H

#include "daemon/base/arena.h"

#include <stddef.h>
#include <stdint.h>

struct name_slot {
    const char *name; /* NULL: free */
    uint64_t head;    /* text_head() */
    size_t n;
    void *thing;
};

/* Zeroed: empty. */
struct name_table {
    struct name_slot *slot;
    size_t n, cap; /* cap is a power of two, at least a quarter of it free */
};

/* The first thing of a name stands: a second one changes nothing. */
void names_put(struct arena *a, struct name_table *t, const char *name, void *thing);

/* NULL: there is none. name may be NULL. */
void *names_find(const struct name_table *t, const char *name);

#endif
