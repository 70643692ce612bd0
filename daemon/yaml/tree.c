#include "daemon/yaml/tree.h"

#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    const struct source *source;
    struct problems *problems;
    size_t nodes;
};

#define REFUSE(r, mark, ...)                                                                                           \
    problems_add_at((r)->problems, (r)->source, (int)(mark).line + 1, (int)(mark).column + 1, __VA_ARGS__)

/* ---- The bytes, before libyaml sees them ---- */

static void refuse_byte(struct reader *r, size_t at, const char *why)
{
    const char *s = r->source->text;
    yaml_mark_t mark = {0};
    uint32_t c;
    for (size_t i = 0, k; i < at; i += k ? k : 1) {
        k = text_char(s + i, at - i, &c);
        mark.column = s[i] == '\n' ? 0 : mark.column + 1;
        mark.line += s[i] == '\n';
    }
    if (text_char(s + at, r->source->n - at, &c))
        REFUSE(r, mark, "the character U+%04X %s", (unsigned)c, why);
    else
        REFUSE(r, mark, "the byte 0x%02X %s", (unsigned)(unsigned char)s[at], why);
}

/* Lines are numbered as an editor does: by line feeds alone. */
static bool bytes_are_fine(struct reader *r)
{
    const char *s = r->source->text;
    for (size_t i = 0, k; i < r->source->n; i += k) {
        uint32_t c;
        k = text_char(s + i, r->source->n - i, &c);
        if (!k) {
            refuse_byte(r, i, "is no UTF-8; save the file as UTF-8");
            return false;
        }
        bool carriage = c == '\r' && i + 1 < r->source->n && s[i + 1] == '\n';
        if (!carriage && !problems_shows(c)) {
            refuse_byte(r, i, "may not stand in a file");
            return false;
        }
    }
    return true;
}

/* ---- Events to nodes ---- */

static void refuse_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    REQUIRE(p->error != YAML_MEMORY_ERROR);
    const char *problem = p->problem ? p->problem : "cannot be read";
    if (p->error == YAML_READER_ERROR) {
        refuse_byte(r, p->problem_offset < r->source->n ? p->problem_offset : r->source->n, problem);
        return;
    }
    bool tab = p->mark.index < r->source->n && strstr(problem, "cannot start any token") &&
               p->buffer.pointer < p->buffer.last && *p->buffer.pointer == '\t';
    const char *more = tab ? " (a tab; indent with blanks)" : "";
    if (p->context && p->context_mark.line != p->problem_mark.line)
        REFUSE(r, p->problem_mark, "%s%s, %s that began on line %d", problem, more, p->context,
               (int)p->context_mark.line + 1);
    else
        REFUSE(r, p->problem_mark, "%s%s%s%s", problem, more, p->context ? ", " : "", p->context ? p->context : "");
}

/* The next event, to be deleted by the caller; false: told, and nothing to delete. */
static bool next(struct reader *r, yaml_event_t *ret)
{
    if (yaml_parser_parse(&r->parser, ret))
        return true;
    refuse_syntax(r);
    return false;
}

static void refuse_marks(struct reader *r, const yaml_event_t *e, const unsigned char *anchor, const unsigned char *tag)
{
    if (anchor)
        REFUSE(r, e->start_mark, "anchors are not used here: '&%s'; write the value itself", (const char *)anchor);
    if (tag)
        REFUSE(r, e->start_mark, "tags are not used here: '%s'; write the value alone", (const char *)tag);
}

/* What escapes in quotes have put into a text is held to the rule of the file. */
static void read_scalar(struct reader *r, const yaml_event_t *e, struct node *n)
{
    const char *s = (const char *)e->data.scalar.value;
    size_t len = e->data.scalar.length;
    refuse_marks(r, e, e->data.scalar.anchor, e->data.scalar.tag);
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    n->text = arena_strn(r->arena, s, len);
    for (size_t i = 0, k; i < len; i += k) {
        uint32_t c = 0;
        k = text_char(s + i, len - i, &c);
        if (k && problems_shows(c))
            continue;
        REFUSE(r, e->start_mark, "the character U+%04X may not stand in a text", (unsigned)c);
        n->text = "";
        return;
    }
}

static struct node *read_node(struct reader *r, yaml_event_t *e, int depth);

static bool read_list(struct reader *r, struct node *list, int depth)
{
    size_t cap = 0;
    for (;;) {
        yaml_event_t e;
        if (!next(r, &e))
            return false;
        if (e.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&e);
            return true;
        }
        struct node *item = read_node(r, &e, depth);
        if (!item)
            return false;
        ARENA_GROW(r->arena, list->items, list->n, cap);
        list->items[list->n++] = item;
    }
}

static int by_key(const void *x, const void *y)
{
    const struct node *a = (*(struct entry *const *)x)->key, *b = (*(struct entry *const *)y)->key;
    int order = strcmp(a->text, b->text);
    if (order)
        return order;
    return a->line != b->line ? (a->line < b->line ? -1 : 1) : (a->column > b->column) - (a->column < b->column);
}

/* The first of several entries with one key stays. Sorting keeps a large map from costing its square. */
static void drop_doubles(struct reader *r, struct node *map)
{
    struct entry **sorted = ARENA_ARRAY(r->arena, struct entry *, map->n);
    for (size_t i = 0; i < map->n; i++)
        sorted[i] = &map->entries[i];
    qsort(sorted, map->n, sizeof *sorted, by_key);
    for (size_t first = 0, i = 1; i < map->n; i++) {
        struct node *key = sorted[i]->key;
        if (strcmp(sorted[first]->key->text, key->text)) {
            first = i;
            continue;
        }
        problems_add(r->problems, key, "the key '%s' of line %d stands a second time on line %d", key->text,
                     sorted[first]->key->line, key->line);
        sorted[i]->value = NULL;
    }
    size_t kept = 0;
    for (size_t i = 0; i < map->n; i++)
        if (map->entries[i].value)
            map->entries[kept++] = map->entries[i];
    map->n = kept;
}

static bool key_is_text(struct reader *r, const struct node *key)
{
    if (key->kind == NODE_SCALAR && !node_is_nothing(key))
        return true;
    problems_add(r->problems, key, "a key must be a text, found %s", node_seen(key, r->problems));
    return false;
}

static bool read_map(struct reader *r, struct node *map, int depth)
{
    size_t cap = 0;
    yaml_event_t e;
    for (;;) {
        if (!next(r, &e))
            return false;
        if (e.type == YAML_MAPPING_END_EVENT)
            break;
        bool alias = e.type == YAML_ALIAS_EVENT;
        struct node *key = read_node(r, &e, depth);
        if (!key || !next(r, &e))
            return false;
        struct node *value = read_node(r, &e, depth);
        if (!value)
            return false;
        if (alias || !key_is_text(r, key))
            continue;
        ARENA_GROW(r->arena, map->entries, map->n, cap);
        map->entries[map->n++] = (struct entry){key, value};
    }
    yaml_event_delete(&e);
    if (map->n > 1)
        drop_doubles(r, map);
    return true;
}

static bool within_limits(struct reader *r, const yaml_event_t *e, int depth)
{
    if (++r->nodes > TREE_NODES) {
        REFUSE(r, e->start_mark, "the file has more than %d values", TREE_NODES);
        return false;
    }
    if (depth > TREE_DEPTH && (e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT)) {
        REFUSE(r, e->start_mark, "lists and maps are nested more than %d deep", TREE_DEPTH);
        return false;
    }
    return true;
}

/* The node that begins with the event, which is deleted here. Lists and maps at `depth`, the root's is 1. NULL: told.
 * An alias is told and leaves a node with nothing in it. */
static struct node *read_node(struct reader *r, yaml_event_t *e, int depth)
{
    struct node *n = ARENA_NEW(r->arena, struct node);
    n->kind = NODE_SCALAR;
    n->text = "";
    n->line = (int)e->start_mark.line + 1;
    n->column = (int)e->start_mark.column + 1;
    n->source = r->source;
    bool whole = within_limits(r, e, depth);
    if (!whole) {
        ;
    } else if (e->type == YAML_SCALAR_EVENT) {
        read_scalar(r, e, n);
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        refuse_marks(r, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
        n->kind = NODE_LIST;
        whole = read_list(r, n, depth + 1);
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        refuse_marks(r, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
        n->kind = NODE_MAP;
        whole = read_map(r, n, depth + 1);
    } else if (e->type == YAML_ALIAS_EVENT) {
        REFUSE(r, e->start_mark, "aliases are not used here: '*%s'; write the value itself",
               (const char *)e->data.alias.anchor);
    } else {
        REFUSE(r, e->start_mark, "a value is missing here");
        whole = false;
    }
    yaml_event_delete(e);
    return whole ? n : NULL;
}

/* ---- The document ---- */

static void refuse_directives(struct reader *r, const yaml_event_t *e)
{
    bool tags = e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end;
    if (e->data.document_start.version_directive || tags)
        REFUSE(r, e->start_mark, "directives (lines that begin with %%) are not used here");
}

/* The one document of the stream, whose start has been read; then its end and the stream's. */
static struct node *read_document(struct reader *r)
{
    yaml_event_t e;
    if (!next(r, &e))
        return NULL;
    struct node *root = read_node(r, &e, 1);
    if (!root || !next(r, &e)) /* the end of the document */
        return NULL;
    yaml_event_delete(&e);
    if (!next(r, &e))
        return NULL;
    if (e.type != YAML_STREAM_END_EVENT)
        REFUSE(r, e.start_mark, "a second document begins here; one file is one document");
    yaml_event_delete(&e);
    return root;
}

static struct node *read_stream(struct reader *r)
{
    yaml_event_t e;
    if (!next(r, &e)) /* the start of the stream */
        return NULL;
    yaml_event_delete(&e);
    if (!next(r, &e))
        return NULL;
    bool empty = e.type != YAML_DOCUMENT_START_EVENT;
    if (!empty)
        refuse_directives(r, &e);
    yaml_event_delete(&e);
    if (!empty)
        return read_document(r);
    problems_add_file(r->problems, r->source->file, "the file is empty");
    return NULL;
}

struct node *tree_read(struct arena *a, const char *file, struct bytes in, struct problems *p)
{
    if (in.n > TREE_BYTES) {
        problems_add_file(p, file, "the file has %zu bytes; at most %d can be read", in.n, TREE_BYTES);
        return NULL;
    }
    size_t mark = in.n >= 3 && !memcmp(in.p, "\xef\xbb\xbf", 3) ? 3 : 0;
    struct source *source = ARENA_NEW(a, struct source);
    source->file = arena_str(a, file);
    source->n = in.n - mark;
    source->text = source->n ? arena_strn(a, (const char *)in.p + mark, source->n) : "";
    struct reader r = {.arena = a, .source = source, .problems = p};
    if (!bytes_are_fine(&r))
        return NULL;
    REQUIRE(yaml_parser_initialize(&r.parser));
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)source->text, source->n);
    struct node *root = read_stream(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

/* ---- Taking out ---- */

static bool cites(const struct node *n, const char *key, const char *word)
{
    return n->kind == NODE_MAP && node_has_word(node_get(n, key), word);
}

size_t tree_prune(struct node *root, const char *key, const char *word)
{
    size_t kept = 0, gone = 0;
    if (root->kind == NODE_SCALAR)
        return 0;
    for (size_t i = 0; i < root->n; i++) {
        struct node *inside = root->kind == NODE_LIST ? root->items[i] : root->entries[i].value;
        if (cites(inside, key, word)) {
            gone++;
            continue;
        }
        gone += tree_prune(inside, key, word);
        if (root->kind == NODE_LIST)
            root->items[kept++] = inside;
        else
            root->entries[kept++] = root->entries[i];
    }
    root->n = kept;
    return gone;
}
