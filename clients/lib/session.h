/* session.h - what a client knows of its talk with the daemon: requests that wait, streams that are open
 *
 * Pure: bytes come in by session_input(), go out by the hook `send`; time is an argument. So all of it is tested
 * without a socket.
 *
 * A request is sent when it is made and the connection is up; again, under the same id, at each new connection, and
 * after 5, 10, 20, 20 … seconds without an answer; it is answered once: by the daemon, by its limit, or at the end.
 *
 * Callbacks may make requests and end streams, but not free the session. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_SESSION_H
#define LEEWAY_CLIENTS_LIB_SESSION_H

#include "clients/lib/tree.h"
#include "daemon/base/when.h"

struct session_hooks {
    void *ctx;
    void (*send)(void *ctx, struct bytes frame); /* only called while the session is up */
    void (*id)(void *ctx, char ret[LW_ID]);
};

struct session;

/* Gives: session_free(), which answers what waits with LW_CLOSED. Copies the hooks. */
struct session *session_new(const struct session_hooks *hooks);
void session_free(struct session *s);

/* Copies the message (its bytes). limit_ms below 0: none. */
void session_request(struct session *s, const struct value *message, int64_t limit_ms, struct tick now,
                     lw_answer_fn answered, void *ctx);

/* Requests of this ctx answer nobody any more. */
void session_forget(struct session *s, const void *ctx);

/* The connection is made, or lost. */
void session_up(struct session *s, struct tick now);
void session_down(struct session *s, struct tick now);

/* One frame from the daemon. What is not understood is dropped: a later daemon may say more. */
void session_input(struct session *s, struct bytes frame, struct tick now);

/* Do what is due; when the next thing is. */
void session_tick(struct session *s, struct tick now);
struct tick session_next(const struct session *s);

size_t session_pending(const struct session *s);
bool session_is_up(const struct session *s);

/* Send what streams have gathered to report; true while the daemon does not have all of it. */
bool session_flush(struct session *s);

/* For stream.c: send a message now (dropped when the connection is down), and a fresh id in it. */
void session_send(struct session *s, const struct value *message);
void session_id(struct session *s, char ret[LW_ID]);
struct tick session_now(const struct session *s); /* of the last call that told the time */
void session_attach(struct session *s, struct lw_stream *st);
/* The stream leaves and its requests answer nobody. false: the session frees it a little later. */
bool session_detach(struct session *s, struct lw_stream *st);

#define TICK_NEVER ((struct tick){INT64_MAX})

#endif
