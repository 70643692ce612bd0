/* procedure_show.h - a procedure told to people: as text, and as a picture
 *
 * Both follow from the compiled form alone and from nothing else, so that two files that mean the same show the same:
 * what is shown is what the judge carries out, not what the author wrote beside it.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_LAW_PROCEDURE_SHOW_H
#define LEEWAY_LAW_PROCEDURE_SHOW_H

#include "daemon/base/buf.h"
#include "daemon/law/procedure.h"

/* Append the whole procedure as text, by its Chinese labels, with articles and requirement numbers. */
void procedure_show(const struct procedure *p, struct buf *out);

/* Append the stages and acts as a Graphviz graph (DOT): ends as double circles, an edge for each act that moves a case
 * on with the clocks it starts (▶) and stops (■), and beside each stage the acts that may go on in it. */
void procedure_draw(const struct procedure *p, struct buf *out);

#endif
