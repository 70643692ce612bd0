/* socket.h - what every socket of the daemon needs: options, and a way to stand on a loop
 *
 * A `struct bus_door` is how the roof drives a socket without knowing it: a descriptor to wait on, a question whether
 * anything can be read (which also empties the socket's mailbox and must be asked before each wait), and a call that
 * handles at most `budget` messages. The descriptor is edge-triggered: see daemon/zuv.h.
 *
 * Threads: everything of the bus belongs to one thread.
 */
#ifndef LEEWAY_BUS_SOCKET_H
#define LEEWAY_BUS_SOCKET_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"
#include "daemon/bus/curve.h"

#include <stdbool.h>
#include <stddef.h>

enum { SOCKET_ENDPOINT = 256 };

struct bus_door {
    int fd;
    bool (*readable)(void *self);
    void (*serve)(void *self, int budget);
    void *self;
};

/* How a CURVE server socket is made. */
struct socket_plan {
    int type;
    const char *domain; /* of ZAP */
    const struct curve_key *key;
    int max_message; /* bytes; above it libzmq cuts the sender */
    int receive_hwm, send_hwm;
    int extra_option, extra_value; /* ZMQ_ROUTER_MANDATORY, ZMQ_XPUB_VERBOSE */
};

/* Make, with its options. `why` gets one line on failure. ST_IO. Gives: socket_close(). */
MUST_USE enum status socket_open(void *zmq, const struct socket_plan *plan, void **ret, struct buf *why);

/* Bind. The real endpoint (a port instead of '*') comes back. ST_IO: it cannot be bound. */
MUST_USE enum status socket_bind(void *socket, const char *wanted, char endpoint[SOCKET_ENDPOINT], struct buf *why);
void socket_close(void *socket);

bool socket_set(void *socket, int option, int value);
int socket_fd(void *socket);
bool socket_readable(void *socket);

/* Read and forget the further frames of the message of which a frame was read last. Returns how many. */
size_t socket_drain(void *socket);

#endif
