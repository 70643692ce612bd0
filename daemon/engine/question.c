#include "daemon/engine/question.h"

#include "daemon/core/case.h"
#include "daemon/engine/asking.h"
#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the questions share ---- */

enum status refuse(struct asking *k, const char *kind, const char *code, const char *text)
{
    struct value *v = v_map(k->a);
    v_put_str(k->a, v, "t", "refused");
    v_put_str(k->a, v, "id", v_get_str(k->m, "id", ""));
    v_put_str(k->a, v, "kind", kind);
    v_put_str(k->a, v, "code", code);
    v_put_str(k->a, v, "text", text);
    v_put_bool(k->a, v, "remembered", false);
    k->refused = v;
    return ST_OK;
}

bool has_right(const struct asking *k, const char *right)
{
    return view_right(k->q->view, k->q->principal, right);
}

size_t page_limit(const struct asking *k)
{
    int64_t n = v_get_int(k->m, "limit", PAGE_USUAL);
    return n < 1 ? 1 : n > PAGE_MOST ? PAGE_MOST : (size_t)n;
}

const char *page_after(const struct asking *k)
{
    return v_get_str(k->m, "after", "");
}

uint64_t page_after_number(const struct asking *k)
{
    return strtoull(page_after(k), NULL, 10);
}

bool page_put(struct asking *k, struct value *list, const struct value *item)
{
    struct buf encoded = {0};
    wire_encode(&encoded, item);
    size_t bytes = encoded.n;
    buf_done(&encoded);
    if (v_count(list) >= page_limit(k) || (v_count(list) && bytes > PAGE_BYTES - k->page_bytes))
        return false;
    k->page_bytes += bytes < PAGE_BYTES - k->page_bytes ? bytes : PAGE_BYTES - k->page_bytes;
    v_push(k->a, list, v_copy(k->a, item));
    return true;
}

enum status number_read(struct asking *k, struct key key, int64_t *ret)
{
    return count_read(k->t, key_bytes(&key), ret);
}

enum status asking_bad(struct asking *k, enum status st, enum store_db db, uint64_t n)
{
    if (st == ST_CORRUPT && !k->bad_database) {
        k->bad_database = store_db_name(db);
        k->bad_number = n;
    }
    return st;
}

enum status asking_event(struct asking *k, struct arena *a, uint64_t n, struct value **ret)
{
    return asking_bad(k, event_read(a, k->t, n, ret), DB_EVENTS, n);
}

enum status case_record(struct asking *k, struct arena *a, int64_t kase, struct value **ret)
{
    struct key key = case_key(kase);
    return kase > 0 ? asking_bad(k, record_read(a, k->t, DB_CASES, key_bytes(&key), ret), DB_CASES, (uint64_t)kase)
                    : ST_NOT_FOUND;
}

enum status case_asked(struct asking *k, struct value **ret)
{
    enum status st = case_record(k, k->a, v_get_int(k->m, "case", 0), ret);
    if (st == ST_NOT_FOUND)
        (void)refuse(k, "form", "case-unknown", "there is no such case");
    if (st)
        return st;
    if (view_case_right(k->q->view, k->q->principal, *ret, false))
        return ST_OK;
    const char *person = view_subject(k->q->view, k->q->principal);
    if (person && case_about(*ret, person) && person_may_ask(v_get_str(k->m, "q", ""))) {
        k->person = person;
        return ST_OK;
    }
    (void)refuse(k, "right", "not-your-case", "the principal's department has no part in the case");
    return ST_NOT_FOUND;
}

const struct procedure *case_law(const struct asking *k, const struct value *kase)
{
    return laws_version(view_laws(k->q->view), v_get_str(kase, "procedure", NULL),
                        v_get_int(kase, "procedure-version", 0));
}

/* ---- status ---- */

static struct value *rights_held(struct asking *k)
{
    static const char *const names[] = {"act", "enter", "watch", "inspect", "monitor", "admin", "approve", "import"};
    struct value *list = v_list(k->a);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_right(k, names[i]))
            v_push(k->a, list, v_str(k->a, names[i]));
    return list;
}

/* The sum over all streams. */
static enum status unserved_total(struct asking *k, int64_t *ret)
{
    struct bytes prefix = {(const uint8_t *)"u", 1};
    struct store_cursor *c = store_cursor(k->t, DB_COUNTS);
    enum status st = store_seek(c, prefix);
    *ret = 0;
    for (; !st && key_has_prefix(store_key(c), prefix); st = store_next(c))
        *ret += store_val(c).n == 8 ? (int64_t)be64_read(store_val(c).p) : 0;
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status generation(struct asking *k, int64_t *ret)
{
    struct bytes val;
    enum status st = store_get(k->t, DB_META, (struct bytes){(const uint8_t *)"generation", 10}, &val);
    *ret = !st && val.n == 8 ? (int64_t)be64_read(val.p) : 1;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status put_head(struct asking *k)
{
    int64_t gen, number;
    enum status st = generation(k, &gen);
    if (!st)
        st = number_read(k, head_key(HEAD_EVENT), &number);
    if (st)
        return st;
    v_put_int(k->a, k->answer, "generation", gen);
    v_put_int(k->a, k->answer, "number", number);
    return ST_OK;
}

static enum status ask_status(struct asking *k)
{
    int64_t transition = 0, cases = 0, open = 0, unserved = 0;
    enum status st = put_head(k);
    if (!st)
        st = number_read(k, head_key(HEAD_TRANSITION), &transition);
    if (!st)
        st = number_read(k, head_key(HEAD_CASE), &cases);
    if (!st)
        st = number_read(k, head_key(HEAD_OPEN), &open);
    if (!st)
        st = unserved_total(k, &unserved);
    v_put_int(k->a, k->answer, "transition", transition);
    v_put_int(k->a, k->answer, "cases", cases);
    v_put_int(k->a, k->answer, "open", open);
    if (view_simulated(k->q->view))
        v_put_bool(k->a, k->answer, "simulated", true);
    v_put_int(k->a, k->answer, "now", k->q->now.ms);
    v_put_bool(k->a, k->answer, "read_only", k->q->read_only);
    v_put_str(k->a, k->answer, "version", LEEWAY_VERSION);
    v_put_str(k->a, k->answer, "principal", k->q->principal);
    v_put_str(k->a, k->answer, "department", view_department(k->q->view, k->q->principal));
    v_put_str(k->a, k->answer, "subject", view_subject(k->q->view, k->q->principal));
    v_put(k->a, k->answer, "rights", rights_held(k));
    v_put_int(k->a, k->answer, "unserved", unserved);
    return st;
}

/* With the proof that the tree of the number that the asker knows is its beginning, of the same moment. */
enum status ask_head(struct asking *k)
{
    uint64_t size, known = (uint64_t)v_get_int(k->m, "number", 0);
    struct hash root, proof[PROOF_MOST];
    size_t count;
    enum status st = put_head(k);
    if (!st)
        st = hashtree_stored(k->t, &size);
    if (!st)
        st = hashtree_root(k->t, size, &root);
    if (!st)
        v_put(k->a, k->answer, "root", v_bin(k->a, root.b, HASH_LEN));
    if (st || !known || known > size)
        return st;
    st = hashtree_consistency(k->t, known, size, proof, &count);
    if (!st)
        put_hashes(k, proof, count);
    return st;
}

/* ---- the table ---- */

enum wants { ANY = 1, WATCH, INSPECT, ACT, OWN }; /* OWN: the question looks for itself */

static const struct {
    const char *q;
    question_fn fn;
    enum wants wants;
} table[] = {
    {"status", ask_status, ANY},
    {"census", ask_census, WATCH},
    {"calendar-preview", ask_calendar_preview, OWN},
    {"case", ask_case, OWN},
    {"cases", ask_cases, OWN},
    {"history", ask_history, OWN},
    {"explain", ask_explain, OWN},
    {"tasks", ask_tasks, OWN},
    {"form", ask_form, ACT},
    {"notice", ask_notice, OWN},
    {"served", ask_served, OWN},
    {"unserved", ask_unserved, OWN},
    {"departures", ask_departures, OWN},
    {"checks", ask_checks, INSPECT},
    {"report", ask_report, WATCH},
    {"transitions", ask_transitions, WATCH},
    {"events", ask_events, INSPECT},
    {"procedure", ask_procedure, ANY},
    {"register", ask_register, ANY},
    {"command", ask_command, ANY},
    {"inclusion", ask_inclusion, ANY},
    {"consistency", ask_consistency, ANY},
    {"head", ask_head, ANY},
};

static bool holds(const struct asking *k, enum wants wants)
{
    switch (wants) {
    case ANY:
    case OWN:
        return true;
    case WATCH:
        return has_right(k, "watch") || has_right(k, "monitor") || has_right(k, "inspect");
    case INSPECT:
        return has_right(k, "inspect");
    case ACT:
        return has_right(k, "act") || has_right(k, "enter") || has_right(k, "inspect") || has_right(k, "import") ||
               view_subject(k->q->view, k->q->principal);
    }
    return false;
}

static enum status ask(struct asking *k)
{
    const char *q = v_get_str(k->m, "q", "");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].q, q) != 0)
            continue;
        if (!holds(k, table[i].wants))
            return refuse(k, "right", "no-right", "the principal has no right to this question");
        return table[i].fn(k);
    }
    return refuse(k, "form", "question-unknown", "there is no such question");
}

static enum status ask_store(struct asking *k)
{
    enum status st = store_read(k->q->store, &k->t);
    if (st)
        return st;
    int64_t at = 0;
    st = number_read(k, head_key(HEAD_EVENT), &at);
    v_put_int(k->a, k->answer, "at", at);
    if (!st)
        st = ask(k);
    store_abort(k->t);
    return st;
}

/* A record that cannot be read passes by no waiting: it is told apart from what is too much at the moment. */
static void refuse_store(struct asking *k, enum status st)
{
    char what[64];
    if (st != ST_CORRUPT) {
        (void)refuse(k, "limit", "store", status_text(st));
        return;
    }
    (void)snprintf(what, sizeof what, "a record of %s cannot be read", k->bad_database ? k->bad_database : "the store");
    (void)refuse(k, "store", "corrupt", what);
    v_put_str(k->a, k->refused, "database", k->bad_database);
    if (k->bad_number)
        v_put_int(k->a, k->refused, "number", (int64_t)k->bad_number);
}

struct value *question_answer(struct arena *a, const struct question *q)
{
    struct asking k = {.a = a, .q = q, .m = q->message, .answer = v_map(a)};
    v_put_str(a, k.answer, "t", "answer");
    v_put_str(a, k.answer, "id", v_get_str(q->message, "id", ""));
    enum status st = ask_store(&k);
    if (st == ST_INVALID && !k.refused) /* a name that no key can hold names nothing */
        (void)refuse(&k, "form", "not-found", "there is no such thing");
    else if (st == ST_NOT_FOUND && !k.refused)
        (void)refuse(&k, "form", "not-found", "there is no such thing");
    else if (st && !k.refused)
        refuse_store(&k, st);
    if (!k.refused && wire_bytes(a, k.answer).n > WIRE_BYTES)
        (void)refuse(&k, "limit", "too-long", "the answer is longer than a message may be");
    return k.refused ? k.refused : k.answer;
}
