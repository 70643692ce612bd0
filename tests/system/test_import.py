"""`leeway import`: the example of docs/import.md, a dry run that names each bad cell, a table that does nothing twice."""

import json
import shutil
import subprocess
import unittest

import support
import town

EXAMPLE = support.SOURCE / "docs" / "import"
IMPORT = ["--procedure", "yinchuan", "--reason", "启用系统前的案件补录", "--second", "discipline-head"]


class Import(support.TownTest):
    def setUp(self):
        self.town = town.Town(support.PROGRAMS, simulated="2023-06-05T09:00:00")
        self.addCleanup(self.take_down)
        self.town.start()
        self.town.settle(support.DEPARTMENTS,
                         {**support.PRINCIPALS, "importer": ("discipline", ["import", "act", "enter"])})
        self.table = self.town.folder / "past" / "cases.csv"
        shutil.copytree(EXAMPLE, self.table.parent)

    def leeway(self, *words, principal="importer", code=0):
        done = subprocess.run(
            [self.town.programs / "leeway", *words, "-o", "json", "--lang", "en", "--endpoint", self.town.commands,
             "--server-key", self.town.key_file("server").with_suffix(".key.pub"),
             "--key", self.town.key_file(principal)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=self.town.folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else {}

    def number(self):
        return self.client(town.ADMINISTRATOR).ask("status")["number"]

    def events(self, first):
        return self.client("inspector").ask("events", **{"from": first})["events"]

    def test_the_example_goes_in_once(self):
        before = self.number()
        shown = self.leeway("import", self.table, *IMPORT, "--dry-run")
        self.assertEqual([case["is"] for case in shown["cases"]], ["would be imported"] * 2)
        self.assertEqual(shown["bad"], [])
        self.assertEqual(self.number(), before)
        done = self.leeway("import", self.table, *IMPORT)
        self.assertEqual([(case["key"], case["stage"]) for case in done["cases"]],
                         [("2019-017", "archived"), ("2023-004", "verification")])
        marked = [event for event in self.events(before + 1) if "imported" in event]
        self.assertEqual(len(marked), 13)  # eleven acts, two imports
        self.assertEqual(marked[0]["imported"]["line"], 2)
        self.assertEqual(marked[7]["done"], "2019-04-02")
        # TM-21: the whole-process record, with the day on which each was done
        history = self.client("inspector").ask("history", case=done["cases"][0]["case"])["events"]
        self.assertEqual([event["done"] for event in history[:3]], ["2019-03-01", "2019-03-04", "2019-03-05"])
        after = self.number()
        again = self.leeway("import", self.table, *IMPORT)
        self.assertEqual([case["is"] for case in again["cases"]], ["already there"] * 2)
        self.assertEqual([event for event in self.events(after + 1) if "imported" in event], [])

    def test_no_superior_hears_of_what_an_ended_case_left_undone(self):
        """Case 2019-017 is archived and was never published: that day passed in 2019."""
        before = self.number()
        ended = self.leeway("import", self.table, *IMPORT)["cases"][0]["case"]
        self.town.admin("time-advance", to=1687222800000)  # 2023-06-20
        told = [(event.get("act"), case["case"]) for event in self.events(before + 1) for case in event.get("cases", [])]
        self.assertTrue(told)
        self.assertNotIn(("task", ended), told)

    def test_only_what_is_still_open_is_told(self):
        self.leeway("import", self.table, *IMPORT)
        types = []
        for position in range(1, 20):
            try:
                types.append(self.client("housing-clerk").ask("notice", stream="housing", position=position)["notice"]["type"])
            except town.leeway.Refused:
                break
        self.assertEqual(types.count("suspend-accountability"), 1, types)  # of the case that runs
        self.assertEqual(types.count("case-imported"), 1, types)
        self.assertNotIn("determination-issued", types)

    def test_a_dry_run_names_each_bad_cell_and_good_cases_go_in(self):
        text = self.table.read_text(encoding="utf-8")
        text = text.replace("2019-04-02", "2. April").replace("exempted", "exmpted").replace("file.txt", "lost.txt")
        self.table.write_text(text, encoding="utf-8")
        before = self.number()
        shown = self.leeway("import", self.table, *IMPORT, "--dry-run", code=7)
        bad = {(cell["line"], cell["column"]): cell for cell in shown["bad"]}
        self.assertEqual(set(bad), {(9, "done"), (7, "outcome"), (9, "paper:bound-file")})
        self.assertEqual(bad[9, "done"]["value"], "2. April")
        for cell in bad.values():
            self.assertTrue(cell["why"] and cell["try"], cell)
        self.assertEqual(self.number(), before)
        done = self.leeway("import", self.table, *IMPORT, code=7)
        self.assertEqual([case["key"] for case in done["cases"]], ["2023-004"])

    def test_whatever_the_daemon_refuses_of_a_case_is_named_by_its_cell_and_stops_no_other(self):
        text = self.table.read_text(encoding="utf-8")
        (self.table.parent / "folder").mkdir()
        for was, now, cell in (
                ("2023-004,accept,2023-05-10,department:discipline", "2023-004,accept,2023-05-10,department:water", (12, "by")),
                ("2023-004,accept,2023-05-10", "2023-004,accept,2033-05-10", (12, "done")),
                ("2023-004,accept,2023-05-10", "2023-004,accept,2023-05-01", (12, "done")),
                ("2023-004,accept,2023-05-10,department:discipline", "2023-004,accept,2023-05-10,department:no", (12, "by")),
                ("2023-004,", ",", (10, "case")),
                ("application.txt,,,,,,,,,,,,,,,\n2023-004", "folder,,,,,,,,,,,,,,,\n2023-004", (11, "paper:application"))):
            self.assertIn(was, text)
            self.table.write_text(text.replace(was, now), encoding="utf-8")
            shown = self.leeway("import", self.table, *IMPORT, "--dry-run", code=7)
            self.assertEqual([(bad["line"], bad["column"]) for bad in shown["bad"]], [cell], now)
            self.assertEqual([case.get("key") for case in shown["cases"] if case["is"] == "would be imported"], ["2019-017"])
            self.assertNotIn("case", shown["cases"][0])  # it has no number yet

    def test_the_law_is_the_same_and_a_case_goes_in_whole_or_not_at_all(self):
        text = self.table.read_text(encoding="utf-8")
        text = text.replace("issue-report,2019-03-20", "issue-report,2019-03-02")  # before the acceptance
        self.table.write_text(text, encoding="utf-8")
        before = self.number()
        shown = self.leeway("import", self.table, *IMPORT, "--dry-run", code=7)
        self.assertEqual([(cell["line"], cell["why"] != "") for cell in shown["bad"]], [(6, True)])
        self.assertEqual(self.number(), before)
        self.leeway("import", self.table, *IMPORT, principal="housing-clerk", code=4)
        self.leeway("import", self.table, "--procedure", "yinchuan", code=1)


if __name__ == "__main__":
    unittest.main()
