#include "daemon/paperwork.h"

#include "daemon/base/check.h"
#include "proto/message.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { CHUNK = 256 * 1024 };

struct entry {
    struct entry *next;
    struct paper_task task;
};

struct line {
    struct entry *first, **end;
};

/* A sweep that goes on, or has ended. */
struct sweeping {
    bool on, ended;
    unsigned part; /* the next */
    struct when now;
    papers_cited *cited;
    void *ctx;
    struct papers_swept swept;
    enum status status;
};

struct paperwork {
    struct papers *papers;
    void (*ready)(void *ctx);
    void *ctx;
    uv_thread_t thread;
    uv_mutex_t lock; /* of everything below */
    uv_cond_t wanted;
    struct line waiting, finished;
    size_t n; /* waiting or at work */
    bool stop;
    struct sweeping sweep;
};

static void line_put(struct line *l, struct entry *e)
{
    e->next = NULL;
    *l->end = e;
    l->end = &e->next;
}

static struct entry *line_take(struct line *l)
{
    struct entry *e = l->first;
    if (e && !(l->first = e->next))
        l->end = &l->first;
    return e;
}

/* ---- The work ---- */

static struct value *refusal(struct paper_task *t)
{
    const char *id = message_id(t->message);
    if (t->status == ST_LIMIT)
        return message_refused(t->arena, id, "limit", "paper-limit",
                               "the paper, or all unfinished ones of this principal, are longer than they may be");
    if (t->status == ST_INVALID)
        return message_refused(t->arena, id, "form", "paper-wrong",
                               "the bytes are not those of the hash and size, or the place is not inside the paper");
    if (t->status == ST_NOT_FOUND)
        return message_refused(t->arena, id, "form", "paper-missing", "there is no such paper");
    return message_refused(t->arena, id, "space", "papers-silent", "papers can be neither written nor read now");
}

static struct value *begin_answer(struct paper_task *t)
{
    struct value *v = v_map(t->arena);
    v_put_str(t->arena, v, "t", "answer");
    v_put_str(t->arena, v, "id", message_id(t->message));
    return v;
}

static struct value *put(struct papers *p, struct paper_task *t, const struct hash *hash)
{
    struct paper_progress progress;
    const struct value *m = t->message;
    t->status = papers_put(p, t->principal, hash, (uint64_t)v_get_int(m, "size", 0),
                           (uint64_t)v_get_int(m, "offset", 0), v_get(m, "data")->u.bin, &progress, NULL);
    if (t->status)
        return refusal(t);
    struct value *v = begin_answer(t);
    v_put_int(t->arena, v, "next", (int64_t)progress.next);
    v_put_bool(t->arena, v, "complete", progress.complete);
    return v;
}

static struct value *get(struct papers *p, struct paper_task *t, const struct hash *hash)
{
    struct buf out = {0};
    uint64_t size;
    t->status = papers_size(p, hash, &size, NULL);
    if (!t->status)
        t->status = papers_read(p, hash, (uint64_t)v_get_int(t->message, "offset", 0), CHUNK, &out, NULL);
    struct value *v = NULL;
    if (t->status) {
        v = refusal(t);
    } else {
        v = begin_answer(t);
        v_put_int(t->arena, v, "size", (int64_t)size);
        v_put(t->arena, v, "data", v_bin(t->arena, out.p, out.n));
    }
    buf_done(&out);
    return v;
}

static void do_task(struct paperwork *w, struct paper_task *t)
{
    struct hash hash;
    memcpy(hash.b, v_get(t->message, "hash")->u.bin.p, HASH_LEN);
    bool putting = message_type(t->message) == MESSAGE_PAPER_PUT;
    t->answer = putting ? put(w->papers, t, &hash) : get(w->papers, t, &hash);
}

/* One portion; called with the lock, which it gives away while it works. */
static void sweep_part(struct paperwork *w)
{
    struct sweeping s = w->sweep;
    uv_mutex_unlock(&w->lock);
    enum status st = papers_sweep_part(w->papers, s.part, s.now, s.cited, s.ctx, &s.swept, NULL);
    uv_mutex_lock(&w->lock);
    s.status = s.status ? s.status : st;
    s.ended = ++s.part == PAPERS_PARTS;
    s.on = !s.ended;
    w->sweep = s;
}

static void work_task(struct paperwork *w, struct entry *e)
{
    uv_mutex_unlock(&w->lock);
    do_task(w, &e->task);
    uv_mutex_lock(&w->lock);
    line_put(&w->finished, e);
    w->ready(w->ctx);
}

static void work(void *arg)
{
    struct paperwork *w = arg;
    uv_mutex_lock(&w->lock);
    for (;;) {
        while (!w->waiting.first && !w->stop && !w->sweep.on)
            uv_cond_wait(&w->wanted, &w->lock);
        struct entry *e = line_take(&w->waiting);
        if (e)
            work_task(w, e);
        else if (w->stop)
            break;
        else
            sweep_part(w);
    }
    uv_mutex_unlock(&w->lock);
}

/* ---- The loop's side ---- */

struct paperwork *paperwork_start(struct papers *papers, void (*ready)(void *ctx), void *ctx)
{
    struct paperwork *w = xcalloc(1, sizeof *w);
    w->papers = papers;
    w->ready = ready;
    w->ctx = ctx;
    w->waiting.end = &w->waiting.first;
    w->finished.end = &w->finished.first;
    REQUIRE(uv_mutex_init(&w->lock) == 0);
    REQUIRE(uv_cond_init(&w->wanted) == 0);
    REQUIRE(uv_thread_create(&w->thread, work, w) == 0);
    return w;
}

enum status paperwork_submit(struct paperwork *w, const struct paper_task *task)
{
    uv_mutex_lock(&w->lock);
    bool room = w->n < PAPERWORK_MOST;
    if (room) {
        struct entry *e = xcalloc(1, sizeof *e);
        e->task = *task;
        line_put(&w->waiting, e);
        w->n++;
        uv_cond_signal(&w->wanted);
    }
    uv_mutex_unlock(&w->lock);
    return room ? ST_OK : ST_LIMIT;
}

bool paperwork_take(struct paperwork *w, struct paper_task *ret)
{
    uv_mutex_lock(&w->lock);
    struct entry *e = line_take(&w->finished);
    w->n -= e != NULL;
    uv_mutex_unlock(&w->lock);
    if (!e)
        return false;
    *ret = e->task;
    free(e);
    return true;
}

void paperwork_sweep(struct paperwork *w, struct when now, papers_cited *cited, void *ctx)
{
    uv_mutex_lock(&w->lock);
    if (!w->sweep.on) {
        w->sweep = (struct sweeping){.on = true, .now = now, .cited = cited, .ctx = ctx};
        uv_cond_signal(&w->wanted);
    }
    uv_mutex_unlock(&w->lock);
}

bool paperwork_swept(struct paperwork *w, struct papers_swept *ret, enum status *ret_status)
{
    uv_mutex_lock(&w->lock);
    bool ended = w->sweep.ended;
    if (ended) {
        *ret = w->sweep.swept;
        *ret_status = w->sweep.status;
    }
    w->sweep.ended = false;
    uv_mutex_unlock(&w->lock);
    return ended;
}

void paperwork_stop(struct paperwork *w)
{
    struct paper_task left;
    if (!w)
        return;
    uv_mutex_lock(&w->lock);
    w->stop = true;
    uv_cond_signal(&w->wanted);
    uv_mutex_unlock(&w->lock);
    uv_thread_join(&w->thread);
    while (paperwork_take(w, &left))
        arena_free(left.arena);
    uv_cond_destroy(&w->wanted);
    uv_mutex_destroy(&w->lock);
    free(w);
}
