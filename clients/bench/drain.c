/* drain.c - leeway-bench-drain: a subscriber who was away reads its whole stream as fast as it comes
 *
 *     leeway-bench-drain ENDPOINT SERVER-KEY KEY-FILE STREAM
 *
 * By libleeway, over one connection, from the first notice to the newest that the daemon told of; then it reports them
 * as received and waits until that is durable. A notice out of order ends it. Prints one JSON object.
 */
#include "clients/lib/leeway.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WINDOW = 4095, WAIT_MS = 30000 };

struct drain {
    struct lw_stream *stream;
    int64_t position, received;
    bool open;
};

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-drain: %s: %s\n", what, why);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void notices(void *ctx, const struct lw_msg *const *notice, size_t n)
{
    struct drain *d = ctx;
    for (size_t i = 0; i < n; i++)
        if (lw_msg_int(notice[i], "position", 0) != ++d->position)
            fail("a notice", "it is out of order");
}

static void reported(void *ctx, int64_t received, const int64_t *position, size_t n)
{
    (void)position, (void)n;
    ((struct drain *)ctx)->received = received;
}

static void opened(void *ctx)
{
    ((struct drain *)ctx)->open = true;
}

static void ended(void *ctx, const struct lw_error *e)
{
    (void)ctx;
    fail("the stream ended", e->text);
}

static struct lw_client *connected(char **argv)
{
    struct lw_opts *o = lw_opts_new();
    struct lw_error e;
    struct lw_client *c = NULL;
    if (!lw_opts_set(o, "endpoint", argv[1], &e) || !lw_opts_set(o, "server-key", argv[2], &e) ||
        !lw_opts_set(o, "key", argv[3], &e) || !(c = lw_open(o, &e)))
        fail(argv[1], e.text);
    lw_opts_free(o);
    for (double end = seconds() + WAIT_MS / 1000.0; lw_state(c) != LW_UP;) {
        if (seconds() > end)
            fail(argv[1], "nobody answers");
        lw_run(c, 100);
    }
    return c;
}

int main(int argc, char **argv)
{
    struct drain d = {0};
    if (argc != 5) {
        fprintf(stderr, "Usage: leeway-bench-drain ENDPOINT SERVER-KEY KEY-FILE STREAM\n");
        return 64;
    }
    struct lw_client *c = connected(argv);
    double begun = seconds();
    d.stream = lw_subscribe(c, &(struct lw_stream_options){.stream = argv[4],
                                                           .name = "drain",
                                                           .messages = WINDOW,
                                                           .ctx = &d,
                                                           .notices = notices,
                                                           .reported = reported,
                                                           .opened = opened,
                                                           .ended = ended});
    while (!d.open || d.position < lw_last(d.stream))
        lw_run(c, 1000);
    double took = seconds() - begun;
    lw_received(d.stream, d.position);
    lw_flush(d.stream);
    while (d.received < d.position)
        lw_run(c, 1000);
    printf("{\"notices\": %" PRId64 ", \"seconds\": %.3f, \"per_second\": %.0f, \"received_seconds\": %.3f}\n",
           d.position, took, (double)d.position / took, seconds() - begun - took);
    lw_close(c, 1000);
    return 0;
}
