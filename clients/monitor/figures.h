/* figures.h - a census and the transitions behind it: what the monitor knows
 *
 *     census as of transition N  ->  figures_census()  ->  figures at N
 *     transition N+1, N+2, ...   ->  figures_apply()   ->  figures at N+1, N+2, ...
 *
 * So the figures equal the store's at every number, however a number was reached: by a census, or step by step. A
 * transition that was counted before changes nothing; one that leaves a gap changes nothing either, and says so.
 * Rejections and unserved notices are no transitions: they are as of the newest census.
 *
 * No person and no text goes in: of a message only the keys named here are read.
 *
 * Pure. Memory: figures own what they hold. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_MONITOR_FIGURES_H
#define LEEWAY_CLIENTS_MONITOR_FIGURES_H

#include "proto/value.h"

enum { FIGURE_LABELS = 3 };

struct figure {
    char *label[FIGURE_LABELS]; /* "" where the table has fewer */
    int64_t n;
};

/* Sorted by labels; a figure that is 0 does not stand in it. */
struct figure_table {
    struct figure *item;
    size_t n, cap;
};

struct figures {
    bool known; /* there was a census; before it everything is 0 */
    bool simulated;
    int64_t number;     /* of the newest event known of */
    int64_t transition; /* everything up to this one is counted */
    int64_t opened, closed, unserved;
    int64_t differences;       /* times that a census differed from what the transitions had made of the one before */
    struct figure_table cases; /* procedure, stage, department */
    struct figure_table kinds; /* of transitions, since the store began */
    struct figure_table rejections;
};

enum figures_news {
    FIGURES_TAKEN = 1, /* they are now as of the message */
    FIGURES_OLD,       /* nothing changed; of a census, what no transition tells was taken */
    FIGURES_GAP,       /* transitions before this one are missing: nothing changed */
    FIGURES_BACK,      /* taken, and the store is behind what it was: read the transitions anew from .transition */
    FIGURES_MALFORMED, /* the answer has not the form of PROTOCOL.md: nothing changed */
};

/* A zeroed struct figures is an empty one; figures_done() releases it and leaves it so. */
void figures_done(struct figures *f);

/* The answer to the question `census`. asked: f->transition when it was asked; a store that never loses anything
 * answers with that number or a later one. */
enum figures_news figures_census(struct figures *f, const struct value *answer, int64_t asked);

/* One transition, PROTOCOL.md 5. Before the first census each is FIGURES_OLD. */
enum figures_news figures_apply(struct figures *f, const struct value *transition);

/* The beat of the feed tells the newest event, for not every event has a transition. */
void figures_head(struct figures *f, const struct value *head);

/* 0 when it is not there. Labels that a table does not have are NULL. */
int64_t figure_of(const struct figure_table *t, const char *first, const char *second, const char *third);

#endif
