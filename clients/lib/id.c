/* id.c - the ids of leeway.h: UUID version 7, fresh or derived */
#include "clients/lib/tree.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static void write_uuid(int64_t ms, const uint8_t rest[10], char ret[LW_ID])
{
    uint8_t b[16];
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
    memcpy(b + 6, rest, 10);
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    char *out = ret;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        out += sprintf(out, "%02x", b[i]);
    }
}

void lw_uuid_of(int64_t ms, const char *text, char ret[LW_ID])
{
    struct hash h = hash_of(text, strlen(text));
    write_uuid(ms, h.b, ret);
}

void lw_uuid(char ret[LW_ID])
{
    struct timespec now;
    uint8_t rest[10];
    clock_gettime(CLOCK_REALTIME, &now);
    REQUIRE(getrandom(rest, sizeof rest, 0) == (ssize_t)sizeof rest); /* so few bytes always come whole */
    write_uuid((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, rest, ret);
}
