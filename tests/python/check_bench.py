#!/usr/bin/python3
"""check_bench.py - the parts of ./run bench that reckon and tell: figures, threads, flame graphs, what rivals print"""

import pathlib
import sys
import tempfile
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "clients" / "bench"))
import bench_town  # noqa: E402
import bench  # noqa: E402
import figures  # noqa: E402
import flame  # noqa: E402
import rivals  # noqa: E402
import watch  # noqa: E402


class FiguresTest(unittest.TestCase):
    def setUp(self):
        self.f = figures.Figures()
        for value in (1000, 3000, 2000):
            self.f.note("Commands", "ours", value, "/s")
        for value in (4000, 4000, 8000):
            self.f.note("Limits", "most", value, "/s", 1)
        self.f.note("Commands", "later", 7, "us")
        self.f.note("Commands", "never", None, "us")

    def test_rows_stand_with_their_group(self):
        self.assertEqual([(row[0], row[1], row[2:5]) for row in self.f.lines()],
                         [("Commands", "ours", ("1,000", "2,000", "3,000")), ("Commands", "later", ("7", "7", "7")),
                          ("Limits", "most", ("4,000.0", "4,000.0", "8,000.0"))])
        self.assertEqual(self.f.table().count("Commands"), 1)

    def test_markdown(self):
        text = self.f.markdown()
        self.assertTrue(text.startswith("**Commands**\n\n| figure |"))
        self.assertIn("| ours | 1,000 | 2,000 | 3,000 | /s |", text)

    def test_ratios_are_run_by_run(self):
        self.f.pairs("Ratios", "ours / most", "ours", "most")
        self.assertEqual(self.f.runs("ours / most"), [0.25, 0.75, 0.25])

    def test_shares_of_what_was_measured(self):
        rows = self.f.shares([("ours", "most"), ("ours", "not measured"), ("nor this", "most")])
        self.assertEqual(rows, [("ours", 2000, "most", 4000, 0.5)])
        self.assertIn("50.0%", figures.shares_table(rows))
        self.assertIn("| 50.0% |", figures.shares_markdown(rows))
        self.assertEqual(figures.shares_table([]), "")

    def test_what_was_to_be_reached(self):
        rows = figures.reach(self.f, [("ours", "at least", 2000), ("later", "at most", 5), ("no", "at least", 1)])
        self.assertEqual([row[4] for row in rows], [True, False])
        self.assertEqual(figures.reach_table(rows).count("NOT REACHED"), 1)


class WatchTest(unittest.TestCase):
    def process(self, folder, engine, written):
        stat = "{n} ({name}) S 1 2 3 4 5 6 7 8 9 10 {user} {kernel} 0 0\n"
        for n, name, user, kernel in ((70, "leewayd", 20, 10), (71, "ZMQbg/IO/0", 5, 7), (72, "leewayd", engine, 4),
                                      (73, "a (b) c", 1, 0)):
            task = folder / "70" / "task" / str(n)
            task.mkdir(parents=True, exist_ok=True)
            (task / "stat").write_text(stat.format(n=n, name=name, user=user, kernel=kernel))
        (folder / "70" / "io").write_text(f"rchar: 1\nwchar: {written}\nsyscr: 2\n")
        (folder / "70" / "smaps").write_text(
            "00-01 rw-s 00 fe:00 1    /store/data.mdb\nSize: 9 kB\nRss:   40 kB\nVmFlags: rd\n"
            "01-02 rw-p 00 00:00 0    [heap]\nSize: 9 kB\nRss:  8 kB\n"
            "02-03 r--p 00 fe:00 1    /lib/libc.so\nRss:   4 kB\n")

    def test_threads_and_pages(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            self.process(folder, 100, 0)
            w = watch.Watch(70, folder)
            before = w.moment()
            self.process(folder, 300, 3 * watch.PAGE)
            seen = w.between(before, w.moment())
            self.assertAlmostEqual(seen["spent"]["engine"][0], 200 * watch.TICK)
            self.assertEqual(seen["spent"]["loop"], [0.0, 0.0])
            self.assertEqual(seen["pages"], 3)
            self.assertEqual(watch.roles(before["threads"], 70),
                             {70: "loop", 71: "zmq io", 72: "engine", 73: "others"})
            self.assertEqual(w.memory("data.mdb"), (12 * 1024, 40 * 1024))


class FlameTest(unittest.TestCase):
    TEXT = """\
leewayd 72
\t    55d0 decide+0x12
\t    55d1 engine_batch+0x3
\t    55d2 work+0x1

leewayd 72
\t    55d9 encode
\t    55d1 engine_batch
\t    55d2 work

ZMQbg/IO/0 71
\t    7fff [unknown]
"""

    def test_stacks_are_folded(self):
        stacks = flame.fold(self.TEXT, {72: "engine"})
        self.assertEqual(stacks, {("engine", "work", "engine_batch", "decide"): 1, ("engine", "work", "engine_batch", "encode"): 1,
                                  ("ZMQbg/IO/0", "[unknown]"): 1})
        self.assertEqual(flame.grow(stacks)[1]["engine"][0], 2)

    def test_the_picture_tells_names_and_shares(self):
        svg = flame.draw(flame.fold(self.TEXT, {72: "<engine>"}), "a & b")
        self.assertIn("<title>&lt;engine&gt;: 2 samples, 66.7%</title>", svg)
        self.assertIn("a &amp; b, 3 samples", svg)
        self.assertTrue(svg.startswith("<svg ") and svg.endswith("</svg>\n"))
        self.assertTrue(flame.draw({}, "nothing").endswith("</svg>\n"))


class RivalsTest(unittest.TestCase):
    def test_what_redis_benchmark_prints(self):
        text = """====== EVALSHA 1 2 a ======
  2000 requests completed in 0.05 seconds
Latency by percentile distribution:
0.000% <= 0.263 milliseconds (cumulative count 2)
50.000% <= 1.744 milliseconds (cumulative count 1002)
99.023% <= 3.294 milliseconds (cumulative count 1981)
99.902% <= 4.567 milliseconds (cumulative count 1999)
100.000% <= 5.007 milliseconds (cumulative count 2000)

Cumulative distribution of latencies:
0.000% <= 0.103 milliseconds (cumulative count 0)
100.000% <= 5.103 milliseconds (cumulative count 2000)

Summary:
  throughput summary: 34800.00 requests per second
"""
        self.assertEqual(rivals.benchmark_figure(text), rivals.figure(34800.0, 1744, 3294, 4567, 5007))
        with self.assertRaises(rivals.Absent):
            rivals.benchmark_figure("ERR unknown command")

    def test_no_ratio_to_a_rival_that_limps(self):
        b = bench.Bench.__new__(bench.Bench)
        b.f, b.batches, b.remarks = figures.Figures(), [1, 32, 512], []
        b.o = types.SimpleNamespace(vs=["redis"], cases=[100])
        b.f.note("x", "leeway 64 x 1", 10000, "/s")
        b.f.note("x", "redis 64 x 1", 20000, "/s")
        for clients, rate in ((1, 3750), (64, 31000)):
            b.f.note("x", f"redis simple {clients} x 1", rate, "/s")
        self.assertEqual(b.too_slow(rivals.Redis), ["64 clients: 31000/s of 34800/s"])
        b.ratios()
        self.assertEqual(b.f.runs("leeway / redis, 64 x 1"), [])
        self.assertIn("no ratio to redis", b.remarks[0])
        b.f.rows["redis simple 64 x 1"]["runs"] = [31400]
        b.ratios()
        self.assertEqual(b.f.runs("leeway / redis, 64 x 1"), [0.5])


class RoomTest(unittest.TestCase):
    MOUNTS = """\
20 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
21 20 0:5 / /memory rw shared:2 - tmpfs none rw
"""

    def test_a_disk_that_is_too_small_is_told_of_first(self):
        def usage(_):
            return types.SimpleNamespace(free=70 << 30)
        with tempfile.NamedTemporaryFile("w") as mounts:
            mounts.write(self.MOUNTS)
            mounts.flush()
            self.assertEqual(bench_town.disk_of("/memory/of", mounts.name), ("tmpfs", "none"))
            self.assertEqual(bench_town.disk_of("/memory2", mounts.name), ("ext4", "/dev/vda"))
            bench_town.room_for(1_000_000, "/data", usage, mounts.name)
            with self.assertRaisesRegex(bench_town.NoRoom, "10,000,000 cases need about [0-9]+ GiB.*70 GiB are free.*--folder"):
                bench_town.room_for(10_000_000, "/data", usage, mounts.name)
            with self.assertRaisesRegex(bench_town.NoRoom, "is memory and no disk"):
                bench_town.room_for(1, "/memory", usage, mounts.name)


if __name__ == "__main__":
    unittest.main()
