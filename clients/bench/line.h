/* line.h - CURVE connections to the daemon's commands, as bare as can be: frames out, frames in
 *
 * The load is to cost as little as it can beside the daemon, so it takes neither the sessions of the client library nor
 * the threads and queues of libzmq: each line is a TCP connection of its own with a CURVE session of its own (curve.h),
 * and one thread turns all of them. What is sent gathers until the next wait, or until it is a few thousand bytes.
 *
 * A line that breaks ends the process: figures of a run in which that happened would mean nothing.
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_LINE_H
#define LEEWAY_CLIENTS_BENCH_LINE_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>

struct lines;

/* endpoint: tcp://ADDRESS:PORT, an address in numbers. NULL: it is none, or the key is none. Gives: lines_free(). */
struct lines *lines_new(const char *endpoint, const char *server_key);
void lines_free(struct lines *l);

/* Connect with the keys (Z85) and wait until the handshake is over. ST_INVALID: a key is none; ST_DENIED: the daemon
 * does not let it in; ST_IO: nobody is there. *ret is the line's number, counted from 0. */
MUST_USE enum status lines_add(struct lines *l, const char *public_key, const char *secret_key, size_t *ret);

void line_send(struct lines *l, size_t line, struct bytes frame);

/* Wake up for this descriptor, too. */
void lines_also(struct lines *l, int fd);

/* Send what has gathered, then wait up to so many microseconds for anything to read. */
void lines_wait(struct lines *l, int64_t us);

/* The next message of any line. False: there is none now. Borrowed until the next call. */
bool lines_receive(struct lines *l, size_t *ret_line, struct bytes *ret);

#endif
