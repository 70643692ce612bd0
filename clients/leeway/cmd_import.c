/* cmd_import.c - cases from before the system, from a table: one line an act (docs/import.md)
 *
 * The table is read whole; every cell is looked at by the form of its act. A case with a bad cell is not sent, the
 * others are, each as one command that the daemon takes whole or not at all.
 */
#include "clients/leeway/body.h"
#include "clients/leeway/cmd.h"
#include "clients/leeway/csv.h"
#include "clients/leeway/print.h"
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "proto/errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLE_MOST = 64 << 20, PAPER_MOST = 64 << 20, COLUMNS_MOST = 1000 };

/* Columns that every table may have; the others are fields, parts (lead.1.covered) and papers (paper:application). */
static const char *const common[] = {"case", "procedure", "act", "done", "by", "part", "second"};
enum { CASE, PROCEDURE, ACT, DONE, BY, PART, SECOND, COMMON };

/* A case of the table. */
struct old_case {
    const char *key, *procedure;
    struct value *acts, *papers;
    bool bad;
    size_t line;
};

struct import {
    struct run *r;
    struct csv csv;
    const char **column; /* the head */
    size_t n;
    size_t at[COMMON]; /* where each of them stands; n: nowhere */
    struct value *forms, *bad;
    struct old_case *cases;
    size_t ncases, room, fine;
    struct hash file;
    const char *folder; /* papers are named from where the table lies */
};

/* ---- what is wrong ---- */

static void bad_cell(struct import *m, size_t line, const char *column, const char *value, const char *why,
                     const char *what)
{
    struct value *row = v_map(m->r->arena);
    v_put_int(m->r->arena, row, "line", (int64_t)line);
    v_put_str(m->r->arena, row, "column", column);
    v_put_str(m->r->arena, row, "value", value);
    v_put_str(m->r->arena, row, "why", why);
    v_put_str(m->r->arena, row, "try", what);
    v_push(m->r->arena, m->bad, row);
}

static const char *cell(const struct import *m, const struct csv_row *row, size_t i)
{
    return i < m->n && i < row->n ? row->cell[i] : "";
}

static const char *common_cell(const struct import *m, const struct csv_row *row, int which)
{
    return cell(m, row, m->at[which]);
}

/* ---- the head ---- */

static bool read_head(struct import *m)
{
    struct run *r = m->r;
    if (!m->csv.n || m->csv.row[0].n > COLUMNS_MOST) {
        run_fail(r, EXIT_USAGE, "%s", TR(r, "the table has no head, or too many columns", "表格没有表头或列数过多"));
        return false;
    }
    const struct csv_row *head = &m->csv.row[0];
    m->column = head->cell;
    m->n = head->n;
    for (int c = 0; c < COMMON; c++) {
        m->at[c] = m->n;
        for (size_t i = 0; i < m->n; i++)
            if (strcmp(head->cell[i], common[c]) == 0)
                m->at[c] = i;
    }
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < i; k++)
            if (*head->cell[i] && strcmp(head->cell[i], head->cell[k]) == 0)
                bad_cell(m, head->line, head->cell[i], head->cell[i], TR(r, "the column stands twice", "该列重复"),
                         TR(r, "rename or remove one", "改名或删除其一"));
    static const int needed[] = {CASE, ACT, DONE, BY};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (m->at[needed[i]] == m->n)
            bad_cell(m, head->line, common[needed[i]], "", TR(r, "the table has no such column", "缺少该列"),
                     TR(r, "add the column", "补充该列"));
    return true;
}

/* ---- forms ---- */

/* What the act needs; NULL: there is no such act. Asked for once. */
static const struct value *form_of(struct import *m, const char *procedure, const char *act)
{
    struct arena *a = m->r->arena;
    const char *key = arena_printf(a, "%s %s", procedure, act);
    const struct value *known = v_get(m->forms, key);
    if (known)
        return v_kind(known) == V_MAP ? known : NULL;
    struct lw_error e;
    struct value *q = run_question(m->r, "form");
    v_put_str(a, q, "procedure", procedure);
    v_put_str(a, q, "act", act);
    const struct value *form = run_open(m->r) ? run_try(m->r, q, &e) : NULL;
    if (!form && m->r->client && e.code != LW_FORM && e.code != LW_NOT_FOUND)
        run_refused(m->r, NULL, &e, NULL);
    v_put(a, m->forms, key, form ? v_copy(a, form) : v_nil(a));
    return form;
}

static const struct value *named(const struct value *list, const char *key, const char *name)
{
    for (size_t i = 0; i < v_count(list); i++)
        if (strcmp(v_get_str(v_at(list, i), key, ""), name) == 0)
            return v_at(list, i);
    return NULL;
}

/* ---- one cell ---- */

struct at_cell {
    struct import *m;
    size_t line;
    const char *column, *text;
    const struct value *form;
    struct value *act;
};

static void bad_here(const struct at_cell *c, const char *why, const char *what)
{
    bad_cell(c->m, c->line, c->column, c->text, why, what);
}

static struct value *inside(struct arena *a, struct value *map, const char *key)
{
    struct value *kid = v_get(map, key);
    if (!kid)
        v_put(a, map, key, kid = v_map(a));
    return kid;
}

static struct value *value_here(const struct at_cell *c, const struct value *field)
{
    struct run *r = c->m->r;
    const char *why = NULL;
    struct value *v = body_value(r, field, c->text, &why);
    if (!v)
        bad_here(c, why,
                 arena_printf(r->arena, TR(r, "%s (%s): see leeway procedure show", "%s(%s):见 leeway procedure show"),
                              v_get_str(field, "label", ""), v_get_str(field, "type", "")));
    return v;
}

/* lead.2.covered: the field `covered` of the second lead of this act. */
static void take_part(const struct at_cell *c, const char *dot)
{
    struct run *r = c->m->r;
    struct arena *a = r->arena;
    const char *kind = arena_strn(a, c->column, (size_t)(dot - c->column));
    char *end;
    long n = strtol(dot + 1, &end, 10);
    const struct value *parts = named(v_get(c->form, "fields"), "field", kind);
    const struct value *field = *end == '.' ? named(v_get(parts, "of"), "field", end + 1) : NULL;
    if (!field || n < 1 || n > 500) {
        bad_here(c, TR(r, "the act takes no such part", "该行为没有此分项"),
                 TR(r, "KIND.NUMBER.FIELD, as lead.1.covered; or leave the cell empty",
                    "应为 类别.序号.字段,如 lead.1.covered;或留空"));
        return;
    }
    struct value *v = value_here(c, field), *fields = inside(a, c->act, "fields");
    if (!v)
        return;
    if (!v_get(fields, kind))
        v_put(a, fields, kind, v_list(a));
    struct value *list = v_get(fields, kind);
    while (v_count(list) < (size_t)n)
        v_push(a, list, v_map(a));
    v_put(a, v_at(list, (size_t)n - 1), end + 1, v);
}

static bool is_paper(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && s.st_size <= PAPER_MOST && access(path, R_OK) == 0;
}

/* Files with `;` between, named from the folder of the table; or hashes of papers that were put. */
static void take_papers(const struct at_cell *c, const char *slot, struct value *all)
{
    struct run *r = c->m->r;
    struct arena *a = r->arena;
    struct value *list = v_list(a);
    uint8_t hash[HASH_LEN];
    char *rest = NULL;
    for (char *one = strtok_r(arena_str(a, c->text), ";", &rest); one; one = strtok_r(NULL, ";", &rest)) {
        one += strspn(one, " ");
        const char *path = *one == '/' ? one : arena_printf(a, "%s%s", c->m->folder, one);
        bool is_hash = json_unhex(one, hash, sizeof hash);
        if (!is_hash && !is_paper(path)) {
            bad_here(c, TR(r, "no file that can be read, or more than 64 MiB", "不是可读取的文件,或超过 64 MiB"),
                     TR(r, "name a file beside the table, or a hash", "填写表格同目录下的文件名或哈希"));
            continue;
        }
        struct value *paper = body_paper(r, is_hash ? one : path);
        if (paper) {
            v_push(a, list, paper);
            v_push(a, all, paper);
        } else
            bad_here(c, TR(r, "the paper could not be put", "文件未能上传"), TR(r, "try again", "重试"));
    }
    v_put(a, inside(a, c->act, "papers"), slot, list);
}

static void take_cell(const struct at_cell *c, struct value *papers)
{
    struct run *r = c->m->r;
    const char *dot = strchr(c->column, '.');
    if (strncmp(c->column, "paper:", 6) == 0) {
        take_papers(c, c->column + 6, papers);
        return;
    }
    if (dot) {
        take_part(c, dot);
        return;
    }
    const struct value *field = named(v_get(c->form, "fields"), "field", c->column);
    if (!field) {
        bad_here(c, TR(r, "the act has no field of that name", "该行为没有此字段"),
                 TR(r, "leave the cell empty, or correct the name of the column", "留空或更正列名"));
        return;
    }
    struct value *v = value_here(c, field);
    if (v)
        v_put(r->arena, inside(r->arena, c->act, "fields"), c->column, v);
}

/* ---- one line ---- */

static bool is_common(const struct import *m, size_t i)
{
    for (int c = 0; c < COMMON; c++)
        if (m->at[c] == i)
            return true;
    return false;
}

static void take_common(struct import *m, const struct csv_row *row, struct value *act)
{
    struct run *r = m->r;
    struct arena *a = r->arena;
    struct day day;
    const char *done = common_cell(m, row, DONE), *by = common_cell(m, row, BY), *part = common_cell(m, row, PART);
    const char *second = common_cell(m, row, SECOND);
    char *end;
    v_put_str(a, act, "act", common_cell(m, row, ACT));
    v_put_int(a, act, "line", (int64_t)row->line);
    if (day_parse(done, &day) == ST_OK)
        v_put_str(a, act, "done", done);
    else
        bad_cell(m, row->line, "done", done, TR(r, "that is no day", "不是日期"),
                 TR(r, "the day on which it took effect, as 2019-03-22", "办理日期,如 2019-03-22"));
    if (*by)
        v_put(a, act, "by", body_party(r, by));
    else
        bad_cell(m, row->line, "by", by, TR(r, "nobody did it", "未填写由谁作出"),
                 TR(r, "a party (applicant) or department:ID", "当事人(applicant)或 department:编号"));
    long n = strtol(part, &end, 10);
    if (*part && (*end || n < 1))
        bad_cell(m, row->line, "part", part, TR(r, "that is no number of a part", "不是分项编号"), "1, 2, 3");
    else if (*part)
        v_put_int(a, act, "part", n);
    if (*second)
        v_put_str(a, act, "second", second);
}

static struct old_case *case_of(struct import *m, const struct csv_row *row)
{
    const char *key = common_cell(m, row, CASE);
    for (size_t i = 0; i < m->ncases; i++)
        if (strcmp(m->cases[i].key, key) == 0)
            return &m->cases[i];
    const char *of_table = cli_flag(m->r->cli, "procedure"), *own = common_cell(m, row, PROCEDURE);
    ARENA_GROW(m->r->arena, m->cases, m->ncases, m->room);
    m->cases[m->ncases] = (struct old_case){.key = key,
                                            .procedure = *own       ? own
                                                         : of_table ? of_table
                                                                    : "",
                                            .acts = v_list(m->r->arena),
                                            .papers = v_list(m->r->arena),
                                            .line = row->line};
    return &m->cases[m->ncases++];
}

static void take_row(struct import *m, const struct csv_row *row)
{
    struct run *r = m->r;
    size_t before = v_count(m->bad);
    struct value *act = v_map(r->arena);
    struct old_case *c = case_of(m, row);
    const char *name = common_cell(m, row, ACT);
    take_common(m, row, act);
    const struct value *form = *name ? form_of(m, c->procedure, name) : NULL;
    if (!*c->procedure)
        bad_cell(m, row->line, "procedure", "", TR(r, "no procedure is named", "未指明程序"),
                 TR(r, "a column procedure, or --procedure NAME", "补充 procedure 列或 --procedure 名称"));
    else if (!form)
        bad_cell(m, row->line, "act", name,
                 TR(r, "the procedure has no such act, or is not in force", "程序没有此行为或未施行"),
                 TR(r, "leeway procedure show tells its acts", "leeway procedure show 列出各项行为"));
    for (size_t i = 0; form && i < m->n && i < row->n; i++)
        if (!is_common(m, i) && *row->cell[i])
            take_cell(&(struct at_cell){m, row->line, m->column[i], row->cell[i], form, act}, c->papers);
    if (row->n > m->n)
        bad_cell(m, row->line, "", row->cell[m->n], TR(r, "the line has more cells than the head", "单元格多于表头"),
                 TR(r, "put quotes around text with commas", "含逗号的文字应加引号"));
    c->bad = c->bad || v_count(m->bad) > before;
    v_push(r->arena, c->acts, act);
}

/* ---- sending ---- */

/* What stands in the table where the daemon says it is wrong. */
static const char *cell_at(const struct import *m, int64_t line, const char *field, const char **ret_column)
{
    *ret_column = field;
    for (size_t i = 1; i < m->csv.n; i++) {
        const struct csv_row *row = &m->csv.row[i];
        for (size_t k = 0; (int64_t)row->line == line && *field && k < m->n; k++) {
            size_t n = strlen(m->column[k]), f = strlen(field);
            if (n >= f && strcmp(m->column[k] + n - f, field) == 0 &&
                (n == f || m->column[k][n - f - 1] == '.' || m->column[k][n - f - 1] == ':')) {
                *ret_column = m->column[k];
                return cell(m, row, k);
            }
        }
        if ((int64_t)row->line == line && !*field) {
            *ret_column = "act";
            return common_cell(m, row, ACT);
        }
    }
    return "";
}

/* The column that a refusal without a field is about; "": the act as a whole. */
static const char *column_of(const char *code)
{
    static const struct {
        const char *code, *column;
    } of[] = {{"import-key", "case"},   {"done-in-future", "done"},   {"done-before-presupposed", "done"},
              {"not-your-act", "by"},   {"department-unknown", "by"}, {"no-right-to-enter-for", "by"},
              {"part-missing", "part"}, {"part-unknown", "part"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (strcmp(code, of[i].code) == 0)
            return of[i].column;
    return "";
}

static void say_refused(struct import *m, const struct old_case *c, const struct value *answer,
                        const struct lw_error *e)
{
    struct run *r = m->r;
    const struct known_error *known = error_lookup(e->word);
    const char *column = "", *text = v_get_str(answer, "missing", NULL);
    int64_t line = v_get_int(answer, "line", (int64_t)c->line);
    const char *value = cell_at(m, line, v_get_str(answer, "field", column_of(e->word)), &column);
    const char *what = known ? TR(r, known->remedy, known->remedy_zh) : "";
    bad_cell(m, (size_t)line, column, value, e->text, text ? text : what);
}

static struct value *command_of(struct import *m, const struct old_case *c)
{
    struct arena *a = m->r->arena;
    struct value *command = run_command(m->r, "import"), *fields = v_map(a), *slots = v_map(a);
    if (!command)
        return NULL;
    v_put_str(a, command, "procedure", c->procedure);
    v_put_str(a, fields, "key", c->key);
    v_put(a, fields, "file", v_bin(a, m->file.b, HASH_LEN));
    v_put(a, fields, "acts", c->acts);
    v_put(a, command, "fields", fields);
    v_put(a, slots, "import", c->papers);
    if (v_count(c->papers))
        v_put(a, command, "papers", slots);
    return command;
}

static bool send(struct import *m, const struct old_case *c, struct value *done)
{
    struct run *r = m->r;
    const struct value *answer = NULL;
    struct lw_error e;
    struct value *row = v_map(r->arena), *command = command_of(m, c);
    if (!command)
        return false;
    bool fine = tree_call(r->client, r->arena, command, r->timeout_ms, &answer, &e) == LW_OK;
    bool of_line = e.code == LW_RIGHT && v_get(answer, "line"); /* whose act it is; the right to import has no line */
    if (!fine && !of_line && e.code != LW_LAW && e.code != LW_FORM && e.code != LW_CONFLICT && e.code != LW_LIMIT) {
        run_refused(r, answer, &e, v_get_str(command, "id", NULL));
        return false;
    }
    v_put_str(r->arena, row, "key", c->key);
    v_put_int(r->arena, row, "acts", (int64_t)v_count(c->acts));
    m->fine += fine;
    bool is_there = !cli_flag(r->cli, "dry-run") || v_get_bool(answer, "already");
    if (fine && is_there && v_get(answer, "case"))
        v_put(r->arena, row, "case", v_get(answer, "case"));
    v_put_str(r->arena, row, "stage", v_get_str(answer, "stage", NULL));
    v_put_str(r->arena, row, "is",
              !fine                           ? TR(r, "refused", "不予补录")
              : v_get_bool(answer, "already") ? TR(r, "already there", "已经补录")
              : cli_flag(r->cli, "dry-run")   ? TR(r, "would be imported", "可以补录")
                                              : TR(r, "imported", "已补录"));
    v_push(r->arena, done, row);
    if (!fine)
        say_refused(m, c, answer, &e);
    return true;
}

static int send_all(struct import *m)
{
    static const struct column columns[] = {
        {"key", "key", "案号", CELL},     {"case", "case", "案件", CELL}, {"stage", "stage", "阶段", CELL},
        {"acts", "acts", "行为数", CELL}, {"is", "is", "结果", CELL},
    };
    static const struct column wrong[] = {
        {"line", "line", "行", CELL}, {"column", "column", "列", CELL}, {"value", "value", "内容", CELL},
        {"why", "why", "原因", CELL}, {"try", "try", "办法", CELL},
    };
    struct run *r = m->r;
    struct value *done = v_list(r->arena), *both = v_map(r->arena);
    for (size_t i = 0; i < m->ncases; i++)
        if (!m->cases[i].bad && !send(m, &m->cases[i], done))
            break;
    if (r->result && !v_count(done))
        return r->result;
    v_put(r->arena, both, "cases", done);
    v_put(r->arena, both, "bad", m->bad);
    if (r->format != TABLE) {
        print_line(both);
    } else {
        if (v_count(done))
            print_list(r, "cases", done, columns, sizeof columns / sizeof *columns);
        if (v_count(m->bad))
            print_list(r, "bad", m->bad, wrong, sizeof wrong / sizeof *wrong);
    }
    if (r->result) /* it was said why; what went in before stands above */
        return r->result;
    return r->result = !v_count(m->bad) ? EXIT_DONE : m->fine ? EXIT_PARTLY : EXIT_REFUSED;
}

/* ---- the whole ---- */

static bool read_table(struct import *m, const char *file)
{
    struct run *r = m->r;
    struct buf text = {0};
    size_t line = 0;
    enum status st = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, TABLE_MOST, &text);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", file, status_text(st));
    else if ((st = csv_read(r->arena, buf_bytes(&text), &m->csv, &line)) != ST_OK)
        run_fail(r, EXIT_USAGE, TR(r, "%s:%zu: no UTF-8, or quotes that do not end", "%s:%zu:不是 UTF-8 或引号未闭合"),
                 file, line);
    m->file = hash_of(text.p, text.n);
    buf_done(&text);
    const char *slash = strrchr(file, '/');
    m->folder = slash ? arena_strn(r->arena, file, (size_t)(slash + 1 - file)) : "";
    return st == ST_OK;
}

int import_verb(struct run *r)
{
    struct import m = {.r = r, .forms = v_map(r->arena), .bad = v_list(r->arena)};
    if (!read_table(&m, cli_word(r->cli, 0)) || !read_head(&m) || !run_open(r))
        return r->result;
    bool head_is_bad = v_count(m.bad) > 0;
    for (size_t i = 1; i < m.csv.n && !head_is_bad; i++) {
        take_row(&m, &m.csv.row[i]);
        if (r->result)
            return r->result;
    }
    return send_all(&m);
}
