/* inside.h - what the files of the engine share (private to daemon/engine)
 *
 * A command becomes a *draft* first: everything that its event will say, or a refusal. Drafting reads the store and
 * writes nothing, so a refused command leaves nothing half-written, and a dry one ends there. event_write() then gives
 * the draft its number, puts the event and folds it.
 *
 * Functions that return a status fail only when the store does; a refusal is a value.
 */
#ifndef LEEWAY_ENGINE_INSIDE_H
#define LEEWAY_ENGINE_INSIDE_H

#include "daemon/core/decide.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "daemon/engine/laws.h"

enum {
    ZONE_MINUTES = 480, /* where no procedure says otherwise */
    DUE_PORTION = 256,  /* due moments in one batch */
    STUCK_MOST = 4096,
    FOLD_NUMBER = 3, /* raised when the fold makes other records: the next start then folds anew */
};

/* Who the daemon is in its own events. */
#define SELF "leewayd"

struct engine {
    struct store *store;
    char *administrator;
    struct engine_options options; /* borrowed texts: valid during engine_start only */
    struct fold *fold;
    struct laws *laws;
    bool simulated;
    enum hold held;
    bool full; /* the last that was to be written did not fit */
    int64_t generation;
    struct arena *scratch; /* of one command */
    uint64_t last;         /* event that is committed */
    uint64_t settled;      /* the last event whose derived records are in the store's file */

    /* due moments that the judge did not want, though the case still has them: not asked again until the next start */
    uint64_t *stuck;
    size_t nstuck;

    /* how far the walk of that load has looked beyond its last event; forgotten with each batch that fails */
    struct {
        int64_t load, to;
    } recount;

    /* of the batch that runs */
    struct store_txn *txn;
    struct when wall;
    bool wrote;
    struct fold_sink sink;
};

/* Where a command comes from. */
struct origin {
    const char *principal, *key, *id; /* key NULL: the daemon's own */
    const struct value *message;      /* NULL: the daemon's own */
    const uint8_t *salt;
    struct when sent; /* of a report, 0: not known */
};

struct draft {
    bool accepted;
    struct rejection rejection; /* when not */
    bool remember;              /* a refusal by the law: an event */
    int64_t line;               /* of a refused import: the line of its file; 0 */
    /* when accepted */
    const char *kind, *act;
    struct day done;
    struct value *keys;     /* of the event: by, cases, notices, transitions, tasks, register … */
    struct value *answer;   /* of the answer: case, version, stage, notices, transitions, tasks */
    struct value *private_; /* private fields, or NULL */
    struct bytes source;    /* a text for DB_SOURCES, or empty */
};

/* ---- draft.c ---- */
struct draft draft_new(struct arena *a, const char *kind, const char *act);
struct draft draft_refused(const char *kind, const char *code, const char *text);
/* The draft of a decision about a case. before: the case as it is (NULL: new); bytes: how long its record is, SIZE_MAX
 * where it was not read from one. */
MUST_USE enum status draft_decision(struct engine *e, struct arena *a, const struct procedure *p,
                                    const struct value *before, size_t bytes, const struct decision *d,
                                    const char *kind, struct draft *ret);
/* Give notices and transitions of one case their numbers: into keys and answer. Notices of several cases: one after the
 * other. */
struct numbering {
    int64_t kase;
    const char *procedure, *stage;
    struct day done;
};
MUST_USE enum status draft_notices(struct engine *e, struct arena *a, struct draft *d, const struct numbering *about,
                                   const struct value *notices);
MUST_USE enum status draft_transitions(struct engine *e, struct arena *a, struct draft *d,
                                       const struct numbering *about, const struct value *transitions);

/* ---- write.c ---- */
/* The answer without id. event 0: dry. */
struct value *draft_answer(struct engine *e, struct arena *a, const struct draft *d, int64_t event,
                           struct when recorded);
MUST_USE enum status event_write(struct engine *e, struct arena *a, const struct origin *o, struct draft *d,
                                 struct value **ret_answer);
MUST_USE enum status engine_now(struct engine *e, struct when *ret);
/* The day it is in the zone of the law. */
struct day engine_day(const struct engine *e, struct when now);
MUST_USE enum status engine_event(struct engine *e, int64_t *ret_next);
MUST_USE enum status case_load(struct engine *e, struct arena *a, int64_t kase, struct value **ret); /* NOT_FOUND */
/* The same, and how long the record is. */
MUST_USE enum status case_measure(struct engine *e, struct arena *a, int64_t kase, struct value **ret,
                                  size_t *ret_bytes);

/* ---- job.c ---- */
MUST_USE enum status job_do(struct engine *e, const struct job *job, struct arena *out, struct bytes *ret);

/* ---- command.c, report.c ---- */
/* Fill what the judge is told in every case: now, numbers, register, calendar. */
MUST_USE enum status judge_numbers(struct engine *e, struct judge *j);
MUST_USE enum status command_draft(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);
MUST_USE enum status report_draft(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);

/* The cases that a command links, by the names of its fields. One that is not there is left out: the judge tells. */
MUST_USE enum status cases_linked(struct engine *e, struct arena *a, const struct procedure *p,
                                  const struct value *message, const struct value **ret);

/* ---- import.c ---- */
/* The command `import`: judged whole, written whole. The answer without id. */
MUST_USE enum status import_do(struct engine *e, struct arena *a, const struct origin *o, struct value **ret);

/* ---- group.c ---- */
/* What a report of a group's member comes to. */
struct group_report {
    struct value *report;  /* the report with only those of `done` and `failed` that the member may tell */
    struct value *took;    /* new claims: position, fence, case */
    struct value *settled; /* claims of its own that it told as done */
    struct value *fenced;  /* positions that another has, or that are settled */
};
MUST_USE enum status group_report(struct engine *e, struct arena *a, const struct value *report, int64_t end,
                                  struct group_report *ret, bool *ret_wrong);

/* ---- acts.c, acts_law.c ---- */
/* NULL: not an act of administration. */
typedef enum status (*act_draft_fn)(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);
act_draft_fn act_find(const char *name);
/* False, and a refusal: the sender has no right to administer. */
bool is_admin(const struct engine *e, const struct origin *o, struct draft *ret);
/* False, and a refusal: a field that the act does not know, or one that it needs is missing. names end with NULL. */
bool fields_are(struct arena *a, const struct value *fields, const char *const *names, struct draft *ret);
MUST_USE enum status act_procedure_load(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);
MUST_USE enum status act_procedure_activate(struct engine *e, struct arena *a, const struct origin *o,
                                            struct draft *ret);
MUST_USE enum status act_calendar_load(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);

/* ---- private.c ---- */
MUST_USE enum status act_read(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);
/* Put `private` into an answer to read-private. */
MUST_USE enum status private_attach(struct engine *e, struct arena *a, const char *principal, struct value *answer);

/* ---- due.c ---- */
/* Fire at most DUE_PORTION moments that are due now. */
MUST_USE enum status due_fire(struct engine *e);
/* When to come again: now when more are due. */
MUST_USE enum status due_next(struct engine *e, struct when *ret);
/* ---- standing.c ---- */
MUST_USE enum status act_standing_check(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);
MUST_USE enum status act_standing_depart(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret);


/* ---- refold.c ---- */
/* Derived databases verify well enough to start from? Reads the small ones whole. */
enum refold_want {
    REFOLD_NOTHING = 1,
    REFOLD_REST, /* the last events are not folded: the process ended before it settled */
    REFOLD_ALL,
};

MUST_USE enum status refold_wanted(struct store *s, enum refold_want *ret);
MUST_USE enum status refold(struct fold *f, struct store *s);
MUST_USE enum status refold_rest(struct fold *f, struct store *s); /* ST_CORRUPT: fold all */
/* Say in DB_META which fold made what is derived. */
/* ---- recount.c ---- */
/* A portion of the walk over all limits, when a calendar has begun one. */
MUST_USE enum status recount_walk(struct engine *e);
/* The limits of this case now, when the walk has not come to it. Uses e->scratch. */
MUST_USE enum status recount_first(struct engine *e, int64_t kase);
/* Is a walk under way? */
bool recount_waits(struct engine *e);

MUST_USE enum status fold_sign(struct store_txn *t);
/* Remember that the next start must fold anew; best effort. */
void refold_ask(struct store *s);

/* ---- view.c ---- */
struct view *view_new(const struct register_book *r, struct laws *l, const char *administrator, bool simulated);

#endif
