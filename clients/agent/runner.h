/* runner.h - one run of a handler program
 *
 * The notice is its standard input, its standard output and error are kept in memory files, so that nothing has to be
 * pumped while it runs. It has a process group of its own: a run that is stopped takes its children along. When the
 * thread that started it ends, however it ends, the kernel kills the program (its children it does not).
 *
 * I/O: processes. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_AGENT_RUNNER_H
#define LEEWAY_CLIENTS_AGENT_RUNNER_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>
#include <sys/types.h>

enum { RUNNER_OUTPUT = 16 << 20, RUNNER_COMPLAINT = 8192 };

struct runner {
    pid_t pid; /* 0: not running */
    int out, err;
};

/* Start `program` with the environment given. ST_IO: why has the reason. */
MUST_USE enum status runner_start(struct runner *r, const char *program, const char *input, char *const *environment,
                                  char *why, size_t size);

/* Is there such a program, by its path or on PATH, that may be run? */
bool runner_finds(const char *program);

/* What it printed, up to RUNNER_OUTPUT, and the end of what it complained about. Releases both. ST_LIMIT: it printed
 * more. */
MUST_USE enum status runner_collect(struct runner *r, struct buf *ret_out, struct buf *ret_err);

/* It printed, or complained, more than RUNNER_OUTPUT already: what it prints is memory. */
bool runner_floods(const struct runner *r);

/* Signal the whole group. */
void runner_signal(const struct runner *r, int signal);

#endif
