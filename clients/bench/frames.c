#include "clients/bench/frames.h"

#include "daemon/base/check.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

enum { HOLES = 4, DIGITS = 12, CASE_BYTES = 9 };

static const uint64_t SERIAL = 987654321098u;
static const int64_t CASE = 0x7172737475767778;
static const char ID[] = "fedcba98-7654-7321-8fed-cba987654321";

struct hole {
    size_t at, n;
    enum { HOLE_SERIAL = 1, HOLE_ID, HOLE_CASE } what;
};

struct frames {
    struct {
        struct buf bytes;
        struct hole hole[HOLES]; /* from front to back */
        size_t n;
    } act[COURSE_ACTS];
};

/* Every place of the text in the act's bytes. */
static void holes_find(struct frames *f, unsigned act, const void *text, size_t n, int what)
{
    const struct buf *b = &f->act[act].bytes;
    for (size_t at = 0; at + n <= b->n; at++) {
        if (memcmp(b->p + at, text, n) != 0)
            continue;
        size_t to = f->act[act].n++;
        REQUIRE(to < HOLES);
        for (; to && f->act[act].hole[to - 1].at > at; to--)
            f->act[act].hole[to] = f->act[act].hole[to - 1];
        f->act[act].hole[to] = (struct hole){.at = at, .n = n, .what = what};
    }
}

struct frames *frames_new(struct hash paper)
{
    struct frames *f = xcalloc(1, sizeof *f);
    struct arena *a = arena_new();
    struct buf kase = {0};
    buf_u8(&kase, 0xcf);
    buf_be64(&kase, (uint64_t)CASE);
    for (unsigned act = 0; act < COURSE_ACTS; act++) {
        struct course c = {.serial = SERIAL, .kase = act ? CASE : 0, .act = act, .paper = paper};
        struct value *m = course_message(a, &c);
        v_put_str(a, m, "id", ID);
        wire_encode(&f->act[act].bytes, m);
        holes_find(f, act, "987654321098", DIGITS, HOLE_SERIAL);
        holes_find(f, act, ID, FRAME_ID, HOLE_ID);
        holes_find(f, act, kase.p, CASE_BYTES, HOLE_CASE);
        REQUIRE(f->act[act].n >= (act ? 2 : 3));
        arena_reset(a);
    }
    buf_done(&kase);
    arena_free(a);
    return f;
}

void frames_free(struct frames *f)
{
    for (unsigned act = 0; f && act < COURSE_ACTS; act++)
        buf_done(&f->act[act].bytes);
    free(f);
}

static void serial_put(struct buf *out, uint64_t serial)
{
    char digits[DIGITS];
    for (int i = DIGITS - 1; i >= 0; i--, serial /= 10)
        digits[i] = (char)('0' + serial % 10);
    buf_put(out, digits, sizeof digits);
}

/* The shortest form. */
static void case_put(struct buf *out, uint64_t n)
{
    int bytes = n < 0x80 ? 0 : n <= UINT8_MAX ? 1 : n <= UINT16_MAX ? 2 : n <= UINT32_MAX ? 4 : 8;
    uint8_t to[CASE_BYTES] = {bytes == 8 ? 0xcf : bytes == 4 ? 0xce : bytes == 2 ? 0xcd : bytes ? 0xcc : (uint8_t)n};
    for (int i = bytes; i > 0; i--, n >>= 8)
        to[i] = (uint8_t)n;
    buf_put(out, to, (size_t)bytes + 1);
}

void frames_write(const struct frames *f, const struct course *c, const char id[FRAME_ID], struct buf *out)
{
    REQUIRE(c->act < COURSE_ACTS);
    const struct buf *b = &f->act[c->act].bytes;
    size_t at = 0;
    for (size_t i = 0; i < f->act[c->act].n; i++) {
        const struct hole *h = &f->act[c->act].hole[i];
        buf_put(out, b->p + at, h->at - at);
        if (h->what == HOLE_SERIAL)
            serial_put(out, FRAMES_SERIAL + c->serial);
        else if (h->what == HOLE_ID)
            buf_put(out, id, FRAME_ID);
        else
            case_put(out, (uint64_t)c->kase);
        at = h->at + h->n;
    }
    buf_put(out, b->p + at, b->n - at);
}
