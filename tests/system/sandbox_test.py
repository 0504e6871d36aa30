#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""The service's sandbox leaves kitlogd all that it needs: a class, exports, fits under the system calls of
the unit, where any other one kills. And it leaves little: systemd's own measure of it."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
UNIT = SOURCE / "tools" / "packaging" / "kitlogd.service"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's libseccomp
MOST_EXPOSED = 2.0
TESTS, LONG_TESTS = ("session", "fit", "room_mdns"), ("exports", "watchdog", "https")


def can_filter():
    return os.access(PYTHON, os.X_OK) and subprocess.run(
        [PYTHON, "-c", "import seccomp"], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
class Sandbox(unittest.TestCase):
    def test_is_as_tight_as_promised(self):
        told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        exposed = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", told).group(1))
        self.assertLessEqual(exposed, MOST_EXPOSED, told)

    @unittest.skipUnless(can_filter(), "no libseccomp for Python")
    def test_leaves_what_is_needed(self):
        with tempfile.TemporaryDirectory(prefix="kitlog-sandbox-") as folder:
            boxed = pathlib.Path(folder) / "kitlogd"
            words = [PYTHON, "-B", HERE.parent / "support" / "sandboxed.py", UNIT, os.environ["KITLOGD"]]
            boxed.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, words))} \"$@\"\n")
            boxed.chmod(0o755)
            for test in TESTS + (LONG_TESTS if os.environ.get("KITLOG_LONG") else ()):
                with self.subTest(test):
                    done = subprocess.run([sys.executable, "-B", HERE / f"{test}_test.py"], text=True,
                                          env={**os.environ, "KITLOGD": str(boxed)},
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    self.assertIn(done.returncode, (0, 77), done.stdout)


if __name__ == "__main__":
    unittest.main()
