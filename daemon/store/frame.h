/* frame.h - the nine bytes before each value: a version and a checksum over key and value
 *
 * See FORMAT.md. Pure. Threads: any.
 */
#ifndef LEEWAY_STORE_FRAME_H
#define LEEWAY_STORE_FRAME_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

enum { FRAME_VERSION = 2, FRAME_LEN = 9 };

/* Write FRAME_LEN + val.n bytes to out, which must not overlap key or val. */
void frame_make(struct bytes key, struct bytes val, uint8_t *out);

/* The value inside; borrows from framed. ST_CORRUPT: too short, another version, or the checksum does not match. */
MUST_USE enum status frame_open(struct bytes key, struct bytes framed, struct bytes *ret);

#endif
