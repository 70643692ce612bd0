/* zap.h - who may connect
 *
 * Answers libzmq's questions about each handshake (ZAP 1.0, inproc://zeromq.zap.01). It must be bound before any other
 * socket: where nobody answers, libzmq lets everybody in. Only CURVE with a key that the rules know gets 200, all else
 * 400; a request that is no request is answered as far as it can be, and never ends the process.
 *
 * The User-Id of a connection is "principal/key": the principal has no '/', the key is 40 characters of Z85. So every
 * message brings both, and the rules can be asked again.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_BUS_ZAP_H
#define LEEWAY_BUS_ZAP_H

#include "daemon/bus/socket.h"

#include <stdint.h>

#define ZAP_COMMAND "command"
#define ZAP_TRANSITIONS "transitions"

enum { ZAP_PRINCIPAL = 65 }; /* bytes with the NUL */

struct bus_rules {
    void *ctx;
    /* Who a key names; NULL: nobody, or no more. Borrowed until the next call. */
    const char *(*principal_of)(void *ctx, const char z85[CURVE_Z85]);
    /* May the principal read the transitions? */
    bool (*may_watch)(void *ctx, const char *principal);
};

/* Who a message came from. */
struct identity {
    char principal[ZAP_PRINCIPAL];
    char key[CURVE_Z85];
};

struct zap;

/* Bind in the context of the commands and in that of the transitions. rules is borrowed until zap_close. ST_IO:
 * somebody else is bound there. Gives. */
MUST_USE enum status zap_open(void *command, void *transitions, const struct bus_rules *rules, struct zap **ret,
                              struct buf *why);
void zap_close(struct zap *z);
struct bus_door zap_door(struct zap *z);

/* Once a second: give back what libzmq keeps of the handshakes of the command endpoint that are over, soon when there
 * were many, else within a minute. ST_IO: nobody guards the door any more, the process must end. */
MUST_USE enum status zap_refresh(struct zap *z);

/* Split a User-Id (NULL is none). False: it is not of our making. */
bool zap_identity(const char *user_id, struct identity *ret);

struct zap_counters {
    uint64_t admitted, refused, malformed;
};
const struct zap_counters *zap_counters(const struct zap *z);

#endif
