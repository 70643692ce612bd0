/* leeway.h - the client library of Leeway
 *
 * A client speaks the protocol of PROTOCOL.md with one daemon: commands and questions with their answers, the stream of
 * a department's notices, the transitions of all cases. Messages are trees of proto/value.h.
 *
 * Loop: a client has one descriptor, lw_fd(), readable (level-triggered) when there is something to do, and
 * lw_timeout() tells when something falls due; lw_process() does all of it and returns. lw_run() is poll and process.
 * Nothing else runs callbacks, but for lw_call() (which waits by lw_run) and lw_close(). A callback may send, report,
 * subscribe and unsubscribe; it may not call lw_call, lw_run, lw_process or lw_close.
 * Threads: a client, its streams and watches belong to one thread at a time; different clients are independent. The
 * library starts no thread of its own (libzmq has one for its input and output).
 * Errors: objects of the caller's, filled only when a function says that it failed; none is kept in the library.
 * Connections: made anew with back-off and jitter for as long as the client lives; requests that wait are sent again
 * under the same id, streams are opened again where they were.
 */
#ifndef LEEWAY_CLIENTS_LIB_LEEWAY_H
#define LEEWAY_CLIENTS_LIB_LEEWAY_H

#include "daemon/base/hash.h"
#include "proto/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* code, number, name, may be tried again */
#define LW_CODES(X)                                                                                                    \
    X(LW_OK, 0, "ok", false)                                                                                           \
    X(LW_LAW, 1, "law", false)             /* a rule of the procedure says no */                                       \
    X(LW_RIGHT, 2, "right", false)         /* the principal may not */                                                 \
    X(LW_FORM, 3, "form", false)           /* a field or a key is wrong */                                             \
    X(LW_CONFLICT, 4, "conflict", false)   /* the case moved on, the id was used */                                    \
    X(LW_LIMIT, 5, "limit", true)          /* too much, too old */                                                     \
    X(LW_SPACE, 6, "space", true)          /* the daemon only reads at the moment */                                   \
    X(LW_NOT_FOUND, 7, "not-found", false) /* no such case, task, department … */                                    \
    X(LW_UNREACHABLE, 8, "unreachable", true)                                                                          \
    X(LW_TIMEOUT, 9, "timeout", true) /* the outcome is unknown: try again with the same id */                         \
    X(LW_AUTH, 10, "auth", true)      /* the daemon does not know the key */                                           \
    X(LW_PROTOCOL, 11, "protocol", false)                                                                              \
    X(LW_OPTION, 12, "option", false) /* an option or a file named by it is wrong */                                   \
    X(LW_IO, 13, "io", false)                                                                                          \
    X(LW_CLOSED, 14, "closed", false)                                                                                  \
    X(LW_TAKEN_OVER, 15, "taken-over", false) /* another session of the same stream and name */                        \
    X(LW_REVOKED, 16, "revoked", false)                                                                                \
    X(LW_AHEAD, 17, "ahead", false) /* the subscriber knows more than the daemon: it was restored */                   \
    X(LW_STORE, 18, "store", false) /* a record of the daemon's store cannot be read */

enum lw_code {
#define X(code, number, name, again) code = number,
    LW_CODES(X)
#undef X
};

struct lw_error {
    enum lw_code code;
    bool may_retry;
    char word[64];  /* the daemon's own code ("case-moved-on"), or the name of ours */
    char text[512]; /* a sentence */
};

const char *lw_error_name(enum lw_code code);

/* Fill e (may be NULL) from a message `refused` or `fault`; LW_OK for any other message. */
enum lw_code lw_error_of(const struct value *message, struct lw_error *e);

const char *lw_version(void);

/* ---- options ---- */

struct lw_opts;
struct lw_client;
struct lw_stream;
struct lw_watch;

/* Options are texts by name: `endpoint` (tcp://host:port of the commands), `transitions` (of the transitions),
 * `server-key` (Z85, or a file with a line `public:`), `key` (a file with lines `public:` and `secret:`, readable by
 * its owner alone). Values are copied. LW_OPTION: no such option. */
struct lw_opts *lw_opts_new(void); /* gives: lw_opts_free() */
void lw_opts_free(struct lw_opts *o);
bool lw_opts_set(struct lw_opts *o, const char *name, const char *value, struct lw_error *e);
const char *lw_opts_get(const struct lw_opts *o, const char *name); /* NULL: not set; borrows until it is set anew */

/* Read a context: a file of lines `name: value`, files in it are relative to its folder. NULL: the file that
 * LEEWAY_CONTEXT names, else leeway/context in $XDG_CONFIG_HOME or ~/.config; when that is not there, nothing is set
 * and it is no error. */
bool lw_opts_context(struct lw_opts *o, const char *file, struct lw_error *e);

/* ---- a client ---- */

enum lw_state { LW_CONNECTING = 1, LW_UP, LW_LOST, LW_NO_ENTRY };

/* Reads the keys and begins to connect; never waits. Copies the options. NULL: *e tells. Gives: lw_close(). */
struct lw_client *lw_open(const struct lw_opts *o, struct lw_error *e);

/* Wait up to drain_ms for answers that are due, then answer what still waits with LW_CLOSED and free everything,
 * streams and watches too. NULL is fine. */
void lw_close(struct lw_client *c, int drain_ms);

int lw_fd(const struct lw_client *c);
int lw_timeout(const struct lw_client *c); /* milliseconds until work falls due, -1: none */
void lw_process(struct lw_client *c);
void lw_run(struct lw_client *c, int ms); /* wait for something up to ms (-1: for ever), then process */

enum lw_state lw_state(const struct lw_client *c);
/* One at a time; called when the state changed. */
void lw_on_state(struct lw_client *c, void (*changed)(void *ctx, enum lw_state state), void *ctx);

/* ---- commands and questions ---- */

/* answer: the message `accepted` or `answer` (then e->code is LW_OK) or `refused`, borrowed until the callback returns;
 * NULL when none came. Called exactly once for each request. */
typedef void (*lw_answer_fn)(void *ctx, const struct value *answer, const struct lw_error *e);

/* Send a message (a map with `t`); gets an id when it has none. Copies it. Sent again under the same id after a
 * reconnect, and when no answer comes, until limit_ms (-1: for ever). */
void lw_send(struct lw_client *c, const struct value *message, int limit_ms, lw_answer_fn answered, void *ctx);

/* The same, and wait. The answer is copied into a; *ret is written whenever an answer came, also a refusal. LW_AUTH, at
 * once and not at the limit: the daemon does not know the key. */
enum lw_code lw_call(struct lw_client *c, struct arena *a, const struct value *message, int limit_ms,
                     const struct value **ret, struct lw_error *e);

/* Put a paper, chunk by chunk; answered as lw_send, the last answer has `complete`. Copies the bytes; returns their
 * hash, by which a command cites them. */
struct hash lw_paper_put(struct lw_client *c, struct bytes paper, int limit_ms, lw_answer_fn answered, void *ctx);

/* How many requests wait for their answer. */
size_t lw_pending(const struct lw_client *c);

/* ---- a department's stream ---- */

struct lw_stream_options {
    const char *stream; /* the department, or `transitions` */
    const char *name;   /* the subscriber's */
    const char
        *group;    /* a member of this group: shares the notices of the stream with the others; NULL: has them all */
    int64_t after; /* position that is durable here; below 0: the daemon's own memory of it */
    int messages;  /* window of credit; 0: 1,024 */
    int bytes;     /* 0: 4 MiB */
    void *ctx;
    /* New notices in dense order, none twice and none left out. Borrowed until the callback returns. To a member of a
     * group: its share, in order within each case, with `fence` and `again` in each; one may come a second time. It is
     * the member's when lw_took() was answered by `granted`, not before. */
    void (*notices)(void *ctx, const struct value *const *notice, size_t n);
    /* The daemon made a report durable: everything up to `received`, and the n positions told as done or failed. */
    void (*reported)(void *ctx, int64_t received, const int64_t *position, size_t n);
    /* To a member of a group: which claims were granted, and which notices are somebody else's or settled (also when
     * they were told as done); may be NULL. */
    void (*granted)(void *ctx, const int64_t *position, size_t n);
    void (*fenced)(void *ctx, const int64_t *position, size_t n);
    /* A session was opened, for the first time or anew; may be NULL. */
    void (*opened)(void *ctx);
    /* The stream ended for good (taken over, no right, revoked, ahead). It must still be closed. */
    void (*ended)(void *ctx, const struct lw_error *e);
};

/* Copies the texts. Gives: lw_unsubscribe(), or lw_close() does it. */
struct lw_stream *lw_subscribe(struct lw_client *c, const struct lw_stream_options *o);
void lw_unsubscribe(struct lw_stream *st);

/* While paused no credit is given back, so that the daemon soon stops sending. */
void lw_pause(struct lw_stream *st, bool paused);
int64_t lw_position(const struct lw_stream *st); /* of the last notice handed over; -1: not opened yet */
int64_t lw_last(const struct lw_stream *st);     /* newest position that the daemon told of */

/* Reports gather and go out together: one is on its way at a time, the next follows when 64 are gathered, 50 ms have
 * passed, or lw_flush() says so. Repeated until the daemon has them. */
void lw_received(struct lw_stream *st, int64_t position);
void lw_took(struct lw_stream *st, int64_t position, int64_t fence); /* instead of received, by a group's member */
void lw_done(struct lw_stream *st, int64_t position);
void lw_failed(struct lw_stream *st, int64_t position, const char *reason);
void lw_flush(struct lw_stream *st);
bool lw_live(const struct lw_stream *st);      /* a session is open, as far as is known */
bool lw_reporting(const struct lw_stream *st); /* something is not yet confirmed */

/* ---- the transitions ---- */

/* Every transition of a prefix (`kind/procedure/department/`, cut at a slash; "" for all), in order, none twice; what
 * the socket lost is fetched. after: below 0 only what comes from now on, else everything behind that number. */
struct lw_watch_options {
    const char *prefix;
    int64_t after;
    void *ctx;
    void (*transition)(void *ctx, const struct value *transition);
    void (*head)(void *ctx, const struct value *head);  /* the beat of the feed; may be NULL */
    void (*ended)(void *ctx, const struct lw_error *e); /* LW_AUTH: the key is not let in (any more); else
                                                          what was lost may not be fetched; may be NULL */
};

/* NULL: no endpoint for transitions is set, *e tells. Gives: lw_unwatch(), or lw_close() does it. */
struct lw_watch *lw_watch(struct lw_client *c, const struct lw_watch_options *o, struct lw_error *e);
void lw_unwatch(struct lw_watch *w);
int64_t lw_watch_number(const struct lw_watch *w);  /* everything up to it was handed over; -1: nothing known yet */
int64_t lw_watch_fetched(const struct lw_watch *w); /* how many were fetched over the other socket */

/* ---- keys and ids ---- */

enum { LW_KEY = 41, LW_ID = 37 }; /* bytes with the NUL */

/* A CURVE pair in Z85. */
void lw_keygen(char ret_public[LW_KEY], char ret_secret[LW_KEY]);

/* Write FILE (rights 0600, secret and public key) and FILE.pub; neither may be there. */
bool lw_key_write(const char *file, const char *public_key, const char *secret_key, struct lw_error *e);

/* Read a key file; ret_secret NULL when only the public one is wanted. A secret that others can read is refused. */
bool lw_key_read(const char *file, char ret_public[LW_KEY], char ret_secret[LW_KEY], struct lw_error *e);

/* A fresh id (UUID version 7). */
void lw_uuid(char ret[LW_ID]);

/* The id of a thing that must have the same one each time: version 7 in form, the moment given, the rest from the
 * BLAKE2b of the text. */
void lw_uuid_of(int64_t ms, const char *text, char ret[LW_ID]);

#endif
