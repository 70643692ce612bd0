/* hashtree.h - the tree of records in DB_TREE: append, root, proofs
 *
 * What the tree is, and how a proof is checked, is told by proto/proof.h. Here it is kept in tiles: the hashes of one
 * level (nodes over 32^level leaves each), 32 in a row, under (level, number of the tile). A tile that is full is
 * written once and never again; the open one of each level is kept in memory and written by a flush, so a batch costs
 * one put of at most a kilobyte beside its full tiles. Inner nodes between the levels are computed when they are asked
 * for.
 *
 * The right edge in memory and the transaction go together:
 *
 *     hashtree_mark(h);
 *     ... hashtree_append(h, t, &leaf) for each event; hashtree_flush(h, t) ...
 *     store_commit(t) failed, or store_abort(t):  hashtree_rollback(h);
 *
 * Everything is derived: DB_TREE can be folded again from the records.
 * Threads: a hashtree belongs to the writer; the functions that take a transaction alone, any.
 */
#ifndef LEEWAY_STORE_HASHTREE_H
#define LEEWAY_STORE_HASHTREE_H

#include "daemon/base/hash.h"
#include "daemon/store/store.h"
#include "proto/proof.h"

struct hashtree;

/* Gives an empty tree; load it from the store, or append from the first record on. */
struct hashtree *hashtree_new(void);
void hashtree_free(struct hashtree *h);

/* Take the size and the open edge from the store. ST_CORRUPT: tiles are missing or of a wrong length; fold again. */
MUST_USE enum status hashtree_load(struct hashtree *h, struct store_txn *t);

/* Remember how it is; go back to what was remembered last (and may be gone back to again). */
void hashtree_mark(struct hashtree *h);
void hashtree_rollback(struct hashtree *h);

/* Put the next leaf (proof_leaf() of the record). Writes the tiles that become full. On failure roll back. */
MUST_USE enum status hashtree_append(struct hashtree *h, struct store_txn *t, const struct hash *leaf);

/* Write the open tiles that changed; once, before the commit. */
MUST_USE enum status hashtree_flush(struct hashtree *h, struct store_txn *t);

uint64_t hashtree_size(const struct hashtree *h);
struct hash hashtree_head(const struct hashtree *h); /* the root now; reads nothing from the store */

/* Of what was flushed in the transaction: how many leaves, the root of the first `size` of them, and the proofs.
 * ST_NOT_FOUND: there are not so many; ST_CORRUPT. *ret_count is at most PROOF_MOST. */
MUST_USE enum status hashtree_stored(struct store_txn *t, uint64_t *ret_size);
MUST_USE enum status hashtree_leaf(struct store_txn *t, uint64_t index, struct hash *ret);
MUST_USE enum status hashtree_root(struct store_txn *t, uint64_t size, struct hash *ret);
MUST_USE enum status hashtree_inclusion(struct store_txn *t, uint64_t index, uint64_t size,
                                        struct hash ret_proof[PROOF_MOST], size_t *ret_count);
MUST_USE enum status hashtree_consistency(struct store_txn *t, uint64_t old_size, uint64_t new_size,
                                          struct hash ret_proof[PROOF_MOST], size_t *ret_count);

#endif
