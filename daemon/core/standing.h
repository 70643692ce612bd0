/* standing.h - the register of consequences: what a determination protects its person from
 *
 * Another department asks before it promotes, appraises or punishes: may this piece of work be counted against this
 * person? The answer follows from the cases that are about the person, each judged by the outcome and the grants that
 * stand in it, and holds for that piece of work only. A finding is a map
 *
 *   { answer, case, event?, day?, article?, area?, force?, work?, missing?, until?, departed?,
 *     procedure, kind, stage, outcome? }
 *
 * `event` and `day` are those of the determination. The last four are for who has a part in the case; standing_trim()
 * takes them away for all others.
 *
 * Pure. Memory: everything returned is in the arena. Threads: any.
 */
#ifndef LEEWAY_CORE_STANDING_H
#define LEEWAY_CORE_STANDING_H

#include "daemon/base/when.h"
#include "daemon/law/procedure.h"
#include "proto/value.h"

#include <stdbool.h>

/* From what protects most to what protects least; so the first of several speaks for them. */
enum standing {
    STANDING_PROTECTED = 1, /* must: nobody may depart from it */
    STANDING_GENERALLY,     /* protected, unless departed from with a reason (一般) */
    STANDING_PERMITTED,     /* may be left out of account (可), or not, with a reason */
    STANDING_CONDITIONAL,   /* something must be shown first */
    STANDING_PENDING,       /* the case is open, or in abeyance */
    STANDING_NONE,
};

struct standing_question {
    const char *person;     /* the id of a person or unit */
    const char *area;       /* the word of a grant (promotion), or what the document calls it */
    const char *work;       /* the piece of work; NULL: every one, each finding by itself */
    const char *department; /* who asks: what it departed from before is told; or NULL */
    struct day today;       /* what was granted later does not count */
};

/* The word of the protocol: "protected", "protected-generally", "permitted", "conditional", "pending",
 * "not-protected". */
const char *standing_word(enum standing s);

/* Add what one case (of the version of law p; NULL: gone) says to the list. A case that is not about the person, or
 * about other work, adds nothing, nor does one of a kind in which nothing is determined. */
void standing_find(struct arena *a, const struct procedure *p, const struct value *kase,
                   const struct standing_question *q, struct value *findings);

/* What the findings come to. Without a piece of work, findings about several that differ come to "depends-on-work". */
const char *standing_answer(const struct value *findings, bool work_asked);

/* May the asking department depart from this finding? Only where the force is generally or may, and not twice. */
bool standing_departable(const struct value *finding);

void standing_trim(struct value *finding);

/* The areas that a procedure grants anything in: { area: what it is called } into the map. */
void standing_areas(struct arena *a, const struct procedure *p, struct value *areas);

#endif
