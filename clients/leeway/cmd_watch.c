#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "daemon/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int status(struct run *r)
{
    const struct value *answer = run_ask(r, run_question(r, "status"));
    static const struct column columns[] = {
        {"version", "version", "版本", CELL},         {"now", "now", "当前时间", CELL_MOMENT},
        {"simulated", "simulated", "模拟时间", CELL}, {"number", "events", "事件", CELL},
        {"transition", "transitions", "流转", CELL},  {"cases", "cases", "案件", CELL},
        {"open", "open cases", "在办", CELL},         {"unserved", "unserved notices", "未送达", CELL},
        {"read_only", "read only", "只读", CELL},     {"held", "limits wait", "期限暂停", CELL},
        {"generation", "generation", "代", CELL},     {"principal", "principal", "身份", CELL},
        {"department", "department", "部门", CELL},   {"rights", "rights", "权限", CELL},
    };
    return answer ? print_map(r, answer, columns, sizeof columns / sizeof *columns) : r->result;
}

/* ---- watch ---- */

struct watching {
    struct run *run;
    int64_t left; /* transitions until the end; below 0: for ever */
    bool over;
};

static void on_transition(void *ctx, const struct value *t)
{
    struct watching *w = ctx;
    if (w->over)
        return;
    if (w->run->format == TABLE) {
        char moment[WHEN_TEXT];
        when_text((struct when){v_get_int(t, "recorded", 0)}, 480, moment);
        moment[10] = ' ';
        printf("%8" PRId64 "  %.19s  %-24s  %-12s  %" PRId64 "  %s\n", v_get_int(t, "n", 0), moment,
               v_get_str(t, "kind", ""), v_get_str(t, "department", ""), v_get_int(t, "case", 0),
               v_get_str(t, "stage", ""));
    } else
        print_line(t);
    fflush(stdout);
    w->over = w->left > 0 && --w->left == 0;
}

static void on_ended(void *ctx, const struct lw_error *e)
{
    struct watching *w = ctx;
    run_refused(w->run, NULL, e, NULL);
    w->over = true;
}

int watch(struct run *r)
{
    struct watching w = {.run = r, .left = -1};
    const char *prefix = cli_word(r->cli, 0), *count = cli_flag(r->cli, "count"), *after = cli_flag(r->cli, "after");
    int64_t from = -1;
    struct lw_error e;
    if ((count && !run_number(r, "--count", count, &w.left)) || (after && !run_number(r, "--after", after, &from)))
        return r->result;
    if (!run_open(r))
        return r->result;
    const char *slash = prefix && *prefix && prefix[strlen(prefix) - 1] != '/' ? "/" : "";
    struct lw_watch_options o = {.prefix = arena_printf(r->arena, "%s%s", prefix ? prefix : "", slash),
                                 .after = from,
                                 .ctx = &w,
                                 .transition = on_transition,
                                 .ended = on_ended};
    if (!lw_watch(r->client, &o, &e))
        return run_fail(r, EXIT_USAGE, "%s", e.text);
    while (!w.over)
        lw_run(r->client, -1);
    return r->result;
}

/* ---- time ---- */

int time_advance(struct run *r)
{
    struct when to;
    struct value *m = run_command(r, "time-advance"), *fields = v_map(r->arena);
    const char *text = cli_word(r->cli, 0);
    struct day d;
    if (!m)
        return r->result;
    if (day_parse(text, &d) == ST_OK)
        to = (struct when){day_start(d, 480).ms + 9 * 3600000};
    else if (when_parse(text, 480, &to) != ST_OK)
        return run_fail(
            r, EXIT_USAGE,
            TR(r, "%s is no moment: expected something like 2026-02-13T09:00", "%s 不是时刻,应如 2026-02-13T09:00"),
            text);
    v_put_int(r->arena, fields, "to", to.ms);
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}

int time_confirm(struct run *r)
{
    struct value *m = run_command(r, "time-confirm");
    if (!m)
        return r->result;
    v_put(r->arena, m, "fields", v_map(r->arena));
    return run_do(r, m);
}
