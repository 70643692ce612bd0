"""proxy.py - a wire between agents and the daemon, of bytes, that breaks as wires do

Runs in a process of its own, without knowing what it carries. Each connection is forwarded in pieces of any size; now
and then one is *cut* (both ends reset), *stalled* (nothing moves for a while, in one direction or both), *half-opened*
(one end is closed, the other never hears of it) or *slowed* (a few KiB a second). A line `calm` on standard input ends
all that: what hangs is reset, and bytes go straight through.
"""

import json
import os
import random
import selectors
import socket
import struct
import sys
import time

CHUNK = 65536
HELD_MOST = 1 << 20  # bytes that wait for a slow side before the other is read no more


class End:
    """One side of a connection."""

    def __init__(self, sock):
        self.sock = sock
        self.out = bytearray()  # waits to be written here
        self.other = None
        self.until = 0.0        # stalled: not read before this moment
        self.rate = None        # bytes a second
        self.allowance = 0.0
        self.deaf = False       # half-open: the other side is gone, and this one is not told
        self.connected = True


class Proxy:
    def __init__(self, routes, seed, rate):
        self.chance = random.Random(seed)
        self.rate = rate             # faults a second
        self.selector = selectors.DefaultSelector()
        self.upstream = {}
        self.ends = {}               # socket -> End
        self.counts = {"cut": 0, "stalled": 0, "half_opened": 0, "slowed": 0, "connections": 0}
        self.next_fault = time.monotonic() + 1.0
        for port, target in routes:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
            listener.setblocking(False)
            self.upstream[listener] = target
            self.selector.register(listener, selectors.EVENT_READ)
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ)

    # ---- connections ----

    def accept(self, listener):
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.socket()
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.connect_ex(("127.0.0.1", self.upstream[listener]))
        a, b = End(near), End(far)
        a.other, b.other = b, a
        b.connected = False
        self.ends[near], self.ends[far] = a, b
        self.counts["connections"] += 1
        self.interest(a)
        self.interest(b)

    def interest(self, end):
        if end.sock not in self.ends:
            return
        want = 0
        now = time.monotonic()
        if not end.connected or end.out:
            want |= selectors.EVENT_WRITE
        ready = end.until <= now and len(end.other.out) < HELD_MOST and (not end.rate or end.allowance >= 1)
        if end.connected and (end.deaf or ready):
            want |= selectors.EVENT_READ
        try:
            known = self.selector.get_key(end.sock).events
        except KeyError:
            known = 0
        if want == known:
            return
        if known and want:
            self.selector.modify(end.sock, want)
        elif want:
            self.selector.register(end.sock, want)
        else:
            self.selector.unregister(end.sock)

    def drop(self, end, reset=True):
        """Close one socket, with a reset or in form."""
        if end.sock not in self.ends:
            return
        del self.ends[end.sock]
        try:
            self.selector.unregister(end.sock)
        except KeyError:
            pass
        if reset:
            end.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.sock.close()

    def drop_both(self, end, reset=True):
        self.drop(end, reset)
        self.drop(end.other, reset)

    def read(self, end):
        limit = CHUNK
        if end.rate:
            if end.allowance < 1:
                return
            limit = max(1, int(end.allowance))
        try:
            data = end.sock.recv(min(CHUNK, limit))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            if end.deaf:
                self.drop(end)
            else:
                self.drop_both(end, reset=False)
            return
        if end.deaf:
            return  # into the void
        if end.rate:
            end.allowance -= len(data)
            self.interest(end)
        end.other.out += data
        self.write(end.other)
        self.interest(end)

    def write(self, end):
        if not end.connected:
            if end.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.drop_both(end)
                return
            end.connected = True
        while end.out:
            # pieces of any size, so that no reader can rely on where one ends
            piece = end.out[:self.chance.choice((1, 7, 64, 1000, CHUNK))] if self.rate else end.out
            try:
                sent = end.sock.send(piece)
            except BlockingIOError:
                break
            except OSError:
                if end.deaf:
                    self.drop(end)
                else:
                    self.drop_both(end)
                return
            del end.out[:sent]
        self.interest(end)
        self.interest(end.other)

    # ---- faults ----

    def fault(self):
        whole = [end for end in self.ends.values() if not end.deaf and end.connected and end.other.connected]
        if not whole:
            return
        end = self.chance.choice(whole)
        kind = self.chance.choice(("cut", "cut", "stalled", "stalled", "half_opened", "slowed"))
        self.counts[kind] += 1
        if kind == "cut":
            self.drop_both(end)
        elif kind == "stalled":
            end.until = time.monotonic() + self.chance.uniform(0.2, 8.0)
            if self.chance.random() < 0.5:
                end.other.until = end.until
        elif kind == "half_opened":
            end.other.deaf = True
            self.drop(end)
        else:
            end.rate = self.chance.randrange(500, 8000)
        for one in (end, end.other):
            self.interest(one)

    def calm(self):
        self.rate = 0
        for end in list(self.ends.values()):
            end.until, end.rate = 0.0, None
            if end.deaf:
                self.drop(end)
            else:
                self.interest(end)

    # ---- the loop ----

    def run(self):
        last = time.monotonic()
        while True:
            for key, mask in self.selector.select(0.05):
                if key.fileobj == 0:
                    word = os.read(0, 4096)
                    if b"calm" in word:
                        self.calm()
                    elif not word:
                        print(json.dumps(self.counts), flush=True)
                        return
                elif key.fileobj in self.upstream:
                    self.accept(key.fileobj)
                else:
                    self.serve(key.fileobj, mask)
            now = time.monotonic()
            self.turn(now, now - last)
            last = now

    def serve(self, sock, mask):
        end = self.ends.get(sock)
        if end and mask & selectors.EVENT_WRITE:
            self.write(end)
        if sock in self.ends and mask & selectors.EVENT_READ:
            self.read(end)

    def turn(self, now, passed):
        if self.rate and now >= self.next_fault:
            self.next_fault = now + self.chance.expovariate(self.rate)
            self.fault()
        for end in list(self.ends.values()):
            if end.rate:
                end.allowance = min(end.allowance + end.rate * passed, end.rate)
                self.interest(end)
            if end.until and end.until <= now:
                end.until = 0.0
                self.interest(end)


def main(arguments):
    routes = [tuple(int(port) for port in route.split(":")) for route in arguments[2:]]
    Proxy(routes, int(arguments[0]), float(arguments[1])).run()


if __name__ == "__main__":
    main(sys.argv[1:])
