#!/usr/bin/python3
"""departments.py - the soak: departments, agents, a daemon and a wire that all fail, for as long as asked

Forty departments hand cases to each other. Each has five agents: every one a subscriber with a cursor of its own that
must handle every notice, or together a group whose members share them. Handlers add a line at every start and every
end. Meanwhile agents are killed, stopped and slowed, the daemon is killed and started again, and all bytes go through
proxy.py. Then everything is left in peace, and the lines are held against the events, read one by one by an inspector.

The last line of the output is one JSON object. Ends with 0 when each notice was handled by each subscriber, none caused
two accepted commands, order was kept, the watchers of transitions saw each once, nothing was left behind, and the
memory of the daemon stayed flat.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
sys.path.insert(0, str(SOURCE / "clients" / "demo"))
import town  # noqa: E402

leeway = town.leeway
DEPARTMENTS = 40
HOPS = 24
ORPHANS = 3  # lines that the handlers of a killed agent may still add: two of them run at a time
PLANTS = ("skip-dedupe", "ack-early", "drop-one")


def say(text):
    print(text, file=sys.stderr, flush=True)


class SoakTown(town.Town):
    """A town whose daemon knows one more procedure, and whose agents reach it through the proxy."""

    def __init__(self, programs):
        super().__init__(programs, keep=True)  # the lines of the handlers are read when all have ended
        self.wire_commands, self.wire_transitions = town.free_ports(2)

    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace(f"procedures: {SOURCE}/config/procedures",
                                                 f"procedures: {HERE}/procedures"))
        return path

    def clear(self, keep):
        self.stop()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def through_wire(self, principal):
        """A client whose connections go through the proxy."""
        public, secret = self.keys[principal]
        return leeway.Leeway(f"tcp://127.0.0.1:{self.wire_commands}", self.keys["server"][0], public, secret,
                             f"tcp://127.0.0.1:{self.wire_transitions}")


class Agent:
    """One leeway-agent process and what is known of its misfortunes."""

    def __init__(self, where, department, number, group, o):
        self.where, self.department, self.group, self.o = where, department, group, o
        self.name = f"a{number}"
        self.key = f"{department}-{self.name}"
        self.log = where.folder / "handled" / (f"{department}-group" if group else self.key)  # a group has one
        self.pause = 0              # of its handlers, in milliseconds
        self.process = None
        self.stopped_until = 0.0
        self.starts_at = 0.0        # when it is to be started again
        self.hurt = []              # lines of its log at the moments it was killed; of a group's member also stopped

    def start(self):
        o = self.o
        arguments = [self.where.programs / "leeway-agent", "--stream", self.department, "--name", self.name,
                     "--handler", o.handler, "--state", self.where.folder / "agents" / self.key,
                     "--endpoint", f"tcp://127.0.0.1:{self.where.wire_commands}",
                     "--server-key", self.where.key_file("server").with_suffix(".key.pub"),
                     "--key", self.where.key_file(f"{self.department}-clerk"), "--concurrency", "2"]
        if self.group:
            arguments += ["--group", "desk"]
        self.process = self.where.spawn(
            f"agent-{self.key}", arguments, LEEWAY_SOAK_LOG=self.log, LEEWAY_SOAK_NAME=self.name,
            LEEWAY_SOAK_STOP=self.where.folder / "stop",
            LEEWAY_SOAK_DEPARTMENTS=o.departments, LEEWAY_SOAK_HOPS=HOPS, LEEWAY_SOAK_PAUSE_MS=self.pause,
            **({"LEEWAY_PLANT": o.plant} if o.plant else {}))

    def lines(self):
        try:
            return self.log.read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def kill(self, back):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.stopped_until = 0.0
        self.starts_at = back

    def stop(self, until):
        self.process.send_signal(signal.SIGSTOP)
        self.stopped_until = until

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.stopped_until = 0.0


class Watcher(threading.Thread):
    """Reads the transitions of a prefix through the proxy, and asks for what the socket lost."""

    def __init__(self, where, prefix):
        super().__init__(daemon=True)
        self.where, self.prefix = where, prefix
        self.numbers, self.gaps, self.over, self.error = [], 0, False, None

    def run(self):
        try:
            client = self.where.through_wire("watcher")
            watch = None
            while not self.over:
                try:
                    if watch is None:
                        watch = client.watch(self.prefix, after=0)
                    before = watch.fetched
                    transition = watch.next(0.5)
                    self.gaps += watch.fetched > before
                    if transition:
                        self.numbers.append(transition["n"])
                except leeway.NoAnswer:
                    pass
            client.close()
        except Exception as problem:  # a thread's death must not be silent
            self.error = repr(problem)


class Account:
    """What the events say, read as they come."""

    def __init__(self, client):
        self.client, self.last = client, 0
        self.heads = collections.Counter()                     # stream -> newest position
        self.cases = {}                                        # (stream, position) -> case
        self.causes = collections.Counter()                    # (stream, position) -> accepted commands
        self.transitions = []                                  # (number, topic)
        self.claims = collections.defaultdict(set)             # (stream, position) -> members of its group

    def read(self, limit=30.0):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            page = self.client.ask("events", **{"from": self.last + 1}, limit=200)["events"]
            if not page:
                return
            for event in page:
                self.take(event)
            self.last = page[-1]["n"]

    def take(self, event):
        cause = event.get("cause")
        if cause and (event.get("answer") or {}).get("t") == "accepted":
            self.causes[cause["stream"], cause["position"]] += 1
        for took in event.get("took", []):
            self.claims[event["stream"], took["position"]].add(event["name"])
        for notice in event.get("notices", []):
            self.heads[notice["stream"]] = notice["position"]
            self.cases[notice["stream"], notice["position"]] = notice["case"]
        for t in event.get("transitions", []):
            self.transitions.append((t["n"], f"{t['kind']}/{t['procedure']}/{t['department']}/"))

    def doubled(self):
        return sorted(where for where, n in self.causes.items() if n > 1)


class Soak:
    def __init__(self, o):
        self.o = o
        self.chance = random.Random(o.seed)
        self.where = SoakTown(o.programs)
        (self.where.folder / "handled").mkdir()
        self.wrong = []
        self.restarts = self.kills = self.stops = 0
        self.memory = []            # (moment, KiB) of the life of the daemon that is not cut short
        self.agents, self.watchers, self.proxy = [], [], None
        self.lock = threading.Lock()

    # ---- setting up ----

    def begin(self):
        where, o = self.where, self.o
        where.start()
        departments = [{"id": f"d{i:02}", "name": f"部门{i}", "kind": "bureau"} for i in range(o.departments)]
        principals = {f"{d['id']}-clerk": (d["id"], ["act", "enter", "watch"]) for d in departments}
        where.settle(departments, {**principals, "watcher": ("d00", ["watch", "act"]),
                                   "inspector": ("d00", ["inspect", "watch"])})
        ports = (int(endpoint.rsplit(":", 1)[1]) for endpoint in (where.commands, where.transitions))
        routes = [f"{near}:{far}" for near, far in zip((where.wire_commands, where.wire_transitions), ports)]
        self.proxy = subprocess.Popen([sys.executable, str(HERE / "proxy.py"), str(o.seed), str(o.faults), *routes],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        per = o.agents // o.departments
        for i, department in enumerate(departments):
            group = o.groups and i % 4 == 3
            for number in range(per):
                agent = Agent(where, department["id"], number, group, o)
                agent.pause = self.chance.choice((0, 0, 0, 0, 20, 200))
                self.agents.append(agent)
                agent.start()
        self.watchers = [Watcher(where, prefix) for prefix in ("", "passed/", "passed/relay/d01/", "ended/")]
        for watcher in self.watchers:
            watcher.start()
        for i in range(o.cases):
            clerk = where.client(f"d{i % o.departments:02}-clerk")
            clerk.command("open", procedure="relay", fields={"next-id": f"d{(i * 7) % o.departments:02}"})

    # ---- misfortunes ----

    def misfortune(self, now):
        agent = self.chance.choice(self.agents)
        if agent.starts_at or agent.stopped_until:
            return
        if self.chance.random() < 0.6:
            agent.kill(now + self.chance.choice((0.0, 0.5, 3.0)))
            agent.hurt.append(agent.lines())
            self.kills += 1
        else:
            longest = 25.0 if self.o.seconds > 120 else 6.0
            if agent.group:
                agent.hurt.append(agent.lines())
            agent.stop(now + self.chance.uniform(0.2, longest))
            self.stops += 1

    def recover(self, now):
        for agent in self.agents:
            if agent.starts_at and agent.starts_at <= now:
                agent.starts_at = 0.0
                agent.pause = self.chance.choice((0, 0, 0, 0, 20, 200))
                agent.start()
            elif agent.stopped_until and agent.stopped_until <= now:
                agent.go_on()
            elif not agent.starts_at and agent.process.poll() is not None:
                self.wrong.append(f"{agent.key} ended by itself with {agent.process.returncode}: "
                                  f"{self.where.log('agent-' + agent.key, 3)}")
                agent.hurt.append(agent.lines())
                agent.start()

    def restart_daemon(self):
        if self.where.daemon.poll() is not None:
            self.wrong.append(f"the daemon ended by itself with {self.where.daemon.returncode}")
        self.where.kill()
        self.where.start()
        self.restarts += 1

    def measure(self, now):
        """Memory that is the daemon's own; pages of the store's file come and go as the system likes."""
        text = pathlib.Path(f"/proc/{self.where.daemon.pid}/status").read_text()
        self.memory.append((now, int(re.search(r"RssAnon:\s+(\d+)", text).group(1))))

    def trouble(self):
        """Two parts: in the first the daemon dies every so often, in the second it lives on and its memory is read.
        The agents and the wire fail in both."""
        o, began = self.o, time.monotonic()
        kill_every = min(20.0, o.seconds / 8)
        mortal = began + o.seconds
        end = mortal + o.seconds * o.life
        next_kill, next_hurt, next_look = began + kill_every, began, began
        account = Account(self.where.client("inspector"))
        self.account = account
        while (now := time.monotonic()) < end:
            if now >= next_kill and now < mortal:
                next_kill = now + kill_every
                self.restart_daemon()
            if now >= next_hurt:
                next_hurt = now + self.chance.expovariate(o.hurts)
                self.misfortune(now)
            self.recover(now)
            if now >= next_look:
                next_look = now + 1.0
                if now >= mortal:
                    self.measure(now)
                account.read(limit=2.0)
                if o.plant and account.doubled():
                    return
                if o.verbose:
                    say(f"{now - began:6.1f} s  {account.last} events, {sum(account.heads.values())} notices, "
                        f"{self.restarts} restarts, {self.kills} kills, {self.stops} stops, "
                        f"{self.memory[-1][1] if self.memory else 0} KiB")
            time.sleep(0.02)

    # ---- the end ----

    def calm(self):
        (self.where.folder / "stop").touch()
        self.proxy.stdin.write("calm\n")
        self.proxy.stdin.flush()
        for agent in self.agents:
            if agent.stopped_until:
                agent.go_on()
            if agent.starts_at:
                agent.starts_at = 0.0
                agent.pause = 0
                agent.start()

    def settle(self):
        """Wait until nothing moves and nothing is left to handle, or until the limit."""
        end = time.monotonic() + self.o.settle
        left = None
        while time.monotonic() < end:
            self.account.read()
            finished = self.finished()
            left = self.missing(finished)
            unserved = self.where.client("inspector").ask("unserved", limit=5)
            if not left and not unserved["total"]:
                return
            if self.o.plant and self.account.doubled():
                return
            time.sleep(0.5)
        if unserved["total"]:
            self.wrong.append(f"{unserved['total']} notices stay unserved: {unserved['notices'][:3]}")

    def finished(self):
        """Subscriber -> positions that its handlers finished."""
        return {who: {int(line.split()[1]) for line in self.read_log(agents[0]) if line.startswith("end ")}
                for who, agents in self.subscribers().items()}

    def subscribers(self):
        """Who must handle each notice once: an agent, or all of a group. Key -> agents."""
        found = collections.defaultdict(list)
        for agent in self.agents:
            found[agent.log.name].append(agent)
        return found

    def read_log(self, agent):
        return agent.log.read_text().splitlines() if agent.log.exists() else []

    def missing(self, finished):
        """(subscriber, position) that nobody finished."""
        lost = []
        for who, agents in self.subscribers().items():
            lost += [(who, p) for p in range(1, self.account.heads[agents[0].department] + 1) if p not in finished[who]]
        return lost

    def take_down(self):
        """End everything in order; what agents had not finished stays in their journals and is wrong."""
        for agent in self.agents:
            if agent.process.poll() is None:
                agent.process.terminate()
        for agent in self.agents:
            try:
                code = agent.process.wait(20)
            except subprocess.TimeoutExpired:
                agent.process.kill()
                code = agent.process.wait()
            if code:
                self.wrong.append(f"{agent.key} ended with {code}: {self.where.log('agent-' + agent.key, 3)}")
            journal = self.where.folder / "agents" / agent.key / "journal"
            left = live_entries(journal)
            if left and not self.o.plant:
                self.wrong.append(f"{agent.key} left {left} entries in its journal")
        for watcher in self.watchers:
            watcher.over = True
        for watcher in self.watchers:
            watcher.join(40)
        self.proxy.stdin.close()
        self.faults = json.loads(self.proxy.stdout.read() or "{}")
        self.proxy.wait()

    # ---- the account ----

    def repeats(self):
        """Runs beyond the first, and those for which no misfortune of the agent, or of its group, is an excuse.
        What a silent member had begun passes on, and begins again with another."""
        repeated, inexcusable = 0, []
        for who, agents in self.subscribers().items():
            hurt = [h for agent in agents for h in agent.hurt]
            last = {}
            for number, line in enumerate(self.read_log(agents[0])):
                word, position, *_ = line.split()
                if word != "start":
                    continue
                if position in last:
                    repeated += 1
                    passed_on = len(self.account.claims[agents[0].department, int(position)]) > 1
                    if not passed_on and not any(last[position] <= h + ORPHANS and h <= number for h in hurt):
                        inexcusable.append((who, int(position)))
                last[position] = number
        return repeated, inexcusable

    def disorder(self):
        """First starts that came before those of an earlier notice of the same case."""
        found = []
        for who, agents in self.subscribers().items():
            newest, seen = {}, set()
            for line in self.read_log(agents[0]):
                word, position, kase, _ = line.split()
                position = int(position)
                if word != "start" or position in seen:
                    continue
                seen.add(position)
                if newest.get(kase, 0) > position:
                    found.append((who, position))
                newest[kase] = max(newest.get(kase, 0), position)
        return found

    def check_sharing(self):
        """In a group each member had something to do."""
        for who, agents in self.subscribers().items():
            names = {line.split()[3] for line in self.read_log(agents[0])}
            if len(names) < len(agents) and self.account.heads[agents[0].department] > 20 * len(agents):
                self.wrong.append(f"of {who} only {sorted(names)} had work")

    def check_watchers(self):
        for watcher in self.watchers:
            meant = [n for n, topic in self.account.transitions if topic.startswith(watcher.prefix)]
            if watcher.error:
                self.wrong.append(f"watcher '{watcher.prefix}': {watcher.error}")
            if watcher.numbers != meant:
                lost = sorted(set(meant) - set(watcher.numbers))
                self.wrong.append(f"watcher '{watcher.prefix}' saw {len(watcher.numbers)} of {len(meant)} transitions; "
                                  f"missing {lost[:5]}")

    def check_memory(self):
        """What the daemon holds at the beginning and at the end of its long life, under the same load. A short life
        has not yet seen as many connections break at once as it will: libzmq's queues still grow."""
        n = len(self.memory)
        if n < 5:
            return 0, 0
        start = int(statistics.median(kib for _, kib in self.memory[n // 5:max(2 * n // 5, n // 5 + 1)]))
        end = int(statistics.median(kib for _, kib in self.memory[-max(1, n // 5):]))
        if end > start * 1.10 + (4096 if self.o.seconds > 200 else 32768):
            self.wrong.append(f"the daemon's memory grew from {start} to {end} KiB")
        return start, end

    def wait_watchers(self):
        """They have the last transition, or had time enough."""
        end = time.monotonic() + self.o.settle
        while time.monotonic() < end:
            if all(w.error or len(w.numbers) >= sum(t.startswith(w.prefix) for _, t in self.account.transitions)
                   for w in self.watchers):
                return
            time.sleep(0.2)

    def run(self):
        o, began = self.o, time.monotonic()
        say(f"{o.agents} agents of {o.departments} departments for {o.seconds} s, seed {o.seed}, {self.where.folder}")
        self.begin()
        say(f"all started after {time.monotonic() - began:.1f} s")
        self.trouble()
        self.calm()
        self.settle()
        if not o.plant:
            self.wait_watchers()
        self.take_down()
        self.account.read()
        if not self.where.stop():
            self.wrong.append("the daemon did not end as it should")
        return self.close()

    def close(self):
        finished = self.finished()
        lost, doubled = self.missing(finished), self.account.doubled()
        repeated, inexcusable = self.repeats()
        disorder = self.disorder()
        self.check_watchers()
        self.check_sharing()
        start, end = self.check_memory()
        for name, found in (("lost", lost), ("doubled", doubled), ("out of order", disorder),
                            ("repeated without a reason", inexcusable)):
            if found:
                self.wrong.append(f"{len(found)} {name}: {found[:5]}")
        summary = {
            "notices": sum(self.account.heads.values()), "handled": sum(len(p) for p in finished.values()),
            "repeated": repeated, "lost": len(lost), "doubled": len(doubled),
            "gaps_found": sum(w.gaps for w in self.watchers), "restarts": self.restarts,
            "rss_kib_start": start, "rss_kib_end": end, "agents_killed": self.kills, "agents_stopped": self.stops,
            **{f"wire_{k}": v for k, v in self.faults.items()}, "seed": self.o.seed,
        }
        for problem in self.wrong[:30]:
            say(f"WRONG: {problem}")
        print(json.dumps(summary), flush=True)
        return 1 if self.wrong else 0


def live_entries(journal):
    """Notices that an agent's journal still holds."""
    live = set()
    for line in journal.read_text(errors="replace").splitlines()[1:] if journal.exists() else []:
        _, kind, position, *_ = line.split(" ", 3)
        if kind in "NDF":
            live.add(position)
        elif kind == "R":
            live.discard(position)
    return len(live)


def options(arguments):
    parser = argparse.ArgumentParser(prog="./run soak departments", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--programs", default=os.environ.get("LEEWAY_PROGRAMS", str(SOURCE / "build" / "bin")))
    parser.add_argument("--handler", default=None, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--departments", type=int, default=DEPARTMENTS)
    parser.add_argument("--cases", type=int, default=24, help="how many are on their way at any time")
    parser.add_argument("--hurts", type=float, default=2.0, help="agents that are killed or stopped, a second")
    parser.add_argument("--faults", type=float, default=4.0, help="connections that are broken, a second")
    parser.add_argument("--life", type=float, default=0.4,
                        help="how long the daemon lives on afterwards, as a part of the seconds")
    parser.add_argument("--settle", type=float, default=120.0, help="seconds in which all must come to rest")
    parser.add_argument("--groups", type=int, default=1, help="0: no department has a group")
    parser.add_argument("--plant", choices=PLANTS, help="a fault in the test build, that must be found")
    parser.add_argument("--keep", action="store_true", help="leave the folder with store and logs")
    parser.add_argument("--verbose", action="store_true")
    o = parser.parse_args(arguments)
    o.handler = pathlib.Path(o.handler or pathlib.Path(o.programs) / "leeway-soak-handler").resolve()
    if not o.handler.exists():
        parser.error(f"there is no {o.handler}: build the tests first")
    if o.agents % o.departments:
        parser.error("--agents must be a multiple of --departments")
    if o.plant:
        os.environ["LEEWAY_PLANT"] = o.plant
    # a sanitized daemon keeps what it freed for a while: little, so that its memory can still be judged
    os.environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64")
    return o


def main(arguments):
    soak = Soak(options(arguments))
    try:
        return soak.run()
    finally:
        for agent in soak.agents:
            if agent.process and agent.process.poll() is None:
                agent.process.send_signal(signal.SIGCONT)
                agent.process.kill()
                agent.process.wait()
        if soak.proxy and soak.proxy.poll() is None:
            soak.proxy.kill()
        soak.where.clear(soak.o.keep)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
