#include "daemon/loop.h"

#include "daemon/clock.h"
#include "daemon/notify.h"
#include "daemon/ops/log.h"
#include "daemon/serve.h"
#include "daemon/zuv.h"

#include <signal.h>
#include <sysexits.h>

enum {
    TICK_MS = 1000,
    HEAD_MS = 5000,
    HELD_MS = 60 * 1000, /* how often held expiries are looked at */
    STUCK_MS = 1000,     /* and what is due and does not go away */
    BUDGET = 64,         /* messages of a door in one turn of the loop */
    SIGNALS = 3
};

struct loop {
    struct house *house;
    uv_loop_t uv;
    struct zuv zuv;
    uv_async_t results, papers;
    uv_timer_t due, tick, head;
    uv_signal_t signal[SIGNALS];
    struct sched_watch watch; /* of the engine's thread */
    struct when woken_for;    /* the due moment for which the engine was woken last */
    bool doors_open;
};

/* ---- Time ---- */

/* On the engine's thread, before each batch: what is due goes out only by a clock that was looked at. */
static struct when wall(void *ctx, enum hold *ret_hold)
{
    struct loop *l = ctx;
    struct when now = clock_wall();
    bool matters = !l->house->config->unsynchronised_allowed;
    *ret_hold = sched_look(&l->watch, now, clock_tick(), matters && clock_unsynchronised());
    if (atomic_load(&l->house->behind))
        *ret_hold = HOLD_BEHIND;
    return now;
}

static void on_due(uv_timer_t *t)
{
    struct loop *l = t->data;
    l->woken_for = l->house->next_due;
    worker_wake(l->house->worker);
}

/* The distance is taken in the engine's own time, which in a store of simulated time is not that of the wall. */
static void arm(struct loop *l)
{
    const struct house *h = l->house;
    int64_t wait = sched_wait(h->now, h->next_due);
    if (wait == 0 && h->held)
        wait = HELD_MS;
    if (wait == 0 && l->woken_for.ms == h->next_due.ms)
        wait = STUCK_MS;
    uv_timer_start(&l->due, on_due, (uint64_t)wait, 0);
}

static void on_tick(uv_timer_t *t)
{
    struct loop *l = t->data;
    house_tick(l->house);
    if (l->house->exit_code)
        uv_stop(&l->uv);
}

static void on_head(uv_timer_t *t)
{
    struct loop *l = t->data;
    serve_head(l->house);
}

/* ---- Streams, as a door without a socket: sent in portions between messages ---- */

static bool streams_want(void *self)
{
    struct house *h = self;
    return !h->exit_code && session_pump(h->sessions, clock_tick(), 0);
}

static void streams_send(void *self, int budget)
{
    (void)session_pump(((struct house *)self)->sessions, clock_tick(), budget);
}

/* ---- Results ---- */

static void ready_results(void *ctx)
{
    uv_async_send(&((struct loop *)ctx)->results);
}

static void take_results(struct loop *l)
{
    struct engine_result r;
    while (!l->house->exit_code && worker_take(l->house->worker, &r)) {
        bool fine = serve_result(l->house, &r);
        if (r.view)
            view_drop(r.view);
        engine_result_done(&r);
        if (!fine)
            uv_stop(&l->uv);
    }
}

static void on_results(uv_async_t *async)
{
    struct loop *l = async->data;
    take_results(l);
    if (!l->house->exit_code)
        arm(l);
}

static void ready_papers(void *ctx)
{
    uv_async_send(&((struct loop *)ctx)->papers);
}

static void on_papers(uv_async_t *async)
{
    struct loop *l = async->data;
    struct paper_task task;
    while (paperwork_take(l->house->paperwork, &task)) {
        if (!l->house->exit_code)
            serve_paper(l->house, &task);
        arena_free(task.arena);
    }
}

/* ---- Signals ---- */

static void on_signal(uv_signal_t *s, int number)
{
    struct loop *l = s->data;
    if (number == SIGHUP) {
        house_reload(l->house);
        return;
    }
    log_say(LOG_NOTICE, "stopping", LOG_NUMBER("signal", number), LOG_END);
    uv_stop(&l->uv);
}

/* ---- Life ---- */

static enum status open_doors(struct loop *l)
{
    struct bus_door door[BUS_DOORS];
    struct bus_door streams = {-1, streams_want, streams_send, l->house};
    enum status st = ST_OK;
    bus_doors(l->house->bus, door);
    zuv_init(&l->zuv, &l->uv);
    l->doors_open = true;
    for (int i = 0; i < BUS_DOORS && !st; i++)
        st = zuv_add(&l->zuv, door[i], BUDGET);
    if (!st)
        st = zuv_add(&l->zuv, streams, BUDGET);
    return st;
}

static void start(struct loop *l)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    uv_async_init(&l->uv, &l->results, on_results);
    uv_async_init(&l->uv, &l->papers, on_papers);
    uv_timer_init(&l->uv, &l->due);
    uv_timer_init(&l->uv, &l->tick);
    uv_timer_init(&l->uv, &l->head);
    l->results.data = l->papers.data = l->due.data = l->tick.data = l->head.data = l;
    uv_timer_start(&l->tick, on_tick, TICK_MS, TICK_MS);
    uv_timer_start(&l->head, on_head, HEAD_MS, HEAD_MS);
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&l->uv, &l->signal[i]);
        l->signal[i].data = l;
        uv_signal_start(&l->signal[i], on_signal, numbers[i]);
    }
    l->woken_for = (struct when){INT64_MIN};
    l->watch = (struct sched_watch){.wall = clock_wall(), .tick = clock_tick()};
    l->house->worker = worker_start(l->house->engine, wall, ready_results, l);
    l->house->paperwork = paperwork_start(l->house->papers, ready_papers, l);
    arm(l);
}

/* No message is taken any more; what was taken is committed and answered, and the readers are told. */
static void drain(struct loop *l)
{
    struct house *h = l->house;
    worker_finish(h->worker);
    take_results(l);
    worker_stop(h->worker);
    h->worker = NULL;
    paperwork_stop(h->paperwork); /* what is half put is gone on with after the next start */
    h->paperwork = NULL;
    if (h->exit_code)
        return; /* the outcome is not known: nobody hears anything more */
    while (session_pump(h->sessions, clock_tick(), BUDGET))
        ;
    session_stop(h->sessions);
}

static void close_handles(struct loop *l)
{
    if (l->doors_open)
        zuv_close(&l->zuv);
    uv_close((uv_handle_t *)&l->results, NULL);
    uv_close((uv_handle_t *)&l->papers, NULL);
    uv_close((uv_handle_t *)&l->due, NULL);
    uv_close((uv_handle_t *)&l->tick, NULL);
    uv_close((uv_handle_t *)&l->head, NULL);
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&l->signal[i], NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
}

int loop_run(struct house *h, void (*ready)(struct house *h, void *ctx), void *ctx)
{
    struct loop l = {.house = h};
    if (uv_loop_init(&l.uv) != 0)
        return EX_OSERR;
    start(&l);
    if (open_doors(&l)) {
        log_say(LOG_ERROR, "loop-failed", LOG_TEXT("text", "a socket cannot be watched"), LOG_END);
        h->exit_code = EX_OSERR;
    } else {
        ready(h, ctx);
        uv_run(&l.uv, UV_RUN_DEFAULT);
    }
    notify("STOPPING=1");
    drain(&l);
    close_handles(&l);
    return h->exit_code;
}
