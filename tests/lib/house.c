#include "tests/lib/house.h"

#include "daemon/base/check.h"
#include "daemon/store/store.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NINE = 9 * 60, DRAIN_MOST = 10000, PATH_LONG = 512 };

static const int64_t MINUTE = 60000;

struct sources {
    struct engine_source *item;
    size_t n;
};

struct house {
    struct arena *a;
    struct store *store;
    struct engine *engine;
    struct view *view;
    bool real;
    struct when wall;
    uint64_t serial;
    struct engine_result last;
    struct sources calendars, procedures;
    struct value *notices; /* stream -> list */
    struct value *transitions;
};

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "house: %s: %s\n", what, why);
    abort();
}

/* ---- files of config/ ---- */

static struct bytes file_read(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail("cannot open", path);
    struct buf b = {0};
    char piece[8192];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_put(&b, piece, n);
    fclose(f);
    struct bytes ret = {arena_copy(a, b.p, b.n), b.n};
    buf_done(&b);
    return ret;
}

static int yaml_only(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');
    return dot && strcmp(dot, ".yaml") == 0;
}

static struct sources folder_read(struct arena *a, const char *folder)
{
    struct dirent **list;
    char path[PATH_LONG];
    (void)snprintf(path, sizeof path, "%s/config/%s", SOURCE_DIR, folder);
    int n = scandir(path, &list, yaml_only, alphasort);
    if (n < 0)
        fail("cannot read", path);
    struct sources s = {ARENA_ARRAY(a, struct engine_source, (size_t)n + 1), (size_t)n};
    for (int i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/config/%s/%.200s", SOURCE_DIR, folder, list[i]->d_name);
        s.item[i] = (struct engine_source){arena_str(a, list[i]->d_name), file_read(a, path)};
        free(list[i]);
    }
    free(list);
    return s;
}

/* ---- what leaves ---- */

static struct value *decoded(struct house *h, struct bytes b)
{
    struct value *v;
    struct wire_error err;
    if (wire_decode(h->a, b, &v, &err))
        fail("the engine sent what is no message", wire_fault_name(err.fault));
    return v;
}

static void keep_result(struct house *h, struct engine_result *r)
{
    for (size_t i = 0; i < r->nnotices; i++) {
        struct value *list = v_get(h->notices, r->notices[i].stream);
        if (!list)
            v_put(h->a, h->notices, r->notices[i].stream, list = v_list(h->a));
        v_push(h->a, list, decoded(h, r->notices[i].bytes));
    }
    for (size_t i = 0; i < r->ntransitions; i++)
        v_push(h->a, h->transitions, decoded(h, r->transitions[i].bytes));
    if (r->view) {
        view_drop(h->view);
        h->view = r->view;
    }
    h->last = *r;
    engine_result_done(r);
    h->last.arena = NULL;
    h->last.answers = NULL;
    h->last.notices = NULL;
    h->last.transitions = NULL;
    h->last.view = NULL;
}

/* ---- life ---- */

static void start(struct house *h)
{
    struct buf why = {0};
    struct engine_options o = {.store = h->store,
                               .administrator = "admin",
                               .simulated = !h->real,
                               .simulated_start = h->wall,
                               .calendars = h->calendars.item,
                               .ncalendars = h->calendars.n,
                               .procedures = h->procedures.item,
                               .nprocedures = h->procedures.n,
                               .salt = {1, 2, 3, 4}};
    struct engine_result r;
    h->engine = engine_new(&o);
    enum status st = engine_start(h->engine, h->wall, &r, &why);
    if (st)
        fail(status_name(st), buf_cstr(&why));
    buf_done(&why);
    keep_result(h, &r);
}

/* One procedure alone, by this text. */
static void only(struct house *h, const char *name, const char *text)
{
    h->procedures = (struct sources){ARENA_NEW(h->a, struct engine_source), 1};
    h->procedures.item[0] = (struct engine_source){arena_printf(h->a, "%s.yaml", name),
                                                   {(const uint8_t *)arena_str(h->a, text), strlen(text)}};
}

static struct house *made(struct store *store, const char *day, bool real, const char *name, const char *text)
{
    struct house *h = xcalloc(1, sizeof *h);
    struct day d;
    if (day_parse(day, &d))
        fail("no day", day);
    h->a = arena_new();
    h->store = store;
    h->real = real;
    h->wall = (struct when){day_start(d, 480).ms + NINE * MINUTE};
    h->notices = v_map(h->a);
    h->transitions = v_list(h->a);
    h->calendars = folder_read(h->a, "calendars");
    if (name)
        only(h, name, text);
    else
        h->procedures = folder_read(h->a, "procedures");
    start(h);
    return h;
}

struct house *house_new_on(struct store *store, const char *day, bool real)
{
    return made(store, day, real, NULL, NULL);
}

struct house *house_new_with(const char *day, const char *name, const char *text)
{
    return made(store_open_mem(), day, false, name, text);
}

struct house *house_new(const char *day)
{
    return house_new_on(store_open_mem(), day, false);
}

void house_free(struct house *h)
{
    if (!h)
        return;
    engine_free(h->engine);
    view_drop(h->view);
    store_close(h->store);
    arena_free(h->a);
    free(h);
}

void house_kill(struct house *h, struct store *(*renew)(void *ctx), void *ctx)
{
    engine_free(h->engine);
    view_drop(h->view);
    h->view = NULL;
    store_close(h->store);
    h->store = renew(ctx);
    start(h);
}

void house_restart(struct house *h)
{
    engine_free(h->engine);
    view_drop(h->view);
    h->view = NULL;
    start(h);
}

struct arena *house_arena(struct house *h)
{
    return h->a;
}

struct engine *house_engine(struct house *h)
{
    return h->engine;
}

struct store *house_store(struct house *h)
{
    return h->store;
}

struct view *house_view(struct house *h)
{
    return h->view;
}

struct when house_now(struct house *h)
{
    return h->last.now;
}

struct day house_today(struct house *h)
{
    return when_day(h->last.now, 480);
}

const struct engine_result *house_last(struct house *h)
{
    return &h->last;
}

/* ---- speaking ---- */

/* Ids in order; their time is the wall's. */
static const char *fresh_id(struct house *h)
{
    uint64_t ms = (uint64_t)h->wall.ms, n = ++h->serial;
    return arena_printf(h->a, "%08llx-%04llx-7000-8000-%012llx", (unsigned long long)(ms >> 16),
                        (unsigned long long)(ms & 0xffff), (unsigned long long)n);
}

struct value *house_command(struct house *h, const char *act)
{
    struct value *m = v_map(h->a);
    v_put_str(h->a, m, "t", "command");
    v_put_str(h->a, m, "id", fresh_id(h));
    v_put_str(h->a, m, "act", act);
    v_put(h->a, m, "fields", v_map(h->a));
    return m;
}

static void complete(struct house *h, struct value *m, const char *t)
{
    if (!v_get(m, "t"))
        v_put_str(h->a, m, "t", t);
    if (!v_get(m, "id"))
        v_put_str(h->a, m, "id", fresh_id(h));
    struct message_fault fault;
    if (!message_check(m, &fault))
        fail(message_fault_name(fault.code), fault.key ? fault.key : "?");
}

void house_batch(struct house *h, const char *const *principals, struct value *const *messages, size_t n,
                 const struct value **ret)
{
    struct job *job = xcalloc(n + 1, sizeof *job);
    struct engine_result r;
    for (size_t i = 0; i < n; i++) {
        complete(h, messages[i], "command");
        uint64_t salt = ++h->serial;
        job[i] = (struct job){.tag = i, .message = messages[i], .principal = principals[i], .key = "0123"};
        memcpy(job[i].salt, &salt, sizeof salt);
        ret[i] = NULL;
    }
    engine_batch(h->engine, job, n, h->wall, &r);
    for (size_t i = 0; i < r.nanswers; i++)
        ret[r.answers[i].tag] = decoded(h, r.answers[i].bytes);
    free(job);
    keep_result(h, &r);
}

/* Batches without jobs until nothing is due. */
static void drain(struct house *h)
{
    for (int i = 0; h->last.status == ST_OK && h->last.next_due.ms <= h->last.now.ms; i++) {
        struct engine_result r;
        if (i == DRAIN_MOST)
            fail("drain", "what is due never ends");
        engine_batch(h->engine, NULL, 0, h->wall, &r);
        keep_result(h, &r);
    }
}

const struct value *house_do(struct house *h, const char *principal, struct value *message)
{
    const struct value *answer;
    house_batch(h, &principal, &message, 1, &answer);
    drain(h);
    return answer;
}

/* ---- the register ---- */

static void must(struct house *h, struct value *m)
{
    const struct value *answer = house_do(h, "admin", m);
    if (strcmp(v_get_str(answer, "t", ""), "accepted") != 0)
        fail(v_get_str(m, "act", ""), v_get_str(answer, "text", "?"));
}

void house_principal(struct house *h, const char *principal, const char *department, const char *rights)
{
    struct value *m = house_command(h, "role-add"), *f = v_get(m, "fields"), *list = v_list(h->a);
    char *word, *rest = NULL;
    for (word = strtok_r(arena_str(h->a, rights), " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        v_push(h->a, list, v_str(h->a, word));
    v_put_str(h->a, f, "principal", principal);
    v_put_str(h->a, f, "department", department);
    v_put(h->a, f, "rights", list);
    must(h, m);
}

static void department(struct house *h, const char *id, const char *kind, const char *superior, bool keyless)
{
    struct value *m = house_command(h, "department-add"), *f = v_get(m, "fields");
    v_put_str(h->a, f, "id", id);
    v_put_str(h->a, f, "name", id);
    v_put_str(h->a, f, "kind", kind);
    v_put_str(h->a, f, "superior", superior);
    if (keyless)
        v_put_bool(h->a, f, "keyless", true);
    must(h, m);
}

void house_department(struct house *h, const char *id, const char *kind, const char *superior)
{
    department(h, id, kind, superior, false);
    house_principal(h, id, id, "act enter watch approve");
}

void house_keyless(struct house *h, const char *id, const char *kind)
{
    department(h, id, kind, NULL, true);
}

void house_manages(struct house *h, const char *id, const char *unit)
{
    struct value *m = house_command(h, "department-change"), *f = v_get(m, "fields"), *units = v_list(h->a);
    struct value *q = house_question(h, "register");
    v_put_str(h->a, q, "kind", "department");
    v_put_str(h->a, q, "entry", id);
    const struct value *had = v_path(v_at(v_get(house_ask(h, "admin", q), "entries"), 0), "manages");
    for (size_t i = 0; i < v_count(had); i++)
        v_push(h->a, units, v_at(had, i));
    v_push(h->a, units, v_str(h->a, unit));
    v_put_str(h->a, f, "id", id);
    v_put(h->a, f, "manages", units);
    must(h, m);
}

/* ---- time ---- */

void house_to_moment(struct house *h, struct when moment)
{
    h->wall = h->real || moment.ms > h->wall.ms ? moment : h->wall;
    if (!h->real) {
        struct value *m = house_command(h, "time-advance");
        v_put_int(h->a, v_get(m, "fields"), "to", moment.ms);
        must(h, m);
        return;
    }
    struct engine_result r;
    engine_batch(h->engine, NULL, 0, h->wall, &r);
    keep_result(h, &r);
    drain(h);
}

void house_to_minute(struct house *h, const char *day, int minute_of_day)
{
    struct day d;
    if (day_parse(day, &d))
        fail("no day", day);
    house_to_moment(h, (struct when){day_start(d, 480).ms + minute_of_day * MINUTE});
}

void house_to(struct house *h, const char *day)
{
    house_to_minute(h, day, NINE);
}

void house_hold(struct house *h, enum hold why)
{
    engine_hold(h->engine, why);
}

void house_away(struct house *h, const char *day)
{
    struct day d;
    if (!h->real || day_parse(day, &d))
        fail("away", day);
    h->wall = (struct when){day_start(d, 480).ms + NINE * MINUTE};
    house_restart(h);
}

/* ---- asking ---- */

struct value *house_question(struct house *h, const char *q)
{
    struct value *m = v_map(h->a);
    v_put_str(h->a, m, "t", "ask");
    v_put_str(h->a, m, "id", fresh_id(h));
    v_put_str(h->a, m, "q", q);
    return m;
}

const struct value *house_ask(struct house *h, const char *principal, struct value *question)
{
    complete(h, question, "ask");
    struct question q = {h->store, h->view, principal, h->last.now, question, h->last.read_only};
    return question_answer(h->a, &q);
}

const struct value *house_notices(struct house *h, const char *stream)
{
    const struct value *list = v_get(h->notices, stream);
    return list ? list : v_list(h->a);
}

const struct value *house_transitions(struct house *h)
{
    return h->transitions;
}

/* ---- looking at the store ---- */

static void dump_bytes(struct bytes b, struct buf *out)
{
    for (size_t i = 0; i < b.n; i++)
        buf_printf(out, "%02x", b.p[i]);
}

void house_dump(struct store *s, bool derived_only, struct buf *out)
{
    struct store_txn *t;
    if (store_read(s, &t))
        fail("dump", "no transaction");
    for (int db = 0; db < STORE_DB_COUNT; db++) {
        if (derived_only && !store_db_derived((enum store_db)db))
            continue;
        struct store_cursor *c = store_cursor(t, (enum store_db)db);
        while (store_next(c) == ST_OK) {
            buf_printf(out, "%s ", store_db_name((enum store_db)db));
            dump_bytes(store_key(c), out);
            buf_str(out, " ");
            dump_bytes(store_val(c), out);
            buf_str(out, "\n");
        }
        store_cursor_free(c);
    }
    store_abort(t);
}
