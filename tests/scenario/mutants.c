/* mutants - is every rule of a procedure file held by a scenario?
 *
 *     mutants [--list] [--sample N] [--jobs N] [PROCEDURE…]
 *     mutants --one "PATH CHANGE" PROCEDURE
 *
 * PROCEDURE is a name of config/procedures, or the path of a file whose scenarios are in its folder.
 *
 * Each change of a procedure file (mutate.h) is a mutant. One that the loader refuses does no harm. The others are
 * played with the scenarios of the procedure: a mutant is killed when one fails in a step that cites a number which
 * the changed entry, or the nearest entry around it that cites any, carries; where nothing is cited (acts that no
 * document asks for) by any failure. Those that survive are listed, each with its reason, in
 * tests/scenario/survivors.txt:
 *
 *     PROCEDURE PATH CHANGE: why nothing can be seen of it
 *
 * Exit 0 only when of each file 95 in 100 are killed, each survivor has its reason, and no reason stands in vain.
 * --sample N tries every Nth mutant, and then only asks for the reasons of what survives. --one tells what becomes of
 * one.
 */
#include "daemon/law/procedure_read.h"
#include "tests/lib/emit.h"
#include "tests/lib/files.h"
#include "tests/lib/scenario.h"
#include "tests/scenario/mutate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENOUGH = 95, SECONDS_MOST = 60 };
enum fate { FATE_NONE = 0, FATE_REFUSED, FATE_KILLED, FATE_SURVIVED, FATE_DIED };

struct result {
    int fate, scenario, line;
};

/* What the processes share. */
struct board {
    atomic_size_t next;
    struct result result[];
};

struct file {
    const char *name, *path;
    struct arena *a;
    struct node *root;
    struct mutants all;
    struct scenario **scenario;
    char **scenario_path;
    size_t nscenarios;
};

struct options {
    const char *one;
    size_t sample, jobs;
    bool list;
};

/* ---- a file and its scenarios ---- */

static bool scenarios_read(struct file *f, const struct file_names *names)
{
    bool ok = true;
    f->scenario = ARENA_ARRAY(f->a, struct scenario *, names->n + 1);
    f->scenario_path = ARENA_ARRAY(f->a, char *, names->n + 1);
    const char *line = arena_printf(f->a, "\n程序 %s\n", f->name);
    for (size_t i = 0; i < names->n; i++) {
        struct buf text = files_read(names->name[i]), why = {0};
        bool ours = strstr(buf_cstr(&text), line) != NULL;
        struct scenario *s = ours ? scenario_read(SOURCE_DIR, names->name[i], &why) : NULL;
        if (s) {
            f->scenario_path[f->nscenarios] = names->name[i];
            f->scenario[f->nscenarios++] = s;
        }
        ok = ok && (s || !ours);
        fputs(buf_cstr(&why), stdout);
        buf_done(&text);
        buf_done(&why);
    }
    return ok;
}

static bool file_read(struct file *f, const char *name, const struct file_names *names)
{
    *f = (struct file){.a = arena_new()};
    f->name = arena_str(f->a, name);
    f->path = strchr(name, '/') ? f->name : arena_printf(f->a, "config/procedures/%s.yaml", name);
    if (access(f->path, R_OK)) {
        printf("there is no %s\n", f->path);
        return false;
    }
    struct buf text = files_read(f->path);
    struct problems *problems = problems_new(f->a);
    f->root = tree_read(f->a, f->path, buf_bytes(&text), problems);
    buf_done(&text);
    if (f->root)
        f->all = mutants_find(f->a, f->root);
    return f->root && scenarios_read(f, names);
}

static void file_done(struct file *f)
{
    for (size_t i = 0; i < f->nscenarios; i++)
        scenario_free(f->scenario[i]);
    arena_free(f->a);
}

/* ---- one mutant, in a process of its own: the tree is changed for good ---- */

static bool loads(struct file *f, struct buf *out)
{
    struct problems *problems = problems_new(f->a);
    buf_clear(out);
    emit_node(f->root, out);
    struct procedure *p = procedure_read(f->path, buf_bytes(out), problems);
    procedure_free(p);
    return p != NULL;
}

static bool cites_any(const struct scenario *s, const struct words *numbers)
{
    const struct scenario_cite *c;
    for (size_t i = 0; (c = scenario_cite(s, i)) != NULL; i++)
        if (words_have(numbers, c->number))
            return true;
    return numbers->n == 0;
}

static bool kills(const struct scenario_failure *f, const struct words *numbers)
{
    for (size_t i = 0; i < numbers->n; i++)
        if (scenario_failure_cites(f, numbers->word[i]))
            return true;
    return numbers->n == 0;
}

static bool plays(struct file *f, const struct mutant *m, size_t i, const char *text, bool tell, struct result *ret)
{
    struct scenario_failure failure;
    if (!cites_any(f->scenario[i], &m->cites) || scenario_play(f->scenario[i], text, &failure))
        return false;
    bool killed = kills(&failure, &m->cites);
    if (tell)
        printf("%s%s", killed ? "killed: " : "fails, but cites nothing of it: ", failure.text);
    free(failure.text);
    if (killed)
        *ret = (struct result){FATE_KILLED, (int)i, failure.line};
    return killed;
}

/* First the scenario that killed before, then those that do the act, then the others. */
static struct result try(struct file *f, const struct mutant *m, int last, bool tell)
{
    struct buf out = {0};
    struct result r = {FATE_REFUSED, 0, 0};
    for (size_t turn = 0; r.fate == FATE_REFUSED && mutant_apply(f->a, f->root, m, turn); turn++)
        if (loads(f, &out))
            r.fate = FATE_SURVIVED;
    if (tell)
        printf("%s:%d:%d: %s: %s\n", f->path, m->line, m->column, m->path, mutant_text(f->a, m));
    const char *text = buf_cstr(&out);
    if (r.fate == FATE_SURVIVED && last >= 0 && plays(f, m, (size_t)last, text, tell, &r))
        last = -1;
    for (int doing = 1; doing >= 0; doing--)
        for (size_t i = 0; r.fate == FATE_SURVIVED && i < f->nscenarios; i++)
            if ((int)i != last && (m->act && scenario_does(f->scenario[i], m->act)) == (doing == 1) &&
                plays(f, m, i, text, tell, &r))
                break;
    buf_done(&out);
    return r;
}

/* ---- all of them, some at once ---- */

static void in_child(struct file *f, const struct mutant *m, int last, struct result *ret)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS_MOST);
        *ret = try(f, m, last, false);
        _exit(0);
    }
    ret->fate = child > 0 ? ret->fate : FATE_DIED;
    if (child > 0 && (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0))
        ret->fate = FATE_DIED;
}

static void work(struct file *f, struct board *b, size_t sample)
{
    int last = -1;
    for (size_t i; (i = atomic_fetch_add(&b->next, 1)) < f->all.n;) {
        if (i % sample)
            continue;
        in_child(f, &f->all.m[i], last, &b->result[i]);
        last = b->result[i].fate == FATE_KILLED ? b->result[i].scenario : last;
    }
}

static struct board *run(struct file *f, const struct options *o)
{
    size_t size = sizeof(struct board) + (f->all.n + 1) * sizeof(struct result);
    struct board *b = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b == MAP_FAILED) {
        perror("mutants");
        exit(1);
    }
    memset(b, 0, size);
    fflush(stdout); /* what is still to be written is the parent's */
    for (size_t i = 0; i < o->jobs; i++) {
        pid_t worker = fork();
        if (worker == 0) {
            work(f, b, o->sample);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return b;
}

/* ---- the survivors that are known, and why ---- */

struct known {
    char *text;
    struct buf used; /* lines that were of use, each between newlines */
};

static const char *mutant_id(const struct file *f, const struct mutant *m)
{
    return arena_printf(f->a, "\n%s %s %s: ", f->name, m->path, change_name(m->change));
}

static const char *reason_of(const struct known *k, const char *id)
{
    const char *at = strstr(k->text, id);
    return at && at[strlen(id)] && at[strlen(id)] != '\n' ? at + strlen(id) : NULL;
}

/* A reason for what does not survive, or is not there, stands in vain. */
static bool none_in_vain(struct known *k, const struct file *f)
{
    bool ok = true;
    const char *ours = arena_printf(f->a, "\n%s ", f->name);
    for (const char *p = k->text; (p = strstr(p, ours)) != NULL; p++) {
        int n = (int)strcspn(p + 1, "\n");
        const char *line = arena_strn(f->a, p, (size_t)n + 1);
        const char *colon = strstr(line, ": ");
        const char *id = colon ? arena_strn(f->a, line, (size_t)(colon + 2 - line)) : line;
        if (colon && strstr(buf_cstr(&k->used), id))
            continue;
        printf("survivors.txt: in vain, or no reason:%s\n", arena_printf(f->a, " %s", line + 1));
        ok = false;
    }
    return ok;
}

/* ---- the report ---- */

struct counts {
    size_t all, refused, killed, survived, unexplained;
};

static const char *fate_text(const struct file *f, const struct result *r)
{
    if (r->fate == FATE_KILLED)
        return arena_printf(f->a, "killed at %s:%d", f->scenario_path[r->scenario], r->line);
    return r->fate == FATE_REFUSED ? "refused by the loader" : r->fate == FATE_DIED ? "ended the player" : "SURVIVED";
}

static void report(struct file *f, const struct board *b, struct known *k, bool list, struct counts *ret)
{
    for (size_t i = 0; i < f->all.n; i++) {
        const struct mutant *m = &f->all.m[i];
        const struct result *r = &b->result[i];
        bool survived = r->fate == FATE_SURVIVED || r->fate == FATE_DIED;
        const char *id = mutant_id(f, m), *reason = survived ? reason_of(k, id) : NULL;
        if (r->fate == FATE_NONE)
            continue;
        ret->all++;
        ret->refused += r->fate == FATE_REFUSED;
        ret->killed += r->fate == FATE_KILLED;
        ret->survived += survived;
        ret->unexplained += survived && !reason;
        if (reason)
            buf_str(&k->used, id);
        if (list || survived)
            printf("%s:%d:%d: %s %s (%s): %s%s%.*s\n", f->path, m->line, m->column, m->path, change_name(m->change),
                   m->was ? m->was : "all of it", fate_text(f, r), reason ? ": " : "",
                   reason ? (int)strcspn(reason, "\n") : 0, reason ? reason : "");
    }
}

static bool enough(const struct counts *c)
{
    return c->killed && c->killed * 100 >= (c->killed + c->survived) * ENOUGH;
}

static bool whole_file(const char *name, const struct file_names *names, const struct options *o, struct known *k,
                       struct counts *ret)
{
    struct file f;
    bool ok = file_read(&f, name, names);
    if (ok && o->one) {
        for (size_t i = 0; i < f.all.n; i++)
            if (strcmp(arena_printf(f.a, "%s %s", f.all.m[i].path, change_name(f.all.m[i].change)), o->one) == 0) {
                struct result r = try(&f, &f.all.m[i], -1, true);
                printf("%s\n", fate_text(&f, &r));
                ret->killed = r.fate == FATE_KILLED;
                break;
            }
    } else if (ok) {
        struct board *b = run(&f, o);
        report(&f, b, k, o->list, ret);
        ok = !ret->unexplained && (o->sample > 1 || (none_in_vain(k, &f) && enough(ret)));
        munmap(b, sizeof(struct board) + (f.all.n + 1) * sizeof(struct result));
    }
    file_done(&f);
    return ok;
}

static void table_line(const char *name, const struct counts *c)
{
    size_t loaded = c->killed + c->survived;
    printf("%-12s %7zu %8zu %7zu %9zu %8.1f %%\n", name, c->all, c->refused, c->killed, c->survived,
           loaded ? 100.0 * (double)c->killed / (double)loaded : 0.0);
}

static size_t take_options(int argc, char **argv, struct options *o, const char **names)
{
    size_t n = 0;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *o = (struct options){.sample = 1, .jobs = cores > 0 ? (size_t)cores : 1};
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--list") == 0)
            o->list = true;
        else if (more && strcmp(argv[i], "--one") == 0)
            o->one = argv[++i];
        else if (more && strcmp(argv[i], "--sample") == 0)
            o->sample = (size_t)atol(argv[++i]);
        else if (more && strcmp(argv[i], "--jobs") == 0)
            o->jobs = (size_t)atol(argv[++i]);
        else
            names[n++] = argv[i];
    }
    o->sample = o->sample ? o->sample : 1;
    o->jobs = o->jobs ? o->jobs : 1;
    return n;
}

/* Every file of the folder, by its name. */
static size_t all_procedures(const struct file_names *files, const char **names)
{
    for (size_t i = 0; i < files->n; i++) {
        char *name = strrchr(files->name[i], '/') + 1;
        name[strlen(name) - strlen(".yaml")] = 0;
        names[i] = name;
    }
    return files->n;
}

/* A procedure that is named by its path has its scenarios in the same folder; one of the shipped has none there. */
static struct file_names scenarios_beside(const char *name)
{
    const char *slash = strrchr(name, '/');
    char folder[256];
    if (!slash || (size_t)(slash - name) >= sizeof folder)
        return (struct file_names){0};
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
    return files_list(folder, ".scn");
}

int main(int argc, char **argv)
{
    struct options o;
    struct file_names scenarios = files_list("tests/scenario", ".scn");
    struct file_names files = files_list("config/procedures", ".yaml");
    const char **names = calloc((size_t)argc + files.n + 1, sizeof *names);
    size_t n = take_options(argc, argv, &o, names);
    n = n ? n : all_procedures(&files, names);
    struct buf text = files_read("tests/scenario/survivors.txt");
    struct known known = {.text = strdup(buf_cstr(&text))};
    struct counts *counts = calloc(n + 1, sizeof *counts);
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        struct file_names beside = scenarios_beside(names[i]);
        ok = whole_file(names[i], beside.n ? &beside : &scenarios, &o, &known, &counts[i]) && ok;
        files_forget(&beside);
    }
    if (!o.one)
        printf("%-12s %7s %8s %7s %9s %10s\n", "procedure", "mutants", "refused", "killed", "survived", "");
    for (size_t i = 0; i < n && !o.one; i++)
        table_line(names[i], &counts[i]);
    free(counts);
    free(known.text);
    buf_done(&known.used);
    buf_done(&text);
    free(names);
    files_forget(&scenarios);
    files_forget(&files);
    return ok ? 0 : 1;
}
