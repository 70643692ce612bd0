"""bench.py - what Leeway does in a second, beside its limits and its rivals, in one run

    bench.py --programs DIR --fill PROGRAM --load PROGRAM --limits PROGRAM [--quick] [--cases N] [--vs redis,postgres,restate]
             [--runs N] [--json FILE]

Every figure is told as smallest/median/largest of several runs, as a table and, with --json, as one JSON object with the
machine and the settings. The daemon is the release program, its sockets are CURVE, every answer is durable, the measure is
Yinchuan's with all notices and indexes. What is measured runs in turn: the daemon, then its limits, then each rival, and again.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "demo"))
import rivals  # noqa: E402
from town import SOURCE, Town, end  # noqa: E402

SEATS = {"organ": "organ-000", "receiver": "discipline", "publicity": "publicity"}
MOST = 128  # clerks of each seat: half of all clients are the receiver's
DEPARTMENTS = [("committee", "市委", "party-committee", None), ("discipline", "市纪委监委", "discipline", "committee"),
               ("works", "市住建局", "bureau", "committee"), ("organ-000", "市财政局", "bureau", "committee"),
               ("publicity", "市委宣传部", "publicity", "committee"), ("audit", "市审计局", "audit", "committee"),
               ("organisation", "市委组织部", "organisation", "committee")]
WIDTHS = [(1, 1), (16, 1), (64, 1), (256, 1), (64, 16)]


class BenchTown(Town):
    """A daemon whose store may grow, and the keys of the clerks."""

    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace("map-size: 1 GiB", "map-size: 256 GiB"))
        return path

    def people(self):
        fields = [{"id": i, "name": n, "kind": k, **({"superior": s} if s else {})} for i, n, k, s in DEPARTMENTS]
        self.settle(fields, {"reader": ("committee", ["watch", "inspect"])})
        names = [(f"{seat}-{i}", (department, ["act", "enter"])) for i in range(MOST)
                 for seat, department in SEATS.items()]
        for at in range(0, len(names), 60):  # a principal may not have more on its way
            self.settle([], dict(names[at:at + 60]))
        self.paper = self.client("receiver-0").put_paper("容错免责申请书".encode())
        self.paper = self.paper if isinstance(self.paper, str) else self.paper.hex()
        lines = (" ".join(self.keys[f"{seat}-{i}"]) + "\n" for i in range(MOST) for seat in SEATS)
        path = self.folder / "load.keys"
        path.touch(mode=0o600)
        path.write_text("".join(lines))

    def rest(self):
        """The daemon alone ends, so that its store can be worked on."""
        self.clients.pop("administrator").close()
        fine = end(self.daemon, 60)
        self.daemon = None
        return fine

    def size(self):
        return (self.folder / "store" / "data.mdb").stat().st_blocks * 512


class Bench:
    def __init__(self, options):
        self.o, self.rows, self.serial, self.first = options, {}, 1, 1
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leeway-bench-", dir=options.folder))
        self.folder.chmod(0o711)
        self.seconds, self.warm = (5, 1) if options.quick else (60, 5)

    # ---- figures ----

    def note(self, name, value, unit, digits=0):
        row = self.rows.setdefault(name, {"unit": unit, "digits": digits, "runs": []})
        row["runs"].append(round(value, 6))

    def told(self, name, of):
        """A load's answer as figures."""
        if of is None:
            return
        self.note(name, of["per_second"], "/s")
        for key in ("p50_us", "p99_us", "p999_us"):
            if of.get(key) is not None:
                self.note(f"{name} {key[:-3]}", of[key], "us")

    def median(self, name):
        return statistics.median(self.rows[name]["runs"]) if name in self.rows else None

    # ---- the daemon ----

    def load(self, town, clients, depth, **more):
        command = [self.o.load, "--endpoint", town.commands, "--server-key", town.keys["server"][0], "--keys",
                   town.folder / "load.keys", "--clients", clients, "--depth", depth, "--warm", self.warm, "--seconds",
                   self.seconds, "--serial", self.serial, "--paper", town.paper]
        for name, value in more.items():
            command += [f"--{name}", value]
        self.serial += 10_000_000
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True,
                              stdin=subprocess.DEVNULL)
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, town):
        begun = time.perf_counter()
        town.start(600)
        return time.perf_counter() - begun

    def prepare(self):
        """A town with as many open cases as are wished."""
        (self.folder / "town").mkdir()
        town = BenchTown(self.o.programs, folder=self.folder / "town")
        self.start(town)
        town.people()
        if self.o.cases:
            town.rest()
            out = subprocess.run([str(p) for p in (self.o.fill, town.folder / "store", self.o.cases, 1)], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout.split()
            self.note(f"filled with {self.o.cases:,} cases through the engine, events", float(out[3]) / float(out[5]), "/s")
            self.start(town)
        return town

    def commands(self, town):
        for clients, depth in WIDTHS:
            self.told(f"leeway {clients} x {depth}", self.load(town, clients, depth))

    def handlers(self, town):
        """From command and from durable to a subscriber's handler, at half of what 64 clients reach."""
        half = int((self.median("leeway 64 x 1") or 2000) / 2)
        told = self.load(town, 64, 4, rate=half, listen="discipline", **{"listen-key": town.key_file("receiver-0")})
        for what in ("handler", "durable"):
            for key in ("p50", "p99", "p999"):
                name = "from command to handler" if what == "handler" else "from durable to handler"
                self.note(f"{name}, half load, {key}", told[f"{what}_{key}_us"], "us")

    def memory(self, town):
        ours = mapped = 0
        database = False
        for line in pathlib.Path(f"/proc/{town.daemon.pid}/smaps").read_text().splitlines():
            if not line[0].isupper() or ":" not in line.split(" ")[0]:
                database = "data.mdb" in line
            elif line.startswith("Rss:"):
                kib = int(line.split()[1])
                mapped, ours = (mapped + kib, ours) if database else (mapped, ours + kib)
        self.note("resident beyond mapped pages", ours / 1024, "MiB", 1)

    def starts(self, town):
        events = town.client("administrator").ask("status").get("events", 0)
        label = f"{events:,} events" if events else "this store"
        town.rest()
        self.note(f"start after a clean stop, {label}", self.start(town), "s", 3)
        town.clients.pop("administrator").close()
        town.kill()
        self.note(f"start after SIGKILL, {label}", self.start(town), "s", 3)

    def bytes_of_a_case(self, town):
        before = town.size()
        answer = self.load(town, 64, 16)
        cases = max(1, answer["accepted"] / 12)
        self.note("bytes on disk for a case of 12 events", (town.size() - before) / cases, "bytes")

    # ---- all of it ----

    def run(self):
        for turn in range(self.o.runs):
            print(f"==> run {turn + 1} of {self.o.runs}", file=sys.stderr, flush=True)
            town = self.prepare()
            try:
                self.commands(town)
                self.handlers(town)
                self.memory(town)
                self.bytes_of_a_case(town)
                self.starts(town)
            finally:
                town.stop()
            shutil.rmtree(self.folder / "town", ignore_errors=True)
            self.limits()
            for name in self.o.vs:
                self.rival(name)
        self.ratios()

    def limits(self):
        for line in subprocess.run([self.o.limits, str(self.folder), "2" if self.o.quick else "10", str(SOURCE / "config")], check=True,
                                   stdout=subprocess.PIPE, text=True).stdout.splitlines():
            row = json.loads(line)
            self.note(row["name"], row["value"], row["unit"], 1)

    def rival(self, name):
        seconds = self.seconds
        try:
            one = rivals.ALL[name](self.folder / f"{name}-{time.monotonic_ns()}")
        except rivals.Absent as why:
            print(f"{name} is not measured: {why}", file=sys.stderr)
            return
        try:
            for clients, known in one.known.items():
                self.told(f"{name} simple {clients} x 1", one.simple(clients, seconds))
                self.rows[f"{name} simple {clients} x 1"]["known"] = known
            for work in one.works:
                for clients, depth in WIDTHS:
                    if clients <= 64:
                        self.told(f"{work} {clients} x {depth}", one.step(work, clients, depth, seconds))
        finally:
            one.stop()

    def ratios(self):
        """Pair by pair: each run of ours by the rival's of the same turn; only of a rival that ran as well as it can."""
        for rival in (rivals.ALL[name] for name in self.o.vs):
            short = [f"{clients} client{'s' * (clients > 1)}: {self.median(f'{rival.name} simple {clients} x 1') or 0:.0f}/s of "
                     f"{known}/s" for clients, known in rival.known.items()
                     if (self.median(f"{rival.name} simple {clients} x 1") or 0) < 0.9 * known]
            if short:
                print(f"no ratio to {rival.name}: on the simple transition it reached only {', '.join(short)}",
                      file=sys.stderr)
                continue
            for work in rival.works:
                for clients, depth in WIDTHS:
                    ours, theirs = (self.rows.get(f"{who} {clients} x {depth}", {}).get("runs", [])
                                    for who in ("leeway", work))
                    for a, b in zip(ours, theirs):
                        self.note(f"leeway / {work}, {clients} x {depth}", a / b, "x", 2)

    # ---- the report ----

    def machine(self):
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                      if line.startswith("model name")), platform.machine())
        return {"cpus": os.cpu_count(), "model": model, "kernel": platform.release(),
                "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
                "load_before": os.getloadavg()[0], "seconds": self.seconds, "warm_up": self.warm,
                "sustained": not self.o.quick, "cases": self.o.cases, "runs": self.o.runs}

    def report(self, machine):
        kind = "sustained" if machine["sustained"] else "NOT sustained (--quick)"
        print(f"{machine['cpus']} cores, {machine['model']}, Linux {machine['kernel']}; {kind}, {self.seconds} s after "
              f"{self.warm} s of warm-up; {self.o.cases:,} cases before; load of the machine before: "
              f"{machine['load_before']:.1f}")
        print(f"{'':58} {'smallest':>12} {'median':>12} {'largest':>12}")
        for name, row in self.rows.items():
            runs, digits = row["runs"], row["digits"]
            cells = (f"{v:,.{digits}f}" for v in (min(runs), statistics.median(runs), max(runs)))
            print(f"{name:58} {' '.join(f'{cell:>12}' for cell in cells)} {row['unit']}")


def main():
    p = argparse.ArgumentParser(description="What Leeway does in a second, beside its limits and its rivals.")
    for name in ("programs", "fill", "load", "limits"):
        p.add_argument(f"--{name}", required=True)
    p.add_argument("--quick", action="store_true", help="5 s for each figure: not sustained, and says so")
    p.add_argument("--cases", type=int, default=100_000, help="open cases in the store before")
    p.add_argument("--vs", default="", help="rivals: redis,postgres,restate")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--json", help="a file for the figures")
    p.add_argument("--folder", help="where stores are put (a disk that is a disk)", default=None)
    o = p.parse_args()
    o.vs = [name for name in o.vs.split(",") if name]
    unknown = [name for name in o.vs if name not in rivals.ALL]
    if unknown:
        p.error(f"no such rival: {', '.join(unknown)} (there are {', '.join(rivals.ALL)})")
    bench = Bench(o)
    machine = bench.machine()
    try:
        bench.run()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    bench.report(machine)
    if o.json:
        pathlib.Path(o.json).write_text(json.dumps({"machine": machine, "figures": bench.rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
