#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A press becomes a mark: a kit whose kit.yaml says `mark: yes` of a channel, in the real daemon. The
button hangs at a serial port here; at the board's pins its rows are the same (tests/unit/edges_gate_test.c)."""

import csv
import io
import json
import os
import pathlib
import pty
import select
import sqlite3
import subprocess
import sys
import tempfile
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import events  # noqa: E402

BELL = """kit: bell
name: {zh: 铃, en: Bell}
serial: 115200 8N1
lines: {}
channels:
  - {id: press, name: {zh: 按下次数, en: Presses}, quantity: count, unit: "1", range: [0, 1e6], resolution: 1, from: press, mark: yes}
  - {id: light, name: {zh: 光, en: Light}, quantity: number, unit: "1", range: [0, 1023], resolution: 1, from: light}
"""


class Marks(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        kit = self.folder / "kits" / "bell"
        kit.mkdir(parents=True)
        (kit / "kit.yaml").write_text(BELL)
        self.bell, far = pty.openpty()
        tty.setraw(far)
        self.addCleanup(os.close, self.bell)
        self.addCleanup(os.close, far)
        (self.folder / "bell").symlink_to(os.ttyname(far))
        self.board = daemon.Daemon(self.folder, [f"{self.folder / 'bell'}, kit: bell"],
                                   f"kits: [{self.folder / 'kits'}]\nstore: {{commit: 1 s}}\n")
        self.board.start().wait_ready()
        self.addCleanup(self.board.end)
        daemon.wait_for("the bell", self.find_bell)

    def find_bell(self):
        """Its lines are believed when there are some."""
        self.say("light:1")
        time.sleep(0.05)
        return self.board.devices()

    def say(self, text):
        os.write(self.bell, text.encode() + b"\r\n")

    def marks(self, query=""):
        return self.board.get("marks" + query)["marks"]

    def wait_marks(self, n):
        return daemon.wait_for(f"{n} marks", lambda: len(found := self.marks()) >= n and found)

    def test_a_press_is_a_mark_and_a_reading_of_another_channel_is_none(self):
        self.say("light:7")
        self.say("press:1 light:8")
        time.sleep(0.2)
        self.say("light:9")
        self.say("press:2 light:8")
        first, second = self.wait_marks(2)
        self.assertEqual((first["id"], second["id"]), (1, 2))
        self.assertEqual((first["author"], first["text"]), ("kit 1", "铃 / Bell"))
        self.assertGreater(second["at_us"] - first["at_us"], 100_000)
        status = self.board.get("status")
        self.assertAlmostEqual(first["wall_us"] - first["at_us"], status["wall_us"] - status["now_us"],
                               delta=10_000)
        # At the instant of its row, to the microsecond.
        stream = self.board.devices()[0]["streams"][0]["id"]
        pressed = self.rows(stream, "press")
        self.assertEqual([mark["at_us"] for mark in (first, second)], pressed)
        self.assertEqual(self.marks(f"?from_us={first['at_us'] + 1}"), [second])
        self.assertEqual(self.marks(f"?to_us={second['at_us']}"), [first])

    def rows(self, stream, channel):
        """Instants, in microseconds, at which the stream's channel has a value."""
        def columns():
            found = self.board.get(f"streams/{stream}/columns?columns=4000")
            (values,) = [each["y"] for each in found["channels"] if each["id"] == channel]
            at = [t for t, y in zip(found["t_us"], values) if y is not None]
            return at if len(at) >= 2 else None
        return daemon.wait_for("both rows on the card", columns)

    def kitlog(self, *words, lang="C"):
        return subprocess.run([os.environ["KITLOG"], "--config", self.board.config, "mark", *words], text=True,
                              timeout=60, capture_output=True, env=os.environ | {"LC_ALL": lang})

    def test_kitlog_lists_them(self):
        self.assertEqual(self.kitlog().stdout, "No mark yet; connect a push button and press it\n")
        for words in ("", " \t"):
            done = self.kitlog("add", words)
            self.assertEqual(done.returncode, 2)
            self.assertIn("these words are empty", done.stderr)
        self.assertEqual(self.marks(), [])
        self.say("press:1 light:8")
        self.say("press:2 light:8")
        found = daemon.wait_for("two marks with their hour", lambda: len(found := self.marks()) == 2
                                and all(mark["wall_us"] for mark in found) and found)
        self.assertEqual(json.loads(self.kitlog("list", "--json").stdout), {"marks": found})
        lines = self.kitlog(lang="zh_CN.UTF-8").stdout.splitlines()
        for number, line in enumerate(lines, 1):
            self.assertRegex(line, rf"^{number} +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +kit 1 +铃 / Bell$")
        self.assertEqual(len(lines), 2)
        for words, said in ((("lst",), '"lst" does not fit; expected: list'),
                            (("list", "3"), '"3" is one word too many; it takes none')):
            done = self.kitlog(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_an_export_has_them_in_lines_of_their_own(self):
        self.say("press:1 light:8")
        self.say("press:2 light:9")
        self.wait_marks(2)
        stream = self.board.devices()[0]["streams"][0]["id"]
        done = subprocess.run([os.environ["KITLOG"], "--config", self.board.config, "export", f"stream:{stream}"],
                              timeout=60, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        table = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8-sig"))))
        self.assertEqual([name.split()[0] for name in table[0]][-2:], ["mark", "stamp_u_s"])
        pressed = [i for i, row in enumerate(table) if row["按下次数 Presses"]]
        marked = [i for i, row in enumerate(table) if row["mark"]]
        self.assertEqual(marked, [i + 1 for i in pressed])
        self.assertEqual([table[i]["time_s"] for i in marked], [table[i]["time_s"] for i in pressed])
        self.assertEqual({table[i]["mark"] for i in marked}, {"kit 1: 铃 / Bell"})

    def test_kitlog_lists_more_than_the_board_gives_at_a_time(self):
        """Three at each instant, so that a page of a thousand ends between two of them."""
        self.board.end()
        with sqlite3.connect(self.board.data / "kitlog.db") as store:
            store.executemany("INSERT INTO mark(id, at_ns, author, text) VALUES (?, ?, 'kit 1', 'x')",
                              [(n + 1, (n // 3 + 1) * 1000) for n in range(2500)])
        store.close()
        self.board.start().wait_ready()
        page = daemon.wait_for("the board", lambda: self.board.get("marks"))
        self.assertEqual((len(page["marks"]), page["has_more"]), (1000, True))
        found = json.loads(self.kitlog("--json").stdout)["marks"]
        self.assertEqual([mark["id"] for mark in found], list(range(1, 2501)))

    def test_marks_are_told_at_once_and_go_on_after_a_stop(self):
        reader = events.Events(self.board.port)
        self.addCleanup(reader.close)
        self.hear(reader, "hello")
        self.say("press:1 light:8")
        self.assertEqual(self.hear(reader, "mark")["id"], 1)
        self.wait_marks(1)
        self.board.end()
        self.board.start().wait_ready()
        daemon.wait_for("the bell", self.find_bell)
        self.say("press:2 light:8")
        self.assertEqual([mark["id"] for mark in self.wait_marks(2)], [1, 2])

    @staticmethod
    def hear(reader, name):
        """The data of the next event of that name, without what came with it."""
        deadline = time.monotonic() + daemon.PATIENCE
        while time.monotonic() < deadline:
            if select.select([reader], [], [], 0.1)[0]:
                for event in reader.take():
                    if event.name == name:
                        return event.data
        raise daemon.Late(f"no event {name}")

    def test_a_flood_is_no_mark_and_disturbs_nobody(self):
        for number in range(200):
            self.say(f"press:{number} light:1")
        stream = self.board.devices()[0]["streams"][0]["id"]
        daemon.wait_for("all rows", lambda: self.board.get("status")["store"]["rows"] >= 200)
        self.assertEqual(len(self.rows(stream, "press")), 200)
        n = len(self.wait_marks(20))
        self.assertTrue(20 <= n < 200, n)
        self.assertIn("kit 1 (bell) makes more than 20 marks a second; take mark: yes out",
                      self.board.log.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
