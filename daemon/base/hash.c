#include "daemon/base/hash.h"

#include "daemon/base/check.h"

#define XXH_INLINE_ALL
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

struct hasher {
    crypto_generichash_state *state; /* wants an alignment of 64 */
};

void hash_prepare(void)
{
    REQUIRE(sodium_init() >= 0);
}

struct hash hash_two(const void *a, size_t na, const void *b, size_t nb)
{
    crypto_generichash_state s;
    struct hash h;
    crypto_generichash_init(&s, NULL, 0, HASH_LEN);
    crypto_generichash_update(&s, a, na);
    crypto_generichash_update(&s, b, nb);
    crypto_generichash_final(&s, h.b, HASH_LEN);
    return h;
}

struct hash hash_of(const void *p, size_t n)
{
    struct hash h;
    crypto_generichash(h.b, HASH_LEN, p, n, NULL, 0);
    return h;
}

const char *hash_hex(const struct hash *h, char out[HASH_HEX])
{
    return sodium_bin2hex(out, HASH_HEX, h->b, HASH_LEN);
}

struct hasher *hash_begin(void)
{
    struct hasher *h = xmalloc(sizeof *h);
    REQUIRE(posix_memalign((void **)&h->state, 64, sizeof *h->state) == 0);
    crypto_generichash_init(h->state, NULL, 0, HASH_LEN);
    return h;
}

void hash_more(struct hasher *h, const void *p, size_t n)
{
    crypto_generichash_update(h->state, p, n);
}

struct hash hash_end(struct hasher *h)
{
    struct hash out;
    crypto_generichash_final(h->state, out.b, HASH_LEN);
    free(h->state);
    free(h);
    return out;
}

uint64_t checksum(const void *a, size_t na, const void *b, size_t nb)
{
    /* the hash of a is the seed: ("ab","c") and ("a","bc") part there */
    return XXH3_64bits_withSeed(b, nb, XXH3_64bits(a, na));
}
