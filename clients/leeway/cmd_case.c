#include "clients/leeway/body.h"
#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/leeway/words.h"
#include "clients/lib/json.h"
#include "daemon/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A form is asked for when there are fields to be typed, or questions to be put. */
static bool fill(struct run *r, struct value *command, const char *procedure, int64_t case_id)
{
    const struct value *form = NULL;
    size_t at = 0;
    bool typed = cli_each(r->cli, "field", &at) != NULL, ask = cli_flag(r->cli, "ask") != NULL;
    if ((typed || ask) && !(form = body_form(r, v_get_str(command, "act", ""), procedure, case_id, -1)))
        return false;
    return body_from_flags(r, command, form) && (!ask || body_by_asking(r, command, form));
}

int case_open(struct run *r)
{
    struct value *m = run_command(r, cli_word(r->cli, 1));
    if (!m)
        return r->result;
    v_put_str(r->arena, m, "procedure", cli_word(r->cli, 0));
    return fill(r, m, cli_word(r->cli, 0), -1) ? run_do(r, m) : r->result;
}

int case_act(struct run *r)
{
    int64_t id;
    struct value *m = run_number(r, "CASE", cli_word(r->cli, 0), &id) ? run_command(r, cli_word(r->cli, 1)) : NULL;
    if (!m)
        return r->result;
    v_put_int(r->arena, m, "case", id);
    return fill(r, m, NULL, id) ? run_do(r, m) : r->result;
}

/* A map of the case as lines `  key  value`, maps one level deeper. */
static void print_nested(const struct run *r, const struct value *map, int depth)
{
    for (size_t i = 0; i < v_count(map); i++) {
        const struct pair *p = &map->u.map.pair[i];
        /* on the second level, and wherever parts are, keys are names that the procedure gives */
        bool named = depth == 1 || (depth && strcmp(p->key, "lead") == 0);
        const char *key = named ? p->key : word_of(r->language, p->key);
        if (v_kind(p->val) == V_MAP && v_count(p->val)) {
            printf("%*s%s\n", 2 * depth, "", key);
            print_nested(r, p->val, depth + 1);
            continue;
        }
        struct buf text = {0};
        put_cell(&text, p->val, CELL);
        int left = 24 - 2 * depth - (int)text_columns(key, strlen(key));
        printf("%*s%s%*s  %s\n", 2 * depth, "", key, left > 0 ? left : 0, "",
               v_kind(p->val) == V_STR && strcmp(p->key, "state") == 0 ? word_of(r->language, buf_cstr(&text))
                                                                       : buf_cstr(&text));
        buf_done(&text);
    }
}

int case_show(struct run *r)
{
    int64_t id;
    if (!run_number(r, "CASE", cli_word(r->cli, 0), &id))
        return r->result;
    struct value *q = run_question(r, "case");
    v_put_int(r->arena, q, "case", id);
    if (!run_as_of(r, q))
        return r->result;
    const struct value *answer = run_ask(r, q);
    if (!answer)
        return r->result;
    if (r->format != TABLE)
        return print_map(r, v_get(answer, "case"), NULL, 0);
    print_nested(r, v_get(answer, "case"), 0);
    return EXIT_DONE;
}

int case_list(struct run *r)
{
    static const char *const filters[] = {"procedure", "stage", "department", "outcome", "subject"};
    static const struct column columns[] = {
        {"case", "case", "案件", CELL},       {"procedure", "procedure", "程序", CELL},
        {"stage", "stage", "阶段", CELL},     {"department", "department", "部门", CELL},
        {"outcome", "outcome", "认定", CELL}, {"opened", "opened", "申请日期", CELL},
        {"due", "due", "期限", CELL},
    };
    struct value *q = run_question(r, "cases");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        v_put_str(r->arena, q, filters[i], cli_flag(r->cli, filters[i]));
    const struct value *list = run_as_of(r, q) ? run_list(r, q, "cases") : NULL;
    return list ? print_list(r, "cases", list, columns, sizeof columns / sizeof *columns) : r->result;
}

int case_private(struct run *r)
{
    int64_t id;
    struct value *m = run_number(r, "CASE", cli_word(r->cli, 0), &id) ? run_command(r, "read-private") : NULL;
    if (!m)
        return r->result;
    v_put_int(r->arena, m, "case", id);
    const struct value *answer = run_send(r, m);
    if (!answer)
        return r->result;
    static const struct column columns[] = {{"event", "event", "事件", CELL}, {"fields", "fields", "内容", CELL}};
    return print_list(r, "private", v_get(answer, "private"), columns, 2);
}
