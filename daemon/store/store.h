/* store.h - where events and what they fold to are kept
 *
 * One contract, two implementations: LMDB (store_lmdb.c) and memory (store_mem.c). Both keep ordered databases of byte
 * keys and byte values under transactions. How keys are built is told by key.h, what the bytes mean by FORMAT.md, once
 * for both.
 *
 * Every value carries a version byte and a checksum over key and value that is verified at each read: a flipped bit
 * answers ST_CORRUPT, never a wrong value.
 *
 * Transactions: one write transaction at a time (a second waits); it sees its own writes. A read transaction sees what
 * was committed when it began; keep it short: pages it can see are not reused.
 * Bytes returned are borrowed until the transaction ends or, in a write transaction, until its next write; so a put is
 * never given bytes that were borrowed from its own transaction. After a write that failed every further call on the
 * transaction answers that failure, and so does its commit.
 *
 * Threads: a store may be used by any thread, a transaction or cursor only by the one that began it.
 */
#ifndef LEEWAY_STORE_STORE_H
#define LEEWAY_STORE_STORE_H

#include "daemon/base/buf.h"
#include "daemon/base/hash.h"
#include "daemon/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name on disk, derived (can be folded again from the events) */
#define STORE_DATABASES(X)                                                                                             \
    X(DB_META, "meta", false)                                                                                          \
    X(DB_EVENTS, "events", false)                                                                                      \
    X(DB_PRIVATE, "private", false)                                                                                    \
    X(DB_SOURCES, "sources", false) /* texts of procedures and calendars, by hash */                                   \
    X(DB_TREE, "tree", true)                                                                                           \
    X(DB_CASES, "cases", true)                                                                                         \
    X(DB_CASE_EVENTS, "case_events", true)                                                                             \
    X(DB_STREAMS, "streams", true)                                                                                     \
    X(DB_NOTICES, "notices", true) /* state of each notice that is not done yet */                                     \
    X(DB_TASKS, "tasks", true)                                                                                         \
    X(DB_DUE, "due", true) /* due moments: when, case, clock */                                                        \
    X(DB_ANSWERS, "answers", true)                                                                                     \
    X(DB_CURSORS, "cursors", true)                                                                                     \
    X(DB_REGISTER, "register", true)                                                                                   \
    X(DB_INDEX, "index", true)                                                                                         \
    X(DB_COUNTS, "counts", true)

enum store_db {
#define X(id, name, derived) id,
    STORE_DATABASES(X)
#undef X
        STORE_DB_COUNT
};

const char *store_db_name(enum store_db db);
bool store_db_derived(enum store_db db);

enum { STORE_FORMAT = 1, STORE_VALUE_MOST = 64 * 1024 * 1024 };

struct store;
struct store_txn;
struct store_cursor;

/* Open the environment in a folder that exists; made when empty. map_bytes is the room reserved in the address space.
 * Gives: store_close(). `why` (may be NULL) gets one line on failure.
 * The key "format" of DB_META is the store's own.
 * ST_BUSY  somebody has it open;  ST_VERSION  another format;  ST_CORRUPT  the file is shorter than its pages, empty or
 * gone;  ST_FULL  no room for what a new store needs;  ST_IO  the system refused. */
MUST_USE enum status store_open_lmdb(const char *dir, size_t map_bytes, struct store **ret, struct buf *why);

/* An empty store in memory. Gives. */
struct store *store_open_mem(void);
void store_close(struct store *s);

/* Force what was committed to the disk (a commit may stand in the page cache of a killed process). Call it once after
 * opening, before the first answer. */
MUST_USE enum status store_sync(struct store *s);

/* Write a consistent copy of what is committed to a file open for writing; to be fsynced by the caller. Waits for the
 * write transaction that is open (so never from inside one), then others write on; a reader for as long as it takes.
 * ST_FULL, ST_IO; ST_INVALID for the store in memory. */
MUST_USE enum status store_copy(struct store *s, int fd);

/* ST_UNKNOWN: a commit ended so before. */
MUST_USE enum status store_write(struct store *s, struct store_txn **ret);
/* ST_LIMIT: too many readers. */
MUST_USE enum status store_read(struct store *s, struct store_txn **ret);

/* ST_OK: durable. ST_FULL: refused, everything is as it was. ST_UNKNOWN: nobody can say; answer nobody and end the
 * process. The transaction is gone in each case. */
MUST_USE enum status store_commit(struct store_txn *t);
void store_abort(struct store_txn *t); /* also ends a read transaction; NULL is fine */

/* ST_NOT_FOUND, ST_CORRUPT, ST_IO. Keys have 1 to 500 bytes, else ST_INVALID, here and below. */
MUST_USE enum status store_get(struct store_txn *t, enum store_db db, struct bytes key, struct bytes *ret);
/* Replaces. ST_FULL: no room; abort the transaction. ST_LIMIT: above STORE_VALUE_MOST; nothing changed. */
MUST_USE enum status store_put(struct store_txn *t, enum store_db db, struct bytes key, struct bytes val);
/* Removing what is not there is fine. */
MUST_USE enum status store_del(struct store_txn *t, enum store_db db, struct bytes key);
/* Remove everything of one database. */
MUST_USE enum status store_clear(struct store_txn *t, enum store_db db);
MUST_USE enum status store_count(struct store_txn *t, enum store_db db, uint64_t *ret);

/* A store may hold back what is written to derived databases (store_behind.h). Settling puts all of it, that of this
 * transaction too, where it outlives the process; after a failure abort. No cursor may be open. */
MUST_USE enum status store_settle(struct store_txn *t);
size_t store_held(struct store_txn *t); /* bytes of memory */

/* For folding anew: remove everything of every derived database; and a hash over all keys and values of one database in
 * their order, so that two folds can be compared to the byte. */
MUST_USE enum status store_clear_derived(struct store_txn *t);
MUST_USE enum status store_digest(struct store_txn *t, enum store_db db, struct hash *ret);

/* A cursor walks keys in byte order. It is made unpositioned; seek to the first key >= key, or to the last key < key
 * (store_seek_before). Each step answers ST_OK, ST_NOT_FOUND at the end (and again, until the next seek), ST_CORRUPT
 * (it stands on that record, whose value is not to be trusted, and may step on). The first step of an unpositioned
 * cursor goes to the first key, or back to the last. After a write to the same database seek again. */
struct store_cursor *store_cursor(struct store_txn *t, enum store_db db);
void store_cursor_free(struct store_cursor *c);                                   /* before its transaction ends */
MUST_USE enum status store_seek(struct store_cursor *c, struct bytes key);        /* an empty key: the first of all */
MUST_USE enum status store_seek_before(struct store_cursor *c, struct bytes key); /* an empty key: the last of all */
MUST_USE enum status store_next(struct store_cursor *c);
MUST_USE enum status store_prev(struct store_cursor *c);
struct bytes store_key(const struct store_cursor *c);
struct bytes store_val(const struct store_cursor *c);

struct store_figures {
    uint64_t map_bytes, used_bytes; /* in memory: 0 and the bytes held */
    uint64_t readers;
};
void store_figures(struct store *s, struct store_figures *ret);

/* Forget readers of processes that died (LMDB); call it from time to time. */
void store_housekeeping(struct store *s);

#endif
