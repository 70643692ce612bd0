/* engine.h - one batch of commands through the law and into the store
 *
 * A batch is one write transaction: each command is deduplicated, its case loaded, judged, applied and put; then the
 * transaction is committed, and only then does anything leave (answers, notices, transitions). One bad command never
 * harms its neighbours: it is judged before anything of it is written.
 *
 * The engine is the only writer. It knows neither sockets nor clocks: `now`, salts and command ids are arguments, what
 * must be done outside comes back in struct engine_result.
 *
 * Threads: engine_start, engine_batch and engine_free belong to one thread at a time (the engine thread of worker.h, or
 * a test). Questions (question.h) may run on another thread at the same time: they see the store by read transactions
 * and the register and procedures by an immutable view that a batch hands out.
 */
#ifndef LEEWAY_ENGINE_ENGINE_H
#define LEEWAY_ENGINE_ENGINE_H

#include "daemon/base/buf.h"
#include "daemon/base/hash.h"
#include "daemon/base/when.h"
#include "daemon/sched/sched.h"
#include "daemon/store/store.h"
#include "proto/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct view;

/* What a fresh store is made of; texts are borrowed during engine_start only. */
struct engine_source {
    const char *name; /* file name, for messages */
    struct bytes text;
};

struct engine_options {
    struct store *store;       /* borrowed until engine_free */
    const char *administrator; /* principal that has every right of administration from the first day */
    bool simulated;            /* a fresh store gets simulated time that starts at simulated_start */
    bool restored; /* the store was put back to an earlier state: raise the generation */
    struct when simulated_start;
    const struct engine_source *calendars; /* loaded by an event when the store does not have them */
    size_t ncalendars;
    const struct engine_source *procedures;
    size_t nprocedures;
    uint8_t salt[16]; /* random; of the events that starting writes */
};

/* One thing to do. message is a map of PROTOCOL.md (t: command or report), already checked for form. */
struct job {
    uint64_t tag; /* the caller's; comes back with the answer */
    const struct value *message;
    const char *principal;
    const char *key;  /* fingerprint of the key, hex */
    uint8_t salt[16]; /* random, for the commitment to the private part */
    struct when sent; /* of a report: when the last notice that it calls received was sent; 0: not known */
};

struct job_answer {
    uint64_t tag;
    struct bytes bytes; /* the encoded answer message */
};

struct outgoing_notice {
    const char *stream;
    uint64_t position;
    struct bytes bytes; /* the encoded notice map */
};

struct outgoing_transition {
    uint64_t n;
    const char *topic; /* "kind/procedure/department/" */
    struct bytes bytes;
};

/* A member of a group claimed a notice, or settled it (done). */
struct outgoing_claim {
    const char *stream, *group, *name;
    uint64_t position;
    int64_t kase, fence;
    bool settled;
};

struct engine_head {
    uint64_t generation, number, transition;
    struct hash root;
};

/* Everything points into `arena`, which the result owns; engine_result_done() releases it. */
struct engine_result {
    struct arena *arena;
    enum status status; /* ST_OK; ST_FULL: nothing was written, each command is answered so; ST_UNKNOWN, ST_CORRUPT,
                           ST_IO: answer nobody, end the process */
    struct job_answer *answers;
    size_t nanswers;
    struct outgoing_notice *notices; /* in order for each stream; `transitions` is not among the streams here */
    size_t nnotices;
    struct outgoing_transition *transitions;
    size_t ntransitions;
    struct outgoing_claim *claims; /* in order for each group */
    size_t nclaims;
    struct engine_head head;
    struct when next_due; /* when engine_batch must be called again at the latest, with or without jobs */
    struct when now;      /* what the engine takes for now: simulated time, or max(wall, last event) */
    struct view *view;    /* a new view if register or procedures changed, else NULL; the caller takes it: view_drop */
    enum hold held;       /* why expiries wait for `time-confirm`; HOLD_NOTHING: they do not */
    bool read_only;       /* the store was full, and no commit has succeeded since */
};

/* Gives: engine_free(). */
struct engine *engine_new(const struct engine_options *options);
void engine_free(struct engine *e);

/* Write what the store holds back of derived databases (store.h), so that the next start need not fold it again; before
 * the end. What fails here harms nothing. */
void engine_settle(struct engine *e);

/* Read heads, register, procedures, calendars; refold what is derived when it does not verify; write the first event
 * into an empty store and load the sources it lacks. Fills ret as a batch would (no answers; view set). `why` gets
 * one line for each problem. Nothing may be asked before. ST_INVALID: a source is not valid. */
MUST_USE enum status engine_start(struct engine *e, struct when now, struct engine_result *ret, struct buf *why);

/* The clock is not to be believed: from the next batch on nothing expires until `time-confirm`. Nothing happens in a
 * store of simulated time, and with HOLD_NOTHING. */
void engine_hold(struct engine *e, enum hold why);

/* One batch: first what is due at `now` (a bounded portion), then the jobs in their order. */
void engine_batch(struct engine *e, const struct job *jobs, size_t n, struct when now, struct engine_result *ret);
void engine_result_done(struct engine_result *r);

/* An immutable picture of register and procedures, shared by count. Any thread. */
struct view *view_keep(struct view *v);
void view_drop(struct view *v);

/* Who a key names at the view: NULL when the register does not know it or has ended it. borrows from the view.
 * revoked tells "known and ended" apart from "never heard of": an ended key of the register beats one of the config. */
const char *view_key_principal(const struct view *v, const char key_z85[41], bool *revoked);

/* The department of a principal (NULL: none) and whether it holds a right: "act", "enter", "watch", "inspect",
 * "monitor", "admin", "approve". The administrator of the options holds "admin", "watch", "inspect". */
const char *view_department(const struct view *v, const char *principal);
bool view_right(const struct view *v, const char *principal, const char *right);

#endif
