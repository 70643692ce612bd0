#include "clients/leeway/words.h"

#include <string.h>

struct pair_of_words {
    const char *word, *zh;
};

static const struct pair_of_words codes[] = {
    {"act-not-possible", "案件当前阶段不能办理该事项"},
    {"act-unknown", "没有该办理事项"},
    {"busy", "等待处理的命令过多,请稍后重试"},
    {"case-full", "案件内容已达上限"},
    {"case-missing", "未指明案件"},
    {"case-moved-on", "案件已有变化"},
    {"case-unknown", "没有该案件"},
    {"check-unknown", "没有该核实事项"},
    {"circumstance-unknown", "没有该情形"},
    {"clock-not-running", "该期限未在计算中"},
    {"corrupt", "存储中的一条记录无法读取"},
    {"department-unknown", "没有该部门"},
    {"done-after-entry", "办理日期晚于录入日期"},
    {"done-before-presupposed", "办理日期早于作为前提的事项"},
    {"done-in-future", "办理日期在未来"},
    {"done-wrong", "办理日期有误"},
    {"entered-without-paper", "代为录入未附签名文件"},
    {"field-missing", "缺少必填项"},
    {"field-unknown", "没有该字段"},
    {"field-wrong", "字段内容有误"},
    {"id-reused", "该命令编号已用于其他命令"},
    {"id-too-old", "命令编号过旧"},
    {"id-wrong", "命令编号有误"},
    {"key-ended", "密钥已吊销"},
    {"kind-unknown", "没有该类别"},
    {"late-entry-paper", "逾期补录须附原始文件"},
    {"late-entry-reason", "逾期补录须说明理由"},
    {"late-entry-second", "逾期补录须由第二人复核"},
    {"limit-total", "延长超过总期限"},
    {"no-right", "无此权限"},
    {"no-right-to-act", "无办理权限"},
    {"no-right-to-administer", "无管理权限"},
    {"no-right-to-enter", "无代录权限"},
    {"no-right-to-enter-for", "不得为该方代录"},
    {"no-such-event", "没有该事件"},
    {"no-such-task", "没有该待办"},
    {"not-due", "期限尚未届至"},
    {"not-found", "没有该内容"},
    {"not-permitted", "不允许"},
    {"not-your-act", "该事项不由本部门办理"},
    {"not-your-case", "本部门未参与该案件"},
    {"not-your-department", "不属于本部门"},
    {"not-your-stream", "不是本部门的通知"},
    {"outcome-unknown", "没有该认定结果"},
    {"paper-limit", "文件过大"},
    {"paper-missing", "缺少文件"},
    {"paper-unknown", "文件未上传"},
    {"paper-wrong", "文件有误"},
    {"part-missing", "未指明分项"},
    {"part-unknown", "没有该分项"},
    {"procedure-unknown", "没有该程序"},
    {"rule", "不符合规则"},
    {"source-invalid", "文件内容有误"},
    {"stage-unknown", "没有该阶段"},
    {"store-silent", "存储暂时只读"},
    {"task-gone", "该待办已办结"},
    {"task-other", "该待办属于其他事项"},
    {"task-unknown", "没有该待办"},
    {"time-is-real", "使用真实时间,不能推进"},
    {"time-not-held", "期限未暂停,无需确认"},
    {"time-wrong", "时刻有误"},
    {"too-long", "内容过长"},
    {"too-many-in-flight", "同时处理的命令过多"},
    {"wrong-kind-of-department", "部门类别不符"},
    {"auth", "守护进程不认识该密钥"},
    {"timeout", "未在时限内收到答复"},
    {"unreachable", "无法连接守护进程,未发送任何内容"},
};

static const struct pair_of_words words[] = {
    {"running", "计算中"},
    {"met", "按期完成"},
    {"missed", "逾期"},
    {"ended", "已终止"},
    {"paused", "暂停"},
    {"weekday", "工作日"},
    {"weekend", "周末"},
    {"outside the calendar", "日历之外"},
    {"case", "案件"},
    {"procedure", "程序"},
    {"procedure-version", "程序版本"},
    {"version", "版本"},
    {"stage", "阶段"},
    {"lead", "主办部门"},
    {"outcome", "认定"},
    {"opened", "立案事件"},
    {"opened-done", "申请日期"},
    {"roles", "各方"},
    {"facts", "事实"},
    {"clocks", "期限"},
    {"parts", "分项"},
    {"tasks", "待办"},
    {"papers", "文件"},
    {"acts", "已办事项"},
    {"state", "状态"},
    {"due", "到期"},
    {"start", "起算"},
    {"days", "日数"},
    {"day", "日期"},
    {"event", "事件"},
    {"act", "事项"},
    {"op", "记录"},
    {"extend", "延长"},
    {"pause", "暂停"},
    {"resume", "恢复"},
    {"meet", "完成"},
    {"miss", "逾期"},
    {"unmiss", "撤销逾期"},
    {"end", "终止"},
    {"fact", "依据"},
    {"ledger", "期限记录"},
    {"done", "办理日期"},
    {"what", "事由"},
    {"label", "名称"},
    {"department", "部门"},
    {"article", "条款"},
    {"provisional", "暂定"},
    {"kind", "类别"},
    {"given", "已提供"},
    {"readers", "可查看"},
    {"owner", "责任部门"},
    {"budget", "期限日数"},
    {"calendar", "日历"},
    {"late", "逾期"},
};

static const char *find(const struct pair_of_words *table, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].word, word) == 0)
            return table[i].zh;
    return NULL;
}

const char *word_of_code(enum language l, const char *code)
{
    return l == ZH ? find(codes, sizeof codes / sizeof *codes, code) : NULL;
}

const char *word_of(enum language l, const char *word)
{
    const char *zh = l == ZH ? find(words, sizeof words / sizeof *words, word) : NULL;
    return zh ? zh : word;
}
