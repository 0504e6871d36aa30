#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The udev rules that are installed open the kits that there are, and nothing else."""

import os
import pathlib
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
