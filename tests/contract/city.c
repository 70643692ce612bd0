#include "tests/contract/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void city_build(struct house *h)
{
    house_department(h, "committee", "party-committee", NULL);
    house_department(h, "discipline", "discipline", "committee");
    house_department(h, "organisation", "organisation", "committee");
    house_department(h, "audit", "audit", "committee");
    house_department(h, "publicity", "publicity", "committee");
    house_department(h, "housing", "bureau", "committee");
    house_keyless(h, "school", "bureau");
    house_principal(h, "head", "discipline", "act approve");
    house_principal(h, "inspector", "committee", "inspect watch");
    house_principal(h, "monitor", "committee", "monitor watch");
}

bool city_accepted(const struct value *answer)
{
    return strcmp(v_get_str(answer, "t", ""), "accepted") == 0;
}

const struct value *city_do(struct house *h, const char *principal, struct value *command)
{
    const struct value *answer = house_do(h, principal, command);
    if (!city_accepted(answer))
        print_error("%s: %s %s: %s\n", v_get_str(command, "act", "?"), v_get_str(answer, "kind", "?"),
                    v_get_str(answer, "code", "?"), v_get_str(answer, "text", "?"));
    assert_true(city_accepted(answer));
    return answer;
}

struct value *city_act(struct house *h, const char *act, int64_t kase)
{
    struct value *c = house_command(h, act);
    v_put_int(house_arena(h), c, "case", kase);
    return c;
}

void city_paper(struct house *h, struct value *command, const char *slot, uint8_t byte)
{
    struct arena *a = house_arena(h);
    uint8_t hash[32];
    memset(hash, byte, sizeof hash);
    struct value *papers = v_get(command, "papers"), *list = v_list(a);
    if (!papers)
        v_put(a, command, "papers", papers = v_map(a));
    v_push(a, list, v_bin(a, hash, sizeof hash));
    v_put(a, papers, slot, list);
}

static struct value *lead(struct arena *a, bool covered)
{
    struct value *v = v_map(a);
    v_put_bool(a, v, "covered", covered);
    v_put_str(a, v, "source", "inspection");
    v_put_str(a, v, "matter", "招标前未办理变更手续");
    return v;
}

struct value *city_proceeding(struct house *h, const char *done)
{
    struct arena *a = house_arena(h);
    struct value *c = house_command(h, "record-proceeding"), *f = v_get(c, "fields"), *leads = v_list(a);
    char today[DAY_TEXT];
    v_put_str(a, c, "procedure", "yinchuan");
    v_put_str(a, c, "done", done);
    v_put_str(a, f, "proceeding", "yz-0001");
    v_put_str(a, f, "started", day_text((struct day){house_today(h).n - 2}, today));
    v_put_str(a, f, "subject", "p1");
    v_put_str(a, f, "subject-name", "李某");
    v_put_str(a, f, "subject-category", "administrative-organ");
    v_put_str(a, f, "subject-standing", "state-functionary");
    v_put_str(a, f, "subject-unit-id", "school");
    v_push(a, leads, lead(a, true));
    v_push(a, leads, lead(a, false));
    v_put(a, f, "lead", leads);
    return c;
}

struct value *city_application(struct house *h, int64_t kase)
{
    struct arena *a = house_arena(h);
    struct value *c = city_act(h, "apply", kase), *f = v_get(c, "fields"), *by = v_map(a);
    v_put_str(a, by, "party", "applicant");
    v_put(a, c, "by", by);
    v_put_str(a, f, "applicant-kind", "person");
    v_put_str(a, f, "receiver-id", "discipline");
    v_put_str(a, f, "grounds", "为抢工期,未谋私利");
    city_paper(h, c, "application", 1);
    return c;
}

static struct value *report(struct house *h, int64_t kase)
{
    struct arena *a = house_arena(h);
    struct value *c = city_act(h, "issue-report", kase), *f = v_get(c, "fields"), *leads = v_list(a);
    struct value *circumstances = v_map(a), *checks = v_list(a);
    static const char *const facts[][2] = {{"loss", "some"},     {"effect", "some"},
                                           {"petition", "none"}, {"degree", "ordinary"},
                                           {"accident", "none"}, {"public-interest-harm", "none"}};
    v_push(a, leads, v_int(a, 1));
    v_put(a, f, "examined-leads", leads);
    v_put_str(a, f, "findings-text", "事实清楚");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        v_put_str(a, f, facts[i][0], facts[i][1]);
    v_put_bool(a, f, "other-violations", false);
    v_push(a, checks, v_str(a, "self-correction"));
    v_push(a, checks, v_str(a, "recovery"));
    v_put(a, circumstances, "c8", checks);
    v_put(a, f, "circumstances", circumstances);
    city_paper(h, c, "report", 2);
    return c;
}

static struct value *opinion(struct house *h, int64_t kase)
{
    struct arena *a = house_arena(h);
    struct value *c = city_act(h, "give-opinion", kase), *f = v_get(c, "fields");
    v_put_str(a, f, "outcome", "exempted");
    v_put_str(a, f, "opinion-reasons", "主动纠错,挽回损失");
    return c;
}

int64_t city_case(struct house *h, const char *until)
{
    static const char *const stages[] = {"proceeding", "received",   "verification", "reported",
                                         "opinion",    "determined", "archived"};
    const struct value *answer = city_do(h, "housing", city_proceeding(h, NULL));
    int64_t kase = v_get_int(answer, "case", 0);
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        assert_string_equal(v_get_str(answer, "stage", ""), stages[i]);
        if (strcmp(stages[i], until) == 0)
            return kase;
        struct value *c = i == 0   ? city_application(h, kase)
                          : i == 1 ? city_act(h, "accept", kase)
                          : i == 2 ? report(h, kase)
                          : i == 3 ? opinion(h, kase)
                          : i == 4 ? city_act(h, "issue-determination", kase)
                                   : city_act(h, "archive", kase);
        if (i == 4)
            city_paper(h, c, "written-determination", 3);
        if (i == 5)
            city_paper(h, c, "bound-file", 4);
        if (i == 2) /* the suspension of the covered lead was confirmed meanwhile */
            (void)city_do(h, "housing", city_act(h, "confirm-suspension", kase));
        answer = city_do(h, i == 5 ? "housing" : "discipline", c);
    }
    fail_msg("no stage %s", until);
    return 0;
}
