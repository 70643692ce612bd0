"""Reports from the events (SC-19, SC-28, AC-6, AC-7, AC-10, AC-11, AC-19, LJ-22, TM-9, YC-41) and the register of
consequences (TM-41, TM-43, SC-22, YC-36), asked by the command line of a daemon whose cases were entered by commands.

The published figures of Suichang: from 2020 to 2023-05-05 19 ex-ante filings that concern 50 cadres; to 2023-05-05,
start not told, 29 cadres' names cleared and 318 punished cadres visited. The cases are made here; each figure is counted
by the daemon from the days on which the acts were done."""

import datetime
import json
import os
import pathlib
import subprocess
import unittest

import support
import town

START = "2018-01-03T09:00:00"
DEPARTMENTS = [
    {"id": "county", "name": "遂昌县委", "kind": "party-committee"},
    {"id": "cdi", "name": "遂昌县纪委监委", "kind": "discipline", "superior": "county"},
    {"id": "organisation", "name": "县委组织部", "kind": "organisation", "superior": "county"},
    {"id": "audit", "name": "县审计局", "kind": "audit", "superior": "county"},
    {"id": "personnel", "name": "县人力社保局", "kind": "human-resources", "superior": "county"},
    {"id": "miaogao", "name": "妙高街道", "kind": "bureau", "superior": "county"},
    {"id": "housing", "name": "县住建局", "kind": "bureau", "superior": "county"},
    {"id": "water", "name": "县水利局", "kind": "bureau", "superior": "county"},
]
CLERK = ["act", "enter", "watch"]
PRINCIPALS = {
    "cdi-clerk": ("cdi", CLERK),
    "miaogao-clerk": ("miaogao", CLERK),
    "housing-clerk": ("housing", CLERK),
    "water-clerk": ("water", CLERK),
    "organisation-clerk": ("organisation", ["act"]),
    "monitor": ("county", ["monitor"]),
    "inspector": ("county", ["inspect"]),
}
UNITS = ["miaogao", "housing", "water"]

# day -> how many persons each filing concerns: 19 with 50 in the period; one before it, one after it
FILINGS = {
    "2019-11-20": [4], "2020-01-02": [3, 1], "2020-06-10": [5, 2, 2], "2021-03-15": [4, 1, 3], "2021-09-08": [2, 6],
    "2022-02-16": [1, 1, 4, 2], "2022-10-12": [3, 5, 1], "2023-05-05": [1, 3], "2023-06-14": [7],
}
# day -> names cleared; 29 up to 2023-05-05, some before 2020, some after the end
CLEARED = {"2018-05-09": 6, "2019-08-14": 5, "2020-12-03": 7, "2022-04-20": 8, "2023-05-05": 3, "2023-07-12": 4}
# day -> persons visited: 318 up to 2023-05-05
VISITED = {"2018-03-14": 70, "2019-04-17": 64, "2020-09-09": 60, "2021-11-10": 66, "2023-04-12": 58, "2023-08-16": 9}


class CommandLine(unittest.TestCase):
    def leeway(self, principal, *words, code=0, lang="zh"):
        server = self.town.key_file("server").with_suffix(".key.pub")
        own = ["--endpoint", self.town.commands, "--transitions", self.town.transitions, "--server-key", server,
               "--key", self.town.key_file(principal), "--lang", lang]
        done = subprocess.run([pathlib.Path(support.PROGRAMS).resolve() / "leeway", *map(str, own), *map(str, words)],
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False,
                              timeout=support.LIMIT * 4, cwd=self.town.folder,
                              env={**os.environ, "HOME": str(self.town.folder)})
        self.assertEqual(done.returncode, code, f"leeway {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def data(self, principal, *words):
        return json.loads(self.leeway(principal, *words, "-o", "json"))


class Suichang(CommandLine):
    """One town for all tests: they only ask."""

    @classmethod
    def setUpClass(cls):
        cls.town = town.Town(support.PROGRAMS, simulated=START)
        cls.town.start()
        cls.town.settle(DEPARTMENTS, PRINCIPALS)
        cls.person = 0
        days = sorted({*FILINGS, *CLEARED, *VISITED})
        for day in days:
            cls.advance(day)
            for serial, persons in enumerate(FILINGS.get(day, [])):
                cls.file(serial, persons)
            for serial in range(CLEARED.get(day, 0)):
                cls.clear(serial)
            for serial in range(VISITED.get(day, 0)):
                cls.visit(serial, day)
        cls.advance("2023-12-01")

    @classmethod
    def tearDownClass(cls):
        cls.town.stop()

    @classmethod
    def advance(cls, day):
        moment = datetime.datetime.fromisoformat(f"{day}T09:00:00+08:00")
        cls.town.client(town.ADMINISTRATOR).command("time-advance", fields={"to": int(moment.timestamp() * 1000)})

    @classmethod
    def new_person(cls):
        cls.person += 1
        return f"g{cls.person:04}"

    @classmethod
    def file(cls, serial, persons):
        unit = UNITS[serial % 3]
        clerk, cdi = cls.town.client(f"{unit}-clerk"), cls.town.client("cdi-clerk")
        fields = {"applicant-kind": "organisation", "subject-unit-id": unit, "work": f"w-{cls.person}",
                  "filing-class": "pioneering", "risks-disclosed": "先行先试,尚无明确规定。",
                  "subject": [{"person": cls.new_person()} for _ in range(persons)]}
        case = clerk.command("file", procedure="suichang", fields=fields,
                             papers={"filing-application": [clerk.put_paper("备案申请书".encode())]})["case"]
        cdi.command("accept-filing", case=case, fields={"filing-opinion": "属于先行先试。"})

    @classmethod
    def clear(cls, serial):
        cdi = cls.town.client("cdi-clerk")
        fields = {"subject-unit-id": UNITS[serial % 3], "reported": "反映其收受礼品。", "subject": [{"person": cls.new_person()}]}
        case = cdi.command("open-clearance", procedure="suichang", fields=fields)["case"]
        cdi.command("clear-name", case=case, fields={"unfounded": True, "clearance-text": "反映不实。"})

    @classmethod
    def visit(cls, serial, day):
        cdi = cls.town.client("cdi-clerk")
        fields = {"subject-unit-id": UNITS[serial % 3], "punishment": "党内警告", "punished-on": day,
                  "subject": [{"person": cls.new_person()}]}
        case = cdi.command("plan-education-visit", procedure="suichang", fields=fields)["case"]
        cdi.command("record-education-visit", case=case, fields={"education-note": "已谈话。", "performance": "良好。"})

    def figures(self, *words, principal="monitor"):
        answer = self.data(principal, "report", "--procedure", "suichang", *words)
        return {(row.get("kind") or row.get("act")): (row["matters"], row["persons"])
                for table in ("figures", "acts") for row in answer.get(table, [])}

    def test_19_filings_concern_50_cadres(self):
        """SC-19: matters and persons separately, within the period by the day on which each was done"""
        figures = self.figures("--from", "2020-01-01", "--to", "2023-05-05")
        self.assertEqual(figures["filing"], (19, 50))
        self.assertEqual(figures["accept-filing"], (19, 50))

    def test_the_text_tells_the_same(self):
        text = self.leeway("monitor", "report", "--procedure", "suichang", "--from", "2020-01-01", "--to", "2023-05-05")
        line = next(line.split() for line in text.splitlines() if line.startswith("事前备案") or "备案" in line)
        self.assertEqual(line[-2:], ["19", "50"])

    def test_29_cleared_and_318_visited_to_date(self):
        """SC-28: no start is told"""
        figures = self.figures("--to", "2023-05-05")
        self.assertEqual(figures["clear-name"][1], 29)
        self.assertEqual(figures["record-education-visit"][1], 318)
        self.assertEqual(figures["clearance"][1], 29)
        self.assertEqual(figures["visit"][1], 318)

    def test_the_period_bounds_both_ends(self):
        everything = self.figures()
        self.assertEqual(everything["filing"], (21, 61))
        self.assertEqual(everything["clearance"][1], 33)
        self.assertEqual(everything["visit"][1], 327)
        self.assertEqual(self.figures("--from", "2023-05-05", "--to", "2023-05-05")["filing"], (2, 4))

    def test_by_kind_and_year_and_department(self):
        answer = self.data("monitor", "report", "--procedure", "suichang", "--by", "kind,year,department", "--to", "2020-12-31")
        rows = {(r["kind"], r["year"]): r["persons"] for r in answer["figures"]}
        self.assertEqual(rows["filing", "2020"], 13)
        self.assertEqual(rows["visit", "2018"], 70)
        self.assertEqual({r["department-label"] for r in answer["figures"]}, {"遂昌县纪委监委"})

    def test_a_dimension_that_nobody_knows_is_named_with_those_known(self):
        told = self.leeway("monitor", "report", "--procedure", "suichang", "--by", "knd", code=2)
        self.assertIn("circumstance", told)

    def test_counts_below_five_are_hidden_and_cannot_be_computed(self):
        """TM-9, AC-11: clearances of one year are few; the total must not give them away"""
        answer = self.data("monitor", "report", "--procedure", "suichang", "--by", "year", "--from", "2023-01-01",
                           "--hide-below", "5")
        self.assertTrue(all(isinstance(r["persons"], int) for r in answer["figures"]))
        rows = self.data("monitor", "report", "--procedure", "suichang", "--from", "2023-05-01", "--to", "2023-06-30",
                         "--hide-below", "5")["figures"]
        shown = {r["kind"]: r["matters"] for r in rows}
        self.assertEqual(shown, {"filing": "<5", "clearance": "<5"})

    def test_the_public_page_tells_rules_and_results_and_nobody(self):
        """AC-11, TM-9, YC-41: purpose and basis, circumstances, procedure, results"""
        page = self.leeway("inspector", "report", "publish", "--procedure", "suichang", "--to", "2023-05-05")
        for part in ("## 目的和依据", "## 适用情形", "## 程序", "## 运行结果", "截至2023-05-05", "严管干部有尺度"):
            self.assertIn(part, page)
        self.assertRegex(page, r"\| 318 \|")
        self.assertNotRegex(page, r"g0\d\d\d")
        self.assertNotIn("| 4 |", page)

    def test_a_hidden_kind_is_not_told_by_the_other_tables(self):
        """TM-9, AC-11: filings and clearances have neither outcome nor circumstance, so what has none counts them"""
        page = self.leeway("inspector", "report", "publish", "--procedure", "suichang", "--from", "2023-05-01",
                           "--to", "2023-06-30")
        self.assertIn("未公布", page)
        self.assertNotRegex(page, r"\| - \| \d")

    def test_persons_are_named_to_who_inspects_alone(self):
        """AC-19"""
        monitor = self.town.client("monitor")
        refused = support.TownTest.refused.__get__(self)
        refused("right", monitor.ask, "report", procedure="suichang", of="persons", by=["kind"], lines=True)
        answer = self.town.client("inspector").ask("report", procedure="suichang", of="persons", by=["kind"], lines=True)
        self.assertIn("person", answer["lines"][0])
        plain = monitor.ask("report", procedure="suichang", of="persons", by=["kind"])
        self.assertNotIn("lines", plain)
        self.assertNotRegex(json.dumps(plain), r"g0\d\d\d")

    def test_stays_are_counted_in_working_days(self):
        """AC-7"""
        rows = {r["stage"]: r for r in self.data("monitor", "report", "stays", "--procedure", "suichang")["stays"]}
        self.assertEqual(rows["filing-received"]["stays"], 21)
        self.assertEqual(rows["filing-received"]["most"], 0)

    def test_a_report_goes_page_by_page_while_commands_go_on(self):
        """bounded: no page looks at more than a portion, and the pages add up"""
        monitor, after, total, pages = self.town.client("monitor"), {}, 0, 0
        while True:
            answer = monitor.ask("report", procedure="suichang", of="matters", by=["kind"], **after)
            total, pages = total + answer["total"], pages + 1
            if "next" not in answer:
                break
            after = {"after": answer["next"]}
        self.assertEqual(total, 21 + 33 + 327)


class Yinchuan(CommandLine, support.TownTest):
    """Determinations of one department about one unit: consequences, discretion, alarms, common problems."""

    SERIAL = 0

    def determined(self, person, outcome="exempted", loss="none", issued=True):
        Yinchuan.SERIAL += 1
        housing, clerk = self.client("housing-clerk"), self.client("discipline-clerk")
        fields = {**support.PROCEEDING, "proceeding": f"p-{Yinchuan.SERIAL}", "subject": person}
        case = housing.command("record-proceeding", procedure="yinchuan", fields=fields)["case"]
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [clerk.put_paper(f"申请书 {case}".encode())]})
        clerk.command("accept", case=case)
        housing.command("confirm-suspension", case=case)
        report = {"examined-leads": [1], "findings-text": "事实清楚。", "loss": loss, "effect": "none", "petition": "none",
                  "degree": "ordinary", "accident": "none", "public-interest-harm": "none", "other-violations": False,
                  "circumstances": {"c8": ["self-correction", "recovery"]}}
        clerk.command("issue-report", case=case, fields=report, papers={"report": [clerk.put_paper(b"report")]})
        clerk.command("give-opinion", case=case, fields={"outcome": outcome, "opinion-reasons": "主动纠错。"})
        if not issued:
            return case
        clerk.command("issue-determination", case=case,
                      papers={"written-determination": [clerk.put_paper(b"determination")]})
        return case

    def test_who_asks_is_answered_and_recorded(self):
        """YC-36: the areas of the measure, in the words that others ask with; 可: the asking department may depart"""
        case = self.determined("p001")
        told = self.leeway("water-clerk", "standing", "check", "--person", "p001", "--for", "promotion")
        self.assertIn("可以不受影响;另作决定须说明理由", told)
        self.assertIn("不受影响的方面", told)
        self.assertIn("干部提拔任用党风廉政审查", told)
        self.assertIn("不受保护", self.leeway("water-clerk", "standing", "check", "--person", "p999", "--for", "award"))
        unknown = self.leeway("water-clerk", "standing", "check", "--person", "p001", "--for", "promotoin", code=2)
        self.assertIn("promotion", unknown)
        # each document's own name for an area is known, whichever was loaded last
        for area in ("选拔任用", "大胆启用", "干部提拔任用党风廉政审查"):
            self.leeway("water-clerk", "standing", "check", "--person", "p999", "--for", area)
        # no work, and a name instead of an id, are no questions: "not protected" would mislead
        self.leeway("water-clerk", "standing", "check", "--person", "p001", "--for", "promotion", "--work", "", code=2)
        self.leeway("water-clerk", "standing", "check", "--person", "张某", "--for", "promotion", code=2)
        checks = self.data("inspector", "standing", "checks", "--subject", "p001")["checks"]
        self.assertEqual([(c["principal"], c["cases"]) for c in checks], [("water-clerk", [case])])

    def test_an_opinion_that_never_went_out_determined_nothing(self):
        self.determined("p001", issued=False)
        self.determined("p002")
        for figures in self.data("inspector", "report", "--procedure", "yinchuan", "--by", "outcome", "--on", "determined")["figures"]:
            self.assertEqual((figures["outcome"], figures["matters"], figures["persons"]), ("exempted", 1, 1))

    def test_a_departure_needs_a_reason_and_is_told(self):
        """YC-36, SC-22"""
        case = self.determined("p001")
        check = self.data("water-clerk", "standing", "check", "--person", "p001", "--for", "award")["event"]
        self.leeway("water-clerk", "standing", "depart", "--check", check, code=2)
        self.leeway("audit-reader", "standing", "depart", "--check", check, "--reason", "理由", code=4)
        self.assertIn("已记录", self.leeway("water-clerk", "standing", "depart", "--check", check, "--reason", "名额有限"))
        self.assertEqual(self.data("water-clerk", "standing", "departures")["departures"][0]["cases"], [case])
        served = self.client("discipline-clerk").ask("served", case=case)["notices"]
        self.assertIn(("discipline", "standing-departed"), [(n["stream"], n["type"]) for n in served])
        self.leeway("water-clerk", "standing", "depart", "--check", check, "--reason", "再次", code=6)

    def test_like_cases_with_unlike_outcomes_are_told(self):
        """AC-6: discretion"""
        for person, outcome, loss in (("p1", "exempted", "none"), ("p2", "lighter", "none"), ("p3", "exempted", "some")):
            self.determined(person, outcome, loss)
        rows = self.data("inspector", "report", "discretion", "--procedure", "yinchuan")["discretion"]
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["matters"], 2)

    def test_signs_of_abuse_are_told_with_their_thresholds(self):
        """AC-10, AC-19"""
        for _ in range(3):
            self.determined("p1")
        alarms = {a["alarm"]: a for a in self.data("inspector", "report", "alarms", "--procedure", "yinchuan")["alarms"]}
        self.assertEqual(alarms["person"]["n"], 3)
        self.assertNotIn("p1", alarms["person"]["who"])
        self.assertEqual(alarms["unit"]["n"], 3)
        self.assertIn("市水务局", alarms["decider-unit"]["who"])
        self.assertNotIn("no-reasons", alarms)
        named = self.data("inspector", "report", "alarms", "--procedure", "yinchuan", "--lines")["alarms"]
        self.assertIn("p1", [a["who"] for a in named])
        none = self.data("inspector", "report", "alarms", "--procedure", "yinchuan", "--least", "4")["alarms"]
        self.assertEqual(none, [])

    def test_what_comes_again_is_told(self):
        """LJ-22"""
        for person in ("p1", "p2", "p3"):
            self.determined(person)
        common = self.data("inspector", "report", "common", "--procedure", "yinchuan", "--units", "1")["common"]
        self.assertEqual([(c["what"], c["matters"], c["units"]) for c in common], [("c8", 3, 1)])
        self.assertEqual(self.data("inspector", "report", "common", "--procedure", "yinchuan")["common"], [])


if __name__ == "__main__":
    unittest.main()
