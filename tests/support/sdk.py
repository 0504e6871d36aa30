# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder where a maker of kits works, for the tests of `kitlog kit`."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import daemon

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]
SENSOR = pathlib.Path(os.environ["KITLOG_SOURCE"]) / "tests/support/emulate/my_sensor.py"
CHANNELS = "temp:temperature:Cel,light:illuminance:lx"


class Sdk(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def kit(self, *words, locale="C", **more):
        return subprocess.run([KITLOG, "kit", *map(str, words)], text=True, timeout=120, capture_output=True,
                              cwd=self.folder, env={**os.environ, "LC_ALL": locale, **more})

    def make(self, name="nine-bytes"):
        done = self.kit("new", name, "--family", "frames", "--channels", CHANNELS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / name

    def swap(self, kit, old, new):
        yaml = self.folder / kit / "kit.yaml"
        text = yaml.read_text(encoding="utf-8")
        self.assertIn(old, text)
        yaml.write_text(text.replace(old, new), encoding="utf-8")

    def virtual(self, name):
        port = self.folder / name
        self.running = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", name])
        self.addCleanup(self.running.wait)
        self.addCleanup(self.running.kill)
        daemon.wait_for("the kit", port.exists)
        return port
