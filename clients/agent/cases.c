#include "clients/agent/cases.h"

#include "clients/agent/inside.h"
#include "clients/lib/json.h"

enum { SHARE = 4, LONGEST_PAUSE = 1000 };

void cases_begin(struct agent *g)
{
    g->cases = (struct cases){.maybe = true, .marks = agent_now().ms};
}

void cases_stale(struct agent *g, int64_t kase)
{
    if (!g->mirror || kase < 1)
        return;
    mirror_stale(g->mirror, kase, ++g->cases.marks);
    g->cases.maybe = true;
}

static void answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct agent *g = ctx;
    struct cases *c = &g->cases;
    int64_t took = agent_now().ms - c->asked.ms;
    c->asking = false;
    c->next = (struct tick){agent_now().ms + (took * SHARE < LONGEST_PAUSE ? took * SHARE : LONGEST_PAUSE)};
    if (!g->mirror || e->code == LW_CLOSED)
        return;
    if (e->code != LW_OK) {
        mirror_case(g->mirror, c->kase, c->mark, NULL);
        return;
    }
    struct arena *a = arena_new();
    struct buf line = {0};
    struct value *kept = v_map(a);
    v_put_int(a, kept, "at", v_get_int(answer, "at", 0));
    v_put(a, kept, "case", v_copy(a, v_get(answer, "case")));
    json_line(&line, kept);
    mirror_case(g->mirror, c->kase, c->mark, buf_cstr(&line));
    buf_done(&line);
    arena_free(a);
}

void cases_tick(struct agent *g)
{
    struct cases *c = &g->cases;
    if (!g->mirror || !g->stream || !lw_live(g->stream) || c->asking || !c->maybe || c->next.ms > agent_now().ms)
        return;
    c->maybe = mirror_next_stale(g->mirror, &c->kase, &c->mark);
    if (!c->maybe)
        return;
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "ask");
    v_put_str(a, m, "q", "case");
    v_put_int(a, m, "case", c->kase);
    c->asking = true;
    c->asked = agent_now();
    lw_send(g->client, m, -1, answered, g);
    arena_free(a);
}

struct tick cases_next(const struct agent *g)
{
    bool wants = g->mirror && g->stream && lw_live(g->stream) && !g->cases.asking && g->cases.maybe;
    return wants ? g->cases.next : (struct tick){INT64_MAX};
}
