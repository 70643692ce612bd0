#include "daemon/law/procedure_show.h"

#include "daemon/law/show.h"

#include <string.h>

#define OUT(s, ...) buf_printf((s)->out, __VA_ARGS__)

/* ---- head, kinds, roles ---- */

static void cites(const struct show *s, const char *article, const struct words *cite)
{
    if (article && *article)
        OUT(s, " 〔%s〕", article);
    for (size_t i = 0; i < cite->n; i++)
        OUT(s, "%s%s", i ? "," : " ", cite->word[i]);
}

static void show_head(const struct show *s)
{
    const struct procedure *p = s->p;
    int zone = p->zone_minutes < 0 ? -p->zone_minutes : p->zone_minutes;
    OUT(s, "%s\n", p->title);
    OUT(s, "  %s 第%lld版,%s,%s,时区%c%02d:%02d\n", p->name, (long long)p->version,
        strcmp(p->status, "trial") == 0 ? "试行" : "施行", p->issuer, p->zone_minutes < 0 ? '-' : '+', zone / 60,
        zone % 60);
    OUT(s, "  由%s牵头;补录宽限%d个工作日;书面送达%d个工作日\n", show_role(s, p->lead), p->entry_lag, p->service_days);
    for (size_t i = 0; i < p->ndocuments; i++)
        OUT(s, "%s  %s %s 第%lld版%s%s\n", i ? "" : "\n组成文件\n", p->documents[i].name, p->documents[i].title,
            (long long)p->documents[i].version, p->documents[i].note ? ":" : "",
            p->documents[i].note ? p->documents[i].note : "");
    for (size_t i = 0; i < p->principles.n; i++)
        OUT(s, "%s  %zu %s\n", i ? "" : "\n原则\n", i + 1, p->principles.word[i]);
    OUT(s, "\n事项\n");
    for (size_t i = 0; i < p->nkinds; i++)
        OUT(s, "  %s %s\n", p->kinds[i].name, p->kinds[i].label);
}

static void show_roles(struct show *s)
{
    OUT(s, "\n角色\n");
    for (size_t i = 0; i < s->p->nroles; i++) {
        const struct role *r = &s->p->roles[i];
        OUT(s, "  %s %s", r->name, r->label);
        if (r->party)
            OUT(s, ":当事人,书面送达");
        if (r->superior)
            OUT(s, ":该项所涉部门的上级");
        if (r->one_kind)
            OUT(s, ":登记簿中唯一的 %s", r->one_kind);
        if (r->kinds.n) {
            OUT(s, ":限于 ");
            show_list(s, &r->kinds, NULL, "、");
        }
        if (r->reads)
            OUT(s, ";可阅非公开内容");
        if (r->same_as) {
            OUT(s, ";即%s", show_role(s, r->same_as));
            if (r->same_when) {
                OUT(s, ",如果");
                show_guard(s, r->same_when);
            }
        }
        OUT(s, "\n");
    }
}

/* ---- facts and parts ---- */

static const char *type_label(const struct fact *f)
{
    static const char *const labels[] = {[FACT_CHOICE] = "选项",        [FACT_GRADE] = "程度",
                                         [FACT_BOOL] = "是否",          [FACT_INT] = "数",
                                         [FACT_DAY] = "日期",           [FACT_DEPARTMENT] = "部门",
                                         [FACT_SUBJECT] = "对象编号",   [FACT_WORD] = "编号",
                                         [FACT_TEXT] = "文字",          [FACT_OUTCOME] = "认定结果",
                                         [FACT_PART_LIST] = "项目编号", [FACT_CIRCUMSTANCES] = "情形及核对",
                                         [FACT_DEPARTMENTS] = "各部门", [FACT_LINK] = "关联事项"};
    return labels[f->type];
}

static void show_one_fact(const struct show *s, const struct fact *f, const char *indent)
{
    OUT(s, "%s%s %s:%s", indent, f->name, f->label, type_label(f));
    if (f->type == FACT_INT && f->least > INT32_MIN)
        OUT(s, ",至少%lld", (long long)f->least);
    if (f->type == FACT_INT && f->most < INT32_MAX)
        OUT(s, ",至多%lld", (long long)f->most);
    if (f->part)
        OUT(s, "(%s)", show_part(s, f->part));
    for (size_t i = 0; i < f->nof; i++)
        OUT(s, "%s%s=%s", i ? "、" : " ", f->of[i].word, f->of[i].label);
    OUT(s, "%s%s\n", f->is_private ? ",不公开" : "", f->required ? ",必填" : "");
}

static void show_facts(const struct show *s)
{
    OUT(s, "\n填写事项\n");
    for (size_t i = 0; i < s->p->nfacts; i++)
        show_one_fact(s, &s->p->facts[i], "  ");
    for (size_t i = 0; i < s->p->nparts; i++) {
        const struct part_kind *k = &s->p->parts[i];
        OUT(s, "\n分项 %s %s:", k->name, k->label);
        for (size_t n = 0; n < k->nstates; n++)
            OUT(s, "%s%s", n ? " → " : "", k->states[n].label);
        OUT(s, "\n");
        for (size_t n = 0; n < k->nfields; n++)
            show_one_fact(s, &k->fields[n], "  ");
    }
}

/* ---- circumstances, bars, outcomes ---- */

static void show_circumstances(struct show *s)
{
    if (s->p->ncircumstances)
        OUT(s, "\n容错情形%s%s%s%s\n", s->p->circumstances_version ? " 清单" : "",
            s->p->circumstances_version ? s->p->circumstances_version : "", s->p->circumstances_since ? ",自" : "",
            s->p->circumstances_since ? s->p->circumstances_since : "");
    for (size_t i = 0; i < s->p->ncircumstances; i++) {
        const struct circumstance *c = &s->p->circumstances[i];
        OUT(s, "  %s%s%s [%s]", c->number, c->open ? "(待补)" : "", c->text, c->name);
        cites(s, NULL, &c->cite);
        OUT(s, "\n");
        for (size_t k = 0; k < c->nchecks; k++)
            OUT(s, "    核对 %s %s\n", c->checks[k].word, c->checks[k].label);
        if (!c->degree)
            continue;
        OUT(s, "    程度 ");
        show_guard(s, c->degree);
        OUT(s, "\n");
    }
}

static void show_bars(struct show *s)
{
    if (s->p->nbars)
        OUT(s, "\n不得容错的情形\n");
    for (size_t i = 0; i < s->p->nbars; i++) {
        const struct bar *b = &s->p->bars[i];
        OUT(s, "  %s%s [%s]", b->number, b->text, b->name);
        cites(s, NULL, &b->cite);
        OUT(s, "\n    即 ");
        show_guard(s, b->when);
        OUT(s, "\n");
    }
}

static void show_outcomes(const struct show *s)
{
    if (s->p->noutcomes)
        OUT(s, "\n认定结果\n");
    for (size_t i = 0; i < s->p->noutcomes; i++)
        OUT(s, "  %s %s%s\n", s->p->outcomes[i].name, s->p->outcomes[i].label,
            s->p->outcomes[i].lenient ? "(从宽)" : "");
}

/* ---- stages, clocks, notices ---- */

static void effects(struct show *s, const struct effect *e, size_t n, const char *indent)
{
    for (size_t i = 0; i < n; i++) {
        OUT(s, "%s", indent);
        show_effect(s, &e[i]);
        OUT(s, "\n");
    }
}

static void show_one_stage(const struct show *s, const struct stage *stage)
{
    OUT(s, "  %s %s%s", stage->name, stage->label, stage->end ? "(终)" : "");
    if (stage->kinds.n) {
        OUT(s, ":限于 ");
        show_list(s, &stage->kinds, show_kind, "、");
    }
    OUT(s, "\n");
}

static void show_stages(const struct show *s)
{
    OUT(s, "\n阶段\n");
    for (size_t i = 0; i < s->p->nstages; i++)
        show_one_stage(s, &s->p->stages[i]);
    if (s->p->ntrack_stages)
        OUT(s, "\n并行程序\n");
    for (size_t i = 0; i < s->p->ntrack_stages; i++)
        show_one_stage(s, &s->p->track_stages[i]);
}

static void show_clocks(struct show *s)
{
    static const struct words none = {0};
    if (s->p->nclocks)
        OUT(s, "\n期限\n");
    for (size_t i = 0; i < s->p->nclocks; i++) {
        const struct clock_rule *c = &s->p->clocks[i];
        OUT(s, "  %s %s", c->name, c->label);
        cites(s, c->article, &none);
        OUT(s, " ");
        show_length(s, c);
        if (c->total)
            OUT(s, ",延长后共不超过%d个工作日", c->total);
        if (c->each)
            OUT(s, ",每一%s各自计算", show_part(s, c->each));
        OUT(s, ";%s", show_role(s, c->owner));
        if (c->near)
            OUT(s, ";届满前%d个工作日提醒", c->near);
        OUT(s, "\n");
        s->kind = procedure_part(s->p, c->each);
        effects(s, c->on_miss, c->non_miss, "    逾期 ");
        s->kind = NULL;
    }
}

/* Who tells it, to whom, and what is asked: gathered from every rule that sends it. */
static void sent_by(struct show *s, const char *name, const char *when, const struct effect *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (e[i].verb != DO_TELL || strcmp(e[i].name, name) != 0)
            continue;
        OUT(s, "    %s:", when);
        show_effect(s, &e[i]);
        OUT(s, "\n");
    }
}

static void show_notices(struct show *s)
{
    if (s->p->nnotices)
        OUT(s, "\n通知\n");
    for (size_t i = 0; i < s->p->nnotices; i++) {
        const struct notice_type *t = &s->p->notices[i];
        OUT(s, "  %s %s", t->name, t->label);
        if (t->fields.n) {
            OUT(s, ",附");
            show_list(s, &t->fields, show_fact, "、");
        }
        OUT(s, "\n");
        for (size_t k = 0; k < s->p->nacts; k++)
            for (size_t r = 0; r < s->p->acts[k].nrules; r++)
                sent_by(s, t->name, s->p->acts[k].label, s->p->acts[k].rules[r].effects,
                        s->p->acts[k].rules[r].neffects);
        for (size_t k = 0; k < s->p->nclocks; k++)
            sent_by(s, t->name, s->p->clocks[k].label, s->p->clocks[k].on_miss, s->p->clocks[k].non_miss);
    }
}

/* ---- acts ---- */

static const char *need_label(enum need need)
{
    switch (need) {
    case NEED_REQUIRED:
        return "必填";
    case NEED_OPENING:
        return "立案时必填";
    case NEED_OPTIONAL:
        break;
    }
    return "可选";
}

static void show_rule(struct show *s, const struct rule *r)
{
    OUT(s, "    规则 %s", r->name);
    cites(s, r->article, &r->cite);
    OUT(s, "\n");
    if (r->when) {
        OUT(s, "      如果 ");
        show_guard(s, r->when);
        OUT(s, "\n");
    }
    if (r->require) {
        OUT(s, "      必须 ");
        show_guard(s, r->require);
        OUT(s, ";否则缺少“%s”,由%s补充\n", r->missing, show_role(s, r->who));
    }
    effects(s, r->effects, r->neffects, "      则 ");
}

static void show_needs(const struct show *s, const struct act *a)
{
    for (size_t i = 0; i < a->nfields; i++)
        OUT(s, "    填写 %s,%s\n", show_fact(s, a->fields[i].fact), need_label(a->fields[i].need));
    for (size_t i = 0; i < a->nparts; i++)
        OUT(s, "    分项 %s,%s\n", show_part(s, a->parts[i].slot), need_label(a->parts[i].need));
    for (size_t i = 0; i < a->npapers; i++)
        OUT(s, "    材料 %s,%s\n", a->papers[i].slot, need_label(a->papers[i].need));
}

/* What the document leaves open, what the jurisdiction has switched on, tasks that come again. */
static void show_choices(struct show *s)
{
    const struct procedure *p = s->p;
    for (size_t i = 0; i < p->nswitches; i++)
        OUT(s, "%s  %s %s:%s\n", i ? "" : "\n制度\n", p->switches[i].name, p->switches[i].label,
            p->switches[i].on ? "实行" : "不实行");
    for (size_t i = 0; i < p->nopen_slots; i++)
        OUT(s, "%s  %s %s:%s\n", i ? "" : "\n文件未给出\n", p->open_slots[i].name, p->open_slots[i].label,
            p->open_slots[i].note);
    for (size_t i = 0; i < p->nrecurring; i++) {
        const struct recurring *t = &p->recurring[i];
        OUT(s, "%s  %s:%s,“%s”之后每%d个工作日%s", i ? "" : "\n定期工作\n", show_act(s, t->task), show_role(s, t->role),
            show_act(s, t->after), t->workdays, t->of_jurisdiction ? "(本地区)" : "");
        if (t->during) {
            OUT(s, ",只要");
            show_guard(s, t->during);
        }
        OUT(s, "\n");
    }
}

static const char *rule_label(enum body_rule rule)
{
    return rule == RULE_MAJORITY ? "过半数通过" : rule == RULE_TWO_THIRDS ? "三分之二通过" : "一致通过";
}

static void show_bodies(struct show *s)
{
    for (size_t i = 0; i < s->p->nbodies; i++) {
        const struct body *b = &s->p->bodies[i];
        OUT(s, "%s  %s %s:%s召集,", i ? "" : "\n议事机构\n", b->name, b->label, show_role(s, b->chair));
        if (b->quorum_in)
            OUT(s, "到会%d/%d,%s\n", b->quorum_of, b->quorum_in, rule_label(b->rule));
        else
            OUT(s, "到会至少%d席,%s\n", b->quorum, rule_label(b->rule));
        if (b->size)
            OUT(s, "    成员共%d个,除下列席位外由登记簿列明\n", b->size);
        for (size_t k = 0; k < b->nseats; k++) {
            OUT(s, "    席位 %s", show_role(s, b->seats[k].role));
            if (b->seats[k].otherwise) {
                OUT(s, ";如果");
                show_guard(s, b->seats[k].unless);
                OUT(s, ",改为%s", show_role(s, b->seats[k].otherwise));
            }
            OUT(s, "\n");
        }
    }
}

static void show_one_act(struct show *s, const struct act *a)
{
    OUT(s, "\n  %s %s", a->name, a->label);
    cites(s, a->article, &a->cite);
    OUT(s, "\n    由 ");
    show_list(s, &a->by, show_role, "、");
    if (a->opens)
        OUT(s, "\n    立案 %s", a->opens);
    if (a->from.n == s->p->nstages) {
        OUT(s, "\n    任何阶段");
    } else if (a->from.n) {
        OUT(s, "\n    自 ");
        show_list(s, &a->from, show_stage, "、");
    }
    if (a->to)
        OUT(s, "\n    至 %s", show_stage(s, a->to));
    if (a->on)
        OUT(s, "\n    针对一项%s", show_part(s, a->on));
    OUT(s, "\n");
    show_needs(s, a);
    s->kind = procedure_part(s->p, a->on);
    for (size_t i = 0; i < a->nrules; i++)
        show_rule(s, &a->rules[i]);
    s->kind = NULL;
}

static void show_acts(struct show *s)
{
    for (size_t i = 0; i < s->p->nacts; i++) {
        bool first_standing = s->p->acts[i].standing && (i == 0 || !s->p->acts[i - 1].standing);
        if (i == 0 || first_standing)
            OUT(s, "\n%s\n", first_standing ? "常设行为(文件未作规定)" : "行为");
        show_one_act(s, &s->p->acts[i]);
    }
}

void procedure_show(const struct procedure *p, struct buf *out)
{
    struct show s = {.p = p, .out = out};
    show_head(&s);
    show_roles(&s);
    show_bodies(&s);
    show_choices(&s);
    show_stages(&s);
    show_clocks(&s);
    show_circumstances(&s);
    show_bars(&s);
    show_outcomes(&s);
    show_acts(&s);
    show_notices(&s);
    show_facts(&s);
}
