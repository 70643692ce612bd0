#include "clients/bench/work.h"

#include "daemon/base/check.h"

#include <stdlib.h>

enum { ADOPTED_AT = 3, POOL = 4, LEAP = 1000003 }; /* LEAP: a prime, so that every case has its turn */

/* What waits for clerks of one kind. */
struct desk {
    struct course *ready; /* in no order */
    size_t nready;
    size_t *idle; /* slots: a ring, so that every line has its turn */
    size_t nidle, first_idle;
};

struct work {
    struct work_plan plan;
    struct desk desk[SEATS];
    struct slot *slot;
    enum course_seat *seat; /* of each line */
    size_t nslots, nlines, in_flight, most, turn;
    uint64_t serial, adopted, ended, chance;
};

static uint64_t chance(struct work *w)
{
    w->chance ^= w->chance << 13, w->chance ^= w->chance >> 7, w->chance ^= w->chance << 17;
    return w->chance;
}

static void put_ready(struct work *w, const struct course *c)
{
    struct desk *d = &w->desk[course_seat(c)];
    d->ready[d->nready++] = *c;
}

static void put_idle(struct work *w, size_t slot)
{
    struct desk *d = &w->desk[w->seat[w->slot[slot].line]];
    d->idle[(d->first_idle + d->nidle++) % w->nslots] = slot;
}

/* One more case under way. */
static void put_fresh(struct work *w)
{
    struct course c = {.serial = w->serial};
    if (w->plan.adopt && w->adopted < w->plan.count) {
        c.kase = w->plan.adopt + (int64_t)(w->adopted++ * LEAP % w->plan.count * w->plan.stride);
        c.act = ADOPTED_AT;
    } else {
        w->serial++;
    }
    put_ready(w, &c);
}

/* A third of the course is the organ's, half the receiver's, a sixth the publicity department's. */
static void seats_share(struct work *w)
{
    size_t organ = (2 * w->nlines + 3) / 6, publicity = (w->nlines + 3) / 6;
    for (size_t i = 0; i < w->nlines; i++)
        w->seat[i] = i < organ ? SEAT_ORGAN : i < organ + publicity ? SEAT_PUBLICITY : SEAT_RECEIVER;
}

struct work *work_new(const struct work_plan *plan)
{
    REQUIRE(plan->clients && plan->depth);
    struct work *w = xcalloc(1, sizeof *w);
    w->plan = *plan;
    w->serial = plan->serial;
    w->chance = 88172645463325252u; /* the same in each run */
    w->most = plan->clients * plan->depth;
    w->nlines = plan->clients < SEATS ? (size_t)SEATS : plan->clients;
    w->nslots = w->nlines * plan->depth;
    size_t hot = plan->hot ? plan->hot : w->most == 1 ? 1 : POOL * w->most;
    w->seat = xcalloc(w->nlines, sizeof *w->seat);
    w->slot = xcalloc(w->nslots, sizeof *w->slot);
    for (int seat = 0; seat < SEATS; seat++) {
        w->desk[seat].ready = xcalloc(hot, sizeof *w->desk[seat].ready);
        w->desk[seat].idle = xcalloc(w->nslots, sizeof *w->desk[seat].idle);
    }
    seats_share(w);
    for (size_t i = 0; i < w->nslots; i++) {
        w->slot[i].line = i % w->nlines;
        put_idle(w, i);
    }
    for (size_t i = 0; i < hot; i++)
        put_fresh(w);
    return w;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    for (int seat = 0; seat < SEATS; seat++) {
        free(w->desk[seat].ready);
        free(w->desk[seat].idle);
    }
    free(w->slot);
    free(w->seat);
    free(w);
}

size_t work_lines(const struct work *w)
{
    return w->nlines;
}

enum course_seat work_seat(const struct work *w, size_t line)
{
    return w->seat[line];
}

static size_t pair(struct work *w, struct desk *d)
{
    size_t slot = d->idle[d->first_idle], chosen = chance(w) % d->nready;
    d->first_idle = (d->first_idle + 1) % w->nslots;
    d->nidle--;
    w->slot[slot].course = d->ready[chosen];
    d->ready[chosen] = d->ready[--d->nready];
    w->slot[slot].busy = true;
    w->slot[slot].count++;
    w->in_flight++;
    return slot;
}

bool work_next(struct work *w, size_t *ret_slot)
{
    if (w->in_flight == w->most)
        return false;
    for (int looked = 0; looked < SEATS; looked++) {
        struct desk *d = &w->desk[w->turn++ % SEATS];
        if (!d->nready || !d->nidle)
            continue;
        *ret_slot = pair(w, d);
        return true;
    }
    return false;
}

void work_done(struct work *w, size_t slot, bool accepted, int64_t kase)
{
    struct slot *s = &w->slot[slot];
    REQUIRE(s->busy);
    s->busy = false;
    w->in_flight--;
    put_idle(w, slot);
    s->course.kase = kase;
    s->course.act++;
    if (accepted && kase && s->course.act < COURSE_ACTS) {
        put_ready(w, &s->course);
        return;
    }
    w->ended += accepted;
    put_fresh(w);
}

size_t work_slots(const struct work *w)
{
    return w->nslots;
}

struct slot *work_slot(struct work *w, size_t slot)
{
    return &w->slot[slot];
}

uint64_t work_ended(const struct work *w)
{
    return w->ended;
}
