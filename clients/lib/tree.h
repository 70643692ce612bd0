/* tree.h - leeway.h for the house's own programs, to whom a message is a tree of proto/value.h
 *
 * Outside the house struct lw_msg is opaque; inside it is struct value, so that these programs read and make messages
 * with v_... and arenas. Files of the house include this one, never leeway.h. Two calls beside the public ones:
 */
#ifndef LEEWAY_CLIENTS_LIB_TREE_H
#define LEEWAY_CLIENTS_LIB_TREE_H

#define lw_msg value

#include "clients/lib/leeway.h"
#include "daemon/base/hash.h"
#include "proto/value.h"

/* As lw_call(); the answer is copied into the arena. */
enum lw_code tree_call(struct lw_client *c, struct arena *a, const struct value *message, int limit_ms,
                       const struct value **ret, struct lw_error *e);

/* As lw_paper_put(). */
struct hash tree_paper_put(struct lw_client *c, struct bytes paper, int limit_ms, lw_answer_fn answered, void *ctx);

#endif
