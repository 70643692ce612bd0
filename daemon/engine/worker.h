/* worker.h - the engine's thread
 *
 * The loop hands jobs over and takes results back; while the engine commits, the next batch gathers, so a batch grows
 * by itself with the load and a lone command never waits for company. At most WORKER_BATCH jobs are one batch.
 *
 * Threads: worker_submit, worker_wake, worker_take belong to the loop's thread; `ready` is called on the engine's
 * thread and must only signal (uv_async_send).
 */
#ifndef LEEWAY_ENGINE_WORKER_H
#define LEEWAY_ENGINE_WORKER_H

#include "daemon/engine/engine.h"

enum { WORKER_BATCH = 1024 };

struct worker;

/* A job with the memory it stands on: the worker takes `arena` and frees it after the batch. */
struct worker_job {
    struct arena *arena;
    struct job job; /* points into arena */
};

/* clock: what time it is, read on the engine's thread before each batch (wall time), and whether it is to be doubted
 * (engine_hold). The engine must have been started. Gives: worker_stop(). */
typedef struct when worker_clock(void *ctx, enum hold *ret_hold);
struct worker *worker_start(struct engine *e, worker_clock *clock, void (*ready)(void *), void *ctx);

/* ST_LIMIT: as many jobs wait as may (64 Ki, or 64 MiB); the job is still the caller's. */
MUST_USE enum status worker_submit(struct worker *w, const struct worker_job *job);

/* Run a batch even without jobs (a due moment has come). */
void worker_wake(struct worker *w);

/* The next finished result, in order; false: none now. The caller ends it with engine_result_done(). */
bool worker_take(struct worker *w, struct engine_result *ret);

/* Finish what waits and join the thread; worker_take() then gives the last results. After a result whose status ends
 * the process nothing more is done. */
void worker_finish(struct worker *w);

/* worker_finish(), forget the results that nobody took, free. */
void worker_stop(struct worker *w);

#endif
