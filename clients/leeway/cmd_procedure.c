#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/lib/options.h"

#include <string.h>

int procedure_list(struct run *r)
{
    static const struct column columns[] = {
        {"procedure", "procedure", "程序", CELL},
        {"version", "version", "版本", CELL},
        {"title", "title", "名称", CELL},
        {"active_from", "active from", "施行", CELL},
    };
    const struct value *answer = run_ask(r, run_question(r, "procedure"));
    return answer ? print_list(r, "procedures", v_get(answer, "procedures"), columns, 4) : r->result;
}

int procedure_load(struct run *r)
{
    struct value *source = run_source(r, cli_word(r->cli, 0));
    struct value *m = source ? run_command(r, "procedure-load") : NULL, *fields = v_map(r->arena);
    if (!m)
        return r->result;
    v_put(r->arena, fields, "source", source);
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}

int procedure_activate(struct run *r)
{
    int64_t version;
    const char *from = cli_flag(r->cli, "from");
    if (!from)
        return run_fail(r, EXIT_USAGE, "%s", TR(r, "--from DAY is needed", "需要 --from 日期"));
    struct value *m = run_day(r, from) && run_number(r, "VERSION", cli_word(r->cli, 1), &version)
                          ? run_command(r, "procedure-activate")
                          : NULL;
    if (!m)
        return r->result;
    struct value *fields = v_map(r->arena);
    v_put_str(r->arena, fields, "procedure", cli_word(r->cli, 0));
    v_put_int(r->arena, fields, "version", version);
    v_put_str(r->arena, fields, "from", from);
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}
