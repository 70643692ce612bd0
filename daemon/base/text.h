/* text.h - what must be known of UTF-8 text, and the word that was probably meant
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_BASE_TEXT_H
#define LEEWAY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first eight bytes of a text of n bytes, in the order of memory, then zeroes: nearly every search among names ends
 * with comparing these. Of a literal the compiler makes a constant of it. */
static inline uint64_t text_head(const char *s, size_t n)
{
    uint64_t head = 0;
    if (__builtin_constant_p(n) || n >= sizeof head) {
        memcpy(&head, s, n < sizeof head ? n : sizeof head);
        return head;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (n >= 4) { /* from both ends, which overlap */
        uint32_t first, last;
        memcpy(&first, s, sizeof first);
        memcpy(&last, s + n - sizeof last, sizeof last);
        return first | (uint64_t)last << 8 * (n - sizeof last);
    }
#endif
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)&head)[i] = (unsigned char)s[i];
    return head;
}

/* memcpy() of n bytes, without a call where they are few. */
static inline void text_copy(char *to, const char *s, size_t n)
{
    uint64_t first, last;
    uint32_t first4, last4;
    if (n > 2 * sizeof first) {
        memcpy(to, s, n);
    } else if (n >= sizeof first) { /* from both ends, which overlap */
        memcpy(&first, s, sizeof first);
        memcpy(&last, s + n - sizeof last, sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + n - sizeof last, &last, sizeof last);
    } else if (n >= sizeof first4) {
        memcpy(&first4, s, sizeof first4);
        memcpy(&last4, s + n - sizeof last4, sizeof last4);
        memcpy(to, &first4, sizeof first4);
        memcpy(to + n - sizeof last4, &last4, sizeof last4);
    } else {
        for (size_t i = 0; i < n; i++)
            to[i] = s[i];
    }
}

/* Are two texts of n bytes with the same head the same? Eight bytes at a time, the last ones first: whoever searches by
 * this calls nothing. */
static inline bool text_same_rest(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    if (n <= sizeof x)
        return true;
    size_t at = n - sizeof x;
    do {
        memcpy(&x, a + at, sizeof x);
        memcpy(&y, b + at, sizeof y);
        if (x != y)
            return false;
        at -= at < sizeof x ? at : sizeof x;
    } while (at > 0);
    return true;
}

/* strcmp() == 0, which nearly always is seen by the first byte. */
static inline bool text_same(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF) without U+0000. */
bool text_is_utf8(const char *s, size_t n);

/* The bytes of the first character of s, at most n, and its code point; 0 (and no code point) when it is not well
 * formed or n is 0. */
size_t text_char(const char *s, size_t n, uint32_t *ret);

/* The same with U+FFFD for each byte that is no part of well-formed UTF-8: what programs say comes in any encoding, and
 * cut anywhere. Gives: free(). */
char *text_mended(const char *s);

/* Columns of a terminal: 2 for CJK and full-width characters, 0 for combining ones, else 1. s is valid UTF-8. */
size_t text_columns(const char *s, size_t n);

/* Edit distance in characters (Damerau), counted up to `most`, above that most + 1. */
size_t text_distance(const char *a, const char *b, size_t most);

/* The word nearest to `word` among n, near enough to be a slip of the pen (a third of its length), or NULL. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* The decimal digits of a number, with its sign. Borrows out. */
enum { TEXT_INT = 21 };
const char *text_int(int64_t n, char out[TEXT_INT]);

/* [a-z0-9] and '-' or '_' inside, 1 to 64 bytes, begins with a letter: the form of every identifier of ours. */
bool text_is_name(const char *s);

#endif
