/* house.h - a daemon without sockets, for tests: the engine on a store, with simulated time
 *
 * Opens a store in memory, an engine with all calendars and procedures of config/ and the simulated start day at 09:00,
 * and speaks to it by the messages of PROTOCOL.md. The administrator is "admin". Nothing here sleeps or reads a clock.
 *
 *     struct house *h = house_new("2026-01-05");
 *     house_department(h, "cdi", "discipline", NULL);              adds the department, and a principal of its name
 *                                                                  with the rights act, enter, watch, approve
 *     struct value *c = house_command(h, "apply");
 *     v_put_str(house_arena(h), c, "procedure", "yinchuan");
 *     const struct value *answer = house_do(h, "cdi", c);
 *
 * Memory: values returned live in house_arena(h) until house_free(). Threads: one.
 */
#ifndef LEEWAY_TESTS_LIB_HOUSE_H
#define LEEWAY_TESTS_LIB_HOUSE_H

#include "daemon/engine/engine.h"
#include "daemon/engine/question.h"

struct house;

/* Gives: house_free(). The day is "2026-01-05". Ends the test program with a message when the start fails. */
struct house *house_new(const char *day);
/* The same on a store of the caller's (taken). real: no simulated time, `day` is only the first wall time. */
struct house *house_new_on(struct store *store, const char *day, bool real);
/* The same with one procedure alone, whose text this is. */
struct house *house_new_with(const char *day, const char *name, const char *text);
void house_free(struct house *h);

/* Free the engine and start another on the same store. */
void house_restart(struct house *h);
/* As after a SIGKILL: engine and store go without a word, `renew` opens the store anew. */
void house_kill(struct house *h, struct store *(*renew)(void *ctx), void *ctx);

struct arena *house_arena(struct house *h);
struct engine *house_engine(struct house *h);
struct store *house_store(struct house *h);
struct view *house_view(struct house *h);
struct when house_now(struct house *h);
struct day house_today(struct house *h);
const struct engine_result *house_last(struct house *h); /* of the newest batch: heads, next_due, held */

/* { t: command, id: fresh, act, fields: {} } */
struct value *house_command(struct house *h, const char *act);

/* One batch with this one message; t and id are filled in when absent. The answer is decoded. Then batches without jobs
 * until nothing is due. NULL: the store failed (house_last tells). */
const struct value *house_do(struct house *h, const char *principal, struct value *message);

/* n messages in one batch; ret[i] gets the answer of messages[i]. Nothing is drained. */
void house_batch(struct house *h, const char *const *principals, struct value *const *messages, size_t n,
                 const struct value **ret);

/* Register helpers; they end the test when refused. superior, and each of units, may be NULL. */
void house_department(struct house *h, const char *id, const char *kind, const char *superior);
void house_keyless(struct house *h, const char *id, const char *kind);
void house_manages(struct house *h, const char *department, const char *unit);
void house_principal(struct house *h, const char *principal, const char *department,
                     const char *rights); /* "act enter" */

/* Simulated: move time to 09:00 (or the minute) of that day by `time-advance` and drain what is due.
 * Real: set the wall clock and drain. */
void house_to(struct house *h, const char *day);
void house_to_minute(struct house *h, const char *day, int minute_of_day);
void house_to_moment(struct house *h, struct when moment);

/* What the roof does when it distrusts the clock. */
void house_hold(struct house *h, enum hold why);

/* Real time only: the daemon stops and starts again on that day at 09:00. */
void house_away(struct house *h, const char *day);

/* { t: ask, id, q } */
struct value *house_question(struct house *h, const char *q);
const struct value *house_ask(struct house *h, const char *principal, struct value *question);

/* Everything that has left so far, decoded, oldest first: the notices of a stream; the transitions. */
const struct value *house_notices(struct house *h, const char *stream);
const struct value *house_transitions(struct house *h);

/* All derived databases (or all) as one text, for comparing. Gives: buf_done(). */
void house_dump(struct store *s, bool derived_only, struct buf *out);

#endif
