/* queue.h - which notice is handled next
 *
 * Notices of one case are handled in their order, one at a time, and one that must wait holds up those behind it; those
 * of different cases go side by side. Each case has a lane; a lane is ready, running, asleep until a moment, or stuck
 * behind a notice that was set aside.
 *
 * Pure. Memory: the queue owns its notices; one that was taken belongs to the taker until queue_finish() or
 * queue_sleep() gives it back. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_AGENT_QUEUE_H
#define LEEWAY_CLIENTS_AGENT_QUEUE_H

#include "daemon/base/when.h"

#include <stddef.h>
#include <stdint.h>

struct lane;
struct queue;

struct queued {
    struct queued *next; /* of the same lane */
    struct lane *lane;
    int64_t position, kase;
    char *line;        /* the notice as JSON */
    int tries, pauses; /* failures, and times it was put off: the taker's */
};

struct queue *queue_new(void); /* gives: queue_free() */
void queue_free(struct queue *q);

/* Copies the line. Of one case positions come in rising order, but what was dropped before may come anew: it goes to
 * its place among those that are not taken. One that is there already is not added. */
void queue_add(struct queue *q, int64_t position, int64_t kase, const char *line);

/* The next notice that may be handled, or NULL. Lanes come in turn. Borrows until it is given back. */
struct queued *queue_take(struct queue *q, struct tick now);

/* It is handled; frees it. */
void queue_finish(struct queue *q, struct queued *n);

/* It is set aside, and those of its case behind it wait until queue_retry() or queue_drop(). The notice is the queue's
 * again. */
void queue_set_aside(struct queue *q, struct queued *n);
/* The same for the first of its case, at the start. */
void queue_aside(struct queue *q, int64_t position, int64_t kase);
/* One that was set aside is ready again. */
void queue_retry(struct queue *q, int64_t position, int64_t kase);

/* Forget a notice that nobody has taken; nothing happens when it is not there. */
void queue_drop(struct queue *q, int64_t position, int64_t kase);

/* It must be tried again, not before `until`. */
void queue_sleep(struct queue *q, struct queued *n, struct tick until);

size_t queue_count(const struct queue *q); /* with those that were taken, without those that wait for one set aside */
bool queue_ready(const struct queue *q);   /* something could be taken but for lanes that are asleep */
struct tick queue_next(const struct queue *q); /* when the first lane awakes; INT64_MAX: none sleeps */

#endif
