"""check_books.py - the account of the demonstration finds what is lost and what was done twice"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "clients" / "demo"))
import books  # noqa: E402

NOTICE = {"stream": "housing", "type": "suspend-accountability", "case": 1}
ACCEPTED = {"t": "accepted"}


class Store:
    """An inspector's client whose store is a list of events."""

    def __init__(self, *events):
        self.events = [{"n": i + 1, "kind": "case", **event} for i, event in enumerate(events)]

    def ask(self, _question, limit, **arguments):
        return {"events": [event for event in self.events if event["n"] >= arguments["from"]][:limit]}

    def each(self, *_):
        return iter([{"case": 1, "stage": "archived", "outcome": "exempted"}])


def event(cause=None, **more):
    return {"answer": ACCEPTED, **({"cause": {"stream": "housing", "position": cause}} if cause else {}), **more}


class Books(unittest.TestCase):
    def account(self, lines, *events):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            log.write_text("".join(line + "\n" for line in lines))
            return books.account(Store(*events), log, [], 2)

    def told(self, count):
        return event(notices=[{**NOTICE, "position": i + 1} for i in range(count)],
                     transitions=[{"kind": "suspend-accountability", "case": 1}])

    def run_of(self, position):
        return [f"{word} housing:{position} suspend-accountability 1" for word in ("start", "end")]

    def test_what_is_handled_once_is_neither_lost_nor_doubled(self):
        made = self.account(self.run_of(1) + self.run_of(2), self.told(2), event(1), event(2))
        self.assertEqual((made.summary["lost"], made.summary["doubled"], made.summary["handled"]), (0, 0, 2))
        self.assertEqual((made.summary["accepted"], made.summary["refused"]), (3, 2))

    def test_a_position_without_a_finished_run_is_lost(self):
        made = self.account(self.run_of(1) + self.run_of(2)[:1], self.told(2), event(1))
        self.assertEqual((made.summary["lost"], made.lost), (1, [("housing", 2)]))

    def test_a_second_run_whose_command_was_a_repeat_is_no_double(self):
        made = self.account(self.run_of(1) + self.run_of(1), self.told(1), event(1))
        self.assertEqual((made.summary["lost"], made.summary["doubled"], made.summary["handled"]), (0, 0, 1))

    def test_two_accepted_commands_of_one_notice_are_a_double(self):
        made = self.account(self.run_of(1), self.told(1), event(1), event(1))
        self.assertEqual((made.summary["doubled"], made.doubled), (1, [("housing", 1)]))

    def test_a_refused_command_of_a_notice_is_no_double(self):
        made = self.account(self.run_of(1), self.told(1), event(1), {**event(1), "answer": {"t": "refused"}})
        self.assertEqual((made.summary["doubled"], made.summary["refused"]), (0, 3))

    def test_a_monitor_that_counted_wrong_is_told(self):
        made = self.account(self.run_of(1), self.told(1))
        text = ('leeway_transitions_total{kind="suspend-accountability"} %d\nleeway_cases_opened_total 1\n'
                "leeway_cases_closed_total 1\nleeway_cases{procedure=\"y\",stage=\"archived\",department=\"d\"} 1\n"
                "leeway_unserved_notices 0\n")
        self.assertEqual(books.differences(books.figures(text % 1), made), [])
        self.assertEqual(len(books.differences(books.figures(text % 2), made)), 1)


if __name__ == "__main__":
    unittest.main()
