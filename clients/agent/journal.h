/* journal.h - what the agent has taken and not yet told the daemon about, on disk
 *
 * A file of lines, each with a checksum before it, appended only:
 *
 *     leeway-agent-journal 1 <stream> <name>       the first line
 *     C <position>                                 everything up to here was taken (first what lies before all N
 *                                                  that follow, behind them the whole)
 *     N <position> <notice as JSON>                taken
 *     D <position>                                 handled
 *     F <position> <reason>                        set aside
 *     A <position>                                 the daemon knows that it is set aside
 *     R <position>                                 the daemon confirmed the report: forget it
 *
 * A notice may be reported *received* when journal_sync() has returned. A line that is torn or does not match its
 * checksum ends the journal: what stood behind it is cut off and comes again from the daemon (all of the stream when no
 * position can be read), whose answers to repeated commands are the same. So it is with a journal that is gone, or
 * tells no position, beside a `head` or a `mirror`: a folder that has those is not fresh. At opening, and when the file
 * has grown, it is written anew beside the old one and renamed.
 *
 * I/O: one folder, locked while it is open. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_AGENT_JOURNAL_H
#define LEEWAY_CLIENTS_AGENT_JOURNAL_H

#include "daemon/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_WHY = 512 };
enum journal_state { JOURNAL_GONE = 0, JOURNAL_TAKEN, JOURNAL_DONE, JOURNAL_FAILED };

struct journal_entry {
    enum journal_state state;
    char *line;   /* of JOURNAL_TAKEN and JOURNAL_FAILED */
    char *reason; /* of JOURNAL_FAILED */
    bool told;    /* of JOURNAL_FAILED: the daemon knows */
    unsigned due; /* reports that it was set aside which are on their way, while it is tried again */
};

struct journal;

/* Make the folder if it is not there, lock it, read. Gives: journal_close().
 * ST_BUSY: another agent has it; ST_INVALID: it is of another stream or name; ST_IO, ST_FULL, ST_DENIED. why is set. */
MUST_USE enum status journal_open(const char *folder, const char *stream, const char *name, struct journal **ret,
                                  char why[JOURNAL_WHY]);
void journal_close(struct journal *j);

int64_t journal_cursor(const struct journal *j); /* everything up to it was taken; -1: nothing ever was */
size_t journal_torn(const struct journal *j);    /* bytes that were cut off at opening */
bool journal_lost(const struct journal *j); /* nothing was torn, yet at opening no position was told: all is gone */

/* Each live entry, in order of position. Borrows during the call. */
void journal_each(const struct journal *j, void (*each)(void *ctx, int64_t position, const struct journal_entry *e),
                  void *ctx);

/* A live entry, or NULL. Borrows until the journal changes. */
const struct journal_entry *journal_entry(const struct journal *j, int64_t position);

/* The stream begins behind a position: kept when no cursor is known yet. Written as what follows is. */
void journal_begin(struct journal *j, int64_t position);

/* Taken, handled (reason NULL) or set aside, confirmed (what was handled is forgotten, what is set aside stays),
 * forgotten whatever it was, taken up again after it was set aside: written with the next journal_sync() or
 * journal_write(). */
void journal_take(struct journal *j, int64_t position, const char *line);
void journal_finish(struct journal *j, int64_t position, const char *reason);
void journal_confirm(struct journal *j, int64_t position);
void journal_forget(struct journal *j, int64_t position);
void journal_retry(struct journal *j, int64_t position);

/* The greatest position that it tells of; 0: none. */
int64_t journal_top(const struct journal *j);

/* Forget everything behind a position, durably. The journal as it was stays beside it under `journal.NAME`. */
MUST_USE enum status journal_cut(struct journal *j, int64_t position, const char *name);

/* Read the journal of a folder while its agent may be running: each live entry. ST_NOT_FOUND: there is none. */
MUST_USE enum status journal_look(const char *folder,
                                  void (*each)(void *ctx, int64_t position, const struct journal_entry *e), void *ctx);

/* Write what gathered; with sync make it durable. ST_IO, ST_FULL: nothing may be reported. */
MUST_USE enum status journal_write(struct journal *j);
MUST_USE enum status journal_sync(struct journal *j);

#endif
