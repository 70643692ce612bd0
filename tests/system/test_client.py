"""The Python client against the running daemon: a case opened, followed, read back."""

import select
import time
import unittest

import support
from support import leeway


class Client(support.TownTest):
    def test_a_case_is_opened_watched_and_read_back(self):
        clerk, organ = self.client("discipline-clerk"), self.client("housing-clerk")
        stream, watch = organ.stream("housing", "test"), clerk.watch("")
        case = self.accepted()
        notice = stream.next(support.LIMIT)
        self.assertEqual((notice["type"], notice["case"], notice["answer"], notice["position"]),
                         ("suspend-accountability", case, "confirm-suspension", 1))
        stream.received(1)
        organ.command("confirm-suspension", case=case, cause={"stream": "housing", "position": 1})
        stream.done(1)
        kinds = [watch.next(support.LIMIT)["kind"] for _ in range(5)]
        self.assertEqual(kinds[:2], ["proceeding-recorded", "application-received"])
        self.assertEqual(set(kinds[2:4]), {"suspend-accountability", "application-accepted"})
        self.assertEqual(kinds[4], "suspension-confirmed")
        folded = clerk.ask("case", case=case)["case"]
        self.assertEqual((folded["stage"], folded["roles"]["receiver"]), ("verification", "discipline"))
        acts = [event["act"] for event in clerk.each("history", "events", case=case)]
        self.assertEqual(acts, ["record-proceeding", "apply", "accept", "confirm-suspension"])

    def test_a_stream_goes_on_where_it_was(self):
        organ = self.client("housing-clerk")
        first, second = self.accepted(1), self.accepted(2)
        stream = organ.stream("housing", "test")
        self.assertEqual(stream.next(support.LIMIT)["case"], first)
        stream.received(1)
        stream.close()
        again = organ.stream("housing", "test")
        self.assertEqual(again.next(support.LIMIT)["case"], second)

    def test_a_second_session_of_the_same_name_ends_the_first(self):
        organ, other = self.client("housing-clerk"), self.town.new_client("housing-clerk")
        first = organ.stream("housing", "desk")
        support.until("the first session", lambda: first.session, turn=lambda: organ.pump(0.1))
        second = other.stream("housing", "desk")
        support.until("the second session", lambda: second.session, turn=lambda: other.pump(0.1))
        support.until("taken over", lambda: first.ended, turn=lambda: organ.pump(0.1))
        self.assertEqual(first.ended, "taken-over")
        other.close()

    def test_a_context_names_the_daemon_and_the_key(self):
        context = self.town.folder / "keys" / "context"
        context.write_text(f"# of a test\nendpoint: {self.town.commands}\ntransitions: {self.town.transitions}\n"
                           "server-key: server.key.pub\nkey: housing-clerk.key\n")
        with leeway.Leeway.from_context(context) as client:
            self.assertEqual(client.ask("status")["principal"], "housing-clerk")
            self.assertEqual(client.watch("").number, 0)

    def test_the_state_is_told_as_it_changes(self):
        states = []
        client = self.town.new_client("housing-clerk")
        client.on_state = states.append
        support.until("the connection", lambda: client.state == "up", turn=lambda: client.pump(0.1))
        self.town.kill()
        support.until("its end", lambda: client.state == "lost", turn=lambda: client.pump(0.1))
        self.town.start()
        support.until("the next", lambda: client.state == "up", turn=lambda: client.pump(0.1))
        self.assertEqual(states, ["up", "lost", "up"])
        client.close()
        self.town.new_key("nobody")
        stranger = self.town.new_client("nobody")
        support.until("no entry", lambda: stranger.state == "no-entry", turn=lambda: stranger.pump(0.1))
        stranger.close()

    def test_a_loop_of_its_own_waits_for_one_descriptor(self):
        case, organ = self.accepted(), self.client("housing-clerk")
        stream, end = organ.stream("housing", "own-loop"), time.monotonic() + support.LIMIT
        organ.pump(0)
        while not stream.queue and time.monotonic() < end:
            select.select([organ], [], [], 1.0)
            organ.pump(0)
        notice = stream.next(0)
        stream.ack(notice["position"])
        served = self.client("inspector").ask("served", case=case)["notices"]
        self.assertTrue(all("done" in one and "received" in one for one in served if one["stream"] == "housing"), served)

    def test_a_repeated_command_gets_the_same_answer_and_does_nothing(self):
        clerk, case = self.client("discipline-clerk"), self.received()
        id_ = leeway.uuid7()
        first = clerk.command("accept", id=id_, case=case)
        self.assertEqual(clerk.command("accept", id=id_, case=case), first)
        self.assertEqual(self.refused("conflict", clerk.command, "accept", id=id_, case=case + 1).code, "id-reused")
        self.assertEqual(len(list(clerk.each("history", "events", case=case))), 3)

    def test_a_paper_of_several_chunks_comes_back_whole(self):
        clerk, data = self.client("discipline-clerk"), bytes(range(256)) * 3000  # 750 KiB
        case = self.proceeding()
        digest = clerk.put_paper(data)
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [digest]})
        self.assertEqual(clerk.get_paper(case, digest), data)

    def test_what_the_publishing_socket_did_not_bring_is_fetched(self):
        clerk = self.client("discipline-clerk")
        self.accepted(1)
        watch = clerk.watch("suspend-accountability/yinchuan/housing/", after=0)
        self.accepted(2)
        got = [watch.next(support.LIMIT)["kind"] for _ in range(2)]
        self.assertEqual(got, ["suspend-accountability"] * 2)
        self.assertGreaterEqual(watch.fetched, 1)


if __name__ == "__main__":
    unittest.main()
