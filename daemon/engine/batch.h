/* batch.h - the frame of a transaction, for the batch and for the start (private to daemon/engine)
 */
#ifndef LEEWAY_ENGINE_BATCH_H
#define LEEWAY_ENGINE_BATCH_H

#include "daemon/engine/inside.h"

/* Begin a transaction and a result. On failure there is none; batch_end() must not be called. */
MUST_USE enum status batch_begin(struct engine *e, struct when now, struct engine_result *ret);

/* Commit, or abort when st tells of a failure, and fill the result. The transaction is gone in each case. */
MUST_USE enum status batch_end(struct engine *e, enum status st, struct engine_result *ret);

/* Take everything that is kept in memory from the store again. */
MUST_USE enum status engine_reload(struct engine *e);

#endif
