#include "daemon/base/sign.h"

#include <sodium.h>

struct sign_pair sign_pair_of(const struct hash *seed)
{
    struct sign_pair p;
    crypto_sign_seed_keypair(p.public_key, p.secret, seed->b);
    return p;
}

void sign_wipe(struct sign_pair *p)
{
    sodium_memzero(p, sizeof *p);
}

void sign(const struct sign_pair *p, const void *text, size_t n, uint8_t ret[SIGN_LEN])
{
    crypto_sign_detached(ret, NULL, text, n, p->secret);
}

bool sign_holds(const uint8_t public_key[SIGN_PUBLIC], const void *text, size_t n, const uint8_t signature[SIGN_LEN])
{
    return crypto_sign_verify_detached(signature, text, n, public_key) == 0;
}
