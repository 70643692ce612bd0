/* render.h - the figures as Prometheus reads them (text exposition, version 0.0.4)
 *
 * Families in the order of one table, samples in the order of their labels: equal figures are equal text. Until there
 * was a census only what the monitor knows of itself is written, for a 0 that nobody counted would be a lie.
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_MONITOR_RENDER_H
#define LEEWAY_CLIENTS_MONITOR_RENDER_H

#include "clients/monitor/figures.h"

#define RENDER_TYPE "text/plain; version=0.0.4"

struct shown {
    const struct figures *figures;
    const char *version;
    bool connected;
    int64_t gaps, fetched; /* of the feed, since the monitor began */
};

/* Append. */
void render(struct buf *out, const struct shown *s);

#endif
