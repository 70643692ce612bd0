#include "daemon/store/store.h"

#include "daemon/base/check.h"
#include "daemon/store/ahead.h"
#include "daemon/store/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* SMALL: a commit that writes no more is one of a few commands, and waits for little else than its flush. */
enum { READERS = 256, PATH_BYTES = 4096, SMALL = 32 * 1024 };

struct disk {
    struct store store;
    MDB_env *env;
    int lock_fd;       /* flock: one opener; its first byte says that the store was made */
    struct ahead file; /* data.mdb, as LMDB has it open */
    uint64_t page;
    MDB_dbi dbi[STORE_DB_COUNT];
};

struct disk_txn {
    struct store_txn txn;
    MDB_txn *mdb;
    uint64_t writes, bytes; /* of this transaction: how much room it may want */
};

struct disk_cursor {
    struct store_cursor cursor;
    MDB_cursor *mdb; /* NULL: could not be made */
    int error;
};

/* The one map from LMDB's codes and the system's to ours. */
static enum status status_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ST_OK;
    case MDB_NOTFOUND:
        return ST_NOT_FOUND;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ST_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PAGE_FULL:
    case MDB_CURSOR_FULL:
    case MDB_INVALID:
        return ST_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return ST_VERSION;
    case MDB_PANIC:
        return ST_UNKNOWN;
    case MDB_READERS_FULL:
        return ST_LIMIT;
    case MDB_BAD_VALSIZE:
        return ST_INVALID;
    case EAGAIN:
    case EBUSY:
        return ST_BUSY;
    default:
        return ST_IO;
    }
}

static struct disk *disk_of(struct store *s)
{
    return (struct disk *)s;
}

static struct disk_txn *txn_of(struct store_txn *t)
{
    return (struct disk_txn *)t;
}

static struct disk_cursor *cursor_of(struct store_cursor *c)
{
    return (struct disk_cursor *)c;
}

static MDB_dbi dbi_of(struct store_txn *t, enum store_db db)
{
    return disk_of(t->store)->dbi[db];
}

static MDB_val val_of(struct bytes b)
{
    return (MDB_val){b.n, (void *)(uintptr_t)b.p};
}

static struct bytes bytes_of(MDB_val v)
{
    return (struct bytes){v.mv_data, v.mv_size};
}

static uint64_t used_bytes(struct disk *d)
{
    MDB_envinfo info;
    mdb_env_info(d->env, &info);
    return ((uint64_t)info.me_last_pgno + 1) * d->page;
}

static enum status keep_longer(struct disk *d, uint64_t wanted)
{
    int error = ahead_keep(&d->file, used_bytes(d), wanted);
    return error ? status_of(error) : ST_OK;
}

static void disk_close(struct store *s)
{
    struct disk *d = disk_of(s);
    if (d->env)
        mdb_env_close(d->env);
    if (d->lock_fd >= 0)
        close(d->lock_fd);
    free(d);
}

static enum status disk_sync(struct store *s)
{
    return mdb_env_sync(disk_of(s)->env, 1) ? ST_UNKNOWN : ST_OK;
}

static enum status disk_copy(struct store *s, int fd)
{
    return status_of(mdb_env_copyfd2(disk_of(s)->env, fd, 0));
}

static int count_reader(const char *line, void *ctx)
{
    /* the table begins with a line of headings, or is one line that says there are none */
    uint64_t *readers = ctx;
    char *end;
    strtoul(line, &end, 10);
    *readers += end != line;
    return 0;
}

static void disk_figures(struct store *s, struct store_figures *ret)
{
    MDB_envinfo info;
    mdb_env_info(disk_of(s)->env, &info);
    ret->map_bytes = info.me_mapsize;
    ret->used_bytes = used_bytes(disk_of(s));
    (void)mdb_reader_list(disk_of(s)->env, count_reader, &ret->readers);
}

static void disk_housekeeping(struct store *s)
{
    int dead;
    (void)mdb_reader_check(disk_of(s)->env, &dead);
}

static enum status disk_begin(struct store *s, bool write, struct store_txn **ret)
{
    struct disk_txn *t = xcalloc(1, sizeof *t);
    int rc = mdb_txn_begin(disk_of(s)->env, NULL, write ? 0 : MDB_RDONLY, &t->mdb);
    if (rc) {
        free(t);
        return status_of(rc);
    }
    *ret = &t->txn;
    return ST_OK;
}

/* Less is left on the disk than the transaction may have wanted. */
static bool out_of_space(struct disk *d, uint64_t wanted)
{
    struct statvfs fs;
    if (fstatvfs(d->file.fd, &fs) < 0)
        return false;
    return (uint64_t)fs.f_bavail * fs.f_frsize < wanted + d->page;
}

/* LMDB writes the pages, flushes them, and only then writes the meta page that makes them count. When the last of these
 * fails, the environment is dead and the outcome in the air. When a flush fails nobody knows what the disk holds, so
 * that is in the air too. When the pages could not be written for want of space, the old meta page stands and
 * everything is as it was; a write that was cut short by a full disk says EIO, and only the space that is left tells it
 * from a failing device. */
static enum status failed_commit(struct disk *d, int rc, uint64_t wanted)
{
    MDB_txn *probe;
    if (mdb_txn_begin(d->env, NULL, MDB_RDONLY, &probe) == MDB_PANIC)
        return ST_UNKNOWN;
    mdb_txn_abort(probe);
    if (status_of(rc) == ST_FULL || (rc == EIO && out_of_space(d, wanted)))
        return ST_FULL;
    return ST_UNKNOWN;
}

static enum status disk_commit(struct store_txn *txn)
{
    struct disk_txn *t = txn_of(txn);
    struct disk *d = disk_of(txn->store);
    uint64_t wanted = ahead_wanted(t->writes, t->bytes, d->page);
    enum status st = keep_longer(d, wanted);
    if (st) {
        mdb_txn_abort(t->mdb);
    } else {
        if (t->bytes < SMALL)
            ahead_write(&d->file, used_bytes(d));
        int rc = mdb_txn_commit(t->mdb);
        if (rc)
            st = failed_commit(d, rc, wanted);
    }
    free(t);
    return st;
}

static void disk_abort(struct store_txn *txn)
{
    mdb_txn_abort(txn_of(txn)->mdb);
    free(txn_of(txn));
}

static uint64_t disk_snapshot(struct store_txn *txn)
{
    return mdb_txn_id(txn_of(txn)->mdb);
}

static enum status disk_get(struct store_txn *t, enum store_db db, struct bytes key, struct bytes *ret)
{
    MDB_val k = val_of(key), v;
    int rc = mdb_get(txn_of(t)->mdb, dbi_of(t, db), &k, &v);
    if (rc)
        return status_of(rc);
    *ret = bytes_of(v);
    return ST_OK;
}

/* Keys that grow are appended: a page that is full stays so, where LMDB would otherwise leave half of it behind. */
static int reserve(struct store_txn *t, enum store_db db, MDB_val *k, MDB_val *v)
{
    bool grows = db == DB_EVENTS || db == DB_PRIVATE;
    int rc = mdb_put(txn_of(t)->mdb, dbi_of(t, db), k, v, MDB_RESERVE | (grows ? MDB_APPEND : 0));
    return grows && rc == MDB_KEYEXIST ? mdb_put(txn_of(t)->mdb, dbi_of(t, db), k, v, MDB_RESERVE) : rc;
}

static enum status disk_room(struct store_txn *t, enum store_db db, struct bytes key, size_t n, uint8_t **ret)
{
    MDB_val k = val_of(key), v = {n, NULL};
    int rc = reserve(t, db, &k, &v);
    if (rc)
        return status_of(rc);
    txn_of(t)->writes++;
    txn_of(t)->bytes += n;
    *ret = v.mv_data;
    return ST_OK;
}

static enum status disk_del(struct store_txn *t, enum store_db db, struct bytes key)
{
    MDB_val k = val_of(key);
    int rc = mdb_del(txn_of(t)->mdb, dbi_of(t, db), &k, NULL);
    txn_of(t)->writes++;
    return rc == MDB_NOTFOUND ? ST_OK : status_of(rc);
}

static enum status disk_clear(struct store_txn *t, enum store_db db)
{
    MDB_stat stat;
    int rc = mdb_stat(txn_of(t)->mdb, dbi_of(t, db), &stat);
    if (!rc)
        rc = mdb_drop(txn_of(t)->mdb, dbi_of(t, db), 0);
    /* the numbers of the freed pages are written down, eight bytes each */
    if (!rc)
        txn_of(t)->bytes += 8 * (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages);
    txn_of(t)->writes++;
    return status_of(rc);
}

static enum status disk_count(struct store_txn *t, enum store_db db, uint64_t *ret)
{
    MDB_stat stat;
    int rc = mdb_stat(txn_of(t)->mdb, dbi_of(t, db), &stat);
    if (rc)
        return status_of(rc);
    *ret = stat.ms_entries;
    return ST_OK;
}

static struct store_cursor *disk_cursor(struct store_txn *t, enum store_db db)
{
    struct disk_cursor *c = xcalloc(1, sizeof *c);
    c->error = mdb_cursor_open(txn_of(t)->mdb, dbi_of(t, db), &c->mdb);
    return &c->cursor;
}

static void disk_cursor_free(struct store_cursor *c)
{
    if (cursor_of(c)->mdb)
        mdb_cursor_close(cursor_of(c)->mdb);
    free(cursor_of(c));
}

static int seek_before(MDB_cursor *mdb, MDB_val *k, MDB_val *v)
{
    int rc = mdb_cursor_get(mdb, k, v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND)
        return mdb_cursor_get(mdb, k, v, MDB_LAST);
    return rc ? rc : mdb_cursor_get(mdb, k, v, MDB_PREV);
}

static int move(MDB_cursor *mdb, enum store_move how, MDB_val *k, MDB_val *v)
{
    switch (how) {
    case MOVE_FROM:
        return mdb_cursor_get(mdb, k, v, MDB_SET_RANGE);
    case MOVE_BEFORE:
        return seek_before(mdb, k, v);
    case MOVE_FIRST:
        return mdb_cursor_get(mdb, k, v, MDB_FIRST);
    case MOVE_LAST:
        return mdb_cursor_get(mdb, k, v, MDB_LAST);
    case MOVE_NEXT:
        return mdb_cursor_get(mdb, k, v, MDB_NEXT);
    case MOVE_PREV:
        return mdb_cursor_get(mdb, k, v, MDB_PREV);
    }
    return EINVAL;
}

static enum status disk_move(struct store_cursor *c, enum store_move how, struct bytes key)
{
    MDB_val k = val_of(key), v;
    int rc = cursor_of(c)->mdb ? move(cursor_of(c)->mdb, how, &k, &v) : cursor_of(c)->error;
    if (rc)
        return status_of(rc);
    c->key = bytes_of(k);
    c->framed = bytes_of(v);
    return ST_OK;
}

static const struct store_ops OPS = {
    .close = disk_close,
    .sync = disk_sync,
    .copy = disk_copy,
    .figures = disk_figures,
    .housekeeping = disk_housekeeping,
    .begin = disk_begin,
    .commit = disk_commit,
    .abort = disk_abort,
    .snapshot = disk_snapshot,
    .get = disk_get,
    .room = disk_room,
    .del = disk_del,
    .clear = disk_clear,
    .count = disk_count,
    .cursor = disk_cursor,
    .cursor_free = disk_cursor_free,
    .move = disk_move,
};

static enum status say(struct buf *why, enum status st, const char *what, const char *detail)
{
    if (why)
        buf_printf(why, "%s: %s", what, detail);
    return st;
}

static enum status join_path(const char *dir, const char *name, char path[PATH_BYTES], struct buf *why)
{
    int n = snprintf(path, PATH_BYTES, "%s/%s", dir, name);
    return n > 0 && n < PATH_BYTES ? ST_OK : say(why, ST_INVALID, "the store's folder", "its name is too long");
}

static enum status take_lock(struct disk *d, const char *dir, struct buf *why)
{
    char path[PATH_BYTES];
    enum status st = join_path(dir, "lock", path, why);
    if (st)
        return st;
    d->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (d->lock_fd < 0)
        return say(why, errno == ENOSPC ? ST_FULL : ST_IO, path, strerror(errno));
    if (flock(d->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? say(why, ST_BUSY, path, "the store is open elsewhere")
                                    : say(why, ST_IO, path, strerror(errno));
    return ST_OK;
}

/* LMDB takes an empty or missing file for a new store. The mark in `lock` remembers that there was one. */
static enum status check_there(const struct disk *d, const char *dir, struct buf *why)
{
    char path[PATH_BYTES];
    struct stat mark, file;
    enum status st = join_path(dir, "data.mdb", path, why);
    if (st)
        return st;
    if (fstat(d->lock_fd, &mark) < 0)
        return say(why, ST_IO, dir, strerror(errno));
    if (mark.st_size == 0)
        return ST_OK;
    if (stat(path, &file) < 0)
        return say(why, errno == ENOENT ? ST_CORRUPT : ST_IO, path, strerror(errno));
    return file.st_size ? ST_OK : say(why, ST_CORRUPT, path, "the file is empty");
}

static enum status set_mark(struct disk *d, const char *dir, struct buf *why)
{
    static const char mark[] = "made\n";
    struct stat now;
    if (fstat(d->lock_fd, &now) == 0 && now.st_size > 0)
        return ST_OK;
    if (pwrite(d->lock_fd, mark, sizeof mark - 1, 0) != (ssize_t)sizeof mark - 1 || fsync(d->lock_fd) < 0)
        return say(why, errno == ENOSPC ? ST_FULL : ST_IO, dir, strerror(errno));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc < 0 ? say(why, ST_IO, dir, strerror(errno)) : ST_OK;
}

static enum status open_env(struct disk *d, const char *dir, size_t map_bytes, struct buf *why)
{
    int rc = mdb_env_create(&d->env);
    if (!rc)
        rc = mdb_env_set_mapsize(d->env, map_bytes);
    if (!rc)
        rc = mdb_env_set_maxdbs(d->env, STORE_DB_COUNT);
    if (!rc)
        rc = mdb_env_set_maxreaders(d->env, READERS);
    /* no flag that trades durability; NOTLS ties a reader to its transaction instead of its thread */
    if (!rc)
        rc = mdb_env_open(d->env, dir, MDB_NOTLS, 0600);
    return rc ? say(why, status_of(rc), dir, mdb_strerror(rc)) : ST_OK;
}

/* Reading a page behind the end of the file would be a SIGBUS, at each start again. */
static enum status check_length(struct disk *d, const char *dir, struct buf *why)
{
    MDB_stat stat;
    struct stat file;
    mdb_env_stat(d->env, &stat);
    d->page = stat.ms_psize;
    if (mdb_env_get_fd(d->env, &d->file.fd) || fstat(d->file.fd, &file) < 0)
        return say(why, ST_IO, dir, strerror(errno));
    d->file.length = (uint64_t)file.st_size;
    if (d->file.length >= used_bytes(d))
        return ST_OK;
    if (why)
        buf_printf(why, "%s/data.mdb: the file is cut off: %llu bytes, its pages need %llu", dir,
                   (unsigned long long)d->file.length, (unsigned long long)used_bytes(d));
    return ST_CORRUPT;
}

static enum status open_databases(struct disk *d, const char *dir, struct buf *why)
{
    MDB_txn *mdb;
    enum status st = keep_longer(d, 0);
    if (st)
        return say(why, st, dir, strerror(errno));
    int rc = mdb_txn_begin(d->env, NULL, 0, &mdb);
    for (int i = 0; !rc && i < STORE_DB_COUNT; i++) {
        rc = mdb_dbi_open(mdb, store_db_name((enum store_db)i), MDB_CREATE, &d->dbi[i]);
        if (rc)
            mdb_txn_abort(mdb);
    }
    if (!rc)
        rc = mdb_txn_commit(mdb);
    return rc ? say(why, status_of(rc), dir, mdb_strerror(rc)) : ST_OK;
}

enum status store_open_lmdb(const char *dir, size_t map_bytes, struct store **ret, struct buf *why)
{
    struct disk *d = xcalloc(1, sizeof *d);
    d->store.ops = &OPS;
    d->lock_fd = -1;
    enum status st = take_lock(d, dir, why);
    if (!st)
        st = check_there(d, dir, why);
    if (!st)
        st = open_env(d, dir, map_bytes, why);
    if (!st)
        st = check_length(d, dir, why);
    if (!st)
        st = open_databases(d, dir, why);
    if (!st)
        st = store_check_format(&d->store, why);
    if (!st)
        st = set_mark(d, dir, why);
    if (st) {
        disk_close(&d->store);
        return st;
    }
    *ret = &d->store;
    return ST_OK;
}
