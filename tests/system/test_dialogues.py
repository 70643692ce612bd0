"""The dialogues of proto/vectors/dialogues against a running daemon, each with a town of its own: played by Python
(tests/python/dialogue.py) and by C (the program leeway-dialogue). Three are played at a time, for most of them wait."""

import concurrent.futures
import json
import os
import subprocess
import sys
import unittest

import support
import town

FOLDER = support.SOURCE / "proto" / "vectors" / "dialogues"
PLAYERS = {
    "python": [sys.executable, "-X", "utf8", support.SOURCE / "tests" / "python" / "dialogue.py"],
    "c": [os.environ.get("LEEWAY_DIALOGUE", support.SOURCE / "build" / "asan" / "bin" / "leeway-dialogue")],
}
PERSONS = [{"id": "p001", "unit": "water", "name": "当事人"}]
PRINCIPALS = {**support.PRINCIPALS, "stranger-watcher": ("water", ["act"]),
              "monitor": ("committee", ["monitor"])}


def play(player, file):
    """None, or what was not as it must be."""
    real = json.loads(file.read_text()).get("time") == "real"
    with town.Town(support.PROGRAMS, simulated=None if real else town.START) as one:
        one.start()
        one.settle(support.DEPARTMENTS, PRINCIPALS, PERSONS)
        one.admin("role-add", principal="person", subject="p001")
        one.admin("key-add", principal="person", key=one.new_key("person"))
        keys = {name: pair for name, pair in one.keys.items() if name != "server"}
        about = one.folder / "town.json"
        about.write_text(json.dumps({"command": one.commands, "transitions": one.transitions,
                                     "server": one.keys["server"][0], "keys": keys}))
        done = subprocess.run([*PLAYERS[player], about, file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=200)
        return f"{player}: {done.stdout[-3000:]}\n{one.log('leewayd', 15)}" if done.returncode else None


class Dialogues(unittest.TestCase):
    pass


def one_test(player, file):
    def test(self):
        wrong = self.future.result()
        if wrong:
            self.fail(wrong)
    test.play = player, file
    return test


for path in sorted(FOLDER.glob("*.json")):
    for name in PLAYERS:
        setattr(Dialogues, f"test_{path.stem.replace('-', '_')}_by_{name}", one_test(name, path))


def load_tests(loader, tests, pattern):
    """Begin with all that were chosen."""
    pool = concurrent.futures.ThreadPoolExecutor(3)
    for group in tests:
        for case in group:
            case.future = pool.submit(play, *getattr(case, case._testMethodName).play)
    return tests


if __name__ == "__main__":
    unittest.main()
