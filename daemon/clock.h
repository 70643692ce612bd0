/* clock.h - the only place that reads clocks and randomness
 *
 * Everything below the roof gets them as arguments.
 *
 * Threads: any.
 */
#ifndef LEEWAY_CLOCK_H
#define LEEWAY_CLOCK_H

#include "daemon/base/when.h"

#include <stdbool.h>
#include <stddef.h>

struct when clock_wall(void);
struct tick clock_tick(void);
/* Does the kernel call the wall clock unsynchronised, or not say? */
bool clock_unsynchronised(void);
void random_bytes(void *out, size_t n);

#endif
