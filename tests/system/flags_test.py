#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A described kit whose numbers go out of its range, beside a running board: they are flagged wherever
readings are told, whatever they are calibrated to."""

import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
WARM_UP = 5  # seconds

# {n} runs from 0 to 6: two of seven readings are outside.
GAUGE = f"""kit: gauge
name: {{zh: 表, en: Gauge}}
serial: 115200 8N1
lines: {{format: auto}}
rate: 20 Hz
warmup: {WARM_UP} s
channels:
  - {{id: level, name: {{zh: 液位, en: Level}}, quantity: number, unit: "1", range: [0, 4], resolution: 0.1, from: level}}
  - {{id: far, name: {{zh: 远, en: Far}}, quantity: number, unit: "1", range: [0, 100], resolution: 0.1, from: far}}
"""


class Flags(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        kit = cls.folder / "kits" / "gauge"
        kit.mkdir(parents=True)
        (kit / "kit.yaml").write_text(GAUGE)
        ports = [cls.folder / "port", cls.folder / "late", cls.folder / "later"]
        cls.late, cls.later = ports[1:]  # these are not there yet
        cls.plug(ports[0])
        cls.board = daemon.Daemon(cls.folder, [f"{port}, kit: gauge" for port in ports],
                                  f"kits: [{cls.folder / 'kits'}]\n")
        cls.board.start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        cls.device = cls.board.wait_device()[0]
        cls.stream = cls.device["streams"][0]["id"]
        cls.board.sign_in()

    @classmethod
    def plug(cls, port):
        printer = subprocess.Popen([sys.executable, "-B", SUPPORT / "printer.py", port, "20",
                                    "level:{n},far:{tenth}"])
        cls.addClassCleanup(printer.wait)
        cls.addClassCleanup(printer.kill)
        daemon.wait_for("port", port.exists)

    def tail(self, until, locale="C", sticker=None):
        tail = subprocess.Popen([KITLOG, "--config", self.board.config, "tail",
                                 str(sticker or self.device["sticker"])], text=True,
                                stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": locale})
        self.addCleanup(tail.stdout.close)
        self.addCleanup(tail.wait)
        self.addCleanup(tail.kill)
        lines = []
        for line in tail.stdout:
            lines.append(line.rstrip("\n"))
            if until(lines):
                return lines
        self.fail(f"kitlog tail ended: {lines}")

    def calibrate(self, channel, raw, true):
        made = self.board.post("calibrations", {"stream": self.stream, "channel": channel,
                                                "points": [{"raw": raw, "true": true}], "is_sure": True})
        return made["calibrations"][0]["id"]

    def level(self, row):
        """(number, marks) of a line of tail; None: it has none."""
        for cell in row.split("  "):
            if cell.startswith("level="):
                number, _, marks = cell.removeprefix("level=").partition(" ")
                return float(number.replace("\N{MINUS SIGN}", "-")), marks
        return None

    def assert_flagged_outside(self, lines, low, high):
        """Every level, and both kinds were there."""
        seen = set()
        for level, marks in filter(None, map(self.level, lines)):
            self.assertEqual("!" in marks, not low <= level <= high, f"{level} {marks}")
            seen.add("!" in marks)
        self.assertEqual(seen, {True, False})

    def test_tail_marks_what_is_out_of_range_and_says_what_that_means_once(self):
        lines = self.tail(lambda all: len(all) >= 30)
        self.assert_flagged_outside(lines, 0, 4)
        told = [i for i, line in enumerate(lines) if line.startswith("# !")]
        self.assertEqual([lines[i] for i in told],
                         ["# ! out of range: the instrument cannot measure that"])
        first = next(i for i, line in enumerate(lines) if self.level(line) and "!" in self.level(line)[1])
        self.assertEqual(told[0], first - 1)
        self.assertFalse(any("far" in line and line.endswith("!") for line in lines))
        self.assertIn("# ! 超出量程，这个值不可信",
                      self.tail(lambda all: len(all) >= 30, "zh_CN.UTF-8"))

    def test_tail_marks_rows_of_before_the_kit_was_warm(self):
        self.plug(self.late)
        late = self.board.wait_device(2)[1]
        until = late["warming_until_us"]

        def stamp(line):
            return round(float(line.split()[0]) * 1e6)
        lines = self.tail(lambda all: self.level(all[-1]) and stamp(all[-1]) > until + 500_000,
                          sticker=late["sticker"])
        self.assertIn("# ~ warming up: it still drifts", lines)
        rows = [line for line in lines if self.level(line)]
        self.assertEqual(["~" in self.level(row)[1] for row in rows],
                         [stamp(row) < until for row in rows])
        self.assertIn("~", self.level(rows[0])[1])

    def test_a_calibration_neither_hides_nor_makes_a_flag(self):
        made = self.calibrate("level", 0, -3)
        try:
            lines = self.tail(lambda all: len(all) >= 30)
            self.assert_flagged_outside(lines, -3, 1)
        finally:
            self.board.post(f"calibrations/{made}/withdraw")

    def test_an_export_flags_the_same_rows(self):
        def rows():
            text = subprocess.run([KITLOG, "--config", self.board.config, "export",
                                   f"stream:{self.stream}"], capture_output=True, check=True).stdout
            table = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
            return table if table and float(table[-1]["time_s"]) > WARM_UP + 2 else None
        table = daemon.wait_for("a warm kit", rows)
        for row in table:
            value = next(cell for head, cell in row.items() if head.startswith("液位"))
            words = row["flags"].split("; ") if row["flags"] else []
            self.assertEqual("out-of-range 液位" in words, bool(value) and float(value) > 4, row)
            if value:
                self.assertEqual("warm-up" in words, float(row["time_s"]) < WARM_UP, row)

    def kitlog(self, command, locale="C"):
        return subprocess.run([KITLOG, "--config", self.board.config, command], text=True, check=True,
                              capture_output=True, env={**os.environ, "LC_ALL": locale}).stdout

    def test_devices_and_status_mark_the_last_reading_as_tail_does(self):
        def told(command, locale, wanted):
            def look():
                said = self.kitlog(command, locale)
                return said if wanted in said else None
            return daemon.wait_for(f"{wanted} in {command}", look)
        said = told("devices", "C", " !")
        self.assertRegex(said, r"(?m)^ +Level +[56]\.0 ~?! ")
        self.assertIn("\n# ! out of range: the instrument cannot measure that\n", said)
        self.assertNotRegex(said, r"(?m)^ +Far .*!")
        self.assertIn("\n# ! 超出量程，这个值不可信\n", told("devices", "zh_CN.UTF-8", " !"))
        sticker = self.device["sticker"]
        self.assertRegex(told("status", "C", " !"), rf"(?m)^(flagged)? +#{sticker} Level = [56]\.0 !  out of range")
        self.assertRegex(told("status", "zh_CN.UTF-8", " !"), rf"(?m)^(可疑读数)? +{sticker} 号 液位 = [56]\.0 !  超出")

    def columns(self, **asked):
        query = "&".join(f"{key}={value}" for key, value in {"columns": 4000, **asked}.items())
        return self.board.get(f"streams/{self.stream}/columns?{query}")

    def test_columns_tell_limits_that_flag_the_same_rows_whatever_they_are_calibrated_to(self):
        made = self.calibrate("level", 0, -3)
        try:
            def after():
                found = self.columns()
                since = found["channels"][0]["limits"][-1]["from_us"]
                return found if since and found["t_us"][-1] > since + 1_000_000 else None
            told = daemon.wait_for("readings by the calibration", after)
            raw = self.columns(values="raw", to_us=told["to_us"])
        finally:
            self.board.post(f"calibrations/{made}/withdraw")
        level, far = told["channels"]
        self.assertEqual([(piece["least"], piece["most"]) for piece in level["limits"]],
                         [(-0.05, 4.05), (-3.05, 1.05)])
        self.assertEqual([(piece["least"], piece["most"]) for piece in far["limits"]], [(-0.05, 100.05)])
        self.assertEqual(len(raw["channels"][0]["limits"]), 1)
        said = dict(zip(raw["t_us"], raw["channels"][0]["y"]))
        seen = set()
        for at, value in zip(told["t_us"], level["y"]):
            piece = [piece for piece in level["limits"] if piece["from_us"] <= at][-1]
            is_outside = value is not None and not piece["least"] <= value <= piece["most"]
            self.assertEqual(is_outside, value is not None and said[at] > 4, (at, value, said[at]))
            seen.add((piece["most"], is_outside))
        self.assertEqual(len(seen), 4, seen)

    def test_columns_tell_when_the_kit_was_plugged_in_though_that_was_before_them(self):
        first = daemon.wait_for("rows", lambda: self.columns()["t_us"] or None)[0]
        self.assertEqual(self.columns()["began_us"], first)
        self.assertEqual(self.columns(from_us=first + 500_000)["began_us"], first)

    def test_the_raw_mean_is_flagged_only_when_it_is_outside(self):
        channels = self.board.get(f"streams/{self.stream}/raw")["channels"]
        self.assertTrue(all(channel["n"] for channel in channels), channels)
        self.assertEqual([channel.get("flags") for channel in channels], [None, None])

    def test_warming_up_is_told_by_devices_and_status(self):  # the last test: it adds a kit
        self.plug(self.later)
        late = daemon.wait_for("a third kit", lambda: next(
            (device for device in self.board.devices() if device["port"] == str(self.later)
             and device["streams"][0]["channels"][1]["last"] is not None), None))
        said = [self.kitlog(command) for command in ("devices", "status")]
        if self.board.get("status")["now_us"] >= late["warming_until_us"]:
            self.skipTest("this machine was too busy to look within the warm-up")
        self.assertRegex(said[0], r"(?m)^ +Far +[\d.]+ ~ ")
        self.assertIn("\n# ~ warming up: it still drifts\n", said[0])
        self.assertRegex(said[1], rf"(?m)^(flagged)? +#{late['sticker']} ~  warming up: it still drifts \(for \d s\)$")


if __name__ == "__main__":
    unittest.main()
