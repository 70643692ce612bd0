/* scenario_expect.c - what a scenario expects, from its line */
#include "tests/lib/scenario_inside.h"

#include <stdlib.h>
#include <string.h>

/* The words behind the arrow, taken one by one. */
struct cursor {
    struct scenario *s;
    const struct line *l;
    size_t i;
    struct word first; /* "→通过" written together */
    bool together;
};

static const struct word *next_word(struct cursor *c)
{
    if (c->together) {
        c->together = false;
        return &c->first;
    }
    return c->i < c->l->n ? &c->l->word[c->i++] : NULL;
}

static const struct word *need_word(struct cursor *c, const char *what)
{
    const struct word *w = next_word(c);
    if (!w)
        word_problem(c->s, c->l, &c->l->word[c->l->n - 1], "expected %s behind this", what);
    return w;
}

/* The next word if it is this one. */
static bool take(struct cursor *c, const char *key)
{
    if (c->i >= c->l->n || strcmp(c->l->word[c->i].s, key) != 0)
        return false;
    c->i++;
    return true;
}

static const char *department_id(struct cursor *c, const struct word *w)
{
    const struct town_department *d = w ? word_department(c->s, c->l, w) : NULL;
    return d ? d->id : NULL;
}

/* Who is served on paper: a party, or a department without a key. */
static const char *served_party(struct cursor *c, const struct word *w)
{
    const char *party = w ? word_party(c->s, word_meant(c->s, w->s)) : NULL;
    return party ? party : department_id(c, w);
}

/* ---- one reader for each first word ---- */

static void nothing_more(struct cursor *c, struct expect *e)
{
    (void)c;
    (void)e;
}

static void read_refused(struct cursor *c, struct expect *e)
{
    const struct {
        const char *key;
        const char **to;
    } keys[] = {{"规则", &e->rule}, {"条款", &e->article},  {"缺少", &e->missing}, {"由", &e->who},
                {"码", &e->code},   {"最早", &e->earliest}, {"说明", &e->state}};
    for (const struct word *w; (w = next_word(c)) != NULL;) {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof *keys && !known; i++) {
            known = strcmp(keys[i].key, w->s) == 0;
            const struct word *v = known ? need_word(c, "a text") : NULL;
            if (v)
                *keys[i].to = v->s;
        }
        if (!known)
            word_problem(c->s, c->l, w, "expected 规则, 条款, 缺少, 由, 码, 最早 or 说明");
    }
}

/* 自 DAY */
static void read_since(struct cursor *c, struct expect *e)
{
    const struct word *w = take(c, "自") ? need_word(c, "a day") : NULL;
    e->day = w ? word_day(c->s, c->l, w) : NULL;
}

static void read_stage(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a stage");
    e->name = w ? word_stage(c->s, c->l, w) : NULL;
    read_since(c, e);
}

/* DEPARTMENT TYPE [待办 ACT] [限 DAY] [带 FIELD 为 VALUE] */
static void read_notice(struct cursor *c, struct expect *e)
{
    const struct word *who = need_word(c, "a department"), *type = who ? need_word(c, "a notice") : NULL;
    e->department = department_id(c, who);
    e->name = type ? word_notice(c->s, c->l, type) : NULL;
    if (take(c, "待办")) {
        const struct word *w = need_word(c, "an act");
        const struct act *act = w ? word_act(c->s, c->l, w) : NULL;
        e->act = act ? act->name : NULL;
    }
    if (take(c, "限")) {
        const struct word *w = need_word(c, "a day");
        e->day = w ? word_day(c->s, c->l, w) : NULL;
    }
    if (take(c, "带")) {
        const struct word *w = need_word(c, "a field"), *v;
        const struct fact *f = w ? word_fact(c->s, c->l, w) : NULL;
        v = take(c, "为") ? need_word(c, "a value") : NULL;
        e->state = f ? f->name : NULL;
        e->value = f && v ? word_value(c->s, c->l, v, f, NULL) : NULL;
    }
}

/* DEPARTMENT TYPE 给 PARTY */
static void read_service(struct cursor *c, struct expect *e)
{
    read_notice(c, e);
    if (take(c, "给"))
        e->party = served_party(c, need_word(c, "a party"));
}

static void read_transition(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a notice");
    e->name = w ? word_notice(c->s, c->l, w) : NULL;
}

static void read_record(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a field");
    const struct fact *f = w ? word_fact(c->s, c->l, w) : NULL;
    e->name = f ? f->name : NULL;
    e->state = f && f->is_private ? "private" : NULL;
    if (take(c, "为")) {
        const struct word *v = need_word(c, "a value");
        e->value = f && v ? word_value(c->s, c->l, v, f, NULL) : NULL;
    }
}

static void read_no_record(struct cursor *c, struct expect *e)
{
    read_record(c, e);
    e->number = 1;
}

static void read_clock(struct cursor *c, struct expect *e)
{
    static const char *const states[][2] = {{"计算中", "running"},  {"暂停", "paused"},   {"按期完成", "met"},
                                            {"已过", "missed"},     {"逾期完成", "late"}, {"未起算", "none"},
                                            {"待定", "provisional"}};
    const struct word *w = need_word(c, "a clock");
    e->name = w ? word_clock(c->s, c->l, w) : NULL;
    while ((w = next_word(c)) != NULL) {
        if (strcmp(w->s, "到") == 0) {
            const struct word *day = need_word(c, "a day");
            e->day = day ? word_day(c->s, c->l, day) : NULL;
            continue;
        }
        for (size_t i = 0; i < sizeof states / sizeof *states; i++)
            if (strcmp(states[i][0], w->s) == 0)
                e->state = states[i][1];
        if (!e->state)
            word_problem(c->s, c->l, w, "expected 到 DAY, 计算中, 暂停, 按期完成, 逾期完成, 已过, 未起算 or 待定");
    }
}

/* CLOCK DAY 计入|不计 */
static void read_count(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a clock"), *day = w ? need_word(c, "a day") : NULL;
    e->name = w ? word_clock(c->s, c->l, w) : NULL;
    e->day = day ? word_day(c->s, c->l, day) : NULL;
    const struct word *how = day ? need_word(c, "计入 or 不计") : NULL;
    e->number = how && strcmp(how->s, "计入") == 0;
}

static void read_lead(struct cursor *c, struct expect *e)
{
    static const char *const states[][2] = {
        {"暂缓", "suspended"}, {"未暂缓", "free"}, {"暂缓待确认", "unconfirmed"}, {"暂缓已确认", "confirmed"}};
    const struct word *w = need_word(c, "the number of a lead"), *state = w ? need_word(c, "a state") : NULL;
    e->number = w ? atoi(w->s) : 0;
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i][0], state->s) == 0)
            e->state = states[i][1];
    if (state && !e->state)
        e->name = word_state(c->s, c->l, state, "lead");
    read_since(c, e);
}

/* DEPARTMENT ACT [限 DAY] [已报上级] [共 N] */
static void read_task(struct cursor *c, struct expect *e)
{
    const struct word *who = need_word(c, "a department"), *w = who ? need_word(c, "an act") : NULL;
    e->department = department_id(c, who);
    const struct act *act = w ? word_act(c->s, c->l, w) : NULL;
    e->act = act ? act->name : NULL;
    if (take(c, "限")) {
        const struct word *day = need_word(c, "a day");
        e->day = day ? word_day(c->s, c->l, day) : NULL;
    }
    e->state = take(c, "已报上级") ? "escalated" : NULL;
    const struct word *times = take(c, "共") ? need_word(c, "a number") : NULL;
    e->number = times ? atoi(times->s) : 0;
}

static void read_outcome(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "an outcome");
    e->name = w && strcmp(w->s, "无") != 0 ? word_outcome(c->s, c->l, w) : NULL;
}

static void read_area(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "an area, or 无");
    e->name = w && strcmp(w->s, "无") != 0 ? w->s : NULL;
}

static void read_role(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a role");
    e->name = w ? word_role(c->s, c->l, w) : NULL;
    if (take(c, "为"))
        e->department = department_id(c, need_word(c, "a department"));
}

static void read_paper(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a paper");
    e->name = w ? word_slot(c->s, c->l, w) : NULL;
}

/* TYPE 给 PARTY [日期 DAY] */
static void read_served(struct cursor *c, struct expect *e)
{
    const struct word *w = need_word(c, "a notice");
    e->name = w ? word_notice(c->s, c->l, w) : NULL;
    if (take(c, "给"))
        e->party = served_party(c, need_word(c, "a party"));
    if (take(c, "日期")) {
        const struct word *day = need_word(c, "a day");
        e->day = day ? word_day(c->s, c->l, day) : NULL;
    }
}

static const struct {
    const char *word;
    enum expect_kind kind;
    void (*read)(struct cursor *, struct expect *);
} forms[] = {
    {"通过", EXPECT_ACCEPTED, nothing_more},
    {"拒绝", EXPECT_REFUSED, read_refused},
    {"阶段", EXPECT_STAGE, read_stage},
    {"通知", EXPECT_NOTICE, read_notice},
    {"不通知", EXPECT_NO_NOTICE, read_notice},
    {"书面送达", EXPECT_SERVICE, read_service},
    {"公布", EXPECT_TRANSITION, read_transition},
    {"不公布", EXPECT_NO_TRANSITION, read_transition},
    {"记载", EXPECT_FACT, read_record},
    {"未记载", EXPECT_FACT, read_no_record},
    {"期限", EXPECT_CLOCK, read_clock},
    {"逐日", EXPECT_COUNT, read_count},
    {"线索", EXPECT_LEAD, read_lead},
    {"待办", EXPECT_TASK, read_task},
    {"无待办", EXPECT_NO_TASK, read_task},
    {"结果", EXPECT_OUTCOME, read_outcome},
    {"不受影响", EXPECT_CONSEQUENCE, read_area},
    {"角色", EXPECT_ROLE, read_role},
    {"附有", EXPECT_PAPER, read_paper},
    {"已送达", EXPECT_SERVED, read_served},
    {"无暂缓", EXPECT_SUSPENSION_NONE, nothing_more},
};
enum { FORMS = sizeof forms / sizeof *forms };

void expect_read(struct scenario *s, struct step *step, const struct line *l)
{
    static const size_t arrow = sizeof "→" - 1;
    struct cursor c = {.s = s, .l = l, .i = 1, .together = l->word[0].s[arrow] != 0};
    c.first = (struct word){l->word[0].s + arrow, l->word[0].column + 1};
    const struct word *w = need_word(&c, "what is expected");
    size_t k = 0;
    while (w && k < FORMS && strcmp(forms[k].word, w->s) != 0)
        k++;
    if (!w)
        return;
    if (k == FORMS) {
        const char *all = "";
        for (k = 0; k < FORMS; k++)
            all = arena_printf(s->a, "%s%s%s", all, k ? " " : "", forms[k].word);
        word_problem(s, l, w, "'%s' is nothing to expect; there are: %s", w->s, all);
        return;
    }
    struct expect e = {.kind = forms[k].kind, .line = l->number, .text = l->body.s, .cites = l->cites};
    forms[k].read(&c, &e);
    if (c.i < l->n)
        word_problem(s, l, &l->word[c.i], "'%s' is not understood here", l->word[c.i].s);
    ARENA_GROW(s->a, step->expect, step->nexpect, step->cap);
    step->expect[step->nexpect++] = e;
}
