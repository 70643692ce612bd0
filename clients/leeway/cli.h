/* cli.h - the command line as a table: verbs, their words and flags
 *
 * One table of verbs (verbs.c) and one of flags; parsing, help, completion and the man page all come from them.
 * A command is NOUN VERB words, or a verb alone. Flags may stand anywhere, as --name VALUE or --name=VALUE; `--` ends
 * them. Nothing is guessed: a slip of the pen is refused, and the nearest word named.
 *
 * Pure. Memory: everything borrows from argv and the tables. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_CLI_H
#define LEEWAY_CLIENTS_LEEWAY_CLI_H

#include "daemon/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { CLI_WORDS = 16, CLI_GIVEN = 128, CLI_WHY = 512 };

enum language { EN = 1, ZH };

/* Exit codes; help.c has their words. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_RIGHT = 4,
    EXIT_UNREACHABLE = 5,
    EXIT_CONFLICT = 6,
    EXIT_PARTLY = 7,
    EXIT_INTERRUPTED = 130,
};

struct flag {
    const char *name;
    char letter;     /* 0: none */
    const char *arg; /* what it wants; NULL: nothing */
    const char *en, *zh;
    bool everywhere; /* every verb takes it */
};

struct run;

struct verb {
    const char *noun, *verb; /* noun NULL: the verb stands alone */
    const char *args;        /* "CASE ACT [PART] [FILE...]" */
    const char *flags;       /* names of flags, with blanks between */
    const char *en, *zh;
    const char *examples; /* lines */
    int (*run)(struct run *r);
};

struct table_of_verbs {
    const struct verb *verb;
    size_t n;
    const struct flag *flag;
    size_t nflags;
};

extern const struct table_of_verbs verbs; /* verbs.c */

struct cli {
    const struct verb *verb; /* NULL: no word was given, or only a noun */
    const char *noun;
    const char *word[CLI_WORDS];
    size_t nwords;
    struct {
        const struct flag *flag;
        const char *value; /* "" of a flag that wants nothing */
    } given[CLI_GIVEN];
    size_t ngiven;
};

enum cli_result { CLI_RUN = 1, CLI_HELP, CLI_WRONG };

/* CLI_HELP: --help, or nothing to run was named. CLI_WRONG: why has a sentence. */
enum cli_result cli_parse(const struct table_of_verbs *t, int argc, char *const *argv, struct cli *ret,
                          char why[CLI_WHY]);

/* The last value of a flag, or NULL; each value in turn, from *at = 0. */
const char *cli_flag(const struct cli *c, const char *name);
const char *cli_each(const struct cli *c, const char *name, size_t *at);
const char *cli_word(const struct cli *c, size_t i); /* NULL: not given */

/* From LC_ALL, LC_MESSAGES, LANG (each may be NULL): the first that is set and not empty. */
enum language cli_language(const char *lc_all, const char *lc_messages, const char *lang);

/* help.c: everything that the tables tell. noun and verb may be NULL. */
void help_overview(struct buf *out, const struct table_of_verbs *t, enum language l);
void help_noun(struct buf *out, const struct table_of_verbs *t, const char *noun, enum language l);
void help_verb(struct buf *out, const struct table_of_verbs *t, const struct verb *v, enum language l);
void help_exit_codes(struct buf *out, enum language l);
void help_completion(struct buf *out, const struct table_of_verbs *t); /* for bash */
void help_man(struct buf *out, const struct table_of_verbs *t);        /* leeway(1), as roff */
const struct verb *verb_find(const struct table_of_verbs *t, const char *noun, const char *verb);
bool verb_takes(const struct verb *v, const struct flag *f);

#endif
