#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog join`: two boards saw the same, and one file shows it at the same time, as nearly as it says.

Both are daemons of this machine, so that the truth is known: they share its monotonic clock, and what
lies between their board times is the difference of two bases, of which the second board's is that of
another boot. Each has a text board at a serial port, and one writer tells both the same number at
the same instant."""

import contextlib
import csv
import json
import os
import pathlib
import pty
import re
import select
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
PERIOD_S = 0.05
ROWS = 40


class Board(daemon.Daemon):
    """A daemon with a text board, which says what `say` is told."""

    def __init__(self, test, name):
        folder = pathlib.Path(test.folder) / name
        folder.mkdir()
        super().__init__(folder, [f"{folder / 'port'}, kit: text-board"], "store: {commit: 1 s}\n")
        self.config.write_text(re.sub("^board: .*", f"board: {name}", self.config.read_text()))
        self.plug()
        test.addClassCleanup(self.unplug)
        test.addClassCleanup(self.end)

    def plug(self):
        self.wire, self.far = pty.openpty()
        tty.setraw(self.far)
        (self.folder / "port").symlink_to(os.ttyname(self.far))

    def unplug(self):
        (self.folder / "port").unlink()
        os.close(self.wire)
        os.close(self.far)

    def say(self, number):
        os.write(self.wire, f"n:{number}\r\n".encode())

    @contextlib.contextmanager
    def store(self):
        """While it does not run, or to read."""
        with contextlib.closing(sqlite3.connect(self.data / "kitlog.db")) as store, store:
            yield store

    def new_boot(self):
        """As if it had been off for three seconds, in which board time goes on by one: what was
        recorded so far is of another boot."""
        self.end()
        time.sleep(3)
        with self.store() as store:
            store.execute("UPDATE boot SET kernel_id = 'another ' || id")
        self.start().wait_ready()

    def base_ns(self):
        """Board time less the monotonic clock."""
        with self.store() as store:
            return store.execute("SELECT base_ns FROM boot ORDER BY id DESC LIMIT 1").fetchone()[0]

    def address(self):
        return f"http://127.0.0.1:{self.port}"


class Lagging:
    """A way to a board on which each answer takes so long, and no question does."""

    def __init__(self, test, board, seconds):
        self.board, self.seconds = board, seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        test.addCleanup(self.listener.close)

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self.pass_on, args=[near], daemon=True).start()

    def pass_on(self, near):
        with near, socket.create_connection(("127.0.0.1", self.board.port)) as far:
            while True:
                for end in select.select([near, far], [], [])[0]:
                    if not (data := end.recv(65536)):
                        return
                    if end is far:
                        time.sleep(self.seconds)
                    (near if end is far else far).sendall(data)


def kitlog(*words, locale="C"):
    return subprocess.run([KITLOG, *map(str, words)], text=True, capture_output=True, timeout=120,
                          env={**os.environ, "LC_ALL": locale})


class TwoBoards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.a, cls.b = Board(cls, "kitlog-a"), Board(cls, "kitlog-b")
        cls.a.start().wait_ready()
        cls.b.start().wait_ready()
        cls.b.new_boot()
        cls.record()

    @classmethod
    def record(cls):
        """A run on each, some seconds apart, and then the same numbers at the same instants."""
        for board in (cls.a, cls.b):
            daemon.wait_for("the text board", lambda board=board:
                            board.say(-1) or time.sleep(PERIOD_S) or board.devices())
            board.sign_in()
            board.post("runs", {"title": "together"})
            time.sleep(0.3)
        for number in range(ROWS):
            cls.a.say(number)
            cls.b.say(number)
            time.sleep(PERIOD_S * (1 + number % 3 / 10))
        for board in (cls.a, cls.b):
            daemon.wait_for("all rows", lambda board=board:
                            f",{ROWS - 1}," in board.fetch("export?run=1").decode())
            board.post("runs/1/stop")
        cls.stamps_us = sum(board.devices()[0]["health"]["uncertainty_us"] for board in (cls.a, cls.b))

    def setUp(self):
        self.out = pathlib.Path(self.folder) / f"{self.id().split('.')[-1]}.csv"

    @classmethod
    def truth_us(cls):
        return (cls.b.base_ns() - cls.a.base_ns()) / 1000

    def join(self, *words, locale="C"):
        done = kitlog("join", "--output", self.out, *words, locale=locale)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def offsets(self, *words):
        self.out.unlink(missing_ok=True)
        return json.loads(self.join("--json", *words).stdout)["boards"]

    def read(self):
        """(lines about the boards, head, rows)"""
        text = self.out.read_bytes().decode("utf-8-sig")
        lines = text.split("\r\n")
        notes = [line for line in lines if line.startswith("#")]
        head, *rows = csv.reader(lines[len(notes):-1])
        return notes, head, rows

    def both(self):
        return f"1@{self.a.address()}", f"1@{self.b.address()}"

    def refused(self, status, *words, locale="C"):
        self.out.unlink(missing_ok=True)
        done = kitlog("join", "--output", self.out, *words, locale=locale)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (status, "", 1), done.stderr)
        self.assertFalse(self.out.exists())
        return done.stderr


class Join(TwoBoards):
    def test_the_offset_is_true_within_what_is_stated(self):
        truth = self.truth_us()
        self.assertGreater(abs(truth), 5e5)  # the bases do differ
        for words, sign in ((self.both(), 1), (self.both()[::-1], -1)):
            first, second = self.offsets(*words)
            self.assertEqual((first["offset_us"], first["uncertainty_us"]), (0, 0))
            self.assertEqual(second["by"], "pings")
            error = second["offset_us"] - sign * truth
            print(f"offset off by {error:.0f} us, stated {second['uncertainty_us']:.0f} us")
            self.assertLessEqual(abs(error), second["uncertainty_us"])
            self.assertLess(second["uncertainty_us"], 1e6 * PERIOD_S)
            # Two crystals may have drifted apart since the run began: 50 ppm of that.
            age_us = self.a.get("status")["now_us"] - self.a.get("runs")["runs"][0]["from_us"]
            self.assertGreater(second["uncertainty_us"], 45e-6 * age_us)

    def test_it_is_true_even_where_only_the_answers_are_slow(self):
        """The worst for pings: half of the lag is error, and all of it must be stated."""
        for seconds in (0.02, 0.2):
            lagging = Lagging(self, self.b, seconds)
            _, second = self.offsets(self.both()[0], f"1@{lagging.address}")
            error = abs(second["offset_us"] - self.truth_us())
            self.assertGreater(error, 1e6 * seconds / 3)  # it is the worst
            self.assertLessEqual(error, second["uncertainty_us"])
            self.assertLess(second["uncertainty_us"], 4 * error)

    def test_rows_of_the_same_instant_line_up(self):
        done = self.join(*self.both())
        notes, head, rows = self.read()
        self.assertEqual(done.stdout.splitlines(), [note[2:] for note in notes])
        self.assertEqual(done.stderr, "")
        self.assertEqual(len(notes), 2)
        self.assertIn("1 号板 board kitlog-a: 记录 run 1, " + self.a.address(), notes[0])
        start, uncertainty = map(float, re.search(
            r"2 号板 board kitlog-b: .* its start: \+([\d.]+) ms ± ([\d.]+) ms \(95 %\), .*by pings",
            notes[1]).groups())
        runs = [board.get("runs")["runs"][0]["from_us"] for board in (self.a, self.b)]
        self.assertAlmostEqual(1000 * start, runs[1] - self.truth_us() - runs[0], delta=1000 * uncertainty)
        columns = {board: next(i for i, name in enumerate(head) if name.startswith(board) and " n" in name)
                   for board in ("kitlog-a", "kitlog-b")}
        seen = {board: {float(row[i]): float(row[0]) for row in rows if row[i] and float(row[i]) >= 0}
                for board, i in columns.items()}
        self.assertEqual(set(seen["kitlog-a"]), set(map(float, range(ROWS))))
        self.assertEqual(set(seen["kitlog-b"]), set(map(float, range(ROWS))))
        apart = [seen["kitlog-b"][n] - seen["kitlog-a"][n] for n in range(ROWS)]
        print(f"rows {1e3 * statistics.median(apart):+.3f} ms apart (median), "
              f"stated ± {uncertainty} ms and ± {self.stamps_us / 1e3} ms of the stamps")
        self.assertLess(abs(statistics.median(apart)), uncertainty / 1e3 + self.stamps_us / 1e6)

    def test_nothing_is_left_out_or_out_of_order(self):
        self.join(*self.both())
        _, head, rows = self.read()
        self.assertEqual(head[:2], ["time_s", "clock"])
        times = [float(row[0]) for row in rows]
        self.assertEqual(times, sorted(times))
        at, n = 2, 0
        for board in (self.a, self.b):
            own_head, *own = csv.reader(board.fetch("export?run=1").decode("utf-8-sig").splitlines())
            end = at + len(own_head) - 2
            name = "kitlog-a" if board is self.a else "kitlog-b"
            self.assertEqual(head[at:end], [f"{name} {cell}" for cell in own_head[2:]])
            mine = [row for row in rows if any(row[at:end])]
            self.assertEqual([row[at:end] for row in mine], [row[2:] for row in own])
            self.assertEqual([row[1] for row in mine], [row[1] for row in own])
            at, n = end, n + len(own)
        self.assertEqual(at, len(head))
        self.assertEqual(n, len(rows))

    def test_a_run_that_was_imported_joins_by_its_hour(self):
        """Its time is another board's, however near its numbers are to this one's."""
        request = daemon.urllib.request.Request(self.a.url("import"), self.b.fetch("runs/1/package"),
                                                {"Content-Type": "application/zip"})
        with self.a.opener.open(request, timeout=daemon.PATIENCE) as answer:
            run, = json.load(answer)["runs"]
        _, second = self.offsets(self.both()[0], f"{run['id']}@{self.a.address()}")
        self.assertEqual(second["by"], "hour")
        own = self.a.get("runs/1")["wall_from_us"], self.b.get("runs/1")["wall_from_us"]
        self.assertAlmostEqual(second["start_us"], own[1] - own[0], delta=second["uncertainty_us"] + 10)
        self.assertIn("has no run 99;", self.refused(1, self.both()[0], f"99@{self.a.address()}"))

    def test_a_gap_ends_in_the_joint_time(self):
        """The end of a gap is a time in a cell of its own."""
        self.b.post("runs", {"title": "a gap"})
        self.b.say(1)
        time.sleep(0.2)
        self.b.unplug()
        self.b.plug()
        daemon.wait_for("its rows", lambda: self.b.say(2) or time.sleep(PERIOD_S) or
                        re.search(r"unplugged.*\r\n.*,2,", self.b.fetch("export?run=2").decode(), re.S))
        self.b.post("runs/2/stop")
        _, second = self.offsets(self.both()[0], f"2@{self.b.address()}")
        _, head, rows = self.read()
        until = head.index("kitlog-b gap_until_s")
        own_head, *own = csv.reader(self.b.fetch("export?run=2").decode("utf-8-sig").splitlines())
        own_until = own_head.index("gap_until_s")
        expected = [float(row[own_until]) + second["start_us"] / 1e6 for row in own if row[own_until]]
        found = [float(row[until]) for row in rows if row[until]]
        self.assertGreater(len(found), 0)
        for a, b in zip(found, expected, strict=True):
            self.assertAlmostEqual(a, b, delta=2e-6)
        for row in rows:
            if row[until]:
                self.assertGreater(float(row[until]), float(row[0]))

    def test_a_restart_of_the_daemon_is_no_new_boot(self):
        self.b.end()
        self.b.start().wait_ready()
        self.b.sign_in()
        _, second = daemon.wait_for("the boots", lambda: self.offsets(*self.both()))
        self.assertEqual(second["by"], "pings")
        self.assertLessEqual(abs(second["offset_us"] - self.truth_us()), second["uncertainty_us"])

    def test_what_lines_up_worse_than_its_rows_is_warned_of(self):
        lagging = Lagging(self, self.b, 0.3)
        done = self.join(self.both()[0], f"1@{lagging.address}")
        self.assertRegex(done.stderr, r"^kitlog join: mind: kitlog-b lines up to ± [\d.]+ ms only, .*\n$")

    def test_runs_of_one_board_are_certain(self):
        first, second = self.offsets(self.both()[0], self.both()[0])
        self.assertEqual((second["by"], second["start_us"], second["uncertainty_us"]), ("same", 0, 0))
        self.assertEqual(second["board"], "kitlog-a-2")

    def test_each_refusal_is_one_sentence(self):
        a, b = self.both()
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            there = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            self.assertIn(f"{there} does not answer", self.refused(1, a, f"1@{there}"))
        missing = self.refused(1, a, f"77@{self.b.address()}")
        self.assertEqual(missing, f"kitlog join: kitlog-b has no run 77; see kitlog --board {self.b.address()} "
                                  "run list\n")
        self.assertIn("没有编号 77 的记录", self.refused(1, a, f"77@{self.b.address()}", locale="zh_CN.UTF-8"))
        self.assertIn("missing: runs of two boards", self.refused(2, a))
        self.assertIn('"x@y" does not fit', self.refused(2, a, "x@y"))
        self.assertIn('"1@" does not fit', self.refused(2, a, "1@"))
        self.assertIn("is no address of a board", self.refused(2, a, "1@ftp://x"))
        self.assertIn("8 boards at most", self.refused(2, *[a] * 9))
        self.out.write_text("mine")
        done = kitlog("join", "--output", self.out, a, b)
        self.assertEqual((done.returncode, self.out.read_text()), (1, "mine"))
        self.assertIn("is there already", done.stderr)

    def test_what_cannot_be_written_is_said(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([KITLOG, "join", *self.both()], stdout=full, stderr=subprocess.PIPE,
                                  text=True, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def test_standard_output_is_the_file(self):
        self.join(*self.both())
        done = kitlog("join", *self.both())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), self.out.read_text().count("\n"))

    def test_the_usual_board_needs_no_address(self):
        done = kitlog("--board", self.a.address(), "join", "--json", "--output", self.out, "1", self.both()[1])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["boards"][0]["url"], self.a.address())


class AnotherBoot(TwoBoards):
    """The second board has been off since: only the hour tells how the clocks stood."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.true_us = cls.truth_us()
        cls.b.new_boot()

    def test_the_hour_lines_them_up_and_says_how_well(self):
        for board in (self.a, self.b):  # it is looked up behind the start
            daemon.wait_for("the hour of the run", lambda board=board:
                            board.get("runs")["runs"][0]["wall_from_us"] is not None)
        done = self.join("--json", *self.both())
        _, second = json.loads(done.stdout)["boards"]
        self.assertEqual(second["by"], "hour")
        self.assertLessEqual(abs(second["offset_us"] - self.true_us), second["uncertainty_us"])
        self.assertGreaterEqual(second["uncertainty_us"], sum(
            board.get("runs")["runs"][0]["wall_uncertainty_us"] for board in (self.a, self.b)))
        self.assertIn("kitlog-b lines up to ±", done.stderr)  # 1 s each, as nobody disciplines them

    def test_without_an_hour_nobody_knows(self):
        self.b.end()
        with self.b.store() as store:
            store.execute("DELETE FROM anchor")
        self.b.config.write_text(self.b.config.read_text().replace("wall_clock: system\n", ""))
        self.b.start().wait_ready()
        if self.b.get("status")["wall_us"] is not None:
            self.skipTest("this machine's clock is disciplined, and tells the hour")
        self.assertIn("nobody knows how the clocks of kitlog-a and kitlog-b stood", self.refused(1, *self.both()))


class FalseHour(TwoBoards):
    """Somebody told the second board an hour that is a year off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.true_us = cls.truth_us()
        cls.b.end()
        with cls.b.store() as store:
            store.execute("UPDATE anchor SET wall_ns = wall_ns + ?", [365 * 86400 * 10**9])
        cls.b.config.write_text(cls.b.config.read_text().replace("wall_clock: system\n", ""))
        cls.b.start().wait_ready()

    def setUp(self):
        super().setUp()
        if self.b.get("clock")["source"] == "ntp":
            self.skipTest("this machine's clock is disciplined, and tells the hour")
        for board in (self.a, self.b):
            daemon.wait_for("the hour of the run", lambda board=board:
                            board.get("runs")["runs"][0]["wall_from_us"] is not None)

    def test_pings_deny_it(self):
        done = self.join("--json", *self.both())
        second = json.loads(done.stdout)["boards"][1]
        self.assertEqual(second["by"], "pings")
        self.assertLessEqual(abs(second["offset_us"] - self.true_us), second["uncertainty_us"])
        self.assertIn("the hours of kitlog-b and kitlog-a are", done.stderr)

    def test_without_pings_it_is_warned_of(self):
        self.b.new_boot()
        done = self.join("--json", *self.both())
        self.assertEqual(json.loads(done.stdout)["boards"][1]["by"], "hour")
        self.assertIn("a board was told a false hour; see kitlog clock", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
