/* curve.h - ZMTP 3 with CURVE as the client of a connection speaks it, in memory
 *
 * Bytes that came go in by curve_take(), bytes to be sent are appended to a buffer; no thread, no socket and no queue
 * stands between, so that the load costs little beside the daemon that it measures. A message is one frame.
 *
 * Pings are answered. Not spoken: more frames than one, any mechanism but CURVE. Takes random bytes for its short-lived
 * keys; otherwise pure. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_BENCH_CURVE_H
#define LEEWAY_CLIENTS_BENCH_CURVE_H

#include "daemon/base/buf.h"

#include <stdbool.h>

enum { CURVE_KEY = 32 };

struct curve {
    uint8_t server[CURVE_KEY], public_key[CURVE_KEY], secret[CURVE_KEY];
    uint8_t short_public[CURVE_KEY], short_secret[CURVE_KEY], shared[CURVE_KEY];
    uint64_t nonce;
    enum { CURVE_GREETING = 1, CURVE_WELCOME, CURVE_READY, CURVE_OPEN, CURVE_BROKEN } state;
};

/* The three keys are set in c; appends the greeting. */
void curve_begin(struct curve *c, struct buf *out);

/* Take one thing from the front of what came and return how many bytes it was; 0: it is not whole yet, or the state is
 * CURVE_BROKEN for good. *ret is the message, deciphered where it stood (borrowed), or p NULL: it was none. Appends
 * what is to be answered. */
size_t curve_take(struct curve *c, uint8_t *in, size_t n, struct bytes *ret, struct buf *out);

/* Append a message. Only when CURVE_OPEN. */
void curve_seal(struct curve *c, struct bytes message, struct buf *out);

#endif
