/* scenario_play.c - a scenario from a fresh store to its end, by real commands */
#include "tests/lib/scenario_inside.h"

#include "daemon/base/hash.h"
#include "tests/lib/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the town ---- */

static bool administer(struct play *p, struct value *command)
{
    p->answer = house_do(p->h, "admin", command);
    return strcmp(v_get_str(p->answer, "t", ""), "accepted") == 0;
}

static bool add_role(struct play *p, const char *principal, const char *department, const struct words *rights)
{
    struct arena *a = house_arena(p->h);
    struct value *c = house_command(p->h, "role-add"), *fields = v_get(c, "fields"), *list = v_list(a);
    v_put_str(a, fields, "principal", principal);
    v_put_str(a, fields, "department", department);
    for (size_t i = 0; i < rights->n; i++)
        v_push(a, list, v_str(a, rights->word[i]));
    v_put(a, fields, "rights", list);
    return administer(p, c);
}

static bool add_department(struct play *p, const struct town_department *d)
{
    static const char *all[] = {"act", "enter", "watch", "approve"};
    struct words rights = {all, 4};
    struct arena *a = house_arena(p->h);
    struct value *c = house_command(p->h, "department-add"), *fields = v_get(c, "fields"), *manages = v_list(a);
    v_put_str(a, fields, "id", d->id);
    v_put_str(a, fields, "name", d->name);
    v_put_str(a, fields, "kind", d->kind);
    v_put_str(a, fields, "superior", d->superior);
    if (d->keyless)
        v_put_bool(a, fields, "keyless", true);
    for (size_t i = 0; i < d->nmanages; i++)
        v_push(a, manages, v_str(a, d->manages[i]));
    if (d->nmanages)
        v_put(a, fields, "manages", manages);
    struct value *sits_in = v_list(a);
    for (size_t i = 0; i < d->sits_in.n; i++)
        v_push(a, sits_in, v_str(a, d->sits_in.word[i]));
    if (d->sits_in.n)
        v_put(a, fields, "sits-in", sits_in);
    return administer(p, c) && (d->keyless || add_role(p, d->id, d->id, &rights));
}

static bool build_town(struct play *p)
{
    const struct scenario *s = p->s;
    for (size_t i = 0; i < s->ndepartments; i++)
        if (!add_department(p, &s->department[i]))
            return false;
    for (size_t i = 0; i < s->npersons; i++)
        if (!add_role(p, s->person[i].principal, s->person[i].department, &s->person[i].rights))
            return false;
    return true;
}

/* ---- a command ---- */

/* The number of the event in which the act last happened in this case. */
static struct value *event_of(struct play *p, const char *act)
{
    const char *key = arena_printf(p->a, "%lld.%s", (long long)p->kase, act);
    return v_int(house_arena(p->h), v_get_int(p->events, key, 0));
}

/* The open task of a department that asks for an act, "DEPARTMENT:ACT": the newest. 0: there is none. */
static struct value *task_of(struct play *p, const char *which)
{
    const struct value *tasks = v_get(p->folded, "tasks");
    int64_t id = 0;
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct value *t = tasks->u.map.pair[i].val;
        const char *text = arena_printf(p->a, "%s:%s", v_get_str(t, "department", ""), v_get_str(t, "act", ""));
        if (strcmp(text, which) == 0)
            id = strtoll(tasks->u.map.pair[i].key, NULL, 10);
    }
    return v_int(house_arena(p->h), id);
}

struct value *play_value(struct play *p, const struct value *v)
{
    static const char event[] = "\001event:", task[] = "\001task:", kase[] = "\001case:";
    char text[DAY_TEXT];
    const char *s = v_text(v, "");
    if (s[0] != DEFERRED)
        return v_copy(house_arena(p->h), v);
    if (strncmp(s, event, sizeof event - 1) == 0)
        return event_of(p, s + sizeof event - 1);
    if (strncmp(s, task, sizeof task - 1) == 0)
        return task_of(p, s + sizeof task - 1);
    if (strncmp(s, kase, sizeof kase - 1) == 0)
        return v_int(house_arena(p->h), v_get_int(p->cases, s + sizeof kase - 1, 0));
    return v_str(house_arena(p->h), day_text(house_today(p->h), text));
}

static void put_day(struct play *p, struct value *map, const char *key, const char *day)
{
    if (day)
        v_put(house_arena(p->h), map, key, play_value(p, v_str(p->a, day)));
}

/* A paper is its hash; what is in it does not matter here. */
static void put_papers(struct play *p, struct value *c, const struct words *slots)
{
    const struct words signed_slot = {(const char *[]){"signed"}, 1};
    bool for_others = p->step->by_party || p->step->by_department;
    struct arena *a = house_arena(p->h);
    struct value *papers = v_map(a);
    if (for_others && !slots->n)
        slots = &signed_slot; /* whoever enters for others shows what they signed */
    for (size_t i = 0; i < slots->n; i++) {
        struct value *list = v_list(a);
        const char *text = arena_printf(p->a, "%s %d %s", p->s->path, p->step->line, slots->word[i]);
        struct hash h = hash_of(text, strlen(text));
        v_push(a, list, v_bin(a, &h, HASH_LEN));
        v_put(a, papers, slots->word[i], list);
    }
    if (slots->n)
        v_put(a, c, "papers", papers);
}

static void put_doer(struct play *p, struct value *c)
{
    struct arena *a = house_arena(p->h);
    struct value *by = v_map(a);
    v_put_str(a, by, "party", p->step->by_party);
    v_put_str(a, by, "department", p->step->by_department);
    if (v_count(by))
        v_put(a, c, "by", by);
}

/* Which of the open tasks a service answers: the oldest, of the notice that is named. */
static int64_t task_to_serve(const struct play *p)
{
    const struct value *tasks = v_get(p->folded, "tasks");
    const char *notice = p->step->notice;
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct value *t = tasks->u.map.pair[i].val;
        if (strcmp(v_get_str(t, "act", ""), p->step->act->name) == 0 &&
            (!notice || strcmp(v_get_str(t, "type", ""), notice) == 0))
            return strtoll(tasks->u.map.pair[i].key, NULL, 10);
    }
    return 0;
}

static bool holds_task(const struct act *act)
{
    return words_have(&act->by, TASK_HOLDER);
}

static struct value *command_of(struct play *p)
{
    struct arena *a = house_arena(p->h);
    const struct step *step = p->step;
    struct value *c = house_command(p->h, step->act->name), *fields = v_get(c, "fields");
    if (p->kase)
        v_put_int(a, c, "case", p->kase);
    else
        v_put_str(a, c, "procedure", p->s->law->name);
    for (size_t i = 0; i < v_count(step->fields); i++) {
        const struct pair *f = &step->fields->u.map.pair[i];
        if (f->key[0] != DEFERRED)
            v_put(a, fields, f->key, play_value(p, f->val));
    }
    put_day(p, c, "done", step->done);
    v_put_str(a, c, "reason", step->reason);
    v_put_str(a, c, "second", step->second);
    if (step->part)
        v_put_int(a, c, "part", step->part);
    if (holds_task(step->act) && task_to_serve(p))
        v_put_int(a, c, "task", task_to_serve(p));
    put_papers(p, c, &step->papers);
    put_doer(p, c);
    return c;
}

/* ---- steps ---- */

static void remember_before(struct play *p)
{
    for (size_t d = 0; d < p->s->ndepartments; d++)
        p->notices_before[d] = v_count(house_notices(p->h, p->s->department[d].id));
    p->transitions_before = v_count(house_transitions(p->h));
}

static void load_case(struct play *p)
{
    p->folded = NULL;
    if (!p->kase)
        return;
    struct value *q = house_question(p->h, "case");
    v_put_int(house_arena(p->h), q, "case", p->kase);
    p->folded = v_get(house_ask(p->h, "admin", q), "case");
}

static void do_act(struct play *p)
{
    p->answer = house_do(p->h, p->step->principal, command_of(p));
    if (strcmp(v_get_str(p->answer, "t", ""), "accepted") != 0)
        return;
    if (!p->kase) {
        p->kase = v_get_int(p->answer, "case", 0);
        v_put_int(p->a, p->cases, p->case_name, p->kase);
    }
    const char *key = arena_printf(p->a, "%lld.%s", (long long)p->kase, p->step->act->name);
    v_put_int(p->a, p->events, key, v_get_int(p->answer, "event", 0));
}

/* The list of circumstances is renewed: the procedure's next version, in force from today. */
static void do_list(struct play *p)
{
    int64_t version;
    char today[DAY_TEXT];
    struct arena *a = house_arena(p->h);
    struct value *load = house_command(p->h, "procedure-load"), *activate;
    p->law = set_list(p->a, p->law, p->step->name, &version);
    v_put_str(a, v_get(load, "fields"), "source", p->law);
    if (!administer(p, load))
        return;
    activate = house_command(p->h, "procedure-activate");
    v_put_str(a, v_get(activate, "fields"), "procedure", p->s->law->name);
    v_put_int(a, v_get(activate, "fields"), "version", version);
    v_put_str(a, v_get(activate, "fields"), "from", day_text(house_today(p->h), today));
    (void)administer(p, activate);
}

static void do_step(struct play *p)
{
    remember_before(p);
    p->answer = NULL;
    switch (p->step->kind) {
    case STEP_ACT:
        do_act(p);
        break;
    case STEP_DAY:
        house_to_minute(p->h, p->step->day, p->step->minute);
        break;
    case STEP_CASE:
        p->case_name = p->step->name;
        p->kase = v_get_int(p->cases, p->case_name, 0);
        break;
    case STEP_LIST:
        do_list(p);
        break;
    case STEP_LOOK:
        break;
    }
    load_case(p);
}

/* ---- holding it to what is expected ---- */

static void fail_at(struct play *p, int line, const char *expected, struct scenario_failure *ret)
{
    struct buf text = {0};
    buf_printf(&text, "%s:%d: %s\n    应当: %s\n    实际: %s\n", p->s->path, line, p->step ? p->step->text : "",
               expected, buf_cstr(&p->seen));
    ret->line = line;
    ret->text = strdup(buf_cstr(&text));
    buf_done(&text);
}

static bool says_answer(const struct step *step)
{
    for (size_t i = 0; i < step->nexpect; i++)
        if (step->expect[i].kind == EXPECT_ACCEPTED || step->expect[i].kind == EXPECT_REFUSED)
            return true;
    return false;
}

static void note_cites(const struct words *cites, struct scenario_failure *f)
{
    for (size_t i = 0; i < cites->n && f->ncites < SCENARIO_CITES; i++)
        f->cites[f->ncites++] = cites->word[i];
}

/* The first failure of a step is told; what the others cite is noted as well. */
static bool expectations_hold(struct play *p, struct scenario_failure *ret)
{
    const struct step *step = p->step;
    bool answered = ret->line == 0; /* else nothing that is said of the step can be meant */
    for (size_t i = 0; i < step->nexpect; i++) {
        const struct expect *e = &step->expect[i];
        if (answered && expect_holds(p, e))
            continue;
        note_cites(&e->cites, ret);
        if (!ret->line)
            fail_at(p, e->line, e->text, ret);
        answered = answered && e->kind != EXPECT_ACCEPTED && e->kind != EXPECT_REFUSED;
    }
    if (ret->line)
        note_cites(&step->cites, ret);
    return ret->line == 0;
}

static bool step_holds(struct play *p, struct scenario_failure *ret)
{
    struct expect accepted = {.kind = EXPECT_ACCEPTED};
    if (p->step->kind == STEP_ACT && !says_answer(p->step) && !expect_holds(p, &accepted))
        fail_at(p, p->step->line, "通过", ret);
    return expectations_hold(p, ret);
}

bool scenario_failure_cites(const struct scenario_failure *f, const char *number)
{
    for (size_t i = 0; i < f->ncites; i++)
        if (strcmp(f->cites[i], number) == 0)
            return true;
    return false;
}

bool scenario_does(const struct scenario *s, const char *act)
{
    for (size_t i = 0; i < s->nsteps; i++)
        if (s->step[i].act && strcmp(s->step[i].act->name, act) == 0)
            return true;
    return false;
}

static bool play_steps(struct play *p, struct scenario_failure *ret)
{
    if (!build_town(p)) {
        buf_str(&p->seen, v_get_str(p->answer, "text", "no answer"));
        fail_at(p, 1, "部门和人员已登记", ret);
        return false;
    }
    for (size_t i = 0; i < p->s->nsteps; i++) {
        p->step = &p->s->step[i];
        do_step(p);
        if (!step_holds(p, ret))
            return false;
    }
    return true;
}

bool scenario_play(const struct scenario *s, const char *procedure, struct scenario_failure *ret)
{
    struct play p = {.s = s, .a = arena_new(), .case_name = ""};
    *ret = (struct scenario_failure){0};
    procedure = procedure ? procedure : s->law_text;
    if (s->nparameters)
        procedure = set_into(s, p.a, procedure);
    p.law = procedure;
    p.h = house_new_with(s->start, s->law->name, procedure);
    p.cases = v_map(p.a);
    p.events = v_map(p.a);
    p.notices_before = ARENA_ARRAY(p.a, size_t, s->ndepartments + 1);
    bool ok = play_steps(&p, ret);
    buf_done(&p.seen);
    house_free(p.h);
    arena_free(p.a);
    return ok;
}
