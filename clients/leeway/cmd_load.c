/* cmd_load.c - a calendar for the daemon: which limits it moves is shown first, and loaded after a yes */
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/lib/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct column columns[] = {
    {"case", "case", "案件", CELL},
    {"name", "limit", "期限", CELL},
    {"label", "", "名称", CELL},
    {"state", "state", "状态", CELL},
    {"due-before", "was due", "原到期", CELL},
    {"due", "due", "到期", CELL},
    {"days", "days", "移动日数", CELL},
    {"what", "also", "另", CELL},
    {"tell", "will be told", "告知", CELL},
};

/* The day stands, and what is said of it: only the moment at which it counts as missed is another. */
static bool is_moment(const struct value *limit)
{
    return strcmp(v_get_str(limit, "due-before", ""), v_get_str(limit, "due", "")) == 0 &&
           v_get_bool(limit, "provisional-before") == v_get_bool(limit, "provisional") &&
           !v_get_bool(limit, "miss-undone");
}

/* In words what the days do not say. */
static const char *what_else(struct run *r, const struct value *limit)
{
    bool was = v_get_bool(limit, "provisional-before"), is = v_get_bool(limit, "provisional");
    const char *firm = was && !is ? TR(r, "firm now ", "转为确定 ") : is && !was ? TR(r, "provisional ", "暂定 ") : "";
    const char *undone = v_get_bool(limit, "miss-undone") ? TR(r, "miss undone ", "撤销逾期 ") : "";
    const char *past = v_get_bool(limit, "past") ? TR(r, "lies in the past ", "已过期 ") : "";
    const char *moment = is_moment(limit) ? TR(r, "missed at another moment ", "仅逾期时刻变动 ") : "";
    return arena_printf(r->arena, "%s%s%s%s", firm, undone, past, moment);
}

static void print_preview(struct run *r, const struct value *limits)
{
    struct value *rows = v_list(r->arena);
    size_t moved = 0;
    for (size_t i = 0; i < v_count(limits); i++) {
        struct value *row = v_copy(r->arena, v_at(limits, i));
        v_put_str(r->arena, row, "name", v_get_str(row, "clock", v_get_str(row, "task", NULL)));
        v_put_str(r->arena, row, "what", what_else(r, row));
        v_push(r->arena, rows, row);
        moved += !is_moment(row);
    }
    if (v_count(rows) || r->format != TABLE)
        print_list(r, "limits", rows, columns, sizeof columns / sizeof *columns);
    if (r->format == TABLE)
        printf(TR(r, "%zu limits move\n", "将移动 %zu 个期限\n"), moved);
}

/* A yes from a terminal, or --yes. */
static bool is_wanted(struct run *r)
{
    char line[16] = "";
    if (cli_flag(r->cli, "yes"))
        return true;
    if (r->no_input || !isatty(STDIN_FILENO)) {
        run_fail(r, EXIT_USAGE, "%s",
                 TR(r, "nobody can be asked here: --yes loads it, --dry-run only shows",
                    "无法询问:--yes 载入,--dry-run 只看"));
        return false;
    }
    fprintf(stderr, "%s", TR(r, "load it? (yes/no) ", "确认载入?(yes/no) "));
    if (fgets(line, sizeof line, stdin) && (strcmp(line, "yes\n") == 0 || strcmp(line, "y\n") == 0))
        return true;
    run_fail(r, EXIT_USAGE, "%s", TR(r, "nothing was loaded", "未载入"));
    return false;
}

static int load(struct run *r, struct value *source)
{
    const struct value *head = run_ask(r, run_question(r, "head"));
    struct value *q = run_question(r, "calendar-preview");
    v_put(r->arena, q, "source", source);
    const struct value *limits = head ? run_list(r, q, "limits") : NULL;
    if (!limits)
        return r->result;
    if (r->format == TABLE || cli_flag(r->cli, "dry-run"))
        print_preview(r, limits);
    if (cli_flag(r->cli, "dry-run") || !is_wanted(r))
        return r->result;
    struct value *m = run_command(r, "calendar-load"), *fields = v_map(r->arena);
    if (!m)
        return r->result;
    v_put(r->arena, fields, "source", source);
    v_put_int(r->arena, fields, "preview", v_get_int(head, "number", 0));
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}

int calendar_load_verb(struct run *r)
{
    struct value *source = run_source(r, cli_word(r->cli, 0));
    return source ? load(r, source) : r->result;
}
