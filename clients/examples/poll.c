/* poll.c - a department's notices in a program that has a loop of its own, until its standard input ends
 *
 *     poll DEPARTMENT NAME          prints and acknowledges each; the daemon and the key stand in the context
 */
#include <leeway.h>
#include <poll.h>
#include <stdio.h>

static struct lw_stream *stream;

static void notices(void *ctx, const struct lw_msg *const *notice, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        printf("%s, case %lld\n", lw_msg_str(notice[i], "label", "?"), (long long)lw_msg_int(notice[i], "case", 0));
        lw_ack(stream, lw_msg_int(notice[i], "position", 0));
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct lw_error e = {.text = "usage: poll DEPARTMENT NAME"};
    struct lw_opts *o = lw_opts_new();
    struct lw_client *c = argc == 3 && lw_opts_context(o, NULL, &e) ? lw_open(o, &e) : NULL;
    lw_opts_free(o);
    if (!c)
        return fprintf(stderr, "%s\n", e.text), 2;
    stream = lw_subscribe(
        c, &(struct lw_stream_options){.stream = argv[1], .name = argv[2], .after = -1, .notices = notices});
    struct pollfd fd[] = {{.fd = lw_fd(c), .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    while (!fd[1].revents) {
        poll(fd, 2, lw_timeout(c));
        lw_process(c);
    }
    lw_close(c, 5000); /* waits until the daemon has the reports */
    return 0;
}
