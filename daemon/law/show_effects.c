/* show_effects.c - what the rules of a procedure do, in words */
#include "daemon/law/show.h"

#include <string.h>

#define OUT(s, ...) buf_printf((s)->out, __VA_ARGS__)

static const char *notice_label(const struct show *s, const char *name)
{
    const struct notice_type *t = procedure_notice(s->p, name);
    return t ? t->label : name;
}

static const char *state_label(const struct show *s, const char *word)
{
    for (size_t i = 0; s->kind && i < s->kind->nstates; i++)
        if (strcmp(s->kind->states[i].word, word) == 0)
            return s->kind->states[i].label;
    return word;
}

static const char *option_of(const struct fact *f, const char *word)
{
    for (size_t i = 0; f && i < f->nof; i++)
        if (strcmp(f->of[i].word, word) == 0)
            return f->of[i].label;
    if (f && f->type == FACT_BOOL)
        return strcmp(word, "true") == 0 ? "是" : "否";
    return word;
}

static void limit(const struct show *s, const struct effect *e)
{
    if (e->clock)
        OUT(s, ",限期按%s", show_clock(s, e->clock));
    else if (e->within)
        OUT(s, ",限%d个工作日", e->within);
}

static void tells(const struct show *s, const struct effect *e)
{
    OUT(s, "%s“%s”", e->to.n ? "发出" : "公布", notice_label(s, e->name));
    if (e->to.n) {
        OUT(s, "给");
        show_list(s, &e->to, show_role, "、");
    }
    if (!e->answer)
        return;
    OUT(s, ",请“%s”", show_act(s, e->answer));
    for (size_t i = 0; i < e->or_acts.n; i++)
        OUT(s, "或“%s”", show_act(s, e->or_acts.word[i]));
    limit(s, e);
}

static void asks(const struct show *s, const struct effect *e)
{
    OUT(s, "交");
    show_list(s, &e->to, show_role, "、");
    OUT(s, "待办“%s”", show_act(s, e->answer));
    limit(s, e);
}

static void binds(const struct show *s, const struct effect *e)
{
    const struct role *role = procedure_role(s->p, e->name);
    OUT(s, "确定%s:", show_role(s, e->name));
    if (!e->from)
        OUT(s, "登记簿中唯一的 %s", role && role->one_kind ? role->one_kind : "?");
    else if (strcmp(e->from, "actor") == 0)
        OUT(s, "办理部门");
    else
        OUT(s, "所填的%s", show_fact(s, e->from));
}

static void sets(const struct show *s, const struct effect *e)
{
    OUT(s, "记%s为", show_fact(s, e->name));
    if (e->from)
        OUT(s, "所填的%s", show_fact(s, e->from));
    else
        OUT(s, "%s", option_of(procedure_fact(s->p, e->name), e->value));
}

static void clocks(const struct show *s, const struct effect *e)
{
    static const char *const words[] = {[DO_START] = "开始计算",
                                        [DO_STOP] = "截止",
                                        [DO_EXTEND] = "延长",
                                        [DO_PAUSE] = "中止计算",
                                        [DO_RESUME] = "恢复计算"};
    OUT(s, "%s%s", words[e->verb], show_clock(s, e->name));
    const struct clock_rule *c = procedure_clock(s->p, e->name);
    if (e->verb == DO_START && !(c && c->until))
        OUT(s, ",自%s次日起", e->from ? show_fact(s, e->from) : "办理之日");
    else if (e->verb == DO_EXTEND)
        OUT(s, ",按所填的%s", show_fact(s, e->from));
}

static void suspends(struct show *s, const struct effect *e)
{
    const struct part_kind *outer = s->kind;
    OUT(s, "暂缓追究%s", show_part(s, e->name));
    s->kind = procedure_part(s->p, e->name);
    if (e->where) {
        OUT(s, "(");
        show_guard(s, e->where);
        OUT(s, ")");
    }
    s->kind = outer;
    OUT(s, ",依据“%s”%s", e->value, e->confirmed ? ",无需确认" : "");
    if (e->stops.n) {
        OUT(s, ",期间中止计算");
        show_list(s, &e->stops, show_clock, "、");
    }
    if (e->holds.n) {
        OUT(s, ",期间不得");
        show_list(s, &e->holds, show_act, "、");
    }
}

static void adds(const struct show *s, const struct effect *e)
{
    OUT(s, "增加一项%s", show_part(s, e->name));
    for (size_t i = 0; i < e->nwith; i++)
        OUT(s, "%s%s=所填的%s", i ? "," : ":", e->with[i].field, show_fact(s, e->with[i].fact));
}

static void fills(const struct show *s, const struct effect *e)
{
    const struct part_kind *k = procedure_part(s->p, e->name);
    OUT(s, "该项%s记下:", k ? k->label : "");
    for (size_t i = 0; i < e->nwith; i++)
        OUT(s, "%s%s=所填的%s", i ? "," : "", e->with[i].field, show_fact(s, e->with[i].fact));
}

static void grants(const struct show *s, const struct effect *e)
{
    const char *force = strcmp(e->value, "must") == 0 ? "应当" : strcmp(e->value, "may") == 0 ? "可以" : "一般";
    OUT(s, "%s不受影响:", force);
    show_list(s, &e->words, NULL, ";");
    if (e->work)
        OUT(s, ",限于所填的%s", show_fact(s, e->work));
    if (e->missing)
        OUT(s, ",以%s为条件", e->missing);
}

static void sweeps(const struct show *s, const struct effect *e)
{
    static const char *const words[] = {[DO_CONFIRM] = "确认各项待确认的暂缓追责",
                                        [DO_RELEASE] = "结束各项暂缓追责",
                                        [DO_CLOSE_TASKS] = "了结全部待办",
                                        [DO_STOP_CLOCKS] = "截止全部期限",
                                        [DO_SERVE] = "记录该项通知已书面送达",
                                        [DO_CORRECT] = "按更正后的日期重新计算期限,并重新告知曾被告知的部门"};
    OUT(s, "%s", words[e->verb]);
}

static const char *body_label(const struct show *s, const char *name)
{
    const struct body *b = procedure_body(s->p, name);
    return b ? b->label : name;
}

static void bodies(const struct show *s, const struct effect *e)
{
    const char *body = body_label(s, e->name);
    if (e->verb == DO_CONVENE)
        OUT(s, "召开%s%s%s", body, e->from ? ",到会的为" : "", e->from ? show_fact(s, e->from) : "");
    else if (e->verb == DO_VOTE)
        OUT(s, "在%s表决%s,各席位一票", body, show_fact(s, e->from));
    else if (e->verb == DO_DECIDE)
        OUT(s, "%s按表决结果决定%s,不同意见载明", body, show_fact(s, e->from));
    else
        OUT(s, "%s在%s回避%s%s", e->from ? show_fact(s, e->from) : "办理部门", body, e->value ? ",替补为" : "",
            e->value ? show_fact(s, e->value) : "");
}

/* The effects for each part, one after the other. */
static void for_each(struct show *s, const struct effect *e)
{
    const struct part_kind *outer = s->kind;
    OUT(s, "对每一%s", show_part(s, e->name));
    s->kind = procedure_part(s->p, e->name);
    if (e->where) {
        OUT(s, "(");
        show_guard(s, e->where);
        OUT(s, ")");
    }
    for (size_t i = 0; i < e->nkids; i++) {
        OUT(s, "%s", i ? ";" : ":");
        show_effect(s, &e->kids[i]);
    }
    s->kind = outer;
}

void show_effect(struct show *s, const struct effect *e)
{
    if (e->when) {
        OUT(s, "(如果");
        show_guard(s, e->when);
        OUT(s, ")");
    }
    switch (e->verb) {
    case DO_SET:
        sets(s, e);
        break;
    case DO_BIND:
        binds(s, e);
        break;
    case DO_START:
    case DO_STOP:
    case DO_EXTEND:
    case DO_PAUSE:
    case DO_RESUME:
        clocks(s, e);
        break;
    case DO_SUSPEND:
        suspends(s, e);
        break;
    case DO_TELL:
        tells(s, e);
        break;
    case DO_TASK:
        asks(s, e);
        break;
    case DO_ADD:
        adds(s, e);
        break;
    case DO_STATE:
        OUT(s, "该项%s转为%s", s->kind ? s->kind->label : "", state_label(s, e->name));
        break;
    case DO_FILL:
        fills(s, e);
        break;
    case DO_CONCLUDE:
        OUT(s, "以所填的%s为认定结果", show_fact(s, e->name));
        break;
    case DO_REOPEN:
        OUT(s, "原认定结果及其后果不再有效");
        break;
    case DO_GRANT:
        grants(s, e);
        break;
    case DO_MOVE_TASKS:
        OUT(s, "%s的待办移交现任部门", show_role(s, e->name));
        break;
    case DO_CLOSE_TASKS:
        if (e->name)
            OUT(s, "了结待办“%s”", show_act(s, e->name));
        else
            sweeps(s, e);
        break;
    case DO_TURN:
        OUT(s, "转为%s", show_kind(s, e->name));
        break;
    case DO_EACH:
        for_each(s, e);
        break;
    case DO_REASSIGN:
        OUT(s, "编号为%s的待办改派给%s", show_fact(s, e->name), show_fact(s, e->from));
        break;
    case DO_CONVENE:
    case DO_RECUSE:
    case DO_VOTE:
    case DO_DECIDE:
        bodies(s, e);
        break;
    case DO_CONFIRM:
    case DO_RELEASE:
    case DO_STOP_CLOCKS:
    case DO_SERVE:
    case DO_CORRECT:
        sweeps(s, e);
        break;
    }
}
