/* mutate.h - what can be changed in a procedure file, one thing at a time
 *
 * A mutant is one change to the tree of a procedure file: a rule, an effect, a condition or an act taken out; a number
 * that is another; a role in the place of another; an addressee who is not told. Its name is the path of what is
 * changed and the kind of change, "acts/apply/late/when deleted": it stays when lines move.
 *
 * Pure. Memory: everything is in the arena; the tree is the caller's.
 */
#ifndef LEEWAY_TESTS_SCENARIO_MUTATE_H
#define LEEWAY_TESTS_SCENARIO_MUTATE_H

#include "daemon/law/procedure.h"
#include "daemon/yaml/tree.h"

enum change { CHANGE_DELETED = 1, CHANGE_NUMBER, CHANGE_ROLE, CHANGE_DROPPED };

struct mutant {
    enum change change;
    struct node *parent; /* of what goes: the list or map, and where in it */
    size_t at;
    struct node *word; /* what becomes another number or role */
    const char *was;   /* the word before */
    const char *path, *act;
    int line, column;
    struct words cites; /* of the nearest entry around it that has any */
};

struct mutants {
    struct mutant *m;
    size_t n, cap;
};

/* Gives every mutant of the file, in its order. */
struct mutants mutants_find(struct arena *a, struct node *root);

const char *change_name(enum change c);

/* Change the tree. For a role `turn` counts the candidates from 0; false: there are no more. */
bool mutant_apply(struct arena *a, struct node *root, const struct mutant *m, size_t turn);

/* What stands there now, and after the change, for a person to read. In the arena. */
const char *mutant_text(struct arena *a, const struct mutant *m);

#endif
