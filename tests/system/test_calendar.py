"""A calendar for a running daemon: shown first, loaded after a yes, one event for each limit that moves, whatever stops in between.

The days are counted one by one in tests/contract/test_calendar.c.
"""

import collections
import json
import os
import pty
import subprocess
import unittest

import support
import town

FIRST_2019 = support.SOURCE / "tests" / "calendars" / "2019-first.yaml"
FIRST_2020 = support.SOURCE / "tests" / "calendars" / "2020-first.yaml"
CALENDARS = support.SOURCE / "config" / "calendars"


class Calendar(support.TownTest):
    start = "2019-03-19T09:00:00"
    first = FIRST_2019

    def setUp(self):
        self.town = town.Town(support.PROGRAMS, simulated=self.start)
        self.addCleanup(self.take_down)
        self.town.start()
        self.town.settle(support.DEPARTMENTS, support.PRINCIPALS)
        self.leeway("calendar", "load", self.first, "--yes")

    def words(self, *words, principal=town.ADMINISTRATOR):
        return [self.town.programs / "leeway", *words, "--lang", "en", "--endpoint", self.town.commands,
                "--server-key", self.town.key_file("server").with_suffix(".key.pub"),
                "--key", self.town.key_file(principal)]

    def leeway(self, *words, code=0, **more):
        done = subprocess.run(self.words(*words, **more), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, cwd=self.town.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def to(self, moment):
        self.leeway("time", "advance", moment)

    def case(self, serial, started="2019-03-18"):
        fields = {**support.PROCEEDING, "proceeding": f"p-{serial}", "started": started}
        case = self.client("housing-clerk").command("record-proceeding", procedure="yinchuan", fields=fields)["case"]
        clerk = self.client("discipline-clerk")
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [clerk.put_paper(b"application")]})
        clerk.command("accept", case=case)
        return case

    def prolong(self, case):
        fields = {"extend-by": 15, "extend-reason": "情况复杂", "complex": True}
        self.client("discipline-clerk").command("extend-verification", case=case, fields=fields, second="discipline-head")

    def due(self, case, **words):
        return self.client("inspector").ask("case", case=case, **words)["case"]["clocks"]["verification"]["due"]

    def events(self, kind):
        found, first = [], 1
        while True:
            page = self.client("inspector").ask("events", **{"from": first}, limit=500)["events"]
            if not page:
                return found
            found += [event for event in page if event["kind"] == kind]
            first = page[-1]["n"] + 1

    def walked(self, times):
        """The walk of so many loads is over."""
        support.until("the limits are counted", lambda: len(self.events("recounted")) == times)


class LabourDay2019(Calendar):
    """2019-03-22: 1 to 4 May off, 28 April and 5 May worked."""

    def cases(self):
        earlier = self.case(1)
        self.prolong(earlier)
        self.to("2019-03-20T09:00")
        later = self.case(2)
        self.prolong(later)
        self.to("2019-03-21T09:00")
        same = self.case(3)
        self.prolong(same)
        self.to("2019-03-22T09:00")
        self.assertEqual([self.due(case) for case in (earlier, later, same)], ["2019-05-02", "2019-05-03", "2019-05-06"])
        return earlier, later, same

    def test_the_change_is_shown_then_loaded_and_the_day_before_stays_answerable(self):
        earlier, later, same = self.cases()
        file = CALENDARS / "2019.yaml"
        shown = self.leeway("calendar", "load", file, "--dry-run")
        self.assertIn("2 limits move", shown)
        self.assertIn("2019-04-30", shown)
        self.assertIn("discipline", shown)
        self.leeway("calendar", "load", file, code=2)  # nobody can be asked
        self.assertEqual(self.due(earlier), "2019-05-02")
        self.assertIn("2 limits move", self.leeway("calendar", "load", file, "--yes"))
        self.walked(1)
        self.assertEqual([self.due(case) for case in (earlier, later, same)], ["2019-04-30", "2019-05-05", "2019-05-06"])
        self.assertEqual(len(self.events("recount")), 2)
        self.assertEqual(self.due(earlier, as_of="2019-03-21"), "2019-05-02")
        then = self.leeway("case", "explain", str(earlier), "--as-of", "2019-03-21")
        self.assertIn("due 2019-05-02", then)
        self.assertIn("due 2019-04-30", self.leeway("case", "explain", str(earlier)))
        listed = json.loads(self.leeway("case", "list", "--as-of", "2019-03-20", "-o", "json"))
        self.assertEqual([case["case"] for case in listed["cases"]], [earlier, later])

    def test_what_is_no_calendar_and_what_moves_nothing_is_told(self):
        file = CALENDARS / "2019.yaml"
        other = self.town.folder / "2019-gbk.yaml"
        other.write_bytes(file.read_text(encoding="utf-8").replace("〔", "[").replace("〕", "]").encode("gbk"))
        for verb in ("calendar", "procedure"):
            done = subprocess.run(self.words(verb, "load", other), stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("2019-gbk.yaml: no text in UTF-8", done.stderr)
        self.assertEqual(json.loads(self.leeway("calendar", "load", file, "--dry-run", "-o", "json")), {"limits": []})

    def test_a_limit_whose_day_stands_is_not_counted_as_moved(self):
        case = self.case(1)
        file = self.town.folder / "flood.yaml"
        file.write_text("overlay: {jurisdiction: yinchuan, reason: flood, source: notice}\n"
                        "days:\n  - {date: 2019-03-28, name: flood, off: true}\n", encoding="utf-8")
        shown = self.leeway("calendar", "load", file, "--dry-run")
        self.assertIn("1 limits move", shown)
        self.assertIn("missed at another moment", shown)  # the paper is due on the 26th, and told as missed later
        self.assertEqual(self.due(case), "2019-04-10")

    def test_who_is_at_a_terminal_is_asked(self):
        earlier = self.cases()[0]
        for answer, code, due in (b"no\n", 2, "2019-05-02"), (b"yes\n", 0, "2019-04-30"):
            master, terminal = pty.openpty()
            os.write(master, answer)
            done = subprocess.run(self.words("calendar", "load", CALENDARS / "2019.yaml"), stdin=terminal,
                                  capture_output=True, text=True, check=False)
            os.close(terminal)
            os.close(master)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("load it?", done.stderr)
            if code == 0:
                self.walked(1)
            self.assertEqual(self.due(earlier), due)

    def test_a_kill_in_the_middle_loses_and_doubles_nothing(self):
        self.to("2019-04-11T09:00")  # fifteen working days end on 3 May; by the change on 5 May
        cases = [self.case(serial, "2019-04-10") for serial in range(1, 81)]
        admin = self.client(town.ADMINISTRATOR)
        seen = admin.ask("head")["number"]
        admin.command("calendar-load", fields={"source": (CALENDARS / "2019.yaml").read_text(), "preview": seen})
        self.town.kill()
        self.town.start()
        for round_ in range(2):
            self.town.kill()
            self.town.start()
        self.walked(1)
        self.assertEqual({self.due(case) for case in cases}, {"2019-05-05"})
        moved = collections.Counter(event["cases"][0]["case"] for event in self.events("recount"))
        self.assertEqual(set(moved), set(cases))
        self.assertEqual(set(moved.values()), {1})
        self.assertEqual(self.events("recounted")[0]["recount"]["limits"], len(cases))

    def test_a_start_loads_no_calendar_into_a_store_with_cases(self):
        earlier = self.cases()[0]
        self.town.kill()
        self.town.start()  # its folder has the changed year
        self.assertEqual(self.due(earlier), "2019-05-02")


class SpringFestival2020(Calendar):
    """2020-01-27: Spring Festival to 2 February; 31 January and 1 February are worked no more."""

    start = "2020-01-09T09:00:00"
    first = FIRST_2020

    def test_a_limit_moves_and_a_miss_is_undone_and_told(self):
        missed = self.case(1, "2020-01-08")
        self.to("2020-01-17T09:00")
        runs = self.case(2, "2020-01-16")
        self.to("2020-02-10T09:00")
        self.assertEqual([self.due(missed), self.due(runs)], ["2020-02-04", "2020-02-12"])
        state = self.client("inspector").ask("case", case=missed)["case"]["clocks"]["verification"]["state"]
        self.assertEqual(state, "missed")
        self.assertIn("miss undone", self.leeway("calendar", "load", CALENDARS / "2020.yaml", "--yes"))
        self.walked(1)
        self.assertEqual([self.due(missed), self.due(runs)], ["2020-02-06", "2020-02-14"])
        state = self.client("inspector").ask("case", case=missed)["case"]["clocks"]["verification"]["state"]
        self.assertEqual(state, "running")
        told = [item for item in self.client("inspector").ask("served", case=missed)["notices"]
                if item["type"] == "limit-miss-undone"]
        self.assertIn("committee", [item["stream"] for item in told])


if __name__ == "__main__":
    unittest.main()
