/* scenario.h - what a procedure does, as a text that a clerk can read, and the player that holds the daemon to it
 *
 * A scenario is a file of lines in the words of the procedure (labels or names), one step a line, what belongs to a
 * step indented below it. tests/scenario/README.md tells the language. The player sends real commands to an engine on a
 * store in memory and looks at answers, notices, transitions and the folded case; it never calls the judge.
 *
 * Reading resolves every word against config/procedures/NAME.yaml, so that a misspelt one is told with its place before
 * anything runs. An expectation may cite requirements: `→ 阶段 核实 (YC-24)`; so may a step, for all of its
 * expectations.
 *
 * Memory: a scenario owns everything read: scenario_free(). Threads: one.
 */
#ifndef LEEWAY_TESTS_LIB_SCENARIO_H
#define LEEWAY_TESTS_LIB_SCENARIO_H

#include "daemon/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct scenario;

/* Gives: scenario_free(). `root` is the folder of the sources, `path` below it, or absolute. NULL: every problem is in
 * `why`. */
struct scenario *scenario_read(const char *root, const char *path, struct buf *why);
void scenario_free(struct scenario *s);

const char *scenario_title(const struct scenario *s);
const char *scenario_procedure(const struct scenario *s);

/* The citations in order of the file; NULL: no more. */
struct scenario_cite {
    const char *number; /* "YC-24" */
    int line;
};
const struct scenario_cite *scenario_cite(const struct scenario *s, size_t i);

enum { SCENARIO_CITES = 64 };

/* Where a run ended. */
struct scenario_failure {
    int line;   /* 0: nothing failed */
    char *text; /* "FILE:LINE: what was expected and what was seen"; free() */
    /* What the step cites: each expectation that failed, and what stands behind the step itself; all of its
     * expectations when the answer was not the expected one. Borrowed from the scenario. */
    const char *cites[SCENARIO_CITES];
    size_t ncites;
};

bool scenario_failure_cites(const struct scenario_failure *f, const char *number);

/* Play it from a fresh store to the end or the first failed expectation. `procedure` takes the place of the procedure
 * file's text; NULL: the file itself. True: everything held. */
bool scenario_play(const struct scenario *s, const char *procedure, struct scenario_failure *ret);

/* Some step does the act. */
bool scenario_does(const struct scenario *s, const char *act);

#endif
