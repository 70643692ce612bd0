"""keys.py - the numbers of keys in records: reads keys.txt, writes keys.inc

    python3 proto/keys.py

The place of a word in keys.txt is its number in every store: words are added at the end, none is moved or taken out. At
most 128, so that a number is one byte. keys.inc has the words, each with its first eight bytes as a number, and a table in
which each is found by one multiplication.
"""

import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
BITS, MASK = 10, (1 << 64) - 1


def head(word):
    return struct.unpack("<Q", word.encode()[:8].ljust(8, b"\0"))[0]


def slot(word, factor):
    return ((head(word) + len(word)) * factor & MASK) >> (64 - BITS)


def main():
    words = (HERE / "keys.txt").read_text().split()
    assert len(words) == len(set(words)) and len(words) <= 128, "a word stands twice, or there are too many"
    factor = 0x9E3779B97F4A7C15
    while len({slot(word, factor) for word in words}) < len(words):
        factor = (factor * 6364136223846793005 + 1442695040888963407) & MASK | 1
    table = [0] * (1 << BITS)
    for number, word in enumerate(words):
        table[slot(word, factor)] = number + 1
    used = [(i, n) for i, n in enumerate(table) if n]
    lines = ["/* Made by keys.py from keys.txt. */", f"#define KEYS_FACTOR UINT64_C(0x{factor:016x})",
             f"enum {{ KEYS = {len(words)}, KEYS_BITS = {BITS} }};", "#define KEYS_WORDS(X) \\"]
    lines += [f'    X("{word}", 0x{head(word):x}){" " + chr(92) if word != words[-1] else ""}' for word in words]
    lines += ["#define KEYS_SLOTS \\"] + [f"    [{i}] = {n},{' ' + chr(92) if i != used[-1][0] else ''}" for i, n in used]
    (HERE / "keys.inc").write_text("\n".join(lines) + "\n")


main()
