/* fold.h - an event into everything that is derived from events
 *
 * One path for the event that was just made and for a refold of all of them, so that derived databases that were
 * deleted and folded anew are the same to the byte. Folding needs no law: an event carries outcomes.
 *
 *     fold_mark(f);  ... fold_event(f, ...) for each ...  fold_flush(f, t);  store_commit(t)
 *     on failure, after the transaction is gone: fold_rollback(f), and fold_load(f, t) in a new one
 *
 * Threads: one, the writer's.
 */
#ifndef LEEWAY_ENGINE_FOLD_H
#define LEEWAY_ENGINE_FOLD_H

#include "daemon/core/register.h"
#include "daemon/engine/counts.h"
#include "daemon/engine/engine.h"
#include "daemon/store/hashtree.h"

/* What leaves the house because of an event, in order; bytes are in `arena`. */
struct fold_sink {
    struct arena *arena;
    struct outgoing_notice *notice;
    size_t nnotices, notice_room;
    struct outgoing_transition *transition;
    size_t ntransitions, transition_room;
    struct outgoing_claim *claim;
    size_t nclaims, claim_room;
};

struct fold {
    struct counts *counts;
    struct hashtree *tree;
    struct register_book *reg;
    bool register_changed;  /* since fold_mark() */
    bool laws_changed;      /* a procedure or a calendar was loaded or activated */
    struct fold_sink *sink; /* NULL: nothing leaves */
    /* A case that the caller has read and not changed, nor does the fold. */
    struct value *hint;
    int64_t hint_case;
};

struct fold *fold_new(void); /* gives: fold_free() */
void fold_free(struct fold *f);

/* Take heads, register and the edge of the tree from the store. ST_CORRUPT: fold anew. */
MUST_USE enum status fold_load(struct fold *f, struct store_txn *t);
void fold_mark(struct fold *f);
void fold_rollback(struct fold *f);

/* Write everything that follows from one event. encoded: its bytes. ST_CORRUPT: it does not fit to what is there. */
MUST_USE enum status fold_event(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                                struct bytes encoded);
MUST_USE enum status fold_flush(struct fold *f, struct store_txn *t);

/* Heads, as the transaction sees them. */
MUST_USE enum status fold_head(struct fold *f, struct store_txn *t, enum count_head head, int64_t *ret);

/* The last position of a stream, the last transition with a prefix (n bytes). */
MUST_USE enum status fold_stream(struct fold *f, struct store_txn *t, const char *stream, int64_t *ret);
MUST_USE enum status fold_prefix(struct fold *f, struct store_txn *t, const char *prefix, size_t n, int64_t *ret);

/* Where the answer to a command stands: a UUID as 16 bytes, another id (the daemon's own) as its text. */
struct key answer_key(const char *principal, const char *id);
struct key case_key(int64_t kase);
/* In DB_INDEX; with a case behind it: that case cites the paper. */
struct key paper_key(const struct hash *paper);
/* In DB_INDEX; with an event behind it: "asked" about a person, "departure" of a department (NULL: of any). */
struct key standing_key(const char *kind, const char *name);
struct key stream_key(const char *stream, uint64_t position);
/* 'o': open, with a failure if there was one; 'd': done. */
struct key notice_key(char state, const char *stream, uint64_t position);
/* A claim in a group, or the mark that a notice is settled; position 0: the prefix of all of them. */
struct key group_key(const char *stream, const char *group, uint64_t position);
/* 'c': where a subscriber is; 'r': when it came there. The name of a group is group_cursor_name(). */
struct key cursor_key(char kind, const char *stream, const char *name);
const char *group_cursor_name(struct arena *a, const char *group);
/* "kind/procedure/department/" and how long its prefixes are: nothing, one part, two, all. */
enum { TOPIC_PREFIXES = 4 };
struct topic {
    const char *text;
    size_t n[TOPIC_PREFIXES];
};
struct topic topic_make(struct arena *a, const char *kind, const char *procedure, const char *department);

/* ---- between the files of the fold ---- */
MUST_USE enum status fold_case(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                               const struct value *item);
MUST_USE enum status fold_notice(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event,
                                 const struct value *notice);
MUST_USE enum status fold_transition(struct fold *f, struct arena *a, struct store_txn *t,
                                     const struct value *transition);
MUST_USE enum status fold_group(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event);
MUST_USE enum status fold_report(struct fold *f, struct arena *a, struct store_txn *t, const struct value *event);

#endif
