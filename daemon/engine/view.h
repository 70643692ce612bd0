/* view.h - the immutable picture that questions look at (the engine's own side of it)
 *
 * Threads: any.
 */
#ifndef LEEWAY_ENGINE_VIEW_H
#define LEEWAY_ENGINE_VIEW_H

#include "daemon/core/register.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/laws.h"

const struct register_book *view_register(const struct view *v);
const struct laws *view_laws(const struct view *v);
bool view_simulated(const struct view *v);

/* Has the principal's department a part in the case: a role, a task, a notice? private_: what identifies persons and
 * free text is asked for; having been told something is then not enough. The right inspect always is. */
bool case_cites(const struct value *kase, const struct hash *paper); /* in any slot */
/* The person or unit that the principal is, and nothing else; NULL: it is none. */
const char *view_subject(const struct view *v, const char *principal);
bool view_case_right(const struct view *v, const char *principal, const struct value *kase, bool private_);
bool register_case_part(const struct register_book *r, const char *principal, const struct value *kase, bool private_);

#endif
