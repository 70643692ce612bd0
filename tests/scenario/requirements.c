/* requirements - which requirements a scenario shows, and whether the scenario fails without the rule
 *
 *     requirements [PREFIX…]
 *
 * tests/scenario/requirements.txt names every requirement and what it asks. For each that asks behaviour the procedure
 * file is read, everything that carries the number in `cite` is taken out, and the scenarios that cite the number are
 * played with what is left: they must fail, and in a step that cites the number. What is data must stand in a procedure
 * file; what another test shows must be cited by that test, and it must be one that ctest runs. Exit 0 only when all
 * do.
 */
#include "daemon/law/procedure_read.h"
#include "tests/lib/emit.h"
#include "tests/lib/files.h"
#include "tests/lib/scenario.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct book {
    struct scenario **scenario;
    char **path; /* of names */
    size_t n;
    struct file_names names;
};

static bool wanted(const char *number, char **prefixes, int n)
{
    bool any = n == 0;
    for (int i = 0; i < n; i++)
        any = any || strncmp(number, prefixes[i], strlen(prefixes[i])) == 0;
    return any;
}

/* Some number with the prefix stands in it. */
static bool concerned(const char *path, char **prefixes, int n)
{
    struct buf text = files_read(path);
    bool any = n == 0;
    for (int i = 0; i < n; i++)
        any = any || strstr(buf_cstr(&text), prefixes[i]) != NULL;
    buf_done(&text);
    return any;
}

static bool book_read(struct book *b, char **prefixes, int n)
{
    struct file_names names = files_list("tests/scenario", ".scn");
    bool ok = true;
    b->scenario = calloc(names.n + 1, sizeof *b->scenario);
    b->names = names;
    b->path = calloc(names.n + 1, sizeof *b->path);
    for (size_t i = 0; i < names.n; i++) {
        struct buf why = {0};
        if (!concerned(names.name[i], prefixes, n))
            continue;
        b->path[b->n] = names.name[i];
        b->scenario[b->n] = scenario_read(SOURCE_DIR, names.name[i], &why);
        fputs(buf_cstr(&why), stdout);
        ok = ok && b->scenario[b->n];
        b->n += b->scenario[b->n] != NULL;
        buf_done(&why);
    }
    return ok;
}

static void book_done(struct book *b)
{
    for (size_t i = 0; i < b->n; i++)
        scenario_free(b->scenario[i]);
    free(b->scenario);
    free(b->path);
    files_forget(&b->names);
}

/* ---- a procedure without a number ---- */

/* Gives the text of what is left: free(). NULL: the number stands nowhere, or what is left is no procedure. */
static char *without(const char *procedure, const char *number, const char **ret_why)
{
    char path[256];
    snprintf(path, sizeof path, "config/procedures/%s.yaml", procedure);
    struct buf file = files_read(path), out = {0};
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct node *root = tree_read(a, path, buf_bytes(&file), problems);
    char *text = NULL;
    size_t gone = root ? tree_prune(root, "cite", number) : 0;
    if (gone)
        emit_node(root, &out);
    struct procedure *p = gone ? procedure_read(path, buf_bytes(&out), problems) : NULL;
    if (!p) {
        *ret_why = gone ? "what is left does not load" : "no rule cites it";
        buf_clear(&out);
        problems_print(problems, &out);
        printf("%s", buf_cstr(&out));
    } else {
        text = strdup(buf_cstr(&out));
    }
    procedure_free(p);
    arena_free(a);
    buf_done(&file);
    buf_done(&out);
    return text;
}

/* ---- one number ---- */

static int cited_at(const struct scenario *s, const char *number)
{
    const struct scenario_cite *c;
    for (size_t i = 0; (c = scenario_cite(s, i)) != NULL; i++)
        if (strcmp(c->number, number) == 0)
            return c->line;
    return 0;
}

/* Plays with the rule taken out. True: fails, and where the number is cited; ret_line tells where. */
static bool fails_without(const struct scenario *s, const char *number, const char **ret_why, int *ret_line)
{
    struct scenario_failure f;
    char *text = without(scenario_procedure(s), number, ret_why);
    if (!text)
        return false;
    bool held = scenario_play(s, text, &f), cited = !held && scenario_failure_cites(&f, number);
    *ret_why = held ? "the scenario holds without the rule" : "the scenario fails elsewhere";
    *ret_line = f.line;
    if (!held && !cited && getenv("LEEWAY_VERBOSE"))
        fputs(f.text, stdout);
    free(f.text);
    free(text);
    return cited;
}

/* Every scenario that cites the number must miss it: a citation in vain would show nothing. */
static bool shown(const struct book *b, const char *number)
{
    bool any = false, all = true;
    for (size_t i = 0; i < b->n; i++) {
        const char *why = "fails here without it";
        int cite = cited_at(b->scenario[i], number), line = cite;
        if (!cite)
            continue;
        bool fails = fails_without(b->scenario[i], number, &why, &line);
        printf("%-6s %s:%d  %s\n", number, b->path[i], fails ? line : cite, fails ? "fails here without it" : why);
        any = any || fails;
        all = all && fails;
    }
    if (!any)
        printf("%-6s NOT SHOWN\n", number);
    return any && all;
}

/* ---- the list ---- */

/* The word stands in the text, with nothing of a name or number around it. */
static bool stands_in(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = text; (p = strstr(p, word)) != NULL; p += n)
        if ((p == text || !isalnum((unsigned char)p[-1])) && !isalnum((unsigned char)p[n]) && p[n] != '_')
            return true;
    return false;
}

static bool file_says(const char *path, const char *word)
{
    if (access(path, R_OK))
        return false;
    struct buf text = files_read(path);
    bool said = stands_in(buf_cstr(&text), word);
    buf_done(&text);
    return said;
}

/* Data stands in some procedure file, in a cite of its own. */
static bool is_data(const char *number)
{
    struct file_names files = files_list("config/procedures", ".yaml");
    bool found = false;
    for (size_t i = 0; i < files.n; i++)
        found = found || file_says(files.name[i], number);
    files_forget(&files);
    if (!found)
        printf("%-6s NOT SHOWN: no procedure file cites it\n", number);
    return found;
}

/* "system.report": tests/system/test_report.py or .c, which ctest runs and which cites the number. */
static bool is_tested(const char *number, const char *test)
{
    char path[256], run[64];
    const char *dot = strchr(test, '.');
    int folder = dot ? (int)(dot - test) : 0, name = dot ? (int)strcspn(dot + 1, " \n") : 0;
    snprintf(run, sizeof run, "%.*s", name, dot ? dot + 1 : "");
    snprintf(path, sizeof path, "tests/%.*s/CMakeLists.txt", folder, test);
    bool runs = dot && file_says(path, run);
    snprintf(path, sizeof path, "tests/%.*s/test_%s.py", folder, test, run);
    if (access(path, R_OK))
        snprintf(path, sizeof path, "tests/%.*s/test_%s.c", folder, test, run);
    bool cited = file_says(path, number);
    printf("%-6s %s%s\n", number, path,
           !runs   ? "  NOT SHOWN: no such test is run"
           : cited ? "  shows it"
                   : "  NOT SHOWN: does not cite it");
    return runs && cited;
}

struct tally {
    size_t asked, held, by_test;
    bool ok;
};

/* "YC-1 data: reason", "YC-3 behaviour", "TM-9 system: system.report", "SC-19 behaviour, system: system.report". */
static void take_line(const struct book *b, const char *number, const char *what, struct tally *t)
{
    const char *test = strstr(what, "system: ");
    bool behaviour = strcmp(what, "behaviour") == 0 || strncmp(what, "behaviour, system: ", 19) == 0;
    if (behaviour || test == what) {
        bool held = !behaviour || shown(b, number);
        held = (!test || is_tested(number, test + 8)) && held;
        t->asked++;
        t->held += held;
        t->by_test += held && !behaviour;
    } else if (strncmp(what, "data: ", 6) == 0 || strncmp(what, "none: ", 6) == 0) {
        printf("%-6s %s\n", number, what);
        t->ok = (*what == 'n' || is_data(number)) && t->ok;
    } else {
        printf("%-6s requirements.txt says neither behaviour or system, nor data or none with a reason\n", number);
        t->ok = false;
    }
}

/* A number that nobody knows is a slip of the pen. */
static bool all_known(const struct book *b, const char *list)
{
    bool ok = true;
    const struct scenario_cite *c;
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; (c = scenario_cite(b->scenario[i], k)) != NULL; k++) {
            char line[64];
            snprintf(line, sizeof line, "\n%.40s ", c->number);
            if (strstr(list, line))
                continue;
            printf("%s:%d: there is no requirement %s\n", b->path[i], c->line, c->number);
            ok = false;
        }
    return ok;
}

int main(int argc, char **argv)
{
    struct book b = {0};
    struct tally t = {0, 0, 0, book_read(&b, argv + 1, argc - 1)};
    struct buf list = files_read("tests/scenario/requirements.txt");
    char *text = strdup(buf_cstr(&list)), *next;
    t.ok = t.ok && all_known(&b, text);
    for (char *line = text; t.ok && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        char *number = strtok(line, " "), *what = number ? strtok(NULL, "") : NULL;
        if (number && *number != '#' && wanted(number, argv + 1, argc - 1))
            take_line(&b, number, what ? what : "", &t);
    }
    printf("%zu ask behaviour\n%zu are shown by a scenario that fails without its rule", t.asked, t.held);
    if (t.by_test)
        printf(" (%zu of them by the test of the whole system that is named)", t.by_test);
    printf("\n");
    free(text);
    buf_done(&list);
    book_done(&b);
    return t.ok && t.asked && t.held == t.asked ? 0 : 1;
}
