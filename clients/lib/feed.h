/* feed.h - is a transition the next one of its prefix, an old one, or is there a gap before it
 *
 * PUB may drop. Each message carries `prev`: for each prefix of its topic, the number of the transition before it. So a
 * subscriber of one prefix knows without asking whether something is missing, and from where to fetch it.
 *
 * Live messages that come while a fetch is under way are not kept: the fetch goes on until the number that they had.
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_FEED_H
#define LEEWAY_CLIENTS_LIB_FEED_H

#include "proto/value.h"

enum { FEED_PREFIX = 201 };

struct feed {
    char prefix[FEED_PREFIX];
    int64_t number;  /* everything of the prefix up to here was handed over; -1: nothing is known yet */
    int64_t wanted;  /* fetch until here; 0: no fetch is under way */
    int64_t fetched; /* transitions of the prefix that a fetch brought */
    bool distrust;   /* the connection was lost: the next head tells what may be missing */
};

enum feed_move { FEED_HAND_OVER = 1, FEED_OLD, FEED_FETCH };

/* after as in lw_watch_options. false: the prefix is longer than 200 bytes or does not end at a slash. */
bool feed_init(struct feed *f, const char *prefix, int64_t after);

/* A transition came by the socket. FEED_HAND_OVER: it is the next one. FEED_OLD: drop it. FEED_FETCH: drop it, and have
 * feed_from() fetched if no fetch is under way (feed_fetching() before the call). */
enum feed_move feed_live(struct feed *f, const struct value *transition);

/* A head came by the socket: FEED_FETCH as above, else FEED_OLD. */
enum feed_move feed_head(struct feed *f, const struct value *head);

/* The connection of the socket was lost. */
void feed_lost(struct feed *f);

bool feed_fetching(const struct feed *f);
int64_t feed_from(const struct feed *f); /* the number to ask from */

/* A transition from a fetch: FEED_HAND_OVER or FEED_OLD (not of the prefix, or had before). */
enum feed_move feed_fetched(struct feed *f, const struct value *transition);

/* A page of the fetch is through: it held n, and the newest transition of all is `last`. true: ask for the next page.
 */
bool feed_page(struct feed *f, size_t n, int64_t last);

#endif
