/* procedure_read.h - a procedure file to its compiled form
 *
 * Reads the whole file and tells every mistake in one run, each with file, line, column, what was expected and the
 * nearest known word: unknown keys, names that nothing declares, words that a fact does not have, a parameter without a
 * value, stages that no act reaches, acts that no stage allows, a clock that nothing starts.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_LAW_PROCEDURE_READ_H
#define LEEWAY_LAW_PROCEDURE_READ_H

#include "daemon/law/procedure.h"
#include "daemon/yaml/tree.h"

/* From the bytes of a file. Gives: procedure_free(). NULL when there is a problem; problems belong to the caller. */
struct procedure *procedure_read(const char *file, struct bytes in, struct problems *problems);

/* The same from a tree that was read before (and changed by a test that takes rules out). `text` is hashed. */
struct procedure *procedure_read_tree(const struct node *root, struct bytes text, struct problems *problems);

#endif
