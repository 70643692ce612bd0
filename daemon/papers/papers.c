#include "daemon/papers/papers.h"

#include "daemon/base/check.h"
#include "daemon/papers/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status papers_say(struct buf *why, enum status st, const char *what, int error)
{
    if (why && error)
        buf_printf(why, "%s: %s", what, strerror(error));
    else if (why)
        buf_str(why, what);
    return st;
}

enum status papers_status(int error)
{
    switch (error) {
    case 0:
        return ST_OK;
    case ENOENT:
        return ST_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ST_FULL;
    default:
        return ST_IO;
    }
}

const char *paper_name(const struct hash *hash, char out[PAPER_NAME])
{
    hash_hex(hash, out + 3);
    memcpy(out, out + 3, 2);
    out[2] = '/';
    return out;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hash_from_hex(const char *hex, size_t n, struct hash *ret)
{
    struct hash h;
    if (n != HASH_LEN * 2)
        return false;
    for (size_t i = 0; i < HASH_LEN; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        h.b[i] = (uint8_t)(high << 4 | low);
    }
    *ret = h;
    return true;
}

static int make_folder(int at, const char *name)
{
    if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
        return -1;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum status papers_open(const char *dir, struct papers_limits limits, struct papers **ret, struct buf *why)
{
    struct papers *p = xcalloc(1, sizeof *p);
    enum status st = ST_OK;
    REQUIRE(mtx_init(&p->removing, mtx_plain) == thrd_success);
    p->limits = limits;
    p->parts = -1;
    p->root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->root >= 0)
        p->parts = make_folder(p->root, "parts");
    if (p->parts < 0 || fsync(p->root) < 0)
        st = papers_say(why, errno == ENOSPC ? ST_FULL : ST_IO, dir, errno);
    if (!st)
        st = uploads_load(p, why);
    if (st) {
        papers_close(p);
        return st;
    }
    *ret = p;
    return ST_OK;
}

void papers_close(struct papers *p)
{
    if (!p)
        return;
    if (p->root >= 0)
        close(p->root);
    if (p->parts >= 0)
        close(p->parts);
    mtx_destroy(&p->removing);
    free(p->upload);
    free(p);
}

static int open_paper(struct papers *p, const struct hash *hash)
{
    char name[PAPER_NAME];
    return openat(p->root, paper_name(hash, name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

bool papers_has(struct papers *p, const struct hash *hash)
{
    struct stat file;
    char name[PAPER_NAME];
    return fstatat(p->root, paper_name(hash, name), &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode);
}

enum status papers_claim(struct papers *p, const struct hash *hash, struct buf *why)
{
    char name[PAPER_NAME];
    REQUIRE(mtx_lock(&p->removing) == thrd_success);
    int rc = utimensat(p->root, paper_name(hash, name), NULL, AT_SYMLINK_NOFOLLOW);
    int error = rc < 0 ? errno : 0;
    REQUIRE(mtx_unlock(&p->removing) == thrd_success);
    return rc < 0 ? papers_say(why, papers_status(error), name, error) : ST_OK;
}

enum status papers_size(struct papers *p, const struct hash *hash, uint64_t *ret, struct buf *why)
{
    struct stat file;
    char name[PAPER_NAME];
    if (fstatat(p->root, paper_name(hash, name), &file, AT_SYMLINK_NOFOLLOW) < 0)
        return papers_say(why, papers_status(errno), name, errno);
    *ret = (uint64_t)file.st_size;
    return ST_OK;
}

/* pread until n bytes or the end; < 0 with errno. */
static ssize_t read_at(int fd, uint8_t *out, size_t n, uint64_t offset)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = pread(fd, out + have, n - have, (off_t)(offset + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

enum status papers_read(struct papers *p, const struct hash *hash, uint64_t offset, size_t n, struct buf *out,
                        struct buf *why)
{
    char name[PAPER_NAME];
    struct stat file;
    enum status st = ST_OK;
    uint8_t *piece = NULL;
    int fd = open_paper(p, hash);
    if (fd < 0 || fstat(fd, &file) < 0) {
        st = papers_say(why, papers_status(errno), paper_name(hash, name), errno);
        goto out;
    }
    if (offset > (uint64_t)file.st_size) {
        st = papers_say(why, ST_INVALID, "the offset is behind the end of the paper", 0);
        goto out;
    }
    if (n > p->limits.chunk)
        n = p->limits.chunk;
    piece = xmalloc(n);
    ssize_t got = read_at(fd, piece, n, offset);
    if (got < 0)
        st = papers_say(why, ST_IO, paper_name(hash, name), errno);
    else
        buf_put(out, piece, (size_t)got);
out:
    free(piece);
    if (fd >= 0)
        close(fd);
    return st;
}

bool hash_file(int fd, struct hash *ret)
{
    enum { BLOCK = 64 * 1024 };
    uint8_t *block = xmalloc(BLOCK);
    struct hasher *hasher = hash_begin();
    uint64_t offset = 0;
    ssize_t got;
    while ((got = read_at(fd, block, BLOCK, offset)) > 0) {
        hash_more(hasher, block, (size_t)got);
        offset += (uint64_t)got;
    }
    struct hash sum = hash_end(hasher);
    free(block);
    if (got < 0)
        return false;
    *ret = sum;
    return true;
}

enum status papers_check(struct papers *p, const struct hash *hash, struct buf *why)
{
    char name[PAPER_NAME];
    struct hash found;
    enum status st = ST_OK;
    int fd = open_paper(p, hash);
    if (fd < 0)
        return papers_say(why, papers_status(errno), paper_name(hash, name), errno);
    if (!hash_file(fd, &found))
        st = papers_say(why, ST_IO, paper_name(hash, name), errno);
    else if (memcmp(found.b, hash->b, HASH_LEN) != 0)
        st = papers_say(why, ST_CORRUPT, "the paper does not have its hash any more", 0);
    close(fd);
    return st;
}

/* The papers of one folder of two digits. */
static enum status each_in(struct papers *p, const char *folder, papers_visit *visit, void *ctx, struct buf *why)
{
    enum status st = ST_OK;
    int fd = openat(p->root, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return ST_OK;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        st = papers_say(why, ST_IO, folder, errno);
        if (fd >= 0)
            close(fd);
        return st;
    }
    for (const struct dirent *e; !st && (e = readdir(dir));) {
        struct stat file;
        struct hash hash;
        if (!hash_from_hex(e->d_name, strlen(e->d_name), &hash) || strncmp(e->d_name, folder, 2) != 0)
            continue;
        if (fstatat(fd, e->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode))
            st = visit(ctx, &hash, (uint64_t)file.st_size);
    }
    closedir(dir);
    return st;
}

enum status papers_each_of(struct papers *p, unsigned part, papers_visit *visit, void *ctx, struct buf *why)
{
    char folder[3];
    snprintf(folder, sizeof folder, "%02x", part & 0xff);
    return each_in(p, folder, visit, ctx, why);
}

enum status papers_each(struct papers *p, papers_visit *visit, void *ctx, struct buf *why)
{
    enum status st = ST_OK;
    for (unsigned i = 0; !st && i < PAPERS_PARTS; i++)
        st = papers_each_of(p, i, visit, ctx, why);
    return st;
}
