#include "daemon/yaml/problems.h"

#include "daemon/base/text.h"
#include "daemon/yaml/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    LONGEST = 1000, /* bytes of a message */
    BEFORE = 100,   /* characters shown before the column, */
    WINDOW = 160    /* and in all, of a long line */
};

#define CUT "…"

struct problems {
    struct arena *arena;
    struct problem kept[PROBLEMS_KEPT];
    size_t n, total;
    const char **files;
    size_t files_n, files_cap;
};

struct problems *problems_new(struct arena *a)
{
    struct problems *p = ARENA_NEW(a, struct problems);
    p->arena = a;
    return p;
}

struct arena *problems_arena(struct problems *p)
{
    return p->arena;
}

bool problems_shows(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n';
    if (c >= 0x7f && c < 0xa0)
        return false;
    if (c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
        return false;
    return c != 0xfeff && c != 0xfffe && c != 0xffff;
}

/* One character of possibly broken text: its bytes, and whether it is shown as it is. */
static size_t step(const char *s, size_t n, bool *ret_shown)
{
    uint32_t c;
    size_t k = text_char(s, n, &c);
    *ret_shown = k && problems_shows(c);
    return k ? k : 1;
}

/* A copy with '?' for what is not shown; a message has no line feeds and tabs. */
static char *clean(struct arena *a, const char *s, size_t n, bool message)
{
    char *out = arena_alloc(a, n + 1);
    size_t w = 0;
    for (size_t i = 0, k; i < n; i += k) {
        bool shown;
        k = step(s + i, n - i, &shown);
        if (!shown)
            out[w++] = '?';
        else if (message && (s[i] == '\n' || s[i] == '\t'))
            out[w++] = ' ';
        else {
            memcpy(out + w, s + i, k);
            w += k;
        }
    }
    out[w] = '\0';
    return out;
}

__attribute__((format(printf, 2, 0))) static const char *message(struct arena *a, const char *fmt, va_list ap)
{
    char text[LONGEST + 1];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    if (n <= LONGEST)
        return clean(a, text, n > 0 ? (size_t)n : 0, true);
    size_t fits = 0;
    for (size_t k = 0; fits + k <= LONGEST - strlen(CUT);) {
        bool shown;
        fits += k;
        k = step(text + fits, LONGEST - fits, &shown);
    }
    return arena_printf(a, "%s" CUT, clean(a, text, fits, true));
}

/* The bytes of a line; an empty text when the source has no such line. */
static struct bytes line_of(const struct source *source, int line)
{
    const char *s = source->text, *end = source->text + source->n;
    for (int i = 1; i < line && s < end; i++) {
        const char *feed = memchr(s, '\n', (size_t)(end - s));
        s = feed ? feed + 1 : end;
    }
    const char *feed = memchr(s, '\n', (size_t)(end - s));
    const char *stop = feed ? feed : end;
    if (stop > s && stop[-1] == '\r')
        stop--;
    return (struct bytes){(const uint8_t *)s, (size_t)(stop - s)};
}

/* The byte at which `characters` more characters end. */
static size_t ahead(const char *s, size_t n, size_t from, size_t characters)
{
    bool shown;
    while (from < n && characters-- > 0)
        from += step(s + from, n - from, &shown);
    return from;
}

static const char *caret(struct arena *a, const char *s, bool cut)
{
    struct buf pad = {0};
    if (cut)
        buf_u8(&pad, ' ');
    for (size_t i = 0, n = strlen(s), k; i < n; i += k) {
        bool shown;
        k = step(s + i, n - i, &shown);
        if (s[i] == '\t')
            buf_u8(&pad, '\t');
        else
            buf_printf(&pad, "%*s", (int)text_columns(s + i, k), "");
    }
    const char *out = arena_str(a, buf_cstr(&pad));
    buf_done(&pad);
    return out;
}

static void show(struct arena *a, const struct source *source, struct problem *one)
{
    struct bytes line = line_of(source, one->line);
    const char *s = (const char *)line.p;
    size_t column = (size_t)one->column - 1;
    size_t first = column > BEFORE + WINDOW / 8 ? column - BEFORE : 0;
    size_t begin = ahead(s, line.n, 0, first), end = ahead(s, line.n, begin, WINDOW);
    size_t at = ahead(s, line.n, begin, column - first);
    one->caret = caret(a, clean(a, s + begin, at - begin, false), begin > 0);
    one->shown = arena_printf(a, "%s%s%s", begin > 0 ? CUT : "", clean(a, s + begin, end - begin, false),
                              end < line.n ? CUT : "");
}

/* Files are told in the order in which they came. */
static size_t rank(struct problems *p, const char *file)
{
    for (size_t i = 0; i < p->files_n; i++)
        if (!strcmp(p->files[i], file))
            return i;
    ARENA_GROW(p->arena, p->files, p->files_n, p->files_cap);
    p->files[p->files_n] = clean(p->arena, file, strlen(file), true);
    return p->files_n++;
}

static int compare(const struct problem *x, const struct problem *y)
{
    if (x->file_rank != y->file_rank)
        return x->file_rank < y->file_rank ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

__attribute__((format(printf, 6, 0))) static void add(struct problems *p, const char *file, const struct source *source,
                                                      int line, int column, const char *fmt, va_list ap)
{
    struct problem one = {.line = line > 0 ? line : 0, .column = line > 0 && column > 0 ? column : line > 0};
    one.file_rank = rank(p, file);
    one.file = p->files[one.file_rank];
    size_t at = p->n;
    while (at > 0 && compare(&p->kept[at - 1], &one) > 0)
        at--;
    if (at == PROBLEMS_KEPT) {
        p->total++;
        return;
    }
    one.text = message(p->arena, fmt, ap);
    for (size_t i = at; i > 0 && !compare(&p->kept[i - 1], &one); i--)
        if (!strcmp(p->kept[i - 1].text, one.text))
            return;
    if (source && one.line)
        show(p->arena, source, &one);
    if (p->n == PROBLEMS_KEPT)
        p->n--;
    memmove(p->kept + at + 1, p->kept + at, (p->n - at) * sizeof p->kept[0]);
    p->kept[at] = one;
    p->n++;
    p->total++;
}

void problems_add(struct problems *p, const struct node *at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (at)
        add(p, at->source->file, at->source, at->line, at->column, fmt, ap);
    else
        add(p, "", NULL, 0, 0, fmt, ap);
    va_end(ap);
}

void problems_add_at(struct problems *p, const struct source *source, int line, int column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, source->file, source, line, column, fmt, ap);
    va_end(ap);
}

void problems_add_file(struct problems *p, const char *file, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(p, file, NULL, 0, 0, fmt, ap);
    va_end(ap);
}

size_t problems_count(const struct problems *p)
{
    return p->total;
}

const struct problem *problems_at(const struct problems *p, size_t i)
{
    return i < p->n ? &p->kept[i] : NULL;
}

void problems_print(const struct problems *p, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *one = &p->kept[i];
        if (one->line)
            buf_printf(out, "%s:%d:%d: ", one->file, one->line, one->column);
        else if (one->file[0])
            buf_printf(out, "%s: ", one->file);
        buf_printf(out, "error: %s\n", one->text);
        if (one->shown)
            buf_printf(out, "    %s\n    %s^\n", one->shown, one->caret);
    }
    if (p->total > p->n)
        buf_printf(out, "and %zu more\n", p->total - p->n);
}
