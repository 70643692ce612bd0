/* curve.h - the server's key pair, and what a key is called in events and logs
 *
 * A key file is text of two lines, in any order; lines that begin with '#' and a blank are notes:
 *
 *     public: Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
 *     secret: D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs
 *
 * Nobody but its owner may read it.
 *
 * Threads: any.
 */
#ifndef LEEWAY_BUS_CURVE_H
#define LEEWAY_BUS_CURVE_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>

enum { CURVE_Z85 = 41, CURVE_FINGERPRINT = 17 }; /* bytes with the NUL */

struct curve_key {
    char public_z85[CURVE_Z85];
    char secret_z85[CURVE_Z85];
};

/* Read a key file. `why` gets one line on failure.
 * ST_IO  it cannot be read;  ST_DENIED  others may read it;  ST_INVALID  it is no key file, or the two do not match. */
MUST_USE enum status curve_load(const char *file, struct curve_key *ret, struct buf *why);

/* Forget the secret in memory. */
void curve_wipe(struct curve_key *key);

/* Forty characters of Z85 that stand for 32 bytes? */
bool curve_is_key(const char *z85);

/* The first 16 hex digits of BLAKE2b-256 of the 32 bytes of a public key; "" when it is none. */
const char *curve_fingerprint(const char *z85, char out[CURVE_FINGERPRINT]);

#endif
