/* fill.c - leeway-fill: many open cases in a store, through the engine itself, for the tests of limits
 *
 *     leeway-fill STORE CASES ORGANS [relay]
 *
 * STORE is the folder of a daemon of simulated time that was started once and has ended. Registered are, when they are
 * not there yet: the department `committee`, below it `discipline`, `works` and `organ-000` to ORGANS, each with a
 * principal of its own name. Each case is recorded by one of the organs in turn, applied for and accepted, so that it
 * is open in the stage of verification, with a running clock, a task of `discipline`, one of the organ and an unread
 * notice; with `relay` cases of the soak's procedure, each one notice to the next organ, evenly. A batch is a thousand
 * commands. Prints one line: cases, events, seconds.
 */
#include "daemon/base/check.h"
#include "daemon/engine/engine.h"
#include "daemon/store/store_behind.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 1000, NAME = 16, ORGANS_MOST = 999 };

static const size_t MAP_BYTES = (size_t)512 << 30; /* no more than room for addresses */
static const char ADMINISTRATOR[] = "administrator", PROCEDURE[] = "yinchuan";

struct filling {
    struct engine *engine;
    struct arena *a; /* of one batch */
    uint64_t serial;
    size_t organs;
    uint64_t events;
    struct job job[BATCH];
    int64_t kase[BATCH];
    char organ[BATCH][NAME];
};

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-fill: %s: %s\n", what, why);
    exit(1);
}

static struct when wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct when){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

/* ---- messages ---- */

/* UUIDv7 that grow; the serial stands in their last field. */
static const char *fresh_id(struct filling *f)
{
    uint64_t ms = (uint64_t)wall().ms, n = ++f->serial;
    return arena_printf(f->a, "%08llx-%04llx-7000-8000-%012llx", (unsigned long long)(ms >> 16),
                        (unsigned long long)(ms & 0xffff), (unsigned long long)n);
}

static struct value *command(struct filling *f, const char *act, struct value *fields)
{
    struct value *m = v_map(f->a);
    v_put_str(f->a, m, "t", "command");
    v_put_str(f->a, m, "id", fresh_id(f));
    v_put_str(f->a, m, "act", act);
    if (fields)
        v_put(f->a, m, "fields", fields);
    return m;
}

static void job_set(struct filling *f, size_t i, const char *principal, const struct value *message)
{
    f->job[i] = (struct job){.tag = i, .message = message, .principal = principal, .key = "0123456789abcdef"};
    memcpy(f->job[i].salt, &f->serial, sizeof f->serial);
}

static struct value *proceeding(struct filling *f, uint64_t n)
{
    struct arena *a = f->a;
    struct value *fields = v_map(a), *leads = v_list(a), *lead = v_map(a);
    v_put_str(a, fields, "proceeding", arena_printf(a, "p-%llu", (unsigned long long)n));
    v_put_str(a, fields, "started", "2026-01-04");
    v_put_str(a, fields, "subject", arena_printf(a, "s-%llu", (unsigned long long)n));
    v_put_str(a, fields, "subject-name", "当事人");
    v_put_str(a, fields, "subject-category", "administrative-organ");
    v_put_str(a, fields, "subject-standing", "state-functionary");
    v_put_str(a, fields, "subject-unit-id", "works");
    v_put_bool(a, lead, "covered", true);
    v_put_str(a, lead, "source", "inspection");
    v_put_str(a, lead, "matter", "工程变更未经批准");
    v_push(a, leads, lead);
    v_put(a, fields, "lead", leads);
    return fields;
}

static struct value *application(struct filling *f, uint64_t n)
{
    struct arena *a = f->a;
    struct value *fields = v_map(a), *by = v_map(a), *papers = v_map(a), *list = v_list(a);
    uint8_t paper[32] = {0};
    memcpy(paper, &n, sizeof n);
    v_put_str(a, fields, "applicant-kind", "person");
    v_put_str(a, fields, "receiver-id", "discipline");
    v_put_str(a, fields, "grounds", "出于公心,先行先试,没有为单位和个人谋取私利。");
    struct value *m = command(f, "apply", fields);
    v_put_str(a, by, "party", "applicant");
    v_put(a, m, "by", by);
    v_push(a, list, v_bin(a, paper, sizeof paper));
    v_put(a, papers, "application", list);
    v_put(a, m, "papers", papers);
    return m;
}

/* ---- batches ---- */

/* One transaction; `every`: each must be accepted, and names its case. */
static void batch(struct filling *f, size_t n, bool every)
{
    struct engine_result r;
    engine_batch(f->engine, f->job, n, wall(), &r);
    if (r.status)
        fail("the batch failed", status_name(r.status));
    for (size_t i = 0; i < r.nanswers && every; i++) {
        struct value *answer;
        if (wire_decode(f->a, r.answers[i].bytes, &answer, NULL))
            fail("the engine sent what is no message", "answer");
        if (strcmp(v_get_str(answer, "t", ""), "accepted") != 0)
            fail("a command was refused", v_get_str(answer, "text", "?"));
        f->kase[r.answers[i].tag] = v_get_int(answer, "case", 0);
    }
    f->events = r.head.number;
    if (r.view)
        view_drop(r.view);
    engine_result_done(&r);
}

static void open_cases(struct filling *f, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(f->organ[i], NAME, "organ-%03u", (unsigned)((first + i) % f->organs));
        struct value *m = command(f, "record-proceeding", proceeding(f, first + i));
        v_put_str(f->a, m, "procedure", PROCEDURE);
        job_set(f, i, f->organ[i], m);
    }
    batch(f, n, true);
    for (size_t i = 0; i < n; i++) {
        struct value *m = application(f, first + i);
        v_put_int(f->a, m, "case", f->kase[i]);
        job_set(f, i, "discipline", m);
    }
    batch(f, n, true);
    for (size_t i = 0; i < n; i++) {
        struct value *m = command(f, "accept", NULL);
        v_put_int(f->a, m, "case", f->kase[i]);
        job_set(f, i, "discipline", m);
    }
    batch(f, n, true);
    arena_reset(f->a);
}

/* Cases of the soak's procedure: each is one event, one notice and one transition. */
static void open_relays(struct filling *f, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct value *fields = v_map(f->a);
        (void)snprintf(f->organ[i], NAME, "organ-%03u", (unsigned)((first + i) % f->organs));
        v_put_str(f->a, fields, "next-id", arena_printf(f->a, "organ-%03u", (unsigned)((first + i + 1) % f->organs)));
        struct value *m = command(f, "open", fields);
        v_put_str(f->a, m, "procedure", "relay");
        job_set(f, i, f->organ[i], m);
    }
    batch(f, n, true);
    arena_reset(f->a);
}

/* ---- the register; what stands there already is refused, and that is well ---- */

static void department(struct filling *f, const char *id, const char *kind, const char *superior)
{
    struct arena *a = f->a;
    struct value *d = v_map(a), *p = v_map(a), *rights = v_list(a);
    v_put_str(a, d, "id", id);
    v_put_str(a, d, "name", id);
    v_put_str(a, d, "kind", kind);
    v_put_str(a, d, "superior", superior);
    job_set(f, 0, ADMINISTRATOR, command(f, "department-add", d));
    v_put_str(a, p, "principal", id);
    v_put_str(a, p, "department", id);
    v_push(a, rights, v_str(a, "act"));
    v_push(a, rights, v_str(a, "enter"));
    v_push(a, rights, v_str(a, "watch"));
    v_put(a, p, "rights", rights);
    job_set(f, 1, ADMINISTRATOR, command(f, "role-add", p));
    batch(f, 2, false);
}

static void departments(struct filling *f)
{
    department(f, "committee", "party-committee", NULL);
    department(f, "discipline", "discipline", "committee");
    department(f, "works", "bureau", "committee");
    for (size_t i = 0; i < f->organs; i++) {
        (void)snprintf(f->organ[0], NAME, "organ-%03u", (unsigned)i);
        department(f, f->organ[0], "bureau", "committee");
    }
    arena_reset(f->a);
}

/* ---- life ---- */

static struct engine *start(struct store *store)
{
    struct engine_options o = {.store = store, .administrator = ADMINISTRATOR, .simulated = true};
    struct engine *e = engine_new(&o);
    struct engine_result r;
    struct buf why = {0};
    enum status st = engine_start(e, wall(), &r, &why);
    if (st)
        fail(status_name(st), buf_cstr(&why));
    if (r.head.number <= 1)
        fail("the store is empty", "start the daemon on it once");
    view_drop(r.view);
    engine_result_done(&r);
    buf_done(&why);
    return e;
}

int main(int argc, char **argv)
{
    struct store *store;
    struct buf why = {0};
    bool relay = argc == 5 && strcmp(argv[4], "relay") == 0;
    if (argc != 4 && !relay) {
        fprintf(stderr, "Usage: leeway-fill STORE CASES ORGANS [relay]\n");
        return 64;
    }
    uint64_t cases = strtoull(argv[2], NULL, 10), done = 0;
    struct filling *f = xcalloc(1, sizeof *f);
    f->organs = strtoul(argv[3], NULL, 10);
    if (f->organs < 1 || f->organs > ORGANS_MOST)
        fail(argv[3], "ORGANS is a number from 1 to 999");
    if (store_open_lmdb(argv[1], MAP_BYTES, &store, &why) || store_open_behind(store, &store))
        fail(argv[1], buf_cstr(&why));
    f->a = arena_new();
    f->engine = start(store);
    departments(f);
    struct when begun = wall();
    for (size_t n; done < cases; done += n) {
        n = cases - done < BATCH ? (size_t)(cases - done) : BATCH;
        (relay ? open_relays : open_cases)(f, f->serial + 1, n);
    }
    printf("cases %llu events %llu seconds %.1f\n", (unsigned long long)cases, (unsigned long long)f->events,
           (double)(wall().ms - begun.ms) / 1000);
    engine_settle(f->engine);
    engine_free(f->engine);
    store_close(store);
    arena_free(f->a);
    free(f);
    buf_done(&why);
    return 0;
}
