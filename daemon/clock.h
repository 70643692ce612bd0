/* clock.h - the only place that reads clocks and randomness
 *
 * Everything below the roof gets them as arguments.
 *
 * Threads: any.
 */
#ifndef LEEWAY_CLOCK_H
#define LEEWAY_CLOCK_H

#include "daemon/base/when.h"

struct when clock_wall(void);
struct tick clock_tick(void);
void random_bytes(void *out, size_t n);

#endif
