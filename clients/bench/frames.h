/* frames.h - the commands of a course as bytes, each encoded once: what differs from case to case is put in
 *
 * Pure. Threads: any, when nobody changes it.
 */
#ifndef LEEWAY_CLIENTS_BENCH_FRAMES_H
#define LEEWAY_CLIENTS_BENCH_FRAMES_H

#include "clients/bench/course.h"

enum { FRAME_ID = 36 };

struct frames;

/* Gives: frames_free(). paper: one that was put. */
struct frames *frames_new(struct hash paper);
void frames_free(struct frames *f);

/* Append the next act of the course under the id, the bytes that wire_encode() would make of it. The serial is counted
 * from FRAMES_SERIAL, so that it has always as many digits. */
#define FRAMES_SERIAL 100000000000u
void frames_write(const struct frames *f, const struct course *c, const char id[FRAME_ID], struct buf *out);

#endif
