/* marks.h - what the databases due, index and tasks say of a case, and how they follow it
 *
 * Their keys are made of few things that the folded case holds. Those are taken before and after an event, as pointers
 * into the case; only a key that comes or goes is built.
 *
 * Memory: in the arena given; texts are borrowed from the case and must outlive it. Threads: the writer's.
 */
#ifndef LEEWAY_ENGINE_MARKS_H
#define LEEWAY_ENGINE_MARKS_H

#include "daemon/store/store.h"
#include "proto/value.h"

/* What one key is made of: a moment or the number of a task, and up to three texts. */
struct mark {
    int64_t n;
    const char *a, *b, *c;
};

struct mark_list {
    struct mark *item;
    size_t n, cap;
};

struct marks {
    struct mark_list due, index, tasks;
};

/* kase NULL: there is none yet. */
struct marks marks_take(struct arena *a, const struct value *kase);

/* Remove the keys of what is in `old` alone, put those of what is in `now` alone. Reorders both. */
MUST_USE enum status marks_move(struct store_txn *t, int64_t kase, struct marks *old, struct marks *now);

#endif
