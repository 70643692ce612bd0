"""The thirty lines of proto/examples/watch_and_confirm.py against the running daemon."""

import subprocess
import sys
import threading
import unittest

import support


class Example(support.TownTest):
    def test_thirty_lines_watch_and_confirm(self):
        script = support.SOURCE / "proto" / "examples" / "watch_and_confirm.py"
        self.assertLessEqual(len(script.read_text().splitlines()), 30)
        lines = []
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", script, self.town.commands, self.town.transitions,
             self.town.key_file("server"), self.town.key_file("housing-clerk"), "housing"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()
        self.addCleanup(process.stdout.close)
        self.addCleanup(reader.join)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        clerk, cases = self.client("discipline-clerk"), []

        def confirmed():
            """A subscription reaches the daemon some time after the process has begun: accept until it was heard."""
            cases.append(self.accepted(len(cases) + 1))
            clerk.pump(0.2)
            return next((case for case in cases if self.confirmed(case)), None)

        case = support.until("a confirmed suspension", confirmed)
        self.determined(case)
        support.until("both are printed", lambda: any("determination-issued/" in line for line in lines) and
                      any("accepted" in line for line in lines), turn=lambda: clerk.pump(0.05))
        self.assertTrue(any(line.startswith("暂缓追责通知 2026-01-07") for line in lines), lines)

    def confirmed(self, case):
        return any(event["act"] == "confirm-suspension"
                   for event in self.client("discipline-clerk").each("history", "events", case=case))

    def determined(self, case):
        clerk = self.client("discipline-clerk")
        report = {"examined-leads": [1], "findings-text": "事实清楚。", "loss": "none", "effect": "none",
                  "petition": "none", "degree": "ordinary", "accident": "none", "public-interest-harm": "none",
                  "other-violations": False, "circumstances": {"c8": ["self-correction", "recovery"]}}
        clerk.command("issue-report", case=case, fields=report, papers={"report": [clerk.put_paper(b"report")]})
        clerk.command("give-opinion", case=case, fields={"outcome": "exempted", "opinion-reasons": "主动纠错。"})
        clerk.command("issue-determination", case=case,
                      papers={"written-determination": [clerk.put_paper(b"determination")]})


if __name__ == "__main__":
    unittest.main()
