#include "proto/keys.h"

#include "proto/keys.inc"

#include <string.h>

static const struct {
    const char *word;
    size_t n;
} keys[KEYS] = {
#define X(text) {text, sizeof text - 1},
    KEYS_WORDS(X)
#undef X
};

/* By the upper bits of head and length times the factor: the number and 1. */
static const uint8_t slots[1 << KEYS_BITS] = {KEYS_SLOTS};

int key_number(const char *key, size_t n, uint64_t head)
{
    size_t slot = (size_t)((head + n) * KEYS_FACTOR >> (64 - KEYS_BITS));
    int number = slots[slot] - 1;
    if (number < 0 || keys[number].n != n || memcmp(keys[number].word, key, n) != 0)
        return -1;
    return number;
}

struct pair key_numbered(uint64_t number)
{
    if (number >= KEYS)
        return (struct pair){0};
    const char *word = keys[number].word;
    return (struct pair){.key = word, .head = v_head(word, keys[number].n), .n = keys[number].n};
}
