/* plant.h - included before everything in a build with LEEWAY_PLANTS: does the environment want this fault?
 *
 * Threads: any.
 */
#ifndef LEEWAY_SOAK_PLANT_H
#define LEEWAY_SOAK_PLANT_H

#include <stdlib.h>
#include <string.h>

static inline int plant_chosen(const char *fault)
{
    const char *chosen = getenv("LEEWAY_PLANT");
    return chosen && strcmp(chosen, fault) == 0;
}

#define planted(fault) plant_chosen(fault)

#endif
