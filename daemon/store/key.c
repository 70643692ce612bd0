#include "daemon/store/key.h"

#include <string.h>

void key_begin(struct key *k)
{
    k->n = 0;
    k->spoilt = false;
}

void key_add_raw(struct key *k, const void *p, size_t n)
{
    if (k->spoilt || n > sizeof k->b - k->n) {
        k->spoilt = true;
        return;
    }
    if (n)
        memcpy(k->b + k->n, p, n);
    k->n += n;
}

static void add_integer(struct key *k, uint64_t v, size_t n)
{
    uint8_t b[8];
    for (size_t i = 0; i < n; i++)
        b[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
    key_add_raw(k, b, n);
}

void key_add_u8(struct key *k, uint8_t v)
{
    add_integer(k, v, 1);
}

void key_add_u32(struct key *k, uint32_t v)
{
    add_integer(k, v, 4);
}

void key_add_u64(struct key *k, uint64_t v)
{
    add_integer(k, v, 8);
}

static const uint64_t SIGN = (uint64_t)1 << 63;

void key_add_i64(struct key *k, int64_t v)
{
    add_integer(k, (uint64_t)v ^ SIGN, 8);
}

void key_add_strn(struct key *k, const char *s, size_t n)
{
    if (n && memchr(s, 0, n))
        k->spoilt = true;
    key_add_raw(k, s, n);
    key_add_u8(k, 0);
}

void key_add_str(struct key *k, const char *s)
{
    key_add_raw(k, s, strlen(s) + 1);
}

struct bytes key_bytes(const struct key *k)
{
    return (struct bytes){k->b, k->spoilt ? 0 : k->n};
}

struct key key_u64(uint64_t v)
{
    struct key k;
    key_begin(&k);
    key_add_u64(&k, v);
    return k;
}

struct key key_str(const char *s)
{
    struct key k;
    key_begin(&k);
    key_add_str(&k, s);
    return k;
}

void key_past_prefix(struct key *k)
{
    while (k->n && k->b[k->n - 1] == 0xff)
        k->n--;
    if (k->n)
        k->b[k->n - 1]++;
    else
        k->spoilt = true;
}

enum status key_take_raw(struct bytes *rest, size_t n, struct bytes *ret)
{
    if (n > rest->n)
        return ST_CORRUPT;
    *ret = (struct bytes){rest->p, n};
    rest->p += n;
    rest->n -= n;
    return ST_OK;
}

static enum status take_integer(struct bytes *rest, size_t n, uint64_t *ret)
{
    struct bytes part;
    enum status st = key_take_raw(rest, n, &part);
    if (st)
        return st;
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | part.p[i];
    *ret = v;
    return ST_OK;
}

enum status key_take_u8(struct bytes *rest, uint8_t *ret)
{
    uint64_t v;
    enum status st = take_integer(rest, 1, &v);
    if (!st)
        *ret = (uint8_t)v;
    return st;
}

enum status key_take_u32(struct bytes *rest, uint32_t *ret)
{
    uint64_t v;
    enum status st = take_integer(rest, 4, &v);
    if (!st)
        *ret = (uint32_t)v;
    return st;
}

enum status key_take_u64(struct bytes *rest, uint64_t *ret)
{
    return take_integer(rest, 8, ret);
}

enum status key_take_i64(struct bytes *rest, int64_t *ret)
{
    uint64_t v;
    enum status st = take_integer(rest, 8, &v);
    if (!st)
        *ret = (int64_t)(v ^ SIGN);
    return st;
}

enum status key_take_str(struct bytes *rest, const char **ret)
{
    const uint8_t *end = rest->n ? memchr(rest->p, 0, rest->n) : NULL;
    if (!end)
        return ST_CORRUPT;
    *ret = (const char *)rest->p;
    rest->n -= (size_t)(end + 1 - rest->p);
    rest->p = end + 1;
    return ST_OK;
}

int key_compare(struct bytes a, struct bytes b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool key_has_prefix(struct bytes key, struct bytes prefix)
{
    return key.n >= prefix.n && (prefix.n == 0 || memcmp(key.p, prefix.p, prefix.n) == 0);
}
