#include "clients/bench/curve.h"

#include "daemon/base/check.h"

#include <sodium.h>
#include <string.h>

enum {
    GREETING = 64,
    NONCE = crypto_box_NONCEBYTES,
    MAC = crypto_box_MACBYTES,
    COOKIE = 96,
    SHORT_FRAME = 255,
    FLAG_LONG = 2,
    FLAG_COMMAND = 4,
    INNER_COMMAND = 2,
    MESSAGE_HEAD = 8 + 8 + MAC + 1 /* name, nonce, code, flags */
};

static void nonce_set(uint8_t nonce[NONCE], const char *prefix, const uint8_t *rest)
{
    size_t n = strlen(prefix);
    memcpy(nonce, prefix, n);
    memcpy(nonce + n, rest, NONCE - n);
}

static void number_set(uint8_t to[8], uint64_t n)
{
    for (int i = 7; i >= 0; i--, n >>= 8)
        to[i] = (uint8_t)n;
}

static void frame_head(struct buf *out, uint8_t flags, size_t n)
{
    if (n > SHORT_FRAME) {
        buf_u8(out, flags | FLAG_LONG);
        buf_be64(out, n);
    } else {
        buf_u8(out, flags);
        buf_u8(out, (uint8_t)n);
    }
}

/* ---- the handshake ---- */

void curve_begin(struct curve *c, struct buf *out)
{
    static const uint8_t greeting[GREETING] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'C', 'U', 'R', 'V', 'E'};
    REQUIRE(sodium_init() >= 0);
    crypto_box_keypair(c->short_public, c->short_secret);
    c->nonce = 0;
    c->state = CURVE_GREETING;
    buf_put(out, greeting, sizeof greeting);
}

static void hello(struct curve *c, struct buf *out)
{
    static const uint8_t zero[1 + 72]; /* the minor version, and what makes this no shorter than the reply */
    uint8_t nonce[NONCE], number[8], box[64 + MAC];
    number_set(number, ++c->nonce);
    nonce_set(nonce, "CurveZMQHELLO---", number);
    REQUIRE(crypto_box_easy(box, zero, 64, nonce, c->server, c->short_secret) == 0);
    frame_head(out, FLAG_COMMAND, 200);
    buf_put(out, "\x05HELLO\x01", 7);
    buf_put(out, zero, sizeof zero);
    buf_put(out, c->short_public, CURVE_KEY);
    buf_put(out, number, sizeof number);
    buf_put(out, box, sizeof box);
}

/* Cookie, number, and a box of our public key, the vouch for the short-lived one and what we are. */
static void initiate(struct curve *c, const uint8_t *cookie, const uint8_t *server_short, struct buf *out)
{
    static const char meta[] = "\x0bSocket-Type\0\0\0\x06"
                               "DEALER\x08Identity\0\0\0";
    enum { META = sizeof meta, VOUCH = 2 * CURVE_KEY + MAC, INSIDE = CURVE_KEY + 16 + VOUCH + META };
    uint8_t nonce[NONCE], number[8], vouched[2 * CURVE_KEY], inside[INSIDE], box[INSIDE + MAC];
    memcpy(inside, c->public_key, CURVE_KEY);
    randombytes_buf(inside + CURVE_KEY, 16);
    nonce_set(nonce, "VOUCH---", inside + CURVE_KEY);
    memcpy(vouched, c->short_public, CURVE_KEY);
    memcpy(vouched + CURVE_KEY, c->server, CURVE_KEY);
    REQUIRE(crypto_box_easy(inside + CURVE_KEY + 16, vouched, sizeof vouched, nonce, server_short, c->secret) == 0);
    memcpy(inside + CURVE_KEY + 16 + VOUCH, meta, META);
    number_set(number, ++c->nonce);
    nonce_set(nonce, "CurveZMQINITIATE", number);
    REQUIRE(crypto_box_easy(box, inside, sizeof inside, nonce, server_short, c->short_secret) == 0);
    frame_head(out, FLAG_COMMAND, 9 + COOKIE + 8 + sizeof box);
    buf_put(out, "\x08INITIATE", 9);
    buf_put(out, cookie, COOKIE);
    buf_put(out, number, sizeof number);
    buf_put(out, box, sizeof box);
}

static bool welcome(struct curve *c, const uint8_t *body, size_t n, struct buf *out)
{
    uint8_t nonce[NONCE], inside[CURVE_KEY + COOKIE];
    if (n != 8 + 16 + MAC + sizeof inside || memcmp(body, "\x07WELCOME", 8) != 0)
        return false;
    nonce_set(nonce, "WELCOME-", body + 8);
    if (crypto_box_open_easy(inside, body + 24, MAC + sizeof inside, nonce, c->server, c->short_secret) != 0 ||
        crypto_box_beforenm(c->shared, inside, c->short_secret) != 0)
        return false;
    initiate(c, inside + CURVE_KEY, inside, out);
    return true;
}

/* ---- messages ---- */

static void seal(struct curve *c, uint8_t flags, struct bytes message, struct buf *out)
{
    uint8_t nonce[NONCE];
    frame_head(out, 0, MESSAGE_HEAD + message.n);
    uint8_t *p = buf_room(out, MESSAGE_HEAD + message.n);
    memcpy(p, "\x07MESSAGE", 8);
    number_set(p + 8, ++c->nonce);
    nonce_set(nonce, "CurveZMQMESSAGEC", p + 8);
    p[16 + MAC] = flags;
    memcpy(p + MESSAGE_HEAD, message.p, message.n);
    REQUIRE(crypto_box_detached_afternm(p + 16 + MAC, p + 16, p + 16 + MAC, 1 + message.n, nonce, c->shared) == 0);
    out->n += MESSAGE_HEAD + message.n;
}

void curve_seal(struct curve *c, struct bytes message, struct buf *out)
{
    REQUIRE(c->state == CURVE_OPEN);
    seal(c, 0, message, out);
}

/* A ping is answered with what stands behind its time to live. */
static void heartbeat(struct curve *c, struct bytes command, struct buf *out)
{
    if (command.n < 7 || memcmp(command.p, "\x04PING", 5) != 0)
        return;
    uint8_t pong[5 + 16] = "\x04PONG";
    size_t n = command.n - 7 < 16 ? command.n - 7 : 16;
    memcpy(pong + 5, command.p + 7, n);
    seal(c, INNER_COMMAND, (struct bytes){pong, 5 + n}, out);
}

static bool message(struct curve *c, uint8_t *body, size_t n, struct bytes *ret, struct buf *out)
{
    uint8_t nonce[NONCE];
    if (n < MESSAGE_HEAD || memcmp(body, "\x07MESSAGE", 8) != 0)
        return false;
    nonce_set(nonce, "CurveZMQMESSAGES", body + 8);
    uint8_t *inside = body + 16 + MAC;
    if (crypto_box_open_detached_afternm(inside, inside, body + 16, n - 16 - MAC, nonce, c->shared) != 0)
        return false;
    struct bytes found = {inside + 1, n - MESSAGE_HEAD};
    if (inside[0] & INNER_COMMAND)
        heartbeat(c, found, out);
    else
        *ret = found;
    return true;
}

static bool body_take(struct curve *c, uint8_t *body, size_t n, struct bytes *ret, struct buf *out)
{
    switch (c->state) {
    case CURVE_WELCOME:
        c->state = CURVE_READY;
        return welcome(c, body, n, out);
    case CURVE_READY: /* what the server is does not matter to us; that it could make the box does not either: the next
                         can */
        c->state = CURVE_OPEN;
        return n > 6 && memcmp(body, "\x05READY", 6) == 0;
    case CURVE_OPEN:
        return message(c, body, n, ret, out);
    case CURVE_GREETING:
    case CURVE_BROKEN:
        break;
    }
    return false;
}

size_t curve_take(struct curve *c, uint8_t *in, size_t n, struct bytes *ret, struct buf *out)
{
    *ret = (struct bytes){0};
    if (c->state == CURVE_GREETING) {
        if (n < GREETING)
            return 0;
        hello(c, out);
        c->state = in[10] >= 3 && memcmp(in + 12, "CURVE", 6) == 0 ? CURVE_WELCOME : CURVE_BROKEN;
        return c->state == CURVE_BROKEN ? 0 : GREETING;
    }
    if (c->state == CURVE_BROKEN || n < 2)
        return 0;
    size_t head = in[0] & FLAG_LONG ? 9 : 2;
    if (n < head)
        return 0;
    uint64_t body = head == 9 ? be64_read(in + 1) : in[1];
    if (body > n - head)
        return 0;
    if (body_take(c, in + head, (size_t)body, ret, out))
        return head + (size_t)body;
    c->state = CURVE_BROKEN;
    return 0;
}
