/* The register of consequences: asking, departing, and the lists of both. */
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/leeway/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool need_flag(struct run *r, const char *name, const char **ret)
{
    *ret = cli_flag(r->cli, name);
    if (!*ret || !**ret)
        run_fail(r, EXIT_USAGE, TR(r, "--%s is needed", "须给出 --%s"), name);
    return *ret && **ret;
}

/* The findings with their words in the language of the run. */
static const struct value *worded(struct run *r, const struct value *findings)
{
    static const char *const keys[] = {"answer", "force"};
    struct value *list = v_list(r->arena);
    for (size_t i = 0; i < v_count(findings); i++) {
        struct value *one = v_copy(r->arena, v_at(findings, i));
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (v_get(one, keys[k]))
                v_put_str(r->arena, one, keys[k], word_of(r->language, v_get_str(one, keys[k], "")));
        v_push(r->arena, list, one);
    }
    return list;
}

static int print_findings(struct run *r, const struct value *findings)
{
    static const struct column columns[] = {
        {"answer", "answer", "答复", CELL},       {"case", "case", "案件", CELL},
        {"event", "event", "认定事件", CELL},     {"day", "since", "自", CELL},
        {"article", "article", "依据", CELL},     {"area", "area", "方面", CELL},
        {"force", "force", "效力", CELL},         {"work", "work", "工作", CELL},
        {"missing", "missing", "所缺", CELL},     {"until", "until", "暂挂至", CELL},
        {"outcome", "outcome", "认定结果", CELL}, {"departed", "departed", "已另作决定", CELL},
    };
    return print_list(r, "findings", worded(r, findings), columns, sizeof columns / sizeof *columns);
}

int standing_check(struct run *r)
{
    const char *person, *area, *work = cli_flag(r->cli, "work");
    if (!need_flag(r, "person", &person) || !need_flag(r, "for", &area))
        return r->result;
    struct value *m = run_command(r, "standing-check"), *fields = v_map(r->arena);
    if (!m)
        return r->result;
    v_put_str(r->arena, fields, "person", person);
    v_put_str(r->arena, fields, "area", area);
    v_put_str(r->arena, fields, "work", work);
    v_put(r->arena, m, "fields", fields);
    const struct value *answer = run_send(r, m);
    if (!answer || r->format != TABLE)
        return answer ? print_map(r, answer, NULL, 0) : r->result;
    printf("%s  (%s %" PRId64 ")\n", word_of(r->language, v_get_str(answer, "answer", "")), TR(r, "check", "查询编号"),
           v_get_int(answer, "event", 0));
    return v_count(v_get(answer, "findings")) ? print_findings(r, v_get(answer, "findings")) : EXIT_DONE;
}

int standing_depart(struct run *r)
{
    const char *check, *reason;
    int64_t number;
    if (!need_flag(r, "check", &check) || !run_number(r, "--check", check, &number) || !need_flag(r, "reason", &reason))
        return r->result;
    struct value *m = run_command(r, "standing-depart"), *fields = v_map(r->arena);
    if (!m)
        return r->result;
    v_put_int(r->arena, fields, "check", number);
    v_put(r->arena, m, "fields", fields);
    const struct value *answer = run_send(r, m);
    if (!answer || r->format != TABLE)
        return answer ? print_map(r, answer, NULL, 0) : r->result;
    printf("%s\n", v_get_bool(m, "dry") ? TR(r, "would be accepted; nothing is written", "可以办理;未写入任何内容")
                                        : TR(r, "recorded; who leads the case is told", "已记录并告知主办部门"));
    return print_findings(r, v_get(answer, "departed"));
}

static int print_asked(struct run *r, const char *q)
{
    static const struct column columns[] = {
        {"event", "event", "事件", CELL},
        {"recorded", "recorded", "录入", CELL_MOMENT},
        {"department", "department", "部门", CELL},
        {"principal", "by", "经办", CELL},
        {"person", "person", "对象", CELL},
        {"area", "area", "方面", CELL},
        {"work", "work", "工作", CELL},
        {"answer", "answer", "答复", CELL},
        {"cases", "cases", "案件", CELL},
        {"check", "check", "查询编号", CELL},
    };
    struct value *m = run_question(r, q);
    v_put_str(r->arena, m, "department", cli_flag(r->cli, "department"));
    v_put_str(r->arena, m, "subject", cli_flag(r->cli, "subject"));
    const struct value *list = run_list(r, m, q);
    if (!list)
        return r->result;
    return print_list(r, q, r->format == TABLE ? worded(r, list) : list, columns, sizeof columns / sizeof *columns);
}

int standing_departures(struct run *r)
{
    return print_asked(r, "departures");
}

int standing_checks(struct run *r)
{
    return print_asked(r, "checks");
}
