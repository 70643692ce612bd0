/* mirror.h - what the department may see, kept here so that it can be looked at when the daemon cannot be reached
 *
 * Every notice of the stream with what became of it, and the cases they are about, in an LMDB of the agent's folder.
 * Nothing depends on it: it is written without waiting for the disk, and one that cannot be read is put aside
 * (`mirror.broken`) and begun anew.
 *
 * I/O: a folder inside the agent's. Threads: one at a time; other processes may look.
 */
#ifndef LEEWAY_CLIENTS_AGENT_MIRROR_H
#define LEEWAY_CLIENTS_AGENT_MIRROR_H

#include "daemon/base/arena.h"
#include "daemon/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum mirror_state { MIRROR_TAKEN = 't', MIRROR_DONE = 'd', MIRROR_FAILED = 'f', MIRROR_PASSED = 'p' /* to another */ };

struct mirror;

/* Gives: mirror_close(). */
MUST_USE enum status mirror_open(const char *folder, struct mirror **ret);
void mirror_close(struct mirror *m); /* NULL is fine */

/* A notice (a line of JSON); what became of it, with a reason or NULL. Seen by others after mirror_commit(). */
void mirror_notice(struct mirror *m, int64_t position, const char *line);
void mirror_became(struct mirror *m, int64_t position, enum mirror_state state, const char *reason);
/* The line of a notice, or NULL; in the arena. */
const char *mirror_line(struct mirror *m, struct arena *a, int64_t position);

/* A case is not what is kept here any more; the mark says since when. One of those, and its mark; false: there is none.
 * What it is now (a line of JSON; NULL: it may not be seen), and it is stale no more if the mark is still the same. */
void mirror_stale(struct mirror *m, int64_t kase, int64_t mark);
bool mirror_next_stale(struct mirror *m, int64_t *ret_case, int64_t *ret_mark);
void mirror_case(struct mirror *m, int64_t kase, int64_t mark, const char *line);

/* Forget the notices behind a position, and doubt all cases. The mirror as it was stays beside it, `mirror.NAME`. */
MUST_USE enum status mirror_cut(struct mirror *m, const char *folder, int64_t position, const char *name);

/* After a failure the mirror takes nothing any more until it is opened anew. */
MUST_USE enum status mirror_commit(struct mirror *m);

/* Each notice by position. Borrows during the call. ST_NOT_FOUND: there is no mirror. */
MUST_USE enum status mirror_look(const char *folder,
                                 void (*each)(void *ctx, int64_t position, const char *line, enum mirror_state state,
                                              const char *reason),
                                 void *ctx);

/* Each case by number (one: that one alone, 0: all). stale: the department was told of something since. */
MUST_USE enum status mirror_look_cases(const char *folder, int64_t one,
                                       void (*each)(void *ctx, int64_t kase, const char *line, bool stale), void *ctx);

#endif
