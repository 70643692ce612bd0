/* Questions about the record as a whole: the feed, the events, proofs; the law; the register; an answer again. */
#include "daemon/base/check.h"
#include "daemon/engine/asking.h"
#include "daemon/engine/dedupe.h"

#include <string.h>

/* ---- feed and events ---- */

/* A page of records with dense numbers from `from` on. */
static enum status numbered(struct asking *k, enum store_db db, struct key prefix, const char *name)
{
    int64_t first = v_get_int(k->m, "from", 1);
    struct key from = prefix;
    struct value *list = v_list(k->a);
    key_add_u64(&from, first < 1 ? 1 : (uint64_t)first);
    v_put(k->a, k->answer, name, list);
    struct store_cursor *c = store_cursor(k->t, db);
    uint64_t n = first < 1 ? 1 : (uint64_t)first;
    enum status st = store_seek(c, key_bytes(&from));
    for (; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c), n++) {
        struct value *item;
        st = record_read(k->a, k->t, db, store_key(c), &item);
        if (st || !page_put(k, list, item))
            break;
    }
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : asking_bad(k, st, db, n);
}

static enum status put_last(struct asking *k, enum count_head head)
{
    int64_t last;
    enum status st = number_read(k, head_key(head), &last);
    if (!st)
        v_put_int(k->a, k->answer, "last", last);
    return st;
}

enum status ask_transitions(struct asking *k)
{
    enum status st = numbered(k, DB_STREAMS, key_str("transitions"), "transitions");
    return st ? st : put_last(k, HEAD_TRANSITION);
}

enum status ask_events(struct asking *k)
{
    struct key all;
    key_begin(&all);
    enum status st = numbered(k, DB_EVENTS, all, "events");
    return st ? st : put_last(k, HEAD_EVENT);
}

/* ---- proofs ---- */

void put_hashes(struct asking *k, const struct hash *hash, size_t n)
{
    struct value *list = v_list(k->a);
    for (size_t i = 0; i < n; i++)
        v_push(k->a, list, v_bin(k->a, hash[i].b, HASH_LEN));
    v_put(k->a, k->answer, "hashes", list);
}

/* Events are numbered from 1, leaves from 0. */
enum status ask_inclusion(struct asking *k)
{
    int64_t n = v_get_int(k->m, "n", 0), size = v_get_int(k->m, "size", 0);
    struct hash proof[PROOF_MOST];
    size_t count;
    if (n < 1 || size < n)
        return refuse(k, "form", "not-found", "n must be an event, size at least n");
    enum status st = hashtree_inclusion(k->t, (uint64_t)n - 1, (uint64_t)size, proof, &count);
    if (!st)
        put_hashes(k, proof, count);
    return st;
}

enum status ask_consistency(struct asking *k)
{
    int64_t old = v_get_int(k->m, "old", 0), new_size = v_get_int(k->m, "new", 0);
    struct hash proof[PROOF_MOST];
    size_t count;
    if (old < 0 || new_size < old)
        return refuse(k, "form", "not-found", "new must be at least old");
    enum status st = hashtree_consistency(k->t, (uint64_t)old, (uint64_t)new_size, proof, &count);
    if (!st)
        put_hashes(k, proof, count);
    return st;
}

/* ---- an answer again ---- */

enum status ask_command(struct asking *k)
{
    const char *id = v_get_str(k->m, "command", "");
    struct remembered r;
    uint8_t ignored[16];
    if (!uuid_parse(id, ignored))
        return refuse(k, "form", "id-wrong", "command must be the id of a command");
    enum status st = dedupe_find(k->a, k->t, k->q->principal, id, NULL, &r);
    if (st)
        return st;
    if (!r.event)
        return refuse(k, "form", "not-found", "no command of that id is remembered");
    v_put(k->a, k->answer, "answer", answer_with_id(k->a, r.answer, id));
    return ST_OK;
}

/* ---- the law ---- */

static enum status put_source(struct asking *k, const struct procedure *p)
{
    struct bytes text;
    enum status st = store_get(k->t, DB_SOURCES, (struct bytes){p->hash.b, HASH_LEN}, &text);
    if (st)
        return st;
    v_put_str(k->a, k->answer, "procedure", p->name);
    v_put_int(k->a, k->answer, "version", p->version);
    v_put(k->a, k->answer, "source", v_strn(k->a, (const char *)text.p, text.n));
    return ST_OK;
}

enum status ask_procedure(struct asking *k)
{
    const struct laws *l = view_laws(k->q->view);
    const char *name = v_get_str(k->m, "procedure", NULL);
    if (name) {
        const struct procedure *p =
            v_get(k->m, "version") ? laws_version(l, name, v_get_int(k->m, "version", 0)) : laws_newest(l, name);
        return p ? put_source(k, p) : refuse(k, "form", "not-found", "no such procedure is loaded");
    }
    struct value *list = v_list(k->a);
    for (size_t i = 0; i < laws_count(l); i++) {
        struct day from;
        char day[DAY_TEXT];
        const struct procedure *p = laws_at(l, i, &from);
        struct value *item = v_map(k->a);
        v_put_str(k->a, item, "procedure", p->name);
        v_put_int(k->a, item, "version", p->version);
        v_put_str(k->a, item, "title", p->title);
        if (day_is(from))
            v_put_str(k->a, item, "active_from", day_text(from, day));
        v_put(k->a, item, "hash", v_bin(k->a, p->hash.b, HASH_LEN));
        v_push(k->a, list, item);
    }
    v_put(k->a, k->answer, "procedures", list);
    return ST_OK;
}

/* ---- the register ---- */

static const char *entry_id(const struct value *entry, const char *kind)
{
    const char *field = strcmp(kind, "role") == 0 ? "principal" : strcmp(kind, "key") == 0 ? "key" : "id";
    return v_get_str(entry, field, "");
}

/* Names are for those who have to do with the person: the person's own unit, who manages its cadres, and inspectors. */
static bool reads_name(const struct asking *k, const struct value *person)
{
    const char *own = view_department(k->q->view, k->q->principal), *unit = v_get_str(person, "unit", NULL);
    if (has_right(k, "inspect"))
        return true;
    const struct register_book *r = view_register(k->q->view);
    bool managed = unit && !register_manages(r, NULL, unit); /* by anybody: else everybody might be who manages it */
    return has_right(k, "act") && own && unit &&
           (strcmp(own, unit) == 0 || (managed && register_manages(r, own, unit)));
}

/* The name of a person stands in the private part of the event that gave it last. */
static enum status entry_shown(struct asking *k, const char *kind, const struct value *entry, struct value **ret)
{
    *ret = v_copy(k->a, entry);
    int64_t named = v_get_int(entry, "named", 0);
    v_del(*ret, "named");
    if (strcmp(kind, "person") != 0 || !named || !reads_name(k, entry))
        return ST_OK;
    struct value *map;
    enum status st = private_read(k->a, k->t, (uint64_t)named, &map, NULL);
    if (!st)
        v_put_str(k->a, *ret, "name", v_text(v_path(map, "fields.name"), NULL));
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static bool is_kind(const char *kind)
{
    static const char *const kinds[] = {"department", "person", "role", "key"};
    bool is = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        is = is || strcmp(kind, kinds[i]) == 0;
    return is;
}

static bool only_monitors(const struct asking *k)
{
    static const char *const others[] = {"act", "enter", "watch", "inspect", "admin", "approve"};
    bool more = false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        more = more || has_right(k, others[i]);
    return !more && has_right(k, "monitor");
}

enum status ask_register(struct asking *k)
{
    const struct register_book *r = view_register(k->q->view);
    const char *kind = v_get_str(k->m, "kind", ""), *one = v_get_str(k->m, "entry", NULL);
    struct value *list = v_list(k->a);
    const char *last = "";
    if (view_subject(k->q->view, k->q->principal) && strcmp(kind, "department") != 0)
        return refuse(k, "right", "no-right", "the principal reads the departments of the register and nobody else");
    if (!is_kind(kind))
        return refuse(k, "form", "kind-unknown", "kind is department, person, role or key");
    if (strcmp(kind, "person") == 0 && only_monitors(k))
        return refuse(k, "right", "not-permitted", "who monitors reads nothing about persons");
    v_put(k->a, k->answer, "entries", list);
    for (size_t i = 0; i < register_count(r, kind); i++) {
        const struct value *entry = register_entry(r, kind, i);
        const char *id = entry_id(entry, kind);
        if ((one && strcmp(id, one) != 0) || strcmp(id, page_after(k)) <= 0)
            continue;
        struct value *shown;
        enum status st = entry_shown(k, kind, entry, &shown);
        if (st)
            return st;
        if (!page_put(k, list, shown)) {
            v_put_str(k->a, k->answer, "next", last);
            break;
        }
        last = id;
    }
    return ST_OK;
}
