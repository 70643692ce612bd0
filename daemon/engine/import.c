/* A case from before the system: all of its acts in one command, judged in their order by the same law, all or none.
 *
 * First every act is judged on the case as the one before left it, and drafted; only when all of them, and the end of
 * the import, are accepted is anything written: an event for each act with its mark, then the event of the import
 * itself, which tells and asks once what is still open. A case is known by the office's own key for it: the same acts
 * again do nothing, others under the same key are refused.
 */
#include "daemon/engine/dedupe.h"
#include "daemon/engine/inside.h"

#include <string.h>

enum { ACTS_MOST = 1000, NAME_MOST = 64 };

struct import {
    struct engine *e;
    struct arena *a;
    const struct origin *o;
    const struct value *fields, *acts;
    const char *key, *procedure;
    struct judge judge; /* of the act at hand; the case as it is by then */
    struct value *kase;
    struct draft *draft;    /* one for each act, then the import's own */
    struct value **message; /* the act as if it had been sent by itself */
    size_t n;
    int64_t *linked; /* cases that an act linked: each may be linked once */
    size_t nlinked;
    struct draft refused;
    bool is_refused;
};

static void refuse(struct import *m, struct draft d)
{
    if (!m->is_refused)
        m->refused = d;
    m->is_refused = true;
}

/* ---- the form of it ---- */

static bool is_key(const char *s)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t n = strlen(s);
    return n >= 1 && n <= NAME_MOST && strspn(s, allowed) == n;
}

static bool may_import(struct import *m)
{
    const struct register_book *r = m->e->fold->reg;
    const char *principal = m->o->principal, *second = v_get_str(m->o->message, "second", "");
    bool admin = strcmp(principal, m->e->administrator) == 0;
    if (!admin && !(register_rights(r, principal) & (RIGHT_IMPORT | RIGHT_ADMIN)))
        refuse(m, draft_refused("right", "no-right-to-import", "the principal has no right to import"));
    else if (!*v_get_str(m->o->message, "reason", ""))
        refuse(m, draft_refused("form", "import-reason", "an import needs a reason"));
    else if (strcmp(second, principal) == 0 || !(register_rights(r, second) & RIGHT_APPROVE))
        refuse(m, draft_refused("form", "import-second", "an import needs a second person with the right approve"));
    return !m->is_refused;
}

static bool form_fits(struct import *m)
{
    static const char *const names[] = {"key", "file", "acts", NULL};
    struct draft d;
    if (!fields_are(m->a, m->fields, names, &d))
        refuse(m, d);
    const struct value *file = v_get(m->fields, "file");
    m->n = v_count(m->acts);
    if (!m->is_refused && !is_key(m->key))
        refuse(m,
               draft_refused("form", "import-key", "key is 1 to 64 of A-Z, a-z, 0-9, - and _: it stands in the open"));
    else if (!m->is_refused && (v_kind(file) != V_BIN || file->u.bin.n != HASH_LEN || v_kind(m->acts) != V_LIST ||
                                !m->n || m->n > ACTS_MOST))
        refuse(m, draft_refused("form", "field-wrong", "file is a hash of 32 bytes, acts a list of 1 to 1000 acts"));
    return !m->is_refused;
}

/* ---- the same again ---- */

/* What the acts say, whatever line they stand on. */
static struct value *content(struct arena *a, const struct value *acts)
{
    struct value *all = v_map(a), *list = v_list(a);
    for (size_t i = 0; i < v_count(acts); i++) {
        struct value *one = v_copy(a, v_at(acts, i));
        v_del(one, "line");
        v_push(a, list, one);
    }
    v_put(a, all, "acts", list);
    return content_hash(a, all, NULL);
}

/* The case that was imported under the key; 0: none. */
static enum status case_of_key(struct import *m, int64_t *ret)
{
    struct key k = key_str("import");
    key_add_str(&k, m->procedure);
    key_add_str(&k, m->key);
    struct store_cursor *c = store_cursor(m->e->txn, DB_INDEX);
    enum status st = store_seek(c, key_bytes(&k));
    uint64_t kase = 0;
    if (!st && key_has_prefix(store_key(c), key_bytes(&k))) {
        struct bytes rest = {store_key(c).p + k.n, store_key(c).n - k.n};
        st = key_take_u64(&rest, &kase);
    }
    store_cursor_free(c);
    *ret = (int64_t)kase;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* *ret_there: it was imported before, word for word: the answer says which case it is. */
static enum status same_again(struct import *m, bool *ret_there)
{
    int64_t number;
    struct value *kase, *map;
    *ret_there = false;
    enum status st = case_of_key(m, &number);
    if (st || !number)
        return st;
    st = case_load(m->e, m->a, number, &kase);
    if (!st)
        st = private_read(m->a, m->e->txn, (uint64_t)v_number(v_path(kase, "imported.event"), 0), &map, NULL);
    if (st && st != ST_NOT_FOUND)
        return st;
    *ret_there = !st && v_equal(v_path(map, "fields.content"), content(m->a, m->acts));
    if (!*ret_there) {
        refuse(m, draft_refused(
                      "conflict", "import-differs",
                      arena_printf(m->a, "case %lld was imported under this key with other acts", (long long)number)));
        return ST_OK;
    }
    m->draft[0] = draft_new(m->a, NULL, NULL); /* accepted, and nothing is written */
    v_put_int(m->a, m->draft[0].answer, "case", number);
    v_put_str(m->a, m->draft[0].answer, "stage", v_get_str(kase, "stage", ""));
    v_put_bool(m->a, m->draft[0].answer, "already", true);
    return ST_OK;
}

/* ---- judging ---- */

static struct value *act_message(struct import *m, const struct value *act)
{
    static const char *const keys[] = {"act", "done", "by", "fields", "papers", "part", "second"};
    struct value *c = v_map(m->a);
    v_put_str(m->a, c, "t", "command");
    if (m->kase)
        v_put(m->a, c, "case", v_get(m->kase, "case"));
    else
        v_put_str(m->a, c, "procedure", m->procedure);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (v_get(act, keys[i]))
            v_put(m->a, c, keys[i], v_get(act, keys[i]));
    return c;
}

/* Every paper of an act was put before: the command names them all where papers are claimed. */
static bool papers_claimed(const struct import *m, const struct value *papers)
{
    const struct value *claimed = v_path(m->o->message, "papers.import");
    for (size_t i = 0; v_kind(papers) == V_MAP && i < v_count(papers); i++) {
        const struct value *list = papers->u.map.pair[i].val;
        for (size_t k = 0; k < v_count(list); k++) {
            bool there = false;
            for (size_t n = 0; n < v_count(claimed) && !there; n++)
                there = v_equal(v_at(claimed, n), v_at(list, k));
            if (!there)
                return false;
        }
    }
    return true;
}

static bool links_once(struct import *m)
{
    const struct value *linked = m->judge.linked;
    for (size_t i = 0; linked && i < v_count(linked); i++) {
        int64_t other = v_get_int(linked->u.map.pair[i].val, "case", 0);
        for (size_t k = 0; k < m->nlinked; k++)
            if (m->linked[k] == other)
                return false;
        if (m->nlinked < ACTS_MOST)
            m->linked[m->nlinked++] = other;
    }
    return true;
}

static void refuse_line(struct import *m, struct draft d, const struct value *act)
{
    d.line = v_get_int(act, "line", 0);
    d.remember = false;
    refuse(m, d);
}

/* The procedure that was in force when the case began is the case's own from then on. */
static enum status find_law(struct import *m, const struct value *act)
{
    struct day done;
    if (m->judge.procedure)
        return ST_OK;
    if (day_parse(v_get_str(act, "done", ""), &done)) {
        struct draft d = draft_refused("form", "done-missing", "say on which day it took effect, as 2019-03-22");
        d.rejection.field = "done";
        refuse_line(m, d, act);
        return ST_OK;
    }
    m->judge.procedure = laws_active(m->e->laws, m->procedure, done);
    if (!m->judge.procedure)
        refuse_line(m, draft_refused("form", "procedure-unknown", "no version of it is in force on that day"), act);
    return ST_OK;
}

/* The case as the next act finds it. */
static enum status carry_on(struct import *m, const struct decision *d)
{
    if (!m->kase)
        m->kase = v_map(m->a);
    enum status st = case_apply(m->a, m->kase, d->changes);
    const struct stage *stage = procedure_stage(m->judge.procedure, d->stage);
    v_del(m->kase, "ended");
    if (stage && stage->end)
        v_put_bool(m->a, m->kase, "ended", true);
    m->judge.kase = m->kase;
    m->judge.event++;
    m->judge.next_task += d->tasks;
    return st;
}

static void mark(struct import *m, struct draft *d, const struct value *act)
{
    struct value *imported = v_map(m->a);
    v_put(m->a, imported, "file", v_get(m->fields, "file"));
    v_put_int(m->a, imported, "line", v_get_int(act, "line", 0));
    v_put_str(m->a, imported, "key", m->key);
    v_put(m->a, d->keys, "imported", imported);
}

/* What stands in `acts` was not looked at when the message came in. */
static bool act_fits(struct import *m, const struct value *act)
{
    static const struct {
        const char *key;
        enum value_kind kind;
    } keys[] = {{"line", V_INT},   {"act", V_STR},    {"done", V_STR}, {"by", V_MAP},
                {"fields", V_MAP}, {"papers", V_MAP}, {"part", V_INT}, {"second", V_STR}};
    const char *wrong = v_kind(act) == V_MAP ? NULL : "acts";
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !wrong; i++)
        if (v_get(act, keys[i].key) && v_kind(v_get(act, keys[i].key)) != keys[i].kind)
            wrong = keys[i].key;
    if (!wrong)
        return true;
    struct draft d = draft_refused("form", "field-wrong", arena_printf(m->a, "%s of an act has another form", wrong));
    d.rejection.field = wrong;
    refuse_line(m, d, act);
    return false;
}

static enum status judge_act(struct import *m, size_t i)
{
    const struct value *act = v_at(m->acts, i);
    if (!act_fits(m, act))
        return ST_OK;
    struct value *message = m->message[i] = act_message(m, act);
    enum status st = find_law(m, act);
    if (!st && !m->is_refused)
        st = cases_linked(m->e, m->a, m->judge.procedure, message, &m->judge.linked);
    if (st || m->is_refused)
        return st;
    if (!papers_claimed(m, v_get(act, "papers")))
        refuse_line(m, draft_refused("form", "paper-unknown", "a paper was not put before the import"), act);
    else if (!links_once(m))
        refuse_line(m, draft_refused("form", "link-twice", "an import links another case once"), act);
    if (m->is_refused)
        return ST_OK;
    m->judge.command = message;
    struct decision d = decide(m->a, &m->judge);
    d.notices = d.transitions = v_list(m->a); /* they were told then */
    st = draft_decision(m->e, m->a, m->judge.procedure, m->kase, SIZE_MAX, &d, "act", &m->draft[i]);
    if (st)
        return st;
    if (!m->draft[i].accepted) {
        refuse_line(m, m->draft[i], act);
        return ST_OK;
    }
    mark(m, &m->draft[i], act);
    return carry_on(m, &d);
}

/* The import's own event: it opens the case for whoever counts transitions. */
static enum status judge_end(struct import *m)
{
    struct draft *end = &m->draft[m->n];
    m->judge.command = m->o->message;
    struct decision d = decide_imported(m->a, &m->judge, m->key, v_get(m->fields, "file"));
    enum status st = draft_decision(m->e, m->a, m->judge.procedure, m->kase, SIZE_MAX, &d, "import", end);
    if (st || !end->accepted) {
        refuse(m, *end);
        return st;
    }
    const struct value *transitions = v_get(end->keys, "transitions");
    for (size_t i = 0; i < v_count(transitions); i++)
        v_del(v_at(transitions, i), "was");
    mark(m, end, v_at(m->acts, 0));
    v_put_int(m->a, end->answer, "acts", (int64_t)m->n);
    end->private_ = v_map(m->a);
    v_put(m->a, end->private_, "content", content(m->a, m->acts));
    return ST_OK;
}

static enum status judge_all(struct import *m)
{
    m->judge = (struct judge){.principal = m->o->principal, .past = true};
    enum status st = judge_numbers(m->e, &m->judge);
    for (size_t i = 0; !st && !m->is_refused && i < m->n; i++)
        st = judge_act(m, i);
    return st || m->is_refused ? st : judge_end(m);
}

/* ---- writing ---- */

/* Each event guards its private part by a salt of its own. */
static const uint8_t *salt_of(struct import *m, size_t i)
{
    uint64_t n = (uint64_t)i;
    struct hash h = hash_two(m->o->salt, EVENT_SALT, (const uint8_t *)&n, sizeof n);
    return arena_copy(m->a, h.b, EVENT_SALT);
}

/* The notices of the end stand at their numbers only when the events before it are written. */
static enum status write_all(struct import *m, struct value **ret)
{
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < m->n; i++) {
        const struct origin o = {.principal = m->o->principal,
                                 .key = m->o->key,
                                 .id = arena_printf(m->a, "import/%s/%zu", m->o->id, i + 1),
                                 .message = m->message[i],
                                 .salt = salt_of(m, i)};
        st = event_write(m->e, m->a, &o, &m->draft[i], ret);
    }
    if (!st)
        st = judge_end(m);
    return st ? st : event_write(m->e, m->a, m->o, &m->draft[m->n], ret);
}

enum status import_do(struct engine *e, struct arena *a, const struct origin *o, struct value **ret)
{
    const struct value *fields = v_get(o->message, "fields");
    struct import m = {.e = e, .a = a, .o = o, .fields = fields, .acts = v_get(fields, "acts")};
    struct when now;
    bool dry = v_get_bool(o->message, "dry"), there = false;
    m.key = v_get_str(fields, "key", "");
    m.procedure = v_get_str(o->message, "procedure", "");
    enum status st = engine_now(e, &now);
    if (!st && may_import(&m) && form_fits(&m)) {
        m.draft = ARENA_ARRAY(a, struct draft, m.n + 1);
        m.message = ARENA_ARRAY(a, struct value *, m.n + 1);
        m.linked = ARENA_ARRAY(a, int64_t, ACTS_MOST);
        st = same_again(&m, &there);
        if (!st && !there && !m.is_refused)
            st = judge_all(&m);
    }
    if (st)
        return st;
    if (!m.is_refused && !there && !dry)
        return write_all(&m, ret);
    *ret = draft_answer(e, a, m.is_refused ? &m.refused : &m.draft[there ? 0 : m.n], 0, now);
    if (there && !m.is_refused)
        v_del(*ret, "dry");
    return ST_OK;
}
