"""Who reads what: a department, a watcher, a monitor, an inspector; what the feed tells; revocation; reload."""

import collections
import re
import signal
import time
import unittest

import msgpack
import support
import zmq

leeway = support.leeway
SECRETS = ("当事人", "出于公心", "工程变更未经批准", "不再申请", "no paper in the printer", "p001")


def texts(value):
    """Every text and key of a tree."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


class Rights(support.TownTest):
    def setUp(self):
        super().setUp()
        self.town.settle([], {"board": ("audit", ["monitor"]), "other-board": ("audit", ["monitor"])})

    def plain(self, value):
        """Neither a person nor a text that somebody wrote."""
        said = list(texts(value))
        for secret in SECRETS:
            self.assertFalse([text for text in said if secret in text], secret)

    def some_cases(self):
        cases = [self.accepted(serial) for serial in (1, 2)]
        self.withdraw(cases[0])
        clerk = self.client("housing-clerk")
        stream = clerk.stream("housing", "desk", after=0)
        notice = stream.next(support.LIMIT)
        stream.received(notice["position"])
        stream.failed(notice["position"], "no paper in the printer")
        return cases

    # ---- the feed ----

    def feed(self):
        inspector = self.client("inspector")
        return inspector.ask("transitions", **{"from": 1}, limit=500)["transitions"]

    def test_transitions_are_dense_and_each_names_the_one_before_of_each_prefix(self):
        self.some_cases()
        last = collections.defaultdict(int)
        for n, transition in enumerate(self.feed(), 1):
            self.assertEqual(transition["n"], n)
            topic = [transition[key] for key in ("kind", "procedure", "department")]
            prefixes = ["", *("".join(f"{part}/" for part in topic[:i]) for i in (1, 2, 3))]
            self.assertEqual(transition["prev"], {prefix: last[prefix] for prefix in prefixes})
            last.update({prefix: n for prefix in prefixes})
        self.assertGreater(len(last), 8)

    def test_the_feed_holds_no_person_and_no_text(self):
        self.some_cases()
        feed = self.feed()
        self.assertGreater(len(feed), 8)
        self.plain(feed)

    def test_published_and_read_as_a_stream_and_asked_for_they_are_the_same(self):
        watch = self.client("board").watch("", after=0)
        self.some_cases()
        asked = self.feed()
        published = [watch.next(support.LIMIT) for _ in asked]
        reader = self.client("board").stream("transitions", "board", after=0)
        read = [reader.next(support.LIMIT) for _ in asked]
        self.assertEqual(published, asked)
        self.assertEqual(read, asked)

    def test_the_heartbeat_tells_the_head_within_its_five_seconds(self):
        public, secret = self.town.keys["board"]
        socket = zmq.Context.instance().socket(zmq.SUB)
        self.addCleanup(socket.close, 0)
        socket.curve_serverkey = self.town.keys["server"][0].encode()
        socket.curve_publickey, socket.curve_secretkey = public.encode(), secret.encode()
        socket.subscribe(b"head/")
        socket.connect(self.town.transitions)
        self.proceeding()
        self.assertTrue(socket.poll(8000))
        topic, body = socket.recv_multipart()
        head = msgpack.unpackb(body)
        self.assertEqual(topic, b"head/")
        self.assertEqual(head["transition"], self.client("board").ask("status")["transition"])
        self.assertEqual(len(head["root"]), 32)

    # ---- who asks what ----

    def test_a_monitor_asks_what_holds_no_person_and_no_text_and_nothing_else(self):
        case = self.some_cases()[0]
        board = self.client("board")
        for q, more in (("status", {}), ("census", {}), ("transitions", {"from": 1}), ("unserved", {}), ("head", {}),
                        ("register", {"kind": "department"}), ("consistency", {"old": 1, "new": 2})):
            self.plain(board.ask(q, **more))
        self.assertTrue([n for n in board.ask("unserved")["notices"] if n["state"] == "failed"])
        for q, more in (("case", {"case": case}), ("history", {"case": case}), ("served", {"case": case}),
                        ("explain", {"case": case}), ("events", {"from": 1}), ("tasks", {"department": "housing"}),
                        ("register", {"kind": "person"}), ("notice", {"stream": "housing", "position": 1})):
            with self.assertRaises(leeway.Refused, msg=q) as caught:
                board.ask(q, **more)
            self.assertEqual(caught.exception.kind, "right", q)
        self.refused("right", board.command, "record-proceeding", procedure="yinchuan", fields=support.PROCEEDING)
        self.ends(board, board.stream("housing", "board", after=0), "right")

    def ends(self, client, stream, word):
        support.until("the refusal", lambda: stream.ended, turn=lambda: client.pump(0.1))
        self.assertIn(word, stream.ended)

    def test_who_fails_reads_the_reason_and_so_does_the_inspector(self):
        self.some_cases()
        for principal in ("housing-clerk", "inspector"):
            notices = self.client(principal).ask("unserved", department="housing")["notices"]
            self.assertIn("no paper in the printer", [n.get("reason") for n in notices])

    def test_an_inspector_reads_every_stream_and_takes_nobodys_over(self):
        self.accepted()
        clerk, inspector = self.client("housing-clerk"), self.client("inspector")
        own = clerk.stream("housing", "desk", after=0)
        self.assertEqual(own.next(support.LIMIT)["position"], 1)
        self.assertEqual(inspector.stream("housing", "desk", after=0).next(support.LIMIT)["position"], 1)
        session = own.session
        self.accepted(2)
        self.assertTrue(own.next(support.LIMIT))
        self.assertEqual(own.session, session)
        self.ends(inspector, inspector.stream("housing", "desk", group="desk"), "no-group")

    def test_subscribers_of_the_feed_have_places_of_their_own(self):
        self.accepted()
        one, other = self.client("board"), self.client("other-board")
        first = one.stream("transitions", "wall", after=0)
        support.until("it is open", lambda: first.session is not None, turn=lambda: one.pump(0.1))
        first.received(2)
        second = other.stream("transitions", "wall")
        support.until("it is open", lambda: second.session is not None, turn=lambda: other.pump(0.1))
        self.assertEqual(second.next(support.LIMIT)["n"], 1)  # nobody's place but its own
        session = first.session
        one.pump(0.3)
        self.assertEqual(first.session, session)
        self.assertIsNone(first.ended)

    def test_a_department_without_the_right_does_not_watch(self):
        self.town.settle([], {"mute": ("water", ["act"])})
        self.proceeding()
        mute = self.client("mute")
        self.refused("right", mute.ask, "transitions", **{"from": 1})
        self.ends(mute, mute.stream("transitions", "mute", after=0), "right")

    # ---- the end of a right ----

    def test_a_revoked_key_is_out_within_a_second_and_the_others_notice_nothing(self):
        gone, stays = self.client("water-clerk"), self.client("housing-clerk")
        ending, going_on = gone.stream("water", "desk", after=0), stays.stream("housing", "desk", after=0)
        for client, stream in ((gone, ending), (stays, going_on)):
            support.until("it is open", lambda: stream.session is not None, turn=lambda: client.pump(0.05))
        session, connected = going_on.session, stays.socket
        watch = stays.watch("", after=None)
        before = time.monotonic()
        self.town.admin("key-revoke", key=self.town.keys["water-clerk"][0])
        support.until("the last word", lambda: ending.ended, turn=lambda: gone.pump(0.01))
        self.assertEqual(ending.ended, "revoked")
        self.assertLess(time.monotonic() - before, 1.0)
        self.accepted()
        self.assertEqual(going_on.next(support.LIMIT)["position"], 1)
        self.assertEqual(going_on.session, session)
        self.assertIs(stays.socket, connected)
        self.assertTrue(watch.next(support.LIMIT))

    # ---- reload ----

    def reload(self, change, word):
        path = self.town.folder / "leewayd.yaml"
        path.write_text(change(path.read_text()))
        seen = self.town.log("leewayd", 1000).count(word)
        self.town.daemon.send_signal(signal.SIGHUP)
        support.until(word, lambda: self.town.log("leewayd", 1000).count(word) > seen)

    def enters(self, principal):
        with self.town.new_client(principal, limit=1.0) as client:
            try:
                return client.ask("status")["principal"]
            except leeway.NoAnswer:
                return None

    def test_a_bad_configuration_is_refused_whole_and_the_old_one_stays(self):
        self.town.new_key("night-admin")
        line = f'  - {{principal: night-admin, key: "{self.town.keys["night-admin"][0]}"}}\n'
        good = (self.town.folder / "leewayd.yaml").read_text()
        self.reload(lambda text: text.replace("keys:\n", "keys:\n" + line).replace("papers:", "pampers:"),
                    "configuration-refused")
        self.assertIsNone(self.enters("night-admin"))
        self.assertEqual(self.enters("administrator"), "administrator")
        self.assertNotIn(self.town.keys["night-admin"][0], self.town.log("leewayd", 1000))
        self.reload(lambda text: re.sub("map-size: 1 GiB", "map-size: 2 GiB", good), "configuration-refused")
        for folder in ("procedures", "calendars"):  # the next start would not go by it
            self.reload(lambda text, folder=folder: re.sub(f"{folder}: .*", f"{folder}: nowhere", good), "configuration-refused")
        self.reload(lambda text: good.replace("keys:\n", "keys:\n" + line), "configuration-read-again")
        self.assertEqual(self.enters("night-admin"), "night-admin")
        self.reload(lambda text: good, "configuration-read-again")
        self.assertIsNone(self.enters("night-admin"))
        self.assertEqual(self.enters("administrator"), "administrator")


if __name__ == "__main__":
    unittest.main()
