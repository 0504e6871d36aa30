#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What a person is told of kits: their names, which of several probes on one pair of wires is dead, what
a refusal means, and which descriptions in a school's folder are of no use. By the API and by `kitlog`."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
SLAVES = pathlib.Path(os.environ["KITLOG_SOURCE"]) / "tests/support/emulate/modbus_slave.py"
PORTS = {"bus": ["xy-md02@2", "xy-md02@4:silent"], "no": ["xy-md02:refuse"]}
STICK = """kit: {name}
name: {{zh: 棒, en: Stick}}
match:
  - usb: 1234:5678
usb: {{ask: C0 04 00 00 00 00 02 00, every: 1 s}}
rate: 1 Hz
channels:
  - {{id: temp, name: {{zh: 温度, en: T}}, quantity: temperature, unit: Cel, range: [0, 50],
     resolution: 1, from: u8@0}}
"""


class KitWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        kits = cls.folder / "kits"
        for name in ("stick-a", "stick-b", "broken"):
            (kits / name).mkdir(parents=True)
            text = STICK.format(name=name).replace("1 Hz", "1 Hz" if name != "broken" else "often")
            (kits / name / "kit.yaml").write_text(text.replace("5678", "9999") if name == "broken" else text)
        for name, words in PORTS.items():
            slaves = subprocess.Popen([sys.executable, "-B", SLAVES, cls.folder / name, *words])
            cls.addClassCleanup(slaves.wait)
            cls.addClassCleanup(slaves.kill)
            daemon.wait_for(name, (cls.folder / name).exists)
        cls.board = daemon.Daemon(cls.folder, [f"{cls.folder}/bus, kit: xy-md02, slaves: [2, 4]",
                                               f"{cls.folder}/no, kit: xy-md02"], f"kits: [{kits}]\n")
        cls.board.start().wait_ready()
        cls.addClassCleanup(cls.board.end)

    def kitlog(self, *words, locale="C"):
        return subprocess.run([KITLOG, "--config", self.board.config, *words], text=True, timeout=30,
                              capture_output=True, env={**os.environ, "LC_ALL": locale}).stdout

    def device(self, name, holds):
        """The device at a port, as soon as it is as wanted."""
        def look():
            return next((device for device in self.board.devices()
                         if device["port"] == str(self.folder / name) and holds(device)), None)
        return daemon.wait_for(name, look)

    def test_a_dead_probe_is_told_beside_a_live_one(self):
        bus = self.device("bus", lambda device: device["streams"][1]["problem"] and
                          device["streams"][0]["channels"][0]["last"])
        self.assertEqual(bus["name"]["en"], "Temperature and humidity probe XY-MD02")
        self.assertIsNone(bus["problem"])
        self.assertIsNone(bus["streams"][0]["problem"])
        self.assertEqual([stream["label"]["en"] for stream in bus["streams"]], ["address 2", "address 4"])
        self.assertIn("wires A and B", bus["streams"][1]["problem"]["en"])
        words = self.kitlog("devices")
        self.assertRegex(words, rf"(?m)^#{bus['sticker']} +Temperature and humidity probe XY-MD02 +ready")
        self.assertRegex(words, r"(?m)^    address 4: No answer; check its power")
        self.assertNotIn("address 2:", words)
        self.assertRegex(self.kitlog("status"), rf"/bus: kit {bus['sticker']}: No answer; .*\(address 4\)")
        chinese = self.kitlog("devices", locale="zh_CN.UTF-8")
        self.assertIn("温湿度探头 XY-MD02", chinese)
        self.assertIn("    地址 4：没有应答；", chinese)
        self.assertRegex(self.kitlog("status", locale="zh_CN.UTF-8"),
                         rf"/bus: {bus['sticker']} 号器材：没有应答；.*（地址 4）")

    def test_a_refusal_is_no_wrong_speed(self):
        # Once so much came that what is not understood would be called garbled.
        no = self.device("no", lambda device: device["problem"] and device["health"]["bytes"] > 80)
        self.assertIn("no such register", no["problem"]["en"])
        port = next(port for port in self.board.get("status")["ports"] if port["path"] == no["port"])
        self.assertIn(port["state"], ("ready", "silent"))
        self.assertIn(f"kit {no['sticker']}: The probe has no such register", port["problem"]["en"])

    def test_what_the_board_knows_of_a_kit_can_be_asked(self):
        kit = self.board.get("kits/xy-md02")
        self.assertEqual((kit["printed"], kit["family"]), ("XY-MD02 (SHT20)", "modbus"))
        self.assertIn("A to A", kit["wiring"][0]["en"])
        self.assertEqual(kit["unverified"], [{"zh": "寄存器 0x0102 里是波特率本身，不是代号",
                                              "en": "register 0x0102 holds the bit rate itself, not a code"}])
        self.assertEqual(self.board.get("kits/scd4x")["warm_up_us"], 60_000_000)

    def test_descriptions_that_are_of_no_use_are_told(self):
        kits = self.board.get("status")["kits"]
        self.assertEqual(len(kits["problems"]), 2, kits["problems"])
        self.assertRegex(kits["problems"][0]["en"], r"broken/kit\.yaml:[\d:]+ rate: \"often\" is not")
        self.assertRegex(kits["problems"][0]["zh"], r"broken/kit\.yaml:[\d:]+ rate：“often”不对，应是采样率")
        self.assertRegex(kits["problems"][1]["en"], "stick-b and stick-a .* claim the same device, USB 1234:5678")
        words = self.kitlog("status")
        self.assertRegex(words, rf"(?m)^kits +{kits['known']} are described$")
        for problem in kits["problems"]:
            self.assertIn(problem["en"], words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
