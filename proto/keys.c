#include "proto/keys.h"

const struct pair keys_known[KEYS] = {
#define X(text, bytes) {.key = text, .head = UINT64_C(bytes), .n = sizeof text - 1},
    KEYS_WORDS(X)
#undef X
};

const uint8_t keys_slot[1 << KEYS_BITS] = {KEYS_SLOTS};
