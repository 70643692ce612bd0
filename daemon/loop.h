/* loop.h - the one loop: sockets, results, timers, signals
 *
 * Timers: one for what is due next (at most an hour, so that a jump of the wall clock is noticed), a second's tick for
 * the sessions, a heartbeat every five.
 */
#ifndef LEEWAY_LOOP_H
#define LEEWAY_LOOP_H

#include "daemon/house.h"

/* Run the opened house until a signal or a failure ends it; starts the engine's thread and stops it. ready() is called
 * once, when messages are taken. Returns the exit code. */
int loop_run(struct house *h, void (*ready)(struct house *h, void *ctx), void *ctx);

#endif
