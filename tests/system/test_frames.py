"""Frames that are wrong are answered by name, change nothing, and the sender stays connected."""

import json
import unittest

import support
import zmq
from support import leeway


class Frames(support.TownTest):
    def setUp(self):
        super().setUp()
        public, secret = self.town.keys["housing-clerk"]
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.curve_serverkey = self.town.keys["server"][0].encode()
        self.socket.curve_publickey, self.socket.curve_secretkey = public.encode(), secret.encode()
        self.socket.connect(self.town.commands)
        self.addCleanup(self.context.term)
        self.addCleanup(self.socket.close)

    def answer(self, *frames):
        self.socket.send_multipart(frames)
        self.assertTrue(self.socket.poll(support.LIMIT * 1000), f"no answer to {frames[0][:60]!r}")
        return leeway.unpack(self.socket.recv())

    def fault(self, code, *frames):
        answer = self.answer(*frames)
        self.assertEqual((answer["t"], answer["code"]), ("fault", code), answer)
        status = self.answer(leeway.pack({"t": "ask", "id": "after", "q": "status"}))
        self.assertEqual((status["t"], status["principal"], status["cases"]), ("answer", "housing-clerk", 0))
        return answer

    def command(self, **keys):
        return leeway.pack({"t": "command", "id": leeway.uuid7(), "act": "record-proceeding",
                            "procedure": "yinchuan", "fields": support.PROCEEDING, **keys})

    def test_every_invalid_vector_is_refused_by_its_name(self):
        vectors = json.loads((support.SOURCE / "proto" / "vectors" / "frames.json").read_text())
        vectors = vectors["frames"]
        wrong = [v for v in vectors if v["result"] == "invalid" and "most" not in v]
        self.assertGreater(len(wrong), 20)
        for vector in wrong:
            with self.subTest(vector["name"]):
                self.fault(vector["fault"], bytes.fromhex(vector["hex"]))

    def test_a_message_above_a_mebibyte_is_too_long(self):
        self.fault("too-long", leeway.pack({"t": "ask", "id": "1", "q": "x" * (1 << 20)}))

    def test_more_than_64_levels_are_too_deep(self):
        deep = 1
        for _ in range(70):
            deep = [deep]
        self.fault("too-deep", self.command(fields={"lead": deep}))

    def test_broken_utf_8_is_told_with_its_place(self):
        frame = self.command(reason="cut short here").replace(b"cut short", b"cut \xff\xfeort")
        self.assertIn("at", self.fault("bad-utf8", frame))

    def test_an_unknown_key_is_named(self):
        self.assertIn("colour", self.fault("unknown-key", self.command(colour="red"))["text"])

    def test_a_wrong_type_is_named(self):
        self.assertIn("case", self.fault("wrong-type", self.command(case="seven"))["text"])

    def test_a_missing_key_is_named(self):
        self.assertIn("act", self.fault("missing-key", leeway.pack({"t": "command", "id": leeway.uuid7()}))["text"])

    def test_an_unknown_field_is_refused_by_name(self):
        answer = self.answer(self.command(fields={**support.PROCEEDING, "colour": "red"}))
        self.assertEqual((answer["t"], answer["kind"], answer["code"]), ("refused", "form", "field-unknown"))
        self.assertIn("colour", answer["text"])

    def test_a_field_of_the_wrong_type_is_refused_by_name(self):
        answer = self.answer(self.command(fields={**support.PROCEEDING, "started": 5}))
        self.assertEqual((answer["t"], answer["kind"]), ("refused", "form"))
        self.assertIn("started", answer["text"])

    def test_several_frames_are_too_many(self):
        self.fault("too-many-frames", self.command(), b"more")

    def test_a_type_that_is_not_known_is_named(self):
        self.fault("unknown-type", leeway.pack({"t": "hello"}))

    def test_a_list_is_not_a_map(self):
        self.fault("not-a-map", leeway.pack([1, 2]))

    def test_two_mebibytes_cut_the_sender_and_nobody_else(self):
        other = self.client("discipline-clerk")
        other.ask("status")
        self.socket.send(b"x" * (3 << 20))
        self.assertEqual(other.ask("status")["principal"], "discipline-clerk")


if __name__ == "__main__":
    unittest.main()
