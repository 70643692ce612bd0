#include "clients/leeway/body.h"
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"

#include <inttypes.h>

static const struct value *tasks(struct run *r)
{
    struct value *q = run_question(r, "tasks");
    const char *of_case = cli_flag(r->cli, "case");
    int64_t id;
    if (of_case && !run_number(r, "--case", of_case, &id))
        return NULL;
    if (of_case)
        v_put_int(r->arena, q, "case", id);
    v_put_str(r->arena, q, "department", cli_flag(r->cli, "department"));
    return run_list(r, q, "tasks");
}

int task_list(struct run *r)
{
    static const struct column columns[] = {
        {"task", "task", "待办", CELL}, {"due", "due", "期限", CELL},       {"case", "case", "案件", CELL},
        {"act", "act", "行为", CELL},   {"label", "", "事项", CELL},        {"department", "department", "部门", CELL},
        {"part", "part", "分项", CELL}, {"opened", "opened", "产生", CELL}, {"article", "article", "条款", CELL},
    };
    const struct value *list = tasks(r);
    return list ? print_list(r, "tasks", list, columns, sizeof columns / sizeof *columns) : r->result;
}

/* A task of the department's own (or of any, for who may inspect); NULL: it was said why. */
static const struct value *find_task(struct run *r, int64_t id)
{
    const struct value *list = tasks(r);
    for (size_t i = 0; i < v_count(list); i++)
        if (v_get_int(v_at(list, i), "task", -1) == id)
            return v_at(list, i);
    if (list)
        run_fail(r, EXIT_NOT_FOUND,
                 TR(r, "there is no open task %" PRId64 " for this department", "本部门没有待办 %" PRId64), id);
    return NULL;
}

int task_do(struct run *r)
{
    int64_t id;
    if (!run_number(r, "TASK", cli_word(r->cli, 0), &id))
        return r->result;
    const struct value *task = find_task(r, id), *form, *body;
    if (!task)
        return r->result;
    const char *act = cli_word(r->cli, 1) ? cli_word(r->cli, 1) : v_get_str(task, "act", "");
    struct value *m = run_command(r, act);
    if (!m)
        return r->result;
    v_put_int(r->arena, m, "case", v_get_int(task, "case", 0));
    v_put_int(r->arena, m, "task", id);
    if (v_get(task, "part") && !v_get(m, "part"))
        v_put(r->arena, m, "part", v_get(task, "part"));
    if (!(form = body_form(r, act, NULL, v_get_int(task, "case", -1), id)) || !body_from_flags(r, m, form))
        return r->result;
    if (r->no_input) {
        if (!(body = body_read_json(r, "-")) || !body_from_json(r, m, body))
            return r->result;
    } else if (!body_by_asking(r, m, form))
        return r->result;
    return run_do(r, m);
}

int task_reassign(struct run *r)
{
    int64_t id;
    struct value *m = run_number(r, "TASK", cli_word(r->cli, 0), &id) ? run_command(r, "task-reassign") : NULL;
    if (!m)
        return r->result;
    struct value *fields = v_map(r->arena);
    v_put_int(r->arena, fields, "task", id);
    v_put_str(r->arena, fields, "department", cli_word(r->cli, 1));
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}
