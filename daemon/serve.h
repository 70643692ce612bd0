/* serve.h - what becomes of a message, and of a result of the engine
 *
 * A message is checked for its bytes, its keys and its sender's key, then goes by its type: a command or report to the
 * engine's thread, a question to the store (on this thread, by a read transaction), chunks of
 * papers to their thread, all else to the sessions. Nothing
 * is answered to a command before its batch is durable: the answers come with the result.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_SERVE_H
#define LEEWAY_SERVE_H

#include "daemon/house.h"

/* A message came (router_plan.receive; ctx is the house). */
void serve_receive(void *ctx, const struct router_message *m);

/* A batch is done: answers, then streams, then transitions. Takes what the result says into the house; the result
 * itself stays the caller's. False: the outcome is not known or the store is broken; nothing was sent, house->exit_code
 * tells. */
bool serve_result(struct house *h, struct engine_result *r);

/* A chunk of a paper is done: answer it. The task stays the caller's. */
void serve_paper(struct house *h, const struct paper_task *task);

/* The heartbeat of the transitions endpoint. */
void serve_head(struct house *h);

/* The sessions of a house, with their doors to its store and ROUTER. Gives. */
struct sessions *serve_sessions(struct house *h, uint32_t first);

#endif
