#include "daemon/engine/worker.h"

#include "daemon/base/check.h"

#include <pthread.h>
#include <stdlib.h>

enum { JOBS_MOST = 64 * 1024, BYTES_MOST = 64 * 1024 * 1024, BYTES_OF_AN_ARENA = 4 * 1024 };

struct finished {
    struct finished *next;
    struct engine_result result;
};

struct worker {
    struct engine *engine;
    worker_clock *clock;
    void (*ready)(void *ctx);
    void *ctx;
    pthread_t thread;
    bool joined; /* of the loop's thread */

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t wanted;
    struct worker_job *ring; /* JOBS_MOST of them; `n` from `first` wait */
    size_t first, n, bytes;
    bool wake, stop;
    struct finished *results, **results_end;

    /* of the engine's thread: the batch at work */
    struct job job[WORKER_BATCH];
    struct arena *arena[WORKER_BATCH];
};

/* What a job holds: a small one the first block of its arena. */
static size_t weight(const struct worker_job *j)
{
    size_t used = arena_used(j->arena);
    return used > BYTES_OF_AN_ARENA ? used : BYTES_OF_AN_ARENA;
}

/* Take what waits into the batch. Called with the lock. */
static size_t take_batch(struct worker *w)
{
    size_t n = w->n < WORKER_BATCH ? w->n : WORKER_BATCH;
    for (size_t i = 0; i < n; i++) {
        const struct worker_job *j = &w->ring[(w->first + i) % JOBS_MOST];
        w->job[i] = j->job;
        w->arena[i] = j->arena;
        w->bytes -= weight(j);
    }
    w->first = (w->first + n) % JOBS_MOST;
    w->n -= n;
    w->wake = false;
    return n;
}

/* The engine works after these; after any other the process must end and nothing more may be tried. */
static bool may_go_on(enum status st)
{
    return st == ST_OK || st == ST_FULL;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    bool on = true;
    pthread_mutex_lock(&w->lock);
    while (on) {
        while (!w->n && !w->wake && !w->stop)
            pthread_cond_wait(&w->wanted, &w->lock);
        if (!w->n && !w->wake)
            break;
        size_t n = take_batch(w);
        pthread_mutex_unlock(&w->lock);
        struct finished *f = xcalloc(1, sizeof *f);
        enum hold hold = HOLD_NOTHING;
        struct when now = w->clock(w->ctx, &hold);
        engine_hold(w->engine, hold);
        engine_batch(w->engine, w->job, n, now, &f->result);
        on = may_go_on(f->result.status);
        for (size_t i = 0; i < n; i++)
            arena_free(w->arena[i]);
        pthread_mutex_lock(&w->lock);
        *w->results_end = f;
        w->results_end = &f->next;
        w->ready(w->ctx);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct worker *worker_start(struct engine *e, worker_clock *clock, void (*ready)(void *), void *ctx)
{
    struct worker *w = xcalloc(1, sizeof *w);
    w->engine = e;
    w->clock = clock;
    w->ready = ready;
    w->ctx = ctx;
    w->ring = xcalloc(JOBS_MOST, sizeof *w->ring);
    w->results_end = &w->results;
    REQUIRE(pthread_mutex_init(&w->lock, NULL) == 0);
    REQUIRE(pthread_cond_init(&w->wanted, NULL) == 0);
    REQUIRE(pthread_create(&w->thread, NULL, work, w) == 0);
    return w;
}

enum status worker_submit(struct worker *w, const struct worker_job *job)
{
    size_t bytes = weight(job);
    pthread_mutex_lock(&w->lock);
    bool room = w->n < JOBS_MOST && bytes <= BYTES_MOST - w->bytes;
    if (!w->n)
        w->first = 0; /* the same pages again, not all of the ring in turn */
    if (room) {
        w->ring[(w->first + w->n) % JOBS_MOST] = *job;
        w->n++;
        w->bytes += bytes;
        pthread_cond_signal(&w->wanted);
    }
    pthread_mutex_unlock(&w->lock);
    return room ? ST_OK : ST_LIMIT;
}

void worker_wake(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->wake = true;
    pthread_cond_signal(&w->wanted);
    pthread_mutex_unlock(&w->lock);
}

bool worker_take(struct worker *w, struct engine_result *ret)
{
    pthread_mutex_lock(&w->lock);
    struct finished *f = w->results;
    if (f) {
        w->results = f->next;
        if (!w->results)
            w->results_end = &w->results;
    }
    pthread_mutex_unlock(&w->lock);
    if (!f)
        return false;
    *ret = f->result;
    free(f);
    return true;
}

void worker_finish(struct worker *w)
{
    if (w->joined)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wanted);
    pthread_mutex_unlock(&w->lock);
    REQUIRE(pthread_join(w->thread, NULL) == 0);
    w->joined = true;
}

void worker_stop(struct worker *w)
{
    struct engine_result r;
    if (!w)
        return;
    worker_finish(w);
    while (worker_take(w, &r)) {
        if (r.view)
            view_drop(r.view);
        engine_result_done(&r);
    }
    for (; w->n; w->n--, w->first = (w->first + 1) % JOBS_MOST)
        arena_free(w->ring[w->first].arena);
    pthread_cond_destroy(&w->wanted);
    pthread_mutex_destroy(&w->lock);
    free(w->ring);
    free(w);
}
