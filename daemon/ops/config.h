/* config.h - what leewayd.yaml says
 *
 *     endpoints:
 *       command: tcp://127.0.0.1:7400
 *       transitions: tcp://127.0.0.1:7401
 *     store: {folder: store, map-size: 16 GiB}
 *     papers: {folder: papers}
 *     server-key: server.key
 *     administrator: admin
 *     zone: "+08:00"
 *     calendars: calendars
 *     procedures: procedures
 *     clock: {unsynchronised: allowed}              # nothing synchronises it (`held`, the usual: expiries wait)
 *     simulated: {start: "2026-01-05T09:00:00"}     # only for a store of simulated time
 *     keys:
 *       - {principal: admin, key: "..."}
 *
 * Paths are relative to the folder of the file. Every problem is told in one run, with line and column. Departments,
 * posts and roles are not here: they are the register's.
 *
 * Memory: a config owns everything it points to. Threads: any, it never changes.
 */
#ifndef LEEWAY_OPS_CONFIG_H
#define LEEWAY_OPS_CONFIG_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"
#include "daemon/base/when.h"

#include <stdbool.h>
#include <stddef.h>

struct config_key {
    const char *principal;
    const char *key; /* public, 40 characters of Z85 */
};

struct config {
    const char *command, *transitions; /* endpoints */
    const char *store, *papers;        /* folders */
    size_t map_bytes;
    const char *server_key;    /* file */
    const char *administrator; /* principal */
    int zone_minutes;
    const char *calendars, *procedures; /* folders */
    bool unsynchronised_allowed;
    bool simulated;
    struct when start; /* of simulated time */
    const struct config_key *keys;
    size_t nkeys;
    struct arena *arena;
};

/* Gives: config_free(). `why` gets every problem, a line or three each. ST_INVALID, ST_NOT_FOUND, ST_IO, ST_LIMIT. */
MUST_USE enum status config_load(const char *file, struct config **ret, struct buf *why);

/* The same from bytes; file names them in problems and its folder is where relative paths begin. */
MUST_USE enum status config_read(const char *file, struct bytes in, struct config **ret, struct buf *why);
void config_free(struct config *c);

/* Who a public key names; NULL: nobody. */
const char *config_principal(const struct config *c, const char *z85);

/* What cannot change while the daemon runs; NULL: the two differ in keys alone. */
const char *config_difference(const struct config *a, const struct config *b);

#endif
