#include "clients/lib/client.h"

#include "clients/lib/error.h"
#include "clients/lib/options.h"
#include "clients/lib/stream.h"
#include "daemon/base/check.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

struct tick client_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct tick){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

uint64_t client_seed(void)
{
    uint64_t seed = 0;
    REQUIRE(getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed);
    return seed;
}

static void wake(struct lw_client *c)
{
    uint64_t one = 1;
    (void)!write(c->wake, &one, sizeof one);
}

void client_look(struct lw_client *c, struct link *l)
{
    if (link_waits(l))
        wake(c);
}

static void send_frame(void *ctx, struct bytes frame)
{
    struct lw_client *c = ctx;
    c->stats.sent++;
    c->stats.sent_bytes += frame.n;
    link_send(c->commands.link, frame);
}

static void fresh_id(void *ctx, char ret[LW_ID])
{
    (void)ctx;
    lw_uuid(ret);
}

/* ---- life ---- */

static bool server_key(struct lw_client *c, const char *text, struct lw_error *e)
{
    if (!text) {
        error_set(e, LW_OPTION, "no server-key is set");
        return false;
    }
    if (strlen(text) == LW_KEY - 1 && access(text, R_OK) != 0) {
        memcpy(c->server_key, text, LW_KEY);
        return true;
    }
    return lw_key_read(text, c->server_key, NULL, e);
}

static bool read_options(struct lw_client *c, const struct lw_opts *o, struct lw_error *e)
{
    const char *endpoint = o ? lw_opts_get(o, "endpoint") : NULL, *key = o ? lw_opts_get(o, "key") : NULL;
    if (!endpoint || !key) {
        error_set(e, LW_OPTION, "no %s is set: give it as an option or in a context", endpoint ? "key" : "endpoint");
        return false;
    }
    if (strlen(endpoint) >= 256 || !strstr(endpoint, "://")) {
        error_set(e, LW_OPTION, "%s is no endpoint: expected something like tcp://host:port", endpoint);
        return false;
    }
    c->opts = lw_opts_new();
    (void)lw_opts_set(c->opts, "endpoint", endpoint, NULL);
    if (lw_opts_get(o, "transitions"))
        (void)lw_opts_set(c->opts, "transitions", lw_opts_get(o, "transitions"), NULL);
    return server_key(c, lw_opts_get(o, "server-key"), e) && lw_key_read(key, c->public_key, c->secret_key, e);
}

struct lw_client *lw_open(const struct lw_opts *o, struct lw_error *e)
{
    struct lw_client *c = xcalloc(1, sizeof *c);
    c->epoll = c->wake = -1;
    c->state = LW_CONNECTING;
    if (!read_options(c, o, e))
        goto failed;
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    c->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    c->net = net_new();
    struct epoll_event want = {.events = EPOLLIN, .data.fd = c->wake};
    if (c->epoll < 0 || c->wake < 0 || !c->net || epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->wake, &want) != 0) {
        error_set(e, LW_IO, "no descriptors are left: %s", strerror(errno));
        goto failed;
    }
    struct link_options lo = {.kind = LINK_DEALER,
                              .endpoint = lw_opts_get(o, "endpoint"),
                              .server_key = c->server_key,
                              .public_key = c->public_key,
                              .secret_key = c->secret_key};
    connection_init(&c->commands, link_new(c->net, &lo), c->epoll, client_seed(), client_now());
    /* An endpoint or key that libzmq does not take would fail for ever: try once before anybody waits. */
    if (link_connect(c->commands.link) == ST_INVALID) {
        error_set(e, LW_OPTION, "the endpoint %s or one of the keys is not valid", lo.endpoint);
        goto failed;
    }
    link_drop(c->commands.link);
    c->session = session_new(&(struct session_hooks){.ctx = c, .send = send_frame, .id = fresh_id});
    wake(c);
    return c;
failed:
    lw_close(c, 0);
    return NULL;
}

void lw_close(struct lw_client *c, int drain_ms)
{
    if (!c)
        return;
    struct tick end = {client_now().ms + drain_ms};
    while (drain_ms > 0 && c->session && (session_flush(c->session) || session_pending(c->session)) &&
           client_now().ms < end.ms)
        lw_run(c, (int)(end.ms - client_now().ms));
    watches_close(c);
    session_free(c->session);
    if (c->commands.link)
        connection_done(&c->commands);
    net_free(c->net);
    if (c->epoll >= 0)
        close(c->epoll);
    if (c->wake >= 0)
        close(c->wake);
    lw_opts_free(c->opts);
    explicit_bzero(c->secret_key, sizeof c->secret_key);
    free(c);
}

int lw_fd(const struct lw_client *c)
{
    return c->epoll;
}

int lw_timeout(const struct lw_client *c)
{
    int64_t due = connection_next(&c->commands).ms, session = session_next(c->session).ms;
    int64_t watch = watches_next(c).ms, now = client_now().ms;
    due = session < due ? session : due;
    due = watch < due ? watch : due;
    return due == INT64_MAX ? -1 : due <= now ? 0 : due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

enum lw_state lw_state(const struct lw_client *c)
{
    return c->state;
}

void lw_on_state(struct lw_client *c, void (*changed)(void *ctx, enum lw_state state), void *ctx)
{
    c->changed = changed;
    c->changed_ctx = ctx;
}

static void become(struct lw_client *c, enum lw_state state)
{
    if (c->state == state)
        return;
    c->state = state;
    if (c->changed)
        c->changed(c->changed_ctx, state);
}

const char *lw_state_name(enum lw_state state)
{
    switch (state) {
    case LW_CONNECTING:
        return "connecting";
    case LW_UP:
        return "up";
    case LW_LOST:
        return "lost";
    case LW_NO_ENTRY:
        return "no-entry";
    }
    return "unknown";
}

void lw_on_log(struct lw_client *c, void (*line)(void *ctx, const char *sentence), void *ctx)
{
    c->line = line;
    c->line_ctx = ctx;
}

__attribute__((format(printf, 2, 3))) static void say(struct lw_client *c, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    if (!c->line)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    c->line(c->line_ctx, text);
}

void lw_stats(const struct lw_client *c, struct lw_stats *ret)
{
    struct lw_stats now = c->stats;
    size_t size = ret->size < sizeof now ? ret->size : sizeof now;
    now.size = size;
    now.pending = session_pending(c->session);
    memcpy(ret, &now, size);
}

/* ---- work ---- */

static void count(struct lw_client *c, enum link_news news)
{
    const char *where = lw_opts_get(c->opts, "endpoint");
    if (news == LINK_UP) {
        c->stats.connections++;
        say(c, "connected to %s", where);
    } else if (news == LINK_DENIED) {
        c->stats.denials++;
        say(c, "%s does not let this key in", where);
    } else {
        c->stats.losses++;
        say(c, "no connection to %s: trying again", where);
    }
}

static void step_commands(struct lw_client *c)
{
    enum link_news news;
    while ((news = connection_step(&c->commands, client_now())) != LINK_NOTHING) {
        count(c, news);
        if (news == LINK_UP) {
            become(c, LW_UP);
            session_up(c->session, client_now());
            continue;
        }
        if (session_is_up(c->session))
            session_down(c->session, client_now());
        become(c, news == LINK_DENIED ? LW_NO_ENTRY : c->state == LW_CONNECTING ? LW_CONNECTING : LW_LOST);
    }
}

void lw_process(struct lw_client *c)
{
    uint64_t drained;
    if (c->busy)
        return;
    c->busy = true;
    (void)!read(c->wake, &drained, sizeof drained);
    step_commands(c);
    struct bytes frame[LINK_FRAMES];
    for (int i = 0; i < CLIENT_BUDGET; i++) {
        size_t n = link_receive(c->commands.link, frame);
        if (!n)
            break;
        c->stats.received++;
        c->stats.received_bytes += frame[0].n;
        if (n == 1)
            session_input(c->session, frame[0], client_now());
    }
    session_tick(c->session, client_now());
    watches_process(c, client_now());
    client_look(c, c->commands.link);
    c->busy = false;
}

void lw_run(struct lw_client *c, int ms)
{
    int due = lw_timeout(c);
    if (ms >= 0 && (due < 0 || ms < due))
        due = ms;
    struct pollfd fd = {.fd = c->epoll, .events = POLLIN};
    (void)poll(&fd, 1, due); /* an interrupted wait is a short one */
    lw_process(c);
}

/* ---- requests ---- */

void lw_send(struct lw_client *c, const struct value *message, int limit_ms, lw_answer_fn answered, void *ctx)
{
    struct arena *a = NULL;
    if (!v_get(message, "id")) {
        char id[LW_ID];
        a = arena_new();
        struct value *with = v_map(a);
        lw_uuid(id);
        v_put_str(a, with, "t", v_get_str(message, "t", ""));
        v_put_str(a, with, "id", id);
        for (size_t i = 0; i < v_count(message); i++)
            v_put(a, with, message->u.map.pair[i].key, message->u.map.pair[i].val);
        message = with;
    }
    session_request(c->session, message, limit_ms, client_now(), answered, ctx);
    client_look(c, c->commands.link);
    arena_free(a);
}

struct call {
    struct arena *arena;
    const struct value *answer;
    struct lw_error error;
    bool over;
};

static void call_answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct call *call = ctx;
    call->answer = v_copy(call->arena, answer);
    call->error = *e;
    call->over = true;
}

enum lw_code tree_call(struct lw_client *c, struct arena *a, const struct value *message, int limit_ms,
                       const struct value **ret, struct lw_error *e)
{
    struct call call = {.arena = a};
    if (c->busy)
        return error_set(e, LW_PROTOCOL, "lw_call was called from a callback");
    lw_send(c, message, limit_ms, call_answered, &call);
    while (!call.over && c->commands.denials < CLIENT_DENIALS)
        lw_run(c, -1);
    if (!call.over) { /* nobody is helped by waiting on */
        session_forget(c->session, &call);
        return error_set(e, LW_AUTH, "the daemon does not let this key in");
    }
    if (call.answer && ret)
        *ret = call.answer;
    if (e)
        *e = call.error;
    return call.error.code;
}

enum lw_code lw_call(struct lw_client *c, const struct value *message, int limit_ms, struct value **ret_answer,
                     struct lw_error *e)
{
    struct arena *a = arena_new();
    const struct value *answer = NULL;
    enum lw_code code = tree_call(c, a, message, limit_ms, &answer, e);
    if (ret_answer)
        *ret_answer = answer ? lw_msg_copy(answer) : NULL;
    arena_free(a);
    return code;
}

size_t lw_pending(const struct lw_client *c)
{
    return session_pending(c->session);
}

struct lw_stream *lw_subscribe(struct lw_client *c, const struct lw_stream_options *o)
{
    session_tick(c->session, client_now());
    struct lw_stream *st = stream_new(c->session, o);
    client_look(c, c->commands.link);
    return st;
}
