"""A department that was away for a month finds everything in order on its return, reminded once, its superior told once."""

import collections
import datetime
import unittest

import support
import town

START = datetime.datetime.fromisoformat(town.START + "+08:00")


class Away(support.TownTest):
    def advance(self, days):
        moment = START + datetime.timedelta(days)
        self.town.admin("time-advance", to=int(moment.timestamp() * 1000))

    def month(self):
        """A case every other day, and nobody at the housing bureau to answer; the cases asked."""
        cases, usual = [], support.PROCEEDING
        self.addCleanup(setattr, support, "PROCEEDING", usual)
        for day in range(1, 33, 2):
            self.advance(day)
            support.PROCEEDING = {**usual, "started": str((START + datetime.timedelta(day)).date())}
            cases.append(self.accepted(day + 1))
        return cases

    def test_a_month_away_loses_nothing_and_changes_no_order(self):
        cases = self.month()
        waiting = self.client("inspector").ask("unserved", department="housing", limit=500)
        self.assertEqual({n["state"] for n in waiting["notices"]}, {"sent"})
        handlers = self.town.folder / "handlers"
        handlers.mkdir()
        log = self.town.folder / "handled.log"
        for name, said in (("default", ""), ("suspend-accountability", "echo '{\"act\":\"confirm-suspension\"}'")):
            (handlers / name).write_text(f'#!/bin/sh\necho "$LEEWAY_POSITION $LEEWAY_CASE" >>{log}\n{said}\n')
            (handlers / name).chmod(0o755)
        self.town.start_agent("housing", "housing-clerk", handlers)
        inspector = self.client("inspector")
        support.until("all is handled", lambda: not inspector.ask("unserved", department="housing")["total"], 60)
        ran = [tuple(map(int, line.split())) for line in log.read_text().splitlines()]
        self.assertEqual(sorted(p for p, _ in ran), list(range(1, waiting["total"] + 1)))
        by_case = collections.defaultdict(list)
        for position, case in ran:
            by_case[case].append(position)
        for case, positions in by_case.items():
            self.assertEqual(positions, sorted(positions), f"case {case}")
        self.assertLessEqual(set(cases), set(by_case))
        for case in cases:  # each suspension was confirmed once, though late
            done = [e for e in inspector.each("history", "events", case=case) if e["act"] == "confirm-suspension"]
            self.assertEqual(len(done), 1)

    def test_who_does_not_answer_is_reminded_and_then_the_superior_is_told_each_once(self):
        cases = self.month()
        reminded = self.told("housing", "housing-clerk", "task-reminder")
        escalated = self.told("committee", "inspector", "task-escalated")
        late = cases[:10]  # the limits of the last ones have not passed
        for told in (reminded, escalated):
            self.assertEqual([len(told[case]) for case in late], [1] * len(late))
            self.assertEqual({len(notices) for notices in told.values()}, {1})
        for case in late:
            self.assertLess(reminded[case][0]["event"], escalated[case][0]["event"])
            self.assertEqual(reminded[case][0]["task"], self.task(case))

    def task(self, case):
        """The number of the open task to confirm the suspension."""
        return next(t["task"] for t in self.client("housing-clerk").ask("tasks", case=case)["tasks"]
                    if t["act"] == "confirm-suspension" and t["reminded"] and t["escalated"])

    def told(self, stream, principal, kind):
        """Case -> the notices of that kind about the confirmation of its suspension."""
        reader, found = self.client(principal).stream(stream, "test", after=0), collections.defaultdict(list)
        while (notice := reader.next(1.0)) is not None:
            if notice["type"] == kind and notice["fields"]["act"] == "confirm-suspension":
                found[notice["case"]].append(notice)
        return found

    def test_served_tells_how_long_a_notice_waited(self):
        case = self.accepted()
        self.advance(31)
        clerk = self.client("housing-clerk")
        stream = clerk.stream("housing", "desk")
        notice = stream.next(support.LIMIT)
        stream.received(notice["position"])
        stream.done(notice["position"])
        clerk.command("confirm-suspension", case=case)
        item = next(n for n in clerk.ask("served", case=case)["notices"]
                    if (n["stream"], n["position"]) == ("housing", notice["position"]))
        month = 31 * 24 * 3600 * 1000
        self.assertGreaterEqual(item["received"] - item["durable"], month - 3600000)
        self.assertEqual(item["sent"], item["received"])  # simulated time stood still between the two
        for by in ("received_by", "done_by", "answered_by"):
            self.assertEqual(item[by]["principal"], "housing-clerk")
            self.assertTrue(item[by]["key"])


if __name__ == "__main__":
    unittest.main()
