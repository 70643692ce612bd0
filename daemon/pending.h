/* pending.h - whose answers are on their way, and how many for each principal
 *
 * A command that goes to the engine (or a chunk that goes to the papers) gets a tag; with the tag comes the answer, and
 * with it the address. A principal has at most PENDING_MOST of them in flight, so that nobody fills the queue alone.
 *
 * Pure. Threads: the loop's.
 */
#ifndef LEEWAY_PENDING_H
#define LEEWAY_PENDING_H

#include "daemon/base/status.h"
#include "daemon/bus/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PENDING_MOST = 256 };

struct pending;

struct pending *pending_new(void); /* gives: pending_free() */
void pending_free(struct pending *p);

/* ST_LIMIT: the principal has as many in flight as it may. Copies. */
MUST_USE enum status pending_add(struct pending *p, const struct peer *peer, const char *principal, uint64_t *ret_tag);

/* Take the address of a tag out. False: no such tag. */
bool pending_take(struct pending *p, uint64_t tag, struct peer *ret);

size_t pending_count(const struct pending *p);

#endif
