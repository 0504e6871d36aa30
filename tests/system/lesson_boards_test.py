#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What a lesson's README tells a board to print is understood as the lesson needs it: played to the kit text-board by
`kitlog kit replay`, each line gives channels in the units of the needs that a text-board may serve."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
KITLOG = os.environ["KITLOG"]
LESSONS = sorted((SOURCE / "lessons").glob("*/lesson.yaml"))
PRINTED = re.compile(r"`([a-z]+:[0-9][^` ]*)`")
PAGES = ("README.md", "README.zh-CN.md")
HEAD = "kit: text-board\nmade: by lesson_boards_test.py\nusb: 2341:0043\nserial: 115200 8N1\n\n0.000000000 plug\n"


def understood(line):
    """{channel: unit} that eight such lines make."""
    with tempfile.TemporaryDirectory() as folder:
        recording = pathlib.Path(folder) / "board.txt"
        recording.write_text(HEAD + "".join(f"{k}.000000000 < text {line}\\r\\n\n" for k in range(1, 9)),
                             encoding="utf-8")
        subprocess.run([KITLOG, "kit", "replay", "--update", recording], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        text = recording.with_suffix(".expect").read_text(encoding="utf-8")
    described = re.search(r"^\S+ device text-board (.*)$", text, re.M)
    return dict(pair.split("=") for pair in described[1].split()) if described else {}


class Boards(unittest.TestCase):
    def test_both_languages_print_the_same(self):
        for lesson in LESSONS:
            zh, en = (PRINTED.findall((lesson.parent / page).read_text(encoding="utf-8")) for page in PAGES)
            self.assertEqual(sorted(zh), sorted(en), lesson.parent.name)

    def test_what_is_printed_is_what_the_needs_want(self):
        for lesson in LESSONS:
            needs = [need for need in yaml.safe_load(lesson.read_text(encoding="utf-8"))["needs"]
                     if "text-board" in need["kits"]]
            lines = PRINTED.findall((lesson.parent / "README.md").read_text(encoding="utf-8"))
            channels = {}
            for line in lines:
                found = understood(line)
                self.assertEqual(list(found), re.findall(r"([a-z]+):", line), f"{lesson.parent.name}: {line}")
                channels.update(found)
            for need in needs:
                serves = need["unit"] in channels.values() if "unit" in need else need["quantity"] in channels
                self.assertTrue(serves,
                                f"{lesson.parent.name}: no line that its README prints serves {need['id']}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
