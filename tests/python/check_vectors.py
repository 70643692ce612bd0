"""Hold the frames of proto/vectors to the strict rules and to python3-msgpack.

    check_vectors.py FRAMES.json

msgpack.unpackb alone accepts duplicate keys, floats and extension types; so the rules of proto/vectors/README.md are
written here a second time, apart from the C code, and both must agree on every frame.
"""
import json
import sys

import msgpack

LEVELS, PAIRS, PAIRS_NESTED, VALUES, BYTES = 64, 4096, 8192, 262144, 1048576


class Fault(Exception):
    def __init__(self, word, at):
        super().__init__(f"{word} at {at}")
        self.word, self.at = word, at


class Walk:
    """One frame, front to back; raises the first Fault."""

    def __init__(self, frame, most):
        if len(frame) > most:
            raise Fault("too-long", most)
        self.frame, self.values = frame, 0
        end = self.item(0, 0, 0, False)
        if end != len(frame):
            raise Fault("trailing-bytes", end)

    def number(self, at, width, signed=False):
        raw = self.frame[at + 1 : at + 1 + width]
        if len(raw) < width:
            raise Fault("truncated", at)
        return int.from_bytes(raw, "big", signed=signed)

    def header(self, at):
        """Kind, number and size of the header at `at`."""
        if at >= len(self.frame):
            raise Fault("truncated", at)
        c = self.frame[at]
        if c < 0x80 or c >= 0xE0:
            return "int", c, 1
        if c < 0xC0:
            kind = "map" if c < 0x90 else "list" if c < 0xA0 else "text"
            return kind, c & (0x1F if kind == "text" else 0x0F), 1
        if c in (0xC0, 0xC2, 0xC3):
            return "simple", c, 1
        for kind, first, widths in (
            ("bytes", 0xC4, (1, 2, 4)), ("uint", 0xCC, (1, 2, 4, 8)), ("int", 0xD0, (1, 2, 4, 8)),
            ("text", 0xD9, (1, 2, 4)), ("list", 0xDC, (2, 4)), ("map", 0xDE, (2, 4)),
        ):
            if first <= c < first + len(widths):
                width = widths[c - first]
                return kind, self.number(at, width, kind == "int"), 1 + width
        raise Fault("bad-type", at)

    def item(self, at, depth, open_pairs, is_key):
        """Check the item at `at`; the offset behind it."""
        kind, n, size = self.header(at)
        if kind == "uint" and n >= 2**63:
            raise Fault("bad-integer", at)
        if is_key and kind != "text":
            raise Fault("bad-key", at)
        if kind in ("text", "bytes"):
            body = self.frame[at + size : at + size + n]
            if len(body) < n:
                raise Fault("truncated", at)
            if kind == "text":
                self.text(body, at)
            return at + size + n
        if kind not in ("list", "map"):
            return at + size
        self.bounds(at, kind, n, size, depth, open_pairs)
        return self.pairs(at + size, n, depth, open_pairs) if kind == "map" else self.items(at + size, n, depth, open_pairs)

    def text(self, body, at):
        try:
            if "\0" in body.decode("utf-8"):
                raise Fault("bad-utf8", at)
        except UnicodeDecodeError:
            raise Fault("bad-utf8", at) from None

    def bounds(self, at, kind, n, size, depth, open_pairs):
        items = 2 * n if kind == "map" else n
        if depth == LEVELS:
            raise Fault("too-deep", at)
        if self.values + items > VALUES or kind == "map" and (n > PAIRS or open_pairs + n > PAIRS_NESTED):
            raise Fault("too-many", at)
        if items > len(self.frame) - at - size:
            raise Fault("truncated", at)
        self.values += items

    def items(self, at, n, depth, open_pairs):
        for _ in range(n):
            at = self.item(at, depth + 1, open_pairs, False)
        return at

    def pairs(self, at, n, depth, open_pairs):
        seen, twice = set(), None
        for _ in range(n):
            begin, end = at, self.item(at, depth + 1, open_pairs + n, True)
            key = self.frame[begin + self.header(begin)[2] : end]
            if key in seen and twice is None:
                twice = begin
            seen.add(key)
            at = self.item(end, depth + 1, open_pairs + n, False)
        if twice is not None:
            raise Fault("key-twice", twice)
        return at


def to_json(value):
    if isinstance(value, bytes):
        return {"$bin": value.hex()}
    if isinstance(value, list):
        return [to_json(v) for v in value]
    if isinstance(value, dict):
        return {k: to_json(v) for k, v in value.items()}
    return value


def from_json(value):
    if isinstance(value, list):
        return [from_json(v) for v in value]
    if isinstance(value, dict):
        if list(value) == ["$bin"]:
            return bytes.fromhex(value["$bin"])
        return {k: from_json(v) for k, v in value.items()}
    return value


def same(a, b):
    """Equal, in the same order, and true is not 1."""
    return json.dumps(a) == json.dumps(b)


def problem(vector):
    """What is wrong with one vector, or None."""
    frame = bytes.fromhex(vector["hex"])
    try:
        Walk(frame, vector.get("most", BYTES))
    except Fault as fault:
        if vector["result"] != "invalid":
            return f"refused: {fault}"
        wanted = Fault(vector["fault"], vector["at"])
        return None if str(fault) == str(wanted) else f"{fault}, expected {wanted}"
    if vector["result"] != "valid":
        return f"accepted, expected {vector['fault']}"
    value = msgpack.unpackb(frame, raw=False, strict_map_key=True)
    if not same(to_json(value), vector["json"]):
        return f"read as {to_json(value)}"
    written = msgpack.packb(from_json(vector["json"]), use_bin_type=True).hex()
    wanted = vector.get("canonical", vector["hex"])
    return None if written == wanted else f"written as {written}, expected {wanted}"


def main(path):
    with open(path, encoding="utf-8") as file:
        frames = json.load(file)["frames"]
    bad = 0
    for vector in frames:
        text = problem(vector)
        if text:
            bad += 1
            print(f"{vector['name']}: {text}", file=sys.stderr)
    print(f"{len(frames)} frames, {bad} wrong")
    return 1 if bad or len(frames) < 40 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
