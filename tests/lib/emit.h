/* emit.h - a tree back to YAML, so that a file with something taken out can be read again
 *
 * Not for people: one document in flow style. Numbers and true, false stay bare when they were; every other text is
 * quoted.
 */
#ifndef LEEWAY_TESTS_LIB_EMIT_H
#define LEEWAY_TESTS_LIB_EMIT_H

#include "daemon/base/buf.h"
#include "daemon/yaml/node.h"

void emit_node(const struct node *n, struct buf *out);

#endif
