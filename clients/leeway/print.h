/* print.h - answers as tables, JSON or NDJSON
 *
 * Tables are aligned by columns of the terminal, so that Chinese stands straight. I/O: standard output. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_PRINT_H
#define LEEWAY_CLIENTS_LEEWAY_PRINT_H

#include "clients/leeway/run.h"

struct column {
    const char *path; /* v_path() in a row */
    const char *en, *zh;
    enum { CELL = 1, CELL_MOMENT } kind;
};

/* A list of maps: a table, {"key": […]}, or a line for each. Always returns EXIT_DONE. */
int print_list(struct run *r, const char *key, const struct value *list, const struct column *columns, size_t n);

/* One map: `title  value` by line for the columns that it has (all when n is 0), or JSON. */
int print_map(struct run *r, const struct value *map, const struct column *columns, size_t n);

/* One line of JSON. */
void print_line(const struct value *v);

/* A value in a cell: text as it is, a list joined by commas, a map as JSON. */
void put_cell(struct buf *out, const struct value *v, int kind);

#endif
