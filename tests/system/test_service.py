"""config/leewayd.service: the daemon works under the system calls that the unit leaves it, and not under fewer.

`test_service.py --under UNIT PROGRAM...` runs a program under the filter of a unit, as systemd would set it.
"""

import ctypes
import errno
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import unittest

import support
import town

UNIT = support.SOURCE / "config" / "leewayd.service"
HEADERS = [pathlib.Path(f"/usr/include/{platform.machine()}-linux-gnu/asm/unistd_64.h")]
X86_64 = 0xC000003E
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2


def members(name):
    """The system calls of one of systemd's sets, sets inside it included."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in told.splitlines()[1:]]
    return set().union(*(members(line) for line in lines if line and not line.startswith("#")))


def left(unit):
    """The system calls that the lines of the unit leave, in their order."""
    calls = None
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        named = set().union(*(members(name) for name in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else (calls or set()) | named
    return calls


def numbers():
    found = re.findall(r"#define __NR_(\w+) (\d+)", next(path for path in HEADERS if path.exists()).read_text())
    return {name: int(number) for name, number in found}


def program(calls):
    """A filter of Berkeley packets that lets these calls through and refuses all others with EPERM."""
    code = [(LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, X86_64), (RETURN, 0, 0, REFUSE | errno.EPERM), (LOAD, 0, 0, 0)]
    for number in sorted(n for name, n in numbers().items() if name in calls):
        code += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    return code + [(RETURN, 0, 0, REFUSE | errno.EPERM)]


def under(unit, words):
    """Become a program under the filter of the unit."""
    code = program(left(pathlib.Path(unit).read_text(encoding="utf-8")))
    packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in code))
    filtered = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(packed)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, filtered):
        raise OSError(ctypes.get_errno(), "no filter")
    os.execv(words[0], words)


class Confined(town.Town):
    """A town whose daemon runs under the filter of a unit."""

    unit = UNIT

    def spawn(self, name, arguments, **environment):
        if name == "leewayd":
            arguments = [sys.executable, "-X", "utf8", __file__, "--under", self.unit, *arguments]
            # a sanitizer's search for leaks traces the process, which no service may
            environment["ASAN_OPTIONS"] = "detect_leaks=0"
        return super().spawn(name, arguments, **environment)


@unittest.skipUnless(shutil.which("systemd-analyze") and any(path.exists() for path in HEADERS)
                     and platform.machine() == "x86_64", "needs systemd-analyze and the kernel's headers, on x86_64")
class Service(unittest.TestCase):
    def town_under(self, unit):
        self.town = Confined(support.PROGRAMS)
        self.town.unit = unit
        self.addCleanup(self.town.stop)
        return self.town

    def test_the_daemon_works_under_the_units_filter(self):
        built = self.town_under(UNIT)
        built.start()
        built.settle(support.DEPARTMENTS, support.PRINCIPALS)
        clerk = built.client("discipline-clerk")
        case = built.client("housing-clerk").command("record-proceeding", procedure="yinchuan",
                                                     fields=support.PROCEEDING)["case"]
        digest = clerk.put_paper("申请书".encode())
        clerk.command("apply", case=case, fields=support.APPLICATION, by={"party": "applicant"},
                      papers={"application": [digest]})
        self.assertEqual(clerk.get_paper(case, digest).decode(), "申请书")
        stream = clerk.stream("discipline", "desk")
        self.assertEqual(stream.next(10)["case"], case)
        stream.close()
        with open(f"/proc/{built.daemon.pid}/status", encoding="utf-8") as status:
            self.assertIn("Seccomp:\t2", status.read())
        self.assertTrue(built.stop())

    def test_without_the_line_for_zeromq_it_does_not(self):
        short = pathlib.Path(self.town_under(UNIT).folder) / "short.service"
        short.write_text(UNIT.read_text(encoding="utf-8").replace("SystemCallFilter=sched_setscheduler\n", ""),
                         encoding="utf-8")
        self.town.unit = short
        with self.assertRaises(town.Broken):
            self.town.start()
        self.town.daemon = None


if __name__ == "__main__":
    if sys.argv[1:2] == ["--under"]:
        under(sys.argv[2], sys.argv[3:])
    else:
        unittest.main()
