/* scenario_line.c - a line of a scenario: its words, its citations, without comment */
#include "tests/lib/scenario_inside.h"

#include <string.h>

enum { LINE_WORDS = 256 };

size_t line_blank(const char *p, const char *end)
{
    if (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        return 1;
    return end - p >= 3 && memcmp(p, "\xe3\x80\x80", 3) == 0 ? 3 : 0; /* U+3000 */
}

int line_characters(const char *from, const char *to)
{
    int n = 0;
    for (; from < to; from++)
        n += ((unsigned char)*from & 0xc0) != 0x80;
    return n;
}

/* The end of what is said: before a comment and blanks. */
const char *line_said_until(const char *p, const char *end)
{
    const char *start = p;
    for (; p < end; p++)
        if (*p == '#' && (p == start || p[-1] == ' ' || p[-1] == '\t'))
            break;
    for (size_t n = 1; p > start && n;) {
        n = line_blank(p - 1, p);
        if (!n && p - start >= 3)
            n = line_blank(p - 3, p) == 3 ? 3 : 0;
        p -= n;
    }
    return p;
}

/* "… (YC-24、YC-25)": the numbers, and the end of what stands before them. */
static const char *take_cites(struct scenario *s, struct line *l, const char *p, const char *end)
{
    bool wide = end - p >= 3 && memcmp(end - 3, "）", 3) == 0;
    if (!wide && !(end > p && end[-1] == ')'))
        return end;
    const char *inner_end = end - (wide ? 3 : 1), *open = inner_end;
    while (open > p && *open != '(' && memcmp(open, "（", 3) != 0)
        open--;
    const char *q = open + (*open == '(' ? 1 : 3);
    if (open == p || q[0] < 'A' || q[0] > 'Z' || !memchr(q, '-', (size_t)(inner_end - q)))
        return end;
    l->cites.word = ARENA_ARRAY(s->a, const char *, 16);
    while (q < inner_end && l->cites.n < 16) {
        const char *from = q;
        while (q < inner_end && ((*q >= 'A' && *q <= 'Z') || (*q >= '0' && *q <= '9') || *q == '-'))
            q++;
        if (q > from)
            l->cites.word[l->cites.n++] = arena_strn(s->a, from, (size_t)(q - from));
        else
            q++;
    }
    return line_said_until(p, open);
}

static void split(struct scenario *s, struct line *l, const char *start, const char *p, const char *end)
{
    l->word = ARENA_ARRAY(s->a, struct word, LINE_WORDS);
    l->column = line_characters(start, p) + 1;
    l->body = (struct word){arena_strn(s->a, p, (size_t)(end - p)), l->column};
    while (p < end && l->n < LINE_WORDS) {
        size_t skip = line_blank(p, end);
        if (skip) {
            p += skip;
            continue;
        }
        const char *from = p;
        while (p < end && !line_blank(p, end))
            p++;
        l->word[l->n++] = (struct word){arena_strn(s->a, from, (size_t)(p - from)), line_characters(start, from) + 1};
    }
}

/* false: nothing is said on this line. */
bool line_make(struct scenario *s, const struct source *source, int number, const char *p, const char *end,
               struct line *ret)
{
    const char *start = p;
    *ret = (struct line){.source = source, .number = number};
    for (size_t n; (n = line_blank(p, end)) != 0; p += n)
        ret->indented = true;
    end = line_said_until(p, end);
    if (p >= end)
        return false;
    end = take_cites(s, ret, p, end);
    split(s, ret, start, p, end);
    return ret->n > 0;
}
