/* counters.h - what the daemon counts of itself
 *
 * Plain numbers of the loop's thread; they begin at 0 with each start.
 */
#ifndef LEEWAY_OPS_COUNTERS_H
#define LEEWAY_OPS_COUNTERS_H

#include "proto/message.h"
#include "proto/wire.h"

#include <stdint.h>

/* name, meaning */
#define COUNTERS(X)                                                                                                    \
    X(commands, "commands and reports handed to the engine")                                                           \
    X(answers, "answers of the engine sent")                                                                           \
    X(answers_unsent, "answers whose sender was gone or full; the sender asks again with the same id")                 \
    X(questions, "questions answered")                                                                                 \
    X(papers, "chunks of papers put or got")                                                                           \
    X(faults, "messages that were no message")                                                                         \
    X(refused_limit, "commands refused before judging for a limit")                                                    \
    X(refused_right, "messages of a principal or stream without a right")                                              \
    X(batches, "batches of the engine")                                                                                \
    X(full_batches, "batches refused for want of space")                                                               \
    X(transitions, "transitions published")                                                                            \
    X(behind, "heads of its own heard that were higher than its own")

struct counters {
#define X(name, meaning) uint64_t name;
    COUNTERS(X)
#undef X
    uint64_t wire_fault[WIRE_BAD_INTEGER + 1], message_fault[MESSAGE_BAD_ROUTING_ID + 1]; /* the faults, by name */
};

#endif
