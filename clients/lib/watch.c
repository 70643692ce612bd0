/* watch.c - the transitions of leeway.h: a SUB socket, and the command socket for what it lost */
#include "clients/lib/client.h"
#include "clients/lib/error.h"
#include "clients/lib/feed.h"
#include "daemon/base/check.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 500, AGAIN_MS = 1000 };

struct lw_watch {
    struct lw_client *client;
    struct lw_watch *next;
    struct lw_watch_options o;
    struct connection connection;
    struct feed feed;
    struct arena *arena;
    bool asked; /* a page is on its way */
    bool over, gone;
    struct tick again;
};

struct lw_watch *lw_watch(struct lw_client *c, const struct lw_watch_options *o, struct lw_error *e)
{
    const char *endpoint = lw_opts_get(c->opts, "transitions");
    struct feed feed;
    if (!endpoint) {
        error_set(e, LW_OPTION, "no endpoint of the transitions is set");
        return NULL;
    }
    if (!feed_init(&feed, o->prefix ? o->prefix : "", o->after)) {
        error_set(e, LW_OPTION, "a prefix ends at a slash and has at most 200 bytes");
        return NULL;
    }
    struct lw_watch *w = xcalloc(1, sizeof *w);
    w->client = c;
    w->o = *o;
    w->o.prefix = NULL;
    w->feed = feed;
    w->arena = arena_new();
    w->again = TICK_NEVER;
    struct link_options lo = {.kind = LINK_SUB,
                              .endpoint = endpoint,
                              .server_key = c->server_key,
                              .public_key = c->public_key,
                              .secret_key = c->secret_key,
                              .prefix = w->feed.prefix};
    connection_init(&w->connection, link_new(c->net, &lo), c->epoll, client_seed(), client_now());
    w->next = c->watches;
    c->watches = w;
    return w;
}

static void release(struct lw_watch *w)
{
    arena_free(w->arena);
    free(w);
}

/* A page that is on its way names the watch: it is freed when that answer has come. */
void lw_unwatch(struct lw_watch *w)
{
    if (!w || w->gone)
        return;
    struct lw_watch **at = &w->client->watches;
    while (*at != w)
        at = &(*at)->next;
    w->gone = true;
    if (w->client->busy)
        return; /* watches_process() takes it out */
    *at = w->next;
    connection_done(&w->connection);
    if (!w->asked)
        release(w);
}

static void hand_over(struct lw_watch *w, const struct value *transition)
{
    if (!w->gone)
        w->o.transition(w->o.ctx, transition);
}

static void ask_page(struct lw_watch *w);

static void end(struct lw_watch *w, const struct lw_error *e)
{
    if (w->over)
        return;
    w->over = true;
    if (w->o.ended)
        w->o.ended(w->o.ctx, e);
}

/* Whoever is cut for good must be told: a feed of which nothing comes looks like one in which nothing happens. */
static void denied(struct lw_watch *w)
{
    struct lw_error e;
    if (w->connection.denials < CLIENT_DENIALS)
        return;
    error_set(&e, LW_AUTH,
              "the transitions are closed to this key: it is not registered (any more), or has no right to watch");
    end(w, &e);
}

static void page(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct lw_watch *w = ctx;
    w->asked = false;
    if (w->gone) {
        if (!w->connection.link)
            release(w);
        return;
    }
    if (e->code != LW_OK) {
        w->again = (struct tick){client_now().ms + AGAIN_MS};
        if (!e->may_retry)
            end(w, e);
        return;
    }
    const struct value *list = v_get(answer, "transitions");
    for (size_t i = 0; i < v_count(list); i++)
        if (feed_fetched(&w->feed, v_at(list, i)) == FEED_HAND_OVER)
            hand_over(w, v_at(list, i));
    if (feed_page(&w->feed, v_count(list), v_get_int(answer, "last", 0)) && !w->gone)
        ask_page(w);
}

static void ask_page(struct lw_watch *w)
{
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "ask");
    v_put_str(a, m, "q", "transitions");
    v_put_int(a, m, "from", feed_from(&w->feed));
    v_put_int(a, m, "limit", PAGE);
    w->asked = true;
    w->again = TICK_NEVER;
    lw_send(w->client, m, -1, page, w);
    arena_free(a);
}

static void take(struct lw_watch *w, struct bytes body)
{
    struct value *m;
    arena_reset(w->arena);
    if (wire_decode_most(w->arena, body, body.n, &m, NULL) != ST_OK)
        return;
    bool is_head = !v_get(m, "n");
    enum feed_move move = is_head ? feed_head(&w->feed, m) : feed_live(&w->feed, m);
    if (is_head && w->o.head)
        w->o.head(w->o.ctx, m);
    if (move == FEED_HAND_OVER)
        hand_over(w, m);
    if (move == FEED_FETCH && !w->asked && w->again.ms == TICK_NEVER.ms && !w->gone)
        ask_page(w);
}

static void process(struct lw_watch *w, struct tick now)
{
    enum link_news news;
    struct bytes frame[LINK_FRAMES];
    while (!w->over && (news = connection_step(&w->connection, now)) != LINK_NOTHING)
        if (news != LINK_UP) {
            feed_lost(&w->feed);
            denied(w);
        }
    for (int i = 0; i < CLIENT_BUDGET && !w->gone && !w->over && link_receive(w->connection.link, frame) == 2; i++)
        take(w, frame[1]);
    if (w->again.ms <= now.ms && !w->over && !w->gone && !w->asked)
        ask_page(w);
    if (w->over)
        connection_rest(&w->connection);
    client_look(w->client, w->connection.link);
}

void watches_process(struct lw_client *c, struct tick now)
{
    for (struct lw_watch **at = &c->watches; *at;) {
        struct lw_watch *w = *at;
        if (!w->gone)
            process(w, now);
        if (!w->gone) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        connection_done(&w->connection);
        if (!w->asked)
            release(w);
    }
}

struct tick watches_next(const struct lw_client *c)
{
    struct tick due = TICK_NEVER;
    for (const struct lw_watch *w = c->watches; w; w = w->next) {
        struct tick t = connection_next(&w->connection);
        if (!w->over && w->again.ms < t.ms)
            t = w->again;
        if (t.ms < due.ms)
            due = t;
    }
    return due;
}

/* The session is freed after the watches: it answers the pages, and these find their watch gone. */
void watches_close(struct lw_client *c)
{
    while (c->watches)
        lw_unwatch(c->watches);
}

int64_t lw_watch_number(const struct lw_watch *w)
{
    return w->feed.number;
}

int64_t lw_watch_fetched(const struct lw_watch *w)
{
    return w->feed.fetched;
}
