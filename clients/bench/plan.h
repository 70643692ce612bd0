/* plan.h - what the words of leeway-bench-load mean
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_PLAN_H
#define LEEWAY_CLIENTS_BENCH_PLAN_H

#include "clients/bench/ask.h"
#include "clients/bench/work.h"

struct plan {
    const char *endpoint, *server_key, *keys;
    const char *listen, *listen_key; /* NULL: nobody listens */
    const char *ask;                 /* a file with the key of who asks; NULL: nobody does */
    struct work_plan work;
    struct ask_plan asking;
    int64_t warm_s, seconds;
    uint64_t rate; /* commands a second; 0: as many as go */
    struct hash paper;
};

/* Ends the process when they mean nothing. */
void plan_read(struct plan *p, int argc, char **argv);

#endif
