"""The limits that the house was designed for, measured on a running daemon; docs/limits.md tells what was seen.

In the normal run everything is small and only what must hold at any size is asserted. LEEWAY_LIMITS=full takes the full
sizes and asserts the figures as well: the programs must be release ones (LEEWAY_PROGRAMS), for a sanitizer's memory is
not the daemon's. `./run check --all` does that.
"""

import contextlib
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
import unittest

import support
import zmq
from support import leeway, town

FULL = os.environ.get("LEEWAY_LIMITS") == "full"
FILL = os.environ.get("LEEWAY_FILL", str(pathlib.Path(support.PROGRAMS) / "leeway-fill"))
ORGANS = 10
CASES = 100_000 if FULL else 200
CONNECTIONS, FURTHER = (100, 400) if FULL else (10, 20)
EVENTS = 10_000 if FULL else 200
QUESTIONS = 500 if FULL else 5
SUBSCRIBERS = 1000 if FULL else 40
PAPER = 64 << 20
KIB_OF_DAEMON = 64 * 1024
KIB_OF_CONNECTION = 32


def say(text, *values):
    print("limits: " + text.format(*values), file=sys.stderr, flush=True)


@contextlib.contextmanager
def timed(text, *values):
    begun = time.perf_counter()
    yield
    say(text + ": {:.3f} s", *values, time.perf_counter() - begun)


class BigTown(town.Town):
    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace("map-size: 1 GiB", "map-size: 64 GiB"))
        return path

    def end_daemon(self):
        """The daemon alone, so that its store can be worked on."""
        town.end(self.daemon)
        self.daemon = None

    def resident(self):
        """KiB of the daemon that are resident: without the pages of the database, and those pages."""
        ours = database = 0
        for line in pathlib.Path(f"/proc/{self.daemon.pid}/smaps").read_text().splitlines():
            word, *rest = line.split()
            if "-" in word and not word.endswith(":"):
                mapped = rest[-1].endswith(".mdb")
            elif word == "Rss:":
                ours += 0 if mapped else int(rest[0])
                database += int(rest[0]) if mapped else 0
        return ours, database

    def dealer(self, context, principal):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        public, secret = self.keys[principal]
        socket.curve_serverkey = self.keys["server"][0].encode()
        socket.curve_publickey, socket.curve_secretkey = public.encode(), secret.encode()
        socket.connect(self.commands)
        return socket


class BigTest(unittest.TestCase):
    @classmethod
    def make_town(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        cls.town = BigTown(support.PROGRAMS)
        cls.addClassCleanup(cls.town.stop)
        cls.context = zmq.Context()
        cls.context.max_sockets = 4 * SUBSCRIBERS + 2000
        cls.addClassCleanup(cls.context.destroy, 0)
        cls.town.start()

    def take(self, socket):
        self.assertTrue(socket.poll(support.LIMIT * 1000), "no answer")
        return leeway.unpack(socket.recv())

    def each_asks(self, sockets):
        """A question on each, a few at a time."""
        for i in range(0, len(sockets), 50):
            for socket in sockets[i:i + 50]:
                socket.send(leeway.pack({"t": "ask", "id": "1", "q": "status"}))
            for socket in sockets[i:i + 50]:
                self.assertEqual(self.take(socket)["t"], "answer")


class Filled(BigTest):
    """A store of many open cases."""

    @classmethod
    def setUpClass(cls):
        cls.make_town()
        cls.town.end_daemon()
        done = subprocess.run([FILL, cls.town.folder / "store", str(CASES), str(ORGANS)], check=True,
                              stdout=subprocess.PIPE, text=True)
        say("filled: {}", done.stdout.strip())
        with timed("start with {} open cases", CASES):
            cls.town.start(limit=120)
        for principal in ("discipline", "organ-000", "organ-001"):
            cls.town.admin("key-add", principal=principal, key=cls.town.new_key(principal))

    def test_memory_and_connections(self):
        sockets = [self.town.dealer(self.context, "discipline") for _ in range(CONNECTIONS)]
        self.each_asks(sockets)
        before, database = self.settled(), self.town.resident()[1]
        say("{} open cases, {} connections: {} KiB resident beside {} KiB of database pages", CASES, CONNECTIONS, before,
            database)
        further = [self.town.dealer(self.context, "discipline") for _ in range(FURTHER)]
        self.each_asks(further)
        after = self.settled()
        say("{} further connections: {} KiB resident, {:.1f} KiB each", FURTHER, after, (after - before) / FURTHER)
        if FULL:
            self.assertLess(before, KIB_OF_DAEMON)
            self.assertLess((after - before) / FURTHER, KIB_OF_CONNECTION)
        for socket in sockets + further:
            socket.close()

    def test_memory_of_the_busy(self):
        """Many questions on each connection, then every case of one organ acted on."""
        sockets = [self.town.dealer(self.context, "discipline") for _ in range(CONNECTIONS)]
        for _ in range(QUESTIONS):
            self.each_asks(sockets)
        say("{} questions on each of {} connections: {} KiB resident", QUESTIONS, CONNECTIONS, self.town.resident()[0])
        organ, begun = self.town.client("organ-001"), time.perf_counter()
        cases = [item["case"] for item in organ.each("cases", "cases")]
        for i in range(0, len(cases), 200):
            ids = [organ.send({"t": "command", "act": "confirm-suspension", "case": case}) for case in cases[i:i + 200]]
            for id_ in ids:
                organ.wait(id_)
        taken, resident = time.perf_counter() - begun, self.town.resident()[0]
        say("{} confirmations, 200 on their way at a time: {:.0f} in a second, {} KiB resident", len(cases),
            len(cases) / taken, resident)
        self.assertEqual(list(organ.each("tasks", "tasks")), [])
        if FULL:
            self.assertLess(resident, KIB_OF_DAEMON)
        for socket in sockets:
            socket.close()

    def settled(self):
        """What is resident when it has not changed for three seconds: what handshakes leave behind is given back then."""
        last, since, end = 0, time.monotonic(), time.monotonic() + 30
        while FULL and time.monotonic() < min(since + 3, end):
            self.town.client(town.ADMINISTRATOR).pump(0.2)
            now = self.town.resident()[0]
            if now != last:
                last, since = now, time.monotonic()
        return self.town.resident()[0]

    def test_every_case_stands_on_one_page(self):
        client = self.town.client(town.ADMINISTRATOR)
        with timed("{} cases listed by pages", CASES):
            listed = [item["case"] for item in client.each("cases", "cases")]
        self.assertEqual(listed, list(range(1, CASES + 1)))
        with timed("the cases of one department of {}", ORGANS):
            of_organ = list(self.town.client("organ-000").each("cases", "cases"))
        self.assertEqual(len(of_organ), CASES // ORGANS)
        with timed("a filter that no case fits"):
            self.assertEqual(list(client.each("cases", "cases", department="discipline", outcome="exempted")), [])
        if FULL:
            self.assertLess(self.town.resident()[0], KIB_OF_DAEMON)

    def test_the_command_line_lists_them(self):
        with timed("leeway case list, {} cases", CASES):
            done = subprocess.run(
                [self.town.programs / "leeway", "--endpoint", self.town.commands, "--server-key",
                 self.town.key_file("server").with_suffix(".key.pub"), "--key", self.town.key_file("discipline"), "-o",
                 "ndjson", "case", "list"], check=True, stdout=subprocess.PIPE, text=True)
        self.assertEqual(len(done.stdout.splitlines()), CASES)

    def test_the_open_tasks_of_a_department(self):
        client, count = self.town.client("organ-000"), CASES // ORGANS
        with timed("{} open tasks of one department by pages", count):
            tasks = [item["task"] for item in client.each("tasks", "tasks")]
        self.assertEqual(len(set(tasks)), count)
        self.assertEqual(tasks, sorted(tasks))
        first = client.ask("tasks", limit=500)
        self.assertEqual([item["task"] for item in first["tasks"]], tasks[:500])
        self.assertEqual("next" in first, count > 500)
        self.assertEqual(client.ask("unserved", limit=1)["total"], count)


class Growing(BigTest):
    """One case, and papers."""

    @classmethod
    def setUpClass(cls):
        cls.make_town()
        cls.town.settle(support.DEPARTMENTS, support.PRINCIPALS)

    def proceeding(self, serial):
        fields = {**support.PROCEEDING, "proceeding": f"p-{serial}"}
        return self.town.client("housing-clerk").command("record-proceeding", procedure="yinchuan", fields=fields)["case"]

    def test_a_case_of_many_events(self):
        organ, case = self.town.client("housing-clerk"), self.proceeding(1)

        def act(case):
            begun = time.perf_counter()
            organ.command("investigate-lead", case=case, part=1, fields={"investigation-note": "查"})
            return time.perf_counter() - begun

        for _ in range(EVENTS):
            act(case)
        fresh, pairs = self.proceeding(4), 100  # by turns, so that a busy machine is busy for both
        taken = [(act(case), act(fresh)) for _ in range(pairs)]
        grown, new = (statistics.median(column) for column in zip(*taken))
        say("a case of {} events: an act takes {:.2f} ms, in a new case {:.2f} ms (medians)", EVENTS, grown * 1000,
            new * 1000)
        with timed("its history by pages"):
            history = list(organ.each("history", "events", case=case))
        self.assertEqual(len(history), EVENTS + pairs + 1)
        for question in ("case", "explain", "served", "tasks"):
            with timed("its {}", question):
                organ.ask(question, case=case)
        private = self.town.client("inspector").command("read-private", case=case)["private"]
        self.assertGreater(len(private), min(EVENTS, 1000))
        if FULL:
            self.assertLess(grown, 1.5 * new)
            self.assertLess(self.town.resident()[0], KIB_OF_DAEMON)

    def test_a_case_of_many_open_tasks(self):
        """Each request is a part, a task, a clock of its own: the folded case grows, and each act with it. A kind of
        part has at most 500."""
        clerk, case, count = self.town.client("discipline-clerk"), self.proceeding(2), 500 if FULL else 20
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [clerk.put_paper(b"application")]})
        clerk.command("accept", case=case)
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            clerk.command("request-assistance", case=case, fields={"assistant": "water", "assistance-question": "请核对"})
            taken.append(time.perf_counter() - begun)
        say("{} open requests in one case: the last takes {:.1f} ms", count, statistics.median(taken[-10:]) * 1000)
        tasks = list(self.town.client("water-clerk").each("tasks", "tasks"))
        self.assertEqual(len(tasks), count)
        self.assertEqual(len(list(clerk.each("tasks", "tasks", case=case))), count + 3)

    def test_a_paper_of_64_mebibytes(self):
        clerk, case = self.town.client("discipline-clerk"), self.proceeding(3)
        data = bytes(range(256)) * (PAPER // 256)
        with timed("a paper of 64 MiB put"):
            digest = clerk.put_paper(data)
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [digest]})
        with timed("and got"):
            got = clerk.get_paper(case, digest)
        self.assertTrue(got == data, "the bytes that were put")
        with self.assertRaises(leeway.Refused) as caught:
            clerk.put_paper(data + b"x")
        self.assertEqual((caught.exception.kind, caught.exception.code), ("limit", "paper-limit"))
        self.assertEqual(clerk.ask("status")["principal"], "discipline-clerk")
        if FULL:
            self.assertLess(self.town.resident()[0], KIB_OF_DAEMON)

    def test_messages_up_to_2_mebibytes(self):
        """Up to 1 MiB a message is read; above it, up to 2 MiB, it is refused by name and the sender stays."""
        socket = self.town.dealer(self.context, "housing-clerk")
        def command(text):
            return leeway.pack({"t": "command", "id": leeway.uuid7(), "act": "record-proceeding",
                                "procedure": "yinchuan", "fields": {"colour": text}})

        around = len(command("x" * 70_000)) - 70_000
        for size, kind, code in (((1 << 20), "refused", "field-unknown"), ((1 << 20) + 1, "fault", "too-long"),
                                 ((2 << 20) - 1024, "fault", "too-long")):
            message = command("x" * (size - around))
            self.assertEqual(len(message), size)
            socket.send(message)
            answer = self.take(socket)
            self.assertEqual((answer["t"], answer["code"]), (kind, code))
        socket.send(leeway.pack({"t": "ask", "id": "2", "q": "status"}))
        self.assertEqual(self.take(socket)["id"], "2")
        socket.close()


class Subscribers(BigTest):
    """Each department has a subscriber of its own."""

    @classmethod
    def setUpClass(cls):
        cls.make_town()
        cls.names = [f"bureau-{i:03}" for i in range(SUBSCRIBERS)]
        bureaus = [{"id": name, "name": name, "kind": "bureau", "superior": "committee"} for name in cls.names]
        rights = {name: (name, ["act", "watch"]) for name in cls.names}
        with timed("{} departments registered, each with a key", SUBSCRIBERS):
            cls.town.settle(support.DEPARTMENTS, support.PRINCIPALS)
            for i in range(0, SUBSCRIBERS, 50):
                part = cls.names[i:i + 50]
                cls.town.settle(bureaus[i:i + 50], {name: rights[name] for name in part})

    def open(self, sockets, **what):
        """A session on each socket: on the stream of its own department, or what is said."""
        for name, socket in sockets.items():
            socket.send(leeway.pack({"t": "open", "id": name, "stream": name, "name": name, "messages": 64,
                                     "bytes": 1 << 20, **what}))
        for socket in sockets.values():
            self.assertEqual(self.take(socket)["t"], "opened")

    def gather(self, sockets, wanted):
        """Take messages until each socket had `wanted` notices. Gives name -> notices and when the last came."""
        poller, names, got = zmq.Poller(), {}, {name: [] for name in sockets}
        for name, socket in sockets.items():
            poller.register(socket, zmq.POLLIN)
            names[socket] = name
        missing, end = set(sockets), time.monotonic() + support.LIMIT
        while missing:
            ready = poller.poll(1000)
            self.assertLess(time.monotonic(), end, f"{len(missing)} subscribers wait")
            for socket, _ in ready:
                message = leeway.unpack(socket.recv())
                got[names[socket]] += message.get("notices", [])
                if len(got[names[socket]]) >= wanted:
                    missing.discard(names[socket])
        return got, time.perf_counter()

    def test_every_subscriber_gets_its_notice(self):
        sockets = {name: self.town.dealer(self.context, name) for name in self.names}
        with timed("{} sessions opened", SUBSCRIBERS):
            self.open(sockets)
        resident = self.town.resident()[0]
        say("{} subscribers: {} KiB resident", SUBSCRIBERS, resident)
        clerk, begun = self.town.client("discipline-clerk"), time.perf_counter()
        cases = dict(zip(self.names, self.accepted(clerk)))
        got, _ = self.gather(sockets, 1)
        say("{} cases accepted and each notice read: {:.2f} s", SUBSCRIBERS, time.perf_counter() - begun)
        for name, notices in got.items():
            self.assertEqual([(n["type"], n["case"], n["position"]) for n in notices],
                             [("suspend-accountability", cases[name], 1)])
        for socket in sockets.values():
            socket.close()

    def test_one_transition_reaches_all(self):
        sockets = {name: self.town.dealer(self.context, name) for name in self.names}
        last = self.town.client("inspector").ask("status")["transition"]
        self.open(sockets, stream="transitions", after=last)
        begun = time.perf_counter()
        case = self.town.client("housing-clerk").command("record-proceeding", procedure="yinchuan",
                                                         fields=support.PROCEEDING)["case"]
        answered = time.perf_counter()
        got, done = self.gather(sockets, 1)
        say("one transition: answered after {:.1f} ms, read by {} subscribers after {:.1f} ms", (answered - begun) * 1000,
            SUBSCRIBERS, (done - begun) * 1000)
        for notices in got.values():
            self.assertEqual([(n["kind"], n["case"]) for n in notices], [("proceeding-recorded", case)])
        for socket in sockets.values():
            socket.close()

    def accepted(self, clerk):
        """A case for each bureau, accepted, so that the bureau must suspend. Gives their numbers."""
        paper = clerk.put_paper("申请书".encode())
        cases = self.pipelined(clerk, [
            {"act": "apply", "procedure": "yinchuan", "by": {"party": "applicant"}, "papers": {"application": [paper]},
             "fields": {**support.PROCEEDING, **support.APPLICATION, "organ-id": name, "proceeding": f"of-{name}"}}
            for name in self.names])
        return self.pipelined(clerk, [{"act": "accept", "case": case} for case in cases])

    def pipelined(self, client, commands):
        """Send commands, a hundred at a time; gives their cases."""
        cases = []
        for i in range(0, len(commands), 100):
            ids = [client.send({"t": "command", **command}) for command in commands[i:i + 100]]
            cases += [client.wait(id_)["case"] for id_ in ids]
        return cases


if __name__ == "__main__":
    unittest.main()
