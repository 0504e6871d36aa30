#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog kit` on which kit a device is: two that could be the same, and one that fits, or why it does not."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from sdk import CHANNELS, KITLOG, Sdk  # noqa: E402


class Claims(Sdk):
    """Two kits that could be the same device: whoever plugs it in gets one of them by chance."""

    def draft(self, name, family, channels="t:temperature:Cel"):
        done = self.kit("new", name, "--family", family, "--channels", channels)
        self.assertEqual(done.returncode, 0, done.stderr)
        yaml = self.folder / name / "kit.yaml"  # by its ids alone
        yaml.write_text(re.sub(r"(?m)^ +product: .*\n", "", yaml.read_text(encoding="utf-8")), encoding="utf-8")

    def test_two_kits_of_one_usb_id_are_named_with_their_lines(self):
        self.draft("one", "hid")
        self.draft("two", "hid")
        for name, other in (("one", "two"), ("two", "one")):
            done = self.kit("check", "--fuzz", "0", name)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{name}/kit.yaml:4: match: {name} and {other} (./{other}/kit.yaml:4) claim the same device, "
                          "USB 1209:0001; give one of them a product", done.stderr)
        found = json.loads(self.kit("check", "--json", "--fuzz", "0", "one", "two").stdout)
        self.assertEqual([sum("claim the same" in told for told in kit["problems"]) for kit in found], [1, 1])
        self.swap("two", "1209:0001", "1209:0002")
        self.assertNotIn("claim", self.kit("check", "--fuzz", "0", "one", "two").stderr)

    def test_two_kits_of_one_kernel_sensor_are_named(self):
        self.draft("weather", "iio")
        self.swap("weather", "[weather]", "[bme280]")
        told = self.kit("check", "--fuzz", "0", "weather").stderr
        self.assertRegex(told, r"(?m)^weather/kit\.yaml:3: iio: weather and bme280 \(\S+/bme280/kit\.yaml:\d+\) claim "
                               "the same sensor, bme280; take it out of one of them$")

    def test_all_kits_of_a_board_are_compared_and_one_that_mends_ours_is_no_claim(self):
        kits = self.folder / "kits"
        kits.mkdir()
        for name in ("bme280", "weather"):
            self.assertEqual(self.kit("new", name, "--family", "iio", "--in", kits).returncode, 0)
        self.swap("kits/weather", "[weather]", "[bme280]")
        config = self.folder / "kitlogd.yaml"
        config.write_text(f"kits: [{kits}]\n")
        done = subprocess.run([KITLOG, "--config", config, "kit", "check", "--fuzz", "0", "--all"], text=True,
                              capture_output=True, timeout=300, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        claims = sorted(line.split(": ")[2].split(" (")[0] for line in done.stderr.splitlines() if "claim the same" in line)
        self.assertEqual(claims, ["bme280 and weather", "weather and bme280"], done.stderr)


class Probe(Sdk):
    """On a made-up /sys and /dev."""

    def setUp(self):
        super().setUp()
        self.sys, self.dev = self.folder / "sys", self.folder / "dev"
        self.dev.mkdir()
        kits = self.folder / "kits"
        kits.mkdir()
        subprocess.run([KITLOG, "kit", "new", "nine-bytes", "--family", "frames", "--channels", CHANNELS, "--in", kits],
                       check=True, capture_output=True)
        yaml = kits / "nine-bytes" / "kit.yaml"
        yaml.write_text(yaml.read_text(encoding="utf-8").replace("product: nine-bytes", "product: Nine*"), encoding="utf-8")
        self.config = self.folder / "kitlogd.yaml"
        self.config.write_text(f"kits: [{kits}]\n")

    def plug(self, name, vendor, product, text, tty=None):
        device = self.sys / "devices" / name
        device.mkdir(parents=True)
        for file, word in (("idVendor", vendor), ("idProduct", product), ("product", text), ("busnum", "1"),
                           ("devnum", "7"), ("bDeviceClass", "00"), ("serial", name)):
            (device / file).write_text(word + "\n")
        usb = self.sys / "bus/usb/devices"
        usb.mkdir(parents=True, exist_ok=True)
        (usb / name).symlink_to(device)
        if tty:
            (device / "interface" / tty).mkdir(parents=True)
            (self.sys / "class/tty" / tty).mkdir(parents=True)
            (self.sys / "class/tty" / tty / "device").symlink_to(device / "interface" / tty)
            (self.dev / tty).write_text("")

    def probe(self, *words):
        done = subprocess.run([KITLOG, "--config", self.config, "kit", "probe", *words], text=True, timeout=60,
                              capture_output=True, env={**os.environ, "LC_ALL": "C", "KITLOG_SYSFS": str(self.sys),
                                                        "KITLOG_DEV": str(self.dev)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def kits_at(self, path):
        places = json.loads(self.probe("--json"))["places"]
        return {kit["kit"]: (kit["fits"], kit["why"]) for place in places if place["path"].endswith(path)
                for kit in place["kits"]}

    def test_the_kit_that_fits_is_named_and_why_another_does_not(self):
        self.plug("1-1", "1209", "0001", "Nine bytes", "ttyACM0")
        self.plug("1-2", "1209", "0001", "Ten bytes", "ttyACM1")
        self.plug("1-3", "1209", "0002", "Nine bytes", "ttyACM2")
        self.assertEqual(self.kits_at("ttyACM0"), {"nine-bytes": (True, "")})
        self.assertEqual(self.kits_at("ttyACM1"), {"nine-bytes": (False, 'product is "Ten bytes", wanted is "Nine*"')})
        self.assertEqual(self.kits_at("ttyACM2"), {"nine-bytes": (False, "its product is 0002, wanted is 0001")})
        words = self.probe()
        self.assertRegex(words, r"(?m)^serial +\S+/ttyACM0 +1209:0001 +Nine bytes$")
        self.assertIn("+ nine-bytes", words)
        self.assertIn('- nine-bytes  nine-bytes: product is "Ten bytes"', words)

    def test_a_sensor_of_the_kernel_is_known_by_its_name(self):
        for name, word in (("iio:device0", "bme280"), ("iio:device1", "unheard-of")):
            (self.sys / "bus/iio/devices" / name).mkdir(parents=True)
            (self.sys / "bus/iio/devices" / name / "name").write_text(word + "\n")
        (self.sys / "bus/w1/devices/28-00000a1b2c3d").mkdir(parents=True)
        self.assertEqual(self.kits_at("iio:device0"), {"bme280": (True, "")})
        self.assertEqual(self.kits_at("28-00000a1b2c3d"), {"ds18b20": (True, "")})
        self.assertIn("no kit names unheard-of", self.probe())

    def test_buses_without_anything_and_missing_nodes_are_told(self):
        self.plug("1-1", "1234", "5678", "A stranger")
        words = self.probe()
        self.assertIn("no kit has the ids 1234:5678", words)
        self.assertIn("there is no " + str(self.dev / "bus/usb/001/007"), words)
        self.assertIn("no serial port on USB", words)
        self.assertIn("no GPIO", words)

    @unittest.skipIf(os.geteuid() == 0, "root may open everything")
    def test_a_port_that_may_not_be_opened_names_the_group(self):
        self.plug("1-1", "1209", "0001", "Nine bytes", "ttyACM0")
        (self.dev / "ttyACM0").chmod(0)
        self.assertIn("no permission; add the user to the group", self.probe())


if __name__ == "__main__":
    unittest.main()
