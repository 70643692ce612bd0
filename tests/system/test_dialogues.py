"""The dialogues of proto/vectors/dialogues against a running daemon, each with a town of its own: played by Python
(tests/python/dialogue.py) and by C (the program leeway-dialogue)."""

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


class Dialogues(unittest.TestCase):
    def play(self, player, file):
        dialogue = json.loads(file.read_text())
        real = dialogue.get("time") == "real"
        with town.Town(support.PROGRAMS, simulated=None if real else town.START) as one:
            one.start()
            one.settle(support.DEPARTMENTS, {**support.PRINCIPALS, "stranger-watcher": ("water", ["act"])},
                       persons=[{"id": "p001", "unit": "water", "name": "当事人"}])
            keys = {name: pair for name, pair in one.keys.items() if name != "server"}
            about = one.folder / "town.json"
            about.write_text(json.dumps({"command": one.commands, "transitions": one.transitions,
                                         "server": one.keys["server"][0], "keys": keys}))
            done = subprocess.run([*PLAYERS[player], about, file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, check=False, timeout=120)
            if done.returncode:
                self.fail(f"{player}: {done.stdout[-3000:]}\n{one.log('leewayd', 15)}")


def one_test(player, file):
    return lambda self: self.play(player, file)


for path in sorted(FOLDER.glob("*.json")):
    for name in PLAYERS:
        setattr(Dialogues, f"test_{path.stem.replace('-', '_')}_by_{name}", one_test(name, path))

if __name__ == "__main__":
    unittest.main()
