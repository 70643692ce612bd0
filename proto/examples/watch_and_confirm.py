#!/usr/bin/python3
"""Print suspensions and determinations as they happen; confirm the suspensions that this department is asked for.
Usage: watch_and_confirm.py COMMANDS TRANSITIONS SERVER-KEY-FILE KEY-FILE DEPARTMENT (as in tcp://127.0.0.1:7401)"""
import msgpack, secrets, sys, time, uuid, zmq
commands, transitions, server, own, department = sys.argv[1:]
read_key = lambda path: dict(line.encode().split(b": ") for line in open(path).read().splitlines())
server, own, context = read_key(server), read_key(own), zmq.Context()

def connect(kind, endpoint):
    socket = context.socket(kind)
    socket.curve_serverkey, socket.curve_publickey = server[b"public"], own[b"public"]
    socket.curve_secretkey = own[b"secret"]
    socket.connect(endpoint)
    return socket

def call(**message):
    uuid7 = uuid.UUID(int=time.time_ns() // 10**6 << 80 | 7 << 76 | 2 << 62 | secrets.randbits(62))
    commands.send(msgpack.packb({"id": str(uuid7), **message}))
    return msgpack.unpackb(commands.recv())

commands, transitions = connect(zmq.DEALER, commands), connect(zmq.SUB, transitions)
transitions.subscribe("suspend-accountability/"), transitions.subscribe("determination-issued/")
while True:
    topic, transition = transitions.recv_multipart()
    case, mine = msgpack.unpackb(transition)["case"], topic.endswith(f"/{department}/".encode())
    print(topic.decode(), "case", case, flush=True)
    for n in call(t="ask", q="served", case=case)["notices"] if mine else []:
        if (n["stream"], n["type"]) == (department, "suspend-accountability") and not n.get("answered"):
            notice = call(t="ask", q="notice", stream=department, position=n["position"])["notice"]
            print(notice["label"], notice["due"], call(t="command", act=notice["answer"], case=case)["t"], flush=True)
