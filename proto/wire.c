#include "proto/wire.h"

#include "daemon/base/text.h"
#include "proto/keys.h"

#include <msgpack.h>
#include <string.h>

const char *wire_fault_name(enum wire_fault fault)
{
    switch (fault) {
#define X(name, text)                                                                                                  \
    case name:                                                                                                         \
        return text;
        WIRE_FAULTS(X)
#undef X
    }
    return "unknown";
}

/* ---- one header ---- */

/* What stands at the front of an item: its kind, the bytes of the header, and the number in it: the integer itself,
 * the truth, the length of a text or of bytes, the count of items or pairs. */
struct head {
    enum value_kind kind;
    size_t size;
    uint64_t n;
};

/* The forms 0xc0 to 0xdf: kind, and how many bytes the number behind the first byte has. What has no kind is refused:
 * 0xc1 is no form at all, the others are floats and extension types. */
static const struct {
    uint8_t kind, width, has_sign;
} forms[32] = {
    [0x00] = {V_NIL, 0, 0}, [0x02] = {V_BOOL, 0, 0}, [0x03] = {V_BOOL, 0, 0}, [0x04] = {V_BIN, 1, 0},
    [0x05] = {V_BIN, 2, 0}, [0x06] = {V_BIN, 4, 0},  [0x0c] = {V_INT, 1, 0},  [0x0d] = {V_INT, 2, 0},
    [0x0e] = {V_INT, 4, 0}, [0x0f] = {V_INT, 8, 0},  [0x10] = {V_INT, 1, 1},  [0x11] = {V_INT, 2, 1},
    [0x12] = {V_INT, 4, 1}, [0x13] = {V_INT, 8, 1},  [0x19] = {V_STR, 1, 0},  [0x1a] = {V_STR, 2, 0},
    [0x1b] = {V_STR, 4, 0}, [0x1c] = {V_LIST, 2, 0}, [0x1d] = {V_LIST, 4, 0}, [0x1e] = {V_MAP, 2, 0},
    [0x1f] = {V_MAP, 4, 0},
};

static enum wire_fault head_long(const uint8_t *p, size_t left, struct head *ret)
{
    size_t form = *p & 0x1f, width = forms[form].width;
    if (!forms[form].kind)
        return WIRE_BAD_TYPE;
    if (width > left - 1)
        return WIRE_TRUNCATED;
    uint64_t n = 0;
    for (size_t i = 1; i <= width; i++)
        n = n << 8 | p[i];
    if (forms[form].has_sign) {
        uint64_t sign = UINT64_C(1) << (8 * width - 1);
        n = (n ^ sign) - sign;
    } else if (forms[form].kind == V_INT && n > INT64_MAX) {
        return WIRE_BAD_INTEGER;
    }
    if (forms[form].kind == V_BOOL)
        n = *p & 1;
    *ret = (struct head){(enum value_kind)forms[form].kind, 1 + width, n};
    return WIRE_FINE;
}

/* The header at p, of which `left` bytes are there. */
static enum wire_fault head_read(const uint8_t *p, size_t left, struct head *ret)
{
    if (!left)
        return WIRE_TRUNCATED;
    uint8_t c = *p;
    if (c < 0x80)
        *ret = (struct head){V_INT, 1, c};
    else if (c < 0x90)
        *ret = (struct head){V_MAP, 1, c & 0x0fu};
    else if (c < 0xa0)
        *ret = (struct head){V_LIST, 1, c & 0x0fu};
    else if (c < 0xc0)
        *ret = (struct head){V_STR, 1, c & 0x1fu};
    else if (c < 0xe0)
        return head_long(p, left, ret);
    else
        *ret = (struct head){V_INT, 1, (uint64_t)(int8_t)c};
    return WIRE_FINE;
}

/* ---- the walk over foreign bytes ---- */

struct key {
    uint32_t at, n; /* the item; the bytes of the text */
    uint32_t head;  /* the bytes before the text */
};

/* A list or map that has begun and not ended. */
struct level {
    uint32_t left; /* items to come, two for each pair */
    bool is_map;
    size_t keys; /* of a map: where its keys begin */
};

/* The keys of the open maps lie one map behind the other; a map that ends takes its own away. */
struct walk {
    const uint8_t *p;
    size_t n, at;
    size_t depth, values;
    size_t nkeys, promised; /* keys seen, and keys that the open maps may still bring up to */
    struct level level[WIRE_DEPTH];
    struct key key[WIRE_PAIRS_NESTED];
};

static int key_order(const uint8_t *p, const struct key *a, const struct key *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    int order = memcmp(p + a->at + a->head, p + b->at + b->head, a->n);
    return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

static bool key_same(const uint8_t *p, const struct key *a, const struct key *b)
{
    return a->n == b->n && memcmp(p + a->at + a->head, p + b->at + b->head, a->n) == 0;
}

static void sift(const uint8_t *p, struct key *key, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && key_order(p, &key[child], &key[child + 1]) < 0)
            child++;
        if (key_order(p, &key[i], &key[child]) >= 0)
            return;
        struct key swap = key[i];
        key[i] = key[child];
        key[child] = swap;
    }
}

/* A heap sort: in place and never quadratic, whatever keys a peer chooses (qsort promises neither). */
static void sort(const uint8_t *p, struct key *key, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(p, key, i, n);
    for (size_t end = n; end-- > 1;) {
        struct key swap = key[0];
        key[0] = key[end];
        key[end] = swap;
        sift(p, key, 0, end);
    }
}

/* The first key that stands there a second time: its place, or 0 (no key is at 0, a map begins before it). */
static size_t twin(const uint8_t *p, struct key *key, size_t n)
{
    if (n <= 16) {
        for (size_t i = 1; i < n; i++)
            for (size_t j = 0; j < i; j++)
                if (key_same(p, &key[i], &key[j]))
                    return key[i].at;
        return 0;
    }
    size_t first = 0;
    sort(p, key, n);
    for (size_t i = 1; i < n; i++)
        if (key_same(p, &key[i - 1], &key[i]) && (!first || key[i].at < first))
            first = key[i].at;
    return first;
}

static enum wire_fault walk_open(struct walk *w, const struct head *h)
{
    size_t room = w->n - w->at - h->size;
    uint64_t items = h->kind == V_MAP ? 2 * h->n : h->n;
    if (w->depth == WIRE_DEPTH)
        return WIRE_TOO_DEEP;
    if (items > WIRE_VALUES - w->values)
        return WIRE_TOO_MANY;
    if (h->kind == V_MAP && (h->n > WIRE_PAIRS || h->n > WIRE_PAIRS_NESTED - w->promised))
        return WIRE_TOO_MANY;
    if (items > room)
        return WIRE_TRUNCATED;
    w->values += items;
    if (h->kind == V_MAP)
        w->promised += h->n;
    w->level[w->depth++] = (struct level){(uint32_t)items, h->kind == V_MAP, w->nkeys};
    return WIRE_FINE;
}

/* Leave the lists and maps that are complete. */
static struct wire_error walk_close(struct walk *w)
{
    while (w->depth && w->level[w->depth - 1].left == 0) {
        struct level *l = &w->level[--w->depth];
        size_t again = l->is_map ? twin(w->p, w->key + l->keys, w->nkeys - l->keys) : 0;
        if (again)
            return (struct wire_error){WIRE_TWICE, again};
        w->promised -= w->nkeys - l->keys;
        w->nkeys = l->keys;
    }
    return (struct wire_error){WIRE_FINE, 0};
}

/* One item: a scalar whole, of a list or map the header. */
static enum wire_fault walk_item(struct walk *w)
{
    struct level *in = w->depth ? &w->level[w->depth - 1] : NULL;
    bool is_key = in && in->is_map && in->left % 2 == 0;
    struct head h;
    enum wire_fault fault = head_read(w->p + w->at, w->n - w->at, &h);
    if (fault)
        return fault;
    if (is_key && h.kind != V_STR)
        return WIRE_BAD_KEY;
    if (in)
        in->left--;
    size_t body = 0;
    if (h.kind == V_LIST || h.kind == V_MAP) {
        fault = walk_open(w, &h);
        if (fault)
            return fault;
    } else if (h.kind == V_STR || h.kind == V_BIN) {
        if (h.n > w->n - w->at - h.size)
            return WIRE_TRUNCATED;
        body = (size_t)h.n;
        if (h.kind == V_STR && !text_is_utf8((const char *)w->p + w->at + h.size, body))
            return WIRE_BAD_UTF8;
    }
    if (is_key)
        w->key[w->nkeys++] = (struct key){(uint32_t)w->at, (uint32_t)body, (uint32_t)h.size};
    w->at += h.size + body;
    return WIRE_FINE;
}

struct wire_error wire_check(struct bytes in, size_t most)
{
    if (most > UINT32_MAX)
        most = UINT32_MAX;
    if (in.n > most)
        return (struct wire_error){WIRE_TOO_LONG, most};
    if (!in.n)
        return (struct wire_error){WIRE_TRUNCATED, 0};
    /* level and key are filled as far as they are used: zeroing them for each small message would cost more than it */
    struct walk w;
    w.p = in.p;
    w.n = in.n;
    w.at = w.depth = w.values = w.nkeys = w.promised = 0;
    do {
        enum wire_fault fault = walk_item(&w);
        if (fault)
            return (struct wire_error){fault, w.at};
        struct wire_error err = walk_close(&w);
        if (err.fault)
            return err;
    } while (w.depth);
    if (w.at < w.n)
        return (struct wire_error){WIRE_TRAILING, w.at};
    return (struct wire_error){WIRE_FINE, 0};
}

/* ---- decoding what passed ---- */

/* The bytes are copied once, and texts stay where they are in the copy: the NUL behind a text takes the place of the
 * first byte of the next item, as soon as that has been read. */
struct reader {
    struct arena *arena;
    uint8_t *p, *end;
    uint8_t *nul; /* where one is still to be written; NULL: nowhere */
    int depth;
    bool bad;
};

static struct head take_head(struct reader *r)
{
    struct head h = {V_NIL, 0, 0};
    if (head_read(r->p, (size_t)(r->end - r->p), &h))
        r->bad = true;
    if (r->nul)
        *r->nul = 0;
    r->nul = NULL;
    r->p += h.size;
    return h;
}

/* n bytes where they stand. */
static const uint8_t *take_bytes(struct reader *r, size_t n)
{
    const uint8_t *p = r->p;
    if (n > (size_t)(r->end - r->p)) {
        r->bad = true;
        return r->end; /* where a NUL has room */
    }
    r->p += n;
    return p;
}

static const char *take_text(struct reader *r, size_t n)
{
    const char *s = (const char *)take_bytes(r, n);
    r->nul = r->p;
    return s;
}

static void take(struct reader *r, struct value *ret);

/* As many items as the bytes that are left could hold at most. */
static bool plausible(struct reader *r, size_t n)
{
    if (n > (size_t)(r->end - r->p) || r->depth >= WIRE_DEPTH)
        r->bad = true;
    return n && !r->bad;
}

/* The values of one list or map are one piece of memory; no key stands twice, so no pair is searched. */
static void take_list(struct reader *r, size_t n, struct value *ret)
{
    if (!plausible(r, n))
        return;
    struct value *v = ARENA_ARRAY(r->arena, struct value, n);
    ret->u.list.item = ARENA_ARRAY(r->arena, struct value *, n);
    r->depth++;
    for (size_t i = 0; i < n && !r->bad; i++) {
        ret->u.list.item[i] = &v[i];
        take(r, &v[i]);
    }
    r->depth--;
    ret->u.list.n = ret->u.list.cap = r->bad ? 0 : n;
}

/* A number stands for a key in records only: wire_check() lets none through. */
static struct pair take_key(struct reader *r)
{
    struct head h = take_head(r);
    struct pair key = {0};
    size_t n = (size_t)h.n;
    if (h.kind == V_INT) {
        key = key_numbered(h.n);
    } else if (h.kind == V_STR) {
        key.key = take_text(r, n);
        key.n = n;
        key.head = r->bad ? 0 : v_head(key.key, n);
    }
    r->bad = r->bad || !key.key;
    return key;
}

static void take_map(struct reader *r, size_t n, struct value *ret)
{
    if (!plausible(r, n))
        return;
    struct value *v = ARENA_ARRAY(r->arena, struct value, n);
    ret->u.map.pair = ARENA_ARRAY(r->arena, struct pair, n);
    r->depth++;
    for (size_t i = 0; i < n && !r->bad; i++) {
        ret->u.map.pair[i] = take_key(r);
        ret->u.map.pair[i].val = &v[i];
        take(r, &v[i]);
    }
    r->depth--;
    ret->u.map.n = ret->u.map.cap = r->bad ? 0 : n;
}

/* One value into a zeroed place. Recursion is bounded by WIRE_DEPTH. */
static void take(struct reader *r, struct value *ret)
{
    struct head h = take_head(r);
    size_t n = (size_t)h.n;
    ret->kind = h.kind;
    switch (h.kind) {
    case V_NIL:
        return;
    case V_BOOL:
        ret->u.b = n != 0;
        return;
    case V_INT:
        ret->u.i = (int64_t)h.n;
        return;
    case V_STR:
        ret->u.str.s = take_text(r, n);
        ret->u.str.n = n;
        return;
    case V_BIN:
        ret->u.bin = (struct bytes){take_bytes(r, n), n};
        return;
    case V_LIST:
        take_list(r, n, ret);
        return;
    case V_MAP:
        take_map(r, n, ret);
        return;
    }
}

enum status wire_decode_own(struct arena *a, struct bytes in, struct value **ret)
{
    uint8_t *copy = (uint8_t *)arena_strn(a, (const char *)in.p, in.n);
    struct reader r = {.arena = a, .p = copy, .end = copy + in.n};
    struct value *v = ARENA_NEW(a, struct value);
    take(&r, v);
    if (r.bad || r.p != r.end)
        return ST_MALFORMED;
    if (r.nul)
        *r.nul = 0;
    *ret = v;
    return ST_OK;
}

enum status wire_decode_most(struct arena *a, struct bytes in, size_t most, struct value **ret, struct wire_error *err)
{
    struct wire_error found = wire_check(in, most);
    if (found.fault) {
        if (err)
            *err = found;
        return ST_MALFORMED;
    }
    return wire_decode_own(a, in, ret);
}

enum status wire_decode(struct arena *a, struct bytes in, struct value **ret, struct wire_error *err)
{
    return wire_decode_most(a, in, WIRE_BYTES, ret, err);
}

/* ---- encoding ---- */

/* msgpack-c chooses the shortest form by itself. It writes through a function; as one that the compiler sees, into room
 * that is there, that is a few moves and no call. */
struct out {
    uint8_t *p;
    bool numbers; /* keys that have a number stand as it */
};

static inline int pack_into(void *out, const char *p, size_t n)
{
    struct out *o = out;
    if (n)
        memcpy(o->p, p, n);
    o->p += n;
    return 0;
}

/* The most bytes that the value can take. */
static size_t room(const struct value *v)
{
    enum { HEADER = 9 };
    size_t n = HEADER;
    switch (v_kind(v)) {
    case V_NIL:
    case V_BOOL:
    case V_INT:
        break;
    case V_STR:
        n += v->u.str.n;
        break;
    case V_BIN:
        n += v->u.bin.n;
        break;
    case V_LIST:
        for (size_t i = 0; i < v->u.list.n; i++)
            n += room(v->u.list.item[i]);
        break;
    case V_MAP:
        for (size_t i = 0; i < v->u.map.n; i++)
            n += HEADER + v->u.map.pair[i].n + room(v->u.map.pair[i].val);
        break;
    }
    return n;
}

static void pack(struct out *o, const struct value *v);

static void pack_text(struct out *o, const char *s, size_t n)
{
    msgpack_packer to = {o, pack_into};
    msgpack_pack_str(&to, n);
    (void)pack_into(o, s, n);
}

static void pack_list(struct out *o, const struct value *v)
{
    msgpack_packer to = {o, pack_into};
    msgpack_pack_array(&to, v->u.list.n);
    for (size_t i = 0; i < v->u.list.n; i++)
        pack(o, v->u.list.item[i]);
}

static void pack_map(struct out *o, const struct value *v)
{
    msgpack_packer to = {o, pack_into};
    msgpack_pack_map(&to, v->u.map.n);
    for (size_t i = 0; i < v->u.map.n; i++) {
        const struct pair *p = &v->u.map.pair[i];
        int number = o->numbers ? key_number(p->key, p->n, p->head) : -1;
        if (number >= 0)
            msgpack_pack_uint8(&to, (uint8_t)number);
        else
            pack_text(o, p->key, p->n);
        pack(o, p->val);
    }
}

static void pack(struct out *o, const struct value *v)
{
    msgpack_packer to = {o, pack_into};
    switch (v_kind(v)) {
    case V_NIL:
        msgpack_pack_nil(&to);
        return;
    case V_BOOL:
        (void)(v->u.b ? msgpack_pack_true(&to) : msgpack_pack_false(&to));
        return;
    case V_INT:
        msgpack_pack_int64(&to, v->u.i);
        return;
    case V_STR:
        pack_text(o, v->u.str.s, v->u.str.n);
        return;
    case V_BIN:
        msgpack_pack_bin(&to, v->u.bin.n);
        (void)pack_into(o, (const char *)v->u.bin.p, v->u.bin.n);
        return;
    case V_LIST:
        pack_list(o, v);
        return;
    case V_MAP:
        pack_map(o, v);
        return;
    }
}

static void encode(struct buf *out, const struct value *v, bool numbers)
{
    struct out o = {buf_room(out, room(v)), numbers};
    pack(&o, v);
    out->n = (size_t)(o.p - out->p);
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
