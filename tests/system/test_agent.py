"""A department's agent, killed in the middle of its work: each notice is handled, and none is acted on twice."""

import collections
import json
import random
import signal
import unittest

import support

CASES = 24
KILLS = 5


class Agent(support.TownTest):
    def start_agent(self):
        self.town.start_agent("housing", "housing-clerk", self.town.programs / "leeway-demo-handler",
                              LEEWAY_DEMO_LOG=self.town.folder / "handled.log",
                              LEEWAY_DEMO_PLANS=self.town.folder / "plans")

    def kill_agent(self):
        self.town.agents["housing"].send_signal(signal.SIGKILL)
        self.town.agents["housing"].wait()

    def finished(self):
        log = self.town.folder / "handled.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return {line.split(" ")[1] for line in lines if line.startswith("end ")}

    def confirmations(self, cases):
        clerk = self.client("discipline-clerk")
        return collections.Counter(case for case in cases for event in clerk.each("history", "events", case=case)
                                   if event["act"] == "confirm-suspension")

    def test_a_killed_agent_handles_every_notice_and_doubles_none(self):
        chance, clerk = random.Random(), self.client("discipline-clerk")
        cases = [self.received(i + 1) for i in range(CASES)]
        for case in cases:
            (self.town.folder / "plans" / f"{case}.json").write_text(
                json.dumps({"suspend-accountability": {"act": "confirm-suspension"}}))
        self.start_agent()
        kills = set(chance.sample(cases, KILLS))
        for case in cases:
            clerk.command("accept", case=case)
            if case in kills:
                clerk.pump(chance.random() * 0.02)
                self.kill_agent()
                self.start_agent()
        inspector = self.client("inspector")
        support.until("all is handled", lambda: not inspector.ask("unserved", department="housing", limit=1)["total"],
                      turn=lambda: inspector.pump(0.05))
        self.assertEqual(self.finished(), {f"housing:{i + 1}" for i in range(CASES)})
        self.assertEqual(self.confirmations(cases), {case: 1 for case in cases})
        served = {n["position"]: n for case in cases for n in inspector.ask("served", case=case)["notices"]
                  if n["stream"] == "housing"}
        self.assertEqual(len([n for n in served.values() if n.get("received") and n.get("done")]), CASES)


if __name__ == "__main__":
    unittest.main()
