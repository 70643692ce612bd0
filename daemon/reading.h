/* reading.h - who reads a paper is recorded before the first byte leaves
 *
 * A paper-get becomes a command of the asker's own (`read-paper`) first; when its event is durable, the chunk is read.
 * The further chunks of a reading that was recorded go at once. Where a reading begins is not left to the asker: what
 * was not recorded since the start is, at whatever offset it is asked for.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_READING_H
#define LEEWAY_READING_H

#include "daemon/house.h"

enum { READINGS_KEPT = 256 };

struct readings;

struct readings *readings_new(void); /* gives: readings_free() */
void readings_free(struct readings *r);

/* Must this one be recorded before it is answered? */
bool reading_is_new(struct readings *r, const char *principal, const struct value *message);

/* Submit the command. Takes the task, whose tag (of pending.h) becomes the command's and then the chunk's.
 * ST_LIMIT: too many commands wait; the task is still the caller's. */
MUST_USE enum status reading_record(struct house *h, const struct paper_task *task, const char *key);

/* An answer of the engine came. False: the tag is no reading's. */
bool reading_answered(struct house *h, uint64_t tag, struct bytes answer);

#endif
