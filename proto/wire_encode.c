/* Value trees to msgpack: what wire.h says of writing. */
#include "proto/keys.h"
#include "proto/wire.h"

#include <msgpack.h>
#include <string.h>

/* The most bytes that a header takes, or a value that is nothing else. */
enum { HEADER = 9, FIRST_ROOM = 1000, SHORT = 32 };

/* Room is asked for by the item, for its header and its bytes. The short forms, which nearly all items have, are
 * written here; msgpack-c chooses among the longer ones. It writes through a function; as one that the compiler sees,
 * into room that is there, that is a few moves and no call. */
struct out {
    uint8_t *end;
    struct buf *buf;     /* or, when NULL: */
    struct arena *arena; /* open from `begin` on */
    uint8_t *begin;
    bool numbers; /* keys that have a number stand as it */
};

static uint8_t *arena_more(struct out *o, uint8_t *p, size_t n)
{
    size_t have = (size_t)(p - o->begin), room;
    uint8_t *begin = arena_open(o->arena, 2 * have + n, &room);
    memcpy(begin, o->begin, have);
    o->begin = begin;
    o->end = begin + room;
    return begin + have;
}

static uint8_t *more_room(struct out *o, uint8_t *p, size_t n)
{
    if (!o->buf)
        return arena_more(o, p, n);
    o->buf->n = (size_t)(p - o->buf->p);
    p = buf_room(o->buf, n < FIRST_ROOM ? FIRST_ROOM : n);
    o->end = o->buf->p + o->buf->cap;
    return p;
}

static inline uint8_t *room(struct out *o, uint8_t *p, size_t n)
{
    return n > (size_t)(o->end - p) ? more_room(o, p, n) : p;
}

static inline int pack_into(void *to, const char *from, size_t n)
{
    uint8_t **p = to;
    memcpy(*p, from, n);
    *p += n;
    return 0;
}

/* Fewer than 32 bytes: two moves that may overlap, and no call. */
static inline uint8_t *pack_short(uint8_t *to, const void *from, size_t n)
{
    const uint8_t *p = from;
    if (n >= 16) {
        memcpy(to, p, 16);
        memcpy(to + n - 16, p + n - 16, 16);
    } else if (n >= 8) {
        memcpy(to, p, 8);
        memcpy(to + n - 8, p + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, p, 4);
        memcpy(to + n - 4, p + n - 4, 4);
    } else if (n) {
        to[0] = p[0];
        to[n / 2] = p[n / 2];
        to[n - 1] = p[n - 1];
    }
    return to + n;
}

/* The longer forms; p is given by value, so that it may stay in a register elsewhere. */
static __attribute__((noinline)) uint8_t *pack_long(uint8_t *p, const char *s, size_t n)
{
    msgpack_packer to = {&p, pack_into};
    msgpack_pack_str_with_body(&to, s, n);
    return p;
}

static inline uint8_t *pack_text(struct out *o, uint8_t *p, const char *s, size_t n)
{
    p = room(o, p, HEADER + n);
    if (n >= SHORT)
        return pack_long(p, s, n);
    *p++ = (uint8_t)(0xa0 | n);
    return pack_short(p, s, n);
}

static uint8_t *pack_any(struct out *o, uint8_t *p, const struct value *v);
static uint8_t *pack_other(struct out *o, uint8_t *p, const struct value *v);

static inline uint8_t *pack(struct out *o, uint8_t *p, const struct value *v)
{
    if (v->kind == V_STR)
        return pack_text(o, p, v->u.str.s, v->u.str.n);
    if (v->kind == V_INT && v->u.i >= 0 && v->u.i < 128) {
        p = room(o, p, HEADER);
        *p = (uint8_t)v->u.i;
        return p + 1;
    }
    if (v->kind == V_LIST || v->kind == V_MAP)
        return pack_any(o, p, v);
    p = room(o, p, HEADER);
    if (v->kind != V_BOOL)
        return pack_other(o, p, v);
    *p = v->u.b ? 0xc3 : 0xc2;
    return p + 1;
}

static uint8_t *pack_list(struct out *o, uint8_t *p, const struct value *v)
{
    struct value *const *item = v->u.list.item, *const *end = item + v->u.list.n;
    for (; item < end; item++)
        p = pack(o, p, *item);
    return p;
}

static uint8_t *pack_map(struct out *o, uint8_t *p, const struct value *v)
{
    const struct pair *pair = v->u.map.pair, *end = pair + v->u.map.n;
    for (; pair < end; pair++) {
        int number = o->numbers ? key_number(pair->key, pair->n, pair->head) : -1;
        if (number >= 0) {
            p = room(o, p, HEADER);
            *p++ = (uint8_t)number;
        } else {
            p = pack_text(o, p, pair->key, pair->n);
        }
        p = pack(o, p, pair->val);
    }
    return p;
}

/* A value of any kind and form, of a list or map the header. */
static __attribute__((noinline)) uint8_t *pack_other(struct out *o, uint8_t *p, const struct value *v)
{
    msgpack_packer to = {&p, pack_into};
    switch (v_kind(v)) {
    case V_NIL:
        msgpack_pack_nil(&to);
        break;
    case V_BOOL:
        (void)(v->u.b ? msgpack_pack_true(&to) : msgpack_pack_false(&to));
        break;
    case V_INT:
        msgpack_pack_int64(&to, v->u.i);
        break;
    case V_STR:
        return pack_text(o, p, v->u.str.s, v->u.str.n);
    case V_BIN:
        p = room(o, p, HEADER + v->u.bin.n);
        msgpack_pack_bin(&to, v->u.bin.n);
        if (v->u.bin.n)
            msgpack_pack_bin_body(&to, v->u.bin.p, v->u.bin.n);
        break;
    case V_LIST:
        msgpack_pack_array(&to, v->u.list.n);
        break;
    case V_MAP:
        msgpack_pack_map(&to, v->u.map.n);
        break;
    }
    return p;
}

static uint8_t *pack_any(struct out *o, uint8_t *p, const struct value *v)
{
    p = room(o, p, HEADER);
    if (v_kind(v) == V_MAP) {
        if (v->u.map.n >= SHORT / 2)
            p = pack_other(o, p, v);
        else
            *p++ = (uint8_t)(0x80 | v->u.map.n);
        return pack_map(o, p, v);
    }
    if (v_kind(v) == V_LIST) {
        if (v->u.list.n >= SHORT / 2)
            p = pack_other(o, p, v);
        else
            *p++ = (uint8_t)(0x90 | v->u.list.n);
        return pack_list(o, p, v);
    }
    return pack_other(o, p, v);
}

static void encode(struct buf *out, const struct value *v, bool numbers)
{
    struct out o = {.buf = out, .numbers = numbers};
    uint8_t *p = buf_room(out, FIRST_ROOM);
    o.end = out->p + out->cap;
    p = pack_any(&o, p, v);
    out->n = (size_t)(p - out->p);
}

static struct bytes encode_in(struct arena *a, const struct value *v, bool numbers)
{
    struct out o = {.arena = a, .numbers = numbers};
    size_t room;
    uint8_t *p = o.begin = arena_open(a, FIRST_ROOM, &room);
    o.end = p + room;
    p = pack_any(&o, p, v);
    struct bytes ret = {o.begin, (size_t)(p - o.begin)};
    arena_close(a, ret.n);
    return ret;
}

struct bytes wire_bytes(struct arena *a, const struct value *v)
{
    return encode_in(a, v, false);
}

struct bytes wire_bytes_own(struct arena *a, const struct value *v)
{
    return encode_in(a, v, true);
}

void wire_encode(struct buf *out, const struct value *v)
{
    encode(out, v, false);
}

void wire_encode_own(struct buf *out, const struct value *v)
{
    encode(out, v, true);
}

/* Of a number: positive ones are fixed below 128, negative ones from -32 on. */
static size_t int_size(int64_t n)
{
    if (n >= 0)
        return n < 128 ? 1 : n <= UINT8_MAX ? 2 : n <= UINT16_MAX ? 3 : n <= UINT32_MAX ? 5 : 9;
    return n >= -32 ? 1 : n >= INT8_MIN ? 2 : n >= INT16_MIN ? 3 : n >= INT32_MIN ? 5 : 9;
}

/* The head of n bytes or items: `fixed` are the most that one byte tells, `small` whether a length of one byte exists.
 */
static size_t head_size(size_t n, size_t fixed, bool small)
{
    return n <= fixed && fixed ? 1 : small && n <= UINT8_MAX ? 2 : n <= UINT16_MAX ? 3 : 5;
}

size_t wire_size(const struct value *v)
{
    size_t sum;
    switch (v_kind(v)) {
    case V_NIL:
    case V_BOOL:
        return 1;
    case V_INT:
        return int_size(v->u.i);
    case V_STR:
        return head_size(v->u.str.n, 31, true) + v->u.str.n;
    case V_BIN:
        return head_size(v->u.bin.n, 0, true) + v->u.bin.n;
    case V_LIST:
        sum = head_size(v->u.list.n, 15, false);
        for (size_t i = 0; i < v->u.list.n; i++)
            sum += wire_size(v->u.list.item[i]);
        return sum;
    case V_MAP:
        sum = head_size(v->u.map.n, 15, false);
        for (size_t i = 0; i < v->u.map.n; i++) {
            size_t n = strlen(v->u.map.pair[i].key);
            sum += head_size(n, 31, true) + n + wire_size(v->u.map.pair[i].val);
        }
        return sum;
    }
    return 0;
}
