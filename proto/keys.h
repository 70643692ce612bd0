/* keys.h - keys of records that have a number: in the store one byte stands for each (FORMAT.md)
 *
 * The numbers are for ever: keys.txt is only added to. Keys that a procedure brings along have none and stand as text.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_PROTO_KEYS_H
#define LEEWAY_PROTO_KEYS_H

#include "proto/keys.inc"
#include "proto/value.h"

/* The keys by their numbers, as pairs without a value; by the upper bits of head and length times the factor: the
 * number and 1. Read by the functions below, which every key of every record goes through. */
extern const struct pair keys_known[KEYS];
extern const uint8_t keys_slot[1 << KEYS_BITS];

/* The number of a key, or -1. head: v_head(). */
static inline int key_number(const char *key, size_t n, uint64_t head)
{
    int number = keys_slot[(head + n) * KEYS_FACTOR >> (64 - KEYS_BITS)] - 1;
    if (number < 0)
        return -1;
    const struct pair *known = &keys_known[number];
    bool same = known->head == head && known->n == n && text_same_rest(known->key, key, n);
    return same ? number : -1;
}

/* The key with that number as a pair without a value; key NULL: there is none. */
static inline struct pair key_numbered(uint64_t number)
{
    return number < KEYS ? keys_known[number] : (struct pair){0};
}

#endif
