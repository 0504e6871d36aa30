#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents point to is there: every link, and every path of ours in backticks.

A reader who looks for the file where a step happens must find it, after every renaming."""

import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ.get("KITLOG_SOURCE", pathlib.Path(__file__).parents[2]))
DOCUMENTS = [p for top in (".", "daemon", "firmware", "kits", "tests", "tools")
             for p in (SOURCE.glob("*.md") if top == "." else (SOURCE / top).rglob("*.md"))
             if "node_modules" not in p.parts]
OURS = re.compile(r"`((?:daemon|firmware|kits|lessons|tools|tests)/[\w./-]*|[\w-]+\.md)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")


class Documents(unittest.TestCase):
    def missing(self, pattern, base_of):
        return [f"{document.relative_to(SOURCE)}: {name}"
                for document in DOCUMENTS
                for name in pattern.findall(document.read_text(encoding="utf-8"))
                if "NAME" not in name and not (base_of(document) / name).exists()]

    def test_every_link_leads_somewhere(self):
        self.assertEqual(self.missing(LINK, lambda document: document.parent), [])

    def test_every_named_path_exists(self):
        self.assertEqual(self.missing(OURS, lambda document: SOURCE), [])

    def test_each_kit_stands_in_the_list_of_both_languages(self):
        for page in ("README.md", "README.zh-CN.md"):
            listed = (SOURCE / "kits" / page).read_text(encoding="utf-8")
            self.assertEqual([p.parent.name for p in sorted((SOURCE / "kits").glob("*/kit.yaml"))
                              if f"({p.parent.name}/{page})" not in listed], [])

    def test_the_patterns_do_find_what_they_look_for(self):
        page = "see `daemon/base/clock.c` and [that](CHANGELOG.md)"
        self.assertEqual((OURS.findall(page), LINK.findall(page)), (["daemon/base/clock.c"], ["CHANGELOG.md"]))
        self.assertGreater(len(DOCUMENTS), 5)


if __name__ == "__main__":
    unittest.main()
