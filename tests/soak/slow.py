#!/usr/bin/python3
"""slow.py - what slow and silent subscribers cost the others, and the daemon

One reader of a department's stream measures how long a notice takes from the command to its arrival: alone, then
beside subscribers of the same stream of which half never read what they were promised to take (their process stands
still) and half beat but give no credit, then alone again. The last line is one JSON object with the latencies, their
ratio, and what the daemon's own memory grew by beside them once they had what their credit allows. Ends with 0 when
that is less than 1 MiB.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from departments import SOURCE, SoakTown, leeway  # noqa: E402

GROWN_KIB = 1024
CREDIT = 256  # of those who stand still


def others(address, server, public, secret, count, credit):
    """In a process of its own: subscribers that read now and then, and give no credit back."""
    clients = []
    for i in range(count):
        client = leeway.Leeway(address, server, public, secret)
        client.stream("d01", f"slow-{credit}-{i}", after=0, messages=credit)
        clients.append(client)
    while any(client.streams[0].session is None for client in clients):
        for client in clients:
            client.pump(0.001)
    print("open", flush=True)
    while True:
        time.sleep(1.0)
        for client in clients:
            client.pump()


class Bench:
    def __init__(self, o):
        self.o = o
        self.where = SoakTown(o.programs)
        self.slow = []

    def memory(self):
        text = pathlib.Path(f"/proc/{self.where.daemon.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1))

    def begin(self):
        self.where.start()
        departments = [{"id": f"d{i:02}", "name": f"部门{i}", "kind": "bureau"} for i in range(2)]
        self.where.settle(departments, {f"{d['id']}-clerk": (d["id"], ["act", "watch"]) for d in departments})
        self.clerk = self.where.client("d00-clerk")
        self.reader = self.where.client("d01-clerk")
        self.stream = self.reader.stream("d01", "measure")

    def measure(self):
        """Milliseconds from the command to the notice, sorted."""
        times = []
        for _ in range(self.o.notices):
            began = time.perf_counter()
            sent = self.clerk.send({"t": "command", "act": "open", "procedure": "relay", "fields": {"next-id": "d01"}})
            if self.stream.next(30.0) is None:
                raise SystemExit("a notice did not come")
            times.append((time.perf_counter() - began) * 1000)
            self.clerk.wait(sent)
        return sorted(times)

    def add_others(self):
        public, secret = self.where.keys["d01-clerk"]
        for credit in (CREDIT, 1):
            process = subprocess.Popen(
                [sys.executable, "-X", "utf8", __file__, "--others", str(self.o.others // 2), str(credit),
                 self.where.commands, self.where.keys["server"][0], public],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdin.write(secret + "\n")
            process.stdin.flush()
            process.stdout.readline()
            self.slow.append(process)
        self.slow[0].send_signal(signal.SIGSTOP)

    def run(self):
        self.begin()
        self.measure()  # warm
        alone = self.measure()
        self.add_others()
        self.measure()  # they get what their credit allows
        memory = self.memory()
        beside = self.measure()
        grown = self.memory() - memory
        for process in self.slow:
            process.kill()
        alone = sorted(alone + self.measure())
        found = {"notices": self.o.notices, "others": self.o.others,
                 "alone_ms": round(statistics.median(alone), 3), "beside_ms": round(statistics.median(beside), 3),
                 "alone_p99_ms": round(alone[len(alone) * 99 // 100], 3),
                 "beside_p99_ms": round(beside[len(beside) * 99 // 100], 3),
                 "ratio": round(statistics.median(beside) / statistics.median(alone), 3),
                 "grown_kib": grown}
        print(json.dumps(found), flush=True)
        return 0 if grown < GROWN_KIB else 1

    def end(self):
        for process in self.slow:
            process.kill()
            process.wait()
        self.where.clear(False)


def main(arguments):
    if arguments[:1] == ["--others"]:
        count, credit, address, server, public = arguments[1:]
        others(address, server, public, sys.stdin.readline().strip(), int(count), int(credit))
        return 0
    parser = argparse.ArgumentParser(prog="./run soak slow", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default=os.environ.get("LEEWAY_PROGRAMS", str(SOURCE / "build" / "bin")))
    parser.add_argument("--handler", help=argparse.SUPPRESS)
    parser.add_argument("--notices", type=int, default=3000)
    parser.add_argument("--others", type=int, default=50)
    bench = Bench(parser.parse_args(arguments))
    try:
        return bench.run()
    finally:
        bench.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
