/* buf.h - bytes that grow, and bytes that are looked at
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_BASE_BUF_H
#define LEEWAY_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. */
struct bytes {
    const uint8_t *p;
    size_t n;
};

/* Growing bytes. A zeroed struct buf is an empty one; buf_done() releases it and leaves it empty. */
struct buf {
    uint8_t *p;
    size_t n, cap;
};

void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_put(struct buf *b, const void *p, size_t n);
/* Where up to `most` bytes may be written; the caller then adds to b->n what it wrote. */
uint8_t *buf_room(struct buf *b, size_t most);
void buf_str(struct buf *b, const char *s); /* without the NUL */
void buf_u8(struct buf *b, uint8_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct bytes buf_bytes(const struct buf *b); /* borrows until the next call on b */

/* A NUL behind the last byte that does not count in n; borrows until the next call on b. */
const char *buf_cstr(struct buf *b);

uint32_t be32_read(const uint8_t *p);
uint64_t be64_read(const uint8_t *p);

#endif
