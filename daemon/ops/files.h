/* files.h - small files, read whole and written whole
 *
 * Threads: any.
 */
#ifndef LEEWAY_OPS_FILES_H
#define LEEWAY_OPS_FILES_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stddef.h>

/* Append the bytes of a file of at most `most` bytes. `why` gets one line on failure.
 * ST_NOT_FOUND, ST_LIMIT (longer), ST_IO. */
MUST_USE enum status file_slurp(const char *file, size_t most, struct buf *ret, struct buf *why);

/* Write a file so that a reader sees all of it or nothing: a temporary one beside it, then a rename. */
MUST_USE enum status file_replace(const char *file, struct bytes content, struct buf *why);

/* The files of a folder whose names end in `ending`, as paths, in order of their names; hidden ones are left out. In
 * the arena. */
MUST_USE enum status files_in(struct arena *a, const char *folder, const char *ending, const char ***ret, size_t *ret_n,
                              struct buf *why);

/* Make a folder (0700) if it is not there; its parent must be. */
MUST_USE enum status folder_make(const char *folder, struct buf *why);

#endif
