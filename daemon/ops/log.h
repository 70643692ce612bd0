/* log.h - one line on standard error for each event that an operator must know
 *
 * Form: `level=warning event=connection-cut principal=fire count=1`: a fixed word for each kind of event, then fields;
 * values with blanks stand in quotes. Under systemd (JOURNAL_STREAM) a line begins with its priority, `<4>`. Never in a
 * line: the name of a person, a key, a text of a case.
 *
 * Only the roof logs. Threads: any (a line is one write).
 */
#ifndef LEEWAY_OPS_LOG_H
#define LEEWAY_OPS_LOG_H

#include <stdint.h>

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

struct log_field {
    const char *key;  /* NULL ends the list */
    const char *text; /* NULL: the number counts */
    int64_t number;
};

#define LOG_TEXT(key, text) ((struct log_field){(key), (text) ? (text) : "-", 0})
#define LOG_NUMBER(key, number) ((struct log_field){(key), 0, (int64_t)(number)})
#define LOG_END ((struct log_field){0, 0, 0})

/* log_say(LOG_INFO, "started", LOG_TEXT("version", v), LOG_NUMBER("number", n), LOG_END) */
#define log_say(level, event, ...) log_line((level), (event), (const struct log_field[]){__VA_ARGS__})

void log_line(enum log_level level, const char *event, const struct log_field *fields);

/* Lines above this level are not written; LOG_INFO at first. Before any thread is started. */
void log_most(enum log_level level);

#endif
