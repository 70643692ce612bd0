/* json.h - value trees to JSON and back
 *
 * The one door of jansson.h. Bytes are {"$bin":"<hex>"}. There are no fractions: 1.5 is refused by name. What the wire
 * refuses is refused here too (keys that stand twice, U+0000, more than 64 levels, broken UTF-8).
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_LIB_JSON_H
#define LEEWAY_CLIENTS_LIB_JSON_H

#include "daemon/base/status.h"
#include "proto/value.h"

enum { JSON_WHY = 256 };

/* One JSON text. ST_INVALID: *ret is untouched and why (may be NULL) has a sentence with line and column. */
MUST_USE enum status json_parse(struct arena *a, struct bytes text, struct value **ret, char why[JSON_WHY]);

/* Append v in one line, or indented by two spaces a level; no line end behind it. */
void json_line(struct buf *out, const struct value *v);
void json_pretty(struct buf *out, const struct value *v);

/* Lower-case hex of bytes, and back; false: not hex, or not exactly n bytes. */
void json_hex(struct buf *out, struct bytes b);
bool json_unhex(const char *hex, void *ret, size_t n);

#endif
