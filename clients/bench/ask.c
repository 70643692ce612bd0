#include "clients/bench/ask.h"

#include "daemon/base/check.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100, TURN_US = 250000 };
enum kind { CASE, INBOX, LIST, SEARCH };

static const char *const kinds[ASK_KINDS] = {"case", "inbox", "list", "search"};

struct asker {
    struct lines *lines;
    struct ask_plan plan;
    struct arena *a;
    struct buf frame;
    int64_t begun, sent[ASK_KINDS]; /* 0: not on its way */
    uint64_t asked, chance;
    char after[ASK_KINDS][64]; /* where a list goes on; "" from its beginning */
    struct tally took[ASK_KINDS];
};

struct asker *asker_new(struct lines *lines, const struct ask_plan *plan)
{
    struct asker *k = xcalloc(1, sizeof *k);
    k->lines = lines;
    k->plan = *plan;
    k->a = arena_new();
    k->chance = 88172645463325252u;
    return k;
}

void asker_free(struct asker *k)
{
    if (!k)
        return;
    for (int kind = 0; kind < ASK_KINDS; kind++)
        tally_done(&k->took[kind]);
    buf_done(&k->frame);
    arena_free(k->a);
    free(k);
}

static struct value *question(struct asker *k, int kind)
{
    struct value *m = v_map(k->a);
    v_put_str(k->a, m, "t", "ask");
    v_put_str(k->a, m, "id", kinds[kind]);
    if (kind == CASE) {
        k->chance ^= k->chance << 13, k->chance ^= k->chance >> 7, k->chance ^= k->chance << 17;
        v_put_str(k->a, m, "q", "case");
        v_put_int(k->a, m, "case", (int64_t)(1 + k->chance % k->plan.cases));
        return m;
    }
    v_put_str(k->a, m, "q", kind == INBOX ? "tasks" : "cases");
    v_put_int(k->a, m, "limit", PAGE);
    if (kind == INBOX) {
        v_put_str(k->a, m, "department", k->plan.department);
        return m;
    }
    v_put_str(k->a, m, "procedure", k->plan.procedure);
    v_put_str(k->a, m, "stage", k->plan.stage);
    if (kind == SEARCH)
        v_put_str(k->a, m, "department", k->plan.stranger);
    if (k->after[kind][0])
        v_put_str(k->a, m, "after", k->after[kind]);
    return m;
}

bool asker_asks(int64_t at_us)
{
    return at_us / TURN_US % 2;
}

void asker_send(struct asker *k, int64_t now_us)
{
    if (!k->begun)
        k->begun = now_us;
    for (uint64_t due = (uint64_t)(now_us - k->begun) * k->plan.rate / 1000000; k->asked < due; k->asked++) {
        int kind = (int)(k->asked % ASK_KINDS);
        if (k->sent[kind] || !asker_asks(now_us))
            continue; /* one at a time */
        buf_clear(&k->frame);
        wire_encode(&k->frame, question(k, kind));
        line_send(k->lines, k->plan.line, buf_bytes(&k->frame));
        k->sent[kind] = now_us;
        arena_reset(k->a);
    }
}

void asker_answer(struct asker *k, struct bytes frame, int64_t now_us)
{
    struct value *m;
    if (wire_decode(k->a, frame, &m, NULL))
        return;
    for (int kind = 0; kind < ASK_KINDS; kind++) {
        if (!k->sent[kind] || strcmp(v_get_str(m, "id", ""), kinds[kind]) != 0)
            continue;
        if (strcmp(v_get_str(m, "t", ""), "answer") != 0) {
            fprintf(stderr, "leeway-bench-load: a question for a %s: %s\n", kinds[kind], v_get_str(m, "text", "?"));
            exit(1);
        }
        tally_add(&k->took[kind], now_us - k->sent[kind]);
        k->sent[kind] = 0;
        (void)snprintf(k->after[kind], sizeof k->after[kind], "%s", v_get_str(m, "next", ""));
    }
    arena_reset(k->a);
}

void asker_restart(struct asker *k)
{
    for (int kind = 0; kind < ASK_KINDS; kind++)
        k->took[kind].n = 0;
}

const char *asker_kind(int kind)
{
    return kinds[kind];
}

struct tally *asker_took(struct asker *k, int kind)
{
    return &k->took[kind];
}
