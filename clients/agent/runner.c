#include "clients/agent/runner.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int memory_file(const char *name, const char *content)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    size_t n = content ? strlen(content) : 0;
    if (fd < 0)
        return -1;
    if (n && (write(fd, content, n) != (ssize_t)n || write(fd, "\n", 1) != 1 || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int spawn(struct runner *r, const char *program, int in, char *const *environment)
{
    static const int signals[] = {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, usual;
    char *argv[] = {(char *)(uintptr_t)program, NULL}; /* exec does not write there */
    sigemptyset(&none);
    sigemptyset(&usual);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&usual, signals[i]);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, r->out, 1);
    posix_spawn_file_actions_adddup2(&files, r->err, 2);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &usual);
    int failed = posix_spawnp(&r->pid, program, &files, &attr, argv, environment);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

enum status runner_start(struct runner *r, const char *program, const char *input, char *const *environment, char *why,
                         size_t size)
{
    int in = memory_file("notice", input);
    *r = (struct runner){.out = memory_file("output", NULL), .err = memory_file("complaints", NULL)};
    int failed = in < 0 || r->out < 0 || r->err < 0 ? errno : spawn(r, program, in, environment);
    if (in >= 0)
        close(in);
    if (!failed)
        return ST_OK;
    snprintf(why, size, "cannot start %s: %s", program, strerror(failed));
    if (r->out >= 0)
        close(r->out);
    if (r->err >= 0)
        close(r->err);
    *r = (struct runner){.out = -1, .err = -1};
    return ST_IO;
}

/* At most `most` bytes from the offset on. */
static void read_from(int fd, off_t offset, size_t most, struct buf *out)
{
    uint8_t block[16384];
    ssize_t n;
    while (most && (n = pread(fd, block, most < sizeof block ? most : sizeof block, offset)) > 0) {
        buf_put(out, block, (size_t)n);
        offset += n;
        most -= (size_t)n;
    }
}

enum status runner_collect(struct runner *r, struct buf *ret_out, struct buf *ret_err)
{
    struct stat out = {0}, err = {0};
    (void)fstat(r->out, &out);
    (void)fstat(r->err, &err);
    read_from(r->out, 0, RUNNER_OUTPUT, ret_out);
    read_from(r->err, err.st_size > RUNNER_COMPLAINT ? err.st_size - RUNNER_COMPLAINT : 0, RUNNER_COMPLAINT, ret_err);
    close(r->out);
    close(r->err);
    *r = (struct runner){.out = -1, .err = -1};
    return out.st_size > RUNNER_OUTPUT ? ST_LIMIT : ST_OK;
}

void runner_signal(const struct runner *r, int signal)
{
    if (r->pid > 0)
        kill(-r->pid, signal);
}
