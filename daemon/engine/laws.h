/* laws.h - the procedures and the calendar that are in force
 *
 * Built from the changes of the law in DB_REGISTER and the texts in DB_SOURCES, then immutable and shared by count: the
 * engine judges by it, views hand it to questions. A change makes a new one that shares what did not change.
 *
 * Threads: laws_keep() and laws_drop() any; building one at a time; a built one may be read by any.
 */
#ifndef LEEWAY_ENGINE_LAWS_H
#define LEEWAY_ENGINE_LAWS_H

#include "daemon/law/calendar_file.h"
#include "daemon/law/procedure.h"
#include "daemon/store/store.h"
#include "proto/value.h"

struct laws;

struct laws *laws_keep(struct laws *l);
void laws_drop(struct laws *l); /* NULL is fine */

/* Everything that the store says. ST_INVALID: a text that was accepted once is not understood any more; why (may be
 * NULL) names it. Gives. */
MUST_USE enum status laws_load(struct store_txn *t, const struct laws *old, struct laws **ret, struct buf *why);

/* NULL: there is none. */
const struct procedure *laws_version(const struct laws *l, const char *name, int64_t version);
/* The newest version that is in force on that day. name NULL: of the only procedure there is. */
const struct procedure *laws_active(const struct laws *l, const char *name, struct day day);
/* The newest version that was loaded. */
const struct procedure *laws_newest(const struct laws *l, const char *name);

const struct calendar *laws_calendar(const struct laws *l); /* never NULL */

/* The calendar as it was when `event` was the newest (INT64_MAX: as it is); with a file laid in, or in place of an
 * earlier one of the same year or jurisdiction, when `with` is not NULL. ST_EXISTS: that names a day of another overlay.
 * Gives: calendar_free(). */
MUST_USE enum status laws_calendar_make(const struct laws *l, struct store_txn *t, int64_t event,
                                        const struct calendar_file *with, struct calendar **ret, struct buf *why);

/* Every version, in the order of loading: the procedure, and from when it is in force (DAY_NONE: not yet). */
size_t laws_count(const struct laws *l);
const struct procedure *laws_at(const struct laws *l, size_t i, struct day *ret_from);

#endif
