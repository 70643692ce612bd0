/* inside.h - what agent.c (the stream, the loop) and run.c (one notice's handler and commands) share
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_AGENT_INSIDE_H
#define LEEWAY_CLIENTS_AGENT_INSIDE_H

#include "clients/agent/agent.h"
#include "clients/agent/cases.h"
#include "clients/agent/journal.h"
#include "clients/agent/mirror.h"
#include "clients/agent/queue.h"
#include "clients/agent/runner.h"
#include "clients/agent/trust.h"
#include "clients/lib/backoff.h"
#include "daemon/base/when.h"

struct agent;

/* One handler run, and then the commands that it printed. */
struct run {
    struct agent *agent;
    struct queued *notice; /* NULL: the place is free */
    struct runner runner;
    struct tick limit;
    bool killed, flooded, sending;
    struct arena *arena;
    const struct value *map; /* the notice */
    struct buf output;
    size_t at; /* of the next line in output */
    int number;
    bool may_fail;
    const struct value *command;
    int papers;        /* on their way */
    struct tick again; /* when the command is sent once more that was refused for the moment; ms 0: not */
    unsigned refusals;
    bool paper_failed;
    char paper_why[256]; /* why trying later is not enough; "": it may be */
};

struct agent {
    const struct agent_options *o;
    struct lw_client *client;
    struct lw_stream *stream; /* NULL: none now, trust.h */
    struct trust trust;
    struct cases cases;
    struct journal *journal;
    struct mirror *mirror; /* NULL: it cannot be used */
    struct queue *queue;
    struct run *runs;
    int running;
    int signals;
    bool paused, stopping, over, anew; /* anew: begin once more when it is over */
    int result;
    struct tick stop_limit;
    struct backoff later;
};

struct tick agent_now(void);
/* Tell the mirror, when there is one. */
void agent_became(struct agent *g, int64_t position, enum mirror_state state, const char *reason);
/* Open the stream where the journal ends. */
void agent_subscribe(struct agent *g);
/* Tell the daemon, when there is a stream; else the journal tells it at the next start. */
void agent_done(struct agent *g, int64_t position);
void agent_failed(struct agent *g, int64_t position, const char *reason);
/* Into the journal, and the mirror. */
void agent_take_down(struct agent *g, int64_t position, int64_t kase, const char *line);
struct value *agent_notice_of(struct arena *a, const char *line);

/* member.c: of a group. A notice of its share, and when it is durable the claim of it; then the stream's callbacks. */
void member_share(struct agent *g, const struct value *notice, const char *line);
void member_claim(struct agent *g, const struct value *notice);
void member_granted(void *ctx, const int64_t *position, size_t n);
void member_fenced(void *ctx, const int64_t *position, size_t n);
void member_opened(void *ctx);

void agent_say(const struct agent *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Take the notice into the free place r and start its handler. */
void run_start(struct agent *g, struct run *r, struct queued *n);

/* The handler ended with this status of waitpid(): carry out what it printed, or what its failure asks for. */
void run_ended(struct run *r, int status);

/* Send once more what was refused for the moment, when it is time; when that is (INT64_MAX: nothing waits). */
void run_tick(struct run *r);
struct tick run_next(const struct run *r);

/* Free the place; the notice was given back to the queue, or stays where it is at the very end. */
void run_leave(struct run *r);

#endif
