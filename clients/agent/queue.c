#include "clients/agent/queue.h"

#include "daemon/base/check.h"

#include <stdlib.h>

enum { BUCKETS = 4096 };

struct lane {
    struct lane *chain;       /* of the bucket */
    struct lane *next, *prev; /* of the list it is in */
    int64_t kase;
    struct queued *first, *last;
    struct tick until;
    size_t n;
    enum { LANE_READY = 1, LANE_RUNNING, LANE_ASLEEP, LANE_STUCK } state;
};

struct lanes {
    struct lane *first, *last;
};

struct queue {
    struct lane *bucket[BUCKETS];
    struct lanes ready, asleep;
    size_t count, stuck;
};

struct queue *queue_new(void)
{
    return xcalloc(1, sizeof(struct queue));
}

static void free_notice(struct queued *n)
{
    free(n->line);
    free(n);
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (q->bucket[i]) {
            struct lane *l = q->bucket[i];
            q->bucket[i] = l->chain;
            while (l->first) {
                struct queued *n = l->first;
                l->first = n->next;
                free_notice(n);
            }
            free(l);
        }
    }
    free(q);
}

static void append(struct lanes *list, struct lane *l)
{
    l->next = NULL;
    l->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = l;
    list->last = l;
}

static void take_out(struct lanes *list, struct lane *l)
{
    *(l->prev ? &l->prev->next : &list->first) = l->next;
    *(l->next ? &l->next->prev : &list->last) = l->prev;
}

static struct lane **find(struct queue *q, int64_t kase)
{
    struct lane **at = &q->bucket[((uint64_t)kase * 0x9e3779b97f4a7c15u >> 40) % BUCKETS];
    while (*at && (*at)->kase != kase)
        at = &(*at)->chain;
    return at;
}

void queue_add(struct queue *q, int64_t position, int64_t kase, const char *line)
{
    struct lane **at = find(q, kase), *l = *at;
    if (!l) {
        l = *at = xcalloc(1, sizeof *l);
        l->kase = kase;
        l->state = LANE_READY;
        append(&q->ready, l);
    }
    struct queued **before = &l->first;
    if (l->state == LANE_RUNNING && *before)
        before = &(*before)->next; /* the first is with its taker */
    while (*before && (*before)->position < position)
        before = &(*before)->next;
    if ((*before && (*before)->position == position) || (l->first && l->first->position == position))
        return;
    struct queued *n = xcalloc(1, sizeof *n);
    n->lane = l;
    n->position = position;
    n->kase = kase;
    n->line = xstrdup(line);
    n->next = *before;
    *before = n;
    if (!n->next)
        l->last = n;
    l->n++;
    q->count++;
    q->stuck += l->state == LANE_STUCK;
}

static void lane_end(struct queue *q, struct lane *l)
{
    struct lane **at = find(q, l->kase);
    *at = l->chain;
    free(l);
}

static void unstick(struct queue *q, struct lane *l)
{
    q->stuck -= l->n;
    l->state = LANE_READY;
    append(&q->ready, l);
}

void queue_drop(struct queue *q, int64_t position, int64_t kase)
{
    struct lane *l = *find(q, kase);
    struct queued *last = NULL, **at = l ? &l->first : NULL;
    while (at && *at && (*at)->position != position) {
        last = *at;
        at = &last->next;
    }
    if (!at || !*at || (l->state == LANE_RUNNING && *at == l->first))
        return;
    struct queued *n = *at;
    *at = n->next;
    if (!n->next)
        l->last = last;
    q->stuck -= l->state == LANE_STUCK;
    bool aside = l->state == LANE_STUCK && at == &l->first;
    free_notice(n);
    l->n--;
    q->count--;
    if (!l->first) {
        if (l->state != LANE_STUCK)
            take_out(l->state == LANE_READY ? &q->ready : &q->asleep, l);
        lane_end(q, l);
    } else if (aside)
        unstick(q, l);
}

static void stick(struct queue *q, struct lane *l)
{
    l->state = LANE_STUCK;
    q->stuck += l->n;
}

void queue_set_aside(struct queue *q, struct queued *n)
{
    REQUIRE(n->lane->state == LANE_RUNNING && n->lane->first == n);
    n->tries = n->pauses = 0;
    stick(q, n->lane);
}

void queue_aside(struct queue *q, int64_t position, int64_t kase)
{
    struct lane *l = *find(q, kase);
    if (!l || l->state != LANE_READY || l->first->position != position)
        return;
    take_out(&q->ready, l);
    stick(q, l);
}

void queue_retry(struct queue *q, int64_t position, int64_t kase)
{
    struct lane *l = *find(q, kase);
    if (l && l->state == LANE_STUCK && l->first->position == position)
        unstick(q, l);
}

static void awake(struct queue *q, struct tick now)
{
    for (struct lane *l = q->asleep.first, *next; l; l = next) {
        next = l->next;
        if (l->until.ms > now.ms)
            continue;
        take_out(&q->asleep, l);
        l->state = LANE_READY;
        append(&q->ready, l);
    }
}

struct queued *queue_take(struct queue *q, struct tick now)
{
    awake(q, now);
    struct lane *l = q->ready.first;
    if (!l)
        return NULL;
    take_out(&q->ready, l);
    l->state = LANE_RUNNING;
    return l->first;
}

void queue_finish(struct queue *q, struct queued *n)
{
    struct lane *l = n->lane;
    REQUIRE(l->state == LANE_RUNNING && l->first == n);
    l->first = n->next;
    l->n--;
    q->count--;
    free_notice(n);
    if (l->first) {
        l->state = LANE_READY;
        append(&q->ready, l);
        return;
    }
    lane_end(q, l);
}

void queue_sleep(struct queue *q, struct queued *n, struct tick until)
{
    struct lane *l = n->lane;
    REQUIRE(l->state == LANE_RUNNING && l->first == n);
    l->state = LANE_ASLEEP;
    l->until = until;
    append(&q->asleep, l);
}

size_t queue_count(const struct queue *q)
{
    return q->count - q->stuck;
}

bool queue_ready(const struct queue *q)
{
    return q->ready.first != NULL;
}

struct tick queue_next(const struct queue *q)
{
    struct tick due = {INT64_MAX};
    for (const struct lane *l = q->asleep.first; l; l = l->next)
        if (l->until.ms < due.ms)
            due = l->until;
    return due;
}
