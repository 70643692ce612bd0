/* procedure.h - a jurisdiction's measure, compiled: the words of the procedure language as tables
 *
 * A procedure is read once (procedure_read.h), is immutable afterwards and is shared by every case that was accepted
 * under its version. docs/procedure-language.md tells what each word means; the judge (core/decide.h) carries it out.
 *
 * Guards are total: a guard about a fact that nobody has given is simply false (or true under `given: false`), never an
 * error. There is no scripting.
 *
 * Pure. Memory: everything belongs to the procedure: procedure_free(). Threads: any may read.
 */
#ifndef LEEWAY_LAW_PROCEDURE_H
#define LEEWAY_LAW_PROCEDURE_H

#include "daemon/base/arena.h"
#include "daemon/base/hash.h"
#include "daemon/base/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
    const char **word;
    size_t n;
};

/* ---- facts ---- */

enum fact_type {
    FACT_CHOICE = 1, /* one word of `of` */
    FACT_GRADE,      /* the same, in rising order */
    FACT_BOOL,
    FACT_INT, /* least..most */
    FACT_DAY,
    FACT_DEPARTMENT,    /* id of a department of the register */
    FACT_SUBJECT,       /* opaque id of the subject, a person or a unit */
    FACT_WORD,          /* an identifier: no free text */
    FACT_TEXT,          /* free text: always private unless the file says private: false */
    FACT_OUTCOME,       /* one of the file's outcomes */
    FACT_PART_LIST,     /* numbers of parts of one kind */
    FACT_CIRCUMSTANCES, /* map circumstance -> list of checks that were confirmed */
    FACT_DEPARTMENTS,   /* ids of departments of the register, each once */
    FACT_LINK,          /* number of another case of the same procedure, of one of `kinds` */
};

enum { FACT_TYPES = FACT_LINK + 1 };

struct option {
    const char *word, *label;
};

struct fact {
    const char *name, *label;
    enum fact_type type;
    struct option *of;
    size_t nof;
    int64_t least, most;
    const char *part;   /* FACT_PART_LIST */
    const char *link;   /* FACT_LINK: covers, repeats, same-proceeding */
    struct words kinds; /* FACT_LINK: of the other case; empty: any */
    bool is_private;
    bool required; /* of a part's field */
};

/* ---- guards ---- */

enum guard_op {
    GUARD_ALL = 1,    /* every kid; no kid: true */
    GUARD_ANY,        /* at least one kid */
    GUARD_NONE,       /* no kid */
    GUARD_FACT_IN,    /* the fact is one of words */
    GUARD_IN_ORDER,   /* the days that the facts words tell follow one another, and none is after the act's own */
    GUARD_FACT_GIVEN, /* the fact is there == yes */
    GUARD_PART_IN,    /* the field (or `state`) of the part in question is one of words */
    GUARD_PART_GIVEN, /* the field (or `outcome`) of the part in question is there == yes */
    GUARD_SWITCH,     /* the switch of the procedure is on == yes */
    GUARD_KIND,       /* the kind of the case is one of words */
    GUARD_STAGE,      /* the stage before the act (or the stage of a track) is one of words */
    GUARD_SERVING,    /* the act serves a notice on paper whose type is one of words */
    GUARD_NEW,        /* the act opens the case == yes */
    GUARD_OUTCOME,    /* the conclusion (of the part in question, where parts are concluded) is one of words */
    GUARD_SAME,       /* the two roles are held by one department */
    GUARD_BOUND,      /* the role is bound == yes */
    GUARD_DEPARTMENT, /* the department named by the fact is of a kind in words */
    GUARD_MANAGES, /* the role's department manages the unit that holds the role `other` (cadre-management authority) */
    GUARD_CLOCK_OVER, /* the act was done after the clock's due day == yes (false when it was never started) */
    GUARD_PAPER,      /* a paper is in the slot */
    GUARD_SUSPENDED,  /* the part in question is suspended == yes */
    GUARD_SUSPENSION, /* words[0]: open | unconfirmed: there is such a suspension */
    GUARD_SECOND,  /* a second person of the same department with the right `approve` stands behind the entry == yes */
    GUARD_ANOTHER, /* another principal than did the act `name` */
    GUARD_CIRCUMSTANCES, /* words[0]: held (at least one holds) | consistent (each that is claimed holds) */
    GUARD_BARS,          /* no bar of the negative list applies */
    GUARD_EVERY,         /* every part of kind name (among the fact `of` if given) satisfies the kid */
    GUARD_SOME,
    GUARD_NO,
    GUARD_BODY_CONVENED, /* the body name sits (or sat) in this case == yes */
    GUARD_BODY_QUORUM,   /* enough of its members, recused ones not counted, are there == yes */
    GUARD_BODY_DECIDED,  /* its newest sitting has decided (about the part in question) == yes */
    GUARD_BODY_SEAT,     /* whoever does it holds a seat, and has not stepped back == yes */
    GUARD_LINKED_IN,     /* the fact other of the case linked as name is one of words */
    GUARD_LINKED_GIVEN,  /* it is there == yes; other NULL: there is such a link */
    GUARD_LINKED_SAME,   /* it says what this case's own fact other says == yes */
};

struct guard {
    enum guard_op op;
    bool yes;
    const char *name;  /* fact, part kind, role, clock, slot, act */
    const char *other; /* second role of SAME; fact of EVERY/SOME/NO with `of` */
    struct words words;
    struct guard **kid;
    size_t nkids;
};

/* ---- effects ---- */

enum effect_verb {
    DO_SET = 1, /* fact name := value (to) or another fact (from) */
    DO_BIND,    /* role name := actor, a fact's department (from), or the register's one of the role's kind */
    DO_START,   /* clock name, from the day of a fact (from) or the act's day */
    DO_STOP,    /* clock name is met (or was missed: it stays so) */
    DO_EXTEND,  /* clock name by the number in fact from */
    DO_PAUSE,
    DO_RESUME,
    DO_SUSPEND,     /* parts of kind name that satisfy each of `where` */
    DO_CONFIRM,     /* every unconfirmed suspension */
    DO_RELEASE,     /* every open suspension ends */
    DO_TELL,        /* transition name, notice to each of `to`; with answer: a task for each */
    DO_TASK,        /* a task without a notice: act name for the first of `to` */
    DO_ADD,         /* a part of kind name, its fields from facts (with) */
    DO_STATE,       /* the part in question gets state name */
    DO_FILL,        /* fields of the part in question := facts (with) */
    DO_CONCLUDE,    /* the outcome := fact name */
    DO_REOPEN,      /* what was concluded, issued and granted stands no longer */
    DO_GRANT,       /* consequences: words, with force name */
    DO_MOVE_TASKS,  /* tasks of the role name go to who holds it now */
    DO_CLOSE_TASKS, /* of act name, or every task */
    DO_STOP_CLOCKS,
    DO_SERVE,    /* the notice of the task that is answered was served on paper */
    DO_CORRECT,  /* the named event took effect on another day: clocks are derived again, those told are told again */
    DO_TURN,     /* the case becomes one of kind name; what it was is kept */
    DO_EACH,     /* kids, for each part of kind name that satisfies where */
    DO_REASSIGN, /* the task whose number is in fact name goes to the department in fact from */
    DO_CONVENE,  /* the body name sits; attendance in fact from */
    DO_RECUSE,   /* the department in fact from (NULL: who does it) steps back; the one in fact value sits instead */
    DO_VOTE,     /* body name: who does it votes what fact from says */
    DO_DECIDE,   /* body name: fact from := what its rule makes of the votes */
};

struct with {
    const char *field, *fact;
};

struct effect {
    enum effect_verb verb;
    const char *name;
    const char *from;     /* fact, "actor" for DO_BIND */
    const char *value;    /* DO_SET: the word; DO_SUSPEND: the ground; DO_GRANT: the force */
    struct guard *when;   /* `if`; NULL: always */
    struct words to;      /* roles; "part.field" names the department in a field of the part in question */
    const char *answer;   /* act that answers */
    struct words or_acts; /* other acts that close the task as well */
    const char *clock;    /* the clock whose due day is the task's */
    int within;           /* or so many working days */
    bool confirmed;       /* DO_SUSPEND: needs no confirmation */
    struct guard *where;  /* DO_SUSPEND, DO_EACH */
    struct effect *kids;  /* DO_EACH */
    size_t nkids;
    struct option *areas; /* DO_GRANT: id of an area and what the document calls it */
    size_t nareas;
    const char *work;          /* DO_GRANT: fact that names the piece of work meant */
    const char *missing;       /* DO_GRANT: conditional; what must be shown first */
    struct words stops, holds; /* DO_SUSPEND: clocks that stand still, acts that must wait */
    struct with *with;
    size_t nwith;
    struct words words;
};

/* ---- rules, acts ---- */

struct rule {
    const char *name, *article;
    struct words cite;
    struct guard *when;    /* NULL: always */
    struct guard *require; /* NULL: nothing required */
    const char *missing;   /* what is missing, for a person to read */
    const char *who;       /* role that could supply it */
    struct effect *effects;
    size_t neffects;
};

enum need { NEED_OPTIONAL = 1, NEED_REQUIRED, NEED_OPENING /* required when the act opens the case */ };

struct act_field {
    const char *fact;
    const struct fact *def; /* of that name */
    enum need need;
};
struct act_slot {
    const char *slot; /* of papers, or a kind of part */
    enum need need;
};

struct act {
    const char *name, *label, *article;
    struct words cite;
    const char *opens; /* kind of matter, or NULL */
    struct words from; /* stages; empty: only by opening */
    struct words by;   /* roles, parties, "part.field" */
    const char *to;    /* stage, "track/stage", or NULL: stays */
    const char *on;    /* kind of part that the act is about, or NULL */
    bool standing;
    struct act_field *fields;
    size_t nfields;
    struct act_slot *papers, *parts;
    size_t npapers, nparts;
    struct rule *rules;
    size_t nrules;
};

/* ---- the rest ---- */

struct role {
    const char *name, *label;
    bool party;              /* not a department of the case: applicant, expert … */
    bool reads;              /* who holds it reads what is private in the case; the lead always does */
    bool superior;           /* computed: the superior of whoever the matter is told about */
    const char *one_kind;    /* bound to the register's one department of this kind */
    struct words kinds;      /* kinds that may hold it; empty: any */
    const char *same_as;     /* a party that is that role's department … */
    struct guard *same_when; /* … under this condition; else it is served on paper */
};

struct part_kind {
    const char *name, *label;
    bool concluded; /* an act about one concludes: each has its own outcome */
    struct fact *fields;
    size_t nfields;
    struct option *states; /* the first is where a part begins */
    size_t nstates;
    bool has_subject; /* a field is a FACT_SUBJECT */
};

struct circumstance {
    const char *name, *number, *text;
    struct words cite;
    struct option *checks;
    size_t nchecks;
    struct guard *degree; /* NULL: none */
    bool open;            /* the document counts it and does not tell its text: shown, never claimed */
};

struct bar {
    const char *name, *number, *text;
    struct words cite;
    struct guard *when;
};

struct outcome {
    const char *name, *label;
    bool lenient;
};

struct stage {
    const char *name, *label; /* "track/stage" in a track */
    const char *track;        /* NULL: the main course */
    struct words kinds;       /* of case that pass through it; empty: any */
    bool end;
};

/* What the document leaves open: said, not invented. */
struct open_slot {
    const char *name, *label, *note;
};

/* One of the texts that a measure consists of. */
struct document {
    const char *name, *title, *note; /* note NULL: none */
    int64_t version;
};

struct switch_row {
    const char *name, *label;
    bool on;
};

struct kind {
    const char *name, *label;
    const char *way_in; /* NULL: not said */
};

/* A seat is held by the department of a role; a case-dependent one by that of `otherwise` when `unless` holds. */
struct seat {
    const char *role, *otherwise;
    struct guard *unless;
};

enum body_rule { RULE_MAJORITY = 1, RULE_TWO_THIRDS, RULE_CONSENSUS };

struct body {
    const char *name, *label, *chair;
    struct seat *seats;
    size_t nseats;
    int size;                 /* members, those that the register names among them; 0: as many as there are seats */
    int quorum;               /* members */
    int quorum_of, quorum_in; /* or `of`/`in` of the seats; 0: a number */
    enum body_rule rule;
};

/* A task that comes again: opened by the act `after`, and again each time it is answered, while the condition holds. */
struct recurring {
    const char *task, *role, *after;
    int workdays;
    struct guard *during; /* NULL: for ever */
    bool of_jurisdiction; /* it stands in a case of the jurisdiction's own, not in one about a person */
};

/* A type of notice and transition. */
struct notice_type {
    const char *name, *label;
    struct words fields; /* public facts that the notice carries */
};

struct clock_rule {
    const char *name, *label, *article;
    int workdays;      /* or 0 */
    int days;          /* calendar days, or 0 */
    const char *until; /* fact that tells the due day, or NULL */
    const char *each;  /* kind of part of which each has such a clock, "name-3"; or NULL */
    int total;         /* most working days with extensions; 0: no more than the length */
    int near;          /* working days before the due day on which the owner is reminded; 0: never */
    const char *owner; /* role */
    struct effect *on_miss;
    size_t non_miss;
};

/* The rows of each table by their names. */
struct procedure_names {
    struct name_table acts, facts, roles, clocks, parts, circumstances, notices, outcomes, kinds, switches, bodies;
    struct name_table stages, track_stages;
};

struct procedure {
    struct arena *arena;
    const char *name, *title, *issuer, *status;
    const char *lead; /* the role that leads a case and serves on paper what the daemon itself tells */
    int64_t version;
    int zone_minutes;
    int entry_lag;    /* working days between done and recorded without further ado */
    int service_days; /* working days in which a notice is served on paper */
    int reminder;     /* working days before the last day of a task on which its holder is reminded; usually 0 */
    struct hash hash; /* of the source text */
    struct words principles;
    const char *circumstances_version; /* of the list, as the jurisdiction counts them; NULL: not said */
    const char *circumstances_since;   /* the day from which it is in force; NULL: not said */
    struct document *documents;
    size_t ndocuments;
    struct role *roles;
    size_t nroles;
    struct fact *facts;
    size_t nfacts;
    struct part_kind *parts;
    size_t nparts;
    struct circumstance *circumstances;
    size_t ncircumstances;
    struct bar *bars;
    size_t nbars;
    struct outcome *outcomes;
    size_t noutcomes;
    struct stage *stages; /* of the main course */
    size_t nstages;
    struct stage *track_stages;
    size_t ntrack_stages;
    struct switch_row *switches;
    size_t nswitches;
    struct open_slot *open_slots;
    size_t nopen_slots;
    struct body *bodies;
    size_t nbodies;
    struct recurring *recurring;
    size_t nrecurring;
    struct words linked_facts; /* what is taken over from a linked case */
    struct clock_rule *clocks;
    size_t nclocks;
    struct kind *kinds;
    size_t nkinds;
    struct notice_type *notices;
    size_t nnotices;
    struct act *acts; /* standing acts last */
    size_t nacts;
    bool compiled;                           /* what follows is complete */
    const struct fact *first_of[FACT_TYPES]; /* the first fact of each type; NULL: none */
    struct fact **subjects;                  /* the facts of type FACT_SUBJECT */
    size_t nsubjects;
    struct procedure_names names;
};

/* Once, when the tables are whole: nothing is looked through any more. */
void procedure_compile(struct procedure *p);
void procedure_free(struct procedure *p);

/* Look-ups by name; NULL when there is none. name may be NULL. */
const struct act *procedure_act(const struct procedure *p, const char *name);
const struct fact *procedure_fact(const struct procedure *p, const char *name);
const struct role *procedure_role(const struct procedure *p, const char *name);
const struct stage *procedure_stage(const struct procedure *p, const char *name);
const struct clock_rule *procedure_clock(const struct procedure *p, const char *name);
const struct part_kind *procedure_part(const struct procedure *p, const char *name);
const struct circumstance *procedure_circumstance(const struct procedure *p, const char *name);
const struct notice_type *procedure_notice(const struct procedure *p, const char *name);
const struct outcome *procedure_outcome(const struct procedure *p, const char *name);
const struct kind *procedure_kind(const struct procedure *p, const char *name);
const struct switch_row *procedure_switch(const struct procedure *p, const char *name);
const struct body *procedure_body(const struct procedure *p, const char *name);
/* The rule of a clock of a case: "care-visit-3" is the one of part 3, where the rule stands for each part. */
const struct clock_rule *procedure_clock_of(const struct procedure *p, const char *clock);
/* The body in "body.member" and "body.chair", NULL for anything else; *ret_chair may be NULL. */
const struct body *procedure_body_of(const struct procedure *p, const char *seat, bool *ret_chair);
/* Any effect, those for each part among them, that satisfies the test. */
typedef bool effect_test(const struct effect *e, const char *name);
bool effects_any(const struct effect *e, size_t n, effect_test *test, const char *name);

/* How a role, a party, "part.field" or TASK_HOLDER is called; the name itself when nothing is called so. */
const char *procedure_role_label(const struct procedure *p, const char *name);

/* The word in `by` for whoever holds the task that the act answers. */
#define TASK_HOLDER "task-holder"

bool words_have(const struct words *w, const char *word);

#endif
