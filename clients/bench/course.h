/* course.h - the course of a Yinchuan case as commands: twelve acts, from the proceeding to its publication
 *
 * A case belongs to one worker: a clerk of the accountability organ, one of the receiver and one of the publicity
 * department, each with a key of its own. Every act is what a department would really send; nothing is left out for
 * speed.
 *
 * Pure. Memory: messages are in the arena given. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_BENCH_COURSE_H
#define LEEWAY_CLIENTS_BENCH_COURSE_H

#include "daemon/base/hash.h"
#include "proto/value.h"

enum course_seat { SEAT_ORGAN, SEAT_RECEIVER, SEAT_PUBLICITY, SEATS };
enum { COURSE_ACTS = 12 };

struct course {
    uint64_t serial;   /* no other case of the store has it: subjects and proceedings are named after it */
    unsigned organ;    /* organ-000 and so on */
    int64_t kase;      /* once the first act was accepted */
    unsigned act;      /* the next */
    struct hash paper; /* one that was put */
};

/* Who sends the next act. */
enum course_seat course_seat(const struct course *c);

/* The next act as a message without an id. */
struct value *course_message(struct arena *a, const struct course *c);

const char *course_act(unsigned act);

#endif
