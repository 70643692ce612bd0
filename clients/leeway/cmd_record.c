#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/leeway/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The question about one case; NULL: it was said why. */
static struct value *about_case(struct run *r, const char *q)
{
    int64_t id;
    if (!run_number(r, "CASE", cli_word(r->cli, 0), &id))
        return NULL;
    struct value *m = run_question(r, q);
    v_put_int(r->arena, m, "case", id);
    return run_as_of(r, m) ? m : NULL;
}

/* ---- explain ---- */

static void print_ledger(struct run *r, const struct value *ledger)
{
    for (size_t i = 0; i < v_count(ledger); i++) {
        struct buf text = {0};
        const struct value *entry = v_at(ledger, i);
        for (size_t k = 0; k < v_count(entry); k++) {
            const struct value *v = entry->u.map.pair[k].val;
            buf_printf(&text, "%s%s ", k ? "  " : "", word_of(r->language, entry->u.map.pair[k].key));
            if (v_kind(v) == V_STR)
                buf_str(&text, word_of(r->language, v_text(v, "")));
            else
                put_cell(&text, v, CELL);
        }
        printf("    %s\n", buf_cstr(&text));
        buf_done(&text);
    }
}

static void print_day(struct run *r, const struct value *day)
{
    bool counts = v_get_bool(day, "counts"), paused = v_get_bool(day, "paused");
    const char *source = v_get_str(day, "source", "");
    printf("    %s  ", v_get_str(day, "day", ""));
    if (paused)
        printf("%-4s", TR(r, "held", "停"));
    else if (counts)
        printf("%4" PRId64, v_get_int(day, "n", 0));
    else
        printf("%4s", "-");
    printf("  %s%s%s%s\n", word_of(r->language, v_get_str(day, "why", "")), *source ? "  " : "", source,
           v_get(day, "known") && !v_get_bool(day, "known") ? TR(r, "  (not announced)", "  (未公布)") : "");
}

static void print_clock(struct run *r, const struct value *clock)
{
    printf("%s (%s)  %s\n", v_get_str(clock, "label", ""), v_get_str(clock, "clock", ""),
           v_get_str(clock, "article", ""));
    printf("  %s  %s  %s %s%s\n", TR(r, "state", "状态"), word_of(r->language, v_get_str(clock, "state", "")),
           TR(r, "due", "到期"), v_get_str(clock, "due", "-"),
           v_get_bool(clock, "provisional") ? TR(r, " (provisional)", " (暂定)") : "");
    print_ledger(r, v_get(clock, "ledger"));
    const struct value *days = v_get(clock, "days");
    for (size_t i = 0; i < v_count(days); i++)
        print_day(r, v_at(days, i));
    printf("\n");
}

int case_explain(struct run *r)
{
    struct value *q = about_case(r, "explain");
    const struct value *answer = q ? run_ask(r, q) : NULL;
    if (!answer)
        return r->result;
    const struct value *clocks = v_get(answer, "clocks");
    if (r->format != TABLE)
        return print_list(r, "clocks", clocks, NULL, 0);
    for (size_t i = 0; i < v_count(clocks); i++)
        print_clock(r, v_at(clocks, i));
    return EXIT_DONE;
}

/* ---- history, service ---- */

/* What the daemon does by itself (a limit that comes near) was done by nobody else. */
static const struct value *named(struct run *r, const struct value *events)
{
    struct value *list = v_list(r->arena);
    for (size_t i = 0; i < v_count(events); i++) {
        struct value *one = v_copy(r->arena, v_at(events, i));
        if (v_kind(v_get(one, "by")) == V_MAP && !v_count(v_get(one, "by")))
            v_put_str(r->arena, one, "by", "leewayd");
        if (!v_get(one, "act"))
            v_put_str(r->arena, one, "act", v_get_str(one, "kind", NULL));
        v_push(r->arena, list, one);
    }
    return list;
}

int case_history(struct run *r)
{
    static const struct column columns[] = {
        {"event", "event", "事件", CELL},   {"recorded", "recorded", "录入", CELL_MOMENT},
        {"done", "done", "办理日期", CELL}, {"act", "act", "行为", CELL},
        {"label", "", "事项", CELL},        {"principal", "entered by", "录入人", CELL},
        {"by", "done by", "作出人", CELL},  {"transitions", "transitions", "流转", CELL},
    };
    struct value *q = about_case(r, "history");
    const struct value *list = q ? run_list(r, q, "events") : NULL;
    if (!list || r->format != TABLE)
        return list ? print_list(r, "events", list, NULL, 0) : r->result;
    return print_list(r, "events", named(r, list), columns, sizeof columns / sizeof *columns);
}

/* The notices with a `key` each: that of the answer, else of the report that it was handled, else received. */
static const struct value *with_keys(struct run *r, const struct value *notices)
{
    static const char *const by[] = {"answered_by", "done_by", "received_by"};
    struct value *list = v_list(r->arena);
    for (size_t i = 0; i < v_count(notices); i++) {
        struct value *one = v_copy(r->arena, v_at(notices, i));
        for (size_t k = 0; k < 3 && !v_get(one, "key"); k++)
            v_put_str(r->arena, one, "key", v_get_str(v_get(one, by[k]), "key", NULL));
        v_push(r->arena, list, one);
    }
    return list;
}

int show_served(struct run *r)
{
    static const struct column columns[] = {
        {"stream", "to", "收件部门", CELL},
        {"position", "position", "序号", CELL},
        {"type", "notice", "通知", CELL},
        {"event", "event", "事件", CELL},
        {"durable", "recorded", "录入", CELL_MOMENT},
        {"sent", "sent", "发出", CELL_MOMENT},
        {"received", "received", "收到", CELL_MOMENT},
        {"done", "done", "处理", CELL_MOMENT},
        {"failed", "failed", "失败", CELL},
        {"answered", "answered", "答复", CELL},
        {"answered_at", "at", "答复时间", CELL_MOMENT},
        {"key", "key", "密钥", CELL},
        {"by", "by", "方式", CELL},
    };
    struct value *q = about_case(r, "served");
    const struct value *answer = q ? run_ask(r, q) : NULL;
    return answer ? print_list(r, "notices", with_keys(r, v_get(answer, "notices")), columns,
                               sizeof columns / sizeof *columns)
                  : r->result;
}

int show_unserved(struct run *r)
{
    static const struct column columns[] = {
        {"stream", "to", "收件部门", CELL}, {"position", "position", "序号", CELL}, {"type", "notice", "通知", CELL},
        {"case", "case", "案件", CELL},     {"since", "since", "自", CELL_MOMENT},  {"state", "state", "状态", CELL},
        {"reason", "reason", "原因", CELL},
    };
    struct value *q = run_question(r, "unserved");
    v_put_str(r->arena, q, "department", cli_flag(r->cli, "department"));
    const struct value *list = run_list(r, q, "notices");
    return list ? print_list(r, "notices", list, columns, sizeof columns / sizeof *columns) : r->result;
}

int command_show(struct run *r)
{
    struct value *q = run_question(r, "command");
    v_put_str(r->arena, q, "command", cli_word(r->cli, 0));
    const struct value *answer = run_ask(r, q);
    return answer ? print_map(r, v_get(answer, "answer"), NULL, 0) : r->result;
}
