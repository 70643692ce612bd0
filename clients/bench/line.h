/* line.h - one CURVE connection to the daemon's commands, as bare as a socket can be: frames out, frames in
 *
 * The load is to cost as little as it can beside the daemon, so it takes neither the sessions nor the threads of the
 * client library: all lines of a process share one context and one thread for input and output.
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_LINE_H
#define LEEWAY_CLIENTS_BENCH_LINE_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct lines;

struct lines *lines_new(const char *endpoint, const char *server_key); /* both copied; gives: lines_free() */
void lines_free(struct lines *l);

/* Connect with the keys; ST_INVALID: the endpoint or a key is none. *ret is the line's number, counted from 0. */
MUST_USE enum status lines_add(struct lines *l, const char *public_key, const char *secret_key, size_t *ret);

/* False: the line takes no more at the moment. */
bool line_send(struct lines *l, size_t line, struct bytes frame);

/* Wake up for this descriptor, too. */
void lines_also(struct lines *l, int fd);

/* Wait up to ms for anything to read. */
void lines_wait(struct lines *l, int ms);

/* The next message of any line. False: there is none now. Borrowed until the next call. */
bool lines_receive(struct lines *l, size_t *ret_line, struct bytes *ret);

#endif
