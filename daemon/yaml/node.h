/* node.h - a tree read from a file, and polite questions to it
 *
 * A node is a scalar (always text: `yes`, `null` and `010` are texts of three, four and three letters until somebody
 * asks for a number), a list or a map with text keys. Every node knows its line and column.
 *
 * The questions are total: a NULL node is "not there" and is answered with the default, silently, because node_need()
 * has told it already. A node of the wrong kind or form adds a problem (what was expected, what stands there, which
 * known word was probably meant) and is answered with the default too. So a reader asks everything, without a check of
 * its own, and looks at problems_count() once at the end.
 *
 * Pure. Memory: nodes live in the arena of tree_read(); answers borrow from it. Threads: any, while nobody prunes.
 */
#ifndef LEEWAY_YAML_NODE_H
#define LEEWAY_YAML_NODE_H

#include "daemon/base/when.h"
#include "daemon/yaml/problems.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_kind { NODE_SCALAR = 1, NODE_LIST, NODE_MAP };

struct node;

struct entry {
    struct node *key; /* a scalar */
    struct node *value;
};

struct node {
    enum node_kind kind;
    int line, column; /* from 1; the column in characters */
    const struct source *source;
    const char *text;      /* scalar: UTF-8, ends with a NUL */
    bool quoted;           /* scalar: in quotes or a block (| or >) */
    struct node **items;   /* list: n of them */
    struct entry *entries; /* map: n of them, in the order of the file, each key once */
    size_t n;
};

/* ---- Looking, without problems ---- */

/* The value of a key; NULL when it is not there or this is no map. A linear search. */
const struct node *node_get(const struct node *map, const char *key);

/* The items of a list. One thing where a list is expected counts as a list of one (`cite: YC-24`); NULL, and a key with
 * nothing behind it, as a list of none. node_item() beyond the end: NULL. */
size_t node_item_count(const struct node *n);
const struct node *node_item(const struct node *n, size_t i);

/* The entries of a map; 0 and NULL for anything else. */
size_t node_entry_count(const struct node *n);
const struct node *node_key(const struct node *n, size_t i);
const char *node_key_text(const struct node *n, size_t i);
const struct node *node_value(const struct node *n, size_t i);

/* A key with nothing behind it (`notes:`). */
bool node_is_nothing(const struct node *n);

/* n is a scalar with this text, or a list in which such a scalar stands. */
bool node_has_word(const struct node *n, const char *word);

/* What stands there, for a message: "'text'" (shortened), "a list", "a map", "nothing". In the arena of p. */
const char *node_seen(const struct node *n, struct problems *p);

/* ---- Asking, with problems ---- */

/* As node_get(); a missing key is a problem at the map, a node that is no map a problem of its own. */
const struct node *node_need(const struct node *map, const char *key, struct problems *p);

/* n itself when it is a map (a list, where one thing does not count as a list), else a problem and NULL. */
const struct node *node_map(const struct node *n, struct problems *p);
const struct node *node_list(const struct node *n, struct problems *p);

/* Each key of the map that is not among the n known ones is a problem with the nearest known one. True: all known. */
bool node_known_keys(const struct node *map, const char *const *known, size_t n, struct problems *p);

/* A text; "" only in quotes. */
const char *node_text(const struct node *n, const char *otherwise, struct problems *p);

/* An identifier of ours (text_is_name). */
const char *node_name(const struct node *n, const char *otherwise, struct problems *p);

/* A whole number from least to most, decimal, without quotes and leading zeros. */
int64_t node_int(const struct node *n, int64_t least, int64_t most, int64_t otherwise, struct problems *p);

/* true or false, no other word, without quotes. */
bool node_bool(const struct node *n, bool otherwise, struct problems *p);

/* A day as 2026-02-13; DAY_NONE otherwise. */
struct day node_day(const struct node *n, struct problems *p);

/* The index of the scalar's text among the words; -1 otherwise, with the nearest word or, when none is near, all of
 * them (as far as they are few). */
int node_choice(const struct node *n, const char *const *words, size_t count, struct problems *p);

/* Add the problem "WHAT 'text' is not defined; did you mean 'known'?" for a scalar that names something (a stage). */
void node_unknown(const struct node *n, const char *what, const char *const *known, size_t count, struct problems *p);

#endif
