"""Who may see people: an inspector reads everything and changes nothing (AC-19), a person sees its own case and nobody
else's (TM-36, YC-19), and what identifies a person never stands in a topic, a log, a metric, a notice or an error (TM-21)."""

import json
import re
import subprocess
import unittest

import support
import town

# Nobody is called so; each stands in one place that is private.
NAMES = {
    "subject-name": "欧阳惊鸿", "person": "端木青崖", "post": "司马长街秘书长", "matter": "招标底价写在皇甫信封里",
    "grounds": "为赶汛期未等独孤批复", "reason": "夏侯卷宗迟到", "withdrawal": "公冶不再申请",
}
PERSON = "p001"


class PeopleTest(support.TownTest):
    def setUp(self):
        super().setUp()
        self.town.settle([], {"monitor": ("committee", ["monitor", "watch"])})
        self.admin = self.town.admin

    def application(self, case, grounds=support.APPLICATION["grounds"], **more):
        clerk = self.client("discipline-clerk")
        clerk.command("apply", case=case, fields={**support.APPLICATION, "grounds": grounds}, by={"party": "applicant"},
                      papers={"application": [clerk.put_paper("申请书".encode())]}, **more)

    def case_of(self, subject, serial, name="当事人", matter="工程变更未经批准", **more):
        fields = {**support.PROCEEDING, "proceeding": f"p-{serial}", "subject": subject, "subject-name": name,
                  "lead": [{"covered": True, "source": "inspection", "matter": matter}]}
        answer = self.client("housing-clerk").command("record-proceeding", procedure="yinchuan", fields=fields, **more)
        return answer["case"]

    def let_in(self, principal, subject):
        self.admin("role-add", principal=principal, subject=subject)
        self.admin("key-add", principal=principal, key=self.town.new_key(principal))
        return self.client(principal)


    def leeway(self, *words, principal="discipline-clerk"):
        done = subprocess.run(
            [self.town.programs / "leeway", *words, "--endpoint", self.town.commands, "--lang", "zh",
             "--server-key", self.town.key_file("server").with_suffix(".key.pub"),
             "--key", self.town.key_file(principal)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=self.town.folder)
        return done.stdout + done.stderr


class Inspector(PeopleTest):
    """AC-19: inspection reads everything, changes nothing."""

    ACTS = {
        "department-add": {"id": "x", "name": "x", "kind": "bureau"}, "department-end": {"id": "water", "successor": "housing"},
        "person-add": {"id": "p9", "unit": "water"}, "role-add": {"principal": "x", "rights": ["act"]},
        "role-end": {"principal": "housing-clerk"}, "key-revoke": {"key": "x" * 40}, "procedure-load": {"source": "x"},
        "procedure-activate": {"procedure": "yinchuan", "version": 1, "from": "2026-01-01"},
        "calendar-load": {"source": "year: 2028\nstatus: not-announced\ndays: []\n", "preview": 1},
        "task-reassign": {"task": 1, "department": "water"}, "time-advance": {"to": 4102444800000}, "time-confirm": {},
        "import": {"key": "a", "file": b"0" * 32, "acts": [{}]},
    }

    def test_every_command_of_an_inspector_is_refused(self):
        case = self.accepted()
        inspector = self.client("inspector")
        for act, fields in self.ACTS.items():
            self.refused("right", inspector.command, act, fields=fields)
        procedure = inspector.ask("procedure", procedure="yinchuan")["source"]
        acts = re.findall(r"^  - act: (\S+)", procedure, re.MULTILINE)
        self.assertGreater(len(acts), 20)
        for act in acts:
            self.refused("right", inspector.command, act, case=case)
        self.refused("right", inspector.command, "record-proceeding", procedure="yinchuan", fields=support.PROCEEDING)
        self.refused("right", inspector.put_paper, b"paper")
        before = inspector.ask("case", case=case)["case"]["version"]
        self.assertEqual(self.client("discipline-clerk").ask("case", case=case)["case"]["version"], before)

    def test_every_question_of_an_inspector_is_answered(self):
        case = self.accepted()
        inspector = self.client("inspector")
        common = {"case": case, "act": "issue-report", "n": 1, "size": 2, "old": 1, "new": 2, "from": 1, "kind": "person",
                  "stream": "housing", "position": 1, "command": town.leeway.uuid7(), "procedure": "yinchuan",
                  "person": PERSON, "subject": PERSON,
                  "source": "year: 2028\nstatus: not-announced\ndays: []\n"}
        source = (support.SOURCE / "proto" / "message.c").read_text(encoding="utf-8")
        asked = re.search(r"questions\[\] = \{(.*?)\};", source, re.DOTALL).group(1)
        keys = re.findall(r'\{"([a-z-]+)", "([a-z_-]+)", KEY_\w+, (true|false)\}', source)
        for q in re.findall(r'"([a-z-]+)"', asked):
            words = {key: common[key] for owner, key, needed in keys if owner == q and needed == "true" and key in common}
            try:
                inspector.ask(q, **words)
            except town.leeway.Refused as refused:
                self.assertNotEqual(refused.kind, "right", f"{q}: {refused}")
        for other in (self.client("housing-clerk"), self.client("monitor")):
            self.refused("right", other.ask, "events", **{"from": 1})

    def test_what_an_inspector_reads_is_recorded(self):
        case = self.accepted()
        inspector = self.client("inspector")
        private = inspector.command("read-private", case=case)["private"]
        self.assertIn("当事人", json.dumps(private, ensure_ascii=False))
        digest = inspector.ask("case", case=case)["case"]["papers"]["application"][0]
        self.assertTrue(inspector.get_paper(case, digest))
        history = inspector.ask("history", case=case)["events"]
        self.assertEqual([event["act"] for event in history if event["principal"] == "inspector"],
                         ["read-private", "read-paper"])

    def test_who_inspects_is_given_no_right_to_change(self):
        for right in ("act", "enter", "admin", "approve", "import"):
            with self.assertRaises(town.leeway.Refused):
                self.admin("role-add", principal="both", department="committee", rights=["inspect", right])
        with self.assertRaises(town.leeway.Refused):
            self.admin("role-change", principal="inspector", rights=["act", "inspect"])
        self.admin("role-add", principal="both", department="committee", rights=["inspect", "monitor", "watch"])


class Applicant(PeopleTest):
    """TM-36, YC-19: whoever a case is about learns how it stands; of others nothing."""

    def setUp(self):
        super().setUp()
        self.own = self.case_of(PERSON, 1)
        self.application(self.own, NAMES["grounds"])
        self.client("discipline-clerk").command("accept", case=self.own)
        self.other = self.case_of("p002", 2)
        self.person = self.let_in("lv", PERSON)

    def test_the_own_case_is_read_and_nothing_of_others(self):
        self.assertEqual([case["case"] for case in self.person.ask("cases")["cases"]], [self.own])
        case = self.person.ask("case", case=self.own)["case"]
        self.assertEqual(case["stage"], "verification")
        self.assertIn("verification", case["clocks"])
        for hidden in ("facts", "told", "did", "readers", "roles", "tasks", "papers"):
            self.assertNotIn(hidden, case)
        acts = [event["act"] for event in self.person.ask("history", case=self.own)["events"]]
        self.assertEqual(acts, ["record-proceeding", "apply", "accept"])
        self.assertTrue(self.person.ask("explain", case=self.own)["clocks"])
        self.assertEqual(self.person.ask("form", case=self.own, act="withdraw")["act"], "withdraw")
        for q in ("case", "history", "explain"):
            self.assertEqual(self.refused("right", self.person.ask, q, case=self.other).code, "not-your-case")
        self.refused("right", self.person.ask, "cases", subject="p002")
        for q, words in (("served", {"case": self.own}), ("tasks", {"case": self.own}), ("transitions", {"from": 1}),
                         ("census", {}), ("events", {"from": 1}), ("unserved", {}), ("register", {"kind": "person"}),
                         ("register", {"kind": "role"}), ("notice", {"stream": "housing", "position": 1})):
            self.refused("right", lambda: self.person.ask(q, **words))

    def test_the_command_line_shows_a_person_its_own_case(self):
        self.assertIn("yinchuan", self.leeway("case", "list", principal="lv"))
        self.assertIn("verification", self.leeway("case", "show", str(self.own), principal="lv"))
        self.assertIn("受理", self.leeway("case", "history", str(self.own), principal="lv"))
        self.assertIn(NAMES["grounds"], self.leeway("case", "private", str(self.own), principal="lv"))
        self.assertIn("not-your-case", self.leeway("case", "show", str(self.other), principal="lv"))

    def test_an_opinion_that_is_not_issued_is_not_shown(self):
        clerk = self.client("discipline-clerk")
        self.client("housing-clerk").command("confirm-suspension", case=self.own)
        clerk.command("issue-report", case=self.own, papers={"report": [clerk.put_paper("报告".encode())]}, fields={
            "examined-leads": [1], "findings-text": "事实清楚", "loss": "some", "effect": "some", "petition": "none",
            "degree": "ordinary", "accident": "none", "public-interest-harm": "none", "other-violations": False,
            "circumstances": {"c8": ["self-correction", "recovery"]}})
        clerk.command("give-opinion", case=self.own, fields={"outcome": "exempted", "opinion-reasons": "主动纠错"})
        self.assertNotIn("exempted", json.dumps(self.person.ask("case", case=self.own), default=str))
        self.assertNotIn("exempted", json.dumps(self.person.ask("cases"), default=str))
        clerk.command("issue-determination", case=self.own,
                      papers={"written-determination": [clerk.put_paper("认定书".encode())]})
        self.assertEqual(self.person.ask("case", case=self.own)["case"]["outcome"], "exempted")

    def test_of_private_parts_only_what_was_handed_in_for_them(self):
        private = self.person.command("read-private", case=self.own)["private"]
        text = json.dumps(private, ensure_ascii=False)
        self.assertIn(NAMES["grounds"], text)
        self.assertNotIn("工程变更", text)  # what the organ wrote
        self.refused("right", self.person.command, "read-private", case=self.other)

    def test_of_a_matter_of_several_each_reads_what_was_handed_in_for_itself(self):
        self.admin("department-add", id="township", name="湖山乡", kind="township", superior="committee")
        clerk = self.client("discipline-clerk")
        people = [{"person": "p010", "name": "公孙甲", "post": "上官副乡长"}, {"person": "p011", "name": "东方乙", "post": "南宫主任"}]
        case = clerk.command("apply", procedure="suichang", by={"party": "applicant"},
                             papers={"application": [clerk.put_paper("申请书".encode())]},
                             fields={"applicant-kind": "person", "subject-unit-id": "township", "work": "gc-1",
                                     "grounds": "先行先试", "sought": "exempted", "duty-performed": True,
                                     "circumstances": {"c6": ["area"]}, "subject": people})["case"]
        clerk.command("accept", case=case, fields={"suitable": True})
        clerk.command("classify", case=case, fields={"complexity": "ordinary", "severity": "minor",
                                                     "wide-reaching": False, "high-attention": False})
        for part, text in ((1, "甲的申辩"), (2, "乙的申辩")):
            clerk.command("defend", case=case, part=part, by={"party": "person"},
                          papers={"signed": [clerk.put_paper(f"签名 {part}".encode())]},
                          fields={"defence": "heard", "defence-text": text})
        open_part = json.dumps(self.client("inspector").ask("case", case=case), default=str, ensure_ascii=False)
        for word in ("公孙甲", "东方乙", "上官副乡长", "南宫主任"):
            self.assertNotIn(word, open_part)
        for subject, own, others in (("p010", "甲", "乙"), ("p011", "乙", "甲")):
            person = self.let_in(f"key-{subject}", subject)
            text = json.dumps(person.command("read-private", case=case)["private"], ensure_ascii=False)
            for word in ("先行先试", own):
                self.assertIn(word, text)
            self.assertIn(f"{own}的申辩", text)
            for word in (others, "南宫主任" if subject == "p010" else "上官副乡长"):
                self.assertNotIn(word, text)

    def test_a_person_does_nothing_and_has_no_right_beside_its_own_case(self):
        self.refused("right", self.person.command, "withdraw", case=self.own, by={"party": "applicant"})
        self.refused("right", self.person.put_paper, b"paper")
        with self.assertRaises(town.leeway.Refused):
            self.admin("role-add", principal="both", subject=PERSON, rights=["act"])
        with self.assertRaises(town.leeway.Refused):
            self.admin("role-change", principal="lv", department="housing")
        self.admin("role-end", principal="lv")
        self.refused("right", self.person.ask, "case", case=self.own)


class Names(PeopleTest):
    """TM-21: the record is complete, and what is open of it names nobody."""

    def setUp(self):
        super().setUp()
        self.watch = self.client("discipline-clerk").watch("")
        self.admin("person-add", id=PERSON, unit="water", name=NAMES["person"], post=NAMES["post"])
        proof = self.client("housing-clerk").put_paper("签收单".encode())
        self.town.settle([], {"housing-head": ("housing", ["act", "approve"])})
        self.case = self.case_of(PERSON, 1, NAMES["subject-name"], NAMES["matter"], done="2026-01-04",
                                 reason=NAMES["reason"], second="housing-head", papers={"date-proof": [proof]})
        self.application(self.case, NAMES["grounds"])
        clerk = self.client("discipline-clerk")
        clerk.command("accept", case=self.case)
        clerk.command("withdraw", case=self.case, fields={"withdrawal-reason": NAMES["withdrawal"]},
                      by={"party": "applicant"}, second="discipline-head",
                      papers={"signed": [clerk.put_paper("撤回".encode())]})
        self.town.client(town.ADMINISTRATOR).command("time-advance", fields={"to": 1772000000000})

    def nobody_in(self, where, text):
        for what, name in NAMES.items():
            self.assertNotIn(name, text, f"{what} stands in {where}")

    def test_the_names_are_there_for_whom_they_concern(self):
        private = self.client("discipline-clerk").command("read-private", case=self.case)["private"]
        text = json.dumps(private, ensure_ascii=False)
        for what in ("subject-name", "matter", "grounds", "reason", "withdrawal"):
            self.assertIn(NAMES[what], text, what)

    def test_topics_streams_events_and_folded_cases_name_nobody(self):
        inspector = self.client("inspector")
        feed = inspector.ask("transitions", **{"from": 1}, limit=500)["transitions"]
        self.assertGreater(len(feed), 5)
        published = [self.watch.next(support.LIMIT) for _ in feed]
        self.nobody_in("the published transitions", json.dumps(published, ensure_ascii=False, default=str))
        self.nobody_in("the feed", json.dumps(feed, ensure_ascii=False, default=str))
        events = inspector.ask("events", **{"from": 1}, limit=500)["events"]
        self.nobody_in("the events", json.dumps(events, ensure_ascii=False, default=str))
        for q, words in (("case", {}), ("history", {}), ("explain", {}), ("served", {})):
            self.nobody_in(q, json.dumps(inspector.ask(q, case=self.case, **words), ensure_ascii=False, default=str))
        notices = 0
        for stream in ("discipline", "housing", "audit", "organisation", "committee"):
            for position in range(1, 40):
                try:
                    notice = inspector.ask("notice", stream=stream, position=position)
                except town.leeway.Refused:
                    break
                notices += 1
                self.nobody_in("a notice", json.dumps(notice, ensure_ascii=False, default=str))
        self.assertGreater(notices, 3)

    def test_logs_and_metrics_name_nobody(self):
        self.nobody_in("the metrics", self.town.monitor("monitor"))
        self.nobody_in("the counters", json.dumps(self.client("monitor").ask("status"), ensure_ascii=False, default=str))
        self.nobody_in("the census", json.dumps(self.client("monitor").ask("census"), ensure_ascii=False, default=str))
        log = self.town.log("leewayd", 100000)
        self.assertTrue(log)
        self.nobody_in("the log", log)

    def test_errors_name_nobody(self):
        clerk = self.client("discipline-clerk")
        wrong = [("apply", {**support.APPLICATION, "grounds": NAMES["grounds"] * 3000}),
                 ("apply", {**support.APPLICATION, "applicant-kind": NAMES["subject-name"]}),
                 ("apply", {**support.APPLICATION, "grounds": [NAMES["grounds"]]})]
        case = self.case_of(PERSON, 2)
        for act, fields in wrong:
            with self.assertRaises(town.leeway.Refused) as caught:
                clerk.command(act, case=case, fields=fields, by={"party": "applicant"},
                              papers={"application": [clerk.put_paper(b"x")]})
            self.nobody_in("an error", str(caught.exception) + json.dumps(vars(caught.exception), ensure_ascii=False, default=str))
        fields = {**support.PROCEEDING, "subject": NAMES["subject-name"]}
        refused = self.refused("form", self.client("housing-clerk").command, "record-proceeding", procedure="yinchuan",
                               fields=fields)
        self.nobody_in("an error", str(refused))
        # whom somebody types as the second person is kept only if it is a principal that may be one
        self.client("discipline-clerk").command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                                                second=NAMES["post"], papers={"application": [clerk.put_paper(b"x")]})
        # a refusal by the law is remembered as an event: it names nobody either
        self.refused("law", clerk.command, "accept", case=self.case, reason=NAMES["reason"])
        events = self.client("inspector").ask("events", **{"from": 1}, limit=500)["events"]
        self.nobody_in("the refusals", json.dumps(events, ensure_ascii=False, default=str))
        self.nobody_in("the log", self.town.log("leewayd", 100000))

    def test_what_the_command_line_prints_names_nobody_unless_asked_for_the_private_part(self):
        case = str(self.case)
        for words in (["case", "show", case], ["case", "list"], ["case", "explain", case], ["case", "history", case],
                      ["served", case], ["task", "list"], ["unserved"], ["status"],
                      ["register", "list", "person"], ["case", "show", case, "--as-of", "2026-01-05"]):
            self.nobody_in(" ".join(words), self.leeway(*words))
        self.assertIn(NAMES["subject-name"], self.leeway("case", "private", case))
        self.assertIn(NAMES["person"], self.leeway("register", "list", "person", principal="inspector"))


if __name__ == "__main__":
    unittest.main()
