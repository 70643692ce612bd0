#include "daemon/sched/sched.h"

const char *hold_text(enum hold h)
{
    switch (h) {
    case HOLD_NOTHING:
        return "nothing is held";
    case HOLD_STEP:
        return "the wall clock was stepped by more than 5 minutes";
    case HOLD_BACKWARD:
        return "the wall clock stands before the last event";
    case HOLD_GAP:
        return "the last event is more than 72 hours ago";
    case HOLD_UNSYNCHRONISED:
        return "the kernel calls the clock unsynchronised";
    case HOLD_BEHIND:
        return "the store was put back to an earlier state";
    }
    return "?";
}

int64_t sched_wait(struct when now, struct when next)
{
    if (next.ms <= now.ms)
        return 0;
    /* next may be WHEN_NEVER and now below zero: compare before subtracting */
    if (next.ms > INT64_MAX - SCHED_LONGEST_MS || next.ms - SCHED_LONGEST_MS > now.ms)
        return SCHED_LONGEST_MS;
    return next.ms - now.ms;
}

enum hold sched_at_start(struct when last_event, struct when now)
{
    if (last_event.ms == 0)
        return HOLD_NOTHING;
    if (now.ms < last_event.ms)
        return HOLD_BACKWARD;
    return now.ms - last_event.ms > SCHED_GAP_MS ? HOLD_GAP : HOLD_NOTHING;
}

enum hold sched_while_running(struct when wall_then, struct tick tick_then, struct when wall_now, struct tick tick_now)
{
    int64_t parted = (wall_now.ms - wall_then.ms) - (tick_now.ms - tick_then.ms);
    return parted > SCHED_STEP_MS || parted < -SCHED_STEP_MS ? HOLD_STEP : HOLD_NOTHING;
}

enum hold sched_look(struct sched_watch *w, struct when wall, struct tick tick, bool unsynchronised)
{
    enum hold hold = sched_while_running(w->wall, w->tick, wall, tick);
    if (hold) {
        w->wall = wall;
        w->tick = tick;
    } else if (unsynchronised && !w->unsynchronised) {
        hold = HOLD_UNSYNCHRONISED;
    }
    w->unsynchronised = unsynchronised;
    return hold;
}
