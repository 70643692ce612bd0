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

const char *part_name(const struct upload *u, char out[PART_NAME])
{
    hash_hex(&u->principal, out);
    out[HASH_HEX - 1] = '.';
    hash_hex(&u->hash, out + HASH_HEX);
    return out;
}

bool part_from_name(const char *name, struct upload *ret)
{
    enum { DIGITS = HASH_HEX - 1 };
    return strlen(name) == PART_NAME - 1 && name[DIGITS] == '.' && hash_from_hex(name, DIGITS, &ret->principal) &&
           hash_from_hex(name + HASH_HEX, DIGITS, &ret->hash);
}

static struct upload *remember(struct papers *p, struct upload u)
{
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 16;
        p->upload = xrealloc(p->upload, p->cap * sizeof *p->upload);
    }
    p->upload[p->count] = u;
    return &p->upload[p->count++];
}

void uploads_forget(struct papers *p, size_t i)
{
    p->upload[i] = p->upload[--p->count];
}

enum status uploads_load(struct papers *p, struct buf *why)
{
    int fd = openat(p->parts, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return papers_say(why, ST_IO, "parts", errno);
    }
    for (const struct dirent *e; (e = readdir(dir));) {
        struct upload u;
        struct stat file;
        if (!part_from_name(e->d_name, &u) || fstatat(fd, e->d_name, &file, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        u.have = (uint64_t)file.st_size;
        remember(p, u);
    }
    closedir(dir);
    return ST_OK;
}

static bool same(const struct hash *a, const struct hash *b)
{
    return memcmp(a->b, b->b, HASH_LEN) == 0;
}

/* The upload of (principal, hash), or NULL; and what the principal has under way in all. */
static struct upload *find(struct papers *p, const struct upload *like, uint64_t *ret_bytes, size_t *ret_count)
{
    struct upload *found = NULL;
    *ret_bytes = 0;
    *ret_count = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct upload *u = &p->upload[i];
        if (!same(&u->principal, &like->principal))
            continue;
        *ret_bytes += u->have;
        ++*ret_count;
        if (same(&u->hash, &like->hash))
            found = u;
    }
    return found;
}

static int write_at(int fd, struct bytes data, uint64_t offset)
{
    while (data.n > 0) {
        ssize_t put = pwrite(fd, data.p, data.n, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        data.p += put;
        data.n -= (size_t)put;
        offset += (uint64_t)put;
    }
    return 0;
}

/* All or nothing of a piece. */
static enum status add_piece(struct papers *p, struct upload *u, struct bytes data, struct buf *why)
{
    char name[PART_NAME];
    int fd = openat(p->parts, part_name(u, name), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : write_at(fd, data, u->have);
    if (fd >= 0 && error && ftruncate(fd, (off_t)u->have) < 0)
        u->have = 0;
    if (fd >= 0)
        close(fd);
    if (error && u->have == 0)
        unlinkat(p->parts, name, 0);
    if (error)
        return papers_say(why, error == ENOENT ? ST_IO : papers_status(error), "parts", error);
    u->have += data.n;
    return ST_OK;
}

static enum status sync_folder(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc < 0 ? ST_IO : ST_OK;
}

/* Give the part its name among the papers, durably: its folder first, then the name in it. */
static enum status publish(struct papers *p, const struct hash *hash, const char *part, struct buf *why)
{
    char name[PAPER_NAME], folder[3];
    paper_name(hash, name);
    memcpy(folder, name, 2);
    folder[2] = 0;
    if (mkdirat(p->root, folder, 0700) == 0) {
        if (sync_folder(p->root, "."))
            return papers_say(why, ST_IO, folder, errno);
    } else if (errno != EEXIST) {
        return papers_say(why, errno == ENOSPC ? ST_FULL : ST_IO, folder, errno);
    }
    if (renameat(p->parts, part, p->root, name) < 0)
        return papers_say(why, errno == ENOSPC ? ST_FULL : ST_IO, folder, errno);
    if (sync_folder(p->root, folder)) {
        int error = errno;
        unlinkat(p->root, name, 0); /* a name that may not be on the disk does not count */
        return papers_say(why, ST_IO, folder, error);
    }
    return ST_OK;
}

/* All bytes are there: on the disk with them, and do they have the hash? */
static enum status finish(struct papers *p, const struct upload *u, struct buf *why)
{
    char name[PART_NAME];
    struct hash found;
    int fd = openat(p->parts, part_name(u, name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool read = fd >= 0 && fsync(fd) == 0 && hash_file(fd, &found);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (!read)
        return papers_say(why, ST_IO, "parts", error);
    if (!same(&found, &u->hash))
        return papers_say(why, ST_INVALID, "the bytes do not have this hash", 0);
    return publish(p, &u->hash, name, why);
}

static void give_up(struct papers *p, struct upload *u)
{
    char name[PART_NAME];
    unlinkat(p->parts, part_name(u, name), 0);
    uploads_forget(p, (size_t)(u - p->upload));
}

static enum status finished(struct papers *p, struct upload *u, struct paper_progress *ret, struct buf *why)
{
    uint64_t have = u->have;
    enum status st = finish(p, u, why);
    if (st == ST_FULL) /* the part stays: asked again, it is tried again */
        return st;
    give_up(p, u); /* its file has another name now, or is worth nothing */
    if (!st)
        *ret = (struct paper_progress){have, true};
    return st;
}

static enum status check_limits(const struct papers *p, uint64_t size, uint64_t have, struct bytes data,
                                struct buf *why)
{
    if (size == 0)
        return papers_say(why, ST_INVALID, "a paper has at least one byte", 0);
    if (size > p->limits.paper)
        return papers_say(why, ST_LIMIT, "the paper is too long", 0);
    if (data.n > p->limits.chunk)
        return papers_say(why, ST_LIMIT, "the piece is too long", 0);
    if (have > size || data.n > size - have)
        return papers_say(why, ST_INVALID, "the piece goes beyond the size of the paper", 0);
    return ST_OK;
}

/* Somebody put it before: claim it, and let go of a part of one's own. */
static bool exists(struct papers *p, struct upload *u, const struct hash *hash, struct paper_progress *ret)
{
    uint64_t size;
    if (papers_claim(p, hash, NULL) || papers_size(p, hash, &size, NULL))
        return false;
    if (u)
        give_up(p, u);
    *ret = (struct paper_progress){size, true};
    return true;
}

/* Take the piece at the end of the upload, which may begin with it. */
static enum status take(struct papers *p, struct upload **u, const struct upload *like, struct bytes data,
                        struct buf *why)
{
    struct upload *to = *u ? *u : remember(p, *like);
    enum status st = add_piece(p, to, data, why);
    *u = to;
    if (st && to->have == 0) {
        uploads_forget(p, (size_t)(to - p->upload));
        *u = NULL;
    }
    return st;
}

enum status papers_put(struct papers *p, const char *principal, const struct hash *hash, uint64_t size, uint64_t offset,
                       struct bytes data, struct paper_progress *ret, struct buf *why)
{
    struct upload like = {hash_of(principal, strlen(principal)), *hash, 0};
    uint64_t bytes;
    size_t count;
    struct upload *u = find(p, &like, &bytes, &count);
    uint64_t have = u ? u->have : 0;
    if (exists(p, u, hash, ret))
        return ST_OK;
    if (offset != have)
        data.n = 0; /* not taken: the answer tells the place */
    enum status st = check_limits(p, size, have, data, why);
    if (st)
        return st;
    if (data.n > p->limits.unfinished || bytes > p->limits.unfinished - data.n)
        return papers_say(why, ST_LIMIT, "too many bytes of unfinished papers", 0);
    if (!u && data.n && count >= p->limits.uploads)
        return papers_say(why, ST_LIMIT, "too many unfinished papers", 0);
    if (data.n)
        st = take(p, &u, &like, data, why);
    if (st)
        return st;
    if (u && u->have == size)
        return finished(p, u, ret, why);
    *ret = (struct paper_progress){u ? u->have : 0, false};
    return ST_OK;
}
