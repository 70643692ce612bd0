/* hash.h - BLAKE2b-256 for what must be proved, XXH3 for what must only be noticed
 *
 * With sign.h the door of sodium.h. Pure but for hash_prepare() (both are functions of their input alone). Threads: any.
 */
#ifndef LEEWAY_BASE_HASH_H
#define LEEWAY_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_LEN = 32, HASH_HEX = 65 };

struct hash {
    uint8_t b[HASH_LEN];
};

/* Take the form of BLAKE2b that is the fastest on this processor; without it the hashes are the same and take twice as
 * long. Once, before threads begin; again does no harm. */
void hash_prepare(void);

/* BLAKE2b-256 (RFC 7693) of a, then b; either may be empty. */
struct hash hash_two(const void *a, size_t na, const void *b, size_t nb);
struct hash hash_of(const void *p, size_t n);

/* Lower-case hex with a NUL. */
const char *hash_hex(const struct hash *h, char out[HASH_HEX]);

/* A stream of bytes too long to hold. Zeroed or fresh from hash_begin(). */
struct hasher;
struct hasher *hash_begin(void); /* gives: hash_end() releases it */
void hash_more(struct hasher *h, const void *p, size_t n);
struct hash hash_end(struct hasher *h);

/* XXH3 (64 bits) of b, seeded with that of a: a checksum against flipped bits, no defence against a forger. */
uint64_t checksum(const void *a, size_t na, const void *b, size_t nb);

#endif
