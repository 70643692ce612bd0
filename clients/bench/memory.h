/* memory.h - the engine on a store in memory, and the judge by itself: what the law costs without any disk
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_MEMORY_H
#define LEEWAY_CLIENTS_BENCH_MEMORY_H

#include "clients/bench/record.h"

struct memory_figures {
    double commands;  /* a second, through the engine, in batches */
    double decisions; /* a second: decide and apply */
};

/* Takes cases through their course, `batch` commands at a time, and records what was written. config: the folder with
 * procedures/yinchuan.yaml and calendars/. */
struct memory_figures memory_run(const char *config, size_t cases, size_t batch, struct record *ret);

#endif
