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

struct mirror {
    MDB_env *env;
    MDB_txn *txn; /* NULL: nothing gathered */
    MDB_dbi notices, states;
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
        rc = mdb_env_set_maxdbs(env, 2);
    if (!rc)
        rc = mdb_env_open(env, path, flags, 0600);
    if (rc)
        mdb_env_close(env);
    else
        *ret = env;
    return rc;
}

static int tables_open(MDB_txn *txn, unsigned flags, MDB_dbi *ret_notices, MDB_dbi *ret_states)
{
    int rc = mdb_dbi_open(txn, "notices", flags, ret_notices);
    return rc ? rc : mdb_dbi_open(txn, "states", flags, ret_states);
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
        rc = tables_open(m->txn, MDB_CREATE, &m->notices, &m->states);
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

enum status mirror_open(const char *folder, struct mirror **ret)
{
    char path[PATH], broken[PATH];
    struct mirror *m = xcalloc(1, sizeof *m);
    snprintf(path, sizeof path, "%s/mirror", folder);
    snprintf(broken, sizeof broken, "%s/mirror.broken", folder);
    int rc = mkdir(path, 0700) && errno != EEXIST ? errno : mirror_try(m, path);
    if (status_of(rc) == ST_CORRUPT) {
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

static void put(struct mirror *m, MDB_dbi table, int64_t position, const void *p, size_t n)
{
    uint8_t key[8];
    for (int i = 0; i < 8; i++)
        key[i] = (uint8_t)((uint64_t)position >> (56 - 8 * i));
    MDB_val k = {sizeof key, key}, v = {n, (void *)(uintptr_t)p}; /* LMDB does not write there */
    if (begin(m))
        m->failed = mdb_put(m->txn, table, &k, &v, 0);
}

void mirror_notice(struct mirror *m, int64_t position, const char *line)
{
    put(m, m->notices, position, line, strlen(line) + 1);
    mirror_became(m, position, MIRROR_TAKEN, NULL);
}

void mirror_became(struct mirror *m, int64_t position, enum mirror_state state, const char *reason)
{
    struct buf b = {0};
    buf_u8(&b, (uint8_t)state);
    if (reason)
        buf_put(&b, reason, strlen(reason));
    buf_u8(&b, 0);
    put(m, m->states, position, b.p, b.n);
    buf_done(&b);
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
    MDB_dbi notices, states;
    MDB_cursor *c;
    MDB_val k, v, s;
    int rc = tables_open(txn, 0, &notices, &states);
    if (!rc)
        rc = mdb_cursor_open(txn, notices, &c);
    if (rc)
        return rc;
    while (!(rc = mdb_cursor_get(c, &k, &v, MDB_NEXT))) {
        const char *state = "t";
        if (k.mv_size != 8 || !v.mv_size || ((const char *)v.mv_data)[v.mv_size - 1])
            continue;
        if (!mdb_get(txn, states, &k, &s) && s.mv_size > 1 && !((const char *)s.mv_data)[s.mv_size - 1])
            state = s.mv_data;
        each(ctx, (int64_t)be64_read(k.mv_data), v.mv_data, (enum mirror_state)state[0], state + 1);
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

enum status mirror_look(const char *folder, each_fn each, void *ctx)
{
    char path[PATH];
    MDB_env *env;
    MDB_txn *txn;
    snprintf(path, sizeof path, "%s/mirror", folder);
    int rc = env_open(path, MDB_RDONLY, &env);
    if (rc)
        return status_of(rc);
    rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (!rc) {
        rc = walk(txn, each, ctx);
        mdb_txn_abort(txn);
    }
    mdb_env_close(env);
    return status_of(rc);
}
