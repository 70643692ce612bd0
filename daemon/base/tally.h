/* tally.h - counts under text keys, in the order in which the keys came
 *
 * Memory: gives, tally_free(). Keys are copied. Pure. Threads: one.
 */
#ifndef LEEWAY_BASE_TALLY_H
#define LEEWAY_BASE_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t); /* NULL is fine */

void tally_add(struct tally *t, const char *key, int64_t n);
int64_t tally_get(const struct tally *t, const char *key); /* 0: never added */

size_t tally_count(const struct tally *t);
/* The i-th key, borrowed until tally_free(), and its count. */
const char *tally_at(const struct tally *t, size_t i, int64_t *ret_n);

#endif
