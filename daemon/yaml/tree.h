/* tree.h - bytes of YAML to a tree with line and column
 *
 * The one door of yaml.h. Include this file; it brings the nodes (node.h) and the problems (problems.h) with it.
 *
 * Read is a plain part of YAML: one document of scalars, lists and maps. Refused, each with its place: anchors,
 * aliases, tags, directives, a second document, keys that are no text or stand twice (both lines are named), depth
 * above TREE_DEPTH, more than TREE_NODES nodes, files above TREE_BYTES, broken UTF-8, control characters and
 * characters that end a line or turn the direction of writing unseen (U+0085, U+2028, U+2029, U+202A to U+202E,
 * U+2066 to U+2069), in the file as well as by an escape in quotes. A byte order mark at the start is skipped.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_YAML_TREE_H
#define LEEWAY_YAML_TREE_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/yaml/node.h"
#include "daemon/yaml/problems.h"

#include <stddef.h>

enum { TREE_DEPTH = 32, TREE_NODES = 200000, TREE_BYTES = 4 * 1024 * 1024 };

/* Read a file's bytes; `file` is its name in the problems. Gives the root, in the arena; copies the bytes into it.
 * NULL when there is no tree (broken bytes or syntax, a limit, an empty file), with at least one problem. After the
 * other refusals the tree is whole but for the refused part, so that its reader can tell its own problems in the same
 * run: use it in earnest only when problems_count() is 0. */
struct node *tree_read(struct arena *a, const char *file, struct bytes in, struct problems *p);

/* Take out every map that has the entry `key` with the word as its value, or in the list that is its value: out of the
 * list whose item it is, or with its key out of the map whose value it is. The root stays. Returns how many were taken
 * out; what lies inside one of them is not counted. */
size_t tree_prune(struct node *root, const char *key, const char *word);

#endif
