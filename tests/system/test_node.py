"""proto/examples/node against a running daemon. Its packages are those of LEEWAY_NODE (`./run check --all` installs them);
without them the test is skipped, which ctest tells, unless LEEWAY_NODE_MUST says that it may not be."""

import os
import pathlib
import shutil
import subprocess
import sys
import threading
import unittest

import support

EXAMPLE = support.SOURCE / "proto" / "examples" / "node"
PACKAGES = pathlib.Path(os.environ.get("LEEWAY_NODE", support.SOURCE / "build" / "node"))
SKIPPED = 77


class Node(support.TownTest):
    def desk(self, *arguments):
        """The example, where its packages are: it looks for them beside itself."""
        shutil.copy(EXAMPLE / "desk.mjs", PACKAGES)
        context = self.town.folder / "keys" / "housing.context"
        context.write_text(f"endpoint: {self.town.commands}\ntransitions: {self.town.transitions}\n"
                           "server-key: server.key.pub\nkey: housing-clerk.key\n")
        process = subprocess.Popen(["node", PACKAGES / "desk.mjs", context, "housing", *arguments], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()

        def end():
            process.kill()
            process.wait()
            reader.join()
            process.stdin.close()
            process.stdout.close()

        self.addCleanup(end)
        return process, lines

    def said(self, lines, line, seconds=support.LIMIT):
        support.until(f"{line!r} in {lines}", lambda: any(line in one for one in lines), seconds,
                      turn=lambda: self.client("discipline-clerk").pump(0.1))

    def test_it_subscribes_acknowledges_and_watches(self):
        first = self.accepted(1)
        process, lines = self.desk("node-desk")
        self.said(lines, f"notice 1 suspend-accountability case {first}")
        self.said(lines, "acknowledged 1")
        served = self.client("inspector").ask("served", case=first)["notices"]
        mine = next(one for one in served if one["stream"] == "housing")
        self.assertIn("received", mine)
        self.assertIn("done", mine)
        second = self.accepted(2)
        self.said(lines, f"notice 2 suspend-accountability case {second}")
        self.said(lines, f"application-accepted case {second}")
        self.town.kill()
        self.town.start()
        third = self.accepted(3)
        self.said(lines, f"notice 3 suspend-accountability case {third}", 60)
        self.said(lines, f"application-accepted case {third}", 60)
        self.said(lines, "acknowledged 3")
        self.assertEqual(sum(line.startswith("notice") for line in lines), 3, lines)
        shown = [int(line.split()[1]) for line in lines if line.startswith("transition")]
        self.assertEqual(shown, sorted(set(shown)), lines)
        process.stdin.close()
        self.assertEqual(process.wait(support.LIMIT), 0)

    def test_a_prefix_is_kept_to(self):
        _, lines = self.desk("node-watch", "application-received/")
        support.until("the first transition", lambda: any(line.startswith("transition") for line in lines),
                      turn=lambda: self.received(len(lines) + 1) and self.client("discipline-clerk").pump(0.5))
        self.assertTrue(all("application-received" in line for line in lines if line.startswith("transition")), lines)


if __name__ == "__main__":
    there = (PACKAGES / "node_modules" / "zeromq").is_dir() and shutil.which("node")
    if not there:
        print(f"SKIPPED: the example in Node was not run: node, or its packages in {PACKAGES.name}, are not there "
              "(./run check --all installs them)")
        sys.exit(1 if os.environ.get("LEEWAY_NODE_MUST") else SKIPPED)
    unittest.main()
