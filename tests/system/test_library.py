"""libleeway as a stranger meets it: installed into a prefix, found by pkg-config and by CMake, its examples built out of
the tree and run against a daemon; what it exports is what its header declares."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import support

BUILD = pathlib.Path(os.environ.get("LEEWAY_BUILD", support.SOURCE / "build" / "asan"))
FLAGS = os.environ.get("LEEWAY_CFLAGS", "").split()
COMPILER = os.environ.get("LEEWAY_CC", "cc")
EXAMPLES = support.SOURCE / "clients" / "examples"
HEADER = support.SOURCE / "clients" / "lib" / "leeway.h"


def run(*command, **environment):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Installed:
    """One installation for all tests of this file."""
    folder = None

    @classmethod
    def prefix(cls):
        if cls.folder is None:
            cls.folder = tempfile.TemporaryDirectory(prefix="leeway-prefix-")
            run("cmake", "--install", BUILD, "--prefix", cls.folder.name)
        return pathlib.Path(cls.folder.name)

    @classmethod
    def library(cls):
        return next(cls.prefix().rglob("libleeway.so")).parent


def declared():
    """The functions of the header: those named before a bracket outside comments and macros."""
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
    text = re.sub(r"^#.*?[^\\]$", " ", text, flags=re.M | re.S)
    return {name for name in re.findall(r"\b(lw_[a-z_0-9]+)\(", text)}


class Shape(unittest.TestCase):
    def test_both_libraries_export_exactly_what_the_header_declares(self):
        wanted = declared()
        self.assertGreater(len(wanted), 60)
        for file, options in (("libleeway.so", ["-D"]), ("libleeway.a", ["-g"])):
            lines = run("nm", *options, "--defined-only", Installed.library() / file).splitlines()
            names = {line.split()[2].split("@")[0] for line in lines if len(line.split()) == 3}
            self.assertEqual(names - {"LEEWAY_0"}, wanted, file)

    def test_the_shared_one_has_a_soname(self):
        self.assertIn("libleeway.so.0\n", run("objdump", "-p", Installed.library() / "libleeway.so"))
        self.assertTrue((Installed.library() / "libleeway.so.0").exists())

    def test_every_function_stands_in_a_paragraph_with_a_comment(self):
        bare = re.sub(r"#define.*?[^\\]\n", "\n", HEADER.read_text(), flags=re.S)
        for paragraph in re.split(r"\n\s*\n", bare):
            for name in re.findall(r"^\w[\w \*]*\b(lw_\w+)\(", paragraph, flags=re.M):
                self.assertIn("/*", paragraph, f"{name} is declared without a word about it")

    def test_the_page_tells_every_option_and_every_error(self):
        page, header = (support.SOURCE / "docs" / "libleeway.md").read_text(), HEADER.read_text()
        options = re.findall(r'^    X\("([a-z-]+)", +"([^"]*)"\)', header, flags=re.M)
        self.assertEqual(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page, flags=re.M), options)
        codes = re.findall(r"^    X\((LW_[A-Z_]+), \d+,", header, flags=re.M)
        told = re.findall(r"^\| `(LW_[A-Z_]+)` \|", page, flags=re.M)
        self.assertEqual(sorted(told), sorted(code for code in codes if code != "LW_OK"))

    def test_the_header_stands_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            one = pathlib.Path(folder) / "one.c"
            one.write_text("#include <leeway.h>\nint main(void) { return (int)(lw_version(0) >> 24); }\n")
            run(COMPILER, "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
                "-I", Installed.prefix() / "include", one)

    def test_the_programs_and_their_data_are_installed(self):
        prefix = Installed.prefix()
        for file in ("bin/leewayd", "bin/leeway", "bin/leeway-agent", "bin/leeway-monitor",
                     "share/leeway/procedures/yinchuan.yaml", "share/leeway/calendars/2026.yaml",
                     "share/leeway/python/leeway.py"):
            self.assertTrue((prefix / file).is_file(), file)


class Examples(support.TownTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="leeway-examples-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.configured = Installed.library() / "pkgconfig"

    def context(self, principal):
        file = self.folder / f"{principal}.context"
        file.write_text(f"endpoint: {self.town.commands}\ntransitions: {self.town.transitions}\n"
                        f"server-key: {self.town.key_file('server')}.pub\nkey: {self.town.key_file(principal)}\n")
        return {"LEEWAY_CONTEXT": str(file), "LD_LIBRARY_PATH": str(Installed.library())}

    def by_pkg_config(self, name, *packages, folder=EXAMPLES):
        flags = run("pkg-config", "--cflags", "--libs", "leeway", *packages, PKG_CONFIG_PATH=str(self.configured))
        program = self.folder / name
        run(COMPILER, *FLAGS, "-std=gnu11", "-Wall", "-Wextra", "-Werror", folder / f"{name}.c", "-o", program,
            *flags.split())
        return program

    def by_cmake(self):
        run("cmake", "-S", EXAMPLES, "-B", self.folder / "built", f"-DCMAKE_PREFIX_PATH={Installed.prefix()}",
            f"-DCMAKE_C_COMPILER={COMPILER}", f"-DCMAKE_C_FLAGS={' '.join(FLAGS)}")
        run("cmake", "--build", self.folder / "built")
        return self.folder / "built"

    def notices_come_and_are_acknowledged(self, program):
        """Two cases: two notices, printed once each and durable as done when the program has ended."""
        name = program.name.replace("_", "-")
        desk = subprocess.Popen([program, "discipline", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True,
                                env={**os.environ, **self.context("discipline-clerk")})
        self.addCleanup(desk.stdout.close)
        self.addCleanup(desk.kill)
        first = len(self.served) + 1
        self.served += [self.received(first), self.received(first + 1)]
        wanted = [f"收到容错免责申请, case {case}" for case in self.served]
        self.assertEqual([desk.stdout.readline().strip() for _ in wanted], wanted)
        desk.stdin.close()
        self.assertEqual(desk.wait(support.LIMIT), 0)
        for case in self.served[-2:]:
            served = self.client("inspector").ask("served", case=case)["notices"]
            self.assertTrue(all("done" in one and "received" in one for one in served), served)

    def test_the_poll_example_by_pkg_config(self):
        self.served = []
        self.notices_come_and_are_acknowledged(self.by_pkg_config("poll"))

    def test_the_examples_by_find_package_shared_and_static(self):
        self.served = []
        built = self.by_cmake()
        self.notices_come_and_are_acknowledged(built / "poll_static")
        self.assertIn("libleeway.so.0", run("ldd", built / "poll", LD_LIBRARY_PATH=str(Installed.library())))
        self.assertNotIn("libleeway", run("ldd", built / "poll_static"))
        self.transitions(built / "uv")

    def test_papers_commands_and_refusals_by_a_stranger(self):
        case = self.proceeding()
        program = self.by_pkg_config("library_use", folder=support.SOURCE / "tests" / "system")
        self.assertEqual(run(program, case, **self.context("discipline-clerk")).splitlines(), [
            "state up", "put 0 complete 1", "applied, stage received, 1 notice", f"repeated, case {case}",
            "got 0 same 1", "not-found case-unknown: there is no such case; remembered 0",
            "connected 1 of 1, sent more than 600000 bytes, pending 0"])

    def test_the_uv_example_by_pkg_config(self):
        self.served = [self.received(1)]
        self.transitions(self.by_pkg_config("uv", "libuv"))

    def transitions(self, program):
        said = run(program, 2, "application-received/", **self.context("inspector")) if len(self.served) > 1 else \
            run(program, 2, **self.context("inspector"))
        lines = said.splitlines()
        self.assertEqual(len(lines), 2, said)
        self.assertEqual(lines[-1], f"application-received, case {self.served[-1]}")


if __name__ == "__main__":
    unittest.main()
