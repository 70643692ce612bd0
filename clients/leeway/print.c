#include "clients/leeway/print.h"

#include "clients/lib/json.h"
#include "daemon/base/check.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZONE = 480 }; /* moments are shown in the time of the jurisdictions: Asia/Shanghai */

/* What a map is called says more in a cell than all of it: a transition's kind, a notice's type and stream, a task's
 * act and department. */
static void put_map(struct buf *out, const struct value *v)
{
    static const char *const names[] = {"kind", "type", "act", "party"}, *const places[] = {"stream", "department"};
    const char *name = NULL, *place = NULL;
    for (size_t i = 0; i < 4 && !name; i++)
        name = v_get_str(v, names[i], NULL);
    for (size_t i = 0; i < 2 && !place; i++)
        place = v_get_str(v, places[i], NULL);
    if (name || (place && v_count(v) == 1)) /* a department alone tells who did it */
        buf_printf(out, "%s%s%s", name ? name : "", name && place ? " > " : "", place ? place : "");
    else
        json_line(out, v);
}

void put_cell(struct buf *out, const struct value *v, int kind)
{
    char moment[WHEN_TEXT];
    switch (v_kind(v)) {
    case V_NIL:
        return;
    case V_STR:
        buf_str(out, v_text(v, ""));
        return;
    case V_INT:
        if (kind == CELL_MOMENT) {
            when_text((struct when){v->u.i}, ZONE, moment);
            moment[10] = ' ';
            buf_put(out, moment, 19);
        } else
            buf_printf(out, "%" PRId64, v->u.i);
        return;
    case V_BIN:
        json_hex(out, v->u.bin);
        return;
    case V_LIST:
        for (size_t i = 0; i < v_count(v); i++) {
            if (i)
                buf_str(out, ", ");
            put_cell(out, v_at(v, i), kind);
        }
        return;
    case V_MAP:
        put_map(out, v);
        return;
    case V_BOOL:
        json_line(out, v);
        return;
    }
}

void print_line(const struct value *v)
{
    struct buf out = {0};
    json_line(&out, v);
    printf("%s\n", buf_cstr(&out));
    buf_done(&out);
}

static void print_pretty(const struct value *v)
{
    struct buf out = {0};
    json_pretty(&out, v);
    printf("%s\n", buf_cstr(&out));
    buf_done(&out);
}

static const char *title(const struct run *r, const struct column *c)
{
    return TR(r, c->en, c->zh);
}

static size_t width(const char *s)
{
    return text_columns(s, strlen(s));
}

/* A column of width 0 is left out; blanks only between what is printed. */
static void print_row(char *const *cell, const size_t *widths, size_t n)
{
    size_t blanks = 0;
    for (size_t k = 0; k < n; k++) {
        if (!widths[k])
            continue;
        if (*cell[k])
            printf("%*s%s", (int)blanks, "", cell[k]);
        blanks = *cell[k] ? widths[k] - width(cell[k]) + 2 : blanks + widths[k] + 2;
    }
    printf("\n");
}

/* As wide as the widest cell or title; 0 when no row has anything to tell. */
static void measure(char *const *cell, size_t rows, size_t n, size_t *widths)
{
    for (size_t k = 0; k < n; k++) {
        bool any = false;
        for (size_t i = 0; i < rows; i++) {
            size_t w = width(cell[i * n + k]);
            any = any || (i && w);
            widths[k] = w > widths[k] ? w : widths[k];
        }
        if (!any)
            widths[k] = 0;
    }
}

static void print_table(struct run *r, const struct value *list, const struct column *columns, size_t n)
{
    size_t rows = v_count(list) + 1;
    char **cell = ARENA_ARRAY(r->arena, char *, rows *n);
    size_t *widths = ARENA_ARRAY(r->arena, size_t, n);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < n; k++) {
            struct buf text = {0};
            if (i == 0)
                buf_str(&text, title(r, &columns[k]));
            else
                put_cell(&text, v_path(v_at(list, i - 1), columns[k].path), columns[k].kind);
            char *s = cell[i * n + k] = arena_str(r->arena, buf_cstr(&text));
            for (char *c = s; *c; c++)
                *c = *c == '\n' ? ' ' : *c;
            buf_done(&text);
        }
    }
    measure(cell, rows, n, widths);
    for (size_t i = 0; i < rows; i++)
        print_row(cell + i * n, widths, n);
}

int print_list(struct run *r, const char *key, const struct value *list, const struct column *columns, size_t n)
{
    switch (r->format) {
    case TABLE:
        if (v_count(list))
            print_table(r, list, columns, n);
        else
            fprintf(stderr, "%s\n", TR(r, "nothing", "无"));
        break;
    case JSON: {
        struct value *map = v_map(r->arena);
        v_put(r->arena, map, key, v_copy(r->arena, list));
        print_pretty(map);
        break;
    }
    case NDJSON:
        for (size_t i = 0; i < v_count(list); i++)
            print_line(v_at(list, i));
        break;
    }
    return EXIT_DONE;
}

static void print_field(const char *name, size_t columns, const struct value *v, int kind)
{
    struct buf text = {0};
    put_cell(&text, v, kind);
    printf("%s%*s  %s\n", name, (int)(columns - width(name)), "", buf_cstr(&text));
    buf_done(&text);
}

static bool tells(const struct value *v)
{
    return v && !(v_kind(v) == V_LIST && !v_count(v));
}

static void print_fields(struct run *r, const struct value *map, const struct column *columns, size_t n)
{
    size_t widest = 0;
    for (size_t i = 0; i < n; i++)
        if (tells(v_path(map, columns[i].path)) && width(title(r, &columns[i])) > widest)
            widest = width(title(r, &columns[i]));
    for (size_t i = 0; i < n; i++)
        if (tells(v_path(map, columns[i].path)))
            print_field(title(r, &columns[i]), widest, v_path(map, columns[i].path), columns[i].kind);
}

/* A map whose keys nobody translated: as they are. */
static void print_keys(const struct value *map)
{
    size_t widest = 0;
    for (size_t i = 0; i < v_count(map); i++)
        if (width(map->u.map.pair[i].key) > widest)
            widest = width(map->u.map.pair[i].key);
    for (size_t i = 0; i < v_count(map); i++)
        print_field(map->u.map.pair[i].key, widest, map->u.map.pair[i].val, CELL);
}

int print_map(struct run *r, const struct value *map, const struct column *columns, size_t n)
{
    switch (r->format) {
    case TABLE:
        if (n)
            print_fields(r, map, columns, n);
        else
            print_keys(map);
        break;
    case JSON:
        print_pretty(map);
        break;
    case NDJSON:
        print_line(map);
        break;
    }
    return EXIT_DONE;
}
