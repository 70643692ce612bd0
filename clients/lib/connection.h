/* connection.h - a link that is made anew with back-off for as long as it lives
 *
 *   PAUSE ──(time)──► TRYING ──handshake──► UP
 *     ▲                 │ failed, denied,     │ lost
 *     └─────────────────┴─ no answer in 10 s ─┘
 *
 * I/O through zmq.h; time is an argument. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_CONNECTION_H
#define LEEWAY_CLIENTS_LIB_CONNECTION_H

#include "clients/lib/backoff.h"
#include "clients/lib/zmq.h"
#include "daemon/base/when.h"

struct connection {
    struct link *link;
    int epoll;
    int descriptor[2];
    enum { CONNECTION_PAUSE = 1, CONNECTION_TRYING, CONNECTION_UP } state;
    int denials; /* tries in a row that were refused for the key */
    struct tick due;
    struct backoff backoff;
};

/* Takes the link; its descriptors are put into the epoll descriptor while it is connected. */
void connection_init(struct connection *c, struct link *link, int epoll, uint64_t seed, struct tick now);
void connection_done(struct connection *c);

/* Let go of the endpoint for good: connection_step() does nothing any more. */
void connection_rest(struct connection *c);

/* Take in the news and do what is due. LINK_UP and LINK_LOST (also when a try failed; LINK_DENIED then) once for each
 * change, else LINK_NOTHING; ask until that. */
enum link_news connection_step(struct connection *c, struct tick now);

/* When connection_step must be called though nothing came. */
struct tick connection_next(const struct connection *c);

#endif
