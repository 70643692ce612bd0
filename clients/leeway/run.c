#include "clients/leeway/run.h"

#include "clients/leeway/print.h"
#include "clients/leeway/words.h"
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "proto/errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 500, PAPER_MOST = 64 << 20, SOURCE_MOST = 1 << 20 };

/* ---- what went wrong ---- */

static void print_error(const struct value *error)
{
    struct buf out = {0};
    buf_str(&out, "{\"error\":");
    json_line(&out, error);
    fprintf(stderr, "%s}\n", buf_cstr(&out));
    buf_done(&out);
}

int run_fail(struct run *r, enum exit_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    if (r->format == TABLE) {
        fprintf(stderr, "leeway: %s\n", text);
    } else {
        struct value *error = v_map(r->arena);
        v_put_str(r->arena, error, "code", code == EXIT_USAGE ? "usage" : "failed");
        v_put_str(r->arena, error, "text", text);
        print_error(error);
    }
    return r->result = code;
}

static enum exit_code exit_of(enum lw_code code)
{
    switch (code) {
    case LW_OK:
        return EXIT_DONE;
    case LW_LAW:
    case LW_LIMIT:
    case LW_SPACE:
    case LW_STORE:
        return EXIT_REFUSED;
    case LW_FORM:
    case LW_OPTION:
    case LW_PROTOCOL:
        return EXIT_USAGE;
    case LW_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case LW_RIGHT:
    case LW_AUTH:
    case LW_REVOKED:
        return EXIT_RIGHT;
    case LW_CONFLICT:
    case LW_TAKEN_OVER:
    case LW_AHEAD:
        return EXIT_CONFLICT;
    case LW_UNREACHABLE:
    case LW_TIMEOUT:
    case LW_IO:
    case LW_CLOSED:
        return EXIT_UNREACHABLE;
    }
    return EXIT_UNREACHABLE;
}

/* The last line tells what to do: what the registry says of the code, or of its kind when a later daemon made it. */
static const char *remedy(struct run *r, const struct lw_error *e, const char *id)
{
    const struct known_error *known = error_lookup(e->word);
    if (!known)
        known = error_lookup(lw_error_name(e->code));
    if (!known)
        return NULL;
    const char *text = TR(r, known->remedy, known->remedy_zh), *mark = strstr(text, "{id}");
    if (!mark)
        return text;
    return arena_printf(r->arena, "%.*s%s%s", (int)(mark - text), text, id ? id : "", mark + strlen("{id}"));
}

static void print_detail(struct run *r, const char *name, const struct value *v)
{
    struct buf text = {0};
    if (!v)
        return;
    put_cell(&text, v, CELL);
    size_t columns = text_columns(name, strlen(name));
    fprintf(stderr, "  %s%*s  %s\n", name, columns < 10 ? (int)(10 - columns) : 0, "", buf_cstr(&text));
    buf_done(&text);
    (void)r;
}

/* What a procedure refuses it says in its own language. */
static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

int run_refused(struct run *r, const struct value *answer, const struct lw_error *e, const char *id)
{
    const char *what = remedy(r, e, id), *zh = is_ascii(e->text) ? word_of_code(r->language, e->word) : NULL;
    if (r->format != TABLE) {
        struct value *error = v_map(r->arena);
        v_put_str(r->arena, error, "code", e->word);
        v_put_str(r->arena, error, "kind", lw_error_name(e->code));
        v_put_str(r->arena, error, "text", e->text);
        v_put_bool(r->arena, error, "may_retry", e->may_retry);
        static const char *const keys[] = {"rule", "article", "missing", "who", "earliest", "remembered"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (v_get(answer, keys[i]))
                v_put(r->arena, error, keys[i], v_get(answer, keys[i]));
        v_put_str(r->arena, error, "id", id);
        v_put_str(r->arena, error, "try", what);
        print_error(error);
        return r->result = exit_of(e->code);
    }
    fprintf(stderr, "leeway: %s%s (%s)\n", answer ? TR(r, "refused: ", "不予办理:") : "", zh ? zh : e->text, e->word);
    if (zh && answer) /* the daemon's sentence names the field, the case or the day */
        print_detail(r, "原文", v_get(answer, "text"));
    print_detail(r, TR(r, "rule", "规则"), v_get(answer, "rule"));
    print_detail(r, TR(r, "article", "条款"), v_get(answer, "article"));
    print_detail(r, TR(r, "missing", "所缺"), v_get(answer, "missing"));
    print_detail(r, TR(r, "who", "由谁补齐"), v_get(answer, "who"));
    print_detail(r, TR(r, "earliest", "最早"), v_get(answer, "earliest"));
    if (what)
        fprintf(stderr, "  %s  %s\n", TR(r, "try       ", "办法      "), what);
    return r->result = exit_of(e->code);
}

/* ---- the client ---- */

bool run_options(struct run *r, struct lw_opts *o)
{
    static const char *const names[] = {"endpoint", "transitions", "server-key", "key"};
    struct lw_error e;
    if (!lw_opts_context(o, cli_flag(r->cli, "context"), &e)) {
        run_fail(r, EXIT_USAGE, "%s", e.text);
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cli_flag(r->cli, names[i]))
            (void)lw_opts_set(o, names[i], cli_flag(r->cli, names[i]), NULL);
    return true;
}

bool run_open(struct run *r)
{
    if (r->client)
        return true;
    struct lw_opts *o = lw_opts_new();
    struct lw_error e;
    if (run_options(r, o) && !(r->client = lw_open(o, &e)))
        run_fail(r, EXIT_USAGE, "%s", e.text);
    lw_opts_free(o);
    return r->client != NULL;
}

const struct value *run_try(struct run *r, const struct value *question, struct lw_error *e)
{
    const struct value *answer = NULL;
    return tree_call(r->client, r->arena, question, r->timeout_ms, &answer, e) == LW_OK ? answer : NULL;
}

static const struct value *call(struct run *r, const struct value *message)
{
    const struct value *answer = NULL;
    struct lw_error e;
    if (!run_open(r))
        return NULL;
    if (tree_call(r->client, r->arena, message, r->timeout_ms, &answer, &e) == LW_OK)
        return answer;
    run_refused(r, answer, &e, v_get_str(message, "id", NULL));
    return NULL;
}

static struct value *message(struct run *r, const char *t)
{
    struct value *m = v_map(r->arena);
    char fresh[LW_ID];
    const char *id = strcmp(t, "command") == 0 ? cli_flag(r->cli, "id") : NULL;
    lw_uuid(fresh);
    v_put_str(r->arena, m, "t", t);
    v_put_str(r->arena, m, "id", id ? id : fresh);
    return m;
}

struct value *run_question(struct run *r, const char *q)
{
    struct value *m = message(r, "ask");
    v_put_str(r->arena, m, "q", q);
    return m;
}

const struct value *run_ask(struct run *r, struct value *question)
{
    return call(r, question);
}

const struct value *run_list(struct run *r, struct value *question, const char *key)
{
    struct value *all = v_list(r->arena);
    int64_t most = INT64_MAX;
    if (cli_flag(r->cli, "limit") && !run_number(r, "--limit", cli_flag(r->cli, "limit"), &most))
        return NULL;
    for (;;) {
        int64_t left = most - (int64_t)v_count(all);
        char id[LW_ID];
        lw_uuid(id);
        v_put_str(r->arena, question, "id", id);
        v_put_int(r->arena, question, "limit", left < PAGE ? left : PAGE);
        const struct value *answer = left > 0 ? call(r, question) : NULL;
        if (left <= 0)
            return all;
        if (!answer)
            return NULL;
        const struct value *page = v_get(answer, key);
        for (size_t i = 0; i < v_count(page); i++)
            v_push(r->arena, all, v_at(page, i));
        if (!v_get(answer, "next"))
            return all;
        v_put(r->arena, question, "after", v_get(answer, "next"));
    }
}

/* ---- commands ---- */

struct value *run_command(struct run *r, const char *act)
{
    struct value *m = message(r, "command");
    static const char *const texts[] = {"reason", "second", "done"};
    static const char *const numbers[] = {"expect", "part", "task"};
    v_put_str(r->arena, m, "act", act);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        v_put_str(r->arena, m, texts[i], cli_flag(r->cli, texts[i]));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *text = cli_flag(r->cli, numbers[i]);
        int64_t n;
        if (text && !run_number(r, numbers[i], text, &n))
            return NULL;
        if (text)
            v_put_int(r->arena, m, numbers[i], n);
    }
    if (cli_flag(r->cli, "done") && !run_day(r, cli_flag(r->cli, "done")))
        return NULL;
    if (cli_flag(r->cli, "dry-run"))
        v_put_bool(r->arena, m, "dry", true);
    return m;
}

const struct value *run_send(struct run *r, struct value *command)
{
    return command ? call(r, command) : NULL;
}

int run_do(struct run *r, struct value *command)
{
    static const struct column columns[] = {
        {"case", "case", "案件", CELL},
        {"stage", "stage", "阶段", CELL},
        {"version", "version", "版本", CELL},
        {"event", "event", "事件", CELL},
        {"recorded", "recorded", "录入", CELL_MOMENT},
        {"transitions", "transitions", "流转", CELL},
        {"notices", "notices", "通知", CELL},
        {"tasks", "tasks", "待办", CELL},
        {"simulated", "simulated", "模拟", CELL},
    };
    const struct value *answer = run_send(r, command);
    if (!answer)
        return r->result;
    if (v_get_bool(command, "dry") && r->format == TABLE)
        printf("%s\n", TR(r, "would be accepted; nothing is written", "可以办理;未写入任何内容"));
    return print_map(r, answer, columns, sizeof columns / sizeof *columns);
}

bool run_number(struct run *r, const char *what, const char *text, int64_t *ret)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || !*text || *end) {
        run_fail(r, EXIT_USAGE, TR(r, "%s is a whole number, not %s", "%s 应为整数,不是 %s"), what, text);
        return false;
    }
    *ret = n;
    return true;
}

bool run_day(struct run *r, const char *text)
{
    struct day d;
    if (day_parse(text, &d) == ST_OK)
        return true;
    run_fail(r, EXIT_USAGE, TR(r, "%s is no day: expected something like 2026-02-13", "%s 不是日期,应如 2026-02-13"),
             text);
    return false;
}

struct value *run_source(struct run *r, const char *file)
{
    struct buf text = {0};
    struct value *source = NULL;
    enum status st = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, SOURCE_MOST, &text);
    const char *s = buf_cstr(&text);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", file, status_text(st));
    else if (!text_is_utf8(s, text.n))
        run_fail(r, EXIT_USAGE, TR(r, "%s: no text in UTF-8", "%s:不是 UTF-8 文本"), file);
    else
        source = v_strn(r->arena, s, text.n);
    buf_done(&text);
    return source;
}

bool run_as_of(struct run *r, struct value *question)
{
    const char *day = cli_flag(r->cli, "as-of");
    if (day && !run_day(r, day))
        return false;
    v_put_str(r->arena, question, "as_of", day);
    return true;
}

/* ---- papers ---- */

struct putting {
    struct run *run;
    struct lw_error error;
    const struct value *answer;
    bool over;
};

static void put_answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct putting *p = ctx;
    p->answer = v_copy(p->run->arena, answer);
    p->error = *e;
    p->over = true;
}

struct value *run_paper(struct run *r, const char *file)
{
    struct buf paper = {0};
    struct putting p = {.run = r};
    struct hash hash;
    enum status st = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, PAPER_MOST, &paper);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", file,
                 st == ST_LIMIT ? TR(r, "a paper is at most 64 MiB", "文件不得超过 64 MiB") : status_text(st));
    if (st != ST_OK || !run_open(r)) {
        buf_done(&paper);
        return NULL;
    }
    hash = tree_paper_put(r->client, buf_bytes(&paper), r->timeout_ms + (int)(paper.n >> 10), put_answered, &p);
    buf_done(&paper);
    while (!p.over)
        lw_run(r->client, -1);
    if (p.error.code != LW_OK) {
        run_refused(r, p.answer, &p.error, NULL);
        return NULL;
    }
    return v_bin(r->arena, hash.b, HASH_LEN);
}
