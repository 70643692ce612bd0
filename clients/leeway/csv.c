#include "clients/leeway/csv.h"

#include "daemon/base/text.h"

#include <string.h>

struct reading {
    struct arena *a;
    struct bytes in;
    size_t at, line;
    struct csv csv;
    size_t row_room, cell_room;
    struct buf cell;
    bool quoted;
};

static bool all_text(struct bytes in, size_t *ret_line)
{
    uint32_t c;
    *ret_line = 1;
    for (size_t at = 0, k; at < in.n; at += k) {
        k = text_char((const char *)in.p + at, in.n - at, &c);
        if (!k || !c)
            return false;
        *ret_line += c == '\n';
    }
    return true;
}

static const char *cell_end(struct reading *r)
{
    const char *s = (const char *)r->cell.p;
    size_t n = r->cell.n;
    for (; !r->quoted && n && strchr(" \t", s[n - 1]); n--)
        ;
    for (; !r->quoted && n && strchr(" \t", *s); s++, n--)
        ;
    const char *text = arena_strn(r->a, n ? s : "", n);
    buf_clear(&r->cell);
    r->quoted = false;
    return text;
}

static void put_cell(struct reading *r, struct csv_row *row)
{
    ARENA_GROW(r->a, row->cell, row->n, r->cell_room);
    row->cell[row->n++] = cell_end(r);
}

static void put_row(struct reading *r, const struct csv_row *row)
{
    bool text = false;
    for (size_t i = 0; i < row->n; i++)
        text = text || *row->cell[i];
    if (!text)
        return;
    ARENA_GROW(r->a, r->csv.row, r->csv.n, r->row_room);
    r->csv.row[r->csv.n++] = *row;
}

/* Behind an opening quote. */
static enum status take_quoted(struct reading *r)
{
    r->quoted = true;
    buf_clear(&r->cell);
    for (; r->at < r->in.n; r->at++) {
        uint8_t c = r->in.p[r->at];
        if (c == '"' && r->at + 1 < r->in.n && r->in.p[r->at + 1] == '"')
            r->at++;
        else if (c == '"') {
            r->at++;
            return ST_OK;
        }
        r->line += c == '\n';
        buf_u8(&r->cell, c);
    }
    return ST_INVALID;
}

static bool only_blanks(const struct buf *cell)
{
    for (size_t i = 0; i < cell->n; i++)
        if (cell->p[i] != ' ' && cell->p[i] != '\t')
            return false;
    return true;
}

/* One row; *ret: there was one. */
static enum status take_row(struct reading *r, struct csv_row *row)
{
    *row = (struct csv_row){.line = r->line};
    r->cell_room = 0;
    while (r->at < r->in.n) {
        uint8_t c = r->in.p[r->at++];
        if (c == '"' && !r->quoted && only_blanks(&r->cell)) {
            if (take_quoted(r))
                return ST_INVALID;
        } else if (c == ',') {
            put_cell(r, row);
        } else if (c == '\n') {
            r->line++;
            break;
        } else if (c != '\r' && !r->quoted) {
            buf_u8(&r->cell, c);
        }
    }
    put_cell(r, row);
    return ST_OK;
}

enum status csv_read(struct arena *a, struct bytes in, struct csv *ret, size_t *ret_line)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    struct reading r = {.a = a, .in = in, .line = 1};
    struct csv_row row;
    if (!all_text(in, ret_line))
        return ST_INVALID;
    if (in.n >= sizeof mark && memcmp(in.p, mark, sizeof mark) == 0)
        r.at = sizeof mark;
    enum status st = ST_OK;
    while (!st && r.at < in.n) {
        st = take_row(&r, &row);
        if (!st)
            put_row(&r, &row);
    }
    buf_done(&r.cell);
    *ret_line = st ? row.line : r.line;
    if (!st)
        *ret = r.csv;
    return st;
}
