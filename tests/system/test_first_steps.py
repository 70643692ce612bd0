"""docs/first-steps.md: each of its commands is run, in order, in one shell, and prints what the page says.

Dates, moments, keys, hashes and numbers of events differ each time and are compared as such; `...` stands for anything, on a line of its own
for any number of lines. `test_first_steps.py --write` writes what is printed into the page.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import support
import town

PAGE = support.SOURCE / "docs" / "first-steps.md"
END = "--- end of a command ---"


class Step:
    """A command of the page and what it prints there."""

    def __init__(self, number, command):
        self.number, self.command, self.printed = number, command, []


def read_page(text):
    """The steps of all blocks marked `console`."""
    steps, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif inside and line.startswith("> "):
            steps[-1].command += "\n" + line[2:]
        elif inside:
            steps[-1].printed.append(line)
    return steps


def write_page(text, steps, outputs):
    """The page with what was printed in place of what it says."""
    lines, inside, printed = [], False, {step.number: out for step, out in zip(steps, outputs)}
    pending = []
    for number, line in enumerate(text.splitlines(), 1):
        if inside and (line.startswith("```") or line.startswith("$ ")):
            lines += pending
            pending = []
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            pending = printed[number]
        elif inside and not line.startswith("> "):
            continue
        lines.append(line)
    return "\n".join(lines) + "\n"


def alike(line):
    """A line without what differs each time."""
    line = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID", line)
    line = re.sub(r"\b[0-9a-f]{16,64}\b", "HASH", line)
    line = re.sub(r"^public  \S{40}$", "public KEY", line)
    line = re.sub(r"\b20\d\d-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", "DATE", line)
    line = re.sub(r"^ *DATE +(\d+|-|·) .*", "A DAY AND ITS COUNT", line)  # of `case explain`: by the weekday of today
    line = re.sub(r"\b\d\d+\b", "N", line)  # numbers of events: reports of the agent come between
    return " ".join(line.replace("provisional", "").split())


def matches(expected, printed):
    """Does what was printed match the page, with its `...`?"""
    pattern = "".join(".*" if line.strip() == "..." else
                      ".*".join(re.escape(alike(part)) for part in line.split("...")) + r" *\n" for line in expected)
    return re.fullmatch(pattern, "".join(alike(line) + "\n" for line in printed), re.DOTALL) is not None


class Shell:
    """One bash with the programs in its path, in a home of its own; its processes end with it."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="leeway-steps-"))
        self.ports = town.free_ports(2)
        path = f"{pathlib.Path(support.PROGRAMS).resolve()}:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "bash", "--noprofile", "--norc"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", cwd=self.home,
            start_new_session=True,
            env={**os.environ, "HOME": str(self.home), "PATH": path, "LEEWAY": str(support.SOURCE),
                 "LC_ALL": "C.UTF-8", "LEEWAY_CONTEXT": ""})

    def run(self, command):
        """The lines that it prints, with our ports as those of the page."""
        for own, port in zip(self.ports, ("7400", "7401")):
            command = command.replace(f":{port}", f":{own}")
        self.process.stdin.write(f"{command}\necho; echo '{END}'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n") == END:
                break
            lines.append(line.rstrip())
        while lines and not lines[-1]:
            lines.pop()
        text = "\n".join(lines).replace(str(self.home), "~").replace(str(support.SOURCE), "$LEEWAY")
        for own, port in zip(self.ports, ("7400", "7401")):
            text = text.replace(f":{own}", f":{port}")
        return text.split("\n") if text else []

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class FirstSteps(unittest.TestCase):
    def test_the_page_can_be_followed_to_its_end(self):
        shell = Shell()
        self.addCleanup(shell.close)
        signal.alarm(240)  # a step that waits for what never comes
        for step in read_page(PAGE.read_text(encoding="utf-8")):
            printed = shell.run(step.command)
            if not matches(step.printed, printed):
                self.fail("line {}: {}\nthe page says:\n{}\nprinted (--write takes it over):\n{}".format(
                    step.number, step.command, "\n".join(step.printed), "\n".join(printed)))
        signal.alarm(0)


def write():
    shell, text = Shell(), PAGE.read_text(encoding="utf-8")
    steps = read_page(text)
    try:
        PAGE.write_text(write_page(text, steps, [shell.run(step.command) for step in steps]), encoding="utf-8")
    finally:
        shell.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
