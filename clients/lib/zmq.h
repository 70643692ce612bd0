/* zmq.h - moving bytes: a socket with the news of its connection
 *
 * The one door of the ZeroMQ header. A link is a DEALER or a SUB to one endpoint under CURVE. It connects once: when
 * the connection fails or ends, drop it and connect anew (after an authentication failure libzmq would not).
 *
 * I/O. Its two descriptors are edge-triggered: after any call here ask link_waits() before sleeping.
 * Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_ZMQ_H
#define LEEWAY_CLIENTS_LIB_ZMQ_H

#include "clients/lib/tree.h"
#include "daemon/base/status.h"

enum link_kind { LINK_DEALER = 1, LINK_SUB };
enum link_news { LINK_NOTHING = 1, LINK_UP, LINK_LOST, LINK_DENIED };
enum { LINK_FRAMES = 4 };

struct link_options {
    enum link_kind kind;
    const char *endpoint;
    const char *server_key, *public_key, *secret_key; /* Z85 */
    const char *prefix;                               /* of a SUB; `head/` is subscribed too */
};

struct net;
struct link;

/* What links live in. Gives: net_free(), after its links are freed. NULL: no descriptors are left. */
struct net *net_new(void);
void net_free(struct net *n);

/* Gives: link_free(). Copies the options; does not connect. */
struct link *link_new(struct net *n, const struct link_options *o);
void link_free(struct link *l);

/* ST_INVALID: the endpoint or a key is not valid; ST_LIMIT: no descriptors are left. */
MUST_USE enum status link_connect(struct link *l);
void link_drop(struct link *l);

/* What became of the connection; ask until LINK_NOTHING. */
enum link_news link_news(struct link *l);

void link_send(struct link *l, struct bytes frame);

/* The next message, at most LINK_FRAMES frames of it (more are dropped): how many, 0: none. Borrows until the next
 * call. */
size_t link_receive(struct link *l, struct bytes frame[LINK_FRAMES]);

bool link_waits(struct link *l);
void link_descriptors(const struct link *l, int ret[2]);

#endif
