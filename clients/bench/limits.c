/* limits.c - leeway-bench-limits: what the machine and the libraries allow, one JSON line for each figure
 *
 *     leeway-bench-limits FOLDER SECONDS CONFIG [BATCH...]
 *
 * Two flushes of a block (what an LMDB commit costs at least); the writes that the engine makes, put into a bare LMDB
 * in the same batches; round trips of libzmq with CURVE and frames as long as ours; the engine on a store in memory;
 * the judge by itself. FOLDER is on the disk that is meant.
 */
#include "clients/bench/memory.h"
#include "clients/bench/trips.h"
#include "daemon/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, PATH_BYTES = 512, COMMANDS_A_CASE = 12 };

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

static void say(const char *name, double value, const char *unit)
{
    printf("{\"name\": \"%s\", \"value\": %.2f, \"unit\": \"%s\"}\n", name, value, unit);
    (void)fflush(stdout);
}

/* ---- the disk ---- */

static double flushes(const char *folder, double most)
{
    char path[PATH_BYTES];
    uint8_t block[BLOCK] = {1};
    (void)snprintf(path, sizeof path, "%s/flushes", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        fail(path, strerror(errno));
    for (size_t i = 0; i < 1024; i++)
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
            fail(path, strerror(errno));
    (void)fsync(fd);
    uint64_t n = 0;
    double begun = seconds(), end = begun + most;
    for (; seconds() < end; n++)
        for (int part = 0; part < 2; part++)
            if (pwrite(fd, block, sizeof block, (off_t)((n * 2 + (uint64_t)part) % 1024 * BLOCK)) < 0 || fdatasync(fd))
                fail(path, strerror(errno));
    double rate = (double)n / (seconds() - begun);
    (void)close(fd);
    (void)unlink(path);
    return rate;
}

/* ---- bare LMDB ---- */

static void must(int rc, const char *what)
{
    if (rc)
        fail(what, mdb_strerror(rc));
}

struct bare {
    MDB_env *env;
    MDB_dbi db[STORE_DB_COUNT];
};

static void bare_open(struct bare *b, const char *path)
{
    MDB_txn *t;
    (void)mkdir(path, 0700);
    must(mdb_env_create(&b->env), "mdb_env_create");
    must(mdb_env_set_mapsize(b->env, (size_t)16 << 30), "mdb_env_set_mapsize");
    must(mdb_env_set_maxdbs(b->env, STORE_DB_COUNT), "mdb_env_set_maxdbs");
    must(mdb_env_open(b->env, path, 0, 0600), "mdb_env_open");
    must(mdb_txn_begin(b->env, NULL, 0, &t), "mdb_txn_begin");
    for (int i = 0; i < STORE_DB_COUNT; i++)
        must(mdb_dbi_open(t, store_db_name((enum store_db)i), MDB_CREATE, &b->db[i]), "mdb_dbi_open");
    must(mdb_txn_commit(t), "mdb_txn_commit");
}

/* The writes of the engine, its batches and flushes, and nothing else. */
static double bare_writes(const char *folder, const struct record *r)
{
    static uint8_t filler[1 << 20];
    char path[PATH_BYTES];
    struct bare b;
    MDB_txn *t = NULL;
    size_t skipped = 0;
    (void)snprintf(path, sizeof path, "%s/bare", folder);
    bare_open(&b, path);
    double begun = seconds();
    for (size_t i = 0; i < r->n; i++) {
        const struct write *w = &r->write[i];
        MDB_val k = {w->key.n, (void *)w->key.p}, v = {w->n, filler};
        if (!t)
            must(mdb_txn_begin(b.env, NULL, 0, &t), "mdb_txn_begin");
        if (w->n > sizeof filler)
            skipped++;
        else if (w->n)
            must(mdb_put(t, b.db[w->db], &k, &v, 0), "mdb_put");
        else if (mdb_del(t, b.db[w->db], &k, NULL) != 0)
            skipped++; /* was not there: the engine asks, too */
        if (w->closes) {
            must(mdb_txn_commit(t), "mdb_txn_commit");
            t = NULL;
        }
    }
    double took = seconds() - begun;
    if (t)
        mdb_txn_abort(t);
    mdb_env_close(b.env);
    return took;
}

static void remove_bare(const char *folder)
{
    static const char *const files[] = {"bare/data.mdb", "bare/lock.mdb"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/bare", folder);
    (void)rmdir(path);
}

/* How many writes of a command go into which database, and how many bytes. */
static void say_writes(const struct record *r, double commands)
{
    for (int db = 0; db < STORE_DB_COUNT; db++) {
        char name[128];
        size_t n = 0, bytes = 0;
        for (size_t i = 0; i < r->n; i++)
            if (r->write[i].db == (enum store_db)db) {
                n++;
                bytes += r->write[i].n;
            }
        if (!n)
            continue;
        (void)snprintf(name, sizeof name, "writes of a command into %s", store_db_name((enum store_db)db));
        say(name, (double)n / commands, "writes");
        (void)snprintf(name, sizeof name, "bytes of a command into %s", store_db_name((enum store_db)db));
        say(name, (double)bytes / commands, "bytes");
    }
}

/* each: also by database. */
static void engine_and_bare(const char *folder, const char *config, size_t size, double most, bool each)
{
    char name[128];
    struct record r = {0};
    size_t cases = (size_t)(most * (size > 1 ? 600 : 50)) / size * size + size; /* alone, the disk takes its time */
    double rate = memory_engine(config, cases, size, &r), commands = (double)(cases * COMMANDS_A_CASE);
    (void)snprintf(name, sizeof name, "the engine on a store in memory, batches of %zu", size);
    say(name, rate, "/s");
    (void)snprintf(name, sizeof name, "writes of a command, batches of %zu", size);
    say(name, (double)r.n / commands, "writes");
    if (each)
        say_writes(&r, commands);
    (void)snprintf(name, sizeof name, "the same writes into bare LMDB, batches of %zu", size);
    say(name, commands / bare_writes(folder, &r), "/s");
    remove_bare(folder);
    record_done(&r);
}

int main(int argc, char **argv)
{
    static const size_t usual[] = {1, 64, 1024};
    if (argc < 4) {
        fprintf(stderr, "Usage: leeway-bench-limits FOLDER SECONDS CONFIG [BATCH...]\n");
        return 64;
    }
    double most = strtod(argv[2], NULL);
    say("two flushes of a block", flushes(argv[1], most), "/s");
    say("the judge alone: decide and apply", memory_judge(argv[3]), "/s");
    for (int i = 0; i < (argc > 4 ? argc - 4 : 3); i++) {
        size_t size = argc > 4 ? strtoul(argv[i + 4], NULL, 10) : usual[i];
        if (size < 1 || size > 100000)
            fail(argv[i + 4], "is no size of a batch");
        engine_and_bare(argv[1], argv[3], size, most, i == 1);
    }
    say("libzmq round trips with CURVE, one in flight", trips_run(1, most), "/s");
    say("libzmq round trips with CURVE, 64 in flight", trips_run(64, most), "/s");
    return 0;
}
