/* The player itself: what it cannot read it tells with its place, and what does not hold it finds. */
#include "daemon/law/procedure_read.h"
#include "tests/lib/emit.h"
#include "tests/lib/files.h"
#include "tests/lib/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "情景 试验\n程序 yinchuan\n引用 yinchuan\n开始 2026-03-02\n"

/* A scenario stands in a file; this one in the folder of the build. */
static struct scenario *read(const char *text, struct buf *why)
{
    FILE *f = fopen(BINARY_DIR "/player.scn", "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return scenario_read(SOURCE_DIR, BINARY_DIR "/player.scn", why);
}

static void refused(const char *text, const char *place, const char *said)
{
    struct buf why = {0};
    struct scenario *s = read(text, &why);
    if (s || !strstr(buf_cstr(&why), place) || !strstr(buf_cstr(&why), said))
        fail_msg("expected %s … %s, found: %s", place, said, s ? "nothing wrong" : buf_cstr(&why));
    scenario_free(s);
    buf_done(&why);
}

/* The line on which it fails; 0: it holds. */
static int fails(const char *text, const char *seen)
{
    struct buf why = {0};
    struct scenario_failure failure;
    struct scenario *s = read(text, &why);
    if (!s)
        fail_msg("%s", buf_cstr(&why));
    bool held = scenario_play(s, NULL, &failure);
    if (!held && !strstr(failure.text, seen))
        fail_msg("expected '%s' in: %s", seen, failure.text);
    assert_int_equal(held, failure.line == 0);
    free(failure.text);
    scenario_free(s);
    return failure.line;
}

static void a_word_that_the_procedure_does_not_have_is_told_with_its_place(void **state)
{
    (void)state;
    refused(HEAD "市住建局 受里\n", ":5:6: error", "did you mean '受理'?");
    refused(HEAD "市住健局 受理\n", ":5:1: error", "市住健局");
    refused(HEAD "查看\n  → 阶段 核实中\n", ":6:8: error", "there is no stage '核实中'");
    refused(HEAD "查看\n  → 期盼 核实\n", ":6:5: error", "nothing to expect");
    refused(HEAD "市住建局 登记追责程序 按 追则\n", ":5:15: error", "no template");
    refused(HEAD "市住建局 登记追责程序 按 追责\n  对象所属 = 村\n", ":6:10: error", "there is no word '村'");
    refused(HEAD "做 到河边\n", ":5:1: error", "no such piece");
    refused("情景 试验\n开始 2026-03-02\n", ":2:1: error", "expected 程序 NAME first");
}

static void every_problem_of_a_scenario_is_told_in_one_run(void **state)
{
    (void)state;
    refused(HEAD "甲 乙\n丙 丁\n", ":6:1: error", ":5:1: error");
}

static void what_does_not_hold_is_told_with_its_line_and_what_was_there(void **state)
{
    (void)state;
    assert_int_equal(fails(HEAD "做 到核实\n  → 阶段 待受理\n", "verification"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n  → 阶段 核实\n  → 期限 核实期限 到 2026-03-24\n", "2026-03-23"), 7);
    assert_int_equal(fails(HEAD "做 到核实\n  → 不通知 市住建局 暂缓追责通知\n", "实际"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n  → 通知 市审计局 暂缓追责通知\n", "suspend-accountability"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n  → 拒绝\n", "通过"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n  → 线索 1 未暂缓\n", "unconfirmed"), 6);
}

static void an_act_that_is_refused_fails_the_step_unless_that_is_expected(void **state)
{
    (void)state;
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n", "not-possible"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n  → 拒绝 码 act-not-possible\n", ""), 0);
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n  → 拒绝 规则 written\n", "act-not-possible"), 7);
}

static void a_file_that_is_written_back_is_the_same_law(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct buf file = files_read("config/procedures/yinchuan.yaml"), once = {0}, twice = {0};
    emit_node(tree_read(a, "a", buf_bytes(&file), problems), &once);
    emit_node(tree_read(a, "b", buf_bytes(&once), problems), &twice);
    assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
    struct procedure *p = procedure_read("c", buf_bytes(&twice), problems);
    assert_non_null(p);
    procedure_free(p);
    buf_done(&file);
    buf_done(&once);
    buf_done(&twice);
    arena_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_the_procedure_does_not_have_is_told_with_its_place),
        cmocka_unit_test(every_problem_of_a_scenario_is_told_in_one_run),
        cmocka_unit_test(what_does_not_hold_is_told_with_its_line_and_what_was_there),
        cmocka_unit_test(an_act_that_is_refused_fails_the_step_unless_that_is_expected),
        cmocka_unit_test(a_file_that_is_written_back_is_the_same_law),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
