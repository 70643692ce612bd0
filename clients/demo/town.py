"""town.py - a daemon and its departments as processes of this machine, in a folder of their own

Makes fresh keys and the configuration, starts leewayd and the agents, kills the daemon when asked to, and takes
everything down again. Used by the demonstration and by the tests of the whole system.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import zmq

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
sys.path.insert(0, str(SOURCE / "proto" / "python"))
import leeway  # noqa: E402

ADMINISTRATOR = "administrator"
START = "2026-01-05T09:00:00"


class Broken(Exception):
    """A process did not do what it must; the text tells what it said last."""


def free_ports(count):
    """Ports of the loopback that nobody listens on at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Town:
    def __init__(self, programs, folder=None, simulated=START, keep=False):
        self.programs = pathlib.Path(programs).resolve()
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="leeway-"))
        self.simulated, self.keep = simulated, keep
        self.keys = {}      # principal -> (public, secret)
        self.daemon = None
        self.agents = {}    # department -> process
        self.clients = {}   # principal -> Leeway
        self.exits = []     # what processes died of that were not asked to
        self.commands, self.transitions = (f"tcp://127.0.0.1:{port}" for port in free_ports(2))
        for name in ("keys", "logs", "plans", "agents", "store"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        self.new_key("server")
        self.new_key(ADMINISTRATOR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- keys and clients ----

    def new_key(self, principal):
        public, secret = (half.decode() for half in zmq.curve_keypair())
        self.keys[principal] = public, secret
        path = self.key_file(principal)
        path.touch(mode=0o600)
        path.write_text(f"public: {public}\nsecret: {secret}\n")
        path.with_suffix(".key.pub").write_text(f"public: {public}\n")
        return public

    def key_file(self, principal):
        return self.folder / "keys" / f"{principal}.key"

    def client(self, principal, **more):
        """The principal's connection, made once."""
        if principal not in self.clients:
            self.clients[principal] = self.new_client(principal, **more)
        return self.clients[principal]

    def new_client(self, principal, **more):
        public, secret = self.keys[principal]
        return leeway.Leeway(self.commands, self.keys["server"][0], public, secret, self.transitions, **more)

    # ---- processes ----

    def spawn(self, name, arguments, **environment):
        """Start a program; it ends with us, however we end."""
        log = open(self.folder / "logs" / f"{name}.log", "ab")
        with log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *(str(part) for part in arguments)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, **{k: str(v) for k, v in environment.items()}},
                cwd=self.folder)

    def log(self, name, lines=20):
        path = self.folder / "logs" / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def configure(self):
        path = self.folder / "leewayd.yaml"
        simulated = f'simulated: {{start: "{self.simulated}"}}' if self.simulated else ""
        path.write_text(f"""\
endpoints:
  command: {self.commands}
  transitions: {self.transitions}
store: {{folder: store, map-size: 1 GiB}}
papers: {{folder: papers}}
server-key: keys/server.key
administrator: {ADMINISTRATOR}
zone: "+08:00"
calendars: {SOURCE}/config/calendars
procedures: {SOURCE}/config/procedures
keys:
  - {{principal: {ADMINISTRATOR}, key: "{self.keys[ADMINISTRATOR][0]}"}}
{simulated}
""")
        return path

    def start(self, limit=30.0, words=()):
        """Start the daemon on the store that is there, and wait until it answers."""
        self.daemon = self.spawn("leewayd", [self.programs / "leewayd", "-c", self.configure(), *words])
        client = self.client(ADMINISTRATOR)
        end = time.monotonic() + limit
        question = client.send({"t": "ask", "q": "status"})
        while question not in client.answers:
            if self.daemon.poll() is not None:
                raise Broken(f"leewayd ended with {self.daemon.returncode}:\n{self.log('leewayd')}")
            if time.monotonic() > end:
                raise Broken(f"leewayd does not answer:\n{self.log('leewayd')}")
            client.pump(0.1)
        return client.wait(question)

    def kill(self):
        """SIGKILL: nothing is flushed, nobody is told."""
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def start_agent(self, department, principal, handler, **environment):
        """An agent of the department that runs the handler for each notice."""
        self.agents[department] = self.spawn(
            f"agent-{department}",
            [self.programs / "leeway-agent", "--stream", department, "--name", "desk", "--handler", handler,
             "--state", self.folder / "agents" / department, "--endpoint", self.commands,
             "--server-key", self.key_file("server").with_suffix(".key.pub"), "--key", self.key_file(principal)],
            **environment)

    def monitor(self, principal):
        """What leeway-monitor --once prints."""
        done = subprocess.run(
            [self.programs / "leeway-monitor", "--once", "--endpoint", self.commands, "--transitions", self.transitions,
             "--server-key", self.key_file("server").with_suffix(".key.pub"), "--key", self.key_file(principal)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise Broken(f"leeway-monitor ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def check(self):
        """Raise when a process has died by itself."""
        for name, process in [("leewayd", self.daemon), *((f"agent-{d}", p) for d, p in self.agents.items())]:
            if process is not None and process.poll() is not None:
                raise Broken(f"{name} ended with {process.returncode}:\n{self.log(name)}")

    def stop(self):
        """Close what is ours, end the processes in order, remove the folder. True: each ended as it should."""
        for client in self.clients.values():
            client.close()
        self.clients = {}
        fine = all([end(process) for process in self.agents.values()])
        fine = end(self.daemon) and fine
        self.agents, self.daemon = {}, None
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        return fine

    # ---- the register ----

    def admin(self, act, **fields):
        return self.client(ADMINISTRATOR).command(act, fields=fields)

    def settle(self, departments, principals, persons=()):
        """Register departments, principals with fresh keys, and persons."""
        client = self.client(ADMINISTRATOR)
        orders = [("department-add", fields) for fields in departments]
        for principal, (department, rights) in principals.items():
            orders.append(("role-add", {"principal": principal, "department": department, "rights": rights}))
            orders.append(("key-add", {"principal": principal, "key": self.new_key(principal)}))
        orders += [("person-add", fields) for fields in persons]
        sent = [client.send({"t": "command", "act": act, "fields": fields}) for act, fields in orders]
        for id_ in sent:
            client.wait(id_)
        return len(sent)


def end(process, limit=10.0):
    """Ask a process to end. True: it did so by itself, with 0."""
    if process is None:
        return True
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
