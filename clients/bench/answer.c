#include "clients/bench/answer.h"

#include <string.h>

/* One item's head: of a text or bytes `n` is their length, of a list or map the count of what follows as items. */
struct item {
    enum { ITEM_OTHER = 1, ITEM_INT, ITEM_TEXT, ITEM_BYTES, ITEM_LIST, ITEM_MAP } kind;
    uint64_t n; /* of an integer: itself, when it is not negative */
    const uint8_t *text;
};

struct walk {
    const uint8_t *p, *end;
};

static bool number(struct walk *w, size_t n, uint64_t *ret)
{
    if ((size_t)(w->end - w->p) < n)
        return false;
    for (*ret = 0; n; n--)
        *ret = *ret << 8 | *w->p++;
    return true;
}

/* Codes from 0xc0 to 0xdf. */
static bool long_head(struct walk *w, uint8_t code, struct item *ret)
{
    static const uint8_t length[32] = {
        [0x04] = 1, [0x05] = 2, [0x06] = 4, [0x0c] = 1, [0x0d] = 2, [0x0e] = 4, [0x0f] = 8, [0x10] = 1, [0x11] = 2,
        [0x12] = 4, [0x13] = 8, [0x19] = 1, [0x1a] = 2, [0x1b] = 4, [0x1c] = 2, [0x1d] = 4, [0x1e] = 2, [0x1f] = 4};
    unsigned at = code & 0x1f;
    ret->kind = ITEM_OTHER;
    if (at >= 0x04 && at <= 0x06)
        ret->kind = ITEM_BYTES;
    else if (at >= 0x0c && at <= 0x0f)
        ret->kind = ITEM_INT;
    else if (at >= 0x19 && at <= 0x1b)
        ret->kind = ITEM_TEXT;
    else if (at == 0x1c || at == 0x1d)
        ret->kind = ITEM_LIST;
    else if (at == 0x1e || at == 0x1f)
        ret->kind = ITEM_MAP;
    return number(w, length[at], &ret->n);
}

static bool head(struct walk *w, struct item *ret)
{
    if (w->p == w->end)
        return false;
    uint8_t code = *w->p++;
    *ret = (struct item){.kind = ITEM_OTHER};
    if (code < 0x80)
        *ret = (struct item){.kind = ITEM_INT, .n = code};
    else if (code < 0x90)
        *ret = (struct item){.kind = ITEM_MAP, .n = code & 0x0f};
    else if (code < 0xa0)
        *ret = (struct item){.kind = ITEM_LIST, .n = code & 0x0f};
    else if (code < 0xc0)
        *ret = (struct item){.kind = ITEM_TEXT, .n = code & 0x1f};
    else if (code < 0xe0 && !long_head(w, code, ret))
        return false;
    if (ret->kind == ITEM_TEXT || ret->kind == ITEM_BYTES) {
        if ((uint64_t)(w->end - w->p) < ret->n)
            return false;
        ret->text = w->p;
        w->p += ret->n;
    }
    return true;
}

/* What stands in a list or a map. */
static bool skip(struct walk *w, const struct item *i)
{
    uint64_t left = i->kind == ITEM_LIST ? i->n : i->kind == ITEM_MAP ? 2 * i->n : 0;
    for (struct item inner; left; left--) {
        if (!head(w, &inner))
            return false;
        left += inner.kind == ITEM_LIST ? inner.n : inner.kind == ITEM_MAP ? 2 * inner.n : 0;
    }
    return true;
}

bool answer_is(struct bytes text, const char *word)
{
    size_t n = strlen(word);
    return text.n == n && memcmp(text.p, word, n) == 0;
}

static void keep(struct answer *a, struct bytes key, const struct item *val)
{
    struct bytes text = {val->text, (size_t)val->n};
    if (val->kind == ITEM_TEXT && answer_is(key, "t")) {
        a->t = text;
    } else if (val->kind == ITEM_TEXT && answer_is(key, "id")) {
        a->id = text;
    } else if (val->kind == ITEM_INT) {
        if (answer_is(key, "case"))
            a->kase = (int64_t)val->n;
        else if (answer_is(key, "event"))
            a->event = (int64_t)val->n;
        else if (answer_is(key, "version"))
            a->version = (int64_t)val->n;
    } else if (val->kind == ITEM_LIST) {
        a->listed = true;
        a->items = (uint32_t)val->n;
    }
}

bool answer_read(struct bytes frame, struct answer *ret)
{
    struct walk w = {frame.p, frame.p + frame.n};
    struct item map, key, val;
    *ret = (struct answer){0};
    if (!head(&w, &map) || map.kind != ITEM_MAP)
        return false;
    for (uint64_t i = 0; i < map.n; i++) {
        if (!head(&w, &key) || key.kind != ITEM_TEXT || !head(&w, &val))
            return false;
        keep(ret, (struct bytes){key.text, (size_t)key.n}, &val);
        if (!skip(&w, &val))
            return false;
    }
    return w.p == w.end;
}
