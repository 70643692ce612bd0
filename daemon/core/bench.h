/* bench.h - the judge's desk: what the files of the judge share while one command is judged (private to daemon/core)
 *
 * A judgement works on a copy of the case. Every change is written down and applied to the copy at once, so that each
 * rule sees what the rules before it did; a refusal throws all of it away.
 *
 * Memory: everything is in the arena of the judgement.
 */
#ifndef LEEWAY_CORE_BENCH_H
#define LEEWAY_CORE_BENCH_H

#include "daemon/core/decide.h"

struct bench {
    struct arena *a;
    const struct judge *j;
    const struct procedure *p;
    const struct act *act; /* NULL when a due moment is judged */
    struct value *kase;    /* the copy */
    struct edit *edit;     /* of the copy */
    struct value *changes, *notices, *transitions, *opened;
    struct value *others;   /* changes of cases that are linked */
    struct value *private_; /* NULL: nothing private */
    struct day done, today;
    char done_text[DAY_TEXT]; /* of done */
    bool opening;
    const char *department;         /* the department that did it; NULL when a party did */
    const char *party;              /* the party that did it, or NULL */
    const char *own;                /* the department of who enters it, as it is called now; NULL: none */
    bool for_others;                /* it was not own that did it */
    bool may_enter;                 /* it was seen that own may enter it */
    const char *about;              /* the department that a miss or an escalation is about: whose superior is told */
    const char *part_kind, *part;   /* the part in question, "lead" and "2"; NULL: none */
    const char *added_kind, *added; /* the part that an effect of this act added last; NULL: none */
    const char *acted_on;           /* `part` as the act names it, while conditions walk other parts */
    const char *clock;              /* the clock that notices are about, or NULL */
    const struct value *task;       /* the task that is answered, or NULL */
    const char *task_id;
    int64_t tasks_used;
    bool refused;
    struct rejection rejection;
};

/* ---- bench.c: the copy, refusing, changing ---- */
/* What the case has by a key of its own. */
static inline struct value *bench_get(const struct bench *b, const char *key)
{
    size_t n = strlen(key);
    const struct pair *p = edit_find(b->edit, key, n, v_head(key, n));
    return p ? p->val : NULL;
}
void bench_done_on(struct bench *b, struct day day); /* the day on which it took effect */
void bench_put(struct bench *b, const struct path *path, struct value *val);
void bench_put_str(struct bench *b, const struct path *path, const char *text);
void bench_del(struct bench *b, const struct path *path);
void bench_push(struct bench *b, const struct path *path, struct value *item);
/* The text of a number, by which maps name it. */
const char *bench_key(struct bench *b, int64_t n);

/* Refuse, once: the first refusal stands. */
void bench_refuse(struct bench *b, const char *kind, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void bench_refuse_rule(struct bench *b, const struct rule *rule, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

const struct value *bench_fact(const struct bench *b, const char *name); /* NULL: not given, or private */
/* The fact of a type of which a procedure has one (outcome, circumstances). */
const struct value *bench_fact_of(const struct bench *b, enum fact_type type);
/* A fact is given. A private one that the act itself asks for must have been given with this very command: what was
 * written for an earlier step does not speak for this one. */
bool bench_given(const struct bench *b, const char *name);
/* The text by which a value is compared with the words of a file: "true", "15", "exempted". */
const char *bench_word(struct bench *b, const struct value *v);

/* The department that holds a role now (its heir when it ended), or the one in "part.field" of the part in question.
 * NULL: not bound, or a party. */
const struct department *bench_role(const struct bench *b, const char *role);
const struct department *bench_holder(const struct bench *b, const struct role *role); /* of a role of the procedure */

/* The part of a kind that is in question, else the one that the act has added. */
const char *bench_part_of(const struct bench *b, const char *kind);
/* The clock of the case by a rule's name: "visit-3" where each part has its own and part 3 is in question. */
const char *bench_clock(struct bench *b, const char *rule);

const char *bench_principal_department(const struct bench *b, const char *principal);

/* ---- actor.c: who did it, for which task, about which part ---- */
void actor_find(struct bench *b);
void actor_find_task(struct bench *b);
void actor_find_part(struct bench *b);
void actor_check(struct bench *b);         /* refuses whom the act does not belong to */
void actor_check_enterer(struct bench *b); /* refuses who may not enter it for others */
void actor_check_task(struct bench *b);    /* refuses a task that is not there, or asks for something else */
void actor_check_part(struct bench *b);    /* refuses a part that is not there */
void actor_check_entered(struct bench *b); /* when the roles are bound: who enters for others, and the signed paper */
void actor_check_party(struct bench *b);   /* the same, when the facts are in */
void actor_check_opener(struct bench *b);  /* the same, when the roles of a new case are bound */
void actor_close_tasks(struct bench *b);

/* ---- guard.c ---- */
bool guard_holds(struct bench *b, const struct guard *g); /* NULL holds */
/* The bars that apply, ";(一)…" for each; "" when there is none. */
const char *guard_bars(struct bench *b);
/* Does a claimed circumstance hold: every check confirmed, the degree right? */
bool circumstance_holds(struct bench *b, const struct circumstance *c);

/* ---- body.c: deciding bodies; how a sitting is kept stands there ---- */
void body_do(struct bench *b, const struct effect *e, const struct rule *rule); /* convene, recuse, vote, decide */
bool body_convened(const struct bench *b, const char *body);
bool body_quorum(struct bench *b, const char *body);
bool body_decided(const struct bench *b, const char *body); /* about the part in question */
bool body_seat(struct bench *b, const char *body);          /* the department that acts holds one */
/* Who would sit in it now: "1": { role, department } …, by its seats and by the register. */
struct value *body_members(struct bench *b, const struct body *body);

/* ---- form.c: what the act was given ---- */
enum { PARTS_MOST = 500 };       /* of a kind, in a case */
void form_take(struct bench *b); /* fields, parts, papers into the case; refuses what does not fit */

/* ---- ledger.c: clocks ---- */
void ledger_start(struct bench *b, const struct clock_rule *rule); /* from the act's day, with the whole budget */
/* From the day that a fact tells (the act's when it is not given). A clock that was started before is counted again
 * from there, whatever became of it since. */
void ledger_start_from(struct bench *b, const struct clock_rule *rule, const char *fact);
void ledger_stop(struct bench *b, const char *clock);
void ledger_end(struct bench *b, const char *clock); /* neither met nor missed: nothing is asked any more */
void ledger_pause(struct bench *b, const char *clock);
void ledger_resume(struct bench *b, const char *clock);
/* Refuses, by the rule, beyond the total. */
void ledger_extend(struct bench *b, const char *clock, int64_t by, const struct rule *why);
void ledger_miss(struct bench *b, const char *clock);
void ledger_correct(struct bench *b, int64_t event, struct day done);
/* The calendar of now counts the clock otherwise than it stands there. */
bool ledger_stale(const struct bench *b, const char *clock);
/* Count it anew; a miss that is none by this calendar is undone, and those told of it are told. */
void ledger_recount(struct bench *b, const char *clock);
/* The act was done after the clock's due day; a clock that was met: it was met too late. */
bool ledger_over(const struct bench *b, const char *clock);
/* The day of a limit of n working days from a day; provisional is told. */
struct calendar_due ledger_limit(const struct bench *b, struct day from, int n);
/* The moment at which whoever has a task that ends on `due` is reminded of it: so many working days before as the
 * procedure says, but never on the day on which it was opened; then when `due` is over. */
struct when ledger_remind_at(const struct bench *b, struct day due);
/* The moment after which a limit that ended on `due` counts as missed: the entry lag has passed as well. */
struct when ledger_missed_at(const struct bench *b, struct day due);

/* ---- tell.c: transitions, notices, tasks ---- */
void tell(struct bench *b, const struct effect *e, const char *article);
void tell_task(struct bench *b, const struct effect *e);
/* Whoever has this task now is reminded of it. */
void tell_reminder(struct bench *b, const char *id);
/* The same type again to everyone who was told of it (NULL: of anything by the named event). */
void tell_again(struct bench *b, const char *type, const struct value *streams);
/* The same to whom a notice of type serve-notice was for. */
void tell_again_on_paper(struct bench *b, const char *type, const struct value *notice);
/* A limit has moved with the calendar: to each of the streams once. task: the number of the task whose limit it is,
 * when it follows no clock (b->clock is the clock otherwise). */
void tell_moved(struct bench *b, const struct value *streams, const char *was, const char *task);
/* A task that is open, to whoever is asked, as it would have been told when it was opened. */
void tell_open(struct bench *b, const char *task);
void tell_finish(struct bench *b); /* the stage and the clocks as they are after the act */

/* ---- effect.c ---- */
void effects_do(struct bench *b, const struct effect *e, size_t n, const struct rule *rule);

/* ---- subjects.c: at the end of an act ---- */
void subjects_note(struct bench *b);            /* whom it is about, what was done, whether it was determined */
struct value *subjects_moment(struct bench *b); /* { event, day, by } of this act */

/* ---- correct.c ---- */
/* The event that the command names took effect on another day, or what it stated was otherwise. */
void correct(struct bench *b);

/* ---- decide.c ---- */
void bench_begin(struct bench *b, struct arena *a, const struct judge *j);
struct decision bench_end(struct bench *b, const char *act);

#endif
