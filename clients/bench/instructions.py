"""instructions.py - how many instructions a command takes, against a bound: speed that gets lost is noticed by a count

    instructions.py PROGRAM CONFIG [--write]

Times differ from machine to machine and from minute to minute; instructions of the same work do not, so this may be a
test. Each figure is counted by callgrind between the entry and the exit of one function. bounds.json holds the figures as
they were; fifteen hundredths more fail. --write puts the present ones there.
"""

import json
import pathlib
import subprocess
import sys

BOUNDS = pathlib.Path(__file__).resolve().parent / "bounds.json"
SLACK = 1.15  # compilers differ by some of it
WHAT = {"one command in a batch": "engine_batch", "the judge": "decide", "encoding": "wire_bytes", "encoding of records": "wire_bytes_own",
        "decoding": "wire_decode_own"}


def count(program, config, function):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={function}",
                           program, config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    told = [line for line in done.stderr.splitlines() if "Collected" in line]
    if done.returncode or not told:
        sys.exit(f"callgrind ended with {done.returncode}:\n{done.stderr[-2000:]}")
    commands = int(done.stdout.split()[-1])
    instructions = int(told[-1].split(":")[1])
    if not instructions:
        sys.exit(f"nothing was counted in {function}: is it still called so?")
    return round(instructions / commands)


def main():
    program, config = sys.argv[1:3]
    seen = {what: count(program, config, function) for what, function in WHAT.items()}
    if "--write" in sys.argv[3:]:
        BOUNDS.write_text(json.dumps(seen, indent=1) + "\n")
    bounds, wrong = json.loads(BOUNDS.read_text()), 0
    for what, n in seen.items():
        more = n > bounds[what] * SLACK
        wrong += more
        print(f"{what:28} {n:>9,} instructions a command; {bounds[what]:,} when it was last written down"
              f"{'  TOO MANY' if more else ''}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
