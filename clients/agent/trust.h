/* trust.h - whether the daemon is still the one that this agent knows
 *
 * The agent remembers the last head of the daemon that it saw, durably, and asks at each connection, and now and then,
 * for the proof that the present one continues it. The answer comes before the stream is opened anew. When there is no
 * proof the daemon was put back to an earlier state: the agent leaves the stream, starts no handler any more, finds out
 * from where on its notices are others, says so, and waits for its operator (`leeway-agent head accept`), or for a
 * daemon that continues what it knows.
 *
 * Files of the agent's folder: `head` (one line), `held` (a position and a sentence, while it waits), `accept` (made by
 * the operator's word).
 *
 * I/O. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_AGENT_TRUST_H
#define LEEWAY_CLIENTS_AGENT_TRUST_H

#include "daemon/base/hash.h"
#include "daemon/base/when.h"

#include <stdbool.h>
#include <stdint.h>

enum { TRUST_SIGNATURE = 64, TRUST_WHY = 400 };

struct agent;

struct known_head {
    int64_t generation, number; /* 0: none is known */
    struct hash root;
    uint8_t signature[TRUST_SIGNATURE];
};

struct trust {
    struct known_head known;
    bool asking, held, searching;
    struct tick next;       /* when it is asked again though nothing happened */
    int64_t low, high, top; /* of the search: what is the same ends between low and high; top: where it began */
    char why[TRUST_WHY];
};

/* At the start, with journal and mirror open and nothing subscribed: read what is known, or, when the operator has
 * accepted, forget it and cut journal and mirror where the notices are others (copies are kept). */
void trust_begin(struct agent *g);

/* The connection is up; time has passed; the operator has spoken (true: the agent must begin anew). */
void trust_connected(struct agent *g);
void trust_tick(struct agent *g);
bool trust_accepted(const struct agent *g);

/* May a handler start now? */
bool trust_lets(const struct agent *g);

/* For the operator: `head` tells what is known, `head accept` lets a waiting agent go on. Exit status. */
int trust_show(const char *folder);
int trust_accept(const char *folder);

#endif
