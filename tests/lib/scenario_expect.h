/* scenario_expect.h - the words behind an arrow, one by one (private to tests/lib/scenario_*.c) */
#ifndef LEEWAY_TESTS_LIB_SCENARIO_EXPECT_H
#define LEEWAY_TESTS_LIB_SCENARIO_EXPECT_H

#include "tests/lib/scenario_inside.h"

struct cursor {
    struct scenario *s;
    const struct line *l;
    size_t i;
    struct word first; /* "→通过" written together */
    bool together;
};

/* The next word; NULL: no more. need: then that is a problem. */
const struct word *cursor_next(struct cursor *c);
const struct word *cursor_need(struct cursor *c, const char *what);
/* The next word if it is this one. */
bool cursor_take(struct cursor *c, const char *key);
/* KEY DAY, if it stands here; NULL: not. */
const char *cursor_day(struct cursor *c, const char *key);
/* KIND-OF-PART N, if it stands here. */
void cursor_part(struct cursor *c, struct expect *e);
const char *cursor_department(struct cursor *c, const struct word *w);

/* ---- scenario_council.c: what follows the first word ---- */

void council_read_lead(struct cursor *c, struct expect *e);
void council_read_part(struct cursor *c, struct expect *e); /* e->part_kind is set */
void council_read_body(struct cursor *c, struct expect *e);
void council_read_link(struct cursor *c, struct expect *e);
void council_read_kind(struct cursor *c, struct expect *e);
void council_read_area(struct cursor *c, struct expect *e);
void council_read_reader(struct cursor *c, struct expect *e);
void council_read_no_reader(struct cursor *c, struct expect *e);

#endif
