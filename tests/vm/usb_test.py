#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""USB kits in the daemon, against emulators on a real bus: what they say is what is read, and each
comes back, however it was pulled out."""

import os
import time
import unittest

import machine
from inside import Gadget, HotPlugDaemon, wait_for
from replug import replug

STEADY_S = 60 if os.environ.get("KITLOG_LONG") else 5

# kit, gadget, its words, {channel: what it must read}
KITS = {
    "old CO2 monitor": ("co2-zytemp", "zytemp", {"period": 50, "co2": 775, "temperature": 0x127D},
                        {"co2": 775, "temp": 22.6625, "humidity": 29.54}),
    "new CO2 monitor": ("co2-zytemp", "zytemp", {"period": 50, "co2": 1125, "generation": "new"},
                        {"co2": 1125, "temp": 22.6625}),
    "TEMPer": ("temper", "temper", {}, {"temp": 25.6875}),
    "sound level meter": ("ws1361", "ws1361", {"level": 256}, {"level": 55.6}),
    "Go!Temp": ("vernier-go-temp", "vernier_go", {"model": "temp"}, {"temp": 22.5}),
    # A stainless probe of 10 kohm; without the adapter's own correction it would be 41.87.
    "Go!Link": ("vernier-go-link", "vernier_go", {"model": "link", "raw": -6554},
                {"stainless_temp": 41.954}),
    "Go!Motion": ("vernier-go-motion", "vernier_go", {"model": "motion", "raw": 1234567},
                  {"distance": 1.234567}),
    "Go Direct": ("vernier-go-direct", "vernier_godirect", {}, {"temperature": 23.5}),
    # By its own calibration, each input by another; those of the usual figures would be 1.205 and 26.8.
    "LabJack U3": ("labjack-u3", "labjack", {"version": "hv", "input0": 36640, "temperature": 23040},
                   {"ain0": 36640 * 0.0003141 - 10.31, "ain1": 32800 * 0.000314 - 10.3,
                    "ain2": -10.32, "ain3": 65535 * 0.000315 - 10.29, "temp": 23040 * 0.01302 - 273.15}),
}
ASKED = ("temper", "ws1361", "labjack-u3")


class Usb(unittest.TestCase):
    def setUp(self):
        self.daemon = HotPlugDaemon(self).start().wait_ready()

    def kits(self):
        return [Gadget(self, gadget, udc=udc, **words)
                for udc, (_, gadget, words, _) in enumerate(KITS.values())]

    def test_kits_at_once_are_read_right_and_without_loss(self):
        for kit in self.kits():
            kit.plug()
        wait_for("all kits", lambda: len(self.daemon.recording()) == len(KITS))
        devices = self.daemon.recording()
        before = {device["id"]: device["health"] for device in devices}
        time.sleep(STEADY_S)  # what is promised is promised for so long
        for device in self.daemon.recording():
            health, first = device["health"], before[device["id"]]
            self.assertGreater(health["rows"], first["rows"], device["kit"])
            self.assertEqual(health["lost_rows"], 0, device["kit"])
            # What is asked may answer too late on a busy machine, which is counted and asked again;
            # the others are asked only before they record.
            most = health["rows"] // 2 if device["kit"] in ASKED else 0
            wrong = sum(health[key] - first[key] for key in ("bad_frames", "unanswered"))
            self.assertLessEqual(wrong, most, (device["kit"], health))
        read = [(device["kit"], {channel["id"]: channel["last"] for stream in device["streams"]
                                 for channel in stream["channels"]})
                for device in self.daemon.recording()]
        for kit, _, _, values in KITS.values():
            self.assertTrue(any(name == kit and all(
                last.get(channel) is not None and abs(last[channel] - value) < 0.01
                for channel, value in values.items()) for name, last in read), (kit, values, read))

    def test_a_bulk_pipe_is_told_when_it_is_not_understood_and_goes_on(self):
        """Wrong sums, an error, a silence, an answer to nothing: each is a word, and rows go on."""
        kit = Gadget(self, "labjack", version="lv").plug()
        (device,) = wait_for("a recording", self.daemon.recording)
        kit.wait_said("analog 0F")
        self.assertEqual(device["health"]["bad_frames"], 0)
        for fault, word in (("sums", "checksum"), ("refuse", "refused"), ("unasked", "unasked"),
                            ("silent", "timeout")):
            kit.tell("fault", fault)
            before = self.daemon.devices()[0]["health"]
            counted = "unanswered" if word == "timeout" else "bad_frames"
            wait_for(f"faults and rows ({word})", lambda: all(
                self.daemon.devices()[0]["health"][key] > before[key] + 1 for key in (counted, "rows")))
        kit.tell("fault", "none")
        rows = self.daemon.devices()[0]["health"]["rows"]
        wait_for("rows again", lambda: self.daemon.devices()[0]["health"]["rows"] > rows + 10)
        self.assertEqual(self.daemon.devices()[0]["health"]["trouble"], "")

    def test_each_kit_comes_back_each_time(self):
        for name, kit in zip(KITS, self.kits()):
            with self.subTest(name):
                print(f"{name}: ", end="")
                replug(self, self.daemon, kit)
            kit.unplug()
            wait_for("it to be gone", lambda: not self.daemon.recording())


if __name__ == "__main__":
    machine.main(__file__, 7200 if os.environ.get("KITLOG_LONG") else 1100, is_steady=True, shift=machine.BOARD_SHIFT)
