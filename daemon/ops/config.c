#include "daemon/ops/config.h"

#include "daemon/base/arena.h"
#include "daemon/base/check.h"
#include "daemon/base/text.h"
#include "daemon/ops/files.h"
#include "daemon/yaml/tree.h"

#include <stdlib.h>
#include <string.h>

enum { ENDPOINT_MOST = 200, KEY_LENGTH = 40, MINUTES_MOST = 14 * 60 };

static const size_t MIB = 1024 * 1024;

#define WORDS(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

/* What reading needs at hand. */
struct reading {
    struct config *c;
    struct problems *p;
    const char *folder; /* of the file, with its '/' or "" */
};

/* A path, from the folder of the file. */
static const char *path(struct reading *r, const struct node *n)
{
    const char *text = node_text(n, NULL, r->p);
    if (!text || text[0] == '/')
        return text;
    return arena_printf(r->c->arena, "%s%s", r->folder, text);
}

static const char *endpoint(struct reading *r, const struct node *n)
{
    const char *text = node_text(n, NULL, r->p);
    if (!text)
        return NULL;
    if ((strncmp(text, "tcp://", 6) && strncmp(text, "ipc://", 6)) || strlen(text) > ENDPOINT_MOST)
        problems_add(r->p, n, "an endpoint looks like tcp://127.0.0.1:7400, not '%s'", text);
    return text;
}

/* "16 GiB" */
static size_t size_of(struct reading *r, const struct node *n, size_t otherwise)
{
    static const struct {
        const char *unit;
        size_t mib;
    } unit[] = {{" MiB", 1}, {" GiB", 1024}, {" TiB", 1024 * 1024}};
    const char *text = n ? node_text(n, "", r->p) : "";
    char *end;
    if (!n)
        return otherwise;
    unsigned long long v = text[0] >= '1' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    for (size_t i = 0; v && v <= 1024 * 1024 && i < sizeof unit / sizeof *unit; i++)
        if (!strcmp(end, unit[i].unit) && v * unit[i].mib >= 16 && v * unit[i].mib <= 8u * 1024 * 1024)
            return (size_t)v * unit[i].mib * MIB;
    problems_add(r->p, n, "a size looks like 16 GiB, from 16 MiB to 8 TiB");
    return otherwise;
}

/* "+08:00" */
static int zone(struct reading *r, const struct node *n)
{
    const char *t = n ? node_text(n, "", r->p) : "+08:00";
    if (strlen(t) == 6 && (t[0] == '+' || t[0] == '-') && t[3] == ':' && strspn(t + 1, "0123456789") == 2 &&
        strspn(t + 4, "0123456789") == 2) {
        int m = ((t[1] - '0') * 10 + t[2] - '0') * 60 + (t[4] - '0') * 10 + t[5] - '0';
        if (m <= MINUTES_MOST && t[4] <= '5')
            return t[0] == '-' ? -m : m;
    }
    problems_add(r->p, n, "a zone is an offset as \"+08:00\"");
    return 0;
}

static bool is_z85(const char *key)
{
    static const char alphabet[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    return strlen(key) == KEY_LENGTH && strspn(key, alphabet) == KEY_LENGTH;
}

static void read_key(struct reading *r, const struct node *n, struct config_key *ret)
{
    const struct node *key;
    if (!node_map(n, r->p))
        return;
    node_known_keys(n, WORDS("principal", "key"), r->p);
    ret->principal = node_name(node_need(n, "principal", r->p), "", r->p);
    key = node_need(n, "key", r->p);
    ret->key = node_text(key, NULL, r->p);
    if (ret->key && !is_z85(ret->key))
        problems_add(r->p, key, "a public key is 40 characters of Z85, in quotes");
    else if (ret->key && config_principal(r->c, ret->key))
        problems_add(r->p, key, "this key stands here twice");
}

static void read_keys(struct reading *r, const struct node *list)
{
    size_t n = node_item_count(list);
    struct config_key *keys = ARENA_ARRAY(r->c->arena, struct config_key, n + 1);
    r->c->keys = keys;
    for (size_t i = 0; i < n; i++) {
        read_key(r, node_item(list, i), &keys[i]);
        r->c->nkeys = i + 1;
    }
}

static void read_endpoints(struct reading *r, const struct node *n)
{
    if (!node_map(n, r->p))
        return;
    node_known_keys(n, WORDS("command", "transitions"), r->p);
    r->c->command = endpoint(r, node_need(n, "command", r->p));
    r->c->transitions = endpoint(r, node_need(n, "transitions", r->p));
}

static void read_folders(struct reading *r, const struct node *store, const struct node *papers)
{
    const size_t usual = 64 * 1024 * MIB;
    if (node_map(store, r->p)) {
        node_known_keys(store, WORDS("folder", "map-size"), r->p);
        r->c->store = path(r, node_need(store, "folder", r->p));
        r->c->map_bytes = size_of(r, node_get(store, "map-size"), usual);
    }
    if (node_map(papers, r->p)) {
        node_known_keys(papers, WORDS("folder"), r->p);
        r->c->papers = path(r, node_need(papers, "folder", r->p));
    }
}

static void read_clock(struct reading *r, const struct node *n)
{
    if (!n || !node_map(n, r->p))
        return;
    node_known_keys(n, WORDS("unsynchronised"), r->p);
    const struct node *word = node_need(n, "unsynchronised", r->p);
    const char *text = node_text(word, "", r->p);
    r->c->unsynchronised_allowed = !strcmp(text, "allowed");
    if (!r->c->unsynchronised_allowed && strcmp(text, "held"))
        problems_add(r->p, word, "expected 'held' or 'allowed'");
}

static void read_simulated(struct reading *r, const struct node *n)
{
    const struct node *start;
    if (!n || !node_map(n, r->p))
        return;
    node_known_keys(n, WORDS("start"), r->p);
    start = node_need(n, "start", r->p);
    const char *text = node_text(start, NULL, r->p);
    r->c->simulated = true;
    if (text && when_parse(text, r->c->zone_minutes, &r->c->start))
        problems_add(r->p, start, "a moment looks like \"2026-01-05T09:00:00\"");
}

static void read_root(struct reading *r, const struct node *root)
{
    struct config *c = r->c;
    if (!node_map(root, r->p))
        return;
    node_known_keys(root,
                    WORDS("endpoints", "store", "papers", "server-key", "administrator", "zone", "calendars",
                          "procedures", "clock", "simulated", "keys"),
                    r->p);
    read_endpoints(r, node_need(root, "endpoints", r->p));
    read_folders(r, node_need(root, "store", r->p), node_need(root, "papers", r->p));
    c->server_key = path(r, node_need(root, "server-key", r->p));
    c->administrator = node_name(node_need(root, "administrator", r->p), "", r->p);
    c->zone_minutes = zone(r, node_get(root, "zone"));
    c->calendars = path(r, node_need(root, "calendars", r->p));
    c->procedures = path(r, node_need(root, "procedures", r->p));
    read_clock(r, node_get(root, "clock"));
    read_simulated(r, node_get(root, "simulated"));
    read_keys(r, node_need(root, "keys", r->p));
}

enum status config_read(const char *file, struct bytes in, struct config **ret, struct buf *why)
{
    struct arena *a = arena_new();
    struct config *c = ARENA_NEW(a, struct config);
    const char *slash = strrchr(file, '/');
    struct reading r = {c, problems_new(a), slash ? arena_strn(a, file, (size_t)(slash - file) + 1) : ""};
    c->arena = a;
    struct node *root = tree_read(a, file, in, r.p);
    if (root)
        read_root(&r, root);
    if (problems_count(r.p)) {
        problems_print(r.p, why);
        arena_free(a);
        return ST_INVALID;
    }
    *ret = c;
    return ST_OK;
}

enum status config_load(const char *file, struct config **ret, struct buf *why)
{
    struct buf in = {0};
    enum status st = file_slurp(file, TREE_BYTES, &in, why);
    if (!st)
        st = config_read(file, buf_bytes(&in), ret, why);
    buf_done(&in);
    return st;
}

void config_free(struct config *c)
{
    if (c)
        arena_free(c->arena);
}

const char *config_principal(const struct config *c, const char *z85)
{
    for (size_t i = 0; i < c->nkeys; i++)
        if (c->keys[i].key && !strcmp(c->keys[i].key, z85))
            return c->keys[i].principal;
    return NULL;
}

const char *config_difference(const struct config *a, const struct config *b)
{
    const struct {
        const char *name, *a, *b;
    } text[] = {
        {"endpoints", a->command, b->command},
        {"endpoints", a->transitions, b->transitions},
        {"store", a->store, b->store},
        {"papers", a->papers, b->papers},
        {"server-key", a->server_key, b->server_key},
        {"administrator", a->administrator, b->administrator},
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (strcmp(text[i].a, text[i].b))
            return text[i].name;
    if (a->map_bytes != b->map_bytes)
        return "store";
    if (a->unsynchronised_allowed != b->unsynchronised_allowed)
        return "clock";
    return a->zone_minutes != b->zone_minutes ? "zone" : NULL;
}
