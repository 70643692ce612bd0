/* register.h - departments, persons, roles of principals, keys: dated, changed by events only
 *
 * The register is folded from the events of its own acts (PROTOCOL.md 7) and is immutable between them: the engine
 * builds a changed copy and hands it out. Departments have permanent ids that are never used again.
 *
 * Pure. Threads: any may read.
 */
#ifndef LEEWAY_CORE_REGISTER_H
#define LEEWAY_CORE_REGISTER_H

#include "daemon/base/arena.h"
#include "daemon/base/status.h"
#include "daemon/base/when.h"
#include "proto/value.h"

#include <stdbool.h>

struct register_book;

enum right {
    RIGHT_ACT = 1 << 0,     /* do the acts of its department */
    RIGHT_ENTER = 1 << 1,   /* enter what a party or another department did on paper */
    RIGHT_WATCH = 1 << 2,   /* read the transitions */
    RIGHT_INSPECT = 1 << 3, /* read everything, change nothing */
    RIGHT_MONITOR = 1 << 4, /* questions without persons */
    RIGHT_ADMIN = 1 << 5,
    RIGHT_APPROVE = 1 << 6, /* stand as second person */
    RIGHT_IMPORT = 1 << 7,  /* enter cases from before the system */
};

struct department {
    const char *id, *name, *kind, *superior; /* superior NULL: none */
    bool keyless;                            /* served on paper */
    bool ended;
    const char *successor;
    const char **manages; /* units whose cadres it manages */
    size_t nmanages;
    const char **sits_in; /* bodies of which it is a member */
    size_t nsits_in;
};

struct register_book *register_new(void);
struct register_book *register_copy(const struct register_book *r);
void register_free(struct register_book *r);

/* Fold one change: { act: "department-add", … } with the fields of PROTOCOL.md 7 (names of persons left out).
 * ST_INVALID when it does not fit; nothing is changed. */
MUST_USE enum status register_apply(struct register_book *r, const struct value *change);

/* Judge one register act before it becomes an event. NULL: fine; else what is wrong, in the arena. */
const char *register_refuses(struct arena *a, const struct register_book *r, const char *act,
                             const struct value *fields);

/* Rights: unsigned set of enum right; 0 for a principal without a role. */
unsigned register_rights(const struct register_book *r, const char *principal);
unsigned right_by_name(const char *name); /* 0: no such right */
/* NULL: none. Who has the right monitor alone has none, whatever stands in the role: no part in a case, no stream. */
const char *register_principal_department(const struct register_book *r, const char *principal);

/* Whom a principal is, when it is a person or unit that cases are about and reads its own; NULL: none. */
const char *register_principal_subject(const struct register_book *r, const char *principal);

/* NULL: no such department. Follows no successor. */
const struct department *register_department(const struct register_book *r, const char *id);
/* The department that stands for id now: id, or its successor when it has ended. NULL: unknown. */
const struct department *register_heir(const struct register_book *r, const char *id);
/* The one department of a kind that has not ended; NULL: none or several (then *several is set; may be NULL). */
const struct department *register_only(const struct register_book *r, const char *kind, bool *several);
/* The i-th department that sits in a body and has not ended; NULL: no more. */
const struct department *register_member(const struct register_book *r, const char *body, size_t i);
/* Does the department manage the cadres of this unit? A unit that nobody manages is managed by any. */
bool register_manages(const struct register_book *r, const char *department, const char *unit);

/* The unit of a person of the register that has not ended; NULL: no such person. */
const char *register_person_unit(const struct register_book *r, const char *id);

/* Keys: NULL when not known. */
const char *register_key_principal(const struct register_book *r, const char *key_z85, bool *revoked);

/* Every entry in order of id, for the question `register` and for folding: kind is "department", "person", "role",
 * "key". The values are maps with the fields of PROTOCOL.md, borrowed from the register. */
size_t register_count(const struct register_book *r, const char *kind);
const struct value *register_entry(const struct register_book *r, const char *kind, size_t i);

#endif
