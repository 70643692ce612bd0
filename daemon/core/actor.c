/* actor.c - who did an act, for which task, about which part: and whether it is theirs
 *
 * A department acts for itself, or somebody with the right to enter does it for a party, or for a department that acts
 * on paper, and shows the signed paper. Departments are looked up through the register, so that an heir stands for one
 * that has ended.
 */
#include "daemon/core/bench.h"

#include <stdlib.h>
#include <string.h>

/* ---- the task that is answered ---- */

/* department is called as it is now, so it has not ended. */
static bool is_now(const struct bench *b, const char *id, const char *department)
{
    if (id && department && text_same(id, department))
        return true;
    const struct department *d = id && department ? register_heir(b->j->reg, id) : NULL;
    return d && text_same(d->id, department);
}

static bool holds_task(const struct bench *b, const struct value *task)
{
    return is_now(b, v_get_str(task, "department", NULL), b->department);
}

/* The act that the task asks for, or another one that closes it. */
static bool answers(const struct bench *b, const struct value *task)
{
    const struct value *others = v_get(task, "or");
    if (text_same(v_get_str(task, "act", ""), b->act->name))
        return true;
    for (size_t i = 0; i < v_count(others); i++)
        if (text_same(v_text(v_at(others, i), ""), b->act->name))
            return true;
    return false;
}

/* A task about one part is not answered for another; 0: none is named. */
static bool same_part(const struct value *task, int64_t part)
{
    const char *of = v_get_str(task, "part", NULL);
    return !of || !part || strtoll(of, NULL, 10) == part;
}

static void take_task(struct bench *b, const struct pair *p)
{
    b->task = p->val;
    b->task_id = p->key;
}

static void find_named(struct bench *b, int64_t wanted)
{
    const struct value *tasks = bench_get(b, "tasks");
    for (size_t i = 0; i < v_count(tasks) && !b->task; i++)
        if (strtoll(tasks->u.map.pair[i].key, NULL, 10) == wanted)
            take_task(b, &tasks->u.map.pair[i]);
}

/* The task that the command names must be asked of the department that acts, and for this act. */
void actor_check_task(struct bench *b)
{
    int64_t wanted = v_get_int(b->j->command, "task", 0);
    if (!wanted)
        return;
    if (!b->task)
        bench_refuse(b, "conflict", "task-gone", "the case has no open task %lld", (long long)wanted);
    else if (!answers(b, b->task) || !holds_task(b, b->task) ||
             (b->act->on && !same_part(b->task, v_get_int(b->j->command, "part", 0))))
        bench_refuse(b, "conflict", "task-other", "task %lld asks '%s' for '%s', not this", (long long)wanted,
                     v_get_str(b->task, "department", ""), v_get_str(b->task, "act", ""));
}

void actor_find_task(struct bench *b)
{
    int64_t wanted = v_get_int(b->j->command, "task", 0), part = v_get_int(b->j->command, "part", 0);
    const struct value *tasks = bench_get(b, "tasks");
    if (wanted) {
        find_named(b, wanted);
        return;
    }
    /* what is served must be named: several notices may wait for it */
    for (size_t i = 0; i < v_count(tasks) && !b->task && !text_same(b->act->name, "serve"); i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        if (text_same(v_get_str(p->val, "act", ""), b->act->name) && holds_task(b, p->val) && same_part(p->val, part))
            take_task(b, p);
    }
}

/* The tasks that this act answers: the one named, else those of its own department (or entered for it), of the same
 * part. */
void actor_close_tasks(struct bench *b)
{
    const struct value *tasks = bench_get(b, "tasks");
    int64_t part = b->part ? strtoll(b->part, NULL, 10) : 0;
    for (size_t i = 0; i < v_count(tasks);) {
        const struct pair *p = &tasks->u.map.pair[i];
        /* when the act moves the case on, nobody is asked for it any more, whoever did it */
        bool fits =
            !b->act->standing && answers(b, p->val) && (b->act->to || holds_task(b, p->val)) && same_part(p->val, part);
        i++;
        if (b->task_id ? !text_same(p->key, b->task_id) : !fits)
            continue;
        bench_del(b, PATH("tasks", p->key));
        tasks = bench_get(b, "tasks");
        i--;
    }
}

/* ---- whose act it is ---- */

static bool holds_any_task(const struct bench *b)
{
    const struct value *tasks = bench_get(b, "tasks");
    for (size_t i = 0; i < v_count(tasks); i++)
        if (text_same(v_get_str(tasks->u.map.pair[i].val, "act", ""), b->act->name) &&
            holds_task(b, tasks->u.map.pair[i].val))
            return true;
    return false;
}

static bool is_party(const struct bench *b, const struct role *r)
{
    if (b->party)
        return text_same(b->party, r->name);
    /* a unit with a key acts by itself; which unit that is stands in the command when the case is new */
    const char *unit = r->same_as ? v_get_str(bench_get(b, "roles"), r->same_as, NULL) : NULL;
    return r->same_as && b->department && (unit ? is_now(b, unit, b->department) : b->opening);
}

/* "part.field" when no part is named: the department stands in that field of any. */
static bool in_any_part(const struct bench *b, const char *role)
{
    const char *field = strchr(role, '.') + 1;
    const struct value *parts = v_get(bench_get(b, "parts"), b->act->on);
    for (size_t i = 0; i < v_count(parts); i++)
        if (is_now(b, v_get_str(parts->u.map.pair[i].val, field, NULL), b->department))
            return true;
    return false;
}

static bool is_holder(struct bench *b, const char *role)
{
    const struct role *r = procedure_role(b->p, role);
    if (text_same(role, TASK_HOLDER)) /* of a task that is gone nobody can be the holder: actor_check_task tells */
        return holds_any_task(b) || (v_get_int(b->j->command, "task", 0) && !b->task);
    if (r && r->party)
        return is_party(b, r);
    if (b->party || !b->department)
        return false;
    bool chair = true;
    const struct body *body = r ? NULL : procedure_body_of(b->p, role, &chair);
    if (body && !chair)
        return body_seat(b, body->name);
    const struct department *d = r ? bench_holder(b, r) : bench_role(b, role);
    if (b->task && holds_task(b, b->task) && answers(b, b->task))
        return true; /* whoever the task was given to does what it asks, also when it was given by `task-reassign` */
    if (d || body)
        return d && text_same(d->id, b->department);
    return strchr(role, '.') ? in_any_part(b, role) : b->opening;
}

static void refuse_role(struct bench *b)
{
    const char *roles = "";
    for (size_t i = 0; i < b->act->by.n; i++) {
        const struct department *d = bench_role(b, b->act->by.word[i]);
        roles = arena_printf(b->a, "%s%s%s%s%s%s", roles, i ? "、" : "", procedure_role_label(b->p, b->act->by.word[i]),
                             d ? "(" : "", d ? d->name : "", d ? ")" : "");
    }
    bench_refuse(b, "right", "not-your-act", "“%s”由%s进行", b->act->label, roles);
    b->rejection.who = roles;
    b->rejection.article = b->act->article;
}

/* The department as it stands in the register now. */
static const char *now_called(struct bench *b, const char *id)
{
    const struct department *d = id ? register_heir(b->j->reg, id) : NULL;
    if (id && !d)
        bench_refuse(b, "form", "department-unknown", "the register has no department '%s'", id);
    return d ? d->id : NULL;
}

void actor_find(struct bench *b)
{
    const struct value *by = v_get(b->j->command, "by");
    unsigned rights = register_rights(b->j->reg, b->j->principal);
    const char *own = b->own = now_called(b, bench_principal_department(b, b->j->principal));
    const char *named = v_get_str(by, "department", NULL);
    b->party = v_get_str(by, "party", NULL);
    b->department = b->party ? NULL : named ? now_called(b, named) : own;
    if (b->j->past && !b->party && !named)
        bench_refuse(b, "form", "by-missing", "say who did it: a party, or department:ID");
    bool same = own && b->department && text_same(own, b->department);
    bool for_others = b->for_others = b->party || (named && !same);
    if (!b->j->past && !(rights & (for_others ? RIGHT_ENTER : RIGHT_ACT)))
        bench_refuse(b, "right", for_others ? "no-right-to-enter" : "no-right-to-act", "'%s' has no right to %s",
                     b->j->principal, for_others ? "enter what others did" : "do the acts of a department");
}

void actor_check(struct bench *b)
{
    bool may = false;
    for (size_t i = 0; i < b->act->by.n && !may; i++)
        may = is_holder(b, b->act->by.word[i]);
    if (!may)
        refuse_role(b);
}

/* A unit acts as the party only where the file says that the party is the unit; the facts that tell stand in the case
 * by now. */
void actor_check_party(struct bench *b)
{
    bool may = b->opening || b->party;
    for (size_t i = 0; i < b->act->by.n && !may; i++) {
        const struct role *r = procedure_role(b->p, b->act->by.word[i]);
        may = is_holder(b, b->act->by.word[i]) && (!r || !r->party || guard_holds(b, r->same_when));
    }
    if (!may)
        refuse_role(b);
}

/* Now that the roles are bound: who opened the case holds the role (a unit that speaks for itself is the unit that the
 * case is about), or could hold one that is not bound. */
static bool could_hold(struct bench *b, const struct role *r)
{
    const struct department *d = bench_role(b, r->party ? r->same_as : r->name);
    const struct department *own = b->department ? register_department(b->j->reg, b->department) : NULL;
    if (!own)
        return false;
    if (r->party)
        return d && text_same(d->id, b->department) && guard_holds(b, r->same_when);
    if (d)
        return text_same(d->id, b->department);
    if (r->one_kind)
        return text_same(own->kind, r->one_kind);
    return !r->kinds.n || words_have(&r->kinds, own->kind);
}

void actor_check_opener(struct bench *b)
{
    bool may = !b->opening || b->party;
    for (size_t i = 0; i < b->act->by.n && !may; i++) {
        const struct role *r = procedure_role(b->p, b->act->by.word[i]);
        may = !r || could_hold(b, r);
    }
    if (!may)
        refuse_role(b);
}

/* ---- entering for others ---- */

static bool leads(const struct bench *b)
{
    const struct department *d = bench_role(b, b->p->lead);
    return d && is_now(b, d->id, b->own);
}

/* The person's own unit by the register, whatever the command calls it, and with no other part in the case: who pursues
 * accountability does not speak for the person as well. */
static bool is_own_unit(const struct bench *b, const char *role)
{
    const struct value *roles = bench_get(b, "roles");
    for (size_t i = 0; i < v_count(roles); i++)
        if (!text_same(roles->u.map.pair[i].key, role) && is_now(b, v_text(roles->u.map.pair[i].val, NULL), b->own))
            return false;
    const char *unit = register_person_unit(b->j->reg, v_text(bench_fact_of(b, FACT_SUBJECT), ""));
    return is_now(b, v_get_str(roles, role, NULL), b->own) && is_now(b, unit, b->own);
}

/* For a party: who leads the case, or the person's own unit. For a department that acts on paper: who leads the case,
 * or its superior. */
static bool may_enter(const struct bench *b)
{
    const struct role *r = procedure_role(b->p, b->party);
    if (b->party)
        return leads(b) || (r && r->same_as && is_own_unit(b, r->same_as));
    const struct department *d = register_department(b->j->reg, b->department);
    return d && d->keyless && (leads(b) || is_now(b, d->superior, b->own));
}

static void refuse_enterer(struct bench *b)
{
    const struct department *d = b->department ? register_department(b->j->reg, b->department) : NULL;
    if (d && !d->keyless)
        bench_refuse(b, "right", "no-right-to-enter-for", "%s有密钥,自己办理,不由他人代录", d->name);
    else
        bench_refuse(b, "right", "no-right-to-enter-for", "代录限于%s或者%s", procedure_role_label(b->p, b->p->lead),
                     d ? "其上级" : "当事人所在单位");
}

/* While nobody leads the case, who does is seen when the act has bound the roles. */
void actor_check_enterer(struct bench *b)
{
    if (b->j->past || !b->for_others || may_enter(b))
        b->may_enter = true;
    else if (bench_role(b, b->p->lead) || (b->department && !register_department(b->j->reg, b->department)->keyless))
        refuse_enterer(b);
}

static bool shows_paper(const struct value *papers)
{
    for (size_t i = 0; i < v_count(papers); i++)
        if (v_count(papers->u.map.pair[i].val))
            return true;
    return false;
}

/* After the act's own rules, so that what they ask for is told first. */
void actor_check_entered(struct bench *b)
{
    if (!b->may_enter && !may_enter(b)) {
        refuse_enterer(b);
    } else if (b->for_others && !b->j->past && !shows_paper(v_get(b->j->command, "papers"))) {
        bench_refuse(b, "law", "entered-without-paper", "代录“%s”需要附签名的材料(papers.signed)", b->act->label);
        b->rejection.missing = "签名的材料";
        b->rejection.who = b->party ? procedure_role_label(b->p, b->party) : b->department;
        b->rejection.article = b->act->article;
    }
}

/* ---- the part in question ---- */

void actor_find_part(struct bench *b)
{
    if (!b->act->on)
        return;
    int64_t n = v_get_int(b->j->command, "part", 0);
    const char *id = n ? bench_key(b, n) : v_get_str(b->task, "part", NULL);
    b->part_kind = b->act->on;
    b->part = b->acted_on = id;
}

void actor_check_part(struct bench *b)
{
    const struct part_kind *k = procedure_part(b->p, b->act->on);
    if (k && !b->part)
        bench_refuse(b, "form", "part-missing", "the act '%s' is about one %s (%s): say which in 'part'", b->act->name,
                     k->name, k->label);
    else if (k && !v_get(v_get(bench_get(b, "parts"), k->name), b->part))
        bench_refuse(b, "form", "part-unknown", "the case has no %s %s", k->name, b->part);
}
