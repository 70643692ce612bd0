"""Reading a paper: recorded before the first byte leaves, wherever the reading begins; nothing for who has no part."""

import os
import time
import unittest

import support


class Reading(support.TownTest):
    def setUp(self):
        super().setUp()
        self.case = self.proceeding()
        self.clerk = self.client("discipline-clerk")
        self.data = bytes(range(256)) * 1500  # two chunks
        self.digest = self.clerk.put_paper(self.data)
        self.clerk.command("apply", case=self.case, fields=support.APPLICATION, by={"party": "applicant"},
                           papers={"application": [self.digest]})

    def readings(self):
        """Who read, by the record of all events."""
        inspector = self.client("inspector")
        events = inspector.ask("events", **{"from": 1}, limit=500)["events"]
        return [event["principal"] for event in events if event.get("act") == "read-paper"]

    def get(self, client, offset):
        return client.wait(client.send({"t": "paper-get", "case": self.case, "hash": self.digest, "offset": offset}))

    def test_one_reading_of_several_chunks_is_recorded_once(self):
        self.assertEqual(self.clerk.get_paper(self.case, self.digest), self.data)
        self.assertEqual(self.readings(), ["discipline-clerk"])

    def test_a_reading_that_begins_in_the_middle_is_recorded(self):
        self.assertEqual(self.get(self.clerk, 1)["data"], self.data[1:1 + 256 * 1024])
        self.assertEqual(self.readings(), ["discipline-clerk"])
        self.get(self.clerk, 2)
        self.assertEqual(self.readings(), ["discipline-clerk"])
        self.get(self.clerk, 0)
        self.assertEqual(self.readings(), ["discipline-clerk"] * 2)

    def test_who_has_no_part_in_the_case_reads_nothing(self):
        outside = {"id": "finance", "name": "市财政局", "kind": "bureau", "superior": "committee"}
        self.town.settle([outside], {"finance-clerk": ("finance", support.CLERK)})
        self.refused("right", self.client("finance-clerk").get_paper, self.case, self.digest)
        self.assertEqual(self.readings(), [])

    def test_a_command_that_cites_what_was_not_put_is_refused(self):
        fields, cited = support.APPLICATION, {"application": [b"0" * 32]}
        refused = self.refused("form", self.clerk.command, "apply", case=self.case, fields=fields, papers=cited)
        self.assertEqual(refused.code, "paper-unknown")
        self.assertIn("application", str(refused))
        self.assertIn("30" * 32, str(refused))

    def test_what_nobody_cites_goes_after_seven_days(self):
        uncited = self.clerk.put_paper("没有人引用".encode())
        fresh = self.clerk.put_paper("刚放进来".encode())
        self.town.kill()
        for digest in (uncited, self.digest):
            path, past = self.paper(digest), time.time() - 7 * 86400 - 60
            os.utime(path, (past, past))
        self.town.start()
        support.until("the uncited paper goes", lambda: not self.paper(uncited).exists(), turn=lambda: self.clerk.pump(0.1))
        support.until("it is told", lambda: "event=papers-swept papers=1" in self.town.log("leewayd", 60),
                      turn=lambda: self.clerk.pump(0.1))
        self.assertTrue(self.paper(self.digest).exists())
        self.assertTrue(self.paper(fresh).exists())

    def paper(self, digest):
        return self.town.folder / "papers" / digest.hex()[:2] / digest.hex()


if __name__ == "__main__":
    unittest.main()
