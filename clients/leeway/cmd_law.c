/* cmd_law.c - procedures without a daemon: check a file, show it as text, draw it as a graph */
#include "clients/leeway/cmd.h"
#include "clients/leeway/data.h"
#include "clients/leeway/print.h"
#include "clients/lib/options.h"
#include "daemon/base/text.h"
#include "daemon/law/procedure_read.h"
#include "daemon/law/procedure_show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- reading ---- */

static void put_problems(struct run *r, const struct problems *p, struct value *list)
{
    const struct problem *one;
    for (size_t i = 0; (one = problems_at(p, i)); i++) {
        struct value *line = v_map(r->arena);
        v_put_str(r->arena, line, "file", one->file);
        v_put_int(r->arena, line, "line", one->line);
        v_put_int(r->arena, line, "column", one->column);
        v_put_str(r->arena, line, "text", one->text);
        v_push(r->arena, list, line);
    }
}

static void say_problems(const struct problems *p)
{
    struct buf out = {0};
    problems_print(p, &out);
    fputs(buf_cstr(&out), stderr);
    buf_done(&out);
}

/* Gives: procedure_free(). NULL: the problems were said, or put into the list when there is one. */
static struct procedure *read_source(struct run *r, const char *name, struct bytes text, struct value *list)
{
    struct problems *p = problems_new(r->arena);
    struct procedure *procedure = procedure_read(name, text, p);
    if (procedure)
        return procedure;
    if (list)
        put_problems(r, p, list);
    else
        say_problems(p);
    r->result = EXIT_REFUSED;
    return NULL;
}

static struct procedure *read_path(struct run *r, const char *path, struct value *list)
{
    struct buf text = {0};
    bool standard = strcmp(path, "-") == 0;
    enum status st = file_read(standard ? "/dev/stdin" : path, TREE_BYTES, &text);
    if (st != ST_OK)
        run_fail(r, st == ST_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_USAGE, "%s: %s", path, status_text(st));
    struct procedure *p = st == ST_OK ? read_source(r, standard ? "stdin" : path, buf_bytes(&text), list) : NULL;
    buf_done(&text);
    return p;
}

/* ---- check ---- */

static void say_fine(struct run *r, const char *path, const struct procedure *p)
{
    printf(TR(r, "%s: fine: %s, version %lld: %zu stages, %zu acts, %zu clocks, %zu circumstances, %zu bars\n",
              "%s:无误:%s 第%lld版,%zu个阶段,%zu项行为,%zu种期限,%zu种情形,%zu种不得容错的情形\n"),
           path, p->name, (long long)p->version, p->nstages, p->nacts, p->nclocks, p->ncircumstances, p->nbars);
}

int procedure_check_verb(struct run *r)
{
    static const struct column columns[] = {
        {"file", "file", "文件", CELL},
        {"line", "line", "行", CELL},
        {"column", "column", "列", CELL},
        {"text", "problem", "问题", CELL},
    };
    struct value *list = r->format == TABLE ? NULL : v_list(r->arena);
    for (size_t i = 0; cli_word(r->cli, i); i++) {
        struct procedure *p = read_path(r, cli_word(r->cli, i), list);
        if (p && !list)
            say_fine(r, cli_word(r->cli, i), p);
        procedure_free(p);
    }
    if (list)
        print_list(r, "problems", list, columns, 4);
    return r->result;
}

/* ---- show and draw ---- */

/* A file, or the shipped one of that name. NULL: there is none. */
static const char *path_of(struct run *r, const char *name)
{
    if (!text_is_name(name))
        return name; /* a path, or "-" */
    const char *shipped = data_find(r->arena, arena_printf(r->arena, "procedures/%s.yaml", name));
    return shipped ? shipped : access(name, R_OK) == 0 ? name : NULL;
}

struct procedure *procedure_of_daemon(struct run *r, const char *name)
{
    struct value *question = run_question(r, "procedure");
    v_put_str(r->arena, question, "procedure", name);
    const struct value *answer = run_ask(r, question), *source = v_get(answer, "source");
    if (answer && v_kind(source) != V_STR)
        run_fail(r, EXIT_NOT_FOUND, TR(r, "there is no procedure %s", "没有程序 %s"), name);
    const char *text = v_text(source, NULL);
    return text ? read_source(r, name, (struct bytes){(const uint8_t *)text, strlen(text)}, NULL) : NULL;
}

static int tell(struct run *r, void (*how)(const struct procedure *, struct buf *))
{
    const char *name = cli_word(r->cli, 0), *path = path_of(r, name);
    struct procedure *p = path ? read_path(r, path, NULL) : procedure_of_daemon(r, name);
    if (!p)
        return r->result;
    struct buf out = {0};
    how(p, &out);
    if (r->format == TABLE)
        fwrite(out.p, 1, out.n, stdout);
    else {
        struct value *map = v_map(r->arena);
        v_put_str(r->arena, map, "procedure", p->name);
        v_put_str(r->arena, map, "text", buf_cstr(&out));
        print_map(r, map, NULL, 0);
    }
    buf_done(&out);
    procedure_free(p);
    return EXIT_DONE;
}

int procedure_show_verb(struct run *r)
{
    return tell(r, procedure_show);
}

int procedure_draw_verb(struct run *r)
{
    return tell(r, procedure_draw);
}
