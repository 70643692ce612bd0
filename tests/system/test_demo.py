"""The demonstration itself, smaller, with kills: its summary is what it must be."""

import json
import subprocess
import sys
import unittest

import support


class Demo(unittest.TestCase):
    def demo(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-X", "utf8", support.SOURCE / "clients" / "demo" / "demo.py", "--programs",
             support.PROGRAMS, "--json", *arguments], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(done.stdout.splitlines()[-1])

    def test_nothing_is_lost_or_done_twice_though_the_daemon_is_killed(self):
        summary = self.demo("--kill", "--cases", "48", "--seed", "7")
        self.assertEqual((summary["cases"], summary["lost"], summary["doubled"]), (48, 0, 0))
        self.assertEqual(summary["published"], summary["handled"])
        self.assertEqual(sum(summary["outcomes"].values()), 48)


if __name__ == "__main__":
    unittest.main()
