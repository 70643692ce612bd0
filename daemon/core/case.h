/* case.h - the folded state of a case, and the only way it changes
 *
 * A case is a value tree (proto/value.h) without persons and without free text; private parts stay with their events:
 *
 *   { case, version, procedure, procedure-version, circumstances-version?, kind, opened, opened-done, stage,
 *     since, entered,
 *     facts:   { name: value },                       public facts only
 *     given:   { name: event },                       private facts: in which event they were last given
 *     roles:   { role: department },
 *     parts:   { lead: { "1": { state, field: value … } } },
 *     papers:  { slot: [hash …] },
 *     suspensions: { "1": { part, ground, since, state: unconfirmed|confirmed|ended, event, ended?, outcome?,
 *                           stops?: [clock …], holds?: [act …] } },
 *    turned:  [ { from, to, day, event } ],          the kinds that it was
 *    tracks:  { publicity: { stage, since, ended } },
 *    sittings: { "1": … },                           body.c tells
 *    links:   { covers: { case, kind, stage, outcome?, ended, facts: { name: value } } },
 *    linked-by: [ { case, link, event } ],           the cases that link this one
 *    grants:  [ { areas: [text …], ids: [word …], force, event, since, article?, outcome?, part-kind?, part?, work?,
 *                 missing? } ],                      each consequence by itself
 *     clocks:  { verification: { state: running|paused|met|missed|ended, late, owner, start, budget, due, provisional,
 *                                calendar, near-at?, miss-at?, miss-told?: [stream …],
 *                                ledger: [ { op, day, event, n?, fact?, corrected?, was? } ] } },
 *     tasks:   { "17": { act, or?, department, role, opened, due?, remind-at?, due-at?, provisional?, clock?, part?,
 *                        type?, workdays?, reminded?, escalated? } },
 *     told:    { type: [stream …] },        who was told of what, for a correction
 *     did:     { act: principal },          who last did an act
 *     entered: { stage: day },              when a stage was entered last
 *     imported: { key, file, event },       it came from before the system: the office's own key for it
 *     outcome, consequences: { areas: [..], force, event },
 *     subjects: [ { id, part-kind?, part? } ],  whom it is about, in the facts or a part of it
 *     concluded:  { event, day, by },       how the outcome came (of a part: in the part); by: a department
 *     done: { act: day },                   when each act was done last (of a part: acts-done in the part)
 *     determined: { event, day, by },       how the determination went out
 *     departures: [ { event, department, day, area, check, grant } ],  who did not go by its consequences
 *     ended,                                true in a stage that is an end
 *     lead }                                who must act now: the department of the newest transition
 *
 * Events change a case by *changes*, a list of [op, path, value]: "put" (makes the maps on the way), "del", "push". An
 * event carries outcomes, so applying needs no law, no calendar and no clock, and gives the same tree to the byte by
 * any later version.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CORE_CASE_H
#define LEEWAY_CORE_CASE_H

#include "daemon/base/status.h"
#include "daemon/base/when.h"
#include "proto/value.h"

#include <stdbool.h>

/* Apply changes in their order to a case (a map of the caller's own; a fresh v_map(a) for an opening one). ST_CORRUPT:
 * a change has no such form; the case may then be half changed and must be thrown away. What the changes carry becomes
 * part of the case and must live as long as it; a later change copies of it what it touches, so the changes stay as
 * they are.
 */
MUST_USE enum status case_apply(struct arena *a, struct value *kase, const struct value *changes);

/* ---- changing the tree ----
 *
 * A case, a copy of it and the events that made it share whatever did not change. Each list and map says in `tree` who
 * may change it in place: the root of the case whose own it is. Any other is copied before it is changed, by itself,
 * without what hangs on it. So a copy costs what is changed in it. */

/* A copy to be changed, which shares all of kase (NULL: an empty case). */
struct value *case_fork(struct arena *a, const struct value *kase);

/* Where a change goes: keys, none of which holds a dot. Those that are literals are not copied. */
struct step {
    const char *key;
    size_t n;
    uint64_t head; /* v_head() */
    bool literal;
};
struct path {
    size_t n;
    const struct step *step;
};
static inline struct step step_of(const char *key, bool literal)
{
    size_t n = strlen(key);
    return (struct step){key, n, v_head(key, n), literal};
}

/* PATH("clocks", name, "due"): of one to five keys. */
#define PATH_COUNT(a, b, c, d, e, n, ...) n
#define PATH_1(a) step_of(a, V_LITERAL(a))
#define PATH_2(a, ...) PATH_1(a), PATH_1(__VA_ARGS__)
#define PATH_3(a, ...) PATH_1(a), PATH_2(__VA_ARGS__)
#define PATH_4(a, ...) PATH_1(a), PATH_3(__VA_ARGS__)
#define PATH_5(a, ...) PATH_1(a), PATH_4(__VA_ARGS__)
#define PATH_OF(n, ...) PATH_OF_(n, __VA_ARGS__)
#define PATH_OF_(n, ...) (&(const struct path){n, (const struct step[]){PATH_##n(__VA_ARGS__)}})
#define PATH(...) PATH_OF(PATH_COUNT(__VA_ARGS__, 5, 4, 3, 2, 1, 0), __VA_ARGS__)

/* What stands at a path; NULL: nothing. */
struct value *path_value(const struct value *kase, const struct path *path);
/* The keys joined by dots: as an event writes them. */
struct value *path_text(struct arena *a, const struct path *path);
/* The keys of a text; 0: it is no path, or has too many. Borrows the text. */
enum { PATH_STEPS = 6 };
size_t path_read(struct step ret[PATH_STEPS], const char *text, size_t n);

enum change_op { CHANGE_PUT = 1, CHANGE_PUSH, CHANGE_DEL };

/* What became of a change. WRONG: something is on the way that is no map, or no list at the end. NOTHING: it stands so
 * already. COVERED: what it changed was put by the same event, which tells of it thereby. */
enum change_done { CHANGE_WRONG = 1, CHANGE_NOTHING, CHANGE_COVERED, CHANGE_MADE };

/* A case while it is changed. Its tables are asked for again and again: where a key stands, or stood last, is looked at
 * first. */
enum { EDIT_NEAR = 32, EDIT_SHIFT = 64 - 5 };
struct edit {
    struct arena *a;
    struct value *kase;
    const struct value *event; /* the changes that are being made of it; NULL: changes are only applied */
    uint8_t near[EDIT_NEAR];
};

/* Change a case itself (a map of the caller's own), or a copy that shares all of it (NULL: an empty case). */
struct edit edit_of(struct arena *a, struct value *kase);
struct edit edit_copy(struct arena *a, const struct value *kase, const struct value *event);

/* The pair of a key of the case itself; NULL: there is none. */
static inline uint8_t *edit_near(struct edit *e, size_t n, uint64_t head)
{
    return &e->near[(head + n) * UINT64_C(0x9e3779b97f4a7c15) >> EDIT_SHIFT];
}
static inline struct pair *edit_find(struct edit *e, const char *key, size_t n, uint64_t head)
{
    uint8_t *near = edit_near(e, n, head);
    const struct value *kase = e->kase;
    struct pair *p = kase->u.map.pair + *near;
    if (*near < kase->u.map.n && p->head == head && p->n == n && text_same_rest(p->key, key, n))
        return p;
    p = v_find(kase, key, n, head);
    if (p && p - kase->u.map.pair <= UINT8_MAX)
        *near = (uint8_t)(p - kase->u.map.pair);
    return p;
}

/* Make one change. What the event has put already is changed in place, where it stands in the event. */
enum change_done edit_change(struct edit *e, enum change_op op, const struct path *path, struct value *val);

/* Writing a change down: [op, path, value]; val NULL for CHANGE_DEL. */
void change_write(struct arena *a, struct value *changes, enum change_op op, const struct path *path,
                  struct value *val);
void change_put(struct arena *a, struct value *changes, const char *path, struct value *val);
void change_del(struct arena *a, struct value *changes, const char *path);
void change_push(struct arena *a, struct value *changes, const char *path, struct value *item);

/* The day in the text at a path; DAY_NONE when there is none. */
struct day case_day(const struct value *v, const char *path);
struct day value_day(const struct value *text); /* the day in a text */

/* Is the case about this person or unit, as a whole or in one of its parts? */
bool case_about(const struct value *kase, const char *id);
/* Is that part about somebody else? False for a part that is about nobody. */
bool case_part_of_others(const struct value *kase, const char *kind, const char *part, const char *id);

/* The due moments of a case, for the index: near-at and miss-at of each running clock, remind-at of each task and
 * due-at of each that is not escalated. `what` is "near", "miss", "remind" or "task", `name` the clock or the task's
 * number, borrowed from the case. */
struct due_moment {
    struct when at;
    const char *what, *name;
};
size_t case_due(struct arena *a, const struct value *kase, struct due_moment **ret);

/* What a case is found by: procedure+stage, department of each role, outcome, subject, day of application, open or
 * ended, and the key of an import. In no order, and one may stand there twice (a department that holds two roles). The
 * texts are borrowed from the case; second is NULL where the kind has one text only. A text that no key can hold is
 * left out. */
struct index_entry {
    const char *kind, *first, *second;
};
size_t case_index(struct arena *a, const struct value *kase, struct index_entry **ret);

#endif
