/* store_mem.h - what only the store in memory can do: fail to order, for tests of what stands above it
 *
 * Threads: any, but not inside a transaction of the same thread.
 */
#ifndef LEEWAY_STORE_STORE_MEM_H
#define LEEWAY_STORE_STORE_MEM_H

#include "daemon/store/store.h"

/* Keys and frames and values together may not take more than this; a put beyond it answers ST_FULL. 0: no limit. */
void store_mem_limit(struct store *s, size_t bytes);

/* The next commit with something to keep answers st and keeps nothing. */
void store_mem_fail_commit(struct store *s, enum status st);

/* Flip one bit of a stored value, counted from the first bit of its frame. ST_NOT_FOUND: no such value or bit. */
MUST_USE enum status store_mem_flip(struct store *s, enum store_db db, struct bytes key, size_t bit);

/* The bytes as they are kept, frame and all; borrowed until the value is replaced. ST_NOT_FOUND. */
MUST_USE enum status store_mem_raw(struct store *s, enum store_db db, struct bytes key, struct bytes *ret);

#endif
