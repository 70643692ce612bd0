"""Who gets in, and who may do what."""

import unittest

import support
import zmq
from support import leeway


class Doors(support.TownTest):
    def stranger(self):
        public, secret = zmq.curve_keypair()
        return leeway.Leeway(self.town.commands, self.town.keys["server"][0], public, secret, self.town.transitions,
                             limit=3)

    def test_an_unknown_key_gets_nothing_in(self):
        with self.stranger() as stranger:
            self.assertRaises(leeway.NoAnswer, stranger.ask, "status")
            self.assertRaises(leeway.NoAnswer, stranger.command, "record-proceeding", procedure="yinchuan",
                              fields=support.PROCEEDING)
        self.assertEqual(self.client("inspector").ask("status")["cases"], 0)

    def test_an_unknown_key_hears_no_transition(self):
        with self.stranger() as stranger:
            watch = stranger.watch("", after=0)
            self.client("inspector").watch("", after=0)
            self.accepted()
            stranger.pump(2)
            self.assertEqual((list(watch.queue), watch.head), ([], None))

    def test_no_key_at_all_gets_nothing_in(self):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.linger = 0
        socket.connect(self.town.commands)
        socket.send(leeway.pack({"t": "ask", "id": "1", "q": "status"}))
        self.assertEqual(socket.poll(2000), 0)
        socket.close()

    def test_nobody_acts_for_another_department(self):
        case = self.received()
        refusal = self.refused("right", self.client("water-clerk").command, "accept", case=case)
        self.assertFalse(refusal.answer["remembered"])
        self.assertEqual(self.client("inspector").ask("case", case=case)["case"]["stage"], "received")

    def test_who_may_only_watch_changes_nothing(self):
        reader, case = self.client("audit-reader"), self.received()
        self.refused("right", reader.command, "accept", case=case)
        self.refused("right", reader.command, "record-proceeding", procedure="yinchuan", fields=support.PROCEEDING)

    def test_only_an_administrator_changes_the_register(self):
        self.refused("right", self.client("discipline-head").command, "department-add",
                     fields={"id": "new", "name": "新", "kind": "bureau"})

    def test_nobody_reads_the_stream_of_another_department(self):
        stream = self.client("water-clerk").stream("housing", "test")
        support.until("the refusal", lambda: stream.ended, turn=lambda: self.client("water-clerk").pump(0.1))
        self.assertIn("right", stream.ended)

    def test_nobody_inspects_without_the_right(self):
        self.refused("right", self.client("water-clerk").ask, "events", **{"from": 1})

    def test_a_revoked_key_is_out_and_the_others_notice_nothing(self):
        water = self.client("water-clerk")
        water.ask("status")
        self.town.admin("key-revoke", key=self.town.keys["water-clerk"][0])
        water.limit = 3
        with self.assertRaises((leeway.Refused, leeway.NoAnswer)):
            water.ask("status")
        self.assertEqual(self.client("housing-clerk").ask("status")["department"], "housing")


if __name__ == "__main__":
    unittest.main()
