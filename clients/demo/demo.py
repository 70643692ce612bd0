#!/usr/bin/python3
"""demo.py - takes the cases of plan.py through a daemon and its departments, in simulated time

The clerks who answer notices are the agents' handlers; what nobody asks for by a notice (a proceeding is recorded, an
application handed in, a limit extended, a report issued) is done here under the departments' keys. Time moves day by
day, and only when every notice that was sent has been handled. What came of it is read from the store and from the lines
that the handlers wrote.
"""

import argparse
import datetime
import heapq
import json
import pathlib
import random
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import books  # noqa: E402
import plan  # noqa: E402
import tell  # noqa: E402
import town  # noqa: E402
import world  # noqa: E402

FIRST = datetime.datetime.fromisoformat(town.START + "+08:00")
QUIET_LIMIT = 60.0


def rest_days():
    """The exceptions of the calendar: day -> True when it is off."""
    text = (town.SOURCE / "config" / "calendars" / f"{FIRST.year}.yaml").read_text()
    return {datetime.date.fromisoformat(day): off == "true"
            for day, off in re.findall(r"date: ([0-9-]+),.* off: (true|false)", text)}


def act_labels():
    """The Chinese word of each act, as the procedure has it."""
    text = (town.SOURCE / "config" / "procedures" / "yinchuan.yaml").read_text()
    labels = dict(re.findall(r"- act: (\S+)\n(?:    cite: .*\n)?    label: (.*)", text))
    return {**labels, "limit-near": "期限临近", "limit-missed": "期限已过", "task-reminder": "待办提醒",
            "task-escalated": "逾期未办"}


# What the daemon does by itself, by the words of the transitions
OWN_ACTS = {"near": "limit-near", "miss": "limit-missed", "remind": "task-reminder", "task": "task-escalated"}


REST = rest_days()


def works(day):
    return not REST.get(day, day.weekday() >= 5)


class Play:
    def __init__(self, where, cases, show, chance, kill_days=()):
        self.town, self.cases, self.show = where, cases, show
        self.chance, self.kill_days = chance, set(kill_days)
        self.kills = 0
        self.today = 0                # days from the first
        self.due = []                 # heap of (day, number, case, step)
        self.count = 0
        self.by_number = {}
        self.ended = set()
        self.surprises = []           # answers that the plan did not mean
        self.refusals = {"law": 0, "right": 0, "form": 0, "conflict": 0}
        self.papers = {}
        self.inspector = where.client("inspector")
        self.watch = self.inspector.watch("")
        for case in cases:
            self.plan_step(case, case.opening, case.day)

    # ---- days and steps ----

    def date(self, day=None):
        return FIRST.date() + datetime.timedelta(self.today if day is None else day)

    def plan_step(self, case, step, day):
        while not works(self.date(day)):
            day += 1
        self.count += 1
        heapq.heappush(self.due, (day, self.count, case, step))

    def play(self):
        while self.due:
            self.live()
            if self.due:
                self.advance(self.today + 1)
                opened = len(self.by_number)
                self.show.progress(self.date(), opened - len(self.ended), len(self.ended))

    def advance(self, day):
        self.today = day
        moment = FIRST + datetime.timedelta(day)
        client = self.town.client(town.ADMINISTRATOR)
        sent = client.send({"t": "command", "act": "time-advance", "fields": {"to": int(moment.timestamp() * 1000)}})
        client.wait(sent)

    def live(self):
        """One day: acts, what comes of them, and again, until nobody has anything left to do."""
        while True:
            seen = self.settle()
            if not self.round():
                break
        return seen

    def settle(self):
        """Wait until every notice is handled, then take in what happened."""
        end = time.monotonic() + QUIET_LIMIT
        while True:
            self.take_in(self.watch.catch_up())
            left = self.inspector.ask("unserved", limit=10)
            if not left["total"]:
                break
            if time.monotonic() > end:
                self.town.check()
                raise town.Broken(f"notices stay unhandled: {left['notices']}")
            self.watch.client.pump(0.01)
        return self.take_in(self.watch.catch_up())

    def take_in(self, transitions):
        for transition in transitions:
            case = self.by_number.get(transition["case"])
            if case is None:
                continue
            self.show.happened(transition)
            case.events[transition["kind"]] = transition["event"]
            case.days[transition["kind"]] = transition["done"]
            if transition["stage"] in books.STAGES_AT_END:
                self.ended.add(case.number)
            for step in case.steps:
                if step.after == transition["kind"]:
                    self.plan_step(case, step, self.today + step.days)
            case.steps = [step for step in case.steps if step.after != transition["kind"]]

    def round(self):
        """What is due today, one act of a case at a time, all cases at once."""
        batch, later, busy = [], [], set()
        while self.due and self.due[0][0] <= self.today:
            entry = heapq.heappop(self.due)
            if id(entry[2]) in busy:
                later.append(entry)
            else:
                busy.add(id(entry[2]))
                batch.append(entry[2:])
        for entry in later:
            heapq.heappush(self.due, entry)
        sent = [(case, step, self.send(case, step)) for case, step in batch]
        if batch and self.kill_days and self.today >= min(self.kill_days):
            self.kill()
        for case, step, (client, id_) in sent:
            self.answered(case, step, client.outcome(id_))
        return bool(batch)

    def kill(self):
        """In the middle of it all: no farewell. The departments reconnect by themselves."""
        self.kill_days.discard(min(self.kill_days))
        self.kills += 1
        self.inspector.pump(self.chance.random() * 0.03)  # some of it is done, some is on its way
        self.town.kill()
        self.town.start()

    # ---- one act ----

    def paper(self, case, slot):
        """A file with the paper; different for each case."""
        path = self.town.folder / "plans" / f"{case.subject}-{case.number or case.day}-{slot}.txt"
        path.write_text(f"{slot}\n{case.name}\n{case.number}\n{case.kind}\n")
        return path

    def value(self, case, value):
        """What a plan could not know: days counted from today, the number of an event."""
        if isinstance(value, dict) and "day" in value:
            return str(self.date(self.today + value["day"]))
        if isinstance(value, dict) and "event-of" in value:
            return case.events[value["event-of"]]
        if isinstance(value, dict) and "day-of" in value:
            return case.days[value["day-of"]]
        return value

    def message(self, case, step):
        """The command of a step; `papers` are names of slots."""
        message = {"act": step.act, **step.keys}
        fields = {name: self.value(case, value) for name, value in step.fields.items()}
        if fields:
            message["fields"] = fields
        if step.done:
            message["done"] = str(self.date(self.today - step.done))
        return message

    def send(self, case, step):
        client = self.town.client(step.who)
        message = {"t": "command", **self.message(case, step)}
        if case.number is None:
            message["procedure"] = "yinchuan"
        else:
            message["case"] = case.number
        if step.papers:
            message["papers"] = {slot: [client.put_paper(self.paper(case, slot).read_bytes())] for slot in step.papers}
        return client, client.send(message)

    def answered(self, case, step, answer):
        said = "accepted" if answer["t"] == "accepted" else answer.get("kind", "fault")
        if said != "accepted":
            self.refusals[said] = self.refusals.get(said, 0) + 1
        if said != step.meant:
            self.surprises.append(f"case {case.number} ({case.kind}), {self.date()}: {step.act} by {step.who}: "
                                  f"{said}, meant {step.meant}: {answer.get('code', '')} {answer.get('rule', '')} "
                                  f"{answer.get('text', '')}")
        if said == "accepted" and case.number is None:
            case.number = answer["case"]
            self.by_number[case.number] = case
            self.write_plan(case)

    def write_plan(self, case):
        """What the handlers do with the notices of a case."""
        answers = {}
        for notice, step in case.answers.items():
            answers[notice] = self.message(case, step)
            if step.papers:
                answers[notice]["papers"] = {slot: [str(self.paper(case, slot))] for slot in step.papers}
        path = self.town.folder / "plans" / f"{case.number}.json"
        path.with_suffix(".new").write_text(json.dumps(answers, ensure_ascii=False))
        path.with_suffix(".new").rename(path)


def options(arguments):
    parser = argparse.ArgumentParser(prog="./run demo", description="Yinchuan cases, from application to archive")
    parser.add_argument("--programs", default=str(town.SOURCE / "build" / "bin"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print the summary as one JSON object, last")
    parser.add_argument("--kill", action="store_true", help="kill the daemon several times in the middle of it")
    parser.add_argument("--seed", type=int, default=1, help="of the made cases and of the moments of killing")
    parser.add_argument("--cases", type=int, default=204, help="how many, the four published ones among them")
    parser.add_argument("--keep", action="store_true", help="leave the folder with store and logs")
    o = parser.parse_args(arguments)
    if o.cases < 1:
        parser.error(f"--cases is at least 1, not {o.cases}")
    return o


def who_did(event):
    by = event.get("by") or {}
    if by.get("party"):
        return tell.text("applicant")
    return world.NAMES.get(by.get("department"), tell.text("daemon"))


def told(notice):
    way = "paper-by" if notice["type"] == "serve-notice" else "notice"
    return tell.text(way).format(label=notice["label"], name=world.NAMES[notice["stream"]])


def told_in_full(client, case):
    """What the store says of one case: its events with words for people, and its clocks."""
    events, labels = [], act_labels() if tell.CHINESE else {}
    for event in client.each("history", "events", case=case.number):
        entered = datetime.datetime.fromtimestamp(event["recorded"] / 1000, FIRST.tzinfo).date()
        act = OWN_ACTS.get(event["act"], event["act"])
        events.append({
            "done": event["done"], "entered": str(entered), "label": labels.get(act, act),
            "who": who_did(event), "told": [told(notice) for notice in event.get("notices", [])]})
    return client.ask("case", case=case.number)["case"], events, client.ask("explain", case=case.number)["clocks"]


def begin(where, o):
    """The daemon, the register, and an agent in each department."""
    where.start()
    persons = [*world.PUBLISHED_PERSONS, *world.persons(random.Random(o.seed), 64)]
    where.settle(world.departments(), world.principals(), persons)
    for department in world.AGENTS:
        where.start_agent(department, f"{department}-agent", where.programs / "leeway-demo-handler",
                          LEEWAY_DEMO_LOG=where.folder / "handled.log", LEEWAY_DEMO_PLANS=where.folder / "plans")


def run(o, show):
    began = time.monotonic()
    cases = plan.cases(o.seed, o.cases)
    chance = random.Random(o.seed)
    kill_days = chance.sample(range(2, 50), 5) if o.kill else []
    with town.Town(o.programs, keep=o.keep) as where:
        show.say(tell.text("starting").format(folder=where.folder))
        begin(where, o)
        played = Play(where, cases, show, chance, kill_days)
        played.play()
        where.check()
        client = where.client("inspector")
        account = books.account(client, where.folder / "handled.log", cases,
                                played.refusals["right"] + played.refusals["form"])
        show.outcomes(account)
        case = next((c for c in cases if c.subject == "p-zhang"), cases[0])
        show.told_in_full(case, *told_in_full(client, case))
        found = books.figures(where.monitor("monitor"))
        wrong = books.differences(found, account)
        show.figures(found, wrong)
        played.surprises += wrong
        if not where.stop():
            played.surprises.append("a process did not end by itself")
    account.summary["seconds"] = round(time.monotonic() - began, 1)
    show.summary(account.summary, played.kills, played.surprises)
    if o.json:
        print(json.dumps(account.summary, ensure_ascii=False), flush=True)
    return 1 if account.summary["lost"] or account.summary["doubled"] or played.surprises else 0


def main(arguments):
    o = options(arguments)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(130))  # the processes are taken down on the way out
    show = tell.Show()
    try:
        return run(o, show)
    except town.Broken as broken:
        show.say(str(broken))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
