#include "clients/bench/course.h"

#include "daemon/base/check.h"

#include <string.h>

static void fields_text(struct arena *a, struct value *fields, const char *const *pair)
{
    for (; *pair; pair += 2)
        v_put_str(a, fields, pair[0], pair[1]);
}

static struct value *words(struct arena *a, const char *const *word)
{
    struct value *list = v_list(a);
    for (; *word; word++)
        v_push(a, list, v_str(a, *word));
    return list;
}

static void record(struct arena *a, const struct course *c, struct value *fields)
{
    static const char *const plain[] = {"started",
                                        "2026-01-04",
                                        "subject-name",
                                        "当事人",
                                        "subject-category",
                                        "administrative-organ",
                                        "subject-standing",
                                        "state-functionary",
                                        "subject-unit-id",
                                        "works",
                                        NULL};
    static const char *const matter[] = {"source", "inspection", "matter", "工程变更未经批准", NULL};
    struct value *leads = v_list(a), *lead = v_map(a);
    v_put(a, fields, "proceeding", v_printf(a, "p-%llu", (unsigned long long)c->serial));
    v_put(a, fields, "subject", v_printf(a, "s-%llu", (unsigned long long)c->serial));
    fields_text(a, fields, plain);
    v_put_bool(a, lead, "covered", true);
    fields_text(a, lead, matter);
    v_push(a, leads, lead);
    v_put(a, fields, "lead", leads);
}

static void apply(struct arena *a, const struct course *c, struct value *fields)
{
    static const char *const plain[] = {"applicant-kind",
                                        "person",
                                        "receiver-id",
                                        "discipline",
                                        "grounds",
                                        "出于公心,先行先试,没有为单位和个人谋取私利。",
                                        NULL};
    (void)c;
    fields_text(a, fields, plain);
}

static void assist(struct arena *a, const struct course *c, struct value *fields)
{
    static const char *const plain[] = {"assistant", "publicity", "assistance-question", "请提供项目资料。", NULL};
    (void)c;
    fields_text(a, fields, plain);
}

static void answer(struct arena *a, const struct course *c, struct value *fields)
{
    (void)c;
    v_put_str(a, fields, "assistance-reply", "已提供有关资料。");
}

static void report(struct arena *a, const struct course *c, struct value *fields)
{
    static const char *const plain[] = {"findings-text",
                                        "经查阅资料、询问当事人、实地核查,事实清楚。",
                                        "loss",
                                        "some",
                                        "effect",
                                        "some",
                                        "petition",
                                        "none",
                                        "degree",
                                        "ordinary",
                                        "accident",
                                        "none",
                                        "public-interest-harm",
                                        "none",
                                        NULL};
    static const char *const checks[] = {"deployment", "force-majeure", "shortfall", NULL};
    struct value *leads = v_list(a), *claimed = v_map(a);
    (void)c;
    v_push(a, leads, v_int(a, 1));
    v_put(a, fields, "examined-leads", leads);
    fields_text(a, fields, plain);
    v_put_bool(a, fields, "other-violations", false);
    v_put(a, claimed, "c1", words(a, checks));
    v_put(a, fields, "circumstances", claimed);
}

static void opinion(struct arena *a, const struct course *c, struct value *fields)
{
    static const char *const plain[] = {"outcome", "exempted", "opinion-reasons",
                                        "综合考虑动机、情节、后果与纠错情况,提出上述意见。", NULL};
    (void)c;
    fields_text(a, fields, plain);
}

static void publish(struct arena *a, const struct course *c, struct value *fields)
{
    (void)c;
    v_put_str(a, fields, "publication", "为担当者担当:一名干部因公失误获免责。");
}

static void dispose(struct arena *a, const struct course *c, struct value *fields)
{
    (void)c;
    v_put_str(a, fields, "measure", "none");
}

static const struct {
    const char *act;
    enum course_seat seat;
    void (*fill)(struct arena *a, const struct course *c, struct value *fields);
    const char *paper; /* the slot that it must fill */
    bool of_part, of_party;
} acts[COURSE_ACTS] = {
    {"record-proceeding", SEAT_ORGAN, record, NULL, false, false},
    {"apply", SEAT_RECEIVER, apply, "application", false, true},
    {"accept", SEAT_RECEIVER, NULL, NULL, false, false},
    {"confirm-suspension", SEAT_ORGAN, NULL, NULL, false, false},
    {"request-assistance", SEAT_RECEIVER, assist, NULL, false, false},
    {"answer-assistance", SEAT_PUBLICITY, answer, NULL, true, false},
    {"issue-report", SEAT_RECEIVER, report, "report", false, false},
    {"give-opinion", SEAT_RECEIVER, opinion, NULL, false, false},
    {"issue-determination", SEAT_RECEIVER, NULL, "written-determination", false, false},
    {"archive", SEAT_ORGAN, NULL, "bound-file", false, false},
    {"publish", SEAT_PUBLICITY, publish, NULL, false, false},
    {"dispose", SEAT_ORGAN, dispose, NULL, true, false},
};

enum course_seat course_seat(const struct course *c)
{
    REQUIRE(c->act < COURSE_ACTS);
    return acts[c->act].seat;
}

const char *course_act(unsigned act)
{
    REQUIRE(act < COURSE_ACTS);
    return acts[act].act;
}

struct value *course_message(struct arena *a, const struct course *c)
{
    REQUIRE(c->act < COURSE_ACTS);
    struct value *m = v_map(a), *fields = v_map(a);
    v_put_str(a, m, "t", "command");
    v_put_str(a, m, "act", acts[c->act].act);
    if (c->kase)
        v_put_int(a, m, "case", c->kase);
    else
        v_put_str(a, m, "procedure", "yinchuan");
    if (acts[c->act].of_part)
        v_put_int(a, m, "part", 1);
    if (acts[c->act].of_party) {
        struct value *by = v_map(a);
        v_put_str(a, by, "party", "applicant");
        v_put(a, m, "by", by);
    }
    if (acts[c->act].fill) {
        acts[c->act].fill(a, c, fields);
        v_put(a, m, "fields", fields);
    }
    if (acts[c->act].paper) {
        struct value *papers = v_map(a), *list = v_list(a);
        v_push(a, list, v_bin(a, c->paper.b, HASH_LEN));
        v_put(a, papers, acts[c->act].paper, list);
        v_put(a, m, "papers", papers);
    }
    return m;
}
