"""plan.py - the cases of the demonstration, before the daemon has seen any of them

A case is a way of opening it, what the clerks answer to which notice (done by the agents' handler), and steps: so many
days after a transition somebody does an act (done by the demonstration itself). A step may be meant to be refused.
Nothing here knows the daemon; the same seed gives the same cases.
"""

import random
from dataclasses import dataclass, field

from world import MANAGER, ORGANS, RECEIVERS, UNITS

OUTCOMES = ["exempted", "mitigated", "lighter", "refused"]
MEASURES = {"exempted": "none", "mitigated": "reduced", "lighter": "light"}  # as the determination binds the organ

CHECKS = {
    "c1": ["deployment", "force-majeure", "shortfall"],
    "c2": ["reform", "diligence", "inexperience"],
    "c3": ["project", "policy-change", "below-expectation"],
    "c4": ["service", "efficiency", "outstanding-documents"],
    "c5": ["emergency", "error-or-criticism"],
    "c6": ["legacy"],
    "c7": ["not-forbidden", "no-private-gain", "collective-decision", "in-execution"],
    "c8": ["self-correction", "recovery"],
    "c9": ["other"],
}

BARS = {
    "b1": {"accident": "safety-major"},
    "b2": {"petition": "large"},
    "b3": {"public-interest-harm": "serious"},
    "b4": {"other-violations": True},
}

MATTERS = [
    "防汛抢险工程收款单位与合同不一致", "道路改造工程变更未经批准", "招商引资项目因政策调整未达预期",
    "容缺受理的审批事项资料补正逾期", "老旧小区改造引发个别信访", "信息化项目验收程序不完整",
    "应急采购未履行集中采购程序", "历史遗留办证问题处置造成一定损失", "改革试点方案实施出现偏差",
]


@dataclass
class Step:
    """`days` after the transition `after` of the case, `who` sends the command. meant: accepted, or kind of refusal."""

    after: str
    days: int
    who: str
    act: str
    fields: dict = field(default_factory=dict)
    meant: str = "accepted"
    keys: dict = field(default_factory=dict)    # part, second, by, reason, expect …
    papers: list = field(default_factory=list)  # slots
    done: int = 0                               # so many days before it is entered


@dataclass
class Case:
    name: str
    kind: str
    day: int  # of opening, counted from the start of the demonstration
    unit: str
    receiver: str
    organ: str
    subject: str
    opening: Step = None
    answers: dict = field(default_factory=dict)  # type of notice -> Step, or None: read it and do nothing
    steps: list = field(default_factory=list)
    outcome: str = None
    circumstance: str = None
    bar: str = None
    number: int = None  # the daemon's
    events: dict = field(default_factory=dict)  # kind of transition -> the event that it came from
    days: dict = field(default_factory=dict)  # kind of transition -> the day on which it took effect

    def clerk(self, role):
        return f"{getattr(self, role, role)}-clerk"

    def then(self, after, days, role, act, fields=None, **more):
        self.steps.append(Step(after, days, self.clerk(role), act, fields or {}, **more))

    def answer(self, notice, act, fields=None, **more):
        self.answers[notice] = Step(None, 0, None, act, fields or {}, **more)

    def leave(self, *notices):
        """The clerk reads these and does nothing for the time being."""
        for notice in notices:
            self.answers.pop(notice, None)


APPLICANT = {"by": {"party": "applicant"}}


def circumstances(case):
    """The field of the report: which circumstances were checked, point by point."""
    if not case.circumstance:
        return {}
    return {case.circumstance: CHECKS[case.circumstance]}


def report(case, leads=(1,)):
    """The fields of issue-report, consistent with the circumstance and the bar of the case."""
    found = {"examined-leads": list(leads), "findings-text": "经查阅资料、询问当事人、实地核查,事实清楚。",
             "loss": "some", "effect": "some", "petition": "none", "degree": "ordinary", "accident": "none",
             "public-interest-harm": "none", "other-violations": False, "circumstances": circumstances(case)}
    if case.circumstance == "c9":
        found["catch-all-reason"] = "为公履职,依程序决策,未谋私利,性质与前列情形相当。"
    if case.bar:
        found.update(BARS[case.bar])
    return found


def opinion(case):
    return {"outcome": case.outcome, "opinion-reasons": "综合考虑动机、情节、后果与纠错情况,提出上述意见。"}


def leads(*kinds, chance=None):
    """Fields of the leads: covered or not, and where they came from."""
    matter = chance.choice(MATTERS) if chance else MATTERS[0]
    return [{"covered": covered, "source": source, "matter": matter} for covered, source in kinds]


def proceeding(case, serial, parts, told=True, category="administrative-organ", standing="state-functionary"):
    """The fields that tell of a proceeding. Days stand as numbers before the day of entry: day(-1) is yesterday."""
    return {"proceeding": f"yz-{serial:04}", "started": {"day": -2}, **({"told": {"day": -1}} if told else {}),
            "subject": case.subject, "subject-name": case.name, "subject-category": category,
            "subject-standing": standing, "subject-unit-id": case.unit, "lead": parts}


def application(case, kind="person"):
    return {"applicant-kind": kind, "receiver-id": case.receiver, "grounds": "出于公心,为推动工作,请求容错免责。"}


def recorded(case, serial, parts, **more):
    """The usual opening: the organ records its proceeding, the person applies within the window."""
    case.opening = Step(None, 0, case.clerk("organ"), "record-proceeding", proceeding(case, serial, parts, **more))


def apply(case, days, kind="person", **more):
    case.then("proceeding-recorded", days, "receiver", "apply", application(case, kind), keys=APPLICANT,
              papers=more.pop("papers", ["application"]), **more)


def served(case, serial):
    """Notices to those who have no key are served on paper, in one of the ways that there are."""
    manner = ["in-person", "post", "through-unit"][serial % 3]
    refused = serial % 10 == 7
    case.answer("serve-notice", "serve", {"manner": manner, "receipt": not refused,
                                          **({"witness": "社区工作人员二人"} if refused else {})})


def course(case, days=8):
    """The answers of the clerks from acceptance to archive, and the report after some days."""
    case.answer("application-received", "accept")
    case.answer("suspend-accountability", "confirm-suspension")
    case.answer("audit-opinion-requested", "give-audit-opinion", {"audit-opinion": "系探索性失误,未发现谋私。"})
    case.then("application-accepted", days, "receiver", "issue-report", report(case), papers=["report"])
    case.answer("report-issued", "give-opinion", opinion(case))
    case.answer("opinion-issued", "issue-determination", papers=["written-determination"])
    case.answer("archive-due", "archive", papers=["bound-file"])
    case.answer("publishable", "publish", {"publication": "为担当者担当:一名干部因公失误获免责。"})
    case.answer("follow-up-due", "record-follow-up",
                {"support-facts": "帮助查找不足,制定改进措施。", "performance": "工作积极。", "reuse": "none"})
    case.answer("consent-requested", "answer-consent", {"consent": "granted"})
    case.answer("assistance-requested", "answer-assistance", {"assistance-reply": "已提供有关资料。"})


def usual(case, serial, chance, days=None, parts=None, **more):
    recorded(case, serial, parts or leads((True, chance.choice(["inspection", "report", "petition"])), chance=chance),
             **more)
    apply(case, chance.randint(1, 5))
    course(case, chance.randint(5, 12) if days is None else days)


# ---- kinds of cases: each takes a case that has its people, outcome and circumstance, and gives it its course ----

def plain(case, serial, chance):
    usual(case, serial, chance)
    if case.outcome != "refused":
        case.then("archived", 3, "organ", "dispose",
                  {"measure": MEASURES[case.outcome]}, keys={"part": 1})


def by_unit(case, serial, chance):
    """The unit itself applies, at once for the proceeding and for the exemption."""
    fields = {**application(case, "unit"), **proceeding(case, serial, leads((True, "inspection"), chance=chance)),
              "organ-id": case.organ}
    case.opening = Step(None, 0, case.clerk("receiver"), "apply", fields, keys=APPLICANT, papers=["application"])
    course(case, chance.randint(5, 12))
    case.leave("application-received")  # the plan comes after the notice: the clerk accepts a day later
    case.then("application-received", 1, "receiver", "accept")


def late_accepted(case, serial, chance):
    usual(case, serial, chance)
    case.steps = [step for step in case.steps if step.act != "apply"]
    apply(case, chance.randint(24, 32))
    case.leave("application-received")
    case.then("application-received", 1, "receiver", "accept", meant="law")
    case.then("application-received", 2, "receiver", "accept", {"late-reason": "因公出差,未能按期申请。"})


def late_declined(case, serial, chance):
    recorded(case, serial, leads((True, "report"), chance=chance))
    apply(case, chance.randint(24, 32))
    case.answer("application-received", "decline",
                {"decline-basis": "application", "decline-reason": "逾期且无正当理由。"})
    case.then("application-declined", 4, "organ", "dispose", {"measure": "light"}, keys={"part": 1})
    case.answer("follow-up-due", "record-follow-up",
                {"support-facts": "谈心谈话,帮助改进。", "performance": "表现良好。", "reuse": "reinstated"})


def declined(case, serial, chance):
    recorded(case, serial, leads((True, "petition"), chance=chance))
    apply(case, 3)
    case.answer("application-received", "decline",
                {"decline-basis": "circumstances", "decline-reason": "申请事项与公务无关。"})


def withdrawn(case, serial, chance):
    usual(case, serial, chance)
    case.steps = [step for step in case.steps if step.act == "apply"]
    case.then("application-accepted", 2, "receiver", "withdraw", {"withdrawal-reason": "已自行纠正。"},
              keys=APPLICANT, papers=["signed"], meant="law")
    case.then("application-accepted", 3, "receiver", "withdraw", {"withdrawal-reason": "已自行纠正。"},
              keys={**APPLICANT, "second": f"{case.receiver}-head"}, papers=["signed"])


def transferred(case, serial, chance):
    """Sent to the department that does not manage the cadre: it cannot accept, and hands over."""
    right = case.receiver
    case.receiver = next(r for r in RECEIVERS if r != right)
    usual(case, serial, chance)
    wrong, case.receiver = case.receiver, right
    case.steps = [step for step in case.steps if step.act == "apply"]
    case.leave("application-received")
    case.then("application-received", 1, wrong, "accept", meant="law")
    case.then("application-received", 2, wrong, "transfer", {"receiver-id": right}, keys={"second": f"{wrong}-head"})
    case.then("application-transferred", 1, right, "accept")
    case.then("application-accepted", 9, right, "issue-report", report(case), papers=["report"])


def extended(case, serial, chance):
    usual(case, serial, chance, days=34)
    head = {"second": f"{case.receiver}-head"}
    reason = {"extend-reason": "涉及多个部门,一时难以定论。", "complex": True}
    case.then("application-accepted", 9, "receiver", "extend-verification", {"extend-by": 8, **reason}, meant="law")
    case.then("application-accepted", 10, "receiver", "extend-verification", {"extend-by": 8, **reason}, keys=head)
    case.then("application-accepted", 20, "receiver", "extend-verification", {"extend-by": 8, **reason}, keys=head,
              meant="law")  # 31 working days in all
    case.then("application-accepted", 21, "receiver", "extend-verification", {"extend-by": 7, **reason}, keys=head)


def mixed(case, serial, chance):
    """Two leads: the one of the application is suspended, the other goes on and is disposed of with consent."""
    usual(case, serial, chance, days=14, parts=leads((True, "inspection"), (False, "report"), chance=chance))
    note = {"investigation-note": "继续调查其他问题线索。"}
    case.then("application-accepted", 1, "organ", "investigate-lead", note, keys={"part": 2})
    case.then("application-accepted", 1, "organ", "investigate-lead", note, keys={"part": 1}, meant="law")
    case.then("application-accepted", 2, "organ", "request-consent", meant="law")
    case.then("application-accepted", 4, "organ", "finish-lead", note, keys={"part": 2})
    case.then("application-accepted", 5, "organ", "dispose", {"measure": "talk"}, keys={"part": 2}, meant="law")
    case.then("application-accepted", 6, "organ", "request-consent")
    case.then("consent-answered", 1, "organ", "dispose", {"measure": "talk"}, keys={"part": 2})
    if case.outcome != "refused":
        case.then("archived", 2, "organ", "dispose",
                  {"measure": MEASURES[case.outcome]}, keys={"part": 1})


def consent_withheld(case, serial, chance):
    mixed(case, serial, chance)
    case.answer("consent-requested", "answer-consent", {"consent": "withheld"})
    for step in case.steps:
        if step.act == "dispose":
            step.meant = "law"


def own(case, serial, chance):
    """The receiver pursues accountability itself: suspended by itself, and another person gives consent."""
    case.organ = case.receiver
    mixed(case, serial, chance)
    case.leave("suspend-accountability")
    case.steps = [step for step in case.steps if step.act != "dispose"]


def missed_acceptance(case, serial, chance):
    usual(case, serial, chance)
    case.leave("application-received")
    case.then("application-received", 22, "receiver", "accept")


def missed_verification(case, serial, chance):
    usual(case, serial, chance, days=48)
    case.then("application-accepted", 47, "receiver", "extend-verification",
              {"extend-by": 5, "extend-reason": "情况复杂。", "complex": True},
              keys={"second": f"{case.receiver}-head"}, meant="law")


def missed_issuance(case, serial, chance):
    usual(case, serial, chance)
    case.leave("opinion-issued")
    case.then("opinion-issued", 30, "receiver", "issue-determination", papers=["written-determination"])


def missed_confirmation(case, serial, chance):
    usual(case, serial, chance, days=13)
    case.leave("suspend-accountability")
    case.then("suspend-accountability", 11, "organ", "confirm-suspension")


def missed_archive(case, serial, chance):
    usual(case, serial, chance)
    case.leave("archive-due")
    case.then("determination-issued", 41, "organ", "archive", meant="form")
    case.then("determination-issued", 42, "organ", "archive", papers=["bound-file"])


def audited(case, serial, chance):
    usual(case, serial, chance, parts=leads((True, "audit"), chance=chance))


def assisted(case, serial, chance):
    usual(case, serial, chance, days=11)
    case.then("application-accepted", 2, "receiver", "request-assistance",
              {"assistant": chance.choice(["finance", "education", "roads"]), "assistance-question": "请提供项目资料。"})


def maligned(case, serial, chance):
    usual(case, serial, chance)
    case.then("application-accepted", 3, "receiver", "clear-name",
              {"malice-facts": "匿名信捏造收受好处。", "clearance-text": "经查不实,予以澄清。",
               "maligner-found": chance.random() < 0.5})


def panelled(case, serial, chance):
    usual(case, serial, chance, days=12)
    case.answer("application-received", "accept", {"major": True})
    case.then("application-accepted", 5, "receiver", "consult-panel",
              {"panel": "市审计局、行业专家三人", "panel-opinion": "属探索性失误。"})


def not_major(case, serial, chance):
    usual(case, serial, chance, days=12)
    case.then("application-accepted", 4, "receiver", "consult-panel",
              {"panel": "行业专家二人", "panel-opinion": "属一般性失误。"}, meant="law")


def barred(case, serial, chance):
    """Somebody tries a lenient opinion although the negative list says no."""
    usual(case, serial, chance)
    case.leave("report-issued")
    case.then("report-issued", 1, "receiver", "give-opinion", {**opinion(case), "outcome": "exempted"}, meant="law")
    case.then("report-issued", 2, "receiver", "give-opinion", opinion(case))
    case.then("archived", 5, "organ", "dispose", {"measure": "punishment"}, keys={"part": 1})


def no_circumstance(case, serial, chance):
    case.circumstance, case.outcome = None, "refused"
    usual(case, serial, chance)
    case.leave("report-issued")
    case.then("report-issued", 1, "receiver", "give-opinion", {**opinion(case), "outcome": "lighter"}, meant="law")
    case.then("report-issued", 2, "receiver", "give-opinion", opinion(case))
    case.then("archived", 5, "organ", "dispose", {"measure": "reduced"}, keys={"part": 1})


def no_application(case, serial, chance):
    recorded(case, serial, leads((True, "superior"), chance=chance))
    case.then("proceeding-recorded", 3, "organ", "close-proceeding", meant="law")
    case.then("proceeding-recorded", 25, "organ", "close-proceeding")


def out_of_scope(case, serial, chance):
    recorded(case, serial, leads((True, "report"), chance=chance), category="private-business", standing="none")
    apply(case, 2, meant="law")
    case.then("proceeding-recorded", 30, "organ", "close-proceeding")


def by_reference(case, serial, chance):
    usual(case, serial, chance, standing=chance.choice(["hired", "seconded", "temporary-post"]))


def careless(case, serial, chance):
    """Told of the proceeding a day later; applies without the paper, then by the Party group, then as it should be."""
    usual(case, serial, chance, told=False)
    case.steps = [step for step in case.steps if step.act != "apply"]
    case.then("proceeding-recorded", 1, "organ", "record-telling", {"told": {"day": 0}})
    apply(case, 1, papers=[], meant="law")
    apply(case, 2, kind="party-group", meant="law")
    apply(case, 3)
    case.steps.append(Step("application-accepted", 1, f"{case.unit if case.unit != 'dongjie' else 'audit'}-clerk",
                           "issue-report", report(case), papers=["report"], meant="right"))


def corrected(case, serial, chance):
    """Accepted on another day than was entered: the limits are counted anew, and who was told is told again."""
    usual(case, serial, chance)
    case.leave("application-received")
    case.then("application-received", 2, "receiver", "accept")
    fields = {"corrected-event": {"event-of": "application-accepted"}, "corrected-done": {"day-of": "application-received"},
              "correction-reason": "受理日期录入有误。"}
    case.then("application-accepted", 1, "receiver", "correct", fields, meant="law")
    case.then("application-accepted", 1, "receiver", "correct", fields, keys={"second": f"{case.receiver}-head"})


def entered_later(case, serial, chance):
    """Done on paper two days before it is entered."""
    usual(case, serial, chance)
    case.leave("application-received")
    case.then("application-received", 2, "receiver", "accept", done=2)


# kind, weight
KINDS = [
    (plain, 32), (by_unit, 14), (late_accepted, 10), (late_declined, 6), (declined, 6), (withdrawn, 8),
    (transferred, 8), (extended, 10), (mixed, 12), (consent_withheld, 5), (own, 8), (missed_acceptance, 6),
    (missed_verification, 6), (missed_issuance, 6), (missed_confirmation, 7), (missed_archive, 5), (audited, 9),
    (assisted, 9), (maligned, 6), (panelled, 5), (not_major, 3), (barred, 8), (no_circumstance, 5),
    (no_application, 5), (out_of_scope, 4), (by_reference, 6), (careless, 6), (entered_later, 5), (corrected, 5),
]


def published():
    """Cases 2, 3, 4 and 6 as they were published elsewhere, taken as Yinchuan cases. Their facts and outcomes are the
    sources'; receiver, organ and days are given here."""
    chance = random.Random(0)

    def case(name, unit, organ, subject, circumstance, matter, source, day):
        made = Case(name, "published", day, unit, MANAGER[unit], organ, subject, outcome="exempted",
                    circumstance=circumstance)
        served(made, day)
        usual(made, 9000 + day, chance, days=9, parts=[{"covered": True, "source": source, "matter": matter}])
        return made

    lv = case("吕某", "xingfu", "finance", "p-lv", "c7", "监控项目5.2万元拆分为两个2.6万元实施", "inspection", 1)
    xie = case("谢某某", "housing", "finance", "p-xie", "c4", "人防审批事项凭书面承诺容缺办理", "inspection", 2)
    zhang = case("张某", "roads", "finance", "p-zhang", "c8", "四根桩基渗水,变更未经审批,结算超合同15.5%", "inspection", 29)
    li = case("李某", "water", "finance", "p-li", "c5", "防汛工程收款单位与合同不一致", "audit", 3)
    # two dates: accepted on paper on 13 February, entered on the 24th, the first day behind the Spring Festival
    zhang.leave("application-received")
    zhang.steps = [step for step in zhang.steps if step.act != "apply"]
    apply(zhang, 6)  # 9 February
    zhang.then("application-received", 15, "receiver", "accept", done=11)
    for step in zhang.steps:
        if step.act == "issue-report":
            step.days = 10
    return [lv, xie, zhang, li]


def made(seed, count):
    """`count` cases of a seed: each kind by its weight, outcomes, circumstances and bars in turn."""
    chance = random.Random(seed)
    kinds = [kind for kind, weight in KINDS for _ in range(weight)]
    order = [kind for kind, _ in KINDS]  # one of each first, so that few cases show much
    while len(order) < count:
        order += chance.sample(kinds, len(kinds))
    cases = []
    for i, kind in enumerate(order[:count]):
        unit = UNITS[i % len(UNITS)]
        organ = chance.choice([o for o in ORGANS if o != unit])
        case = Case(f"当事人{i + 1}", kind.__name__, chance.randint(0, 30), unit, MANAGER[unit], organ,
                    f"p{i % 64 + 1:03}", outcome=OUTCOMES[i % 4], circumstance=f"c{i % 9 + 1}")
        if case.outcome == "refused" or kind is barred:
            case.outcome, case.bar = "refused", f"b{(i // 4 if kind is not barred else chance.randint(0, 3)) % 4 + 1}"
        if case.bar == "b2" and case.circumstance == "c6":
            case.circumstance = "c5"  # no ordinary petition and a large one at once
        served(case, i + 1)
        kind(case, i + 1, chance)
        cases.append(case)
    return cases


def cases(seed, count):
    """The published ones and the made ones, `count` in all."""
    fixed = published()[:count]
    return fixed + made(seed, max(0, count - len(fixed)))
