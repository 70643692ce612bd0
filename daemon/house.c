#include "daemon/house.h"

#include "daemon/base/check.h"
#include "daemon/clock.h"
#include "daemon/engine/question.h"
#include "daemon/ops/files.h"
#include "daemon/ops/log.h"
#include "daemon/reading.h"
#include "daemon/serve.h"
#include "daemon/store/store_behind.h"
#include "daemon/trust.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum {
    SOURCE_MOST = 4 * 1024 * 1024,
    /* ticks, a second each */
    HOUSEKEEPING_TICKS = 600,
    CLOCK_TICKS = 60,
    SWEEP_FIRST = 5,
    SWEEP_TICKS = 24 * 60 * 60
};

/* ---- Who and what is allowed ---- */

const char *house_principal(struct house *h, const char *z85)
{
    bool revoked = false;
    const char *principal = view_key_principal(h->view, z85, &revoked);
    if (principal || revoked)
        return principal;
    return config_principal(h->keys, z85);
}

static const char *rule_principal(void *ctx, const char z85[CURVE_Z85])
{
    return house_principal(ctx, z85);
}

static bool rule_watch(void *ctx, const char *principal)
{
    struct house *h = ctx;
    return view_right(h->view, principal, "watch") || view_right(h->view, principal, "monitor") ||
           view_right(h->view, principal, "inspect");
}

static bool good_key(void *ctx, const struct identity *who)
{
    const char *principal = house_principal(ctx, who->key);
    return principal && !strcmp(principal, who->principal);
}

static bool good_watcher(void *ctx, const struct identity *who)
{
    return good_key(ctx, who) && rule_watch(ctx, who->principal);
}

static bool good_session(void *ctx, const char *principal, const char *key, const char *stream)
{
    struct house *h = ctx;
    const char *now = house_principal(h, key);
    return now && !strcmp(now, principal) && stream_right(h->view, principal, stream);
}

void house_sift(struct house *h)
{
    uint64_t before = xpub_counters(bus_xpub(h->bus))->cut;
    session_sift(h->sessions, good_session, h);
    xpub_sift(bus_xpub(h->bus), good_watcher, h);
    h->cut_later = true;
    uint64_t cut = xpub_counters(bus_xpub(h->bus))->cut - before;
    if (cut)
        log_say(LOG_NOTICE, "watchers-cut", LOG_NUMBER("count", cut), LOG_END);
}

/* On the papers' thread. A store that does not answer is no reason to remove anything. */
static bool is_cited(void *ctx, const struct hash *paper)
{
    struct house *h = ctx;
    bool cited = true;
    return paper_cited(h->store, paper, &cited) || cited;
}

/* Papers go by the machine's clock: not while it is distrusted. */
static void sweep_papers(struct house *h)
{
    struct papers_swept swept;
    enum status st;
    if (h->ticks % SWEEP_TICKS == SWEEP_FIRST && !h->held)
        paperwork_sweep(h->paperwork, clock_wall(), is_cited, h);
    if (!paperwork_swept(h->paperwork, &swept, &st))
        return;
    if (st)
        log_say(LOG_ERROR, "papers-not-swept", LOG_TEXT("status", status_name(st)), LOG_END);
    if (swept.papers || swept.uploads)
        log_say(LOG_NOTICE, "papers-swept", LOG_NUMBER("papers", swept.papers), LOG_NUMBER("uploads", swept.uploads),
                LOG_NUMBER("bytes", swept.bytes), LOG_END);
}

void house_tick(struct house *h)
{
    uint64_t before = router_counters(bus_router(h->bus))->cut;
    if (++h->ticks % HOUSEKEEPING_TICKS == 0)
        store_housekeeping(h->store);
    sweep_papers(h);
    if (h->ticks % CLOCK_TICKS == 0)
        worker_wake(h->worker); /* which looks at the clocks */
    session_tick(h->sessions, clock_tick());
    router_tick(bus_router(h->bus));
    if (zap_refresh(bus_zap(h->bus))) {
        log_say(LOG_ERROR, "guard-lost", LOG_END);
        h->exit_code = EX_OSERR; /* whoever comes now would come in */
    }
    if (h->cut_later)
        router_sift(bus_router(h->bus), good_key, h);
    h->cut_later = false;
    uint64_t cut = router_counters(bus_router(h->bus))->cut - before;
    if (cut)
        log_say(LOG_NOTICE, "connections-cut", LOG_NUMBER("count", cut), LOG_END);
}

void house_learn(struct house *h, struct engine_result *r)
{
    h->head = r->head;
    h->now = r->now;
    h->next_due = r->next_due;
    if (h->held != r->held)
        log_say(LOG_WARNING, r->held ? "expiries-held" : "expiries-go-on", LOG_TEXT("why", hold_text(r->held)),
                LOG_NUMBER("number", r->head.number), LOG_END);
    h->held = r->held;
    if (!r->view)
        return;
    if (h->view)
        view_drop(h->view);
    h->view = r->view;
    r->view = NULL;
}

/* Problems of the configuration without the lines that they stand in: there are keys in them, and a log has none. */
static void drop_shown_lines(struct buf *why)
{
    struct buf kept = {0};
    for (const char *line = buf_cstr(why), *end; *line; line = end) {
        end = strchr(line, '\n');
        end = end ? end + 1 : line + strlen(line);
        if (*line != ' ')
            buf_put(&kept, line, (size_t)(end - line));
    }
    buf_done(why);
    *why = kept;
}

static enum status read_sources(struct arena *a, const char *folder, const struct engine_source **ret, size_t *ret_n,
                                struct buf *why);

/* A configuration that is taken must also do for the next start. */
static bool sources_there(const struct config *c, struct buf *why)
{
    struct arena *a = arena_new();
    const struct engine_source *source;
    size_t n;
    bool fine = !read_sources(a, c->calendars, &source, &n, why) && !read_sources(a, c->procedures, &source, &n, why);
    arena_free(a);
    return fine;
}

void house_reload(struct house *h)
{
    struct config *fresh;
    struct buf why = {0};
    const char *differs = NULL;
    if (!config_load(h->config_file, &fresh, &why)) {
        differs = config_difference(h->config, fresh);
        if (!differs && sources_there(fresh, &why)) {
            if (h->keys != h->config)
                config_free(h->keys);
            h->keys = fresh;
            log_say(LOG_NOTICE, "configuration-read-again", LOG_NUMBER("keys", fresh->nkeys), LOG_END);
            house_sift(h);
            goto out;
        }
        config_free(fresh);
        if (differs)
            buf_printf(&why, "'%s' cannot change while the daemon runs", differs);
    }
    drop_shown_lines(&why);
    log_say(LOG_ERROR, "configuration-refused", LOG_TEXT("why", buf_cstr(&why)), LOG_END);
out:
    buf_done(&why);
}

/* ---- Opening ---- */

/* How an end that the system gave the reason for is told to whoever started us. */
static int exit_of(enum status st)
{
    switch (st) {
    case ST_OK:
        return EX_OK;
    case ST_BUSY:
        return EX_UNAVAILABLE;
    case ST_DENIED:
        return EX_NOPERM;
    case ST_INVALID:
    case ST_NOT_FOUND:
    case ST_MALFORMED:
    case ST_VERSION:
        return EX_CONFIG;
    case ST_IO:
    case ST_FULL:
    case ST_CORRUPT:
    case ST_EXISTS:
    case ST_LIMIT:
    case ST_UNKNOWN:
    case ST_TIMEOUT:
        return EX_IOERR;
    }
    return EX_SOFTWARE;
}

static int open_config(struct house *h, struct buf *why)
{
    if (config_load(h->config_file, &h->config, why)) {
        drop_shown_lines(why);
        return EX_CONFIG;
    }
    h->keys = h->config;
    return exit_of(curve_load(h->config->server_key, &h->key, why));
}

static int open_store(struct house *h, struct buf *why)
{
    enum status st = folder_make(h->config->store, why);
    if (!st)
        st = folder_make(h->config->papers, why);
    if (!st)
        st = papers_open(h->config->papers, PAPERS_LIMITS, &h->papers, why);
    if (!st)
        st = store_open_lmdb(h->config->store, h->config->map_bytes, &h->store, why);
    if (st)
        return exit_of(st);
    st = store_open_behind(h->store, &h->store);
    if (st) {
        buf_printf(why, "%s: %s", h->config->store, status_text(st));
        return exit_of(st);
    }
    /* What a killed process committed may stand in the page cache only: nobody is answered before it is on the disk. */
    st = store_sync(h->store);
    if (st)
        buf_printf(why, "%s: %s", h->config->store, status_text(st));
    return exit_of(st);
}

/* The sources of a folder; their names are without it. */
static enum status read_sources(struct arena *a, const char *folder, const struct engine_source **ret, size_t *ret_n,
                                struct buf *why)
{
    const char **path;
    size_t n;
    enum status st = files_in(a, folder, ".yaml", &path, &n, why);
    if (st)
        return st;
    struct engine_source *source = ARENA_ARRAY(a, struct engine_source, n + 1);
    for (size_t i = 0; i < n && !st; i++) {
        struct buf text = {0};
        st = file_slurp(path[i], SOURCE_MOST, &text, why);
        source[i].name = path[i] + strlen(folder) + 1;
        source[i].text = (struct bytes){arena_copy(a, text.p, text.n), text.n};
        buf_done(&text);
    }
    *ret = source;
    *ret_n = n;
    return st;
}

static int start_engine(struct house *h, struct buf *why)
{
    struct arena *a = arena_new();
    struct engine_result r = {0};
    struct engine_options o = {
        .store = h->store,
        .administrator = h->config->administrator,
        .simulated = h->config->simulated,
        .simulated_start = h->config->start,
        .restored = h->restored,
    };
    random_bytes(o.salt, sizeof o.salt);
    enum status st = read_sources(a, h->config->calendars, &o.calendars, &o.ncalendars, why);
    if (!st)
        st = read_sources(a, h->config->procedures, &o.procedures, &o.nprocedures, why);
    if (!st) {
        h->engine = engine_new(&o);
        st = engine_start(h->engine, clock_wall(), &r, why);
    }
    if (!st) {
        house_learn(h, &r);
        engine_result_done(&r);
    }
    arena_free(a);
    return exit_of(st);
}

static int open_bus(struct house *h, struct buf *why)
{
    struct bus_plan plan = {
        .command = h->config->command,
        .transitions = h->config->transitions,
        .key = &h->key,
        .rules = {h, rule_principal, rule_watch},
        .receive = serve_receive,
        .ctx = h,
    };
    uint32_t first;
    random_bytes(&first, sizeof first);
    h->sessions = serve_sessions(h, first);
    h->pending = pending_new();
    h->readings = readings_new();
    return bus_open(&plan, &h->bus, why) ? EX_UNAVAILABLE : EX_OK;
}

int house_open(const char *config_file, bool restored, struct house **ret, struct buf *why)
{
    struct house *h = xcalloc(1, sizeof *h);
    h->config_file = config_file;
    h->restored = restored;
    int code = open_config(h, why);
    if (!code)
        code = open_store(h, why);
    if (!code)
        code = start_engine(h, why);
    if (!code)
        code = open_bus(h, why);
    trust_begin(h);
    curve_wipe(&h->key); /* the sockets have it now */
    if (code) {
        house_close(h);
        return code;
    }
    *ret = h;
    return EX_OK;
}

void house_close(struct house *h)
{
    if (!h)
        return;
    bus_close(h->bus);
    sessions_free(h->sessions);
    pending_free(h->pending);
    readings_free(h->readings);
    if (h->engine) {
        engine_settle(h->engine);
        engine_free(h->engine);
    }
    if (h->view)
        view_drop(h->view);
    if (h->store)
        store_close(h->store);
    if (h->papers)
        papers_close(h->papers);
    if (h->keys != h->config)
        config_free(h->keys);
    config_free(h->config);
    buf_done(&h->out);
    sign_wipe(&h->heads);
    free(h);
}
