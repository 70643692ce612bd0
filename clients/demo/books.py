"""books.py - the account of a demonstration: what the store says, held against the lines that the handlers wrote

Nothing here trusts a counter of the daemon. The events are read one by one; a position of a stream without a finished
run is lost; a notice that caused two accepted commands was acted on twice.
"""

import collections
import re
from dataclasses import dataclass, field

STAGES_AT_END = ("archived", "declined", "withdrawn", "closed")
ENDS = {"declined": "declined", "withdrawn": "withdrawn", "closed": "closed"}


@dataclass
class Row:
    cases: int = 0
    circumstances: set = field(default_factory=set)
    bars: set = field(default_factory=set)
    paper: int = 0   # cases whose determination was served on paper
    missed: int = 0  # cases in which a limit was missed


@dataclass
class Ledger:
    """What the events say."""

    accepted: int = 0
    refused: int = 0
    transitions: int = 0
    kinds: collections.Counter = field(default_factory=collections.Counter)      # of transitions
    published: dict = field(default_factory=dict)                                # (stream, position) -> type
    causes: collections.Counter = field(default_factory=collections.Counter)     # (stream, position) -> commands
    on_paper: set = field(default_factory=set)                                   # cases
    missed: set = field(default_factory=set)                                     # cases


def events_of(client):
    last = 0
    while True:
        page = client.ask("events", **{"from": last + 1}, limit=200)["events"]
        if not page:
            return
        yield from page
        last = page[-1]["n"]


def read_events(client):
    ledger = Ledger()
    for event in events_of(client):
        answer = event.get("answer") or {}
        if event.get("kind") != "report":
            ledger.accepted += answer.get("t") == "accepted"
            ledger.refused += answer.get("t") == "refused"
            cause = event.get("cause")
            if cause and answer.get("t") == "accepted":
                ledger.causes[cause["stream"], cause["position"]] += 1
        for transition in event.get("transitions", []):
            ledger.transitions += 1
            ledger.kinds[transition["kind"]] += 1
            if transition["kind"] == "limit-missed":
                ledger.missed.add(transition["case"])
        for notice in event.get("notices", []):
            ledger.published[notice["stream"], notice["position"]] = notice["type"]
            if notice["type"] == "serve-notice" and notice["fields"]["notice"] == "determination-issued":
                ledger.on_paper.add(notice["case"])
    return ledger


def read_runs(path):
    """The positions that handlers finished, and how many runs were begun."""
    finished, begun = set(), 0
    for line in path.read_text().splitlines() if path.exists() else []:
        word, where, *_ = line.split(" ")
        stream, position = where.rsplit(":", 1)
        if word == "end":
            finished.add((stream, int(position)))
        else:
            begun += 1
    return finished, begun


def end_of(folded):
    """The row of a case: its outcome, or how it ended without one."""
    return folded.get("outcome") or ENDS.get(folded["stage"], "pending")


@dataclass
class Account:
    summary: dict
    table: dict
    ledger: Ledger
    lost: list
    doubled: list
    still_open: int


def account(client, log, cases, refused_unremembered):
    """client: of an inspector; log: the lines of the handlers; refused_unremembered: how many refusals left no event."""
    ledger = read_events(client)
    finished, _ = read_runs(log)
    lost = sorted(set(ledger.published) - finished)
    doubled = sorted(where for where, commands in ledger.causes.items() if commands > 1)
    by_number = {case.number: case for case in cases}
    order = ["exempted", "mitigated", "lighter", "refused", "declined", "withdrawn", "closed", "pending"]
    table = {outcome: Row() for outcome in order}
    still_open = 0
    for folded in client.each("cases", "cases"):
        number, case = folded["case"], by_number.get(folded["case"])
        row = table[end_of(folded)]
        row.cases += 1
        still_open += folded["stage"] not in STAGES_AT_END
        row.paper += number in ledger.on_paper
        row.missed += number in ledger.missed
        if case and case.circumstance and folded.get("outcome"):
            row.circumstances.add(case.circumstance)
        if case and case.bar and folded.get("outcome"):
            row.bars.add(case.bar)
    table = {outcome: row for outcome, row in table.items() if row.cases}
    summary = {
        "cases": sum(row.cases for row in table.values()), "accepted": ledger.accepted,
        "refused": ledger.refused + refused_unremembered, "transitions": ledger.transitions,
        "published": len(ledger.published), "handled": len(finished & set(ledger.published)), "lost": len(lost),
        "doubled": len(doubled), "outcomes": {outcome: row.cases for outcome, row in table.items()}, "seconds": 0,
    }
    return Account(summary, table, ledger, lost, doubled, still_open)


# ---- the monitor ----

def figures(text):
    """name -> {label values: number} of what the monitor prints."""
    found = collections.defaultdict(dict)
    for name, labels, number in re.findall(r"^(\w+)(?:\{(.*)\})? (\d+)$", text, re.MULTILINE):
        found[name][tuple(re.findall(r'"([^"]*)"', labels))] = int(number)
    return found


def differences(found, made):
    """Where the monitor's figures are not those of the events."""
    kinds = {labels[0]: n for labels, n in found["leeway_transitions_total"].items()}
    ended = sum(row.cases for outcome, row in made.table.items()) - made.still_open
    pairs = {
        "transitions by kind": (kinds, dict(made.ledger.kinds)),
        "cases opened": (sum(found["leeway_cases_opened_total"].values()), made.summary["cases"]),
        "cases closed": (sum(found["leeway_cases_closed_total"].values()), ended),
        "cases": (sum(found["leeway_cases"].values()), made.summary["cases"]),
        "rejections": (sum(found["leeway_rejections_total"].values()), made.ledger.refused),
        "unserved notices": (sum(found["leeway_unserved_notices"].values()), made.summary["lost"]),
    }
    return [f"{name}: {monitor} / {store}" for name, (monitor, store) in pairs.items() if monitor != store]
