/* read.h - what the files that read a procedure share (private to daemon/law)
 *
 * Declarations (facts, roles, stages …) are read first, so that acts, rules and guards find every name they refer to
 * and can tell at once, at the place of the word, what is not there.
 *
 * Memory: everything read is in the procedure's arena.
 */
#ifndef LEEWAY_LAW_READ_H
#define LEEWAY_LAW_READ_H

#include "daemon/law/procedure.h"
#include "daemon/yaml/tree.h"

enum { UNSET = -1 };

struct parameter {
    const char *name;
    int64_t value;
};

struct reader {
    struct procedure *proc;
    struct arena *a;
    struct problems *p;
    struct parameter *parameters;
    size_t nparameters;
    struct words act_names;
    struct words slots;            /* of papers, of all acts */
    const struct part_kind *part;  /* the kind of part in question, while reading guards and effects about one */
    const struct part_kind *added; /* the kind that an effect of this act has added before */
    bool after_miss;               /* reading what a missed clock does */
    bool concludes;                /* the act on a part that is being read concludes */
};

/* What a name may refer to. */
enum name_of {
    OF_FACT = 1,
    OF_ROLE,
    OF_STAGE,
    OF_CLOCK,
    OF_PART,
    OF_ACT,
    OF_OUTCOME,
    OF_KIND,
    OF_NOTICE,
    OF_SWITCH,
    OF_BODY
};

/* The text of a scalar that must name a declared thing; NULL (with a problem) when it does not. */
const char *read_name_of(struct reader *r, const struct node *n, enum name_of of);
/* A list of them (one counts as a list). */
struct words read_names_of(struct reader *r, const struct node *n, enum name_of of);

/* A department: a role, "part.field" of a field of the part in question that holds a department, "body.member" (each
 * of them) or "body.chair". */
struct words read_addressees(struct reader *r, const struct node *n);

struct words read_words(struct reader *r, const struct node *n);
const char *read_text(struct reader *r, const struct node *n, const char *otherwise);
const char *read_keep(struct reader *r, const char *text); /* copies into the procedure */

/* A number, or "$parameter". */
int read_number(struct reader *r, const struct node *n, int least, int most);

/* Tell when the fact is of another type, or private: a rule cannot read what it says. name may be NULL. */
void read_type_of(struct reader *r, const struct node *n, const char *name, enum fact_type type, const char *word);

/* The words that a fact or a part's field can have, checked (bool: true, false). */
struct words read_words_of_fact(struct reader *r, const struct node *n, const struct fact *f);

/* A clock of which each part has one is asked for, started and stopped where such a part is in question. */
void read_each_clock(struct reader *r, const struct node *n, const char *clock);

/* read_guard.c. A map (its keys all count) or a list (every item). NULL for a NULL node. */
struct guard *read_guard(struct reader *r, const struct node *n);

/* read_effect.c */
void read_effects(struct reader *r, const struct node *list, struct effect **ret, size_t *ret_n);

/* read_table.c: what every table has: a name once, words with labels. */
const char *read_row_name(struct reader *r, const struct node *n, const char *key, const void *rows, size_t row_size,
                          size_t count);
void read_options(struct reader *r, const struct node *map, struct option **ret, size_t *ret_n);

/* read_course.c: kinds, stages, tracks, tasks that come again, open slots. */
void read_kinds(struct reader *r, const struct node *list);
void read_stages(struct reader *r, const struct node *stages, const struct node *tracks);
void read_open_slots(struct reader *r, const struct node *list);
void read_documents(struct reader *r, const struct node *list);
void read_circumstances_version(struct reader *r, const struct node *n);
void read_recurring(struct reader *r, const struct node *list); /* after the acts' names are known */

/* read_body.c: deciding bodies, and what they do. */
void read_bodies(struct reader *r, const struct node *list);
void read_body_effect(struct reader *r, const struct node *map, const struct node *main, struct effect *e);
void read_body_guard(struct reader *r, const struct node *map, const struct node *main, struct guard *g);

/* read_act.c. The papers' names first: conditions anywhere may ask for them. */
void read_paper_names(struct reader *r, const struct node *root);
void read_acts(struct reader *r, const struct node *acts, const struct node *standing);

/* read_declare.c: everything but acts. */
void read_declarations(struct reader *r, const struct node *root);
/* The rules for missed clocks, after the acts' names are known. */
void read_clock_effects(struct reader *r, const struct node *clocks);

/* procedure_check.c: reachability, over the compiled form; problems are told at the nodes of the file. */
void procedure_check(struct reader *r, const struct node *root);

#endif
