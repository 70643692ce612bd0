/* scenario_expect.c - what a scenario expects, from its line */
#include "tests/lib/scenario_expect.h"

#include <stdlib.h>
#include <string.h>

const struct word *cursor_next(struct cursor *c)
{
    if (c->together) {
        c->together = false;
        return &c->first;
    }
    return c->i < c->l->n ? &c->l->word[c->i++] : NULL;
}

const struct word *cursor_need(struct cursor *c, const char *what)
{
    const struct word *w = cursor_next(c);
    if (!w)
        word_problem(c->s, c->l, &c->l->word[c->l->n - 1], "expected %s behind this", what);
    return w;
}

/* The next word if it is this one. */
bool cursor_take(struct cursor *c, const char *key)
{
    if (c->i >= c->l->n || strcmp(c->l->word[c->i].s, key) != 0)
        return false;
    c->i++;
    return true;
}

const char *cursor_department(struct cursor *c, const struct word *w)
{
    const struct town_department *d = w ? word_department(c->s, c->l, w) : NULL;
    return d ? d->id : NULL;
}

const char *cursor_day(struct cursor *c, const char *key)
{
    const struct word *w = cursor_take(c, key) ? cursor_need(c, "a day") : NULL;
    return w ? word_day(c->s, c->l, w) : NULL;
}

void cursor_part(struct cursor *c, struct expect *e)
{
    const struct part_kind *k = c->i + 1 < c->l->n ? word_part_kind(c->s, word_meant(c->s, c->l->word[c->i].s)) : NULL;
    if (!k)
        return;
    e->part_kind = k->name;
    e->number = atoi(c->l->word[c->i + 1].s);
    c->i += 2;
}

/* Who is served on paper: a party, or a department without a key. */
static const char *served_party(struct cursor *c, const struct word *w)
{
    const char *party = w ? word_party(c->s, word_meant(c->s, w->s)) : NULL;
    return party ? party : cursor_department(c, w);
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
    for (const struct word *w; (w = cursor_next(c)) != NULL;) {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof *keys && !known; i++) {
            known = strcmp(keys[i].key, w->s) == 0;
            const struct word *v = known ? cursor_need(c, "a text") : NULL;
            if (v)
                *keys[i].to = v->s;
        }
        if (!known)
            word_problem(c->s, c->l, w, "expected 规则, 条款, 缺少, 由, 码, 最早 or 说明");
    }
}

static void read_stage(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a stage");
    e->name = w ? word_stage(c->s, c->l, w) : NULL;
    e->day = cursor_day(c, "自");
}

/* DEPARTMENT TYPE [KIND N] [待办 ACT] [限 DAY] [带 FIELD 为 VALUE] */
static void read_notice(struct cursor *c, struct expect *e)
{
    const struct word *who = cursor_need(c, "a department"), *type = who ? cursor_need(c, "a notice") : NULL;
    e->department = cursor_department(c, who);
    e->name = type ? word_notice(c->s, c->l, type) : NULL;
    cursor_part(c, e);
    if (cursor_take(c, "待办")) {
        const struct word *w = cursor_need(c, "an act");
        const struct act *act = w ? word_act(c->s, c->l, w) : NULL;
        e->act = act ? act->name : NULL;
    }
    e->day = cursor_day(c, "限");
    if (cursor_take(c, "带")) {
        const struct word *w = cursor_need(c, "a field"), *v;
        const struct fact *f = w ? word_fact(c->s, c->l, w) : NULL;
        v = cursor_take(c, "为") ? cursor_need(c, "a value") : NULL;
        e->state = f ? f->name : NULL;
        e->value = f && v ? word_value(c->s, c->l, v, f, NULL) : NULL;
    }
}

/* DEPARTMENT TYPE 给 PARTY */
static void read_service(struct cursor *c, struct expect *e)
{
    read_notice(c, e);
    if (cursor_take(c, "给"))
        e->party = served_party(c, cursor_need(c, "a party"));
}

static void read_transition(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a notice");
    e->name = w ? word_notice(c->s, c->l, w) : NULL;
}

static void read_record(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a field");
    const struct fact *f = w ? word_fact(c->s, c->l, w) : NULL;
    e->name = f ? f->name : NULL;
    e->state = f && f->is_private ? "private" : NULL;
    if (cursor_take(c, "为")) {
        const struct word *v = cursor_need(c, "a value");
        e->value = f && v ? word_value(c->s, c->l, v, f, NULL) : NULL;
    }
}

static void read_no_record(struct cursor *c, struct expect *e)
{
    read_record(c, e);
    e->number = 1;
}

/* CLOCK, or CLOCK N where each part has its own. */
static const char *clock_name(struct cursor *c, const struct word *w)
{
    const char *name = word_clock(c->s, c->l, w);
    const struct clock_rule *rule = name ? procedure_clock(c->s->law, name) : NULL;
    if (!rule || !rule->each)
        return name;
    const struct word *n = cursor_need(c, "the number of the part");
    return n ? arena_printf(c->s->a, "%s-%d", name, atoi(n->s)) : NULL;
}

static void read_clock(struct cursor *c, struct expect *e)
{
    static const char *const states[][2] = {{"计算中", "running"},   {"暂停", "paused"},   {"按期完成", "met"},
                                            {"已过", "missed"},      {"逾期完成", "late"}, {"未起算", "none"},
                                            {"待定", "provisional"}, {"终止", "ended"}};
    const struct word *w = cursor_need(c, "a clock");
    e->name = w ? clock_name(c, w) : NULL;
    while ((w = cursor_next(c)) != NULL) {
        if (strcmp(w->s, "到") == 0) {
            const struct word *day = cursor_need(c, "a day");
            e->day = day ? word_day(c->s, c->l, day) : NULL;
            continue;
        }
        for (size_t i = 0; i < sizeof states / sizeof *states; i++)
            if (strcmp(states[i][0], w->s) == 0)
                e->state = states[i][1];
        if (!e->state)
            word_problem(c->s, c->l, w,
                         "expected 到 DAY, 计算中, 暂停, 按期完成, 逾期完成, 已过, 未起算, 待定 or 终止");
    }
}

/* CLOCK DAY 计入|不计 */
static void read_count(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a clock");
    e->name = w ? clock_name(c, w) : NULL;
    const struct word *day = w ? cursor_need(c, "a day") : NULL;
    e->day = day ? word_day(c->s, c->l, day) : NULL;
    const struct word *how = day ? cursor_need(c, "计入 or 不计") : NULL;
    e->number = how && strcmp(how->s, "计入") == 0;
}

/* DEPARTMENT ACT [KIND N] [限 DAY] [已报上级] [共 N] */
static void read_task(struct cursor *c, struct expect *e)
{
    const struct word *who = cursor_need(c, "a department"), *w = who ? cursor_need(c, "an act") : NULL;
    e->department = cursor_department(c, who);
    const struct act *act = w ? word_act(c->s, c->l, w) : NULL;
    e->act = act ? act->name : NULL;
    cursor_part(c, e);
    e->day = cursor_day(c, "限");
    e->state = cursor_take(c, "已报上级") ? "escalated" : NULL;
    const struct word *times = cursor_take(c, "共") ? cursor_need(c, "a number") : NULL;
    e->times = times ? atoi(times->s) : 0;
}

static void read_outcome(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "an outcome");
    e->name = w && strcmp(w->s, "无") != 0 ? word_outcome(c->s, c->l, w) : NULL;
}

static void read_role(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a role");
    e->name = w ? word_role(c->s, c->l, w) : NULL;
    if (cursor_take(c, "为"))
        e->department = cursor_department(c, cursor_need(c, "a department"));
}

static void read_paper(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a paper");
    e->name = w ? word_slot(c->s, c->l, w) : NULL;
}

/* TYPE 给 PARTY [日期 DAY] */
static void read_served(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "a notice");
    e->name = w ? word_notice(c->s, c->l, w) : NULL;
    if (cursor_take(c, "给"))
        e->party = served_party(c, cursor_need(c, "a party"));
    e->day = cursor_day(c, "日期");
}

/* 清单 VERSION: of the circumstances, as the case keeps it */
static void read_list(struct cursor *c, struct expect *e)
{
    const struct word *w = cursor_need(c, "the version of a list");
    e->name = w ? w->s : NULL;
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
    {"线索", EXPECT_PART, council_read_lead},
    {"待办", EXPECT_TASK, read_task},
    {"无待办", EXPECT_NO_TASK, read_task},
    {"结果", EXPECT_OUTCOME, read_outcome},
    {"不受影响", EXPECT_CONSEQUENCE, council_read_area},
    {"仍受影响", EXPECT_NO_CONSEQUENCE, council_read_area},
    {"角色", EXPECT_ROLE, read_role},
    {"附有", EXPECT_PAPER, read_paper},
    {"已送达", EXPECT_SERVED, read_served},
    {"无暂缓", EXPECT_SUSPENSION_NONE, nothing_more},
    {"会议", EXPECT_BODY, council_read_body},
    {"关联", EXPECT_LINK, council_read_link},
    {"类别", EXPECT_KIND, council_read_kind},
    {"可阅", EXPECT_READER, council_read_reader},
    {"不可阅", EXPECT_READER, council_read_no_reader},
    {"清单", EXPECT_LIST, read_list},
};
enum { FORMS = sizeof forms / sizeof *forms };

void expect_read(struct scenario *s, struct step *step, const struct line *l)
{
    static const size_t arrow = sizeof "→" - 1;
    struct cursor c = {.s = s, .l = l, .i = 1, .together = l->word[0].s[arrow] != 0};
    c.first = (struct word){l->word[0].s + arrow, l->word[0].column + 1};
    const struct word *w = cursor_need(&c, "what is expected");
    size_t k = 0;
    while (w && k < FORMS && strcmp(forms[k].word, w->s) != 0)
        k++;
    if (!w)
        return;
    const struct part_kind *part = k == FORMS ? word_part_kind(s, word_meant(s, w->s)) : NULL;
    if (k == FORMS && !part) {
        const char *all = "";
        for (k = 0; k < FORMS; k++)
            all = arena_printf(s->a, "%s%s%s", all, k ? " " : "", forms[k].word);
        word_problem(s, l, w, "'%s' is nothing to expect; there are: %s", w->s, all);
        return;
    }
    struct expect e = {.line = l->number, .text = l->body.s, .cites = l->cites};
    e.kind = part ? EXPECT_PART : forms[k].kind;
    e.part_kind = part ? part->name : NULL;
    if (part)
        council_read_part(&c, &e);
    else
        forms[k].read(&c, &e);
    if (c.i < l->n)
        word_problem(s, l, &l->word[c.i], "'%s' is not understood here", l->word[c.i].s);
    ARENA_GROW(s->a, step->expect, step->nexpect, step->cap);
    step->expect[step->nexpect++] = e;
}
