"""What the daemon says of itself: its counters, and that it only reads while its store is full."""

import unittest

import support
import town

leeway = town.leeway


class Counters(support.TownTest):
    def counters(self):
        return self.client(town.ADMINISTRATOR).ask("status")["counters"]

    def test_commands_questions_faults_and_connections_are_counted(self):
        before = self.counters()
        clerk = self.client("housing-clerk")
        clerk.ask("status")
        self.proceeding()
        clerk.send({"t": "hello", "id": "x"}, repeat=False)
        support.until("the fault is counted", lambda: "unknown-type" in self.counters()["fault"],
                      turn=lambda: clerk.pump(0.05))
        after = self.counters()
        self.assertEqual(after["commands"], before["commands"] + 1)
        self.assertGreater(after["questions"], before["questions"])
        self.assertEqual(after["faults"], 1)
        self.assertEqual(after["fault"], {"unknown-type": 1})
        self.assertEqual(after["command_endpoint"]["connections"], before["command_endpoint"]["connections"] + 1)
        self.assertGreater(after["command_endpoint"]["received_bytes"], before["command_endpoint"]["received_bytes"])
        self.assertGreater(after["command_endpoint"]["sent_bytes"], before["command_endpoint"]["sent_bytes"])
        self.assertEqual(after["sessions"]["open"], 0)

    def test_who_only_acts_is_not_told(self):
        self.assertNotIn("counters", self.client("housing-clerk").ask("status"))
        self.assertIn("counters", self.client("inspector").ask("status"))


class SmallTown(town.Town):
    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace("map-size: 1 GiB", "map-size: 16 MiB"))
        return path


class Full(support.TownTest):
    def setUp(self):
        self.town = SmallTown(support.PROGRAMS)
        self.addCleanup(self.take_down)
        self.town.start()
        self.town.settle(support.DEPARTMENTS, support.PRINCIPALS)

    def fill(self):
        """Cases with long texts, until one finds no room."""
        for serial in range(2, 2000):
            lead = {**support.PROCEEDING["lead"][0], "matter": "工程变更未经批准" * 800}
            try:
                self.client("housing-clerk").command(
                    "record-proceeding", procedure="yinchuan",
                    fields={**support.PROCEEDING, "proceeding": f"p-{serial}", "lead": [lead]})
            except leeway.Refused as refused:
                return refused
        return None

    def test_a_full_store_refuses_commands_and_answers_questions(self):
        case = self.received()
        clerk = self.client("discipline-clerk")
        self.assertFalse(clerk.ask("status")["read_only"])
        refused = self.fill()
        self.assertEqual((refused.kind, refused.code), ("space", "no-space"))
        self.assertTrue(clerk.ask("status")["read_only"])
        self.assertEqual(clerk.ask("case", case=case)["case"]["stage"], "received")
        stream = clerk.stream("discipline", "desk")
        self.assertEqual(stream.next(10)["case"], case)
        stream.close()
        self.assertIn("event=no-space", self.town.log("leewayd", 60))


if __name__ == "__main__":
    unittest.main()
