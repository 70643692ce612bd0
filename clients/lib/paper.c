/* paper.c - putting and getting a paper of leeway.h, one chunk after the other */
#include "clients/lib/client.h"
#include "clients/lib/error.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256 * 1024, PAPER_MOST = 64 << 20 };

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

/* ---- getting ---- */

struct getting {
    struct lw_client *client;
    int64_t case_number;
    struct hash hash;
    struct buf paper;
    struct tick limit;
    lw_paper_fn got;
    void *ctx;
};

static void ask_chunk(struct getting *get);

static void got_all(struct getting *get, const struct lw_error *e)
{
    get->got(get->ctx, e->code == LW_OK ? get->paper.p : NULL, e->code == LW_OK ? get->paper.n : 0, e);
    buf_done(&get->paper);
    free(get);
}

static void chunk_came(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct getting *get = ctx;
    struct lw_error mine = *e;
    const struct value *data = v_get(answer, "data");
    int64_t size = v_get_int(answer, "size", -1);
    if (e->code != LW_OK) {
        got_all(get, e);
        return;
    }
    bool odd = v_kind(data) != V_BIN || size < 0 || size > PAPER_MOST ||
               data->u.bin.n > (uint64_t)size - get->paper.n || (!data->u.bin.n && get->paper.n < (uint64_t)size);
    if (!odd)
        buf_put(&get->paper, data->u.bin.p, data->u.bin.n);
    if (!odd && get->paper.n < (uint64_t)size) {
        ask_chunk(get);
        return;
    }
    struct hash is = hash_of(get->paper.p, get->paper.n);
    if (odd || memcmp(is.b, get->hash.b, HASH_LEN) != 0)
        error_set(&mine, LW_PROTOCOL, "what came is not the paper of this hash");
    got_all(get, &mine);
}

static void ask_chunk(struct getting *get)
{
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    int64_t left = get->limit.ms == INT64_MAX ? -1 : get->limit.ms - client_now().ms;
    v_put_str(a, m, "t", "paper-get");
    v_put_int(a, m, "case", get->case_number);
    v_put(a, m, "hash", v_bin(a, get->hash.b, HASH_LEN));
    v_put_int(a, m, "offset", (int64_t)get->paper.n);
    lw_send(get->client, m, get->limit.ms == INT64_MAX ? -1 : left < 0 ? 0 : (int)left, chunk_came, get);
    arena_free(a);
}

void lw_paper_get(struct lw_client *c, int64_t case_number, const uint8_t hash[LW_HASH], int limit_ms, lw_paper_fn got,
                  void *ctx)
{
    struct getting *get = xcalloc(1, sizeof *get);
    get->client = c;
    get->case_number = case_number;
    memcpy(get->hash.b, hash, LW_HASH);
    get->limit = limit_ms < 0 ? TICK_NEVER : (struct tick){client_now().ms + limit_ms};
    get->got = got;
    get->ctx = ctx;
    ask_chunk(get);
}
