/* docs/procedure-language.md: every example is loaded, and every word of the language has one. */
#include "daemon/law/procedure_read.h"
#include "daemon/law/procedure_show.h"
#include "tests/lib/files.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf page;

/* The next block of the page after *at: its kind ("condition on lead"), and its text. */
struct block {
    char kind[64];
    struct bytes text;
    int line;
};

static bool next_block(const char **at, struct block *ret)
{
    const char *open = strstr(*at, "```yaml "), *text = open ? strchr(open, '\n') : NULL;
    const char *close = text ? strstr(text, "\n```") : NULL;
    if (!close)
        return false;
    *ret = (struct block){.text = {(const uint8_t *)text + 1, (size_t)(close - text)}, .line = 2};
    size_t n = (size_t)(text - open) - strlen("```yaml ");
    assert_true(n < sizeof ret->kind);
    memcpy(ret->kind, open + strlen("```yaml "), n);
    for (const char *c = buf_cstr(&page); c < open; c++)
        ret->line += *c == '\n';
    *at = close + 4;
    return true;
}

/* The newest whole file before a line. */
static struct bytes base(int line)
{
    struct block b, whole = {.line = 0};
    for (const char *at = buf_cstr(&page); next_block(&at, &b) && b.line <= line;)
        if (strcmp(b.kind, "complete") == 0)
            whole = b;
    assert_true(whole.line > 0);
    return whole.text;
}

/* ---- putting fragments into the whole file ---- */

static void indented(struct buf *out, struct bytes text, const char *indent)
{
    for (size_t i = 0; i < text.n; i++) {
        if (i == 0 || text.p[i - 1] == '\n')
            buf_str(out, indent);
        buf_u8(out, text.p[i]);
    }
}

/* An act of the receiver, before the standing ones, with this rule. */
static void with_act(struct buf *out, struct bytes whole, const char *on, const char *rule_head, struct bytes rule)
{
    const char *text = (const char *)whole.p, *standing = strstr(text, "\nstanding:");
    size_t head = (size_t)(standing + 1 - text);
    buf_put(out, text, head);
    buf_str(out, "  - act: example\n    label: 例\n    article: 例\n    from: any\n    by: [receiver]\n");
    if (*on)
        buf_printf(out, "    on: %s\n", on);
    buf_printf(out, "    rules:\n      - rule: example\n        %s\n", rule_head);
    indented(out, rule, "          ");
    buf_put(out, text + head, whole.n - head);
}

/* The line that begins with `key` in a text; NULL: none. */
static const char *section(struct bytes whole, const char *key, size_t n)
{
    const char *text = (const char *)whole.p, *end = text + whole.n;
    for (const char *line = text; line < end;) {
        if ((size_t)(end - line) > n && strncmp(line, key, n) == 0 && line[n] == ':')
            return line;
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        line = feed ? feed + 1 : end;
    }
    return NULL;
}

static const char *line_after(const char *line, const char *end)
{
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    return feed ? feed + 1 : end;
}

/* Put the lines under each key of the fragment behind the key's line in the whole file. */
static void with_declarations(struct buf *out, struct bytes whole, struct bytes part)
{
    buf_put(out, whole.p, whole.n);
    const char *end = (const char *)part.p + part.n;
    for (const char *line = (const char *)part.p; line < end;) {
        size_t n = strcspn(line, ":");
        const char *body = line_after(line, end), *stop = body;
        while (stop < end && *stop == ' ')
            stop = line_after(stop, end);
        const char *at = section(buf_bytes(out), line, n);
        if (!at)
            fail_msg("the whole file has no %.*s", (int)n, line);
        size_t place = (size_t)(line_after(at, (const char *)out->p + out->n) - (const char *)out->p);
        struct buf made = {0};
        buf_put(&made, out->p, place);
        buf_put(&made, body, (size_t)(stop - body));
        buf_put(&made, out->p + place, out->n - place);
        buf_done(out);
        *out = made;
        line = stop;
    }
}

static void make(struct buf *out, const struct block *b)
{
    const char *on = strstr(b->kind, " on ");
    if (strcmp(b->kind, "complete") == 0)
        buf_put(out, b->text.p, b->text.n);
    else if (strcmp(b->kind, "declare") == 0)
        with_declarations(out, base(b->line), b->text);
    else if (strncmp(b->kind, "condition", 9) == 0) {
        with_act(out, base(b->line), on ? on + 4 : "", "missing: 例\n        who: receiver\n        require:", b->text);
    } else if (strncmp(b->kind, "effects", 7) == 0)
        with_act(out, base(b->line), on ? on + 4 : "", "do:", b->text);
    else
        fail_msg("line %d: a block of the kind '%s'", b->line, b->kind);
}

/* ---- tests ---- */

static void every_example_of_the_page_loads(void **state)
{
    (void)state;
    struct block b;
    size_t n = 0;
    for (const char *at = buf_cstr(&page); next_block(&at, &b); n++) {
        struct arena *a = arena_new();
        struct problems *problems = problems_new(a);
        struct buf text = {0}, told = {0};
        make(&text, &b);
        struct procedure *p = procedure_read("example.yaml", buf_bytes(&text), problems);
        problems_print(problems, &told);
        if (!p)
            fail_msg("the example of line %d:\n%s", b.line, buf_cstr(&told));
        procedure_show(p, &told);
        procedure_free(p);
        buf_done(&told);
        buf_done(&text);
        arena_free(a);
    }
    assert_true(n >= 75);
}

static bool shown_in(const char *kind, const char *word)
{
    struct block b;
    for (const char *at = buf_cstr(&page); next_block(&at, &b);) {
        char *text = strndup((const char *)b.text.p, b.text.n);
        bool found = strncmp(b.kind, kind, strlen(kind)) == 0 && strstr(text, word);
        free(text);
        if (found)
            return true;
    }
    return false;
}

static void each(const char *kind, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char key[64], code[64];
        snprintf(key, sizeof key, "{%s:", words[i]);
        snprintf(code, sizeof code, "`%s", words[i]);
        if (!shown_in(kind, key))
            fail_msg("%s '%s' has no example", kind, words[i]);
        if (!strstr(buf_cstr(&page), code))
            fail_msg("%s '%s' is not described", kind, words[i]);
    }
}

/* The words are those that a file with a wrong one is told: what the reader knows, the page must know. */
static void every_condition_has_an_example(void **state)
{
    static const char *const words[] = {"all",           "any",       "none",       "fact",    "in-order",
                                        "part",          "stage",     "serving",    "new",     "outcome",
                                        "same",          "role",      "department", "manages", "clock",
                                        "paper",         "suspended", "suspension", "second",  "another-person-than",
                                        "circumstances", "bars",      "some",       "every",   "no",
                                        "switch",        "kind",      "body",       "linked"};
    (void)state;
    each("condition", words, sizeof words / sizeof *words);
}

static void every_effect_has_an_example(void **state)
{
    static const char *const words[] = {"set",
                                        "bind",
                                        "start",
                                        "stop",
                                        "pause",
                                        "resume",
                                        "extend",
                                        "suspend",
                                        "confirm-suspensions",
                                        "end-suspensions",
                                        "tell",
                                        "task",
                                        "add",
                                        "state",
                                        "fill",
                                        "conclude",
                                        "grant",
                                        "move-tasks",
                                        "close-all-tasks",
                                        "close-tasks",
                                        "stop-all-clocks",
                                        "serve",
                                        "correct",
                                        "turn",
                                        "each",
                                        "reassign",
                                        "convene",
                                        "recuse",
                                        "vote",
                                        "decide",
                                        "reopen",
                                        "file-upward"};
    (void)state;
    each("effects", words, sizeof words / sizeof *words);
}

static void every_type_and_every_key_is_described(void **state)
{
    static const char *const words[] = {"choice",      "grade",         "bool",         "int",        "day",
                                        "department",  "subject",       "word",         "text",       "outcome",
                                        "part-list",   "circumstances", "role",         "kinds",      "one-of-kind",
                                        "superior",    "party",         "same-as",      "private",    "reads-private",
                                        "least",       "most",          "required",     "optional",   "opening",
                                        "opens",       "from",          "by",           "to",         "on",
                                        "fields",      "parts",         "papers",       "rules",      "when",
                                        "require",     "missing",       "who",          "do",         "workdays",
                                        "days",        "total",         "owner",        "near",       "on-miss",
                                        "lenient",     "end",           "states",       "checks",     "degree",
                                        "task-holder", "entry-lag",     "service-days", "date-proof", "cite",
                                        "article",     "note",          "within",       "answer",     "or",
                                        "clock",       "where",         "of",           "ground",     "confirmed",
                                        "force",       "given",         "is",           "in",         "departments",
                                        "link",        "kinds",         "way-in",       "open",       "open-slots",
                                        "until",       "each",          "attendance",   "member",     "alternate",
                                        "seats",       "case-seats",    "chair",        "quorum",     "rule",
                                        "recurring",   "linked-facts",  "stops",        "holds",      "not",
                                        "if",          "size"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char code[64], marked[64];
        snprintf(code, sizeof code, "`%s", words[i]);
        snprintf(marked, sizeof marked, "**`%s`**", words[i]);
        if (!strstr(buf_cstr(&page), code) && !strstr(buf_cstr(&page), marked))
            fail_msg("'%s' is not described", words[i]);
    }
}

/* A wrong word is answered with the count of those that there are: the lists above are all of them. */
static void the_lists_above_are_all_words_of_the_reader(void **state)
{
    (void)state;
    struct buf guards = files_read("daemon/law/read_guard.c"), effects = files_read("daemon/law/read_effect.c");
    const struct {
        struct buf *source;
        const char *kind;
        size_t count;
    } lists[] = {{&guards, "condition", 29}, {&effects, "effects", 32}};
    for (size_t i = 0; i < 2; i++) {
        size_t n = 0;
        for (const char *at = buf_cstr(lists[i].source); (at = strstr(at, "\n    {\"")); at += 6)
            n++;
        assert_int_equal(n, lists[i].count);
    }
    buf_done(&guards);
    buf_done(&effects);
}

/* ---- every word that a reader compares with stands in an example ---- */

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* In the text, with nothing of a name around it and no comment before it; as a key, a colon after it. */
static bool word_in(struct bytes text, const char *word, bool key)
{
    const char *at = (const char *)text.p, *end = at + text.n;
    size_t n = strlen(word);
    for (bool comment = false; at < end; at++) {
        comment = *at == '#' || (comment && *at != '\n');
        bool fits = (size_t)(end - at) > n && memcmp(at, word, n) == 0 && !name_char(at[-1]) && !name_char(at[n]);
        if (fits && !comment && (!key || at[n] == ':'))
            return true;
    }
    return false;
}

static bool in_an_example(const char *word, bool key)
{
    struct block b;
    for (const char *at = buf_cstr(&page); next_block(&at, &b);)
        if (word_in(b.text, word, key))
            return true;
    return false;
}

/* Each text in quotes from `at` up to `close`. Returns how many are in no example. */
static int missing_of(const char *path, const char *at, const char *close, bool key, int *words)
{
    int missing = 0;
    for (const char *quote = strchr(at, '"'); quote && quote < close; quote = strchr(quote, '"')) {
        const char *end = strchr(quote + 1, '"');
        char *word = strndup(quote + 1, (size_t)(end - quote - 1));
        quote = end + 1;
        (*words)++;
        if (!*word || in_an_example(word, key)) {
            free(word);
            continue;
        }
        print_message("%s: no example of '%s%s'\n", path, word, key ? ":" : "");
        free(word);
        missing++;
    }
    return missing;
}

/* Every stretch of the source from `open` to `close`. */
static int missing_between(const char *path, const char *open, const char *close, bool key, int *words)
{
    struct buf source = files_read(path);
    int missing = 0;
    for (const char *at = buf_cstr(&source); (at = strstr(at, open)) != NULL; at += strlen(open)) {
        const char *end = strstr(at, close);
        assert_non_null(end);
        missing += missing_of(path, at, end, key, words);
    }
    buf_done(&source);
    return missing;
}

/* The readers say what they know in three ways: KEYS(…) of a map, rows {"verb", reader, {companions}}, lists of words.
 */
static void every_word_of_the_readers_stands_in_an_example(void **state)
{
    struct file_names all = files_list("daemon/law", ".c");
    int missing = 0, words = 0;
    (void)state;
    for (size_t i = 0; i < all.n; i++) {
        const char *path = all.name[i];
        if (strncmp(path, "daemon/law/read_", strlen("daemon/law/read_")) != 0)
            continue;
        missing += missing_between(path, "KEYS(\"", ")", true, &words);
        missing += missing_between(path, "\n    {\"", "\n", true, &words);
        missing += missing_between(path, "_keys[] = {", ";", true, &words);
        missing += missing_between(path, "static const char *const ", ";", false, &words);
    }
    files_forget(&all);
    assert_true(words >= 240);
    assert_int_equal(missing, 0);
}

/* ---- whole measures beside the page ---- */

static void every_measure_of_the_examples_loads_and_can_be_shown_and_drawn(void **state)
{
    struct file_names all = files_list("docs/examples", ".yaml");
    (void)state;
    assert_true(all.n >= 1);
    for (size_t i = 0; i < all.n; i++) {
        struct arena *a = arena_new();
        struct problems *problems = problems_new(a);
        struct buf text = files_read(all.name[i]), told = {0}, drawn = {0};
        struct procedure *p = procedure_read(all.name[i], buf_bytes(&text), problems);
        problems_print(problems, &told);
        if (!p)
            fail_msg("%s", buf_cstr(&told));
        procedure_show(p, &told);
        procedure_draw(p, &drawn);
        for (size_t k = 0; k < p->nstages; k++) {
            assert_non_null(strstr(buf_cstr(&told), p->stages[k].label));
            assert_non_null(strstr(buf_cstr(&drawn), p->stages[k].label));
        }
        procedure_free(p);
        buf_done(&text);
        buf_done(&told);
        buf_done(&drawn);
        arena_free(a);
    }
    files_forget(&all);
}

static int load(void **state)
{
    (void)state;
    page = files_read("docs/procedure-language.md");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    buf_done(&page);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_page_loads),
        cmocka_unit_test(every_condition_has_an_example),
        cmocka_unit_test(every_effect_has_an_example),
        cmocka_unit_test(every_type_and_every_key_is_described),
        cmocka_unit_test(the_lists_above_are_all_words_of_the_reader),
        cmocka_unit_test(every_word_of_the_readers_stands_in_an_example),
        cmocka_unit_test(every_measure_of_the_examples_loads_and_can_be_shown_and_drawn),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("language", tests, load, unload);
}
