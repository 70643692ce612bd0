#include "clients/agent/journal.h"

#include "daemon/base/buf.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUM = 16, GROWN = 8 << 20 };

struct journal {
    int folder, fd; /* the folder's descriptor holds the lock */
    char *head;     /* the first line without its end */
    int64_t cursor;
    int64_t base; /* position of entry[first] */
    struct journal_entry *entry;
    size_t first, n, cap; /* live ones are entry[first] .. entry[n - 1] */
    size_t live, torn, bytes;
    bool lost;
    struct buf out;
};

static enum status of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ST_FULL : errno == EACCES || errno == EPERM ? ST_DENIED : ST_IO;
}

/* ---- entries ---- */

static struct journal_entry *entry_at(struct journal *j, int64_t position)
{
    if (j->first == j->n) {
        j->first = j->n = 0;
        j->base = position;
    }
    if (position < j->base) { /* a member of a group takes over what is older than all it has */
        size_t more = (size_t)(j->base - position);
        if (more > j->first) {
            size_t shift = more - j->first;
            while (j->n + shift > j->cap) {
                j->cap = j->cap ? j->cap * 2 : 256;
                j->entry = xrealloc(j->entry, j->cap * sizeof *j->entry);
            }
            memmove(j->entry + more, j->entry + j->first, (j->n - j->first) * sizeof *j->entry);
            j->n += shift;
            j->first = more;
        }
        j->first -= more;
        j->base = position;
        for (size_t i = 0; i < more; i++)
            j->entry[j->first + i] = (struct journal_entry){.state = JOURNAL_GONE};
    }
    size_t want = j->first + (size_t)(position - j->base) + 1;
    while (want > j->cap) {
        j->cap = j->cap ? j->cap * 2 : 256;
        j->entry = xrealloc(j->entry, j->cap * sizeof *j->entry);
    }
    for (; j->n < want; j->n++)
        j->entry[j->n] = (struct journal_entry){.state = JOURNAL_GONE};
    return &j->entry[want - 1];
}

static void set(struct journal *j, int64_t position, enum journal_state state, const char *line, const char *reason)
{
    struct journal_entry *e = entry_at(j, position);
    if (!e)
        return;
    j->live += (state != JOURNAL_GONE) - (size_t)(e->state != JOURNAL_GONE);
    char *kept = state == JOURNAL_FAILED && !line ? e->line : line ? xstrdup(line) : NULL;
    if (e->line != kept)
        free(e->line);
    free(e->reason);
    *e =
        (struct journal_entry){state, kept, reason ? xstrdup(reason) : NULL, false, state != JOURNAL_GONE ? e->due : 0};
    while (j->first < j->n && j->entry[j->first].state == JOURNAL_GONE) {
        j->first++;
        j->base++;
    }
    if (j->first > 4096 && j->first * 2 > j->n) {
        memmove(j->entry, j->entry + j->first, (j->n - j->first) * sizeof *j->entry);
        j->n -= j->first;
        j->first = 0;
    }
}

static void set_told(struct journal *j, int64_t position)
{
    struct journal_entry *e = entry_at(j, position);
    e->told = e->state == JOURNAL_FAILED;
}

/* One record without checksum and line end. false: it is none. */
static bool apply(struct journal *j, const char *text)
{
    char kind = 0, *rest;
    errno = 0;
    if (!strchr("CNDFAR", text[0]) || text[1] != ' ')
        return false;
    kind = text[0];
    int64_t position = strtoll(text + 2, &rest, 10);
    if (errno || rest == text + 2 || position < 0 || (*rest && *rest != ' '))
        return false;
    const char *more = *rest == ' ' ? rest + 1 : "";
    if (kind == 'C' || (kind == 'N' && position > j->cursor))
        j->cursor = position;
    switch (kind) {
    case 'N':
        set(j, position, JOURNAL_TAKEN, more, NULL);
        break;
    case 'D':
        set(j, position, JOURNAL_DONE, NULL, NULL);
        break;
    case 'F':
        set(j, position, JOURNAL_FAILED, NULL, more);
        break;
    case 'A':
        set_told(j, position);
        break;
    case 'R':
        set(j, position, JOURNAL_GONE, NULL, NULL);
        break;
    }
    return true;
}

/* ---- lines ---- */

static void put_line(struct buf *out, const char *text)
{
    size_t n = strlen(text);
    buf_printf(out, "%016" PRIx64 " ", checksum(text, n, NULL, 0));
    buf_put(out, text, n);
    buf_u8(out, '\n');
}

static void put_record(struct buf *out, char kind, int64_t position, const char *more)
{
    struct buf line = {0};
    buf_printf(&line, "%c %" PRId64, kind, position);
    if (more) {
        buf_u8(&line, ' ');
        for (const char *c = more; *c; c++) /* a reason may have been written on several lines */
            buf_u8(&line, *c == '\n' ? ' ' : (uint8_t)*c);
    }
    put_line(out, buf_cstr(&line));
    buf_done(&line);
}

/* The text of the next line, or NULL at the end or before a torn one. Ends it with a NUL. */
static char *next_line(char **at, char *end)
{
    char *line = *at, *stop = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL, sum[SUM + 1];
    if (!stop || stop - line < SUM + 1)
        return NULL;
    *stop = 0;
    char *text = line + SUM + 1;
    snprintf(sum, sizeof sum, "%016" PRIx64, checksum(text, (size_t)(stop - text), NULL, 0));
    if (memcmp(sum, line, SUM) != 0 || line[SUM] != ' ' || strlen(text) != (size_t)(stop - text))
        return NULL;
    *at = stop + 1;
    return text;
}

/* ---- files ---- */

static enum status write_all(int fd, struct buf *b)
{
    for (size_t done = 0; done < b->n;) {
        ssize_t n = write(fd, b->p + done, b->n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            enum status st = of_errno();
            memmove(b->p, b->p + done, b->n -= done); /* what stands in the file is not written twice */
            return st;
        }
        done += (size_t)n;
    }
    buf_clear(b);
    return ST_OK;
}

static void put_entry(void *ctx, int64_t position, const struct journal_entry *e)
{
    struct buf *out = ctx;
    if (e->line)
        put_record(out, 'N', position, e->line);
    if (e->state != JOURNAL_TAKEN)
        put_record(out, e->state == JOURNAL_DONE ? 'D' : 'F', position, e->reason);
    if (e->told)
        put_record(out, 'A', position, NULL);
}

/* A whole new file, durable before it takes the old one's name. */
static enum status rewrite(struct journal *j)
{
    struct buf out = {0};
    put_line(&out, j->head);
    /* The cursor stands behind the entries: where the file breaks off, what is lost lies behind the one that is read */
    if (j->cursor >= 0 && j->first < j->n && j->base - 1 < j->cursor)
        put_record(&out, 'C', j->base - 1, NULL);
    journal_each(j, put_entry, &out);
    if (j->cursor >= 0)
        put_record(&out, 'C', j->cursor, NULL);
    size_t bytes = out.n;
    int fd = openat(j->folder, "journal.new", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    enum status st = fd < 0 ? of_errno() : write_all(fd, &out);
    if (st == ST_OK &&
        (fsync(fd) != 0 || renameat(j->folder, "journal.new", j->folder, "journal") != 0 || fsync(j->folder) != 0))
        st = of_errno();
    if (st == ST_OK) {
        if (j->fd >= 0)
            close(j->fd);
        j->fd = fd;
        j->bytes = bytes;
        buf_clear(&j->out); /* what gathered is in the new file */
    } else if (fd >= 0)
        close(fd);
    buf_done(&out);
    return st;
}

static enum status read_file(struct journal *j, struct buf *text)
{
    int fd = openat(j->folder, "journal", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ST_OK : of_errno();
    uint8_t block[65536];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_put(text, block, (size_t)n);
    enum status st = n < 0 ? of_errno() : ST_OK;
    close(fd);
    return st;
}

/* An agent that got as far as these had begun its stream. */
static bool used_before(const struct journal *j)
{
    return faccessat(j->folder, "head", F_OK, 0) == 0 || faccessat(j->folder, "mirror", F_OK, 0) == 0;
}

static enum status load(struct journal *j, char why[JOURNAL_WHY])
{
    struct buf text = {0};
    enum status st = read_file(j, &text);
    if (st != ST_OK)
        goto out;
    char *at = (char *)text.p, *end = text.n ? at + text.n : at, *line = text.n ? next_line(&at, end) : NULL;
    if (line && j->head && strcmp(line, j->head) != 0) {
        snprintf(why, JOURNAL_WHY, "it was kept for another subscriber: %s", line);
        st = ST_INVALID;
        goto out;
    }
    while (line && (line = next_line(&at, end)))
        if (!apply(j, line))
            break;
    j->torn = text.n ? (size_t)(end - at) : 0;
    j->lost = !j->torn && j->cursor < 0 && used_before(j);
    if (j->lost || (j->torn && j->cursor < 0)) /* what had been taken is not known: all comes again */
        j->cursor = 0;
out:
    buf_done(&text);
    return st;
}

enum status journal_open(const char *folder, const char *stream, const char *name, struct journal **ret,
                         char why[JOURNAL_WHY])
{
    struct journal *j = xcalloc(1, sizeof *j);
    struct buf head = {0};
    enum status st;
    j->fd = -1;
    j->cursor = -1;
    buf_printf(&head, "leeway-agent-journal 1 %s %s", stream, name);
    j->head = xstrdup(buf_cstr(&head));
    buf_done(&head);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        st = of_errno();
    else
        st = (j->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ? of_errno() : ST_OK;
    snprintf(why, JOURNAL_WHY, "%s", strerror(errno));
    if (st == ST_OK && flock(j->folder, LOCK_EX | LOCK_NB) != 0) {
        snprintf(why, JOURNAL_WHY, "another agent uses it");
        st = ST_BUSY;
    }
    if (st == ST_OK)
        st = load(j, why);
    if (st == ST_OK && (st = rewrite(j)) != ST_OK)
        snprintf(why, JOURNAL_WHY, "%s", strerror(errno));
    if (st == ST_OK)
        *ret = j;
    else
        journal_close(j);
    return st;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    for (size_t i = j->first; i < j->n; i++) {
        free(j->entry[i].line);
        free(j->entry[i].reason);
    }
    free(j->entry);
    free(j->head);
    buf_done(&j->out);
    if (j->fd >= 0)
        close(j->fd);
    if (j->folder >= 0)
        close(j->folder);
    free(j);
}

int64_t journal_cursor(const struct journal *j)
{
    return j->cursor;
}

size_t journal_torn(const struct journal *j)
{
    return j->torn;
}

bool journal_lost(const struct journal *j)
{
    return j->lost;
}

void journal_each(const struct journal *j, void (*each)(void *ctx, int64_t position, const struct journal_entry *e),
                  void *ctx)
{
    for (size_t i = j->first; i < j->n; i++)
        if (j->entry[i].state != JOURNAL_GONE)
            each(ctx, j->base + (int64_t)(i - j->first), &j->entry[i]);
}

const struct journal_entry *journal_entry(const struct journal *j, int64_t position)
{
    if (j->first == j->n || position < j->base || position - j->base >= (int64_t)(j->n - j->first))
        return NULL;
    const struct journal_entry *e = &j->entry[j->first + (size_t)(position - j->base)];
    return e->state == JOURNAL_GONE ? NULL : e;
}

void journal_begin(struct journal *j, int64_t position)
{
    if (j->cursor >= 0 || position < 0)
        return;
    put_record(&j->out, 'C', position, NULL);
    j->cursor = position;
}

void journal_take(struct journal *j, int64_t position, const char *line)
{
    put_record(&j->out, 'N', position, line);
    set(j, position, JOURNAL_TAKEN, line, NULL);
    if (position > j->cursor)
        j->cursor = position;
}

void journal_finish(struct journal *j, int64_t position, const char *reason)
{
    put_record(&j->out, reason ? 'F' : 'D', position, reason);
    set(j, position, reason ? JOURNAL_FAILED : JOURNAL_DONE, NULL, reason);
}

void journal_confirm(struct journal *j, int64_t position)
{
    const struct journal_entry *e = journal_entry(j, position);
    if (e && e->due) { /* of the time before: what becomes of it now is told anew */
        entry_at(j, position)->due--;
        return;
    }
    if (!e || e->state != JOURNAL_FAILED) {
        journal_forget(j, position);
        return;
    }
    put_record(&j->out, 'A', position, NULL);
    set_told(j, position);
}

void journal_forget(struct journal *j, int64_t position)
{
    put_record(&j->out, 'R', position, NULL);
    set(j, position, JOURNAL_GONE, NULL, NULL);
}

void journal_retry(struct journal *j, int64_t position)
{
    const struct journal_entry *e = journal_entry(j, position);
    if (!e || e->state != JOURNAL_FAILED || !e->line)
        return;
    char *line = xstrdup(e->line);
    unsigned due = e->due + !e->told;
    journal_take(j, position, line);
    entry_at(j, position)->due = due;
    free(line);
}

int64_t journal_top(const struct journal *j)
{
    size_t end = j->n;
    while (end > j->first && j->entry[end - 1].state == JOURNAL_GONE)
        end--;
    int64_t last = end > j->first ? j->base + (int64_t)(end - j->first) - 1 : 0;
    return j->cursor > last ? j->cursor : last;
}

enum status journal_cut(struct journal *j, int64_t position, const char *name)
{
    char kept[128];
    snprintf(kept, sizeof kept, "journal.%s", name);
    if (linkat(j->folder, "journal", j->folder, kept, 0) != 0 && errno != EEXIST)
        return of_errno();
    for (int64_t p = journal_top(j); p > position; p--)
        if (journal_entry(j, p))
            set(j, p, JOURNAL_GONE, NULL, NULL);
    if (j->cursor > position)
        j->cursor = position;
    return rewrite(j);
}

enum status journal_look(const char *folder, void (*each)(void *ctx, int64_t position, const struct journal_entry *e),
                         void *ctx)
{
    struct journal *j = xcalloc(1, sizeof *j);
    char why[JOURNAL_WHY];
    j->fd = -1;
    j->cursor = -1;
    j->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status st = j->folder < 0 ? errno == ENOENT ? ST_NOT_FOUND : of_errno() : load(j, why);
    if (st == ST_OK)
        journal_each(j, each, ctx);
    journal_close(j);
    return st;
}

enum status journal_write(struct journal *j)
{
    if (j->bytes > GROWN && j->live < 4096)
        return rewrite(j);
    j->bytes += j->out.n;
    return j->out.n ? write_all(j->fd, &j->out) : ST_OK;
}

enum status journal_sync(struct journal *j)
{
    enum status st = journal_write(j);
    return st == ST_OK && fdatasync(j->fd) != 0 ? of_errno() : st;
}
