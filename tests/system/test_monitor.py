"""leeway-monitor: its figures are the store's, once and over HTTP, and again after the daemon was gone."""

import collections
import re
import select
import socket
import subprocess
import threading
import unittest
import urllib.error
import urllib.request

import support
from support import leeway

LINE = re.compile(r'^(\w+)(?:\{(.*)\})? (\d+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
OWN = ("leeway_gaps_total", "leeway_gaps_fetched_total")  # what a monitor went through itself


def figures(text):
    """The samples of an exposition: (name, label values) -> number."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, number = LINE.match(line).groups()
            key = name, tuple(value for _, value in LABEL.findall(labels or ""))
            assert key not in found, line
            found[key] = int(number)
    return found


class Cable:
    """A port that leads to another one, until it is pulled out, and again when it is put in."""

    def __init__(self, endpoint):
        self.to = ("127.0.0.1", int(endpoint.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.pairs, self.pulled, self.over = {}, False, False
        self.wake, self.waker = socket.socketpair()
        self.heard = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def tell(self, **what):
        self.heard.clear()
        self.__dict__.update(what)
        self.waker.send(b".")
        self.heard.wait()

    def close(self):
        self.tell(over=True)
        self.thread.join()
        self.drop()
        for one in (self.listener, self.wake, self.waker):
            one.close()

    def drop(self):
        for one in self.pairs:
            one.close()
        self.pairs = {}

    def run(self):
        while not self.over:
            found = select.select([self.listener, self.wake, *self.pairs], [], [])[0]
            for ready in found:
                if ready is self.listener:
                    self.accept()
                elif ready in self.pairs:
                    self.forward(ready)
            if self.pulled:
                self.drop()
            if self.wake in found:
                self.wake.recv(64)
                self.heard.set()

    def accept(self):
        near = self.listener.accept()[0]
        if self.pulled:
            near.close()
            return
        far = socket.create_connection(self.to)
        self.pairs.update({near: far, far: near})

    def forward(self, one):
        try:
            data = one.recv(65536)
            self.pairs[one].sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (one, self.pairs.pop(one)):
                self.pairs.pop(end, None)
                end.close()


class Monitor(support.TownTest):
    def setUp(self):
        super().setUp()
        self.refusals = collections.Counter()
        self.process = None
        self.addCleanup(self.end_monitor)

    # ---- the monitor ----

    def arguments(self, principal="audit-reader", transitions=None):
        key = self.town.key_file
        return [self.town.programs / "leeway-monitor", "--endpoint", self.town.commands,
                "--transitions", transitions or self.town.transitions, "--server-key", key("server").with_suffix(".key.pub"),
                "--key", key(principal)]

    def once(self):
        done = subprocess.run([*self.arguments(), "--once"], capture_output=True, text=True, timeout=support.LIMIT)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def serve(self, every=1, **more):
        """A census every second for what no transition tells."""
        self.process = self.town.spawn("monitor", [*self.arguments(**more), "--listen", "127.0.0.1:0", "--every", every])
        told = support.until("the monitor listens", lambda: re.search(r"http://\S+:(\d+)/metrics", self.log()))
        self.port = int(told.group(1))

    def end_monitor(self):
        if self.process:
            self.assertTrue(support.town.end(self.process), self.log())

    def log(self):
        return self.town.log("monitor")

    def page(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=support.LIMIT) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()

    def health(self):
        try:
            return self.page("/healthz")[0]
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def metrics(self):
        return figures(self.page("/metrics")[2])

    # ---- the store, by other questions than the census ----

    def refuse(self, *arguments, **keys):
        error = self.refused("law", *arguments, **keys)
        self.assertTrue(error.answer["remembered"])
        self.refusals[error.code] += 1

    def some_cases(self, first=1):
        """Of each kind of course something; the cases."""
        clerk, organ = self.client("discipline-clerk"), self.client("housing-clerk")
        cases = [self.proceeding(first), self.received(first + 1), self.accepted(first + 2), self.accepted(first + 3)]
        declined = self.received(first + 4)
        clerk.command("decline", case=declined, fields={"decline-basis": "application", "decline-reason": "与申请事项无关"})
        organ.command("confirm-suspension", case=cases[2])
        self.refuse(clerk.command, "accept", case=cases[2])
        self.refuse(clerk.command, "decline", case=declined, fields={"decline-basis": "application", "decline-reason": "无"})
        return [*cases, declined]

    def counted(self):
        """What the figures must be, counted one by one."""
        inspector = self.client("inspector")
        expected = collections.Counter()
        for case in inspector.each("cases", "cases"):
            expected["leeway_cases", (case["procedure"], case["stage"], case["department"])] += 1
            expected["leeway_cases_opened_total", ()] += 1
            expected["leeway_cases_closed_total", ()] += case.get("ended", False)
        number, page = 0, [None]
        while page:
            page = inspector.ask("transitions", **{"from": number + 1}, limit=500)["transitions"]
            for transition in page:
                expected["leeway_transitions_total", (transition["kind"],)] += 1
                number = transition["n"]
        for code, count in self.refusals.items():
            expected["leeway_rejections_total", (code,)] = count
        expected["leeway_transition_number", ()] = number
        expected["leeway_event_number", ()] = inspector.ask("status")["number"]
        expected["leeway_unserved_notices", ()] = inspector.ask("unserved")["total"]
        expected["leeway_simulated", ()] = expected["leeway_connected", ()] = 1
        expected["leeway_census_differences_total", ()] = 0
        return dict(expected)

    def assert_counted(self, seen):
        seen = {key: number for key, number in seen.items() if key[0] not in (*OWN, "leeway_build_info")}
        self.assertEqual(seen, self.counted())

    def caught_up(self):
        """The figures over HTTP once they are those of the store (refusals and reports come with the next census)."""
        expected = self.counted()
        support.until(f"the figures are {expected}", lambda: expected.items() <= self.metrics().items())
        return self.metrics()

    # ---- tests ----

    def test_once_tells_what_the_store_holds(self):
        self.some_cases()
        self.assert_counted(figures(self.once()))

    def test_over_http_they_are_the_same_followed_and_counted_at_the_end(self):
        self.serve()
        support.until("the first census", lambda: self.health() == 200)
        self.some_cases()  # while it watches
        self.assert_counted(self.caught_up())
        status, kind, text = self.page("/metrics")
        self.assertEqual((status, kind), (200, "text/plain; version=0.0.4"))
        own = {key: 0 for key in figures(text) if key[0] in OWN}
        self.assertEqual({**figures(text), **own}, figures(self.once()))
        for word in ("当事人", "出于公心", "p001", "p-1"):
            self.assertNotIn(word, text)

    def test_what_the_feed_lost_is_fetched(self):
        cable = Cable(self.town.transitions)
        self.addCleanup(cable.close)
        self.serve(every=3600, transitions=cable.endpoint)  # nothing but the first census, and transitions
        support.until("the first census", lambda: self.health() == 200)
        self.some_cases(1)
        kinds = ("leeway_transitions_total", "leeway_cases", "leeway_cases_opened_total", "leeway_cases_closed_total",
                 "leeway_transition_number")

        def followed(found):
            return {key: number for key, number in found.items() if key[0] in kinds}

        def lives():
            """What comes now comes by the feed: until the subscription has arrived it is fetched, and that is a gap too."""
            fetched = self.metrics()["leeway_gaps_fetched_total", ()]
            self.some_cases(1)
            support.until("all is followed", lambda: followed(self.metrics()) == followed(self.counted()))
            return self.metrics()["leeway_gaps_fetched_total", ()] == fetched

        support.until("the feed is live", lives)
        before = self.metrics()
        cable.tell(pulled=True)
        self.some_cases(6)
        self.assertEqual(followed(self.metrics()), followed(before))
        cable.tell(pulled=False)
        support.until("the gap is filled", lambda: followed(self.metrics()) == followed(self.counted()))
        after = self.metrics()
        lost = after["leeway_transition_number", ()] - before["leeway_transition_number", ()]
        self.assertEqual(after["leeway_gaps_total", ()], before["leeway_gaps_total", ()] + 1)
        self.assertEqual(after["leeway_gaps_fetched_total", ()], before["leeway_gaps_fetched_total", ()] + lost)
        self.assertEqual(after["leeway_connected", ()], 1)

    def test_a_daemon_that_is_gone_is_told_and_found_again(self):
        self.serve()
        self.some_cases(1)
        before = self.caught_up()
        self.town.kill()
        support.until("the monitor sees it", lambda: self.metrics()["leeway_connected", ()] == 0)
        self.assertEqual(self.health(), 503)
        self.assertEqual({**self.metrics(), ("leeway_connected", ()): 1}, before)
        self.town.start()
        self.some_cases(6)  # as likely as not before the monitor is back
        self.assert_counted(self.caught_up())
        self.assertEqual(self.health(), 200)

    def test_without_the_right_it_says_so(self):
        self.town.admin("role-change", principal="audit-reader", rights=["act"])
        done = subprocess.run([*self.arguments(), "--once"], capture_output=True, text=True, timeout=support.LIMIT)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no-right", done.stderr)


if __name__ == "__main__":
    unittest.main()
