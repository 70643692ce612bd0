#include "daemon/ops/log.h"

#include "daemon/base/buf.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum log_level most = LOG_INFO;

void log_most(enum log_level level)
{
    most = level;
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error";
    case LOG_WARNING:
        return "warning";
    case LOG_NOTICE:
        return "notice";
    case LOG_INFO:
        return "info";
    case LOG_DEBUG:
        return "debug";
    }
    return "error";
}

/* A value that a reader of logfmt takes apart as it was meant; no control character gets through. */
static void put_value(struct buf *b, const char *text)
{
    bool plain = *text && !strpbrk(text, " =\"\\\n\r\t");
    if (!plain)
        buf_u8(b, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            buf_str(b, "\\n");
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            buf_u8(b, '?');
        else if (*c == '"' || *c == '\\')
            buf_printf(b, "\\%c", *c);
        else
            buf_u8(b, (uint8_t)*c);
    }
    if (!plain)
        buf_u8(b, '"');
}

void log_line(enum log_level level, const char *event, const struct log_field *fields)
{
    struct buf b = {0};
    if (level > most)
        return;
    if (getenv("JOURNAL_STREAM"))
        buf_printf(&b, "<%d>", (int)level);
    buf_printf(&b, "level=%s event=%s", level_name(level), event);
    for (const struct log_field *f = fields; f->key; f++) {
        buf_printf(&b, " %s=", f->key);
        if (f->text)
            put_value(&b, f->text);
        else
            buf_printf(&b, "%" PRId64, f->number);
    }
    buf_u8(&b, '\n');
    /* One write for a line, so that lines of threads do not mix. Where nobody can read it, nothing else can be told. */
    ssize_t n = write(STDERR_FILENO, b.p, b.n);
    (void)n;
    buf_done(&b);
}
