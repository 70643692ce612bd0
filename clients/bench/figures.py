"""figures.py - the figures of ./run bench: kept by run, told as smallest, median and largest, set against their limits"""

import statistics


def plural(n, noun):
    return f"{n} {noun}{'s' * (n != 1)}"


class Figures:
    """Rows by name, in the order in which they were first noted, each of one group."""

    def __init__(self):
        self.rows = {}

    def note(self, group, name, value, unit, digits=0):
        if value is None:
            return
        row = self.rows.setdefault(name, {"group": group, "unit": unit, "digits": digits, "runs": []})
        row["runs"].append(round(value, 6))

    def runs(self, name):
        return self.rows[name]["runs"] if name in self.rows else []

    def median(self, name):
        return statistics.median(self.runs(name)) if self.runs(name) else None

    def pairs(self, group, name, ours, theirs, digits=2):
        """Run by run: ours by theirs."""
        for a, b in zip(self.runs(ours), self.runs(theirs)):
            if b:
                self.note(group, name, a / b, "x", digits)

    # ---- telling ----

    def lines(self):
        """(group, name, smallest, median, largest, unit), the numbers as texts."""
        for name, row in sorted(self.rows.items(), key=lambda item: self.order().index(item[1]["group"])):
            runs = row["runs"]
            cells = (f"{v:,.{row['digits']}f}" for v in (min(runs), statistics.median(runs), max(runs)))
            yield (row["group"], name, *cells, row["unit"])

    def order(self):
        return list(dict.fromkeys(row["group"] for row in self.rows.values()))

    def table(self):
        out, last = [f"{'':62} {'smallest':>12} {'median':>12} {'largest':>12}"], None
        for group, name, low, middle, high, unit in self.lines():
            if group != last:
                out += ["", group]
                last = group
            out.append(f"  {name:60} {low:>12} {middle:>12} {high:>12} {unit}")
        return "\n".join(out)

    def markdown(self):
        out, last = [], None
        for group, name, low, middle, high, unit in self.lines():
            if group != last:
                out += ["", f"**{group}**", "", "| figure | smallest | median | largest | |", "|---|--:|--:|--:|---|"]
                last = group
            out.append(f"| {name} | {low} | {middle} | {high} | {unit} |")
        return "\n".join(out).lstrip("\n")

    # ---- shares ----

    def shares(self, pairs):
        """(figure, limit) by name -> rows (figure, value, limit, its value, share), of those that were measured."""
        rows = []
        for figure, limit in pairs:
            value, most = self.median(figure), self.median(limit)
            if value is not None and most:
                rows.append((figure, value, limit, most, value / most))
        return rows


def amount(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"


def shares_table(rows):
    out = ["", "Shares of the limits (medians)", f"  {'':26} {'':>12}  {'limit':58} {'':>12} {'share':>7}"]
    out += [f"  {figure:26} {amount(value):>12}  {limit:58} {amount(most):>12} {share:>7.1%}"
            for figure, value, limit, most, share in rows]
    return "\n".join(out) if rows else ""


def shares_markdown(rows):
    out = ["**Shares of the limits (medians)**", "", "| figure | | limit | | share |", "|---|--:|---|--:|--:|"]
    out += [f"| {figure} | {amount(value)} | {limit} | {amount(most)} | {share:.1%} |"
            for figure, value, limit, most, share in rows]
    return "\n".join(out) if rows else ""


def reach(figures, goals):
    """goals: (name, "at least" or "at most", wanted) -> (name, value, how, wanted, met), of those that were measured."""
    rows = []
    for name, how, wanted in goals:
        value = figures.median(name)
        if value is not None:
            rows.append((name, value, how, wanted, value >= wanted if how == "at least" else value <= wanted))
    return rows


def reach_table(rows):
    out = ["", "What was to be reached (medians)"]
    out += [f"  {name:60} {amount(value):>12}  {how} {amount(wanted)}{'' if met else '   NOT REACHED'}"
            for name, value, how, wanted, met in rows]
    return "\n".join(out) if rows else ""


def reach_markdown(rows):
    out = ["**What was to be reached (medians)**", "", "| figure | | wanted | |", "|---|--:|---|---|"]
    out += [f"| {name} | {amount(value)} | {how} {amount(wanted)} | {'yes' if met else 'no'} |"
            for name, value, how, wanted, met in rows]
    return "\n".join(out) if rows else ""
