#include "clients/bench/listen.h"

#include "clients/lib/tree.h"
#include "daemon/base/check.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEPT = 1 << 16 }; /* events that may be half known at a time */

struct moment {
    int64_t event, sent, answered, arrived; /* 0: not known */
};

struct listener {
    struct lw_client *client;
    struct lw_stream *stream;
    int64_t now;
    bool open;
    struct tally sent, answers;
    struct moment moment[KEPT];
};

static struct moment *moment_of(struct listener *l, int64_t event)
{
    struct moment *m = &l->moment[event % KEPT];
    if (m->event != event)
        *m = (struct moment){.event = event};
    return m;
}

static void settle(struct listener *l, struct moment *m)
{
    if (!m->sent || !m->arrived)
        return;
    tally_add(&l->sent, m->arrived - m->sent);
    tally_add(&l->answers, m->arrived - m->answered);
    m->event = 0;
}

static void notices(void *ctx, const struct value *const *notice, size_t n)
{
    struct listener *l = ctx;
    for (size_t i = 0; i < n; i++) {
        int64_t event = v_get_int(notice[i], "event", 0);
        struct moment *m = moment_of(l, event);
        if (!m->arrived)
            m->arrived = l->now;
        settle(l, m);
        lw_received(l->stream, v_get_int(notice[i], "position", 0));
    }
}

static void opened(void *ctx)
{
    ((struct listener *)ctx)->open = true;
}

static void reported(void *ctx, int64_t received, const int64_t *position, size_t n)
{
    (void)ctx, (void)received, (void)position, (void)n;
}

static void ended(void *ctx, const struct lw_error *e)
{
    (void)ctx;
    fprintf(stderr, "leeway-bench-load: the stream ended: %s\n", e->text);
}

struct listener *listener_new(const char *endpoint, const char *server_key, const char *key, const char *stream)
{
    struct lw_error e;
    struct lw_opts *o = lw_opts_new();
    struct listener *l = xcalloc(1, sizeof *l);
    bool fine = lw_opts_set(o, "endpoint", endpoint, &e) && lw_opts_set(o, "server-key", server_key, &e) &&
                lw_opts_set(o, "key", key, &e);
    l->client = fine ? lw_open(o, &e) : NULL;
    lw_opts_free(o);
    if (!l->client) {
        fprintf(stderr, "leeway-bench-load: %s\n", e.text);
        free(l);
        return NULL;
    }
    l->stream = lw_subscribe(l->client, &(struct lw_stream_options){.stream = stream,
                                                                    .name = "bench",
                                                                    .after = -1,
                                                                    .ctx = l,
                                                                    .notices = notices,
                                                                    .reported = reported,
                                                                    .opened = opened,
                                                                    .ended = ended});
    return l;
}

void listener_free(struct listener *l)
{
    if (!l)
        return;
    lw_close(l->client, 100);
    tally_done(&l->sent);
    tally_done(&l->answers);
    free(l);
}

int listener_fd(const struct listener *l)
{
    return lw_fd(l->client);
}

void listener_process(struct listener *l, int64_t now_us)
{
    l->now = now_us;
    lw_process(l->client);
}

bool listener_open(const struct listener *l)
{
    return l->open;
}

void listener_answered(struct listener *l, int64_t event, int64_t sent_us, int64_t answered_us)
{
    struct moment *m = moment_of(l, event);
    m->sent = sent_us;
    m->answered = answered_us;
    settle(l, m);
}

void listener_restart(struct listener *l)
{
    l->sent.n = l->answers.n = 0;
}

struct tally *listener_sent(struct listener *l)
{
    return &l->sent;
}

struct tally *listener_answers(struct listener *l)
{
    return &l->answers;
}
