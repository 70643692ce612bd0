/* text.h - what must be known of UTF-8 text, and the word that was probably meant
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_BASE_TEXT_H
#define LEEWAY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
