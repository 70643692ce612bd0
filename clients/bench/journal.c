/* journal.c - leeway-bench-journal: what a journal in front of LMDB would bring; one JSON line for each figure
 *
 *     leeway-bench-journal FOLDER SECONDS CONFIG [BATCH...]
 *
 * The writes that the engine makes in batches of each size, with their bytes, for so many seconds: committed as the
 * daemon's store does (events with each batch, what is derived at each settling); then with one thread that appends the
 * events of a batch to a journal and flushes it, and another that puts all of it into LMDB behind, a transaction for
 * each settling; then the journal alone. Nobody judges meanwhile: these are limits. FOLDER is on the disk that is
 * meant.
 */
#include "clients/bench/course.h"
#include "clients/bench/memory.h"
#include "clients/bench/ring.h"
#include "clients/bench/trace.h"
#include "daemon/base/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 512, LAG_MOST = 8192, SIZE_MOST = 2048, FIFTHS = 5, FOLDED = 1024, CASES_LEAST = 256 };
enum { CASES_MOST = 4096, CASES_A_SECOND = 400, MAP_GIB = 64 };

struct play {
    const struct trace *trace;
    struct store *store; /* NULL: nobody folds */
    struct ring ring;
    uint64_t place[2 * LAG_MOST]; /* where in the journal a batch begins, by its number */
    pthread_mutex_t lock;         /* over what follows */
    pthread_cond_t moved;
    uint64_t durable, folded, wanted; /* events; wanted: as many the folder waits for */
    uint64_t batches;                 /* folded */
    bool over;
    double folder_busy;
};

struct told {
    double rate, busy, waited; /* busy: processor time of an event */
    double lag, lag_of[FIFTHS];
    uint64_t largest;
};

static double clock_of(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(void)
{
    return clock_of(CLOCK_MONOTONIC);
}

static double busy(void)
{
    return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-journal: %s: %s\n", what, why);
    exit(1);
}

static void must(enum status st, const char *what)
{
    if (st)
        fail(what, status_name(st));
}

__attribute__((format(printf, 3, 4))) static void say(double value, const char *unit, const char *name, ...)
{
    va_list args;
    printf("{\"name\": \"");
    va_start(args, name);
    vprintf(name, args);
    va_end(args);
    printf("\", \"value\": %.3f, \"unit\": \"%s\"}\n", value, unit);
    (void)fflush(stdout);
}

/* ---- files ---- */

static void path_of(char ret[PATH_BYTES], const char *folder, const char *name)
{
    int n = snprintf(ret, PATH_BYTES, "%s/%s", folder, name);
    if (n < 0 || n >= PATH_BYTES)
        fail(folder, "its name is too long");
}

static struct store *store_make(const char *folder)
{
    char path[PATH_BYTES];
    struct store *s;
    struct buf why = {0};
    path_of(path, folder, "journalled");
    (void)mkdir(path, 0700);
    if (store_open_lmdb(path, (size_t)MAP_GIB << 30, &s, &why))
        fail(path, buf_cstr(&why));
    return s;
}

static void files_remove(const char *folder)
{
    static const char *const name[] = {"journal", "journalled/data.mdb", "journalled/lock.mdb", "journalled/lock"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        path_of(path, folder, name[i]);
        (void)unlink(path);
    }
    path_of(path, folder, "journalled");
    (void)rmdir(path);
}

/* ---- as the daemon does it ---- */

static void commits(const char *folder, const struct trace *t, double most, struct told *ret)
{
    struct store *s = store_make(folder);
    struct store_txn *txn;
    struct trace_at at = {0};
    uint64_t events = 0;
    double spent = busy(), begun = seconds(), end = begun + most;
    for (; seconds() < end; trace_next(t, &at)) {
        const struct trace_batch *b = &t->batch[at.batch];
        must(store_write(s, &txn), "a transaction");
        must(trace_put(t, at, TRACE_EVENTS | TRACE_DERIVED, txn), "a put");
        must(store_commit(txn), "a commit");
        events += b->events;
    }
    *ret = (struct told){.rate = (double)events / (seconds() - begun), .busy = (busy() - spent) / (double)events};
    store_close(s);
    files_remove(folder);
}

/* ---- the two threads ---- */

/* Until that many events are durable. False: no more will be. */
static bool wait_durable(struct play *p, uint64_t wanted)
{
    REQUIRE(pthread_mutex_lock(&p->lock) == 0);
    p->wanted = wanted;
    while (p->durable < wanted && !p->over)
        REQUIRE(pthread_cond_wait(&p->moved, &p->lock) == 0);
    bool there = !p->over;
    REQUIRE(pthread_mutex_unlock(&p->lock) == 0);
    return there;
}

static void note_folded(struct play *p, uint64_t events, uint64_t batches)
{
    REQUIRE(pthread_mutex_lock(&p->lock) == 0);
    p->folded = events;
    p->batches = batches;
    REQUIRE(pthread_cond_broadcast(&p->moved) == 0);
    REQUIRE(pthread_mutex_unlock(&p->lock) == 0);
}

/* What stands in the journal up to the next settling goes into LMDB in one transaction, again and again. */
static void *folding(void *arg)
{
    struct play *p = arg;
    const struct trace *t = p->trace;
    struct trace_at at = {0};
    uint64_t events = 0, batches = 0;
    double spent = busy();
    for (;;) {
        struct store_txn *txn;
        size_t last = at.batch;
        for (events += t->batch[last].events; !t->batch[last].settles; events += t->batch[last].events)
            last++;
        if (!wait_durable(p, events))
            break;
        must(store_write(p->store, &txn), "a transaction");
        for (size_t n = last - at.batch + 1; n; n--, batches++, trace_next(t, &at))
            must(trace_put(t, at, TRACE_EVENTS | TRACE_DERIVED, txn), "a put");
        must(store_commit(txn), "a commit");
        note_folded(p, events, batches);
    }
    p->folder_busy = busy() - spent;
    return NULL;
}

/* The folder must not fall behind further than this. Returns for how long that took. */
static double wait_room(struct play *p, size_t events)
{
    double begun = 0;
    REQUIRE(pthread_mutex_lock(&p->lock) == 0);
    while (p->store && p->durable + events > p->folded + LAG_MOST) {
        begun = begun > 0 ? begun : seconds();
        REQUIRE(pthread_cond_wait(&p->moved, &p->lock) == 0);
    }
    REQUIRE(pthread_mutex_unlock(&p->lock) == 0);
    return begun > 0 ? seconds() - begun : 0;
}

/* Returns how far the folder is behind. */
static uint64_t note_durable(struct play *p, size_t events)
{
    REQUIRE(pthread_mutex_lock(&p->lock) == 0);
    p->durable += events;
    uint64_t lag = p->durable - p->folded;
    if (p->durable >= p->wanted)
        REQUIRE(pthread_cond_broadcast(&p->moved) == 0);
    REQUIRE(pthread_mutex_unlock(&p->lock) == 0);
    return lag;
}

/* The rate is that of the last four fifths: in the first the lag may still grow. */
static void appending(struct play *p, double most, struct told *ret)
{
    struct buf bytes = {0};
    struct trace_at at = {0};
    uint64_t before = 0, n[FIFTHS] = {0};
    double spent = busy(), begun = seconds(), from = begun, now = begun;
    *ret = (struct told){0};
    for (; now < begun + most; trace_next(p->trace, &at)) {
        size_t events = p->trace->batch[at.batch].events, fifth = (size_t)((now - begun) * FIFTHS / most);
        ret->waited += wait_room(p, events);
        trace_encode(p->trace, at, &bytes);
        p->place[p->ring.serial % (2 * LAG_MOST)] = p->ring.at;
        must(ring_append(&p->ring, buf_bytes(&bytes)), "the journal");
        uint64_t lag = note_durable(p, events);
        ret->largest = lag > ret->largest ? lag : ret->largest;
        ret->lag_of[fifth] += (double)lag;
        n[fifth]++;
        now = seconds();
        if (now < begun + most / FIFTHS) {
            from = now;
            before = p->durable;
        }
    }
    ret->rate = (double)(p->durable - before) / (now - from);
    ret->busy = (busy() - spent) / (double)p->durable;
    ret->waited /= now - begun;
    for (size_t i = 0; i < FIFTHS; i++) {
        ret->lag_of[i] /= n[i] ? (double)n[i] : 1;
        ret->lag += ret->lag_of[i] / FIFTHS;
    }
    buf_done(&bytes);
}

/* What a start would do before it folds: read the journal behind what is folded, check it, put it. Seconds an event. */
static double start(struct play *p)
{
    struct store_txn *txn;
    struct bytes batch;
    uint64_t serial = p->batches + 1, at = p->place[serial % (2 * LAG_MOST)];
    if (p->durable == p->folded)
        return 0;
    (void)posix_fadvise(p->ring.fd, 0, 0, POSIX_FADV_DONTNEED);
    double begun = seconds();
    must(store_write(p->store, &txn), "a transaction");
    for (; !ring_read(&p->ring, serial, &at, &batch); serial++)
        must(trace_decode(batch, txn), "the journal's end");
    must(store_commit(txn), "a commit");
    if (serial != p->ring.serial)
        fail("the journal", "was not read to its end");
    return (seconds() - begun) / (double)(p->durable - p->folded);
}

/* ---- one size ---- */

static void say_journal(size_t size, const struct told *r, const struct play *p)
{
    say(r->rate, "/s", "a journal before LMDB, batches of %zu", size);
    say(1e6 * r->busy, "us", "a journal before LMDB, batches of %zu: processor time of an event, appending", size);
    say(1e6 * p->folder_busy / (double)(p->folded ? p->folded : 1), "us",
        "a journal before LMDB, batches of %zu: processor time of an event, folding behind", size);
    say(100 * r->waited, "%", "a journal before LMDB, batches of %zu: waiting for who folds", size);
    say(r->lag, "events", "a journal before LMDB, batches of %zu: lag, mean", size);
    say((double)r->largest, "events", "a journal before LMDB, batches of %zu: lag, largest", size);
    for (int i = 0; i < FIFTHS; i++)
        say(r->lag_of[i], "events", "a journal before LMDB, batches of %zu: lag, mean of fifth %d", size, i + 1);
}

static void journal(const char *folder, const struct trace *t, size_t size, double most, double fold, bool alone)
{
    char path[PATH_BYTES];
    struct told r;
    pthread_t thread;
    struct play *p = xcalloc(1, sizeof *p);
    *p = (struct play){.trace = t, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    path_of(path, folder, "journal");
    /* all that is not folded, a batch that does not fit before the end, and the next one */
    must(ring_open(&p->ring, path, (LAG_MOST / size + 4) * ring_blocks(t->bytes)), path);
    if (!alone) {
        p->store = store_make(folder);
        REQUIRE(pthread_create(&thread, NULL, folding, p) == 0);
    }
    appending(p, most, &r);
    if (alone) {
        say(r.rate, "/s", "a journal alone, batches of %zu", size);
    } else {
        REQUIRE(pthread_mutex_lock(&p->lock) == 0);
        p->over = true;
        REQUIRE(pthread_cond_broadcast(&p->moved) == 0);
        REQUIRE(pthread_mutex_unlock(&p->lock) == 0);
        REQUIRE(pthread_join(thread, NULL) == 0);
        say_journal(size, &r, p);
        say((double)r.largest * (start(p) + 1 / fold), "s",
            "a journal before LMDB, batches of %zu: a start behind the largest lag", size);
        store_close(p->store);
    }
    ring_close(&p->ring);
    free(p);
    files_remove(folder);
}

static void one_size(char **argv, size_t size, double most, double fold)
{
    struct trace t;
    struct told r;
    double wished = most * CASES_A_SECOND;
    size_t cases = wished < CASES_LEAST ? CASES_LEAST : wished > CASES_MOST ? CASES_MOST : (size_t)wished;
    if (!trace_make(&t, argv[3], (cases + size - 1) / size * size, size) || t.portion > LAG_MOST / 2)
        fail("the engine", "settles too seldom");
    commits(argv[1], &t, most, &r);
    say(r.rate, "/s", "commits as the daemon's, batches of %zu", size);
    say(1e6 * r.busy, "us", "commits as the daemon's, batches of %zu: processor time of an event", size);
    journal(argv[1], &t, size, most, fold, false);
    journal(argv[1], &t, size, most, fold, true);
    trace_done(&t);
}

int main(int argc, char **argv)
{
    static const size_t usual[] = {1, 16, 64, 512};
    if (argc < 4) {
        fprintf(stderr, "Usage: leeway-bench-journal FOLDER SECONDS CONFIG [BATCH...]\n");
        return 64;
    }
    double most = strtod(argv[2], NULL), fold = memory_fold(argv[3], FOLDED);
    say(fold, "/s", "events folded anew on a store in memory");
    for (int i = 0; i < (argc > 4 ? argc - 4 : 4); i++) {
        size_t size = argc > 4 ? strtoul(argv[i + 4], NULL, 10) : usual[i];
        if (size < 1 || size > SIZE_MOST)
            fail(argv[i + 4], "is no size of a batch");
        one_size(argv, size, most, fold);
    }
    return 0;
}
