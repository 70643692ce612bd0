/* paper.c - putting a paper of leeway.h, one chunk after the other */
#include "clients/lib/client.h"
#include "clients/lib/error.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024 };

struct putting {
    struct lw_client *client;
    struct hash hash;
    uint8_t *p;
    size_t n;
    struct tick limit;
    lw_answer_fn answered;
    void *ctx;
};

static void send_chunk(struct putting *put, size_t offset);

static void finish(struct putting *put, const struct value *answer, const struct lw_error *e)
{
    if (put->answered)
        put->answered(put->ctx, answer, e);
    free(put->p);
    free(put);
}

static void chunk_answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct putting *put = ctx;
    int64_t next = v_get_int(answer, "next", -1);
    struct lw_error odd;
    if (e->code != LW_OK || v_get_bool(answer, "complete")) {
        finish(put, answer, e);
        return;
    }
    if (next < 0 || (uint64_t)next >= put->n) {
        error_set(&odd, LW_PROTOCOL, "the daemon wants a part of the paper that does not exist");
        finish(put, answer, &odd);
        return;
    }
    send_chunk(put, (size_t)next);
}

static void send_chunk(struct putting *put, size_t offset)
{
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    size_t n = put->n - offset < CHUNK ? put->n - offset : CHUNK;
    int64_t left = put->limit.ms == INT64_MAX ? -1 : put->limit.ms - client_now().ms;
    v_put_str(a, m, "t", "paper-put");
    v_put(a, m, "hash", v_bin(a, put->hash.b, HASH_LEN));
    v_put_int(a, m, "size", (int64_t)put->n);
    v_put_int(a, m, "offset", (int64_t)offset);
    v_put(a, m, "data", v_bin(a, put->p + offset, n));
    lw_send(put->client, m, put->limit.ms == INT64_MAX ? -1 : left < 0 ? 0 : (int)left, chunk_answered, put);
    arena_free(a);
}

struct hash tree_paper_put(struct lw_client *c, struct bytes paper, int limit_ms, lw_answer_fn answered, void *ctx)
{
    struct putting *put = xcalloc(1, sizeof *put);
    put->client = c;
    put->hash = hash_of(paper.p, paper.n);
    put->p = xmalloc(paper.n + 1);
    if (paper.n)
        memcpy(put->p, paper.p, paper.n);
    put->n = paper.n;
    put->limit = limit_ms < 0 ? TICK_NEVER : (struct tick){client_now().ms + limit_ms};
    put->answered = answered;
    put->ctx = ctx;
    struct hash hash = put->hash;
    send_chunk(put, 0);
    return hash;
}

void lw_paper_put(struct lw_client *c, const void *paper, size_t n, int limit_ms, lw_answer_fn answered, void *ctx,
                  uint8_t ret_hash[LW_HASH])
{
    struct hash hash = tree_paper_put(c, (struct bytes){paper, n}, limit_ms, answered, ctx);
    memcpy(ret_hash, hash.b, LW_HASH);
}
