#!/usr/bin/python3
"""test_plants.py - the soak finds each of the faults that a test build can have"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def soak(plant):
    """Exit code and the account of a short soak with the fault in it."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(HERE / "departments.py"), "--plant", plant, "--seconds", "10", "--agents",
         "40", "--departments", "20", "--hurts", "4", "--settle", "8"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, env=os.environ)
    try:
        return done.returncode, json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise AssertionError(f"the soak gave no account: {done.stderr}") from None


class Plants(unittest.TestCase):
    def test_a_daemon_that_forgets_its_answers_is_found_to_double(self):
        code, account = soak("skip-dedupe")
        self.assertEqual(code, 1)
        self.assertGreater(account["doubled"], 0)

    def test_an_agent_that_reports_too_early_is_found_to_lose(self):
        code, account = soak("ack-early")
        self.assertEqual(code, 1)
        self.assertGreater(account["lost"], 0)

    def test_an_agent_that_loses_a_notice_is_found_out(self):
        code, account = soak("drop-one")
        self.assertEqual(code, 1)
        self.assertGreater(account["lost"], 0)


if __name__ == "__main__":
    unittest.main()
