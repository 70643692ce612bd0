#include "clients/lib/connection.h"

#include <sys/epoll.h>

enum { FIRST = 50, LONGEST = 5000, TRY_MS = 10000 };

static void unregister(struct connection *c)
{
    for (int i = 0; i < 2; i++)
        if (c->descriptor[i] >= 0)
            epoll_ctl(c->epoll, EPOLL_CTL_DEL, c->descriptor[i], NULL);
    c->descriptor[0] = c->descriptor[1] = -1;
}

void connection_init(struct connection *c, struct link *link, int epoll, uint64_t seed, struct tick now)
{
    *c = (struct connection){.link = link,
                             .epoll = epoll,
                             .descriptor = {-1, -1},
                             .state = CONNECTION_PAUSE,
                             .due = now,
                             .backoff = {.seed = seed, .first = FIRST, .longest = LONGEST}};
}

void connection_done(struct connection *c)
{
    unregister(c);
    link_free(c->link);
    c->link = NULL;
}

void connection_rest(struct connection *c)
{
    unregister(c);
    link_drop(c->link);
    c->state = CONNECTION_PAUSE;
    c->due = (struct tick){INT64_MAX};
}

static void pause_then(struct connection *c, struct tick now)
{
    unregister(c);
    link_drop(c->link);
    c->state = CONNECTION_PAUSE;
    c->due = (struct tick){now.ms + backoff_next(&c->backoff)};
}

static void try(struct connection *c, struct tick now)
{
    if (link_connect(c->link) != ST_OK) {
        pause_then(c, now);
        return;
    }
    link_descriptors(c->link, c->descriptor);
    for (int i = 0; i < 2; i++) {
        struct epoll_event want = {.events = EPOLLIN, .data.fd = c->descriptor[i]};
        epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->descriptor[i], &want);
    }
    c->state = CONNECTION_TRYING;
    c->due = (struct tick){now.ms + TRY_MS};
}

enum link_news connection_step(struct connection *c, struct tick now)
{
    if (c->state == CONNECTION_PAUSE && c->due.ms <= now.ms)
        try(c, now);
    enum link_news news = link_news(c->link);
    switch (news) {
    case LINK_UP:
        c->state = CONNECTION_UP;
        c->denials = 0;
        c->due = (struct tick){INT64_MAX};
        backoff_reset(&c->backoff);
        return LINK_UP;
    case LINK_DENIED:
    case LINK_LOST:
        c->denials = news == LINK_DENIED ? c->denials + 1 : 0;
        pause_then(c, now);
        return news;
    case LINK_NOTHING:
        break;
    }
    if (c->state == CONNECTION_TRYING && c->due.ms <= now.ms) {
        pause_then(c, now);
        return LINK_LOST;
    }
    return LINK_NOTHING;
}

struct tick connection_next(const struct connection *c)
{
    return c->due;
}
