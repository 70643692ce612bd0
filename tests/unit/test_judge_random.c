/* Random walks through a procedure: commands made from the forms that the judge itself gives out, some of them spoilt.
 * Whatever they are, the judge accepts or refuses; what it accepts keeps the case whole. */
#include "court_tests.h"

#include "tests/lib/files.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t seed;

static uint32_t chance(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 9) % n;
}

static const char *one_of(const char *const *words, size_t n)
{
    return words[chance((uint32_t)n)];
}

#define ONE_OF(...)                                                                                                    \
    one_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- values ---- */

static struct value *spoilt(struct court *c)
{
    switch (chance(7)) {
    case 0:
        return v_nil(c->a);
    case 1:
        return v_int(c->a, (int64_t)chance(9) - 4);
    case 2:
        return v_str(c->a, ONE_OF("", "a.b", "x", "1", "不", "true", "2026-99-99", "\x01"));
    case 3:
        return v_list(c->a);
    case 4:
        return v_map(c->a);
    case 5:
        return v_bin(c->a, "\0\1", 2);
    default:
        return v_bool(c->a, chance(2));
    }
}

static const char *some_day(struct court *c)
{
    char text[DAY_TEXT];
    struct day d = when_day(c->now, 480);
    d.n -= (int32_t)chance(chance(4) ? 3 : 400);
    return arena_str(c->a, day_text(d, text));
}

static struct value *numbers(struct court *c)
{
    struct value *list = v_list(c->a);
    for (uint32_t n = chance(3) + 1; n > 0; n--)
        v_push(c->a, list, v_int(c->a, chance(3) + 1));
    return list;
}

static struct value *claims(struct court *c, const struct value *of)
{
    struct value *map = v_map(c->a);
    for (size_t i = 0; i < v_count(of); i++) {
        struct value *checks = v_list(c->a);
        const struct value *all = v_get(v_at(of, i), "checks");
        for (size_t k = 0; k < v_count(all); k++)
            if (chance(5))
                v_push(c->a, checks, v_str(c->a, v_get_str(v_at(all, k), "word", "")));
        if (chance(3) == 0)
            v_put(c->a, map, v_get_str(v_at(of, i), "circumstance", ""), checks);
    }
    return map;
}

static struct value *some_value(struct court *c, const struct value *field);

static struct value *some_parts(struct court *c, const struct value *of)
{
    struct value *list = v_list(c->a);
    for (uint32_t n = chance(3) + 1; n > 0; n--) {
        struct value *part = v_map(c->a);
        for (size_t i = 0; i < v_count(of); i++)
            if (v_get_bool(v_at(of, i), "required") || chance(2))
                v_put(c->a, part, v_get_str(v_at(of, i), "field", ""), some_value(c, v_at(of, i)));
        v_push(c->a, list, part);
    }
    return list;
}

static struct value *some_value(struct court *c, const struct value *field)
{
    const char *type = v_get_str(field, "type", "");
    const struct value *of = v_get(field, "of");
    if (chance(60) == 0)
        return spoilt(c);
    if (strcmp(type, "choice") == 0 || strcmp(type, "grade") == 0 || strcmp(type, "outcome") == 0)
        return v_str(c->a, v_get_str(v_at(of, chance((uint32_t)v_count(of))), "word", ""));
    if (strcmp(type, "bool") == 0)
        return v_bool(c->a, chance(2));
    if (strcmp(type, "int") == 0)
        return v_int(c->a, chance(12) + (chance(2) ? 100 : 1)); /* also the number of an event */
    if (strcmp(type, "day") == 0)
        return v_str(c->a, some_day(c));
    if (strcmp(type, "department") == 0)
        return v_str(c->a, ONE_OF("cdi", "org", "organ", "roads", "village", "finance", "audit"));
    if (strcmp(type, "part-list") == 0)
        return numbers(c);
    if (strcmp(type, "circumstances") == 0)
        return claims(c, of);
    return strcmp(type, "parts") == 0 ? some_parts(c, of) : v_str(c->a, ONE_OF("p-7", "z-1", "说明"));
}

/* ---- commands ---- */

static struct value *some_papers(struct court *c, const struct value *slots)
{
    struct value *papers = v_map(c->a);
    if (chance(10)) {
        v_put(c->a, papers, "signed", v_list(c->a));
        struct hash h = hash_of(&seed, sizeof seed);
        v_push(c->a, v_get(papers, "signed"), v_bin(c->a, h.b, HASH_LEN));
    }
    for (size_t i = 0; i < v_count(slots); i++) {
        struct value *list = v_list(c->a);
        struct hash h = hash_of(&seed, sizeof seed);
        v_push(c->a, list, v_bin(c->a, h.b, HASH_LEN));
        if (chance(10))
            v_put(c->a, papers, v_get_str(v_at(slots, i), "slot", ""), list);
    }
    return papers;
}

static void put_doer(struct court *c, struct value *command, const struct value *form)
{
    const struct value *by = v_at(v_get(form, "by"), 0);
    struct value *who = v_map(c->a);
    if (v_get_bool(by, "party") && chance(4)) {
        v_put_str(c->a, who, "party", v_get_str(by, "role", ""));
    } else {
        const char *held = v_get_str(v_get(c->kase, "roles"), v_get_str(by, "role", ""), NULL);
        v_put_str(c->a, who, "department", held && chance(8) ? held : ONE_OF("cdi", "organ", "roads", "village"));
    }
    if (chance(12))
        v_put(c->a, command, "by", who);
}

static struct value *some_command(struct court *c, const struct act *act)
{
    struct value *command = v_map(c->a), *fields = v_map(c->a);
    const struct value *form = decide_form(c->a, c->procedure, c->kase, act->name);
    const struct value *of = v_get(form, "fields"), *tasks = v_get(c->kase, "tasks");
    v_put_str(c->a, command, "act", act->name);
    for (size_t i = 0; i < v_count(of); i++)
        if (v_get_bool(v_at(of, i), "required") ? chance(100) > 0 : chance(3) == 0)
            v_put(c->a, fields, v_get_str(v_at(of, i), "field", ""), some_value(c, v_at(of, i)));
    v_put(c->a, command, "fields", chance(200) ? fields : spoilt(c));
    v_put(c->a, command, "papers", some_papers(c, v_get(form, "papers")));
    put_doer(c, command, form);
    if (act->on && chance(10))
        v_put_int(c->a, command, "part", chance(8) ? 1 + chance(2) : chance(5));
    if (v_count(tasks) && (strcmp(act->name, "serve") == 0 || chance(20) == 0))
        v_put_int(c->a, command, "task", strtoll(tasks->u.map.pair[chance((uint32_t)v_count(tasks))].key, NULL, 10));
    if (chance(3) == 0)
        v_put_str(c->a, command, "done", some_day(c));
    if (chance(2))
        v_put_str(c->a, command, "second", "chief");
    if (chance(2))
        v_put_str(c->a, command, "reason", "补录");
    return command;
}

/* An act that is possible in the stage, most of the time. */
static const struct act *some_act(struct court *c)
{
    const char *stage = v_get_str(c->kase, "stage", NULL);
    for (int tries = 0; tries < 40; tries++) {
        const struct act *act = &c->procedure->acts[chance((uint32_t)c->procedure->nacts)];
        bool possible = stage ? words_have(&act->from, stage) : act->opens != NULL;
        if ((possible && (!act->to || chance(3))) || chance(40) == 0)
            return act;
    }
    return &c->procedure->acts[0];
}

/* ---- what must hold ---- */

static bool good_key(const char *key, size_t n)
{
    return n > 0 && n <= 64 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-_") >= n;
}

/* No text of a peer ever becomes a key: keys are names of the file, numbers of ours, words of the judge. */
static void check_paths(const struct value *changes)
{
    for (size_t i = 0; i < v_count(changes); i++) {
        const char *path = v_text(v_at(v_at(changes, i), 1), "");
        for (const char *key = path; key; key = strchr(key, '.') ? strchr(key, '.') + 1 : NULL)
            if (!good_key(key, strcspn(key, ".")))
                fail_msg("the path of a change: %s", path);
    }
}

static void check_clock(const struct value *clock)
{
    const char *state = v_get_str(clock, "state", "");
    bool running = strcmp(state, "running") == 0;
    assert_true(running || strcmp(state, "paused") == 0 || strcmp(state, "met") == 0 || strcmp(state, "missed") == 0 ||
                strcmp(state, "ended") == 0);
    assert_true(day_is(case_day(clock, "start")) && v_count(v_get(clock, "ledger")) > 0);
    assert_true(running || !v_get(clock, "miss-at"));
    assert_true(!running || v_get_bool(clock, "provisional") || v_get(clock, "miss-at"));
    assert_true(!running || day_is(case_day(clock, "due")));
}

static void check_case(struct court *c)
{
    const struct value *clocks = v_get(c->kase, "clocks"), *tasks = v_get(c->kase, "tasks");
    for (size_t i = 0; i < v_count(clocks); i++)
        check_clock(clocks->u.map.pair[i].val);
    for (size_t i = 0; i < v_count(tasks); i++) {
        const struct value *task = tasks->u.map.pair[i].val;
        assert_true(strtoll(tasks->u.map.pair[i].key, NULL, 10) < c->next_task);
        assert_non_null(procedure_act(c->procedure, v_get_str(task, "act", "")));
        assert_non_null(register_department(c->reg, v_get_str(task, "department", "")));
    }
    assert_non_null(procedure_stage(c->procedure, v_get_str(c->kase, "stage", "")));
}

static void check_notices(struct court *c)
{
    for (size_t i = 0; i < v_count(c->last.notices); i++) {
        const struct value *n = v_at(c->last.notices, i);
        const struct department *d = register_department(c->reg, v_get_str(n, "stream", ""));
        assert_true(d && !d->keyless); /* somebody reads that stream */
        assert_true(*v_get_str(n, "label", ""));
        assert_true(!v_get(n, "task") || v_get_str(n, "answer", NULL) ||
                    strcmp(v_get_str(n, "type", ""), "task-reminder") == 0);
    }
    for (size_t i = 0; i < v_count(c->last.transitions); i++)
        assert_non_null(v_get_str(v_at(c->last.transitions, i), "department", NULL));
}

static void carry_out(struct court *c, struct value **events)
{
    struct value *e = v_map(c->a), *cases = v_list(c->a), *one = v_map(c->a);
    char text[DAY_TEXT];
    check_paths(c->last.changes);
    if (!c->kase)
        c->kase = v_map(c->a);
    assert_int_equal(case_apply(c->a, c->kase, c->last.changes), ST_OK);
    c->next_task += c->last.tasks;
    check_case(c);
    check_notices(c);
    v_put_int(c->a, one, "case", c->last.kase);
    v_put(c->a, one, "changes", c->last.changes);
    v_push(c->a, cases, one);
    v_put_str(c->a, e, "done", day_text(c->last.done, text));
    v_put_int(c->a, e, "recorded", c->now.ms);
    v_put(c->a, e, "cases", cases);
    v_put(c->a, e, "notices", c->last.notices);
    v_put(c->a, *events, arena_printf(c->a, "%lld", (long long)c->event++), e);
}

/* ---- the walk ---- */

static struct judge judge_now(struct court *c, const struct value *command, const struct value *events)
{
    int64_t named = v_get_int(v_get(command, "fields"), "corrected-event", 0);
    /* for a party whoever leads enters */
    const char *named_lead = v_get_str(v_get(command, "fields"), "receiver-id", "cdi");
    const char *lead = v_get_str(v_get(c->kase, "roles"), c->procedure->lead, named_lead);
    const char *by = v_get_str(v_get(command, "by"), "department", lead);
    const char *who = chance(8) == 0               ? ONE_OF("organ", "org", "roads", "chief", "guest")
                      : strcmp(by, "village") == 0 ? "office"
                                                   : by;
    return (struct judge){.procedure = c->procedure,
                          .reg = c->reg,
                          .calendar = c->calendar,
                          .kase = c->kase,
                          .command = command,
                          .principal = who,
                          .now = c->now,
                          .event = c->event,
                          .next_case = 41,
                          .next_task = c->next_task,
                          .named = v_get(events, arena_printf(c->a, "%lld", (long long)named))};
}

static void fire_due(struct court *c, struct value **events, size_t *fired)
{
    struct due_moment *due;
    size_t n = case_due(c->a, c->kase, &due);
    for (size_t i = 0; i < n; i++) {
        struct judge j = judge_now(c, v_map(c->a), *events);
        j.principal = "leewayd";
        c->last = decide_due(c->a, &j, due[i].what, due[i].name);
        assert_true(c->last.accepted || strcmp(c->last.rejection.code, "not-due") == 0);
        assert_true(c->last.accepted || due[i].at.ms > c->now.ms || i > 0); /* the first that is due is done */
        *fired += c->last.accepted;
        if (c->last.accepted)
            carry_out(c, events);
    }
}

static void walk(struct court *c, int steps, size_t *accepted, size_t *fired)
{
    struct value *events = v_map(c->a);
    c->kase = NULL;
    for (int i = 0; i < steps; i++) {
        const struct value *command = some_command(c, some_act(c));
        struct judge j = judge_now(c, command, events);
        struct value *before = v_copy(c->a, c->kase);
        c->last = decide(c->a, &j);
        assert_true(v_equal(before, c->kase)); /* judging changes nothing */
        if (c->last.accepted) {
            (*accepted)++;
            carry_out(c, &events);
        } else {
            assert_true(c->last.rejection.kind && c->last.rejection.code && *c->last.rejection.text);
            assert_null(strstr(c->last.rejection.text, "(null)"));
        }
        c->now.ms += (int64_t)chance(3) * 86400000;
        if (c->kase)
            fire_due(c, &events, fired);
    }
}

static size_t stages_seen;

static void walks(struct court *c, int cases, int steps)
{
    size_t accepted = 0, fired = 0;
    const char **seen = calloc(c->procedure->nstages, sizeof *seen);
    struct arena *law = c->a;
    stages_seen = 0;
    for (int i = 0; i < cases; i++) {
        c->a = arena_new();
        court_to(c, "2026-01-05");
        walk(c, steps, &accepted, &fired);
        const struct stage *s = procedure_stage(c->procedure, v_get_str(c->kase, "stage", ""));
        if (s && !seen[s - c->procedure->stages]) {
            seen[s - c->procedure->stages] = s->name;
            stages_seen++;
        }
        c->kase = NULL;
        arena_free(c->a);
    }
    c->a = law;
    print_message("%zu accepted, %zu due, %zu stages at the end\n", accepted, fired, stages_seen);
    assert_true(accepted > (size_t)cases * 8); /* else the walk goes nowhere and shows nothing */
    assert_true(fired > (size_t)cases / 2);
    free(seen);
}

static void walks_through_the_small_procedure_keep_the_case_whole(void **state)
{
    struct court *c = *state;
    seed = 1;
    walks(c, 40, 60);
    assert_true(stages_seen >= 3);
}

static void walks_through_yinchuan_keep_the_case_whole(void **state)
{
    struct court *c = *state;
    struct buf text = files_read("config/procedures/yinchuan.yaml");
    court_law(c, buf_cstr(&text));
    buf_done(&text);
    court_department(c, "press", "publicity", "superior: committee");
    seed = 2;
    walks(c, 60, 80);
    assert_true(stages_seen >= 4);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        T(walks_through_the_small_procedure_keep_the_case_whole),
        T(walks_through_yinchuan_keep_the_case_whole),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("judge_random", tests, NULL, NULL);
}
