/* errors.h - the registry of everything that is refused: its word, what it means, what helps, in English and Chinese
 *
 * The single source: `leeway errors` prints it, the hints of the command line come from it, proto/ERRORS.md is made
 * from it, and a test holds the words that the daemon's sources can send to it. A word is never used for something
 * else, and never taken out: a program may know it.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_PROTO_ERRORS_H
#define LEEWAY_PROTO_ERRORS_H

#include <stddef.h>

struct known_error {
    const char *code;
    const char *kind;           /* of a refusal; or fault, ended, client, kind; several with a space between */
    const char *cause, *remedy; /* a remedy may hold {id}: the id of the command */
    const char *cause_zh, *remedy_zh;
};

/* By its word; NULL: there is none of that name. */
const struct known_error *error_lookup(const char *code);

/* All, in the order of the registry: refusals, faults, endings, what a client finds out by itself, kinds. NULL behind
 * the last. */
const struct known_error *error_at(size_t i);

/* The word that was probably meant, or NULL. */
const char *error_nearest(const char *code);

/* For errors.c: the two tables, and how long they are. */
extern const struct known_error errors_refused[], errors_other[];
extern const size_t errors_refused_n, errors_other_n;

#endif
