/* agent.h - a department's subscriber: takes notices, runs the handler, carries its commands, reports
 *
 *     notice ─► journal, durable ─► received ─► queue ─► handler ─► its commands, one after the other ─► done / failed
 *
 * The handler's end decides: 0 handled; 75 try later, with back-off, for as long as it says so; anything else, or a run
 * that took too long, is tried again up to AGENT_TRIES times, then the notice is set aside and reported failed with the
 * last line that the handler complained. A refused command sets it aside at once: it would be refused again.
 *
 * I/O. Threads: one. Says on standard error what an operator should know.
 */
#ifndef LEEWAY_CLIENTS_AGENT_AGENT_H
#define LEEWAY_CLIENTS_AGENT_AGENT_H

#include "clients/lib/tree.h"

enum { AGENT_TRIES = 5, AGENT_LATER = 75, AGENT_MOST = 256 /* handlers at once */ };

struct agent_options {
    const struct lw_opts *client;
    const char *stream, *name, *handler, *state;
    const char *group; /* NULL: has all notices of the stream */
    int concurrency;   /* 1 to AGENT_MOST */
    int timeout_ms;    /* of one run */
    int grace_ms;      /* for runs that are under way when the agent is asked to stop */
    char *const *environment;
};

/* Run until SIGTERM or SIGINT (0), or until the stream ended or the journal failed (1). */
int agent_run(const struct agent_options *o);

#endif
