/* when.h - three kinds of time that do not mix
 *
 * struct when: a moment of the wall clock, milliseconds since 1970-01-01T00:00:00Z. Can jump.
 * struct tick: a moment of the monotonic clock, milliseconds since somewhen. Never jumps, means nothing to a clerk.
 * struct day:  a day of the civil (proleptic Gregorian) calendar, counted from 1970-01-01 = 0. Has no time zone.
 *
 * A jurisdiction's zone is an offset in minutes (Asia/Shanghai: +480, no daylight saving since 1991).
 *
 * Pure: nobody here reads a clock. Threads: any.
 */
#ifndef LEEWAY_BASE_WHEN_H
#define LEEWAY_BASE_WHEN_H

#include "daemon/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct when {
    int64_t ms;
};
struct tick {
    int64_t ms;
};
struct day {
    int32_t n;
};

#define WHEN_NEVER ((struct when){INT64_MAX})
#define DAY_NONE ((struct day){INT32_MIN})

enum { DAY_TEXT = 11, WHEN_TEXT = 30 }; /* bytes with the NUL */

struct civil {
    int year, month, day; /* month 1..12, day 1..31 */
};

struct day day_of_civil(int year, int month, int day);
struct civil day_civil(struct day d);
int day_weekday(struct day d); /* 1 Monday .. 7 Sunday */
bool day_is(struct day d);     /* false for DAY_NONE */

/* "2026-02-13" -> day. ST_INVALID when it is not such a text or no such day exists (years 1900 to 2999). */
MUST_USE enum status day_parse(const char *text, struct day *ret);
/* -> "2026-02-13"; "-" for DAY_NONE. Writes at most DAY_TEXT bytes and returns out. */
const char *day_text(struct day d, char out[DAY_TEXT]);

/* The civil day of a moment in the zone; the first moment of a day in the zone. */
struct day when_day(struct when w, int zone_minutes);
struct when day_start(struct day d, int zone_minutes);

/* "2026-02-13T09:00:00.000+08:00". */
const char *when_text(struct when w, int zone_minutes, char out[WHEN_TEXT]);
/* Reads that form, with or without seconds, fraction and zone (then the given zone counts). */
MUST_USE enum status when_parse(const char *text, int zone_minutes, struct when *ret);

#endif
