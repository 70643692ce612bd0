#include "clients/monitor/monitor.h"

#include "clients/monitor/figures.h"
#include "clients/monitor/http.h"
#include "clients/monitor/render.h"
#include "daemon/base/check.h"
#include "daemon/base/when.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 1, USAGE = 2, PAGE = 500, CENSUS_MS = 30000 };

struct monitor {
    const struct monitor_options *o;
    struct lw_client *client;
    struct lw_watch *watch;
    struct http *http;
    struct figures figures;
    struct tick next; /* census */
    int64_t asked;    /* figures.transition when the census was asked; -1: none is under way */
    int64_t gaps;     /* in the feed, of watches before this one too */
    int64_t fetched;  /* by watches before this one */
    int64_t in_a_row; /* lw_watch_fetched() at the newest transition */
    bool filling;     /* the newest transition was fetched */
    bool again;       /* the watch must begin anew, outside of a callback of its own */
    int result;       /* exit status */
    bool ended;
};

static void say(const char *what, const char *detail)
{
    fprintf(stderr, "leeway-monitor: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
}

static struct tick now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct tick){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static int exit_of(const struct lw_error *e)
{
    return e->code == LW_OPTION ? USAGE : FAILED;
}

static void end(struct monitor *m, const struct lw_error *e)
{
    say(e->word, e->text);
    m->ended = true;
    m->result = exit_of(e);
}

static void show(struct monitor *m, struct buf *out)
{
    const char *version;
    (void)lw_version(&version);
    struct shown s = {
        .figures = &m->figures,
        .version = version,
        .connected = m->client && lw_state(m->client) == LW_UP,
        .gaps = m->gaps,
        .fetched = m->fetched + (m->watch ? lw_watch_fetched(m->watch) : 0),
    };
    render(out, &s);
}

static struct value *question(struct arena *a, const char *q)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "t", "ask");
    v_put_str(a, v, "q", q);
    return v;
}

/* ---- the feed ---- */

/* The library hands over every transition once and in order, and fetches what the socket lost; a run of fetched ones is
 * one gap. */
static void transition(void *ctx, const struct value *t)
{
    struct monitor *m = ctx;
    int64_t fetched = lw_watch_fetched(m->watch);
    bool was_fetched = fetched > m->in_a_row;
    if (was_fetched && !m->filling)
        m->gaps++;
    m->filling = was_fetched;
    m->in_a_row = fetched;
    if (figures_apply(&m->figures, t) == FIGURES_GAP) {
        m->gaps++;
        m->again = true;
    }
}

static void head(void *ctx, const struct value *h)
{
    struct monitor *m = ctx;
    figures_head(&m->figures, h);
}

static void feed_ended(void *ctx, const struct lw_error *e)
{
    end(ctx, e);
}

static void watch_anew(struct monitor *m)
{
    struct lw_error e;
    struct lw_watch_options o = {.prefix = "",
                                 .after = m->figures.transition,
                                 .ctx = m,
                                 .transition = transition,
                                 .head = head,
                                 .ended = feed_ended};
    if (m->watch) {
        m->fetched += lw_watch_fetched(m->watch);
        lw_unwatch(m->watch);
    }
    m->again = m->filling = false;
    m->in_a_row = 0;
    m->watch = lw_watch(m->client, &o, &e);
    if (!m->watch)
        end(m, &e);
}

/* ---- the census ---- */

static void counted(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct monitor *m = ctx;
    int64_t asked = m->asked;
    m->asked = -1;
    m->next = (struct tick){now().ms + m->o->every_ms};
    if (e->code == LW_RIGHT || e->code == LW_FORM) {
        end(m, e);
        return;
    }
    if (e->code != LW_OK) { /* not reached, which leeway_connected tells; or not now */
        if (e->code != LW_UNREACHABLE && e->code != LW_TIMEOUT && e->code != LW_CLOSED)
            say(e->word, e->text);
        return;
    }
    switch (figures_census(&m->figures, answer, asked)) {
    case FIGURES_BACK:
        say("the store is behind what it was; counting anew", NULL);
        m->again = true;
        break;
    case FIGURES_MALFORMED:
        say("the answer to census is not understood", NULL);
        break;
    case FIGURES_TAKEN:
    case FIGURES_OLD:
    case FIGURES_GAP:
        break;
    }
    m->again = m->again || (m->figures.known && !m->watch);
}

static void ask_census(struct monitor *m)
{
    struct arena *a = arena_new();
    m->asked = m->figures.transition;
    lw_send(m->client, question(a, "census"), CENSUS_MS, counted, m);
    arena_free(a);
}

/* ---- pages ---- */

static bool page(void *ctx, const char *path, struct http_page *p)
{
    struct monitor *m = ctx;
    if (strcmp(path, "/metrics") == 0) {
        p->type = RENDER_TYPE;
        show(m, &p->body);
        return true;
    }
    if (strcmp(path, "/healthz") != 0)
        return false;
    bool well = m->figures.known && lw_state(m->client) == LW_UP;
    p->status = well ? 200 : 503;
    buf_str(&p->body, well ? "ok\n" : m->figures.known ? "not connected\n" : "no census yet\n");
    return true;
}

/* ---- serving ---- */

/* Blocked before any thread starts, so that only the descriptor gets them. */
static int signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int earlier(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static void turn(struct monitor *m, int signal_fd)
{
    struct pollfd fds[] = {{.fd = lw_fd(m->client), .events = POLLIN},
                           {.fd = http_fd(m->http), .events = POLLIN},
                           {.fd = signal_fd, .events = POLLIN}};
    int64_t census = m->asked >= 0 ? -1 : m->next.ms - now().ms;
    int wait = earlier(lw_timeout(m->client), http_timeout(m->http));
    if (m->asked < 0)
        wait = earlier(wait, census < 0 ? 0 : (int)census);
    if (poll(fds, 3, wait) < 0 && errno != EINTR) {
        say("poll", strerror(errno));
        m->ended = true;
        m->result = FAILED;
        return;
    }
    lw_process(m->client);
    http_process(m->http);
    m->ended = m->ended || fds[2].revents;
    if (m->again && !m->ended)
        watch_anew(m);
    if (m->asked < 0 && m->next.ms <= now().ms && !m->ended)
        ask_census(m);
}

static bool listen_on(struct monitor *m)
{
    enum status st = http_open(m->o->listen, page, m, &m->http);
    if (st == ST_OK) {
        fprintf(stderr, "leeway-monitor: http://%.*s:%u/metrics\n", (int)(strrchr(m->o->listen, ':') - m->o->listen),
                m->o->listen, http_port(m->http));
        return true;
    }
    if (st == ST_INVALID)
        say("expected an address as 127.0.0.1:9464", m->o->listen);
    else
        say(st == ST_BUSY ? "somebody else listens there" : "cannot listen there", m->o->listen);
    m->result = st == ST_INVALID ? USAGE : FAILED;
    return false;
}

static void monitor_done(struct monitor *m)
{
    http_close(m->http);
    lw_close(m->client, 0);
    figures_done(&m->figures);
}

int monitor_serve(const struct monitor_options *o)
{
    struct monitor m = {.o = o, .next = now(), .asked = -1};
    struct lw_error e;
    int signal_fd = signals();
    if (!lw_opts_get(o->client, "transitions")) {
        say("no endpoint of the transitions is set", NULL);
        m.result = USAGE;
    } else if (!(m.client = lw_open(o->client, &e))) {
        end(&m, &e);
    } else if (listen_on(&m)) {
        while (!m.ended)
            turn(&m, signal_fd);
    }
    monitor_done(&m);
    close(signal_fd);
    return m.result;
}

/* ---- once ---- */

/* What happened since the census, page by page: the same steps as those of the feed. */
static enum lw_code catch_up(struct monitor *m, struct arena *a, struct lw_error *e)
{
    for (;;) {
        const struct value *answer;
        struct value *q = question(a, "transitions");
        v_put_int(a, q, "from", m->figures.transition + 1);
        v_put_int(a, q, "limit", PAGE);
        enum lw_code code = tree_call(m->client, a, q, m->o->limit_ms, &answer, e);
        if (code != LW_OK)
            return code;
        const struct value *list = v_get(answer, "transitions");
        int64_t before = m->figures.transition;
        for (size_t i = 0; i < v_count(list); i++)
            (void)figures_apply(&m->figures, v_at(list, i));
        if (m->figures.transition == before || m->figures.transition >= v_get_int(answer, "last", 0))
            return LW_OK;
        arena_reset(a);
    }
}

static enum lw_code take_once(struct monitor *m, struct arena *a, struct lw_error *e)
{
    const struct value *answer;
    enum lw_code code = tree_call(m->client, a, question(a, "census"), m->o->limit_ms, &answer, e);
    if (code != LW_OK)
        return code;
    if (figures_census(&m->figures, answer, 0) == FIGURES_MALFORMED) {
        *e = (struct lw_error){
            .code = LW_PROTOCOL, .word = "protocol", .text = "the answer to census is not understood"};
        return e->code;
    }
    return catch_up(m, a, e);
}

int monitor_once(const struct monitor_options *o)
{
    struct monitor m = {.o = o, .asked = -1};
    struct lw_error e;
    struct arena *a = arena_new();
    struct buf out = {0};
    m.client = lw_open(o->client, &e);
    if (!m.client || take_once(&m, a, &e) != LW_OK) {
        end(&m, &e);
    } else {
        show(&m, &out);
        if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0) {
            say("standard output", strerror(errno));
            m.result = FAILED;
        }
    }
    buf_done(&out);
    arena_free(a);
    monitor_done(&m);
    return m.result;
}
