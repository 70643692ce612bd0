#include "clients/agent/command.h"

#include "clients/lib/json.h"
#include "clients/lib/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const keys[] = {"act",    "case", "procedure", "expect", "done",   "by",  "fields",
                                   "papers", "part", "task",      "reason", "second", "dry", "may_fail"};

static const char *unknown_key(const struct value *line)
{
    for (size_t i = 0; i < v_count(line); i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            known = known || strcmp(line->u.map.pair[i].key, keys[k]) == 0;
        if (!known)
            return line->u.map.pair[i].key;
    }
    return NULL;
}

static void add_cause(struct arena *a, struct value *message, const struct value *notice)
{
    struct value *cause = v_map(a);
    v_put_str(a, cause, "stream", v_get_str(notice, "stream", ""));
    v_put_int(a, cause, "position", v_get_int(notice, "position", 0));
    v_put(a, message, "cause", cause);
}

struct value *command_of_line(struct arena *a, const struct value *notice, struct bytes line, int number,
                              bool *ret_may_fail, char why[COMMAND_WHY])
{
    char reason[JSON_WHY], id[LW_ID];
    struct value *said;
    if (json_parse(a, line, &said, reason) != ST_OK) {
        snprintf(why, COMMAND_WHY, "line %d of the handler's output is no JSON: %s", number, reason);
        return NULL;
    }
    const char *act = v_get_str(said, "act", NULL), *odd = unknown_key(said);
    if (!act || odd) {
        snprintf(why, COMMAND_WHY, "line %d of the handler's output is no command: %s%s", number,
                 odd ? "unknown key " : "no act", odd ? odd : "");
        return NULL;
    }
    const char *seed =
        arena_printf(a, "%s:%" PRId64 ":%d", v_get_str(notice, "stream", ""), v_get_int(notice, "position", 0), number);
    lw_uuid_of(v_get_int(notice, "recorded", 0), seed, id);
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "command");
    v_put_str(a, m, "id", id);
    for (size_t i = 0; i < v_count(said); i++)
        if (strcmp(said->u.map.pair[i].key, "may_fail") != 0 && v_kind(said->u.map.pair[i].val) != V_NIL)
            v_put(a, m, said->u.map.pair[i].key, said->u.map.pair[i].val);
    if (!v_get(m, "case") && !v_get(m, "procedure") && v_get(notice, "case"))
        v_put_int(a, m, "case", v_get_int(notice, "case", 0));
    bool own = v_get_int(m, "case", 0) == v_get_int(notice, "case", 0);
    if (!v_get(m, "task") && v_get(notice, "task") && own && strcmp(act, v_get_str(notice, "answer", "")) == 0)
        v_put_int(a, m, "task", v_get_int(notice, "task", 0));
    add_cause(a, m, notice);
    *ret_may_fail = v_get_bool(said, "may_fail");
    return m;
}

bool command_papers(struct arena *a, struct value *message,
                    bool (*put)(void *ctx, const char *file, uint8_t ret_hash[32]), void *ctx)
{
    struct value *papers = v_get(message, "papers");
    for (size_t i = 0; i < (v_kind(papers) == V_MAP ? v_count(papers) : 0); i++) {
        struct value *list = papers->u.map.pair[i].val;
        for (size_t k = 0; k < (v_kind(list) == V_LIST ? v_count(list) : 0); k++) {
            const char *text = v_text(v_at(list, k), NULL);
            uint8_t hash[32];
            if (!text)
                continue;
            if (!json_unhex(text, hash, sizeof hash) && !put(ctx, text, hash))
                return false;
            list->u.list.item[k] = v_bin(a, hash, sizeof hash);
        }
    }
    return true;
}
