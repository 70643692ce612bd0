/* client.h - inside of a client, shared by client.c, watch.c and paper.c
 *
 * I/O. Threads: one at a time.
 */
#ifndef LEEWAY_CLIENTS_LIB_CLIENT_H
#define LEEWAY_CLIENTS_LIB_CLIENT_H

#include "clients/lib/connection.h"
#include "clients/lib/tree.h"
#include "clients/lib/session.h"

struct lw_client {
    struct net *net;
    struct session *session;
    struct connection commands;
    struct lw_watch *watches;
    int epoll, wake; /* wake: an eventfd that keeps lw_fd() readable while something is left to do */
    bool busy;
    enum lw_state state;
    void (*changed)(void *ctx, enum lw_state state);
    void *changed_ctx;
    void (*line)(void *ctx, const char *sentence);
    void *line_ctx;
    struct lw_stats stats;
    struct lw_opts *opts;
    char server_key[LW_KEY], public_key[LW_KEY], secret_key[LW_KEY];
};

enum {
    CLIENT_BUDGET = 512, /* messages of one socket in one lw_process() */
    CLIENT_DENIALS = 3,  /* tries that mean it: a key that was just added may be a moment late */
};

struct tick client_now(void);
uint64_t client_seed(void);

/* Make lw_fd() readable when something waits at the link: a send may have eaten its edge. */
void client_look(struct lw_client *c, struct link *l);

/* The watches' part of lw_process(), lw_timeout() and lw_close(). */
void watches_process(struct lw_client *c, struct tick now);
struct tick watches_next(const struct lw_client *c);
void watches_close(struct lw_client *c);

#endif
