#include "daemon/clock.h"

#include "daemon/base/check.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
    struct timespec t;
    REQUIRE(clock_gettime(which, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct when clock_wall(void)
{
    return (struct when){read_ms(CLOCK_REALTIME)};
}

struct tick clock_tick(void)
{
    return (struct tick){read_ms(CLOCK_MONOTONIC)};
}

bool clock_unsynchronised(void)
{
    struct timex t = {.modes = 0};
    return adjtimex(&t) < 0 || (t.status & STA_UNSYNC);
}

void random_bytes(void *out, size_t n)
{
    unsigned char *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        REQUIRE(got > 0 || errno == EINTR);
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
}
