#include "daemon/reading.h"

#include "daemon/base/check.h"
#include "daemon/clock.h"
#include "daemon/serve.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

/* A reading whose command is on its way. */
struct waiting {
    struct waiting *next;
    struct paper_task task;
    struct hash mark;
};

struct readings {
    struct waiting *waiting;
    struct hash recorded[READINGS_KEPT]; /* the newest, in a ring */
    size_t next;
};

struct readings *readings_new(void)
{
    return xcalloc(1, sizeof(struct readings));
}

void readings_free(struct readings *r)
{
    if (!r)
        return;
    for (struct waiting *w = r->waiting, *next; w; w = next) {
        next = w->next;
        arena_free(w->task.arena);
        free(w);
    }
    free(r);
}

/* One value for principal, case and paper together. */
static struct hash mark_of(const char *principal, const struct value *message)
{
    struct buf b = {0};
    const struct value *hash = v_get(message, "hash");
    buf_be64(&b, (uint64_t)v_get_int(message, "case", 0));
    buf_put(&b, hash->u.bin.p, hash->u.bin.n);
    struct hash mark = hash_two(b.p, b.n, principal, strlen(principal));
    buf_done(&b);
    return mark;
}

bool reading_is_new(struct readings *r, const char *principal, const struct value *message)
{
    struct hash mark = mark_of(principal, message);
    if (v_get_int(message, "offset", 0) == 0)
        return true;
    for (size_t i = 0; i < READINGS_KEPT; i++)
        if (!memcmp(r->recorded[i].b, mark.b, HASH_LEN))
            return false;
    return true;
}

/* A UUID of version 7 (RFC 9562). */
static const char *fresh_id(struct arena *a)
{
    uint8_t b[16];
    random_bytes(b, sizeof b);
    uint64_t ms = (uint64_t)clock_wall().ms;
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)(ms >> (40 - 8 * i));
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x70);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    return arena_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
                        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static struct value *command(struct arena *a, const struct value *message)
{
    struct value *v = v_map(a), *fields = v_map(a);
    v_put_str(a, v, "t", "command");
    v_put_str(a, v, "id", fresh_id(a));
    v_put_str(a, v, "act", "read-paper");
    v_put_int(a, v, "case", v_get_int(message, "case", 0));
    v_put(a, fields, "hash", v_copy(a, v_get(message, "hash")));
    v_put(a, v, "fields", fields);
    return v;
}

enum status reading_record(struct house *h, const struct paper_task *task, const char *key)
{
    struct arena *a = arena_new();
    struct worker_job job = {
        .arena = a,
        .job =
            {
                .tag = task->tag,
                .message = command(a, task->message),
                .principal = arena_str(a, task->principal),
                .key = arena_str(a, key),
            },
    };
    random_bytes(job.job.salt, sizeof job.job.salt);
    enum status st = worker_submit(h->worker, &job);
    if (st) {
        arena_free(a);
        return st;
    }
    struct waiting *w = xcalloc(1, sizeof *w);
    w->task = *task;
    w->mark = mark_of(task->principal, task->message);
    w->next = h->readings->waiting;
    h->readings->waiting = w;
    return ST_OK;
}

static struct waiting *take(struct readings *r, uint64_t tag)
{
    struct waiting **at = &r->waiting;
    while (*at && (*at)->task.tag != tag)
        at = &(*at)->next;
    struct waiting *w = *at;
    if (w)
        *at = w->next;
    return w;
}

/* The engine's refusal, under the id of the question. */
static struct value *refusal(struct paper_task *t, const struct value *answer)
{
    return message_refused(t->arena, message_id(t->message), v_get_str(answer, "kind", "right"),
                           v_get_str(answer, "code", "not-recorded"),
                           v_get_str(answer, "text", "the reading could not be recorded"));
}

bool reading_answered(struct house *h, uint64_t tag, struct bytes bytes)
{
    struct readings *r = h->readings;
    struct waiting *w = take(r, tag);
    struct value *answer = NULL;
    if (!w)
        return false;
    struct paper_task task = w->task;
    bool recorded = !wire_decode(task.arena, bytes, &answer, NULL) && !strcmp(v_get_str(answer, "t", ""), "accepted");
    if (recorded) {
        r->recorded[r->next] = w->mark;
        r->next = (r->next + 1) % READINGS_KEPT;
    }
    free(w);
    if (recorded && !paperwork_submit(h->paperwork, &task))
        return true;
    task.status = ST_LIMIT;
    task.answer = recorded ? message_refused(task.arena, message_id(task.message), "limit", "busy",
                                             "too many papers are on their way; try again later")
                           : refusal(&task, answer);
    serve_paper(h, &task);
    arena_free(task.arena);
    return true;
}
