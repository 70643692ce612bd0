#include "clients/bench/ring.h"

#include "daemon/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS = 12, HEAD = NUMBERS + 8, ZEROS = 256 * 1024 }; /* number, length, checksum */

static enum status failure(void)
{
    return errno == ENOSPC ? ST_FULL : ST_IO;
}

static enum status write_all(int fd, const uint8_t *p, size_t n, uint64_t at)
{
    while (n) {
        ssize_t done = pwrite(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return failure();
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return ST_OK;
}

uint64_t ring_blocks(size_t n)
{
    return (HEAD + n + RING_BLOCK - 1) / RING_BLOCK;
}

enum status ring_open(struct ring *r, const char *path, uint64_t blocks)
{
    static const uint8_t zeros[ZEROS];
    *r = (struct ring){.length = (blocks * RING_BLOCK + ZEROS - 1) / ZEROS * ZEROS, .serial = 1};
    r->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (r->fd < 0)
        return failure();
    enum status st = ST_OK;
    for (uint64_t at = 0; !st && at < r->length; at += ZEROS)
        st = write_all(r->fd, zeros, ZEROS, at);
    if (!st && fsync(r->fd))
        st = failure();
    if (st)
        ring_close(r);
    return st;
}

void ring_close(struct ring *r)
{
    (void)close(r->fd);
    buf_done(&r->room);
}

static uint64_t sum_of(const uint8_t *head, size_t n)
{
    return checksum(head, NUMBERS, head + HEAD, n);
}

enum status ring_append(struct ring *r, struct bytes batch)
{
    uint64_t whole = ring_blocks(batch.n) * RING_BLOCK;
    if (whole > r->length || batch.n > UINT32_MAX)
        return ST_LIMIT;
    if (r->at + whole > r->length)
        r->at = 0;
    buf_clear(&r->room);
    uint8_t *head = buf_room(&r->room, whole);
    buf_be64(&r->room, r->serial);
    buf_be32(&r->room, (uint32_t)batch.n);
    memcpy(head + HEAD, batch.p, batch.n);
    buf_be64(&r->room, sum_of(head, batch.n));
    memset(head + HEAD + batch.n, 0, whole - HEAD - batch.n);
    enum status st = write_all(r->fd, head, whole, r->at);
    if (st || fdatasync(r->fd))
        return ST_IO;
    r->at += whole;
    r->serial++;
    return ST_OK;
}

static enum status read_at(struct ring *r, uint64_t serial, uint64_t at, struct bytes *ret)
{
    buf_clear(&r->room);
    uint8_t *head = buf_room(&r->room, RING_BLOCK);
    if (at >= r->length || pread(r->fd, head, RING_BLOCK, (off_t)at) != RING_BLOCK)
        return ST_NOT_FOUND;
    size_t n = be32_read(head + 8), whole = ring_blocks(n) * RING_BLOCK;
    if (be64_read(head) != serial || whole > r->length - at)
        return ST_NOT_FOUND;
    head = buf_room(&r->room, whole);
    for (size_t got = 0; got < whole;) {
        ssize_t more = pread(r->fd, head + got, whole - got, (off_t)(at + got));
        if (more <= 0)
            return ST_NOT_FOUND;
        got += (size_t)more;
    }
    if (be64_read(head + NUMBERS) != sum_of(head, n))
        return ST_NOT_FOUND;
    *ret = (struct bytes){head + HEAD, n};
    return ST_OK;
}

enum status ring_read(struct ring *r, uint64_t serial, uint64_t *at, struct bytes *ret)
{
    enum status st = read_at(r, serial, *at, ret);
    if (st && *at) {
        *at = 0;
        st = read_at(r, serial, 0, ret);
    }
    if (!st)
        *at += ring_blocks(ret->n) * RING_BLOCK;
    return st;
}
