#include "clients/leeway/words.h"

#include "proto/errors.h"

#include <string.h>

struct pair_of_words {
    const char *word, *zh;
};

static const struct pair_of_words words[] = {
    {"circumstance", "情形"},
    {"decider", "认定部门"},
    {"unit", "单位"},
    {"month", "月份"},
    {"year", "年度"},
    {"reasons", "理由"},
    {"lenient", "从宽"},
    {"times", "次数"},
    {"protected", "受保护:应当不受影响"},
    {"protected-generally", "一般不受影响;另作决定须说明理由"},
    {"permitted", "可以不受影响;另作决定须说明理由"},
    {"conditional", "附条件:须先证明所缺事项"},
    {"pending", "待定:案件尚在办理"},
    {"not-protected", "不受保护"},
    {"depends-on-work", "视具体工作而定:请写明 --work"},
    {"must", "应当"},
    {"generally", "一般"},
    {"may", "可以"},
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
    const struct known_error *e = l == ZH ? error_lookup(code) : NULL;
    return e ? e->cause_zh : NULL;
}

const char *word_of(enum language l, const char *word)
{
    const char *zh = l == ZH ? find(words, sizeof words / sizeof *words, word) : NULL;
    return zh ? zh : word;
}
