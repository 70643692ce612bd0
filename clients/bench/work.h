/* work.h - who may send what next: cases under way, and the clerks who take them on
 *
 * Each line is one clerk's: of the accountability organ, of the receiver or of the publicity department, as many of
 * each as their acts are in the course. A clerk has a fixed number of commands in flight at most; which case is next is
 * chosen at random among those that wait for a clerk of this kind. So the whole pool is worked on evenly: it is the hot
 * set. A case that ended gives its place to the next one, taken over from the store or opened.
 *
 * Pure. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_WORK_H
#define LEEWAY_CLIENTS_BENCH_WORK_H

#include "clients/bench/course.h"

struct work_plan {
    size_t clients,
        depth;       /* clients times depth commands in flight; at least three lines, or a course would not go on */
    size_t hot;      /* cases under way; 0: four for each command in flight, one for one alone */
    uint64_t serial; /* of the first case to be opened */
    int64_t adopt;   /* the first case to take over, from their fourth act on; 0: none */
    uint64_t count, stride; /* how many of these, every stride-th, in no order */
};

struct slot {
    struct course course; /* while in flight */
    size_t line;
    uint32_t count;
    int64_t since; /* the caller's */
    bool busy;
};

struct work;

struct work *work_new(const struct work_plan *plan);
void work_free(struct work *w);

size_t work_lines(const struct work *w);
enum course_seat work_seat(const struct work *w, size_t line);

/* A command that may go out now: it is in flight from then on. False: nobody is free, or nothing waits for who is. */
bool work_next(struct work *w, size_t *ret_slot);

/* Its answer came. accepted: case `kase` goes on, or has ended; else another takes its place. */
void work_done(struct work *w, size_t slot, bool accepted, int64_t kase);

size_t work_slots(const struct work *w);
struct slot *work_slot(struct work *w, size_t slot);
uint64_t work_ended(const struct work *w); /* cases that came to their end */

#endif
