#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the register ---- */

/* A command whose first word is the field `key`, with the texts of the flags. NULL: it was said why. */
static struct value *entry(struct run *r, const char *act, const char *key, const char *const *texts, size_t n)
{
    struct value *m = run_command(r, act);
    if (!m)
        return NULL;
    struct value *fields = v_map(r->arena);
    v_put_str(r->arena, fields, key, cli_word(r->cli, 0));
    for (size_t i = 0; i < n; i++)
        v_put_str(r->arena, fields, texts[i], cli_flag(r->cli, texts[i]));
    v_put(r->arena, m, "fields", fields);
    return m;
}

static void put_list(struct run *r, struct value *m, const char *name)
{
    struct value *list = v_list(r->arena);
    const char *text;
    char *rest = NULL;
    for (size_t at = 0; (text = cli_each(r->cli, name, &at));)
        for (char *one = strtok_r(arena_str(r->arena, text), ", ", &rest); one; one = strtok_r(NULL, ", ", &rest))
            v_push(r->arena, list, v_str(r->arena, one));
    if (v_count(list))
        v_put(r->arena, v_get(m, "fields"), name, list);
}

static int department(struct run *r, const char *act)
{
    static const char *const texts[] = {"name", "kind", "superior"};
    struct value *m = entry(r, act, "id", texts, 3);
    if (!m)
        return r->result;
    put_list(r, m, "manages");
    put_list(r, m, "sits-in");
    if (cli_flag(r->cli, "keyless"))
        v_put_bool(r->arena, v_get(m, "fields"), "keyless", true);
    return run_do(r, m);
}

int department_add(struct run *r)
{
    return department(r, "department-add");
}

int department_change(struct run *r)
{
    return department(r, "department-change");
}

int department_end(struct run *r)
{
    static const char *const texts[] = {"successor"};
    struct value *m = entry(r, "department-end", "id", texts, 1);
    return m ? run_do(r, m) : r->result;
}

static int person(struct run *r, const char *act, size_t n)
{
    static const char *const texts[] = {"unit", "manager", "name", "post"};
    struct value *m = entry(r, act, "id", texts, n);
    return m ? run_do(r, m) : r->result;
}

int person_add(struct run *r)
{
    return person(r, "person-add", 4);
}

int person_change(struct run *r)
{
    return person(r, "person-change", 4);
}

int person_end(struct run *r)
{
    return person(r, "person-end", 0);
}

static int role(struct run *r, const char *act, size_t n)
{
    static const char *const texts[] = {"department", "subject"};
    struct value *m = entry(r, act, "principal", texts, n);
    if (!m)
        return r->result;
    if (n)
        put_list(r, m, "rights");
    return run_do(r, m);
}

int role_add(struct run *r)
{
    return role(r, "role-add", 2);
}

int role_change(struct run *r)
{
    return role(r, "role-change", 2);
}

int role_end(struct run *r)
{
    return role(r, "role-end", 0);
}

/* One kind or many: people say both. What is neither stays, and the daemon refuses it. */
static const char *singular(const char *word)
{
    static const char *const kinds[][2] = {
        {"departments", "department"}, {"persons", "person"}, {"people", "person"}, {"roles", "role"}, {"keys", "key"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, kinds[i][0]) == 0)
            return kinds[i][1];
    return word;
}

int register_list(struct run *r)
{
    static const struct column columns[] = {
        {"id", "id", "编号", CELL},
        {"principal", "principal", "身份", CELL},
        {"name", "name", "名称", CELL},
        {"kind", "kind", "类别", CELL},
        {"unit", "unit", "单位", CELL},
        {"department", "department", "部门", CELL},
        {"superior", "superior", "上级", CELL},
        {"rights", "rights", "权限", CELL},
        {"ended", "ended", "终止", CELL},
    };
    struct value *q = run_question(r, "register");
    v_put_str(r->arena, q, "kind", singular(cli_word(r->cli, 0)));
    v_put_str(r->arena, q, "entry", cli_word(r->cli, 1));
    const struct value *list = run_list(r, q, "entries");
    return list ? print_list(r, "entries", list, columns, sizeof columns / sizeof *columns) : r->result;
}

/* ---- keys ---- */

int key_new(struct run *r)
{
    char public_key[LW_KEY], secret_key[LW_KEY];
    struct lw_error e;
    lw_keygen(public_key, secret_key);
    bool fine = lw_key_write(cli_word(r->cli, 0), public_key, secret_key, &e);
    explicit_bzero(secret_key, sizeof secret_key);
    if (!fine)
        return run_fail(r, EXIT_USAGE, "%s", e.text);
    struct value *map = v_map(r->arena);
    v_put_str(r->arena, map, "public", public_key);
    v_put_str(r->arena, map, "file", cli_word(r->cli, 0));
    return print_map(r, map, NULL, 0);
}

/* A key in Z85, or a file that holds one. false: it was said why. */
static bool key_of(struct run *r, const char *text, char ret[LW_KEY])
{
    struct lw_error e;
    if (strlen(text) == LW_KEY - 1 && access(text, R_OK) != 0) {
        memcpy(ret, text, LW_KEY);
        return true;
    }
    if (lw_key_read(text, ret, NULL, &e))
        return true;
    run_fail(r, EXIT_USAGE, "%s", e.text);
    return false;
}

int key_add(struct run *r)
{
    char key[LW_KEY];
    struct value *m = key_of(r, cli_word(r->cli, 1), key) ? entry(r, "key-add", "principal", NULL, 0) : NULL;
    if (!m)
        return r->result;
    v_put_str(r->arena, v_get(m, "fields"), "key", key);
    return run_do(r, m);
}

int key_revoke(struct run *r)
{
    char key[LW_KEY];
    struct value *m = key_of(r, cli_word(r->cli, 0), key) ? run_command(r, "key-revoke") : NULL;
    if (!m)
        return r->result;
    struct value *fields = v_map(r->arena);
    v_put_str(r->arena, fields, "key", key);
    v_put(r->arena, m, "fields", fields);
    return run_do(r, m);
}
