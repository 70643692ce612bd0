/* problems.h - everything that is wrong with a file, told in one run
 *
 * A reader goes on after a mistake and adds each further one here; at the end somebody prints them all:
 *
 *     yinchuan.yaml:10:26: error: stage '承辦中' is not defined; did you mean '承办中'?
 *         - {act: accept, to: 承辦中}
 *                             ^
 *
 * Order: by file, in the order in which the files first had a problem, then by line and column, then as they were
 * added. The same text at the same place counts once. At most PROBLEMS_KEPT are kept (those that stand first), the
 * others are only counted. Control characters in texts and source lines are shown as '?', so that no file can write
 * escape sequences to a terminal.
 *
 * Pure. Memory: everything is copied into the arena given to problems_new(). Threads: one at a time.
 */
#ifndef LEEWAY_YAML_PROBLEMS_H
#define LEEWAY_YAML_PROBLEMS_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBLEMS_KEPT = 100 };

struct node;

/* The text that lines and columns point into. */
struct source {
    const char *file;
    const char *text; /* n bytes and a NUL */
    size_t n;
};

struct problem {
    const char *file; /* "" when none is known */
    int line, column; /* from 1, the column in characters; 0, 0: the file as a whole */
    const char *text;
    const char *shown; /* the source line, cut to a window around the column when it is long; NULL: none */
    const char *caret; /* blanks (and the line's tabs) that put a caret under the column */
    size_t file_rank;
};

struct problems;

struct problems *problems_new(struct arena *a);

/* The arena given to problems_new(): for what a message is put together from. */
struct arena *problems_arena(struct problems *p);

/* Characters that are shown as they are, and may stand in a file: no controls but tab and line feed, nothing that ends
 * a line or turns the direction of writing unseen. */
bool problems_shows(uint32_t c);

/* Add a problem at a node; a NULL node has no place. Copies. */
void problems_add(struct problems *p, const struct node *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add one at a line and column of a source. */
void problems_add_at(struct problems *p, const struct source *source, int line, int column, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Add one of a file as a whole (it cannot be opened, it is too long). */
void problems_add_file(struct problems *p, const char *file, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* How many there are, those included that were not kept; and the kept ones in order (NULL: no such). */
size_t problems_count(const struct problems *p);
const struct problem *problems_at(const struct problems *p, size_t i);

/* Append them as text, then "and N more" when some were not kept. Appends nothing when there is none. */
void problems_print(const struct problems *p, struct buf *out);

#endif
