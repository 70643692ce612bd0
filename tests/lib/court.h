/* court.h - the judge without an engine, for unit tests: one case, a register, a calendar, a day
 *
 * Commands are written as YAML, as a clerk would say them; an accepted decision is applied to the case at once, its
 * event kept, so that the next command finds the case as it then stands:
 *
 *     struct court *c = court_new(NULL);                      the procedure of tests/lib/court.yaml
 *     court_to(c, "2026-03-02");
 *     court_does(c, "organ", "record", "fields: {unit-id: roads, started: 2026-03-02, …}");
 *     court_is(c, "clocks.window.due", "2026-03-16");
 *     court_refuses(c, "roads", "accept", "", "not-your-act");
 *
 * In YAML here true and false are booleans, plain whole numbers integers, ~ is nil, everything else text; in `papers`
 * each text stands for the hash of itself.
 *
 * The register: departments committee (above all others), cdi and org (receivers; cdi manages roads), organ, roads (a
 * unit), audit, finance, village (keyless); a principal of each one's name with the rights act and enter; chief (cdi,
 * approve and act), guest (cdi, watch only), stranger (no department).
 * The calendar: 2025 and 2026 known (Spring Festival 2026 as it was arranged, 1 to 3 January off), 2027 not.
 */
#ifndef LEEWAY_TESTS_LIB_COURT_H
#define LEEWAY_TESTS_LIB_COURT_H

#include "daemon/core/decide.h"

struct court {
    struct arena *a;
    struct procedure *procedure;
    struct register_book *reg;
    struct calendar *calendar;
    struct value *kase; /* NULL: none yet */
    struct when now;    /* 09:00 of the day */
    int64_t event, next_task;
    const struct value *linked; /* the cases that the next command links, by the names of its fields */
    struct value *events;       /* number -> what a correction needs of it: { done, recorded, cases, notices } */
    struct decision last;
};

/* yaml NULL: tests/lib/court.yaml. Begins on 2026-03-02. Gives: court_free(). A text that does not load ends the test
 * and is told. */
struct court *court_new(const char *yaml);
void court_free(struct court *c);
void court_law(struct court *c, const char *yaml); /* another procedure for the same case */
void court_to(struct court *c, const char *day);

/* Text as a value. A command whose fields have corrected-event names the event of that number. */
struct value *court_value(struct court *c, const char *yaml);

/* Judge without applying. body may be "". */
struct decision court_judge(struct court *c, const char *principal, const char *act, const char *body);
/* Judge and apply; a refusal ends the test. */
const struct decision *court_does(struct court *c, const char *principal, const char *act, const char *body);
/* Judge; anything but a refusal with this code ends the test. */
const struct rejection *court_refuses(struct court *c, const char *principal, const char *act, const char *body,
                                      const char *code);
/* The same for a due moment: near, miss, task. */
const struct decision *court_falls_due(struct court *c, const char *what, const char *name);
void court_not_due(struct court *c, const char *what, const char *name);

/* The text, number or truth at a path of the case; "" in `is`: nothing stands there. */
void court_is(struct court *c, const char *path, const char *is);
const struct value *court_at(const struct court *c, const char *path);

/* The newest decision's n-th notice of a type to a stream; NULL: none. */
const struct value *court_notice(const struct court *c, const char *stream, const char *type);
const struct value *court_transition(const struct court *c, const char *kind);
/* The open task of an act for a department: its number as text, and the task; NULL: none. */
const char *court_task(const struct court *c, const char *act, const char *department);

/* The usual opening: record, apply (a person; entered by cdi), accept. 2026-03-02, -03, -04. */
void court_recorded(struct court *c);
void court_applied(struct court *c);
void court_accepted(struct court *c);

/* Register helpers. rights: "act enter". */
void court_department(struct court *c, const char *id, const char *kind, const char *more);
void court_role(struct court *c, const char *principal, const char *department, const char *rights);
void court_register(struct court *c, const char *change);

#endif
