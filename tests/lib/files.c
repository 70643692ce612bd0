#include "tests/lib/files.h"

#include "daemon/base/check.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FILE *open_file(const char *path, const char *mode)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
    FILE *f = fopen(full, mode);
    if (!f)
        fail_msg("cannot open %s", full);
    return f;
}

struct buf files_read(const char *path)
{
    struct buf b = {0};
    char part[8192];
    FILE *f = open_file(path, "rb");
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(&b, part, n);
    fclose(f);
    return b;
}

static void write_file(const char *path, struct bytes is)
{
    FILE *f = open_file(path, "wb");
    assert_int_equal(fwrite(is.p, 1, is.n, f), is.n);
    assert_int_equal(fclose(f), 0);
}

/* Where two texts part: the line, and where it begins. */
static int first_difference(struct bytes a, struct bytes b, size_t *ret_begin)
{
    int line = 1;
    size_t begin = 0;
    for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
        if (a.p[i] == '\n') {
            line++;
            begin = i + 1;
        }
    *ret_begin = begin;
    return line;
}

static int line_length(struct bytes b, size_t from)
{
    size_t n = from;
    while (n < b.n && b.p[n] != '\n')
        n++;
    return from < b.n ? (int)(n - from) : 0;
}

void files_golden(const char *path, struct bytes is)
{
    const char *how = getenv("LEEWAY_GOLDEN");
    if (how && strcmp(how, "write") == 0) {
        write_file(path, is);
        return;
    }
    struct buf golden = files_read(path);
    struct bytes should = buf_bytes(&golden);
    if (should.n != is.n || (is.n && memcmp(should.p, is.p, is.n) != 0)) {
        size_t at;
        int line = first_difference(should, is, &at);
        fail_msg("%s:%d: should be\n%.*s\nand is\n%.*s\n(LEEWAY_GOLDEN=write takes it over)", path, line,
                 line_length(should, at), (const char *)should.p + (at < should.n ? at : 0), line_length(is, at),
                 (const char *)is.p + (at < is.n ? at : 0));
    }
    buf_done(&golden);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct file_names files_list(const char *folder, const char *ending)
{
    struct file_names names = {0};
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, folder);
    DIR *d = opendir(full);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name), end = strlen(ending);
        if (n < end || strcmp(e->d_name + n - end, ending) != 0)
            continue;
        names.name = xrealloc(names.name, (names.n + 1) * sizeof *names.name);
        snprintf(full, sizeof full, "%s/%s", folder, e->d_name);
        names.name[names.n++] = xstrdup(full);
    }
    closedir(d);
    if (names.n)
        qsort(names.name, names.n, sizeof *names.name, by_name);
    return names;
}

void files_forget(struct file_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
    *names = (struct file_names){0};
}
