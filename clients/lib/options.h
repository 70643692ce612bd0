/* options.h - what a client was told: names, values, contexts
 *
 * I/O: lw_opts_context() reads a file. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_OPTIONS_H
#define LEEWAY_CLIENTS_LIB_OPTIONS_H

#include "clients/lib/tree.h"
#include "daemon/base/status.h"

/* A whole file of at most `most` bytes, behind what `out` holds. ST_LIMIT: longer; ST_NOT_FOUND, ST_DENIED, ST_IO. */
MUST_USE enum status file_read(const char *path, size_t most, struct buf *out);

/* The value behind `name:` in a text of such lines, without blanks around it, copied into out; false: no such line, or
 * longer than out. Lines that begin with # are none. */
bool line_value(const char *text, const char *name, char *out, size_t size);

#endif
