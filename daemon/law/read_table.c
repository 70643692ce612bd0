/* read_table.c - what the tables of a procedure file have in common: names that stand once, words with labels */
#include "daemon/law/read.h"

#include <string.h>

/* Every name once: rows of one table begin with their name. */
const char *read_row_name(struct reader *r, const struct node *n, const char *key, const void *rows, size_t row_size,
                          size_t count)
{
    const struct node *at = node_need(n, key, r->p);
    const char *name = node_name(at, "", r->p);
    for (size_t i = 0; *name && i < count; i++) {
        const char *const *other = (const void *)((const char *)rows + i * row_size);
        if (strcmp(*other, name) == 0)
            problems_add(r->p, at, "%s '%s' stands twice", key, name);
    }
    return read_keep(r, name);
}

void read_options(struct reader *r, const struct node *map, struct option **ret, size_t *ret_n)
{
    size_t n = node_entry_count(map);
    struct option *o = ARENA_ARRAY(r->a, struct option, n + 1);
    for (size_t i = 0; i < n; i++) {
        o[i].word = read_keep(r, node_name(node_key(map, i), "", r->p));
        o[i].label = read_text(r, node_value(map, i), o[i].word);
    }
    *ret = o;
    *ret_n = n;
}
