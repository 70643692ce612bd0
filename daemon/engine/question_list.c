/* Questions that list: cases, tasks, notices that are not done. */
#include "daemon/core/case.h"
#include "daemon/engine/asking.h"

#include <stdlib.h>
#include <string.h>

/* Records looked at for one page: the loop waits for it, about 20 ms; of past days all events of each. */
enum { SCAN_MOST = 2000, SCAN_PAST = 50 };

/* ---- cases ---- */

/* The part of the index to walk, and what is left to compare in each record. */
struct filter {
    const char *procedure, *stage, *department, *outcome, *subject;
    bool by_record; /* no index fits: walk all cases */
    bool past;      /* as it was when event `until` was the newest: of that there is no index */
    int64_t until;
    struct key prefix;
};

static void index_prefix(struct key *k, const char *kind, const char *first, const char *second)
{
    key_begin(k);
    key_add_str(k, kind);
    key_add_str(k, first);
    if (second)
        key_add_str(k, second);
}

static void filter_make(struct asking *k, const char *department, struct filter *f)
{
    *f = (struct filter){.procedure = v_get_str(k->m, "procedure", NULL),
                         .stage = v_get_str(k->m, "stage", NULL),
                         .department = department,
                         .outcome = v_get_str(k->m, "outcome", NULL),
                         .subject = v_get_str(k->m, "subject", k->person)};
    if (past_asked(k))
        f->by_record = f->past = true;
    else if (f->subject)
        index_prefix(&f->prefix, "subject", f->subject, NULL);
    else if (f->procedure && f->stage)
        index_prefix(&f->prefix, "stage", f->procedure, f->stage);
    else if (f->department)
        index_prefix(&f->prefix, "department", f->department, NULL);
    else if (f->outcome)
        index_prefix(&f->prefix, "outcome", f->outcome, NULL);
    else
        f->by_record = true;
}

static bool same(const char *wanted, const char *is)
{
    return !wanted || strcmp(wanted, is) == 0;
}

static bool holds_role(const struct value *kase, const char *department)
{
    const struct value *roles = v_get(kase, "roles");
    for (size_t i = 0; i < v_count(roles) && roles->kind == V_MAP; i++)
        if (strcmp(v_text(roles->u.map.pair[i].val, ""), department) == 0)
            return true;
    return false;
}

static bool filter_fits(const struct filter *f, const struct value *kase)
{
    return same(f->procedure, v_get_str(kase, "procedure", "")) && same(f->stage, v_get_str(kase, "stage", "")) &&
           same(f->outcome, v_get_str(kase, "outcome", "")) &&
           (!f->subject || case_about(kase, f->subject)) &&
           (!f->department || holds_role(kase, f->department));
}

/* The nearest due day of a running clock. */
static const char *nearest_due(const struct value *kase)
{
    const struct value *clocks = v_get(kase, "clocks");
    const char *due = NULL;
    for (size_t i = 0; i < v_count(clocks) && clocks->kind == V_MAP; i++) {
        const struct value *clock = clocks->u.map.pair[i].val;
        const char *mine = v_get_str(clock, "due", NULL);
        if (mine && strcmp(v_get_str(clock, "state", ""), "running") == 0 && (!due || strcmp(mine, due) < 0))
            due = mine;
    }
    return due;
}

static struct value *case_item(struct asking *k, const struct value *kase)
{
    struct value *item = v_map(k->a);
    v_put_int(k->a, item, "case", v_get_int(kase, "case", 0));
    v_put_str(k->a, item, "procedure", v_get_str(kase, "procedure", ""));
    v_put_str(k->a, item, "stage", v_get_str(kase, "stage", ""));
    v_put_str(k->a, item, "department", v_get_str(kase, "lead", ""));
    if (!k->person || v_get(kase, "determined"))
        v_put_str(k->a, item, "outcome", v_get_str(kase, "outcome", NULL));
    v_put_str(k->a, item, "opened", v_get_str(kase, "opened-done", NULL));
    v_put_str(k->a, item, "due", nearest_due(kase));
    if (v_get_bool(kase, "ended"))
        v_put_bool(k->a, item, "ended", true);
    return item;
}

/* Look at one case: an item if it fits and the page has room. *ret_full: the page ends before it. The record is read
 * into an arena of its own, or a filter that fits little would keep every record that it passed. */
static enum status cases_look(struct asking *k, const struct filter *f, struct arena *scratch, uint64_t id,
                              struct value *list, bool *ret_full)
{
    struct key key = case_key((int64_t)id);
    struct value *kase;
    arena_reset(scratch);
    enum status st = f->past ? past_case(k, scratch, (int64_t)id, f->until, &kase)
                             : record_read(scratch, k->t, DB_CASES, key_bytes(&key), &kase);
    if (st == ST_NOT_FOUND && f->past)
        return ST_OK;
    if (!st)
        *ret_full = filter_fits(f, kase) && !page_put(k, list, case_item(k, kase));
    return asking_bad(k, st, DB_CASES, id);
}

/* One page: walk the index (or the cases) behind `after`, in order of case. */
static enum status cases_walk(struct asking *k, const struct filter *f, struct value *list)
{
    enum store_db db = f->by_record ? DB_CASES : DB_INDEX;
    struct key from = f->prefix;
    key_add_u64(&from, page_after_number(k) + 1);
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, db);
    enum status st = store_seek(c, key_bytes(&from));
    uint64_t last = page_after_number(k), id = 0;
    bool full = false;
    for (int scanned = 0; !st && key_has_prefix(store_key(c), key_bytes(&f->prefix)); st = store_next(c)) {
        struct bytes rest = {store_key(c).p + f->prefix.n, store_key(c).n - f->prefix.n};
        st = key_take_u64(&rest, &id);
        full = ++scanned > (f->past ? SCAN_PAST : SCAN_MOST);
        if (!st && !full)
            st = cases_look(k, f, scratch, id, list, &full);
        if (st || full)
            break;
        last = id;
    }
    store_cursor_free(c);
    arena_free(scratch);
    if (full)
        v_put(k->a, k->answer, "next", v_printf(k->a, "%llu", (unsigned long long)last));
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* Does any version of the procedure (of any, when it is NULL) know the stage, the outcome? NULL: nothing is asked. */
static bool law_knows(const struct asking *k, const char *procedure, const char *stage, const char *outcome)
{
    const struct laws *all = view_laws(k->q->view);
    bool knows = false;
    for (size_t i = 0; i < laws_count(all) && !knows; i++) {
        struct day from;
        const struct procedure *p = laws_at(all, i, &from);
        bool has = !outcome;
        for (size_t j = 0; j < p->noutcomes && !has; j++)
            has = strcmp(p->outcomes[j].name, outcome) == 0;
        knows = same(procedure, p->name) && (!stage || procedure_stage(p, stage)) && has;
    }
    return knows;
}

/* A slip of the pen would look like a list with nothing in it. false: refused. */
static bool filter_is_known(struct asking *k, const struct filter *f)
{
    if (f->procedure && !law_knows(k, f->procedure, NULL, NULL))
        (void)refuse(k, "form", "procedure-unknown", "there is no such procedure");
    else if (f->stage && !law_knows(k, f->procedure, f->stage, NULL))
        (void)refuse(k, "form", "stage-unknown", "no procedure has such a stage");
    else if (f->outcome && !law_knows(k, f->procedure, NULL, f->outcome))
        (void)refuse(k, "form", "outcome-unknown", "no procedure has such an outcome");
    else if (f->department && !register_department(view_register(k->q->view), f->department))
        (void)refuse(k, "form", "department-unknown", "there is no such department");
    return !k->refused;
}

enum status ask_cases(struct asking *k)
{
    const char *own = view_department(k->q->view, k->q->principal);
    const char *department = v_get_str(k->m, "department", NULL);
    struct filter f;
    struct value *list = v_list(k->a);
    k->person = has_right(k, "inspect") ? NULL : view_subject(k->q->view, k->q->principal);
    if (k->person) {
        if (v_get(k->m, "subject") && strcmp(v_get_str(k->m, "subject", ""), k->person) != 0)
            return refuse(k, "right", "not-your-case", "only cases about the principal itself are listed");
    } else if (!has_right(k, "inspect")) {
        if (!own || (department && strcmp(own, department) != 0))
            return refuse(k, "right", "not-your-department", "only cases of the own department are listed");
        department = own;
    }
    filter_make(k, department, &f);
    if (!filter_is_known(k, &f))
        return ST_OK;
    if (f.past) {
        enum status st = past_event(k, &f.until);
        if (st)
            return st;
    }
    v_put(k->a, k->answer, "cases", list);
    return cases_walk(k, &f, list);
}

/* ---- tasks ---- */

static struct value *task_item(struct asking *k, struct arena *a, const struct value *kase, const char *number,
                               const struct value *task)
{
    static const char *const keys[] = {"part",        "role",     "type",      "opened", "due",
                                       "provisional", "reminded", "escalated", "clock"};
    const struct procedure *p = case_law(k, kase);
    const struct act *act = p ? procedure_act(p, v_get_str(task, "act", NULL)) : NULL;
    struct value *item = v_map(a);
    v_put_int(a, item, "task", strtoll(number, NULL, 10));
    v_put_str(a, item, "act", v_get_str(task, "act", ""));
    v_put_str(a, item, "label", act ? act->label : v_get_str(task, "act", ""));
    v_put_int(a, item, "case", v_get_int(kase, "case", 0));
    v_put_str(a, item, "department", v_get_str(task, "department", ""));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (v_get(task, keys[i]))
            v_put(a, item, keys[i], v_get(task, keys[i]));
    v_put_str(a, item, "article", act ? act->article : NULL);
    return item;
}

static enum status tasks_of_case(struct asking *k, struct value *list)
{
    struct value *kase;
    enum status st = case_asked(k, &kase);
    if (st)
        return st;
    const struct value *tasks = v_get(kase, "tasks");
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        uint64_t task = strtoull(p->key, NULL, 10);
        if (task > page_after_number(k) && !page_put(k, list, task_item(k, k->a, kase, p->key, p->val))) {
            const struct value *last = v_at(list, v_count(list) - 1);
            v_put(k->a, k->answer, "next", v_printf(k->a, "%lld", (long long)v_get_int(last, "task", 0)));
            break;
        }
    }
    return ST_OK;
}

/* One entry of the index of tasks: department, task, case. */
static enum status task_at(struct asking *k, struct arena *a, struct bytes rest, struct value **ret)
{
    uint64_t task, kase;
    struct value *record;
    enum status st = key_take_u64(&rest, &task);
    if (!st)
        st = key_take_u64(&rest, &kase);
    if (!st)
        st = case_record(k, a, (int64_t)kase, &record);
    if (st)
        return ST_CORRUPT;
    const char *number = arena_printf(a, "%llu", (unsigned long long)task);
    *ret = task_item(k, a, record, number, v_get(v_get(record, "tasks"), number));
    return ST_OK;
}

static enum status tasks_of_department(struct asking *k, const char *department, struct value *list)
{
    struct key prefix;
    key_begin(&prefix);
    key_add_u8(&prefix, 'd');
    key_add_str(&prefix, department);
    struct key from = prefix;
    key_add_u64(&from, page_after_number(k) + 1);
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, DB_TASKS);
    enum status st = store_seek(c, key_bytes(&from));
    for (; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c)) {
        struct value *item;
        arena_reset(scratch);
        st = task_at(k, scratch, (struct bytes){store_key(c).p + prefix.n, store_key(c).n - prefix.n}, &item);
        if (st)
            break;
        if (!page_put(k, list, item)) {
            const struct value *last = v_at(list, v_count(list) - 1);
            v_put(k->a, k->answer, "next", v_printf(k->a, "%lld", (long long)v_get_int(last, "task", 0)));
            break;
        }
    }
    store_cursor_free(c);
    arena_free(scratch);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status ask_tasks(struct asking *k)
{
    const char *own = view_department(k->q->view, k->q->principal);
    const char *department = v_get_str(k->m, "department", own);
    struct value *list = v_list(k->a);
    v_put(k->a, k->answer, "tasks", list);
    if (v_get(k->m, "case"))
        return tasks_of_case(k, list);
    if (!department || (!has_right(k, "inspect") && (!own || strcmp(own, department) != 0)))
        return refuse(k, "right", "not-your-department", "only tasks of the own department are listed");
    return tasks_of_department(k, department, list);
}

/* ---- unserved ---- */

/* The furthest position that any subscriber of a stream has. */
static enum status received_most(struct asking *k, const char *stream, int64_t *ret)
{
    struct key prefix;
    key_begin(&prefix);
    key_add_u8(&prefix, 'c');
    key_add_str(&prefix, stream);
    struct store_cursor *c = store_cursor(k->t, DB_CURSORS);
    enum status st = store_seek(c, key_bytes(&prefix));
    for (*ret = 0; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c)) {
        struct value *record;
        st = record_read(k->a, k->t, DB_CURSORS, store_key(c), &record);
        if (st)
            break;
        int64_t received = v_get_int(record, "received", 0);
        *ret = received > *ret ? received : *ret;
    }
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static struct value *unserved_item(struct asking *k, const char *stream, uint64_t position, int64_t received,
                                   const struct value *record)
{
    struct value *item = v_map(k->a);
    const char *reason = v_get_str(record, "reason", NULL), *own = view_department(k->q->view, k->q->principal);
    bool text = has_right(k, "inspect") || (own && strcmp(own, stream) == 0); /* who only monitors reads no text */
    v_put_str(k->a, item, "stream", stream);
    v_put_int(k->a, item, "position", (int64_t)position);
    v_put_str(k->a, item, "type", v_get_str(record, "type", ""));
    v_put_int(k->a, item, "case", v_get_int(record, "case", 0));
    v_put_int(k->a, item, "since", v_get_int(record, "since", 0));
    v_put_str(k->a, item, "state", reason ? "failed" : (int64_t)position <= received ? "received" : "sent");
    v_put_str(k->a, item, "reason", text ? reason : NULL);
    return item;
}

/* Where a page begins: "stream/position" of the last item before it. */
static struct key unserved_from(struct asking *k, const struct key *prefix)
{
    const char *after = page_after(k), *slash = strrchr(after, '/');
    struct key from = *prefix;
    if (slash)
        from = notice_key('o', arena_strn(k->a, after, (size_t)(slash - after)), strtoull(slash + 1, NULL, 10) + 1);
    return from;
}

static enum status unserved_walk(struct asking *k, const struct key *prefix, struct value *list)
{
    struct key from = unserved_from(k, prefix);
    struct store_cursor *c = store_cursor(k->t, DB_NOTICES);
    enum status st = store_seek(c, key_bytes(&from));
    const char *known = "", *last = "";
    int64_t received = 0;
    for (; !st && key_has_prefix(store_key(c), key_bytes(prefix)); st = store_next(c)) {
        struct bytes rest = {store_key(c).p + 1, store_key(c).n - 1};
        struct value *record;
        const char *stream;
        uint64_t position;
        st = key_take_str(&rest, &stream);
        if (!st)
            st = key_take_u64(&rest, &position);
        if (!st)
            st = record_read(k->a, k->t, DB_NOTICES, store_key(c), &record);
        if (!st && strcmp(stream, known) != 0)
            st = received_most(k, known = arena_str(k->a, stream), &received);
        if (st)
            break;
        if (!page_put(k, list, unserved_item(k, known, position, received, record))) {
            v_put_str(k->a, k->answer, "next", last);
            break;
        }
        last = arena_printf(k->a, "%s/%llu", known, (unsigned long long)position);
    }
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status unserved_count(struct asking *k, const char *department, int64_t *ret)
{
    struct key prefix;
    key_begin(&prefix);
    key_add_u8(&prefix, 'u');
    if (department)
        key_add_str(&prefix, department);
    struct store_cursor *c = store_cursor(k->t, DB_COUNTS);
    enum status st = store_seek(c, key_bytes(&prefix));
    for (*ret = 0; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c))
        *ret += store_val(c).n == 8 ? (int64_t)be64_read(store_val(c).p) : 0;
    store_cursor_free(c);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status ask_unserved(struct asking *k)
{
    const char *own = view_department(k->q->view, k->q->principal);
    const char *department = v_get_str(k->m, "department", NULL);
    bool all = has_right(k, "inspect") || has_right(k, "monitor");
    struct value *list = v_list(k->a);
    int64_t total;
    if (!all && !department)
        department = own;
    if (!all && (!has_right(k, "watch") || !own || strcmp(own, department) != 0))
        return refuse(k, "right", "not-your-department", "only notices of the own department are listed");
    struct key prefix;
    key_begin(&prefix);
    key_add_u8(&prefix, 'o');
    if (department)
        key_add_str(&prefix, department);
    v_put(k->a, k->answer, "notices", list);
    enum status st = unserved_walk(k, &prefix, list);
    if (!st)
        st = unserved_count(k, department, &total);
    if (!st)
        v_put_int(k->a, k->answer, "total", total);
    return st;
}
