/* trust.h - the daemon's heads: signed when they go out, recognised when they come back
 *
 * A head is (generation, number, root) of the tree of records. Each that leaves the house is signed with a pair that
 * follows from the server's key. A subscriber remembers the last one and tells it when it asks `head`. One that this
 * daemon signed itself and that is higher than its own says that its store was put back to an earlier state and nobody
 * raised the generation: then it writes nothing any more (the house is *behind*), for the numbers that it would give
 * were given before. Only what the daemon's own key signed counts, so nobody can stop it by a lie.
 *
 * Threads: the loop's.
 */
#ifndef LEEWAY_TRUST_H
#define LEEWAY_TRUST_H

#include "daemon/house.h"

/* Before the server's key is wiped. */
void trust_begin(struct house *h);

/* Put generation, number, root and signature of the newest head into v. */
void trust_put_head(struct house *h, struct arena *a, struct value *v);

/* The answer to `head` gets its signature and the public key that it holds under. */
void trust_answer_head(struct house *h, struct arena *a, struct value *answer);

/* A question `head` that tells of one: look whether it is ours, and higher. */
void trust_hear(struct house *h, const char *principal, const struct value *question);

#endif
