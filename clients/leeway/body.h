/* body.h - the fields, papers and parties of a command, from flags, a file, or a conversation
 *
 * I/O: reads files, standard input. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_BODY_H
#define LEEWAY_CLIENTS_LEEWAY_BODY_H

#include "clients/leeway/run.h"

/* The form of an act: what it needs. NULL: it was said why. case_id and task below 0: none. */
const struct value *body_form(struct run *r, const char *act, const char *procedure, int64_t case_id, int64_t task);

/* Put --field, --paper, --by and --file into the command; form (may be NULL) tells the types. false: it was said. */
bool body_from_flags(struct run *r, struct value *command, const struct value *form);

/* Put {"fields":{},"papers":{slot:[file]},"done":…,"by":…,"part":…,"reason":…} into the command, papers put first. */
bool body_from_json(struct run *r, struct value *command, const struct value *body);

/* Ask for everything on the terminal, show what it will do, have it confirmed. false: it was said, or declined. */
bool body_by_asking(struct run *r, struct value *command, const struct value *form);

/* A text as a value of the field's type: { type, of? }. NULL: *why (a sentence in the run's language) is set. */
struct value *body_value(struct run *r, const struct value *field, const char *text, const char **why);

/* "applicant" or "department:ID" as the map `by`. */
struct value *body_party(struct run *r, const char *text);

/* A paper of a command: a hash in hexadecimal, or a file that is put (with --dry-run only hashed). NULL: it was said why. */
struct value *body_paper(struct run *r, const char *text);

/* A JSON value from a file, `-` for standard input. NULL: it was said why. */
struct value *body_read_json(struct run *r, const char *file);

#endif
