/* leeway.h - the client library of Leeway
 *
 * A client speaks the protocol of PROTOCOL.md with one daemon: commands and questions with their answers, the stream of
 * a department's notices, the transitions of all cases. clients/examples/ shows it in two short programs.
 *
 * Loop: a client has one descriptor, lw_fd(), readable (level-triggered) when there is something to do, and
 * lw_timeout() tells when something falls due; lw_process() does all of it and returns. lw_run() is poll and process.
 * Nothing else runs callbacks, but for lw_call() (which waits by lw_run), lw_close(), and lw_send() when the message
 * cannot go out at all. A callback may send, report, subscribe and unsubscribe; it may not call lw_call, lw_run or
 * lw_close (lw_process does nothing there).
 * Threads: a client, its streams and watches belong to one thread at a time, also lw_fd and lw_timeout; options and
 * messages too. Different clients are independent. The library starts no thread of its own (libzmq has one for its
 * input and output), keeps nothing global, and touches neither signals nor the locale.
 * Errors: objects of the caller's, filled only when a function says that it failed; none is kept in the library.
 * Wherever an error is taken, NULL is fine.
 * Memory: "gives" names the function that takes it back; "copies" means that the caller's may go at once; what is
 * "borrowed" lives as long as is said. When memory is out the process ends.
 * Names: everything begins with lw_ or LW_; the shared library exports what is declared here and nothing else. Its
 * soname changes when a function or a structure of this header changes its shape; new ones may come without that.
 * Connections: made anew with back-off and jitter for as long as the client lives; requests that wait are sent again
 * under the same id, streams are opened again where they were.
 */
#ifndef LEEWAY_CLIENTS_LIB_LEEWAY_H
#define LEEWAY_CLIENTS_LIB_LEEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/* "law", "timeout" …; lives for ever. */
const char *lw_error_name(enum lw_code code);

struct lw_msg;
struct lw_opts;
struct lw_client;
struct lw_stream;
struct lw_watch;

/* Fill e from a message `refused` or `fault`; LW_OK for any other message. */
enum lw_code lw_error_of(const struct lw_msg *message, struct lw_error *e);

/* What a word of the protocol, or of lw_error_name(), means and what helps, in Chinese or in English; they live for
 * ever. NULL is fine for either. false: the word is not known (a later daemon may have new ones: go by the code). */
bool lw_error_explain(const char *word, bool chinese, const char **ret_cause, const char **ret_remedy);

/* The version that runs, 0x00MMmmpp, to be compared with the one that was compiled against; *ret_text (NULL is fine)
 * gets it as a text that lives for ever. */
uint32_t lw_version(const char **ret_text);

/* ---- messages ----
 *
 * A message is a tree: nothing, a truth, a 64-bit integer, a text (UTF-8 without U+0000), bytes, a list, a map with
 * texts for keys. An own one comes from lw_msg_new(), lw_command(), lw_question(), lw_msg_copy() or lw_call() and goes
 * by lw_msg_free(). One that a callback gets, and each part of a message, is borrowed: it lives until the callback
 * returns, or as long as the message that it is a part of.
 *
 * A path is keys with dots between: "fields.loss". Reading is total: what is not there, or of another kind, answers
 * with the default, so a message may be read without a single check. */
enum lw_kind { LW_NIL = 1, LW_BOOL, LW_INT, LW_TEXT, LW_BYTES, LW_LIST, LW_MAP };

/* A map {t, id} with a fresh id. Gives: lw_msg_free(). */
struct lw_msg *lw_msg_new(const char *t);
struct lw_msg *lw_command(const char *act);         /* {t:"command", id, act}; gives */
struct lw_msg *lw_question(const char *q);          /* {t:"ask", id, q}; gives */
struct lw_msg *lw_msg_copy(const struct lw_msg *m); /* gives; NULL: a message that is nothing */
void lw_msg_free(struct lw_msg *own);               /* NULL is fine */

/* Put a value under a path of an own message, in the place of the one that is there; maps on the way are made. Copies.
 * false: the message is as it was, for the path goes through something that is no map, is empty, or the text (the
 * JSON) is none that a message can hold. lw_msg_set_json reads one JSON text (bytes are {"$bin":"hex"}, no fractions);
 * *e tells what is wrong with it. Integers and bytes of any value are fine. */
bool lw_msg_set_str(struct lw_msg *own, const char *path, const char *text);
bool lw_msg_set_int(struct lw_msg *own, const char *path, int64_t number);
bool lw_msg_set_bool(struct lw_msg *own, const char *path, bool truth);
bool lw_msg_set_bin(struct lw_msg *own, const char *path, const void *bytes, size_t n);
bool lw_msg_set_json(struct lw_msg *own, const char *path, const char *json, struct lw_error *e);

/* Read. m NULL is fine (nothing is there); path NULL or "": m itself. Borrow from m. */
enum lw_kind lw_msg_kind(const struct lw_msg *m, const char *path);        /* LW_NIL: also when not there */
const struct lw_msg *lw_msg_get(const struct lw_msg *m, const char *path); /* NULL: not there */
const char *lw_msg_str(const struct lw_msg *m, const char *path, const char *otherwise); /* ends with a NUL */
int64_t lw_msg_int(const struct lw_msg *m, const char *path, int64_t otherwise);
bool lw_msg_bool(const struct lw_msg *m, const char *path);                      /* false: also when not there */
const void *lw_msg_bin(const struct lw_msg *m, const char *path, size_t *ret_n); /* NULL: not there; *ret_n is 0 then */
size_t lw_msg_count(const struct lw_msg *m, const char *path);                   /* of a list or a map; else 0 */
const struct lw_msg *lw_msg_at(const struct lw_msg *m, size_t i); /* the i-th of a list or map; NULL: not there */
const char *lw_msg_key(const struct lw_msg *m, size_t i);         /* the i-th key of a map; NULL: not there */

/* The whole as JSON in one line. Gives: free(). */
char *lw_msg_json(const struct lw_msg *m);

/* ---- options ---- */

/* Options are texts by name. Values are copied. LW_OPTION: no such option, or a text that is NULL. */
#define LW_OPTIONS(X)                                                                                                  \
    X("endpoint", "where commands go: tcp://host:port")                                                                \
    X("transitions", "where transitions come from: tcp://host:port; wanted by lw_watch() alone")                       \
    X("server-key", "the daemon's public key: Z85, or a file with a line `public:`")                                   \
    X("key", "a file with lines `public:` and `secret:`, readable by its owner alone")

struct lw_opts *lw_opts_new(void);    /* gives: lw_opts_free() */
void lw_opts_free(struct lw_opts *o); /* NULL is fine */
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

/* Wait up to drain_ms for answers that are due, and until reports are durable; then answer what still waits with
 * LW_CLOSED and free everything, streams and watches too. NULL is fine. */
void lw_close(struct lw_client *c, int drain_ms);

int lw_fd(const struct lw_client *c);      /* the client's own: never close it; the same for as long as it lives */
int lw_timeout(const struct lw_client *c); /* milliseconds until work falls due, -1: none; ask anew before each wait */
void lw_process(struct lw_client *c);      /* all that is ready and due, in bounded portions; never waits */
void lw_run(struct lw_client *c, int ms);  /* wait for something up to ms (-1: for ever), then process */

enum lw_state lw_state(const struct lw_client *c);
const char *lw_state_name(enum lw_state state); /* "up", "no-entry" …; lives for ever */

/* Called when the state changed; NULL: nobody. One at a time: a later call takes the place of the earlier. */
void lw_on_state(struct lw_client *c, void (*changed)(void *ctx, enum lw_state state), void *ctx);

/* What the library would write into a log, a sentence at a time: connections made, lost and refused, frames that are no
 * message. Borrowed until the callback returns. NULL: nobody (as at the start). */
void lw_on_log(struct lw_client *c, void (*line)(void *ctx, const char *sentence), void *ctx);

/* Numbers since lw_open(). The caller sets `size` to sizeof, so that later versions may tell more. */
struct lw_stats {
    size_t size;
    uint64_t connections, losses, denials; /* made; lost or not made; refused for the key */
    uint64_t sent, sent_bytes;             /* frames of the command connection, repeats too */
    uint64_t received, received_bytes;
    uint64_t pending; /* requests that wait for their answer now */
};

/* Fills as many bytes as `size` says, at most. */
void lw_stats(const struct lw_client *c, struct lw_stats *ret);

/* ---- commands and questions ---- */

/* answer: the message `accepted` or `answer` (then e->code is LW_OK) or `refused`, borrowed until the callback returns;
 * NULL when none came. Called exactly once for each request. */
typedef void (*lw_answer_fn)(void *ctx, const struct lw_msg *answer, const struct lw_error *e);

/* Send a message (a map with `t`); gets an id when it has none. Copies it. Sent again under the same id after a
 * reconnect, and when no answer comes, until limit_ms (-1: for ever). answered may be NULL. */
void lw_send(struct lw_client *c, const struct lw_msg *message, int limit_ms, lw_answer_fn answered, void *ctx);

/* The same, and wait; other callbacks run meanwhile. *ret_answer (NULL is fine) is written whenever an answer came,
 * also a refusal, else set to NULL; gives: lw_msg_free(). LW_AUTH, at once and not at the limit: the daemon does not
 * know the key. */
enum lw_code lw_call(struct lw_client *c, const struct lw_msg *message, int limit_ms, struct lw_msg **ret_answer,
                     struct lw_error *e);

enum { LW_HASH = 32 };

/* Put a paper, chunk by chunk; answered as lw_send, the last answer has `complete`. Copies the bytes. The hash, by
 * which a command cites the paper, is there at once; the command goes out when the paper is complete. */
void lw_paper_put(struct lw_client *c, const void *paper, size_t n, int limit_ms, lw_answer_fn answered, void *ctx,
                  uint8_t ret_hash[LW_HASH]);

/* Fetch a paper through a case that cites it, chunk by chunk; the reading is recorded. Called exactly once: with the
 * bytes, borrowed until the callback returns, when e->code is LW_OK (they are those of the hash, else LW_PROTOCOL),
 * else with NULL. */
typedef void (*lw_paper_fn)(void *ctx, const void *paper, size_t n, const struct lw_error *e);
void lw_paper_get(struct lw_client *c, int64_t case_number, const uint8_t hash[LW_HASH], int limit_ms, lw_paper_fn got,
                  void *ctx);

/* How many requests wait for their answer. */
size_t lw_pending(const struct lw_client *c);

/* ---- a department's stream ---- */

struct lw_stream_options {
    const char *stream; /* the department, or `transitions` */
    const char *name;   /* the subscriber's */
    const char
        *group;    /* a member of this group: shares the notices of the stream with the others; NULL: has them all */
    int64_t after; /* position that is durable here; below 0: the daemon's own memory of it */
    int messages;  /* window of credit, below 4,096; 0: 1,024 */
    int bytes;     /* 0, or more than the daemon gives: 1 MiB */
    void *ctx;
    /* New notices in dense order, none twice and none left out. Borrowed until the callback returns. To a member of a
     * group: its share, in order within each case, with `fence` and `again` in each; one may come a second time. It is
     * the member's when lw_took() was answered by `granted`, not before. */
    void (*notices)(void *ctx, const struct lw_msg *const *notice, size_t n);
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

/* Copies the texts. Gives: lw_unsubscribe(), or lw_close() does it. Without stream, name or notices it never opens: it
 * ends with LW_OPTION at the next lw_process(). */
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
void lw_failed(struct lw_stream *st, int64_t position, const char *reason); /* what is no UTF-8 in it is replaced */
void lw_ack(struct lw_stream *st, int64_t position); /* received up to it, and it is done: for who handles at once */
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
    void (*transition)(void *ctx, const struct lw_msg *transition);
    void (*head)(void *ctx, const struct lw_msg *head); /* the beat of the feed; may be NULL */
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

/* Write FILE (rights 0600, secret and public key) and FILE.pub; neither may be there. LW_OPTION: a key is none. */
bool lw_key_write(const char *file, const char *public_key, const char *secret_key, struct lw_error *e);

/* Read a key file; ret_secret NULL when only the public one is wanted. A secret that others can read is refused. */
bool lw_key_read(const char *file, char ret_public[LW_KEY], char ret_secret[LW_KEY], struct lw_error *e);

/* A fresh id (UUID version 7). */
void lw_uuid(char ret[LW_ID]);

/* The id of a thing that must have the same one each time: version 7 in form, the moment given, the rest from the
 * BLAKE2b of the text. */
void lw_uuid_of(int64_t ms, const char *text, char ret[LW_ID]);

#ifdef __cplusplus
}
#endif

#endif
