/* session.h - who reads which stream, how far, and what may be sent to them now
 *
 * Logic without sockets, clock or store: time is an argument, messages leave and notices are read through the doors
 * given. A subscriber is (stream, name); a session is one reading of it by one connection:
 *
 *              open (same stream and name: the older one ends, taken-over)
 *                │
 *                ▼      notices while credit lasts            credit, or a new notice
 *            ┌─ ready ─────────────────────────► waiting ──────────────┐
 *            │   ▲                                                     │
 *            │   └─────────────────────────────────────────────────────┘
 *            │ the peer's queue is full: paused until the next tick
 *            ▼
 *          ended: closed, silent for three beats, revoked, stopping, taken-over; or the peer is gone (nothing is told)
 *
 * A reader that is silent or slow is a position and nothing more: no notice is kept here. Replay and live are one path:
 * every notice is read from the store when there is credit for it, in order, without a gap.
 *
 * Members of a group (group.h) share the notices of a stream: a member is sent what is its own, under a fence. Who is
 * silent, closes or loses its right is expelled, and its notices go to others; who only lost its connection has as long
 * to come back as the silent have.
 *
 * A session is named by its number *and* its connection: from another connection it is unknown.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_SESSION_H
#define LEEWAY_BUS_SESSION_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/status.h"
#include "daemon/base/when.h"
#include "daemon/bus/peer.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SESSION_MOST = 8192,
    SESSION_MOST_OF_PRINCIPAL = 256,
    SESSION_CREDIT_MESSAGES = 4096,     /* notices */
    SESSION_CREDIT_BYTES = 1024 * 1024, /* of notices */
    SESSION_FRAME_BYTES = 512 * 1024,   /* of notices in one message, but at least one */
    SESSION_BEAT_MS = 5000,
    SESSION_SILENCE_MS = 3 * SESSION_BEAT_MS
};

enum session_sent { SESSION_SENT = 1, SESSION_FULL, SESSION_GONE };

/* A notice as it stands in the store, encoded. */
struct session_notice {
    uint64_t position;
    struct bytes bytes;
};

/* What the store has of a group: see group_claimed(); name NULL: settled. */
struct session_claim {
    uint64_t position;
    int64_t kase, fence;
    const char *name;
};

struct session_doors {
    void *ctx;
    enum session_sent (*send)(void *ctx, const struct peer *to, struct bytes message);
    /* Notices of the stream behind `after`, at most n and `bytes` in sum but one if there is one, in the arena; `last`
     * is the newest position. A status other than ST_OK: nothing is sent to anybody now. */
    enum status (*read)(void *ctx, struct arena *a, const char *stream, uint64_t after, size_t n, size_t bytes,
                        struct session_notice **ret, size_t *ret_n, uint64_t *ret_last);
    /* What is durable of a group: the claims in the arena, everything up to `read` was claimed once, the greatest
     * fence.
     */
    enum status (*group)(void *ctx, struct arena *a, const char *stream, const char *group, uint64_t *ret_read,
                         int64_t *ret_fence, struct session_claim **ret, size_t *ret_n);
    /* Put the map {generation, number, root} of a beat into the arena. */
    struct value *(*head)(void *ctx, struct arena *a);
};

struct session_request {
    struct peer peer;
    const char *principal, *key, *stream, *name;
    const char *group;    /* NULL: a subscriber of its own */
    uint64_t after, last; /* the position already had; the newest of the stream */
    int64_t messages, bytes;
};

struct sessions;

/* doors are copied; the numbers of sessions begin behind `first`. Gives. */
struct sessions *sessions_new(const struct session_doors *doors, uint32_t first);
void sessions_free(struct sessions *s);

/* Open; an older session of the same (stream, name) ends. Nothing is sent on the new one before session_pump(), so that
 * the caller answers `opened` first. ST_LIMIT: too many sessions, of all or of the principal, or members of the group;
 * another status: the store does not answer. */
MUST_USE enum status session_open(struct sessions *s, const struct session_request *r, struct tick now, int64_t *ret);

/* What a peer says about its session. False: it has no such session, and was told so (`ended`, unknown). */
bool session_credit(struct sessions *s, const struct peer *from, int64_t id, int64_t messages, int64_t bytes,
                    struct tick now);
bool session_beat(struct sessions *s, const struct peer *from, int64_t id, struct tick now);
bool session_close(struct sessions *s, const struct peer *from, int64_t id);

/* A stream has grown up to `last`. */
void session_grown(struct sessions *s, const char *stream, uint64_t last);

/* A member of a group claimed a notice, or settled it: durable now. */
void session_claimed(struct sessions *s, const char *stream, const char *group, const struct session_claim *claim);

/* Send what may be sent, each session in its turn one message, at most `budget` messages in all. True: more could be
 * sent at once, call again (a budget of 0 only asks). */
bool session_pump(struct sessions *s, struct tick now, int budget);

/* When the message with this position went out to a subscriber that is still there. False: not remembered. */
bool session_sent_at(const struct sessions *s, const char *stream, const char *name, const char *group,
                     uint64_t position, struct tick *ret);

/* Beats that are due, ends of the silent, another try for the paused. Call it once a second or so. */
void session_tick(struct sessions *s, struct tick now);

/* End each session that is not good any more (`revoked`). */
void session_sift(struct sessions *s,
                  bool (*good)(void *ctx, const char *principal, const char *key, const char *stream), void *ctx);

/* End all (`stopping`). */
void session_stop(struct sessions *s);

struct session_figures {
    uint64_t groups, passed_on, open, opened, taken_over, silent, revoked, gone, messages, notices, paused;
};
const struct session_figures *session_figures(const struct sessions *s);

#endif
