"""test_bench.py - the benchmark's programs against a daemon, each for a second: what they do, not how fast"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "clients" / "bench"))
import bench_town  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("LEEWAY_PROGRAMS", str(SOURCE / "build" / "asan" / "bin")))
CASES = 200


class BenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="leeway-bench-test-")
        cls.town = bench_town.BenchTown(PROGRAMS, PROGRAMS / "leeway-fill", pathlib.Path(cls.holder.name) / "town")
        cls.addClassCleanup(cls.holder.cleanup)
        cls.addClassCleanup(cls.town.stop)
        cls.town.timed_start()
        cls.town.people()
        cls.town.filled(CASES)
        cls.serial = 0

    def load(self, clients, depth, **more):
        BenchTest.serial += 1_000_000
        told = self.town.load(clients, depth, warm=0, seconds=1, serial=self.serial, **more)
        self.assertEqual(told["refused"], 0)
        self.assertGreater(told["accepted"], 0)
        return told

    def test_commands_by_one_and_by_many(self):
        for clients, depth in ((1, 1), (7, 3)):
            before = self.town.status()["number"]
            told = self.load(clients, depth)
            self.assertGreaterEqual(self.town.status()["number"] - before, told["accepted"])
            self.assertGreater(told["where"]["batches"], 0)
            self.assertGreater(told["where"]["pages"], 0)
            self.assertLessEqual(told["p50_us"], told["p999_us"])

    def test_cases_of_the_store_are_taken_over(self):
        before = self.town.status()
        told = self.load(12, 4, hot=CASES // 2, count=CASES // 2, adopt=1, stride=2)
        after = self.town.status()
        opened = after["cases"] - before["cases"]
        self.assertLess(opened, told["accepted"])  # nine acts of each are left

    def test_handlers_and_questions_by_the_clock(self):
        told = self.load(8, 4, rate=100, listen="discipline", listen_key=self.town.key_file("receiver-0"),
                         ask_rate=200, **self.town.asking())
        self.assertLessEqual(told["accepted"], 101)
        self.assertGreater(told["notices"], 0)
        self.assertGreater(told["beside_max_us"], 0)
        for kind in ("case", "inbox", "list", "search"):
            self.assertGreater(told[f"{kind}_max_us"], 0)

    def test_a_stream_is_drained(self):
        self.assertGreaterEqual(self.town.drain("discipline", "receiver-0")["notices"], CASES)

    def test_starts_after_a_kill_and_anew(self):
        self.town.die(900_000_000)
        self.assertGreater(self.town.timed_start(), 0)
        number = self.town.status()["number"]
        self.town.forget()
        self.town.timed_start()
        self.assertEqual(self.town.status()["number"], number)
        self.load(4, 2)
        ours, _ = self.town.memory()
        self.assertGreater(ours, 0)


class JournalTest(unittest.TestCase):
    def test_a_journal_before_lmdb(self):
        with tempfile.TemporaryDirectory(prefix="leeway-bench-test-") as folder:
            out = subprocess.run([PROGRAMS / "leeway-bench-journal", folder, "1", SOURCE / "config", "16"], check=True, text=True,
                                 stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=120).stdout
            self.assertEqual(os.listdir(folder), [])
        told = {row["name"]: row["value"] for row in map(json.loads, out.splitlines())}
        for name in ("events folded anew on a store in memory", "commits as the daemon's, batches of 16",
                     "a journal before LMDB, batches of 16", "a journal before LMDB, batches of 16: lag, mean of fifth 5",
                     "a journal before LMDB, batches of 16: a start behind the largest lag", "a journal alone, batches of 16"):
            self.assertGreater(told[name], 0, name)
        self.assertLessEqual(told["a journal before LMDB, batches of 16: lag, largest"], 8192)


if __name__ == "__main__":
    unittest.main()
