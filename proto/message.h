/* message.h - which messages there are, and which keys each must and may carry
 *
 * The tables of PROTOCOL.md (sections 2, 3, 4 and 6) as lists; message_check() holds a decoded message against them.
 * Only messages *to* the daemon are checked: a client ignores keys that it does not know. What the values mean (is
 * there such a case, may the sender do it) is not asked here.
 *
 * Pure. Memory: makers allocate in the arena given. Threads: any.
 */
#ifndef LEEWAY_PROTO_MESSAGE_H
#define LEEWAY_PROTO_MESSAGE_H

#include "proto/value.h"

enum {
    MESSAGE_TEXT = 64 * 1024, /* bytes of a text under a key of the protocol's own; texts in `fields` may be longer */
    MESSAGE_TAG = 64,         /* bytes of an `id` that is no command's */
    MESSAGE_NOTICES = 256     /* notices in one message */
};

/* id, name: messages to the daemon */
#define MESSAGE_TYPES(X)                                                                                               \
    X(MESSAGE_COMMAND, "command")                                                                                      \
    X(MESSAGE_REPORT, "report")                                                                                        \
    X(MESSAGE_ASK, "ask")                                                                                              \
    X(MESSAGE_OPEN, "open")                                                                                            \
    X(MESSAGE_CREDIT, "credit")                                                                                        \
    X(MESSAGE_BEAT, "beat")                                                                                            \
    X(MESSAGE_CLOSE, "close")                                                                                          \
    X(MESSAGE_PAPER_PUT, "paper-put")                                                                                  \
    X(MESSAGE_PAPER_GET, "paper-get")

enum message_type {
    MESSAGE_NONE = 0,
#define X(id, name) id,
    MESSAGE_TYPES(X)
#undef X
        MESSAGE_TYPE_COUNT
};

/* What the message broke; the words of PROTOCOL.md, section 8. */
#define MESSAGE_FAULTS(X)                                                                                              \
    X(MESSAGE_FINE, "fine")                                                                                            \
    X(MESSAGE_NOT_A_MAP, "not-a-map")                                                                                  \
    X(MESSAGE_UNKNOWN_TYPE, "unknown-type")                                                                            \
    X(MESSAGE_UNKNOWN_KEY, "unknown-key")                                                                              \
    X(MESSAGE_MISSING_KEY, "missing-key")                                                                              \
    X(MESSAGE_WRONG_TYPE, "wrong-type")                                                                                \
    X(MESSAGE_TOO_MANY_FRAMES, "too-many-frames")                                                                      \
    X(MESSAGE_BAD_ROUTING_ID, "bad-routing-id")

enum message_fault_code {
#define X(id, name) id,
    MESSAGE_FAULTS(X)
#undef X
};

struct message_fault {
    enum message_fault_code code;
    const char *key;      /* the key that is wrong; NULL when the message as a whole is; borrows from the message */
    const char *inside;   /* the key in whose value it stands (`by`), or NULL */
    const char *expected; /* "a text", for wrong-type; else NULL */
};

const char *message_fault_name(enum message_fault_code code);

/* The type by its `t`; MESSAGE_NONE when v is no map or the daemon takes no such message. */
enum message_type message_type(const struct value *v);
const char *message_type_name(enum message_type type);

/* True: v has every key that it must have and no other, each of the right kind. False: *ret tells the first thing that
 * is wrong. A question whose `q` is not known passes: it is refused as a question, not as a message. */
bool message_check(const struct value *v, struct message_fault *ret);

/* A message's own id, when it has one that fits (a text of at most MESSAGE_TAG bytes), else NULL. */
const char *message_id(const struct value *v);

/* {t:"fault", code, text, at?, id?}: at < 0 and id NULL put nothing. */
struct value *message_fault(struct arena *a, const char *code, const char *text, int64_t at, const char *id);

/* The fault that message_check() told, in words. */
struct value *message_fault_of(struct arena *a, const struct message_fault *f, const char *id);

/* {t:"refused", id?, kind, code, text, remembered:false} */
struct value *message_refused(struct arena *a, const char *id, const char *kind, const char *code, const char *text);

/* {t:"ended", session, reason} */
struct value *message_ended(struct arena *a, int64_t session, const char *reason);

/* Append the bytes of {t:"notices", session, notices:[…]} from n (at most MESSAGE_NOTICES) encoded notices. */
void message_notices(struct buf *out, int64_t session, const struct bytes *notices, size_t n);

/* The same to a member of a group, with `fence` and `again`. */
void message_group_notices(struct buf *out, int64_t session, int64_t fence, bool again, const struct bytes *notices,
                           size_t n);

#endif
