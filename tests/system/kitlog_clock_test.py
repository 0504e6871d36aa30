#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog clock`: who told the board the hour, start by start; and telling it for a start of which
nobody did."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import pathlib
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]


class Clock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A start of which nobody told the hour, and one that knows it."""
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.board = daemon.Daemon(folder)
        cls.board.start().wait_ready()
        daemon.wait_for("a commit", lambda: cls.board.get("status")["store"]["durable_us"] > 0)
        cls.board.end()
        with sqlite3.connect(cls.board.data / "kitlog.db") as store:
            store.execute("DELETE FROM anchor")
            store.execute("UPDATE boot SET kernel_id = 'another start'")
        store.close()
        cls.board.start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        daemon.wait_for("the hour", lambda: cls.board.get("clock")["wall_us"])

    def kitlog(self, *words, locale="C", status=0):
        done = subprocess.run([KITLOG, "--config", self.board.config, "clock", *words], text=True, timeout=30,
                              capture_output=True, env={**os.environ, "LC_ALL": locale, "TZ": "CST-8"})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def test_each_start_has_its_line(self):
        lines = self.kitlog().splitlines()
        self.assertRegex(lines[0], r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  own clock  \+-[\d.]+ s$")
        self.assertIn("told by", lines[2])
        self.assertRegex(lines[3], r"^1 +board [\d.]+ s +board [\d.]+ s +nobody *$")
        self.assertRegex(lines[4], r"^2 +20\d\d.* now +own clock +\+-[\d.]+ s$")
        self.assertRegex(lines[-1], r"^ +board [\d.]+ s +20\d\d-.* own clock")
        self.assertIn("没人说过", self.kitlog("list", locale="zh_CN.UTF-8"))

    def test_the_status_tells_it_in_the_same_words(self):
        for locale, words in (("C", "(own clock, ±"), ("zh_CN.UTF-8", "(本机时钟, ±")):
            told = subprocess.run([KITLOG, "--config", self.board.config, "status"], text=True, timeout=30,
                                  capture_output=True, env={**os.environ, "LC_ALL": locale}).stdout
            self.assertIn(words, told)

    def test_programs_get_it_whole(self):
        told = json.loads(self.kitlog("--json"))
        self.assertEqual(told["clock"]["source"], "system")
        self.assertEqual([boot["id"] for boot in told["boots"]], [1, 2])
        self.assertIsNone(told["boots"][0]["source"])

    def test_what_cannot_be_is_refused_with_a_sentence(self):
        self.assertIn("expected: list, set", self.kitlog("lst", status=2))
        self.assertIn("missing: --boot N --began", self.kitlog("set", "--boot", "1", status=2))
        self.assertIn('"x" does not fit', self.kitlog("set", "--boot", "x", "--began", "2026-11-28 09:00", status=2))
        for hour in ("yesterday", "2026-02-30 09:00", "2026-11-28", "2026-11-28T09:00Z"):
            self.assertIn("local time, such as", self.kitlog("set", "--boot", "1", "--began", hour, status=2))
        self.assertIn("one word too many", self.kitlog("set", "--boot", "1", "2026-11-28", "09:00", status=2))
        self.assertIn("no option", self.kitlog("set", "--bot", "1", status=2))
        self.assertIn("no such boot", self.kitlog("set", "--boot", "9", "--began", "2026-03-01 09:00", status=1))
        self.assertIn("known already", self.kitlog("set", "--boot", "2", "--began", "2026-03-01 09:00", status=1))
        self.assertIn("2026 年以后", self.kitlog("set", "--boot", "1", "--began", "2025-03-01 09:00", status=1,
                                              locale="zh_CN.UTF-8"))
        self.assertIn("a time that has passed", self.kitlog("set", "--boot", "1", "--began", "2099-03-01 09:00",
                                                            status=2))
        self.assertIn("PIN", self.kitlog("set", "--boot", "1", "--began", "2026-03-01 09:00", "--pin", "0", status=1))


    def test_zz_what_somebody_remembers_is_the_hour_of_that_start(self):
        daemon.wait_for("a map", lambda: self.board.get("status")["boots_without_hour"] == 1)
        status = subprocess.run([KITLOG, "--config", self.board.config, "status"], text=True, timeout=30,
                                capture_output=True, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertIn("starts of which nobody told the hour: 1; see kitlog clock", status)
        began = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() - 86400 + 8 * 3600))
        self.assertIn("start 1, +-5 min", self.kitlog("set", "--boot", "1", "--began", began))
        daemon.wait_for("the map knows", lambda: self.board.get("status")["boots_without_hour"] == 0)
        line = self.kitlog().splitlines()[3]
        self.assertRegex(line, rf"^1 +{began}:00 +{began[:10]}.* somebody +\+-5 min$")


if __name__ == "__main__":
    unittest.main()
