/* marks.h - what the databases due, index and tasks say of a case, and how they follow it
 *
 * Their keys are made of few things that the folded case holds. A case and the one that an event made of it share what
 * did not change (core/case.h), so only what they do not share is looked at, and only a key that comes or goes is
 * built.
 *
 * Memory: of the arena given. Threads: the writer's.
 */
#ifndef LEEWAY_ENGINE_MARKS_H
#define LEEWAY_ENGINE_MARKS_H

#include "daemon/store/store.h"
#include "proto/value.h"

/* Remove the keys that the case had (was; NULL: there was none), put those that it has now. */
MUST_USE enum status marks_follow(struct arena *a, struct store_txn *t, int64_t kase, const struct value *was,
                                  const struct value *is);

#endif
