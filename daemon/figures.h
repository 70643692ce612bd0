/* figures.h - what the daemon knows of itself, beside the store: for the question `status`
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_FIGURES_H
#define LEEWAY_FIGURES_H

#include "daemon/house.h"

/* Add to an answer of `status`: whether limits wait; and, for who looks after the daemon (admin, inspect, monitor),
 * `counters`, all from 0 at the start. A refusal stays as it is. */
void figures_status(struct house *h, const char *principal, struct arena *a, struct value *status);

#endif
