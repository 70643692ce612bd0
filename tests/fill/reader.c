/* leeway-soak-reader - departments that catch up, by libleeway in one process
 *
 *     leeway-soak-reader ENDPOINT SERVER-KEY KEYS-FOLDER ORGANS NOTICES
 *
 * A client for each of organ-000, organ-001, …, each with a connection and a session of its own, reads its stream from
 * the first notice on until all together have NOTICES, and reports them as received. Prints `notices N seconds S` (from
 * the first connection on) when it has them, waits for a line on its standard input, and prints `received seconds S`
 * when the daemon has all the reports. A notice out of order ends it.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "clients/lib/leeway.h"

enum { MOST = 1000 };

struct reader {
    struct lw_client *client;
    struct lw_stream *stream;
    int64_t position;
    bool received;
};

static struct reader readers[MOST];
static int64_t total, wanted;

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-soak-reader: %s: %s\n", what, why);
    exit(1);
}

static void notices(void *ctx, const struct lw_msg *const *notice, size_t n)
{
    struct reader *r = ctx;
    for (size_t i = 0; i < n; i++)
        if (lw_msg_int(notice[i], "position", 0) != ++r->position)
            fail("a notice", "it is out of order");
    total += (int64_t)n;
}

static void reported(void *ctx, int64_t received, const int64_t *position, size_t n)
{
    struct reader *r = ctx;
    (void)position;
    (void)n;
    r->received = received >= r->position;
}

static void ended(void *ctx, const struct lw_error *e)
{
    (void)ctx;
    fail("the stream ended", e->text);
}

static void begin(struct reader *r, char **argv, unsigned number)
{
    struct lw_opts *o = lw_opts_new();
    struct lw_error e;
    char stream[32], key[4096];
    snprintf(stream, sizeof stream, "organ-%03u", number);
    snprintf(key, sizeof key, "%s/%s.key", argv[3], stream);
    if (!lw_opts_set(o, "endpoint", argv[1], &e) || !lw_opts_set(o, "server-key", argv[2], &e) ||
        !lw_opts_set(o, "key", key, &e) || !(r->client = lw_open(o, &e)))
        fail(stream, e.text);
    lw_opts_free(o);
    struct lw_stream_options so = {.stream = stream,
                                   .name = "catchup",
                                   .messages = 4095,
                                   .ctx = r,
                                   .notices = notices,
                                   .reported = reported,
                                   .ended = ended};
    r->stream = lw_subscribe(r->client, &so);
}

/* Let all work until each is as far as `done` asks. */
static void turn_until(size_t n, bool (*done)(const struct reader *r))
{
    static struct pollfd fds[MOST];
    for (size_t left = n; left;) {
        int wait = 1000;
        for (size_t i = 0; i < n; i++) {
            int due = lw_timeout(readers[i].client);
            fds[i] = (struct pollfd){.fd = lw_fd(readers[i].client), .events = POLLIN};
            wait = due >= 0 && due < wait ? due : wait;
        }
        (void)poll(fds, (nfds_t)n, wait);
        left = 0;
        for (size_t i = 0; i < n; i++) {
            if (fds[i].revents || lw_timeout(readers[i].client) == 0)
                lw_process(readers[i].client);
            left += !done(&readers[i]);
        }
    }
}

static bool has_all(const struct reader *r)
{
    (void)r;
    return total >= wanted;
}

static bool has_reported(const struct reader *r)
{
    return r->received;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    size_t n = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;
    struct rlimit r;
    if (n < 1 || n > MOST) {
        fprintf(stderr, "Usage: leeway-soak-reader ENDPOINT SERVER-KEY KEYS-FOLDER ORGANS NOTICES\n");
        return 64;
    }
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &r);
    }
    wanted = strtoll(argv[5], NULL, 10);
    double began = now();
    for (size_t i = 0; i < n; i++)
        begin(&readers[i], argv, (unsigned)i);
    turn_until(n, has_all);
    printf("notices %" PRId64 " seconds %.3f\n", total, now() - began);
    fflush(stdout);
    (void)getchar();
    began = now();
    for (size_t i = 0; i < n; i++)
        lw_received(readers[i].stream, readers[i].position);
    turn_until(n, has_reported);
    printf("received seconds %.3f\n", now() - began);
    for (size_t i = 0; i < n; i++)
        lw_close(readers[i].client, 1000);
    return 0;
}
