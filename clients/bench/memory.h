/* memory.h - the engine on a store in memory, and the judge by itself: what the law costs without any disk
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_MEMORY_H
#define LEEWAY_CLIENTS_BENCH_MEMORY_H

#include "clients/bench/record.h"

/* Decisions a second over the twelve acts of a course: decide and apply, in memory. config: the folder with
 * procedures/yinchuan.yaml and calendars/. */
double memory_judge(const char *config);

/* Commands a second through the engine: takes cases through their course, `batch` commands at a time. ret (may be NULL)
 * gets what was written. */
double memory_engine(const char *config, size_t cases, size_t batch, struct record *ret);

/* Events a second when so many cases that went through their course are folded anew. */
double memory_fold(const char *config, size_t cases);

#endif
