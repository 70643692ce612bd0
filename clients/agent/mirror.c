#include "clients/agent/mirror.h"

#include "daemon/base/buf.h"
#include "daemon/base/check.h"

#include <errno.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096 };
#define MAP_BYTES ((size_t)1 << 30)

/* By position: notices, what became of them. By case: cases, those that are stale. */
struct tables {
    MDB_dbi notices, states, cases, stale;
};

struct mirror {
    MDB_env *env;
    MDB_txn *txn; /* NULL: nothing gathered */
    struct tables at;
    int failed; /* of LMDB; 0: none */
};

static enum status status_of(int rc)
{
    switch (rc) {
    case 0:
        return ST_OK;
    case ENOENT:
    case MDB_NOTFOUND:
        return ST_NOT_FOUND;
    case EACCES:
    case EPERM:
        return ST_DENIED;
    case ENOSPC:
    case MDB_MAP_FULL:
        return ST_FULL;
    default:
        return rc == MDB_INVALID || rc == MDB_CORRUPTED || rc == MDB_VERSION_MISMATCH ? ST_CORRUPT : ST_IO;
    }
}

static int env_open(const char *path, unsigned flags, MDB_env **ret)
{
    MDB_env *env;
    int rc = mdb_env_create(&env);
    if (rc)
        return rc;
    rc = mdb_env_set_mapsize(env, MAP_BYTES);
    if (!rc)
        rc = mdb_env_set_maxdbs(env, 4);
    if (!rc)
        rc = mdb_env_open(env, path, flags, 0600);
    if (rc)
        mdb_env_close(env);
    else
        *ret = env;
    return rc;
}

static int tables_open(MDB_txn *txn, unsigned flags, struct tables *ret)
{
    int rc = mdb_dbi_open(txn, "notices", flags, &ret->notices);
    if (!rc)
        rc = mdb_dbi_open(txn, "states", flags, &ret->states);
    if (!rc)
        rc = mdb_dbi_open(txn, "cases", flags, &ret->cases);
    return rc ? rc : mdb_dbi_open(txn, "stale", flags, &ret->stale);
}

/* Begin a transaction when there is none. False: the mirror failed before, or now. */
static bool begin(struct mirror *m)
{
    if (!m->failed && !m->txn)
        m->failed = mdb_txn_begin(m->env, NULL, 0, &m->txn);
    return !m->failed;
}

static int mirror_try(struct mirror *m, const char *path)
{
    int rc = env_open(path, MDB_NOSYNC, &m->env);
    if (rc)
        return rc;
    rc = mdb_txn_begin(m->env, NULL, 0, &m->txn);
    if (!rc)
        rc = tables_open(m->txn, MDB_CREATE, &m->at);
    if (!rc) {
        rc = mdb_txn_commit(m->txn);
        m->txn = NULL;
    }
    if (rc) {
        if (m->txn)
            mdb_txn_abort(m->txn);
        m->txn = NULL;
        mdb_env_close(m->env);
        m->env = NULL;
    }
    return rc;
}

/* The one that could not be read before: a folder takes the name of an empty one only. */
static void forget(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    char file[PATH + 16];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        (void)remove(file);
    }
    (void)remove(path);
}

enum status mirror_open(const char *folder, struct mirror **ret)
{
    char path[PATH], broken[PATH];
    struct mirror *m = xcalloc(1, sizeof *m);
    snprintf(path, sizeof path, "%s/mirror", folder);
    snprintf(broken, sizeof broken, "%s/mirror.broken", folder);
    int rc = mkdir(path, 0700) && errno != EEXIST ? errno : mirror_try(m, path);
    if (status_of(rc) == ST_CORRUPT) {
        forget(broken);
        (void)rename(path, broken);
        rc = mkdir(path, 0700) && errno != EEXIST ? errno : mirror_try(m, path);
    }
    if (rc)
        free(m);
    else
        *ret = m;
    return status_of(rc);
}

void mirror_close(struct mirror *m)
{
    if (!m)
        return;
    if (m->txn)
        mdb_txn_abort(m->txn);
    mdb_env_close(m->env);
    free(m);
}

static void key_of(uint8_t ret[8], int64_t number)
{
    for (int i = 0; i < 8; i++)
        ret[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
}

static void put(struct mirror *m, MDB_dbi table, int64_t number, const void *p, size_t n)
{
    uint8_t key[8];
    key_of(key, number);
    MDB_val k = {sizeof key, key}, v = {n, (void *)(uintptr_t)p}; /* LMDB does not write there */
    if (begin(m))
        m->failed = mdb_put(m->txn, table, &k, &v, 0);
}

void mirror_notice(struct mirror *m, int64_t position, const char *line)
{
    put(m, m->at.notices, position, line, strlen(line) + 1);
    mirror_became(m, position, MIRROR_TAKEN, NULL);
}

void mirror_became(struct mirror *m, int64_t position, enum mirror_state state, const char *reason)
{
    struct buf b = {0};
    buf_u8(&b, (uint8_t)state);
    if (reason)
        buf_put(&b, reason, strlen(reason));
    buf_u8(&b, 0);
    put(m, m->at.states, position, b.p, b.n);
    buf_done(&b);
}

/* False: it is not there, or the mirror failed. */
static bool get(struct mirror *m, MDB_dbi table, int64_t number, MDB_val *ret)
{
    uint8_t key[8];
    key_of(key, number);
    MDB_val k = {sizeof key, key};
    int rc = begin(m) ? mdb_get(m->txn, table, &k, ret) : m->failed;
    if (rc && rc != MDB_NOTFOUND)
        m->failed = rc;
    return !rc;
}

static void del(struct mirror *m, MDB_dbi table, int64_t number)
{
    uint8_t key[8];
    key_of(key, number);
    MDB_val k = {sizeof key, key};
    int rc = begin(m) ? mdb_del(m->txn, table, &k, NULL) : 0;
    if (rc && rc != MDB_NOTFOUND)
        m->failed = rc;
}

const char *mirror_line(struct mirror *m, struct arena *a, int64_t position)
{
    MDB_val v;
    return get(m, m->at.notices, position, &v) ? arena_strn(a, v.mv_data, v.mv_size) : NULL;
}

void mirror_stale(struct mirror *m, int64_t kase, int64_t mark)
{
    uint8_t since[8];
    key_of(since, mark);
    put(m, m->at.stale, kase, since, sizeof since);
}

bool mirror_next_stale(struct mirror *m, int64_t *ret_case, int64_t *ret_mark)
{
    MDB_cursor *c;
    MDB_val k, v;
    if (!begin(m) || (m->failed = mdb_cursor_open(m->txn, m->at.stale, &c)))
        return false;
    int rc = mdb_cursor_get(c, &k, &v, MDB_FIRST);
    bool found = !rc && k.mv_size == 8 && v.mv_size == 8;
    if (found) {
        *ret_case = (int64_t)be64_read(k.mv_data);
        *ret_mark = (int64_t)be64_read(v.mv_data);
    }
    mdb_cursor_close(c);
    return found;
}

void mirror_case(struct mirror *m, int64_t kase, int64_t mark, const char *line)
{
    MDB_val v;
    if (line)
        put(m, m->at.cases, kase, line, strlen(line) + 1);
    else
        del(m, m->at.cases, kase);
    if (get(m, m->at.stale, kase, &v) && v.mv_size == 8 && (int64_t)be64_read(v.mv_data) == mark)
        del(m, m->at.stale, kase);
}

/* Each number of a table behind one. */
static void each_behind(struct mirror *m, MDB_dbi table, int64_t number, void (*f)(struct mirror *, int64_t))
{
    MDB_cursor *c;
    MDB_val k, v;
    uint8_t key[8];
    while (begin(m)) {
        key_of(key, number + 1);
        k = (MDB_val){sizeof key, key};
        if ((m->failed = mdb_cursor_open(m->txn, table, &c)))
            return;
        int rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
        number = !rc && k.mv_size == 8 ? (int64_t)be64_read(k.mv_data) : -1;
        mdb_cursor_close(c);
        if (number < 0)
            return;
        f(m, number);
    }
}

static void drop_notice(struct mirror *m, int64_t position)
{
    del(m, m->at.notices, position);
    del(m, m->at.states, position);
}

static void doubt_case(struct mirror *m, int64_t kase)
{
    mirror_stale(m, kase, 0);
}

enum status mirror_cut(struct mirror *m, const char *folder, int64_t position, const char *name)
{
    char path[PATH];
    enum status st = mirror_commit(m);
    snprintf(path, sizeof path, "%s/mirror.%s", folder, name);
    if (!st && mkdir(path, 0700) == 0) /* else it was copied before */
        m->failed = mdb_env_copy(m->env, path);
    each_behind(m, m->at.notices, position, drop_notice);
    each_behind(m, m->at.cases, 0, doubt_case);
    return mirror_commit(m);
}

enum status mirror_commit(struct mirror *m)
{
    if (m->txn && m->failed)
        mdb_txn_abort(m->txn);
    else if (m->txn)
        m->failed = mdb_txn_commit(m->txn);
    m->txn = NULL;
    return status_of(m->failed);
}

/* ---- looking ---- */

typedef void (*each_fn)(void *ctx, int64_t position, const char *line, enum mirror_state state, const char *reason);

static int walk(MDB_txn *txn, each_fn each, void *ctx)
{
    struct tables at;
    MDB_cursor *c;
    MDB_val k, v, s;
    int rc = tables_open(txn, 0, &at);
    if (!rc)
        rc = mdb_cursor_open(txn, at.notices, &c);
    if (rc)
        return rc;
    while (!(rc = mdb_cursor_get(c, &k, &v, MDB_NEXT))) {
        const char *state = "t";
        if (k.mv_size != 8 || !v.mv_size || ((const char *)v.mv_data)[v.mv_size - 1])
            continue;
        if (!mdb_get(txn, at.states, &k, &s) && s.mv_size > 1 && !((const char *)s.mv_data)[s.mv_size - 1])
            state = s.mv_data;
        each(ctx, (int64_t)be64_read(k.mv_data), v.mv_data, (enum mirror_state)state[0], state + 1);
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int looking(const char *folder, MDB_env **ret_env, MDB_txn **ret_txn)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s/mirror", folder);
    int rc = env_open(path, MDB_RDONLY, ret_env);
    if (rc)
        return rc;
    rc = mdb_txn_begin(*ret_env, NULL, MDB_RDONLY, ret_txn);
    if (rc)
        mdb_env_close(*ret_env);
    return rc;
}

enum status mirror_look(const char *folder, each_fn each, void *ctx)
{
    MDB_env *env;
    MDB_txn *txn;
    int rc = looking(folder, &env, &txn);
    if (rc)
        return status_of(rc);
    rc = walk(txn, each, ctx);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return status_of(rc);
}

typedef void (*each_case_fn)(void *ctx, int64_t kase, const char *line, bool stale);

static int walk_cases(MDB_txn *txn, int64_t one, each_case_fn each, void *ctx)
{
    struct tables at;
    MDB_cursor *c;
    uint8_t first[8];
    key_of(first, one);
    MDB_val k = {sizeof first, first}, v, s;
    int rc = tables_open(txn, 0, &at);
    if (!rc)
        rc = mdb_cursor_open(txn, at.cases, &c);
    if (rc)
        return rc;
    for (rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE); !rc; rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
        if (k.mv_size != 8 || !v.mv_size || ((const char *)v.mv_data)[v.mv_size - 1])
            continue;
        int64_t kase = (int64_t)be64_read(k.mv_data);
        if (one && kase != one)
            break;
        each(ctx, kase, v.mv_data, mdb_get(txn, at.stale, &k, &s) == 0);
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

enum status mirror_look_cases(const char *folder, int64_t one, each_case_fn each, void *ctx)
{
    MDB_env *env;
    MDB_txn *txn;
    int rc = looking(folder, &env, &txn);
    if (rc)
        return status_of(rc);
    rc = walk_cases(txn, one, each, ctx);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return status_of(rc);
}
