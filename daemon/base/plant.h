/* plant.h - where the tests of the tests may put a fault in
 *
 * A soak that finds nothing may be blind. A build with the option LEEWAY_PLANTS brings its own planted()
 * (tests/soak/plant.h), which asks the environment's LEEWAY_PLANT: `skip-dedupe` (the daemon forgets what it answered),
 * `ack-early` (the agent reports before it has anything durable), `drop-one` (the agent loses a notice now and then).
 * In any other build it is false, and nothing of it is in the programs.
 *
 * Threads: any.
 */
#ifndef LEEWAY_BASE_PLANT_H
#define LEEWAY_BASE_PLANT_H

#ifndef planted
#define planted(fault) 0
#endif

#endif
