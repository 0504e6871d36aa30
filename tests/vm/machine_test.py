#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test machine itself: what tests rely on inside is there."""

import os
import pathlib
import subprocess
import unittest

import machine


class TheMachine(unittest.TestCase):
    def test_root_is_read_only(self):
        with self.assertRaises(OSError):
            pathlib.Path(__file__).with_name("written").touch()

    def test_udevd_runs(self):
        self.assertTrue(os.path.exists("/run/udev/control"))
        about = subprocess.run(["udevadm", "info", "/dev/ttyS0"], stdout=subprocess.PIPE, text=True)
        self.assertIn("SUBSYSTEM=tty", about.stdout)

    def test_has_gpio_simulator_and_usb_device_controllers(self):
        self.assertTrue(os.path.isdir("/sys/kernel/config/gpio-sim"))
        self.assertEqual(len(os.listdir("/sys/class/udc")), machine.UDCS)
        self.assertTrue(os.path.exists("/dev/raw-gadget"))

    def test_monitor_is_within_reach(self):
        self.assertTrue(os.path.exists("/dev/virtio-ports/qmp"), os.listdir("/dev"))


if __name__ == "__main__":
    machine.main(__file__)
