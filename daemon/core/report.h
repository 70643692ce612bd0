/* report.h - what a case counts as in a report
 *
 * A report counts matters, persons or stays in a stage, by dimensions: every figure is the number of those that have
 * the same values. This file says which values a folded case has; who counts, and over which cases, is the asker's
 * affair. Nothing is kept for reports beside what events fold to.
 *
 * dimension     its values
 * kind, stage   of the case; `stage` of a stay: the one that was stayed in
 * outcome       of the case, or of each of its parts; of a person: their own
 * circumstance  each that was claimed
 * act           each that was done
 * department    who leads the case;  decider: who concluded it;  unit: where the person works
 * month, year   of the day by which the period is judged
 * facts         circumstances and graded facts, as one text: cases that say the same are alike
 * reasons       given or none: did a text, a reason or a paper come with the conclusion?
 * lenient       yes or no: is the outcome one of the lenient ones?
 * days          of a stay: working days
 * a fact        of the type choice, grade or bool, by its name
 *
 * A value that a case does not have is "". Of several values (circumstances) it counts once under each.
 *
 * Pure. Memory: everything returned is in the arena. Threads: any.
 */
#ifndef LEEWAY_CORE_REPORT_H
#define LEEWAY_CORE_REPORT_H

#include "daemon/core/register.h"
#include "daemon/law/calendar.h"
#include "daemon/law/procedure.h"

enum { REPORT_DIMENSIONS = 6, REPORT_ROWS = 512 /* of one case */ };

enum report_on { REPORT_OPENED = 1, REPORT_DETERMINED, REPORT_ENDED };

struct report_question {
    const char *dimension[REPORT_DIMENSIONS];
    size_t ndimensions;
    struct day from, to; /* both included; DAY_NONE: open */
    struct day today;
    enum report_on on;  /* which day of the case is judged; with the dimension `act` the day of the act is */
    bool stays;         /* count stays instead of cases */
    const char *person; /* NULL: the whole case; else only what this subject of it has */
    const struct register_book *reg;
    const struct calendar *calendar;
    const struct value *conclusion; /* the event that concluded the case, for `reasons`; or NULL */
};

/* A row: ndimensions texts. */
struct report_row {
    const char *value[REPORT_DIMENSIONS];
};

bool report_knows(const struct procedure *p, const char *dimension);
/* "kind, stage, …": for a refusal that names them. */
const char *report_known(struct arena *a, const struct procedure *p);

/* The rows of a case, each once; 0: it does not count (outside the period, not concluded). */
size_t report_rows(struct arena *a, const struct procedure *p, const struct value *kase,
                   const struct report_question *q, struct report_row **ret);

/* The number of the event that concluded a case; 0: none. */
int64_t report_conclusion(const struct value *kase);

/* What a value is called; NULL: as it is. */
const char *report_label(struct arena *a, const struct procedure *p, const struct register_book *reg,
                         const char *dimension, const char *value);

#endif
