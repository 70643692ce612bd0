#include "daemon/yaml/node.h"

#include "daemon/base/text.h"

#include <inttypes.h>
#include <string.h>

enum { SEEN = 40, FEW = 12 }; /* characters of a text, and words of a choice, that a message shows */

const struct node *node_get(const struct node *map, const char *key)
{
    for (size_t i = 0; i < node_entry_count(map); i++)
        if (!strcmp(map->entries[i].key->text, key))
            return map->entries[i].value;
    return NULL;
}

bool node_is_nothing(const struct node *n)
{
    return n && n->kind == NODE_SCALAR && !n->quoted && !n->text[0];
}

size_t node_item_count(const struct node *n)
{
    if (!n || node_is_nothing(n))
        return 0;
    return n->kind == NODE_LIST ? n->n : 1;
}

const struct node *node_item(const struct node *n, size_t i)
{
    if (i >= node_item_count(n))
        return NULL;
    return n->kind == NODE_LIST ? n->items[i] : n;
}

size_t node_entry_count(const struct node *n)
{
    return n && n->kind == NODE_MAP ? n->n : 0;
}

const struct node *node_key(const struct node *n, size_t i)
{
    return i < node_entry_count(n) ? n->entries[i].key : NULL;
}

const char *node_key_text(const struct node *n, size_t i)
{
    return i < node_entry_count(n) ? n->entries[i].key->text : NULL;
}

const struct node *node_value(const struct node *n, size_t i)
{
    return i < node_entry_count(n) ? n->entries[i].value : NULL;
}

bool node_has_word(const struct node *n, const char *word)
{
    for (size_t i = 0; i < node_item_count(n); i++) {
        const struct node *item = node_item(n, i);
        if (item->kind == NODE_SCALAR && !strcmp(item->text, word))
            return true;
    }
    return false;
}

const char *node_seen(const struct node *n, struct problems *p)
{
    if (!n || node_is_nothing(n))
        return "nothing";
    if (n->kind != NODE_SCALAR)
        return n->kind == NODE_LIST ? "a list" : "a map";
    uint32_t c;
    size_t len = strlen(n->text), end = 0;
    for (int i = 0; i < SEEN && end < len; i++)
        end += text_char(n->text + end, len - end, &c);
    return arena_printf(problems_arena(p), "'%.*s%s'", (int)end, n->text, end < len ? "…" : "");
}

/* Searching is dear and of no use when nobody will read the message. */
static const char *nearest(const char *word, const char *const *words, size_t n, struct problems *p)
{
    return problems_count(p) < PROBLEMS_KEPT ? text_nearest(word, words, n) : NULL;
}

/* "; did you mean 'known'?" or "". */
static const char *hint(const char *near, struct problems *p)
{
    return near ? arena_printf(problems_arena(p), "; did you mean '%s'?", near) : "";
}

const struct node *node_map(const struct node *n, struct problems *p)
{
    if (!n || n->kind == NODE_MAP)
        return n;
    problems_add(p, n, "expected a map (key: value), found %s", node_seen(n, p));
    return NULL;
}

const struct node *node_list(const struct node *n, struct problems *p)
{
    if (!n || n->kind == NODE_LIST)
        return n;
    problems_add(p, n, "expected a list, found %s", node_seen(n, p));
    return NULL;
}

const struct node *node_need(const struct node *map, const char *key, struct problems *p)
{
    if (!node_map(map, p))
        return NULL;
    const struct node *value = node_get(map, key);
    if (!value)
        problems_add(p, map, "the key '%s' is missing here", key);
    return value;
}

bool node_known_keys(const struct node *map, const char *const *known, size_t n, struct problems *p)
{
    if (!node_map(map, p))
        return !map;
    bool all = true;
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->entries[i].key;
        size_t k = 0;
        while (k < n && strcmp(known[k], key->text))
            k++;
        if (k < n)
            continue;
        all = false;
        problems_add(p, key, "unknown key %s%s", node_seen(key, p), hint(nearest(key->text, known, n, p), p));
    }
    return all;
}

const char *node_text(const struct node *n, const char *otherwise, struct problems *p)
{
    if (!n)
        return otherwise;
    if (n->kind == NODE_SCALAR && !node_is_nothing(n))
        return n->text;
    problems_add(p, n, "expected a text, found %s", node_seen(n, p));
    return otherwise;
}

const char *node_name(const struct node *n, const char *otherwise, struct problems *p)
{
    if (!n)
        return otherwise;
    if (n->kind == NODE_SCALAR && text_is_name(n->text))
        return n->text;
    problems_add(p, n, "expected a name (a-z, 0-9, '-' and '_' inside, a letter first, at most 64), found %s",
                 node_seen(n, p));
    return otherwise;
}

/* Decimal without leading zeros and "-0"; no more digits than surely fit. */
static bool whole(const char *s, int64_t *ret)
{
    const char *d = s + (*s == '-');
    size_t n = strspn(d, "0123456789");
    if (n == 0 || n > 18 || d[n] || (d[0] == '0' && (n > 1 || d != s)))
        return false;
    int64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (d[i] - '0');
    *ret = d == s ? v : -v;
    return true;
}

int64_t node_int(const struct node *n, int64_t least, int64_t most, int64_t otherwise, struct problems *p)
{
    if (!n)
        return otherwise;
    int64_t v;
    if (n->kind == NODE_SCALAR && !n->quoted && whole(n->text, &v) && v >= least && v <= most)
        return v;
    problems_add(p, n, "expected a whole number from %" PRId64 " to %" PRId64 ", found %s%s", least, most,
                 node_seen(n, p), n->kind == NODE_SCALAR && n->quoted ? " in quotes" : "");
    return otherwise;
}

bool node_bool(const struct node *n, bool otherwise, struct problems *p)
{
    if (!n)
        return otherwise;
    bool plain = n->kind == NODE_SCALAR && !n->quoted;
    if (plain && !strcmp(n->text, "true"))
        return true;
    if (plain && !strcmp(n->text, "false"))
        return false;
    problems_add(p, n, "expected true or false, found %s%s", node_seen(n, p),
                 n->kind == NODE_SCALAR && n->quoted ? " in quotes" : "");
    return otherwise;
}

struct day node_day(const struct node *n, struct problems *p)
{
    struct day day;
    if (!n)
        return DAY_NONE;
    if (n->kind == NODE_SCALAR && day_parse(n->text, &day) == ST_OK)
        return day;
    problems_add(p, n, "expected a day such as 2026-02-13, found %s", node_seen(n, p));
    return DAY_NONE;
}

static const char *joined(const char *const *words, size_t n, struct problems *p)
{
    const char *all = n ? words[0] : "";
    for (size_t i = 1; i < n; i++)
        all = arena_printf(problems_arena(p), "%s, %s", all, words[i]);
    return all;
}

int node_choice(const struct node *n, const char *const *words, size_t count, struct problems *p)
{
    if (!n)
        return -1;
    bool scalar = n->kind == NODE_SCALAR;
    for (size_t i = 0; scalar && i < count; i++)
        if (!strcmp(words[i], n->text))
            return (int)i;
    const char *near = hint(scalar ? nearest(n->text, words, count, p) : NULL, p);
    if (count <= FEW)
        problems_add(p, n, "expected %s%s, found %s%s", count == 1 ? "" : "one of ", joined(words, count, p),
                     node_seen(n, p), near);
    else
        problems_add(p, n, "expected one of %zu words, found %s%s", count, node_seen(n, p), near);
    return -1;
}

void node_unknown(const struct node *n, const char *what, const char *const *known, size_t count, struct problems *p)
{
    if (!n || n->kind != NODE_SCALAR || node_is_nothing(n))
        problems_add(p, n, "expected the name of a %s, found %s", what, node_seen(n, p));
    else
        problems_add(p, n, "%s %s is not defined%s", what, node_seen(n, p), hint(nearest(n->text, known, count, p), p));
}
