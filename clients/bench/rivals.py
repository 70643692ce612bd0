"""rivals.py - what a user would pick instead, at equal work, durable, with its best settings

Each rival is installed on demand, started on the loopback in a folder of its own, loaded by its own load tool, and stopped. Equal
work: state checked, event, case, two notices, a task closed and one opened, a clock moved, the answer remembered under
the command's id, with texts as long as the daemon's. Before that each shows the simple transition that its figure is
known for: below nine tenths of it, it was not run as well as it can be, and no ratio is told.
"""

import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import time

from town import free_ports

HERE = pathlib.Path(__file__).resolve().parent / "rivals"
CASES = 100_000
ONE_IN_FLIGHT = [(1, 1), (16, 1), (64, 1)]  # a connection has one transaction on its way
TEXTS = {"case": 2370, "event": 1530, "notice": 320, "answer": 290, "command": 420}  # as measured of the daemon


class Absent(Exception):
    """The rival cannot be had here; the text tells why."""


def sh(command, **more):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, check=False, **more)
    if done.returncode:
        raise Absent(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def need(**names):
    """Install the package of each program that is not there: program=package."""
    names = [package for program, package in names.items() if not shutil.which(program.replace("_", "-"))]
    if names:
        root = [] if os.geteuid() == 0 else ["sudo"]
        sh([*root, "apt-get", "update", "-qq"])
        sh([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
            "--no-install-recommends", *names])


def until(ready, limit=30.0):
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            raise Absent("it does not answer")
        time.sleep(0.02)


def answers(command):
    return subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, check=False).returncode == 0


def ended(*processes):
    """Ask them to end, then see to it."""
    processes = [process for process in processes if process is not None]
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def figure(rate, p50=None, p99=None, p999=None, most=None):
    return {"per_second": rate, "p50_us": p50, "p99_us": p99, "p999_us": p999, "max_us": most}


class Redis:
    """Each rival: start(), then figures, then stop(), also when start() went wrong."""

    name, known = "redis", {1: 3750, 64: 34800}
    works, widths = ["redis"], [(1, 1), (16, 1), (64, 1), (64, 16)]

    FILL = ("for i = 0, ARGV[1] - 1 do redis.call('HSET', string.format('case:%012d', i), 'state', '0', 'version', 0, 'case', "
            "ARGV[2]) end")

    def __init__(self, folder):
        self.folder, self.process = folder, None

    def start(self):
        need(redis_server="redis-server", redis_benchmark="redis-tools")
        self.renew()

    def renew(self):
        """An empty server with the cases: what it keeps in memory and in its log would grow from figure to figure."""
        ended(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.port, = free_ports(1)
        self.folder.mkdir(parents=True)
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes",
             "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: answers([*self.cli(), "ping"]))
        self.sha = {path: self.load(path) for path in ("redis.lua", "redis-simple.lua")}
        sh([*self.cli(), "eval", self.FILL, "0", CASES, "c" * TEXTS["case"]])

    def cli(self):
        return ["redis-cli", "-p", str(self.port)]

    def load(self, path):
        text = (HERE / path).read_text()
        for name, length in TEXTS.items():
            text = text.replace(f"@{name}@", name[0] * length)
        return sh([*self.cli(), "script", "load", text]).strip()

    def benchmark(self, clients, depth, seconds, arguments):
        """By the count of a short run before, for redis-benchmark knows no seconds."""
        command = ["redis-benchmark", "-p", self.port, "-c", clients, "-P", depth, "-r", CASES]
        rate = 2000
        for length in (1, seconds):
            told = sh([*command, "-n", max(1000, int(rate * length)), *arguments])
            rate = benchmark_figure(told)["per_second"]
        return benchmark_figure(told)

    def simple(self, clients, seconds):
        return self.benchmark(clients, 1, seconds, ["EVALSHA", self.sha["redis-simple.lua"], "2", "simple:__rand_int__",
                                                    "simple-events", "e" * 200])

    def step(self, _, clients, depth, seconds):
        self.renew()
        keys = ["case:__rand_int__", "events", "stream:1", "stream:2", "tasks:1", "due"]
        return self.benchmark(clients, depth, seconds,
                              ["EVALSHA", self.sha["redis.lua"], str(len(keys)), *keys, "x" * TEXTS["command"]])

    def stop(self):
        ended(self.process)


def benchmark_figure(text):
    """What redis-benchmark says of its one test."""
    rate = re.findall(r"throughput summary: ([0-9.]+) requests", text)
    steps = [(float(part), float(ms)) for part, ms in re.findall(r"([0-9.]+)% <= ([0-9.]+) milliseconds", text)]
    if not rate or not steps:
        raise Absent(f"redis-benchmark says: {text[-300:]}")
    taken = [next((round(ms * 1000) for part, ms in steps if part >= wanted), round(steps[-1][1] * 1000))
             for wanted in (50, 99, 99.9, 100)]
    return figure(float(rate[0]), *taken)


class Postgres:
    name, known = "postgres", {1: 3300, 64: 10600}
    works, widths = ["postgres", "postgres+notify"], ONE_IN_FLIGHT

    def __init__(self, folder):
        self.folder, self.round = folder, 0
        self.bin = pathlib.Path("/usr/lib/postgresql/15/bin")
        self.data = folder / "data"
        self.su = ["runuser", "-u", "postgres", "--"]

    def start(self):
        if not (self.bin / "initdb").exists():
            need(postgresql_15="postgresql-15")
        self.port, = free_ports(1)
        self.data.mkdir(parents=True)
        user = pwd.getpwnam("postgres")
        for path in (self.folder, self.data):
            os.chown(path, user.pw_uid, user.pw_gid)
        for path in self.folder.parents:  # the server's own user must reach it
            if path.stat().st_uid == os.geteuid() and path != pathlib.Path("/"):
                path.chmod(path.stat().st_mode | 0o011)
        sh([*self.su, self.bin / "initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--locale=C"], cwd="/")
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as out:
            out.write(f"listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\nmax_connections=300\n"
                      "shared_buffers=2GB\nmax_wal_size=8GB\nmin_wal_size=8GB\nwal_level=minimal\nmax_wal_senders=0\ncheckpoint_timeout=30min\n")
        sh([*self.su, self.bin / "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start"], cwd="/")
        self.here = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        sh([self.bin / "psql", *self.here, "-q", "-v", f"n={CASES}", "-v", "ON_ERROR_STOP=1", "-f", HERE / "postgres.sql"])
        sh([self.bin / "psql", *self.here, "-q", "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT"])

    def pgbench(self, query, clients, seconds):
        work = self.folder / "bench"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        script = work / "step.sql"
        script.write_text(f"\\set id random(1, {CASES})\n{query}\n")
        out = sh([self.bin / "pgbench", *self.here, "-n", "-M", "prepared", "-D", "n=0", "-c", clients, "-j", min(2, clients), "-T",
                  seconds, "-f", script, "-l", f"--log-prefix={work / 'log'}", "postgres"])
        rate = float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])
        taken = sorted(int(line.split()[2]) for path in work.glob("log*") for line in path.read_text().splitlines())
        return figure(rate, *(taken[min(len(taken) - 1, int(len(taken) * p))] for p in (0.5, 0.99, 0.999, 1)))

    def simple(self, clients, seconds):
        return self.pgbench("SELECT simple_step(:id);", clients, seconds)

    def step(self, work, clients, _, seconds):
        tell = "true" if work.endswith("notify") else "false"
        self.round += 1  # the answers of the runs before are still there
        return self.pgbench(f"\\set n :n + 1\nSELECT step(:id, :client_id + 1000 * {self.round}, :n, {tell});", clients, seconds)

    def stop(self):
        if not (self.data / "postmaster.pid").exists():
            return
        sh([*self.su, self.bin / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop"], cwd="/")


class Restate:
    name, known = "restate", {1: 270, 64: 2050}
    works, widths = ["restate"], ONE_IN_FLIGHT
    versions = ["@restatedev/restate-server@1.7.12", "@restatedev/restate-sdk@1.17.2"]
    partitions = 2  # the best count on two cores

    def __init__(self, folder):
        self.folder, self.service, self.server = folder, None, None

    def start(self):
        need(node="nodejs", npm="npm", wrk="wrk", curl="curl")
        folder = self.folder
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"name": "rivals", "private": true, "version": "1.0.0"}')
        sh(["npm", "install", "--no-audit", "--no-fund", "--silent", *self.versions], cwd=folder)
        service, self.port, admin, node = free_ports(4)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        self.service = subprocess.Popen(["node", HERE / "restate.mjs", str(service)],
                                        env={**os.environ, "RIVALS": str(folder)}, **quiet)
        server = next(folder.glob("node_modules/@restatedev/restate-server-linux-*/bin/restate-server"))
        self.server = subprocess.Popen(
            [server, "--no-logo"], cwd=folder, **quiet,
            env={**os.environ, "RESTATE_DISABLE_TELEMETRY": "true", "RESTATE_BIND_IP": "127.0.0.1",
                 "RESTATE_BASE_DIR": str(folder / "data"), "RESTATE_NODE_NAME": "bench", "RESTATE_LISTEN_MODE": "tcp",
                 "RESTATE_DEFAULT_NUM_PARTITIONS": str(self.partitions), "RESTATE_BIND_PORT": str(node),
                 "RESTATE_INGRESS__BIND_PORT": str(self.port), "RESTATE_ADMIN__BIND_PORT": str(admin)})
        post = ["curl", "-m", "10", "-sf", "-o", "/dev/null", "-X", "POST", "-H", "content-type: application/json", "-d"]
        until(lambda: answers([*post, json.dumps({"uri": f"http://127.0.0.1:{service}"}),
                               f"http://127.0.0.1:{admin}/deployments"]))
        until(lambda: answers([*post, "{}", f"http://127.0.0.1:{self.port}/case/warm/simple"]))
        self.wrk(16, 3, False)

    def wrk(self, clients, seconds, keyed):
        out = sh(["wrk", "-t", "1", "-c", clients, "-d", f"{seconds}s", "--timeout", "10s", "-s", HERE / "restate.lua",
                  f"http://127.0.0.1:{self.port}", "--", *(["key"] if keyed else [])])
        row = json.loads(next(line for line in out.splitlines() if line.startswith("JSON"))[5:])
        return figure((row["requests"] - row["errors"]) * 1e6 / row["us"], *(row[p] for p in ("p50", "p99", "p999", "max")))

    def simple(self, clients, seconds):
        return self.wrk(clients, seconds, False)

    def step(self, _work, clients, _depth, seconds):
        return self.wrk(clients, seconds, True)

    def stop(self):
        ended(self.server, self.service)


ALL = {rival.name: rival for rival in (Redis, Postgres, Restate)}
