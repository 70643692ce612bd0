"""tell.py - what the demonstration prints: progress, tables, one case in full; Chinese or English by the locale"""

import collections
import os
import shutil
import sys
import unicodedata

CHINESE = next((value for value in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if value), "").startswith("zh")

# English, Chinese
TEXTS = {
    "starting": ("starting a daemon and its departments in {folder}", "在 {folder} 启动守护进程和各部门"),
    "progress": ("{day}  {open} open, {ended} ended", "{day}  在办 {open},已结 {ended}"),
    "proceeding-recorded": ("proceedings", "登记"),
    "application-received": ("applications", "申请"),
    "application-accepted": ("accepted", "受理"),
    "application-declined": ("declined", "不予受理"),
    "suspend-accountability": ("suspensions", "暂缓追责"),
    "limit-extended": ("extended", "延长"),
    "report-issued": ("reports", "报告"),
    "determination-issued": ("determinations", "认定"),
    "limit-missed": ("limits missed", "超期"),
    "archived": ("archived", "归档"),
    "outcome": ("outcome", "结果"),
    "cases": ("cases", "件数"),
    "circumstances": ("circumstances", "情形"),
    "bars": ("negative list", "负面清单"),
    "paper": ("served on paper", "书面送达"),
    "missed": ("limits missed", "超期"),
    "exempted": ("exempted", "免责"),
    "mitigated": ("mitigated", "减轻"),
    "lighter": ("lighter", "从轻"),
    "refused": ("refused", "不予免责"),
    "declined": ("declined", "不予受理"),
    "withdrawn": ("withdrawn", "撤回"),
    "closed": ("closed without application", "未申请而终结"),
    "pending": ("without an end", "未结"),
    "all": ("all", "合计"),
    "full": ("Case {case} in full: {name} ({circumstance}), {outcome}", "案件 {case} 全程:{name}({circumstance}),{outcome}"),
    "entered": ("entered {day}", "{day} 录入"),
    "clock": ("{label} ({article}): {state}, due {due}", "{label}({article}):{state},截止 {due}"),
    "summary": ("{accepted} commands accepted, {refused} refused; {transitions} transitions; {published} notices "
                "published, {handled} handled, {lost} lost, {doubled} acted on twice; {cases} cases in {seconds} s",
                "接受命令 {accepted},拒绝 {refused};变动 {transitions};发出通知 {published},已处理 {handled},"
                "丢失 {lost},重复处理 {doubled};{cases} 件,用时 {seconds} 秒"),
    "kills": ("the daemon was killed {n} times and started again on the same store",
              "守护进程被强行终止 {n} 次,均在原存储上重新启动"),
    "monitor": ("The monitor's figures, {verdict}", "监视器的数字,{verdict}"),
    "agrees": ("equal to the store's:", "与存储一致:"),
    "differs": ("which differ from the store's:", "与存储不一致:"),
    "surprise": ("not as planned: {what}", "与计划不符:{what}"),
    "weekday": ("weekday", "工作日"),
    "weekend": ("weekend", "周末"),
    "worked": ("{why}, a working day by the arrangement", "{why}调休上班"),
    "off": ("{why}, off", "{why}放假"),
    "paper-by": ("{label} (on paper, by {name})", "{label}({name}书面送达)"),
    "notice": ("{label} ({name})", "{label}({name})"),
    "daemon": ("the daemon", "系统"),
    "applicant": ("the applicant", "申请人"),
    "running": ("running", "计时中"),
    "met": ("met", "按期"),
    "missed-limit": ("missed", "超期"),
    "paused": ("paused", "中止"),
    "simulated": ("(simulated time)", "(模拟时间)"),
}

WEEKLY = ("proceeding-recorded", "application-received", "application-accepted", "application-declined",
          "suspend-accountability", "limit-extended", "report-issued", "determination-issued", "limit-missed", "archived")


def text(name):
    return TEXTS[name][CHINESE]


def width(word):
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word)


def pad(word, columns):
    return word + " " * max(0, columns - width(word))


def cut(word, columns):
    """As much of it as fits."""
    while width(word) > columns:
        word = word[:-1]
    return word


def table(rows):
    """Rows of texts under each other; the first column to the left, the others to the right."""
    columns = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [pad(row[0], columns[0])] + [" " * (columns[i] - width(row[i])) + row[i] for i in range(1, len(row))]
        print("  " + "   ".join(cells).rstrip())


class Show:
    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.steps = collections.Counter()  # since the last plain line
        self.week = None

    def say(self, line):
        self._clear()
        print(line, flush=True)

    def happened(self, transition):
        self.steps[transition["kind"]] += 1

    def progress(self, day, open_, ended):
        """On a terminal a line that is written over, with all that happened; elsewhere a line a week, of that week."""
        week = day.isocalendar()[:2]
        if not self.terminal and week == self.week:
            return
        told = [f"{self.steps[kind]} {text(kind)}" for kind in WEEKLY if self.steps[kind]]
        line = text("progress").format(day=day, open=open_, ended=ended) + (": " + ", ".join(told) if told else "")
        if self.terminal:
            print("\r\x1b[K" + cut(line, shutil.get_terminal_size().columns - 1), end="", flush=True)
            return
        print(line, flush=True)
        self.week = week
        self.steps.clear()

    def _clear(self):
        if self.terminal:
            print("\r\x1b[K", end="")

    def outcomes(self, account):
        rows = [[text(name) for name in ("outcome", "cases", "circumstances", "bars", "paper", "missed")]]
        for outcome, row in account.table.items():
            rows.append([text(outcome), str(row.cases), " ".join(sorted(row.circumstances)), " ".join(sorted(row.bars)),
                         str(row.paper), str(row.missed)])
        self.say("")
        table(rows)

    def told_in_full(self, case, folded, events, clocks):
        """Every event with the day on which it was done and the day on which it was entered; then each clock, day by
        day."""
        outcome = folded.get("outcome") or folded["stage"]
        self.say("")
        print(text("full").format(case=case.number, name=case.name, circumstance=case.circumstance,
                                  outcome=text(outcome) if outcome in TEXTS else outcome), text("simulated"))
        for event in events:
            entered = event["entered"]
            print(f"  {event['done']}  {pad(event['label'], 24)}  {event['who']}"
                  + ("" if entered == event["done"] else "  " + text("entered").format(day=entered))
                  + ("  → " + "、".join(event["told"]) if event["told"] else ""))
        for clock in clocks:
            state = "missed-limit" if clock["state"] == "missed" else clock["state"]
            print("  " + text("clock").format(**{**clock, "state": text(state)}))
            for day in clock["days"]:
                print(f"      {day['day']}  {day['n'] if day['counts'] else '·':>3}  {self.why(day)}")

    def why(self, day):
        """A plain weekday or weekend, or the entry of the calendar that makes the day count or not."""
        if day["why"] in ("weekday", "weekend"):
            return text(day["why"])
        return text("worked" if day["counts"] else "off").format(why=day["why"])

    def figures(self, found, wrong):
        self.say("")
        print(text("monitor").format(verdict=text("differs" if wrong else "agrees")))
        cells = [f"{labels[0]} {n}" for labels, n in sorted(found["leeway_transitions_total"].items())]
        for name in ("leeway_cases_opened_total", "leeway_cases_closed_total", "leeway_unserved_notices"):
            cells.append(f"{name} {sum(found[name].values())}")
        cells += [f"rejected: {labels[0]} {n}" for labels, n in sorted(found["leeway_rejections_total"].items())]
        for i in range(0, len(cells), 3):
            print("  " + "".join(pad(cell, 38) for cell in cells[i:i + 3]).rstrip())

    def summary(self, summary, kills, surprises):
        self.say("")
        if kills:
            print(text("kills").format(n=kills))
        for what in surprises:
            print(text("surprise").format(what=what))
        print(text("summary").format(**summary), flush=True)
