/* Acts of administration: the register, tasks, time. Those of the law are in acts_law.c. */
#include "daemon/base/text.h"
#include "daemon/engine/inside.h"

#include <string.h>

/* Later moments would overflow the days of a calendar. */
static const int64_t TIME_MOST = 32503680000000; /* 3000-01-01 */

bool is_admin(const struct engine *e, const struct origin *o, struct draft *ret)
{
    bool own = !o->key; /* the daemon's own, when it starts */
    if (own || strcmp(o->principal, e->administrator) == 0 ||
        (register_rights(e->fold->reg, o->principal) & RIGHT_ADMIN))
        return true;
    *ret = draft_refused("right", "no-right-to-administer", "the act needs the right admin");
    return false;
}

static bool is_one_of(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool fields_are(struct arena *a, const struct value *fields, const char *const *names, struct draft *ret)
{
    for (size_t i = 0; i < v_count(fields); i++)
        if (!is_one_of(names, fields->u.map.pair[i].key)) {
            *ret = draft_refused("form", "field-unknown",
                                 arena_printf(a, "the act knows no field %.64s", fields->u.map.pair[i].key));
            return false;
        }
    for (; *names; names++)
        if (!v_get(fields, *names)) {
            *ret = draft_refused("form", "field-missing", arena_printf(a, "the act needs the field %s", *names));
            return false;
        }
    return true;
}

/* ---- the register ---- */

/* The name of a person and the post, which may tell it, are private; they stay out of the change. */
static struct value *register_change(struct arena *a, const char *act, const struct value *fields, struct draft *ret)
{
    struct value *change = v_map(a);
    bool person = strncmp(act, "person-", 7) == 0;
    v_put_str(a, change, "act", act);
    for (size_t i = 0; i < v_count(fields); i++) {
        const struct pair *p = &fields->u.map.pair[i];
        if (!person || (strcmp(p->key, "name") != 0 && strcmp(p->key, "post") != 0)) {
            v_put(a, change, p->key, p->val);
            continue;
        }
        if (!ret->private_)
            ret->private_ = v_map(a);
        v_put(a, ret->private_, p->key, p->val);
    }
    return change;
}

static enum status act_register(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    const char *act = v_get_str(o->message, "act", "");
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret))
        return ST_OK;
    const char *wrong = register_refuses(a, e->fold->reg, act, fields);
    if (wrong) {
        *ret = draft_refused("form", "register", wrong);
        return ST_OK;
    }
    *ret = draft_new(a, "register", act);
    v_put(a, ret->keys, "register", register_change(a, act, fields, ret));
    return ST_OK;
}

/* ---- tasks ---- */

/* Which case a task belongs to; 0: no open task has that number. */
static enum status task_case(struct engine *e, int64_t task, int64_t *ret)
{
    struct key k;
    key_begin(&k);
    key_add_u8(&k, 't');
    key_add_u64(&k, (uint64_t)task);
    struct store_cursor *c = store_cursor(e->txn, DB_TASKS);
    enum status st = store_seek(c, key_bytes(&k));
    struct bytes at = st ? (struct bytes){0} : store_key(c);
    uint64_t kase = 0;
    if (!st && key_has_prefix(at, key_bytes(&k))) {
        at = (struct bytes){at.p + k.n, at.n - k.n};
        st = key_take_u64(&at, &kase);
    }
    store_cursor_free(c);
    *ret = (int64_t)kase;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status reassign(struct engine *e, struct arena *a, const struct value *kase, int64_t task,
                            const struct department *to, struct draft *ret)
{
    *ret = draft_new(a, "reassign", "task-reassign");
    const struct value *old = v_path(kase, arena_printf(a, "tasks.%lld", (long long)task));
    struct value *cases = v_list(a), *item = v_map(a), *changes = v_list(a), *notices = v_list(a);
    struct value *notice = v_map(a);
    int64_t number = v_get_int(kase, "case", 0), version = v_get_int(kase, "version", 0) + 1;
    change_put(a, changes, arena_printf(a, "tasks.%lld.department", (long long)task), v_str(a, to->id));
    v_put_int(a, item, "case", number);
    v_put_int(a, item, "version", version);
    v_put(a, item, "changes", changes);
    v_push(a, cases, item);
    v_put(a, ret->keys, "cases", cases);
    v_put_int(a, ret->answer, "case", number);
    v_put_int(a, ret->answer, "version", version);
    v_put_str(a, notice, "stream", to->id);
    v_put_str(a, notice, "type", "task-reassigned");
    v_put_str(a, notice, "label", "改派任务");
    v_put_str(a, notice, "role", v_get_str(old, "role", ""));
    v_put_str(a, notice, "answer", v_get_str(old, "act", NULL));
    v_put_int(a, notice, "task", task);
    v_put_str(a, notice, "due", v_get_str(old, "due", NULL));
    v_push(a, notices, notice);
    struct when now;
    enum status st = engine_now(e, &now);
    if (st)
        return st;
    ret->done = engine_day(e, now);
    struct numbering about = {number, v_get_str(kase, "procedure", ""), v_get_str(kase, "stage", ""), ret->done};
    return draft_notices(e, a, ret, &about, notices);
}

static enum status act_task_reassign(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {"task", "department", NULL};
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret) || !fields_are(a, fields, names, ret))
        return ST_OK;
    int64_t task = v_get_int(fields, "task", 0), number;
    const struct department *to = register_department(e->fold->reg, v_get_str(fields, "department", NULL));
    if (!to || to->ended || to->keyless) {
        *ret = draft_refused("form", "department-unknown", "department must exist, not have ended, and have a key");
        return ST_OK;
    }
    struct value *kase = NULL;
    enum status st = task_case(e, task, &number);
    if (!st && number)
        st = case_load(e, a, number, &kase);
    if (st)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    if (!kase) {
        *ret = draft_refused("form", "task-unknown", "there is no open task of that number");
        return ST_OK;
    }
    e->fold->hint = kase;
    e->fold->hint_case = number;
    return reassign(e, a, kase, task, to, ret);
}

/* ---- time ---- */

static enum status act_time_advance(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {"to", NULL};
    const struct value *fields = v_get(o->message, "fields");
    if (!is_admin(e, o, ret) || !fields_are(a, fields, names, ret))
        return ST_OK;
    if (!e->simulated) {
        *ret = draft_refused("form", "time-is-real", "only a store of simulated time can be advanced");
        return ST_OK;
    }
    struct when now;
    enum status st = engine_now(e, &now);
    if (st)
        return st;
    int64_t to = v_get_int(fields, "to", 0);
    if (to <= now.ms || to >= TIME_MOST) {
        *ret = draft_refused("form", "time-wrong", "to must be a moment after now and before the year 3000");
        return ST_OK;
    }
    *ret = draft_new(a, "time", "time-advance");
    v_put_int(a, ret->keys, "clock", to);
    v_put_int(a, ret->answer, "now", to);
    return ST_OK;
}

static enum status act_time_confirm(struct engine *e, struct arena *a, const struct origin *o, struct draft *ret)
{
    static const char *const names[] = {NULL};
    if (!is_admin(e, o, ret) || !fields_are(a, v_get(o->message, "fields"), names, ret))
        return ST_OK;
    if (!e->held)
        *ret = draft_refused("form", "time-not-held", "expiries are not held");
    else
        *ret = draft_new(a, "time", "time-confirm");
    return ST_OK;
}

/* ---- the table ---- */

static const struct {
    const char *name;
    act_draft_fn draft;
} table[] = {
    {"department-add", act_register},
    {"department-change", act_register},
    {"department-end", act_register},
    {"person-add", act_register},
    {"person-change", act_register},
    {"person-end", act_register},
    {"role-add", act_register},
    {"role-change", act_register},
    {"role-end", act_register},
    {"key-add", act_register},
    {"key-revoke", act_register},
    {"procedure-load", act_procedure_load},
    {"procedure-activate", act_procedure_activate},
    {"calendar-load", act_calendar_load},
    {"task-reassign", act_task_reassign},
    {"time-advance", act_time_advance},
    {"time-confirm", act_time_confirm},
    {"read-private", act_read},
    {"read-paper", act_read},
    {"standing-check", act_standing_check},
    {"standing-depart", act_standing_depart},
};

act_draft_fn act_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].name[0] == name[0] && strcmp(table[i].name, name) == 0)
            return table[i].draft;
    return NULL;
}
