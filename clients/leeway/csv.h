/* csv.h - a table of text: comma-separated values as spreadsheets write them (RFC 4180)
 *
 * Cells between commas, rows between line ends; a cell in quotes may hold commas, line ends and doubled quotes. A byte
 * order mark at the beginning is skipped; rows without any text are left out; blanks around a cell that has no quotes
 * are not part of it. UTF-8 only.
 *
 * Pure. Memory: in the arena. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_LEEWAY_CSV_H
#define LEEWAY_CLIENTS_LEEWAY_CSV_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/status.h"

struct csv_row {
    size_t line; /* where it begins, from 1 */
    const char **cell;
    size_t n;
};

struct csv {
    struct csv_row *row;
    size_t n;
};

/* ST_INVALID: no UTF-8, a NUL, or quotes that do not end; *ret_line tells where. */
MUST_USE enum status csv_read(struct arena *a, struct bytes in, struct csv *ret, size_t *ret_line);

#endif
