/* ask.h - questions beside the load: one case, an inbox, a list by filter, a search; and how long each takes
 *
 * They go over a line of their own, in turn, by the clock; of each kind one is on its way at a time. The list walks on
 * from page to page through all that the filter fits; the search is a list by a second filter that nothing fits, so
 * that the daemon looks at as many records as it does for one answer. What is not answered as it should be ends the
 * process.
 *
 * Threads: one.
 */
#ifndef LEEWAY_CLIENTS_BENCH_ASK_H
#define LEEWAY_CLIENTS_BENCH_ASK_H

#include "clients/bench/line.h"
#include "clients/bench/tally.h"

struct asker;

struct ask_plan {
    size_t line;                                /* whose principal may inspect */
    uint64_t rate;                              /* questions a second, of all kinds together */
    uint64_t cases;                             /* one of this many is asked for */
    const char *department, *procedure, *stage; /* whose inbox, and what the list is of */
    const char *stranger;                       /* a department with no part in any of them */
};

enum { ASK_KINDS = 4 };

struct asker *asker_new(struct lines *lines, const struct ask_plan *plan);
void asker_free(struct asker *k);

/* Send what is due; now_us: of the monotonic clock. Questions are asked in every second quarter of a second only, so
 * that commands with and without them are compared in the same minute. */
void asker_send(struct asker *k, int64_t now_us);
void asker_answer(struct asker *k, struct bytes frame, int64_t now_us);
/* Are questions asked at that moment? */
bool asker_asks(int64_t at_us);
/* Forget what was counted: the warm-up is over. */
void asker_restart(struct asker *k);

const char *asker_kind(int kind);
struct tally *asker_took(struct asker *k, int kind);

#endif
