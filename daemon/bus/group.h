/* group.h - which member of a group has which notice
 *
 * The members of a group share the notices of one stream. A case belongs to the member that has undone notices of it;
 * a case that nobody has goes to the member with the fewest. So notices of one case come to one member, in order.
 *
 *     read ─► waiting ─ sent ─► with the member ─ settled ─► gone
 *                ▲                     │
 *                └──── passed on ◄─────┘  its member was expelled: under a new fence, marked `again`
 *
 * A member whose connection is gone keeps its place until group_expire(); when it comes back it is sent again what it
 * has not settled. What was claimed (the member has it durable) comes from the store when the group is made anew, so a
 * restart moves nothing.
 *
 * Pure but for memory. Bounded: GROUP_MOST notices are known at a time, however long the stream is. Threads: the
 * loop's.
 */
#ifndef LEEWAY_BUS_GROUP_H
#define LEEWAY_BUS_GROUP_H

#include "daemon/base/when.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GROUP_MOST = 2048, GROUP_MEMBERS_MOST = 64 };

struct group;
struct member;

/* Everything up to `read` was claimed by somebody once; fence: the greatest that a claim had. Gives. */
struct group *group_new(uint64_t read, int64_t fence);
void group_free(struct group *g);

/* A member is here, for the first time or again. NULL: there are GROUP_MEMBERS_MOST. Borrows until it is expelled. */
struct member *group_join(struct group *g, const char *name);
/* Its connection is gone; its place is kept. */
void group_leave(struct group *g, struct member *m, struct tick now);
/* It is out: what it has not settled goes to others. Ends the member. */
void group_expel(struct group *g, struct member *m);
/* Expel who is away for `limit_ms`. True: somebody was. */
bool group_expire(struct group *g, struct tick now, int64_t limit_ms);
bool group_deserted(const struct group *g); /* no member, here or away */

/* The store says that a member claimed a notice (a member that is not here gets a place), or settled it. */
void group_claimed(struct group *g, const char *name, uint64_t position, int64_t kase, int64_t fence, struct tick now);
void group_settled(struct group *g, uint64_t position);

/* What comes next from the stream: read behind group_read(), as many as there is room for, and add each. */
uint64_t group_read(const struct group *g);
size_t group_room(const struct group *g);
void group_add(struct group *g, uint64_t position, int64_t kase);

/* The first notices that wait to be sent to a member, at most `most`, all under one fence: they count as sent now,
 * until group_untake(). `again` tells for all of them. */
size_t group_take(struct group *g, struct member *m, size_t most, uint64_t *position, int64_t *ret_fence,
                  bool *ret_again);
void group_untake(struct group *g, const uint64_t *position, size_t n);
bool group_waits(const struct group *g, const struct member *m);

#endif
