#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog fit`: a sine of one hertz, which a virtual kit plays, is found and told in both languages, and
its line is refused for a reason. The kit's wave has no noise but its steps, so the digits are long."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]


class Fit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        port = folder / "wave"
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", "wave"])
        cls.addClassCleanup(kit.wait)
        cls.addClassCleanup(kit.kill)
        cls.board = daemon.Daemon(folder, [port])
        cls.board.start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        device = cls.board.wait_device()[0]
        cls.stream = device["streams"][0]
        cls.channels = [f"{device['sticker']}/{channel['id']}" for channel in cls.stream["channels"]]
        first = daemon.wait_for("rows", lambda: cls.raw(0)["t_us"])[0]
        # Three periods and more, wherever they began.
        last = daemon.wait_for("three seconds of rows", lambda: [
            t for t in cls.raw(first)["t_us"] if t > first + 3_300_000])[0]
        run = json.loads(cls.kitlog("--json", "run", "start", "波").stdout)
        cls.kitlog("run", "stop", str(run["id"]))
        pin = (cls.board.data / "pin").read_text().strip()
        cls.board.post("login", {"pin": pin})
        cls.run_id = str(cls.board.post("runs", {"title": "三秒", "from_us": first, "to_us": last})["id"])

    @classmethod
    def raw(cls, from_us):
        return cls.board.get(f"streams/{cls.stream['id']}/columns?columns=4000&from_us={from_us}")

    @classmethod
    def kitlog(cls, *words, locale="C"):
        return subprocess.run([KITLOG, "--config", cls.board.config, *words], text=True, timeout=60,
                              capture_output=True, env={**os.environ, "LC_ALL": locale})

    def fit(self, *words, status=0, locale="C"):
        done = self.kitlog("fit", *words, locale=locale)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_a_wave_is_found_and_told(self):
        said = self.fit(self.run_id, self.channels[0], "sine")
        self.assertEqual(said.splitlines()[0], "y = A sin(2 pi f t + phi) + C")
        frequency = float(re.search(r"(?m)^  f +\(?([0-9.]+)", said)[1])
        self.assertAlmostEqual(frequency, 1, delta=0.01)
        self.assertRegex(said, r"(?m)^  f .* Hz$")
        self.assertIn("One cycle takes ", said)
        self.assertIn("一个来回用 ", self.fit(self.run_id, self.channels[0], "sine", locale="zh_CN.UTF-8"))

    def test_programs_get_the_answer_of_the_board(self):
        done = self.kitlog("--json", "fit", self.run_id, self.channels[0], "sine")
        fit = json.loads(done.stdout)
        self.assertEqual([p["id"] for p in fit["parameters"]], ["A", "f", "phi", "C"])
        run = next(r for r in self.board.get("runs")["runs"] if str(r["id"]) == self.run_id)
        self.assertEqual(fit["x_zero_us"], run["from_us"])
        part = json.loads(self.kitlog("--json", "fit", "--from", "0.5", "--to", "2.5", self.run_id,
                                      self.channels[0], "sine").stdout)
        self.assertLess(part["n"], fit["n"])
        self.assertEqual(part["x_zero_us"], fit["x_zero_us"])
        self.assertAlmostEqual(part["parameters"][1]["value"], 1, delta=0.02)

    def test_a_line_through_it_is_refused_with_what_fits(self):
        said = self.fit(self.run_id, self.channels[0], "linear")
        self.assertIn("A line does not fit: the residuals bend. Try Sine.", said)
        said = self.fit(self.run_id, self.channels[0], "linear", locale="zh_CN.UTF-8")
        self.assertIn("直线不合适：残差呈弯曲。试试“正弦”。", said)

    def test_a_channel_against_itself_is_a_line_of_slope_one(self):
        done = self.kitlog("--json", "fit", "--raw", "--x", self.channels[0], self.run_id, self.channels[0], "linear")
        fit = json.loads(done.stdout)
        self.assertAlmostEqual(fit["parameters"][0]["value"], 1, delta=1e-9)
        self.assertIsNone(fit["x_zero_us"])

    def test_slips_are_answered_with_words(self):
        channel = self.channels[0]
        for status, words, said in (
                (2, (), "missing: a run, a channel and a model"),
                (2, ("1", channel, "sine", "x"), '"x" is one word too many'),
                (2, ("one", channel, "sine"), '"one" does not fit; expected: a number from kitlog run list'),
                (2, (self.run_id, "t", "sine"), 'kitlog fit: "t" does not fit; expected: a channel such as 3/t'),
                (2, ("--from", "soon", self.run_id, channel, "sine"), "seconds from the begin of the run"),
                (2, ("--no", self.run_id, channel, "sine"), 'no option "--no"'),
                (1, ("999", channel, "sine"), "There is no run 999"),
                (1, (self.run_id, channel.split("/")[0] + "/no", "sine"), 'has no channel "no"; it has: '),
                (1, (self.run_id, channel, "cubic"), "model must be proportional, linear"),
                (1, ("--from", "3", "--to", "3.000001", self.run_id, channel, "damped"), "needs at least 6"),
                (1, (self.run_id, channel, "poisson"), "Poisson wants whole counts")):
            self.assertIn(said, self.fit(*words, status=status))


if __name__ == "__main__":
    unittest.main(verbosity=2)
