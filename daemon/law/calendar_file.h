/* calendar_file.h - a year's arrangement, or the days that a jurisdiction lays over it, read from YAML
 *
 *     year: 2019
 *     status: official                  # or not-announced (then there are no notices and no days)
 *     working-days: 250                 # may be left out; when it stands there it must be what the days make
 *     notices:
 *       - {number: 国办发明电〔2018〕15号, issued: 2018-12-04, paper: 'https://…'}     # paper may be left out
 *       - {number: 国办发明电〔2019〕3号, issued: 2019-03-22}
 *     days:
 *       - {date: 2019-01-01, name: 元旦, off: true}
 *       - {date: 2019-04-28, name: 劳动节, off: false, notice: 国办发明电〔2019〕3号}
 *
 * A day without a notice of its own is from the first one. A file named 2019.yaml must be of 2019.
 *
 * An overlay is a file of its own: the days of one jurisdiction, laid over the arrangements whatever their year. It
 * stands as a whole: a later file of the same jurisdiction takes its place, and days that it no longer names go by the
 * arrangement again.
 *
 *     overlay: {jurisdiction: yinchuan, reason: 防汛停工, source: 银政办发〔2020〕8号}
 *     days:
 *       - {date: 2020-08-12, name: 防汛, off: true}       # off: false for a working day added
 *
 * Pure: takes bytes and the file's name. Threads: any.
 */
#ifndef LEEWAY_LAW_CALENDAR_FILE_H
#define LEEWAY_LAW_CALENDAR_FILE_H

#include "daemon/law/calendar.h"
#include "daemon/yaml/tree.h"

struct calendar_notice {
    const char *number;
    struct day issued;
    const char *paper; /* where it can be read; NULL when the file does not say */
};

struct calendar_file {
    int year;            /* 0: an overlay */
    const char *overlay; /* the jurisdiction whose days these are; NULL: a year */
    const char *reason;  /* of an overlay: why */
    enum calendar_status status;
    const struct calendar_notice *notices;
    size_t notice_count;
    const struct calendar_entry *entries; /* in the order of the file; for calendar_add_year() or calendar_overlay() */
    size_t entry_count;
};

/* Read a file. Gives, in the arena; copies the bytes. NULL when p then holds any problem; every mistake of the file is
 * among them. What it gives, calendar_file_add() refuses only as standing there already. */
struct calendar_file *calendar_file_read(struct arena *a, const char *file, struct bytes in, struct problems *p);

/* What it is of, in the arena: "2019", "overlay:yinchuan". A later file of the same takes the place of an earlier one. */
const char *calendar_file_of(struct arena *a, const struct calendar_file *f);

/* Add it to a calendar. ST_EXISTS: the year, or a day of another overlay, is there already; nothing changed. */
MUST_USE enum status calendar_file_add(struct calendar *cal, const struct calendar_file *f);

#endif
