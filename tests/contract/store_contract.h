/* store_contract.h - the parts of the test of daemon/store/store.h
 *
 * The battery runs on both implementations; what concerns files, on LMDB alone.
 */
#ifndef LEEWAY_TESTS_CONTRACT_STORE_CONTRACT_H
#define LEEWAY_TESTS_CONTRACT_STORE_CONTRACT_H

#include "daemon/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* the above before it */
#include <cmocka.h>

enum { MAP_BYTES = 64 * 1024 * 1024 };

/* One implementation under test, and the folder it lives in ("" in memory). */
struct bench {
    struct store *store;
    struct store *inner; /* the one behind `store`, or NULL */
    bool disk, behind;   /* behind: the derived databases are kept in memory until somebody settles */
    char dir[64];
};

int bench_memory(void **state);
int bench_disk(void **state);
int bench_behind_memory(void **state);
int bench_behind_disk(void **state);
int bench_end(void **state);

/* Close and open again: what was committed is still there. Memory stays as it is. */
void bench_reopen(struct bench *b);

struct bytes text(const char *s);
void put(struct store_txn *t, enum store_db db, const char *key, const char *val);
struct store_txn *begin_write(struct bench *b);
struct store_txn *begin_read(struct bench *b);
void commit(struct store_txn *t);
/* Fails unless the value under the key is val; NULL: nothing may be there. */
void expect(struct bench *b, enum store_db db, const char *key, const char *val);

/* The tests of each file. */
extern const struct CMUnitTest battery_memory[], battery_disk[], battery_behind_memory[], battery_behind_disk[];
extern const struct CMUnitTest disk_tests[], golden_tests[], behind_tests[];
extern const size_t battery_count, disk_count, golden_count, behind_count;

/* Where m bytes stand first in n; n when nowhere. */
size_t find_bytes(const uint8_t *hay, size_t n, const uint8_t *needle, size_t m);

#endif
