/* report.h - what a subscriber has to tell about its notices, until it goes out in one message
 *
 * Pure. Memory: a report owns what it holds; report_init() before, report_done() after. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_REPORT_H
#define LEEWAY_CLIENTS_LIB_REPORT_H

#include "daemon/base/when.h"
#include "proto/value.h"

enum { REPORT_FULL = 64 };

struct failure {
    int64_t position;
    char *reason;
};

struct claim {
    int64_t position, fence;
};

struct report {
    int64_t received; /* -1: nothing to tell */
    int64_t *done;
    size_t ndone, cap_done;
    struct claim *took; /* of a group's member */
    size_t ntook, cap_took;
    struct failure *failed;
    size_t nfailed, cap_failed;
    struct tick since; /* when the first of it was told; INT64_MAX: it is empty */
};

void report_init(struct report *r);
void report_done(struct report *r);
void report_clear(struct report *r); /* keeps the memory */

bool report_any(const struct report *r);
bool report_full(const struct report *r); /* REPORT_FULL notices or more */

/* Copies the reason. */
void report_received(struct report *r, int64_t position, struct tick now);
void report_took(struct report *r, int64_t position, int64_t fence, struct tick now);
void report_handled(struct report *r, int64_t position, struct tick now);
void report_failed(struct report *r, int64_t position, const char *reason, struct tick now);

/* Move all of `from` into `to`. */
void report_join(struct report *to, struct report *from, struct tick now);

/* The positions told, done and failed: those of the done ones first. Borrows until the report changes. */
const int64_t *report_positions(struct report *r, size_t *ret_n);

/* Put received, took, done and failed into a message. */
void report_put(struct arena *a, const struct report *r, struct value *message);

#endif
