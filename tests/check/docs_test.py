#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents point to is there: every link, and every path of ours in backticks.

A reader who looks for the file where a step happens must find it, after every renaming."""

import os
import pathlib
import re
import unittest
import xml.etree.ElementTree

SOURCE = pathlib.Path(os.environ.get("KITLOG_SOURCE", pathlib.Path(__file__).parents[2]))
DOCUMENTS = [p for top in (".", "daemon", "firmware", "kits", "lessons", "tests", "tools")
             for p in (SOURCE.glob("*.md") if top == "." else (SOURCE / top).rglob("*.md"))
             if "node_modules" not in p.parts]
OURS = re.compile(r"`((?:daemon|firmware|kits|lessons|tools|tests)/[\w./-]*|[\w-]+\.md)`")
KITS = [p.parent.name for p in sorted((SOURCE / "kits").glob("*/kit.yaml"))]
PLAYED = re.compile(r"^\| ([a-z0-9, -]+) \| [^|]* \| (`tests/[^|]*) \|$", re.M)
SHORT = re.compile(r"`([\w/-]+\.(?:c|h|js|py))`")
LINK = re.compile(r"(?:\]\(|src=\")([^)\"#:]+)[)\"]")
PICTURE = re.compile(r"^!\[[^]]+\]\(([\w.-]+\.svg)\)$", re.M)
SVG = "{http://www.w3.org/2000/svg}"


def names(kit, source):
    """Does a test say the kit's name to the program? A comment that mentions it plays nothing."""
    return re.search(rf"""["'](kit: )?{kit}["']""", source) is not None


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

    def test_every_short_name_is_a_file_of_the_daemon(self):
        """`sink_answer.c`, behind one that is named in full; `base/clock.h`."""
        page = (SOURCE / "ARCHITECTURE.md").read_text(encoding="utf-8")
        known = {str(p.relative_to(SOURCE / "daemon")) for p in (SOURCE / "daemon").rglob("*.*")
                 if "node_modules" not in p.parts}
        alone = {pathlib.PurePath(name).name for name in known}
        kits = {p.name for p in (SOURCE / "kits" / "protocols").iterdir()}
        short = [name for name in SHORT.findall(page) if not OURS.fullmatch(f"`{name}`")]
        self.assertGreater(len(short), 20)
        self.assertEqual([name for name in short
                          if name not in known and name not in alone and name not in kits], [])

    def test_each_kit_stands_in_the_list_of_both_languages(self):
        for page in ("README.md", "README.zh-CN.md"):
            listed = (SOURCE / "kits" / page).read_text(encoding="utf-8")
            self.assertEqual([kit for kit in KITS if f"({kit}/{page})" not in listed], [])

    def test_each_lesson_stands_in_the_list_of_both_languages(self):
        lessons = [p.parent.name for p in sorted((SOURCE / "lessons").glob("*/lesson.yaml"))]
        for page in ("README.md", "README.zh-CN.md"):
            listed = (SOURCE / "lessons" / page).read_text(encoding="utf-8")
            self.assertEqual([lesson for lesson in lessons if f"({lesson}/{page})" not in listed], [])

    def test_each_kit_shows_how_it_is_wired_in_both_languages(self):
        """By a picture that is one, and whose title says to those who cannot see it what it shows."""
        for kit in KITS:
            for page in ("README.md", "README.zh-CN.md"):
                folder = SOURCE / "kits" / kit
                shown = PICTURE.findall((folder / page).read_text(encoding="utf-8"))
                self.assertTrue(shown, f"kits/{kit}/{page}: shows no picture; draw the wiring as wiring.svg")
                for name in shown:
                    self.assertTrue((folder / name).exists(), f"kits/{kit}/{page}: {name} is not there")
                    picture = xml.etree.ElementTree.parse(folder / name).getroot()
                    self.assertEqual(picture.tag, SVG + "svg", f"kits/{kit}/{name}")
                    self.assertTrue(picture.findtext(SVG + "title"), f"kits/{kit}/{name}: has no title")

    @staticmethod
    def words_of_the_pages():
        """What the pages' catalogues and the titles of lessons say, {0} cut out."""
        said = "".join(p.read_text(encoding="utf-8") for p in sorted((SOURCE / "daemon/web/js").glob("strings*.js")))
        said += "".join(p.read_text(encoding="utf-8") for p in sorted((SOURCE / "lessons").glob("*/lesson.yaml")))
        return re.sub(r"\{\d\} ?", "", said)

    def test_what_the_teachers_guides_quote_stands_on_the_pages(self):
        """A key that was renamed is renamed where a teacher reads of it."""
        said = self.words_of_the_pages()
        for page, quoted in (("TEACHING.zh-CN.md", r"“([^”]+)”"), ("TEACHING.md", r'"([^"<>=]+)"')):
            text = re.sub(r"<[^>]*>|\d+ ", "", (SOURCE / page).read_text(encoding="utf-8"))
            words = [word.replace("\n", " ") for word in re.findall(quoted, text)]
            self.assertGreater(len(words), 15, page)
            self.assertEqual([word for word in words if word not in said], [], page)

    @staticmethod
    def players():
        """{kit: tests that play it}: of the table in CONTRIBUTING.md, and tests that are named after a kit."""
        page = (SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")
        found = {}
        for kits, tests in PLAYED.findall(page):
            for kit in kits.split(", "):
                found.setdefault(kit, []).extend(SOURCE / test for test in OURS.findall(tests))
        for kit in KITS:
            found.setdefault(kit, []).extend((SOURCE / "tests").glob(f"*/{kit.replace('-', '_')}_test.*"))
        return found

    def test_each_kit_is_played_by_a_test_that_names_it(self):
        players = self.players()
        self.assertEqual([kit for kit in players if kit not in KITS], [], "in CONTRIBUTING.md, and no kit")
        for kit in KITS:
            self.assertTrue(any(test.exists() and names(kit, test.read_text(encoding="utf-8"))
                                for test in players[kit]),
                            f"{kit}: no test plays it by its name in quotes; write one on an emulator, "
                            "and name it in CONTRIBUTING.md")

    def test_a_mention_is_no_play(self):
        self.assertTrue(names("mhz19", '"co2": ("mhz19.py", [], "kit: mhz19"),'))
        self.assertTrue(names("ads1115", 'assert_string_equal(device.kit, "ads1115");'))
        for mention in ("/* As the mhz19 does. */", '"""Of mhz19 and others."""', '"mhz19.py"', '"my-mhz19"'):
            self.assertFalse(names("mhz19", mention), mention)

    def test_the_patterns_do_find_what_they_look_for(self):
        page = "see `daemon/base/clock.c` and [that](CHANGELOG.md)"
        self.assertEqual((OURS.findall(page), LINK.findall(page)), (["daemon/base/clock.c"], ["CHANGELOG.md"]))
        self.assertGreater(len(DOCUMENTS), 5)
        self.assertGreater(len(KITS), 30)
        self.assertIn("serial_kits_test.py", str(self.players()["gmc-geiger"]))


if __name__ == "__main__":
    unittest.main()
