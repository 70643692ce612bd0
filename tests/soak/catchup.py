#!/usr/bin/python3
"""catchup.py - many departments that were away catch up at the same time

The store is filled through the engine (leeway-fill), evenly: each department has its share of the notices. Then a
daemon is started on it, and the departments read their streams from the first notice on, each by libleeway over a
connection of its own, all in one process beside the daemon (leeway-soak-reader). The last line is one JSON object: the
seconds from the first connection to the last notice, the processor time that the daemon took for it, and the daemon's
own memory (without the pages of the store's file) before, at most, and after. Ends with 0 when every notice came, in
order, and that memory grew by less than 64 MiB.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from departments import SOURCE, SoakTown, say  # noqa: E402

GROWN_KIB = 64 * 1024
TICKS = os.sysconf("SC_CLK_TCK")


class CatchUpTown(SoakTown):
    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace("map-size: 1 GiB", "map-size: 64 GiB"))
        return path


class CatchUp:
    def __init__(self, o):
        self.o = o
        self.where = CatchUpTown(o.programs)
        self.most, self.over = 0, False

    def fill(self):
        """A store with the notices; a department that reads has a key."""
        self.where.start()
        self.where.daemon.terminate()
        self.where.daemon.wait()
        filled = subprocess.run(
            [self.o.fill, self.where.folder / "store", str(self.o.notices), str(self.o.departments), "relay"],
            stdout=subprocess.PIPE, text=True, check=True)
        say(f"filled: {filled.stdout.strip()}")
        self.where.start()
        client, sent = self.where.client("administrator"), []
        for i in range(self.o.departments):
            name = f"organ-{i:03}"
            fields = {"principal": name, "key": self.where.new_key(name)}
            sent.append(client.send({"t": "command", "act": "key-add", "fields": fields}))
        for id_ in sent:
            client.wait(id_)

    def memory(self):
        text = pathlib.Path(f"/proc/{self.where.daemon.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1))

    def processor(self):
        fields = pathlib.Path(f"/proc/{self.where.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def watch(self):
        while not self.over:
            self.most = max(self.most, self.memory())
            time.sleep(0.05)

    def run(self):
        self.fill()
        before, took = self.memory(), self.processor()
        watching = threading.Thread(target=self.watch)
        watching.start()
        reader = subprocess.Popen(
            [self.o.reader, self.where.commands, self.where.key_file("server").with_suffix(".key.pub"),
             self.where.folder / "keys", str(self.o.departments), str(self.o.notices)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        words = reader.stdout.readline().split()
        took = self.processor() - took
        reader.stdin.write("\n")
        reader.stdin.flush()
        received = reader.stdout.readline().split()
        code = reader.wait()
        self.over = True
        watching.join()
        if code or len(words) != 4:
            say("the readers did not get all")
            return 1
        seconds = float(words[3])
        found = {"notices": int(words[1]), "departments": self.o.departments, "seconds": round(seconds, 2),
                 "per_second": int(int(words[1]) / seconds), "daemon_seconds": round(took, 2),
                 "received_seconds": float(received[2]), "rss_kib_start": before, "rss_kib_most": self.most,
                 "rss_kib_end": self.memory()}
        print(json.dumps(found), flush=True)
        return 0 if self.most - before < GROWN_KIB else 1

    def end(self):
        self.over = True
        self.where.clear(False)


def main(arguments):
    parser = argparse.ArgumentParser(prog="./run soak catchup", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default=os.environ.get("LEEWAY_PROGRAMS", str(SOURCE / "build" / "bin")))
    parser.add_argument("--handler", help=argparse.SUPPRESS)
    parser.add_argument("--fill", default=None, help=argparse.SUPPRESS)
    parser.add_argument("--reader", default=None, help=argparse.SUPPRESS)
    parser.add_argument("--notices", type=int, default=1_000_000)
    parser.add_argument("--departments", type=int, default=200)
    o = parser.parse_args(arguments)
    tools = SOURCE / "build" / "release" / "bin"
    o.fill, o.reader = o.fill or tools / "leeway-fill", o.reader or tools / "leeway-soak-reader"
    catch_up = CatchUp(o)
    try:
        return catch_up.run()
    finally:
        catch_up.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
