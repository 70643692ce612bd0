"""leeway-agent as an operator meets it: handlers by type, what fails is set aside, the inbox without a daemon."""

import json
import pathlib
import subprocess
import unittest

import support
import town

HANDLER = """#!/bin/sh
echo "$LEEWAY_POSITION $LEEWAY_CASE" >>{log}
test ! -e {broken}/$LEEWAY_CASE || {{ echo "the printer has no paper" >&2; exit 1; }}
"""


def alive(process):
    """Dead is also what nobody has reaped yet."""
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Agent(support.TownTest):
    def setUp(self):
        super().setUp()
        self.handlers = self.town.folder / "handlers"
        self.broken = self.town.folder / "broken"
        self.state = self.town.folder / "agents" / "housing"
        for folder in (self.handlers, self.broken):
            folder.mkdir()
        self.handler("default")

    def handler(self, name):
        path = self.handlers / name
        path.write_text(HANDLER.format(log=self.town.folder / f"{name}.log", broken=self.broken))
        path.chmod(0o755)

    def ran(self, name="default"):
        """(position, case) of each run."""
        path = self.town.folder / f"{name}.log"
        return [tuple(map(int, line.split())) for line in path.read_text().splitlines()] if path.exists() else []

    def start(self):
        self.town.start_agent("housing", "housing-clerk", self.handlers)

    def verb(self, *words):
        done = subprocess.run([self.town.programs / "leeway-agent", *words, "--state", str(self.state)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def unserved(self):
        return self.client("inspector").ask("unserved", department="housing")["notices"]

    def test_a_folder_has_a_handler_for_each_type(self):
        self.handler("suspend-accountability")
        case = self.accepted()
        self.start()
        support.until("the notice is handled", lambda: self.ran("suspend-accountability"))
        self.assertEqual(self.ran("suspend-accountability")[0][1], case)
        self.assertNotIn(self.ran("suspend-accountability")[0], self.ran())

    def test_what_asks_for_an_answer_and_has_no_handler_is_set_aside(self):
        (self.handlers / "default").unlink()
        self.accepted()
        self.start()
        support.until("it is reported", lambda: any(n["state"] == "failed" for n in self.unserved()))
        self.assertIn("there is no handler for suspend-accountability", self.verb("failed", "list"))

    def test_what_fails_is_set_aside_and_its_case_waits_and_another_goes_on(self):
        one, two = self.accepted(1), self.accepted(2)
        (self.broken / str(one)).touch()
        self.start()
        failed = support.until("it is reported", lambda: [n for n in self.unserved() if n["state"] == "failed"], 60)
        self.assertEqual([(n["case"], n["reason"]) for n in failed], [(one, "the printer has no paper")])
        self.assertIn(two, [case for _, case in self.ran()])
        for case in (one, two):
            self.withdraw(case)
        support.until("the other case goes on", lambda: len({p for p, case in self.ran() if case == two}) > 1)
        first = failed[0]["position"]
        self.assertEqual({p for p, case in self.ran() if case == one}, {first})
        self.assertIn("the printer has no paper", self.verb("failed", "list"))
        (self.broken / str(one)).unlink()
        self.assertIn("now", self.verb("failed", "retry", str(first)))
        support.until("all is handled", lambda: not self.unserved())
        self.assertEqual(self.verb("failed", "list"), "")
        positions = [p for p, case in self.ran() if case == one]
        self.assertEqual(positions, sorted(positions))

    def test_what_was_set_aside_is_so_after_a_restart_and_can_be_retried_then(self):
        case = self.accepted()
        (self.broken / str(case)).touch()
        self.start()
        support.until("it is reported", lambda: any(n["state"] == "failed" for n in self.unserved()), 60)
        town.end(self.town.agents.pop("housing"))
        (self.broken / str(case)).unlink()
        self.assertIn("when it starts", self.verb("failed", "retry"))
        self.start()
        support.until("it is handled", lambda: not self.unserved())

    def write_handler(self, text):
        path = self.handlers / "default"
        path.write_text(text)
        path.chmod(0o755)

    def test_what_a_handler_says_in_another_encoding_or_cut_sets_aside_its_notice_and_nothing_else(self):
        self.write_handler("#!/bin/sh\nprintf 'GBK: \\264\\362' >&2\nexit 1\n")
        self.accepted()
        self.start()
        failed = support.until("it is reported", lambda: [n for n in self.unserved() if n["state"] == "failed"], 60)
        self.assertEqual(failed[0]["reason"], "GBK: \ufffd\ufffd")
        self.assertIsNone(self.town.agents["housing"].poll())

    def test_what_is_tried_again_while_the_daemon_is_away_is_not_forgotten(self):
        self.write_handler(f"#!/bin/sh\necho $LEEWAY_POSITION >>{self.broken}/runs\nexit $(cat {self.broken}/exit)\n")
        (self.broken / "exit").write_text("1")
        self.accepted()
        self.start()
        support.until("it runs", (self.broken / "runs").exists)
        self.town.kill()
        support.until("it is set aside", lambda: self.verb("failed", "list"), 60)
        (self.broken / "exit").write_text("75")
        runs = len((self.broken / "runs").read_text())
        self.assertIn("now", self.verb("failed", "retry"))
        support.until("it runs again", lambda: len((self.broken / "runs").read_text()) > runs)
        self.town.start()
        support.until("the failure is reported", lambda: any(n["state"] == "failed" for n in self.unserved()))
        self.town.agents["housing"].kill()
        self.town.agents.pop("housing").wait()
        (self.broken / "exit").write_text("0")
        self.start()
        support.until("it is handled", lambda: not self.unserved())

    def test_a_paper_that_is_not_there_sets_the_notice_aside(self):
        self.write_handler('#!/bin/sh\necho \'{"act":"confirm-suspension","papers":{"x":["/nonexistent"]}}\'\n')
        self.accepted()
        self.start()
        failed = support.until("it is reported", lambda: [n for n in self.unserved() if n["state"] == "failed"], 60)
        self.assertEqual(failed[0]["reason"], "the paper /nonexistent cannot be read")

    def test_a_handler_that_prints_without_end_is_stopped_before_its_time_is_over(self):
        self.write_handler("#!/bin/sh\nexec yes\n")
        self.accepted()
        self.start()
        support.until("it is reported", lambda: any("16 MiB" in n.get("reason", "") for n in self.unserved()), 60)

    def test_what_the_agent_was_started_with_does_not_hide_what_the_notice_is(self):
        self.write_handler(f"#!/bin/sh\ncd {self.broken}\nprintenv LEEWAY_CASE >new\nmv new case\n")
        case = self.accepted()
        self.town.start_agent("housing", "housing-clerk", self.handlers, LEEWAY_CASE=999)
        support.until("it ran", (self.broken / "case").exists)
        self.assertEqual((self.broken / "case").read_text().strip(), str(case))

    def test_a_killed_agent_takes_its_handler_along(self):
        path = self.handlers / "default"
        path.write_text(f"#!/bin/sh\necho $$ >{self.broken}/pid.new && mv {self.broken}/pid.new {self.broken}/pid\n"
                        "exec sleep 1000\n")
        self.accepted()
        self.start()
        process = pathlib.Path("/proc") / support.until("the handler runs", self.pid)
        agent = self.town.agents.pop("housing")
        agent.kill()
        agent.wait()
        support.until("the handler is gone", lambda: not alive(process))

    def pid(self):
        path = self.broken / "pid"
        return path.read_text().strip() if path.exists() else ""

    def test_a_handler_that_there_is_not_is_told_at_the_start(self):
        done = subprocess.run([self.town.programs / "leeway-agent", "--stream", "housing", "--name", "desk", "--handler",
                               "/nonexistent", "--state", self.state], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonexistent", done.stderr)

    def test_the_inbox_is_read_without_the_daemon(self):
        case = self.accepted()
        (self.broken / str(case)).touch()
        self.start()
        support.until("it is reported", lambda: any(n["state"] == "failed" for n in self.unserved()), 60)
        self.town.kill()
        listed = self.verb("inbox")
        self.assertIn("suspend-accountability", listed)
        self.assertIn("暂缓追责通知", listed)
        self.assertIn("the printer has no paper", listed)
        self.town.start()

    def mirrored(self, case):
        """The case as the agent keeps it; None: it does not, or not as it is now."""
        done = subprocess.run([self.town.programs / "leeway-agent", "case", str(case), "--state", str(self.state)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        kept = json.loads(done.stdout) if done.returncode == 0 else {}
        return None if kept.get("stale") else kept.get("case")

    def test_the_cases_are_read_without_the_daemon_as_they_stood(self):
        case, other = self.accepted(1), self.received(2)
        self.start()
        support.until("the mirror has it", lambda: self.mirrored(case))
        self.withdraw(case)
        support.until("it follows the notices", lambda: (self.mirrored(case) or {}).get("stage") == "withdrawn")
        read = self.client("housing-clerk").ask("case", case=case)["case"]
        self.town.kill()
        kept = self.mirrored(case)
        self.assertEqual([kept[key] for key in ("version", "stage", "clocks", "tasks")],
                         [read[key] for key in ("version", "stage", "clocks", "tasks")])
        lines = self.verb("cases").splitlines()
        self.assertTrue(any(line.split()[:2] == [str(case), "yinchuan"] for line in lines))
        self.assertIsNone(self.mirrored(other))  # nobody told this department of it
        self.town.start()


if __name__ == "__main__":
    unittest.main()
