"""Hold the words that the daemon can send to the registry of errors, and the registry to them.

    check_errors.py SOURCE-FOLDER LEEWAY-PROGRAM

What the daemon can send: the words that stand as arguments of a call that refuses (its name has `refuse`), of
message_fault() and message_ended(), and behind "code" in a v_put_str(). A word of the registry that is in no source is
one that nobody sends.
"""

import json
import pathlib
import re
import subprocess
import sys

KINDS = {"law", "right", "form", "conflict", "limit", "space", "store"}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
CALL = re.compile(r"\b(\w*refuse\w*|message_ended)\(")
PUT = re.compile(r'v_put_str\([^"]*"(?:code)",\s*"([a-z-]+)"')


def arguments(text, at):
    """The literals that stand directly in the brackets that were opened before `at`."""
    depth, found = 1, []
    while depth and at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            if depth == 1:
                found.append(text[at + 1:end])
            at = end
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return found


def sent(source):
    """word -> the files that send it"""
    words = {}
    for file in sorted((source / "daemon").rglob("*.c")):
        if "yaml" in file.parts or file.name == "curve.c":
            continue
        text = re.sub(r"/\*.*?\*/", " ", file.read_text(), flags=re.S)
        calls = [arguments(text, call.end()) for call in CALL.finditer(text)] + [[m] for m in PUT.findall(text)]
        for literal in (literal for call in calls for literal in call):
            if NAME.match(literal) and literal not in KINDS:
                words.setdefault(literal, set()).add(str(file.relative_to(source)))
    return words


def main():
    source, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    listed = subprocess.run([program, "errors", "list", "-o", "json"], stdout=subprocess.PIPE, check=True)
    registry = {error["code"]: error["kind"].split() for error in json.loads(listed.stdout)["errors"]}
    words = sent(source)
    if len(words) < 80:
        sys.exit(f"only {len(words)} words were found in the sources: the search is broken")
    wrong = [f"{word} ({', '.join(sorted(files))}) is not registered: add it to proto/errors_refused.c"
             for word, files in sorted(words.items()) if word not in registry]
    # faults and what a client says itself are held to their tables by a unit test
    everything = "".join(file.read_text() for file in (source / "daemon").rglob("*.c"))
    wrong += [f"{code} is registered, and nothing in the daemon sends it" for code, kinds in sorted(registry.items())
              if KINDS & set(kinds) and f'"{code}"' not in everything]
    wrong += [f"{code} is registered, and nothing in the daemon says it" for code, kinds in sorted(registry.items())
              if "ended" in kinds and f'"{code}"' not in everything]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(words)} words of the daemon, all registered")


main()
