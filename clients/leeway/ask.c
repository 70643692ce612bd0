/* ask.c - the conversation of body.h: every field, paper, role and date that an act needs, one question each
 *
 * Questions go to standard error, answers come from standard input, a line each.
 */
#include "clients/leeway/body.h"
#include "clients/leeway/print.h"
#include "clients/lib/options.h"
#include "daemon/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN = 5 }; /* times a question is put */

/* A line without its end and blanks around it, in the arena; NULL at the end of input. */
static char *answer(struct run *r, const char *prompt)
{
    char *line = NULL;
    size_t cap = 0;
    fprintf(stderr, "%s", prompt);
    fflush(stderr);
    ssize_t n = getline(&line, &cap, stdin);
    if (n < 0) {
        free(line);
        run_fail(r, EXIT_USAGE, "%s", TR(r, "the input ended; nothing was sent", "输入已结束,未提交"));
        return NULL;
    }
    char *from = line;
    while (n > 0 && strchr(" \t\r\n", line[n - 1]))
        line[--n] = 0;
    from += strspn(from, " \t");
    char *copy = arena_str(r->arena, from);
    free(line);
    return copy;
}

static void show_options(const struct value *of)
{
    for (size_t i = 0; i < v_count(of); i++)
        fprintf(stderr, "    %zu  %s (%s)\n", i + 1, v_get_str(v_at(of, i), "label", ""),
                v_get_str(v_at(of, i), "word", ""));
}

static void show_question(struct run *r, const struct value *field, const char *name)
{
    const char *article = v_get_str(field, "article", NULL), *type = v_get_str(field, "type", "");
    fprintf(stderr, "\n%s (%s)%s%s%s%s\n", v_get_str(field, "label", name), name,
            v_get_bool(field, "required") ? TR(r, " required", " 必填") : TR(r, " may be empty", " 可留空"),
            v_get_bool(field, "private") ? TR(r, ", private", ",保密") : "", article ? "  " : "",
            article ? article : "");
    if (strcmp(type, "bool") == 0)
        fprintf(stderr, "    %s\n", TR(r, "yes or no", "是 或 否"));
    else if (strcmp(type, "day") == 0)
        fprintf(stderr, "    %s\n", TR(r, "a day such as 2026-02-13", "日期,如 2026-02-13"));
    else if (strcmp(type, "int") == 0)
        fprintf(stderr, "    %s\n", TR(r, "a whole number", "整数"));
    else if (strcmp(type, "part-list") == 0)
        fprintf(stderr, "    %s\n", TR(r, "numbers, with commas between", "编号,以逗号分隔"));
    else if (strcmp(type, "link") == 0)
        fprintf(stderr, "    %s\n", TR(r, "the number of another case", "所关联事项的编号"));
    else if (strcmp(type, "departments") == 0)
        fprintf(stderr, "    %s\n", TR(r, "ids of departments, with commas between", "部门编号,以逗号分隔"));
    else if (strcmp(type, "department") == 0)
        fprintf(stderr, "    %s\n", TR(r, "the id of a department", "部门编号"));
}

/* One field of a simple type. true with *ret NULL: it was left empty. false: the conversation is over. */
static bool ask_simple(struct run *r, const struct value *field, struct value **ret)
{
    const char *name = v_get_str(field, "field", "");
    show_question(r, field, name);
    show_options(v_get(field, "of"));
    for (int i = 0; i < AGAIN; i++) {
        const char *why = NULL, *text = answer(r, "> ");
        if (!text)
            return false;
        if (!*text && !v_get_bool(field, "required")) {
            *ret = NULL;
            return true;
        }
        struct value *v = *text ? body_value(r, field, text, &why) : NULL;
        if (v) {
            *ret = v;
            return true;
        }
        fprintf(stderr, "  %s\n", why ? why : TR(r, "this is required", "此项必填"));
    }
    run_fail(r, EXIT_USAGE, "%s: %s", name, TR(r, "no answer that can be used", "未得到有效回答"));
    return false;
}

static bool ask_yes(struct run *r, const char *question, bool *ret)
{
    const char *why, *text = answer(r, question);
    if (!text)
        return false;
    struct value *kind = v_map(r->arena);
    v_put_str(r->arena, kind, "type", "bool");
    *ret = v_truth(body_value(r, kind, text, &why));
    return true;
}

/* ---- parts and circumstances ---- */

/* A list of maps: as many parts as are wanted. */
static bool ask_parts(struct run *r, const struct value *field, struct value **ret)
{
    const struct value *inner = v_get(field, "of");
    struct value *list = v_list(r->arena);
    bool more = true;
    show_question(r, field, v_get_str(field, "field", ""));
    while (more) {
        const char *prompt = arena_printf(r->arena, TR(r, "add %s? (yes/no) ", "添加%s?(是/否) "),
                                          v_get_str(field, "label", v_get_str(field, "field", "")));
        if (!ask_yes(r, prompt, &more))
            return false;
        struct value *part = v_map(r->arena);
        for (size_t i = 0; more && i < v_count(inner); i++) {
            struct value *v = NULL;
            if (!ask_simple(r, v_at(inner, i), &v))
                return false;
            if (v)
                v_put(r->arena, part, v_get_str(v_at(inner, i), "field", ""), v);
        }
        if (more)
            v_push(r->arena, list, part);
    }
    *ret = v_count(list) ? list : NULL;
    return true;
}

/* Which of n things by their numbers; false: over. */
static bool ask_numbers(struct run *r, size_t n, bool *chosen)
{
    const char *text = answer(r, TR(r, "numbers, with commas between > ", "编号,以逗号分隔 > "));
    char *rest = NULL;
    if (!text)
        return false;
    for (char *one = strtok_r(arena_str(r->arena, text), ", ", &rest); one; one = strtok_r(NULL, ", ", &rest)) {
        long k = strtol(one, NULL, 10);
        if (k >= 1 && (size_t)k <= n)
            chosen[k - 1] = true;
    }
    return true;
}

static bool ask_checks(struct run *r, const struct value *circumstance, struct value *map)
{
    const struct value *checks = v_get(circumstance, "checks");
    struct value *held = v_list(r->arena);
    bool *chosen = ARENA_ARRAY(r->arena, bool, v_count(checks) + 1);
    fprintf(stderr, "  %s %s\n", v_get_str(circumstance, "number", ""),
            TR(r, "which of these are confirmed?", "以下哪些已核实?"));
    show_options(checks);
    if (!ask_numbers(r, v_count(checks), chosen))
        return false;
    for (size_t i = 0; i < v_count(checks); i++)
        if (chosen[i])
            v_push(r->arena, held, v_str(r->arena, v_get_str(v_at(checks, i), "word", "")));
    v_put(r->arena, map, v_get_str(circumstance, "circumstance", ""), held);
    return true;
}

static bool ask_circumstances(struct run *r, const struct value *field, struct value **ret)
{
    const struct value *of = v_get(field, "of");
    struct value *map = v_map(r->arena);
    bool *chosen = ARENA_ARRAY(r->arena, bool, v_count(of) + 1);
    show_question(r, field, v_get_str(field, "field", ""));
    for (size_t i = 0; i < v_count(of); i++)
        fprintf(stderr, "    %zu  %s %s\n", i + 1, v_get_str(v_at(of, i), "number", ""),
                v_get_str(v_at(of, i), "text", ""));
    if (!ask_numbers(r, v_count(of), chosen))
        return false;
    for (size_t i = 0; i < v_count(of); i++)
        if (chosen[i] && !ask_checks(r, v_at(of, i), map))
            return false;
    *ret = v_count(map) ? map : NULL;
    return true;
}

/* ---- the whole ---- */

static bool ask_fields(struct run *r, struct value *command, const struct value *form)
{
    const struct value *list = v_get(form, "fields");
    struct value *fields = v_kind(v_get(command, "fields")) == V_MAP ? v_get(command, "fields") : v_map(r->arena);
    for (size_t i = 0; i < v_count(list); i++) {
        const struct value *field = v_at(list, i);
        const char *type = v_get_str(field, "type", ""), *name = v_get_str(field, "field", "");
        struct value *v = NULL;
        bool fine = v_get(fields, name)                  ? true
                    : strcmp(type, "parts") == 0         ? ask_parts(r, field, &v)
                    : strcmp(type, "circumstances") == 0 ? ask_circumstances(r, field, &v)
                                                         : ask_simple(r, field, &v);
        if (!fine)
            return false;
        if (v)
            v_put(r->arena, fields, name, v);
    }
    if (v_count(fields))
        v_put(r->arena, command, "fields", fields);
    return true;
}

static bool ask_papers(struct run *r, struct value *command, const struct value *form)
{
    const struct value *list = v_get(form, "papers");
    struct value *papers = v_kind(v_get(command, "papers")) == V_MAP ? v_get(command, "papers") : v_map(r->arena);
    for (size_t i = 0; i < v_count(list); i++) {
        const struct value *slot = v_at(list, i);
        const char *name = v_get_str(slot, "slot", "");
        struct value *hashes = v_list(r->arena);
        if (v_get(papers, name))
            continue;
        show_question(r, slot, name);
        for (const char *file;;) {
            if (!(file = answer(r, TR(r, "file (empty: no more) > ", "文件(留空结束) > "))))
                return false;
            if (!*file)
                break;
            struct value *hash = run_paper(r, file);
            if (hash)
                v_push(r->arena, hashes, hash);
        }
        if (v_count(hashes))
            v_put(r->arena, papers, name, hashes);
    }
    if (v_count(papers))
        v_put(r->arena, command, "papers", papers);
    return true;
}

/* Who did it, when a party may have done what a department enters. */
static bool ask_by(struct run *r, struct value *command, const struct value *form)
{
    const struct value *by = v_get(form, "by");
    bool party = false;
    for (size_t i = 0; i < v_count(by); i++)
        party = party || v_get_bool(v_at(by, i), "party");
    if (!party || v_get(command, "by"))
        return true;
    fprintf(stderr, "\n%s\n    0  %s\n", TR(r, "who did it?", "由谁作出?"), TR(r, "this department", "本部门"));
    for (size_t i = 0; i < v_count(by); i++)
        fprintf(stderr, "    %zu  %s (%s)\n", i + 1, v_get_str(v_at(by, i), "label", ""),
                v_get_str(v_at(by, i), "role", ""));
    const char *text = answer(r, "> ");
    if (!text)
        return false;
    long k = strtol(text, NULL, 10);
    if (k >= 1 && (size_t)k <= v_count(by))
        v_put(r->arena, command, "by", body_party(r, v_get_str(v_at(by, (size_t)k - 1), "role", "")));
    return true;
}

static bool ask_done(struct run *r, struct value *command)
{
    struct day d;
    if (v_get(command, "done"))
        return true;
    fprintf(stderr, "\n%s\n", TR(r, "on which day did it take effect? (empty: today)", "办理日期?(留空为今日)"));
    for (int i = 0; i < AGAIN; i++) {
        const char *text = answer(r, "> ");
        if (!text)
            return false;
        if (!*text)
            return true;
        if (day_parse(text, &d) == ST_OK) {
            v_put_str(r->arena, command, "done", text);
            return true;
        }
        fprintf(stderr, "  %s\n", TR(r, "expected a day such as 2026-02-13", "应为日期,如 2026-02-13"));
    }
    return false;
}

static bool ask_part(struct run *r, struct value *command, const struct value *form)
{
    int64_t n;
    const char *on = v_get_str(form, "on", NULL);
    if (!on || v_get(command, "part") || v_get(command, "task"))
        return true;
    fprintf(stderr, "\n%s %s\n", TR(r, "about which part, by its number?", "针对哪一项(编号)?"), on);
    const char *text = answer(r, "> ");
    if (!text || (*text && !run_number(r, "part", text, &n)))
        return false;
    if (*text)
        v_put_int(r->arena, command, "part", n);
    return true;
}

static void show_consequences(struct run *r, const struct value *form)
{
    const struct value *starts = v_get(form, "starts"), *tells = v_get(form, "tells");
    fprintf(stderr, "\n");
    for (size_t i = 0; i < v_count(starts); i++) {
        const struct value *c = v_at(starts, i);
        bool working = v_get(c, "workdays") != NULL;
        fprintf(stderr, TR(r, "starts the clock %s: %" PRId64 " %s  %s\n", "起算期限 %s:%" PRId64 " %s  %s\n"),
                v_get_str(c, "label", ""), v_get_int(c, working ? "workdays" : "days", 0),
                working ? TR(r, "working days", "个工作日") : TR(r, "days", "日"), v_get_str(c, "article", ""));
    }
    for (size_t i = 0; i < v_count(tells); i++)
        fprintf(stderr, TR(r, "may tell %s: %s\n", "将通知 %s:%s\n"), v_get_str(v_at(tells, i), "to", ""),
                v_get_str(v_at(tells, i), "label", ""));
}

bool body_by_asking(struct run *r, struct value *command, const struct value *form)
{
    bool yes = false;
    fprintf(stderr, "%s  %s\n", v_get_str(form, "label", v_get_str(form, "act", "")), v_get_str(form, "article", ""));
    if (!ask_part(r, command, form) || !ask_fields(r, command, form) || !ask_papers(r, command, form) ||
        !ask_by(r, command, form) || !ask_done(r, command))
        return false;
    show_consequences(r, form);
    if (!ask_yes(r, TR(r, "send it? (yes/no) ", "确认提交?(是/否) "), &yes))
        return false;
    if (!yes)
        run_fail(r, EXIT_USAGE, "%s", TR(r, "nothing was sent", "未提交"));
    return yes;
}
