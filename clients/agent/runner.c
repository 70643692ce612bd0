#include "clients/agent/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* In the child, between fork and exec: nothing here may allocate or lock. Returns only when it failed. */
static void become(const struct runner *r, const char *program, int in, char *const *environment, pid_t agent)
{
    static const int signals[] = {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    char *argv[] = {(char *)(uintptr_t)program, NULL}; /* exec does not write there */
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    sigemptyset(&none);
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return;
    if (getppid() != agent) /* it went before it could be watched */
        _exit(0);
    if (dup2(in, 0) < 0 || dup2(r->out, 1) < 0 || dup2(r->err, 2) < 0)
        return;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        (void)sigaction(signals[i], &usual, NULL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execvpe(program, argv, environment);
}

/* Not posix_spawn(): it cannot tie the child's life to ours. The pipe closes by exec, or brings why there was none. */
static int spawn(struct runner *r, const char *program, int in, char *const *environment)
{
    int news[2], failed = 0;
    pid_t agent = getpid();
    if (pipe2(news, O_CLOEXEC) != 0)
        return errno;
    r->pid = fork();
    if (r->pid == 0) {
        become(r, program, in, environment, agent);
        failed = errno;
        (void)!write(news[1], &failed, sizeof failed);
        _exit(127);
    }
    if (r->pid < 0)
        failed = errno;
    close(news[1]);
    while (r->pid > 0 && read(news[0], &failed, sizeof failed) < 0 && errno == EINTR)
        ;
    close(news[0]);
    if (failed && r->pid > 0)
        (void)waitpid(r->pid, NULL, 0);
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

static bool runs(const char *file)
{
    struct stat about;
    return stat(file, &about) == 0 && S_ISREG(about.st_mode) && access(file, X_OK) == 0;
}

bool runner_finds(const char *program)
{
    const char *path = getenv("PATH");
    if (strchr(program, '/'))
        return runs(program);
    for (const char *at = path ? path : "/bin:/usr/bin"; *at; at += strcspn(at, ":"), at += *at == ':') {
        char file[4096];
        int n = snprintf(file, sizeof file, "%.*s/%s", (int)strcspn(at, ":"), at, program);
        if (n > 0 && (size_t)n < sizeof file && runs(file))
            return true;
    }
    return false;
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

bool runner_floods(const struct runner *r)
{
    struct stat out = {0}, err = {0};
    (void)fstat(r->out, &out);
    (void)fstat(r->err, &err);
    return out.st_size > RUNNER_OUTPUT || err.st_size > RUNNER_OUTPUT;
}

void runner_signal(const struct runner *r, int signal)
{
    if (r->pid > 0)
        kill(-r->pid, signal);
}
