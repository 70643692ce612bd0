/* paperwork.h - the papers' thread: chunks are written, flushed and read beside the loop
 *
 * One thread, one task after the other, in the order in which they came. At most PAPERWORK_MOST wait, so that chunks do
 * not fill the memory.
 *
 * Threads: everything here belongs to the loop's thread; `ready` is called on the papers' thread and must only signal.
 */
#ifndef LEEWAY_PAPERWORK_H
#define LEEWAY_PAPERWORK_H

#include "daemon/base/arena.h"
#include "daemon/base/status.h"
#include "daemon/papers/papers.h"
#include "proto/value.h"

enum { PAPERWORK_MOST = 32 };

/* A paper-put or a paper-get whose right was looked at. Everything stands in the arena. */
struct paper_task {
    uint64_t tag;
    struct arena *arena;
    const char *principal;
    const struct value *message;
    const struct value *answer; /* of a finished one */
    enum status status;         /* ST_OK, or why it was refused */
};

struct paperwork;

/* papers is borrowed until paperwork_stop(). Gives. */
struct paperwork *paperwork_start(struct papers *papers, void (*ready)(void *ctx), void *ctx);

/* Takes the arena. ST_LIMIT: too many wait; the task is still the caller's. */
MUST_USE enum status paperwork_submit(struct paperwork *w, const struct paper_task *task);

/* The next finished task; the caller frees its arena. False: none now. */
bool paperwork_take(struct paperwork *w, struct paper_task *ret);

/* Begin to sweep away what nobody cites: `cited` and now as in papers_sweep(), called on the papers' thread. It goes on
 * in portions while nothing waits, and tasks come between. Nothing happens while a sweep goes on already. */
void paperwork_sweep(struct paperwork *w, struct when now, papers_cited *cited, void *ctx);

/* A sweep has ended: what it took, and whether something could not be removed. False: none has since the last call. */
bool paperwork_swept(struct paperwork *w, struct papers_swept *ret, enum status *ret_status);

/* Finish what waits, join, free. NULL is fine. */
void paperwork_stop(struct paperwork *w);

#endif
