/* listen.h - a department's subscriber beside the load: how long a notice takes to its handler
 *
 * Whoever sends tells of each command, by the number of its event, when it was sent and answered; the notice names the
 * event, too. An answer is sent when the command is durable.
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_LISTEN_H
#define LEEWAY_CLIENTS_BENCH_LISTEN_H

#include "clients/bench/tally.h"

#include <stdbool.h>

struct listener;

/* key: a file of the department's. NULL: why it does not go was printed. Gives: listener_free(). */
struct listener *listener_new(const char *endpoint, const char *server_key, const char *key, const char *stream);
void listener_free(struct listener *l);

int listener_fd(const struct listener *l);
/* Take what came; now_us: of the monotonic clock. */
void listener_process(struct listener *l, int64_t now_us);
bool listener_open(const struct listener *l);

/* Of a command that was accepted. */
void listener_answered(struct listener *l, int64_t event, int64_t sent_us, int64_t answered_us);
/* Forget what was counted: the warm-up is over. */
void listener_restart(struct listener *l);

struct tally *listener_sent(struct listener *l);    /* from command to handler */
struct tally *listener_answers(struct listener *l); /* from durable to handler; an earlier one counts as 0 */

#endif
