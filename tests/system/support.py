"""support.py - a small town for a test: a daemon, five departments, and a case when one is wanted

The programs are those of LEEWAY_PROGRAMS, or of build/asan. Nothing here sleeps: a wait is for an event, with a limit.
"""

import os
import pathlib
import sys
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "clients" / "demo"))
import town  # noqa: E402

leeway = town.leeway
PROGRAMS = os.environ.get("LEEWAY_PROGRAMS", str(SOURCE / "build" / "asan" / "bin"))
LIMIT = 30.0
TODAY = "2026-01-05"

DEPARTMENTS = [
    {"id": "committee", "name": "市委", "kind": "party-committee"},
    {"id": "discipline", "name": "市纪委监委", "kind": "discipline", "superior": "committee"},
    {"id": "organisation", "name": "市委组织部", "kind": "organisation", "superior": "committee"},
    {"id": "audit", "name": "市审计局", "kind": "audit", "superior": "committee"},
    {"id": "publicity", "name": "市委宣传部", "kind": "publicity", "superior": "committee"},
    {"id": "housing", "name": "市住建局", "kind": "bureau", "superior": "committee"},
    {"id": "water", "name": "市水务局", "kind": "bureau", "superior": "committee"},
]
CLERK = ["act", "enter", "watch"]
PRINCIPALS = {
    "discipline-clerk": ("discipline", CLERK),
    "discipline-head": ("discipline", ["act", "approve", "watch"]),
    "housing-clerk": ("housing", CLERK),
    "water-clerk": ("water", CLERK),
    "audit-reader": ("audit", ["watch"]),
    "inspector": ("committee", ["inspect", "watch"]),
}
PROCEEDING = {
    "proceeding": "p-1", "started": "2026-01-04", "subject": "p001", "subject-name": "当事人",
    "subject-category": "administrative-organ", "subject-standing": "state-functionary", "subject-unit-id": "water",
    "lead": [{"covered": True, "source": "inspection", "matter": "工程变更未经批准"}],
}
APPLICATION = {"applicant-kind": "person", "receiver-id": "discipline", "grounds": "出于公心。"}


def until(what, seen, limit=LIMIT, turn=None):
    """Call seen() until it is true; turn() lets something happen in between."""
    end = time.monotonic() + limit
    while True:
        found = seen()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit} s: {what}")
        if turn:
            turn()


class TownTest(unittest.TestCase):
    """Each test has a town of its own."""

    def setUp(self):
        self.town = town.Town(PROGRAMS)
        self.addCleanup(self.take_down)
        self.town.start()
        self.town.settle(DEPARTMENTS, PRINCIPALS)

    def take_down(self):
        log = self.town.log("leewayd", 60)
        fine = self.town.stop()
        if not fine:
            self.fail(f"the daemon did not end as it should:\n{log}")

    def client(self, principal):
        return self.town.client(principal)

    def refused(self, kind, call, *arguments, **keys):
        with self.assertRaises(leeway.Refused) as caught:
            call(*arguments, **keys)
        self.assertEqual(caught.exception.kind, kind, caught.exception)
        return caught.exception

    def proceeding(self, serial=1):
        """The number of a case that has a proceeding."""
        fields = {**PROCEEDING, "proceeding": f"p-{serial}"}
        return self.client("housing-clerk").command("record-proceeding", procedure="yinchuan", fields=fields)["case"]

    def received(self, serial=1):
        """The number of a case whose application lies with the discipline department."""
        case = self.proceeding(serial)
        clerk = self.client("discipline-clerk")
        clerk.command("apply", case=case, fields=APPLICATION, by={"party": "applicant"},
                      papers={"application": [clerk.put_paper(f"申请书 {serial}".encode())]})
        return case

    def withdraw(self, case):
        """The person takes the application back, on a paper that the discipline department enters."""
        clerk = self.client("discipline-clerk")
        clerk.command("withdraw", case=case, fields={"withdrawal-reason": "不再申请"}, by={"party": "applicant"},
                      second="discipline-head", papers={"signed": [clerk.put_paper("撤回申请书".encode())]})

    def accepted(self, serial=1):
        case = self.received(serial)
        self.client("discipline-clerk").command("accept", case=case)
        return case
