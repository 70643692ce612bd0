/* calendar_file.h - a year's arrangement, or a jurisdiction's own days, read from YAML
 *
 *     year: 2019                        # or  local: yinchuan  for days to lay over the arrangements
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
    int year;          /* 0: local days */
    const char *local; /* whose days; NULL: a year */
    enum calendar_status status;
    const struct calendar_notice *notices;
    size_t notice_count;
    const struct calendar_entry *entries; /* in the order of the file; for calendar_add_year() or calendar_overlay() */
    size_t entry_count;
};

/* Read a file. Gives, in the arena; copies the bytes. NULL when p then holds any problem; every mistake of the file is
 * among them. What it gives, calendar_file_add() refuses only as standing there already. */
struct calendar_file *calendar_file_read(struct arena *a, const char *file, struct bytes in, struct problems *p);

/* Add it to a calendar. ST_EXISTS: the year, or local days, are there already; nothing changed. */
MUST_USE enum status calendar_file_add(struct calendar *cal, const struct calendar_file *f);

#endif
