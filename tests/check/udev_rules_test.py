#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The udev rules that are installed open the kits that there are, and nothing else."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("KITLOG_SOURCE", pathlib.Path(__file__).parents[2]))
MAKE = SOURCE / "tools" / "udev" / "make_rules.py"


def made(*folders):
    return subprocess.run([sys.executable, "-B", MAKE, *folders], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


class Rules(unittest.TestCase):
    def test_are_those_of_the_kits(self):
        written = (SOURCE / "tools" / "udev" / "70-kitlog.rules").read_text(encoding="utf-8")
        self.assertEqual(written, made(), "run tools/udev/make_rules.py > tools/udev/70-kitlog.rules")

    def test_open_pins_to_their_group_before_all_that_is_not_usb_is_left_alone(self):
        rules = made().splitlines()
        pins = [line for line in rules if line.startswith('SUBSYSTEM=="gpio"')]
        self.assertEqual(pins, ['SUBSYSTEM=="gpio", KERNEL=="gpiochip[0-9]*", MODE="0660", GROUP="gpio", '
                                'TAG+="uaccess"'])
        for line in (pins[0], next(line for line in rules if line.startswith('SUBSYSTEM=="iio"'))):
            self.assertLess(rules.index(line), rules.index('SUBSYSTEM!="usb", GOTO="kitlog_end"'))

    def test_are_what_udev_can_read(self):
        """Each condition and assignment as udev(7) writes them; a line that is continued is one."""
        one = re.compile(r'[A-Z]+(\{[A-Za-z]+\})?(==|!=|=|\+=)"[^"]*"')
        for line in made().replace("\\\n", "").splitlines():
            if line.startswith("#"):
                continue
            left = one.sub("", line).replace(",", "").strip()
            self.assertEqual(left, "", line)

    def test_are_installed_where_udev_looks(self):
        build = os.environ.get("KITLOG_BUILD")
        if not build:
            self.skipTest("KITLOG_BUILD names no build")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={folder}", "-P", pathlib.Path(build) / "kits/cmake_install.cmake"],
                           check=True, stdout=subprocess.DEVNULL)
            installed = pathlib.Path(folder) / "lib/udev/rules.d/70-kitlog.rules"
            self.assertEqual(installed.read_text(encoding="utf-8"), made())

    def test_leave_serial_kits_and_other_devices_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            for kit, family in (("a", "modbus"), ("b", "hid")):
                (pathlib.Path(folder) / kit).mkdir()
                (pathlib.Path(folder) / kit / "kit.yaml").write_text(
                    f"kit: {kit}\nmatch:\n  - usb: 1A86:55D4\n  - {{usb: 1a86:*}}\n{family}: {{}}\n")
            rules = [line for line in made(folder).splitlines() if "idVendor" in line]
        self.assertEqual(len(rules), 2)
        self.assertIn('ATTR{idVendor}=="1a86", ATTR{idProduct}=="55d4", MODE="0660"', rules[0])
        self.assertIn('ATTR{idVendor}=="1a86", MODE="0660"', rules[1])


if __name__ == "__main__":
    unittest.main()
