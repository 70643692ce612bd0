"""bench_town.py - a daemon on a store that may grow, its clerks, and the programs that load, fill and drain it"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "demo"))
from town import ADMINISTRATOR, SOURCE, Broken, Town, end  # noqa: E402,F401
from watch import Watch  # noqa: E402

SEATS = {"organ": "organ-000", "receiver": "discipline", "publicity": "publicity"}
CLERKS = 128  # of each seat: half of all clients are the receiver's
DEPARTMENTS = [("committee", "市委", "party-committee", None), ("discipline", "市纪委监委", "discipline", "committee"),
               ("works", "市住建局", "bureau", "committee"), ("organ-000", "市财政局", "bureau", "committee"),
               ("publicity", "市委宣传部", "publicity", "committee"), ("audit", "市审计局", "audit", "committee"),
               ("organisation", "市委组织部", "organisation", "committee")]
FILLED_EVENTS = 3  # of a case that leeway-fill opens
FILLED_BYTES = 24000  # that it takes on disk, and a little more
SPARE_BYTES = 16 << 30  # for what a run adds, and each rival


class NoRoom(Exception):
    """The disk has no room for the cases that are wished, or is none; the text tells."""


def disk_of(folder, mounts="/proc/self/mountinfo"):
    """(kind of file system, device) that a folder is on."""
    folder, best = os.path.realpath(folder), ("", "?", "?")
    for line in pathlib.Path(mounts).read_text().splitlines():
        where, kind = line.split(" - ")
        point = where.split()[4]
        if (folder + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best[0]):
            best = point, *kind.split()[:2]
    return best[1:]


def room_for(cases, folder, usage=shutil.disk_usage, mounts="/proc/self/mountinfo"):
    """Raise NoRoom before hours are spent on filling a disk, or figures taken of one that is none."""
    if disk_of(folder, mounts)[0] in ("tmpfs", "ramfs"):
        raise NoRoom(f"{folder} is memory and no disk, so nothing there is durable; name a folder of a disk with --folder")
    wanted, free = cases * FILLED_BYTES + SPARE_BYTES, usage(folder).free
    if wanted > free:
        raise NoRoom(f"{cases:,} cases need about {wanted / 2**30:,.0f} GiB on the disk of {folder}, where "
                     f"{free / 2**30:,.0f} GiB are free; name another with --folder, or ask for fewer with --cases")


class BenchTown(Town):
    def __init__(self, programs, fill, folder):
        folder.mkdir()
        super().__init__(programs, folder=folder)
        self.fill_program = fill
        self.clerks = False

    def configure(self):
        path = super().configure()
        path.write_text(path.read_text().replace("map-size: 1 GiB", "map-size: 512 GiB"))
        return path

    def people(self):
        fields = [{"id": i, "name": n, "kind": k, **({"superior": s} if s else {})} for i, n, k, s in DEPARTMENTS]
        self.settle(fields, {"reader": ("committee", ["watch", "inspect"])})
        names = [(f"{seat}-{i}", (department, ["act", "enter"])) for i in range(CLERKS)
                 for seat, department in SEATS.items()]
        for at in range(0, len(names), 60):  # a principal may not have more on its way
            self.settle([], dict(names[at:at + 60]))
        self.paper = self.client("receiver-0").put_paper("容错免责申请书".encode())
        self.paper = self.paper if isinstance(self.paper, str) else self.paper.hex()
        self.secret("load.keys", [f"{seat}-{i}" for i in range(CLERKS) for seat in SEATS])
        self.secret("ask.keys", ["reader"])

    def secret(self, name, principals):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text("".join(" ".join(self.keys[principal]) + "\n" for principal in principals))

    # ---- life ----

    def timed_start(self, limit=3600):
        """Start the daemon; seconds until it answered."""
        host, port = self.commands.removeprefix("tcp://").split(":")
        begun = time.perf_counter()
        self.daemon = self.spawn("leewayd", [self.programs / "leewayd", "-c", self.configure()])
        while True:  # libzmq would try again after 100 ms only
            try:
                socket.create_connection((host, int(port))).close()
                break
            except ConnectionRefusedError:
                if self.daemon.poll() is not None or time.perf_counter() - begun > limit:
                    raise Broken(f"leewayd does not answer:\n{self.log('leewayd')}") from None
                time.sleep(0.001)
        self.status()
        return time.perf_counter() - begun

    def status(self):
        return self.client(ADMINISTRATOR).ask("status")

    def rest(self):
        """The daemon alone ends, so that its store can be worked on, and our connections with it."""
        self.leave()
        fine = end(self.daemon, 120)
        self.daemon = None
        return fine

    def leave(self):
        for client in self.clients.values():
            client.close()
        self.clients = {}

    def die(self, serial):
        """SIGKILL in the midst of 64 x 16."""
        with subprocess.Popen(self.load_words(64, 16, warm=1, seconds=60, serial=serial), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, stdin=subprocess.DEVNULL) as process:
            process.stdout.readline()  # it counts
            time.sleep(1)
            self.leave()
            self.kill()
            process.wait()
        self.daemon = None

    def filled(self, cases):
        """Cases written through the engine. Events a second."""
        self.rest()
        out = subprocess.run([str(self.fill_program), str(self.folder / "store"), str(cases), "1"], check=True,
                             stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout.split()
        self.timed_start()
        return FILLED_EVENTS * int(out[1]) / max(0.1, float(out[5]))

    def forget(self):
        self.rest()
        subprocess.run([str(self.programs / "leeway-bench-forget"), str(self.folder / "store")], check=True,
                       stdin=subprocess.DEVNULL)

    def size(self):
        return (self.folder / "store" / "data.mdb").stat().st_blocks * 512

    # ---- work ----

    def load_words(self, clients, depth, **more):
        command = [self.programs / "leeway-bench-load", "--endpoint", self.commands, "--server-key",
                   self.keys["server"][0], "--keys", self.folder / "load.keys", "--paper", self.paper, "--clients",
                   clients, "--depth", depth]
        for name, value in more.items():
            command += ["--" + name.replace("_", "-"), value]
        return [str(part) for part in command]

    def load(self, clients, depth, **more):
        """What leeway-bench-load tells, and under `where` what the daemon did while it counted."""
        watch, told, before = Watch(self.daemon.pid), None, None
        with subprocess.Popen(self.load_words(clients, depth, **more), stdout=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL) as process:
            for line in process.stdout:
                if line.startswith("counting"):
                    before = watch.moment(), self.status(), self.size()
                else:
                    after = watch.moment(), self.status(), self.size()
                    told = json.loads(line)
        if process.returncode or told is None:
            raise Broken(f"the load ended with {process.returncode}; {self.log('leewayd', 5)}")
        told["where"] = watch.between(before[0], after[0])
        told["where"]["batches"] = after[1]["counters"]["batches"] - before[1]["counters"]["batches"]
        told["where"]["bytes"], told["where"]["events"] = after[2] - before[2], after[1]["number"] - before[1]["number"]
        return told

    def asking(self):
        """The words that let a load ask questions, too."""
        return {"ask": self.folder / "ask.keys", "cases": self.status()["cases"]}

    def drain(self, stream, principal):
        out = subprocess.run([str(part) for part in (self.programs / "leeway-bench-drain", self.commands,
                                                     self.keys["server"][0], self.key_file(principal), stream)],
                             check=True, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL).stdout
        return json.loads(out)

    def memory(self):
        return Watch(self.daemon.pid).memory("data.mdb")
