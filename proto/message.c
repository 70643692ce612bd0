#include "proto/message.h"

#include "daemon/base/hash.h"
#include "proto/wire.h"

#include <string.h>

/* What may stand behind a key. */
#define KEY_KINDS(X)                                                                                                   \
    X(KEY_TEXT, "a text of at most 64 KiB")                                                                            \
    X(KEY_TAG, "a text of 1 to 64 bytes")                                                                              \
    X(KEY_UUID, "a UUID in its text form of 36 characters")                                                            \
    X(KEY_INT, "an integer")                                                                                           \
    X(KEY_COUNT, "an integer that is not negative")                                                                    \
    X(KEY_BOOL, "a boolean")                                                                                           \
    X(KEY_MAP, "a map")                                                                                                \
    X(KEY_SCALAR, "a text or an integer")                                                                              \
    X(KEY_HASH, "32 bytes")                                                                                            \
    X(KEY_CHUNK, "at most 256 KiB of bytes")                                                                           \
    X(KEY_BY, "a map of party or department")                                                                          \
    X(KEY_CAUSE, "a map of stream and position")                                                                       \
    X(KEY_SLOTS, "a map from slots to lists of hashes of 32 bytes")                                                    \
    X(KEY_POSITIONS, "a list of positions")                                                                            \
    X(KEY_FAILURES, "a list of maps of position and reason")                                                           \
    X(KEY_CLAIMS, "a list of maps of position and fence")

enum key_kind {
#define X(id, text) id,
    KEY_KINDS(X)
#undef X
};

enum { CHUNK_BYTES = 256 * 1024, UUID_BYTES = 36 };

struct key_rule {
    const char *owner; /* type, question or nested map */
    const char *key;
    enum key_kind kind;
    bool required;
};

/* `t` itself stands in every message and in no list. */
static const struct key_rule type_keys[] = {
    {"command", "id", KEY_UUID, true},
    {"command", "act", KEY_TAG, true},
    {"command", "case", KEY_INT, false},
    {"command", "procedure", KEY_TAG, false},
    {"command", "expect", KEY_INT, false},
    {"command", "done", KEY_TAG, false},
    {"command", "by", KEY_BY, false},
    {"command", "fields", KEY_MAP, false},
    {"command", "papers", KEY_SLOTS, false},
    {"command", "part", KEY_INT, false},
    {"command", "task", KEY_INT, false},
    {"command", "cause", KEY_CAUSE, false},
    {"command", "reason", KEY_TEXT, false},
    {"command", "second", KEY_TEXT, false},
    {"command", "dry", KEY_BOOL, false},
    {"report", "id", KEY_UUID, true},
    {"report", "stream", KEY_TAG, true},
    {"report", "name", KEY_TAG, true},
    {"report", "group", KEY_TAG, false},
    {"report", "received", KEY_COUNT, false},
    {"report", "took", KEY_CLAIMS, false},
    {"report", "done", KEY_POSITIONS, false},
    {"report", "failed", KEY_FAILURES, false},
    {"ask", "id", KEY_TAG, true},
    {"ask", "q", KEY_TAG, true},
    {"open", "id", KEY_TAG, true},
    {"open", "stream", KEY_TAG, true},
    {"open", "name", KEY_TAG, true},
    {"open", "group", KEY_TAG, false},
    {"open", "after", KEY_COUNT, false},
    {"open", "messages", KEY_COUNT, true},
    {"open", "bytes", KEY_COUNT, true},
    {"credit", "session", KEY_INT, true},
    {"credit", "messages", KEY_COUNT, true},
    {"credit", "bytes", KEY_COUNT, true},
    {"beat", "session", KEY_INT, true},
    {"close", "session", KEY_INT, true},
    {"paper-put", "id", KEY_TAG, true},
    {"paper-put", "hash", KEY_HASH, true},
    {"paper-put", "size", KEY_COUNT, true},
    {"paper-put", "offset", KEY_COUNT, true},
    {"paper-put", "data", KEY_CHUNK, true},
    {"paper-get", "id", KEY_TAG, true},
    {"paper-get", "case", KEY_INT, true},
    {"paper-get", "hash", KEY_HASH, true},
    {"paper-get", "offset", KEY_COUNT, true},
};

static const char *const questions[] = {
    "status",    "census",   "calendar-preview", "case",      "cases",       "history",     "explain",
    "tasks",     "form",     "notice",           "served",    "unserved",    "transitions", "events",
    "procedure", "register", "command",          "inclusion", "consistency", "head",
};

/* What a question may carry beside t, id and q. */
static const struct key_rule question_keys[] = {
    {"calendar-preview", "source", KEY_TEXT, true},
    {"calendar-preview", "after", KEY_SCALAR, false},
    {"calendar-preview", "limit", KEY_COUNT, false},
    {"case", "case", KEY_INT, true},
    {"case", "as_of", KEY_TAG, false},
    {"cases", "procedure", KEY_TAG, false},
    {"cases", "stage", KEY_TEXT, false},
    {"cases", "department", KEY_TAG, false},
    {"cases", "outcome", KEY_TAG, false},
    {"cases", "subject", KEY_TEXT, false},
    {"cases", "as_of", KEY_TAG, false},
    {"cases", "after", KEY_SCALAR, false},
    {"cases", "limit", KEY_COUNT, false},
    {"history", "case", KEY_INT, true},
    {"history", "as_of", KEY_TAG, false},
    {"history", "after", KEY_SCALAR, false},
    {"history", "limit", KEY_COUNT, false},
    {"explain", "case", KEY_INT, true},
    {"explain", "as_of", KEY_TAG, false},
    {"tasks", "department", KEY_TAG, false},
    {"tasks", "case", KEY_INT, false},
    {"tasks", "after", KEY_SCALAR, false},
    {"tasks", "limit", KEY_COUNT, false},
    {"form", "case", KEY_INT, false},
    {"form", "act", KEY_TAG, true},
    {"form", "procedure", KEY_TAG, false},
    {"form", "task", KEY_INT, false},
    {"notice", "stream", KEY_TAG, true},
    {"notice", "position", KEY_COUNT, true},
    {"served", "case", KEY_INT, true},
    {"unserved", "department", KEY_TAG, false},
    {"unserved", "after", KEY_SCALAR, false},
    {"unserved", "limit", KEY_COUNT, false},
    {"transitions", "from", KEY_COUNT, true},
    {"transitions", "limit", KEY_COUNT, false},
    {"events", "from", KEY_COUNT, true},
    {"events", "limit", KEY_COUNT, false},
    {"procedure", "procedure", KEY_TAG, false},
    {"procedure", "version", KEY_SCALAR, false},
    {"register", "kind", KEY_TAG, true},
    {"register", "entry", KEY_TEXT, false},
    {"register", "after", KEY_SCALAR, false},
    {"register", "limit", KEY_COUNT, false},
    {"command", "command", KEY_UUID, true},
    {"inclusion", "n", KEY_COUNT, true},
    {"inclusion", "size", KEY_COUNT, true},
    {"consistency", "old", KEY_COUNT, true},
    {"consistency", "new", KEY_COUNT, true},
    {"head", "generation", KEY_COUNT, false},
    {"head", "number", KEY_COUNT, false},
    {"head", "root", KEY_HASH, false},
    {"head", "signature", KEY_CHUNK, false},
};

static const struct key_rule nested_keys[] = {
    {"by", "party", KEY_TAG, false},         {"by", "department", KEY_TAG, false},
    {"cause", "stream", KEY_TAG, true},      {"cause", "position", KEY_COUNT, true},
    {"failed", "position", KEY_COUNT, true}, {"failed", "reason", KEY_TEXT, true},
    {"took", "position", KEY_COUNT, true},   {"took", "fence", KEY_COUNT, true},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One owner's part of a list of rules. */
struct rules {
    const struct key_rule *rule;
    size_t n;
    const char *owner;
};

static const char *key_kind_text(enum key_kind kind)
{
    static const char *const text[] = {
#define X(id, text) text,
        KEY_KINDS(X)
#undef X
    };
    return text[kind];
}

const char *message_fault_name(enum message_fault_code code)
{
    static const char *const name[] = {
#define X(id, name) name,
        MESSAGE_FAULTS(X)
#undef X
    };
    return name[code];
}

static const char *const type_names[] = {"none",
#define X(id, name) name,
                                         MESSAGE_TYPES(X)
#undef X
};

const char *message_type_name(enum message_type type)
{
    return type < MESSAGE_TYPE_COUNT ? type_names[type] : "none";
}

enum message_type message_type(const struct value *v)
{
    const char *t = v_get_str(v, "t", "");
    for (int i = 1; i < MESSAGE_TYPE_COUNT; i++)
        if (!strcmp(t, type_names[i]))
            return (enum message_type)i;
    return MESSAGE_NONE;
}

/* ---- Kinds ---- */

static bool text_of(const struct value *v, size_t least, size_t most)
{
    return v_kind(v) == V_STR && v->u.str.n >= least && v->u.str.n <= most;
}

static bool is_uuid(const struct value *v)
{
    if (!text_of(v, UUID_BYTES, UUID_BYTES))
        return false;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        char c = v->u.str.s[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return true;
}

static bool is_hash(const struct value *v)
{
    return v_kind(v) == V_BIN && v->u.bin.n == HASH_LEN;
}

static bool is_count(const struct value *v)
{
    return v_kind(v) == V_INT && v->u.i >= 0;
}

static bool is_slots(const struct value *v)
{
    if (v_kind(v) != V_MAP)
        return false;
    for (size_t i = 0; i < v->u.map.n; i++) {
        const struct value *list = v->u.map.pair[i].val;
        if (v_kind(list) != V_LIST)
            return false;
        for (size_t j = 0; j < list->u.list.n; j++)
            if (!is_hash(list->u.list.item[j]))
                return false;
    }
    return true;
}

static bool is_positions(const struct value *v)
{
    if (v_kind(v) != V_LIST)
        return false;
    for (size_t i = 0; i < v->u.list.n; i++)
        if (!is_count(v->u.list.item[i]))
            return false;
    return true;
}

static bool kind_fits(const struct value *v, enum key_kind kind)
{
    switch (kind) {
    case KEY_TEXT:
        return text_of(v, 0, MESSAGE_TEXT);
    case KEY_TAG:
        return text_of(v, 1, MESSAGE_TAG);
    case KEY_UUID:
        return is_uuid(v);
    case KEY_INT:
        return v_kind(v) == V_INT;
    case KEY_COUNT:
        return is_count(v);
    case KEY_BOOL:
        return v_kind(v) == V_BOOL;
    case KEY_MAP:
    case KEY_BY:
    case KEY_CAUSE:
        return v_kind(v) == V_MAP;
    case KEY_SCALAR:
        return text_of(v, 0, MESSAGE_TEXT) || v_kind(v) == V_INT;
    case KEY_HASH:
        return is_hash(v);
    case KEY_CHUNK:
        return v_kind(v) == V_BIN && v->u.bin.n <= CHUNK_BYTES;
    case KEY_SLOTS:
        return is_slots(v);
    case KEY_POSITIONS:
        return is_positions(v);
    case KEY_FAILURES:
    case KEY_CLAIMS:
        return v_kind(v) == V_LIST;
    }
    return false;
}

/* ---- Maps ---- */

static const struct key_rule *rule_find(const struct rules *set, const char *key)
{
    for (size_t i = 0; i < set->n; i++)
        if (!strcmp(set->rule[i].owner, set->owner) && !strcmp(set->rule[i].key, key))
            return &set->rule[i];
    return NULL;
}

/* The first key that is required by the set and not in the map, or NULL. */
static const char *missing_key(const struct value *map, const struct rules *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct key_rule *r = &set->rule[i];
        if (r->required && !strcmp(r->owner, set->owner) && !v_get(map, r->key))
            return r->key;
    }
    return NULL;
}

static bool fault(struct message_fault *ret, enum message_fault_code code, const char *key, const char *inside,
                  const char *expected)
{
    *ret = (struct message_fault){code, key, inside, expected};
    return false;
}

/* A map inside a message: all its keys by the rules of `owner`. */
static bool nested_check(const struct value *map, const char *owner, struct message_fault *ret)
{
    struct rules set = {nested_keys, COUNT(nested_keys), owner};
    if (v_kind(map) != V_MAP)
        return fault(ret, MESSAGE_WRONG_TYPE, owner, NULL, key_kind_text(KEY_FAILURES));
    for (size_t i = 0; i < map->u.map.n; i++) {
        const struct pair *p = &map->u.map.pair[i];
        const struct key_rule *r = rule_find(&set, p->key);
        if (!r)
            return fault(ret, MESSAGE_UNKNOWN_KEY, p->key, owner, NULL);
        if (!kind_fits(p->val, r->kind))
            return fault(ret, MESSAGE_WRONG_TYPE, p->key, owner, key_kind_text(r->kind));
    }
    const char *missing = missing_key(map, &set);
    return missing ? fault(ret, MESSAGE_MISSING_KEY, missing, owner, NULL) : true;
}

static bool value_check(const struct value *v, const struct key_rule *r, struct message_fault *ret)
{
    if (!kind_fits(v, r->kind))
        return fault(ret, MESSAGE_WRONG_TYPE, r->key, NULL, key_kind_text(r->kind));
    if (r->kind == KEY_BY || r->kind == KEY_CAUSE)
        return nested_check(v, r->key, ret);
    if (r->kind == KEY_FAILURES || r->kind == KEY_CLAIMS)
        for (size_t i = 0; i < v->u.list.n; i++)
            if (!nested_check(v->u.list.item[i], r->key, ret))
                return false;
    return true;
}

static bool question_known(const char *q)
{
    for (size_t i = 0; i < COUNT(questions); i++)
        if (!strcmp(q, questions[i]))
            return true;
    return false;
}

bool message_check(const struct value *v, struct message_fault *ret)
{
    if (v_kind(v) != V_MAP)
        return fault(ret, MESSAGE_NOT_A_MAP, NULL, NULL, NULL);
    enum message_type type = message_type(v);
    if (type == MESSAGE_NONE)
        return fault(ret, MESSAGE_UNKNOWN_TYPE, NULL, NULL, NULL);
    const char *q = type == MESSAGE_ASK ? v_get_str(v, "q", "") : NULL;
    bool strict = !q || question_known(q);
    struct rules own = {type_keys, COUNT(type_keys), message_type_name(type)};
    struct rules more = {question_keys, q ? COUNT(question_keys) : 0, q};
    for (size_t i = 0; i < v->u.map.n; i++) {
        const struct pair *p = &v->u.map.pair[i];
        if (!strcmp(p->key, "t"))
            continue;
        const struct key_rule *r = rule_find(&own, p->key);
        if (!r)
            r = rule_find(&more, p->key);
        if (!r && strict)
            return fault(ret, MESSAGE_UNKNOWN_KEY, p->key, NULL, NULL);
        if (r && !value_check(p->val, r, ret))
            return false;
    }
    const char *missing = missing_key(v, &own);
    if (!missing)
        missing = missing_key(v, &more);
    return missing ? fault(ret, MESSAGE_MISSING_KEY, missing, NULL, NULL) : true;
}

const char *message_id(const struct value *v)
{
    const struct value *id = v_get(v, "id");
    return text_of(id, 1, MESSAGE_TAG) ? id->u.str.s : NULL;
}

/* ---- Makers ---- */

struct value *message_fault(struct arena *a, const char *code, const char *text, int64_t at, const char *id)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "t", "fault");
    v_put_str(a, v, "code", code);
    v_put_str(a, v, "text", text);
    if (at >= 0)
        v_put_int(a, v, "at", at);
    v_put_str(a, v, "id", id);
    return v;
}

/* A key of a stranger's may be as long as a message: show its beginning, cut between characters. */
static const char *shown(struct arena *a, const char *key)
{
    size_t n = strnlen(key, MESSAGE_TAG + 1);
    if (n <= MESSAGE_TAG)
        return key;
    n = MESSAGE_TAG;
    while (n > 0 && ((unsigned char)key[n] & 0xc0) == 0x80)
        n--;
    return arena_printf(a, "%.*s…", (int)n, key);
}

struct value *message_fault_of(struct arena *a, const struct message_fault *f, const char *id)
{
    const char *key = f->key ? shown(a, f->key) : "";
    const char *in = f->inside ? arena_printf(a, " in '%s'", f->inside) : "";
    const char *text = "";
    switch (f->code) {
    case MESSAGE_FINE:
        break;
    case MESSAGE_NOT_A_MAP:
        text = "a message is a map";
        break;
    case MESSAGE_UNKNOWN_TYPE:
        text = "'t' is missing or names no message that the daemon takes";
        break;
    case MESSAGE_UNKNOWN_KEY:
        text = arena_printf(a, "the key '%s'%s is not known", key, in);
        break;
    case MESSAGE_MISSING_KEY:
        text = arena_printf(a, "the key '%s'%s is missing", key, in);
        break;
    case MESSAGE_WRONG_TYPE:
        text = arena_printf(a, "the key '%s'%s must be %s", key, in, f->expected);
        break;
    case MESSAGE_TOO_MANY_FRAMES:
        text = "a message is exactly one frame";
        break;
    case MESSAGE_BAD_ROUTING_ID:
        text = "a client sets no routing id";
        break;
    }
    return message_fault(a, message_fault_name(f->code), text, -1, id);
}

struct value *message_refused(struct arena *a, const char *id, const char *kind, const char *code, const char *text)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "t", "refused");
    v_put_str(a, v, "id", id);
    v_put_str(a, v, "kind", kind);
    v_put_str(a, v, "code", code);
    v_put_str(a, v, "text", text);
    v_put_bool(a, v, "remembered", false);
    return v;
}

struct value *message_ended(struct arena *a, int64_t session, const char *reason)
{
    struct value *v = v_map(a);
    v_put_str(a, v, "t", "ended");
    v_put_int(a, v, "session", session);
    v_put_str(a, v, "reason", reason);
    return v;
}

/* The header of a list of n items, as wire_encode() would write it. */
static void list_header(struct buf *out, size_t n)
{
    if (n < 16) {
        buf_u8(out, (uint8_t)(0x90 | n));
        return;
    }
    buf_u8(out, 0xdc);
    buf_u8(out, (uint8_t)(n >> 8));
    buf_u8(out, (uint8_t)n);
}

void message_group_notices(struct buf *out, int64_t session, int64_t fence, bool again, const struct bytes *notices,
                           size_t n)
{
    struct arena *a = arena_new();
    buf_u8(out, 0x85);
    wire_encode(out, v_str(a, "t"));
    wire_encode(out, v_str(a, "notices"));
    wire_encode(out, v_str(a, "session"));
    wire_encode(out, v_int(a, session));
    wire_encode(out, v_str(a, "fence"));
    wire_encode(out, v_int(a, fence));
    wire_encode(out, v_str(a, "again"));
    wire_encode(out, v_bool(a, again));
    wire_encode(out, v_str(a, "notices"));
    list_header(out, n);
    for (size_t i = 0; i < n; i++)
        buf_put(out, notices[i].p, notices[i].n);
    arena_free(a);
}

void message_notices(struct buf *out, int64_t session, const struct bytes *notices, size_t n)
{
    /* The notices are encoded already: only the frame around them is made, as a map of three whose last value follows
     * by hand. */
    struct arena *a = arena_new();
    buf_u8(out, 0x83);
    wire_encode(out, v_str(a, "t"));
    wire_encode(out, v_str(a, "notices"));
    wire_encode(out, v_str(a, "session"));
    wire_encode(out, v_int(a, session));
    wire_encode(out, v_str(a, "notices"));
    list_header(out, n);
    for (size_t i = 0; i < n; i++)
        buf_put(out, notices[i].p, notices[i].n);
    arena_free(a);
}
