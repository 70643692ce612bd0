#include "daemon/ops/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MOST = 10000 };

static enum status failed(const char *what, struct buf *why)
{
    int e = errno;
    buf_printf(why, "%s: %s", what, strerror(e));
    return e == ENOENT ? ST_NOT_FOUND : ST_IO;
}

/* Read on until the end or one byte more than `most`. */
static ssize_t read_all(int fd, size_t most, struct buf *ret)
{
    char block[16384];
    ssize_t n;
    size_t sum = 0;
    while (sum <= most && (n = read(fd, block, sizeof block)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        buf_put(ret, block, (size_t)n);
        sum += (size_t)n;
    }
    return (ssize_t)sum;
}

enum status file_slurp(const char *file, size_t most, struct buf *ret, struct buf *why)
{
    size_t before = ret->n;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failed(file, why);
    enum status st = ST_OK;
    ssize_t n = read_all(fd, most, ret);
    if (n < 0) {
        st = failed(file, why);
    } else if ((size_t)n > most) {
        buf_printf(why, "%s: is longer than %zu bytes", file, most);
        st = ST_LIMIT;
    }
    if (st)
        ret->n = before;
    close(fd);
    return st;
}

static bool write_all(int fd, struct bytes content)
{
    while (content.n) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        content.p += n;
        content.n -= (size_t)n;
    }
    return true;
}

enum status file_replace(const char *file, struct bytes content, struct buf *why)
{
    char temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", file) >= (int)sizeof temporary) {
        buf_printf(why, "%s: the name is too long", file);
        return ST_INVALID;
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return failed(file, why);
    bool fine = write_all(fd, content) && fchmod(fd, 0644) == 0;
    fine = close(fd) == 0 && fine;
    if (fine && rename(temporary, file) == 0)
        return ST_OK;
    enum status st = failed(file, why);
    unlink(temporary);
    return st;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && !strcmp(name + n - m, ending);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status files_in(struct arena *a, const char *folder, const char *ending, const char ***ret, size_t *ret_n,
                     struct buf *why)
{
    const char **path = NULL;
    size_t n = 0, cap = 0;
    DIR *d = opendir(folder);
    if (!d)
        return failed(folder, why);
    for (struct dirent *e; (e = readdir(d)) && n < FOLDER_MOST;) {
        if (e->d_name[0] == '.' || !ends_in(e->d_name, ending))
            continue;
        ARENA_GROW(a, path, n, cap);
        path[n++] = arena_printf(a, "%s/%s", folder, e->d_name);
    }
    closedir(d);
    if (n)
        qsort(path, n, sizeof *path, by_name);
    *ret = path;
    *ret_n = n;
    return ST_OK;
}

enum status folder_make(const char *folder, struct buf *why)
{
    struct stat st;
    if (mkdir(folder, 0700) == 0)
        return ST_OK;
    if (errno == EEXIST && stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return ST_OK;
    return failed(folder, why);
}
