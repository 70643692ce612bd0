"""A daemon that was put back to an earlier state is found out, by its subscribers and by itself."""

import shutil
import subprocess
import unittest

import support


class Heads(support.TownTest):
    def put_back(self, between, *words):
        """Copy the store, let something happen, and start again on the copy."""
        town, copy = self.town, self.town.folder / "copy"
        self.stop_daemon()
        shutil.copytree(town.folder / "store", copy)
        town.start()
        between()
        self.stop_daemon()
        shutil.rmtree(town.folder / "store")
        shutil.copytree(copy, town.folder / "store")
        town.start(words=words)

    def stop_daemon(self):
        self.town.daemon.terminate()
        self.assertEqual(self.town.daemon.wait(10), 0)

    def head(self, **known):
        return self.client("housing-clerk").ask("head", **known)

    def known(self):
        """The newest head, as a subscriber remembers it."""
        return {k: v for k, v in self.head().items() if k in ("generation", "number", "root", "signature")}

    def test_a_daemon_that_hears_of_a_higher_head_of_its_own_writes_nothing_any_more(self):
        higher = {}
        self.put_back(lambda: (self.accepted(), higher.update(self.known())))
        before = self.client("inspector").ask("status")
        self.assertFalse(before["read_only"])
        self.assertLess(before["number"], higher["number"])
        self.head(**higher)
        status = self.client("inspector").ask("status")
        self.assertTrue(status["read_only"])
        self.assertEqual(status["alarm"], "behind")
        clerk = self.client("housing-clerk")
        refused = self.refused("space", clerk.command, "record-proceeding", procedure="yinchuan",
                               fields=support.PROCEEDING)
        self.assertEqual(refused.code, "behind")
        self.assertEqual(self.client("inspector").ask("status")["number"], before["number"])
        self.assertIn("behind-an-own-head", self.town.log("leewayd", 50))
        self.assertIn("told-number", self.town.log("leewayd", 50))

    def test_a_restore_that_is_told_raises_the_generation_and_goes_on(self):
        higher = {}
        self.put_back(lambda: (self.accepted(), higher.update(self.known())), "--restored")
        self.assertGreater(self.head()["generation"], higher["generation"])
        self.head(**higher)
        self.assertFalse(self.client("inspector").ask("status")["read_only"])
        self.proceeding()
        kinds = [e["kind"] for e in self.client("inspector").ask("events", **{"from": 1}, limit=500)["events"]]
        self.assertEqual(kinds.count("history-shortened"), 1)

    def test_nobody_stops_it_by_a_lie(self):
        true = self.known()
        for lie in ({"number": true["number"] + 5}, {"generation": true["generation"] + 1},
                    {"number": true["number"] + 5, "signature": bytes(64)},
                    {"number": true["number"] + 5, "signature": b"short"}):
            self.head(**{**true, **lie})
        self.head(number=true["number"] + 5, generation=true["generation"])
        self.assertFalse(self.client("inspector").ask("status")["read_only"])
        self.proceeding()

    def test_a_head_that_was_reached_again_is_no_alarm(self):
        known = self.known()
        self.accepted()
        self.head(**known)
        self.assertFalse(self.client("inspector").ask("status")["read_only"])

    def test_who_only_acts_may_ask_for_proofs(self):
        clerk = self.client("housing-clerk")
        old = self.head()
        self.proceeding()
        new = self.head()
        hashes = clerk.ask("consistency", old=old["number"], new=new["number"])["hashes"]
        self.assertTrue(hashes)
        self.assertEqual({len(h) for h in hashes}, {32})

    # ---- an agent ----

    def start_agent(self, says=""):
        handler = self.town.folder / "handler"
        handler.write_text(f"#!/bin/sh\necho $LEEWAY_POSITION >>{self.town.folder}/handled.log\n{says}\n")
        handler.chmod(0o755)
        self.town.start_agent("housing", "housing-clerk", handler)

    def handled(self):
        path = self.town.folder / "handled.log"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def verb(self, *words):
        done = subprocess.run([self.town.programs / "leeway-agent", *words, "--state",
                               self.town.folder / "agents" / "housing"], capture_output=True, text=True, check=True)
        return done.stdout

    def all_handled(self):
        inspector = self.client("inspector")
        support.until("all is handled", lambda: not inspector.ask("unserved", department="housing")["total"])

    def says(self, words):
        support.until(words, lambda: words in self.town.log("agent-housing", 100))

    def number_known(self):
        return int(self.verb("head").split()[3])

    def test_an_agent_remembers_the_head_and_goes_on_over_a_restart(self):
        self.accepted()
        self.start_agent()
        self.all_handled()
        self.town.kill()
        self.town.start()
        support.until("the head is remembered", lambda: self.number_known() > 1)
        before = self.number_known()
        self.accepted(2)
        self.all_handled()
        self.town.kill()
        self.town.start()
        support.until("it is remembered anew", lambda: self.number_known() > before)
        self.assertNotIn("held", self.verb("head"))

    def lose(self, between, *words):
        """An agent that has two cases, of which the daemon then knows the first alone; then `between` there."""
        self.accepted(1)
        self.start_agent()
        self.all_handled()

        def second():
            self.accepted(2)
            self.all_handled()
            self.town.kill()  # so that the agent comes back to see the newest head
            self.town.start()
            number = self.head()["number"]
            support.until("the agent knows", lambda: self.number_known() >= number)

        self.put_back(second, *words)
        between()

    def test_an_agent_that_knows_more_waits_for_its_operator_and_keeps_what_it_has(self):
        self.lose(lambda: None, "--restored")
        self.says("was put back")
        self.says("are not those of the daemon any more")
        support.until("it is written down", lambda: "held" in self.verb("head"))
        before = self.handled()
        case = self.accepted(3)
        self.client("housing-clerk").ask("case", case=case)
        self.assertTrue(self.client("inspector").ask("unserved", department="housing")["total"])
        self.assertEqual(self.handled(), before)
        self.verb("head", "accept")
        self.all_handled()
        lost = before[len(before) // 2:]  # the positions of the second case were given to the third
        self.assertEqual(self.handled(), before + lost)
        folder = self.town.folder / "agents" / "housing"
        self.assertTrue(list(folder.glob("journal.kept-*")))
        self.assertTrue(list(folder.glob("mirror.kept-*")))
        support.until("the new head is remembered", lambda: "held" not in self.verb("head"))

    def test_a_daemon_that_grew_again_beyond_what_is_known_is_found_out_too(self):
        self.lose(lambda: [self.accepted(serial) for serial in (3, 4)], "--restored")
        self.says("was put back")

    def test_a_handler_runs_once_though_the_daemon_only_reads_for_a_while(self):
        self.accepted()
        higher = {}
        self.put_back(lambda: (self.accepted(2), higher.update(self.known())))
        self.head(**higher)
        self.start_agent("echo '{\"act\":\"confirm-suspension\"}'")
        support.until("it waits", lambda: self.town.log("agent-housing", 100).count("waits:") >= 3)
        self.assertEqual(self.handled(), [1])
        self.stop_daemon()
        self.town.start(words=["--restored"])
        self.all_handled()
        self.assertEqual(self.handled(), [1])
        done = self.client("inspector").ask("served", case=1)["notices"]
        self.assertTrue([n for n in done if n["stream"] == "housing" and n.get("answered_at")])

    def test_the_agent_stops_a_daemon_that_was_put_back_untold(self):
        self.lose(lambda: None)
        self.says("was put back")
        status = self.client("inspector").ask("status")
        self.assertEqual(status["alarm"], "behind")


if __name__ == "__main__":
    unittest.main()
