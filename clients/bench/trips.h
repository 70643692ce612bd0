/* trips.h - round trips of libzmq: a DEALER and a ROUTER with CURVE on the loopback, frames as long as the daemon's
 *
 * Threads: starts one for the side that answers.
 */
#ifndef LEEWAY_CLIENTS_BENCH_TRIPS_H
#define LEEWAY_CLIENTS_BENCH_TRIPS_H

/* Round trips a second with so many in flight. */
double trips_run(int in_flight, double seconds);

#endif
