/* calendar.h - which days are working days, and how limits are counted by them
 *
 * A day is a working day by its weekday (Monday to Friday), unless the State Council's arrangement of its year, or the
 * jurisdiction's own days laid over it, say otherwise. A year whose arrangement is not loaded or not announced goes
 * by the plain weekday, and whatever was counted through it is *provisional*. (The next year's notice may still settle
 * the last days of a year, as those for 2019 and 2023 did: the year's file is then loaded again.)
 *
 * The day a limit starts on is not counted. Days of 1900 to 2999 are legal everywhere; nothing is refused because a
 * year is unknown, and years need not follow one another.
 *
 * Pure. Memory: a calendar copies what it is given and owns what it answers with. Built by calendar_add_year() and
 * calendar_overlay(), then left alone; a changed arrangement is a new calendar with a version of its own.
 * Threads: one while it is built, then any.
 */
#ifndef LEEWAY_LAW_CALENDAR_H
#define LEEWAY_LAW_CALENDAR_H

#include "daemon/base/status.h"
#include "daemon/base/when.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CALENDAR_FIRST_YEAR = 1900,
    CALENDAR_LAST_YEAR = 2999,
    CALENDAR_MOST = 10000, /* days in a limit */
    CALENDAR_VERSION = 17, /* bytes with the NUL */
};

enum calendar_status { CALENDAR_OFFICIAL = 1, CALENDAR_NOT_ANNOUNCED };

/* A day that an arrangement names. */
struct calendar_entry {
    struct day day;
    bool off;           /* a rest day; else a working day */
    const char *name;   /* the holiday it belongs to */
    const char *source; /* number of the notice; NULL when there is none to name */
};

/* Why a day counts or not. */
enum calendar_why { CALENDAR_WEEKDAY = 1, CALENDAR_WEEKEND, CALENDAR_ARRANGED, CALENDAR_LOCAL, CALENDAR_OUTSIDE };

struct calendar_day {
    bool counts; /* a working day */
    bool known;  /* false: its year has no arrangement, so this is what the plain weekday says (or a local day) */
    enum calendar_why why;
    const char *name;   /* the entry's name, or "weekday", "weekend", "outside the calendar"; never NULL */
    const char *source; /* the entry's source; NULL for a plain weekday */
};

/* The last day of a limit; provisional when a day of an unknown year was needed to find it. */
struct calendar_due {
    struct day day;
    bool provisional;
};

struct calendar_count {
    int days;
    bool provisional;
};

struct calendar;

/* Gives an empty calendar, which knows no year: calendar_free(). */
struct calendar *calendar_new(void);
void calendar_free(struct calendar *cal);

/* Add the arrangement of a year. Copies the entries, which may be in any order. A year that is not announced has none;
 * adding it says only that somebody looked.
 * ST_INVALID  a year outside of 1900 to 2999, an entry outside of its year or without a name, a day named twice, or
 *             entries of a year that is not announced; nothing changed.
 * ST_EXISTS   the year is there already; nothing changed. */
MUST_USE enum status calendar_add_year(struct calendar *cal, int year, enum calendar_status status,
                                       const struct calendar_entry *entries, size_t n);

/* Lay a jurisdiction's own rest and working days over the arrangements; several overlays are laid over each other's
 * days only where they name different ones. Copies. They do not make a year known.
 * ST_INVALID  as above. ST_EXISTS: an overlay names one of the days already. Nothing changed. */
MUST_USE enum status calendar_overlay(struct calendar *cal, const struct calendar_entry *entries, size_t n);

/* 16 hexadecimal digits that follow from all content and from nothing else: not from the order of adding.
 * Borrows until the calendar changes. */
const char *calendar_version(const struct calendar *cal);

/* The first and the last year with an official arrangement, 0 when there is none; between them there may be gaps. */
int calendar_first_known(const struct calendar *cal);
int calendar_last_known(const struct calendar *cal);
bool calendar_knows(const struct calendar *cal, int year);

/* Whether a day counts, and why. Borrows until calendar_free(). */
struct calendar_day calendar_day(const struct calendar *cal, struct day day);

/* The day on which n working days, counted from the day after start, are complete; n 0: start itself.
 * ST_INVALID  start is no day of 1900 to 2999, or n is negative.
 * ST_LIMIT    n is above CALENDAR_MOST, or the end is after 2999. */
MUST_USE enum status calendar_add(const struct calendar *cal, struct day start, int n, struct calendar_due *ret);

/* The end of a limit of n calendar days: start + n, or the next working day when that is a rest day (also for n 0).
 * Provisional when the year of that day, or of a day it moved over, is unknown. Refuses as calendar_add() does. */
MUST_USE enum status calendar_add_days(const struct calendar *cal, struct day start, int n, struct calendar_due *ret);

/* Working days after a up to and including b; below zero when b is before a. A day outside of 1900 to 2999 is taken
 * as the nearest one inside. */
struct calendar_count calendar_between(const struct calendar *cal, struct day a, struct day b);

/* Working days of a year; 0 and provisional outside of 1900 to 2999. */
struct calendar_count calendar_working_days(const struct calendar *cal, int year);

#endif
