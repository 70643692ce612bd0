/* sched.h - when to wake, and whether the clock may be believed
 *
 * The truth about what is due stands in the store, an index in order of time; the engine takes from its front. Here is
 * decided when the one timer fires next, and when expiries must be *held* because the wall clock has done what a clock
 * does not do by itself. A held expiry is late; an expiry by a wrong clock harms a person.
 *
 * Pure: both times are arguments. Threads: one.
 */
#ifndef LEEWAY_SCHED_SCHED_H
#define LEEWAY_SCHED_SCHED_H

#include "daemon/base/when.h"

#include <stdbool.h>

enum { SCHED_LONGEST_MS = 3600 * 1000, SCHED_STEP_MS = 5 * 60 * 1000 };
#define SCHED_GAP_MS (72LL * 3600 * 1000)

enum hold {
    HOLD_NOTHING,        /* expiries go out */
    HOLD_STEP,           /* wall and monotonic time parted by more than 5 minutes */
    HOLD_BACKWARD,       /* the start is earlier than the last event */
    HOLD_GAP,            /* the start is more than 72 hours after the last event */
    HOLD_UNSYNCHRONISED, /* the kernel calls the clock unsynchronised */
    HOLD_BEHIND,         /* the store was put back to an earlier state (trust.h); no confirmation ends it */
};

const char *hold_text(enum hold h);

/* Milliseconds until the timer must fire: 0 when `next` is past, never more than an hour, so that a jump of the wall
 * clock is noticed within it. */
int64_t sched_wait(struct when now, struct when next);

/* At a start: the last event's moment (ms 0: there is none) against the wall clock. */
enum hold sched_at_start(struct when last_event, struct when now);

/* While running: both clocks at some moment and now. */
enum hold sched_while_running(struct when wall_then, struct tick tick_then, struct when wall_now, struct tick tick_now);

/* What a running daemon remembers of its clocks: where they stood when they were believed last. */
struct sched_watch {
    struct when wall;
    struct tick tick;
    bool unsynchronised;
};

/* Look at the clocks again; unsynchronised: the kernel says so, and it matters. Each doubt is told once: a step is
 * measured from where the clocks stand after it, and a clock that stays unsynchronised was told. */
enum hold sched_look(struct sched_watch *w, struct when wall, struct tick tick, bool unsynchronised);

#endif
