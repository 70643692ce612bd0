/* peer.h - the address of a connection on the command endpoint
 *
 * The routing id that the ROUTER gave it: a zero byte and four that are never used twice. A client that brings an id of
 * its own is refused, so that nobody can stand in for another.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_BUS_PEER_H
#define LEEWAY_BUS_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { PEER_ID = 5 };

struct peer {
    uint8_t id[PEER_ID];
};

static inline bool peer_same(const struct peer *a, const struct peer *b)
{
    return !memcmp(a->id, b->id, PEER_ID);
}

#endif
