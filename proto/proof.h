/* proof.h - what the tree of records proves, and how anybody checks it
 *
 * The records of a daemon are the leaves of an RFC 6962 tree over BLAKE2b-256: a leaf is the hash of 0x00 and the
 * record, a node the hash of 0x01, its left and its right; a tree of n > 1 leaves is divided at the greatest power of
 * two below n; the root of the empty tree is the hash of nothing. A head is (generation, size, root).
 *
 * Pure: clients check with this what the daemon sends. Everything here may come from a peer; a proof that does not fit
 * is false, nothing more. Threads: any.
 */
#ifndef LEEWAY_PROTO_PROOF_H
#define LEEWAY_PROTO_PROOF_H

#include "daemon/base/buf.h"
#include "daemon/base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROOF_MOST = 64 }; /* hashes in a proof of a tree of up to 2^63 records */

struct hash proof_leaf(struct bytes record);
struct hash proof_node(const struct hash *left, const struct hash *right);
struct hash proof_empty(void);

/* The leaf stands at `index` (from 0) in the tree of `size` records that has this root. */
bool proof_inclusion(uint64_t index, uint64_t size, const struct hash *leaf, const struct hash *root,
                     const struct hash *proof, size_t count);

/* The tree of `new_size` records begins with the tree of `old_size`. An empty tree begins every tree and equal trees
 * each other, both with no hash in the proof. */
bool proof_consistency(uint64_t old_size, uint64_t new_size, const struct hash *old_root, const struct hash *new_root,
                       const struct hash *proof, size_t count);

/* What is signed of a head. */
enum { HEAD_TEXT = 16 + 8 + 8 + HASH_LEN };
struct head_text {
    uint8_t b[HEAD_TEXT];
};
struct head_text proof_head_text(uint64_t generation, uint64_t number, const struct hash *root);

#endif
