/* scenario_look.c - does what is expected hold? And if not, what was there instead */
#include "tests/lib/scenario_inside.h"

#include "tests/lib/house.h"

#include <string.h>

/* A deferred word ("today"), or the word itself. */
const char *look_known(struct play *p, const char *word)
{
    char text[DAY_TEXT];
    if (!word || word[0] != DEFERRED)
        return word;
    return arena_str(p->a, day_text(house_today(p->h), text));
}

const char *look_department(const struct play *p, const char *id)
{
    for (size_t i = 0; id && i < p->s->ndepartments; i++)
        if (strcmp(p->s->department[i].id, id) == 0)
            return p->s->department[i].name;
    return id ? id : "-";
}

static bool is_text(const struct value *map, const char *key, const char *text)
{
    return strcmp(v_get_str(map, key, ""), text) == 0;
}

/* A word that was not asked for fits anything. */
static bool fits(const struct value *map, const char *key, const char *text)
{
    return !text || is_text(map, key, text);
}

/* ---- the answer ---- */

static void see_answer(struct play *p)
{
    const struct value *a = p->answer;
    if (is_text(a, "t", "accepted"))
        buf_str(&p->seen, "通过");
    else
        buf_printf(&p->seen, "拒绝 %s/%s 规则 %s 条款 %s 缺少 %s 由 %s 最早 %s: %s", v_get_str(a, "kind", "-"),
                   v_get_str(a, "code", "-"), v_get_str(a, "rule", "-"), v_get_str(a, "article", "-"),
                   v_get_str(a, "missing", "-"), v_get_str(a, "who", "-"), v_get_str(a, "earliest", "-"),
                   v_get_str(a, "text", "-"));
}

static bool refused(struct play *p, const struct expect *e)
{
    see_answer(p);
    return is_text(p->answer, "t", "refused") && fits(p->answer, "rule", e->rule) &&
           fits(p->answer, "article", e->article) && fits(p->answer, "missing", e->missing) &&
           fits(p->answer, "who", e->who) && fits(p->answer, "code", e->code) &&
           fits(p->answer, "earliest", look_known(p, e->earliest)) &&
           (!e->state || strstr(v_get_str(p->answer, "text", ""), e->state));
}

/* ---- notices of the step ---- */

/* About the part that was asked for. */
static bool fits_part(struct play *p, const struct value *map, const struct expect *e)
{
    return !e->part_kind || is_text(map, "part", arena_printf(p->a, "%d", e->number));
}

static bool of_this_case(const struct play *p, const struct value *n)
{
    return v_get_int(n, "case", 0) == p->kase;
}

static void see_notice(struct play *p, const char *department, const struct value *n)
{
    const struct value *fields = v_get(n, "fields");
    buf_printf(&p->seen, "\n      通知 %s %s", look_department(p, department), v_get_str(n, "type", "-"));
    if (v_get(n, "part"))
        buf_printf(&p->seen, " 第%s项", v_get_str(n, "part", ""));
    if (v_get(n, "answer"))
        buf_printf(&p->seen, " 待办 %s 限 %s", v_get_str(n, "answer", ""), v_get_str(n, "due", "-"));
    if (v_get(n, "party"))
        buf_printf(&p->seen, " 给 %s", look_department(p, v_get_str(n, "party", "")));
    for (size_t i = 0; i < v_count(fields); i++)
        buf_printf(&p->seen, " %s=%s", fields->u.map.pair[i].key, v_text(fields->u.map.pair[i].val, "…"));
}

static void see_notices(struct play *p)
{
    for (size_t d = 0; d < p->s->ndepartments; d++) {
        const struct value *all = house_notices(p->h, p->s->department[d].id);
        for (size_t i = p->notices_before[d]; i < v_count(all); i++)
            see_notice(p, p->s->department[d].id, v_at(all, i));
    }
}

static bool notice_fits(struct play *p, const struct expect *e, const struct value *n, const char *type)
{
    const struct value *field = v_get(v_get(n, "fields"), e->state ? e->state : "");
    return is_text(n, "type", type) && fits(n, "answer", e->act) && fits(n, "due", look_known(p, e->day)) &&
           fits(n, "party", e->party) && fits_part(p, n, e) &&
           (!e->value || (field && v_equal(field, play_value(p, e->value)))) && of_this_case(p, n);
}

static bool notice_there(struct play *p, const struct expect *e)
{
    bool paper = e->kind == EXPECT_SERVICE;
    const char *type = paper ? "serve-notice" : e->name;
    for (size_t d = 0; d < p->s->ndepartments; d++) {
        if (strcmp(p->s->department[d].id, e->department) != 0)
            continue;
        const struct value *all = house_notices(p->h, e->department);
        for (size_t i = p->notices_before[d]; i < v_count(all); i++) {
            const struct value *n = v_at(all, i);
            if (notice_fits(p, e, n, type) && (!paper || is_text(v_get(n, "fields"), "notice", e->name)))
                return true;
        }
    }
    see_notices(p);
    return false;
}

static bool transition_there(struct play *p, const struct expect *e)
{
    const struct value *all = house_transitions(p->h);
    for (size_t i = p->transitions_before; i < v_count(all); i++) {
        if (is_text(v_at(all, i), "kind", e->name) && of_this_case(p, v_at(all, i)))
            return true;
        buf_printf(&p->seen, " %s", v_get_str(v_at(all, i), "kind", "-"));
    }
    return false;
}

/* ---- the folded case ---- */

/* Of the main course, or of a track: "publicity/posted". */
static bool stage_is(struct play *p, const struct expect *e)
{
    const char *slash = strchr(e->name, '/');
    const char *track = slash ? arena_strn(p->a, e->name, (size_t)(slash - e->name)) : NULL;
    const struct value *at = track ? v_get(v_get(p->folded, "tracks"), track) : p->folded;
    buf_printf(&p->seen, "%s 自 %s", v_get_str(at, "stage", "-"), v_get_str(at, "since", "-"));
    return is_text(at, "stage", e->name) && fits(at, "since", look_known(p, e->day));
}

void look_value(struct buf *out, const struct value *v)
{
    if (v_kind(v) == V_STR)
        buf_str(out, v_text(v, ""));
    else if (v_kind(v) == V_INT)
        buf_printf(out, "%lld", (long long)v_number(v, 0));
    else if (v_kind(v) == V_BOOL)
        buf_str(out, v_truth(v) ? "是" : "否");
    else
        buf_str(out, v ? "…" : "未记载");
}

static bool record_is(struct play *p, const struct expect *e)
{
    const struct value *v = v_get(v_get(p->folded, e->state ? "given" : "facts"), e->name);
    look_value(&p->seen, v);
    if (e->number)
        return !v;
    return e->value && !e->state ? v && v_equal(v, play_value(p, e->value)) : v != NULL;
}

static bool clock_is(struct play *p, const struct expect *e)
{
    const struct value *c = v_get(v_get(p->folded, "clocks"), e->name);
    const char *state = v_get_str(c, "state", "none"), *want = e->state;
    if (strcmp(state, "met") == 0 && v_get_bool(c, "late"))
        state = "late";
    if (want && strcmp(want, "provisional") == 0 && v_get_bool(c, "provisional"))
        want = state;
    buf_printf(&p->seen, "%s 到 %s%s", state, v_get_str(c, "due", "-"), v_get_bool(c, "provisional") ? " 待定" : "");
    return (!want || strcmp(state, want) == 0) && fits(c, "due", look_known(p, e->day));
}

static bool count_is(struct play *p, const struct expect *e)
{
    struct value *q = house_question(p->h, "explain");
    v_put_int(house_arena(p->h), q, "case", p->kase);
    const struct value *clocks = v_get(house_ask(p->h, "admin", q), "clocks");
    for (size_t i = 0; i < v_count(clocks); i++) {
        const struct value *days = v_get(v_at(clocks, i), "days");
        for (size_t k = 0; is_text(v_at(clocks, i), "clock", e->name) && k < v_count(days); k++)
            if (is_text(v_at(days, k), "day", e->day)) {
                bool paused = v_get_bool(v_at(days, k), "paused");
                bool counts = v_get_bool(v_at(days, k), "counts") && !paused;
                buf_printf(&p->seen, "%s (%s)", counts ? "计入" : "不计",
                           paused ? "暂停" : v_get_str(v_at(days, k), "why", ""));
                return counts == (e->number != 0);
            }
    }
    buf_str(&p->seen, "不在计算的日期之内");
    return false;
}

static bool no_suspension(struct play *p)
{
    const struct value *all = v_get(p->folded, "suspensions");
    for (size_t i = 0; i < v_count(all); i++)
        if (!is_text(all->u.map.pair[i].val, "state", "ended")) {
            buf_printf(&p->seen, "线索 %s 仍在暂缓", v_get_str(all->u.map.pair[i].val, "part", "-"));
            return false;
        }
    return p->folded != NULL;
}

static bool task_there(struct play *p, const struct expect *e)
{
    const struct value *tasks = v_get(p->folded, "tasks");
    int found = 0;
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct value *t = tasks->u.map.pair[i].val;
        found +=
            (is_text(t, "act", e->act) && is_text(t, "department", e->department) &&
             fits(t, "due", look_known(p, e->day)) && fits_part(p, t, e) && (!e->state || v_get_bool(t, "escalated")));
        buf_printf(&p->seen, "\n      待办 %s %s 第%s项 限 %s%s", look_department(p, v_get_str(t, "department", NULL)),
                   v_get_str(t, "act", "-"), v_get_str(t, "part", "-"), v_get_str(t, "due", "-"),
                   v_get_bool(t, "escalated") ? " 已报上级" : "");
    }
    return e->times ? found == e->times : found > 0;
}

static bool outcome_is(struct play *p, const struct expect *e)
{
    const char *outcome = v_get_str(p->folded, "outcome", NULL);
    buf_str(&p->seen, outcome ? outcome : "无");
    return e->name ? outcome && strcmp(outcome, e->name) == 0 : !outcome;
}

static bool role_is(struct play *p, const struct expect *e)
{
    const char *id = v_get_str(v_get(p->folded, "roles"), e->name, NULL);
    buf_str(&p->seen, look_department(p, id));
    return e->department ? id && strcmp(id, e->department) == 0 : !id;
}

static bool paper_there(struct play *p, const struct expect *e)
{
    const struct value *papers = v_get(p->folded, "papers");
    for (size_t i = 0; i < v_count(papers); i++)
        buf_printf(&p->seen, " %s", papers->u.map.pair[i].key);
    return v_count(v_get(papers, e->name)) > 0;
}

static bool served_is(struct play *p, const struct expect *e)
{
    const struct value *all = v_get(p->folded, "served");
    bool found = false;
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *s = all->u.map.pair[i].val;
        found = found ||
                (is_text(s, "type", e->name) && fits(s, "party", e->party) && fits(s, "done", look_known(p, e->day)));
        buf_printf(&p->seen, " %s 给 %s 于 %s", v_get_str(s, "type", "-"),
                   look_department(p, v_get_str(s, "party", NULL)), v_get_str(s, "done", "-"));
    }
    return found;
}

bool expect_holds(struct play *p, const struct expect *e)
{
    buf_clear(&p->seen);
    switch (e->kind) {
    case EXPECT_ACCEPTED:
        see_answer(p);
        return is_text(p->answer, "t", "accepted");
    case EXPECT_REFUSED:
        return refused(p, e);
    case EXPECT_STAGE:
        return stage_is(p, e);
    case EXPECT_NOTICE:
    case EXPECT_SERVICE:
        return notice_there(p, e);
    case EXPECT_NO_NOTICE:
        return !notice_there(p, e);
    case EXPECT_TRANSITION:
        return transition_there(p, e);
    case EXPECT_NO_TRANSITION:
        return !transition_there(p, e);
    case EXPECT_FACT:
        return record_is(p, e);
    case EXPECT_CLOCK:
        return clock_is(p, e);
    case EXPECT_COUNT:
        return count_is(p, e);
    case EXPECT_PART:
        return part_is(p, e);
    case EXPECT_TASK:
        return task_there(p, e);
    case EXPECT_NO_TASK:
        return !task_there(p, e);
    case EXPECT_OUTCOME:
        return outcome_is(p, e);
    case EXPECT_CONSEQUENCE:
        return consequence_is(p, e);
    case EXPECT_NO_CONSEQUENCE:
        return !consequence_is(p, e);
    case EXPECT_BODY:
        return body_is(p, e);
    case EXPECT_LINK:
        return link_is(p, e);
    case EXPECT_KIND:
        return kind_is(p, e);
    case EXPECT_READER:
        return reader_is(p, e);
    case EXPECT_LIST:
        buf_str(&p->seen, v_get_str(p->folded, "circumstances-version", "-"));
        return is_text(p->folded, "circumstances-version", e->name);
    case EXPECT_ROLE:
        return role_is(p, e);
    case EXPECT_PAPER:
        return paper_there(p, e);
    case EXPECT_SERVED:
        return served_is(p, e);
    case EXPECT_SUSPENSION_NONE:
        return no_suspension(p);
    }
    return false;
}
