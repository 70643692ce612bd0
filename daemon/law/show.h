/* show.h - what the files that show a procedure share (private to daemon/law): conditions and effects in words
 *
 * `kind` is the kind of part in question, so that the fields of a part are told by their labels; NULL: none.
 */
#ifndef LEEWAY_LAW_SHOW_H
#define LEEWAY_LAW_SHOW_H

#include "daemon/law/procedure_show.h"

struct show {
    const struct procedure *p;
    struct buf *out;
    const struct part_kind *kind;
};

/* The label of a role, of "part.field", of a stage …; the name itself where nothing has it. */
const char *show_role(const struct show *s, const char *name);
const char *show_stage(const struct show *s, const char *name);
const char *show_act(const struct show *s, const char *name);
const char *show_fact(const struct show *s, const char *name);
const char *show_clock(const struct show *s, const char *name);
const char *show_kind(const struct show *s, const char *name);
const char *show_notice(const struct show *s, const char *name);
const char *show_outcome(const struct show *s, const char *name);
const char *show_part(const struct show *s, const char *name);

/* The words of a list by their labels, joined. */
typedef const char *show_label(const struct show *s, const char *name);
void show_list(const struct show *s, const struct words *w, show_label *label, const char *joint);

void show_guard(struct show *s, const struct guard *g);
void show_effect(struct show *s, const struct effect *e);

/* "15个工作日" or "30日". */
void show_length(const struct show *s, const struct clock_rule *c);

#endif
