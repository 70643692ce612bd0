/* memtable.h - what was written and does not stand in the store's file yet
 *
 * Ordered lists of byte keys, one for each database, in memory. One writer puts and deletes under the number of its
 * transaction; readers see the state of a snapshot: of each key the newest version that is not younger. A deletion is a
 * version too, for it must hide what an older layer holds. Nothing is taken out before the whole table goes, so memory
 * comes from large pieces and a reader needs no lock.
 *
 * The lists are skip lists: an insertion links one item, from the bottom up, and whoever walks meanwhile meets it or
 * does not.
 *
 * Memory: counted by memtable_share() and memtable_drop(). Bytes are borrowed until the last reference goes.
 * Threads: memtable_put, _undo and _keep by one writer at a time; everything else by any thread at any time.
 */
#ifndef LEEWAY_STORE_MEMTABLE_H
#define LEEWAY_STORE_MEMTABLE_H

#include "daemon/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memtable;
struct memtable_item;

struct memtable *memtable_new(unsigned lists);
struct memtable *memtable_share(struct memtable *m);
void memtable_drop(struct memtable *m);

/* Write the version `snapshot` of a key, in the place of one with the same number. Gives n bytes to fill before a
 * reader of this snapshot comes. Each transaction has a higher number than the one before, undone ones too. */
uint8_t *memtable_put(struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key, size_t n);
void memtable_del(struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key);

/* The running transaction ends: its versions count, or never did. */
void memtable_keep(struct memtable *m);
void memtable_undo(struct memtable *m);

/* The key as a snapshot sees it. NULL: this table knows nothing of it. An empty key stands before all others, but in
 * memtable_before() behind them. */
const struct memtable_item *memtable_get(const struct memtable *m, unsigned list, uint64_t snapshot, struct bytes key);
const struct memtable_item *memtable_from(const struct memtable *m, unsigned list, uint64_t snapshot,
                                          struct bytes key); /* first >= key */
const struct memtable_item *memtable_next(const struct memtable_item *it, uint64_t snapshot);
const struct memtable_item *memtable_before(const struct memtable *m, unsigned list, uint64_t snapshot,
                                            struct bytes key); /* last < key */

struct bytes memtable_key(const struct memtable_item *it);
/* false: deleted. The item is one that the snapshot sees. */
bool memtable_val(const struct memtable_item *it, uint64_t snapshot, struct bytes *ret);

size_t memtable_bytes(const struct memtable *m); /* that it takes of the memory */

#endif
