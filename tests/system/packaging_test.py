#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""What a package's scripts do with what a school may have done to a board: a host name that Linux refuses. The
scripts run alone; whole boards are in install_test.py and firstboot_test.py."""

import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = SOURCE / "tools/packaging"


class Name(unittest.TestCase):
    def names(self, wanted):
        """(what the board is called, what board.txt says)."""
        with tempfile.TemporaryDirectory() as folder:
            script = (PACKAGING / "firstboot/install.sh").read_text()
            functions = script[script.index("# is_host_name"):script.index("\nname=")]
            said = subprocess.run(["sh", "-euc", f"folder={folder}; figures() {{ echo 7a1b; }}\n"
                                   'tell() { printf "%s\\r\\n" "$@" >>"$folder/board.txt"; }\n'
                                   f'{functions}\nown_name "$1"', "sh", wanted], check=True, capture_output=True)
            told = pathlib.Path(folder, "board.txt")
            return said.stdout.decode().strip(), told.read_text() if told.exists() else ""

    def test_a_host_name_that_linux_takes_is_taken(self):
        for name in ("kitlog-7a", "Lab-1", "7", "a" * 63):
            self.assertEqual(self.names(name), (name, ""))
        self.assertEqual(self.names(""), ("kitlog-7a1b", ""))

    def test_another_stops_nothing_and_is_told_in_both_languages(self):
        for name in ("Lab_1", "实验室1", "-a", "a-", "a.b", "é", "a" * 64):
            own, told = self.names(name)
            self.assertEqual(own, "kitlog-7a1b", name)
            self.assertIn(f"“{name}”不能作主机名", told)
            self.assertIn(f'"{name}" is no host name', told)
            self.assertEqual(told.count("kitlog-7a1b"), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
