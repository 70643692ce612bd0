/* A member of a group: its share, its claims, and what others have. */
#include "clients/agent/inside.h"
#include "clients/lib/json.h"

#include <string.h>

/* A notice of the member's share; one that is in the journal already was sent again only because the session is new. */
void member_share(struct agent *g, const struct value *notice, const char *line)
{
    int64_t position = v_get_int(notice, "position", 0);
    const struct journal_entry *e = journal_entry(g->journal, position);
    if (!e || e->state == JOURNAL_TAKEN)
        agent_take_down(g, position, v_get_int(notice, "case", 0), line);
}

void member_claim(struct agent *g, const struct value *notice)
{
    int64_t position = v_get_int(notice, "position", 0);
    const struct journal_entry *e = journal_entry(g->journal, position);
    if (e && e->state == JOURNAL_TAKEN)
        lw_took(g->stream, position, v_get_int(notice, "fence", 0));
}

struct value *agent_notice_of(struct arena *a, const char *line)
{
    struct value *notice = NULL;
    (void)!json_parse(a, (struct bytes){(const uint8_t *)line, strlen(line)}, &notice, NULL);
    return notice;
}

/* Granted: it may be handled. */
void member_granted(void *ctx, const int64_t *position, size_t n)
{
    struct agent *g = ctx;
    struct arena *a = arena_new();
    for (size_t i = 0; i < n; i++) {
        const struct journal_entry *e = journal_entry(g->journal, position[i]);
        if (e && e->state == JOURNAL_TAKEN)
            queue_add(g->queue, position[i], v_get_int(agent_notice_of(a, e->line), "case", 0), e->line);
    }
    arena_free(a);
}

/* Another has it, or it is settled: forget it, unless its handler runs; then its end is told, and fenced again. */
void member_fenced(void *ctx, const int64_t *position, size_t n)
{
    struct agent *g = ctx;
    struct arena *a = arena_new();
    for (size_t i = 0; i < n; i++) {
        const struct journal_entry *e = journal_entry(g->journal, position[i]);
        if (!e)
            continue;
        if (e->line)
            queue_drop(g->queue, position[i], v_get_int(agent_notice_of(a, e->line), "case", 0));
        agent_became(g, position[i], e->state == JOURNAL_DONE ? MIRROR_DONE : MIRROR_PASSED, NULL);
        journal_forget(g->journal, position[i]);
    }
    arena_free(a);
}

static void claim_again(void *ctx, int64_t position, const struct journal_entry *e)
{
    struct agent *g = ctx;
    struct arena *a = arena_new();
    struct value *notice = e->line ? agent_notice_of(a, e->line) : NULL;
    if (notice) {
        if (e->state == JOURNAL_TAKEN)
            queue_drop(g->queue, position, v_get_int(notice, "case", 0));
        lw_took(g->stream, position, v_get_int(notice, "fence", 0));
    }
    arena_free(a);
}

/* The session is new: from where on its notices come stands in the journal before the first; what the member had may
 * have passed on, so it claims it again before it goes on. */
void member_opened(void *ctx)
{
    struct agent *g = ctx;
    journal_begin(g->journal, lw_position(g->stream));
    if (g->o->group)
        journal_each(g->journal, claim_again, g);
}
