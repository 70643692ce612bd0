/* decide.h - the judge: a command, the case, the law and now give an event or a rejection
 *
 * The judge looks and derives; it changes nothing and reads nothing but its arguments. What comes out is a *draft* of
 * one event that carries outcomes: changes of the case, transitions, notices with their departments, answers. The
 * engine gives it its numbers (event, stream positions, transition numbers) and writes it.
 *
 * Pure. Memory: everything returned is in the arena. Threads: any.
 */
#ifndef LEEWAY_CORE_DECIDE_H
#define LEEWAY_CORE_DECIDE_H

#include "daemon/core/case.h"
#include "daemon/core/register.h"
#include "daemon/law/calendar.h"
#include "daemon/law/procedure.h"

struct judge {
    const struct procedure *procedure; /* the version of the case, or the active one for an opening act */
    const struct register_book *reg;
    const struct calendar *calendar;
    const struct value *kase;    /* NULL: the act opens one */
    const struct value *command; /* a checked map of PROTOCOL.md, t: command */
    const char *principal;       /* who entered it */
    struct when now;
    int64_t event; /* the number that the event will have */
    int64_t next_case, next_task;
    const struct value *linked; /* by the name of a fact of type link: the case that the command links; or NULL */
    const struct value *named;  /* `correct`: the event it names; else NULL */
    /* The act was done before the system came, and is imported: by whom and when stand in the command; the import's own
     * reason and second person answer for what a late entry, and entering for others, must show. */
    bool past;
};

/* A rejection: the law says no. Texts for a person are Chinese where the file is; code is the protocol's word. */
struct rejection {
    const char *kind; /* law | right | form | conflict */
    const char *code; /* "act-not-possible", "rule", "field-missing" … (rejections of PROTOCOL.md) */
    const char *text;
    const char *rule, *article, *missing, *who; /* NULL where there is none */
    const char *field;                          /* of a form: the field or slot that is wrong; or NULL */
    struct day earliest;                        /* DAY_NONE: unknown */
};

struct decision {
    bool accepted;
    struct rejection rejection;
    /* the draft, when accepted */
    int64_t kase; /* number of the case */
    const char *act;
    struct day done;
    struct value *changes;  /* list, case_apply() */
    struct value *others;   /* list of { case, version, changes }: linked cases learn by whom; or NULL */
    struct value *by;       /* map: party or department that did it */
    struct value *private_; /* map of private fields, or NULL */
    struct value *
        notices; /* list of { stream, type, label, role, answer?, task?, due?, provisional?, part?, party?, fields? } */
    struct value *transitions; /* list of { kind, department, departments, clocks } */
    int64_t tasks;             /* how many task numbers from next_task were used */
    struct value *opened;      /* list of task numbers */
    const char *stage;         /* after the act */
    struct value *moved;       /* of decide_recount(); else NULL */
};

/* Judge a command of a department or party. */
struct decision decide(struct arena *a, const struct judge *j);

/* Judge a due moment of the daemon's own (case_due): near, miss, remind, task. When it no longer stands (met meanwhile)
 * the decision is not accepted with code "not-due". */
struct decision decide_due(struct arena *a, const struct judge *j, const char *what, const char *name);

/* A limit of a case: a clock, or the working days of a task that follows none. */
struct limit {
    const char *what, *name; /* "clock" or "task"; its name or number */
};

/* The limits that the judge's calendar counts otherwise than they stand in the case. */
size_t decide_stale(struct arena *a, const struct judge *j, struct limit **ret);

/* Count one of them anew. The decision's `moved` tells { clock or task, label, state, due-before?, due?,
 * provisional-before, provisional, days?, miss-undone?, past? }. Not accepted ("not-moved") when it counts the same. */
struct decision decide_recount(struct arena *a, const struct judge *j, const char *what, const char *name);

/* The import of a case has come to its end: what is still open is told and asked once. The judge's case is as the last
 * imported act left it; key and file name the import. */
struct decision decide_imported(struct arena *a, const struct judge *j, const char *key, const struct value *file);

/* What an act needs, for the question `form`: a map of PROTOCOL.md 3. NULL: no such act. kase may be NULL. */
struct value *decide_form(struct arena *a, const struct procedure *p, const struct value *kase, const char *act);

/* The clocks of a case counted day by day, for the question `explain`: the list `clocks` of PROTOCOL.md 3. */
struct value *decide_explain(struct arena *a, const struct procedure *p, const struct calendar *cal,
                             const struct value *kase);

#endif
