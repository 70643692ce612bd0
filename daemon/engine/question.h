/* question.h - answers to what is asked, from a read transaction
 *
 * Runs beside the engine, on the loop's thread: it sees every event that was answered before it began and never waits
 * for the writer. A question that the asker has no right to is refused, not trimmed in silence.
 *
 * Threads: any; one question at a time for each arena.
 */
#ifndef LEEWAY_ENGINE_QUESTION_H
#define LEEWAY_ENGINE_QUESTION_H

#include "daemon/engine/engine.h"

struct question {
    struct store *store;
    const struct view *view;
    const char *principal;
    struct when now;             /* of the last engine_result */
    const struct value *message; /* a map of PROTOCOL.md, t: ask */
    bool read_only;              /* of the last engine_result */
};

/* The answer message (t: answer or refused), in the arena. Never NULL: a store that fails gives a refusal. */
struct value *question_answer(struct arena *a, const struct question *q);

/* For streams: the encoded notices of a stream behind `after`, at most n and at most `bytes` in sum (at least one if
 * there is one), borrowed from the arena. The stream `transitions` is the feed. `last` is the stream's newest position.
 * Needs no right: the session checked it. */
struct stream_item {
    uint64_t position;
    struct bytes bytes;
};
MUST_USE enum status stream_read(struct arena *a, struct store *s, const char *stream, uint64_t after, size_t n,
                                 size_t bytes, struct stream_item **ret, size_t *ret_n, uint64_t *ret_last);

/* The durable *received* position of a subscriber; 0 when it never was there. */
MUST_USE enum status stream_cursor(struct store *s, const char *stream, const char *name, uint64_t *ret);

/* What is durable of a group: everything up to `read` was claimed once; claims that are not settled, and, behind
 * `read`, those that are (name NULL). In the arena. */
struct group_claim {
    uint64_t position;
    int64_t kase, fence;
    const char *name;
};
struct group_state {
    uint64_t read;
    int64_t fence; /* the greatest that a claim had */
    struct group_claim *claim;
    size_t n;
};
MUST_USE enum status group_state(struct arena *a, struct store *s, const char *stream, const char *group,
                                 struct group_state *ret);

/* May this principal read this stream? */
bool stream_right(const struct view *v, const char *principal, const char *stream);
/* Is it the stream of the principal's department? */
bool stream_own(const struct view *v, const char *principal, const char *stream);
/* What a subscriber is called: of the own stream by its name; elsewhere `principal/name`, so that nobody takes over or
 * moves what is another's. In the arena, or the name itself. */
const char *stream_subscriber(struct arena *a, const struct view *v, const char *principal, const char *stream,
                              const char *name);

/* Does a case that the principal has a right on cite this paper? */
MUST_USE enum status paper_right(struct store *s, const struct view *v, const char *principal, int64_t kase,
                                 const struct hash *paper, bool *ret);

/* Does any case cite this paper, or did any ever? */
MUST_USE enum status paper_cited(struct store *s, const struct hash *paper, bool *ret);

#endif
