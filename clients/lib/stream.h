/* stream.h - one department's stream as its subscriber sees it
 *
 *   WAIT ──(up, or the back-off is over)──► OPENING ──opened──► LIVE
 *     ▲                                        │                  │
 *     └────── down, no answer in 5 s ──────────┴── ended, silent ─┤
 *                                                                 └── taken over, revoked, no right ──► OVER
 *
 * Each `open` has a new id, and only the answer to the newest counts: the daemon's word about an older session cannot
 * end the present one. Notices at or below the position are dropped (their credit is given back), one that is not the
 * next opens the stream anew.
 *
 * Pure. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_STREAM_H
#define LEEWAY_CLIENTS_LIB_STREAM_H

#include "clients/lib/session.h"

enum { STREAM_BEAT = 5000, STREAM_SILENCE = 15000, STREAM_GATHER_MS = 50 };

/* Copies the texts of o. Gives: stream_free(). It is attached to the session and opens when that is up. */
struct lw_stream *stream_new(struct session *s, const struct lw_stream_options *o);
void stream_free(struct lw_stream *st);

/* From the session only. */
void stream_up(struct lw_stream *st);
void stream_down(struct lw_stream *st);
bool stream_input(struct lw_stream *st, const struct value *message); /* false: it is not for this stream */
void stream_tick(struct lw_stream *st);
struct tick stream_next(const struct lw_stream *st);

struct lw_stream *stream_sibling(const struct lw_stream *st); /* the next one of the session */
void stream_link(struct lw_stream *st, struct lw_stream *next);
void stream_bury(struct lw_stream *st, struct lw_stream **dead);
void stream_free_dead(struct lw_stream **dead);

#endif
