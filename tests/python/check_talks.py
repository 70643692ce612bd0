"""Hold the client of one file to proto/vectors/client.json: it is told each message, and must make of it what is said.

    check_talks.py CLIENT.json
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "proto" / "python"))
import leeway  # noqa: E402

KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
SECRET = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"


class Deaf(leeway.Leeway):
    """A client that connects to nobody and counts what it would send."""

    def __init__(self):
        self.sent = []
        super().__init__("tcp://127.0.0.1:1", KEY, KEY, SECRET)

    def _post(self, message):
        self.sent.append(message)


def play(talk):
    count = iter(range(1, 100))
    leeway.uuid7 = lambda ms=None: f"id-{next(count)}"
    client = Deaf()
    try:
        if talk["request"] == "ask":
            client.send({"t": "ask", "q": "status"})
        else:
            stream = client.stream("housing", "desk", after=0)
        for message in talk["come"]:
            frame = bytes.fromhex(message["hex"])
            if leeway.unpack(frame) != message["json"]:
                return "the bytes are another message"
            client._take(leeway.unpack(frame))
        outcome = talk["outcome"]
        if talk["request"] == "open":
            opens = sum(message["t"] == "open" for message in client.sent)
            if opens != outcome["opens"] or list(stream.queue) != outcome.get("notices", []):
                return f"{opens} times opened, handed over: {list(stream.queue)}"
            return None
        try:
            client.wait("id-1", limit=0)
            came = {"code": "ok"}
        except leeway.Refused as refused:
            came = {"code": refused.code, "kind": refused.kind, "retry": False}
        return None if came == outcome else f"{came}"
    finally:
        client.close()


def main():
    talks = json.loads(pathlib.Path(sys.argv[1]).read_text())["talks"]
    wrong = [f"{talk['name']}: {why}" for talk in talks if (why := play(talk))]
    if wrong or not talks:
        sys.exit("\n".join(wrong))
    print(f"{len(talks)} talks")


main()
