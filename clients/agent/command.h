/* command.h - what a handler printed, as commands
 *
 * Each line of a handler's output is one JSON object with `act` and, as PROTOCOL.md has them for a command, `case`,
 * `procedure`, `expect`, `done`, `by`, `fields`, `papers`, `part`, `task`, `reason`, `second`; and `may_fail`. The case
 * is the notice's unless the line names one or a procedure; the task is the notice's when the act is what it asks for.
 * A paper is a hash in hexadecimal, or the name of a file to put first.
 *
 * The id follows from stream, position and number of the line, its time from the notice: a second run of the handler
 * repeats its commands, it does not double them.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_AGENT_COMMAND_H
#define LEEWAY_CLIENTS_AGENT_COMMAND_H

#include "proto/value.h"

enum { COMMAND_WHY = 320 };

/* The message, or NULL: why has a sentence. */
struct value *command_of_line(struct arena *a, const struct value *notice, struct bytes line, int number,
                              bool *ret_may_fail, char why[COMMAND_WHY]);

/* Replace hashes in hexadecimal by their bytes; the name of a file is handed to `put`, which gives its hash or false.
 */
bool command_papers(struct arena *a, struct value *message,
                    bool (*put)(void *ctx, const char *file, uint8_t ret_hash[32]), void *ctx);

#endif
