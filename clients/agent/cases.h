/* cases.h - keeps the cases of the mirror as fresh as the notices say
 *
 * A notice about a case, or a command of the agent's own that was accepted, makes the mirrored case stale; stale ones
 * are asked for one at a time, in at most a fifth of the time, and only while there is a stream. What may not be read
 * (any more) leaves the mirror. Which are stale is durable with the mirror.
 *
 * I/O. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_AGENT_CASES_H
#define LEEWAY_CLIENTS_AGENT_CASES_H

#include "daemon/base/when.h"

#include <stdbool.h>
#include <stdint.h>

struct agent;

struct cases {
    bool asking, maybe; /* maybe: something may be stale */
    int64_t kase, mark; /* that is asked for; marks grow, so that what became stale meanwhile stays so */
    int64_t marks;
    struct tick asked, next;
};

void cases_begin(struct agent *g);
void cases_stale(struct agent *g, int64_t kase);
void cases_tick(struct agent *g);
struct tick cases_next(const struct agent *g); /* when cases_tick() has something to do; INT64_MAX: not by itself */

#endif
