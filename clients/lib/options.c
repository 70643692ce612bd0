#include "clients/lib/options.h"

#include "clients/lib/error.h"
#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
#define X(name, what) name,
    LW_OPTIONS(X)
#undef X
};

enum { NAMES = sizeof names / sizeof *names, LONGEST = 4096 };

struct lw_opts {
    char *value[NAMES];
};

enum status file_read(const char *path, size_t most, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ST_NOT_FOUND : errno == EACCES ? ST_DENIED : ST_IO;
    uint8_t block[65536];
    size_t start = out->n;
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0 && out->n - start <= most)
        buf_put(out, block, (size_t)n);
    close(fd);
    return n < 0 ? ST_IO : out->n - start > most ? ST_LIMIT : ST_OK;
}

bool line_value(const char *text, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line ? 1 : 0) {
        if (strncmp(line, name, len) != 0 || line[len] != ':')
            continue;
        const char *from = line + len + 1, *to = from + strcspn(from, "\r\n");
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (to > from && isspace((unsigned char)to[-1]))
            to--;
        if ((size_t)(to - from) >= size)
            return false;
        memcpy(out, from, (size_t)(to - from));
        out[to - from] = 0;
        return true;
    }
    return false;
}

struct lw_opts *lw_opts_new(void)
{
    return xcalloc(1, sizeof(struct lw_opts));
}

void lw_opts_free(struct lw_opts *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < NAMES; i++)
        free(o->value[i]);
    free(o);
}

bool lw_opts_set(struct lw_opts *o, const char *name, const char *value, struct lw_error *e)
{
    if (!name || !value) {
        error_set(e, LW_OPTION, "an option needs a name and a value; %s has none", name ? name : "one of them");
        return false;
    }
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(name, names[i]) == 0) {
            free(o->value[i]);
            o->value[i] = xstrdup(value);
            return true;
        }
    }
    const char *near = text_nearest(name, names, NAMES);
    error_set(e, LW_OPTION, "there is no option %s%s%s", name, near ? "; did you mean " : "", near ? near : "");
    return false;
}

const char *lw_opts_get(const struct lw_opts *o, const char *name)
{
    for (size_t i = 0; name && i < NAMES; i++)
        if (strcmp(name, names[i]) == 0)
            return o->value[i];
    return NULL;
}

static bool default_context(char *out, size_t size)
{
    const char *set = getenv("LEEWAY_CONTEXT"), *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (set && *set)
        snprintf(out, size, "%s", set);
    else if (xdg && *xdg)
        snprintf(out, size, "%s/leeway/context", xdg);
    else
        snprintf(out, size, "%s/.config/leeway/context", home ? home : "");
    return set && *set;
}

/* A key or a file that a context names relative to itself. A key in Z85 may hold a slash, so its length decides. */
static void set_relative(struct lw_opts *o, const char *file, const char *name, const char *value)
{
    char path[2 * LONGEST];
    const char *slash = strrchr(file, '/');
    bool is_file = strstr(name, "key") && strlen(value) != LW_KEY - 1 && *value != '/';
    if (is_file && slash)
        snprintf(path, sizeof path, "%.*s/%s", (int)(slash - file), file, value);
    else
        snprintf(path, sizeof path, "%s", value);
    (void)lw_opts_set(o, name, path, NULL);
}

/* Every line must be known: a slip of the pen would leave an option unset in silence. */
static bool check_lines(const char *file, const char *text, struct lw_error *e)
{
    int number = 1;
    for (const char *line = text; *line; number++) {
        size_t len = strcspn(line, "\n"), word = strcspn(line, ":\n");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)word, line);
        bool known = *line == '#' || strspn(line, " \t\r") >= len;
        for (size_t i = 0; i < NAMES; i++)
            known = known || (word < len && strcmp(name, names[i]) == 0);
        if (!known) {
            const char *near = text_nearest(name, names, NAMES);
            error_set(e, LW_OPTION, "%s:%d: expected one of endpoint, transitions, server-key, key%s%s", file, number,
                      near ? "; did you mean " : "", near ? near : "");
            return false;
        }
        line += len + (line[len] == '\n');
    }
    return true;
}

bool lw_opts_context(struct lw_opts *o, const char *file, struct lw_error *e)
{
    char path[LONGEST];
    bool wanted = true, fine = false;
    if (file)
        snprintf(path, sizeof path, "%s", file);
    else
        wanted = default_context(path, sizeof path);
    struct buf text = {0};
    enum status st = file_read(path, 65536, &text);
    if (st != ST_OK) {
        fine = st == ST_NOT_FOUND && !wanted;
        if (!fine)
            error_set(e, LW_OPTION, "cannot read the context %s: %s", path, status_text(st));
        goto out;
    }
    if (!check_lines(path, buf_cstr(&text), e))
        goto out;
    for (size_t i = 0; i < NAMES; i++) {
        char value[LONGEST];
        if (line_value(buf_cstr(&text), names[i], value, sizeof value))
            set_relative(o, path, names[i], value);
    }
    fine = true;
out:
    buf_done(&text);
    return fine;
}
