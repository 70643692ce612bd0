/* papers.h - documents, as files named by their BLAKE2b-256
 *
 * A folder: `ab/ab12…` (64 hex digits) for each paper, `parts/` for uploads that are not finished. A paper *exists*
 * when its bytes are on the disk, match its hash, and its name is on the disk too; before that nobody can see it. It is
 * never changed. No name that a peer gave becomes a path: paths are made of the hex of hashes.
 *
 * An upload belongs to (principal, hash) and may be resumed: whoever does not know how far it came puts no bytes, at
 * offset 0, and is told. The parts of a principal are bounded in bytes and in number.
 *
 * Whoever will cite a paper claims it first: the sweep spares what was claimed within the days that it is given, so a
 * paper cannot vanish between the check and the commit of the command that cites it.
 *
 * Every status but ST_OK comes with one line in `why` (may be NULL).
 * Blocking: this reads, writes and flushes. Threads: put, sweep and each from one; the others from any.
 */
#ifndef LEEWAY_PAPERS_PAPERS_H
#define LEEWAY_PAPERS_PAPERS_H

#include "daemon/base/buf.h"
#include "daemon/base/hash.h"
#include "daemon/base/status.h"
#include "daemon/base/when.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct papers;

struct papers_limits {
    size_t chunk;         /* bytes in one put or read */
    uint64_t paper;       /* bytes of one paper */
    uint64_t unfinished;  /* bytes of a principal's uploads */
    size_t uploads;       /* of a principal, at once */
    unsigned days_unused; /* after which what nobody cites or goes on with is swept away */
};

#define PAPERS_LIMITS                                                                                                  \
    ((struct papers_limits){.chunk = 256 * 1024,                                                                       \
                            .paper = 64 * 1024 * 1024,                                                                 \
                            .unfinished = 256 * 1024 * 1024,                                                           \
                            .uploads = 64,                                                                             \
                            .days_unused = 7})

/* Open a folder that exists; one opener at a time (the daemon's lock sees to that). Gives. ST_IO, ST_FULL. */
MUST_USE enum status papers_open(const char *dir, struct papers_limits limits, struct papers **ret, struct buf *why);
void papers_close(struct papers *p);

struct paper_progress {
    uint64_t next; /* where to go on */
    bool complete; /* it exists */
};

/* Put a piece of a paper of `size` bytes. A piece that is not at the place where the upload stands is not taken; the
 * answer tells the place. A paper that exists is complete at once, and counts as claimed.
 * ST_LIMIT  a limit above; nothing was taken.       ST_INVALID  more bytes than `size`, or none at all in the paper;
 * or, with the last piece, the bytes do not have that hash: the upload is gone.       ST_FULL, ST_IO  nothing was
 * taken. */
MUST_USE enum status papers_put(struct papers *p, const char *principal, const struct hash *hash, uint64_t size,
                                uint64_t offset, struct bytes data, struct paper_progress *ret, struct buf *why);

bool papers_has(struct papers *p, const struct hash *hash);

/* The paper exists, and the sweep leaves it alone from now on for its days. ST_NOT_FOUND, ST_IO. */
MUST_USE enum status papers_claim(struct papers *p, const struct hash *hash, struct buf *why);

/* ST_NOT_FOUND, ST_IO. */
MUST_USE enum status papers_size(struct papers *p, const struct hash *hash, uint64_t *ret, struct buf *why);

/* Append up to n bytes (and no more than a chunk) from offset on to out; fewer only at the end.
 * ST_NOT_FOUND, ST_INVALID (offset behind the end), ST_IO; out is as it was. */
MUST_USE enum status papers_read(struct papers *p, const struct hash *hash, uint64_t offset, size_t n, struct buf *out,
                                 struct buf *why);

/* Read it all and compare with its hash. ST_CORRUPT, ST_NOT_FOUND, ST_IO. */
MUST_USE enum status papers_check(struct papers *p, const struct hash *hash, struct buf *why);

/* Call for each paper, in no order, until something else than ST_OK comes back; answers that. */
typedef enum status papers_visit(void *ctx, const struct hash *hash, uint64_t size);
MUST_USE enum status papers_each(struct papers *p, papers_visit *visit, void *ctx, struct buf *why);

/* Remove papers that are older than their days at `now` (the machine's wall clock) and that `cited` denies, and uploads
 * that nobody went on with for as long. `cited` says true when in doubt; it may not call in here.
 * ST_IO: something could not be removed, the rest was. */
struct papers_swept {
    uint64_t papers, uploads, bytes;
};
typedef bool papers_cited(void *ctx, const struct hash *hash);
MUST_USE enum status papers_sweep(struct papers *p, struct when now, papers_cited *cited, void *ctx,
                                  struct papers_swept *ret, struct buf *why);

/* The same in portions: a PAPERS_PARTS-th of all papers, the uploads with part 0. Adds to *ret. */
enum { PAPERS_PARTS = 256 };
MUST_USE enum status papers_sweep_part(struct papers *p, unsigned part, struct when now, papers_cited *cited, void *ctx,
                                       struct papers_swept *ret, struct buf *why);

#endif
