/* store_behind.h - a store whose derived databases follow their events at some distance
 *
 * What is derived can be folded again from the events, so it need not reach the file with each commit: the events do.
 * This store stands before another one and keeps what is written to derived databases in memory (memtable.h), until the
 * writer settles. Readers and the writer see both layers as one. Thus a commit touches the pages at the end of the
 * events and little else, and a record that changes often between two settlings is written once, or never when it is
 * gone again.
 *
 * After a crash the file holds all events, and of the derived databases the state as it was at the last settling,
 * whole: whoever opens it folds the events since then (refold.h does). A snapshot is one moment of both layers.
 *
 * Memory: the store owns the one behind it; store_close() closes both and writes nothing (settle before).
 * Threads: as store.h says.
 */
#ifndef LEEWAY_STORE_STORE_BEHIND_H
#define LEEWAY_STORE_STORE_BEHIND_H

#include "daemon/store/store.h"

/* Takes `inner`, unless it fails with what beginning a read transaction may answer. */
MUST_USE enum status store_open_behind(struct store *inner, struct store **ret);

#endif
