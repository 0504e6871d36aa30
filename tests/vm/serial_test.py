#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual kit behind real serial drivers: CDC-ACM as on an Uno, an FTDI adapter."""

import glob
import pathlib
import unittest

import machine
from inside import AcmKit, FtdiKit, HotPlugDaemon, debian13, wait_for
from replug import replug

UID = "00000000000000a1"


class Serial(unittest.TestCase):
    def setUp(self):
        self.daemon = HotPlugDaemon(self).start().wait_ready()

    def check_rows_come(self, kit):
        """Plugs it in; 200 rows come, none lost or spoilt. Returns the device."""
        kit.plug()
        (device,) = wait_for("a recording", self.daemon.recording)
        rows = device["health"]["rows"]
        wait_for("200 rows more", lambda: self.daemon.devices()[0]["health"]["rows"] > rows + 200)
        health = self.daemon.devices()[0]["health"]
        self.assertEqual((health["bad_frames"], health["lost_rows"]), (0, 0))
        return device

    def test_reads_a_kit_over_cdc_acm(self):
        device = self.check_rows_come(AcmKit(self, UID))
        self.assertEqual(device["port"], "/dev/ttyACM0")
        self.assertEqual(device["model"], "virtual-wave")

    def test_reads_a_kit_over_ftdi_with_a_latency_of_1_ms(self):
        device = self.check_rows_come(FtdiKit(self, UID))
        self.assertEqual(device["port"], "/dev/ttyUSB0")
        (latency,) = glob.glob("/sys/bus/usb-serial/devices/ttyUSB0/latency_timer")
        self.assertEqual(pathlib.Path(latency).read_text().strip(), "1")

    def test_an_acm_kit_comes_back_each_time(self):
        replug(self, self.daemon, AcmKit(self, UID))

    def test_an_ftdi_kit_comes_back_each_time(self):
        replug(self, self.daemon, FtdiKit(self, UID))

    def test_debian_13_reads_a_kit(self):
        self.daemon.end()
        self.daemon = HotPlugDaemon(self, command=debian13(self)).start().wait_ready()
        self.check_rows_come(AcmKit(self, UID))


if __name__ == "__main__":
    machine.main(__file__, 600, needs=machine.debian13)
