/* look.h - what an operator asks of an agent's folder, and how a running agent hears of it
 *
 *     leeway-agent failed list --state FOLDER              what was set aside, and why
 *     leeway-agent failed retry [POSITION…] --state FOLDER handle it again (all, when no position is named)
 *     leeway-agent inbox [--all] --state FOLDER            the notices that are not done (all: every one)
 *     leeway-agent cases --state FOLDER                    the cases that they are about, as they stood when last read
 *     leeway-agent case NUMBER --state FOLDER              one of them, as JSON
 *     leeway-agent head [accept] --state FOLDER            the daemon's last head; go on with one that was put back
 *
 * None needs the daemon. A retry is a file `retry` of positions in the folder; a running agent, whose number is in the
 * file `pid`, is told by SIGHUP, another takes it up when it starts.
 *
 * I/O. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_AGENT_LOOK_H
#define LEEWAY_CLIENTS_AGENT_LOOK_H

#include <stdbool.h>
#include <stdint.h>

/* Is argv[1] one of the words above? Then *ret is the exit status. */
bool look_verb(int argc, char **argv, int *ret);

/* For the agent: write its number; take each position that was asked for (-1: all), once. */
void look_running(const char *folder);
void look_retries(const char *folder, void (*retry)(void *ctx, int64_t position), void *ctx);

#endif
