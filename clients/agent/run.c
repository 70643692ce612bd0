#include "clients/agent/command.h"
#include "clients/agent/inside.h"
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "daemon/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAPER_MOST = 64 << 20 };

/* ---- the end of a notice ---- */

void run_leave(struct run *r)
{
    struct agent *g = r->agent;
    arena_free(r->arena);
    buf_done(&r->output);
    *r = (struct run){.agent = g};
    g->running--;
}

static void settle(struct run *r, const char *said)
{
    struct agent *g = r->agent;
    int64_t position = r->notice->position;
    char *reason = said ? text_mended(said) : NULL; /* a handler speaks in any encoding */
    journal_finish(g->journal, position, reason);
    agent_became(g, position, reason ? MIRROR_FAILED : MIRROR_DONE, reason);
    if (reason) {
        agent_say(g, "notice %" PRId64 " is set aside: %s", position, reason);
        agent_failed(g, position, reason);
        queue_set_aside(g->queue, r->notice);
    } else {
        agent_done(g, position);
        queue_finish(g->queue, r->notice);
    }
    free(reason);
    run_leave(r);
}

static void try_later(struct run *r)
{
    struct backoff b = r->agent->later;
    b.tries = r->notice->pauses++;
    int64_t pause = backoff_next(&b);
    r->agent->later.seed = b.seed;
    queue_sleep(r->agent->queue, r->notice, (struct tick){agent_now().ms + pause});
    run_leave(r);
}

/* ---- commands ---- */

static void send_command(struct run *r);
static void tried(struct run *r, const char *reason);

/* The daemon is busy or only reads: the command waits in its place. The handler has done its part, and runs once. */
static void send_later(struct run *r)
{
    struct backoff b = r->agent->later;
    b.tries = r->refusals++;
    r->again = (struct tick){agent_now().ms + backoff_next(&b)};
    r->agent->later.seed = b.seed;
}

void run_tick(struct run *r)
{
    if (!r->again.ms || r->again.ms > agent_now().ms)
        return;
    r->again.ms = 0;
    send_command(r);
}

struct tick run_next(const struct run *r)
{
    return r->again.ms ? r->again : (struct tick){INT64_MAX};
}

static void next_command(struct run *r);

/* What a refusal means for the notice; true: go on with the next command. */
static bool goes_on(struct run *r, const struct lw_error *e)
{
    bool closed = e->code == LW_CLOSED;
    if (e->code == LW_OK || (r->may_fail && !e->may_retry && !closed)) {
        r->refusals = 0;
        return true;
    }
    if (closed) { /* the agent ends; the journal still has the notice */
        queue_sleep(r->agent->queue, r->notice, agent_now());
        run_leave(r);
    } else if (e->may_retry) {
        agent_say(r->agent, "notice %" PRId64 " waits: %s (%s)", r->notice->position, e->text, e->word);
        send_later(r);
    } else {
        char reason[700];
        snprintf(reason, sizeof reason, "%s was refused: %s (%s)", v_get_str(r->command, "act", "a command"), e->text,
                 e->word);
        settle(r, reason);
    }
    return false;
}

static void remembered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct run *r = ctx;
    struct lw_error was = *e;
    if (e->code == LW_OK)
        lw_error_of(v_get(answer, "answer"), &was);
    if (goes_on(r, &was))
        next_command(r);
}

static void answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct run *r = ctx;
    /* An earlier run of the handler, ended before its report, had said something else under this id, or said it so
     * long ago that repeats are not recognised any more. What was answered then counts: the notice had its effect. */
    if (strcmp(e->word, "id-reused") == 0 || strcmp(e->word, "id-too-old") == 0) {
        struct value *ask = v_map(r->arena);
        char id[LW_ID];
        lw_uuid(id);
        v_put_str(r->arena, ask, "t", "ask");
        v_put_str(r->arena, ask, "id", id);
        v_put_str(r->arena, ask, "q", "command");
        v_put_str(r->arena, ask, "command", v_get_str(r->command, "id", ""));
        lw_send(r->agent->client, ask, -1, remembered, r);
        return;
    }
    if (e->code == LW_OK)
        cases_stale(r->agent, v_get_int(answer, "case", 0));
    if (goes_on(r, e))
        next_command(r);
}

static void send_command(struct run *r)
{
    if (r->paper_failed && *r->paper_why)
        tried(r, r->paper_why);
    else if (r->paper_failed)
        try_later(r);
    else
        lw_send(r->agent->client, r->command, -1, answered, r);
}

static void paper_answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct run *r = ctx;
    (void)answer;
    r->paper_failed = r->paper_failed || e->code != LW_OK;
    if (e->code != LW_OK && !e->may_retry && e->code != LW_CLOSED)
        snprintf(r->paper_why, sizeof r->paper_why, "a paper was refused: %.200s", e->text);
    if (--r->papers == 0 && r->command)
        send_command(r);
}

static bool put_paper(void *ctx, const char *file, uint8_t ret_hash[32])
{
    struct run *r = ctx;
    struct buf paper = {0};
    bool fine = file_read(file, PAPER_MOST, &paper) == ST_OK;
    if (fine) {
        r->papers++;
        struct hash h = tree_paper_put(r->agent->client, buf_bytes(&paper), -1, paper_answered, r);
        memcpy(ret_hash, h.b, HASH_LEN);
    } else
        snprintf(r->paper_why, sizeof r->paper_why, "the paper %.200s cannot be read", file);
    buf_done(&paper);
    return fine;
}

/* The next line that is not empty, or false. */
static bool next_line(struct run *r, struct bytes *ret)
{
    while (r->at < r->output.n) {
        const uint8_t *from = r->output.p + r->at;
        const uint8_t *stop = memchr(from, '\n', r->output.n - r->at);
        size_t n = stop ? (size_t)(stop - from) : r->output.n - r->at;
        r->at += n + (stop != NULL);
        r->number++;
        bool blank = true;
        for (size_t i = 0; i < n; i++)
            blank = blank && (from[i] == ' ' || from[i] == '\t' || from[i] == '\r');
        if (!blank) {
            *ret = (struct bytes){from, n};
            return true;
        }
    }
    return false;
}

static void next_command(struct run *r)
{
    struct bytes line;
    char why[COMMAND_WHY];
    if (!next_line(r, &line)) {
        settle(r, NULL);
        return;
    }
    r->command = NULL;
    r->paper_failed = false;
    r->paper_why[0] = 0;
    struct value *m = command_of_line(r->arena, r->map, line, r->number, &r->may_fail, why);
    if (!m) {
        settle(r, why);
        return;
    }
    /* The count is one too high until all are on their way, so that none of their answers sends the command early. */
    r->papers = 1;
    bool fine = command_papers(r->arena, m, put_paper, r);
    r->command = m;
    if (!fine)
        r->paper_failed = true;
    if (--r->papers == 0)
        send_command(r);
}

/* ---- handlers ---- */

static const char *last_line(struct buf *text)
{
    while (text->n && (text->p[text->n - 1] == '\n' || text->p[text->n - 1] == '\r'))
        text->n--;
    char *s = (char *)(uintptr_t)buf_cstr(text), *line = strrchr(s, '\n');
    return line ? line + 1 : s;
}

static void tried(struct run *r, const char *reason)
{
    if (++r->notice->tries < AGENT_TRIES)
        try_later(r);
    else
        settle(r, reason);
}

void run_ended(struct run *r, int status)
{
    struct buf complaint = {0};
    char reason[512];
    enum status st = runner_collect(&r->runner, &r->output, &complaint);
    if (complaint.n)
        (void)!write(2, complaint.p, complaint.n);
    bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const char *last = last_line(&complaint);
    if (r->flooded)
        snprintf(reason, sizeof reason, "the handler printed more than 16 MiB");
    else if (r->killed)
        snprintf(reason, sizeof reason, "the handler took more than %d s", r->agent->o->timeout_ms / 1000);
    else if (st != ST_OK)
        snprintf(reason, sizeof reason, "the handler printed more than 16 MiB");
    else if (*last)
        snprintf(reason, sizeof reason, "%s", last);
    else if (WIFSIGNALED(status))
        snprintf(reason, sizeof reason, "the handler was ended by signal %d", WTERMSIG(status));
    else
        snprintf(reason, sizeof reason, "the handler ended with %d", WEXITSTATUS(status));
    buf_done(&complaint);
    if (well && st == ST_OK && !r->killed) {
        r->sending = true;
        next_command(r);
    } else if (r->agent->stopping)
        try_later(r); /* it was asked to stop: no fault of its own */
    else if (WIFEXITED(status) && WEXITSTATUS(status) == AGENT_LATER && !r->killed)
        try_later(r);
    else
        tried(r, reason);
}

/* The agent's environment, and what the notice is. Gives, in the arena; the list ends with NULL. */
static char **environment_of(struct run *r)
{
    char *const *base = r->agent->o->environment;
    size_t n = 0;
    while (base[n])
        n++;
    char **env = ARENA_ARRAY(r->arena, char *, n + 6), *const *end = base + n;
    n = 0;
    env[n++] = arena_printf(r->arena, "LEEWAY_STREAM=%s", r->agent->o->stream);
    env[n++] = arena_printf(r->arena, "LEEWAY_POSITION=%" PRId64, r->notice->position);
    env[n++] = arena_printf(r->arena, "LEEWAY_TYPE=%s", v_get_str(r->map, "type", ""));
    env[n++] = arena_printf(r->arena, "LEEWAY_CASE=%" PRId64, r->notice->kase);
    env[n++] = arena_printf(r->arena, "LEEWAY_NOTICE=%s:%" PRId64, r->agent->o->stream, r->notice->position);
    for (size_t own = n; base < end; base++) { /* the notice's own go over what the agent was started with */
        bool hidden = false;
        for (size_t i = 0; i < own; i++)
            hidden = hidden || strncmp(*base, env[i], strcspn(env[i], "=") + 1) == 0;
        if (!hidden)
            env[n++] = *base;
    }
    return env;
}

/* The handler, of a folder the one for this type. "": there should be one; NULL: there need not be. */
static const char *program_of(struct run *r)
{
    const char *handler = r->agent->o->handler, *type = v_get_str(r->map, "type", "");
    struct stat about;
    if (stat(handler, &about) != 0 || !S_ISDIR(about.st_mode))
        return handler;
    const char *own = arena_printf(r->arena, "%s/%s", handler, type);
    const char *usual = arena_printf(r->arena, "%s/default", handler);
    if (text_is_name(type) && access(own, X_OK) == 0)
        return own;
    return access(usual, X_OK) == 0 ? usual : v_get(r->map, "answer") ? "" : NULL;
}

void run_start(struct agent *g, struct run *r, struct queued *n)
{
    struct value *map = NULL;
    char why[512];
    *r = (struct run){.agent = g, .notice = n, .arena = arena_new()};
    g->running++;
    (void)!json_parse(r->arena, (struct bytes){(const uint8_t *)n->line, strlen(n->line)}, &map, NULL);
    r->map = map;
    r->limit = (struct tick){agent_now().ms + g->o->timeout_ms};
    const char *program = program_of(r);
    if (!program)
        settle(r, NULL);
    else if (!*program)
        settle(r, arena_printf(r->arena, "there is no handler for %s", v_get_str(r->map, "type", "?")));
    else if (runner_start(&r->runner, program, n->line, environment_of(r), why, sizeof why) != ST_OK) {
        agent_say(g, "%s", why);
        tried(r, why);
    }
}
