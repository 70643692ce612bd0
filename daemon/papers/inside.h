/* inside.h - what the files of this room share
 *
 * papers.c has the papers that exist, upload.c those that come, sweep.c takes away.
 */
#ifndef LEEWAY_PAPERS_INSIDE_H
#define LEEWAY_PAPERS_INSIDE_H

#include "daemon/papers/papers.h"

#include <threads.h>

enum { PAPER_NAME = 3 + HASH_HEX, PART_NAME = 2 * HASH_HEX }; /* "ab/ab12…" and "<principal>.<hash>", with the NUL */

/* An upload that is not finished, as the folder `parts` has it. */
struct upload {
    struct hash principal; /* the hash of the name */
    struct hash hash;
    uint64_t have;
};

struct papers {
    struct papers_limits limits;
    int root, parts;
    mtx_t removing; /* a claim and a removal exclude each other */
    struct upload *upload;
    size_t count, cap;
};

/* Write a line, answer st. With errno when that is not 0. */
enum status papers_say(struct buf *why, enum status st, const char *what, int error);
/* What the system's number means to us. */
enum status papers_status(int error);

const char *paper_name(const struct hash *hash, char out[PAPER_NAME]);
const char *part_name(const struct upload *u, char out[PART_NAME]);
/* False when it is no such name. */
bool hash_from_hex(const char *hex, size_t n, struct hash *ret);
bool part_from_name(const char *name, struct upload *ret);

/* papers_each() in one of the PAPERS_PARTS folders. */
enum status papers_each_of(struct papers *p, unsigned part, papers_visit *visit, void *ctx, struct buf *why);

/* Hash what stands in a file from its beginning. False: it could not be read; errno tells. */
bool hash_file(int fd, struct hash *ret);

/* Find what was left by an earlier run. */
enum status uploads_load(struct papers *p, struct buf *why);
/* Take the i-th out of the table; its file is somebody else's matter. */
void uploads_forget(struct papers *p, size_t i);

#endif
