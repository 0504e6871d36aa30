#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What people typed is text wherever it goes: a class, a run and marks whose names are HTML, a formula, quotes and an
emoji leave by every export, and other programs read back what was typed, and compute, draw and run nothing of it."""

import csv
import html.parser
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
# The narrow sign of a formula and the wide one of a Chinese keyboard.
LABELS = ["=七（3）<img src=x onerror=1>\"&'🧶", "＝1+2,<script>1</script>\\ 👩‍🔬"]


class Page(html.parser.HTMLParser):
    """A report as a browser reads it: its tags, its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.tags += [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data):
        self.text += data


class Labels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        port = cls.folder / "kit"
        printer = subprocess.Popen([sys.executable, "-B", SUPPORT / "printer.py", port, "50", "level:{n}"])
        cls.addClassCleanup(printer.wait)
        cls.addClassCleanup(printer.kill)
        daemon.wait_for("port", port.exists)
        cls.board = daemon.Daemon(cls.folder, [port], "store: {commit: 100 ms}\n").start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        device, = cls.board.wait_device()
        cls.board.sign_in()
        cls.lessons = {label: cls.lesson(label, device) for label in LABELS}

    @classmethod
    def lesson(cls, label, device):
        """A lesson of a class of this name, with marks of it: (session, run)."""
        session = cls.board.post("sessions", {"title": label, "groups": 1})["id"]
        act = f"sessions/{session}/acts"
        cls.board.post(act, {"do": "assign", "group": 1, "devices": [device["id"]]})
        run = cls.board.post(act, {"do": "start"})["groups"][0]["run"]
        cls.board.post("marks", {"text": label})
        cls.board.post(f"sessions/{session}/groups/1/mark", {"text": label})
        stream = device["streams"][0]["id"]
        daemon.wait_for("rows", lambda: len(cls.board.fetch(f"export?run={run}&stream={stream}")) > 500)
        cls.board.post(act, {"do": "end"})
        return session, run

    def cells(self, path):
        """Of a CSV file, whose cells must be no formulas; a leading apostrophe says so to a spreadsheet."""
        cells = [cell for row in csv.reader(io.StringIO(self.board.fetch(path).decode("utf-8-sig"))) for cell in row]
        self.assertEqual([cell for cell in cells if cell[:1] in "=+@＝＋－＠\t" and cell], [])
        return cells

    def test_the_board_says_them_as_they_were_typed(self):
        titles = [session["title"] for session in self.board.get("sessions?ended=1")["sessions"]]
        for label, (session, run) in self.lessons.items():
            self.assertIn(label, titles)
            self.assertEqual(self.board.get(f"runs/{run}")["title"], label)
            self.assertIn(label, [mark["text"] for mark in self.board.get("marks")["marks"]])
            self.assertIn(label, json.dumps(self.board.get(f"sessions/{session}/log"), ensure_ascii=False)
                          .replace('\\"', '"').replace("\\\\", "\\"))

    def test_no_cell_of_a_csv_computes(self):
        for label, (_, run) in self.lessons.items():
            self.assertTrue([cell for cell in self.cells(f"export?run={run}") if label in cell], "marks are in it")
        figures = self.cells("activity?format=csv")
        for label in LABELS:
            self.assertIn("'" + label, figures)
            self.assertIn(label, [row["title"] for row in self.board.get("activity")["rows"]])

    def test_no_cell_of_a_workbook_computes(self):
        for label, (_, run) in self.lessons.items():
            with zipfile.ZipFile(io.BytesIO(self.board.fetch(f"export?run={run}&format=xlsx"))) as book:
                texts = []
                for name in book.namelist():
                    for element in xml.etree.ElementTree.fromstring(book.read(name)).iter():
                        kind = element.tag.rsplit("}")[-1]
                        texts += [element.text] if kind == "t" else []
                        self.assertFalse(kind == "f" and label in (element.text or ""), name)
            self.assertTrue([text for text in texts if text == label], "the title is in it")

    def test_line_protocol_has_one_line_a_row(self):
        for _, run in self.lessons.values():
            lines = self.board.fetch(f"export?run={run}&format=lp").decode().splitlines()
            self.assertGreater(len(lines), 5)
            self.assertEqual([line for line in lines if not line.startswith(("#", "text-board,", "mark", "event"))], [])

    def test_packages_have_them_and_bring_them_back(self):
        for label, (session, run) in self.lessons.items():
            for path in (f"runs/{run}/package", f"sessions/{session}/package"):
                content = self.board.fetch(path)
                with zipfile.ZipFile(io.BytesIO(content)) as package:
                    about, = [json.loads(package.read(name)) for name in package.namelist() if name.endswith("run.json")]
                    self.assertEqual([name for name in package.namelist() if "<" in name or ".." in name], [])
                self.assertEqual(about["title"], label)
                request = daemon.urllib.request.Request(self.board.url("import"), content, {"Content-Type": "application/zip"})
                with self.board.opener.open(request, timeout=daemon.PATIENCE) as answer:
                    taken, = json.load(answer)["runs"]
                self.assertEqual(taken["title"], label)
                gone = daemon.urllib.request.Request(self.board.url(f"runs/{taken['id']}"), method="DELETE")
                self.board.opener.open(gone, timeout=daemon.PATIENCE).close()  # for the same run comes again

    def test_a_report_shows_them_and_runs_nothing(self):
        for label, (_, run) in self.lessons.items():
            for language in ("zh", "en"):
                page = Page(self.board.fetch(f"runs/{run}/report?language={language}").decode())
                self.assertEqual({"img", "script", "onerror"} & set(page.tags), set())
                self.assertGreaterEqual(page.text.count(label), 2, "as title and as marks")

    def test_the_command_line_says_them(self):
        said = subprocess.run([KITLOG, "--config", self.board.config, "session", "list", "--ended"], text=True,
                              capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
        for label in LABELS:
            self.assertIn(label, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
