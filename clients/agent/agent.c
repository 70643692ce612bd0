#include "clients/agent/inside.h"
#include "clients/agent/look.h"

#include "clients/lib/json.h"
#include "daemon/base/check.h"
#include "daemon/base/plant.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_HIGH = 4096, QUEUE_LOW = 2048, FIRST_LATER = 500, LONGEST_LATER = 60000 };
enum { LOOK = 100 /* ms between two looks at how much a handler has printed */ };

struct tick agent_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct tick){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

void agent_say(const struct agent *g, const char *fmt, ...)
{
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    fprintf(stderr, "leeway-agent: %s/%s: %s\n", g->o->stream, g->o->name, line);
}

void agent_became(struct agent *g, int64_t position, enum mirror_state state, const char *reason)
{
    if (g->mirror)
        mirror_became(g->mirror, position, state, reason);
}

void agent_done(struct agent *g, int64_t position)
{
    if (g->stream)
        lw_done(g->stream, position);
}

void agent_failed(struct agent *g, int64_t position, const char *reason)
{
    if (g->stream)
        lw_failed(g->stream, position, reason);
}

void agent_take_down(struct agent *g, int64_t position, int64_t kase, const char *line)
{
    journal_take(g->journal, position, line);
    if (g->mirror)
        mirror_notice(g->mirror, position, line);
    cases_stale(g, kase);
}

static void mirror_turn(struct agent *g)
{
    enum status st = g->mirror ? mirror_commit(g->mirror) : ST_OK;
    if (!st)
        return;
    agent_say(g, "the mirror is given up until the next start: %s", status_text(st));
    mirror_close(g->mirror);
    g->mirror = NULL;
}

static void give_up(struct agent *g, const char *why)
{
    agent_say(g, "%s", why);
    g->over = true;
    g->result = 1;
}

static void start_what_may(struct agent *g)
{
    if (!trust_lets(g))
        return;
    for (int i = 0; i < g->o->concurrency && g->running < g->o->concurrency && !g->stopping; i++) {
        if (g->runs[i].notice)
            continue;
        if (g->o->group && !lw_live(g->stream))
            return; /* who cannot be reached may have lost what it had */
        struct queued *n = queue_take(g->queue, agent_now());
        if (!n)
            return;
        run_start(g, &g->runs[i], n);
    }
}

static void reap(struct agent *g)
{
    for (int i = 0; i < g->o->concurrency; i++) {
        struct run *r = &g->runs[i];
        int status;
        if (r->notice && r->runner.pid > 0 && waitpid(r->runner.pid, &status, WNOHANG) == r->runner.pid)
            run_ended(r, status);
    }
}

static void stop_overdue(struct agent *g)
{
    for (int i = 0; i < g->o->concurrency; i++) {
        struct run *r = &g->runs[i];
        if (!r->notice || r->runner.pid <= 0)
            continue;
        if (!r->killed && runner_floods(&r->runner)) {
            r->flooded = r->killed = true;
            r->limit = agent_now();
        }
        if (r->limit.ms > agent_now().ms)
            continue;
        runner_signal(&r->runner, r->killed ? SIGKILL : SIGTERM);
        r->killed = true;
        r->limit.ms = agent_now().ms + 2000;
    }
}

/* ---- the stream ---- */

static void on_notices(void *ctx, const struct value *const *notice, size_t n)
{
    struct agent *g = ctx;
    struct buf line = {0};
    int64_t last = 0;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&line);
        json_line(&line, notice[i]);
        if (g->o->group) {
            member_share(g, notice[i], buf_cstr(&line));
            continue;
        }
        last = v_get_int(notice[i], "position", 0);
        if (planted("drop-one") && last % 50 == 7) {
            lw_done(g->stream, last);
            continue;
        }
        if (planted("ack-early")) {
            agent_take_down(g, last, v_get_int(notice[i], "case", 0), buf_cstr(&line));
            lw_done(g->stream, last);
            queue_add(g->queue, last, v_get_int(notice[i], "case", 0), buf_cstr(&line));
            journal_forget(g->journal, last); /* its position stays, so nothing looks broken */
            continue;
        }
        agent_take_down(g, last, v_get_int(notice[i], "case", 0), buf_cstr(&line));
        queue_add(g->queue, last, v_get_int(notice[i], "case", 0), buf_cstr(&line));
    }
    buf_done(&line);
    enum status st = journal_sync(g->journal);
    if (st != ST_OK) {
        give_up(g, status_text(st));
        return;
    }
    for (size_t i = 0; i < n && g->o->group; i++)
        member_claim(g, notice[i]);
    if (!g->o->group)
        lw_received(g->stream, last);
    if (queue_count(g->queue) > QUEUE_HIGH && !g->paused)
        lw_pause(g->stream, g->paused = true);
}

static void on_reported(void *ctx, int64_t received, const int64_t *position, size_t n)
{
    struct agent *g = ctx;
    (void)received;
    for (size_t i = 0; i < n; i++)
        journal_confirm(g->journal, position[i]);
}

static void on_ended(void *ctx, const struct lw_error *e)
{
    give_up(ctx, e->text);
}

static void on_state(void *ctx, enum lw_state state)
{
    struct agent *g = ctx;
    switch (state) {
    case LW_UP:
        agent_say(g, "connected");
        trust_connected(g);
        return;
    case LW_LOST:
        agent_say(g, "the connection is lost; trying again");
        return;
    case LW_NO_ENTRY:
        agent_say(g, "the daemon does not let this key in; trying again");
        return;
    case LW_CONNECTING:
        return;
    }
}

/* ---- what was set aside ---- */

struct retrying {
    struct agent *agent;
    int64_t position; /* -1: all */
};

static void retry_entry(void *ctx, int64_t position, const struct journal_entry *e)
{
    struct retrying *r = ctx;
    struct agent *g = r->agent;
    if (e->state != JOURNAL_FAILED || !e->line || (r->position >= 0 && r->position != position))
        return;
    struct arena *a = arena_new();
    queue_retry(g->queue, position, v_get_int(agent_notice_of(a, e->line), "case", 0));
    arena_free(a);
    journal_retry(g->journal, position);
    agent_became(g, position, MIRROR_TAKEN, NULL);
    agent_say(g, "notice %lld is tried again", (long long)position);
}

static void on_retry(void *ctx, int64_t position)
{
    struct retrying r = {ctx, position};
    journal_each(r.agent->journal, retry_entry, &r);
}

/* ---- the loop ---- */

static void stop(struct agent *g)
{
    g->stopping = true;
    g->stop_limit = (struct tick){agent_now().ms + g->o->grace_ms};
}

static void begin_anew(struct agent *g)
{
    g->anew = true;
    stop(g);
}

static void take_signals(struct agent *g)
{
    struct signalfd_siginfo info;
    while (read(g->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            look_retries(g->o->state, on_retry, g);
        if (info.ssi_signo == SIGHUP && trust_accepted(g))
            begin_anew(g);
        if (info.ssi_signo == SIGCHLD || info.ssi_signo == SIGHUP)
            continue;
        if (g->stopping)
            g->over = true;
        stop(g);
        g->anew = false;
    }
    reap(g);
}

static int shorter(int a, int64_t ms)
{
    int64_t b = ms < 0 ? 0 : ms > 3600000 ? 3600000 : ms;
    return a < 0 || b < a ? (int)b : a;
}

static int timeout_of(struct agent *g)
{
    int t = lw_timeout(g->client);
    int64_t at = agent_now().ms, due = queue_next(g->queue).ms;
    if (due != INT64_MAX && g->running < g->o->concurrency && !g->stopping)
        t = shorter(t, due - at);
    for (int i = 0; i < g->o->concurrency; i++) {
        const struct run *r = &g->runs[i];
        if (r->notice && r->runner.pid > 0)
            t = shorter(t, r->limit.ms - at < LOOK ? r->limit.ms - at : LOOK);
        if (r->notice && run_next(r).ms != INT64_MAX)
            t = shorter(t, run_next(r).ms - at);
    }
    if (cases_next(g).ms != INT64_MAX)
        t = shorter(t, cases_next(g).ms - at);
    return g->stopping ? shorter(t, g->stop_limit.ms - at) : t;
}

static void turn(struct agent *g)
{
    struct pollfd fds[2] = {{.fd = lw_fd(g->client), .events = POLLIN}, {.fd = g->signals, .events = POLLIN}};
    (void)poll(fds, 2, timeout_of(g));
    take_signals(g);
    lw_process(g->client);
    stop_overdue(g);
    for (int i = 0; i < g->o->concurrency; i++)
        if (g->runs[i].notice)
            run_tick(&g->runs[i]);
    trust_tick(g);
    cases_tick(g);
    start_what_may(g);
    if (g->stream && !g->running && !queue_ready(g->queue))
        lw_flush(g->stream);
    if (g->stream && g->paused && queue_count(g->queue) < QUEUE_LOW)
        lw_pause(g->stream, g->paused = false);
    enum status st = journal_write(g->journal);
    if (st != ST_OK)
        give_up(g, status_text(st));
    mirror_turn(g);
}

static void load_entry(void *ctx, int64_t position, const struct journal_entry *e)
{
    struct agent *g = ctx;
    struct arena *a = arena_new();
    struct value *notice = NULL;
    switch (e->state) {
    case JOURNAL_TAKEN:
        if (g->o->group)
            break; /* claimed when there is a session */
        (void)!json_parse(a, (struct bytes){(const uint8_t *)e->line, strlen(e->line)}, &notice, NULL);
        queue_add(g->queue, position, v_get_int(notice, "case", 0), e->line);
        break;
    case JOURNAL_DONE:
        lw_done(g->stream, position);
        break;
    case JOURNAL_FAILED:
        if (!e->told)
            lw_failed(g->stream, position, e->reason);
        if (!e->line)
            break;
        queue_add(g->queue, position, v_get_int(agent_notice_of(a, e->line), "case", 0), e->line);
        queue_aside(g->queue, position, v_get_int(agent_notice_of(a, e->line), "case", 0));
        break;
    case JOURNAL_GONE:
        break;
    }
    arena_free(a);
}

void agent_subscribe(struct agent *g)
{
    struct lw_stream_options so = {.stream = g->o->stream,
                                   .name = g->o->name,
                                   .group = g->o->group,
                                   .after = journal_cursor(g->journal),
                                   .ctx = g,
                                   .notices = on_notices,
                                   .reported = on_reported,
                                   .granted = member_granted,
                                   .fenced = member_fenced,
                                   .opened = member_opened,
                                   .ended = on_ended};
    g->stream = lw_subscribe(g->client, &so);
    g->paused = false;
    journal_each(g->journal, load_entry, g);
    if (journal_cursor(g->journal) >= 0 && !g->o->group)
        lw_received(g->stream, journal_cursor(g->journal));
}

static bool set_up(struct agent *g)
{
    char why[JOURNAL_WHY];
    struct lw_error e;
    sigset_t mine;
    sigemptyset(&mine);
    sigaddset(&mine, SIGCHLD);
    sigaddset(&mine, SIGHUP);
    sigaddset(&mine, SIGTERM);
    sigaddset(&mine, SIGINT);
    sigprocmask(SIG_BLOCK, &mine, NULL);
    signal(SIGPIPE, SIG_IGN);
    g->signals = signalfd(-1, &mine, SFD_NONBLOCK | SFD_CLOEXEC);
    if (g->signals < 0 || journal_open(g->o->state, g->o->stream, g->o->name, &g->journal, why) != ST_OK) {
        agent_say(g, "cannot use the state in %s: %s", g->o->state, g->signals < 0 ? strerror(errno) : why);
        return false;
    }
    if (journal_torn(g->journal))
        agent_say(g, "%zu bytes at the end of the journal were torn; what they told comes again",
                  journal_torn(g->journal));
    if (journal_lost(g->journal))
        agent_say(g, "the journal tells no position, but %s was used before; the stream comes again from its start",
                  g->o->state);
    if (!(g->client = lw_open(g->o->client, &e))) {
        agent_say(g, "%s", e.text);
        return false;
    }
    look_running(g->o->state);
    enum status st = mirror_open(g->o->state, &g->mirror);
    if (st)
        agent_say(g, "goes on without a mirror: %s", status_text(st));
    lw_on_state(g->client, on_state, g);
    trust_begin(g);
    cases_begin(g);
    agent_subscribe(g);
    look_retries(g->o->state, on_retry, g);
    return true;
}

/* What is told must reach the daemon, but not for ever: the journal keeps it. */
static void tell_the_rest(struct agent *g)
{
    struct tick limit = {agent_now().ms + 2000};
    lw_flush(g->stream);
    while (lw_reporting(g->stream) && agent_now().ms < limit.ms) {
        lw_run(g->client, (int)(limit.ms - agent_now().ms));
        lw_flush(g->stream);
    }
}

static void take_apart(struct agent *g)
{
    for (int i = 0; i < g->o->concurrency; i++)
        if (g->runs[i].notice && g->runs[i].runner.pid > 0)
            runner_signal(&g->runs[i].runner, SIGKILL);
    if (g->stream && !g->result)
        tell_the_rest(g);
    lw_close(g->client, 0);
    if (g->journal && journal_sync(g->journal) != ST_OK)
        agent_say(g, "the journal could not be written at the end");
    journal_close(g->journal);
    mirror_turn(g);
    mirror_close(g->mirror);
    for (int i = 0; i < g->o->concurrency; i++)
        if (g->runs[i].notice)
            run_leave(&g->runs[i]);
    queue_free(g->queue);
    free(g->runs);
    if (g->signals >= 0)
        close(g->signals);
}

static bool run_once(const struct agent_options *o, int *ret)
{
    struct agent g = {.o = o,
                      .queue = queue_new(),
                      .runs = xcalloc((size_t)o->concurrency, sizeof(struct run)),
                      .signals = -1,
                      .later = {.first = FIRST_LATER, .longest = LONGEST_LATER}};
    g.later.seed = (uint64_t)agent_now().ms ^ (uint64_t)getpid() << 32;
    if (!set_up(&g))
        g.result = 1;
    else
        while (!g.over && !(g.stopping && (!g.running || agent_now().ms >= g.stop_limit.ms)))
            turn(&g);
    take_apart(&g);
    *ret = g.result;
    return g.anew && !g.result;
}

int agent_run(const struct agent_options *o)
{
    int result;
    while (run_once(o, &result))
        ;
    return result;
}
