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

static void a_number_of_two_digits_at_the_end_of_a_line_keeps_both(void **state)
{
    (void)state;
    assert_int_equal(fails(HEAD
                           "做 到核实\n市纪委监委 延长调查核实时间\n  延长工作日数 = 12\n  延长理由 = 涉及多个部门\n"
                           "  情况复杂,一时难以定论 = 是\n  第二人 = 市纪委监委负责人\n  → 记载 延长工作日数 为 12\n",
                           ""),
                     0);
}

static void an_act_that_is_refused_fails_the_step_unless_that_is_expected(void **state)
{
    (void)state;
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n", "not-possible"), 6);
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n  → 拒绝 码 act-not-possible\n", ""), 0);
    assert_int_equal(fails(HEAD "做 到核实\n市纪委监委 受理\n  → 拒绝 规则 written\n", "act-not-possible"), 7);
}

/* Every word of section 9 of the language, on the small procedure that has them. */
#define COUNCIL                                                                                                                                    \
    "情景 议事\n程序 tests/lib/council.yaml\n开始 2026-03-02\n"                                                                            \
    "部门 市委 committee\n部门 纪委 discipline 上级 市委\n部门 组织部 organisation 上级 市委\n部门 审计局 审计部门 " \
    "上级 市委\n"                                                                                                                              \
    "部门 财政局 财政部门 上级 市委\n部门 问责办 问责机关 上级 市委\n部门 城建中心 administrative 上级 市委\n"
#define FILING                                                                                                         \
    "案件 备案甲\n城建中心 备案\n  unit-id = 城建中心\n  风险 = 政策不确定\n  风险说明 = 无先例\n  工作 = 排水\n"
#define APPLICATION                                                                                                    \
    "案件 申请甲\n城建中心 申请\n  unit-id = 城建中心\n  已备案的事项 = 备案甲\n"              \
    "  对象 = 编号:gb-1,职务:负责人\n  对象 = 编号:gb-2\n  lead = 属于申请:是\n"
#define SAT                                                                                                            \
    APPLICATION "纪委 召开会议\n  到会部门 = 纪委\n  到会部门 = 组织部\n  到会部门 = 审计局\n  到会部门 = 财政局\n"

static void filings_links_and_kinds_can_be_expected(void **state)
{
    (void)state;
    assert_int_equal(fails(COUNCIL FILING "  → 类别 事前备案\n  → 通知 市委 报备 待办 收悉\n" APPLICATION
                                          "  → 关联 已备案的事项 备案甲 带 风险 为 政策不确定\n  → 类别 事后申请\n",
                           ""),
                     0);
    assert_int_equal(fails(COUNCIL FILING APPLICATION "  → 关联 已备案的事项 无\n", "案件"), 24);
    assert_int_equal(fails(COUNCIL FILING APPLICATION "  → 关联 已备案的事项 备案甲 带 风险 为 技术不确定\n", "policy"),
                     24);
    assert_int_equal(
        fails(COUNCIL FILING "城建中心 转为申请\n  对象 = 编号:gb-1\n  → 类别 事后申请 原为 事前备案\n", ""), 0);
    assert_int_equal(fails(COUNCIL FILING "  → 类别 事后申请\n", "filing"), 17);
}

static void parts_with_outcomes_and_their_clocks_can_be_expected(void **state)
{
    (void)state;
    assert_int_equal(fails(COUNCIL FILING SAT
                           "  → 期限 逐人裁定期限 1 计算中 到 2026-03-09\n  → 期限 逐人裁定期限 2 未起算\n"
                           "  → 对象 1 已列明 结果 无 职务 为 负责人\n  → 线索 1 暂缓\n"
                           "纪委 表决 对象 1\n  表决意见 = 免责\n组织部 表决 对象 1\n  表决意见 = 免责\n"
                           "审计局 表决 对象 1\n  表决意见 = 不予\n财政局 表决 对象 1\n  表决意见 = 免责\n"
                           "纪委 逐人裁定 对象 1\n  材料 minutes\n  → 对象 1 已裁定 结果 免责\n  → 对象 2 结果 无\n"
                           "  → 不受影响 评先评优 对象 1 必须 无须补 依据 免责\n"
                           "  → 不受影响 promotion 对象 1 一般 待补 实绩的证明\n  → 仍受影响 评先评优 对象 2\n"
                           "  → 会议 联席会议 关于 对象 1 决定 免责 异议 审计局 表决 审计局 不予\n"
                           "  → 会议 联席会议 关于 对象 2 未决定 未表决 纪委\n",
                           ""),
                     0);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 对象 1 结果 免责\n", "无"), 29);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 对象 1 职务 为 工作人员\n", "head"), 29);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 不受影响 评先评优\n", "实际"), 29);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 期限 逐人裁定期限 1 到 2026-03-10\n", "2026-03-09"), 29);
}

static void what_a_body_did_can_be_expected(void **state)
{
    (void)state;
    assert_int_equal(fails(COUNCIL FILING SAT "  → 会议 联席会议 成员 城建中心 非成员 问责办 到会 财政局 次数 1\n"
                                              "  → 通知 财政局 开会通知\n"
                                              "纪委 回避\n  stepping-back = 城建中心\n  alternate = 问责办\n"
                                              "  → 会议 联席会议 回避 城建中心 替补 问责办\n"
                                              "城建中心 表决 对象 1\n  表决意见 = 免责\n  → 拒绝 码 recused\n",
                           ""),
                     0);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 会议 联席会议 成员 问责办\n", "成员 城建中心"), 29);
    assert_int_equal(fails(COUNCIL FILING SAT "  → 会议 联席会议 次数 2\n", "第1次"), 29);
    assert_int_equal(fails(COUNCIL FILING APPLICATION "  → 会议 联席会议 未召开\n", ""), 0);
    refused(COUNCIL "查看\n  → 会议 联席会 成员 纪委\n", ":12:", "did you mean '联席会议'?");
    refused(COUNCIL "查看\n  → 会议 联席会议 出席 纪委\n", ":12:", "expected 成员");
}

static void parameters_and_switches_are_set_for_one_scenario(void **state)
{
    (void)state;
    assert_int_equal(fails(COUNCIL FILING APPLICATION "  → 通知 组织部 收到申请\n  → 不通知 审计局 收到申请\n", ""), 0);
    assert_int_equal(fails(COUNCIL "参数 公示制 = 否\n参数 hearing = 是\n" FILING APPLICATION
                                   "  → 不通知 组织部 收到申请\n  → 通知 审计局 收到申请\n",
                           ""),
                     0);
    refused(COUNCIL "参数 公试 = 否\n", ":11:", "no parameter '公试'");
}

static void tracks_tasks_and_readers_can_be_expected(void **state)
{
    (void)state;
    assert_int_equal(
        fails(COUNCIL "参数 review-days = 5\n纪委 建立工作台账\n  → 待办 纪委 会商 限 2026-05-28\n"
                      "纪委 改派\n  task-number = 待办 纪委 会商\n  改派给 = 组织部\n"
                      "  → 待办 组织部 会商\n  → 无待办 纪委 会商\n  → 可阅 纪委\n  → 可阅 组织部\n  → 不可阅 审计局\n",
              ""),
        0);
    assert_int_equal(fails(COUNCIL "查看\n  → 阶段 publicity/posted\n", "实际"), 12);
    assert_int_equal(fails(COUNCIL "纪委 建立工作台账\n  → 可阅 审计局\n", "不可阅"), 12);
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
        cmocka_unit_test(a_number_of_two_digits_at_the_end_of_a_line_keeps_both),
        cmocka_unit_test(an_act_that_is_refused_fails_the_step_unless_that_is_expected),
        cmocka_unit_test(filings_links_and_kinds_can_be_expected),
        cmocka_unit_test(parts_with_outcomes_and_their_clocks_can_be_expected),
        cmocka_unit_test(what_a_body_did_can_be_expected),
        cmocka_unit_test(parameters_and_switches_are_set_for_one_scenario),
        cmocka_unit_test(tracks_tasks_and_readers_can_be_expected),
        cmocka_unit_test(a_file_that_is_written_back_is_the_same_law),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
