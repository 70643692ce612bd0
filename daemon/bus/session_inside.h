/* session_inside.h - what session.c (sessions and their sending) and session_group.c (members of groups) share
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_SESSION_INSIDE_H
#define LEEWAY_BUS_SESSION_INSIDE_H

#include "daemon/bus/group.h"
#include "daemon/bus/session.h"

enum { SESSION_BUCKETS = 1024, SESSION_GROUP_READ = 64, SESSION_MARKS = 32 };

struct session_mark {
    uint64_t position;
    struct tick at;
};

struct gathering {
    struct gathering *next; /* of the same stream */
    struct group *group;
    char name[];
};

struct stream {
    struct stream *next; /* in its bucket */
    struct session *readers;
    struct gathering *groups;
    uint64_t last;
    char name[];
};

struct session {
    int64_t id;
    struct peer peer;
    struct stream *stream;
    struct session *next_reader, *next_in_bucket;
    struct session *before,
        *after; /* in the line of those that may have something to get; both NULL and not first: not */
    char *principal, *key, *name;
    struct gathering *gathering; /* NULL: reads for itself */
    struct member *member;
    uint64_t position;
    int64_t messages, bytes; /* credit left; bytes may fall below 0 by one notice */
    struct tick heard, beaten;
    struct session_mark mark[SESSION_MARKS]; /* a ring of what was sent when, for the proof of service */
    size_t marks;
    bool in_line, paused;
};

struct sessions {
    struct session_doors doors;
    struct session *by_id[SESSION_BUCKETS];
    struct stream *by_name[SESSION_BUCKETS];
    struct session *first, *last; /* the line */
    int64_t next_id;
    struct tick now; /* the last that was told */
    bool stalled;    /* the store did not answer: nothing is tried before the next tick or notice */
    struct session_figures figures;
    struct arena *arena; /* of one message */
    struct buf out;
};

enum step { STEP_DONE = 1, STEP_DROPPED, STEP_NO_STORE };

/* ---- session.c ---- */
struct stream *session_stream_get(struct sessions *s, const char *name);
struct stream *session_stream_find(struct sessions *s, const char *name); /* NULL: nobody reads it */
void session_stream_release(struct sessions *s, struct stream *t);        /* when nobody reads it any more */
void session_line_join(struct sessions *s, struct session *x);            /* when it may get something */
void session_line_leave(struct sessions *s, struct session *x);
void session_end(struct sessions *s, struct session *x, const char *reason); /* tell it, and free it */
void session_drop(struct sessions *s, struct session *x);                    /* free it */
void session_account(struct sessions *s, struct session *x, const struct session_notice *item, size_t n, int64_t sum);

/* ---- session_group.c ---- */
/* The group of that name among the stream's (t may be NULL), or NULL. */
struct gathering *session_group_find(struct stream *t, const char *name);
/* Into its group, before there is a session. ST_LIMIT: it is full. */
enum status session_group_enrol(struct sessions *s, const struct session_request *r, struct gathering **ret,
                                struct member **ret_member);
/* Members that may have got something join the line. */
void session_group_wake(struct sessions *s, struct stream *t, const struct gathering *g);
/* The end of a session that is not expected back: a member is expelled first. */
void session_end_for_good(struct sessions *s, struct session *x, const char *reason);
/* Members that stay away are expelled; a group that nobody is in any more stands in the store only. */
void session_groups_tick(struct sessions *s);
void session_groups_free(struct sessions *s, struct stream *t);
enum step session_send_share(struct sessions *s, struct session *x);

#endif
