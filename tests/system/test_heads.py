"""A daemon that was put back to an earlier state is found out, by its subscribers and by itself."""

import shutil
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


if __name__ == "__main__":
    unittest.main()
