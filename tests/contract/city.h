/* city.h - a small city for the tests of the engine: departments, a case and its way to the archive
 *
 * Every step asserts that it was accepted and gives the answer.
 */
#ifndef LEEWAY_TESTS_CONTRACT_CITY_H
#define LEEWAY_TESTS_CONTRACT_CITY_H

#include "tests/lib/house.h"

/* committee over discipline, organisation, audit, publicity, housing; school is served on paper. Each of those with a
 * key has a principal of its name; discipline also `head`, who approves. */
void city_build(struct house *h);

bool city_accepted(const struct value *answer);

/* housing tells of a proceeding with two leads, one covered; the case is answer.case. done: NULL, today. */
struct value *city_proceeding(struct house *h, const char *done);
struct value *city_application(struct house *h, int64_t kase);
struct value *city_act(struct house *h, const char *act, int64_t kase);
/* Put a paper (32 bytes of one value) into a slot of a command. */
void city_paper(struct house *h, struct value *command, const char *slot, uint8_t byte);

const struct value *city_do(struct house *h, const char *principal, struct value *command);

/* From the proceeding to stage `until`: proceeding, received, verification, reported, opinion, determined, archived. */
int64_t city_case(struct house *h, const char *until);

#endif
