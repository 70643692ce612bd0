"""Hold PROTOCOL.md and proto/vectors to each other: each statement [LWP-n] stands once and has a vector, each vector
names statements that there are, the index names each file, and each question has its statement.

    check_statements.py PROTO-FOLDER
"""

import json
import pathlib
import re
import sys


def vectors(folder, index):
    """(where, the statements that it holds) of each vector"""
    for entry in index["files"]:
        content = json.loads((folder / entry["file"]).read_text())
        for number, vector in enumerate(content[entry["vectors"]]):
            needs = "expect" in vector or "nothing" in vector or "news" in vector or entry["vectors"] != "steps"
            if "lwp" in vector and not needs:
                sys.exit(f"{entry['file']}, {number}: holds a statement and expects nothing")
            yield f"{entry['file']}, {vector.get('name', number)}", vector.get("lwp", [])


def unnumbered(folder):
    """Questions that the daemon takes (message.c) and that PROTOCOL.md does not state by number."""
    source = (folder / "message.c").read_text()
    questions = re.findall(r'"([a-z-]+)"', re.search(r"questions\[\] = \{(.*?)\};", source, re.S)[1])
    rows = set(re.findall(r"^\| ([a-z-]+) \[LWP-3\d\d\] \|", (folder / "PROTOCOL.md").read_text(), re.M))
    if len(questions) < 20:
        sys.exit("the questions of message.c were not found: the search is broken")
    return [f"the question {q} has no row with a number in section 3" for q in questions if q not in rows]


def main():
    folder = pathlib.Path(sys.argv[1])
    index = json.loads((folder / "vectors" / "index.json").read_text())
    stated = [int(n) for n in re.findall(r"(?<!`)\[LWP-(\d+)\]", (folder / "PROTOCOL.md").read_text())]
    wrong = [f"LWP-{n} is stated twice" for n in sorted({n for n in stated if stated.count(n) > 1})]
    wrong += unnumbered(folder)
    held = {}
    for where, numbers in vectors(folder / "vectors", index):
        for n in numbers:
            held.setdefault(n, where)
    wrong += [f"LWP-{n} has no vector" for n in sorted(set(stated) - set(held))]
    wrong += [f"{where} holds LWP-{n}, which is not stated" for n, where in sorted(held.items()) if n not in stated]
    there = {str(p.relative_to(folder / "vectors")) for p in (folder / "vectors").rglob("*.json")} - {"index.json"}
    named = {entry["file"] for entry in index["files"]}
    wrong += [f"{name} is not in the index, or is not there" for name in sorted(there ^ named)]
    if wrong or len(stated) < 100:
        sys.exit("\n".join(wrong) or "there are too few statements: the search is broken")
    print(f"{len(stated)} statements, each with a vector")


main()
