#include "clients/leeway/body.h"

#include "clients/leeway/print.h"
#include "clients/lib/json.h"
#include "clients/lib/options.h"
#include "daemon/base/when.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_MOST = 1 << 20, PAPER_MOST = 64 << 20 };

static struct value *form_question(struct run *r, const char *act, const char *procedure, int64_t case_id, int64_t task)
{
    struct value *q = run_question(r, "form");
    v_put_str(r->arena, q, "act", act);
    v_put_str(r->arena, q, "procedure", procedure);
    if (case_id >= 0)
        v_put_int(r->arena, q, "case", case_id);
    if (task >= 0)
        v_put_int(r->arena, q, "task", task);
    return q;
}

/* Whoever has no part in the case yet (a receiver that enters an application) may not ask about it: the form of a
 * procedure in force that has the act, then. NULL: none has it. */
static const struct value *form_without_case(struct run *r, const char *act)
{
    struct lw_error e;
    const struct value *list = v_get(run_try(r, run_question(r, "procedure"), &e), "procedures"), *form = NULL;
    for (size_t i = 0; i < v_count(list) && !form; i++)
        form = run_try(r, form_question(r, act, v_get_str(v_at(list, i), "procedure", ""), -1, -1), &e);
    return form;
}

const struct value *body_form(struct run *r, const char *act, const char *procedure, int64_t case_id, int64_t task)
{
    struct lw_error e;
    const struct value *q = form_question(r, act, procedure, case_id, task), *form;
    if (!run_open(r))
        return NULL;
    form = run_try(r, q, &e);
    if (!form && e.code == LW_RIGHT && case_id >= 0)
        form = form_without_case(r, act);
    if (!form)
        run_refused(r, NULL, &e, v_get_str(q, "id", NULL));
    return form;
}

struct value *body_read_json(struct run *r, const char *file)
{
    struct buf text = {0};
    struct value *v = NULL;
    char why[JSON_WHY];
    enum status st = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, JSON_MOST, &text);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", file, status_text(st));
    else if (json_parse(r->arena, buf_bytes(&text), &v, why) != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", file, why);
    buf_done(&text);
    return v;
}

/* ---- one value ---- */

static bool one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* A choice is told by its word, its label, or its number in the list (from 1). */
static struct value *choice(struct run *r, const struct value *of, const char *text, const char **why)
{
    char *end;
    long number = strtol(text, &end, 10);
    for (size_t i = 0; i < v_count(of); i++) {
        const char *word = v_get_str(v_at(of, i), "word", ""), *label = v_get_str(v_at(of, i), "label", "");
        if (strcmp(text, word) == 0 || strcmp(text, label) == 0 || (*text && !*end && number == (long)i + 1))
            return v_str(r->arena, word);
    }
    *why = TR(r, "that is none of the words that may stand here", "不在可选项之内");
    return NULL;
}

static struct value *truth(struct run *r, const char *text, const char **why)
{
    static const char *const yes[] = {"yes", "y", "true", "是", "有", "对"};
    static const char *const no[] = {"no", "n", "false", "否", "没有", "不"};
    if (one_of(text, yes, sizeof yes / sizeof *yes))
        return v_bool(r->arena, true);
    if (one_of(text, no, sizeof no / sizeof *no))
        return v_bool(r->arena, false);
    *why = TR(r, "expected yes or no", "应为 是 或 否");
    return NULL;
}

static struct value *number(struct run *r, const char *text, const char **why)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (!errno && *text && !*end)
        return v_int(r->arena, n);
    *why = TR(r, "expected a whole number", "应为整数");
    return NULL;
}

static struct value *numbers(struct run *r, const char *text, const char **why)
{
    struct value *list = v_list(r->arena);
    char *copy = arena_str(r->arena, text), *rest = NULL;
    for (char *one = strtok_r(copy, ", ", &rest); one; one = strtok_r(NULL, ", ", &rest)) {
        struct value *n = number(r, one, why);
        if (!n)
            return NULL;
        v_push(r->arena, list, n);
    }
    return list;
}

/* Ids with commas between. */
static struct value *names(struct run *r, const char *text)
{
    struct value *list = v_list(r->arena);
    for (size_t n; *text; text += n + (text[n] == ',')) {
        n = strcspn(text, ",");
        if (n)
            v_push(r->arena, list, v_strn(r->arena, text, n));
    }
    return list;
}

static struct value *json_value(struct run *r, const char *text, const char **why)
{
    struct value *v = NULL;
    char reason[JSON_WHY];
    if (json_parse(r->arena, (struct bytes){(const uint8_t *)text, strlen(text)}, &v, reason) == ST_OK)
        return v;
    *why = arena_str(r->arena, reason);
    return NULL;
}

struct value *body_value(struct run *r, const struct value *field, const char *text, const char **why)
{
    const char *type = v_get_str(field, "type", "text");
    struct day d;
    if (strcmp(type, "choice") == 0 || strcmp(type, "grade") == 0 || strcmp(type, "outcome") == 0)
        return choice(r, v_get(field, "of"), text, why);
    if (strcmp(type, "bool") == 0)
        return truth(r, text, why);
    if (strcmp(type, "int") == 0 || strcmp(type, "link") == 0)
        return number(r, text, why);
    if (strcmp(type, "departments") == 0)
        return names(r, text);
    if (strcmp(type, "part-list") == 0)
        return numbers(r, text, why);
    if (strcmp(type, "circumstances") == 0 || strcmp(type, "parts") == 0)
        return json_value(r, text, why);
    if (strcmp(type, "day") == 0 && day_parse(text, &d) != ST_OK) {
        *why = TR(r, "expected a day such as 2026-02-13", "应为日期,如 2026-02-13");
        return NULL;
    }
    return v_str(r->arena, text);
}

struct value *body_party(struct run *r, const char *text)
{
    struct value *by = v_map(r->arena);
    if (strncmp(text, "department:", 11) == 0)
        v_put_str(r->arena, by, "department", text + 11);
    else
        v_put_str(r->arena, by, "party", text);
    return by;
}

/* ---- from flags ---- */

static struct value *inside(struct run *r, struct value *command, const char *key)
{
    struct value *map = v_get(command, key);
    if (v_kind(map) != V_MAP) {
        map = v_map(r->arena);
        v_put(r->arena, command, key, map);
    }
    return map;
}

static const struct value *field_of(const struct value *form, const char *name)
{
    const struct value *fields = v_get(form, "fields");
    for (size_t i = 0; i < v_count(fields); i++)
        if (strcmp(v_get_str(v_at(fields, i), "field", ""), name) == 0)
            return v_at(fields, i);
    return NULL;
}

/* name=value by the type of the field, name:=JSON as it stands. */
static bool add_field(struct run *r, struct value *command, const struct value *form, const char *text)
{
    const char *equals = strchr(text, '='), *why = NULL;
    if (!equals || equals == text) {
        run_fail(r, EXIT_USAGE, TR(r, "--field wants name=value, not %s", "--field 应为 name=value,不是 %s"), text);
        return false;
    }
    bool raw = equals[-1] == ':';
    const char *name = arena_strn(r->arena, text, (size_t)(equals - text) - (raw ? 1 : 0));
    const struct value *field = field_of(form, name);
    struct value *v = raw ? json_value(r, equals + 1, &why) : body_value(r, field, equals + 1, &why);
    if (!v) {
        run_fail(r, EXIT_USAGE, "%s: %s", name, why);
        return false;
    }
    v_put(r->arena, inside(r, command, "fields"), name, v);
    return true;
}

/* A dry run puts nothing: the daemon judges by the hash alone. */
static struct value *hash_of_file(struct run *r, const char *file)
{
    struct buf paper = {0};
    enum status st = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, PAPER_MOST, &paper);
    struct hash hash = hash_of(paper.p, paper.n);
    buf_done(&paper);
    if (st == ST_OK)
        return v_bin(r->arena, hash.b, HASH_LEN);
    run_fail(r, EXIT_USAGE, "%s: %s", file, status_text(st));
    return NULL;
}

struct value *body_paper(struct run *r, const char *text)
{
    uint8_t hash[HASH_LEN];
    if (json_unhex(text, hash, sizeof hash))
        return v_bin(r->arena, hash, sizeof hash);
    return cli_flag(r->cli, "dry-run") ? hash_of_file(r, text) : run_paper(r, text);
}

static bool add_paper(struct run *r, struct value *command, const char *slot, const char *file)
{
    struct value *papers = inside(r, command, "papers"), *hash = body_paper(r, file);
    if (!hash)
        return false;
    if (!v_get(papers, slot))
        v_put(r->arena, papers, slot, v_list(r->arena));
    v_push(r->arena, v_get(papers, slot), hash);
    return true;
}

bool body_from_flags(struct run *r, struct value *command, const struct value *form)
{
    const char *text, *file = cli_flag(r->cli, "file");
    if (file) {
        const struct value *body = body_read_json(r, file);
        if (!body || !body_from_json(r, command, body))
            return false;
    }
    for (size_t at = 0; (text = cli_each(r->cli, "field", &at));)
        if (!add_field(r, command, form, text))
            return false;
    for (size_t at = 0; (text = cli_each(r->cli, "paper", &at));) {
        const char *equals = strchr(text, '=');
        if (!equals || equals == text) {
            run_fail(r, EXIT_USAGE, TR(r, "--paper wants slot=FILE, not %s", "--paper 应为 slot=FILE,不是 %s"), text);
            return false;
        }
        if (!add_paper(r, command, arena_strn(r->arena, text, (size_t)(equals - text)), equals + 1))
            return false;
    }
    if ((text = cli_flag(r->cli, "by")))
        v_put(r->arena, command, "by", body_party(r, text));
    return true;
}

/* ---- from JSON ---- */

static bool json_papers(struct run *r, struct value *command, const struct value *papers)
{
    for (size_t i = 0; i < (v_kind(papers) == V_MAP ? v_count(papers) : 0); i++) {
        const struct pair *p = &papers->u.map.pair[i];
        for (size_t k = 0; k < v_count(p->val); k++) {
            const struct value *one = v_at(p->val, k);
            struct buf text = {0};
            put_cell(&text, one, CELL); /* a file's name, or bytes as the hexadecimal that add_paper() reads */
            bool fine = add_paper(r, command, p->key, buf_cstr(&text));
            buf_done(&text);
            if (!fine)
                return false;
        }
    }
    return true;
}

bool body_from_json(struct run *r, struct value *command, const struct value *body)
{
    static const char *const known[] = {"fields", "papers", "done",   "by",     "part",
                                        "task",   "reason", "second", "expect", "parts"};
    for (size_t i = 0; i < v_count(body); i++) {
        const char *key = v_kind(body) == V_MAP ? body->u.map.pair[i].key : "";
        if (!one_of(key, known, sizeof known / sizeof *known)) {
            run_fail(r, EXIT_USAGE, TR(r, "the JSON has a key %s that is not known here", "JSON 中有未知的键 %s"), key);
            return false;
        }
        if (strcmp(key, "papers") == 0) {
            if (!json_papers(r, command, body->u.map.pair[i].val))
                return false;
        } else if (strcmp(key, "by") == 0 && v_kind(body->u.map.pair[i].val) == V_STR) {
            v_put(r->arena, command, "by", body_party(r, v_text(body->u.map.pair[i].val, "")));
        } else {
            v_put(r->arena, command, key, body->u.map.pair[i].val);
        }
    }
    return true;
}
