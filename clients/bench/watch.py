"""watch.py - what a process did between two moments: processor time of each of its threads, bytes written, memory"""

import os
import pathlib
import time

TICK = 1 / os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
ROLES = ("engine", "loop", "zmq io", "others")


def thread_times(process):
    """process: its folder in /proc. {number of the thread: (name, user seconds, kernel seconds)}"""
    found = {}
    for folder in (process / "task").iterdir():
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue  # it ended meanwhile
        fields = text[text.rindex(")") + 2:].split()
        name = text[text.index("(") + 1:text.rindex(")")]
        found[int(folder.name)] = name, int(fields[11]) * TICK, int(fields[12]) * TICK
    return found


def roles(threads, main):
    """Who is who: the loop is the main thread, libzmq names its own, the engine is whichever else worked most."""
    others = {n: user + kernel for n, (name, user, kernel) in threads.items()
              if n != main and not name.startswith("ZMQ")}
    engine = max(others, key=others.get) if others else None
    named = {n: "loop" if n == main else "engine" if n == engine else "zmq io" if name.startswith("ZMQ") else "others"
             for n, (name, _, _) in threads.items()}
    return named


class Watch:
    """One process. moment() is what it did so far; between() what it did from one to another."""

    def __init__(self, pid, proc="/proc"):
        self.pid, self.process = pid, pathlib.Path(proc) / str(pid)

    def moment(self):
        written = next((int(line.split()[1]) for line in (self.process / "io").read_text().splitlines()
                        if line.startswith("wchar")), 0)
        return {"time": time.monotonic(), "threads": thread_times(self.process), "written": written}

    def between(self, before, after):
        who = roles(after["threads"], self.pid)
        spent = {role: [0.0, 0.0] for role in ROLES}
        for n, (_, user, kernel) in after["threads"].items():
            _, user_was, kernel_was = before["threads"].get(n, ("", 0.0, 0.0))
            spent[who[n]][0] += user - user_was
            spent[who[n]][1] += kernel - kernel_was
        return {"seconds": after["time"] - before["time"], "spent": spent,
                "pages": (after["written"] - before["written"]) / PAGE}

    def memory(self, mapped):
        """(bytes resident beyond the pages of the file whose name ends so, bytes of these pages)"""
        ours = theirs = 0
        database = False
        for line in (self.process / "smaps").read_text().splitlines():
            word = line.split(" ")[0]
            if not word.endswith(":"):
                database = line.endswith(mapped)
            elif word == "Rss:":
                kib = int(line.split()[1])
                theirs, ours = (theirs + kib, ours) if database else (theirs, ours + kib)
        return ours * 1024, theirs * 1024
