/* mirror.h - what the department may see, kept here so that it can be looked at when the daemon cannot be reached
 *
 * Every notice of the stream with what became of it, in an LMDB of the agent's folder. Nothing depends on it: it is
 * written without waiting for the disk, and one that cannot be read is put aside (`mirror.broken`) and begun anew.
 *
 * I/O: a folder inside the agent's. Threads: one at a time; other processes may look.
 */
#ifndef LEEWAY_CLIENTS_AGENT_MIRROR_H
#define LEEWAY_CLIENTS_AGENT_MIRROR_H

#include "daemon/base/status.h"

#include <stdint.h>

enum mirror_state { MIRROR_TAKEN = 't', MIRROR_DONE = 'd', MIRROR_FAILED = 'f', MIRROR_PASSED = 'p' /* to another */ };

struct mirror;

/* Gives: mirror_close(). */
MUST_USE enum status mirror_open(const char *folder, struct mirror **ret);
void mirror_close(struct mirror *m); /* NULL is fine */

/* A notice (a line of JSON); what became of it, with a reason or NULL. Seen by others after mirror_commit(). */
void mirror_notice(struct mirror *m, int64_t position, const char *line);
void mirror_became(struct mirror *m, int64_t position, enum mirror_state state, const char *reason);
/* After a failure the mirror takes nothing any more until it is opened anew. */
MUST_USE enum status mirror_commit(struct mirror *m);

/* Each notice by position. Borrows during the call. ST_NOT_FOUND: there is no mirror. */
MUST_USE enum status mirror_look(const char *folder,
                                 void (*each)(void *ctx, int64_t position, const char *line, enum mirror_state state,
                                              const char *reason),
                                 void *ctx);

#endif
