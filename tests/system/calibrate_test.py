#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog calibrate` as a teacher types it, slips and all, on a real kitlogd with two Modbus probes on one
adapter, one probe whose calibrations are soon too old, and a virtual kit."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]

# What is asked of the emulator is of an XY-MD02: 30.5 °C.
BRIEF = """kit: brief
name: {zh: 短效探头, en: Brief probe}
serial: 9600 8N1
modbus: {slave: 1, every: 200 ms, gap: 20 ms, timeout: 500 ms}
rate: 5 Hz
channels:
  - {id: temp, name: {zh: 温度, en: Temperature}, quantity: temperature, unit: Cel, range: [-40, 60],
     resolution: 0.1, from: input 0x0001 s16, scale: 0.1, calibrate: [offset], recheck: 1 s}
  - {id: humidity, name: {zh: 湿度, en: Humidity}, quantity: humidity, unit: "%", range: [0, 100],
     resolution: 0.1, from: input 0x0002 u16, scale: 0.1, calibrate: [two-point, table]}
  - {id: damp, name: {zh: 潮, en: Damp}, quantity: humidity, unit: "%", range: [0, 100],
     resolution: 0.1, from: input 0x0002 u16, scale: 0.1, zero: yes}
"""

# The same emulator: 30.5 °C and 60 % are more than this one says it can measure.
NARROW = """kit: narrow
name: {zh: 小量程探头, en: Narrow probe}
serial: 9600 8N1
modbus: {slave: 1, every: 200 ms, gap: 20 ms, timeout: 500 ms}
channels:
  - {id: temp, name: {zh: 温度, en: Temperature}, quantity: temperature, unit: Cel, range: [0, 20],
     resolution: 0.1, from: input 0x0001 s16, scale: 0.1, zero: yes}
  - {id: humidity, name: {zh: 湿度, en: Humidity}, quantity: humidity, unit: "%", range: [0, 40],
     resolution: 0.1, from: input 0x0002 u16, scale: 0.1, zero: yes}
"""

# The same emulator, of a kit that takes an hour to be warm.
COLD = BRIEF.replace("brief", "cold").replace("短效", "慢热").replace("Brief", "Slow").replace(
    "rate: 5 Hz", "rate: 5 Hz\nwarmup: 1 h").replace(", recheck: 1 s", "").replace(", zero: yes", "")


class Calibrate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        for name, text in (("brief", BRIEF), ("narrow", NARROW), ("cold", COLD)):
            (cls.folder / "kits" / name).mkdir(parents=True)
            (cls.folder / "kits" / name / "kit.yaml").write_text(text)
        slave = [sys.executable, "-B", SUPPORT / "emulate/modbus_slave.py"]
        cls.run_kit("bus", *slave, cls.folder / "bus", "xy-md02", "xy-md02@4")
        cls.run_kit("brief", *slave, cls.folder / "brief", "xy-md02")
        cls.narrow = cls.run_kit("narrow", *slave, cls.folder / "narrow", "xy-md02")
        cls.run_kit("cold", *slave, cls.folder / "cold", "xy-md02")
        cls.run_kit("cup", VIRTUAL, "--quiet", "--link", cls.folder / "cup", "--model", "cup")
        cls.board = daemon.Daemon(cls.folder, [
            f"{cls.folder / 'bus'}, kit: xy-md02, slaves: [1, 4]", f"{cls.folder / 'brief'}, kit: brief",
            f"{cls.folder / 'narrow'}, kit: narrow", f"{cls.folder / 'cold'}, kit: cold", cls.folder / "cup"],
            f"kits: [{cls.folder / 'kits'}]\n")
        cls.board.start().wait_ready().wait_device(5)
        cls.addClassCleanup(cls.board.end)
        daemon.wait_for("the hour", lambda: cls.board.get("status")["wall_us"])
        for name in ("bus", "brief", "narrow", "cold", "cup"):
            daemon.wait_for(f"readings of {name}", lambda: all(
                stream["channels"][0]["last"] is not None for stream in cls.device(name)["streams"]))

    @classmethod
    def run_kit(cls, name, *words):
        kit = subprocess.Popen(words)
        cls.addClassCleanup(kit.wait)
        cls.addClassCleanup(kit.kill)
        daemon.wait_for(name, (cls.folder / name).exists)
        return kit

    @classmethod
    def device(cls, name):
        return next(d for d in cls.board.devices() if d["port"] == str(cls.folder / name))

    def kitlog(self, *words, locale="C"):
        return subprocess.run([KITLOG, "--config", self.board.config, *words], text=True, timeout=60,
                              capture_output=True, env={**os.environ, "LC_ALL": locale})

    def calibrate(self, *words):
        done = self.kitlog("--json", "calibrate", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["calibrations"]

    def refused(self, status, words, *sentences, locale="C"):
        done = self.kitlog("calibrate", *words, locale=locale)
        self.assertEqual((done.returncode, done.stdout), (status, ""), (words, done.stderr))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), len(sentences), done.stderr)
        for line, sentence in zip(lines, sentences):
            self.assertIn(sentence, line)

    def withdraw_all(self, name):
        for one in self.calibrate("list", str(self.device(name)["sticker"])):
            if one["kind"] != "withdrawal" and not one["is_withdrawn"]:
                self.calibrate("withdraw", str(one["id"]))

    def test_a_channel_is_calibrated_zeroed_and_set_free_again(self):
        device = self.device("cup")
        channel = f"{device['sticker']}/{device['streams'][0]['channels'][0]['id']}"
        made = self.calibrate("two-point", "--name", "ice", channel, "-1.5=0", "98.9=100")[0]
        self.assertEqual((made["kind"], made["name"]), ("two-point", "ice"))
        self.assertEqual(made["points"], [{"raw": -1.5, "true": 0}, {"raw": 98.9, "true": 100}])
        self.assertTrue(made["is_current"])
        near = str(round(self.device("cup")["streams"][0]["channels"][0]["last"]) + 5)  # 5 K are no slip
        zeroed = self.calibrate("zero", channel, near, "--name", "empty")[0]  # options stand where one likes
        self.assertEqual((zeroed["kind"], zeroed["refers"], zeroed["name"]), ("two-point", made["id"], "empty"))
        for point in self.calibrate("zero", channel, near)[0]["points"]:  # moved again, and no noise in its digits
            self.assertLessEqual(len(str(point["true"]).partition(".")[2]), 6, point)
        self.calibrate("table", f"stream:{device['streams'][0]['id']}/{channel.split('/')[1]}", "0=0", "10=11", "20=22")
        last = self.calibrate("offset", channel, "20.1=20.4")[0]
        listed = self.calibrate("list", str(device["sticker"]))
        self.assertEqual([one["id"] for one in listed if one["is_current"]], [last["id"]])
        words = self.kitlog("calibrate").stdout
        self.assertRegex(words, rf"(?m)^{made['id']} +{channel} +#{device['sticker']} .* two-point .* replaced since +"
                                r"-1\.5=0 98\.9=100 +ice$")
        self.assertRegex(words, rf"(?m)^{last['id']} +{channel} .* offset .* holds now +20\.1=20\.4 ")
        self.withdraw_all("cup")
        self.assertIsNone(self.device("cup")["streams"][0]["channels"][0]["calibration"])
        self.assertRegex(self.kitlog("calibrate").stdout, rf"(?m)^{last['id']} +{channel} .* withdrawn +20\.1=20\.4 ")

    def test_a_calibration_says_until_when_it_is_good_and_that_it_is_overdue(self):
        channel = f"{self.device('brief')['sticker']}/temp"
        made = self.calibrate("offset", channel, "30.5=30")[0]
        self.assertEqual(made["wall_due_us"], made["wall_made_us"] + 1000000)
        overdue = lambda: [one for one in self.calibrate("list") if one["id"] == made["id"]][0]["is_overdue"]  # noqa: E731
        daemon.wait_for("its being too old", overdue)
        day = time.strftime("%Y-%m-%d", time.localtime(made["wall_due_us"] / 1e6))
        self.assertRegex(self.kitlog("calibrate").stdout, rf"(?m)^{made['id']} .* holds, overdue since {day} ")
        self.assertRegex(self.kitlog("calibrate", locale="zh_CN.UTF-8").stdout,
                         rf"(?m)^{made['id']} .*现在用，{day} 就该重做了")
        self.withdraw_all("brief")

    def test_two_probes_on_one_adapter_are_told_apart(self):
        device = self.device("bus")
        sticker, (one, four) = device["sticker"], (stream["id"] for stream in device["streams"])
        said = self.kitlog("calibrate", "zero", f"{sticker}/temp").stderr
        self.assertIn('has more than one "temp"; write which: ', said)
        self.assertIn(f"stream:{one}/temp (", said)
        self.assertIn(f"stream:{four}/temp (", said)
        self.assertIn("有几个“temp”", self.kitlog(
            "calibrate", "zero", f"{sticker}/temp", locale="zh_CN.UTF-8").stderr)
        made = self.calibrate("offset", f"stream:{four}/temp", "30.5=30")[0]
        self.assertEqual(made["stream"], "slave4")
        self.assertRegex(self.kitlog("calibrate", "list", str(sticker)).stdout,
                         rf"(?m)^{made['id']} +stream:{four}/temp +#{sticker} .*(slave4|address 4)")
        self.withdraw_all("bus")

    def test_a_slip_of_the_finger_is_asked_about(self):
        device = self.device("brief")
        channel, path = f"{device['sticker']}/temp", "streams/%d/raw" % device["streams"][0]["id"]
        kit = f"kitlog: Kit {device['sticker']}, Temperature: "
        again = "kitlog: if that is meant, write it again with --yes"
        for words, sentence in (
                (("offset", channel, "20=2000"), "this would turn 20 °C into 2000 °C. Check the numbers."),
                (("offset", channel, "500=50"), "its sensor says -40 °C to 60 °C, and never 500 °C."),
                (("zero", channel, "5000"), "this would turn 30.5 °C into 5000 °C. Check the numbers."),
                (("zero", channel, "59"), "this would turn 30.5 °C into 59 °C. Check the numbers.")):
            self.refused(1, words, kit + sentence, "if that is meant, write it again with --yes")
        self.refused(1, ("offset", channel, "20=2000"), f"{device['sticker']} 号温度：这会把 20 °C 变成 2000 °C",
                     "加上 --yes", locale="zh_CN.UTF-8")
        self.assertEqual(self.board.get(path)["channels"][0]["mean"], 30.5)
        self.assertIsNone(self.device("brief")["streams"][0]["channels"][0]["calibration"])
        made = self.calibrate("offset", "--yes", channel, "20=2000")[0]
        self.assertEqual(made["points"], [{"raw": 20, "true": 2000}])
        self.withdraw_all("brief")
        stream = next(s for s in self.device("bus")["streams"] if s["name"] == "slave1")
        self.refused(1, ("two-point", f"stream:{stream['id']}/temp", "20=30", "30=20"),
                     "by these points a higher reading means a smaller value.", again)
        self.refused(1, ("two-point", f"stream:{stream['id']}/temp", "20=30", "20=40"),
                     "Two points have the same reading")  # no line goes through these, sure or not
        self.refused(1, ("two-point", "--yes", f"stream:{stream['id']}/temp", "20=30", "20=40"),
                     "Two points have the same reading")

    def test_a_kit_that_is_not_yet_warm_is_asked_about(self):
        sticker = self.device("cold")["sticker"]
        channel = f"{sticker}/temp"
        yes = "kitlog: if that is meant, write it again with --yes"
        for words in (("offset", channel, "30.5=30"), ("offset", f"{sticker}/temp", "30.5=29")):
            self.refused(1, words, f"Kit {sticker}, Temperature: it is still warming up, for ", yes)
        self.refused(1, ("zero", channel, "30"), "it is still warming up, for ", "kitlog: none was zeroed")
        self.refused(1, ("offset", channel, "30.5=30"), f"{sticker} 号温度：还在预热，还要 ", "--yes",
                     locale="zh_CN.UTF-8")
        self.assertEqual(self.calibrate("list", str(sticker)), [])
        self.calibrate("offset", "--yes", channel, "30.5=30")
        self.calibrate("zero", "--yes", channel, "30")
        self.withdraw_all("cold")

    def test_zeroing_asks_about_each_that_is_doubtful_and_tells_whom_it_left_out(self):
        narrow, cup = self.device("narrow"), self.device("cup")
        three, one = narrow["sticker"], cup["sticker"]
        doubts = ((f"Kit {three}, Temperature: it reads 30.5 °C, which it cannot measure.",
                   f"Kit {three}, Humidity: it reads "),
                  (f"{three} 号温度：现在的读数是 30.5 °C，超出了量程。", f"{three} 号湿度：现在的读数是 "))
        for what in ("all", str(three)):
            for locale, both, last in (("C", doubts[0], "kitlog: none was zeroed; if that is meant, write it again"),
                                       ("zh_CN.UTF-8", doubts[1], "kitlog: 一个也没归零；真的要这样")):
                for doubt in both:
                    self.refused(1, ("zero", what), doubt, last, locale=locale)
        self.assertEqual(self.calibrate("list", str(three)), [])

        done = self.kitlog("calibrate", "zero", "all", "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        last = done.stdout.splitlines()[-1]
        self.assertIn(f"{three}/temp, {three}/humidity", last.split("; ")[0])
        # A kit that nobody described is not zeroed unless somebody names it.
        nobodys = f"{one}/{cup['streams'][0]['channels'][0]['id']}"
        for spared in (nobodys, f"{self.device('brief')['sticker']}/temp"):
            self.assertRegex(last, f"^zeroed: .*; left out, not zeroed with others \\(name one to zero it\\): .*{spared}")
        self.assertIn(f"zeroed: {nobodys}", self.kitlog("calibrate", "zero", "--yes", str(one)).stdout)

        self.narrow.send_signal(signal.SIGSTOP)
        self.addCleanup(self.narrow.send_signal, signal.SIGCONT)
        daemon.wait_for("silence", lambda: all(
            one["mean"] is None for one in self.board.get(f"streams/{narrow['streams'][0]['id']}/raw")["channels"]))
        done = self.kitlog("calibrate", "zero", "all")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn(f"; left out, no reading now: {three}/temp, {three}/humidity; left out, not zeroed with",
                      done.stdout.splitlines()[-1])
        done = self.kitlog("--json", "calibrate", "zero", "all")
        left_out = json.loads(done.stdout)["left_out"]
        self.assertEqual(done.returncode, 1)
        self.assertEqual([(one["channel"], one["reason"]) for one in left_out if one["sticker"] == three],
                         [("temp", "no_reading"), ("humidity", "no_reading")])
        self.assertLess({"not_offered"}, {one["reason"] for one in left_out})
        for name in ("narrow", "cup", "brief"):
            self.withdraw_all(name)

    def test_what_is_no_calibration_is_refused_in_a_sentence(self):
        cup, brief = self.device("cup"), self.device("brief")
        sticker, channel = cup["sticker"], cup["streams"][0]["channels"][0]["id"]
        for status, words, sentence in (
                (2, ("shift",), 'kitlog calibrate: "shift" does not fit; expected: list, offset, two-point'),
                (2, ("zero",), "missing: a channel such as 3/t, a number such as 3, or all"),
                (2, ("zero", "1/t", "x"), 'kitlog calibrate zero: "x" does not fit; expected: a number'),
                (2, ("zero", "t"), 'kitlog calibrate: "t" does not fit; expected: a channel such as 3/t'),
                (2, ("zero", "--run", "1", "all"), "goes by what is read now and takes no --run; zero first, then"),
                (2, ("zero", "all", "--run", "1"), "goes by what is read now and takes no --run; zero first, then"),
                (2, ("list", "--name", "x"), "kitlog calibrate list: it takes no --name; leave that out"),
                (2, ("withdraw", "1", "--yes"), "kitlog calibrate withdraw: it takes no --yes"),
                (2, ("withdraw", "1", "2"), '"2" is one word too many; it takes one'),
                (2, ("use", "1", "2", "3"), '"3" is one word too many'),
                (1, ("zero", "99"), "there is no kit 99; kitlog devices lists them"),
                (1, ("zero", f"{sticker}/nosuch"), f'has no channel "nosuch"; it has: {channel}'),
                (1, ("zero", "stream:9999/t"), "There is no stream 9999, or its kit was not plugged in"),
                (1, ("zero", f"stream:{cup['streams'][0]['id']}/nosuch"), f"no such channel. It has: {channel}"),
                (1, ("two-point", f"{brief['sticker']}/temp", "1=1", "9=9"),
                 "This kit's channel is not calibrated by two-point, but by: offset."),
                (2, ("offset", "1/t", "20,5=20"), '"20,5=20" does not fit; expected: READ=TRUE with decimal points'),
                (1, ("zero", f"{brief['sticker']}/humidity"),
                 "This kit's channel is not zeroed, but calibrated by: two-point, table."),
                (1, ("use", "9999", "1"), "There is no calibration 9999. Look at the list (kitlog calibrate list)."),
                (1, ("offset", "--run", "99", f"{sticker}/{channel}", "1=2"),
                 "There is no run 99. Look at the list (kitlog run list)."),
                (1, ("offset", "--name", "x" * 64, f"{sticker}/{channel}", "1=2"), "The name is too long"),
                (2, ("offset", "1/t", "5"), '"5" does not fit; expected: READ=TRUE with decimal points, such as 0.3=0'),
                (2, ("two-point", "1/t", "5=5"), "missing: a channel and two points"),
                (2, ("two-point", "1/t", "1=1", "2=2", "3=3"), '"3=3" is one word too many'),
                (2, ("withdraw", "x"), '"x" does not fit; expected: a number from kitlog calibrate list'),
                (1, ("withdraw", "9999"), "There is no such calibration."),
                (2, ("--colour", "list"), 'kitlog calibrate: "--colour" does not fit'),
                (2, ("list", "--colour"), 'there is no option "--colour"')):
            with self.subTest(words=words):
                self.refused(status, words, sentence)
        self.refused(1, ("table", f"{sticker}/{channel}", "0=0", "1=2", "2=1"), "检查这些点有没有写反或写错",
                     locale="zh_CN.UTF-8")
        self.refused(1, ("two-point", f"{brief['sticker']}/temp", "1=1", "9=9"),
                     "不能用两点（two-point）校准，可以用：单点（offset）。", locale="zh_CN.UTF-8")

    def test_no_refusal_asks_a_program_for_the_past_of_a_zero(self):
        self.board.sign_in()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.board.post("calibrations/zero", {"all": True, "run": 1})
        error = json.load(refused.exception)["error"]
        self.assertEqual((refused.exception.code, error["code"]), (400, "bad_parameter"))
        self.assertIn("holds from now on", error["en"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
