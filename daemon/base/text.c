#include "daemon/base/text.h"

#include "daemon/base/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One character: its length, and the code point; 0 when it is not well formed. */
static size_t decode(const uint8_t *s, size_t n, uint32_t *ret)
{
    uint32_t c = s[0];
    if (c < 0x80) {
        *ret = c;
        return 1;
    }
    size_t len = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (!len || len > n)
        return 0;
    c &= 0x7fu >> len;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if ((len == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) || (len == 4 && (c < 0x10000 || c > 0x10ffff)))
        return 0;
    *ret = c;
    return len;
}

size_t text_char(const char *s, size_t n, uint32_t *ret)
{
    return n ? decode((const uint8_t *)s, n, ret) : 0;
}

bool text_is_utf8(const char *s, size_t n)
{
    for (size_t i = 0, k; i < n; i += k) {
        uint32_t c;
        k = decode((const uint8_t *)s + i, n - i, &c);
        if (!k || c == 0)
            return false;
    }
    return true;
}

char *text_mended(const char *s)
{
    static const char instead[] = {(char)0xef, (char)0xbf, (char)0xbd};
    size_t left = strlen(s), at = 0;
    char *out = xmalloc(left * sizeof instead + 1);
    while (left) {
        uint32_t c;
        size_t k = text_char(s, left, &c), taken = k ? k : 1;
        memcpy(out + at, k ? s : instead, k ? k : sizeof instead);
        at += k ? k : sizeof instead;
        s += taken;
        left -= taken;
    }
    out[at] = 0;
    return out;
}

static bool wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) || (c >= 0x3041 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
           (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1f64f) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

size_t text_columns(const char *s, size_t n)
{
    size_t columns = 0;
    for (size_t i = 0, k; i < n; i += k) {
        uint32_t c = 0;
        k = decode((const uint8_t *)s + i, n - i, &c);
        if (!k)
            k = 1;
        columns += wide(c) ? 2 : c >= 0x300 && c <= 0x36f ? 0 : 1;
    }
    return columns;
}

enum { LONGEST = 128 };

static size_t characters(const char *s, uint32_t out[LONGEST])
{
    size_t len = strlen(s), n = 0;
    for (size_t i = 0, k; i < len && n < LONGEST; i += k) {
        k = decode((const uint8_t *)s + i, len - i, &out[n]);
        if (!k) {
            out[n] = (uint8_t)s[i];
            k = 1;
        }
        n++;
    }
    return n;
}

static size_t min2(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b, size_t most)
{
    uint32_t x[LONGEST], y[LONGEST];
    size_t n = characters(a, x), m = characters(b, y);
    size_t before[LONGEST + 1], last[LONGEST + 1], row[LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    memcpy(before, last, sizeof before);
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = min2(min2(last[j], row[j - 1]) + 1, last[j - 1] + (x[i - 1] != y[j - 1]));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
                row[j] = min2(row[j], before[j - 2] + 1);
        }
        memcpy(before, last, sizeof before);
        memcpy(last, row, sizeof last);
    }
    return last[m] > most ? most + 1 : last[m];
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    uint32_t chars[LONGEST];
    size_t most = characters(word, chars) / 3 + 1, best = most + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = text_distance(word, words[i], most);
        if (d < best) {
            best = d;
            nearest = words[i];
        }
    }
    return nearest;
}

const char *text_int(int64_t n, char out[TEXT_INT])
{
    char *at = out + TEXT_INT - 1;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    *at = 0;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (n < 0)
        *--at = '-';
    return at;
}

bool text_is_name(const char *s)
{
    size_t n = strnlen(s, 65);
    if (n < 1 || n > 64 || s[0] < 'a' || s[0] > 'z')
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((c == '-' || c == '_') && i > 0 && i < n - 1)))
            return false;
    }
    return true;
}
