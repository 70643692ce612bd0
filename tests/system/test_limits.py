"""The limits that were designed for: events of a case, size of a paper, tasks of a department, subscribers."""

import os
import resource
import unittest

import support
import zmq
from support import leeway

EVENTS = 10_000
TASKS = 10_000
SUBSCRIBERS = 1_000
PAPER = 64 << 20
AT_ONCE = 64  # commands on their way


class Limits(support.TownTest):
    def many(self, client, messages):
        """Send them all, some at once; each must be accepted."""
        waiting, answers = [], []
        for message in messages:
            waiting.append(client.send({"t": "command", **message}))
            if len(waiting) >= AT_ONCE:
                answers.append(client.wait(waiting.pop(0), 120))
        return answers + [client.wait(id_, 120) for id_ in waiting]

    def test_a_case_holds_ten_thousand_events(self):
        case, organ = self.proceeding(), self.client("housing-clerk")
        organ.again = 60
        self.many(organ, ({"act": "investigate-lead", "case": case, "part": 1,
                           "fields": {"investigation-note": f"第{i + 1}次调查"}} for i in range(EVENTS - 1)))
        history = [event["event"] for event in organ.each("history", "events", case=case)]
        self.assertEqual((len(history), sorted(set(history))), (EVENTS, history))
        self.assertEqual(organ.ask("case", case=case)["case"]["version"], EVENTS)

    def test_a_department_has_ten_thousand_open_tasks(self):
        clerk = self.client("discipline-clerk")
        clerk.again = 60
        paper = [clerk.put_paper("申请书".encode())]
        fields = {**support.PROCEEDING, **support.APPLICATION, "organ-id": "housing"}
        self.many(clerk, ({"act": "apply", "procedure": "yinchuan", "fields": {**fields, "proceeding": f"p-{i}"},
                           "by": {"party": "applicant"}, "papers": {"application": paper}} for i in range(TASKS)))
        tasks = [task["task"] for task in clerk.each("tasks", "tasks", department="discipline")]
        self.assertEqual(len(set(tasks)), TASKS)
        self.assertEqual(clerk.command("accept", case=TASKS)["stage"], "verification")

    def test_a_paper_has_at_most_64_mebibytes(self):
        clerk, case = self.client("discipline-clerk"), self.proceeding()
        data = os.urandom(1 << 20) * (PAPER >> 20)
        digest = clerk.put_paper(data)
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [digest]})
        self.assertEqual(clerk.get_paper(case, digest), data)
        self.refused("limit", clerk.put_paper, data + b"x")

    def test_a_thousand_subscribers_hear_a_transition(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 16), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        context = zmq.Context()
        context.max_sockets = 2 * SUBSCRIBERS
        public, secret = self.town.keys["audit-reader"]
        poller, silent = zmq.Poller(), set()
        for _ in range(SUBSCRIBERS):
            socket = context.socket(zmq.SUB)
            socket.linger = 0
            socket.curve_serverkey = self.town.keys["server"][0].encode()
            socket.curve_publickey, socket.curve_secretkey = public.encode(), secret.encode()
            socket.subscribe(b"proceeding-recorded/")
            socket.connect(self.town.transitions)
            poller.register(socket, zmq.POLLIN)
            silent.add(socket)
        everyone, serial = set(silent), [0]

        def heard():
            serial[0] += 1
            self.proceeding(serial[0])
            for socket, _ in poller.poll(500):
                while socket.poll(0):
                    topic, transition = socket.recv_multipart()
                    self.assertEqual(topic, b"proceeding-recorded/yinchuan/" +
                                     leeway.unpack(transition)["department"].encode() + b"/")
                silent.discard(socket)
            return not silent

        support.until("every subscriber has heard of a case", heard, limit=120)
        for socket in everyone:
            socket.close()
        context.term()


if __name__ == "__main__":
    unittest.main()
