/* keys.h - keys of records that have a number: in the store one byte stands for each (FORMAT.md)
 *
 * The numbers are for ever: keys.txt is only added to. Keys that a procedure brings along have none and stand as text.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_PROTO_KEYS_H
#define LEEWAY_PROTO_KEYS_H

#include "proto/value.h"

/* The number of a key, or -1. head: v_head(). */
int key_number(const char *key, size_t n, uint64_t head);

/* The key with that number as a pair without a value; key NULL: there is none. */
struct pair key_numbered(uint64_t number);

#endif
