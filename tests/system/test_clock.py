"""A daemon of real time: what the kernel says of the clock is taken as it is, and a confirmation ends the doubt."""

import ctypes
import unittest

import support
import town

STA_UNSYNC = 0x0040


def unsynchronised():
    """By adjtimex(2), as the daemon asks it; a kernel that does not say counts as one that says no."""
    timex = (ctypes.c_int * 64)()  # more than struct timex; modes 0 only reads
    if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
        return True
    return bool(timex[10] & STA_UNSYNC)


class RealTown(town.Town):
    clock = ""

    def configure(self):
        path = super().configure()
        with open(path, "a", encoding="utf-8") as file:
            file.write(self.clock)
        return path


class Clock(unittest.TestCase):
    def start(self, clock=""):
        self.town = RealTown(support.PROGRAMS, simulated=None)
        self.town.clock = clock
        self.addCleanup(self.town.stop)
        self.town.start()
        self.admin = self.town.client(town.ADMINISTRATOR)

    def status(self):
        return self.admin.ask("status")

    def test_an_unsynchronised_clock_holds_until_it_is_confirmed(self):
        self.start()
        self.town.admin("department-add", id="d", name="某局", kind="bureau")  # a batch has looked at the clock
        if not unsynchronised():
            self.assertNotIn("held", self.status())
            return
        self.assertIn("unsynchronised", self.status()["held"])
        self.assertIn("event=expiries-held", self.town.log("leewayd"))
        self.town.admin("time-confirm")
        self.assertNotIn("held", self.status())

    def test_a_clock_that_need_not_be_synchronised_is_believed(self):
        self.start("clock: {unsynchronised: allowed}\n")
        self.town.admin("department-add", id="d", name="某局", kind="bureau")
        self.assertNotIn("held", self.status())


if __name__ == "__main__":
    unittest.main()
