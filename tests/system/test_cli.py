"""The command line and the agent as their users meet them: exit codes, output, a task done, notices handled."""

import json
import os
import pathlib
import signal
import subprocess
import unittest

import support

HANDLER = """#!/bin/sh
echo "$LEEWAY_NOTICE $LEEWAY_TYPE" >> "$RUNS"
case $LEEWAY_TYPE in
suspend-accountability) echo '{"act": "confirm-suspension"}' ;;
suspension-ended) echo "the filing room is closed" >&2; exit 1 ;;
esac
"""


class Commands(support.TownTest):
    def setUp(self):
        super().setUp()
        self.programs = pathlib.Path(support.PROGRAMS).resolve()

    def leeway(self, principal, *words, code=0, text=None, **environment):
        """Run `leeway` under a principal's key; what it printed on standard output and on standard error."""
        server = self.town.key_file("server").with_suffix(".key.pub")
        own = ["--endpoint", self.town.commands, "--transitions", self.town.transitions, "--server-key", server,
               "--key", self.town.key_file(principal), "--lang", "en"]
        done = subprocess.run([self.programs / "leeway", *map(str, own), *map(str, words)], input=text,
                              stdin=None if text is not None else subprocess.DEVNULL, capture_output=True, text=True,
                              encoding="utf-8", timeout=support.LIMIT, cwd=self.town.folder,
                              env={**os.environ, "HOME": str(self.town.folder), **environment}, check=False)
        self.assertEqual(done.returncode, code, f"leeway {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def data(self, principal, *words, **more):
        return json.loads(self.leeway(principal, *words, "-o", "json", **more)[0])

    def apply(self):
        paper = self.town.folder / "application.txt"
        paper.write_text("申请书")
        case = self.proceeding()
        self.leeway("discipline-clerk", "case", "act", case, "apply", "--by", "applicant", "-f", "applicant-kind=person",
                    "-f", "receiver-id=discipline", "-f", "grounds=出于公心", "-p", f"application={paper}")
        return case

    def test_a_case_goes_on_by_the_command_line_alone(self):
        case = self.apply()
        task = self.data("discipline-clerk", "task", "list")["tasks"][0]
        self.assertEqual((task["case"], task["act"], task["due"]), (case, "accept", "2026-01-12"))
        self.leeway("discipline-clerk", "task", "do", task["task"], "--no-input", "--dry-run", text="{}")
        self.leeway("discipline-clerk", "task", "do", task["task"], "--no-input", text='{"done": "2026-01-05"}')
        own = self.data("housing-clerk", "task", "list")["tasks"][0]
        _, asked = self.leeway("housing-clerk", "task", "do", own["task"], text="\nyes\n")
        self.assertIn("确认暂缓追责", asked)
        self.assertEqual(self.data("discipline-clerk", "case", "show", case)["stage"], "verification")
        told, _ = self.leeway("discipline-clerk", "case", "explain", case)
        self.assertIn("2026-01-10     -  weekend", told)
        lines = self.leeway("discipline-clerk", "case", "history", case, "-o", "ndjson")[0].splitlines()
        self.assertEqual([json.loads(line)["act"] for line in lines],
                         ["record-proceeding", "apply", "accept", "confirm-suspension"])
        seen = self.leeway("discipline-clerk", "watch", "suspension-confirmed", "--after", 0, "--count", 1, "-o", "ndjson")
        self.assertEqual(json.loads(seen[0])["case"], case)

    def test_the_exit_code_tells_what_happened(self):
        case = self.proceeding()
        self.leeway("discipline-clerk", "status", code=0)
        _, why = self.leeway("discipline-clerk", "case", "act", case, "apply", "--by", "applicant",
                             "-f", "applicant-kind=person", "-f", "receiver-id=discipline", "-f", "grounds=x", code=1)
        for part in ("程序(一)", "书面容错免责申请", "申请单位或个人", "  try "):
            self.assertIn(part, why)
        self.leeway("discipline-clerk", "case", "shwo", case, code=2)
        self.leeway("discipline-clerk", "case", "show", 999, code=3)
        self.leeway("audit-reader", "case", "act", case, "apply", code=4)
        _, why = self.leeway("discipline-clerk", "status", "--endpoint", "tcp://127.0.0.1:1", "--timeout", 1, code=5)
        case = self.apply()
        _, why = self.leeway("discipline-clerk", "case", "act", case, "accept", "--expect", 1, "-o", "json", code=6)
        error = json.loads(why)["error"]
        self.assertEqual((error["code"], error["kind"], error["may_retry"]), ("case-moved-on", "conflict", False))
        self.leeway("discipline-clerk", "paper", "put", "application.txt", "missing.txt", code=7)

    def test_a_repeat_with_the_same_id_does_nothing_twice(self):
        case, id_ = self.apply(), support.leeway.uuid7()
        first = self.data("discipline-clerk", "case", "act", case, "accept", "--id", id_)
        self.assertEqual(self.data("discipline-clerk", "case", "act", case, "accept", "--id", id_), first)
        shown = self.data("discipline-clerk", "command", "show", id_)
        self.assertEqual(shown["event"], first["event"])

    def test_an_administrator_keeps_the_register(self):
        new = self.town.folder / "keys" / "new"
        self.leeway("administrator", "key", "new", new)
        self.assertEqual(new.stat().st_mode & 0o777, 0o600)
        self.leeway("administrator", "department", "add", "roads", "--name", "市交通局", "--kind", "bureau", "--superior",
                    "committee", "--dry-run")
        self.leeway("administrator", "department", "add", "roads", "--name", "市交通局", "--kind", "bureau", "--superior",
                    "committee")
        self.leeway("administrator", "role", "add", "roads-clerk", "--department", "roads", "--rights", "act,watch")
        self.leeway("administrator", "status", "--key", new, code=4)
        self.leeway("administrator", "key", "add", "roads-clerk", f"{new}.pub")
        self.assertEqual(self.data("administrator", "status", "--key", new)["department"], "roads")
        self.leeway("administrator", "key", "revoke", f"{new}.pub")
        self.leeway("administrator", "status", "--key", new, code=4)
        self.leeway("discipline-clerk", "department", "add", "x", "--name", "x", "--kind", "bureau", code=4)

    def test_a_watch_whose_key_is_revoked_ends(self):
        server, key = self.town.key_file("server").with_suffix(".key.pub"), self.town.key_file("audit-reader")
        watch = subprocess.Popen(
            [self.programs / "leeway", "--endpoint", self.town.commands, "--transitions", self.town.transitions,
             "--server-key", server, "--key", key, "--lang", "en", "watch", "--after", "0", "-o", "ndjson"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        self.addCleanup(lambda: (watch.kill(), watch.wait(), watch.stdout.close(), watch.stderr.close()))
        self.proceeding()
        self.assertTrue(watch.stdout.readline())
        self.leeway("administrator", "key", "revoke", key.with_suffix(".key.pub"))
        self.assertEqual(watch.wait(timeout=support.LIMIT), 4)
        self.assertIn("not registered", watch.stderr.read())

    def agent(self):
        handler, folder = self.town.folder / "handler", self.town.folder
        handler.write_text(HANDLER)
        handler.chmod(0o700)
        agent = subprocess.Popen(
            [self.programs / "leeway-agent", "--endpoint", self.town.commands, "--server-key",
             self.town.key_file("server").with_suffix(".key.pub"), "--key", self.town.key_file("housing-clerk"),
             "--stream", "housing", "--name", "desk", "--handler", handler, "--state", folder / "agent", "--env",
             f"RUNS={folder / 'runs'}"], stderr=subprocess.PIPE, text=True, encoding="utf-8")
        self.addCleanup(lambda: (agent.kill(), agent.wait(), agent.stderr.close()))
        return agent

    def runs(self):
        path = self.town.folder / "runs"
        return path.read_text().splitlines() if path.exists() else []

    def states(self, case):
        return {notice["type"]: notice for notice in self.data("discipline-clerk", "served", case)["notices"]
                if notice["stream"] == "housing"}

    def test_an_agent_killed_and_started_again_handles_each_notice_and_acts_once(self):
        agent = self.agent()
        case = self.accepted(1)
        support.until("handled", lambda: "done" in self.states(case).get("suspend-accountability", {}))
        agent.send_signal(signal.SIGKILL)
        agent.wait()
        second = self.accepted(2)
        agent = self.agent()
        support.until("handled", lambda: "done" in self.states(second).get("suspend-accountability", {}))
        self.assertIn("answered", self.states(second)["suspend-accountability"])
        agent.terminate()
        self.assertEqual(agent.wait(timeout=support.LIMIT), 0, agent.stderr.read())
        self.assertEqual([run.split()[0] for run in sorted(set(self.runs()))], ["housing:1", "housing:2"])
        acts = [event["act"] for event in self.client("discipline-clerk").each("history", "events", case=case)]
        self.assertEqual(acts.count("confirm-suspension"), 1)

    def test_what_keeps_failing_is_set_aside_with_its_reason(self):
        case = self.accepted()
        agent = self.agent()
        support.until("confirmed", lambda: "done" in self.states(case).get("suspend-accountability", {}))
        self.withdraw(case)
        support.until("set aside", lambda: "failed" in self.states(case).get("suspension-ended", {}))
        self.assertEqual(sum(run.endswith("suspension-ended") for run in self.runs()), 5)
        left = self.data("inspector", "unserved")["notices"]
        self.assertIn("the filing room is closed", [notice.get("reason") for notice in left])


if __name__ == "__main__":
    unittest.main()
