"""dialogue.py - play a dialogue of proto/vectors/dialogues against a running daemon; README.md there tells the form

    dialogue.py TOWN.json DIALOGUE.json     plays it once
    dialogue.py --write DIALOGUE.json...    fills in the bytes of what is sent

Only python3-zmq and python3-msgpack are used, and nothing of leeway.py: this is a reader of PROTOCOL.md by itself.
"""

import json
import pathlib
import sys
import time

import msgpack
import zmq
from zmq.utils.monitor import recv_monitor_message

LIMIT = 20.0


class Differs(Exception):
    """What came is not what must come."""


def from_json(tree, known=None):
    """The value of a JSON tree; `known` has the variables, without it they are not allowed."""
    if isinstance(tree, list):
        return [from_json(item, known) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {"$bin"}:
        return bytes.fromhex(tree["$bin"])
    if set(tree) == {"$var"}:
        return known[tree["$var"]]
    return {key: from_json(value, known) for key, value in tree.items()}


def has_variables(tree):
    if isinstance(tree, list):
        return any(has_variables(item) for item in tree)
    return isinstance(tree, dict) and ("$var" in tree or any(has_variables(value) for value in tree.values()))


KINDS = {"int": int, "text": str, "bytes": bytes, "map": dict, "list": list, "bool": bool}


def differs(pattern, value, known, at=""):
    """None, or where and how the value is not what the pattern says. Binds what the pattern binds."""
    if isinstance(pattern, dict) and any(key.startswith("$") for key in pattern):
        return special(pattern, value, known, at)
    if isinstance(pattern, dict):
        if not isinstance(value, dict):
            return f"{at}: expected a map, not {value!r}"
        for key, inner in pattern.items():
            if isinstance(inner, dict) and inner.get("$absent"):
                if key in value:
                    return f"{at}.{key}: must not be there, is {value[key]!r}"
            elif key not in value:
                return f"{at}.{key}: is not there in {value!r}"
            elif wrong := differs(inner, value[key], known, f"{at}.{key}"):
                return wrong
        return None
    if isinstance(pattern, list):
        if not isinstance(value, list) or len(value) != len(pattern):
            return f"{at}: expected {len(pattern)} items, not {value!r}"
        return next(filter(None, (differs(p, v, known, f"{at}[{i}]") for i, (p, v) in enumerate(zip(pattern, value)))),
                    None)
    same = type(pattern) is type(value) and pattern == value
    return None if same else f"{at}: expected {pattern!r}, not {value!r}"


def special(pattern, value, known, at):
    if "$bin" in pattern or "$var" in pattern:
        wanted = from_json(pattern, known)
        return None if value == wanted and type(value) is type(wanted) else f"{at}: expected {wanted!r}, not {value!r}"
    if "$has" in pattern:
        found = isinstance(value, list) and any(differs(pattern["$has"], item, known, at) is None for item in value)
        return None if found else f"{at}: no item {pattern['$has']!r} in {value!r}"
    if "$least" in pattern and not (isinstance(value, int) and value >= pattern["$least"]):
        return f"{at}: expected at least {pattern['$least']}, not {value!r}"
    if "$holds" in pattern and not (isinstance(value, str) and pattern["$holds"] in value):
        return f"{at}: expected a text with {pattern['$holds']!r}, not {value!r}"
    if "$any" in pattern:
        kind = KINDS[pattern["$any"]]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return f"{at}: expected {pattern['$any']}, not {value!r}"
    if "$bind" in pattern:
        known[pattern["$bind"]] = value
    return None


class Connection:
    def __init__(self, context, town, about):
        feed = "subscribe" in about
        self.socket = context.socket(zmq.SUB if feed else zmq.DEALER)
        self.socket.linger = 0
        public, secret = town["keys"][about["principal"]] if about["principal"] in town["keys"] else (
            half.decode() for half in zmq.curve_keypair())
        self.socket.curve_serverkey = town["server"].encode()
        self.socket.curve_publickey, self.socket.curve_secretkey = public.encode(), secret.encode()
        if "routing" in about:
            self.socket.routing_id = about["routing"].encode()
        for prefix in about.get("subscribe", []):
            self.socket.subscribe(prefix.encode())
        self.monitor = self.socket.get_monitor_socket()
        self.monitor.linger = 0
        self.socket.connect(town["transitions" if feed else "command"])
        self.feed = feed

    def news(self, wanted, limit=LIMIT):
        """Wait until the connection is up, is lost, or is denied to the key."""
        events = {"up": zmq.EVENT_HANDSHAKE_SUCCEEDED, "lost": zmq.EVENT_DISCONNECTED,
                  "denied": zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_AUTH}
        end = time.monotonic() + limit
        while self.monitor.poll(max(0, int((end - time.monotonic()) * 1000))):
            if recv_monitor_message(self.monitor)["event"] & events[wanted]:
                return
        raise Differs(f"the connection is not {wanted}")

    def receive(self, seconds):
        if not self.socket.poll(max(0, int(seconds * 1000))):
            return None
        frames = self.socket.recv_multipart()
        value = msgpack.unpackb(frames[-1], raw=False, strict_map_key=True)
        return (frames[0].decode(), value) if self.feed else (None, value)

    def close(self):
        self.socket.disable_monitor()
        self.monitor.close()
        self.socket.close()


class Play:
    def __init__(self, town, dialogue):
        self.town, self.dialogue, self.known = town, dialogue, {}
        self.context = zmq.Context()
        self.open = {}

    def run(self):
        try:
            for name in self.dialogue["connections"]:
                if not self.dialogue["connections"][name].get("later"):
                    self.connect(name)
            for number, step in enumerate(self.dialogue["steps"]):
                try:
                    self.step(step)
                except Differs as wrong:
                    raise Differs(f"{self.dialogue['name']}, step {number} ({json.dumps(step, ensure_ascii=False)[:160]}):"
                                  f" {wrong}") from None
        finally:
            for connection in self.open.values():
                connection.close()
            self.context.term()

    def connect(self, name):
        about = self.dialogue["connections"][name]
        self.open[name] = Connection(self.context, self.town, about)
        if not about.get("refused"):
            self.open[name].news("up")

    def step(self, step):
        if "connect" in step:
            return self.connect(step["connect"])
        one = self.open[step["on"]]
        if "news" in step:
            one.news(step["news"])
        elif step.get("disconnect"):
            self.open.pop(step["on"]).close()
        elif "send" in step:
            frame = msgpack.packb(from_json(step["send"], self.known), use_bin_type=True)
            if "hex" in step and frame.hex() != step["hex"]:
                raise Differs(f"the bytes are {frame.hex()}")
            one.socket.send(frame)
        elif "frames" in step:
            one.socket.send_multipart([bytes.fromhex(frame.get("hex", "")) + bytes.fromhex(frame["fill"]) * frame["times"]
                                       if isinstance(frame, dict) else bytes.fromhex(frame) for frame in step["frames"]])
        elif "nothing" in step:
            self.nothing(one, step["nothing"] / 1000)
        else:
            self.expect(one, step)

    def wanted(self, step, topic, value):
        """Beats and heads come when they will: they are passed over unless they are what is waited for."""
        if topic is not None:
            return topic == "head/" and step.get("topic") != "head/"
        return value.get("t") == "beat" and step["expect"].get("t") != "beat"

    def expect(self, one, step):
        end = time.monotonic() + step.get("within", LIMIT * 1000) / 1000
        while True:
            came = one.receive(end - time.monotonic())
            if came is None:
                raise Differs("nothing came")
            if not self.wanted(step, *came):
                break
        topic, value = came
        if "topic" in step and topic != step["topic"]:
            raise Differs(f"the topic is {topic}")
        if wrong := differs(step["expect"], value, self.known):
            raise Differs(f"{wrong}; all of it: {value!r}")
        if "keep" in step:
            self.known[step["keep"]] = value

    def nothing(self, one, seconds):
        end = time.monotonic() + seconds
        while (came := one.receive(end - time.monotonic())) is not None:
            if not self.wanted({"expect": {}}, *came):
                raise Differs(f"nothing should come, but {came[1]!r}")


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def write(path):
    """Put the bytes behind each message that is sent and has no variables; one step a line."""
    dialogue = load(path)
    for step in dialogue["steps"]:
        step.pop("hex", None)
        if "send" in step and not has_variables(step["send"]):
            step["hex"] = msgpack.packb(from_json(step["send"]), use_bin_type=True).hex()
    text = json.dumps({key: value for key, value in dialogue.items() if key != "steps"}, ensure_ascii=False, indent=1)
    steps = ",\n".join("  " + json.dumps(step, ensure_ascii=False) for step in dialogue["steps"])
    pathlib.Path(path).write_text(f'{text[:-2]},\n "steps": [\n{steps}\n ]\n}}\n', encoding="utf-8")


def main():
    if sys.argv[1] == "--write":
        for path in sys.argv[2:]:
            write(path)
    else:
        Play(load(sys.argv[1]), load(sys.argv[2])).run()


if __name__ == "__main__":
    main()
