/* connections.h - which descriptor is whose, so that a connection can be cut
 *
 * libzmq tells the descriptor that a message came by. The inode of the socket is noted with it and compared before the
 * connection is shut down, for descriptors are used again.
 *
 * Memory: one entry for each descriptor number up to the highest that was noted.
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_CONNECTIONS_H
#define LEEWAY_BUS_CONNECTIONS_H

#include "daemon/bus/peer.h"
#include "daemon/bus/zap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than any process of ours may open; a number above it is no descriptor. */
enum { CONNECTIONS_DESCRIPTORS = 1 << 20 };

struct connection {
    uint64_t inode; /* 0: none is noted here */
    struct identity who;
    struct peer peer;       /* of the command endpoint; else zeroes */
    unsigned subscriptions; /* of the transitions endpoint */
};

struct connections {
    struct connection *at; /* by descriptor */
    size_t n;
};

void connections_done(struct connections *c);

/* Note that a message of `who` came by fd. A peer that was noted with this identity before is believed to be the same
 * connection without a look at the inode (its routing id is never used twice); NULL: always look. Returns the entry,
 * fresh if the connection is new; NULL when fd is no socket any more. Borrowed until the next call. */
struct connection *connections_note(struct connections *c, int fd, const struct identity *who, const struct peer *peer);

/* Shut the connection down, if the descriptor is still the one that was noted. */
bool connections_cut(struct connections *c, int fd);

/* Cut each connection whose identity is not good any more. Returns how many. */
size_t connections_sift(struct connections *c, bool (*good)(void *ctx, const struct identity *who), void *ctx);

/* The inode of a socket; 0: fd is none. */
uint64_t connections_inode(int fd);

#endif
