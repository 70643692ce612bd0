/* scenario_set.c - a scenario sets parameters and switches of its procedure for itself: 参数 NAME = VALUE */
#include "tests/lib/scenario_inside.h"

#include "daemon/yaml/tree.h"
#include "tests/lib/emit.h"

#include <string.h>

static struct bytes text_bytes(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* The row of a parameter by name or label; *ret_name its name. */
static const struct node *parameter_row(const struct node *root, const char *word, const char **ret_name)
{
    const struct node *all = node_get(root, "parameters");
    for (size_t i = 0; i < node_entry_count(all); i++) {
        *ret_name = node_key_text(all, i);
        if (strcmp(*ret_name, word) == 0 || node_has_word(node_get(node_value(all, i), "label"), word))
            return node_value(all, i);
    }
    return NULL;
}

bool set_read(struct scenario *s, const struct line *l)
{
    if (strcmp(l->word[0].s, "参数") != 0)
        return false;
    const char *name = NULL;
    struct problems *ignored = problems_new(s->a);
    if (l->n != 4 || strcmp(l->word[2].s, "=") != 0) {
        word_problem(s, l, &l->word[0], "expected 参数 NAME = VALUE");
        return true;
    }
    const struct node *root = tree_read(s->a, "procedure", text_bytes(s->law_text), ignored);
    if (!root || !parameter_row(root, l->word[1].s, &name)) {
        word_problem(s, l, &l->word[1], "the procedure has no parameter '%s'", l->word[1].s);
        return true;
    }
    const char *value = l->word[3].s;
    ARENA_GROW(s->a, s->parameter, s->nparameters, s->parameters_cap);
    s->parameter[s->nparameters].name = name;
    s->parameter[s->nparameters++].value = strcmp(value, "是") == 0   ? "true"
                                           : strcmp(value, "否") == 0 ? "false"
                                                                      : value;
    return true;
}

const char *set_list(struct arena *a, const char *procedure, const char *list, int64_t *ret_version)
{
    struct buf out = {0};
    struct node *root = tree_read(a, "procedure", text_bytes(procedure), problems_new(a));
    struct node *version = (struct node *)node_get(root, "version");
    struct node *now = (struct node *)node_get(root, "circumstances-version");
    struct node *inner = now && now->kind == NODE_MAP ? (struct node *)node_get(now, "version") : now;
    *ret_version = node_int(version, 1, INT32_MAX, 1, problems_new(a)) + 1;
    version->text = arena_printf(a, "%lld", (long long)*ret_version);
    if (inner)
        inner->text = list;
    emit_node(root, &out);
    const char *text = arena_str(a, buf_cstr(&out));
    buf_done(&out);
    return text;
}

const char *set_into(const struct scenario *s, struct arena *a, const char *procedure)
{
    struct buf out = {0};
    struct node *root = tree_read(a, "procedure", text_bytes(procedure), problems_new(a));
    for (size_t i = 0; root && i < s->nparameters; i++) {
        const char *name;
        struct node *value = (struct node *)node_get(parameter_row(root, s->parameter[i].name, &name), "value");
        if (value)
            value->text = s->parameter[i].value;
    }
    if (root)
        emit_node(root, &out);
    const char *text = arena_str(a, root ? buf_cstr(&out) : procedure);
    buf_done(&out);
    return text;
}
