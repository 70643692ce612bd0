#include "clients/bench/memory.h"

#include "clients/bench/course.h"
#include "daemon/base/check.h"
#include "daemon/engine/inside.h"
#include "daemon/store/store_behind.h"
#include "proto/wire.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SOURCES_MOST = 64, PATH_BYTES = 512, ROUNDS = 4000 };

static const char ADMINISTRATOR[] = "administrator";
static const struct when START = {1767574800000}; /* 2026-01-05, 09:00 in Beijing */

struct bench {
    struct store *store, *inner; /* what the engine uses: the inner one behind its events, as in the daemon */
    struct engine *engine;
    struct arena *a;
    uint64_t serial;
    struct job *job;
    double busy;
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-limits: %s: %s\n", what, why);
    exit(1);
}

/* ---- the law ---- */

static struct bytes file_read(struct arena *a, const char *path)
{
    struct buf b = {0};
    char part[4096];
    FILE *f = fopen(path, "r");
    if (!f)
        fail(path, "cannot be read");
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(&b, part, n);
    (void)fclose(f);
    struct bytes ret = {arena_copy(a, b.p, b.n), b.n};
    buf_done(&b);
    return ret;
}

static size_t calendars(struct arena *a, const char *config, struct engine_source *ret)
{
    const char *folder = arena_printf(a, "%s/calendars", config);
    struct dirent **name;
    size_t n = 0;
    int found = scandir(folder, &name, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        if (strstr(name[i]->d_name, ".yaml") && n < SOURCES_MOST) {
            ret[n].name = arena_str(a, name[i]->d_name);
            ret[n].text = file_read(a, arena_printf(a, "%s/%s", folder, name[i]->d_name));
            n++;
        }
        free(name[i]);
    }
    if (found >= 0)
        free(name);
    return n;
}

/* ---- commands ---- */

static void batch(struct bench *b, size_t n, int64_t *ret_case, bool all)
{
    struct engine_result r;
    double begun = seconds();
    engine_batch(b->engine, b->job, n, START, &r);
    b->busy += seconds() - begun;
    if (r.status)
        fail("a batch failed", status_name(r.status));
    for (size_t i = 0; i < r.nanswers; i++) {
        struct value *answer;
        if (wire_decode(b->a, r.answers[i].bytes, &answer, NULL))
            fail("the engine sent what is no message", "answer");
        if (all && strcmp(v_get_str(answer, "t", ""), "accepted") != 0)
            fail("a command was refused", v_get_str(answer, "text", "?"));
        if (ret_case)
            ret_case[r.answers[i].tag] = v_get_int(answer, "case", 0);
    }
    if (r.view)
        view_drop(r.view);
    engine_result_done(&r);
}

static void job_set(struct bench *b, size_t i, const char *principal, struct value *m)
{
    uint64_t n = ++b->serial;
    v_put(b->a, m, "id",
          v_printf(b->a, "019b8b3e-8400-7000-8000-%012llx", (unsigned long long)n)); /* of the day START is on */
    b->job[i] = (struct job){.tag = i, .message = m, .principal = principal, .key = "0123456789abcdef"};
    memcpy(b->job[i].salt, &n, sizeof n);
}

static struct value *message(struct bench *b, const char *act, const char *const *pair)
{
    struct value *m = v_map(b->a), *fields = v_map(b->a);
    v_put_str(b->a, m, "t", "command");
    v_put_str(b->a, m, "act", act);
    for (; *pair; pair += 2)
        v_put_str(b->a, fields, pair[0], pair[1]);
    v_put(b->a, m, "fields", fields);
    return m;
}

static void department(struct bench *b, const char *id, const char *kind, const char *superior)
{
    struct value *m = message(b, "department-add", (const char *[]){"id", id, "name", id, "kind", kind, NULL});
    v_put_str(b->a, v_get(m, "fields"), "superior", superior);
    job_set(b, 0, ADMINISTRATOR, m);
    m = message(b, "role-add", (const char *[]){"principal", id, "department", id, NULL});
    struct value *rights = v_list(b->a);
    v_push(b->a, rights, v_str(b->a, "act"));
    v_push(b->a, rights, v_str(b->a, "enter"));
    v_put(b->a, v_get(m, "fields"), "rights", rights);
    job_set(b, 1, ADMINISTRATOR, m);
    batch(b, 2, NULL, true);
}

static void begin(struct bench *b, const char *config)
{
    static const char *const departments[][3] = {{"committee", "party-committee", NULL},
                                                 {"discipline", "discipline", "committee"},
                                                 {"works", "bureau", "committee"},
                                                 {"organ-000", "bureau", "committee"},
                                                 {"publicity", "publicity", "committee"},
                                                 {"audit", "audit", "committee"},
                                                 {"organisation", "organisation", "committee"}};
    struct engine_source calendar[SOURCES_MOST], procedure = {.name = "yinchuan.yaml"};
    procedure.text = file_read(b->a, arena_printf(b->a, "%s/procedures/yinchuan.yaml", config));
    struct engine_options o = {.store = b->store,
                               .administrator = ADMINISTRATOR,
                               .simulated = true,
                               .simulated_start = START,
                               .calendars = calendar,
                               .ncalendars = calendars(b->a, config, calendar),
                               .procedures = &procedure,
                               .nprocedures = 1};
    struct engine_result r;
    struct buf why = {0};
    b->engine = engine_new(&o);
    if (engine_start(b->engine, START, &r, &why))
        fail("the engine does not start", buf_cstr(&why));
    view_drop(r.view);
    engine_result_done(&r);
    buf_done(&why);
    for (size_t i = 0; i < sizeof departments / sizeof *departments; i++)
        department(b, departments[i][0], departments[i][1], departments[i][2]);
    arena_reset(b->a);
}

static const char *principal_of(const struct course *c)
{
    static const char *const name[SEATS] = {"organ-000", "discipline", "publicity"};
    return name[course_seat(c)];
}

/* ---- the judge by itself ---- */

/* Decide and apply one command of a case over and over; what the engine then adds is not part of it. */
static double judge(struct bench *b, const struct course *c)
{
    struct engine *e = b->engine;
    struct judge j = {.principal = principal_of(c)};
    struct value *kase = NULL, *m = course_message(b->a, c);
    if (store_read(b->store, &e->txn))
        fail("the store", "cannot be read");
    if (judge_numbers(e, &j) || (c->kase && case_load(e, b->a, c->kase, &kase)))
        fail("the case", "cannot be read");
    v_put_str(b->a, m, "id", "019b8b3e-8400-7000-8000-ffffffffffff");
    j.command = m;
    j.kase = kase;
    j.procedure = laws_newest(e->laws, "yinchuan");
    j.linked = v_map(b->a);
    struct arena *a = arena_new();
    double begun = seconds();
    for (size_t i = 0; i < ROUNDS; i++) {
        arena_reset(a);
        struct value *after = kase ? kase : v_map(a);
        struct decision d = decide(a, &j);
        if (!d.accepted)
            fail("the judge refused", d.rejection.text);
        /* applied to an empty case when there is one, or it would change from round to round */
        if (kase)
            after = v_map(a);
        if (case_apply(a, after, d.changes))
            fail("the changes", "do not apply");
    }
    double took = seconds() - begun;
    arena_free(a);
    store_abort(e->txn);
    e->txn = NULL;
    return took / ROUNDS;
}

static double judge_course(struct bench *b)
{
    struct course c = {.serial = 1u << 30};
    double took = 0;
    int64_t kase[1] = {0};
    for (c.act = 0; c.act < COURSE_ACTS; c.act++) {
        took += judge(b, &c);
        job_set(b, 0, principal_of(&c), course_message(b->a, &c));
        batch(b, 1, kase, true);
        c.kase = kase[0];
        arena_reset(b->a);
    }
    return COURSE_ACTS / took;
}

static struct bench bench_new(const char *config, size_t jobs)
{
    struct bench b = {.a = arena_new(), .inner = store_open_mem(), .job = xcalloc(jobs > 2 ? jobs : 2, sizeof *b.job)};
    if (store_open_behind(b.inner, &b.store))
        fail("a store in memory", "cannot be read");
    begin(&b, config);
    return b;
}

static void bench_done(struct bench *b)
{
    engine_free(b->engine);
    store_close(b->store);
    arena_free(b->a);
    free(b->job);
}

double memory_judge(const char *config)
{
    struct bench b = bench_new(config, 1);
    double rate = judge_course(&b);
    bench_done(&b);
    return rate;
}

/* Cases through their whole course, `size` side by side. */
static void courses(struct bench *b, size_t cases, size_t size)
{
    struct course *course = xcalloc(size, sizeof *course);
    int64_t *kase = xcalloc(size, sizeof *kase);
    for (size_t done = 0; done < cases; done += size) {
        for (size_t i = 0; i < size; i++)
            course[i] = (struct course){.serial = 1 + done + i};
        for (unsigned act = 0; act < COURSE_ACTS; act++) {
            for (size_t i = 0; i < size; i++) {
                course[i].act = act;
                job_set(b, i, principal_of(&course[i]), course_message(b->a, &course[i]));
            }
            batch(b, size, kase, true);
            for (size_t i = 0; i < size; i++)
                course[i].kase = kase[i];
            arena_reset(b->a);
        }
    }
    free(course);
    free(kase);
}

double memory_engine(const char *config, size_t cases, size_t size, struct record *ret)
{
    struct bench b = bench_new(config, size);
    if (ret)
        record_over(b.inner, ret);
    b.busy = 0;
    courses(&b, cases, size);
    double rate = (double)((cases + size - 1) / size * size * COURSE_ACTS) / b.busy;
    bench_done(&b);
    return rate;
}

double memory_fold(const char *config, size_t cases)
{
    struct bench b = bench_new(config, cases);
    courses(&b, cases, cases);
    engine_settle(b.engine);
    double begun = seconds();
    if (refold(b.engine->fold, b.store))
        fail("the events", "do not fold");
    double rate = (double)hashtree_size(b.engine->fold->tree) / (seconds() - begun);
    bench_done(&b);
    return rate;
}
