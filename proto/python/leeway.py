"""leeway.py - a client of Leeway in one file, over python3-zmq and python3-msgpack

PROTOCOL.md is the contract; this is what a stranger makes of it. A client has commands and questions with their
answers, papers, the stream of a department's notices, and the transitions.

    server = Leeway.from_context()  # or Leeway("tcp://127.0.0.1:7401", server_key, *read_key("clerk.key"))
    server.command("accept", case=7)
    print(server.ask("case", case=7)["case"]["stage"])
    for notice in server.stream("housing", "desk"):
        ...

One thread; sockets are only touched inside a call, so a program that holds a stream calls next() or pump() at least
every few seconds.
"""

import collections
import hashlib
import os
import select
import time
import uuid

import msgpack
import zmq
from zmq.utils.monitor import recv_monitor_message

BEAT = 5.0
SILENCE = 3 * BEAT
CHUNK = 256 * 1024
PAGE = 500


class Refused(Exception):
    """The daemon said no: `kind`, `code`, and in `answer` the whole message (rule, article, missing, who, earliest)."""

    def __init__(self, answer):
        self.answer = answer
        self.kind = answer.get("kind", "fault")
        self.code = answer.get("code")  # `leeway errors lookup CODE` tells what helps
        self.may_retry = self.kind == "space" or self.code in ("busy", "store", "too-many-in-flight",
                                                               "too-many-sessions")
        super().__init__(f"{self.kind}/{self.code}: {answer.get('text', '')}")


class NoAnswer(Exception):
    """No answer within the limit. What a command did is not known: send it again under the same id."""


class Ended(Exception):
    """A stream's session ended for good: taken-over, revoked, or it may not be opened."""


def uuid7(ms=None):
    """A fresh id: UUID version 7 in its text form, of this moment or of `ms`, milliseconds since 1970."""
    ms = time.time_ns() // 1_000_000 if ms is None else ms
    chance = int.from_bytes(os.urandom(10), "big")
    number = (ms & (1 << 48) - 1) << 80 | 7 << 76 | (chance >> 62 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return str(uuid.UUID(int=number))


def read_key(path):
    """(public, secret) of a key file with the lines `public: …` and `secret: …`; secret is None when it has none."""
    with open(path, encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line and not line.startswith("#"))
    lines = {name.strip(): value.strip().strip('"') for name, value in lines.items()}
    return lines["public"], lines.get("secret")


def read_context(path=None):
    """What a context says, a file of lines `name: value` (endpoint, transitions, server-key, key): that of `path`, of
    LEEWAY_CONTEXT, or leeway/context in the configuration's folder. Files in it are relative to its own folder."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    path = path or os.environ.get("LEEWAY_CONTEXT") or os.path.join(home, "leeway", "context")
    with open(path, encoding="utf-8") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line and not line.startswith("#"))
    options = {name.strip(): value.strip() for name, value in lines.items()}
    for name in ("server-key", "key"):
        file = os.path.join(os.path.dirname(path), options.get(name, ""))
        if name in options and (len(options[name]) != 40 or os.path.exists(file)):  # 40: a key in Z85 itself
            options[name] = file
    return options


def pack(message):
    return msgpack.packb(message, use_bin_type=True)


def unpack(frame):
    return msgpack.unpackb(frame, raw=False, strict_map_key=True)


class Leeway:
    def __init__(self, endpoint, server_key, public, secret, transitions=None, limit=30.0, again=2.0):
        """limit: seconds after which NoAnswer is raised; again: seconds after which a request is sent once more."""
        self.endpoint, self.transitions = endpoint, transitions
        self.keys = [key.encode() if isinstance(key, str) else key for key in (server_key, public, secret)]
        self.limit, self.again = limit, again
        self.context = zmq.Context()
        self.poller = zmq.Poller()
        self.socket = None
        self.waiting = {}  # id -> [message, when it is sent again]
        self.answers = {}
        self.faults = collections.deque(maxlen=100)  # faults that name no id
        self.streams = []
        self.watches = []
        self.state = "connecting"  # then up, lost, or no-entry: the daemon does not know the key
        self.on_state = None       # called with the state when it has changed
        self.epoll = select.epoll()
        self._connect()

    @classmethod
    def from_context(cls, path=None, **more):
        """A client of the daemon and the key that a context names, see read_context()."""
        o = read_context(path)
        server = read_key(o["server-key"])[0] if os.path.exists(o["server-key"]) else o["server-key"]
        return cls(o["endpoint"], server, *read_key(o["key"]), transitions=o.get("transitions"), **more)

    # ---- requests ----

    def command(self, act, **keys):
        """Send a command and return its `accepted`; raises Refused. Repeated under one id until it is answered."""
        return self.wait(self.send({"t": "command", "act": act, **keys}))

    def ask(self, q, **arguments):
        """Ask a question and return its `answer`; raises Refused."""
        return self.wait(self.send({"t": "ask", "q": q, **arguments}))

    def each(self, q, key, **arguments):
        """Every entry of a paged list: each("cases", "cases", stage="verification")."""
        after = None
        while True:
            page = self.ask(q, limit=PAGE, **arguments, **({} if after is None else {"after": after}))
            yield from page[key]
            after = page.get("next")
            if after is None:
                return

    def put_paper(self, data):
        """Put a paper, chunk by chunk; returns the hash by which a command cites it."""
        digest = hashlib.blake2b(data, digest_size=32).digest()
        offset = 0
        while True:
            answer = self.wait(self.send({"t": "paper-put", "hash": digest, "size": len(data), "offset": offset,
                                          "data": data[offset:offset + CHUNK]}))
            if answer["complete"]:
                return digest
            offset = answer["next"]

    def get_paper(self, case, digest):
        chunks, offset = [], 0
        while True:
            answer = self.wait(self.send({"t": "paper-get", "case": case, "hash": digest, "offset": offset}))
            chunks.append(answer["data"])
            offset += len(answer["data"])
            if offset >= answer["size"]:
                return b"".join(chunks)

    def send(self, message, repeat=True):
        """Send without waiting; gives the message an id when it has none, and returns it. wait() takes the answer."""
        message = {"id": uuid7(), **message}
        self.waiting[message["id"]] = [message, time.monotonic() + self.again if repeat else float("inf")]
        self._post(message)
        return message["id"]

    def wait(self, id_, limit=None):
        """The answer to a request that was sent; raises Refused, or NoAnswer after the limit."""
        answer = self.outcome(id_, limit)
        if answer["t"] in ("refused", "fault"):
            raise Refused(answer)
        return answer

    def outcome(self, id_, limit=None):
        """As wait(), but a refusal is returned like any other answer."""
        end = time.monotonic() + (self.limit if limit is None else limit)
        while id_ not in self.answers:
            if time.monotonic() >= end:
                self.waiting.pop(id_, None)
                raise NoAnswer(id_)
            self.pump(min(end - time.monotonic(), 0.5))
        return self.answers.pop(id_)

    # ---- streams and transitions ----

    def stream(self, stream, name, after=None, messages=1024, size=1 << 20, group=None):
        """Open a session on a department's stream of notices; with `group` as one of those who share them."""
        if group is None:
            made = Stream(self, stream, name, after, messages, size)
        else:
            made = Member(self, stream, name, group, messages, size)
        self.streams.append(made)
        return made

    def watch(self, prefix="", after=None):
        """Every transition whose topic begins with prefix (`kind/procedure/department/`, cut at a slash), in order,
        none left out: from now on, or from the number behind `after`."""
        made = Watch(self, prefix, self.ask("status")["transition"] if after is None else after)
        self.watches.append(made)
        return made

    # ---- the sockets ----

    def pump(self, seconds=0.0):
        """Take in what has come, waiting up to `seconds` for something; beat, and send again what is overdue."""
        for socket, _ in self.poller.poll(max(0, int(seconds * 1000))):
            try:
                while True:
                    if socket is self.monitor:
                        self._news(recv_monitor_message(socket, zmq.DONTWAIT)["event"])
                        continue
                    frames = socket.recv_multipart(zmq.DONTWAIT)
                    if socket is self.socket:
                        self._take(unpack(frames[0]))
                    else:
                        self._published(socket, frames)
            except zmq.Again:
                pass
        now = time.monotonic()
        if any(due <= now for _, due in self.waiting.values()):
            self._repeat(now)
        for stream in self.streams:
            stream._tick(now)

    def fileno(self):
        """For a program with a loop of its own: pump(0) when this is readable, behind each other call of the client,
        and at least every second (the descriptors of ZeroMQ tell of a change once)."""
        return self.epoll.fileno()

    def close(self):
        for stream in list(self.streams):
            stream.close()
        for watch in self.watches:
            watch.socket.close(linger=0)
        self.watches = []
        if self.socket is not None:
            self._disconnect(200)
            self.socket = None
        self.epoll.close()
        self.context.term()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _curve(self, kind, endpoint):
        socket = self.context.socket(kind)
        socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = self.keys
        socket.linger = 0
        socket.heartbeat_ivl = int(BEAT * 1000)
        socket.sndhwm = socket.rcvhwm = 100_000
        socket.reconnect_ivl, socket.reconnect_ivl_max = 50, 1000
        return socket, endpoint

    def _disconnect(self, linger=0):
        for socket in (self.socket, self.monitor):
            self._look_away(socket)
        self.socket.disable_monitor()
        self.monitor.close(linger=0)
        self.socket.close(linger=linger)

    def _connect(self):
        if self.socket is not None:
            self._disconnect()
        self.socket, endpoint = self._curve(zmq.DEALER, self.endpoint)
        self.monitor = self.socket.get_monitor_socket()
        self.socket.connect(endpoint)
        for socket in (self.socket, self.monitor):
            self._look(socket)
        self.heard = time.monotonic()

    def _look(self, socket):
        self.poller.register(socket, zmq.POLLIN)
        self.epoll.register(socket.getsockopt(zmq.FD), select.EPOLLIN)

    def _look_away(self, socket):
        self.poller.unregister(socket)
        self.epoll.unregister(socket.getsockopt(zmq.FD))

    def _news(self, event):
        state = {zmq.EVENT_HANDSHAKE_SUCCEEDED: "up", zmq.EVENT_HANDSHAKE_FAILED_AUTH: "no-entry",
                 zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "no-entry"}.get(event, self.state)
        if event == zmq.EVENT_DISCONNECTED and self.state == "up":
            state = "lost"
        if state != self.state:
            self.state = state
            if self.on_state:
                self.on_state(state)

    def _post(self, message):
        try:
            self.socket.send(pack(message), zmq.DONTWAIT)
        except zmq.Again:
            pass  # the queue is full: what matters waits in self.waiting and goes out again

    def _repeat(self, now):
        """Nothing was heard for a while: after a refused handshake libzmq is slow to retry, so connect anew."""
        if now - self.heard > self.again:
            self._connect()
        for entry in self.waiting.values():
            if entry[1] <= now:
                entry[1] = now + self.again
                self._post(entry[0])

    def _take(self, message):
        self.heard = time.monotonic()
        kind = message.get("t")
        if kind in ("accepted", "refused", "answer", "opened", "fault"):
            if message.get("id") is None:
                self.faults.append(message)
            elif self.waiting.pop(message["id"], None):
                self.answers[message["id"]] = message
                for stream in self.streams:  # notices may stand right behind
                    if stream.opening == message["id"]:
                        stream._opened(self.heard)
        elif kind in ("notices", "beat", "ended"):
            for stream in self.streams:
                if stream.session == message["session"]:
                    stream._take(kind, message)

    def _published(self, socket, frames):
        if len(frames) == 2:
            for watch in self.watches:
                if watch.socket is socket:
                    watch._take(frames[0].decode(), unpack(frames[1]))


class Stream:
    """A session on a stream; iterate over it, or call next(). It opens itself again after a silence or a restart, at
    the notice behind the last that was handed over."""

    def __init__(self, client, stream, name, after, messages, size):
        self.client, self.stream, self.name = client, stream, name
        self.messages, self.size = messages, size
        self.position = after  # of the last notice taken in
        self.last = 0          # the newest position that the daemon told of
        self.session = None
        self.queue = collections.deque()
        self.ended = None
        self.opening = None
        self._open()

    def next(self, limit=None):
        """The next notice; None when none came within `limit` seconds (None: wait for ever)."""
        end = None if limit is None else time.monotonic() + limit
        while not self.queue:
            if self.ended:
                raise Ended(self.ended)
            left = 1.0 if end is None else end - time.monotonic()
            if left <= 0:
                return None
            self.client.pump(min(left, 1.0))
        notice = self.queue.popleft()
        self.client._post({"t": "credit", "session": self.session, "messages": 1, "bytes": len(pack(notice))})
        return notice

    def __iter__(self):
        while True:
            yield self.next()

    def received(self, position):
        """Everything up to the position is durable here."""
        return self._report(received=position)

    def done(self, *positions):
        return self._report(done=list(positions))

    def ack(self, position):
        """Everything up to the position is durable here, and it is done: for who handles each at once."""
        return self._report(received=position, done=[position])

    def failed(self, position, reason):
        return self._report(failed=[{"position": position, "reason": reason}])

    def close(self):
        if self.session is not None:
            self.client._post({"t": "close", "session": self.session})
        if self in self.client.streams:
            self.client.streams.remove(self)

    def _report(self, **what):
        return self.client.wait(self.client.send({"t": "report", **self._who(), **what}))

    def _who(self):
        return {"stream": self.stream, "name": self.name}

    def _open(self):
        self.session = None
        message = {"t": "open", **self._who(), "messages": self.messages, "bytes": self.size}
        if self.position is not None:
            message["after"] = self.position
        self.opening = self.client.send(message, repeat=False)  # a repeat would take the session over
        self.asked = time.monotonic()

    def _opened(self, now):
        answer = self.client.answers.pop(self.opening, None)
        if answer is None:
            if now - self.asked > self.client.again:
                self.client.waiting.pop(self.opening, None)
                if now - self.client.heard > self.client.again:
                    self.client._connect()
                self._open()
            return
        self.opening = None
        if answer["t"] != "opened":
            self.ended = str(Refused(answer))
            return
        self.session, self.last = answer["session"], answer["last"]
        self.position = answer["after"]
        self.beaten = self.heard = now

    def _tick(self, now):
        if self.opening:
            self._opened(now)
        if self.session is None or self.ended:
            return
        if now - self.heard > SILENCE:
            self._open()
        elif now - self.beaten >= BEAT:
            self.beaten = now
            self.client._post({"t": "beat", "session": self.session})

    def _take(self, kind, message):
        self.heard = time.monotonic()
        if kind == "ended":
            if message["reason"] in ("taken-over", "revoked"):
                self.ended = message["reason"]
            elif message["reason"] != "closed":  # unknown, silent, stopping, or a word of a later daemon
                self._open()
        elif kind == "beat":
            self.last = message["last"]
        else:
            self._share(message)

    def _share(self, message):
        for notice in message["notices"]:
            if notice.get("position", notice.get("n")) == self.position + 1:  # the feed's items have n
                self.position += 1
                self.queue.append(notice)
        self.last = max(self.last, self.position)


class Member(Stream):
    """One of a group that shares the notices of a stream: those of one case come to one member, in order. What next()
    hands over was claimed and is this member's; `again` in it: another may have begun with it. Report each by done()
    or failed(), which return the positions that were somebody else's meanwhile. A program that must not forget them
    when it ends keeps them before it calls claim() itself, see fresh."""

    def __init__(self, client, stream, name, group, messages, size):
        self.group = group
        self.fresh = []  # sent, not claimed
        self.mine = {}   # position -> fence, of what is claimed and not settled
        super().__init__(client, stream, name, None, messages, size)

    def next(self, limit=None):
        end = None if limit is None else time.monotonic() + limit
        while not self.queue:
            if self.ended:
                raise Ended(self.ended)
            left = 1.0 if end is None else end - time.monotonic()
            if self.fresh:
                self.claim()
            elif left <= 0:
                return None
            else:
                self.client.pump(min(left, 1.0))
        return super().next(limit)

    def claim(self):
        """Claim what came. Of what was claimed before nothing is handed over twice."""
        fresh, self.fresh = self.fresh, []
        answer = self._report(took=[{"position": n["position"], "fence": n["fence"]} for n in fresh])
        lost = self._lose(answer)
        for notice in fresh:
            position = notice["position"]
            if position in lost or position in self.mine:
                self.client._post({"t": "credit", "session": self.session, "messages": 1, "bytes": len(pack(notice))})
            else:
                self.queue.append(notice)
            if position not in lost:
                self.mine[position] = notice["fence"]

    def received(self, position):
        raise TypeError("a member of a group claims what it takes")

    def done(self, *positions):
        return self._settle(positions, done=list(positions))

    def failed(self, position, reason):
        return self._settle([position], failed=[{"position": position, "reason": reason}])

    def _settle(self, positions, **what):
        lost = self._lose(self._report(**what))
        for position in positions:
            self.mine.pop(position, None)
        return sorted(lost)

    def _lose(self, answer):
        lost = set(answer.get("fenced", ()))
        for position in lost:
            self.mine.pop(position, None)
        self.queue = collections.deque(n for n in self.queue if n["position"] not in lost)
        return lost

    def _who(self):
        return {**super()._who(), "group": self.group}

    def _share(self, message):
        for notice in message["notices"]:
            again = {"again": True} if message.get("again") else {}
            self.fresh.append({**notice, "fence": message["fence"], **again})
            self.last = max(self.last, notice["position"])


class Watch:
    """Transitions of a prefix; what the publishing socket lost is fetched by a question."""

    def __init__(self, client, prefix, after):
        if client.transitions is None:
            raise ValueError("no endpoint for transitions was given")
        self.client, self.prefix = client, prefix
        self.number = after  # everything of the prefix up to here has been queued
        self.fetched = 0     # how many had to be fetched
        self.head = None     # the last heartbeat of the feed
        self.queue = collections.deque()
        self.gap = None      # fetch up to this number before anything else
        self.socket, endpoint = client._curve(zmq.SUB, client.transitions)
        self.socket.subscribe(prefix.encode())
        self.socket.subscribe(b"head/")
        self.socket.connect(endpoint)
        client._look(self.socket)

    def next(self, limit=None):
        """The next transition; None when none came within `limit` seconds (None: wait for ever)."""
        end = None if limit is None else time.monotonic() + limit
        while True:
            self._fill()
            if self.queue:
                return self.queue.popleft()
            left = 1.0 if end is None else end - time.monotonic()
            if left <= 0:
                return None
            self.client.pump(min(left, 1.0))

    def __iter__(self):
        while True:
            yield self.next()

    def catch_up(self):
        """Fetch all that is durable now, without waiting for the socket, and return what is queued."""
        self.gap = max(self.gap or 0, self.client.ask("status")["transition"])
        self._fill()
        queued, self.queue = list(self.queue), collections.deque()
        return queued

    def _fill(self):
        while self.gap is not None and self.number < self.gap:
            page = self.client.ask("transitions", **{"from": self.number + 1}, limit=PAGE)["transitions"]
            if not page:
                break
            for transition in page:
                self._offer(transition, fetched=True)
                self.number = max(self.number, transition["n"])
        self.gap = None

    def _offer(self, transition, fetched=False):
        topic = f"{transition['kind']}/{transition['procedure']}/{transition['department']}/"
        if transition["n"] > self.number and topic.startswith(self.prefix):
            self.queue.append(transition)
            self.fetched += fetched

    def _take(self, topic, message):
        if topic == "head/":
            self.head = message
            if message["transition"] > self.number:
                self.gap = max(self.gap or 0, message["transition"])
        elif message["prev"].get(self.prefix, 0) > self.number:
            self.gap = max(self.gap or 0, message["n"])  # the fetch brings this one as well
        elif self.gap is None:
            self._offer(message)
            self.number = max(self.number, message["n"])
