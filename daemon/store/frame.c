#include "daemon/store/frame.h"

#include "daemon/base/hash.h"

#include <string.h>

void frame_make(struct bytes key, struct bytes val, uint8_t *out)
{
    uint64_t sum = checksum(key.p, key.n, val.p, val.n);
    out[0] = FRAME_VERSION;
    for (int i = 0; i < 8; i++)
        out[1 + i] = (uint8_t)(sum >> (8 * i));
    if (val.n)
        memcpy(out + FRAME_LEN, val.p, val.n);
}

enum status frame_open(struct bytes key, struct bytes framed, struct bytes *ret)
{
    if (framed.n < FRAME_LEN || framed.p[0] != FRAME_VERSION)
        return ST_CORRUPT;
    struct bytes val = {framed.p + FRAME_LEN, framed.n - FRAME_LEN};
    uint64_t sum = 0;
    for (int i = 0; i < 8; i++)
        sum |= (uint64_t)framed.p[1 + i] << (8 * i);
    if (sum != checksum(key.p, key.n, val.p, val.n))
        return ST_CORRUPT;
    *ret = val;
    return ST_OK;
}
