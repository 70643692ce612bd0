/* show_words.c - conditions of a procedure in words */
#include "daemon/law/show.h"

#include <string.h>

#define OUT(s, ...) buf_printf((s)->out, __VA_ARGS__)

/* ---- labels ---- */

#define LABEL(function, type, look_up)                                                                                 \
    const char *function(const struct show *s, const char *name)                                                       \
    {                                                                                                                  \
        const struct type *one = look_up(s->p, name);                                                                  \
        return one ? one->label : name;                                                                                \
    }

LABEL(show_stage, stage, procedure_stage)
LABEL(show_act, act, procedure_act)
LABEL(show_fact, fact, procedure_fact)
LABEL(show_clock, clock_rule, procedure_clock)
LABEL(show_part, part_kind, procedure_part)
LABEL(show_kind, kind, procedure_kind)
LABEL(show_outcome, outcome, procedure_outcome)
LABEL(show_notice, notice_type, procedure_notice)

static const struct fact *part_field(const struct part_kind *k, const char *name)
{
    for (size_t i = 0; k && name && i < k->nfields; i++)
        if (strcmp(k->fields[i].name, name) == 0)
            return &k->fields[i];
    return NULL;
}

const char *show_role(const struct show *s, const char *name)
{
    return procedure_role_label(s->p, name);
}

void show_list(const struct show *s, const struct words *w, show_label *label, const char *joint)
{
    for (size_t i = 0; i < w->n; i++)
        OUT(s, "%s%s", i ? joint : "", label ? label(s, w->word[i]) : w->word[i]);
}

void show_length(const struct show *s, const struct clock_rule *c)
{
    if (c->workdays)
        OUT(s, "%d个工作日", c->workdays);
    else if (c->until)
        OUT(s, "至%s", show_fact(s, c->until));
    else
        OUT(s, "%d日", c->days);
}

/* ---- values of facts ---- */

static const char *option_label(const struct option *of, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(of[i].word, word) == 0)
            return of[i].label;
    return word;
}

static const char *value_label(const struct show *s, const struct fact *f, const char *word)
{
    if (!f)
        return word;
    if (f->type == FACT_BOOL)
        return strcmp(word, "true") == 0 ? "是" : "否";
    return f->type == FACT_OUTCOME ? show_outcome(s, word) : option_label(f->of, f->nof, word);
}

static void values(const struct show *s, const struct fact *f, const struct words *w)
{
    OUT(s, "%s", f && f->type == FACT_BOOL ? ":" : "为");
    for (size_t i = 0; i < w->n; i++)
        OUT(s, "%s%s", i ? "或" : "", value_label(s, f, w->word[i]));
}

/* ---- one condition ---- */

static void kids(struct show *s, const struct guard *g)
{
    const char *joint = g->op == GUARD_ALL ? ",且" : ",或";
    if (g->op == GUARD_NONE)
        OUT(s, "并非");
    bool group = g->nkids != 1 || g->op == GUARD_NONE;
    OUT(s, "%s", group ? "(" : "");
    for (size_t i = 0; i < g->nkids; i++) {
        OUT(s, "%s", i ? joint : "");
        show_guard(s, g->kid[i]);
    }
    OUT(s, "%s", group ? ")" : "");
}

static void of_part(struct show *s, const struct guard *g)
{
    const struct fact *f = part_field(s->kind, g->name);
    if (g->op == GUARD_PART_GIVEN) {
        bool outcome = strcmp(g->name, "outcome") == 0;
        OUT(s, "%s%s", g->yes ? "已填" : "未填", f ? f->label : outcome ? "认定结果" : g->name);
        return;
    }
    if (f) {
        OUT(s, "%s", f->label);
        values(s, f, &g->words);
        return;
    }
    if (strcmp(g->name, "outcome") == 0) {
        OUT(s, "认定为");
        show_list(s, &g->words, show_outcome, "或");
        return;
    }
    OUT(s, "状态为");
    for (size_t i = 0; i < g->words.n; i++)
        OUT(s, "%s%s", i ? "或" : "",
            s->kind ? option_label(s->kind->states, s->kind->nstates, g->words.word[i]) : g->words.word[i]);
}

static void quantified(struct show *s, const struct guard *g)
{
    const struct part_kind *outer = s->kind;
    const char *many = g->op == GUARD_EVERY ? "每一" : g->op == GUARD_SOME ? "有" : "没有";
    OUT(s, "%s%s", many, show_part(s, g->name));
    if (g->other)
        OUT(s, "(限于%s)", show_fact(s, g->other));
    s->kind = procedure_part(s->p, g->name);
    OUT(s, "%s", g->op == GUARD_EVERY ? "都" : "");
    show_guard(s, g->kid[0]);
    s->kind = outer;
}

static void about_roles(const struct show *s, const struct guard *g)
{
    if (g->op == GUARD_SAME)
        OUT(s, "%s与%s是同一部门", show_role(s, g->name), show_role(s, g->other));
    else if (g->op == GUARD_BOUND)
        OUT(s, "%s%s", g->yes ? "已确定" : "未确定", show_role(s, g->name));
    else
        OUT(s, "%s按干部管理权限管理%s", show_role(s, g->name), show_role(s, g->other));
}

static void about_facts(const struct show *s, const struct guard *g)
{
    const struct fact *f = procedure_fact(s->p, g->name);
    if (g->op == GUARD_FACT_GIVEN) {
        OUT(s, "%s%s", g->yes ? "已填" : "未填", show_fact(s, g->name));
    } else if (g->op == GUARD_IN_ORDER) {
        show_list(s, &g->words, show_fact, "、");
        OUT(s, "依次先后,都不在办理之后");
    } else if (g->op == GUARD_DEPARTMENT) {
        OUT(s, "%s的类别为", show_fact(s, g->name));
        show_list(s, &g->words, NULL, "或");
    } else {
        OUT(s, "%s", show_fact(s, g->name));
        values(s, f, &g->words);
    }
}

static void about_course(const struct show *s, const struct guard *g)
{
    if (g->op == GUARD_SWITCH) {
        const struct switch_row *w = procedure_switch(s->p, g->name);
        OUT(s, "%s%s", g->yes ? "实行" : "未实行", w ? w->label : g->name);
    } else if (g->op == GUARD_KIND) {
        OUT(s, "事项为");
        show_list(s, &g->words, show_kind, "或");
    } else if (g->op == GUARD_STAGE) {
        OUT(s, "处于");
        show_list(s, &g->words, show_stage, "、");
    } else if (g->op == GUARD_SERVING) {
        OUT(s, "所送达的是");
        show_list(s, &g->words, show_notice, "或");
    } else if (g->op == GUARD_NEW) {
        OUT(s, "%s", g->yes ? "由此立案" : "已立案");
    } else if (g->op == GUARD_OUTCOME) {
        OUT(s, "认定为");
        show_list(s, &g->words, show_outcome, "或");
    } else if (g->op == GUARD_CLOCK_OVER) {
        OUT(s, "%s%s", g->yes ? "已超过" : "未超过", show_clock(s, g->name));
    } else {
        OUT(s, "有材料 %s", g->name);
    }
}

static void about_body(const struct show *s, const struct guard *g)
{
    const struct body *b = procedure_body(s->p, g->name);
    OUT(s, "%s", b ? b->label : g->name);
    if (g->op == GUARD_BODY_CONVENED)
        OUT(s, "%s", g->yes ? "已召开" : "未召开");
    else if (g->op == GUARD_BODY_QUORUM)
        OUT(s, "%s", g->yes ? "达到法定人数(回避的不计)" : "未达到法定人数");
    else if (g->op == GUARD_BODY_DECIDED)
        OUT(s, "%s", g->yes ? "已作出决定" : "未作出决定");
    else
        OUT(s, "%s", g->yes ? "的成员办理(未回避)" : "的成员以外的部门办理");
}

static const char *link_label(const char *link)
{
    static const char *const words[][2] = {
        {"covers", "已备案的事项"}, {"repeats", "此前的同一事项"}, {"same-proceeding", "同一追责程序的事项"}};
    for (size_t i = 0; link && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], link) == 0)
            return words[i][1];
    return link ? link : "";
}

static void about_link(const struct show *s, const struct guard *g)
{
    if (g->op == GUARD_LINKED_GIVEN && !g->other) {
        OUT(s, "%s%s", g->yes ? "已关联" : "未关联", link_label(g->name));
        return;
    }
    OUT(s, "所关联的%s中", link_label(g->name));
    if (g->op == GUARD_LINKED_GIVEN) {
        OUT(s, "%s%s", g->yes ? "已填" : "未填", show_fact(s, g->other));
    } else if (g->op == GUARD_LINKED_SAME) {
        OUT(s, "%s与本案%s", show_fact(s, g->other), g->yes ? "相同" : "不同");
    } else {
        OUT(s, "%s", show_fact(s, g->other));
        values(s, procedure_fact(s->p, g->other), &g->words);
    }
}

static void about_people(const struct show *s, const struct guard *g)
{
    if (g->op == GUARD_SECOND)
        OUT(s, "%s", g->yes ? "有第二人确认" : "没有第二人确认");
    else if (g->op == GUARD_ANOTHER)
        OUT(s, "与“%s”不是同一人", show_act(s, g->name));
    else if (g->op == GUARD_SUSPENDED)
        OUT(s, "%s", g->yes ? "已暂缓追责" : "没有暂缓追责");
    else if (g->op == GUARD_SUSPENSION)
        OUT(s, "%s", words_have(&g->words, "open") ? "有尚未结束的暂缓追责" : "有待确认的暂缓追责");
    else if (g->op == GUARD_CIRCUMSTANCES)
        OUT(s, "%s", words_have(&g->words, "held") ? "至少一项容错情形成立" : "所列情形与查明的程度一致");
    else
        OUT(s, "没有不得容错的情形");
}

void show_guard(struct show *s, const struct guard *g)
{
    switch (g->op) {
    case GUARD_ALL:
    case GUARD_ANY:
    case GUARD_NONE:
        kids(s, g);
        break;
    case GUARD_EVERY:
    case GUARD_SOME:
    case GUARD_NO:
        quantified(s, g);
        break;
    case GUARD_PART_IN:
    case GUARD_PART_GIVEN:
        of_part(s, g);
        break;
    case GUARD_FACT_IN:
    case GUARD_FACT_GIVEN:
    case GUARD_IN_ORDER:
    case GUARD_DEPARTMENT:
        about_facts(s, g);
        break;
    case GUARD_SAME:
    case GUARD_BOUND:
    case GUARD_MANAGES:
        about_roles(s, g);
        break;
    case GUARD_BODY_CONVENED:
    case GUARD_BODY_QUORUM:
    case GUARD_BODY_DECIDED:
    case GUARD_BODY_SEAT:
        about_body(s, g);
        break;
    case GUARD_LINKED_IN:
    case GUARD_LINKED_GIVEN:
    case GUARD_LINKED_SAME:
        about_link(s, g);
        break;
    case GUARD_SWITCH:
    case GUARD_KIND:
    case GUARD_STAGE:
    case GUARD_SERVING:
    case GUARD_NEW:
    case GUARD_OUTCOME:
    case GUARD_CLOCK_OVER:
    case GUARD_PAPER:
        about_course(s, g);
        break;
    case GUARD_SECOND:
    case GUARD_ANOTHER:
    case GUARD_SUSPENDED:
    case GUARD_SUSPENSION:
    case GUARD_CIRCUMSTANCES:
    case GUARD_BARS:
        about_people(s, g);
        break;
    }
}
