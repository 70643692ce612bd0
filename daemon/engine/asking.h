/* asking.h - what the files of the questions share (private to daemon/engine)
 */
#ifndef LEEWAY_ENGINE_ASKING_H
#define LEEWAY_ENGINE_ASKING_H

#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "daemon/engine/question.h"
#include "daemon/engine/view.h"

enum { PAGE_USUAL = 100, PAGE_MOST = 500, PAGE_BYTES = 512 * 1024 };

struct asking {
    struct arena *a;
    const struct question *q;
    const struct value *m; /* the question */
    struct store_txn *t;
    struct value *answer;
    struct value *refused; /* set: this is the answer */
    size_t page_bytes;
    const char *person;       /* set by case_asked(): who asks is the person that the case is about, and no department */
    const char *bad_database; /* where a record could not be read; NULL: none, or not known */
    uint64_t bad_number;      /* its event, case or transition; 0: not known */
};

typedef enum status (*question_fn)(struct asking *k);

/* Refuse; returns ST_OK so that a question may end with it. */
enum status refuse(struct asking *k, const char *kind, const char *code, const char *text);

bool has_right(const struct asking *k, const char *right);

/* How many items a page may have; the text of `after` ("" at the beginning). */
size_t page_limit(const struct asking *k);
const char *page_after(const struct asking *k);
uint64_t page_after_number(const struct asking *k);
/* Put a copy of an item on the page. False: it is full, the item belongs to the next one. */
bool page_put(struct asking *k, struct value *list, const struct value *item);

/* The case of the question. ST_NOT_FOUND: refused already, for there is none or the asker has no part in it. */
MUST_USE enum status case_asked(struct asking *k, struct value **ret);
MUST_USE enum status case_record(struct asking *k, struct arena *a, int64_t kase, struct value **ret);
const struct procedure *case_law(const struct asking *k, const struct value *kase);

/* event_read() for a question. asking_bad() remembers, for the answer, which record is ST_CORRUPT; returns st. */
MUST_USE enum status asking_event(struct asking *k, struct arena *a, uint64_t n, struct value **ret);
enum status asking_bad(struct asking *k, enum status st, enum store_db db, uint64_t n);

/* question_past.c: `as_of`, a past day. past_event(): the last event that was recorded by its end; ST_NOT_FOUND: refused
 * already. past_case(): the case folded up to that event; ST_NOT_FOUND: it was not there yet. Gives: calendar_free(). */
bool past_asked(const struct asking *k);
MUST_USE enum status past_event(struct asking *k, int64_t *ret);
MUST_USE enum status past_case(struct asking *k, struct arena *a, int64_t number, int64_t until, struct value **ret);
MUST_USE enum status past_calendar(struct asking *k, int64_t until, struct calendar **ret);

MUST_USE enum status number_read(struct asking *k, struct key key, int64_t *ret);

/* question_case.c */
enum status ask_case(struct asking *k), ask_history(struct asking *k), ask_explain(struct asking *k);
enum status ask_served(struct asking *k), ask_form(struct asking *k), ask_notice(struct asking *k);
/* question_list.c */
enum status ask_cases(struct asking *k), ask_tasks(struct asking *k), ask_unserved(struct asking *k);
/* question_calendar.c */
enum status ask_calendar_preview(struct asking *k);
/* question_person.c: what a person is shown of a case of its own, and of one of its events (NULL: nothing). */
struct value *person_case(struct asking *k, const struct value *kase);
struct value *person_event(struct asking *k, struct arena *a, const struct value *item);
bool person_may_ask(const char *q);
/* question_census.c */
enum status ask_census(struct asking *k);
/* question_standing.c */
enum status ask_departures(struct asking *k), ask_checks(struct asking *k);
/* question_report.c */
enum status ask_report(struct asking *k);
/* question_feed.c */
enum status ask_transitions(struct asking *k), ask_events(struct asking *k), ask_command(struct asking *k);
enum status ask_inclusion(struct asking *k), ask_consistency(struct asking *k), ask_head(struct asking *k);
enum status ask_procedure(struct asking *k), ask_register(struct asking *k);

#endif
void put_hashes(struct asking *k, const struct hash *hash, size_t n);
