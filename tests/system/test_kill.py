"""SIGKILL of the daemon at moments of chance: nothing that was answered is lost, nothing is done twice."""

import os
import random
import unittest

import support
from support import leeway

COMMANDS = 240
KILLS = 6


class Kill(support.TownTest):
    def test_killed_in_a_stream_of_commands_it_loses_and_doubles_nothing(self):
        seed = int(os.environ.get("LEEWAY_SEED", random.SystemRandom().randrange(1 << 32)))
        chance = random.Random(seed)
        kills = sorted(chance.sample(range(1, COMMANDS), KILLS))
        with self.subTest(seed=seed):
            self.stream_of_commands(chance, kills)

    def stream_of_commands(self, chance, kills):
        organ, numbers = self.client("housing-clerk"), {}
        answered = {}
        for i in range(COMMANDS):
            id_ = leeway.uuid7()
            numbers[id_] = f"p-{i}"
            organ.send({"t": "command", "id": id_, "act": "record-proceeding", "procedure": "yinchuan",
                        "fields": {**support.PROCEEDING, "proceeding": f"p-{i}"}})
            if i in kills:
                for _ in range(chance.randrange(30)):  # some are answered, some are on their way
                    organ.pump(0.001)
                self.town.kill()
                self.town.start()
        for id_ in numbers:
            answered[id_] = organ.wait(id_)
        self.hold(organ, numbers, answered)

    def hold(self, organ, numbers, answered):
        cases = {answer["case"] for answer in answered.values()}
        self.assertEqual(len(cases), COMMANDS, "each command has a case of its own")
        for id_, answer in answered.items():  # the answers are remembered as they were given
            self.assertEqual(organ.ask("command", command=id_)["answer"]["case"], answer["case"])
        inspector = self.client("inspector")
        self.assertEqual(inspector.ask("status")["cases"], COMMANDS)
        transitions, page = [], [None]
        while page:
            page = inspector.ask("transitions", **{"from": len(transitions) + 1}, limit=500)["transitions"]
            transitions += page
        self.assertEqual([t["n"] for t in transitions], list(range(1, COMMANDS + 1)))
        self.assertEqual({t["case"] for t in transitions}, cases)

    def test_a_stream_is_read_whole_across_a_kill(self):
        organ = self.client("housing-clerk")
        stream = organ.stream("housing", "test")
        cases = [self.accepted(i) for i in range(1, 4)]
        got = [stream.next(support.LIMIT)]
        self.town.kill()
        self.town.start()
        cases += [self.accepted(i) for i in range(4, 7)]
        while len(got) < 6:
            notice = stream.next(support.LIMIT)
            self.assertIsNotNone(notice, "a notice after the kill")
            got.append(notice)
        self.assertEqual([n["position"] for n in got], [1, 2, 3, 4, 5, 6])
        self.assertEqual([n["case"] for n in got], cases)


if __name__ == "__main__":
    unittest.main()
