/* uv.c - transitions in a libuv loop: a poll handle on lw_fd(), a timer for lw_timeout()
 *
 *     uv COUNT [PREFIX]             prints so many transitions of kind/procedure/department/, from the first on
 */
#include <leeway.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static struct lw_client *client;
static uv_poll_t readable;
static uv_timer_t timer;

static void on_timer(uv_timer_t *t)
{
    (void)t;
    lw_process(client);
    int ms = lw_timeout(client);
    uv_timer_start(&timer, on_timer, ms < 0 ? 60000 : (uint64_t)ms, 0);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
    (void)p, (void)status, (void)events;
    on_timer(&timer);
}

static void transition(void *ctx, const struct lw_msg *t)
{
    int *left = ctx;
    if (*left > 0)
        printf("%s, case %lld\n", lw_msg_str(t, "kind", "?"), (long long)lw_msg_int(t, "case", 0));
    if (--*left == 0)
        uv_stop(uv_default_loop());
}

int main(int argc, char **argv)
{
    struct lw_error e;
    int left = argc > 1 ? atoi(argv[1]) : 1;
    struct lw_opts *o = lw_opts_new();
    struct lw_watch_options wo = {.prefix = argc > 2 ? argv[2] : "", .ctx = &left, .transition = transition};
    if (!lw_opts_context(o, NULL, &e) || !(client = lw_open(o, &e)) || !lw_watch(client, &wo, &e))
        return fprintf(stderr, "%s\n", e.text), 2;
    uv_poll_init(uv_default_loop(), &readable, lw_fd(client));
    uv_poll_start(&readable, UV_READABLE, on_readable);
    uv_timer_init(uv_default_loop(), &timer);
    on_timer(&timer);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    lw_close(client, 0);
    lw_opts_free(o);
    return 0;
}
