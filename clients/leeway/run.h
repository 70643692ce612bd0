/* run.h - one command that is being carried out: the client, the language, what is printed
 *
 * Data goes to standard output, everything else to standard error. I/O. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_RUN_H
#define LEEWAY_CLIENTS_LEEWAY_RUN_H

#include "clients/leeway/cli.h"
#include "clients/lib/tree.h"

enum format { TABLE = 1, JSON, NDJSON };

struct run {
    const struct cli *cli;
    struct arena *arena;
    enum language language;
    enum format format;
    bool no_input;
    int timeout_ms;
    struct lw_client *client; /* NULL until it is needed */
    int result;               /* an exit code, set by whatever failed */
};

/* The text in the language of the run; a macro, so that the compiler reads formats through it. */
#define TR(r, en, zh) ((r)->language == ZH ? (zh) : (en))

/* Say what is wrong on standard error, and remember the exit code; returns it. */
int run_fail(struct run *r, enum exit_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Say what the daemon or the library refused, with everything that a refusal tells; returns the exit code. */
int run_refused(struct run *r, const struct value *answer, const struct lw_error *e, const char *id);

/* Connect by the flags and the context. false: it was said why. */
bool run_open(struct run *r);
bool run_options(struct run *r, struct lw_opts *o); /* without connecting */

/* { t: ask, q } to be filled in; ask it. NULL: it was said why. */
struct value *run_question(struct run *r, const char *q);
const struct value *run_ask(struct run *r, struct value *question);

/* The same without a word when it is refused: *e tells. */
const struct value *run_try(struct run *r, const struct value *question, struct lw_error *e);

/* All pages of a list (or as many as --limit says): the list. NULL: it was said why. */
const struct value *run_list(struct run *r, struct value *question, const char *key);

/* { t: command, id, act, dry?, expect?, reason? … } from the flags; send it. NULL: it was said why. The answer is not
 * printed. */
struct value *run_command(struct run *r, const char *act);
const struct value *run_send(struct run *r, struct value *command);

/* Send it and print what was accepted; the exit code. */
int run_do(struct run *r, struct value *command);

/* A whole number; false: it was said what is wrong with it. */
bool run_number(struct run *r, const char *what, const char *text, int64_t *ret);
bool run_day(struct run *r, const char *text);
/* The text of a file ("-": what comes in), at most 1 MiB of UTF-8; NULL: it was said what is wrong with it. */
struct value *run_source(struct run *r, const char *file);
/* Put --as-of into a question, when it was given; false: it was said that it is no day. */
bool run_as_of(struct run *r, struct value *question);

/* Put a file as a paper; its hash as a value, or NULL: it was said why. */
struct value *run_paper(struct run *r, const char *file);

#endif
