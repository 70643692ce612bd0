/* house.h - the daemon put together: configuration, store, engine, bus, and what the loop knows between them
 *
 * Opened in this order and closed in the other: configuration, store (synced), engine (started, its first event
 * durable), sockets (the guard first), the threads of engine and papers.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_HOUSE_H
#define LEEWAY_HOUSE_H

#include "daemon/base/sign.h"
#include "daemon/bus/bus.h"
#include "daemon/bus/session.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/worker.h"
#include "daemon/ops/config.h"
#include "daemon/ops/counters.h"
#include "daemon/paperwork.h"
#include "daemon/pending.h"
#include "proto/proof.h"

#include <stdatomic.h>
#include <stdbool.h>

struct readings;

struct house {
    const char *config_file;
    bool restored;
    struct config *config; /* of the start: everything but the keys */
    struct config *keys;   /* the newest; the same one until a reload */
    struct curve_key key;
    struct sign_pair heads;       /* signs heads; follows from the key */
    struct head_text signed_text; /* the one that was signed last, and how */
    uint8_t signature[SIGN_LEN];
    struct store *store;
    struct engine *engine;
    struct worker *worker;
    struct papers *papers;
    struct paperwork *paperwork;
    struct readings *readings;
    struct view *view; /* the newest picture of register and procedures */
    struct bus *bus;
    struct sessions *sessions;
    struct pending *pending;
    struct counters counters;
    struct buf out; /* of one message */

    /* of the newest result of the engine */
    struct engine_head head;
    struct when now, next_due;
    enum hold held;
    bool full;
    atomic_bool behind; /* a head that this daemon signed was higher than its own: nothing is written (trust.h) */
    bool cut_later;     /* connections may have lost their key */
    unsigned ticks;

    int exit_code; /* the loop ends when it is not 0 */
};

/* Open all but the threads of engine and papers. restored: the store was put back to an earlier state. `why` gets what
 * is wrong. Returns an exit code (0: fine, *ret is given). */
int house_open(const char *config_file, bool restored, struct house **ret, struct buf *why);

/* Closes everything; the two threads must be stopped. NULL is fine. */
void house_close(struct house *h);

/* Read the configuration again: a bad one is refused whole, the old one stays. */
void house_reload(struct house *h);

/* Take over what a result says of head, time and view; the view of the result is taken. */
void house_learn(struct house *h, struct engine_result *r);

/* Who a key names now: the register's word first (a key that it ended names nobody), then the configuration's. */
const char *house_principal(struct house *h, const char *z85);

/* End whatever has no key or right any more: sessions with a last word, watchers at once. Connections of the command
 * endpoint are cut with the next tick, so that the last word gets through; what they send meanwhile is refused. */
void house_sift(struct house *h);

/* Once a second. */
void house_tick(struct house *h);

#endif
