/* status.h - how the world failed
 *
 * One of three kinds of errors that are never mixed: a *rejection* (the law says no) is a value of the judge,
 * a *bug* is REQUIRE (check.h), and a *status* says that the world failed: a disk, a peer's bytes, a limit.
 * Library code returns a status and never logs; only the roof and the programs' main files speak.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_BASE_STATUS_H
#define LEEWAY_BASE_STATUS_H

/* name, value, text */
#define STATUS_LIST(X)                                                                                                 \
    X(ST_OK, 0, "done")                                                                                                \
    X(ST_IO, -1, "input or output failed")                                                                             \
    X(ST_FULL, -2, "no space is left")                                                                                 \
    X(ST_CORRUPT, -3, "a record does not match its checksum or its form")                                              \
    X(ST_NOT_FOUND, -4, "no such thing")                                                                               \
    X(ST_EXISTS, -5, "it exists already")                                                                              \
    X(ST_MALFORMED, -6, "the bytes are not well formed")                                                               \
    X(ST_LIMIT, -7, "a limit is exceeded")                                                                             \
    X(ST_BUSY, -8, "somebody else holds it")                                                                           \
    X(ST_DENIED, -9, "not permitted")                                                                                  \
    X(ST_UNKNOWN, -10, "the outcome is unknown")                                                                       \
    X(ST_VERSION, -11, "another version wrote it")                                                                     \
    X(ST_TIMEOUT, -12, "the limit of time passed")                                                                     \
    X(ST_INVALID, -13, "the input is not valid")

enum status {
#define X(name, value, text) name = value,
    STATUS_LIST(X)
#undef X
};

#define MUST_USE __attribute__((warn_unused_result))

/* The name of a status ("ST_FULL") and its text; never NULL. */
const char *status_name(enum status st);
const char *status_text(enum status st);

#endif
