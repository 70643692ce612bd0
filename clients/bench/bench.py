"""bench.py - what Leeway does in a second, beside its limits and its rivals, in one run

    bench.py --programs DIR --fill PROGRAM [--quick] [--cases N[,N]] [--vs redis,postgres,restate] [--runs N]
             [--only PARTS] [--json FILE] [--markdown FILE] [--flame FILE]

Every figure is told as smallest/median/largest of several runs, as a table, with --json as one JSON object with the
machine and the settings, with --markdown as tables for a document. The daemon is the release program, its sockets are
CURVE, every answer is durable, the measure is Yinchuan's with all notices and indexes. What is measured runs in turn:
the daemon, then its limits, then each rival, and again. docs/performance.md tells how each figure is taken.
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

from bench_town import SOURCE, BenchTown, NoRoom, disk_of, room_for  # it tells where the town is, so it comes first
import figures
import flame
import rivals
from watch import PAGE, ROLES, roles, thread_times

WIDTHS = [(1, 1), (16, 1), (64, 1), (256, 1), (64, 16)]
LATENCIES = {"p50": "p50", "p99": "p99", "p999": "p99.9", "max": "max"}
HOT = 10_000
HOTTEST, COLDEST = "the newest", "any of all"
BUSY = 0.7  # a load of the machine above which figures are doubtful
ASKED = {"case": "one case", "inbox": "an inbox, 100 tasks", "list": "a list of 100 cases by filter",
         "search": "a search that fits nothing"}
PARTS = ("commands", "half", "catchup", "starts", "hot", "limits", "journal", "rivals")
COMMANDS, WHERE, HALF = "Commands", "Where the time of a command goes", "Half load"
QUESTIONS, STORE, HOTSET, LIMITS = "Questions at half load", "Streams, starts, memory, disk", "64 x 16, 10,000 cases under way", "Limits"
JOURNAL = "A journal in front of LMDB"
RIVALS, RATIOS = "Rivals", "Ratios, pair by pair"


class Bench:
    def __init__(self, options):
        self.o, self.f, self.serial = options, figures.Figures(), 1
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leeway-bench-", dir=options.folder))
        self.folder.chmod(0o711)
        self.seconds = options.seconds or (5 if options.quick else 60)
        self.warm = 1 if options.quick else 5
        self.batches = None  # sizes for the limits, as the first run had them
        self.loads, self.large, self.remarks = [], {}, []

    def remark(self, text):
        """What a reader of the figures must know; each once."""
        if text not in self.remarks:
            self.remarks.append(text)
            print(text, file=sys.stderr, flush=True)

    def wants(self, part):
        return part in self.o.only

    def load(self, town, clients, depth, **more):
        self.serial += 20_000_000
        told = town.load(clients, depth, warm=self.warm, seconds=self.seconds, serial=self.serial, **more)
        if not told["accepted"]:
            self.remark(f"no command of {clients} x {depth} was accepted in {self.seconds} s: did the disk stand still?")
        if told["refused"]:
            self.remark(f"{told['refused']:,} commands of {clients} x {depth} were refused, so its figures are not what they are called")
        return told

    def told(self, group, name, of, prefix=""):
        """A load's answer as figures."""
        for key, shown in LATENCIES.items():
            if of.get(f"{prefix}{key}_us") is not None:
                self.f.note(group, f"{name}, {shown}", of[f"{prefix}{key}_us"], "us")

    def rate(self, group, name, of):
        if of is not None:
            self.f.note(group, name, of["per_second"], "/s")
            self.told(group, name, of)

    def where(self, name, told):
        """What a command cost, by thread; what it wrote; how many shared a commit."""
        where, n = told["where"], max(1, told["accepted"])
        for role in ROLES[:3]:
            for part, seconds in zip(("user", "kernel"), where["spent"][role]):
                self.f.note(WHERE, f"{name}: {role}, {part}", seconds * 1e6 / n, "us", 1)
        self.f.note(WHERE, f"{name}: the load itself", (told["user_s"] + told["system_s"]) * 1e6 / n, "us", 1)
        self.f.note(WHERE, f"{name}: the engine's thread is busy", 100 * sum(where["spent"]["engine"]) / where["seconds"], "%", 0)
        self.f.note(WHERE, f"{name}: pages written", where["pages"] / n, "pages", 2)
        self.f.note(WHERE, f"{name}: commits", where["batches"] / where["seconds"], "/s")
        self.f.note(WHERE, f"{name}: commands in a batch", n / max(1, where["batches"]), "", 1)

    # ---- the daemon ----

    def town(self, name, cases):
        """A town with as many open cases as are wished."""
        town = BenchTown(self.o.programs, self.o.fill, self.folder / name)
        try:
            town.timed_start()
            town.people()
            if cases:
                before, rate = town.size(), town.filled(cases)
                self.f.note(STORE, f"filled with {cases:,} cases through the engine, events", rate, "/s")
                self.f.note(STORE, "bytes on disk for an open case of 3 events", (town.size() - before) / cases, "bytes")
        except BaseException:
            town.stop()
            raise
        return town

    def commands(self, town):
        for clients, depth in WIDTHS:
            told = self.load(town, clients, depth)
            self.rate(COMMANDS, f"leeway {clients} x {depth}", told)
            if told["accepted"]:
                self.where(f"{clients} x {depth}", told)
        ours, mapped = town.memory()
        self.f.note(STORE, "resident beyond mapped pages, after load", ours / 2**20, "MiB", 1)
        self.f.note(STORE, "resident pages of the store's file", mapped / 2**20, "MiB")
        # of the last width: as many cases end as begin
        self.f.note(STORE, "bytes on disk for a case of 12 events",
                    12 * told["where"]["bytes"] / max(1, told["where"]["events"]), "bytes")

    def half_rate(self):
        return int((self.f.median("leeway 64 x 1") or 2000) / 2)

    def half(self, town):
        """At half of what 64 clients reach: the way to a handler, and what questions take and do to commands."""
        told = self.load(town, 64, 4, rate=self.half_rate(), listen="discipline", listen_key=town.key_file("receiver-0"))
        self.f.note(HALF, "commands at half load", told["per_second"], "/s")
        self.told(HALF, "from command to handler", told, prefix="handler_")
        self.told(HALF, "from durable to handler", told, prefix="durable_")
        self.questions(town, "")

    def questions(self, town, label):
        told = self.load(town, 64, 4, rate=self.half_rate(), **town.asking())
        self.told(QUESTIONS, f"{label}a command without questions", told)
        self.told(QUESTIONS, f"{label}a command beside questions", told, prefix="beside_")
        for key, shown in LATENCIES.items():
            more = (told[f"beside_{key}_us"] - told[f"{key}_us"]) / 1000
            self.f.note(QUESTIONS, f"{label}what questions add to a command, {shown}", more, "ms", 2)
        for kind, name in ASKED.items():
            self.told(QUESTIONS, f"{label}{name}", told, prefix=f"{kind}_")

    def catch_up(self, town):
        told = town.drain("discipline", "receiver-0")
        self.f.note(STORE, "catch-up of a stream", told["per_second"], "/s")
        self.f.note(STORE, "notices in that stream", told["notices"], "")

    def starts(self):
        """A store of its own, so that it has as many events as are meant."""
        town = self.town("starts", self.o.events // 3)
        try:
            for turn in range(self.o.runs):
                label = f"{self.o.events:,} events"
                town.rest()
                clean = town.timed_start()
                self.f.note(STORE, f"start after a clean stop, {label}", clean, "s", 3)
                town.die(80_000_000_000 + turn * 10_000_000)
                self.f.note(STORE, f"start after SIGKILL, {label}", town.timed_start(), "s", 3)
                town.forget()
                took = town.timed_start(7200)
                events = town.status()["number"]
                self.f.note(STORE, f"start with everything folded anew, {label}", took, "s", 1)
                self.f.note(STORE, "folded anew, events", events / max(0.001, took - clean), "/s")
        finally:
            town.stop()

    def hot(self, town, cases, turn):
        """64 x 16 with ten thousand cases under way: the newest ones, which stay hot; and any of all, each cold when its turn
        comes. No turn takes what another took; a small store is new in each turn."""
        turns = 1 if cases == self.o.cases[0] else self.o.runs
        if cases < HOT * (turns + 1):
            self.remark(f"{cases:,} cases are too few for a hot set of {HOT:,}")
            return
        for how, words in ((HOTTEST, {"adopt": cases - HOT * (turn + 1) + 1, "stride": 1, "count": HOT}),
                           (COLDEST, {"adopt": 1 + turn, "stride": turns, "count": (cases - HOT * turns) // turns})):
            told = self.load(town, 64, 16, hot=HOT, **words)
            name = f"{cases:,} cases, {how}"
            self.rate(HOTSET, name, told)
            self.f.note(HOTSET, f"{name}: the engine's thread",
                        sum(told["where"]["spent"]["engine"]) * 1e6 / max(1, told["accepted"]), "us", 1)

    def one_turn(self, turn):
        small, *others = self.o.cases
        if any(self.wants(part) for part in ("commands", "half", "catchup", "hot")):
            town = self.town(f"town-{turn}", small)
            try:
                if self.wants("hot") and others:
                    self.hot(town, small, 0)
                if self.wants("commands"):
                    self.commands(town)
                if self.wants("half"):
                    self.half(town)
                if self.wants("catchup"):
                    self.catch_up(town)
                if self.o.flame and turn == 0:
                    self.flame(town)
            finally:
                town.stop()
        for cases in others if self.wants("hot") or self.wants("half") else []:
            self.large_one(cases, turn)

    def large_one(self, cases, turn):
        """A large store is filled once, and rests between its turns."""
        if cases not in self.large:
            self.large[cases] = self.town(f"cases-{cases}", cases)
        else:
            self.large[cases].timed_start()
        town = self.large[cases]
        if self.wants("hot"):
            self.hot(town, cases, turn)
        if self.wants("half"):
            self.questions(town, f"{cases:,} cases: ")
        ours, mapped = town.memory()
        self.f.note(STORE, f"resident beyond mapped pages, {cases:,} cases", ours / 2**20, "MiB", 1)
        self.f.note(STORE, f"resident pages of the store's file, {cases:,} cases", mapped / 2**20, "MiB")
        town.rest()

    def run(self):
        for turn in range(self.o.runs):
            print(f"==> run {turn + 1} of {self.o.runs}", file=sys.stderr, flush=True)
            self.loads.append(os.getloadavg()[0])
            if turn == 0 and self.loads[0] > BUSY:
                self.remark(f"others worked on this machine when it began (load {self.loads[0]:.1f})")
            self.one_turn(turn)
            shutil.rmtree(self.folder / f"town-{turn}", ignore_errors=True)
            if self.wants("limits"):
                self.limits()
            if self.wants("journal"):
                self.journal()
            for name in self.o.vs if self.wants("rivals") else []:
                self.rival(name)
        for town in self.large.values():
            town.stop()
        if self.wants("starts"):
            self.starts()
        self.ratios()

    def flame(self, town):
        """64 x 16, looked at while it runs."""
        with subprocess.Popen(town.load_words(64, 16, warm=2, seconds=13, serial=90_000_000_000), stdout=subprocess.PIPE,
                              text=True, stdin=subprocess.DEVNULL) as load:
            load.stdout.readline()
            try:
                seen = flame.record(town.daemon.pid, 10)
                pathlib.Path(self.o.flame).write_text(flame.draw(flame.fold(seen, roles(
                    thread_times(pathlib.Path(f"/proc/{town.daemon.pid}")), town.daemon.pid)), "leewayd, 64 x 16"))
            except flame.Absent as why:
                self.remark(f"NO FLAME GRAPH: {why}")
            load.stdout.read()

    # ---- limits and rivals ----

    def batch_sizes(self):
        if self.batches is None:
            seen = [self.f.median(f"{width}: commands in a batch") for width in ("64 x 1", "64 x 16")]
            self.batches = [1, *(max(2, round(size or usual)) for size, usual in zip(seen, (32, 512)))]
        return self.batches

    def floor(self, program, group, *words):
        """A program that tells by lines what the machine allows."""
        out = subprocess.run([str(self.o.programs / program), str(self.folder), "2" if self.o.quick else "10", str(SOURCE / "config"),
                              *words], check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout
        for row in map(json.loads, out.splitlines()):
            self.f.note(group, row["name"], row["value"], row["unit"], 3 if row["unit"] == "s" else 1)

    def limits(self):
        self.floor("leeway-bench-limits", LIMITS, *(str(size) for size in self.batch_sizes()))

    def journal(self):
        self.floor("leeway-bench-journal", JOURNAL)

    def rival(self, name):
        one = rivals.ALL[name](self.folder / f"{name}-{time.monotonic_ns()}")
        try:
            one.start()
            for clients in one.known:  # as that figure was taken: in a few seconds; the best shows what it can
                told = max((one.simple(clients, 3) for _ in range(3)), key=lambda told: told["per_second"])
                self.rate(RIVALS, f"{name} simple {clients} x 1", told)
            for work in one.works:
                for clients, depth in one.widths:
                    one.step(work, clients, depth, self.warm)
                    self.rate(RIVALS, f"{work} {clients} x {depth}", one.step(work, clients, depth, self.seconds))
        except rivals.Absent as why:
            self.remark(f"{name} is not measured, or not to its end: {why}")
        finally:
            one.stop()
            shutil.rmtree(one.folder, ignore_errors=True)

    def too_slow(self, rival):
        """Where a rival did not reach nine tenths of what it is known for, as texts."""
        reached = {clients: self.f.median(f"{rival.name} simple {clients} x 1") or 0 for clients in rival.known}
        return [f"{figures.plural(clients, 'client')}: {reached[clients]:.0f}/s of {known}/s"
                for clients, known in rival.known.items() if reached[clients] < 0.9 * known]

    def ratios(self):
        """Pair by pair: each run of ours by the rival's of the same turn; only of a rival that ran as well as it can."""
        for one in (rivals.ALL[name] for name in self.o.vs):
            short = self.too_slow(one)
            if short:
                self.remark(f"no ratio to {one.name}: on the simple transition it reached only {', '.join(short)}")
                continue
            for work in one.works:
                for clients, depth in WIDTHS:
                    self.f.pairs(RATIOS, f"leeway / {work}, {clients} x {depth}", f"leeway {clients} x {depth}",
                                 f"{work} {clients} x {depth}")
        small, *others = self.o.cases
        for cases in others:
            for how in (HOTTEST, COLDEST):
                self.f.pairs(RATIOS, f"cost of {cases:,} cases / {small:,}, {how}", f"{small:,} cases, {how}",
                             f"{cases:,} cases, {how}")
        self.f.pairs(RATIOS, "leeway 64 x 16 / the same writes into bare LMDB", "leeway 64 x 16", self.bare(2))

    def bare(self, at):
        return f"the same writes into bare LMDB, batches of {self.batch_sizes()[at]}"

    # ---- the report ----

    def share_pairs(self):
        memory = "the engine on a store in memory, batches of {}"
        one, some, many = self.batch_sizes()
        return [("leeway 1 x 1", "two flushes of a block"), ("leeway 1 x 1", self.bare(0)),
                ("leeway 1 x 1", memory.format(one)), ("leeway 1 x 1", "libzmq round trips with CURVE, one in flight"),
                ("leeway 64 x 1", self.bare(1)), ("leeway 64 x 1", memory.format(some)),
                ("leeway 64 x 1", "libzmq round trips with CURVE, 64 in flight"),
                ("leeway 64 x 16", self.bare(2)), ("leeway 64 x 16", memory.format(many)),
                ("leeway 64 x 16", "libzmq round trips with CURVE, 64 in flight"),
                (memory.format(many), "the judge alone: decide and apply")]

    def goals(self):
        small, *others = self.o.cases
        events = f"{self.o.events:,} events"
        least = {"postgres, 1 x 1": 0.7, "postgres, 64 x 1": 2, "postgres+notify, 64 x 1": 6, "restate, 64 x 1": 6, "redis, 64 x 1": 0.5}
        return [("leeway 64 x 16", "at least", 25000), *((f"leeway / {name}", "at least", x) for name, x in least.items()),
                ("the judge alone: decide and apply", "at least", 1_000_000),
                ("from durable to handler, p99", "at most", 3000), ("catch-up of a stream", "at least", 300_000),
                *((f"cost of {cases:,} cases / {small:,}, {HOTTEST}", "at most", 1.2) for cases in others),
                (f"start after a clean stop, {events}", "at most", 0.5), (f"start after SIGKILL, {events}", "at most", 0.5),
                ("resident beyond mapped pages, after load", "at most", 64),
                *((f"{label}what questions add to a command, {key}", "at most", 5) for key in ("p99", "max")
                  for label in ("", *(f"{cases:,} cases: " for cases in others))),
                ("leeway 64 x 16 / the same writes into bare LMDB", "at least", 0.7)]

    def machine(self):
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                      if line.startswith("model name")), platform.machine())
        return {"cpus": os.cpu_count(), "model": model, "kernel": platform.release(),
                "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
                "page_bytes": PAGE, "disk": disk_of(self.folder), "load_before": self.loads, "seconds": self.seconds, "warm_up": self.warm,
                "sustained": not self.o.quick and self.seconds >= 60, "cases": self.o.cases, "events": self.o.events,
                "runs": self.o.runs, "rivals": self.o.vs, "parts": self.o.only}

    def headline(self, machine):
        kind = "sustained" if machine["sustained"] else "NOT sustained (sustained is 60 s)"
        loads = ", ".join(f"{load:.1f}" for load in self.loads)
        return (f"{machine['cpus']} cores, {machine['model']}, {machine['memory_gib']:.0f} GiB, Linux {machine['kernel']}; {kind}: "
                f"{self.seconds} s after {self.warm} s of warm-up, {figures.plural(self.o.runs, 'run')}; cases before: "
                f"{' and '.join(f'{n:,}' for n in self.o.cases)}; load of the machine before each run: {loads}")

    def report(self):
        machine, shares = self.machine(), self.f.shares(self.share_pairs())
        reached = figures.reach(self.f, self.goals())
        print("\n".join(part for part in (self.headline(machine), self.f.table(), figures.shares_table(shares),
                                          figures.reach_table(reached), *self.remarks) if part))
        if self.o.json:
            pathlib.Path(self.o.json).write_text(json.dumps(
                {"machine": machine, "figures": self.f.rows, "shares": shares, "reach": reached, "remarks": self.remarks},
                indent=1, ensure_ascii=False) + "\n")
        if self.o.markdown:
            parts = (self.headline(machine), self.f.markdown(), figures.shares_markdown(shares), figures.reach_markdown(reached), *self.remarks)
            pathlib.Path(self.o.markdown).write_text("\n\n".join(part for part in parts if part) + "\n")


def options(words):
    p = argparse.ArgumentParser(prog="./run bench", description="What Leeway does in a second, beside its limits and its rivals.")
    p.add_argument("--programs", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    p.add_argument("--fill", required=True, help=argparse.SUPPRESS)
    p.add_argument("--quick", action="store_true", help="5 s for each figure: not sustained, and says so")
    p.add_argument("--seconds", type=int, help="for each figure, instead of 60")
    p.add_argument("--cases", default="100000", help="open cases in the store before; a second number: a hot set in both")
    p.add_argument("--events", type=int, help="in the store of the starts and the fold anew (1,000,000; --quick: 100,000)")
    p.add_argument("--vs", default="", help="rivals: redis,postgres,restate")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--only", default=",".join(PARTS), help=f"parts, of {','.join(PARTS)}")
    p.add_argument("--json", help="a file for the figures")
    p.add_argument("--markdown", help="a file for the tables")
    p.add_argument("--flame", help="a file for a flame graph of the daemon (SVG), under 64 x 16")
    p.add_argument("--folder", help="where stores are put (a disk that is a disk)", default=tempfile.gettempdir())
    o = p.parse_args(words)
    o.programs = o.programs.resolve()
    try:
        o.cases = [int(n.replace("_", "")) for n in o.cases.split(",")]
    except ValueError:
        p.error(f"--cases: {o.cases} is no number and no list of numbers with commas")
    for name, values, least in (("cases", o.cases, 0), ("runs", [o.runs], 1), ("seconds", [o.seconds or 60], 1), ("events", [o.events or 1], 1)):
        if min(values) < least or (name == "seconds" and o.seconds == 0):
            p.error(f"--{name}: at least {least}")
    for name in ("json", "markdown", "flame"):
        path = getattr(o, name)
        if path and not pathlib.Path(path).resolve().parent.is_dir():
            p.error(f"--{name}: there is no folder {pathlib.Path(path).resolve().parent}")
    if not pathlib.Path(o.folder).is_dir():
        p.error(f"--folder: there is no folder {o.folder}")
    o.events = o.events or (100_000 if o.quick else 1_000_000)
    for name, known in (("vs", rivals.ALL), ("only", PARTS)):
        wanted = [word for word in getattr(o, name).split(",") if word]
        strangers = [word for word in wanted if word not in known]
        if strangers:
            p.error(f"--{name}: there is no {', '.join(strangers)} (there are {', '.join(known)})")
        setattr(o, name, wanted)
    if not o.only:
        p.error(f"--only: name a part, of {','.join(PARTS)}")
    try:
        room_for(sum(o.cases) + ("starts" in o.only) * o.events // 3, o.folder)
    except NoRoom as why:
        p.error(str(why))
    return o


def main():
    bench = Bench(options(sys.argv[1:]))
    try:
        bench.run()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
    bench.report()


if __name__ == "__main__":
    main()
