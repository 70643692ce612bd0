/* sign.h - Ed25519: who holds the secret said this
 *
 * Pure: the pair follows from its seed. Threads: any.
 */
#ifndef LEEWAY_BASE_SIGN_H
#define LEEWAY_BASE_SIGN_H

#include "daemon/base/hash.h"

#include <stdbool.h>

enum { SIGN_PUBLIC = 32, SIGN_SECRET = 64, SIGN_LEN = 64 };

struct sign_pair {
    uint8_t public_key[SIGN_PUBLIC], secret[SIGN_SECRET];
};

struct sign_pair sign_pair_of(const struct hash *seed);
void sign_wipe(struct sign_pair *p);

void sign(const struct sign_pair *p, const void *text, size_t n, uint8_t ret[SIGN_LEN]);
bool sign_holds(const uint8_t public_key[SIGN_PUBLIC], const void *text, size_t n, const uint8_t signature[SIGN_LEN]);

#endif
