#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""CONTRIBUTING.md, "Add a kit in five steps", tried to the letter: its commands are read from the page and typed."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
BUILD = pathlib.Path(os.environ["KITLOG_BUILD"])


def commands():
    """What stands indented in that chapter, as one script."""
    page = (SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chapter = page[page.index("\n## Add a kit in five steps"):]
    chapter = chapter[:chapter.index("\n## ", 1)]
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", chapter, re.MULTILINE)
    return "".join(re.sub(r"^    ", "", block, flags=re.MULTILINE) + "\n" for block in blocks)


class Tutorial(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "build").mkdir()
        (cls.folder / "build" / "ci").symlink_to(BUILD)
        (cls.folder / "tests").symlink_to(SOURCE / "tests")
        # The page's port may be somebody's.
        (cls.folder / "typed").write_text(commands().replace("8099", str(daemon.free_port())))
        log = cls.enterClassContext(open(cls.folder / "said", "w+"))
        shell = subprocess.Popen(  # not a pipe: what it leaves running would keep that open
            ["bash", "-e", "typed"], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            cwd=cls.folder, env={**os.environ, "LC_ALL": "C"}, start_new_session=True)
        try:
            shell.wait(300)
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)  # the sensor plays on in the background
            except ProcessLookupError:
                pass
            shell.wait()
        cls.status = shell.returncode
        log.seek(0)
        cls.said = log.read()
        cls.kit = cls.folder / "my-kits" / "nine-bytes"

    def test_every_command_does_what_the_page_says(self):
        self.assertEqual(self.status, 0, self.said)
        self.assertIn("my-kits/nine-bytes: good; 2 channels, 3 recordings as expected", self.said)

    def test_nothing_but_a_description_was_written(self):
        written = sorted(path.name for path in self.kit.iterdir())
        self.assertEqual(written, ["README.md", "README.zh-CN.md", "kit.yaml", "recordings"], self.said)
        self.assertLessEqual(len((self.kit / "kit.yaml").read_text(encoding="utf-8").splitlines()), 40)

    def test_the_sensor_is_live_on_the_board(self):
        self.assertRegex(self.said, r"(?m)^#1 +Nine-byte sensor +ready +/.*/my-sensor$")
        self.assertRegex(self.said, r"Temperature +\d+\.\d\d °C +stream:\d+  20 Hz")
        self.assertRegex(self.said, r"(?m)^main +20 Hz +(19|20)(\.\d+)? Hz")

    def test_recordings_hold_what_happened(self):
        text = {path.name: path.read_text() for path in (self.kit / "recordings").iterdir()}
        self.assertEqual(sorted(text), [f"{name}.{end}" for name in ("garbage", "normal", "unplugged")
                                        for end in ("expect", "txt")], self.said)
        self.assertNotIn("error", text["normal.expect"])
        self.assertIn("error checksum", text["garbage.expect"])
        self.assertRegex(text["unplugged.txt"], r"unplug\n$")
        self.assertIn("gap unplugged", text["unplugged.expect"])


if __name__ == "__main__":
    unittest.main()
