#include "proto/wire.h"

#include "daemon/base/text.h"
#include "proto/keys.h"

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

static enum wire_fault head_long(uint8_t c, const uint8_t *p, size_t left, struct head *ret)
{
    size_t form = c & 0x1f, width = forms[form].width;
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
        n = c & 1;
    *ret = (struct head){(enum value_kind)forms[form].kind, 1 + width, n};
    return WIRE_FINE;
}

/* The header at p, of which `left` bytes are there and c was the first. */
static inline enum wire_fault head_read(uint8_t c, const uint8_t *p, size_t left, struct head *ret)
{
    if (!left)
        return WIRE_TRUNCATED;
    if (c < 0x80)
        *ret = (struct head){V_INT, 1, c};
    else if (c < 0x90)
        *ret = (struct head){V_MAP, 1, c & 0x0fu};
    else if (c < 0xa0)
        *ret = (struct head){V_LIST, 1, c & 0x0fu};
    else if (c < 0xc0)
        *ret = (struct head){V_STR, 1, c & 0x1fu};
    else if (c < 0xe0)
        return head_long(c, p, left, ret);
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
    uint8_t first = w->at < w->n ? w->p[w->at] : 0;
    enum wire_fault fault = head_read(first, w->p + w->at, w->n - w->at, &h);
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
 * first byte of the next item, which has been read before. Values, pairs and items are cut from zeroed pieces of the
 * arena. */
struct reader {
    struct arena *arena;
    const uint8_t *end;
    uint8_t *piece;
    size_t left, next; /* of the piece; bytes of the next one */
    int depth;
    bool bad;
};

/* Where the reader is, and the byte that stood there. */
struct place {
    uint8_t *p;
    uint64_t c;
};

enum { PIECE = 1536, PIECE_LEAST = 192 };

static void *cut_slowly(struct reader *r, size_t n);

/* n zeroed bytes, a multiple of eight. */
static inline void *cut(struct reader *r, size_t n)
{
    if (n > r->left)
        return cut_slowly(r, n);
    void *ret = r->piece;
    r->piece += n;
    r->left -= n;
    return ret;
}

static void *cut_slowly(struct reader *r, size_t n)
{
    if (n > r->next / 2)
        return arena_alloc(r->arena, n);
    r->piece = arena_alloc(r->arena, r->next);
    r->left = r->next;
    r->next = PIECE;
    return cut(r, n);
}

/* p is at most the end, behind which one byte more is ours. */
static inline struct place place_at(uint8_t *p)
{
    return (struct place){p, *p};
}

static struct place failed(struct reader *r, struct place at)
{
    r->bad = true;
    return at;
}

/* n bytes of text behind a header of `size`; they fit. */
static inline struct place past_text(struct place at, size_t size, size_t n)
{
    at = place_at(at.p + size + n);
    *at.p = 0;
    return at;
}

static inline uint64_t head_of(const struct reader *r, const uint8_t *key, size_t n)
{
    uint64_t head = 0;
    if (n >= sizeof head || (size_t)(r->end - key) < sizeof head)
        return v_head((const char *)key, n);
    memcpy(&head, key, sizeof head);
    return n ? head & UINT64_MAX >> (64 - 8 * n) : 0; /* as v_head() has it: the first byte is the lowest */
}

/* A number stands for a key in records only: wire_check() lets none through. */
static inline struct place take_key(struct reader *r, struct place at, struct pair *ret)
{
    struct head h;
    size_t left = (size_t)(r->end - at.p);
    if (left && at.c < KEYS) {
        *ret = keys_known[at.c];
        return place_at(at.p + 1);
    }
    if (head_read((uint8_t)at.c, at.p, left, &h) || h.kind != V_STR || h.n > left - h.size)
        return failed(r, at);
    size_t n = (size_t)h.n;
    const uint8_t *key = at.p + h.size;
    *ret = (struct pair){.key = (const char *)key, .head = head_of(r, key, n), .n = n};
    return past_text(at, h.size, n);
}

static struct place take_any(struct reader *r, struct place at, struct value *ret);
static struct place take_map(struct reader *r, struct place at, size_t n, struct value *ret);
static struct place take_list(struct reader *r, struct place at, size_t n, struct value *ret);

/* One value into a zeroed place. Nearly all are small numbers, short texts, and short maps and lists; behind the last
 * byte stands a 0. */
static inline struct place take(struct reader *r, struct place at, struct value *ret)
{
    size_t left = (size_t)(r->end - at.p), n = at.c & 0x1f;
    if (left && at.c < 0x80) {
        ret->kind = V_INT;
        ret->u.i = (int64_t)at.c;
        return place_at(at.p + 1);
    }
    if ((at.c & 0xe0) == 0xa0 && n < left) {
        ret->kind = V_STR;
        ret->u.str.s = (const char *)at.p + 1;
        ret->u.str.n = n;
        return past_text(at, 1, n);
    }
    if ((at.c & 0xf0) == 0x80)
        return take_map(r, place_at(at.p + 1), at.c & 0x0f, ret);
    if ((at.c & 0xf0) == 0x90)
        return take_list(r, place_at(at.p + 1), at.c & 0x0f, ret);
    return take_any(r, at, ret);
}

/* As many items as the bytes that are left could hold at most. */
static bool plausible(struct reader *r, struct place at, size_t n)
{
    if (n > (size_t)(r->end - at.p) || r->depth >= WIRE_DEPTH)
        r->bad = true;
    return n && !r->bad;
}

/* The values of one list or map are one piece of memory; no key stands twice, so no pair is searched. */
static struct place take_list(struct reader *r, struct place at, size_t n, struct value *ret)
{
    ret->kind = V_LIST;
    if (!plausible(r, at, n))
        return at;
    struct value *v = cut(r, n * (sizeof *v + sizeof(struct value *)));
    struct value **item = ret->u.list.item = (struct value **)(v + n);
    r->depth++;
    for (size_t i = 0; i < n && !r->bad; i++) {
        item[i] = &v[i];
        at = take(r, at, &v[i]);
    }
    r->depth--;
    ret->u.list.n = ret->u.list.cap = r->bad ? 0 : n;
    return at;
}

static struct place take_map(struct reader *r, struct place at, size_t n, struct value *ret)
{
    ret->kind = V_MAP;
    if (!plausible(r, at, n))
        return at;
    struct value *v = cut(r, n * (sizeof *v + sizeof(struct pair)));
    struct pair *pair = ret->u.map.pair = (struct pair *)(v + n);
    r->depth++;
    for (size_t i = 0; i < n && !r->bad; i++) {
        at = take_key(r, at, &pair[i]);
        pair[i].val = &v[i];
        if (!r->bad)
            at = take(r, at, &v[i]);
    }
    r->depth--;
    ret->u.map.n = ret->u.map.cap = r->bad ? 0 : n;
    return at;
}

/* Of any form. Recursion is bounded by WIRE_DEPTH. */
static struct place take_any(struct reader *r, struct place at, struct value *ret)
{
    struct head h;
    size_t left = (size_t)(r->end - at.p);
    if (head_read((uint8_t)at.c, at.p, left, &h))
        return failed(r, at);
    size_t n = (size_t)h.n;
    bool has_bytes = h.kind == V_STR || h.kind == V_BIN;
    if (has_bytes && n > left - h.size)
        return failed(r, at);
    const uint8_t *body = at.p + h.size;
    ret->kind = h.kind;
    if (h.kind == V_STR) {
        ret->u.str.s = (const char *)body;
        ret->u.str.n = n;
        return past_text(at, h.size, n);
    }
    at = place_at(at.p + h.size + (has_bytes ? n : 0));
    if (h.kind == V_MAP)
        return take_map(r, at, n, ret);
    if (h.kind == V_LIST)
        return take_list(r, at, n, ret);
    if (h.kind == V_BIN)
        ret->u.bin = (struct bytes){body, n};
    else if (h.kind == V_BOOL)
        ret->u.b = n != 0;
    else
        ret->u.i = (int64_t)h.n;
    return at;
}

enum status wire_decode_own(struct arena *a, struct bytes in, struct value **ret)
{
    uint8_t *copy = (uint8_t *)arena_strn(a, (const char *)in.p, in.n);
    struct reader r = {.arena = a, .end = copy + in.n, .next = in.n < PIECE / 16 ? PIECE_LEAST : PIECE};
    struct value *v = cut(&r, sizeof *v);
    struct place at = take(&r, place_at(copy), v);
    if (r.bad || at.p != r.end)
        return ST_MALFORMED;
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
